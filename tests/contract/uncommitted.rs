//! B19: a commit sends the contents of the latest spare slices, whatever calls that move nothing
//! came in between, and whatever the reader did meanwhile.

use core::task::Poll;
use std::io::IoSlice;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::slices::{fill_spare, BYTES};
use crate::{pipe_with, read_up_to};

/// A call of a writer that neither moves bytes nor returns spare slices, and its name.
type Call = (&'static str, fn(&mut Writer));

const CALLS: &[Call] = &[
    ("nothing", |_| ()),
    ("writable(0)", |writer| writable(writer, 0)),
    ("writable(1)", |writer| writable(writer, 1)),
    ("writable of the capacity", |writer| {
        writable(writer, writer.capacity());
    }),
    ("try_write of nothing", |writer| {
        assert_eq!(as_poll(writer.try_write(b"")), ready(0));
    }),
    ("poll_write of nothing", |writer| {
        assert_eq!(CountingTask::new().write(writer, b""), ready(0));
    }),
    ("poll_write_vectored of nothing", |writer| {
        let nothing = [IoSlice::new(b""), IoSlice::new(b"")];
        let written = CountingTask::new().write_vectored(writer, &nothing);
        assert_eq!(written, ready(0));
    }),
    ("poll_flush", |writer| {
        assert!(CountingTask::new().flush(writer).is_ready());
    }),
    ("commit of nothing", |writer| writer.commit(0)),
    ("poll_closed", |writer| {
        let closed = CountingTask::new().poll(|cx| writer.poll_closed(cx));
        assert!(closed.is_pending());
    }),
    ("len, is_empty, is_full and is_closed", |writer| {
        let len = writer.len();
        assert_eq!(writer.is_empty(), len == 0);
        assert_eq!(writer.is_full(), len == writer.capacity());
        assert!(!writer.is_closed());
    }),
    ("Debug", |writer| assert!(!format!("{writer:?}").is_empty())),
    #[cfg(feature = "tokio")]
    ("poll_write of nothing by tokio's trait", |writer| {
        use core::pin::Pin;
        use tokio::io::AsyncWrite;

        let task = CountingTask::new();
        let written = task.poll(|cx| AsyncWrite::poll_write(Pin::new(&mut *writer), cx, b""));
        assert!(matches!(written, Poll::Ready(Ok(0))));
        let flushed = task.poll(|cx| AsyncWrite::poll_flush(Pin::new(writer), cx));
        assert!(flushed.is_ready());
    }),
    #[cfg(feature = "embedded-io")]
    ("write of nothing by embedded-io's trait", |writer| {
        use embedded_io_async::{Write, WriteReady};
        use futures::FutureExt;

        let written = Write::write(writer, b"").now_or_never();
        assert!(matches!(written, Some(Ok(0))));
        assert!(Write::flush(writer).now_or_never().is_some());
        assert!(writer.write_ready().unwrap());
    }),
];

/// Polls for `min` free bytes. The result does not matter.
fn writable(writer: &mut Writer, min: usize) {
    let _found = CountingTask::new().poll(|cx| writer.poll_writable(cx, min).map(Result::unwrap));
}

/// Calls `check` with every pipe of up to 5 bytes that is not full, at every offset, with the
/// number of unread bytes and with every call.
fn every_call(check: impl Fn(Reader, Writer, usize, Call)) {
    for capacity in 1..=5 {
        for offset in 0..2 * capacity {
            for fill in 0..capacity {
                for &call in CALLS {
                    let (reader, writer) = pipe_with(capacity, offset, &BYTES[..fill]);
                    check(reader, writer, fill, call);
                }
            }
        }
    }
}

#[test]
fn b19_spare_slices_can_be_committed_after_the_reader_emptied_the_pipe() {
    let (mut reader, mut writer) = async_duplex::pipe(8);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(fill_spare(&mut writer, b"123"), 3);
    assert_eq!(read_up_to(&mut reader, 8), b"abc");
    writable(&mut writer, 3);
    writer.commit(3);
    assert_eq!(read_up_to(&mut reader, 8), b"123");
}

#[test]
fn b19_calls_that_move_nothing_keep_the_spare_slices() {
    every_call(|mut reader, mut writer, fill, (what, call)| {
        let room = writer.capacity() - fill;
        assert_eq!(fill_spare(&mut writer, b"12345"), room);
        call(&mut writer);
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        call(&mut writer);
        writer.commit(room);
        let got = read_up_to(&mut reader, 9);
        assert_eq!(got, b"12345"[..room], "after {what}");
    });
}

/// Each commit continues after the one before, also if the reader has emptied the pipe by then.
#[test]
fn b19_calls_that_move_nothing_keep_the_rest_of_the_spare_slices() {
    every_call(|mut reader, mut writer, fill, (what, call)| {
        let room = writer.capacity() - fill;
        assert_eq!(fill_spare(&mut writer, b"12345"), room);
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        for n in 1..=room {
            call(&mut writer);
            writer.commit(1);
            let got = read_up_to(&mut reader, 9);
            assert_eq!(got, b"12345"[n - 1..n], "after {what}");
        }
    });
}

/// A call that yields moves nothing, although bytes and space are available.
#[test]
fn b19_a_write_that_yields_keeps_the_spare_slices() {
    let calls: [fn(&CountingTask, &mut Writer) -> bool; 3] = [
        |task, writer| task.write(writer, b"x").is_pending(),
        |task, writer| {
            let bytes = [IoSlice::new(b"x")];
            task.write_vectored(writer, &bytes).is_pending()
        },
        |task, writer| task.poll(|cx| writer.poll_writable(cx, 1)).is_pending(),
    ];
    for yields in calls {
        let (mut reader, mut writer) = Options::new(8).yield_every(1).pipe();
        let task = CountingTask::new();
        assert_eq!(task.write(&mut writer, b"abc"), ready(3));
        assert_eq!(fill_spare(&mut writer, b"123"), 3);
        assert_eq!(read_up_to(&mut reader, 8), b"abc");
        assert!(yields(&task, &mut writer));
        assert_eq!((task.wakes(), task.retained()), (1, 0));
        writer.commit(3);
        assert_eq!(read_up_to(&mut reader, 8), b"123");
    }
}

/// The next spare slices start after the bytes that were written.
#[test]
fn b19_a_write_replaces_uncommitted_bytes() {
    every_call(|mut reader, mut writer, fill, (_, call)| {
        let room = writer.capacity() - fill;
        assert_eq!(fill_spare(&mut writer, b"!!!!!"), room);
        assert_eq!(read_up_to(&mut reader, 9), BYTES[..fill]);
        call(&mut writer);
        assert_eq!(as_poll(writer.try_write(b"1")), ready(1));
        let rest = writer.capacity() - 1;
        assert_eq!(fill_spare(&mut writer, b"2345"), rest);
        writer.commit(rest);
        assert_eq!(read_up_to(&mut reader, 9), b"12345"[..=rest]);
        assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
    });
}
