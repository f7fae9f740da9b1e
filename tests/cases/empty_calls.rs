//! B5, B6 and B12: calls that move nothing, beside a peer that is parked.

use core::pin::Pin;
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};
use std::sync::Arc;

use async_duplex::{pipe, DuplexStream, Options, Reader, Writer};
use futures::io::{AsyncRead, AsyncWrite};
use tokio::io::ReadBuf;

use crate::reads::Source;
use crate::task::{broken, failed, moved, outcome, tried, Call, Outcome, Task};
use crate::writes::{all_writes, flushes_and_closes, Sink};
use crate::{wrong_checksum, RESET};

fn empty_reads<S: Source>() -> Vec<Call<S>> {
    vec![
        ("try_read", |source, _| {
            tried(source.reader().try_read(&mut []))
        }),
        ("peek", |source, _| tried(source.reader().peek(&mut []))),
        ("poll_read", |source, cx| {
            outcome(source.reader().poll_read(cx, &mut []))
        }),
        ("futures read", |source, cx| {
            outcome(AsyncRead::poll_read(Pin::new(source), cx, &mut []))
        }),
        ("futures read_vectored of no buffers", |source, cx| {
            outcome(Pin::new(source).poll_read_vectored(cx, &mut []))
        }),
        ("futures read_vectored of empty buffers", |source, cx| {
            let bufs = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut [])];
            outcome(Pin::new(source).poll_read_vectored(cx, bufs))
        }),
        ("tokio read", |source, cx| {
            let mut buf = ReadBuf::new(&mut []);
            let read = tokio::io::AsyncRead::poll_read(Pin::new(source), cx, &mut buf);
            outcome(read.map_ok(|()| buf.filled().len()))
        }),
        ("blocking read", |source, _| {
            outcome(Poll::Ready(source.block(|source| source.read(&mut []))))
        }),
    ]
}

fn empty_vectored_writes<S: Sink>() -> Vec<Call<S>> {
    vec![
        ("futures write_vectored of no buffers", |sink, cx| {
            outcome(AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &[]))
        }),
        ("futures write_vectored of empty buffers", |sink, cx| {
            let bufs = [IoSlice::new(b""), IoSlice::new(b"")];
            let written = AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &bufs);
            outcome(written)
        }),
        ("tokio write_vectored of no buffers", |sink, cx| {
            let written = tokio::io::AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &[]);
            outcome(written)
        }),
        ("tokio write_vectored of empty buffers", |sink, cx| {
            let bufs = [IoSlice::new(b""), IoSlice::new(b"")];
            let written = tokio::io::AsyncWrite::poll_write_vectored(Pin::new(sink), cx, &bufs);
            outcome(written)
        }),
        ("blocking write_vectored of empty buffers", |sink, _| {
            let bufs = [IoSlice::new(b""), IoSlice::new(b"")];
            outcome(Poll::Ready(sink.block(|sink| sink.write_vectored(&bufs))))
        }),
    ]
}

fn full_pipe_with_parked_writer(task: &Arc<Task>) -> (Reader, Writer) {
    let (reader, mut writer) = pipe(4);
    writer.try_write(b"full").unwrap();
    assert!(task.poll(|cx| writer.poll_write(cx, b"x")).is_pending());
    (reader, writer)
}

fn check_empty_reads<S: Source>() {
    for (name, call) in empty_reads::<S>() {
        let (task, parked) = (Task::new(), Task::new());
        let (reader, _writer) = full_pipe_with_parked_writer(&parked);
        let mut source = S::with_reader(reader);
        for _ in 0..3 {
            let read = task.poll(|cx| call(&mut source, cx));
            assert_eq!(read, moved(0), "{name}");
        }
        // A peek of every byte frees none of them.
        assert_eq!(tried(source.reader().peek(&mut [0; 8])), moved(4));
        assert_eq!((parked.wakes(), task.wakes()), (0, 0), "{name}");
        assert_eq!(tried(source.reader().try_read(&mut [0])), moved(1));
        assert_eq!(parked.wakes(), 1, "one byte read, one wake");
        assert_eq!(tried(source.reader().try_read(&mut [0])), moved(1));
        assert_eq!(parked.wakes(), 1);
    }
}

