//! A comparison with `tokio::io::duplex`, which a program may replace by this crate's.
//!
//! Random calls of both must return the same and wake the same tasks.

use core::task::Poll;

use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::counting_waker::{CountingTask, Outcome};
use crate::data;

#[derive(Clone, Copy, Debug)]
enum Call {
    Read(usize),
    Write(usize),
    WriteVectored([usize; 3]),
    Flush,
    Shutdown,
    Drop,
}

/// The number of the end, and the call.
type Step = (usize, Call);

fn step() -> impl Strategy<Value = Step> {
    let len = prop_oneof![8 => 0..6_usize, 1 => 6..40_usize];
    let lens = prop::array::uniform3(len.clone());
    let call = prop_oneof![
        40 => len.clone().prop_map(Call::Read),
        30 => len.prop_map(Call::Write),
        20 => lens.prop_map(Call::WriteVectored),
        4 => Just(Call::Flush),
        2 => Just(Call::Shutdown),
        1 => Just(Call::Drop),
    ];
    (0..2_usize, call)
}

/// The result of a call: the bytes read, and the number of bytes written.
type Moved = Outcome<(Vec<u8>, usize)>;

/// Two connected streams. At each end, one task reads and another one writes.
struct Pair<S> {
    ends: [Option<S>; 2],
    tasks: [[CountingTask; 2]; 2],
    sent: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pair<S> {
    fn new((near, far): (S, S)) -> Self {
        Self {
            ends: [Some(near), Some(far)],
            tasks: Default::default(),
            sent: 0,
        }
    }

    /// Makes the call. Does nothing if the end has been dropped.
    fn make(&mut self, (end, call): Step) -> Option<Moved> {
        let stream = self.ends[end].as_mut()?;
        let [reads, writes] = &self.tasks[end];
        self.sent += 1;
        let bytes = |len| data(self.sent, len);
        let wrote = |n| (Vec::new(), n);
        let nothing = |()| (Vec::new(), 0);
        Some(match call {
            Call::Read(len) => reads.read_some(stream, len).map_ok(|bytes| (bytes, 0)),
            Call::Write(len) => writes.send(stream, &bytes(len)).map_ok(wrote),
            Call::WriteVectored(lens) => {
                let slices = lens.map(bytes);
                let [a, b, c] = &slices;
                writes.send_vectored(stream, &[a, b, c]).map_ok(wrote)
            }
            Call::Flush => writes.flush_by_tokio(stream).map_ok(nothing),
            Call::Shutdown => writes.shut_down(stream).map_ok(nothing),
            Call::Drop => {
                self.ends[end] = None;
                Poll::Ready(Ok((Vec::new(), 0)))
            }
        })
    }

    /// How many times each task has been woken. Those of an end that was dropped do not count,
    /// because tokio retains their wakers and may still wake them.
    fn wakes(&self) -> [[usize; 2]; 2] {
        [0, 1].map(|end| match self.ends[end] {
            Some(_) => [0, 1].map(|task| self.tasks[end][task].wakes()),
            None => [0; 2],
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn random_calls_return_and_wake_the_same_as_with_tokio(
        capacity in 1..12_usize,
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut ours = Pair::new(async_duplex::duplex(capacity));
        let mut theirs = Pair::new(tokio::io::duplex(capacity));
        for (i, step) in steps.into_iter().enumerate() {
            prop_assert_eq!(ours.make(step), theirs.make(step), "step {}: {:?}", i, step);
            prop_assert_eq!(ours.wakes(), theirs.wakes(), "after step {}: {:?}", i, step);
        }
    }
}
