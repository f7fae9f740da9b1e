//! B16 and B19: bytes and space that were lent before the end may be consumed and committed after
//! it, whatever call has noticed the end meanwhile.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{AbortHandle, Options, Reader, Writer};

use crate::counting_waker::{as_poll, CountingTask, Outcome};

const CAPACITY: usize = 8;

/// A pipe whose halves may be dropped.
struct Pipe {
    reader: Option<Reader>,
    writer: Option<Writer>,
    handle: AbortHandle,
}

impl Pipe {
    /// A pipe with these unread bytes. Dropping a half is an error, if `strict` is set.
    fn new(strict: bool, bytes: &[u8]) -> Self {
        let mut options = Options::new(CAPACITY);
        if strict {
            options = options.error_on_drop(ErrorKind::UnexpectedEof);
        }
        let (reader, mut writer) = options.pipe();
        if !bytes.is_empty() {
            assert_eq!(writer.try_write(bytes).unwrap(), bytes.len());
        }
        Self {
            handle: reader.abort_handle(),
            reader: Some(reader),
            writer: Some(writer),
        }
    }

    fn reader(&mut self) -> &mut Reader {
        self.reader.as_mut().unwrap()
    }

    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().unwrap()
    }
}

/// How a stream ends, and its name.
type End = (&'static str, fn(&mut Pipe));

const BY_WRITER: &[End] = &[
    ("the writer finishes", |pipe| pipe.writer().finish()),
    ("the writer is dropped", |pipe| drop(pipe.writer.take())),
    ("the writer finishes with an error", |pipe| {
        pipe.writer().finish_with(ErrorKind::InvalidData);
    }),
    ("the writer aborts", |pipe| {
        pipe.writer().abort(ErrorKind::InvalidData);
    }),
    ("the writer aborts and is dropped", |pipe| {
        pipe.writer().abort(ErrorKind::InvalidData);
        drop(pipe.writer.take());
    }),
];

const BY_READER: &[End] = &[
    ("the reader closes", |pipe| pipe.reader().close()),
    ("the reader is dropped", |pipe| drop(pipe.reader.take())),
    ("the reader aborts", |pipe| {
        pipe.reader().abort(ErrorKind::InvalidData);
    }),
    ("the reader aborts and is dropped", |pipe| {
        pipe.reader().abort(ErrorKind::InvalidData);
        drop(pipe.reader.take());
    }),
];

const BY_HANDLE: &[End] = &[("a handle aborts", |pipe| {
    pipe.handle.abort(ErrorKind::ConnectionReset);
})];

const BY_WRITER_ITSELF: &[End] = &[
    BY_WRITER[0],
    BY_WRITER[2],
    BY_WRITER[3],
    ("the writer finishes, and then the reader closes", |pipe| {
        pipe.writer().finish();
        pipe.reader().close();
    }),
    ("the reader aborts, and then the writer finishes", |pipe| {
        pipe.reader().abort(ErrorKind::InvalidData);
        pipe.writer().finish();
    }),
];

const BY_READER_ITSELF: &[End] = &[
    BY_READER[0],
    BY_READER[2],
    ("the reader closes, and then the writer finishes", |pipe| {
        pipe.reader().close();
        pipe.writer().finish();
    }),
    ("the writer aborts, and then the reader closes", |pipe| {
        pipe.writer().abort(ErrorKind::InvalidData);
        pipe.reader().close();
    }),
];

fn poll<T>(call: impl FnOnce(&mut core::task::Context<'_>) -> Poll<std::io::Result<T>>) {
    // Whether it fails does not matter here.
    let _result = CountingTask::new().poll(call);
}

/// A call of a reader that moves no byte after the end, and its name. None lends bytes.
type ReaderCall = (&'static str, fn(&mut Reader));

const READER_CALLS: &[ReaderCall] = &[
    ("nothing", |_| ()),
    ("try_read, if no byte is unread", |reader| {
        if reader.is_empty() {
            let read = as_poll(reader.try_read(&mut [0; 4]));
            assert!(is_end(&read), "{read:?}");
        }
    }),
    ("poll_read, if no byte is unread", |reader| {
        if reader.is_empty() {
            poll(|cx| reader.poll_read(cx, &mut [0; 4]));
        }
    }),
    ("peek", |reader| drop(reader.peek(&mut [0; 4]))),
    ("try_read into nothing", |reader| {
        drop(reader.try_read(&mut []));
    }),
    ("poll_readable(0)", |reader| {
        poll(|cx| reader.poll_readable(cx, 0));
    }),
    ("poll_readable of the capacity", |reader| {
        poll(|cx| reader.poll_readable(cx, CAPACITY));
    }),
    ("poll_closed", |reader| {
        poll(|cx| reader.poll_closed(cx).map(Ok));
    }),
    ("len and is_closed", |reader| {
        let _state = (reader.len(), reader.is_closed());
    }),
    ("Debug", |reader| drop(format!("{reader:?}"))),
    ("consume of nothing", |reader| reader.consume(0)),
    #[cfg(feature = "tokio")]
    ("tokio's poll_read, if no byte is unread", |reader| {
        if reader.is_empty() {
            let mut bytes = [0; 4];
            let mut buf = tokio::io::ReadBuf::new(&mut bytes);
            let reader = core::pin::Pin::new(reader);
            poll(|cx| tokio::io::AsyncRead::poll_read(reader, cx, &mut buf));
        }
    }),
    #[cfg(feature = "embedded-io")]
    ("embedded-io's read_ready", |reader| {
        drop(embedded_io_async::ReadReady::read_ready(reader));
    }),
];

/// A call of a writer that moves no byte after the end, and its name. None lends space.
type WriterCall = (&'static str, fn(&mut Writer));

const WRITER_CALLS: &[WriterCall] = &[
    ("nothing", |_| ()),
    ("try_write", |writer| {
        assert!(writer.try_write(b"x").is_err());
    }),
    ("try_write of nothing", |writer| {
        assert!(writer.try_write(b"").is_err());
    }),
    ("poll_write", |writer| {
        poll(|cx| writer.poll_write(cx, b"x"));
    }),
    ("poll_writable(0)", |writer| {
        poll(|cx| writer.poll_writable(cx, 0));
    }),
    ("poll_writable of the capacity", |writer| {
        poll(|cx| writer.poll_writable(cx, CAPACITY));
    }),
    ("poll_flush", |writer| {
        assert!(CountingTask::new().flush(writer).is_ready());
    }),
    ("poll_closed", |writer| {
        poll(|cx| writer.poll_closed(cx).map(Ok));
    }),
    ("len and is_closed", |writer| {
        let _state = (writer.len(), writer.is_closed());
    }),
    ("Debug", |writer| drop(format!("{writer:?}"))),
    ("commit of nothing", |writer| writer.commit(0)),
    #[cfg(feature = "tokio")]
    ("tokio's poll_write", |writer| {
        let writer = core::pin::Pin::new(writer);
        poll(|cx| tokio::io::AsyncWrite::poll_write(writer, cx, b"x"));
    }),
    #[cfg(feature = "embedded-io")]
    ("embedded-io's write_ready", |writer| {
        drop(embedded_io_async::WriteReady::write_ready(writer));
    }),
];

/// Whether a call reports an end. It never waits again.
fn is_end(result: &Outcome<usize>) -> bool {
    matches!(result, Poll::Ready(Ok(0) | Err(_)))
}

/// Consumes three bytes that were lent before the stream ended, in two parts. A call in between
/// notices the end.
fn check_consume(ends: &[End]) {
    for (end_name, end) in ends {
        for (call_name, call) in READER_CALLS {
            for strict in [false, true] {
                let mut pipe = Pipe::new(strict, b"abc");
                assert_eq!(pipe.reader().as_slices(), (&b"abc"[..], &b""[..]));
                end(&mut pipe);
                call(pipe.reader());
                pipe.reader().consume(1);
                call(pipe.reader());
                pipe.reader().consume(2);
                let context = format!("{end_name}, {call_name}, strict: {strict}");
                assert_eq!(pipe.reader().as_slices().0, b"", "{context}");
                assert_eq!(pipe.reader().len(), 0, "{context}");
                let read = as_poll(pipe.reader().try_read(&mut [0]));
                assert!(is_end(&read), "{context}: {read:?}");
            }
        }
    }
}

/// Commits six bytes of space that was lent before the stream ended, in two parts. A call in
/// between notices the end. No byte of them arrives.
fn check_commit(ends: &[End]) {
    for (end_name, end) in ends {
        for (call_name, call) in WRITER_CALLS {
            for strict in [false, true] {
                let mut pipe = Pipe::new(strict, b"ab");
                let (front, back) = pipe.writer().spare_slices();
                assert_eq!(front.len() + back.len(), 6);
                front.fill(b'!');
                back.fill(b'!');
                end(&mut pipe);
                call(pipe.writer());
                pipe.writer().commit(2);
                call(pipe.writer());
                pipe.writer().commit(4);
                let context = format!("{end_name}, {call_name}, strict: {strict}");
                assert!(pipe.writer().try_write(b"x").is_err(), "{context}");
                if let Some(mut reader) = pipe.reader.take() {
                    let mut buf = [0; CAPACITY];
                    let n = reader.try_read(&mut buf).unwrap_or(0);
                    assert_eq!(buf[..n], b"ab"[..n], "{context}");
                    let read = as_poll(reader.try_read(&mut buf));
                    assert!(is_end(&read), "{context}: {read:?}");
                }
            }
        }
    }
}

#[test]
fn b19_lent_bytes_can_be_consumed_after_the_writer_ended() {
    check_consume(BY_WRITER);
}

#[test]
fn b19_lent_bytes_can_be_consumed_after_a_handle_aborted() {
    check_consume(BY_HANDLE);
}

#[test]
fn b19_lent_bytes_can_be_consumed_after_the_reader_ended() {
    check_consume(BY_READER_ITSELF);
}

#[test]
fn b16_lent_space_can_be_committed_after_the_reader_ended() {
    check_commit(BY_READER);
}

#[test]
fn b16_lent_space_can_be_committed_after_a_handle_aborted() {
    check_commit(BY_HANDLE);
}

#[test]
fn b16_lent_space_can_be_committed_after_the_writer_ended() {
    check_commit(BY_WRITER_ITSELF);
}

/// The bytes have unspecified values, and are discarded.
#[test]
fn b19_a_commit_without_a_loan_after_the_reader_ended_is_discarded() {
    for (end_name, end) in BY_READER.iter().chain(BY_HANDLE) {
        for (call_name, call) in WRITER_CALLS {
            for unread in 0..CAPACITY {
                for n in 1..=CAPACITY - unread {
                    let mut pipe = Pipe::new(false, &b"12345678"[..unread]);
                    end(&mut pipe);
                    call(pipe.writer());
                    pipe.writer().commit(n);
                    let context = format!("{end_name}, {call_name}, {unread}, {n}");
                    assert!(pipe.writer().try_write(b"x").is_err(), "{context}");
                    if let Some(mut reader) = pipe.reader.take() {
                        let read = reader.try_read(&mut [0; CAPACITY]).unwrap_or(0);
                        assert!(read == unread || read == 0, "{context}: {read} bytes");
                        let read = as_poll(reader.try_read(&mut [0]));
                        assert!(is_end(&read), "{context}: {read:?}");
                    }
                }
            }
        }
    }
}
