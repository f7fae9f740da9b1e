//! B21 and B26: the errors that a pipe keeps are dropped, also those that own a handle of it.

use core::fmt;
use core::panic::AssertUnwindSafe;
use std::error::Error as StdError;
use std::io::{Error, ErrorKind};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Arc;

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream};

use crate::allocator::LIVE;
use crate::drop_both;
use crate::support::ends::{endings, Ending, Found, Pipe};

/// An error that tells when it is dropped, that may own a handle, and whose drop may panic.
#[derive(Debug)]
struct Probe {
    _token: Arc<()>,
    _handle: Option<AbortHandle>,
    panics: bool,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probe")
    }
}

impl StdError for Probe {}

impl Drop for Probe {
    fn drop(&mut self) {
        if self.panics {
            // Without the hook, which may allocate.
            resume_unwind(Box::new(()));
        }
    }
}

fn probe(token: &Arc<()>, handle: Option<AbortHandle>, panics: bool) -> Error {
    let probe = Probe {
        _token: token.clone(),
        _handle: handle,
        panics,
    };
    Error::new(ErrorKind::InvalidData, probe)
}

/// The endings that keep an error.
fn endings_with_error() -> impl Iterator<Item = Ending> {
    endings()
        .into_iter()
        .filter(|ending| [ending.reader, ending.writer].contains(&Found::Given))
}

#[test]
fn b21_b26_the_error_of_an_ending_is_dropped_with_the_halves_whatever_handle_is_left() {
    for ending in endings_with_error() {
        for writer_first in [true, false] {
            for owns_handle in [true, false] {
                let token = Arc::new(());
                let mut pipe = Pipe::new(ending.strict);
                let handle = pipe.handle.clone();
                let owned = owns_handle.then(|| handle.clone());
                ending.end(&mut pipe, probe(&token, owned, false));
                // An error that comes too late goes with the halves, too.
                handle.abort(probe(&token, None, false));
                if writer_first {
                    pipe.writer = None;
                }
                drop(pipe);
                assert_eq!(Arc::strong_count(&token), 1, "{}", ending.name);
                // And one that comes after them at once.
                handle.abort(probe(&token, None, false));
                assert_eq!(Arc::strong_count(&token), 1, "{}", ending.name);
            }
        }
    }
}

#[test]
fn b21_errors_that_own_handles_of_their_stream_or_of_each_others_pipes_are_dropped() {
    let aborts: [fn(&mut DuplexStream, Error); 2] = [
        |stream, error| stream.abort(error),
        |stream, error| stream.abort_handle().abort(error),
    ];
    let token = Arc::new(());
    for abort in aborts {
        let (mut near, far) = duplex(8);
        let handle = near.abort_handle();
        abort(&mut near, probe(&token, Some(handle.clone()), false));
        drop((near, far));
        handle.abort(probe(&token, None, false));
        assert_eq!(Arc::strong_count(&token), 1);
    }
    let (reader, mut writer) = pipe(8);
    let (other_reader, mut other_writer) = pipe(8);
    writer.abort(probe(&token, Some(other_reader.abort_handle()), false));
    other_writer.abort(probe(&token, Some(reader.abort_handle()), false));
    drop((reader, writer, other_reader, other_writer));
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn b21_a_pipe_whose_error_panics_when_it_is_dropped_frees_its_memory() {
    for ending in endings_with_error() {
        for writer_first in [true, false] {
            let token = Arc::new(());
            let before = LIVE.get();
            let mut pipe = Pipe::new(ending.strict);
            assert_eq!(pipe.writer().try_write(b"x").unwrap(), 1);
            ending.end(&mut pipe, probe(&token, None, true));
            let Pipe {
                reader,
                writer,
                handle,
            } = pipe;
            let dropped = catch_unwind(AssertUnwindSafe(|| {
                drop(handle);
                drop_both(reader, writer, writer_first);
            }));
            assert!(dropped.is_err(), "{}: the panic is lost", ending.name);
            drop(dropped);
            assert_eq!(LIVE.get(), before, "{}", ending.name);
        }
    }
}
