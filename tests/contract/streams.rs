//! B13 and B14: bidirectional streams and their halves.

use core::task::Poll;

use async_duplex::{duplex, pipe, DuplexStream};

use crate::read_up_to;
use crate::support::counting_waker::{as_poll, ready, CountingTask, Outcome, BROKEN, END};

/// The results of a read and of a write of one byte.
fn reads_and_writes(stream: &mut DuplexStream) -> (Outcome<usize>, Outcome<usize>) {
    let task = CountingTask::new();
    let read = task.read(stream, &mut [0; 64]);
    (read, task.write(stream, b"x"))
}

#[test]
fn b13_b14_closing_a_stream_ends_its_write_direction_only_and_twice_is_ok() {
    let (mut left, mut right) = duplex(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut left, b"last"), ready(4));
    for _ in 0..2 {
        assert_eq!(task.close(&mut left), ready(()));
        assert_eq!(task.write(&mut left, b"x"), BROKEN);
    }
    let mut buf = [0; 8];
    assert_eq!(task.read(&mut right, &mut buf), ready(4));
    assert_eq!(task.read(&mut right, &mut buf), END);

    // The other direction goes on.
    for _ in 0..10 {
        assert_eq!(task.write(&mut right, b"more"), ready(4));
        assert_eq!(task.read(&mut left, &mut buf), ready(4));
        assert_eq!(&buf[..4], b"more");
    }
    assert_eq!(task.read(&mut left, &mut buf), Poll::Pending);
    assert_eq!(task.close(&mut right), ready(()));
    assert_eq!(reads_and_writes(&mut left), (END, BROKEN));
    assert_eq!(reads_and_writes(&mut right), (END, BROKEN));
}

#[test]
fn b14_dropping_a_stream_ends_both_directions_also_after_its_close() {
    for closes in [false, true] {
        let (mut left, mut right) = duplex(4);
        let task = CountingTask::new();
        assert_eq!(task.write(&mut left, b"bye"), ready(3));
        if closes {
            assert_eq!(task.close(&mut left), ready(()));
            assert_eq!(task.write(&mut right, b"x"), ready(1));
        }
        drop(left);
        assert_eq!(reads_and_writes(&mut right), (ready(3), BROKEN));
        assert_eq!(reads_and_writes(&mut right), (END, BROKEN));
    }
}

#[test]
fn b14_dropping_a_split_half_ends_its_direction_only() {
    let (left, mut right) = duplex(4);
    let (mut reader, writer) = left.into_split();
    assert_eq!(reads_and_writes(&mut right), (Poll::Pending, ready(1)));
    drop(writer);
    assert_eq!(reads_and_writes(&mut right), (END, ready(1)));
    assert_eq!(read_up_to(&mut reader, 8), b"xx");

    let (left, mut right) = duplex(4);
    let (reader, mut writer) = left.split();
    drop(reader);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(reads_and_writes(&mut right), (ready(3), BROKEN));
    assert_eq!(reads_and_writes(&mut right), (Poll::Pending, BROKEN));
}

#[test]
fn b14_splitting_and_joining_close_nothing_and_lose_nothing() {
    let (mut left, mut right) = duplex(4);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut left, b"ab"), ready(2));
    assert_eq!(task.write(&mut right, b"cd"), ready(2));
    let (mut reader, writer) = left.into_split();
    assert!(!reader.is_closed() && !writer.is_closed());
    assert_eq!(read_up_to(&mut reader, 8), b"cd");
    let mut left = DuplexStream::new(reader, writer);
    assert!(left.is_peer_of(&right));
    assert_eq!(task.write(&mut left, b"ef"), ready(2));
    assert_eq!(reads_and_writes(&mut right), (ready(4), ready(1)));
}

#[test]
fn b14_halves_borrows_the_halves_that_the_stream_uses() {
    let (mut left, mut right) = duplex(4);
    let (reader, writer) = left.halves();
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    assert_eq!(reads_and_writes(&mut right), (ready(2), ready(1)));
    assert_eq!(read_up_to(reader, 8), b"x");
    writer.finish();
    assert_eq!(reads_and_writes(&mut right), (END, ready(1)));
    assert_eq!(reads_and_writes(&mut left), (ready(1), BROKEN));
}

#[test]
fn surface_a_loopback_reads_what_it_writes_and_is_its_own_peer() {
    let (reader, writer) = pipe(4);
    let mut stream = DuplexStream::new(reader, writer);
    assert!(stream.is_peer_of(&stream));
    let task = CountingTask::new();
    assert_eq!(task.write(&mut stream, b"echo"), ready(4));
    assert_eq!(read_up_to(stream.reader(), 8), b"echo");
    assert_eq!(task.write(&mut stream, b"end"), ready(3));
    assert_eq!(task.close(&mut stream), ready(()));
    assert_eq!(reads_and_writes(&mut stream), (ready(3), BROKEN));
    assert_eq!(reads_and_writes(&mut stream), (END, BROKEN));
}

#[test]
fn surface_streams_are_peers_in_both_directions_or_not_at_all() {
    let (a, b) = duplex(4);
    let (c, d) = duplex(4);
    assert!(a.is_peer_of(&b) && b.is_peer_of(&a));
    assert!(!a.is_peer_of(&a));
    assert!(!a.is_peer_of(&c) && !a.is_peer_of(&d) && !d.is_peer_of(&a));

    // Exchange the writers: then no stream has both halves of one peer.
    let (a_reader, a_writer) = a.into_split();
    let (c_reader, c_writer) = c.into_split();
    let mixed = DuplexStream::new(a_reader, c_writer);
    let other = DuplexStream::new(c_reader, a_writer);
    for stream in [&b, &d] {
        assert!(!stream.is_peer_of(&mixed) && !mixed.is_peer_of(stream));
        assert!(!stream.is_peer_of(&other) && !other.is_peer_of(stream));
    }
}
