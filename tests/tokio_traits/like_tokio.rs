//! A comparison with `tokio::io::duplex`, which a program may replace by this crate's: see
//! `support/like_tokio.rs`.

use core::pin::Pin;
use core::task::Poll;

use async_duplex::{pipe, Reader};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use crate::support::counting_waker::CountingTask;
use crate::support::like_tokio::{compare, with_budget, Step};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn b18_random_calls_return_and_wake_the_same_as_with_tokio(
        capacity in 1..12_usize,
        budget in any::<Option<u8>>(),
        steps in vec(any::<[u8; 5]>().prop_map(Step::from_bytes), 1..200),
    ) {
        compare(capacity, budget, &steps);
    }
}

/// More calls than a task's budget has units.
const MANY: usize = 140;

/// tokio's stream does not implement `AsyncBufRead`, so this is compared with a read.
#[test]
fn b18_filling_a_buffer_draws_on_the_budget_as_a_read_does() {
    let task = CountingTask::new();
    for left in (0..=128).map(Some) {
        let fills = |reads: bool| {
            let (mut reader, mut writer) = pipe(MANY);
            let succeeds = |reader: &mut Reader| {
                task.poll(|cx| match reads {
                    true => {
                        let mut room = [0];
                        let mut buf = ReadBuf::new(&mut room);
                        AsyncRead::poll_read(Pin::new(reader), cx, &mut buf).is_ready()
                    }
                    false => {
                        let mut reader = Pin::new(reader);
                        let fills = AsyncBufRead::poll_fill_buf(reader.as_mut(), cx).is_ready();
                        AsyncBufRead::consume(reader, usize::from(fills));
                        fills
                    }
                })
            };
            // Calls that wait cost nothing.
            assert!((0..MANY).all(|_| !succeeds(&mut reader)));
            writer.try_write(&[1; MANY]).unwrap();
            let calls = (0..MANY).take_while(|_| succeeds(&mut reader)).count();
            (calls, writer.len())
        };
        let by_reads = with_budget(left, || fills(true));
        assert_eq!(by_reads.0 + by_reads.1, MANY);
        assert_eq!(with_budget(left, || fills(false)), by_reads, "{left:?}");
    }
}

/// A task's waker of either family replaces that of the other.
#[test]
fn b7_the_latest_waker_is_woken_whichever_family_registered_it() {
    let (mut reader, mut writer) = pipe(2);
    let (tokio, futures) = (CountingTask::new(), CountingTask::new());
    assert!(tokio.read_some(&mut reader, 1).is_pending());
    assert!(futures.read(&mut reader, &mut [0]).is_pending());
    assert_eq!((tokio.retained(), futures.retained()), (0, 1));
    assert_eq!(writer.try_write(b"ab").unwrap(), 2);
    assert_eq!((tokio.wakes(), futures.wakes()), (0, 1));

    assert!(futures.write(&mut writer, b"c").is_pending());
    assert!(tokio.send(&mut writer, b"c").is_pending());
    assert_eq!((tokio.retained(), futures.retained()), (1, 0));
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
    assert_eq!((tokio.wakes(), futures.wakes()), (1, 1));
}

/// A stream that never waits, in one poll.
#[test]
fn b7_b18_outside_of_tokio_and_unconstrained_no_call_waits_without_need() {
    fn makes_more_calls_than_the_budget(task: &CountingTask) {
        let (mut reader, mut writer) = pipe(8);
        for _ in 0..10 * MANY {
            assert_eq!(task.send(&mut writer, &[1; 8]), Poll::Ready(Ok(8)));
            assert!(task.read_some(&mut reader, 8).is_ready());
        }
    }
    let task = CountingTask::new();
    makes_more_calls_than_the_budget(&task);
    crate::run(tokio::task::unconstrained(async {
        makes_more_calls_than_the_budget(&task);
    }));
}
