//! The limit of a vectored call: its length, and its buffers cut to a length.

use std::cmp::min;
use std::io::{IoSlice, IoSliceMut};
use std::ops::Deref;

/// Returns the number of bytes in all the buffers.
pub(super) fn total_len(bufs: &[impl Deref<Target = [u8]>]) -> usize {
    bufs.iter()
        .fold(0, |n: usize, buf| n.saturating_add(buf.len()))
}

/// Returns the first `n` bytes of the buffers.
pub(super) fn first_bytes<'a>(bufs: &'a [IoSlice<'_>], n: usize) -> Vec<IoSlice<'a>> {
    let mut rest = n;
    bufs.iter()
        .map(|buf| IoSlice::new(&buf[..take_share(&mut rest, buf.len())]))
        .collect()
}

/// Returns the first `n` bytes of the buffers.
pub(super) fn first_bytes_mut<'a>(bufs: &'a mut [IoSliceMut<'_>], n: usize) -> Vec<IoSliceMut<'a>> {
    let mut rest = n;
    bufs.iter_mut()
        .map(|buf| {
            let share = take_share(&mut rest, buf.len());
            IoSliceMut::new(&mut buf[..share])
        })
        .collect()
}

/// Returns the first buffer that is not empty, or an empty one.
pub(super) fn first_buf<'a>(bufs: &'a mut [IoSliceMut<'_>]) -> &'a mut [u8] {
    let first = bufs.iter_mut().find(|buf| !buf.is_empty());
    first.map_or(&mut [], |buf| &mut **buf)
}

/// Takes as much of `rest` as a buffer of `len` bytes can hold.
fn take_share(rest: &mut usize, len: usize) -> usize {
    let share = min(*rest, len);
    *rest -= share;
    share
}
