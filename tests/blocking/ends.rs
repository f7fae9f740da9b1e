//! The end of a stream, an abort, and what a parked thread learns of them.

use core::fmt::Debug;
use core::hint;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::thread;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::common::{kind, until_waiting, DEADLINE, LONG};
use crate::deadline::within;

/// How the peer ends, and what the parked half finds.
type End<H> = (fn(H), Result<usize, ErrorKind>);

const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// Checks that a thread which is parked in `call` is woken by the end of the peer, and finds the
/// same again.
fn check_parked<H: Debug + Send>(
    peer: H,
    (end, found): End<H>,
    mut call: impl FnMut() -> io::Result<usize>,
) {
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(move || {
                until_waiting(&peer);
                end(peer);
            });
            for _ in 0..2 {
                assert_eq!(call().map_err(|error| error.kind()), found);
            }
        });
    });
}

#[test]
fn b20_a_parked_thread_is_woken_when_its_peer_is_dropped_or_aborts() {
    let of_writer: [End<Writer>; 2] = [
        (drop, Ok(0)),
        (|mut writer| writer.abort(RESET), Err(RESET)),
    ];
    let of_reader: [End<Reader>; 2] = [
        (drop, Err(ErrorKind::BrokenPipe)),
        (|mut reader| reader.abort(RESET), Err(RESET)),
    ];
    for timeout in [None, Some(LONG)] {
        for end in of_writer {
            let (reader, writer) = pipe(8);
            let mut reader = reader.blocking();
            reader.set_timeout(timeout);
            check_parked(writer, end, || reader.read(&mut [0; 8]));
        }
        for end in of_reader {
            let (reader, writer) = pipe(4);
            let mut writer = writer.blocking();
            writer.set_timeout(timeout);
            check_parked(reader, end, || {
                writer.write_all(b"more than fits")?;
                Ok(0)
            });
        }
    }
}

#[test]
fn b20_dropping_a_blocking_stream_ends_both_directions() {
    let (near, mut far) = duplex(8);
    drop(near.blocking());
    assert_eq!(far.try_read(&mut [0]).unwrap(), 0);
    assert_eq!(kind(far.try_write(b"x")), ErrorKind::BrokenPipe);
}

/// B16: the abort may discard bytes between two calls, but no call finds a clean end.
#[test]
fn b20_an_abort_during_fill_buf_is_never_a_clean_end() {
    const ROUNDS: usize = 1000;

    within(DEADLINE, || {
        let (readers, writers): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| pipe(8)).unzip();
        let at = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for (round, mut writer) in writers.into_iter().enumerate() {
                    writer.try_write(b"abc").unwrap();
                    // Aborts while the reader polls this pipe.
                    while at.load(Ordering::Relaxed) < round && !writer.is_closed() {
                        thread::yield_now();
                    }
                    (0..round % 100).for_each(|_| hint::spin_loop());
                    writer.abort(RESET);
                }
            });
            for (round, reader) in readers.into_iter().enumerate() {
                let mut reader = reader.blocking();
                at.store(round, Ordering::Relaxed);
                let found = loop {
                    match reader.fill_buf() {
                        Ok(lent) => assert_eq!(lent, b"abc"),
                        Err(error) => break error.kind(),
                    }
                };
                assert_eq!(found, RESET);
                assert_eq!(kind(reader.read(&mut [0])), found);
                assert_eq!(kind(reader.read_to_end(&mut Vec::new())), found);
            }
        });
    });
}
