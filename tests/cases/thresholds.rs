//! B17: bytes and an end that come while `readable` waits, or while it is being entered.

use core::future::Future;
use core::hint::spin_loop;
use core::pin::Pin;
use std::sync::Barrier;
use std::thread;

use async_duplex::{pipe, Options, Reader, Writer};
use futures::executor::block_on;

use crate::deadline::within;
use crate::task::{failed, moved, outcome, tried, Outcome, Task};
use crate::{wrong_checksum, DEADLINE, RESET};

/// Parks `readable(8)`, writes four bytes, and then ends the stream. Returns what it resolves to.
fn readable_8_with_4_bytes(end: fn(Writer)) -> (Outcome, Reader) {
    let (mut reader, mut writer) = Options::new(8).error_on_drop(RESET).pipe();
    let task = Task::new();
    let mut readable = reader.readable(8);
    assert!(task
        .poll(|cx| Pin::new(&mut readable).poll(cx))
        .is_pending());
    writer.try_write(b"abcd").unwrap();
    assert_eq!(task.wakes(), 0, "four are too few");
    end(writer);
    assert_eq!(task.wakes(), 1);
    let resolved = outcome(task.poll(|cx| Pin::new(&mut readable).poll(cx)));
    (resolved, reader)
}

#[test]
fn b17_readable_8_is_woken_by_the_end_and_returns_the_4_bytes_that_are_left() {
    let (resolved, mut reader) = readable_8_with_4_bytes(|mut writer| writer.finish());
    assert_eq!(resolved, moved(4));
    assert_eq!(reader.as_slices(), (&b"abcd"[..], &b""[..]));

    // Without `error_on_drop`, by a drop.
    let (mut reader, mut writer) = pipe(8);
    let task = Task::new();
    assert!(task.poll(|cx| reader.poll_readable(cx, 8)).is_pending());
    writer.try_write(b"abcd").unwrap();
    drop(writer);
    assert_eq!(task.wakes(), 1);
    assert_eq!(
        outcome(task.poll(|cx| reader.poll_readable(cx, 8))),
        moved(4)
    );
}

#[test]
fn b17_b24_b25_readable_8_returns_the_4_bytes_before_the_error() {
    let ends: [(fn(Writer), Outcome); 2] = [
        (
            |mut writer| writer.finish_with(wrong_checksum()),
            failed(wrong_checksum()),
        ),
        (|writer| drop(writer), failed(RESET)),
    ];
    for (end, error) in ends {
        let (resolved, mut reader) = readable_8_with_4_bytes(end);
        assert_eq!(resolved, moved(4));
        assert_eq!(tried(reader.peek(&mut [0; 8])), moved(4));
        reader.consume(4);
        assert_eq!(tried(reader.peek(&mut [0; 8])), error);
        let task = Task::new();
        assert_eq!(outcome(task.poll(|cx| reader.poll_readable(cx, 8))), error);
    }
}

#[test]
fn b26_readable_8_is_woken_by_a_handle_and_fails_in_spite_of_the_4_bytes() {
    let (resolved, mut reader) =
        readable_8_with_4_bytes(|writer| writer.abort_handle().abort(wrong_checksum()));
    assert_eq!(resolved, failed(wrong_checksum()));
    assert_eq!(tried(reader.peek(&mut [0; 8])), failed(wrong_checksum()));
}

/// Runs `write` on another thread while `readable(4)` is being entered, and passes what that
/// returned to `check`. The moment is another one in each round.
fn race(write: fn(Writer), check: fn(Result<usize, std::io::Error>, Reader)) {
    const ROUNDS: usize = 3_000;
    let start = Barrier::new(2);
    let (send, receive) = std::sync::mpsc::channel::<(usize, Writer)>();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(|| {
                for (round, writer) in receive {
                    start.wait();
                    for _ in 0..round % 64 {
                        spin_loop();
                    }
                    write(writer);
                }
            });
            // Moved in, so that the other thread ends if an assertion fails.
            let send = send;
            for round in 0..ROUNDS {
                let (mut reader, writer) = Options::new(8).error_on_drop(RESET).pipe();
                send.send((round, writer)).unwrap();
                start.wait();
                for _ in 0..round / 64 % 64 {
                    spin_loop();
                }
                let resolved = block_on(reader.readable(4));
                check(resolved, reader);
            }
        });
    });
}

#[test]
fn b17_four_bytes_and_the_end_during_readable_4_are_never_fewer_than_4() {
    race(
        |mut writer| {
            writer.try_write(b"abcd").unwrap();
            writer.finish();
        },
        |resolved, mut reader| {
            assert_eq!(resolved.unwrap(), 4);
            assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(4));
            assert_eq!(block_on(reader.readable(4)).unwrap(), 0);
        },
    );
}

#[test]
fn b17_four_bytes_one_by_one_and_the_end_during_readable_4_are_never_fewer_than_4() {
    race(
        |mut writer| {
            for byte in b"abcd" {
                writer.try_write(&[*byte]).unwrap();
            }
            writer.finish();
        },
        |resolved, mut reader| {
            assert_eq!(resolved.unwrap(), 4);
            assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(4));
        },
    );
}

#[test]
fn b24_four_bytes_and_an_error_during_readable_4_are_never_fewer_than_4() {
    race(
        |mut writer| {
            writer.try_write(b"abcd").unwrap();
            writer.finish_with(wrong_checksum());
        },
        |resolved, mut reader| {
            assert_eq!(resolved.unwrap(), 4);
            reader.consume(4);
            assert_eq!(outcome_of_readable(&mut reader), failed(wrong_checksum()));
        },
    );
}

#[test]
fn b25_four_bytes_and_a_drop_during_readable_4_are_never_fewer_than_4() {
    race(
        |mut writer| {
            writer.try_write(b"abcd").unwrap();
        },
        |resolved, mut reader| {
            assert_eq!(resolved.unwrap(), 4);
            reader.consume(4);
            assert_eq!(outcome_of_readable(&mut reader), failed(RESET));
        },
    );
}

/// An abort by a handle discards the bytes: all of them are there, or none of them.
#[test]
fn b26_four_bytes_and_an_abort_by_handle_during_readable_4_are_4_or_the_error() {
    race(
        |mut writer| {
            let handle = writer.abort_handle();
            writer.try_write(b"abcd").unwrap();
            handle.abort(wrong_checksum());
        },
        |resolved, mut reader| {
            match resolved {
                Ok(n) => assert_eq!(n, 4),
                Err(error) => assert_eq!(error.to_string(), wrong_checksum().to_string()),
            }
            block_on(reader.closed());
            assert_eq!(outcome_of_readable(&mut reader), failed(wrong_checksum()));
        },
    );
}

fn outcome_of_readable(reader: &mut Reader) -> Outcome {
    tried(block_on(reader.readable(4)))
}
