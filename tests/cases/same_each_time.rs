//! B11, B12, B16, B24, B25 and B26: an end is the same each time, through every call of every
//! family of traits, whichever call was made first.

use async_duplex::{DuplexStream, Reader, Writer};
use embedded_io_async::{ReadReady, WriteReady};

use crate::ends::{ends_after_the_bytes, ends_of_a_writer, ends_without_the_bytes, End};
use crate::reads::{all_reads, Source};
use crate::task::{moved, Task};
use crate::writes::{all_writes, flushes_and_closes, Sink};

/// Makes each call first once, three times in a row, and then all of them, twice.
fn check_reads<S: Source>(end: &End<Reader, Writer>, written: usize, readable: usize) {
    for (first, first_call) in all_reads::<S>() {
        // Two bytes before those of the test, so that these wrap around the end of the storage.
        let (mut reader, mut writer) = (end.options)().pipe();
        writer.try_write(&[0; 6]).unwrap();
        read_exactly(&mut reader, 6);
        writer.try_write(&[1; 8][..written]).unwrap();
        let _peer = (end.end)(&mut reader, writer);
        read_exactly(&mut reader, readable);

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

/// Reads exactly `n` bytes, after a peek of the same.
fn read_exactly(reader: &mut Reader, n: usize) {
    let (mut peeked, mut read) = ([0; 8], [0; 8]);
    if n > 0 {
        assert_eq!(reader.peek(&mut peeked).unwrap(), n);
        assert_eq!(reader.try_read(&mut read).unwrap(), n);
    }
    assert_eq!(peeked, read);
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
