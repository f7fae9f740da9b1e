//! B16: aborting.

use std::io::ErrorKind;

use async_duplex::{duplex, pipe};

use crate::counting_waker::{as_poll, failed, ready, CountingTask, BROKEN, END};
use crate::every_call::{reads, writes};
use crate::panics::panic_of;
use crate::{pipe_at, read_up_to, READER_ENDINGS, WRITER_ENDINGS};

/// Every kind with a stable name, except `Interrupted` and `WouldBlock`, which become others.
#[allow(clippy::incompatible_msrv)] // Tests have a current compiler.
const KINDS: [ErrorKind; 37] = [
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::NetworkDown,
    ErrorKind::BrokenPipe,
    ErrorKind::AlreadyExists,
    ErrorKind::NotADirectory,
    ErrorKind::IsADirectory,
    ErrorKind::DirectoryNotEmpty,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::StaleNetworkFileHandle,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::TimedOut,
    ErrorKind::WriteZero,
    ErrorKind::StorageFull,
    ErrorKind::NotSeekable,
    ErrorKind::QuotaExceeded,
    ErrorKind::FileTooLarge,
    ErrorKind::ResourceBusy,
    ErrorKind::ExecutableFileBusy,
    ErrorKind::Deadlock,
    ErrorKind::CrossesDevices,
    ErrorKind::TooManyLinks,
    ErrorKind::InvalidFilename,
    ErrorKind::ArgumentListTooLong,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
    ErrorKind::Other,
];

const KIND: ErrorKind = ErrorKind::ConnectionReset;

#[test]
fn b16_after_the_writer_aborts_every_read_fails_with_its_kind() {
    for kind in KINDS {
        let (mut reader, mut writer) = pipe(8);
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        writer.abort(kind);
        assert_eq!(reads(&mut reader), [failed(kind); 6]);
    }
}

#[test]
fn b16_after_the_reader_aborts_every_write_fails_with_its_kind() {
    for kind in KINDS {
        let (mut reader, mut writer) = pipe(8);
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        reader.abort(kind);
        assert_eq!(writes(&mut writer), [failed(kind); 7]);
    }
}

#[test]
fn b16_after_the_writer_aborts_reads_fail_for_ever_and_unread_bytes_are_discarded() {
    for offset in 0..16 {
        for fill in 0..=8 {
            for (_, end) in WRITER_ENDINGS {
                let (mut reader, mut writer) = pipe_at(8, offset);
                assert_eq!(as_poll(writer.try_write(&b"01234567"[..fill])), ready(fill));
                assert_eq!(read_up_to(&mut reader, 1), b"01234567"[..fill.min(1)]);
                writer.abort(KIND);
                assert_eq!(reader.len(), 0);
                assert!(reader.is_empty() && !reader.is_full() && reader.is_closed());
                let _closed = end(writer);
                for _ in 0..20 {
                    assert_eq!(reads(&mut reader), [failed(KIND); 6]);
                }
                assert_eq!(reader.len(), 0);
            }
        }
    }
}

#[test]
fn b16_after_the_reader_aborts_writes_fail_for_ever() {
    for offset in 0..16 {
        for fill in 0..=8 {
            for (_, end) in READER_ENDINGS {
                let (mut reader, mut writer) = pipe_at(8, offset);
                assert_eq!(as_poll(writer.try_write(&[1; 8][..fill])), ready(fill));
                reader.abort(KIND);
                assert!(writer.is_closed());
                let _closed = end(reader);
                for _ in 0..20 {
                    assert_eq!(writes(&mut writer), [failed(KIND); 7]);
                }
                assert_eq!(
                    writer.is_empty(),
                    fill == 0,
                    "the bytes were discarded, not read"
                );
            }
        }
    }
}

#[test]
fn b16_a_reader_that_has_aborted_reads_eof_even_if_bytes_were_unread() {
    for offset in 0..16 {
        for fill in 0..=8 {
            let (mut reader, mut writer) = pipe_at(8, offset);
            assert_eq!(as_poll(writer.try_write(&[1; 8][..fill])), ready(fill));
            reader.abort(KIND);
            assert_eq!(reader.len(), 0);
            assert!(reader.is_empty() && !reader.is_full() && !reader.is_closed());
            assert_eq!(reads(&mut reader), [END; 6]);
            drop(writer);
            assert_eq!(reads(&mut reader), [END; 6]);
        }
    }
}

