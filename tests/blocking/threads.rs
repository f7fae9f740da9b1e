//! Blocking ends on two threads and more, and halves that move between threads.

use core::time::Duration;
use std::io::{BufRead, ErrorKind, Read, Write};
use std::thread;

use async_duplex::{duplex, pipe};

use crate::common::{
    echo, kind, on_another_thread, read_all, until_waiting, write_all_of, DEADLINE, MIB,
};
use crate::data::data;
use crate::deadline::within;

#[test]
fn b20_every_byte_arrives_between_two_threads() {
    // With a capacity of 1, each byte takes a wait, so a smaller total is enough.
    for (capacity, total) in [(1, MIB / 16), (7, MIB), (4096, MIB)] {
        within(DEADLINE, || {
            let (reader, writer) = pipe(capacity);
            thread::scope(|scope| {
                scope.spawn(|| write_all_of(writer.blocking(), total));
                let read = read_all(reader.blocking());
                assert!(read == data(1, total), "capacity {capacity}");
            });
        });
    }
}

#[test]
fn b20_a_blocking_stream_reads_and_writes() {
    within(DEADLINE, || {
        let (client, server) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(server.blocking()));

            // Alternating, through one value.
            let mut client = client.blocking();
            for i in 0..1000 {
                let request = format!("line {i}\n");
                client.write_all(request.as_bytes()).unwrap();
                let mut response = String::new();
                client.read_line(&mut response).unwrap();
                assert_eq!(response, request);
            }

            // At the same time, on two threads.
            let (reader, writer) = client.into_inner().into_split();
            scope.spawn(|| write_all_of(writer.blocking(), MIB / 4));
            assert!(read_all(reader.blocking()) == data(1, MIB / 4));
        });
    });
}

/// The reader waits on one thread until a timeout, and then on another, which the wake must reach.
#[test]
fn b20_a_reader_that_timed_out_is_woken_on_another_thread() {
    within(DEADLINE, || {
        let (reader, mut writer) = pipe(1);
        let mut reader = reader.blocking();
        for _ in 0..10 {
            reader.set_timeout(Some(Duration::from_millis(1)));
            assert_eq!(kind(reader.read(&mut [0])), ErrorKind::TimedOut);
            reader.set_timeout(None);
            reader = thread::scope(|scope| {
                scope.spawn(|| {
                    until_waiting(&writer);
                    writer.try_write(b"x").unwrap();
                });
                on_another_thread(|| {
                    assert_eq!(reader.read(&mut [0]).unwrap(), 1);
                    reader
                })
            });
        }
    });
}

#[test]
fn b20_both_halves_move_between_threads_midway() {
    within(DEADLINE, || {
        let (reader, writer) = pipe(7);
        let total = MIB / 4;
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = writer.blocking();
                for part in data(1, total).chunks(total / 8) {
                    writer = on_another_thread(|| {
                        writer.write_all(part).unwrap();
                        writer
                    });
                }
            });
            let mut reader = reader.blocking();
            let mut read = vec![0; total];
            for part in read.chunks_mut(total / 5 + 1) {
                reader = on_another_thread(|| {
                    reader.read_exact(part).unwrap();
                    reader
                });
            }
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
            assert!(read == data(1, total));
        });
    });
}
