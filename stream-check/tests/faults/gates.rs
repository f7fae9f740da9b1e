//! Gates: which calls a closed gate stalls, which tasks it wakes, and what does not pass it.

use core::task::{Context, Waker};
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::thread;

use async_duplex::{duplex, pipe, Reader};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::{AsyncReadExt, AsyncWriteExt};
use stream_check::faults::{Faulty, Gate};

use crate::common::{far_state, streams, FAILED, RESET};
use crate::counting_waker::{ready, CountingTask};
use crate::deadline::within;

#[test]
fn a_closed_read_gate_stalls_every_kind_of_read_and_no_write() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, mut far) = streams();
    let mut near = Faulty::new(near).read_gate(&gate);
    gate.close();
    assert!(task.read(&mut near, &mut [0; 4]).is_pending());
    assert!(task.read(&mut near, &mut []).is_pending());
    let mut buf = [0; 4];
    let bufs = &mut [IoSliceMut::new(&mut buf)];
    assert!(task.read_vectored(&mut near, bufs).is_pending());
    assert!(task.fill_buf(&mut near).is_pending());
    assert_eq!(far_state(&mut far), (0, 10, false));

    assert_eq!(task.write(&mut near, b"hello"), ready(5));
    assert_eq!(task.flush(&mut near), ready(()));
    assert_eq!(task.close(&mut near), ready(()));
    assert_eq!(far_state(&mut far), (5, 10, true));

    gate.open();
    assert_eq!(task.read(&mut near, &mut [0; 4]), ready(4));
}

#[test]
fn a_closed_write_gate_stalls_writes_flushes_and_closes_and_no_read() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, mut far) = streams();
    let mut near = Faulty::new(near).write_gate(&gate);
    gate.close();
    assert!(task.write(&mut near, b"hello").is_pending());
    assert!(task.write(&mut near, b"").is_pending());
    let bufs = &[IoSlice::new(b"hello")];
    assert!(task.write_vectored(&mut near, bufs).is_pending());
    assert!(task.flush(&mut near).is_pending());
    assert!(task.close(&mut near).is_pending());
    assert_eq!(task.read(&mut near, &mut [0; 4]), ready(4));
    assert_eq!(far_state(&mut far), (0, 6, false));

    gate.open();
    assert_eq!(task.write(&mut near, b"hello"), ready(5));
    assert_eq!(task.close(&mut near), ready(()));
    assert_eq!(far_state(&mut far), (5, 6, true));
}

#[test]
fn opening_a_gate_wakes_the_latest_waker_of_each_direction_once() {
    let gate = Gate::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).read_gate(&gate).write_gate(&gate);
    let (former, reads, writes) = (
        CountingTask::new(),
        CountingTask::new(),
        CountingTask::new(),
    );
    gate.close();
    assert!(former.read(&mut near, &mut [0]).is_pending());
    assert!(reads.read(&mut near, &mut [0]).is_pending());
    assert!(writes.write(&mut near, b"x").is_pending());
    assert_eq!(
        (former.retained(), reads.retained(), writes.retained()),
        (0, 1, 1)
    );
    assert_eq!(gate.waiting(), 2);

    gate.open();
    assert_eq!((former.wakes(), reads.wakes(), writes.wakes()), (0, 1, 1));
    assert_eq!((reads.retained(), writes.retained()), (0, 0));
    gate.open();
    gate.close();
    assert_eq!((gate.waiting(), reads.wakes(), writes.wakes()), (0, 1, 1));
}

#[test]
fn an_open_gate_wakes_no_task_and_keeps_no_waker() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).read_gate(&gate).write_gate(&gate);
    assert_eq!(task.read(&mut near, &mut [0]), ready(1));
    assert_eq!(task.write(&mut near, b"x"), ready(1));
    gate.close();
    gate.open();
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn a_read_that_waits_for_the_peer_stalls_at_a_gate_that_was_closed_meanwhile() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).read_gate(&gate);
    assert!(task.read(&mut near, &mut [0; 4]).is_pending());
    gate.close();
    far.try_write(b"hello").unwrap();
    assert_eq!(task.wakes(), 1);
    assert!(task.read(&mut near, &mut [0; 4]).is_pending());
    assert_eq!(task.wakes(), 1);
    gate.open();
    assert_eq!(task.wakes(), 2);
    assert_eq!(task.read(&mut near, &mut [0; 4]), ready(4));
}

#[test]
fn a_stalled_call_is_not_an_operation_and_uses_no_pending() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let mut stream = Faulty::new(Cursor::new(b"0123"))
        .read_gate(&gate)
        .pending(0, 1)
        .fail_at(2, RESET);
    gate.close();
    for _ in 0..5 {
        assert!(task.read(&mut stream, &mut [0]).is_pending());
    }
    gate.open();
    assert!(task.read(&mut stream, &mut [0]).is_pending());
    assert_eq!(task.read(&mut stream, &mut [0]), ready(1));
    assert!(task.read(&mut stream, &mut [0]).is_pending());
    assert_eq!(task.read(&mut stream, &mut [0]), FAILED);
}

#[test]
fn a_fault_that_is_due_waits_for_the_gate_and_one_that_has_fired_does_not() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).read_gate(&gate).fail_at(1, RESET);
    gate.close();
    assert!(task.read(&mut near, &mut [0]).is_pending());
    assert!(!near.fired());
    gate.open();
    assert_eq!(task.read(&mut near, &mut [0]), FAILED);
    gate.close();
    assert_eq!(task.read(&mut near, &mut [0]), FAILED);
}

