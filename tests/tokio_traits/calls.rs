//! Single calls of tokio's traits, outside of any runtime.

use core::pin::Pin;
use std::io::{self, IoSlice};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::counting_waker::{CountingTask, Outcome};

impl CountingTask {
    pub(crate) fn read_into<R>(&self, from: &mut R, buf: &mut ReadBuf<'_>) -> Outcome<()>
    where
        R: AsyncRead + Unpin + ?Sized,
    {
        self.poll(|cx| Pin::new(from).poll_read(cx, buf))
            .map_err(kind)
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
        self.poll(|cx| Pin::new(to).poll_write(cx, bytes))
            .map_err(kind)
    }

    pub(crate) fn send_vectored<W>(&self, to: &mut W, slices: &[&[u8]]) -> Outcome<usize>
    where
        W: AsyncWrite + Unpin + ?Sized,
    {
        let slices: Vec<_> = slices.iter().map(|slice| IoSlice::new(slice)).collect();
        self.poll(|cx| Pin::new(to).poll_write_vectored(cx, &slices))
            .map_err(kind)
    }

    pub(crate) fn flush_by_tokio<W>(&self, to: &mut W) -> Outcome<()>
    where
        W: AsyncWrite + Unpin + ?Sized,
    {
        self.poll(|cx| Pin::new(to).poll_flush(cx)).map_err(kind)
    }

    pub(crate) fn shut_down<W>(&self, to: &mut W) -> Outcome<()>
    where
        W: AsyncWrite + Unpin + ?Sized,
    {
        self.poll(|cx| Pin::new(to).poll_shutdown(cx)).map_err(kind)
    }
}

fn kind(error: io::Error) -> io::ErrorKind {
    error.kind()
}
