//! Moving bytes of a known sequence from one end to the other.

use core::task::Poll;
use std::io;

use crate::probe::{unexpected, Probe};
use crate::task::Task;
use crate::trial::{ensure, fail, not_applicable, until, Stop, Verdict, SETTLE};

/// Bytes that a stream accepts without a read before it counts as unbounded.
pub(crate) const UNBOUNDED: usize = 64 << 20;

/// `n` bytes of the sequence that all checks send, from `position` on.
pub(crate) fn bytes(position: usize, n: usize) -> Vec<u8> {
    (position..position + n).map(|i| (i % 251) as u8).collect()
}

/// Fails unless `read` is what was sent at `position`.
pub(crate) fn compare(read: &[u8], position: usize) -> Verdict {
    let expected = bytes(position, read.len());
    match read.iter().zip(&expected).position(|(a, b)| a != b) {
        None => Ok(()),
        Some(i) => fail(
            format!("byte {} of those sent is {}", position + i, expected[i]),
            format!("it is {}", read[i]),
        ),
    }
}

/// Writes until the writer has been Pending for a while, and returns how many bytes it took. The
/// last call was made by `task`.
pub(crate) fn fill(writer: &mut Probe, task: &Task, position: usize) -> Result<usize, Stop> {
    const CHUNK: usize = 251 * 256;
    let chunk = bytes(position, CHUNK + 251);
    let mut total = 0;
    loop {
        let start = (position + total) % 251;
        match writer.poll_write(task, &chunk[start..start + CHUNK]) {
            Poll::Ready(Ok(0)) => {
                return fail("a write that waits while the reader exists", "Ok(0)")
            }
            Poll::Ready(Ok(n)) => total += n,
            Poll::Ready(Err(error)) => return unexpected("a write", &error),
            Poll::Pending if task.wait(SETTLE) => {}
            Poll::Pending => return Ok(total),
        }
        if total > UNBOUNDED {
            return not_applicable("a writer without a reader never waits");
        }
    }
}

/// Reads the bytes from `position` to `end`, with `size` bytes a call, while the writer flushes.
pub(crate) fn drain(
    writer: &mut Probe,
    reader: &mut Probe,
    (position, end): (usize, usize),
    size: usize,
) -> Verdict {
    read_during(writer, reader, (position, end), size, false)
}

/// Closes the writer while the reader reads the first `n` bytes, and the end.
pub(crate) fn finish(writer: &mut Probe, reader: &mut Probe, n: usize) -> Verdict {
    read_during(writer, reader, (0, n), 4096, true)
}

/// Reads the bytes from `position` to `end` while the writer flushes, or closes: then the end, too.
fn read_during(
    writer: &mut Probe,
    reader: &mut Probe,
    (mut position, end): (usize, usize),
    size: usize,
    closes: bool,
) -> Verdict {
    let what = match closes {
        true => "the close is ready and the reader finds the end",
        false => "bytes that were written arrive",
    };
    let task = Task::new(None);
    let mut buf = vec![0; size.min(end - position).max(1)];
    let (mut is_done, mut has_ended) = (false, !closes);
    while !(position == end && is_done && has_ended) {
        let progress = until(&task, reader.wait, what, || {
            if !is_done {
                let (what, result) = match closes {
                    true => ("a close", writer.poll_close(&task)),
                    false => ("a flush", writer.poll_flush(&task)),
                };
                is_done = result.is_ready();
                match result {
                    Poll::Ready(Err(error)) => return Poll::Ready(unexpected(what, &error)),
                    Poll::Ready(Ok(())) => return Poll::Ready(Ok(0)),
                    Poll::Pending => {}
                }
            }
            if position == end && has_ended {
                return Poll::Pending;
            }
            reader
                .poll_read(&task, &mut buf)
                .map(|result| match result {
                    Ok(0) if position == end => {
                        has_ended = true;
                        Ok(0)
                    }
                    result => expect_bytes(result, end - position),
                })
        });
        let n = progress??;
        compare(&buf[..n], position)?;
        position += n;
    }
    Ok(())
}

fn expect_bytes(result: io::Result<usize>, left: usize) -> Result<usize, Stop> {
    let n = result.or_else(|error| unexpected("a read", &error))?;
    let seen = format!("the end, {left} bytes early");
    ensure(n > 0, "bytes that were written, or Pending", seen)?;
    let expected = format!("no more than the {left} bytes that are left");
    ensure(n <= left, expected, format!("{n} bytes"))?;
    Ok(n)
}

/// Writes `n` bytes from `position` on, with `size` bytes a call, flushes, and reads them with
/// `room` bytes a call, on this thread.
pub(crate) fn transfer(
    writer: &mut Probe,
    reader: &mut Probe,
    (position, n): (usize, usize),
    (size, room): (usize, usize),
) -> Verdict {
    let data = bytes(position, n);
    let task = Task::new(None);
    let (mut written, mut read) = (0, 0);
    let mut buf = vec![0; room];
    while written < n {
        let end = n.min(written + size);
        let what = "a write or a read makes progress";
        let moved = until(&task, writer.wait, what, || {
            match writer.poll_write(&task, &data[written..end]) {
                Poll::Ready(Ok(0)) => Poll::Ready(fail("a write of at least 1 byte", "Ok(0)")),
                Poll::Ready(Ok(n)) => Poll::Ready(Ok((n, 0))),
                Poll::Ready(Err(error)) => Poll::Ready(unexpected("a write", &error)),
                Poll::Pending => reader
                    .poll_read(&task, &mut buf)
                    .map(|result| Ok((0, expect_bytes(result, written - read)?))),
            }
        });
        let (w, r) = moved??;
        compare(&buf[..r], position + read)?;
        written += w;
        read += r;
    }
    drain(writer, reader, (position + read, position + n), room)
}

/// Writes `n` bytes from `position` on in one call, or fewer, and flushes. Returns how many.
pub(crate) fn send(writer: &mut Probe, position: usize, n: usize) -> Result<usize, Stop> {
    let n = writer.write(&bytes(position, n))?;
    writer.flush()?;
    Ok(n)
}

/// Reads the first `n` bytes, without a call of the writer.
pub(crate) fn receive(reader: &mut Probe, n: usize) -> Verdict {
    let (mut read, mut buf) = (0, [0; 8]);
    while read < n {
        let more = reader.read(&mut buf)?;
        let seen = format!("{read} bytes and the end");
        ensure(more > 0, format!("{n} bytes"), seen)?;
        compare(&buf[..more], read)?;
        read += more;
    }
    Ok(())
}

/// Fails unless the reader finds the end.
pub(crate) fn expect_end(reader: &mut Probe) -> Verdict {
    match reader.read(&mut [0; 8])? {
        0 => Ok(()),
        n => fail("the end, Ok(0)", format!("{n} more bytes")),
    }
}

/// Fails unless the reader finds the end or an error.
pub(crate) fn expect_end_or_error(reader: &mut Probe) -> Verdict {
    match reader.try_read(&mut [0; 8])? {
        Ok(0) | Err(_) => Ok(()),
        Ok(n) => fail("the end or an error", format!("{n} more bytes")),
    }
}

/// Fails unless a read by `task` is pending.
pub(crate) fn expect_pending_read(reader: &mut Probe, task: &Task) -> Verdict {
    match reader.poll_read(task, &mut [0; 64]) {
        Poll::Pending => Ok(()),
        Poll::Ready(Ok(n)) => fail("Pending, because nothing was written", format!("Ok({n})")),
        Poll::Ready(Err(error)) => unexpected("a read", &error),
    }
}
