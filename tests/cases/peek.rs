//! B19: `peek` beside every other call of the reader.

use core::task::Poll;
use std::io::{BufRead, Read};
use std::thread;

use async_duplex::{pipe, DuplexStream, Options, Reader};

use crate::deadline::within;
use crate::reads::{all_reads, waiting_reads, Source};
use crate::task::{moved, tried, Task};
use crate::DEADLINE;

fn check_peek_before_every_read<S: Source>() {
    for (name, call) in all_reads::<S>() {
        let (reader, mut writer) = pipe(8);
        writer.try_write(b"abcdef").unwrap();
        let mut source = S::with_reader(reader);
        let task = Task::new();
        let mut buf = [b'-'; 4];
        for _ in 0..2 {
            assert_eq!(source.reader().peek(&mut buf).unwrap(), 4);
            assert_eq!(&buf, b"abcd");
        }
        let read = task.poll(|cx| call(&mut source, cx));
        assert_eq!(read, moved(6), "{name} after a peek of 4");
    }
}

#[test]
fn b19_every_read_of_every_family_gets_all_that_was_peeked_and_the_rest() {
    check_peek_before_every_read::<Reader>();
    check_peek_before_every_read::<DuplexStream>();
}

#[test]
fn b7_b19_a_peek_in_vain_leaves_a_parked_read_waiting() {
    for (name, call) in waiting_reads::<Reader>() {
        let (mut reader, mut writer) = pipe(8);
        let task = Task::new();
        assert!(task.poll(|cx| call(&mut reader, cx)).is_pending());
        assert_eq!(tried(reader.peek(&mut [0; 8])), Poll::Pending);
        writer.try_write(b"abcd").unwrap();
        assert_eq!(task.wakes(), 1, "{name}");
        // A peek is no poll: the next bytes do not wake the task again.
        assert_eq!(tried(reader.peek(&mut [0; 8])), moved(4));
        writer.try_write(b"efgh").unwrap();
        assert_eq!(task.wakes(), 1, "{name}");
        assert_eq!(tried(reader.peek(&mut [0; 8])), moved(8));
    }
}

#[test]
fn b19_a_short_peek_does_not_shorten_what_was_lent() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abcdef").unwrap();
    assert_eq!(reader.as_slices().0, b"abcdef");
    assert_eq!(reader.peek(&mut [0; 2]).unwrap(), 2);
    reader.consume(6);
    assert_eq!(tried(reader.peek(&mut [0; 2])), Poll::Pending);
}

#[test]
fn b19_what_was_peeked_can_be_consumed() {
    let (mut reader, mut writer) = pipe(8);
    for _ in 0..10 {
        writer.try_write(b"abc").unwrap();
        writer.try_write(b"de").unwrap();
        let mut buf = [0; 4];
        let n = reader.peek(&mut buf).unwrap();
        assert_eq!(&buf[..n], b"abcd");
        reader.consume(n);
        assert_eq!(reader.peek(&mut buf).unwrap(), 1);
        assert_eq!(reader.try_read(&mut buf).unwrap(), 1);
        assert_eq!(&buf[..1], b"e");
    }
}

#[test]
fn b18_b19_a_peek_neither_counts_nor_yields() {
    let (mut reader, mut writer) = Options::new(8).yield_every(2).pipe();
    writer.try_write(b"abcdef").unwrap();
    let task = Task::new();
    for _ in 0..2 {
        let mut byte = [0];
        assert!(task.poll(|cx| reader.poll_read(cx, &mut byte)).is_ready());
        for _ in 0..5 {
            assert!(reader.peek(&mut byte).is_ok());
        }
    }
    assert_eq!(task.wakes(), 0);
    assert!(task.poll(|cx| reader.poll_read(cx, &mut [0])).is_pending());
    assert_eq!(task.wakes(), 1);
}

#[test]
fn b19_b20_a_blocking_reader_reads_what_it_has_peeked() {
    let (reader, mut writer) = pipe(8);
    writer.try_write(b"abcdef").unwrap();
    let mut reader = reader.blocking();
    let mut buf = [0; 4];
    assert_eq!(reader.get_mut().peek(&mut buf).unwrap(), 4);
    assert_eq!(reader.fill_buf().unwrap(), b"abcdef");
    assert_eq!(reader.get_mut().peek(&mut buf[..1]).unwrap(), 1);
    reader.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"abcd");
}

/// The writer goes on meanwhile: what was peeked is the front of what is read.
#[test]
fn b19_a_peek_beside_a_writing_thread_is_the_front_of_the_next_read() {
    const LEN: usize = if cfg!(miri) { 200 } else { 50_000 };
    within(DEADLINE, || {
        let (mut reader, mut writer) = pipe(13);
        let byte = |i: usize| (i * 7 % 251) as u8;
        thread::scope(|scope| {
            scope.spawn(move || {
                let bytes: Vec<u8> = (0..LEN).map(byte).collect();
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    match writer.try_write(&rest[..rest.len().min(5)]) {
                        Ok(n) => rest = &rest[n..],
                        Err(_) => thread::yield_now(),
                    }
                }
            });
            let mut total = 0;
            loop {
                let (mut peeked, mut read) = ([0; 7], [0; 7]);
                let Ok(n) = reader.peek(&mut peeked) else {
                    thread::yield_now();
                    continue;
                };
                let m = reader.try_read(&mut read).unwrap();
                assert!(m >= n && read[..n] == peeked[..n]);
                assert!((total..).map(byte).zip(&read[..m]).all(|(a, b)| a == *b));
                total += m;
                if m == 0 {
                    break;
                }
            }
            assert_eq!(total, LEN);
        });
    });
}
