//! Blocking ends on two threads and more, and halves that move between threads.

use core::time::Duration;
use std::io::{BufRead, Read, Write};
use std::thread;

use async_duplex::{duplex, pipe};

use crate::common::{assert_times_out, echo, read_all, write_all_of, DEADLINE, MIB, SHORT};
use crate::support::data::data;
use crate::support::deadline::within;
use crate::support::half::until_waiting;

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
fn b20_a_blocking_stream_reads_and_writes_lines_in_turn_and_bytes_at_the_same_time() {
    within(DEADLINE, || {
        let (client, server) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(server.blocking()));

            // Most lines are longer than the pipe.
            let mut client = client.blocking();
            for i in 0..1000 {
                let request = format!("line {i}\n");
                client.write_all(request.as_bytes()).unwrap();
                let mut response = String::new();
                client.read_line(&mut response).unwrap();
                assert_eq!(response, request);
            }

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
            let timeout = Duration::from_millis(1);
            reader.set_timeout(Some(timeout));
            assert_times_out(timeout, || reader.read(&mut [0]));
            reader.set_timeout(None);
            thread::scope(|scope| {
                scope.spawn(|| {
                    until_waiting(&writer);
                    writer.try_write(b"x").unwrap();
                });
                let read = scope.spawn(|| reader.read(&mut [0]));
                assert_eq!(read.join().unwrap().unwrap(), 1);
            });
        }
    });
}

#[test]
fn b20_debug_shows_the_half_and_the_timeout_but_no_bytes() {
    let (reader, mut writer) = pipe(8);
    writer.try_write(b"secret").unwrap();
    let mut reader = reader.blocking();
    reader.set_timeout(Some(SHORT));
    let (text, inner) = (format!("{reader:?}"), format!("{:?}", reader.get_ref()));
    assert_eq!(
        text,
        format!("Blocking {{ inner: {inner}, timeout: Some(20ms) }}")
    );
    assert!(text.contains("len: 6") && !text.contains("secret"));
}
