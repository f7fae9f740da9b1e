//! B26 in the middle of the transfers of blocking halves.

use std::io::{Read, Write};
use std::sync::Barrier;
use std::thread;

use async_duplex::duplex;

use crate::support::deadline::within;
use crate::support::half::ABORT;
use crate::DEADLINE;

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
