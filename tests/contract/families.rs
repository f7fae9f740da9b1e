//! B1, B3, B5, B6, B7, B10 and B19, by every call of every family of traits, of halves and of
//! streams. A test prints which call it makes.

use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{pipe, DuplexStream, Reader, Writer};

use crate::pipe_with;
use crate::support::counting_waker::{ready, to_kind, CountingTask, Outcome, BROKEN};
use crate::support::families::{flushes_and_closes, reads, writes};
use crate::support::families::{ReadCall, Sink, Source, WriteCall};

/// `WouldBlock` and the `TimedOut` of a blocking call that must not wait are `Pending`.
fn outcome(result: Poll<io::Result<usize>>) -> Outcome<usize> {
    match to_kind(result) {
        Poll::Ready(Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)) => Poll::Pending,
        result => result,
    }
}

impl CountingTask {
    fn read_by<S>(&self, call: &ReadCall<S>, from: &mut S, buf: &mut [u8]) -> Outcome<usize> {
        outcome(self.poll(|cx| (call.call)(from, cx, buf)))
    }

    fn write_by<S>(&self, call: &WriteCall<S>, to: &mut S, bytes: &[u8]) -> Outcome<usize> {
        outcome(self.poll(|cx| (call.call)(to, cx, bytes)))
    }
}

fn check_read<S: Source>(call: &ReadCall<S>, offset: usize) {
    println!("{} at {offset}", call.name);
    let (reader, mut writer) = pipe_with(8, offset, b"abcdef");
    let (mut source, task) = (S::of(reader), CountingTask::new());
    let lends_part = call.name.contains("fill_buf");
    let all = if lends_part { 6.min(8 - offset) } else { 6 };
    assert_eq!(task.read_by(call, &mut source, &mut [b'-'; 9]), ready(all));
    let unread = if call.consumes { 0 } else { 6 };
    assert_eq!((writer.len(), task.state()), (unread, (0, 0)));

    // A short buffer, which is full, and the rest.
    if call.consumes {
        writer.try_write(b"abcdef").unwrap();
        let mut buf = *b"----";
        assert_eq!(task.read_by(call, &mut source, &mut buf[..2]), ready(2));
        assert_eq!(&buf, b"ab--");
        assert_eq!(task.read_by(call, &mut source, &mut buf), ready(4));
        assert_eq!(&buf, b"cdef");
    } else {
        source.reader().consume(6);
    }
    // Nothing is left.
    let waits = usize::from(call.waits);
    let nothing = task.read_by(call, &mut source, &mut [0; 9]);
    assert_eq!((nothing, task.state()), (Poll::Pending, (0, waits)));
    assert!(source.reader().peek(&mut [0]).is_err());
    writer.try_write(b"four").unwrap();
    assert_eq!(task.state(), (waits, 0));
    // Neither a peek nor later bytes wake it again.
    assert_eq!(source.reader().peek(&mut [0; 9]).unwrap(), 4);
    writer.try_write(b"x").unwrap();
    assert_eq!(task.wakes(), waits);
    assert!(task.read_by(call, &mut source, &mut [0; 9]).is_ready());
}

#[test]
fn b3_b7_b19_every_read_of_every_family_gets_all_it_can_and_waits_for_more() {
    for offset in 0..8 {
        reads::<Reader>()
            .iter()
            .for_each(|call| check_read(call, offset));
        reads::<DuplexStream>()
            .iter()
            .for_each(|call| check_read(call, offset));
    }
}

fn check_write<S: Sink>(call: &WriteCall<S>, offset: usize) {
    println!("{} at {offset}", call.name);
    let (mut reader, writer) = pipe_with(8, offset, b"abc");
    let (mut sink, task) = (S::of(writer), CountingTask::new());
    assert_eq!(task.write_by(call, &mut sink, b"defghijk"), ready(5));
    if !call.writes {
        assert_eq!((reader.len(), task.state()), (3, (0, 0)));
        sink.writer().try_write(b"defgh").unwrap();
    }
    // Nothing fits any more.
    let waits = usize::from(call.waits);
    let nothing = task.write_by(call, &mut sink, b"x");
    assert_eq!((nothing, task.state()), (Poll::Pending, (0, waits)));
    let mut got = [0; 9];
    assert_eq!(reader.try_read(&mut got).unwrap(), 8);
    assert_eq!(&got[..8], b"abcdefgh");
    assert_eq!(task.state(), (waits, 0));
    assert!(task.write_by(call, &mut sink, b"x").is_ready());
    assert_eq!(reader.len(), usize::from(call.writes));
}

#[test]
fn b1_b3_b7_every_write_of_every_family_writes_what_fits_and_waits_for_more() {
    for offset in 0..8 {
        writes::<Writer>()
            .iter()
            .for_each(|call| check_write(call, offset));
        writes::<DuplexStream>()
            .iter()
            .for_each(|call| check_write(call, offset));
    }
}

