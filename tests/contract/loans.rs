//! B19: how much space one call lends of a large pipe.

use async_duplex::{pipe, Reader, Writer};
use futures::FutureExt;

use crate::in_place::fill_spare;
use crate::support::counting_waker::CountingTask;
use crate::support::data::data;

const CAPACITY: usize = 100_000;

/// As much is lent, if it is free, whatever was asked for.
const LEAST: usize = 16 << 10;

/// The length of the spare slices.
fn spare_len(writer: &mut Writer) -> usize {
    let (front, back) = writer.spare_slices();
    front.len() + back.len()
}

/// Calls `check` with pipes of every kind of state: never written to, in the first lap, with unread
/// bytes that wrap, and empty after many laps. `check` gets the number of free bytes.
fn every_state(check: impl Fn(Reader, Writer, usize)) {
    for (written, read) in [
        (0, 0),
        (1, 0),
        (1, 1),
        (60_000, 50_000),
        (60_000, 60_000),
        (CAPACITY - LEAST, 0),
        (CAPACITY - 1, 1),
        (CAPACITY - 1, 0),
    ] {
        for laps in [0, 3] {
            let (mut reader, mut writer) = pipe(CAPACITY);
            let mut buf = vec![0; CAPACITY];
            for _ in 0..laps {
                assert_eq!(writer.try_write(&[7; 70_000]).unwrap(), 70_000);
                assert_eq!(reader.try_read(&mut buf[..70_000]).unwrap(), 70_000);
            }
            assert_eq!(writer.try_write(&buf[..written]).unwrap_or(0), written);
            assert_eq!(reader.try_read(&mut buf[..read]).unwrap_or(0), read);
            check(reader, writer, CAPACITY - (written - read));
        }
    }
}

#[test]
fn b19_as_many_bytes_are_lent_as_the_writer_has_waited_for_and_sixteen_kibibytes() {
    for min in [0, 1, LEAST, LEAST + 1, 40_000, 50_001, CAPACITY] {
        every_state(|_reader, mut writer, free| {
            let Some(found) = writer.writable(min).now_or_never() else {
                assert!(free < min, "{free} are free");
                return;
            };
            assert_eq!(found.unwrap(), free);
            for _ in 0..2 {
                let lent = spare_len(&mut writer);
                let least = min.max(LEAST).min(free);
                assert!((least..=free).contains(&lent), "{lent} of {free}, {min}");
            }
        });
    }
}

#[test]
fn b19_a_wait_that_succeeded_later_is_followed_by_as_large_a_loan() {
    let (mut reader, mut writer) = pipe(CAPACITY);
    let task = CountingTask::new();
    assert_eq!(writer.try_write(&[7; CAPACITY]).unwrap(), CAPACITY);
    assert!(task
        .poll(|cx| writer.poll_writable(cx, 80_000))
        .is_pending());
    reader.consume(79_999);
    assert_eq!(task.wakes(), 0);
    reader.consume(1);
    assert_eq!(task.wakes(), 1);
    assert!(spare_len(&mut writer) >= 80_000);
}

/// All free space may be committed, also what was not lent. The bytes beyond the loan have
/// unspecified values.
#[test]
fn b19_a_commit_beyond_the_loan_sends_the_loan_first() {
    every_state(|mut reader, mut writer, free| {
        let unread = CAPACITY - free;
        let lent = spare_len(&mut writer);
        let bytes = data(1, lent);
        assert_eq!(fill_spare(&mut writer, &bytes), lent);
        writer.commit(free);
        assert!(reader.is_full());
        reader.consume(unread);
        let mut got = vec![0; free];
        assert_eq!(reader.try_read(&mut got).unwrap(), free);
        assert!(got[..lent] == bytes, "{lent} of {free}");
    });
}
