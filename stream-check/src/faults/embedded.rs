//! The traits of `embedded-io-async`.

use std::cmp::min;
use std::future::{poll_fn, Future};
use std::pin::pin;

use embedded_io_async::{BufRead, ErrorType, Read, Write};
use std::task::ready;

use super::direction::Direction;
use super::fault::Call;
use super::held::Held;
use super::latency::Latency;
use super::Faulty;
use std::io::Error;

/// The error of the inner stream, which an injected error is converted to.
///
/// It needs an `impl From<std::io::Error>`.
impl<S: ErrorType> ErrorType for Faulty<S>
where
    S::Error: From<Error>,
{
    type Error = S::Error;
}

/// `read` is cancel safe if that of the inner stream is.
///
/// With a [`latency`](Faulty::latency), one arrival is in flight at a time.
impl<S: Read> Read for Faulty<S>
where
    S::Error: From<Error>,
{
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, S::Error> {
        let admitted = poll_fn(|cx| self.control.admit_read(cx, buf.len())).await?;
        let result = match (admitted, &mut self.latency) {
            (None, _) => Ok(0),
            (Some(n), Some(latency)) if n > 0 => {
                let arrived = arrive(&self.control.reads, &mut self.inner, latency).await;
                arrived.map(|()| latency.read(&mut buf[..n]))
            }
            (Some(n), _) => through_gate(&self.control.reads, self.inner.read(&mut buf[..n])).await,
        };
        self.control.finish_read(result)
    }
}

/// `fill_buf` is cancel safe if that of the inner stream is.
impl<S: BufRead> BufRead for Faulty<S>
where
    S::Error: From<Error>,
{
    async fn fill_buf(&mut self) -> Result<&[u8], S::Error> {
        let admitted = poll_fn(|cx| self.control.admit_read(cx, usize::MAX)).await?;
        let result = match (admitted, &mut self.latency) {
            (None, _) => Ok(&[][..]),
            (Some(_), Some(latency)) => {
                let arrived = arrive(&self.control.reads, &mut self.inner, latency).await;
                arrived.map(|()| latency.first())
            }
            (Some(_), None) => through_gate(&self.control.reads, self.inner.fill_buf()).await,
        };
        let limit = admitted.unwrap_or(0);
        let result = result.map(|buf| &buf[..min(buf.len(), limit)]);
        self.control.finish_fill_buf(result)
    }

    fn consume(&mut self, amt: usize) {
        self.consume_by(amt, |inner| inner.consume(amt));
    }
}

/// `write` is cancel safe if that of the inner stream is. So is `flush`: bytes that are
/// [held back](Faulty::hold_until_flush) are either passed on or still held.
impl<S: Write> Write for Faulty<S>
where
    S::Error: From<Error>,
{
    async fn write(&mut self, buf: &[u8]) -> Result<usize, S::Error> {
        let n = poll_fn(|cx| self.control.admit_write(cx, buf.len())).await?;
        let result = match &mut self.held {
            Some(held) => Ok(held.push(&buf[..n])),
            None => through_gate(&self.control.writes, self.inner.write(&buf[..n])).await,
        };
        self.control.finish_write(result)
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        poll_fn(|cx| self.control.admit_end(cx, Call::Flush)).await?;
        let flush = release_and_flush(&mut self.held, &mut self.inner);
        let result = through_gate(&self.control.writes, flush).await;
        self.control.finish_end(Call::Flush, result)
    }
}

/// Awaits a call of the inner stream, but polls it only while the gate is open.
async fn through_gate<T>(direction: &Direction, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    poll_fn(|cx| {
        ready!(direction.poll_open(cx));
        call.as_mut().poll(cx)
    })
    .await
}

/// Waits until bytes, or the end of the stream, have arrived and are due.
async fn arrive<S: Read>(
    reads: &Direction,
    inner: &mut S,
    latency: &mut Latency,
) -> Result<(), S::Error> {
    if latency.is_empty() {
        let n = through_gate(reads, inner.read(latency.buf())).await?;
        latency.push(n);
    }
    through_gate(reads, poll_fn(|cx| latency.poll_first(cx))).await;
    Ok(())
}

/// Passes the bytes that are held back to the inner stream, and flushes it.
async fn release_and_flush<S: Write>(held: &mut Option<Held>, inner: &mut S) -> Result<(), S::Error>
where
    S::Error: From<Error>,
{
    if let Some(held) = held {
        while let Some(bytes) = held.next() {
            let n = inner.write(bytes).await?;
            held.released(n)?;
        }
    }
    inner.flush().await
}
