//! B12, B16, B25 and B26 in the middle of long transfers of blocking and asynchronous halves.

use std::io::{ErrorKind, Read, Write};
use std::sync::Barrier;
use std::thread;

use async_duplex::{duplex, Options, Reader};
use futures::executor::block_on;
use futures::AsyncWriteExt;

use crate::support::deadline::within;
use crate::support::half::ABORT;
use crate::DEADLINE;

const DROPPED: ErrorKind = ErrorKind::UnexpectedEof;

/// Four threads that read and write both ends of a connection, which is cut somewhere in between.
#[test]
fn b20_b26_every_half_of_a_busy_connection_ends_with_the_error_of_a_handle() {
    let rounds = if cfg!(miri) { 2 } else { 200 };
    for round in 0..rounds {
        let (near, far) = duplex(64);
        let cable = near.abort_handle();
        let start = &Barrier::new(5);
        within(DEADLINE, || {
            thread::scope(|scope| {
                let mut threads = Vec::new();
                for stream in [near, far] {
                    let (reader, writer) = stream.split();
                    let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
                    threads.push(scope.spawn(move || {
                        start.wait();
                        loop {
                            match reader.read(&mut [0; 100]) {
                                Ok(n) => assert!(n > 0, "no half has finished"),
                                Err(error) => return error.kind(),
                            }
                        }
                    }));
                    threads.push(scope.spawn(move || {
                        start.wait();
                        loop {
                            if let Err(error) = writer.write_all(&[7; 50]) {
                                return error.kind();
                            }
                        }
                    }));
                }
                start.wait();
                // At a different moment each time, none of which is special.
                (0..round * 50).for_each(|_| core::hint::spin_loop());
                cable.abort(ABORT);
                for thread in threads {
                    assert_eq!(thread.join().unwrap(), ABORT);
                }
            });
        });
    }
}

type End = (fn(Reader), ErrorKind);

/// Writes 32 MiB into 64 KiB, of which the reader reads 1 MiB and then ends.
#[test]
#[cfg_attr(miri, ignore = "it would take hours")]
fn b12_b16_b25_b26_a_write_of_32_mib_into_64_kib_fails_with_the_readers_end() {
    let ends: [End; 4] = [
        (|mut reader| reader.close(), ErrorKind::BrokenPipe),
        (|reader| drop(reader), DROPPED),
        (|mut reader| reader.abort(ABORT), ABORT),
        (|reader| reader.abort_handle().abort(ABORT), ABORT),
    ];
    let bytes = vec![7; 32 << 20];
    for (end, expected) in ends {
        for blocking in [false, true] {
            let (reader, mut writer) = Options::new(64 << 10).error_on_drop(DROPPED).pipe();
            let written = within(DEADLINE, || {
                thread::scope(|scope| {
                    scope.spawn(move || {
                        let mut reader = reader.blocking();
                        let mut buf = vec![0; 1 << 20];
                        reader.read_exact(&mut buf).unwrap();
                        assert!(buf.iter().all(|byte| *byte == 7));
                        end(reader.into_inner());
                    });
                    match blocking {
                        true => writer.blocking().write_all(&bytes),
                        false => block_on(writer.write_all(&bytes)),
                    }
                })
            });
            assert_eq!(written.unwrap_err().kind(), expected);
        }
    }
}