fn check_empty_reads<S: Source>() {
    for call in reads::<S>().iter().filter(|call| call.consumes) {
        println!("{}", call.name);
        let (task, parked) = (CountingTask::new(), CountingTask::new());
        let (reader, mut writer) = pipe(4);
        let mut source = S::of(reader);
        let read_nothing = |source: &mut S| {
            assert_eq!(task.read_by(call, source, &mut []), ready(0));
            assert_eq!(task.state(), (0, 0));
        };
        // Empty, with its own read parked.
        read_nothing(&mut source);
        assert!(parked.read(source.reader(), &mut [0]).is_pending());
        read_nothing(&mut source);
        writer.try_write(b"full").unwrap();
        assert_eq!(parked.state(), (1, 0));
        // Full, with a parked peer.
        assert!(parked.write(&mut writer, b"x").is_pending());
        read_nothing(&mut source);
        assert_eq!(parked.state(), (1, 1));
        // After the end.
        drop(writer);
        read_nothing(&mut source);
        source.reader().close();
        source.reader().abort(ErrorKind::Other);
        read_nothing(&mut source);
    }
}

#[test]
fn b5_an_empty_read_of_every_family_is_ok_at_once_and_wakes_nobody() {
    check_empty_reads::<Reader>();
    check_empty_reads::<DuplexStream>();
}

fn check_empty_writes<S: Sink>() {
    for call in writes::<S>().iter().filter(|call| call.writes) {
        println!("{}", call.name);
        let (task, parked) = (CountingTask::new(), CountingTask::new());
        let (mut reader, writer) = pipe(4);
        let mut sink = S::of(writer);
        let write_nothing = |sink: &mut S, expected| {
            assert_eq!(task.write_by(call, sink, b""), expected);
            for (name, flush) in flushes_and_closes().into_iter().take(4) {
                let flushed = task.poll(|cx| flush(sink, cx));
                assert!(matches!(flushed, Poll::Ready(Ok(()))), "{name}");
            }
            assert_eq!(task.state(), (0, 0));
        };
        // Empty, with a parked peer.
        assert!(parked.read(&mut reader, &mut [0]).is_pending());
        write_nothing(&mut sink, ready(0));
        assert_eq!(parked.state(), (0, 1));
        assert_eq!(sink.writer().try_write(b"full").unwrap(), 4);
        assert_eq!(parked.state(), (1, 0));
        // Full, with its own write parked.
        assert!(parked.write(sink.writer(), b"x").is_pending());
        write_nothing(&mut sink, ready(0));
        assert_eq!(parked.state(), (1, 1));
        // After the end.
        sink.writer().finish();
        write_nothing(&mut sink, BROKEN);
        drop(reader);
        write_nothing(&mut sink, BROKEN);
    }
}

#[test]
fn b5_b6_an_empty_write_of_every_family_is_ok_at_once_or_broken_and_a_flush_is_ok() {
    check_empty_writes::<Writer>();
    check_empty_writes::<DuplexStream>();
}

/// The calls drop what they poll, so each call that waits is a future that is dropped.
fn check_after_dropped_reads<S: Source>() {
    for dropped in reads::<S>().iter().filter(|call| call.waits) {
        for call in reads::<S>() {
            println!("{} after a dropped {}", call.name, dropped.name);
            let (reader, mut writer) = pipe(8);
            let mut source = S::of(reader);
            let (old, new) = (CountingTask::new(), CountingTask::new());
            assert!(old.read_by(dropped, &mut source, &mut [0; 8]).is_pending());
            writer.try_write(b"abcd").unwrap();
            assert_eq!(new.read_by(&call, &mut source, &mut [0; 8]), ready(4));
            assert_eq!((old.state(), new.state()), ((1, 0), (0, 0)));
        }
    }
}

fn check_after_dropped_writes<S: Sink>() {
    for dropped in writes::<S>().iter().filter(|call| call.waits) {
        for call in writes::<S>() {
            println!("{} after a dropped {}", call.name, dropped.name);
            let (mut reader, mut writer) = pipe(8);
            writer.try_write(b"01234567").unwrap();
            let mut sink = S::of(writer);
            let (old, new) = (CountingTask::new(), CountingTask::new());
            assert!(old.write_by(dropped, &mut sink, b"lost").is_pending());
            assert_eq!(reader.try_read(&mut [0; 16]).unwrap(), 8);
            assert!(new.write_by(&call, &mut sink, b"x").is_ready());
            assert_eq!(reader.len(), usize::from(call.writes));
            assert_eq!((old.state(), new.state()), ((1, 0), (0, 0)));
        }
    }
}

#[test]
fn b10_a_dropped_call_of_any_family_moves_nothing_before_every_call_of_every_family() {
    check_after_dropped_reads::<Reader>();
    check_after_dropped_reads::<DuplexStream>();
    check_after_dropped_writes::<Writer>();
    check_after_dropped_writes::<DuplexStream>();
}