#[test]
fn b5_an_empty_read_wakes_no_parked_writer_and_one_byte_read_wakes_it_once() {
    check_empty_reads::<Reader>();
    check_empty_reads::<DuplexStream>();
}

fn check_empty_writes<S: Sink>() {
    for (name, call) in empty_vectored_writes::<S>() {
        let (mut reader, writer) = pipe(4);
        let (task, parked) = (Task::new(), Task::new());
        assert!(parked
            .poll(|cx| reader.poll_read(cx, &mut [0]))
            .is_pending());
        let mut sink = S::with_writer(writer);
        for _ in 0..3 {
            let written = task.poll(|cx| call(&mut sink, cx));
            assert_eq!(written, moved(0), "{name}");
        }
        assert_eq!((parked.wakes(), task.wakes()), (0, 0), "{name}");
        assert_eq!(tried(sink.writer().try_write(b"ab")), moved(2));
        assert_eq!(parked.wakes(), 1, "{name}");
    }
}

#[test]
fn b5_empty_vectored_writes_wake_no_parked_reader() {
    check_empty_writes::<Writer>();
    check_empty_writes::<DuplexStream>();
}

/// What ends a full pipe from the reader's side, and what the writer's calls return then.
type ReadersEnd = (&'static str, fn(Reader), fn() -> Outcome);

const READERS_ENDS: [ReadersEnd; 5] = [
    ("is dropped", |reader| drop(reader), || failed(RESET)),
    ("closes", |mut reader| reader.close(), broken),
    (
        "aborts",
        |mut reader| reader.abort(wrong_checksum()),
        || failed(wrong_checksum()),
    ),
    (
        "is cut off by a handle",
        |reader| reader.abort_handle().abort(wrong_checksum()),
        || failed(wrong_checksum()),
    ),
    (
        "peeks and closes",
        |mut reader| {
            assert_eq!(reader.peek(&mut [0; 8]).unwrap(), 4);
            reader.close();
        },
        broken,
    ),
];

fn check_full_pipe<S: Sink>() {
    let mut calls = all_writes::<S>();
    calls.extend(flushes_and_closes());
    for (how, end, expected) in READERS_ENDS {
        for (name, call) in &calls {
            let options = Options::new(4).error_on_drop(RESET);
            let (reader, mut writer) = options.pipe();
            writer.try_write(b"full").unwrap();
            let (parked, task) = (Task::new(), Task::new());
            assert!(parked.poll(|cx| writer.poll_writable(cx, 4)).is_pending());
            end(reader);
            assert_eq!(parked.wakes(), 1, "the reader {how}");
            let mut sink = S::with_writer(writer);
            let result = task.poll(|cx| call(&mut sink, cx));
            let is_write = all_writes::<S>().iter().any(|write| write.0 == *name);
            let expected = if is_write { expected() } else { moved(0) };
            assert_eq!(result, expected, "{name}, the reader {how}");
            assert_eq!(task.wakes(), 0);
        }
    }
}

#[test]
fn b12_b25_b26_a_full_pipe_whose_reader_goes_answers_every_call_at_once() {
    check_full_pipe::<Writer>();
    check_full_pipe::<DuplexStream>();
}

#[test]
fn b12_a_full_pipe_whose_reader_is_dropped_is_broken_for_write_and_writable() {
    let (reader, mut writer) = pipe(4);
    writer.try_write(b"full").unwrap();
    drop(reader);
    let task = Task::new();
    assert_eq!(
        outcome(task.poll(|cx| writer.poll_write(cx, b"x"))),
        broken()
    );
    for min in [0, 1, 4] {
        let writable = task.poll(|cx| writer.poll_writable(cx, min));
        assert_eq!(outcome(writable), broken());
    }
    for (name, call) in flushes_and_closes::<Writer>() {
        let result = task.poll(|cx| call(&mut writer, cx));
        assert_eq!(result, moved(0), "{name}");
    }
}
