//! B17: bytes and an end that come while `readable` waits.

use core::future::Future;
use core::pin::Pin;

use async_duplex::{pipe, Options, Reader, Writer};

use crate::task::{failed, moved, outcome, tried, Outcome, Task};
use crate::{wrong_checksum, RESET};

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
