//! Gates: which calls a closed gate stalls, which tasks it wakes, and what does not pass it.

use core::task::Waker;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use crate::common::*;

#[test]
fn a_closed_gate_stalls_every_operation_of_its_direction_and_no_other() {
    for reads in [false, true] {
        let gate = Gate::new();
        let (mut near, mut far) = streams(|near| match reads {
            true => near.read_gate(&gate),
            false => near.write_gate(&gate),
        });
        let (stalled, others): (Vec<_>, Vec<_>) = OPERATIONS
            .iter()
            .partition(|(name, _)| is_read(name) == reads);
        gate.close();
        let before = far_state(&mut far);
        for (name, operation) in &stalled {
            assert!(operation(&TASK, &mut near).is_pending(), "{name}");
        }
        assert_eq!(far_state(&mut far), before);
        for operations in [others, stalled] {
            for (name, operation) in operations {
                let outcome = operation(&TASK, &mut near);
                assert!(matches!(outcome, Poll::Ready(Ok(_))), "{name}");
            }
            gate.open();
        }
    }
}

#[test]
fn opening_a_gate_wakes_the_latest_waker_of_each_direction_once() {
    let gate = Gate::new();
    let (mut near, _far) = streams(|near| near.read_gate(&gate).write_gate(&gate));
    let tasks = [(); 3].map(|()| CountingTask::new());
    let wakes = || tasks.each_ref().map(CountingTask::wakes);
    let retained = || tasks.each_ref().map(CountingTask::retained);
    let [former, reads, writes] = &tasks;
    // An open gate keeps no waker, and wakes none.
    assert_eq!(reads.read(&mut near, &mut [0]), ready(1));
    gate.close();
    gate.open();
    assert_eq!((wakes(), retained()), ([0, 0, 0], [0, 0, 0]));

    gate.close();
    assert!(former.read(&mut near, &mut [0]).is_pending());
    assert!(reads.read(&mut near, &mut [0]).is_pending());
    assert!(writes.write(&mut near, b"x").is_pending());
    assert_eq!((retained(), gate.waiting()), ([0, 1, 1], 2));
    gate.open();
    assert_eq!((wakes(), retained()), ([0, 1, 1], [0, 0, 0]));
    gate.open();
    gate.close();
    assert_eq!((wakes(), gate.waiting()), ([0, 1, 1], 0));
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
    // Nor is an end by the peer noticed.
    far.abort(RESET);
    assert_eq!(task.wakes(), 1);
    assert!(task.read(&mut near, &mut [0; 4]).is_pending());
    gate.open();
    assert_eq!(task.wakes(), 2);
    assert_eq!(task.read(&mut near, &mut [0; 4]), FAILED);
}

#[test]
fn a_stalled_call_is_not_an_operation_and_uses_no_pending() {
    let gate = Gate::new();
    let mut stream = digits().read_gate(&gate).pending(0, 1).fail_at(2, RESET);
    gate.close();
    for _ in 0..5 {
        assert!(TASK.read(&mut stream, &mut [0]).is_pending());
    }
    gate.open();
    assert!(TASK.read(&mut stream, &mut [0]).is_pending());
    assert_eq!(TASK.read(&mut stream, &mut [0]), ready(1));
    // A fault that is due waits for the gate, and one that has fired does not.
    gate.close();
    assert!(TASK.read(&mut stream, &mut [0]).is_pending());
    assert!(!stream.fired());
    gate.open();
    assert!(TASK.read(&mut stream, &mut [0]).is_pending());
    assert_eq!(TASK.read(&mut stream, &mut [0]), FAILED);
    gate.close();
    assert_eq!(TASK.read(&mut stream, &mut [0]), FAILED);
}

/// A waker that panics.
struct Panicking;

impl Wake for Panicking {
    fn wake(self: Arc<Self>) {
        panic!("the waker panics");
    }
}

/// Polls a read that has to wait, with this waker.
fn wait_with(waker: &Waker, stream: &mut Faulty<Cursor<&'static [u8]>>) {
    let mut buf = [0; 10];
    let mut read = stream.read_exact(&mut buf);
    assert!(read
        .poll_unpin(&mut Context::from_waker(waker))
        .is_pending());
}

#[test]
fn a_gate_of_several_streams_wakes_all_of_them_although_wakers_panic() {
    let panics = Waker::from(Arc::new(Panicking));
    for panicking in [0, 1, 2] {
        let tasks = [(); 3].map(|()| CountingTask::new());
        let gate = Gate::new();
        let stream = || digits().read_gate(&gate);
        gate.close();
        let mut others = [stream(), stream()];
        for other in &mut others[..panicking] {
            wait_with(&panics, other);
        }
        let mut streams = [(); 3].map(|()| stream());
        for (task, stream) in tasks.iter().zip(&mut streams) {
            wait_with(&task.waker(), stream);
        }
        assert_eq!(gate.waiting(), 3 + panicking);
        // A clone is the same gate.
        if panicking > 0 {
            assert_panics("the waker panics", || gate.clone().open());
        } else {
            gate.clone().open();
        }
        assert!(!gate.is_closed());
        for (task, stream) in tasks.iter().zip(&mut streams) {
            assert_eq!((task.wakes(), task.retained()), (1, 0));
            assert_eq!(task.read(stream, &mut [0; 8]), ready(8));
        }
    }
}

#[test]
fn a_stream_that_is_dropped_leaves_no_waker_at_the_gate() {
    let task = CountingTask::new();
    let gate = Gate::new();
    gate.close();
    let waiting = || {
        let mut stream = digits().read_gate(&gate);
        assert!(task.read(&mut stream, &mut [0; 8]).is_pending());
        assert_eq!((gate.waiting(), task.retained()), (1, 1));
        stream
    };
    drop(waiting());
    assert_eq!((gate.waiting(), task.retained()), (0, 0));
    // Nor does one whose gate is replaced.
    let mut stream = waiting().read_gate(&Gate::new());
    assert_eq!((gate.waiting(), task.retained()), (0, 0));
    assert_eq!(task.read(&mut stream, &mut [0; 8]), ready(8));
}

/// A waker that uses its stream and its gate.
struct Nested {
    gate: Gate,
    stream: Mutex<Faulty<Cursor<&'static [u8]>>>,
}

impl Wake for Nested {
    fn wake(self: Arc<Self>) {
        self.gate.close();
        self.gate.open();
        assert_eq!(self.gate.waiting(), 0);
        let mut stream = self.stream.lock().unwrap();
        block_on(stream.read_exact(&mut [0; 10])).unwrap();
    }
}

#[test]
fn a_waker_may_use_the_gate_and_the_stream_while_the_gate_is_opened() {
    within(60, || {
        let gate = Gate::new();
        gate.close();
        let nested = Arc::new(Nested {
            gate: gate.clone(),
            stream: Mutex::new(digits().read_gate(&gate)),
        });
        let waker = Waker::from(nested.clone());
        wait_with(&waker, &mut nested.stream.lock().unwrap());
        gate.open();
        assert_eq!(nested.stream.lock().unwrap().get_ref().position(), 10);
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
