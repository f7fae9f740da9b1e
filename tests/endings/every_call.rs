//! Every ending: who is woken, and that every call of every family finds the same each time,
//! whichever was made first.

use core::task::Poll;

use async_duplex::{DuplexStream, Reader, Writer};

use crate::support::counting_waker::{to_kind, CountingTask};
use crate::support::ends::{checksum, endings, By, Ending, Pipe, RESET};
use crate::support::families::{reads, writes, Sink, Source};
use crate::support::half::{Half, Wait};
use crate::{assert_reads, assert_unread, assert_writes, ErrorKind};

const BYTES: &[u8] = b"01234567";

/// A pipe with `fill` unread bytes, which wrap around the end of the storage, after `ending`.
fn ended(ending: &Ending, fill: usize) -> Pipe {
    let mut pipe = Pipe::new(ending.strict);
    assert_eq!(pipe.writer().try_write(&[0; 6]).unwrap(), 6);
    assert_eq!(pipe.reader().try_read(&mut [0; 6]).unwrap(), 6);
    // One by one, because a write of more into an empty pipe does not wrap.
    for byte in BYTES[..fill].chunks(1) {
        assert_eq!(pipe.writer().try_write(byte).unwrap(), 1);
    }
    ending.end(&mut pipe, checksum());
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
        let expected = ending.reader.by_reads(ErrorKind::InvalidData);
        for _ in 0..3 {
            let read = CountingTask::new().poll(|cx| (first.call)(&mut source, cx, &mut [0; 8]));
            assert_eq!(to_kind(read), Poll::Ready(expected), "{what}");
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
        let expected = ending.writer.by_writes(ErrorKind::InvalidData);
        let written = CountingTask::new().poll(|cx| (first.call)(&mut sink, cx, b"x"));
        assert_eq!(to_kind(written), Poll::Ready(Err(expected)), "{what}");
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

/// Every call of a half that waits, for each ending of its peer and of a handle.
fn check_woken<H: Half>(
    ending: &Ending,
    own: By,
    half: fn(&mut Pipe) -> &mut Option<H>,
    wait: &dyn Fn(&CountingTask, &mut H) -> bool,
) {
    let what = format!("a {}: {}", H::NAME, ending.name);
    for beside_closed in [false, true] {
        let task = CountingTask::new();
        let mut pipe = Pipe::new(ending.strict);
        let mut own_half = half(&mut pipe).take().expect("it is there");
        // A writer waits if the pipe is full, and a reader if it is empty.
        while own_half.try_move(8).is_ok() {}
        if beside_closed {
            task.wait(&mut own_half, Wait::End);
        }
        assert!(wait(&task, &mut own_half));
        assert_eq!((task.state(), own_half.is_closed()), ((0, 1), false));
        *half(&mut pipe) = Some(own_half);
        ending.end(&mut pipe, checksum());
        let woken = ending.by != own;
        assert_eq!(task.wakes(), usize::from(woken), "{what}");
        assert_eq!(pipe.handle.is_aborted(), ending.by == By::Handle, "{what}");
        // Nothing that follows wakes it again.
        let Some(mut own_half) = half(&mut pipe).take() else {
            assert_eq!(task.retained(), 0, "{what}");
            continue;
        };
        assert_eq!(own_half.is_closed(), woken, "{what}");
        pipe.handle.abort(RESET);
        drop(pipe);
        assert_eq!(task.state(), (1, 0), "{what}");
        assert!(!wait(&task, &mut own_half), "{what}");
        assert!(task.poll(|cx| own_half.poll_closed(cx)).is_ready());
    }
}

#[test]
fn b7_b11_b12_b16_b26_every_call_that_waits_is_woken_once_by_every_ending_of_its_peer() {
    for ending in endings() {
        for call in reads::<Reader>().into_iter().filter(|call| call.waits) {
            let wait = move |task: &CountingTask, reader: &mut Reader| {
                task.poll(|cx| (call.call)(reader, cx, &mut [0; 8]).is_pending())
            };
            check_woken(&ending, By::Reader, |pipe| &mut pipe.reader, &wait);
        }
        for call in writes::<Writer>().into_iter().filter(|call| call.waits) {
            let wait = move |task: &CountingTask, writer: &mut Writer| {
                task.poll(|cx| (call.call)(writer, cx, b"x").is_pending())
            };
            check_woken(&ending, By::Writer, |pipe| &mut pipe.writer, &wait);
        }
    }
}
