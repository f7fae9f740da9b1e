//! The contract of a pipe, as `src/contract.md` states it. Each test has the number of its rule in
//! its name, or `surface` if it is about what the public types report.
//!
//! All calls are made on one thread and without an executor, so that each test sets their order.
//! The `wakeups` tests check which task is woken, and when.

#![cfg(not(any(loom, shuttle)))]

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/data.rs"]
mod data;
#[path = "../support/endings.rs"]
mod endings;
#[path = "../support/messages.rs"]
mod messages;

mod abort;
mod buffered;
mod capacity;
mod closing;
mod commit;
mod empty;
mod every_call;
mod first_end;
mod lending;
mod model;
mod options;
mod panics;
mod peek;
mod readiness;
mod slices;
mod streams;
mod surface;
mod transfer;
mod try_again;
mod uncommitted;
mod vectored;

use async_duplex::{Reader, Writer};
use counting_waker::{as_poll, ready};
use endings::{READER_ENDINGS, WRITER_ENDINGS};

/// A pipe whose unread bytes are `bytes`, from `offset` on in its storage, across the wrap.
fn pipe_with(capacity: usize, offset: usize, bytes: &[u8]) -> (Reader, Writer) {
    let (mut reader, mut writer) = async_duplex::pipe(capacity);
    let write = |writer: &mut Writer, bytes: &[u8]| {
        assert_eq!(as_poll(writer.try_write(bytes)), ready(bytes.len()));
    };
    let offset = offset % capacity;
    if offset == 0 {
        write(&mut writer, bytes);
        return (reader, writer);
    }
    // While a byte is unread, the writer does not rewind.
    write(&mut writer, b"-");
    for _ in 1..offset {
        write(&mut writer, b"-");
        assert_eq!(read_up_to(&mut reader, 1), b"-");
    }
    let (most, rest) = bytes.split_at(bytes.len().min(capacity - 1));
    write(&mut writer, most);
    assert_eq!(read_up_to(&mut reader, 1), b"-");
    write(&mut writer, rest);
    (reader, writer)
}

/// An empty pipe through which `offset` bytes have passed, one by one.
fn pipe_at(capacity: usize, offset: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = async_duplex::pipe(capacity);
    for _ in 0..offset {
        assert_eq!(as_poll(writer.try_write(b"-")), ready(1));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    }
    (reader, writer)
}

/// Reads the unread bytes, up to `limit`.
fn read_up_to(reader: &mut Reader, limit: usize) -> Vec<u8> {
    let mut buf = vec![0; limit];
    let n = reader.try_read(&mut buf).unwrap_or(0);
    buf.truncate(n);
    buf
}
