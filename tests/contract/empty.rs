//! B5 and B6: empty reads, empty writes and flush.

use std::io::{IoSlice, IoSliceMut};

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome, BROKEN};
use crate::{READER_ENDINGS, WRITER_ENDINGS};

const CAPACITY: usize = 4;

/// Empty, partly filled and full.
const FILLS: [usize; 3] = [0, 1, CAPACITY];

fn filled_pipe(fill: usize) -> (Reader, Writer) {
    let (reader, mut writer) = pipe(CAPACITY);
    assert_eq!(as_poll(writer.try_write(&b"abcd"[..fill])), ready(fill));
    (reader, writer)
}

/// Makes every call that reads into an empty buffer.
fn empty_reads(task: &CountingTask, reader: &mut Reader) -> [Outcome<usize>; 4] {
    let nothing = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut [])];
    [
        task.read(reader, &mut []),
        task.read_vectored(reader, &mut []),
        task.read_vectored(reader, nothing),
        as_poll(reader.try_read(&mut [])),
    ]
}

/// Makes every call that writes no bytes.
fn empty_writes(task: &CountingTask, writer: &mut Writer) -> [Outcome<usize>; 4] {
    let nothing = &[IoSlice::new(&[]), IoSlice::new(&[])];
    [
        task.write(writer, b""),
        task.write_vectored(writer, &[]),
        task.write_vectored(writer, nothing),
        as_poll(writer.try_write(b"")),
    ]
}

/// Checks that no task was woken, and that no waker of `caller` is registered.
fn assert_no_wakes(caller: &CountingTask, watcher: &CountingTask) {
    assert_eq!((caller.wakes(), caller.retained()), (0, 0));
    assert_eq!(watcher.wakes(), 0);
}

#[test]
fn b5_an_empty_read_is_ok_at_once_and_wakes_no_task() {
    for fill in FILLS {
        let (mut reader, mut writer) = filled_pipe(fill);
        let (caller, watcher) = (CountingTask::new(), CountingTask::new());
        assert!(watcher.poll(|cx| writer.poll_closed(cx)).is_pending());
        if fill == CAPACITY {
            assert!(watcher.write(&mut writer, b"x").is_pending());
        }
        assert_eq!(empty_reads(&caller, &mut reader), [ready(0); 4]);
        assert_no_wakes(&caller, &watcher);
        assert_eq!((watcher.retained(), reader.len()), (1, fill));
    }
}

#[test]
fn b5_an_empty_read_is_ok_after_the_writer_ended() {
    for fill in FILLS {
        for (_, end) in WRITER_ENDINGS {
            let (mut reader, writer) = filled_pipe(fill);
            let _closed = end(writer);
            let caller = CountingTask::new();
            assert_eq!(empty_reads(&caller, &mut reader), [ready(0); 4]);
            assert_no_wakes(&caller, &caller);
            assert_eq!(reader.len(), fill);
        }
    }
}

#[test]
fn b5_an_empty_read_is_ok_after_the_reader_closed() {
    for fill in FILLS {
        let (mut reader, mut writer) = filled_pipe(fill);
        reader.close();
        let caller = CountingTask::new();
        assert_eq!(empty_reads(&caller, &mut reader), [ready(0); 4]);
        writer.finish();
        assert_eq!(empty_reads(&caller, &mut reader), [ready(0); 4]);
        assert_no_wakes(&caller, &caller);
        assert_eq!(reader.len(), fill);
    }
}

#[test]
fn b5_an_empty_write_is_ok_at_once_full_or_not_and_wakes_no_task() {
    for fill in FILLS {
        let (mut reader, mut writer) = filled_pipe(fill);
        let (caller, watcher) = (CountingTask::new(), CountingTask::new());
        assert!(watcher.poll(|cx| reader.poll_closed(cx)).is_pending());
        if fill == 0 {
            assert!(watcher.read(&mut reader, &mut [0]).is_pending());
        }
        assert_eq!(empty_writes(&caller, &mut writer), [ready(0); 4]);
        assert_no_wakes(&caller, &watcher);
        assert_eq!((watcher.retained(), writer.len()), (1, fill));
    }
}

#[test]
fn b5_an_empty_write_is_broken_pipe_after_the_reader_ended() {
    for fill in FILLS {
        for (_, end) in READER_ENDINGS {
            let (reader, mut writer) = filled_pipe(fill);
            let _closed = end(reader);
            let caller = CountingTask::new();
            assert_eq!(empty_writes(&caller, &mut writer), [BROKEN; 4]);
            assert_no_wakes(&caller, &caller);
            assert_eq!(writer.len(), fill);
        }
    }
}

