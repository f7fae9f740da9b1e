//! The end of a stream, an abort, and what a parked thread learns of them.

use core::hint;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::io::{BufRead, ErrorKind, Read, Write};
use std::thread;

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::common::{kind, until_reader_waits, until_shown, DEADLINE, LONG};
use crate::deadline::within;

#[test]
fn b20_dropping_a_blocking_half_or_stream_closes_it() {
    let (mut reader, writer) = pipe(8);
    let mut writer = writer.blocking();
    writer.write_all(b"abc").unwrap();
    drop(writer);
    assert!(reader.is_closed());
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 0);

    let (reader, mut writer) = pipe(8);
    drop(reader.blocking());
    assert_eq!(kind(writer.try_write(b"x")), ErrorKind::BrokenPipe);

    let (near, far) = duplex(8);
    drop(near.blocking());
    let (mut reader, mut writer) = far.into_split();
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 0);
    assert_eq!(kind(writer.try_write(b"x")), ErrorKind::BrokenPipe);
}

#[test]
fn b20_reads_return_0_for_ever_after_the_last_byte() {
    let (reader, writer) = pipe(8);
    let mut writer = writer.blocking();
    writer.write_all(b"abc").unwrap();
    writer.get_mut().finish();
    assert_eq!(kind(writer.write(b"d")), ErrorKind::BrokenPipe);

    let mut reader = reader.blocking();
    assert_eq!(read_to_string(&mut reader), "abc");
    for _ in 0..100 {
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
        assert_eq!(reader.fill_buf().unwrap(), b"");
        reader.consume(0);
    }
}

#[test]
fn b20_writes_fail_with_broken_pipe_when_the_reader_is_dropped() {
    let (reader, writer) = pipe(8);
    let mut writer = writer.blocking();
    drop(reader);
    for _ in 0..100 {
        assert_eq!(kind(writer.write(b"x")), ErrorKind::BrokenPipe);
        assert_eq!(kind(writer.write_all(b"x")), ErrorKind::BrokenPipe);
        assert_eq!(kind(writer.write_vectored(&[])), ErrorKind::BrokenPipe);
    }
}

#[test]
fn b20_a_parked_reader_is_woken_when_the_writer_is_dropped_or_aborts() {
    type Ending = (fn(Writer), Result<usize, ErrorKind>);
    let abort: fn(Writer) = |mut writer| writer.abort(ErrorKind::ConnectionReset);
    let endings: [Ending; 2] = [(drop, Ok(0)), (abort, Err(ErrorKind::ConnectionReset))];
    for timeout in [None, Some(LONG)] {
        for (end, found) in endings {
            within(DEADLINE, || {
                let (reader, writer) = pipe(8);
                let mut reader = reader.blocking();
                reader.set_timeout(timeout);
                thread::scope(|scope| {
                    scope.spawn(move || {
                        until_reader_waits(&writer);
                        end(writer);
                    });
                    let read = reader.read(&mut [0; 8]);
                    assert_eq!(read.map_err(|error| error.kind()), found);
                    let lent = reader.fill_buf().map(<[u8]>::len);
                    assert_eq!(lent.map_err(|error| error.kind()), found);
                });
            });
        }
    }
}

#[test]
fn b20_a_parked_writer_is_woken_when_the_reader_is_dropped_or_aborts() {
    type Ending = (fn(Reader), ErrorKind);
    let abort: fn(Reader) = |mut reader| reader.abort(ErrorKind::ConnectionReset);
    let endings: [Ending; 2] = [
        (drop, ErrorKind::BrokenPipe),
        (abort, ErrorKind::ConnectionReset),
    ];
    for timeout in [None, Some(LONG)] {
        for (end, found) in endings {
            within(DEADLINE, || {
                let (reader, writer) = pipe(4);
                let mut writer = writer.blocking();
                writer.set_timeout(timeout);
                thread::scope(|scope| {
                    scope.spawn(move || {
                        until_shown(&reader, "writer_waits: true");
                        end(reader);
                    });
                    assert_eq!(kind(writer.write_all(b"more than fits")), found);
                    assert_eq!(kind(writer.write(b"x")), found);
                });
            });
        }
    }
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
                    writer.abort(ErrorKind::ConnectionReset);
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
                assert_eq!(found, ErrorKind::ConnectionReset);
                assert_eq!(kind(reader.read(&mut [0])), found);
                assert_eq!(kind(reader.read_to_end(&mut Vec::new())), found);
            }
        });
    });
}

fn read_to_string(mut reader: impl Read) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}