#[test]
fn an_end_by_the_peer_is_not_noticed_at_a_closed_gate() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).read_gate(&gate);
    gate.close();
    assert!(task.read(&mut near, &mut [0]).is_pending());
    far.abort(ErrorKind::ConnectionReset);
    assert_eq!(task.wakes(), 0);
    assert!(task.read(&mut near, &mut [0]).is_pending());
    gate.open();
    assert_eq!(task.read(&mut near, &mut [0]), FAILED);
}

#[test]
fn a_gate_of_several_streams_stalls_and_wakes_all_of_them() {
    let tasks = [(); 3].map(|()| CountingTask::new());
    let gate = Gate::new();
    let mut streams = [(); 3].map(|()| Faulty::new(Cursor::new(b"hello")).read_gate(&gate));
    gate.close();
    for (task, stream) in tasks.iter().zip(&mut streams) {
        assert!(task.read(stream, &mut [0; 8]).is_pending());
    }
    assert_eq!(gate.waiting(), 3);
    gate.clone().open();
    for (task, stream) in tasks.iter().zip(&mut streams) {
        assert_eq!(task.wakes(), 1);
        assert_eq!(task.read(stream, &mut [0; 8]), ready(5));
    }
}

#[test]
fn a_stream_that_is_dropped_leaves_no_waker_at_the_gate() {
    let task = CountingTask::new();
    let gate = Gate::new();
    gate.close();
    let mut stream = Faulty::new(Cursor::new(b"hello")).read_gate(&gate);
    assert!(task.read(&mut stream, &mut [0; 8]).is_pending());
    assert_eq!((gate.waiting(), task.retained()), (1, 1));
    drop(stream);
    assert_eq!((gate.waiting(), task.retained()), (0, 0));

    // Nor does one whose gate is replaced.
    let mut stream = Faulty::new(Cursor::new(b"hello")).read_gate(&gate);
    assert!(task.read(&mut stream, &mut [0; 8]).is_pending());
    let mut stream = stream.read_gate(&Gate::new());
    assert_eq!((gate.waiting(), task.retained()), (0, 0));
    assert_eq!(task.read(&mut stream, &mut [0; 8]), ready(5));
}

#[test]
fn a_read_that_is_dropped_at_a_gate_loses_no_byte() {
    let gate = Gate::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).read_gate(&gate);
    gate.close();
    let task = CountingTask::new();
    let mut buf = [0; 10];
    let mut read = near.read_exact(&mut buf);
    assert!(task.poll(|cx| futures::FutureExt::poll_unpin(&mut read, cx).is_pending()));
    gate.open();
    block_on(near.read_exact(&mut buf)).unwrap();
    assert_eq!(&buf, b"0123456789");
}

/// A waker that uses its stream and its gate.
struct Nested {
    gate: Gate,
    stream: Mutex<Option<Faulty<Reader>>>,
    read: Mutex<Vec<u8>>,
}

impl Wake for Nested {
    fn wake(self: Arc<Self>) {
        self.gate.close();
        self.gate.open();
        assert_eq!(self.gate.waiting(), 0);
        let mut stream = self.stream.lock().unwrap().take().unwrap();
        let mut buf = [0; 8];
        let n = block_on(stream.read(&mut buf)).unwrap();
        self.read.lock().unwrap().extend(&buf[..n]);
    }
}

#[test]
fn a_waker_may_use_the_gate_and_the_stream_while_the_gate_is_opened() {
    within(60, || {
        let (reader, mut writer) = pipe(64);
        writer.try_write(b"hello").unwrap();
        let gate = Gate::new();
        gate.close();
        let nested = Arc::new(Nested {
            gate: gate.clone(),
            stream: Mutex::new(Some(Faulty::new(reader).read_gate(&gate))),
            read: Mutex::default(),
        });
        let waker = Waker::from(nested.clone());
        let cx = &mut Context::from_waker(&waker);
        let poll = |stream: &mut Faulty<Reader>, cx: &mut Context<'_>| {
            futures::AsyncRead::poll_read(core::pin::Pin::new(stream), cx, &mut [0])
        };
        assert!(poll(nested.stream.lock().unwrap().as_mut().unwrap(), cx).is_pending());
        gate.open();
        assert_eq!(*nested.read.lock().unwrap(), b"hello");
    });
}

#[test]
fn a_test_can_wait_until_another_thread_stalls_and_then_let_it_go_on() {
    within(60, || {
        let gate = Gate::new();
        let (mut near, far) = duplex(64);
        let mut far = Faulty::new(far).write_gate(&gate);
        gate.close();
        let sender = thread::spawn(move || block_on(far.write_all(b"hello")));
        while gate.waiting() == 0 {
            thread::yield_now();
        }
        assert_eq!(near.reader().len(), 0);
        gate.open();
        let mut text = String::new();
        block_on(near.read_to_string(&mut text)).unwrap();
        assert_eq!(text, "hello");
        sender.join().unwrap().unwrap();
    });
}

#[test]
fn debug_of_a_gate_shows_its_state() {
    let gate = Gate::new();
    assert!(!gate.is_closed());
    gate.close();
    assert!(gate.is_closed());
    let text = format!("{gate:?}");
    assert_eq!(text, "Gate { is_closed: true, waiting: 0 }");
}
