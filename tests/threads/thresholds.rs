//! B17 on two threads: bytes and an end that come while a wait for several bytes is being entered.

use core::iter::repeat_with;
use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};
use futures::executor::block_on;

use crate::race;
use crate::support::counting_waker::{as_poll, failed, ready, Outcome, END};
use crate::support::half::ABORT;

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
