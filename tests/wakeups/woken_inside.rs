//! B9 and B11: a reader that is polled inside its wake gets the bytes before the end.

use core::task::{Poll, Waker};
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::thread;

use async_duplex::{Options, Reader, Writer};

use crate::support::counting_waker::{as_poll, failed, Outcome, END};
use crate::support::deadline::within;
use crate::support::half::ABORT;
use crate::wakers::InlineTask;

const DROPPED: ErrorKind = ErrorKind::UnexpectedEof;

type End = (fn(Writer), Outcome<usize>);

const ENDS: [End; 4] = [
    (|writer| drop(writer), failed(DROPPED)),
    (|mut writer| writer.finish(), END),
    (|mut writer| writer.finish_with(ABORT), failed(ABORT)),
    (|writer| writer.abort_handle().abort(ABORT), failed(ABORT)),
];

/// What a reader has got.
type Got = Arc<Mutex<(Vec<u8>, Option<Outcome<usize>>)>>;

/// Reads until a call is pending or the stream has ended, each time the task is woken. Peeks before
/// each read.
fn reads_inside(mut reader: Reader) -> Got {
    let got = Got::default();
    let sink = got.clone();
    let task = InlineTask::new(move |cx| loop {
        let (mut peeked, mut buf) = ([0; 3], [0; 3]);
        let seen = reader.peek(&mut peeked).unwrap_or(0);
        let read = reader.poll_read(cx, &mut buf);
        match read.map_err(|error| error.kind()) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(n @ 1..)) => {
                assert_eq!(peeked[..seen], buf[..seen]);
                sink.lock().unwrap().0.extend(&buf[..n]);
            }
            end => {
                sink.lock().unwrap().1 = Some(end);
                return Poll::Ready(());
            }
        }
    });
    Waker::from(task).wake();
    got
}

/// The reader is parked by this thread, and the writer writes and ends here or on another.
#[test]
fn b9_b11_a_reader_polled_inside_its_wake_gets_the_bytes_before_the_end() {
    let rounds = if cfg!(miri) { 5 } else { 300 };
    for (end, expected) in ENDS {
        for round in 0..rounds {
            within(60, || {
                let (mut reader, mut writer) = Options::new(8).error_on_drop(DROPPED).pipe();
                let write = move || {
                    writer.try_write(b"abcd").unwrap();
                    writer.try_write(b"efgh").unwrap();
                    end(writer);
                };
                let got = if round == 0 {
                    assert!(as_poll(reader.try_read(&mut [0])).is_pending());
                    let got = reads_inside(reader);
                    write();
                    got
                } else {
                    let writing = thread::spawn(write);
                    let got = reads_inside(reader);
                    writing.join().unwrap();
                    got
                };
                let (bytes, found) = &*got.lock().unwrap();
                assert_eq!(*found, Some(expected));
                // A handle discards what is unread.
                let all = bytes == b"abcdefgh";
                assert!(all || (b"abcdefgh".starts_with(bytes) && expected == failed(ABORT)));
            });
        }
    }
}
