//! B14, and what halves and streams report: their peers, whether these have ended, and `Debug`.

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
fn b13_b14_closing_a_stream_ends_its_write_direction_only_and_dropping_it_both() {
    let (mut left, mut right) = duplex(4);
    let (read, write) = (CountingTask::new(), CountingTask::new());
    assert_eq!(as_poll(right.try_write(b"full")), ready(4));
    assert!(write.write(&mut right, b"x").is_pending());
    assert!(read.read(&mut right, &mut [0]).is_pending());
    for _ in 0..2 {
        assert_eq!(CountingTask::new().close(&mut left), ready(()));
        assert_eq!(as_poll(left.try_write(b"x")), BROKEN);
    }
    assert_eq!((read.wakes(), write.wakes()), (1, 0));
    // The other direction goes on.
    for _ in 0..10 {
        assert_eq!(as_poll(left.try_read(&mut [0; 8])), ready(4));
        assert_eq!(as_poll(right.try_write(b"more")), ready(4));
    }
    assert!(write.write(&mut right, b"x").is_pending());
    let wakes = write.wakes();
    drop(left);
    assert_eq!(write.wakes(), wakes + 1);
    assert_eq!(reads_and_writes(&mut right), (END, BROKEN));
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
fn b14_borrowing_splitting_and_joining_halves_close_nothing_and_lose_nothing() {
    let (mut left, mut right) = duplex(4);
    let (reader, writer) = left.halves();
    assert!(!reader.is_closed() && !writer.is_closed());
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    assert_eq!(as_poll(right.try_write(b"cd")), ready(2));
    assert_eq!(read_up_to(reader, 1), b"c");
    let (mut reader, writer) = left.into_split();
    assert!(!reader.is_closed() && !writer.is_closed());
    assert_eq!(read_up_to(&mut reader, 8), b"d");
    let mut left = DuplexStream::new(reader, writer);
    assert!(left.is_peer_of(&right));
    assert_eq!(as_poll(left.try_write(b"ef")), ready(2));
    assert_eq!(read_up_to(right.reader(), 8), b"abef");
}

#[test]
fn b7_b14_a_loopback_reads_what_it_writes_wakes_itself_and_is_its_own_peer() {
    let (reader, writer) = pipe(4);
    let mut stream = DuplexStream::new(reader, writer);
    assert!(stream.is_peer_of(&stream));
    let (read, write) = (CountingTask::new(), CountingTask::new());
    assert!(read.read(&mut stream, &mut [0]).is_pending());
    assert_eq!(write.write(&mut stream, b"echo"), ready(4));
    assert!(write.write(&mut stream, b"x").is_pending());
    assert_eq!(read_up_to(stream.reader(), 8), b"echo");
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
    assert_eq!(write.write(&mut stream, b"end"), ready(3));
    assert_eq!(write.close(&mut stream), ready(()));
    assert_eq!(reads_and_writes(&mut stream), (ready(3), BROKEN));
    assert_eq!(reads_and_writes(&mut stream), (END, BROKEN));
}

#[test]
fn surface_halves_and_streams_are_peers_of_those_that_they_are_connected_to_alone() {
    let (a, b) = duplex(4);
    let (c, d) = duplex(4);
    assert!(a.is_peer_of(&b) && b.is_peer_of(&a));
    assert!(!a.is_peer_of(&a));
    assert!(!a.is_peer_of(&c) && !a.is_peer_of(&d) && !d.is_peer_of(&a));

    let (a_reader, mut a_writer) = a.into_split();
    let (c_reader, c_writer) = c.into_split();
    let (mut b_reader, b_writer) = b.into_split();
    assert!(!a_reader.is_peer_of(&a_writer) && !a_writer.is_peer_of(&a_reader));
    assert!(!a_reader.is_peer_of(&c_writer) && !c_writer.is_peer_of(&b_reader));
    // They stay so when they are closed and moved.
    a_writer.finish();
    b_reader.close();
    let halves = Box::new((a_writer, b_reader));
    assert!(halves.0.is_peer_of(&halves.1) && halves.1.is_peer_of(&halves.0));

    // Exchange the writers: then no stream has both halves of one peer.
    let b = DuplexStream::new(halves.1, b_writer);
    let mixed = DuplexStream::new(a_reader, c_writer);
    let other = DuplexStream::new(c_reader, halves.0);
    for stream in [&b, &d] {
        assert!(!stream.is_peer_of(&mixed) && !mixed.is_peer_of(stream));
        assert!(!stream.is_peer_of(&other) && !other.is_peer_of(stream));
    }
}

#[test]
fn surface_debug_of_the_halves_shows_counts_and_which_half_waits_for_bytes() {
    let (mut reader, mut writer) = pipe(23);
    let task = CountingTask::new();
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    let mut debug = [format!("{reader:?}"), format!("{writer:?}")];
    let assert_say = |debug: &[String; 2], whats: &[&str]| {
        for (text, what) in debug
            .iter()
            .flat_map(|text| whats.iter().map(move |what| (text, what)))
        {
            assert!(text.contains(what), "{text} does not say {what}");
        }
    };
    assert_say(&debug, &["reader_waits: true", "writer_waits: false"]);
    assert_eq!(task.write(&mut writer, &[1; 17]), ready(17));
    debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(&debug, &["capacity: 23", "len: 17", "reader_waits: false"]);
    assert_eq!(task.write(&mut writer, &[1; 17]), ready(6));
    assert!(task.write(&mut writer, &[1; 17]).is_pending());
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(
        &debug,
        &[
            "writer_waits: true",
            "reader_waits: false",
            "is_closed: false",
        ],
    );
    reader.close();
    writer.finish();
    debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(&debug, &["is_closed: true"]);
}

#[test]
fn surface_debug_names_the_halves_and_never_shows_the_bytes() {
    let (mut near, far) = duplex(32);
    assert_eq!(
        as_poll(near.try_write(b"hunter2 hunter2 hunter2")),
        ready(23)
    );
    let mut texts = vec![format!("{near:?} {far:#?}")];
    let (mut reader, mut writer) = near.into_split();
    let (mut far_reader, far_writer) = far.into_split();
    assert_eq!(as_poll(far_reader.try_read(&mut [0; 3])), ready(3));
    texts.push(format!("{far_reader:#?} {far_writer:?}"));
    texts.push(format!("{:?} {:?}", reader.closed(), writer.closed()));
    for text in texts {
        assert!(text.contains("Reader") && text.contains("Writer"), "{text}");
        // Nor as a list of numbers: `h` is 104, and `u` 117.
        for secret in ["hunter", "104", "117"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
