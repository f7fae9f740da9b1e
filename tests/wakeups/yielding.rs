//! B18: `yield_every` makes a half that never has to wait yield. `oracle` has what counts.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{Options, Reader, Writer};
use smol::io::AsyncBufReadExt;

use crate::support::counting_waker::{as_poll, ready, CountingTask, Outcome};
use crate::support::half::Half;

type Call<H> = fn(&CountingTask, &mut H) -> Outcome<usize>;

/// Every call that waits for bytes. Each reads one byte.
const READ_CALLS: [Call<Reader>; 4] = [
    |task, reader| task.read(reader, &mut [0]),
    |task, reader| {
        let mut buf = [0];
        let bufs = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut buf)];
        task.read_vectored(reader, bufs)
    },
    |task, reader| {
        let lent = task.fill_buf(reader).is_ready();
        reader.consume(usize::from(lent));
        if lent {
            ready(1)
        } else {
            Poll::Pending
        }
    },
    |task, reader| {
        let found = task.available(reader, 1).is_ready();
        reader.consume(usize::from(found));
        if found {
            ready(1)
        } else {
            Poll::Pending
        }
    },
];

/// Every call that waits for space. Each writes one byte.
const WRITE_CALLS: [Call<Writer>; 3] = [
    |task, writer| task.write(writer, b"x"),
    |task, writer| task.write_vectored(writer, &[IoSlice::new(b""), IoSlice::new(b"x")]),
    |task, writer| {
        let found = task.available(writer, 1).is_ready();
        writer.commit(usize::from(found));
        if found {
            ready(1)
        } else {
            Poll::Pending
        }
    },
];

/// A half that never has to wait: before each call, its peer moves all that it can.
struct Busy<H: Half> {
    half: H,
    peer: H::Peer,
    task: CountingTask,
}

impl<H: Half> Busy<H> {
    fn new(options: &Options) -> Self {
        let (half, peer) = H::pair(options);
        Self {
            half,
            peer,
            task: CountingTask::new(),
        }
    }

    /// Makes `calls` calls, which must be ready.
    fn assert_ready(&mut self, call: Call<H>, calls: usize) {
        let wakes = self.task.wakes();
        for _ in 0..calls {
            while self.peer.try_move(1).is_ok() {}
            assert_eq!(call(&self.task, &mut self.half), ready(1));
        }
        assert_eq!(self.task.state(), (wakes, 0));
    }

    /// Makes a call, which must wake its task, be pending, and move nothing.
    fn assert_yields(&mut self, call: Call<H>) {
        let wakes = self.task.wakes();
        while self.peer.try_move(1).is_ok() {}
        assert_eq!(call(&self.task, &mut self.half), Poll::Pending);
        assert_eq!(self.task.state(), (wakes + 1, 0));
        assert!(self.peer.try_move(1).is_err(), "it moves no byte");
    }
}

fn check_yields<H: Half>(calls: &[Call<H>]) {
    for n in [1, 2, 3, 10] {
        for call in calls {
            let mut busy = Busy::<H>::new(&Options::new(4).yield_every(n));
            for _ in 0..20 {
                busy.assert_ready(*call, n);
                busy.assert_yields(*call);
            }
        }
    }
}

#[test]
fn b18_after_n_calls_that_need_not_wait_exactly_one_yields() {
    check_yields(&READ_CALLS);
    check_yields(&WRITE_CALLS);
}

#[test]
fn b18_no_call_yields_by_default() {
    let operations = if cfg!(miri) { 500 } else { 50_000 };
    for options in [
        Options::new(4),
        Options::new(4).yield_every(7).yield_every(0),
        Options::new(4).yield_every(usize::MAX),
    ] {
        Busy::<Reader>::new(&options).assert_ready(READ_CALLS[0], operations);
        Busy::<Writer>::new(&options).assert_ready(WRITE_CALLS[0], operations);
    }
}

/// `fill_buf` of futures-lite polls once to see whether there are bytes, and a second time to
/// return them. It panics if the second poll is `Pending`. So do older versions of futures-util.
#[test]
fn b18_fill_buf_returns_the_same_bytes_again_without_a_yield() {
    for calls in 1..=4 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = Options::new(4).yield_every(calls).pipe();
        for _ in 0..20 {
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
            let mut filling = reader.fill_buf();
            let mut poll = || task.poll(|cx| Pin::new(&mut filling).poll(cx));
            let lent = match poll() {
                Poll::Pending => poll(),
                lent => lent,
            };
            assert!(matches!(lent, Poll::Ready(Ok(b"x"))));
            reader.consume(1);
        }
    }
}
