//! One direction: no wake is lost, and the end comes after the last byte.

use core::future::poll_fn;
use core::task::Poll;

use crate::io::ErrorKind;

use super::{block_on, full, model, poll_once, read, read_byte_then_eof, write, UserMemory};
use crate::{pipe, Reader, Writer};

/// Edge W: all bytes arrive, although the sides park again and again.
fn bytes_arrive(capacity: usize, bytes: &'static [u8]) {
    model(
        move || {
            let (reader, writer) = pipe(capacity);
            (reader, (writer, bytes))
        },
        move |mut reader| {
            let mut got = [0; 4];
            let mut n = 0;
            while n < bytes.len() {
                n += read(&mut reader, &mut got[n..]).unwrap();
            }
            assert_eq!(&got[..n], bytes);
        },
        |(mut writer, mut left)| {
            while !left.is_empty() {
                let n = write(&mut writer, left).unwrap();
                left = &left[n..];
            }
            // Not dropped here: the end would wake a reader that missed the wake of a byte.
            writer
        },
    );
}

#[test]
fn parked_reader_is_woken() {
    bytes_arrive(1, b"a");
    bytes_arrive(2, b"ab");
}

#[test]
fn parked_writer_is_woken() {
    bytes_arrive(1, b"ab");
    bytes_arrive(2, b"abc");
}

/// Edges C and P: a read never reports the end before the last byte.
#[test]
fn every_byte_then_eof() {
    model(
        || pipe(1),
        read_byte_then_eof,
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            drop(writer);
        },
    );
}

/// The same for `try_read`, which registers no waiter.
#[test]
fn every_byte_then_eof_without_waiting() {
    model(
        || pipe(1),
        |mut reader| {
            match reader.try_read(&mut [0; 2]) {
                Ok(n) => assert_eq!(n, 1),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer.finish();
        },
    );
}

#[test]
fn close_wakes_parked_reader() {
    model(
        || pipe(1),
        |mut reader| assert_eq!(read(&mut reader, &mut [0]).unwrap(), 0),
        drop,
    );
}

#[test]
fn close_wakes_parked_writer() {
    model(
        || full(pipe(1)),
        |mut writer| {
            let error = write(&mut writer, b"b").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        },
        drop,
    );
}

/// A parked writer is woken by freed space and by the end of the reader, in either order.
#[test]
fn read_then_drop_wakes_parked_writer() {
    model(
        || full(pipe(1)),
        |mut writer| while write(&mut writer, b"b").is_ok() {},
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
        },
    );
}

/// The latest waker is woken, even if the writer has taken an earlier one.
#[test]
fn reader_waker_replaced_while_being_woken() {
    model(
        || pipe(2),
        |mut reader| {
            let mut buf = [0; 2];
            if poll_once(|cx| reader.poll_read(cx, &mut buf)).is_pending() {
                assert_eq!(read(&mut reader, &mut buf).unwrap(), 1);
            }
            reader
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

#[test]
fn writer_waker_replaced_while_being_woken() {
    model(
        || full(pipe(1)),
        |mut writer| {
            if poll_once(|cx| writer.poll_write(cx, b"b")).is_pending() {
                assert_eq!(write(&mut writer, b"b").unwrap(), 1);
            }
        },
        |mut reader| {
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            reader
        },
    );
}

/// A half can be dropped while its waker is being woken.
#[test]
fn reader_dropped_while_being_woken() {
    model(
        || pipe(1),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_read(cx, &mut [0]));
        },
        |mut writer| {
            let _ = writer.try_write(b"a");
        },
    );
}

/// Edge E: `closed` is woken by the end, and by nothing else.
#[test]
fn closed_is_woken() {
    model(
        || pipe(1),
        |mut reader| block_on(reader.closed()),
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
        },
    );
    model(
        || {
            let (reader, writer) = pipe(1);
            (writer, reader)
        },
        |mut writer| block_on(writer.closed()),
        drop,
    );
}

/// A `closed` that is polled again with another waker is woken through that.
#[test]
fn closed_is_woken_through_its_latest_waker() {
    model(
        || pipe(1),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_closed(cx));
            block_on(reader.closed());
        },
        drop,
    );
}

/// A task that waits for a byte and for the end is woken for the byte.
#[test]
fn a_task_that_waits_for_bytes_and_the_end_is_woken_for_bytes() {
    model(
        || pipe(1),
        |mut reader| {
            block_on(poll_fn(|cx| {
                if reader.poll_read(cx, &mut [0]).is_ready() {
                    return Poll::Ready(());
                }
                reader.poll_closed(cx)
            }));
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}

/// A task that waits for more bytes than there will be, and for the end, is woken for the end.
#[test]
fn a_task_that_waits_for_bytes_and_the_end_is_woken_for_the_end() {
    model(
        || pipe(2),
        |mut reader| {
            block_on(poll_fn(|cx| {
                let readable = reader.poll_readable(cx, 2);
                let closed = reader.poll_closed(cx);
                assert!(readable.is_pending() || reader.is_closed());
                closed
            }));
        },
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
        },
    );
}

/// Bytes that are unread when the reader closes stay readable. Later ones never appear.
#[test]
fn own_close_settles_what_is_left() {
    model(
        || pipe(2),
        |mut reader| {
            reader.close();
            let mut buf = [0; 2];
            let left = reader.len();
            assert_eq!(reader.try_read(&mut buf).unwrap(), left);
            assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
        },
        |mut writer| {
            let _ = writer.try_write(b"a");
            let _ = writer.try_write(b"b");
        },
    );
}

/// A pipe, and memory of the user that both threads access.
fn with_memory() -> ((Reader, UserMemory), (Writer, UserMemory)) {
    let (reader, writer) = pipe(1);
    let memory = UserMemory::new();
    ((reader, memory.clone()), (writer, memory))
}

/// Edge U, by the end of the stream.
#[test]
fn eof_hands_over() {
    model(
        with_memory,
        |(mut reader, memory)| {
            assert_eq!(read(&mut reader, &mut [0]).unwrap(), 0);
            memory.read();
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
    );
    model(
        with_memory,
        |(mut reader, memory)| {
            if reader.try_read(&mut [0]).is_ok() {
                memory.read();
            }
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
    );
}

/// Edge U, by `BrokenPipe`. The half that closes is on the main thread, which loom runs first.
#[test]
fn broken_pipe_hands_over() {
    model(
        with_memory,
        |(reader, memory)| {
            memory.write();
            drop(reader);
        },
        |(mut writer, memory)| {
            if writer.try_write(b"a").is_err() {
                memory.read();
            }
        },
    );
}

/// Edge U, by `is_closed`. The half that closes is on the main thread, which loom runs first.
#[test]
fn is_closed_hands_over() {
    model(
        || {
            let (reader, writer) = with_memory();
            (writer, reader)
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
        |(reader, memory)| {
            if reader.is_closed() {
                memory.read();
            }
        },
    );
}

/// Edge U, by `closed`. Without a wake: the flags alone have to hand the memory over.
#[test]
fn closed_hands_over() {
    model(
        with_memory,
        |(mut reader, memory)| {
            if poll_once(|cx| reader.poll_closed(cx)).is_ready() {
                memory.read();
            }
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
    );
}

/// A byte hands over the memory that was written before it.
#[test]
fn bytes_hand_over() {
    model(
        with_memory,
        |(mut reader, memory)| {
            assert_eq!(read(&mut reader, &mut [0]).unwrap(), 1);
            memory.read();
        },
        |(mut writer, memory)| {
            memory.write();
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}
