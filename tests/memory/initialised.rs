//! B19: all space that is lent is initialised, and lending it takes little more memory than the
//! call needs.

use async_duplex::{pipe, Reader, Writer};
use futures::FutureExt;

use crate::allocator::{peak, PATTERN};

/// The number of bytes that are lent.
#[track_caller]
fn lend(writer: &mut Writer) -> usize {
    let (front, back) = writer.spare_slices();
    assert!(!front.contains(&PATTERN) && !back.contains(&PATTERN));
    front.len() + back.len()
}

#[track_caller]
fn assert_unread_is_initialised(reader: &mut Reader) {
    let (front, back) = reader.as_slices();
    assert!(!front.contains(&PATTERN) && !back.contains(&PATTERN));
}

/// Calls `check` with pipes of up to 6 bytes through which up to twice the capacity has passed, in
/// steps of every length. Some of their storage has never been written.
fn every_start(check: impl Fn(&mut Reader, &mut Writer)) {
    for capacity in 1..=6 {
        for passed in 0..=2 * capacity {
            for step in 1..=capacity {
                for unread in 0..=capacity {
                    let (mut reader, mut writer) = pipe(capacity);
                    let mut left = passed;
                    while left > 0 {
                        let n = step.min(left);
                        writer.try_write(&[1; 6][..n]).unwrap();
                        reader.try_read(&mut [0; 6][..n]).unwrap();
                        left -= n;
                    }
                    writer.try_write(&[2; 6][..unread]).unwrap();
                    check(&mut reader, &mut writer);
                    assert_unread_is_initialised(&mut reader);
                }
            }
        }
    }
}

#[test]
fn b19_spare_slices_are_initialised_also_those_that_grew() {
    every_start(|reader, writer| {
        lend(writer);
        let unread = reader.as_slices().0.len();
        reader.consume(unread);
        let free = lend(writer);
        writer.commit(free);
    });
}

#[test]
fn b19_a_commit_without_spare_slices_sends_only_initialised_bytes() {
    every_start(|reader, writer| {
        let free = writer.writable(0).now_or_never().unwrap().unwrap();
        for _ in 0..free {
            writer.commit(1);
        }
        assert!(reader.is_full());
    });
}

/// The least that the first loan of a large pipe has.
const LEAST: usize = 16 << 10;

/// More than the few pages that a call may ask for beyond what it needs.
const A_FEW_PAGES: usize = 256 << 10;

/// The capacity of pipes whose loans have to be small.
const LARGE: usize = 64 << 20;

/// Runs `body` with a new pipe, and returns how many bytes it has asked for at a time.
fn asked(capacity: usize, body: impl FnOnce(&mut Reader, &mut Writer)) -> usize {
    peak(|| {
        let (mut reader, mut writer) = pipe(capacity);
        body(&mut reader, &mut writer);
    })
}

#[test]
fn b19_the_first_loan_of_a_large_pipe_asks_for_little_memory() {
    for writes in [false, true] {
        let asked = asked(LARGE, |_, writer| {
            if writes {
                assert_eq!(writer.try_write(b"abc").unwrap(), 3);
            }
            // A second loan needs no more than the first.
            assert!(lend(writer) >= LEAST && lend(writer) >= LEAST);
        });
        assert!(asked <= A_FEW_PAGES, "{asked} bytes");
    }
}

/// Where the storage grows, only a part of the old one has been written, and the head moves to the
/// front. Then a loan ends far before the new one does.
#[test]
fn b19_a_loan_is_initialised_where_the_storage_grew() {
    let (mut reader, mut writer) = pipe(LARGE);
    writer.try_write(&[1; 100]).unwrap();
    assert_eq!(reader.try_read(&mut [0; 50]).unwrap(), 50);
    assert_eq!(lend(&mut writer), LEAST);

    let (_reader, mut writer) = pipe(LARGE);
    for n in [60_000, 1] {
        assert_eq!(writer.try_write(&vec![1; n]).unwrap(), n);
    }
    assert_eq!(lend(&mut writer), LEAST);
}

#[test]
fn b19_a_loan_after_a_wait_has_as_many_bytes_as_were_waited_for() {
    const NEEDED: usize = 300_000;
    let asked = asked(LARGE, |_, writer| {
        let free = writer.writable(NEEDED).now_or_never().unwrap().unwrap();
        assert!(free >= NEEDED && lend(writer) >= NEEDED);
    });
    assert!(asked <= NEEDED + A_FEW_PAGES, "{asked} bytes");
}

#[test]
fn b19_small_commits_with_and_without_a_loan_ask_for_little_memory() {
    // A commit without a loan looks where the head is before it asks for memory.
    for (lends, most) in [(false, 2048), (true, A_FEW_PAGES)] {
        let asked = asked(LARGE, |reader, writer| {
            for _ in 0..1000 {
                assert!(!lends || lend(writer) >= 100);
                writer.commit(100);
                assert_unread_is_initialised(reader);
                reader.consume(100);
            }
        });
        assert!(asked <= most, "{asked} bytes");
    }
}

#[test]
fn b19_messages_that_are_read_at_once_ask_for_little_memory() {
    let asked = asked(LARGE, |reader, writer| {
        for _ in 0..(1 << 20) / 64 {
            writer.try_write(&[1; 64]).unwrap();
            assert_eq!(reader.try_read(&mut [0; 64]).unwrap(), 64);
        }
    });
    assert!(asked <= 2048, "{asked} bytes");
}

/// The loans together reach every byte of the storage, twice.
#[test]
fn b19_every_byte_of_every_loan_is_initialised() {
    const CAPACITY: usize = 200_000;
    asked(CAPACITY, |reader, writer| {
        let mut sent = 0;
        let mut step = 1;
        while sent < 2 * CAPACITY {
            let min = step.min(CAPACITY / 2);
            let wait = writer.writable(min).now_or_never();
            assert!(wait.expect("the pipe is never half full").unwrap() >= min);
            let lent = lend(writer);
            assert!(lent >= min, "{lent} of {min} bytes");
            // A part of the loan, so that the next one begins within it.
            let n = lent - lent / 3;
            writer.commit(n);
            sent += n;
            assert_unread_is_initialised(reader);
            let unread = reader.len();
            assert_eq!(unread, n);
            reader.consume(unread);
            step *= 2;
        }
    });
}
