//! B16: `Interrupted` and `WouldBlock` mean "try again", so `abort` refuses them.

use std::io::ErrorKind;

use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::panics::{panic_of, Panic};
use crate::read_up_to;

const REFUSED: [ErrorKind; 2] = [ErrorKind::Interrupted, ErrorKind::WouldBlock];

/// A pipe of four bytes, two of them unread. Both halves wait in `task` for three bytes and for the
/// end.
fn waiting_pipe(task: &CountingTask) -> (Reader, Writer) {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    assert!(task.poll(|cx| reader.poll_readable(cx, 3)).is_pending());
    assert!(task.poll(|cx| writer.poll_writable(cx, 3)).is_pending());
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert!(task.poll(|cx| writer.poll_closed(cx)).is_pending());
    (reader, writer)
}

/// Checks that the pipe works, and that its halves still wait.
fn assert_unchanged(task: &CountingTask, reader: &mut Reader, writer: &mut Writer) {
    assert_eq!((task.wakes(), task.retained()), (0, 4));
    assert!(!reader.is_closed() && !writer.is_closed());
    assert_eq!((reader.len(), writer.len()), (2, 2));
    assert_eq!(as_poll(writer.try_write(b"c")), ready(1));
    assert_eq!((task.wakes(), task.retained()), (1, 3));
    assert_eq!(read_up_to(reader, 4), b"abc");
    assert_eq!((task.wakes(), task.retained()), (2, 2));
    writer.finish();
    assert_eq!(
        as_poll(reader.try_read(&mut [0])),
        ready(0),
        "the end is a clean one"
    );
    reader.close();
    assert_eq!((task.wakes(), task.retained()), (4, 0));
}

fn assert_names_kind(panic: &Panic, kind: ErrorKind) {
    let message = &panic.message;
    assert!(message.contains(&format!("{kind:?}")), "{message}");
}

#[test]
fn b16_reader_abort_panics_for_interrupted_and_would_block_and_changes_nothing() {
    for kind in REFUSED {
        let task = CountingTask::new();
        let (mut reader, mut writer) = waiting_pipe(&task);
        assert_names_kind(&panic_of(|| reader.abort(kind)), kind);
        assert_unchanged(&task, &mut reader, &mut writer);
    }
}

#[test]
fn b16_writer_abort_panics_for_interrupted_and_would_block_and_changes_nothing() {
    for kind in REFUSED {
        let task = CountingTask::new();
        let (mut reader, mut writer) = waiting_pipe(&task);
        assert_names_kind(&panic_of(|| writer.abort(kind)), kind);
        assert_unchanged(&task, &mut reader, &mut writer);
    }
}

#[test]
fn b16_stream_abort_panics_for_interrupted_and_would_block_and_changes_neither_direction() {
    for kind in REFUSED {
        let tasks = [CountingTask::new(), CountingTask::new()];
        let (near_reader, mut far_writer) = waiting_pipe(&tasks[0]);
        let (mut far_reader, near_writer) = waiting_pipe(&tasks[1]);
        let mut near = DuplexStream::new(near_reader, near_writer);
        assert_names_kind(&panic_of(|| near.abort(kind)), kind);
        let (mut near_reader, mut near_writer) = near.into_split();
        assert_unchanged(&tasks[0], &mut near_reader, &mut far_writer);
        assert_unchanged(&tasks[1], &mut far_reader, &mut near_writer);
    }
}

#[test]
fn b16_abort_after_the_end_panics_for_interrupted_and_would_block_too() {
    for kind in REFUSED {
        let (mut reader, mut writer) = pipe(4);
        reader.close();
        writer.finish();
        let (mut near, _far) = duplex(4);
        near.abort(ErrorKind::TimedOut);
        for panic in [
            panic_of(|| reader.abort(kind)),
            panic_of(|| writer.abort(kind)),
            panic_of(|| near.abort(kind)),
        ] {
            assert_names_kind(&panic, kind);
        }
    }
}
