//! B16 and B19: bytes and space that were lent before the end may be consumed and committed after
//! it, whatever call has noticed the end meanwhile.

use async_duplex::{Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::ends::{checksum, endings, Pipe};
use crate::support::families::{flushes_and_closes, reads, writes};
use crate::support::panics::assert_panics;
use crate::{assert_reads, assert_unread, assert_writes, ErrorKind};

type Call<H> = Box<dyn Fn(&mut H)>;

/// Calls of a reader that consume and lend nothing: it has no unread byte, or they do not look.
fn reader_calls() -> Vec<Call<Reader>> {
    let mut calls: Vec<Call<Reader>> = vec![
        Box::new(|_| ()),
        Box::new(|reader| {
            reader.consume(0);
            assert!(!format!("{reader:?}").is_empty());
            drop(reader.peek(&mut [0; 4]));
            let _ = CountingTask::new().poll(|cx| reader.poll_closed(cx));
            let _ = CountingTask::new().poll(|cx| reader.poll_readable(cx, 8));
        }),
    ];
    for call in reads::<Reader>().into_iter().filter(|call| call.consumes) {
        calls.push(Box::new(move |reader| {
            let mut buf = [0; 4];
            let len = if reader.is_empty() { 4 } else { 0 };
            let _ = CountingTask::new().poll(|cx| (call.call)(reader, cx, &mut buf[..len]));
        }));
    }
    calls
}

/// Calls of a writer that lend no space. None of them writes a byte after the end.
fn writer_calls() -> Vec<Call<Writer>> {
    let mut calls: Vec<Call<Writer>> = vec![
        Box::new(|_| ()),
        Box::new(|writer| {
            writer.commit(0);
            assert!(!format!("{writer:?}").is_empty());
            let _ = CountingTask::new().poll(|cx| writer.poll_closed(cx));
        }),
    ];
    for call in writes::<Writer>() {
        calls.push(Box::new(move |writer| {
            let _ = CountingTask::new().poll(|cx| (call.call)(writer, cx, b"x"));
        }));
    }
    for (_, flush) in flushes_and_closes::<Writer>() {
        calls.push(Box::new(move |writer| {
            assert!(CountingTask::new().poll(|cx| flush(writer, cx)).is_ready());
        }));
    }
    calls
}

#[test]
fn b16_b19_lent_bytes_can_be_consumed_in_parts_after_every_ending() {
    for ending in endings() {
        for call in reader_calls() {
            let mut pipe = Pipe::new(ending.strict);
            pipe.writer().try_write(b"abc").unwrap();
            assert_eq!(pipe.reader().as_slices(), (&b"abc"[..], &b""[..]));
            ending.end(&mut pipe, checksum());
            let Some(mut reader) = pipe.reader.take() else {
                continue;
            };
            call(&mut reader);
            // More than was lent is too much, and moves nothing.
            assert_panics(|| reader.consume(4), file!(), &[4, 3]);
            reader.consume(1);
            call(&mut reader);
            reader.consume(2);
            let expected = ending.reader.by_reads(ErrorKind::InvalidData);
            assert_reads(&mut reader, expected, &ending.name);
        }
    }
}

/// No byte of them arrives. The space may also not have been lent.
#[test]
fn b16_b19_space_can_be_committed_in_parts_after_every_ending() {
    for ending in endings() {
        for call in writer_calls() {
            for lends in [true, false] {
                let mut pipe = Pipe::new(ending.strict);
                pipe.writer().try_write(b"ab").unwrap();
                if lends {
                    let (front, back) = pipe.writer().spare_slices();
                    assert_eq!(front.len() + back.len(), 6);
                    front.fill(b'!');
                }
                ending.end(&mut pipe, checksum());
                let Some(writer) = &mut pipe.writer else {
                    continue;
                };
                call(writer);
                writer.commit(2);
                call(writer);
                writer.commit(4);
                assert_panics(|| writer.commit(7), file!(), &[7, 6]);
                let expected = ending.writer.by_writes(ErrorKind::InvalidData);
                assert_writes(writer, expected, &ending.name);
                if let Some(mut reader) = pipe.reader.take() {
                    let left: &[u8] = if ending.discards { b"" } else { b"ab" };
                    assert_unread(&mut reader, left, &ending.name);
                    let expected = ending.reader.by_reads(ErrorKind::InvalidData);
                    assert_reads(&mut reader, expected, &ending.name);
                }
            }
        }
    }
}
