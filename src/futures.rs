//! The futures that wait for bytes, for free space or for the end, and move no byte.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::future::FusedFuture;

use crate::error::Result;
use crate::{Reader, Writer};

/// Resolves when the other half of the pipe is closed or dropped.
///
/// Made by [`Reader::closed`] and [`Writer::closed`]. Cancel safe: dropping it moves no byte.
///
/// ```
/// # futures::executor::block_on(async {
/// let (mut reader, writer) = async_duplex::pipe(8);
/// let closed = reader.closed();
/// drop(writer);
/// closed.await;
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Closed<'a, H> {
    half: &'a mut H,
    resolved: bool,
}

impl<'a, H> Closed<'a, H> {
    pub(crate) fn new(half: &'a mut H) -> Self {
        Self {
            half,
            resolved: false,
        }
    }
}

impl Future for Closed<'_, Reader> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let closed = self.half.poll_closed(cx);
        self.resolved = closed.is_ready();
        closed
    }
}

impl Future for Closed<'_, Writer> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let closed = self.half.poll_closed(cx);
        self.resolved = closed.is_ready();
        closed
    }
}

impl<H> FusedFuture for Closed<'_, H>
where
    Self: Future,
{
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// Resolves when at least `min` bytes are unread, or the stream has ended.
///
/// Made by [`Reader::readable`]. Cancel safe: dropping it moves no byte.
///
/// ```
/// # futures::executor::block_on(async {
/// let (mut reader, mut writer) = async_duplex::pipe(8);
/// let readable = reader.readable(2);
/// writer.try_write(b"abc")?;
/// assert_eq!(readable.await?, 3);
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Readable<'a> {
    reader: &'a mut Reader,
    min: usize,
    resolved: bool,
}

impl<'a> Readable<'a> {
    pub(crate) fn new(reader: &'a mut Reader, min: usize) -> Self {
        Self {
            reader,
            min,
            resolved: false,
        }
    }
}

impl Future for Readable<'_> {
    type Output = Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        let min = self.min;
        let found = self.reader.poll_readable(cx, min);
        self.resolved = found.is_ready();
        found
    }
}

impl FusedFuture for Readable<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}

/// Resolves when at least `min` bytes are free, or when either half is closed or dropped.
///
/// Made by [`Writer::writable`]. Cancel safe: dropping it moves no byte.
///
/// ```
/// # futures::executor::block_on(async {
/// let (mut reader, mut writer) = async_duplex::pipe(8);
/// writer.try_write(b"abc")?;
/// let writable = writer.writable(8);
/// reader.consume(3);
/// assert_eq!(writable.await?, 8);
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Writable<'a> {
    writer: &'a mut Writer,
    min: usize,
    resolved: bool,
}

impl<'a> Writable<'a> {
    pub(crate) fn new(writer: &'a mut Writer, min: usize) -> Self {
        Self {
            writer,
            min,
            resolved: false,
        }
    }
}

impl Future for Writable<'_> {
    type Output = Result<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        let min = self.min;
        let found = self.writer.poll_writable(cx, min);
        self.resolved = found.is_ready();
        found
    }
}

impl FusedFuture for Writable<'_> {
    fn is_terminated(&self) -> bool {
        self.resolved
    }
}
