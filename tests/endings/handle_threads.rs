//! B26 on real threads: a handle ends blocking calls, and races with everything else.

use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::sync::{Arc, Barrier};
use std::thread;

use async_duplex::{duplex, pipe};

use crate::deadline::within;
use crate::RESET;

const DEADLINE: u64 = 60;

const ROUNDS: usize = if cfg!(miri) { 5 } else { 2_000 };

#[test]
fn b26_a_thread_in_a_blocking_read_is_ended() {
    within(DEADLINE, || {
        let (reader, writer) = pipe(8);
        let handle = writer.abort_handle();
        let mut reader = reader.blocking();
        let reading = thread::spawn(move || reader.read(&mut [0; 8]).unwrap_err().kind());
        handle.abort(RESET);
        assert_eq!(reading.join().unwrap(), RESET);
    });
}

#[test]
fn b26_a_thread_in_a_blocking_write_is_ended() {
    within(DEADLINE, || {
        let (reader, writer) = pipe(8);
        let handle = reader.abort_handle();
        let mut writer = writer.blocking();
        let writing = thread::spawn(move || writer.write_all(&[0; 100]).unwrap_err().kind());
        handle.abort(RESET);
        assert_eq!(writing.join().unwrap(), RESET);
    });
}

/// Four threads that read and write both ends of a connection, which is cut somewhere in between.
#[test]
fn b26_every_half_of_a_busy_connection_ends_with_the_error() {
    within(DEADLINE, || {
        for round in 0..200 {
            let (near, far) = duplex(64);
            let cable = near.abort_handle();
            let start = Arc::new(Barrier::new(5));
            let mut threads = Vec::new();
            for stream in [near, far] {
                let (reader, writer) = stream.split();
                let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
                let barrier = start.clone();
                threads.push(thread::spawn(move || {
                    barrier.wait();
                    let mut buf = [0; 100];
                    loop {
                        match reader.read(&mut buf) {
                            Ok(n) => assert!(n > 0, "no half has finished"),
                            Err(error) => return error.kind(),
                        }
                    }
                }));
                let barrier = start.clone();
                threads.push(thread::spawn(move || {
                    barrier.wait();
                    loop {
                        if let Err(error) = writer.write_all(&[7; 50]) {
                            return error.kind();
                        }
                    }
                }));
            }
            start.wait();
            // At a different moment each time, none of which is special.
            for _ in 0..round * 50 {
                core::hint::spin_loop();
            }
            cable.abort(RESET);
            for thread in threads {
                // A half whose peer has seen the abort first and was dropped is aborted all the
                // same.
                assert_eq!(thread.join().unwrap(), RESET);
            }
        }
    });
}

#[test]
fn b26_an_abort_races_with_the_end_and_either_stands_as_a_whole() {
    within(DEADLINE, || {
        let (mut ended, mut aborted) = (0, 0);
        for _ in 0..ROUNDS {
            let (reader, mut writer) = pipe(64);
            let handle = reader.abort_handle();
            let mut reader = reader.blocking();
            reader.set_timeout(Some(Duration::from_secs(DEADLINE)));
            let start = Arc::new(Barrier::new(2));
            let barrier = start.clone();
            let aborting = thread::spawn(move || {
                barrier.wait();
                handle.abort(RESET);
            });
            start.wait();
            let written = writer.try_write(b"abc");
            writer.finish();
            let mut got = Vec::new();
            match reader.read_to_end(&mut got) {
                Ok(_) => {
                    assert_eq!((written.unwrap(), &got[..]), (3, &b"abc"[..]));
                    ended += 1;
                }
                Err(error) => {
                    assert_eq!(error.kind(), RESET);
                    aborted += 1;
                }
            }
            drop(writer);
            aborting.join().unwrap();
            let again = reader.read(&mut [0]).map_err(|error| error.kind());
            assert!(matches!(again, Ok(0) | Err(ErrorKind::ConnectionReset)));
        }
        assert_eq!(ended + aborted, ROUNDS);
    });
}
