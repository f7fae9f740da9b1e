//! Several buffers in one call, for the families of traits that have such calls.

use core::ops::{Deref, DerefMut};
use core::task::{Context, Poll};

use super::Result;
use crate::reader::pull;
use crate::writer::push;
use crate::{Reader, Writer};

impl Reader {
    /// Fills `bufs` in order, with as much as there is, or waits for something.
    #[inline]
    pub(crate) fn poll_read_into<B>(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &mut [B],
    ) -> Poll<Result<usize>>
    where
        B: DerefMut<Target = [u8]>,
    {
        self.poll_pull(cx, total(bufs), |half| {
            bufs.iter_mut().map(|buf| pull(half, buf)).sum()
        })
    }
}

impl Writer {
    /// Takes as much of `bufs`, in order, as fits, or waits for room.
    #[inline]
    pub(crate) fn poll_write_from<B>(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[B],
    ) -> Poll<Result<usize>>
    where
        B: Deref<Target = [u8]>,
    {
        self.poll_push(cx, total(bufs), |half| {
            bufs.iter().map(|buf| push(half, buf)).sum()
        })
    }
}

/// How many bytes there are in all of them, or more than can be at once.
#[inline]
fn total<B>(bufs: &[B]) -> usize
where
    B: Deref<Target = [u8]>,
{
    bufs.iter()
        .fold(0, |n: usize, buf| n.saturating_add(buf.len()))
}
