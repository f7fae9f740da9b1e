//! B1, B2, B3, B19 and B21 where the storage is replaced by a larger one.

use core::pin::Pin;
use std::collections::VecDeque;

use async_duplex::{pipe, Reader, Writer};
use futures::io::AsyncBufRead;
use futures::FutureExt;

use crate::allocator::{peak, BYTES, CALLS, LIVE, OVERHEAD};
use crate::drop_both;
use crate::support::counting_waker::{as_poll, ready};

/// The size of the first storage.
const FIRST: usize = 960;

/// The capacities at which the storages of a pipe that is filled in small steps differ.
const CAPACITIES: [usize; 9] = [1, 959, FIRST, 961, 1919, 2 * FIRST, 1921, 3000, 10_000];

fn bytes(from: usize, len: usize) -> Vec<u8> {
    (from..from + len).map(|n| n as u8).collect()
}

fn read(reader: &mut Reader, len: usize) -> Vec<u8> {
    let mut buf = vec![0; len];
    let n = reader.try_read(&mut buf).unwrap_or(0);
    buf.truncate(n);
    buf
}

/// Once the reader has followed, no more memory is in use than the capacity, and later none.
#[test]
fn b1_b2_b21_the_capacity_is_exact_in_steps_of_any_size_and_so_is_its_memory() {
    for capacity in CAPACITIES {
        for step in [1, 7, 500, FIRST, 4000] {
            let (live, before) = (LIVE.get(), BYTES.get());
            let (mut reader, mut writer) = pipe(capacity);
            let header = BYTES.get() - before;
            let mut sent = 0;
            while sent < capacity {
                let n = step.min(capacity - sent);
                assert_eq!(as_poll(writer.try_write(&bytes(sent, step))), ready(n));
                sent += n;
            }
            assert!(writer.is_full() && writer.try_write(b"x").is_err());
            assert!(!reader.as_slices().0.is_empty());
            let storage = (BYTES.get() - before - header) as usize;
            assert_eq!(storage, capacity + OVERHEAD);
            assert_eq!(read(&mut reader, capacity + 1), bytes(0, capacity));
            assert!(reader.is_empty());
            drop_both(reader, writer, step % 2 == 0);
            assert_eq!(LIVE.get(), live);
        }
    }
}

/// The reader is a part of the way through the storage when it is replaced, and the unread bytes
/// may wrap.
#[test]
fn b3_bytes_arrive_in_order_across_every_growth() {
    for before in [0, 1, 700, FIRST - 1] {
        for unread in [0, 300, 900] {
            for step in [1, 400, 1000, 7000] {
                let (mut reader, mut writer) = pipe(20_000);
                let mut model = VecDeque::new();
                let mut sent = 0;
                let mut write = |writer: &mut Writer, model: &mut VecDeque<u8>, n| {
                    assert_eq!(as_poll(writer.try_write(&bytes(sent, n))), ready(n));
                    model.extend(bytes(sent, n));
                    sent += n;
                };
                write(&mut writer, &mut model, before);
                assert_eq!(read(&mut reader, before).len(), before);
                model.clear();
                write(&mut writer, &mut model, unread);
                for round in 0..9000 / step {
                    write(&mut writer, &mut model, step);
                    if round % 3 == 0 {
                        let got = read(&mut reader, step / 2 + 1);
                        assert!(model.drain(..got.len()).eq(got));
                    }
                }
                assert_eq!(read(&mut reader, 20_000), Vec::from(model));
            }
        }
    }
}

#[test]
fn b3_a_reader_consumes_after_the_growth_what_it_was_lent_before() {
    let (mut reader, mut writer) = pipe(5000);
    writer.try_write(&bytes(0, 600)).unwrap();
    let filled = futures::future::poll_fn(|cx| {
        let lent = Pin::new(&mut reader).poll_fill_buf(cx);
        lent.map(|lent| lent.unwrap().len())
    });
    assert_eq!(filled.now_or_never(), Some(600));
    writer.try_write(&bytes(600, 3000)).unwrap();
    Pin::new(&mut reader).consume(100);
    assert_eq!(read(&mut reader, 5000), bytes(100, 3500));
}

