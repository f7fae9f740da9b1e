//! The calls that the traits of `futures-io` and of tokio share. The functions of the inner stream
//! are arguments, because they differ by family.

use std::cmp::min;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use crate::stream::{FillBuf, FlushOrClose, Read, Write, WriteVectored};

use super::fault::Call;
use super::vectored::{first_bytes, total_len};
use super::Faulty;

impl<S: Unpin> Faulty<S> {
    pub(super) fn read_by(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
        read: Read<S>,
    ) -> Poll<Result<usize>> {
        let result = match ready!(self.control.admit_read(cx, buf.len()))? {
            Some(n) => ready!(self.read_inner(cx, &mut buf[..n], read)),
            None => Ok(0),
        };
        Poll::Ready(self.control.finish_read(result))
    }

    /// Reads from the inner stream, or from the bytes in flight.
    pub(super) fn read_inner(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut [u8],
        read: Read<S>,
    ) -> Poll<Result<usize>> {
        let inner = &mut self.inner;
        match &mut self.latency {
            Some(latency) => {
                latency.poll_read(cx, buf, |cx, buf| read(Pin::new(&mut *inner), cx, buf))
            }
            None => read(Pin::new(inner), cx, buf),
        }
    }

    pub(super) fn fill_buf_by(
        &mut self,
        cx: &mut Context<'_>,
        read: Read<S>,
        fill_buf: FillBuf<S>,
    ) -> Poll<Result<&[u8]>> {
        let inner = &mut self.inner;
        let result = match (
            ready!(self.control.admit_read(cx, usize::MAX))?,
            &mut self.latency,
        ) {
            (None, _) => Ok(&[][..]),
            (Some(limit), latency) => ready!(match latency {
                Some(latency) =>
                    latency.poll_fill_buf(cx, |cx, buf| read(Pin::new(&mut *inner), cx, buf)),
                None => fill_buf(Pin::new(inner), cx),
            })
            .map(|buf| &buf[..min(buf.len(), limit)]),
        };
        Poll::Ready(self.control.finish_fill_buf(result))
    }

    pub(super) fn write_by(
        &mut self,
        cx: &mut Context<'_>,
        buf: &[u8],
        write: Write<S>,
    ) -> Poll<Result<usize>> {
        let n = ready!(self.control.admit_write(cx, buf.len()))?;
        let result = match &mut self.held {
            Some(held) => Ok(held.push(&buf[..n])),
            None => ready!(write(Pin::new(&mut self.inner), cx, &buf[..n])),
        };
        Poll::Ready(self.control.finish_write(result))
    }

    pub(super) fn write_vectored_by(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
        write: WriteVectored<S>,
    ) -> Poll<Result<usize>> {
        let n = ready!(self.control.admit_write(cx, total_len(bufs)))?;
        let bufs = first_bytes(bufs, n);
        let result = match &mut self.held {
            Some(held) => Ok(bufs.iter().map(|buf| held.push(buf)).sum()),
            None => ready!(write(Pin::new(&mut self.inner), cx, &bufs)),
        };
        Poll::Ready(self.control.finish_write(result))
    }

    /// Flushes or closes.
    pub(super) fn end_by(
        &mut self,
        cx: &mut Context<'_>,
        call: Call,
        write: Write<S>,
        end: FlushOrClose<S>,
    ) -> Poll<Result<()>> {
        ready!(self.control.admit_end(cx, call))?;
        let result = ready!(self.release(cx, write, end));
        Poll::Ready(self.control.finish_end(call, result))
    }

    /// Passes the bytes that are held back to the inner stream, and then flushes or closes it.
    fn release(
        &mut self,
        cx: &mut Context<'_>,
        write: Write<S>,
        end: FlushOrClose<S>,
    ) -> Poll<Result<()>> {
        if let Some(held) = &mut self.held {
            while let Some(bytes) = held.next() {
                let n = ready!(write(Pin::new(&mut self.inner), cx, bytes))?;
                held.released(n)?;
            }
        }
        end(Pin::new(&mut self.inner), cx)
    }
}

impl<S> Faulty<S> {
    pub(super) fn consume_by(&mut self, n: usize, consume: impl FnOnce(&mut S)) {
        self.control.admit_consume(n);
        match &mut self.latency {
            Some(latency) => latency.consume(n),
            None => consume(&mut self.inner),
        }
        self.control.finish_consume(n);
    }
}
