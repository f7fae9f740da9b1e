//! B1, B3, B5, B7, B10 and B19, by every call of every family of traits, of halves and of streams.

use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{pipe, DuplexStream, Reader, Writer};

use crate::pipe_with;
use crate::support::counting_waker::{ready, CountingTask, Outcome, BROKEN};
use crate::support::families::{reads, writes, ReadCall, Sink, Source, WriteCall};

/// `WouldBlock` and the `TimedOut` of a blocking call that must not wait are `Pending`.
fn outcome(result: Poll<io::Result<usize>>) -> Outcome<usize> {
    match result.map_err(|error| error.kind()) {
        Poll::Ready(Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)) => Poll::Pending,
        result => result,
    }
}

fn read<S>(
    call: &ReadCall<S>,
    task: &CountingTask,
    from: &mut S,
    buf: &mut [u8],
) -> Outcome<usize> {
    outcome(task.poll(|cx| (call.call)(from, cx, buf)))
}

fn write<S>(call: &WriteCall<S>, task: &CountingTask, to: &mut S, bytes: &[u8]) -> Outcome<usize> {
    outcome(task.poll(|cx| (call.call)(to, cx, bytes)))
}

fn check_reads<S: Source>() {
    for call in reads::<S>() {
        for offset in 0..8 {
            let name = call.name;
            let (reader, mut writer) = pipe_with(8, offset, b"abcdef");
            let mut source = S::of(reader);
            let task = CountingTask::new();
            let lends_part = name.contains("fill_buf");
            let found = read(&call, &task, &mut source, &mut [b'-'; 9]);
            let all = if lends_part { 6.min(8 - offset) } else { 6 };
            assert_eq!(found, ready(all), "{name} at {offset}");
            let unread = if call.consumes { 0 } else { 6 };
            assert_eq!((writer.len(), task.state()), (unread, (0, 0)), "{name}");

            // A short buffer, which is full, and the rest.
            writer.try_write(&b"abcdef"[..6 - unread]).unwrap();
            if call.consumes {
                let mut buf = *b"----";
                assert_eq!(
                    read(&call, &task, &mut source, &mut buf[..2]),
                    ready(2),
                    "{name}"
                );
                assert_eq!(&buf, b"ab--", "{name}");
                assert_eq!(
                    read(&call, &task, &mut source, &mut buf),
                    ready(4),
                    "{name}"
                );
                assert_eq!(&buf, b"cdef", "{name}");
            } else {
                source.reader().consume(6);
            }
            // Nothing is left.
            assert_eq!(
                read(&call, &task, &mut source, &mut [0; 9]),
                Poll::Pending,
                "{name}"
            );
            let waits = usize::from(call.waits);
            assert_eq!(task.state(), (0, waits), "{name}");
            assert_eq!(
                source.reader().peek(&mut [0]).unwrap_err().kind(),
                ErrorKind::WouldBlock
            );
            writer.try_write(b"four").unwrap();
            assert_eq!(task.state(), (waits, 0), "{name}");
            // Neither a peek nor later bytes wake it again.
            assert_eq!(source.reader().peek(&mut [0; 9]).unwrap(), 4);
            writer.try_write(b"x").unwrap();
            assert_eq!(task.wakes(), waits, "{name}");
            assert!(
                read(&call, &task, &mut source, &mut [0; 9]).is_ready(),
                "{name}"
            );
        }
    }
}

#[test]
fn b3_b7_b19_every_read_of_every_family_gets_all_it_can_and_waits_for_more() {
    check_reads::<Reader>();
    check_reads::<DuplexStream>();
}

fn check_writes<S: Sink>() {
    for call in writes::<S>() {
        for offset in 0..8 {
            let name = call.name;
            let (mut reader, writer) = pipe_with(8, offset, b"abc");
            let mut sink = S::of(writer);
            let task = CountingTask::new();
            let mut got = [0; 9];
            assert_eq!(
                write(&call, &task, &mut sink, b"defghijk"),
                ready(5),
                "{name}"
            );
            if !call.writes {
                assert_eq!((reader.len(), task.state()), (3, (0, 0)), "{name}");
                sink.writer().try_write(b"defgh").unwrap();
            }
            // Nothing fits any more.
            assert_eq!(
                write(&call, &task, &mut sink, b"x"),
                Poll::Pending,
                "{name}"
            );
            let waits = usize::from(call.waits);
            assert_eq!(task.state(), (0, waits), "{name}");
            assert_eq!(reader.try_read(&mut got).unwrap(), 8);
            assert_eq!(&got[..8], b"abcdefgh", "{name}");
            assert_eq!(task.state(), (waits, 0), "{name}");
            assert!(write(&call, &task, &mut sink, b"x").is_ready(), "{name}");
            assert_eq!(reader.len(), usize::from(call.writes), "{name}");
        }
    }
}

#[test]
fn b1_b3_b7_every_write_of_every_family_writes_what_fits_and_waits_for_more() {
    check_writes::<Writer>();
    check_writes::<DuplexStream>();
}