#[test]
fn b19_a_commit_after_the_growth_sends_what_was_lent_before() {
    for unread in [0, 1, 300] {
        let (mut reader, mut writer) = pipe(100_000);
        writer.try_write(&bytes(0, 700)).unwrap();
        assert_eq!(read(&mut reader, 700 - unread).len(), 700 - unread);
        // A commit of more than is lent needs a larger storage, and keeps what was lent.
        let lent = {
            let (front, back) = writer.spare_slices();
            front[..200].copy_from_slice(&bytes(700, 200));
            front.len() + back.len()
        };
        assert!(writer.writable(50_000).now_or_never().is_some());
        writer.commit(lent + 1);
        let got = read(&mut reader, 100_000);
        assert_eq!(got.len(), unread + lent + 1);
        assert_eq!(got[..unread + 200], bytes(700 - unread, unread + 200));
    }
}

#[test]
fn b2_memory_follows_the_unread_bytes() {
    const LARGE: usize = 64 << 20;
    let header = peak(|| drop(pipe(LARGE)));
    assert!(header <= 400, "{header} bytes");
    for n in [1, 100, FIRST, FIRST + 1, 5000, 50_000, 500_000] {
        // A reader that looks takes the storages, and frees them. Otherwise the writer does.
        for looks in [true, false] {
            let mut kept = 0;
            let most = peak(|| {
                let before = BYTES.get();
                let (mut reader, mut writer) = pipe(LARGE);
                for sent in 1..=n {
                    assert_eq!(as_poll(writer.try_write(&[sent as u8])), ready(1));
                    if looks && (sent % 100 == 0 || sent == n) {
                        assert_eq!(reader.as_slices().0.len(), sent);
                    }
                }
                kept = (BYTES.get() - before) as usize - header - OVERHEAD;
                assert_eq!(reader.len(), n);
            });
            assert!(
                kept <= (2 * n).max(FIRST),
                "{n} unread: {kept} bytes are kept"
            );
            assert!(most <= 3 * n + 2048, "{n} unread: {most} bytes at a time");
        }
    }
}

/// The storage doubles from 960 bytes to 61440, and then has the capacity. The reader follows it
/// each time, or never.
#[test]
fn b2_a_pipe_that_is_filled_byte_by_byte_grows_few_times() {
    for looks in [true, false] {
        let (mut reader, mut writer) = pipe(1 << 16);
        let before = CALLS.get();
        let most = peak(|| {
            for sent in 0..1 << 16 {
                writer.try_write(&[sent as u8]).unwrap();
                assert!(!looks || !reader.as_slices().0.is_empty());
            }
        });
        assert_eq!(CALLS.get() - before, 8);
        assert!(most <= 2 << 16, "{most} bytes at a time");
    }
}

/// A commit without a loan looks where the head is before it asks for memory.
#[test]
fn b19_commits_without_a_loan_ask_for_little_memory() {
    let most = peak(|| {
        let (mut reader, mut writer) = pipe(64 << 20);
        for _ in 0..20_000 {
            writer.commit(100);
            assert_eq!(reader.as_slices().0.len() + reader.as_slices().1.len(), 100);
            reader.consume(100);
        }
    });
    assert!(most <= 2048, "{most} bytes");
}

/// The bytes that a closed reader may still read wrap, and it comes to the end of the storage.
#[test]
fn b13_a_closed_reader_is_lent_every_byte_that_wraps() {
    let (mut reader, mut writer) = pipe(2);
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    assert_eq!(read(&mut reader, 1), b"a");
    assert_eq!(as_poll(writer.try_write(b"c")), ready(1));
    assert_eq!(reader.as_slices(), (&b"b"[..], &b"c"[..]));
    reader.close();
    assert_eq!(read(&mut reader, 1), b"b");
    let filled = futures::future::poll_fn(|cx| {
        let lent = Pin::new(&mut reader).poll_fill_buf(cx);
        lent.map(|lent| lent.unwrap().to_vec())
    });
    assert_eq!(filled.now_or_never(), Some(b"c".to_vec()));
    assert_eq!(reader.as_slices(), (&b"c"[..], &b""[..]));
}
