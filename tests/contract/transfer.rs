//! B3 and B4: bytes arrive once, in order and unchanged, and each call moves as many as it can.

use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{duplex, pipe};

use crate::support::counting_waker::{as_poll, ready, CountingTask, Outcome, BROKEN, END};
use crate::support::data::data;
use crate::{pipe_with, read_up_to};

#[test]
fn b3_a_call_that_has_to_wait_moves_nothing() {
    let (mut reader, mut writer) = pipe(3);
    let task = CountingTask::new();
    let mut buf = [9; 4];
    assert_eq!(task.read(&mut reader, &mut buf), Poll::Pending);
    assert_eq!(buf, [9; 4]);
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!(task.write(&mut writer, b"d"), Poll::Pending);
    assert_eq!(read_up_to(&mut reader, 4), b"abc");
}

#[test]
fn b3_the_two_directions_of_a_stream_do_not_mix() {
    let (mut left, mut right) = duplex(4);
    assert_eq!(as_poll(left.try_write(b"left")), ready(4));
    assert_eq!(as_poll(right.try_write(b"righ")), ready(4));
    assert_eq!(read_up_to(left.reader(), 4), b"righ");
    assert_eq!(read_up_to(right.reader(), 4), b"left");
}

#[test]
fn b3_a_long_write_and_a_long_read_move_every_byte_in_one_call() {
    let bytes = data(0, 300_000);
    let (mut reader, mut writer) = pipe(400_000);
    let mut got = vec![0; bytes.len()];
    for _ in 0..2 {
        assert_eq!(as_poll(writer.try_write(&bytes)), ready(bytes.len()));
        assert_eq!(as_poll(reader.try_read(&mut got[..1])), ready(1));
        assert_eq!(
            as_poll(reader.try_read(&mut got[1..])),
            ready(bytes.len() - 1)
        );
        assert!(got == bytes);
    }
    assert_eq!(
        as_poll(writer.try_write(&[&bytes[..], &bytes].concat())),
        ready(400_000)
    );
}

/// Passes slices of the given lengths to `fill`, and returns their contents.
fn filled<const N: usize>(
    lengths: [usize; N],
    fill: impl FnOnce(&mut [IoSliceMut<'_>]) -> Outcome<usize>,
) -> (Outcome<usize>, [String; N]) {
    let mut bufs = lengths.map(|n| vec![b'.'; n]);
    let mut slices: Vec<_> = bufs.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
    let outcome = fill(&mut slices);
    (outcome, bufs.map(|buf| String::from_utf8(buf).unwrap()))
}

fn slices<'a, const N: usize>(parts: [&'a str; N]) -> [IoSlice<'a>; N] {
    parts.map(|part| IoSlice::new(part.as_bytes()))
}

#[test]
fn b4_a_vectored_read_fills_the_slices_in_order_and_leaves_the_rest() {
    let task = CountingTask::new();
    for offset in 0..20 {
        let (mut reader, _writer) = pipe_with(10, offset, b"0123456789");
        let (outcome, bufs) = filled([0, 3, 0, 0, 1, 2, 0], |slices| {
            task.read_vectored(&mut reader, slices)
        });
        assert_eq!(
            (outcome, bufs),
            (ready(6), ["", "012", "", "", "3", "45", ""].map(Into::into))
        );
        let (outcome, bufs) = filled([2, 0, 5, 0, 2], |slices| {
            task.read_vectored(&mut reader, slices)
        });
        assert_eq!(
            (outcome, bufs),
            (ready(4), ["67", "", "89...", "", ".."].map(Into::into))
        );
    }
}

#[test]
fn b4_a_vectored_write_drains_the_slices_in_order_and_stops_where_the_pipe_is_full() {
    let task = CountingTask::new();
    for offset in 0..20 {
        let (mut reader, mut writer) = pipe_with(10, offset, b"abc");
        let parts = slices(["", "01", "", "234", "5", ""]);
        assert_eq!(task.write_vectored(&mut writer, &parts), ready(6));
        assert_eq!(task.write_vectored(&mut writer, &parts), ready(1));
        assert_eq!(read_up_to(&mut reader, 20), b"abc0123450");
    }
}

#[test]
fn b4_more_slices_than_bytes_are_all_used_in_one_call() {
    let (mut reader, mut writer) = pipe_with(65, 50, b"-");
    let bytes: Vec<u8> = (0..64).collect();
    let parts: Vec<_> = bytes.chunks(1).map(IoSlice::new).collect();
    let task = CountingTask::new();
    assert_eq!(task.write_vectored(&mut writer, &parts), ready(64));
    assert_eq!(read_up_to(&mut reader, 1), b"-");
    let (outcome, bufs) = filled([1; 100], |slices| task.read_vectored(&mut reader, slices));
    assert_eq!(outcome, ready(64));
    assert_eq!(bufs[..64].concat().as_bytes(), bytes);
}

/// The slices overlap, so a word of 32 bits allows for it. A longer word would need more memory.
#[cfg(target_pointer_width = "32")]
#[test]
fn b4_slices_of_more_bytes_than_a_word_counts_fill_the_pipe() {
    let part = vec![b'x'; 16 << 20];
    let (mut reader, mut writer) = pipe(3);
    let task = CountingTask::new();
    let written = task.write_vectored(&mut writer, &[IoSlice::new(&part); 256]);
    assert_eq!(written, ready(3));
    assert_eq!(read_up_to(&mut reader, 4), b"xxx");
}

#[test]
fn b4_a_vectored_call_of_a_half_or_stream_waits_and_ends_as_a_plain_one() {
    let (mut left, mut right) = duplex(2);
    let task = CountingTask::new();
    let (outcome, _) = filled([0, 1], |slices| task.read_vectored(&mut right, slices));
    assert_eq!(outcome, Poll::Pending);
    let parts = slices(["", "abc"]);
    assert_eq!(task.write_vectored(&mut left, &parts), ready(2));
    assert_eq!(task.write_vectored(&mut left, &parts), Poll::Pending);
    left.writer().finish();
    assert_eq!(task.write_vectored(&mut left, &parts), BROKEN);
    let (outcome, bufs) = filled([1, 0, 3], |slices| task.read_vectored(&mut right, slices));
    assert_eq!(
        (outcome, bufs),
        (ready(2), ["a", "", "b.."].map(Into::into))
    );
    let (outcome, _) = filled([1, 3], |slices| task.read_vectored(&mut right, slices));
    assert_eq!(outcome, END);
}
