//! How a stream ends, and what every call of both halves finds then: B11, B12, B13, B16, B24, B25
//! and B26.
//!
//! `support/ends.rs` has everything that ends a pipe, and `support/families.rs` every call.

#![cfg(not(any(loom, shuttle)))]
#![cfg(all(feature = "tokio", feature = "embedded-io"))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod after_loans;
mod errors;
mod every_call;
mod first_end;
mod handle;
#[path = "../support/mod.rs"]
mod support;

use core::task::Poll;
use std::io::{self, Error, ErrorKind};

use async_duplex::Reader;
use support::counting_waker::CountingTask;
use support::families::{flushes_and_closes, reads, writes, Sink, Source};

/// What every call of a source returns, and its name. None of them waits.
fn results_of_reads<S: Source>(source: &mut S) -> Vec<(&'static str, io::Result<usize>)> {
    let task = CountingTask::new();
    let results = reads::<S>().into_iter().map(|call| {
        match task.poll(|cx| (call.call)(source, cx, &mut [0; 8])) {
            Poll::Ready(result) => (call.name, result),
            Poll::Pending => panic!("{} waits", call.name),
        }
    });
    let results = results.collect();
    assert_eq!(source.reader().as_slices(), (&b""[..], &b""[..]));
    assert!(source.read_ready().is_ok_and(|is_ready| is_ready));
    assert_eq!(task.state(), (0, 0));
    results
}

/// What every call of a sink returns, also for no bytes, and its name. None of them waits.
fn results_of_writes<S: Sink>(sink: &mut S) -> Vec<(&'static str, io::Result<usize>)> {
    let task = CountingTask::new();
    let mut results = Vec::new();
    for call in writes::<S>() {
        for bytes in [&b"more"[..], b""] {
            match task.poll(|cx| (call.call)(sink, cx, bytes)) {
                Poll::Ready(result) => results.push((call.name, result)),
                Poll::Pending => panic!("{} waits", call.name),
            }
        }
    }
    for (name, flush) in flushes_and_closes::<S>() {
        let flushed = task.poll(|cx| flush(sink, cx));
        assert!(matches!(flushed, Poll::Ready(Ok(()))), "{name}");
    }
    let (front, back) = sink.writer().spare_slices();
    assert_eq!((front.len(), back.len()), (0, 0));
    assert!(sink.write_ready().is_ok_and(|is_ready| is_ready));
    assert_eq!(task.state(), (0, 0));
    results
}

/// The errors of all reads, none of which succeeds.
#[track_caller]
fn errors_of_reads<S: Source>(source: &mut S) -> Vec<(&'static str, Error)> {
    let results = results_of_reads(source).into_iter();
    results
        .map(|(name, result)| (name, result.expect_err(name)))
        .collect()
}

#[track_caller]
fn errors_of_writes<S: Sink>(sink: &mut S) -> Vec<(&'static str, Error)> {
    let results = results_of_writes(sink).into_iter();
    results
        .map(|(name, result)| (name, result.expect_err(name)))
        .collect()
}

/// Checks that every read finds the same: the end, or an error of this kind.
#[track_caller]
fn assert_reads<S: Source>(source: &mut S, expected: Result<usize, ErrorKind>, what: &str) {
    for (name, result) in results_of_reads(source) {
        let found = result.map_err(|error| error.kind());
        assert_eq!(found, expected, "{name}: {what}");
    }
}

/// Checks that every write fails with an error of this kind.
#[track_caller]
fn assert_writes<S: Sink>(sink: &mut S, expected: ErrorKind, what: &str) {
    for (name, error) in errors_of_writes(sink) {
        assert_eq!(error.kind(), expected, "{name}: {what}");
    }
}

/// Reads exactly these bytes, after a peek of the same.
#[track_caller]
fn assert_unread(reader: &mut Reader, bytes: &[u8], what: &str) {
    let n = bytes.len();
    let (mut peeked, mut read) = ([0; 9], [0; 9]);
    assert_eq!(reader.len(), n, "{what}");
    if n > 0 {
        assert_eq!(reader.peek(&mut peeked).unwrap(), n, "{what}");
        assert_eq!(reader.try_read(&mut read).unwrap(), n, "{what}");
        assert_eq!((&peeked[..n], &read[..n]), (bytes, bytes), "{what}");
    }
}
