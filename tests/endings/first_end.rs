//! B13, B14, B16, B24, B25 and B26: the first ending stands, in each direction of a stream.

use core::panic::AssertUnwindSafe;
use std::io::ErrorKind;
use std::panic::catch_unwind;

use async_duplex::{duplex, DuplexStream, Options};

use crate::support::counting_waker::CountingTask;
use crate::support::ends::{checksum, checksum_of, endings, By, Pipe, DROPPED, RESET};
use crate::{assert_reads, assert_unread, assert_writes};

/// Every ending, and then every other one of the halves that are left.
#[test]
fn b13_b16_b24_b25_b26_of_every_pair_of_endings_the_first_one_stands() {
    for (first, second) in endings().iter().flat_map(|first| {
        let others = endings()
            .into_iter()
            .filter(|second| first.strict || !second.strict);
        others.map(move |second| (first, second))
    }) {
        for looks in [false, true] {
            let what = format!("{}, then {}", first.name, second.name);
            let mut pipe = Pipe::new(second.strict);
            pipe.writer().try_write(b"abc").unwrap();
            first.end(&mut pipe, checksum());
            let needs_reader = second.by == By::Reader || second.name.contains("reader's");
            let needs_writer = second.by == By::Writer || second.name.contains("writer's");
            if needs_reader && pipe.reader.is_none() || needs_writer && pipe.writer.is_none() {
                continue;
            }
            if looks {
                let _unread = pipe
                    .reader
                    .as_mut()
                    .map(|reader| reader.as_slices().0.len());
                let _full = pipe
                    .writer
                    .as_mut()
                    .map(|writer| writer.try_write(b"").is_ok());
            }
            second.end(&mut pipe, checksum_of(ErrorKind::TimedOut));
            if let Some(mut reader) = pipe.reader.take() {
                // A reader that aborts discards what is unread whoever has ended before.
                let own = second.by == By::Reader && second.discards;
                let discards = first.discards || (own && first.by != By::Reader);
                let left: &[u8] = if discards { b"" } else { b"abc" };
                assert_unread(&mut reader, left, &what);
                let expected = first.reader.by_reads(ErrorKind::InvalidData);
                assert_reads(&mut reader, expected, &what);
            }
            if let Some(mut writer) = pipe.writer.take() {
                let expected = first.writer.by_writes(ErrorKind::InvalidData);
                assert_writes(&mut writer, expected, &what);
            }
        }
    }
}

/// What the near stream does, and what both streams find: each a read and a write.
type Row = (
    &'static str,
    fn(&mut DuplexStream, &mut DuplexStream),
    [(Result<usize, ErrorKind>, ErrorKind); 2],
);

const BROKEN: ErrorKind = ErrorKind::BrokenPipe;
const LATER: ErrorKind = ErrorKind::TimedOut;

#[test]
fn b14_b16_b25_b26_each_direction_of_a_stream_keeps_its_first_ending() {
    let rows: [Row; 6] = [
        (
            "the near stream aborts",
            |near, _| near.abort(RESET),
            [(Ok(0), BROKEN), (Err(RESET), RESET)],
        ),
        (
            "the near stream closes, and the far one aborts",
            |near, far| {
                assert!(CountingTask::new().close(near).is_ready());
                far.abort(RESET);
            },
            [(Err(RESET), BROKEN), (Ok(0), BROKEN)],
        ),
        (
            "the far stream aborts, and the near one closes",
            |near, far| {
                far.abort(RESET);
                assert!(CountingTask::new().close(near).is_ready());
            },
            [(Err(RESET), RESET), (Ok(0), BROKEN)],
        ),
        (
            "the near stream finishes, and a handle aborts",
            |near, far| {
                near.writer().finish();
                far.abort_handle().abort(RESET);
            },
            [(Err(RESET), BROKEN), (Ok(0), RESET)],
        ),
        (
            "a handle of the near reader aborts, and then one of the stream",
            |near, _| {
                near.reader().abort_handle().abort(RESET);
                near.abort_handle().abort(LATER);
            },
            [(Err(RESET), LATER), (Err(LATER), RESET)],
        ),
        (
            "the near stream is dropped after it has finished",
            |near, _| {
                near.writer().finish();
                drop(core::mem::replace(near, duplex(8).0));
            },
            [(Ok(0), BROKEN), (Ok(0), DROPPED)],
        ),
    ];
    for (what, act, found) in rows {
        let (mut near, mut far) = Options::new(8).error_on_drop(DROPPED).duplex();
        act(&mut near, &mut far);
        for (stream, (read, written)) in [&mut near, &mut far].into_iter().zip(found) {
            assert_reads(stream, read, what);
            assert_writes(stream, written, what);
        }
    }
    let (mut near, mut far) = duplex(8);
    near.writer().abort(RESET);
    assert_reads(&mut far, Err(RESET), "the writer aborts");
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
    assert!(catch_unwind(AssertUnwindSafe(sender)).is_err());
    assert_unread(&mut reader, b"abc", "a panic");
    assert_reads(&mut reader, Err(DROPPED), "a panic");
}
