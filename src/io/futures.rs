//! The traits of `futures-io`.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{IoSlice, IoSliceMut, Result};

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

use super::halves::{HasReader, HasWriter};
use crate::{DuplexStream, Reader, Writer};

/// Implements the traits of a reader, for a type that has one.
macro_rules! impl_read {
    ($type:ty) => {
        impl AsyncRead for $type {
            #[inline]
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<Result<usize>> {
                self.get_mut().reader().poll_read(cx, buf)
            }

            #[inline]
            fn poll_read_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &mut [IoSliceMut<'_>],
            ) -> Poll<Result<usize>> {
                self.get_mut().reader().poll_read_vectored(cx, bufs)
            }
        }

        impl AsyncBufRead for $type {
            #[inline]
            fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<&[u8]>> {
                self.get_mut().reader().poll_fill_buf(cx)
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
                self.get_mut().writer().poll_write(cx, buf)
            }

            #[inline]
            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<Result<usize>> {
                self.get_mut().writer().poll_write_vectored(cx, bufs)
            }

            /// Does nothing: every write is visible to the reader when it returns.
            #[inline]
            fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
                Poll::Ready(Ok(()))
            }

            /// Finishes the stream, at once: see [`Writer::finish`]. Reading continues.
            fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result<()>> {
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
