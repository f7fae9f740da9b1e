//! B2, B19 and B21 under an allocator that can refuse, and that fills what it grants with a
//! pattern.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::incompatible_msrv)] // Tests have a current compiler.

#[path = "support/strict_allocator.rs"]
mod strict_allocator;

use std::io::ErrorKind;

use async_duplex::{Options, Reader, Writer};
use futures::FutureExt;
use strict_allocator::{CALLS, GRANTS, HELD, LARGE, LIVE, PATTERN};

fn kind_of<T>(result: std::io::Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn b2_a_refused_allocation_is_out_of_memory_and_earlier_ones_are_freed() {
    let options = Options::new(LARGE).yield_every(1);
    GRANTS.set(0);
    assert_eq!(kind_of(options.try_pipe()), Some(ErrorKind::OutOfMemory));
    for grants in [0, 1] {
        GRANTS.set(grants);
        assert_eq!(kind_of(options.try_duplex()), Some(ErrorKind::OutOfMemory));
        assert_eq!((GRANTS.get(), HELD.get()), (0, 0));
    }
    GRANTS.set(2);
    assert_eq!(kind_of(options.try_duplex()), None);
    assert_eq!(HELD.get(), 0, "the streams were dropped");
    GRANTS.set(1);
    assert_eq!(
        kind_of(options.try_pipe()),
        None,
        "the options can be used again"
    );
}

#[test]
fn b2_invalid_options_are_refused_before_any_allocation() {
    GRANTS.set(0);
    for capacity in [0, usize::MAX] {
        let options = Options::new(capacity);
        assert_eq!(kind_of(options.try_pipe()), Some(ErrorKind::InvalidInput));
        assert_eq!(kind_of(options.try_duplex()), Some(ErrorKind::InvalidInput));
    }
}

#[test]
fn b2_pipe_allocates_its_storage_at_the_first_write_and_try_pipe_at_once() {
    let (reader, mut writer) = Options::new(LARGE).pipe();
    assert!(!writer.is_full() && reader.is_empty());
    assert_eq!(HELD.get(), 0);
    writer.try_write(b"a").unwrap();
    assert_eq!(HELD.get(), 1);
    drop((reader, writer));
    assert_eq!(HELD.get(), 0);

    let halves = Options::new(LARGE).try_pipe().unwrap();
    assert_eq!(HELD.get(), 1);
    drop(halves);
    assert_eq!(HELD.get(), 0);
}

#[test]
fn b2_a_pipe_of_any_capacity_is_one_allocation_and_its_first_write_another() {
    for capacity in [1, 256, 257, LARGE] {
        let (bytes, mut buf) = (vec![1; capacity + 1], vec![0; capacity + 1]);
        let before = CALLS.get();
        let (mut reader, mut writer) = Options::new(capacity).pipe();
        assert!(reader.as_slices().0.is_empty());
        assert_eq!(CALLS.get() - before, 1, "capacity {capacity}");
        for _ in 0..3 {
            assert_eq!(writer.try_write(&bytes).unwrap(), capacity);
            assert_eq!(reader.try_read(&mut buf).unwrap(), capacity);
            assert_eq!(CALLS.get() - before, 2, "capacity {capacity}");
            assert_eq!(buf[..capacity], bytes[..capacity]);
        }
    }
}

#[test]
fn messages_that_are_read_at_once_stay_at_the_front_of_the_storage() {
    let (mut reader, mut writer) = Options::new(LARGE).pipe();
    let mut touched = Vec::new();
    for _ in 0..LARGE / 64 {
        writer.try_write(&[1; 64]).unwrap();
        let (message, _) = reader.as_slices();
        touched.extend([
            message.as_ptr() as usize,
            message.as_ptr_range().end as usize,
        ]);
        reader.consume(64);
    }
    let span = touched.iter().max().unwrap() - touched.iter().min().unwrap();
    assert_eq!(span, 2048);
}

#[test]
fn b21_the_memory_of_a_pipe_is_freed_when_both_halves_are_dropped() {
    let ends: [fn(&mut Writer); 3] = [
        |_| (),
        |writer| writer.finish(),
        |writer| writer.abort(ErrorKind::Other),
    ];
    for end in ends {
        for writer_first in [true, false] {
            let (mut reader, mut writer) = Options::new(LARGE).pipe();
            writer.commit(LARGE);
            assert_eq!(reader.as_slices().0.len(), LARGE);
            end(&mut writer);
            let mut halves: [Box<dyn Send>; 2] = [Box::new(reader), Box::new(writer)];
            if writer_first {
                halves.reverse();
            }
            for half in halves {
                assert_eq!(HELD.get(), 1);
                drop(half);
            }
            assert_eq!(HELD.get(), 0);
        }
    }
}

/// A pipe that has allocated its storage, and two handles of it.
fn owners() -> [Box<dyn Send>; 4] {
    let (reader, mut writer) = Options::new(LARGE).pipe();
    writer.commit(LARGE);
    let (first, second) = (reader.abort_handle(), writer.abort_handle());
    [
        Box::new(reader),
        Box::new(writer),
        Box::new(first),
        Box::new(second),
    ]
}

#[test]
fn b21_the_last_of_halves_and_handles_frees_the_pipe() {
    let before = LIVE.get();
    for first in 0..4 {
        for reversed in [false, true] {
            let mut owners = owners();
            owners.rotate_left(first);
            if reversed {
                owners.reverse();
            }
            for owner in owners {
                assert!(LIVE.get() > before + 1, "more is left than the box");
                drop(owner);
            }
            assert_eq!(LIVE.get(), before);
        }
    }
}

#[test]
fn b21_handles_keep_no_storage_of_a_pipe_whose_halves_are_dropped() {
    for writer_first in [true, false] {
        let [reader, writer, first, second] = owners();
        let mut halves = [reader, writer];
        if writer_first {
            halves.reverse();
        }
        for half in halves {
            assert_eq!(HELD.get(), 1, "a half may still read or write");
            drop(half);
        }
        assert_eq!(HELD.get(), 0);
        drop((first, second));
        assert_eq!(HELD.get(), 0);
    }
}

/// Calls `check` with pipes of up to 6 bytes through which up to twice the capacity has passed, in
/// steps of every length. Some of their storage has never been written.
fn every_start(check: impl Fn(&mut Reader, &mut Writer)) {
    for capacity in 1..=6 {
        for passed in 0..=2 * capacity {
            for step in 1..=capacity {
                for unread in 0..=capacity {
                    let (mut reader, mut writer) = Options::new(capacity).pipe();
                    let mut left = passed;
                    while left > 0 {
                        let n = step.min(left);
                        writer.try_write(&[1; 6][..n]).unwrap();
                        reader.try_read(&mut [0; 6][..n]).unwrap();
                        left -= n;
                    }
                    writer.try_write(&[2; 6][..unread]).unwrap();
                    check(&mut reader, &mut writer);
                    assert!(!reader.as_slices().0.contains(&PATTERN));
                    assert!(!reader.as_slices().1.contains(&PATTERN));
                }
            }
        }
    }
}

#[test]
fn b19_spare_slices_are_initialised() {
    every_start(|_, writer| {
        let (front, back) = writer.spare_slices();
        assert!(!front.contains(&PATTERN) && !back.contains(&PATTERN));
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

#[test]
fn b19_spare_slices_that_grew_are_initialised() {
    every_start(|reader, writer| {
        writer.spare_slices();
        let unread = reader.as_slices().0.len();
        reader.consume(unread);
        let (front, back) = writer.spare_slices();
        assert!(!front.contains(&PATTERN) && !back.contains(&PATTERN));
        let free = front.len() + back.len();
        writer.commit(free);
    });
}
