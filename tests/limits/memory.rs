//! B2, B21 and B26: when the memory of a pipe is freed, and the errors that it keeps.

use core::fmt;
use core::mem;
use core::panic::AssertUnwindSafe;
use core::task::Poll;
use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream, Options, Reader, Writer};

use crate::allocator::{held, mebibytes, CALLS, LIVE, REFUSES};
use crate::calls::WRITES;
use crate::counting_waker::CountingTask;
use crate::deadline::within;
use crate::rendezvous::{Meeting, Rendezvous};
use crate::{own_two_cores, DEADLINE};

/// How many times two threads are started, how many times they meet, and how many connections they
/// drop each time.
const BATCHES: usize = if cfg!(miri) { 1 } else { 20 };
const MEETINGS: usize = if cfg!(miri) { 4 } else { 100 };
const BURST: usize = 8;

/// Makes connections with a handle, drops their ends in two threads at the same moment, and checks
/// that the storage is freed while the handles live. Many times.
fn drop_at_once<A: Send, B: Send>(capacity: usize, make: fn(usize) -> (A, B, AbortHandle)) {
    let _cores = own_two_cores();
    for batch in 0..BATCHES {
        let rendezvous = Rendezvous::default();
        let [one, other] = rendezvous.threads();
        let passed = Mutex::new(Vec::new());
        let drop_others = |other: Meeting<'_>| {
            while other.meet() {
                let ends: Vec<B> = mem::take(&mut passed.lock().unwrap());
                other.meet();
                ends.into_iter().for_each(drop);
                other.meet();
            }
        };
        let drop_ones = |one: Meeting<'_>| {
            for meeting in 0..MEETINGS {
                let (mut ends, mut handles) = (Vec::new(), Vec::new());
                for _ in 0..BURST {
                    let (end, other_end, handle) = make(capacity);
                    ends.push(end);
                    passed.lock().unwrap().push(other_end);
                    handles.push(handle);
                }
                assert!(held(capacity) > 0, "the storage is counted");
                one.meet();
                one.meet();
                ends.into_iter().for_each(drop);
                one.meet();
                let held = held(capacity);
                assert_eq!(held, 0, "batch {batch}, meeting {meeting}");
                let abort = |handle: AbortHandle| handle.abort(ErrorKind::ConnectionReset);
                handles.into_iter().for_each(abort);
            }
        };
        within(DEADLINE, || {
            thread::scope(|scope| {
                scope.spawn(move || drop_others(other));
                drop_ones(one);
            });
        });
    }
}

// The capacities are above 32 MiB, where allocating takes the same time whatever the size.

#[test]
fn b26_a_handle_keeps_no_bytes_of_halves_that_are_dropped_at_the_same_moment() {
    drop_at_once(mebibytes(34), |capacity| {
        let (reader, mut writer) = pipe(capacity);
        assert_eq!(writer.try_write(b"x").unwrap(), 1);
        let handle = reader.abort_handle();
        (reader, writer, handle)
    });
}

#[test]
fn b26_a_handle_keeps_no_bytes_of_streams_that_are_dropped_at_the_same_moment() {
    drop_at_once(mebibytes(35), |capacity| {
        let (mut near, mut far) = duplex(capacity);
        assert_eq!(near.try_write(b"x").unwrap(), 1);
        assert_eq!(far.try_write(b"x").unwrap(), 1);
        let handle = far.abort_handle();
        (near, far, handle)
    });
}

/// An error that tells when it is dropped, and that may own a handle.
#[derive(Debug)]
struct Probe {
    _token: Arc<()>,
    _handle: Option<AbortHandle>,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probe")
    }
}

impl StdError for Probe {}

fn probe(token: &Arc<()>, handle: Option<AbortHandle>) -> io::Error {
    let probe = Probe {
        _token: token.clone(),
        _handle: handle,
    };
    io::Error::new(ErrorKind::InvalidData, probe)
}

/// A way to end a pipe with an error, and its name.
type End = (
    &'static str,
    fn(Reader, Writer, io::Error) -> (Reader, Writer),
);

