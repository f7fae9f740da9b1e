//! B18: `yield_every` makes a half that never has to wait yield.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{Options, Reader, Writer};
use smol::io::AsyncBufReadExt;

use crate::support::counting_waker::{as_poll, ready, CountingTask, Outcome, BROKEN, END};
use crate::support::half::{Half, Wait};

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
        let lent = task.fill_buf(reader);
        lent.map_ok(|_| {
            reader.consume(1);
            1
        })
    },
    |task, reader| {
        let found = task.available(reader, 1);
        found.map_ok(|_| {
            reader.consume(1);
            1
        })
    },
];

/// Every call that waits for space. Each writes one byte.
const WRITE_CALLS: [Call<Writer>; 3] = [
    |task, writer| task.write(writer, b"x"),
    |task, writer| task.write_vectored(writer, &[IoSlice::new(b""), IoSlice::new(b"x")]),
    |task, writer| {
        let found = task.available(writer, 1);
        found.map_ok(|_| {
            writer.commit(1);
            1
        })
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
        assert!(
            self.peer.try_move(1).is_err(),
            "a call that yields moves no byte"
        );
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

#[test]
fn b18_calls_that_cannot_wait_neither_count_nor_restart_the_count() {
    let (mut reader, mut writer) = Options::new(4).yield_every(2).pipe();
    let task = CountingTask::new();
    for round in 0..9 {
        for _ in 0..10 {
            assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
            assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
            writer.spare_slices();
            writer.commit(1);
            reader.as_slices();
            reader.consume(3);
        }
        let expected = if round % 3 == 2 {
            Poll::Pending
        } else {
            ready(1)
        };
        assert_eq!(task.write(&mut writer, b"b"), expected);
        assert_eq!(
            as_poll(reader.try_read(&mut [0])).is_ready(),
            round % 3 != 2
        );
    }
}

#[test]
fn b18_each_half_counts_its_own_calls_and_a_yield_does_not_wake_the_other() {
    let (mut reader, mut writer) = Options::new(8).yield_every(3).pipe();
    let (read, write) = (CountingTask::new(), CountingTask::new());
    for _ in 0..3 {
        assert_eq!(write.write(&mut writer, b"x"), ready(1));
    }
    assert_eq!(read.read(&mut reader, &mut [0]), ready(1));
    read.wait(&mut reader, Wait::Available(3));
    assert_eq!(write.write(&mut writer, b"x"), Poll::Pending);
    assert_eq!((read.state(), write.state()), ((0, 1), (1, 0)));
    assert_eq!(write.write(&mut writer, b"x"), ready(1));
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
}

/// A half that waits lets other tasks run.
fn check_restart<H: Half>() {
    let task = CountingTask::new();
    let (mut half, mut peer) = H::pair(&Options::new(2).yield_every(2));
    for round in 1..=20 {
        peer.give(2);
        assert_eq!(task.move_up_to(&mut half, 1), ready(1));
        assert_eq!(task.move_up_to(&mut half, 1), ready(1));
        assert_eq!(task.move_up_to(&mut half, 1), Poll::Pending);
        assert_eq!(task.state(), (round - 1, 1), "it is parked");
        peer.give(1);
        half.give(1);
    }
}

#[test]
fn b18_a_wait_restarts_the_count() {
    check_restart::<Reader>();
    check_restart::<Writer>();
}

#[test]
fn b18_neither_the_end_of_the_stream_nor_an_error_yields() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(task.write(&mut writer, b"a"), ready(1));
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    reader.close();
    for _ in 0..10 {
        assert_eq!(task.write(&mut writer, b"a"), BROKEN);
        assert_eq!(task.read(&mut reader, &mut [0]), END);
        assert_eq!(task.fill_buf(&mut reader), ready(vec![]));
        assert_eq!(task.available(&mut reader, 1), END);
        assert_eq!(task.available(&mut writer, 1), BROKEN);
    }
    assert_eq!(task.state(), (0, 0));
}

/// They return at once. If a yield is due, the next call that could wait yields.
#[test]
fn b5_b18_empty_calls_and_waits_for_zero_bytes_neither_count_nor_yield() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    for due in [false, true] {
        for _ in 0..4 {
            assert_eq!(task.write(&mut writer, b""), ready(0), "{due}");
            assert_eq!(task.write_vectored(&mut writer, &[]), ready(0), "{due}");
            assert_eq!(task.read(&mut reader, &mut []), ready(0), "{due}");
            assert_eq!(task.available(&mut reader, 0), ready(2), "{due}");
            assert_eq!(task.available(&mut writer, 0), ready(2), "{due}");
        }
        let next = if due { Poll::Pending } else { ready(1) };
        assert_eq!(task.write(&mut writer, b"x"), next);
        assert_eq!(task.read(&mut reader, &mut [0]), next);
    }
    assert_eq!(task.wakes(), 2);
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

/// Only a call after a transfer counts, because the caller of the others still has the result.
#[test]
fn b18_repeated_readable_writable_and_fill_buf_count_once() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(2).pipe();
    for round in 0..10 {
        for _ in 0..2 {
            for _ in 0..5 {
                assert_eq!(task.available(&mut writer, 1), ready(4));
            }
            assert_eq!(task.write(&mut writer, b"abc"), ready(3));
            assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(3));
        }
        assert_eq!(task.available(&mut writer, 1), Poll::Pending);
        assert_eq!(task.wakes(), round + 1);
    }
    for round in 10..20 {
        for _ in 0..2 {
            assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
            for _ in 0..5 {
                assert_eq!(task.available(&mut reader, 1), ready(3));
                assert!(task.fill_buf(&mut reader).is_ready());
            }
            assert_eq!(task.read(&mut reader, &mut [0; 4]), ready(3));
        }
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        assert_eq!(task.fill_buf(&mut reader), Poll::Pending);
        assert_eq!(task.wakes(), round + 1);
        assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(3));
    }
}
