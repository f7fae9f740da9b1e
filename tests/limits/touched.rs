//! B19: lending space touches little more memory than the call needs, and all of it is initialised.

use async_duplex::{pipe, Reader, Writer};
use futures::FutureExt;

use crate::allocator::{held, mebibytes, FILLS, PATTERN, TOUCHED};

/// The least that the first loan of a large pipe has.
const LEAST: usize = 2048;

/// More than the few pages that a call may touch beyond what it needs.
const A_FEW_PAGES: usize = 256 << 10;

/// Runs `body` with a new pipe, and returns how many bytes of its storage lie in blocks of 4 KiB
/// that were written to.
fn touched(capacity: usize, body: impl FnOnce(&mut Reader, &mut Writer)) -> usize {
    FILLS.set(true);
    let (mut reader, mut writer) = pipe(capacity);
    body(&mut reader, &mut writer);
    assert_eq!(held(capacity), 1, "the storage is counted");
    drop((reader, writer));
    FILLS.set(false);
    assert_eq!(held(capacity), 0);
    TOUCHED.get()
}

/// The number of bytes that are lent.
#[track_caller]
fn lend(writer: &mut Writer) -> usize {
    let (front, back) = writer.spare_slices();
    assert!(!front.contains(&PATTERN), "the space is not initialised");
    assert!(!back.contains(&PATTERN), "the space is not initialised");
    front.len() + back.len()
}

#[test]
fn b19_the_first_loan_of_a_large_pipe_touches_few_pages() {
    let touched = touched(mebibytes(64), |_, writer| {
        let lent = lend(writer);
        assert!(lent >= LEAST, "{lent} bytes");
    });
    assert!(touched <= A_FEW_PAGES, "{touched} bytes are touched");
}

#[test]
fn b19_the_first_loan_after_a_write_touches_few_pages() {
    let touched = touched(mebibytes(65), |_, writer| {
        assert_eq!(writer.try_write(b"abc").unwrap(), 3);
        let lent = lend(writer);
        assert!(lent >= LEAST, "{lent} bytes");
        // A second loan needs no more than the first.
        assert!(lend(writer) >= LEAST);
    });
    assert!(touched <= A_FEW_PAGES, "{touched} bytes are touched");
}

#[test]
fn b19_a_loan_after_a_wait_has_as_many_bytes_as_were_waited_for() {
    const NEEDED: usize = 300_000;
    let touched = touched(mebibytes(66), |_, writer| {
        let free = writer.writable(NEEDED).now_or_never().unwrap().unwrap();
        assert!(free >= NEEDED);
        let lent = lend(writer);
        assert!(lent >= NEEDED, "{lent} bytes");
    });
    assert!(
        touched <= NEEDED + A_FEW_PAGES,
        "{touched} bytes are touched"
    );
}

#[test]
fn b19_a_small_commit_without_a_loan_touches_few_pages() {
    let touched = touched(mebibytes(67), |reader, writer| {
        for _ in 0..10 {
            writer.commit(100);
            assert!(!reader.as_slices().0.contains(&PATTERN));
        }
        assert_eq!(reader.len(), 1000);
    });
    assert!(touched <= A_FEW_PAGES, "{touched} bytes are touched");
}

/// The messages have 100 KB together, wherever the writer puts them.
#[test]
fn b19_loans_for_small_messages_touch_few_pages() {
    let touched = touched(mebibytes(68), |reader, writer| {
        for _ in 0..1000 {
            let (front, _) = writer.spare_slices();
            front[..100].fill(b'x');
            writer.commit(100);
            assert_eq!(reader.as_slices().0, [b'x'; 100]);
            reader.consume(100);
        }
    });
    assert!(touched <= A_FEW_PAGES, "{touched} bytes are touched");
}

/// The loans together reach every byte of the storage, twice.
#[test]
fn b19_every_byte_of_every_loan_is_initialised() {
    const CAPACITY: usize = mebibytes(23);
    touched(CAPACITY, |reader, writer| {
        let mut sent = 0;
        let mut step = 1;
        while sent < 2 * CAPACITY {
            let min = step.min(CAPACITY / 2);
            let wait = writer.writable(min).now_or_never();
            let free = wait.expect("the pipe is never half full").unwrap();
            assert!(free >= min);
            let lent = lend(writer);
            assert!(lent >= min, "{lent} of {min} bytes");
            // A part of the loan, so that the next one begins within it.
            let n = lent - lent / 3;
            writer.commit(n);
            sent += n;
            let (front, back) = reader.as_slices();
            assert!(!front.contains(&PATTERN) && !back.contains(&PATTERN));
            let unread = front.len() + back.len();
            assert!(unread >= n);
            // A byte stays unread, so that the writer does not begin at the front again.
            reader.consume(unread - 1);
            step *= 2;
        }
    });
}