const ENDS: &[End] = &[
    ("the writer aborts", |reader, mut writer, error| {
        writer.abort(error);
        (reader, writer)
    }),
    ("the writer finishes", |reader, mut writer, error| {
        writer.finish_with(error);
        (reader, writer)
    }),
    ("the reader aborts", |mut reader, writer, error| {
        reader.abort(error);
        (reader, writer)
    }),
    ("a handle aborts", |reader, writer, error| {
        writer.abort_handle().abort(error);
        (reader, writer)
    }),
    ("a stream aborts", |reader, writer, error| {
        let mut loopback = DuplexStream::new(reader, writer);
        loopback.abort(error);
        loopback.into_split()
    }),
    ("a handle of a stream aborts", |reader, writer, error| {
        let loopback = DuplexStream::new(reader, writer);
        loopback.abort_handle().abort(error);
        loopback.into_split()
    }),
];

#[test]
fn b21_an_error_that_owns_a_handle_of_its_pipe_is_dropped() {
    for (name, end) in ENDS {
        for writer_first in [true, false] {
            let token = Arc::new(());
            let (reader, writer) = pipe(8);
            let handle = reader.abort_handle();
            let error = probe(&token, Some(handle));
            let (mut reader, mut writer) = end(reader, writer, error);
            drop((reader.try_read(&mut [0]), writer.try_write(b"x")));
            if writer_first {
                drop(writer);
                drop(reader);
            } else {
                drop(reader);
                drop(writer);
            }
            assert_eq!(Arc::strong_count(&token), 1, "{name}");
        }
    }
}

#[test]
fn b21_an_error_that_owns_a_handle_of_its_stream_is_dropped() {
    let aborts: [fn(&mut DuplexStream, io::Error); 2] = [
        |stream, error| stream.abort(error),
        |stream, error| stream.abort_handle().abort(error),
    ];
    for abort in aborts {
        let token = Arc::new(());
        let (mut near, far) = duplex(8);
        let error = probe(&token, Some(near.abort_handle()));
        abort(&mut near, error);
        drop((near, far));
        assert_eq!(Arc::strong_count(&token), 1);
    }
}

/// Two pipes whose errors own handles of each other.
#[test]
fn b21_errors_that_own_handles_of_each_others_pipes_are_dropped() {
    let token = Arc::new(());
    let (reader, mut writer) = pipe(8);
    let (other_reader, mut other_writer) = pipe(8);
    writer.abort(probe(&token, Some(other_reader.abort_handle())));
    other_writer.abort(probe(&token, Some(reader.abort_handle())));
    drop((reader, writer, other_reader, other_writer));
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn b26_an_error_that_came_too_late_is_dropped_with_the_halves() {
    type Act = fn(&mut Reader, &mut Writer);
    let ends: [(&str, Act); 5] = [
        ("the writer finishes", |_, writer| writer.finish()),
        ("the reader closes", |reader, _| reader.close()),
        ("the writer aborts", |_, writer| {
            writer.abort(ErrorKind::InvalidData);
        }),
        ("the reader aborts", |reader, _| {
            reader.abort(ErrorKind::InvalidData);
        }),
        ("a handle aborts", |reader, _| {
            reader.abort_handle().abort(ErrorKind::InvalidData);
        }),
    ];
    for (name, end) in ends {
        let token = Arc::new(());
        let (mut reader, mut writer) = pipe(8);
        let handle = reader.abort_handle();
        end(&mut reader, &mut writer);
        handle.abort(probe(&token, None));
        drop((reader, writer));
        assert_eq!(Arc::strong_count(&token), 1, "{name}");
        drop(handle);
    }
}

#[test]
fn b26_an_error_that_came_after_the_halves_is_dropped_at_once() {
    let token = Arc::new(());
    let (reader, writer) = pipe(8);
    let handle = reader.abort_handle();
    drop((reader, writer));
    handle.abort(probe(&token, None));
    assert_eq!(Arc::strong_count(&token), 1);

    let (near, far) = duplex(8);
    let handle = near.abort_handle();
    drop((near, far));
    handle.abort(probe(&token, None));
    assert_eq!(Arc::strong_count(&token), 1);
}

/// The error of an abort that took effect, while a handle is left.
#[test]
fn b26_a_handle_keeps_no_error_of_a_pipe_whose_halves_are_dropped() {
    for (name, end) in ENDS {
        let token = Arc::new(());
        let (reader, writer) = pipe(8);
        let handle = reader.abort_handle();
        let halves = end(reader, writer, probe(&token, None));
        drop(halves);
        assert_eq!(Arc::strong_count(&token), 1, "{name}");
        drop(handle);
    }
}

/// An error whose drop panics.
#[derive(Debug)]
struct PanicsOnDrop;

impl fmt::Display for PanicsOnDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it panics when it is dropped")
    }
}

