//! B17: waiting for a number of bytes. `oracle` has the results and the wakes.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{pipe, Reader, Writer};
use futures::future::{FusedFuture, FutureExt};

use crate::pipe_with;
use crate::support::counting_waker::{as_poll, failed, ready, to_kind, CountingTask, Outcome};
use crate::support::deadline::within;
use crate::support::ends::RESET;
use crate::support::panics::names_number;

/// Polls once, and drops the future.
fn now(mut future: impl Future<Output = io::Result<usize>> + Unpin) -> Outcome<usize> {
    to_kind(CountingTask::new().poll(|cx| Pin::new(&mut future).poll(cx)))
}

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

/// The loop that `Reader::readable` shows, a byte a turn, with a call of `between` where an abort
/// by another thread may come.
async fn drain(reader: &mut Reader, mut between: impl FnMut()) -> io::Result<()> {
    while reader.readable(1).await? > 0 {
        between();
        let (front, _) = reader.as_slices();
        let n = front.len().min(1);
        reader.consume(n);
    }
    Ok(())
}

#[test]
fn b17_an_abort_between_readable_and_as_slices_is_not_taken_for_the_end() {
    for abort_in in 1..=5 {
        let (mut reader, writer) = pipe_with(5, 3, b"01234");
        let mut turn = 0;
        let between = || {
            turn += 1;
            if turn == abort_in {
                writer.abort_handle().abort(RESET);
            }
        };
        let drained = within(60, || drain(&mut reader, between).now_or_never());
        let error = drained.expect("no wait").unwrap_err();
        // The turn of the abort is the last one.
        assert_eq!((error.kind(), turn), (RESET, abort_in));
    }
}

#[test]
fn b17_an_end_between_writable_and_spare_slices_is_told_by_an_empty_write() {
    let ends: [(fn(Reader), ErrorKind); 4] = [
        (|mut reader| reader.close(), ErrorKind::BrokenPipe),
        (drop, ErrorKind::BrokenPipe),
        (|mut reader| reader.abort(RESET), RESET),
        (|reader| reader.abort_handle().abort(RESET), RESET),
    ];
    for (end, kind) in ends {
        let (reader, mut writer) = pipe(8);
        assert_eq!(now(writer.writable(1)), ready(8));
        end(reader);
        assert_eq!(writer.spare_slices(), (&mut [][..], &mut [][..]));
        assert_eq!(as_poll(writer.try_write(&[])), failed(kind));
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
