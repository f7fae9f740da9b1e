//! B4: vectored reads and writes.

use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};

use async_duplex::{duplex, pipe};

use crate::counting_waker::{as_poll, ready, CountingTask, Outcome, BROKEN, END};
use crate::{pipe_with, read_up_to};

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

#[test]
fn b4_a_vectored_read_fills_the_slices_in_order_with_empty_ones_among_them() {
    for offset in 0..20 {
        let (mut reader, _writer) = pipe_with(10, offset, b"0123456789");
        let (outcome, bufs) = filled([0, 3, 0, 0, 1, 6, 0], |slices| {
            CountingTask::new().read_vectored(&mut reader, slices)
        });
        assert_eq!(outcome, ready(10));
        assert_eq!(bufs, ["", "012", "", "", "3", "456789", ""]);
    }
}

#[test]
fn b4_a_vectored_read_leaves_the_rest_of_the_slices_unchanged() {
    for offset in 0..20 {
        let (mut reader, _writer) = pipe_with(10, offset, b"01234");
        let (outcome, bufs) = filled([2, 0, 5, 0, 2], |slices| {
            CountingTask::new().read_vectored(&mut reader, slices)
        });
        assert_eq!(outcome, ready(5));
        assert_eq!(bufs, ["01", "", "234..", "", ".."]);
    }
}

#[test]
fn b4_a_vectored_read_leaves_what_does_not_fit_for_the_next_read() {
    for offset in 0..20 {
        let (mut reader, _writer) = pipe_with(10, offset, b"01234567");
        let (outcome, bufs) = filled([2, 0, 1], |slices| {
            CountingTask::new().read_vectored(&mut reader, slices)
        });
        assert_eq!(outcome, ready(3));
        assert_eq!(bufs, ["01", "", "2"]);
        assert_eq!(read_up_to(&mut reader, 10), b"34567");
    }
}

#[test]
fn b4_a_vectored_write_drains_the_slices_in_order_with_empty_ones_among_them() {
    for offset in 0..20 {
        for unread in ["", "x"] {
            let (mut reader, mut writer) = pipe_with(11, offset, unread.as_bytes());
            let slices = ["", "012", "", "", "3", "456789", ""].map(|s| IoSlice::new(s.as_bytes()));
            let outcome = CountingTask::new().write_vectored(&mut writer, &slices);
            assert_eq!(outcome, ready(10));
            let expected = format!("{unread}0123456789");
            assert_eq!(read_up_to(&mut reader, 20), expected.as_bytes());
        }
    }
}

#[test]
fn b4_a_vectored_write_stops_where_the_pipe_is_full() {
    for offset in 0..20 {
        let (mut reader, mut writer) = pipe_with(10, offset, b"abc");
        let slices = ["01", "", "234", "56789", "", "never"].map(|s| IoSlice::new(s.as_bytes()));
        let outcome = CountingTask::new().write_vectored(&mut writer, &slices);
        assert_eq!(outcome, ready(7));
        assert_eq!(read_up_to(&mut reader, 20), b"abc0123456");
    }
}

#[test]
fn b4_more_slices_than_bytes_are_all_used_in_one_call() {
    let (mut reader, mut writer) = pipe_with(65, 50, b"-");
    let bytes: Vec<u8> = (0..64).collect();
    let slices: Vec<_> = bytes.chunks(1).map(IoSlice::new).collect();
    let task = CountingTask::new();
    assert_eq!(task.write_vectored(&mut writer, &slices), ready(64));
    assert_eq!(read_up_to(&mut reader, 1), b"-");
    let (outcome, bufs) = filled([1; 100], |slices| task.read_vectored(&mut reader, slices));
    assert_eq!(outcome, ready(64));
    assert_eq!(bufs[..64].concat().as_bytes(), bytes);
}

#[test]
fn b4_a_vectored_call_waits_only_if_it_can_move_nothing() {
    let (mut reader, mut writer) = pipe(2);
    let task = CountingTask::new();
    let (outcome, _) = filled([0, 1], |slices| task.read_vectored(&mut reader, slices));
    assert_eq!(outcome, Poll::Pending);
    let slices = ["", "abc"].map(|s| IoSlice::new(s.as_bytes()));
    assert_eq!(task.write_vectored(&mut writer, &slices), ready(2));
    assert_eq!(task.write_vectored(&mut writer, &slices), Poll::Pending);
}

#[test]
fn b4_vectored_calls_return_the_end_like_plain_calls() {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
    writer.finish();
    let task = CountingTask::new();
    assert_eq!(
        task.write_vectored(&mut writer, &[IoSlice::new(b"c")]),
        BROKEN
    );
    let (outcome, bufs) = filled([1, 3], |slices| task.read_vectored(&mut reader, slices));
    assert_eq!((outcome, bufs), (ready(2), ["a".into(), "b..".into()]));
    let (outcome, _) = filled([1, 3], |slices| task.read_vectored(&mut reader, slices));
    assert_eq!(outcome, END);
}

#[test]
fn b4_a_stream_passes_all_slices_to_its_halves() {
    let (mut left, mut right) = duplex(8);
    let task = CountingTask::new();
    let slices = ["ab", "", "cd", "ef"].map(|s| IoSlice::new(s.as_bytes()));
    assert_eq!(task.write_vectored(&mut left, &slices), ready(6));
    let (outcome, bufs) = filled([1, 0, 4, 3], |slices| {
        task.read_vectored(&mut right, slices)
    });
    assert_eq!(outcome, ready(6));
    assert_eq!(bufs, ["a", "", "bcde", "f.."]);
}
