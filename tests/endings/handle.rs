//! B26: a handle, apart from the endings that it brings about.

use core::fmt::Debug;
use core::panic::UnwindSafe;
use std::io::{self, BufRead, ErrorKind, IoSlice, IoSliceMut, Write};
use std::thread;

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream, Options, Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::deadline::within;
use crate::support::ends::{assert_checksum, checksum, RESET};
use crate::support::families::{Sink, Source};
use crate::support::half::{until_waiting, Wait};
use crate::{assert_writes, DEADLINE};

const _: () = {
    const fn is_easy_to_hold<T: Debug + Clone + Send + Sync + Unpin + UnwindSafe + 'static>() {}
    is_easy_to_hold::<AbortHandle>();
};

#[test]
fn b26_a_handle_keeps_nothing_open_and_can_be_used_after_everything_is_gone() {
    let (mut reader, writer) = pipe(8);
    let handle = writer.abort_handle();
    drop(writer);
    assert_eq!(
        reader.try_read(&mut [0]).unwrap(),
        0,
        "the end, in spite of the handle"
    );
    drop(reader);
    let other = handle.clone();
    handle.abort(RESET);
    assert!(!other.is_aborted());
    drop(handle);
    other.abort(RESET);
}

/// A handle is a weak reference, and the flag goes with the pipe.
#[test]
fn b26_an_abort_is_forgotten_once_both_halves_are_dropped() {
    for writer_first in [false, true] {
        let (reader, writer) = pipe(8);
        let (one, other) = (reader.abort_handle(), writer.abort_handle());
        one.abort(RESET);
        let mut halves: [Box<dyn Send>; 2] = [Box::new(reader), Box::new(writer)];
        if writer_first {
            halves.reverse();
        }
        for half in halves {
            assert!(one.is_aborted() && other.is_aborted());
            drop(half);
        }
        other.abort(RESET);
        assert!(!one.is_aborted() && !other.is_aborted());
    }
}

#[test]
fn b26_halves_that_are_dropped_after_the_abort_tell_nothing_else() {
    let (reader, mut writer) = Options::new(8).error_on_drop(ErrorKind::TimedOut).pipe();
    reader.abort_handle().abort(RESET);
    drop(reader);
    assert_writes(&mut writer, RESET, "dropped after the abort");
}

/// Each half has a waker of the task, so the task may be woken once for each.
#[test]
fn b26_a_task_that_waits_for_both_halves_of_a_stream_is_woken() {
    let (mut near, far) = duplex(1);
    near.try_write(b"a").unwrap();
    let task = CountingTask::new();
    for wait in [Wait::Move, Wait::End] {
        task.wait(near.writer(), wait);
        task.wait(near.reader(), wait);
    }
    far.abort_handle().abort(RESET);
    assert!((1..=2).contains(&task.wakes()), "{}", task.wakes());
    assert_eq!(task.retained(), 0);
}

/// Wakers of dropped halves go at once, although the handle lives.
#[test]
fn b26_a_handle_keeps_no_waker() {
    let (mut reader, mut writer) = pipe(1);
    writer.try_write(b"a").unwrap();
    let task = CountingTask::new();
    task.wait(&mut writer, Wait::Move);
    task.wait(&mut reader, Wait::End);
    let handle = reader.abort_handle();
    drop((reader, writer));
    assert_eq!(task.retained(), 0);
    drop(handle);
}

#[test]
fn b26_the_thread_that_wrote_ends_and_another_threads_handle_wakes_the_reader() {
    let (mut reader, mut writer) = pipe(8);
    let handle = writer.abort_handle();
    let write = move || {
        writer.try_write(b"abcd").unwrap();
        writer
    };
    let writer = thread::spawn(write).join().unwrap();
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 4);
    let task = CountingTask::new();
    // The end of a thread is no end of the stream.
    task.wait(&mut reader, Wait::Move);
    assert!(!reader.is_closed() && !writer.is_closed());
    thread::spawn(move || handle.abort(RESET)).join().unwrap();
    assert_eq!(task.wakes(), 1);
    assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), RESET);
}

#[test]
fn surface_a_handle_shows_whether_it_has_aborted() {
    let (reader, _writer) = pipe(8);
    let handle = reader.abort_handle();
    assert_eq!(format!("{handle:?}"), "AbortHandle { is_aborted: false }");
    handle.abort(RESET);
    assert_eq!(format!("{handle:?}"), "AbortHandle { is_aborted: true }");
}

type BlockingCall<T> = fn(&mut T) -> io::Result<usize>;

const BLOCKING_READS: [BlockingCall<dyn BufRead + Send>; 5] = [
    |source| source.read(&mut [0; 8]),
    |source| {
        let (mut a, mut b) = ([0; 3], [0; 5]);
        source.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)])
    },
    |source| source.fill_buf().map(<[u8]>::len),
    |source| source.read_exact(&mut [0; 100]).map(|()| 100),
    |source| source.read_to_end(&mut Vec::new()),
];

const BLOCKING_WRITES: [BlockingCall<dyn Write + Send>; 3] = [
    |sink| sink.write(b"x"),
    |sink| sink.write_vectored(&[IoSlice::new(b""), IoSlice::new(b"x")]),
    |sink| sink.write_all(&[0; 100]).map(|()| 100),
];

/// Aborts while a thread is parked in `call`, which fails, and fails again.
fn check_parked(
    peer: impl Debug,
    handle: &AbortHandle,
    mut call: impl FnMut() -> io::Result<usize> + Send,
) {
    within(DEADLINE, || {
        thread::scope(|scope| {
            let parked = scope.spawn(move || [call(), call()]);
            until_waiting(&peer);
            handle.abort(checksum());
            for result in parked.join().unwrap() {
                assert_checksum(&result.unwrap_err(), "a blocking call");
            }
        });
    });
}

fn check_parked_reads<S: Source>() {
    for call in BLOCKING_READS {
        let (reader, writer) = pipe(8);
        let mut source = S::of(reader).blocking();
        let handle = writer.abort_handle();
        check_parked(writer, &handle, move || call(&mut *source));
    }
}

fn check_parked_writes<S: Sink>() {
    for call in BLOCKING_WRITES {
        let (reader, mut writer) = pipe(8);
        writer.try_write(b"01234567").unwrap();
        let mut sink = S::of(writer).blocking();
        let handle = reader.abort_handle();
        check_parked(reader, &handle, move || call(&mut *sink));
    }
}

#[test]
fn b20_b26_every_blocking_call_that_is_parked_fails_and_fails_again() {
    check_parked_reads::<Reader>();
    check_parked_reads::<DuplexStream>();
    check_parked_writes::<Writer>();
    check_parked_writes::<DuplexStream>();
}
