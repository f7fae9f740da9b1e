//! The traits of `tokio`, under tokio's cooperative budget.
//!
//! These traits draw on the budget exactly as tokio's own duplex does. A call takes a unit of the
//! task's budget, and returns it if the call has to wait. If the task has no budget left, the call
//! returns `Pending`, and tokio wakes the task. Outside of tokio there is no limit. The other
//! families of traits do not use this budget.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{IoSlice, Result};

use futures_core::ready;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop;

use super::halves::{HasReader, HasWriter};
use crate::{DuplexStream, Reader, Writer};

/// Polls within the task's budget.
#[inline]
fn poll_with_budget<T>(
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    let budget = ready!(coop::poll_proceed(cx));
    let output = ready!(poll(cx));
    budget.made_progress();
    Poll::Ready(output)
}

#[inline]
fn poll_read(reader: &mut Reader, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
    reader.poll_read_with(cx, buf.remaining(), |bytes| buf.put_slice(bytes))
}

/// Implements the traits of a reader, for a type that has one.
macro_rules! impl_read {
    ($type:ty) => {
        impl AsyncRead for $type {
            /// Writes to the unfilled part of the buffer without zeroing it first.
            #[inline]
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<Result<()>> {
                let reader = self.get_mut().reader();
                poll_with_budget(cx, |cx| poll_read(reader, cx, buf))
            }
        }

        impl AsyncBufRead for $type {
            #[inline]
            fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
                let reader = self.get_mut().reader();
                poll_with_budget(cx, |cx| reader.poll_fill_buf(cx))
            }

            #[inline]
            fn consume(self: Pin<&mut Self>, amt: usize) {
                self.get_mut().reader().consume(amt);
            }
        }
    };
}

/// Implements the trait of a writer, for a type that has one.
macro_rules! impl_write {
    ($type:ty) => {
        impl AsyncWrite for $type {
            #[inline]
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<Result<usize>> {
                let writer = self.get_mut().writer();
                poll_with_budget(cx, |cx| writer.poll_write(cx, buf))
            }

            #[inline]
            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<Result<usize>> {
                let writer = self.get_mut().writer();
                poll_with_budget(cx, |cx| writer.poll_write_vectored(cx, bufs))
            }

            #[inline]
            fn is_write_vectored(&self) -> bool {
                true
            }

            /// Does nothing: every write is visible to the reader when it returns.
            #[inline]
            fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }

            /// Finishes the stream, at once: see [`Writer::finish`]. Reading continues.
            fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
                self.get_mut().writer().finish();
                Poll::Ready(Ok(()))
            }
        }
    };
}

impl_read!(Reader);
impl_read!(DuplexStream);
impl_write!(Writer);
impl_write!(DuplexStream);
