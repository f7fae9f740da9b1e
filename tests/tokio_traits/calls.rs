//! Single calls of tokio's traits, outside of any runtime.

use core::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::support::counting_waker::{to_kind, CountingTask, Outcome};

impl CountingTask {
    pub(crate) fn read_into<R>(&self, from: &mut R, buf: &mut ReadBuf<'_>) -> Outcome<()>
    where
        R: AsyncRead + Unpin + ?Sized,
    {
        to_kind(self.poll(|cx| Pin::new(from).poll_read(cx, buf)))
    }

    /// Reads up to `len` bytes, and returns them.
    pub(crate) fn read_some<R>(&self, from: &mut R, len: usize) -> Outcome<Vec<u8>>
    where
        R: AsyncRead + Unpin + ?Sized,
    {
        let mut bytes = vec![b'.'; len];
        let mut buf = ReadBuf::new(&mut bytes);
        let outcome = self.read_into(from, &mut buf);
        outcome.map_ok(|()| buf.filled().to_vec())
    }

    pub(crate) fn send<W>(&self, to: &mut W, bytes: &[u8]) -> Outcome<usize>
    where
        W: AsyncWrite + Unpin + ?Sized,
    {
        to_kind(self.poll(|cx| Pin::new(to).poll_write(cx, bytes)))
    }
}