impl StdError for PanicsOnDrop {}

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        // Without the hook, which may allocate.
        resume_unwind(Box::new(()));
    }
}

#[test]
fn b21_a_pipe_whose_error_panics_when_it_is_dropped_frees_its_memory() {
    const CAPACITY: usize = mebibytes(18);
    for (name, end) in ENDS {
        for writer_first in [true, false] {
            let before = LIVE.get();
            let (reader, mut writer) = pipe(CAPACITY);
            assert_eq!(writer.try_write(b"x").unwrap(), 1);
            assert_eq!(held(CAPACITY), 1);
            let error = io::Error::new(ErrorKind::InvalidData, PanicsOnDrop);
            let (reader, writer) = end(reader, writer, error);
            let dropped = catch_unwind(AssertUnwindSafe(|| {
                if writer_first {
                    drop(writer);
                    drop(reader);
                } else {
                    drop(reader);
                    drop(writer);
                }
            }));
            assert!(dropped.is_err(), "{name}: the panic is lost");
            drop(dropped);
            assert_eq!(held(CAPACITY), 0, "{name}: the bytes are not freed");
            assert_eq!(LIVE.get(), before, "{name}: the header is not freed");
        }
    }
}

/// A caller that reports that memory is short must not need memory for that.
#[test]
fn b2_the_error_for_refused_memory_allocates_nothing() {
    const CAPACITY: usize = mebibytes(19);
    for (name, write) in WRITES {
        let (mut reader, mut writer) = pipe(CAPACITY);
        // Whatever the call itself allocates has its place: a blocking call makes a dummy pipe.
        assert!(write(&mut writer, b"").is_ok(), "{name}");
        let before = CALLS.get();
        assert_eq!(write(&mut writer, b"").unwrap(), 0);
        let of_the_call = CALLS.get() - before;

        REFUSES.set(true);
        for _ in 0..3 {
            let before = CALLS.get();
            let result = write(&mut writer, b"hello");
            let calls = CALLS.get() - before;
            let error = result.expect_err(name);
            assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{name}");
            assert!(
                error.get_ref().is_none(),
                "{name}: {error:?} is on the heap"
            );
            assert_eq!(
                calls,
                of_the_call + 1,
                "{name}: the refused one, and others"
            );
        }
        REFUSES.set(false);
        assert_eq!(write(&mut writer, b"hello").unwrap(), 5, "{name}");
        assert_eq!(reader.as_slices().0, b"hello", "{name}");
    }
}

#[test]
fn b2_waiting_for_space_without_memory_allocates_nothing() {
    const CAPACITY: usize = mebibytes(20);
    let (_reader, mut writer) = pipe(CAPACITY);
    let task = CountingTask::new();
    let waker = task.waker();
    let mut cx = core::task::Context::from_waker(&waker);
    REFUSES.set(true);
    for min in [1, CAPACITY] {
        let before = CALLS.get();
        let Poll::Ready(Err(error)) = writer.poll_writable(&mut cx, min) else {
            panic!("there is no memory");
        };
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);
        assert!(
            CALLS.get() - before <= 1,
            "more than the refused allocation"
        );
    }
    REFUSES.set(false);
}

#[test]
fn b2_options_that_find_no_memory_return_an_error_without_an_allocation_of_its_own() {
    const CAPACITY: usize = mebibytes(21);
    let options = Options::new(CAPACITY);
    REFUSES.set(true);
    let written = options.try_pipe().ok().and_then(|(_reader, mut writer)| {
        let written = writer.try_write(b"x");
        written.err()
    });
    let errors = [
        options.try_pipe().err(),
        options.try_duplex().err(),
        written,
    ];
    REFUSES.set(false);
    // `try_pipe` may leave the storage to the first write, which then fails.
    assert!(errors.iter().any(Option::is_some));
    for error in errors.into_iter().flatten() {
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);
        assert!(error.get_ref().is_none(), "{error:?} is on the heap");
    }
}
