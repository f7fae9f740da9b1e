//! B17: waiting for a number of bytes. `oracle` has the results and the wakes.

use core::pin::Pin;
use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{pipe, Reader, Writer};
use futures::future::FusedFuture;

use crate::pipe_with;
use crate::support::counting_waker::{as_poll, ready, CountingTask};
use crate::support::panics::names_number;

#[test]
fn b17_min_above_the_capacity_is_invalid_input_at_once_and_names_both() {
    let ends: [fn(&mut Reader, &mut Writer); 3] = [
        |_, _| (),
        |reader, _| reader.close(),
        |_, writer| writer.abort(ErrorKind::Other),
    ];
    for end in ends {
        for (fill, min) in [(0, 8), (7, 8), (3, 95), (7, usize::MAX)] {
            let (mut reader, mut writer) = pipe_with(7, 3, &b"0123456"[..fill]);
            end(&mut reader, &mut writer);
            let task = CountingTask::new();
            for polled in [
                task.poll(|cx| reader.poll_readable(cx, min)),
                task.poll(|cx| writer.poll_writable(cx, min)),
            ] {
                let Poll::Ready(Err(error)) = polled else {
                    panic!("{min} bytes of 7: {polled:?}");
                };
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                let text = error.to_string();
                assert!(names_number(&text, 7) && names_number(&text, min), "{text}");
            }
            assert_eq!(task.state(), (0, 0));
        }
    }
}

/// Polls a future that has not resolved, and returns whether it has then.
fn resolves<F: FusedFuture + Unpin>(task: &CountingTask, future: &mut F) -> bool {
    assert!(!future.is_terminated());
    let is_ready = task.poll(|cx| Pin::new(&mut *future).poll(cx).is_ready());
    assert_eq!(future.is_terminated(), is_ready);
    is_ready
}

#[test]
fn surface_readable_writable_and_closed_are_terminated_once_they_have_resolved() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    let mut writable = writer.writable(3);
    assert!(!resolves(&task, &mut writable));
    reader.consume(1);
    assert!(resolves(&task, &mut writable));
    assert!(resolves(&task, &mut writer.writable(5)), "with an error");

    let mut readable = reader.readable(2);
    assert!(!resolves(&task, &mut readable));
    assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
    assert!(resolves(&task, &mut readable));

    let mut closed = reader.closed();
    assert!(!resolves(&task, &mut closed));
    writer.finish();
    assert!(resolves(&task, &mut closed));
    let mut closed = writer.closed();
    assert!(!resolves(&task, &mut closed));
    drop(reader);
    assert!(resolves(&task, &mut closed));
}
