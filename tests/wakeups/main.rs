//! Which task is woken, when and how many times, and what a waker may do: B7, B8, B9, B15, B17,
//! B18, B21, B22, and the wakes of B11, B12, B16 and B19.
//!
//! All calls are made on one thread and without an executor, so that each test sets their order.

#![cfg(not(any(loom, shuttle)))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/endings.rs"]
mod endings;

mod aborting;
mod closed;
mod forgotten;
mod leaks;
mod panicking;
mod panicking_ends;
mod parking;
mod random;
mod readiness;
mod reentrant;
mod slices;
mod streams;
mod thresholds;
mod together;
mod unyielding;
mod wakers;
mod yielding;

use core::task::Poll;

use async_duplex::{pipe, Reader, Writer};
use counting_waker::{as_poll, ready, CountingTask};
use endings::{Action, READER_ENDINGS, WRITER_ENDINGS};

/// What a writer does that wakes a parked reader.
const WRITER_EVENTS: [Action<Writer>; 4] = [
    ("writes", |mut writer| {
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        Some(writer)
    }),
    ("writes, polled", |mut writer| {
        assert_eq!(CountingTask::new().write(&mut writer, b"a"), ready(1));
        Some(writer)
    }),
    WRITER_ENDINGS[0],
    WRITER_ENDINGS[1],
];

/// What a reader does that wakes a parked writer.
const READER_EVENTS: [Action<Reader>; 5] = [
    ("reads", |mut reader| {
        assert_eq!(as_poll(reader.try_read(&mut [0; 3])), ready(3));
        Some(reader)
    }),
    ("reads, polled", |mut reader| {
        assert_eq!(CountingTask::new().read(&mut reader, &mut [0]), ready(1));
        Some(reader)
    }),
    ("consumes", |mut reader| {
        assert!(CountingTask::new().fill_buf(&mut reader).is_ready());
        reader.consume(1);
        Some(reader)
    }),
    READER_ENDINGS[0],
    READER_ENDINGS[1],
];

/// A pipe of four bytes, all unread.
fn full_pipe() -> (Reader, Writer) {
    let (reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
    (reader, writer)
}

/// An empty pipe of four bytes, whose reader is parked in `task`.
fn pipe_with_parked_reader(task: &CountingTask) -> (Reader, Writer) {
    let (mut reader, writer) = pipe(4);
    park_reader(task, &mut reader);
    (reader, writer)
}

/// A full pipe of four bytes, whose writer is parked in `task`.
fn pipe_with_parked_writer(task: &CountingTask) -> (Reader, Writer) {
    let (reader, mut writer) = full_pipe();
    park_writer(task, &mut writer);
    (reader, writer)
}

fn park_reader(task: &CountingTask, reader: &mut Reader) {
    assert_eq!(task.read(reader, &mut [0; 4]), Poll::Pending);
}

fn park_writer(task: &CountingTask, writer: &mut Writer) {
    assert_eq!(task.write(writer, b"more"), Poll::Pending);
}
