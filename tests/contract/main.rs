//! What calls return, by B1 to B7, B10, B13, B14, B17 and B19. Each test has the number of its rule
//! in its name, or `surface` if it is about what the public types report.
//!
//! All calls are made on one thread and without an executor, so that each test sets their order.
//! `oracle` makes the same calls in many more orders. The tests of wakes are `wakeups`, and those
//! of ends `endings`.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod capacity;
#[cfg(all(feature = "tokio", feature = "embedded-io"))]
mod families;
mod in_place;
mod readiness;
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod transfer;

use async_duplex::{Reader, Writer};

const BYTES: &[u8] = b"abcdefgh";

/// A pipe whose unread bytes are `bytes`, from `offset` on in its storage, across the wrap.
fn pipe_with(capacity: usize, offset: usize, bytes: &[u8]) -> (Reader, Writer) {
    let (mut reader, mut writer) = async_duplex::pipe(capacity);
    let write = |writer: &mut Writer, bytes: &[u8]| {
        assert_eq!(writer.try_write(bytes).unwrap_or(0), bytes.len());
    };
    for _ in 0..offset {
        write(&mut writer, b"-");
        assert_eq!(read_up_to(&mut reader, 1), b"-");
    }
    // One by one, because a write of more into an empty pipe does not wrap.
    bytes.chunks(1).for_each(|byte| write(&mut writer, byte));
    (reader, writer)
}

/// Reads the unread bytes, up to `limit`.
fn read_up_to(reader: &mut Reader, limit: usize) -> Vec<u8> {
    let mut buf = vec![0; limit];
    let n = reader.try_read(&mut buf).unwrap_or(0);
    buf.truncate(n);
    buf
}

/// Calls `check` with every pipe of up to 5 bytes, at every offset in the storage, and with every
/// number of unread bytes: the first ones of [`BYTES`]. `check` gets the offset and the number.
fn every_pipe(check: impl Fn(Reader, Writer, usize, usize)) {
    for capacity in 1..=5 {
        for offset in 0..2 * capacity {
            for fill in 0..=capacity {
                let (reader, writer) = pipe_with(capacity, offset, &BYTES[..fill]);
                check(reader, writer, offset, fill);
            }
        }
    }
}