#[test]
fn b16_a_writer_that_has_aborted_gets_broken_pipe() {
    for fill in 0..=4 {
        let (reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(&[1; 4][..fill])), ready(fill));
        writer.abort(KIND);
        assert!(!writer.is_closed(), "the reader is still there");
        assert_eq!(writes(&mut writer), [BROKEN; 7]);
        drop(reader);
        assert_eq!(writes(&mut writer), [BROKEN; 7]);
    }
}

#[test]
fn b16_an_empty_read_is_ok_after_an_abort() {
    let (mut reader, mut writer) = pipe(4);
    writer.abort(KIND);
    assert_eq!(CountingTask::new().read(&mut reader, &mut []), ready(0));
    assert_eq!(as_poll(reader.try_read(&mut [])), ready(0));
}

#[test]
fn b16_flush_and_close_are_ok_after_an_abort() {
    let task = CountingTask::new();
    let ok = ready(());
    let (mut reader, mut writer) = pipe(4);
    writer.abort(KIND);
    assert_eq!(task.flush(&mut writer), ok);
    assert_eq!(task.close(&mut writer), ok);
    assert_eq!(reads(&mut reader), [failed(KIND); 6]);

    let (mut reader, mut writer) = pipe(4);
    reader.abort(KIND);
    assert_eq!(task.flush(&mut writer), ok);
    assert_eq!(task.close(&mut writer), ok);
}

#[test]
fn b16_bytes_returned_before_an_abort_can_be_consumed_after_it() {
    for n in 0..=3 {
        let (mut reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        assert_eq!(reader.as_slices().0, b"abc");
        writer.abort(KIND);
        reader.consume(n);
        assert_eq!(reader.len(), 0);
        assert_eq!(reads(&mut reader), [failed(KIND); 6]);
    }
}

/// An abort may come at any time, so bytes that were lent before it count as unread.
#[test]
fn b16_lent_bytes_can_be_consumed_after_a_read_failed_with_the_abort() {
    for n in 0..=3 {
        let (mut reader, mut writer) = pipe(4);
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        assert_eq!(reader.as_slices().0, b"abc");
        writer.abort(KIND);
        assert_eq!(reads(&mut reader), [failed(KIND); 6]);
        let panic = panic_of(|| reader.consume(4));
        assert!(panic.names(4) && panic.names(3), "{}", panic.message);
        reader.consume(n);
        assert_eq!(reads(&mut reader), [failed(KIND); 6]);
    }
}

#[test]
fn b16_aborting_a_stream_fails_both_directions_and_discards_unread_bytes() {
    let (mut near, mut far) = duplex(4);
    for stream in [&mut near, &mut far] {
        assert_eq!(CountingTask::new().write(stream, b"abc"), ready(3));
    }
    near.abort(KIND);
    let (reader, writer) = far.halves();
    assert!(reader.is_closed() && writer.is_closed() && reader.is_empty());
    for _ in 0..20 {
        assert_eq!(reads(reader), [failed(KIND); 6]);
        assert_eq!(writes(writer), [failed(KIND); 7]);
    }
    let (reader, writer) = near.halves();
    assert_eq!(reads(reader), [END; 6]);
    assert_eq!(writes(writer), [BROKEN; 7]);
    drop(near);
    let (mut reader, mut writer) = far.into_split();
    assert_eq!(reads(&mut reader), [failed(KIND); 6]);
    assert_eq!(writes(&mut writer), [failed(KIND); 7]);
}

#[test]
fn b16_aborting_one_direction_leaves_the_other_open() {
    let (mut near, mut far) = duplex(4);
    near.writer().abort(KIND);
    let task = CountingTask::new();
    assert_eq!(reads(far.reader()), [failed(KIND); 6]);
    assert_eq!(task.write(&mut far, b"abc"), ready(3));
    assert_eq!(task.read(&mut near, &mut [0; 4]), ready(3));
}
