//! B13, B16, B24, B25 and B26: the first ending stands.

use std::io::ErrorKind;

use async_duplex::{duplex, pipe, Options};

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::ends::{checksum, checksum_of, endings, Pipe, RESET};
use crate::{assert_reads, assert_unread, assert_writes, read_kind, write_kind};

/// Every ending, and then every other one of the halves that are left.
#[test]
fn b13_b16_b24_b25_b26_of_every_pair_of_endings_the_first_one_stands() {
    for first in endings() {
        for second in endings() {
            for looks in [false, true] {
                let what = format!("{}, then {}", first.name, second.name);
                let mut pipe = Pipe::new(first.strict && second.strict);
                if !first.strict && second.strict {
                    continue;
                }
                pipe.writer().try_write(b"abc").unwrap();
                (first.end)(&mut pipe, checksum());
                let needs = if second.name.contains("reader") {
                    &pipe.reader.is_some()
                } else {
                    &true
                };
                let by_writer = second.name.contains("writer");
                if !needs || (by_writer && pipe.writer.is_none()) {
                    continue;
                }
                if looks {
                    let _unread = pipe
                        .reader
                        .as_mut()
                        .map(|reader| reader.as_slices().0.len());
                    let _full = pipe
                        .writer
                        .as_mut()
                        .map(|writer| writer.try_write(b"").is_ok());
                }
                (second.end)(&mut pipe, checksum_of(ErrorKind::TimedOut));
                if let Some(mut reader) = pipe.reader.take() {
                    // A reader that aborts discards what is unread whoever has ended before.
                    let own = second.name.contains("reader") && second.discards;
                    let own = own && !second.name.contains("handle");
                    let closed = first.name.contains("reader");
                    let discards = first.discards || (own && !closed);
                    let left: &[u8] = if discards { b"" } else { b"abc" };
                    assert_unread(&mut reader, left, &what);
                    let expected = read_kind(first.reader, ErrorKind::InvalidData);
                    assert_reads(&mut reader, expected, &what);
                }
                if let Some(mut writer) = pipe.writer.take() {
                    let expected = write_kind(first.writer, ErrorKind::InvalidData);
                    assert_writes(&mut writer, expected, &what);
                }
            }
        }
    }
}

#[test]
fn b13_a_reader_that_has_closed_reads_the_unread_bytes_in_any_way_and_then_eof() {
    let (mut reader, mut writer) = pipe(4);
    writer.try_write(b"abcd").unwrap();
    reader.close();
    let task = CountingTask::new();
    assert_eq!(task.fill_buf(&mut reader), ready(b"abcd".to_vec()));
    reader.consume(1);
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    assert_unread(&mut reader, b"cd", "closed");
    assert_reads(&mut reader, Ok(0), "closed");
    assert_writes(
        &mut writer,
        ErrorKind::BrokenPipe,
        "the space is free again",
    );
}

/// The writer ends without a byte having been written, so the storage was never allocated.
#[test]
fn b11_an_unused_pipe_ends_with_eof() {
    let (mut reader, writer) = pipe(8);
    drop(writer);
    assert_reads(&mut reader, Ok(0), "unused");
}

#[test]
fn b14_b16_an_abort_after_a_stream_closed_reaches_only_its_read_direction() {
    let task = CountingTask::new();
    for closes_first in [true, false] {
        let (mut near, mut far) = duplex(4);
        if closes_first {
            assert!(task.close(&mut near).is_ready());
        }
        far.abort(RESET);
        assert!(task.close(&mut near).is_ready());
        assert_reads(&mut near, Err(RESET), "aborted");
        let kind = if closes_first {
            ErrorKind::BrokenPipe
        } else {
            RESET
        };
        assert_writes(&mut near, kind, "aborted");
    }
}

#[test]
fn b14_b25_a_strict_stream_that_finished_its_writer_reports_its_dropped_reader() {
    let (mut near, mut far) = Options::new(8).error_on_drop(RESET).duplex();
    near.writer().finish();
    drop(near);
    assert_reads(&mut far, Ok(0), "finished");
    assert_writes(&mut far, RESET, "dropped");
}

#[test]
fn b14_b26_a_handle_leaves_the_direction_that_has_ended_and_cuts_the_other() {
    let (mut near, mut far) = duplex(8);
    near.writer().finish();
    far.abort_handle().abort(RESET);
    assert_reads(&mut far, Ok(0), "finished before");
    assert_writes(&mut far, RESET, "cut");
    assert_reads(&mut near, Err(RESET), "cut");

    // A handle of one half has cut one direction, which keeps its error.
    let (mut near, mut far) = duplex(8);
    near.reader().abort_handle().abort(RESET);
    near.abort_handle().abort(ErrorKind::TimedOut);
    assert_reads(&mut near, Err(RESET), "the first handle");
    assert_writes(&mut far, RESET, "the first handle");
    assert_reads(&mut far, Err(ErrorKind::TimedOut), "the second handle");
    assert_writes(&mut near, ErrorKind::TimedOut, "the second handle");
}
