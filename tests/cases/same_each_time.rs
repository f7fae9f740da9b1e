//! B11, B12, B16, B24, B25 and B26: an end is the same each time, through every call of every
//! family of traits, whichever call was made first.

use async_duplex::{DuplexStream, Options, Reader, Writer};
use embedded_io_async::{ReadReady, WriteReady};

use crate::reads::{all_reads, Source};
use crate::task::{broken, failed, moved, Outcome, Task};
use crate::writes::{all_writes, flushes_and_closes, Sink};
use crate::{wrong_checksum, RESET};

/// What ends a pipe, what it leaves of the two halves, and what the half under test returns then.
struct End<Half, Peer> {
    name: &'static str,
    options: fn() -> Options,
    end: fn(&mut Half, Peer) -> Option<Peer>,
    expected: fn() -> Outcome,
}

fn plain() -> Options {
    Options::new(8)
}

fn with_error_on_drop() -> Options {
    Options::new(8).error_on_drop(RESET)
}

/// Everything that ends a reader's stream and keeps the unread bytes.
fn ends_after_the_bytes() -> Vec<End<Reader, Writer>> {
    let eof = || moved(0);
    vec![
        End {
            name: "the writer is dropped",
            options: plain,
            end: |_, _writer| None,
            expected: eof,
        },
        End {
            name: "the writer finishes",
            options: with_error_on_drop,
            end: |_, mut writer| {
                writer.finish();
                Some(writer)
            },
            expected: eof,
        },
        End {
            name: "the writer finishes with an error",
            options: plain,
            end: |_, mut writer| {
                writer.finish_with(wrong_checksum());
                Some(writer)
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer finishes with an error and is dropped",
            options: with_error_on_drop,
            end: |_, mut writer| {
                writer.finish_with(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer is dropped, with `error_on_drop`",
            options: with_error_on_drop,
            end: |_, _writer| None,
            expected: || failed(RESET),
        },
        End {
            name: "the reader closes",
            options: with_error_on_drop,
            end: |reader, writer| {
                reader.close();
                Some(writer)
            },
            expected: eof,
        },
    ]
}

/// Everything that ends a reader's stream at once.
fn ends_without_the_bytes() -> Vec<End<Reader, Writer>> {
    vec![
        End {
            name: "the writer aborts",
            options: plain,
            end: |_, mut writer| {
                writer.abort(wrong_checksum());
                Some(writer)
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer aborts and is dropped",
            options: with_error_on_drop,
            end: |_, mut writer| {
                writer.abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the reader aborts",
            options: plain,
            end: |reader, writer| {
                reader.abort(wrong_checksum());
                Some(writer)
            },
            expected: || moved(0),
        },
        End {
            name: "a handle aborts",
            options: with_error_on_drop,
            end: |reader, _writer| {
                reader.abort_handle().abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
    ]
}

fn ends_of_a_writer() -> Vec<End<Writer, Reader>> {
    vec![
        End {
            name: "the reader is dropped",
            options: plain,
            end: |_, _reader| None,
            expected: broken,
        },
        End {
            name: "the reader closes",
            options: with_error_on_drop,
            end: |_, mut reader| {
                reader.close();
                Some(reader)
            },
            expected: broken,
        },
        End {
            name: "the reader aborts",
            options: with_error_on_drop,
            end: |_, mut reader| {
                reader.abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the reader is dropped, with `error_on_drop`",
            options: with_error_on_drop,
            end: |_, _reader| None,
            expected: || failed(RESET),
        },
        End {
            name: "a handle aborts",
            options: with_error_on_drop,
            end: |writer, _reader| {
                writer.abort_handle().abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer finishes",
            options: plain,
            end: |writer, reader| {
                writer.finish();
                Some(reader)
            },
            expected: broken,
        },
        End {
            name: "the writer finishes with an error",
            options: plain,
            end: |writer, reader| {
                writer.finish_with(wrong_checksum());
                Some(reader)
            },
            expected: broken,
        },
        End {
            name: "the writer aborts",
            options: plain,
            end: |writer, reader| {
                writer.abort(wrong_checksum());
                Some(reader)
            },
            expected: broken,
        },
    ]
}

/// Makes each call first once, three times in a row, and then all of them, twice.
fn check_reads<S: Source>(end: &End<Reader, Writer>, written: usize, readable: usize) {
    for (first, first_call) in all_reads::<S>() {
        // Two bytes before those of the test, so that these wrap around the end of the storage.
        let (mut reader, mut writer) = (end.options)().pipe();
        writer.try_write(&[0; 6]).unwrap();
        reader.consume_all(6);
        writer.try_write(&[1; 8][..written]).unwrap();
        let _peer = (end.end)(&mut reader, writer);
        reader.consume_all(readable);

        let mut source = S::with_reader(reader);
        let task = Task::new();
        let expected = (end.expected)();
        for _ in 0..3 {
            let result = task.poll(|cx| first_call(&mut source, cx));
            assert_eq!(result, expected, "{first} after: {}", end.name);
        }
        for _ in 0..2 {
            for (name, call) in all_reads::<S>() {
                let result = task.poll(|cx| call(&mut source, cx));
                assert_eq!(result, expected, "{name} after: {}", end.name);
            }
            assert!(ReadReady::read_ready(&mut source).unwrap(), "{}", end.name);
            assert_eq!(source.reader().as_slices(), (&b""[..], &b""[..]));
        }
        assert_eq!(task.wakes(), 0, "{}", end.name);
    }
}

trait ConsumeAll {
    fn consume_all(&mut self, n: usize);
}

impl ConsumeAll for Reader {
    /// Reads exactly `n` bytes, of which `peek` has the same.
    fn consume_all(&mut self, n: usize) {
        let (mut peeked, mut read) = ([0; 8], [0; 8]);
        if n > 0 {
            assert_eq!(self.peek(&mut peeked).unwrap(), n);
            assert_eq!(self.try_read(&mut read).unwrap(), n);
        }
        assert_eq!(peeked, read);
    }
}

#[test]
fn b11_b24_b25_every_read_of_every_family_ends_the_same_each_time_after_the_bytes() {
    for end in ends_after_the_bytes() {
        for unread in [0, 3, 8] {
            check_reads::<Reader>(&end, unread, unread);
            check_reads::<DuplexStream>(&end, unread, unread);
        }
    }
}

#[test]
fn b16_b26_every_read_of_every_family_fails_the_same_each_time_without_the_bytes() {
    for end in ends_without_the_bytes() {
        for unread in [0, 3, 8] {
            check_reads::<Reader>(&end, unread, 0);
            check_reads::<DuplexStream>(&end, unread, 0);
        }
    }
}

fn check_writes<S: Sink>(end: &End<Writer, Reader>, unread: usize) {
    let mut first_calls = all_writes::<S>();
    first_calls.extend(flushes_and_closes());
    for (first, first_call) in first_calls {
        let (reader, mut writer) = (end.options)().pipe();
        writer.try_write(&[1; 8][..unread]).unwrap();
        let _peer = (end.end)(&mut writer, reader);

        let mut sink = S::with_writer(writer);
        let task = Task::new();
        let expected = (end.expected)();
        let never_fails = flushes_and_closes::<S>().iter().any(|call| call.0 == first);
        for _ in 0..3 {
            let result = task.poll(|cx| first_call(&mut sink, cx));
            let expected = if never_fails {
                moved(0)
            } else {
                expected.clone()
            };
            assert_eq!(result, expected, "{first} after: {}", end.name);
        }
        for _ in 0..2 {
            for (name, call) in all_writes::<S>() {
                let result = task.poll(|cx| call(&mut sink, cx));
                assert_eq!(result, expected, "{name} after: {}, then {first}", end.name);
            }
            for (name, call) in flushes_and_closes::<S>() {
                let result = task.poll(|cx| call(&mut sink, cx));
                assert_eq!(result, moved(0), "{name} after: {}", end.name);
            }
            assert!(WriteReady::write_ready(&mut sink).unwrap(), "{}", end.name);
            let (front, back) = sink.writer().spare_slices();
            assert!(front.is_empty() && back.is_empty());
        }
        assert_eq!(task.wakes(), 0, "{}", end.name);
    }
}

#[test]
fn b12_b13_b16_b25_b26_every_write_of_every_family_fails_the_same_each_time() {
    for end in ends_of_a_writer() {
        for unread in [0, 3, 8] {
            check_writes::<Writer>(&end, unread);
            check_writes::<DuplexStream>(&end, unread);
        }
    }
}