#[test]
fn b5_an_empty_write_is_broken_pipe_after_finish() {
    for fill in FILLS {
        let (mut reader, mut writer) = filled_pipe(fill);
        writer.finish();
        let caller = CountingTask::new();
        assert_eq!(empty_writes(&caller, &mut writer), [BROKEN; 4]);
        reader.close();
        assert_eq!(empty_writes(&caller, &mut writer), [BROKEN; 4]);
        assert_no_wakes(&caller, &caller);
        assert_eq!(writer.len(), fill);
    }
}

#[test]
fn b5_an_empty_read_leaves_a_parked_read_registered() {
    let (mut reader, mut writer) = filled_pipe(0);
    let (parked, caller) = (CountingTask::new(), CountingTask::new());
    assert!(parked.read(&mut reader, &mut [0]).is_pending());
    assert_eq!(empty_reads(&caller, &mut reader), [ready(0); 4]);
    assert_eq!((parked.retained(), caller.retained()), (1, 0));
    assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
    assert_eq!(parked.wakes(), 1);
}

#[test]
fn b5_an_empty_write_leaves_a_parked_write_registered() {
    let (mut reader, mut writer) = filled_pipe(CAPACITY);
    let (parked, caller) = (CountingTask::new(), CountingTask::new());
    assert!(parked.write(&mut writer, b"x").is_pending());
    assert_eq!(empty_writes(&caller, &mut writer), [ready(0); 4]);
    assert_eq!((parked.retained(), caller.retained()), (1, 0));
    assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    assert_eq!(parked.wakes(), 1);
}

#[test]
fn b5_empty_reads_and_writes_do_not_wake_the_parked_peer() {
    let (mut reader, mut writer) = filled_pipe(0);
    let parked = CountingTask::new();
    assert!(parked.read(&mut reader, &mut [0]).is_pending());
    assert_eq!(as_poll(writer.try_write(b"")), ready(0));
    assert_eq!(as_poll(writer.try_write(b"abcd")), ready(4));
    assert_eq!(parked.wakes(), 1, "woken once, by the bytes");

    assert!(parked.write(&mut writer, b"x").is_pending());
    assert_eq!(as_poll(reader.try_read(&mut [])), ready(0));
    assert_eq!(parked.wakes(), 1);
    assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    assert_eq!(parked.wakes(), 2, "woken once more, by the free byte");
}

#[test]
fn b5_empty_reads_and_writes_of_a_stream_are_those_of_its_halves() {
    let (mut left, mut right) = duplex(1);
    let task = CountingTask::new();
    assert_eq!(task.read(&mut left, &mut []), ready(0));
    assert_eq!(task.write(&mut left, b"x"), ready(1));
    assert_eq!(task.write(&mut left, b""), ready(0));
    assert!(task.close(&mut left).is_ready());
    assert_eq!(task.write(&mut left, b""), BROKEN);
    drop(left);
    assert_eq!(task.read(&mut right, &mut []), ready(0));
    assert_eq!(task.write(&mut right, b""), BROKEN);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}

#[test]
fn b6_flush_is_ok_full_or_not_and_closed_or_not() {
    let task = CountingTask::new();
    let ok = ready(());
    for fill in FILLS {
        let (mut reader, mut writer) = filled_pipe(fill);
        assert_eq!(task.flush(&mut writer), ok);
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        assert_eq!(task.flush(&mut writer), ok);
        assert_eq!((task.wakes(), writer.len()), (0, fill));
        reader.close();
        assert_eq!(task.flush(&mut writer), ok);
        drop(reader);
        assert_eq!(task.flush(&mut writer), ok);
        writer.finish();
        assert_eq!(task.flush(&mut writer), ok);
        assert_eq!((task.wakes(), task.retained()), (0, 0));
    }
}

#[test]
fn b6_flush_of_a_stream_is_ok_after_its_close_and_without_its_peer() {
    let task = CountingTask::new();
    let ok = ready(());
    let (mut left, right) = duplex(1);
    assert_eq!(task.write(&mut left, b"x"), ready(1));
    assert_eq!(task.flush(&mut left), ok);
    assert_eq!(task.close(&mut left), ok);
    assert_eq!(task.flush(&mut left), ok);
    drop(right);
    assert_eq!(task.flush(&mut left), ok);
    assert_eq!(task.retained(), 0);
}
