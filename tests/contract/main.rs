//! What a pipe promises, rule by rule: every test has the number of its rule in its name, or says
//! `surface` if it is about what the public types show of themselves.
//!
//! All of it happens in one thread and without an executor, so that each test decides what comes
//! after what. Who is woken, and when, is the business of the `wakeups` tests.

#![cfg(not(loom))]

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/endings.rs"]
mod endings;

mod abort;
mod buffered;
mod capacity;
mod closing;
mod commit;
mod empty;
mod first_end;
mod loans;
mod model;
mod options;
mod panics;
mod peek;
mod readiness;
mod refused_kinds;
mod slices;
mod streams;
mod surface;
mod transfer;
mod vectored;

use async_duplex::{Reader, Writer};
use counting_waker::{as_poll, ready};
use endings::{READER_ENDINGS, WRITER_ENDINGS};

/// A pipe with `bytes` unread, which lie from `offset` on in its storage and wrap if they must.
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
    // So long as something is unread, the writer does not go back to the front.
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

/// A pipe through which `offset` bytes have passed, one by one, with nothing unread.
fn pipe_at(capacity: usize, offset: usize) -> (Reader, Writer) {
    let (mut reader, mut writer) = async_duplex::pipe(capacity);
    for _ in 0..offset {
        assert_eq!(as_poll(writer.try_write(b"-")), ready(1));
        assert_eq!(as_poll(reader.try_read(&mut [0])), ready(1));
    }
    (reader, writer)
}

/// Reads what there is, but no more than `limit` bytes.
fn read_up_to(reader: &mut Reader, limit: usize) -> Vec<u8> {
    let mut buf = vec![0; limit];
    let n = reader.try_read(&mut buf).unwrap_or(0);
    buf.truncate(n);
    buf
}
