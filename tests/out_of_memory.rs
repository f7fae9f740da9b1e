//! B2: the allocator refuses the storage of a pipe at the first write.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "support/counting_waker.rs"]
mod counting_waker;
#[path = "support/strict_allocator.rs"]
mod strict_allocator;

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, ErrorKind, IoSlice, Write};

use async_duplex::{duplex, pipe, DuplexStream, Reader, Writer};
use counting_waker::{as_poll, ready, CountingTask, END};
use futures::io::AsyncWrite;
use strict_allocator::{GRANTS, HELD, LARGE};

/// More memory than any machine has.
const HUGE: usize = 1 << 40;

/// A call that writes five bytes, or waits for space for them, and its name.
type Call = (
    &'static str,
    fn(&mut Writer, &mut Context<'_>) -> Poll<io::Result<usize>>,
);

const CALLS: &[Call] = &[
    ("try_write", |writer, _| {
        Poll::Ready(writer.try_write(b"hello"))
    }),
    ("poll_write", |writer, cx| writer.poll_write(cx, b"hello")),
    ("AsyncWrite::poll_write", |writer, cx| {
        AsyncWrite::poll_write(Pin::new(writer), cx, b"hello")
    }),
    ("AsyncWrite::poll_write_vectored", |writer, cx| {
        let bufs = [IoSlice::new(b""), IoSlice::new(b"he"), IoSlice::new(b"llo")];
        AsyncWrite::poll_write_vectored(Pin::new(writer), cx, &bufs)
    }),
    ("poll_writable(1)", |writer, cx| writer.poll_writable(cx, 1)),
    ("poll_writable(5)", |writer, cx| writer.poll_writable(cx, 5)),
    #[cfg(feature = "tokio")]
    ("tokio's poll_write", |writer, cx| {
        tokio::io::AsyncWrite::poll_write(Pin::new(writer), cx, b"hello")
    }),
    #[cfg(feature = "tokio")]
    ("tokio's poll_write_vectored", |writer, cx| {
        let bufs = [IoSlice::new(b""), IoSlice::new(b"he"), IoSlice::new(b"llo")];
        tokio::io::AsyncWrite::poll_write_vectored(Pin::new(writer), cx, &bufs)
    }),
    #[cfg(feature = "embedded-io")]
    ("embedded-io's write", |writer, cx| {
        use core::future::Future;
        use core::pin::pin;

        let write = pin!(embedded_io_async::Write::write(writer, b"hello"));
        write.poll(cx)
    }),
];

/// Checks that a call has failed with `OutOfMemory`. The error is the kind alone, which allocates
/// nothing.
#[track_caller]
fn assert_out_of_memory<T>(what: &str, result: io::Result<T>) {
    let Err(error) = result else {
        panic!("{what}: there is no memory");
    };
    assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{what}: {error}");
    assert!(error.get_ref().is_none(), "{what}: {error:?}");
}

/// Makes a call for which the allocator refuses the storage.
#[track_caller]
fn assert_refuses(writer: &mut Writer, (what, call): Call) {
    GRANTS.set(0);
    let task = CountingTask::new();
    let Poll::Ready(result) = task.poll(|cx| call(writer, cx)) else {
        panic!("{what}: it waits for memory");
    };
    assert_out_of_memory(what, result);
    assert_eq!(
        (task.wakes(), task.retained(), HELD.get()),
        (0, 0, 0),
        "{what}"
    );
    let (front, back) = writer.spare_slices();
    assert_eq!((front.len(), back.len()), (0, 0), "{what}");
    writer.commit(0);
    assert_eq!((writer.len(), writer.is_closed()), (0, false), "{what}");
}

/// Checks that calls that neither move bytes nor return spare slices need no storage.
fn assert_needs_no_memory(reader: &mut Reader, writer: &mut Writer) {
    let task = CountingTask::new();
    assert_eq!(as_poll(writer.try_write(b"")), ready(0));
    assert_eq!(task.write(writer, b""), ready(0));
    assert!(task.flush(writer).is_ready());
    assert_eq!(
        (reader.len(), reader.as_slices()),
        (0, (&b""[..], &b""[..]))
    );
    assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
}

#[test]
fn b2_a_write_without_memory_fails() {
    for &call in CALLS {
        for capacity in [HUGE, LARGE, isize::MAX as usize / 2] {
            GRANTS.set(0);
            let (mut reader, mut writer) = pipe(capacity);
            assert_needs_no_memory(&mut reader, &mut writer);
            for _ in 0..3 {
                assert_refuses(&mut writer, call);
                assert_needs_no_memory(&mut reader, &mut writer);
            }
            drop(writer);
            assert_eq!(as_poll(reader.try_read(&mut [0])), END);
        }
    }
}

#[test]
fn b2_a_write_that_ran_out_of_memory_can_be_tried_again() {
    for &call in CALLS {
        let (mut reader, mut writer) = pipe(LARGE);
        let task = CountingTask::new();
        assert!(task.read(&mut reader, &mut [0; 8]).is_pending());
        assert_refuses(&mut writer, call);
        assert_eq!((task.wakes(), task.retained()), (0, 1));
        GRANTS.set(1);
        assert_eq!(as_poll(writer.try_write(b"hello")), ready(5));
        assert_eq!((task.wakes(), task.retained(), HELD.get()), (1, 0, 1));
        let mut buf = [0; 8];
        assert_eq!(as_poll(reader.try_read(&mut buf)), ready(5));
        assert_eq!(&buf[..5], b"hello");
        assert_eq!(as_poll(reader.try_read(&mut buf)), Poll::Pending);
        drop((reader, writer));
        assert_eq!(HELD.get(), 0);
    }
}

#[test]
fn b2_spare_slices_that_ran_out_of_memory_can_be_tried_again() {
    let (mut reader, mut writer) = pipe(LARGE);
    GRANTS.set(0);
    for _ in 0..3 {
        let (front, back) = writer.spare_slices();
        assert_eq!((front.len(), back.len()), (0, 0));
    }
    GRANTS.set(1);
    let (front, back) = writer.spare_slices();
    assert!(front.len() >= 16 << 10 && back.is_empty());
    front[..5].copy_from_slice(b"hello");
    writer.commit(5);
    assert_eq!(reader.as_slices().0, b"hello");
}

#[test]
fn b2_an_end_takes_precedence_over_out_of_memory() {
    for &(what, call) in CALLS {
        for abort in [None, Some(ErrorKind::TimedOut)] {
            GRANTS.set(0);
            let (mut reader, mut writer) = pipe(HUGE);
            match abort {
                None => reader.close(),
                Some(kind) => reader.abort(kind),
            }
            let Poll::Ready(result) = CountingTask::new().poll(|cx| call(&mut writer, cx)) else {
                panic!("{what}: it waits");
            };
            let kind = result.map_err(|error| error.kind());
            assert_eq!(kind, Err(abort.unwrap_or(ErrorKind::BrokenPipe)), "{what}");
        }
    }
}

#[test]
fn b2_each_direction_of_a_stream_allocates_its_own_storage() {
    let task = CountingTask::new();
    let (mut near, mut far) = duplex(LARGE);
    GRANTS.set(1);
    assert_eq!(task.write(&mut near, b"hello"), ready(5));
    for &call in CALLS {
        assert_stream_refuses(&mut far, call);
    }
    assert_eq!(task.read(&mut far, &mut [0; 8]), ready(5));
    assert_eq!(task.write(&mut near, b"more"), ready(4));
    GRANTS.set(1);
    assert_eq!(task.write(&mut far, b"answer"), ready(6));
    assert_eq!(task.read(&mut near, &mut [0; 8]), ready(6));
}

/// The storage of the other direction is allocated.
fn assert_stream_refuses(stream: &mut DuplexStream, (what, call): Call) {
    let (_, writer) = stream.halves();
    let Poll::Ready(result) = CountingTask::new().poll(|cx| call(writer, cx)) else {
        panic!("{what}: it waits for memory");
    };
    assert_out_of_memory(what, result);
    assert_eq!(HELD.get(), 1, "{what}");
}

#[test]
fn b2_a_blocking_write_without_memory_fails() {
    GRANTS.set(0);
    let (mut reader, writer) = pipe(HUGE);
    let mut writer = writer.blocking();
    for _ in 0..3 {
        assert_out_of_memory("write", writer.write(b"hello"));
        assert_out_of_memory("write_all", writer.write_all(b"hello"));
        let bufs = [IoSlice::new(b"he"), IoSlice::new(b"llo")];
        assert_out_of_memory("write_vectored", writer.write_vectored(&bufs));
    }
    assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
}