fn check_empty_reads<S: Source>() {
    for call in reads::<S>().into_iter().filter(|call| call.consumes) {
        let (task, parked) = (CountingTask::new(), CountingTask::new());
        let name = call.name;
        // Empty, with its own read parked.
        let (reader, mut writer) = pipe(4);
        let mut source = S::of(reader);
        assert_eq!(read(&call, &task, &mut source, &mut []), ready(0), "{name}");
        assert!(parked
            .poll(|cx| source.reader().poll_read(cx, &mut [0]))
            .is_pending());
        assert_eq!(read(&call, &task, &mut source, &mut []), ready(0), "{name}");
        writer.try_write(b"full").unwrap();
        assert_eq!(parked.state(), (1, 0), "{name}");
        // Full, with a parked peer.
        assert!(parked.poll(|cx| writer.poll_write(cx, b"x")).is_pending());
        assert_eq!(read(&call, &task, &mut source, &mut []), ready(0), "{name}");
        assert_eq!(parked.state(), (1, 1), "{name}");
        assert_eq!(source.reader().try_read(&mut [0]).unwrap(), 1);
        assert_eq!(parked.state(), (2, 0), "{name}");
        // After the end.
        drop(writer);
        assert_eq!(read(&call, &task, &mut source, &mut []), ready(0), "{name}");
        source.reader().close();
        source.reader().abort(ErrorKind::Other);
        assert_eq!(read(&call, &task, &mut source, &mut []), ready(0), "{name}");
        assert_eq!(task.state(), (0, 0), "{name}");
    }
}

#[test]
fn b5_an_empty_read_of_every_family_is_ok_at_once_and_wakes_nobody() {
    check_empty_reads::<Reader>();
    check_empty_reads::<DuplexStream>();
}

fn check_empty_writes<S: Sink>() {
    for call in writes::<S>().into_iter().filter(|call| call.writes) {
        let (task, parked) = (CountingTask::new(), CountingTask::new());
        let name = call.name;
        // Empty, with a parked peer.
        let (mut reader, writer) = pipe(4);
        let mut sink = S::of(writer);
        assert!(parked
            .poll(|cx| reader.poll_read(cx, &mut [0]))
            .is_pending());
        assert_eq!(write(&call, &task, &mut sink, b""), ready(0), "{name}");
        assert_eq!(parked.state(), (0, 1), "{name}");
        assert_eq!(sink.writer().try_write(b"full").unwrap(), 4);
        assert_eq!(parked.state(), (1, 0), "{name}");
        // Full, with its own write parked.
        assert!(parked
            .poll(|cx| sink.writer().poll_write(cx, b"x"))
            .is_pending());
        assert_eq!(write(&call, &task, &mut sink, b""), ready(0), "{name}");
        assert_eq!(parked.state(), (1, 1), "{name}");
        // After the end.
        sink.writer().finish();
        assert_eq!(write(&call, &task, &mut sink, b""), BROKEN, "{name}");
        drop(reader);
        assert_eq!(write(&call, &task, &mut sink, b""), BROKEN, "{name}");
        assert_eq!(task.state(), (0, 0), "{name}");
    }
}

#[test]
fn b5_an_empty_write_of_every_family_is_ok_at_once_or_broken_and_wakes_nobody() {
    check_empty_writes::<Writer>();
    check_empty_writes::<DuplexStream>();
}

/// The calls drop what they poll, so each call that waits is a future that is dropped.
fn check_after_dropped_reads<S: Source>() {
    for dropped in reads::<S>().iter().filter(|call| call.waits) {
        for call in reads::<S>() {
            let (reader, mut writer) = pipe(8);
            let mut source = S::of(reader);
            let (old, new) = (CountingTask::new(), CountingTask::new());
            assert!(read(dropped, &old, &mut source, &mut [0; 8]).is_pending());
            writer.try_write(b"abcd").unwrap();
            let found = read(&call, &new, &mut source, &mut [0; 8]);
            assert_eq!(
                found,
                ready(4),
                "{} after a dropped {}",
                call.name,
                dropped.name
            );
            assert_eq!((old.state(), new.state()), ((1, 0), (0, 0)));
        }
    }
}

fn check_after_dropped_writes<S: Sink>() {
    for dropped in writes::<S>().iter().filter(|call| call.waits) {
        for call in writes::<S>() {
            let (mut reader, mut writer) = pipe(8);
            writer.try_write(b"01234567").unwrap();
            let mut sink = S::of(writer);
            let (old, new) = (CountingTask::new(), CountingTask::new());
            assert!(write(dropped, &old, &mut sink, b"lost").is_pending());
            assert_eq!(reader.try_read(&mut [0; 16]).unwrap(), 8);
            let written = write(&call, &new, &mut sink, b"x");
            assert!(
                written.is_ready(),
                "{} after a dropped {}",
                call.name,
                dropped.name
            );
            assert_eq!(reader.len(), usize::from(call.writes), "{}", call.name);
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
