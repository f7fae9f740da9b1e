//! Every ending: who is woken, and that every call of every family finds the same each time,
//! whichever was made first.

use core::task::Poll;

use async_duplex::{duplex, DuplexStream, Options, Reader, Writer};

use crate::support::counting_waker::CountingTask;
use crate::support::ends::{checksum, endings, Ending, Pipe, DROPPED, RESET};
use crate::support::families::{reads, writes, Sink, Source};
use crate::support::half::{Half, Wait};
use crate::{assert_reads, assert_unread, assert_writes, read_kind, write_kind};
use crate::{start_before_the_wrap, ErrorKind};

const BYTES: &[u8] = b"01234567";

/// A pipe with `fill` unread bytes, after `ending`.
fn ended(ending: &Ending, fill: usize) -> Pipe {
    let mut pipe = Pipe::new(ending.strict);
    let Pipe { reader, writer, .. } = &mut pipe;
    start_before_the_wrap(
        reader.as_mut().unwrap(),
        writer.as_mut().unwrap(),
        &BYTES[..fill],
    );
    (ending.end)(&mut pipe, checksum());
    pipe
}

fn check_reads<S: Source>(ending: &Ending, fill: usize) {
    for first in reads::<S>() {
        let mut pipe = ended(ending, fill);
        let Some(mut reader) = pipe.reader.take() else {
            return;
        };
        let what = format!("{}, then {}", ending.name, first.name);
        let left = if ending.discards { 0 } else { fill };
        assert_unread(&mut reader, &BYTES[..left], &what);
        let mut source = S::of(reader);
        let expected = read_kind(ending.reader, ErrorKind::InvalidData);
        for _ in 0..3 {
            let read = CountingTask::new().poll(|cx| (first.call)(&mut source, cx, &mut [0; 8]));
            let found = read.map_err(|error| error.kind());
            assert_eq!(found, Poll::Ready(expected), "{what}");
        }
        assert_reads(&mut source, expected, &what);
        // Nor does what the peer does then change it.
        drop(pipe);
        assert_reads(&mut source, expected, &what);
    }
}

#[test]
fn b11_b16_b24_b25_b26_every_read_gets_every_byte_and_then_finds_the_same_each_time() {
    for ending in endings() {
        for fill in [0, 3, 8] {
            check_reads::<Reader>(&ending, fill);
            check_reads::<DuplexStream>(&ending, fill);
        }
    }
}

fn check_writes<S: Sink>(ending: &Ending, fill: usize) {
    for first in writes::<S>() {
        let mut pipe = ended(ending, fill);
        let Some(writer) = pipe.writer.take() else {
            return;
        };
        let what = format!("{}, then {}", ending.name, first.name);
        let len = writer.len();
        let mut sink = S::of(writer);
        let expected = write_kind(ending.writer, ErrorKind::InvalidData);
        let written = CountingTask::new().poll(|cx| (first.call)(&mut sink, cx, b"x"));
        let found = written.map_err(|error| error.kind());
        assert_eq!(found, Poll::Ready(Err(expected)), "{what}");
        assert_writes(&mut sink, expected, &what);
        assert_eq!(sink.writer().len(), len, "{what}: no byte is written");
        drop(pipe);
        assert_writes(&mut sink, expected, &what);
    }
}

#[test]
fn b12_b13_b16_b25_b26_every_write_fails_the_same_each_time_however_much_room_there_is() {
    for ending in endings() {
        for fill in [0, 3, 8] {
            check_writes::<Writer>(&ending, fill);
            check_writes::<DuplexStream>(&ending, fill);
        }
    }
}

/// Which halves an ending leaves, and what they say of their peers.
#[test]
fn b11_b12_is_closed_is_true_once_the_peer_has_ended_and_not_after_the_own_end() {
    for ending in endings() {
        let mut pipe = Pipe::new(ending.strict);
        assert!(!pipe.reader().is_closed() && !pipe.writer().is_closed());
        (ending.end)(&mut pipe, checksum());
        let by_handle = ending.name.contains("handle");
        if let Some(reader) = &pipe.reader {
            let expected = by_handle || ending.name.contains("writer");
            assert_eq!(reader.is_closed(), expected, "{}", ending.name);
        }
        if let Some(writer) = &pipe.writer {
            let expected = by_handle || ending.name.contains("reader");
            assert_eq!(writer.is_closed(), expected, "{}", ending.name);
        }
        assert_eq!(pipe.handle.is_aborted(), by_handle, "{}", ending.name);
    }
}

/// Every call of a half that waits, for each ending of its peer and of a handle.
fn check_woken<H: Half>(
    ending: &Ending,
    half: fn(&mut Pipe) -> &mut Option<H>,
    wait: &dyn Fn(&CountingTask, &mut H) -> bool,
) {
    for beside_closed in [false, true] {
        let task = CountingTask::new();
        let mut pipe = Pipe::new(ending.strict);
        let mut own = half(&mut pipe).take().expect("it is there");
        // A writer waits if the pipe is full, and a reader if it is empty.
        while own.try_move(8).is_ok() {}
        if beside_closed {
            task.wait(&mut own, Wait::End);
        }
        assert!(wait(&task, &mut own));
        assert_eq!(task.state(), (0, 1));
        *half(&mut pipe) = Some(own);
        (ending.end)(&mut pipe, checksum());
        let woken = usize::from(!ending.name.contains(H::NAME) || ending.name.contains("handle"));
        let name = ending.name;
        assert_eq!(task.wakes(), woken, "a {}: {name}", H::NAME);
        // Nothing that follows wakes it again.
        let Some(mut own) = half(&mut pipe).take() else {
            assert_eq!(task.retained(), 0, "{name}");
            continue;
        };
        pipe.handle.abort(RESET);
        drop(pipe);
        assert_eq!(task.wakes(), 1, "a {}: {name}", H::NAME);
        assert_eq!(task.retained(), 0, "{name}");
        assert!(!wait(&task, &mut own), "a {}: {name}", H::NAME);
        assert!(task.poll(|cx| own.poll_closed(cx)).is_ready());
    }
}

