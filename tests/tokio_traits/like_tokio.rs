//! A comparison with `tokio::io::duplex`, which a program may replace by this crate's.
//!
//! Random calls of both must return the same and wake the same tasks. Both must keep what tokio's
//! documentation promises of a duplex.

use core::fmt::Debug;
use core::task::Poll;
use std::io::ErrorKind;

use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::counting_waker::{CountingTask, Outcome};
use crate::{data, run, run_on_threads};

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

/// Tests each promise with the streams of both crates.
macro_rules! both_kinds {
    ($($promise:ident)*) => { $(
        #[test]
        fn $promise() {
            promises::$promise(async_duplex::duplex);
            promises::$promise(tokio::io::duplex);
        }
    )* };
}

both_kinds! {
    what_one_writes_the_other_reads
    a_dropped_stream_leaves_its_bytes_and_then_eof
    parked_and_later_writes_are_broken_pipe_once_the_other_stream_is_dropped
    no_more_than_the_capacity_is_written_without_a_read
    a_shutdown_is_a_half_close
    two_tasks_move_more_than_fits_in_both_directions
}

mod promises {
    use super::*;

    pub(super) fn what_one_writes_the_other_reads<S: Stream>(duplex: fn(usize) -> (S, S)) {
        run(async {
            let (mut near, mut far) = duplex(64);
            let mut buf = [0; 4];
            for _ in 0..50 {
                near.write_all(b"marc").await.unwrap();
                far.read_exact(&mut buf).await.unwrap();
                assert_eq!(&buf, b"marc");
                far.write_all(b"polo").await.unwrap();
                near.read_exact(&mut buf).await.unwrap();
                assert_eq!(&buf, b"polo");
            }
        });
    }

    pub(super) fn a_dropped_stream_leaves_its_bytes_and_then_eof<S: Stream>(
        duplex: fn(usize) -> (S, S),
    ) {
        run(async {
            let (mut near, mut far) = duplex(64);
            near.write_all(b"last words").await.unwrap();
            drop(near);
            let mut text = String::new();
            far.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "last words");
            assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
        });
    }

    pub(super) fn parked_and_later_writes_are_broken_pipe_once_the_other_stream_is_dropped<
        S: Stream,
    >(
        duplex: fn(usize) -> (S, S),
    ) {
        run(async {
            let (mut near, far) = duplex(2);
            let write = near.write_all(b"too much");
            // The write is polled first, so that it is parked when the other end is dropped.
            let (written, ()) = futures::join!(write, async { drop(far) });
            assert_eq!(written.unwrap_err().kind(), ErrorKind::BrokenPipe);
            for bytes in [&b"more"[..], b""] {
                let error = near.write(bytes).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            }
            near.flush().await.unwrap();
        });
    }

    pub(super) fn no_more_than_the_capacity_is_written_without_a_read<S: Stream>(
        duplex: fn(usize) -> (S, S),
    ) {
        run(async {
            let (mut near, mut far) = duplex(10);
            assert_eq!(near.write(&[1; 64]).await.unwrap(), 10);
            let write = near.write(&[2; 64]);
            let read = async { far.read(&mut [0; 3]).await.unwrap() };
            let (written, read) = futures::join!(write, read);
            assert_eq!((written.unwrap(), read), (3, 3));
        });
    }

    pub(super) fn a_shutdown_is_a_half_close<S: Stream>(duplex: fn(usize) -> (S, S)) {
        run(async {
            let (mut near, mut far) = duplex(64);
            near.write_all(b"question").await.unwrap();
            near.shutdown().await.unwrap();
            near.shutdown().await.unwrap();
            let error = near.write(b"x").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);

            let mut text = String::new();
            far.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "question");
            far.write_all(b"answer").await.unwrap();
            far.shutdown().await.unwrap();
            text.clear();
            near.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "answer");
        });
    }

    pub(super) fn two_tasks_move_more_than_fits_in_both_directions<S: Stream>(
        duplex: fn(usize) -> (S, S),
    ) {
        const LEN: usize = 20_000;

        async fn exchange(stream: impl Stream, sends: u32, expects: u32) {
            let (mut reader, mut writer) = tokio::io::split(stream);
            let send = tokio::spawn(async move {
                writer.write_all(&data(sends, LEN)).await.unwrap();
                writer.shutdown().await.unwrap();
            });
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).await.unwrap();
            assert!(bytes == data(expects, LEN));
            send.await.unwrap();
        }

        for capacity in [1, 100, 8192] {
            let (near, far) = duplex(capacity);
            run_on_threads(async {
                let near = tokio::spawn(exchange(near, 1, 2));
                let far = tokio::spawn(exchange(far, 2, 1));
                near.await.unwrap();
                far.await.unwrap();
            });
        }
    }

    /// A stream of either crate.
    pub(super) trait Stream:
        AsyncRead + AsyncWrite + Debug + Send + Unpin + 'static
    {
    }

    impl<S: AsyncRead + AsyncWrite + Debug + Send + Unpin + 'static> Stream for S {}
}
