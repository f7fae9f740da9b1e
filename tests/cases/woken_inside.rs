//! B9 and B11: a waker that polls its own reader inside `wake`.

use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::thread;

use async_duplex::{Options, Reader, Writer};

use crate::deadline::within;
use crate::task::{failed, moved, outcome, tried, Outcome};
use crate::{wrong_checksum, DEADLINE, RESET};

/// Reads until a call is pending or the stream has ended, each time it is woken. Peeks before each
/// read.
struct ReadsInside(Mutex<State>);

struct State {
    reader: Reader,
    bytes: Vec<u8>,
    end: Option<Outcome>,
}

impl ReadsInside {
    /// Parks the reader.
    fn new(reader: Reader) -> Arc<Self> {
        let state = State {
            reader,
            bytes: Vec::new(),
            end: None,
        };
        let task = Arc::new(Self(Mutex::new(state)));
        Waker::from(task.clone()).wake();
        task
    }

    fn bytes_and_end(&self) -> (Vec<u8>, Option<Outcome>) {
        let state = self.0.lock().unwrap();
        (state.bytes.clone(), state.end.clone())
    }
}

impl Wake for ReadsInside {
    fn wake(self: Arc<Self>) {
        let waker = self.clone().into();
        let cx = &mut Context::from_waker(&waker);
        let state = &mut *self.0.lock().unwrap();
        while state.end.is_none() {
            let (mut peeked, mut buf) = ([0; 3], [0; 3]);
            let before = tried(state.reader.peek(&mut peeked));
            match outcome(state.reader.poll_read(cx, &mut buf)) {
                Poll::Pending => return,
                Poll::Ready(Ok(n)) if n > 0 => {
                    if let Poll::Ready(Ok(seen @ 1..)) = before {
                        assert_eq!(peeked[..seen], buf[..seen]);
                    }
                    state.bytes.extend(&buf[..n]);
                }
                end => state.end = Some(end),
            }
        }
    }
}

type End = (&'static str, fn(Writer), fn() -> Outcome);

const ENDS: [End; 4] = [
    ("is dropped", |writer| drop(writer), || failed(RESET)),
    ("finishes", |mut writer| writer.finish(), || moved(0)),
    (
        "finishes with an error",
        |mut writer| writer.finish_with(wrong_checksum()),
        || failed(wrong_checksum()),
    ),
    (
        "is cut off by a handle",
        |writer| writer.abort_handle().abort(wrong_checksum()),
        || failed(wrong_checksum()),
    ),
];

#[test]
fn b9_b11_a_reader_polled_inside_its_wake_gets_the_bytes_before_the_end() {
    for (how, end, expected) in ENDS {
        within(DEADLINE, || {
            let (reader, mut writer) = Options::new(8).error_on_drop(RESET).pipe();
            let task = ReadsInside::new(reader);
            writer.try_write(b"abcdefgh").unwrap();
            end(writer);
            let expected = (b"abcdefgh".to_vec(), Some(expected()));
            assert_eq!(task.bytes_and_end(), expected, "the writer {how}");
        });
    }
}

#[test]
fn b9_b11_a_reader_polled_inside_its_wake_gets_eof_of_a_dropped_writer() {
    within(DEADLINE, || {
        let (reader, mut writer) = async_duplex::pipe(8);
        let task = ReadsInside::new(reader);
        writer.try_write(b"abcdefgh").unwrap();
        drop(writer);
        assert_eq!(task.bytes_and_end(), (b"abcdefgh".to_vec(), Some(moved(0))));
    });
}

/// The reader is parked by one thread while the writer writes and ends on another.
#[test]
fn b9_b11_a_reader_polled_inside_its_wake_gets_the_bytes_before_the_end_of_another_thread() {
    for (how, end, expected) in ENDS {
        for _ in 0..300 {
            within(DEADLINE, || {
                let (reader, mut writer) = Options::new(8).error_on_drop(RESET).pipe();
                let writing = thread::spawn(move || {
                    writer.try_write(b"abcd").unwrap();
                    writer.try_write(b"efgh").unwrap();
                    end(writer);
                });
                let task = ReadsInside::new(reader);
                writing.join().unwrap();
                let (bytes, found) = task.bytes_and_end();
                assert_eq!(found, Some(expected()), "the writer {how}");
                if how == "is cut off by a handle" {
                    // What was unread is discarded.
                    assert!(b"abcdefgh".starts_with(&bytes), "{bytes:?}");
                } else {
                    assert_eq!(bytes, b"abcdefgh", "the writer {how}");
                }
            });
        }
    }
}