#[test]
fn b7_b11_b12_b16_b26_every_call_that_waits_is_woken_once_by_every_ending_of_its_peer() {
    for ending in endings() {
        for call in reads::<Reader>().into_iter().filter(|call| call.waits) {
            let wait = move |task: &CountingTask, reader: &mut Reader| {
                task.poll(|cx| (call.call)(reader, cx, &mut [0; 8]).is_pending())
            };
            check_woken(&ending, |pipe| &mut pipe.reader, &wait);
        }
        for call in writes::<Writer>().into_iter().filter(|call| call.waits) {
            let wait = move |task: &CountingTask, writer: &mut Writer| {
                task.poll(|cx| (call.call)(writer, cx, b"x").is_pending())
            };
            check_woken(&ending, |pipe| &mut pipe.writer, &wait);
        }
    }
}

/// A read and a write of one stream wait in two tasks, by each pair of calls.
fn each_pair_of_waits(check: impl Fn(DuplexStream, DuplexStream, [&CountingTask; 2], &str)) {
    for read in reads::<DuplexStream>().iter().filter(|call| call.waits) {
        for write in writes::<DuplexStream>().iter().filter(|call| call.waits) {
            let (mut near, far) = duplex(4);
            near.try_write(b"full").unwrap();
            let (reading, writing) = (CountingTask::new(), CountingTask::new());
            let pending = reading.poll(|cx| (read.call)(&mut near, cx, &mut [0; 4]).is_pending());
            assert!(pending && writing.poll(|cx| (write.call)(&mut near, cx, b"x").is_pending()));
            let names = format!("{}, {}", read.name, write.name);
            check(near, far, [&reading, &writing], &names);
        }
    }
}

#[test]
fn b7_b14_a_read_and_a_write_of_one_stream_are_each_woken_by_their_own_peer_alone() {
    let wakes = |tasks: [&CountingTask; 2]| tasks.map(CountingTask::wakes);
    each_pair_of_waits(|_near, mut far, tasks, names| {
        assert_eq!(far.try_read(&mut [0; 4]).unwrap(), 4);
        assert_eq!(wakes(tasks), [0, 1], "{names}");
        assert_eq!(far.try_write(b"abcd").unwrap(), 4);
        assert_eq!(wakes(tasks), [1, 1], "{names}");
    });
    each_pair_of_waits(|_near, far, tasks, names| {
        let (reader, mut writer) = far.split();
        writer.finish_with(RESET);
        assert_eq!(wakes(tasks), [1, 0], "{names}");
        drop(reader);
        assert_eq!(wakes(tasks), [1, 1], "{names}");
    });
    each_pair_of_waits(|mut near, far, tasks, names| {
        far.abort_handle().abort(RESET);
        drop(far);
        assert_eq!(wakes(tasks), [1, 1], "{names}");
        assert_reads(near.reader(), Err(RESET), names);
        assert_writes(near.writer(), RESET, names);
    });
}

#[test]
fn b16_b25_aborting_or_dropping_a_stream_fails_both_directions_and_one_half_its_own() {
    let strict = || Options::new(8).error_on_drop(DROPPED).duplex();
    let (mut near, mut far) = strict();
    near.try_write(b"lost").unwrap();
    near.abort(RESET);
    assert_reads(&mut far, Err(RESET), "aborted");
    assert_writes(&mut far, RESET, "aborted");
    assert_reads(&mut near, Ok(0), "its own abort");
    assert_writes(&mut near, ErrorKind::BrokenPipe, "its own abort");

    let (near, mut far) = strict();
    drop(near);
    assert_reads(&mut far, Err(DROPPED), "dropped");
    assert_writes(&mut far, DROPPED, "dropped");

    let (mut near, mut far) = strict();
    near.writer().abort(RESET);
    assert_reads(&mut far, Err(RESET), "the writer aborted");
    assert_eq!(far.try_write(b"goes on").unwrap(), 7);
    assert_unread(near.reader(), b"goes on", "the other direction");
}

#[test]
fn b25_a_panic_or_a_cancelled_task_does_not_look_like_a_complete_stream() {
    let (mut reader, mut writer) = Options::new(8).error_on_drop(DROPPED).pipe();
    let sender = move || {
        writer.try_write(b"abc").unwrap();
        let _writer = &mut writer;
        panic!("half-way");
    };
    let sender = core::panic::AssertUnwindSafe(sender);
    assert!(std::panic::catch_unwind(sender).is_err());
    assert_unread(&mut reader, b"abc", "a panic");
    assert_reads(&mut reader, Err(DROPPED), "a panic");
}
