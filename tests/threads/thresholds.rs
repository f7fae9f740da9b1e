//! B17 on two threads: bytes, an end and an abort that come while a wait for several bytes is being
//! entered, or while the peer finds that there are too few.

use core::iter::repeat_with;
use std::io::ErrorKind;

use async_duplex::{AbortHandle, Options, Reader, Writer};
use futures::executor::block_on;

use crate::race;
use crate::support::counting_waker::{as_poll, failed, ready, CountingTask, Outcome, END};
use crate::support::half::{Half, Wait, ABORT, CAPACITY};

const ROUNDS: usize = if cfg!(miri) { 5 } else { 10_000 };

const DROPPED: ErrorKind = ErrorKind::UnexpectedEof;

/// How the writer ends, and what `readable(4)` finds then at last.
type End = (fn(Writer), Outcome<usize>);

/// The four bytes are never fewer than four. But a handle discards them: then the error is found.
#[test]
fn b17_b24_b25_b26_four_bytes_and_an_end_during_readable_4_are_never_fewer_than_4() {
    let ends: [End; 4] = [
        (|mut writer| writer.finish(), END),
        (|mut writer| writer.finish_with(ABORT), failed(ABORT)),
        (|writer| drop(writer), failed(DROPPED)),
        (|writer| writer.abort_handle().abort(ABORT), failed(ABORT)),
    ];
    for (i, (end, expected)) in ends.into_iter().enumerate() {
        let write = move |mut writer: Writer| {
            for bytes in b"abcd".chunks(4 - i) {
                let _written_or_closed = writer.try_write(bytes);
            }
            end(writer);
        };
        let options = Options::new(8).error_on_drop(DROPPED);
        let pipes = repeat_with(|| options.pipe()).map(|(reader, writer)| (writer, reader));
        let found = race(pipes.take(ROUNDS), write, |mut reader: Reader| {
            let first = as_poll(block_on(reader.readable(4)));
            block_on(reader.closed());
            let unread = reader.as_slices().0.len();
            reader.consume(unread);
            (first, as_poll(block_on(reader.readable(4))))
        });
        for ((), (first, second)) in found {
            let may_be_discarded = i == 3 && first == expected;
            assert!(first == ready(4) || may_be_discarded, "{first:?}");
            assert_eq!(second, expected);
        }
    }
}

/// A half is parked until all bytes are available, of which the peer gives one.
fn check_abort_beside_too_few_bytes<H: Half>() {
    let parked = repeat_with(|| {
        let (mut half, peer) = H::full();
        let task = CountingTask::new();
        task.wait(&mut half, Wait::Available(CAPACITY));
        (half.abort_handle(), (task, half, peer))
    });
    let abort = |handle: AbortHandle| handle.abort(ABORT);
    let parked = race(parked.take(ROUNDS), abort, |mut parked: (_, H, H::Peer)| {
        let _moved = parked.2.try_move(1);
        parked
    });
    for ((), (task, mut half, _peer)) in parked {
        let task: CountingTask = task;
        assert_eq!(task.state(), (1, 0), "a {}", H::NAME);
        assert_eq!(task.available(&mut half, CAPACITY), failed(ABORT));
    }
}

#[test]
fn b17_b26_a_half_whose_peer_finds_too_few_bytes_is_woken_by_an_abort_meanwhile() {
    check_abort_beside_too_few_bytes::<Reader>();
    check_abort_beside_too_few_bytes::<Writer>();
}
