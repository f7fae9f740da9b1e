//! Tasks that write and read with random calls, and check each byte.

use core::future::poll_fn;
use core::task::Poll;

use super::{assert_bytes, bytes_at, one_of, poll_once, up_to, Sizes};
use crate::io::{ErrorKind, Result};
use crate::{Reader, Writer};

/// How bytes are written or read next.
#[derive(Clone, Copy)]
enum Call {
    /// By a `poll_*` that waits.
    Poll,
    /// By a `try_*`, after a wait if that would block.
    Try,
    /// By a `poll_*` that is cancelled if it would wait.
    Cancelled,
    /// After waiting for a threshold.
    Threshold,
    /// After waiting for two thresholds and for the end in one task.
    TwoThresholds,
    /// In the memory of the pipe.
    Slices,
}

const CALLS: [Call; 6] = [
    Call::Poll,
    Call::Try,
    Call::Cancelled,
    Call::Threshold,
    Call::TwoThresholds,
    Call::Slices,
];

/// Turns a call that would block, or wait, into one that has moved no byte.
fn moved(result: Result<usize>) -> Result<usize> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        result => result,
    }
}

fn or_none(poll: Poll<Result<usize>>) -> Result<usize> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Ok(0),
    }
}

/// Writes all bytes of a stream. Waits for the end of the reader too, in the same
/// task.
pub(super) async fn send(writer: &mut Writer, sizes: Sizes) -> Result<()> {
    let mut sent = 0;
    while sent < sizes.total {
        let n = sizes.buffer().min(sizes.total - sent);
        let bytes = bytes_at(sent, n);
        let min = up_to(sizes.writable);
        sent += match one_of(&CALLS) {
            Call::Poll => poll_fn(|cx| writer.poll_write(cx, &bytes)).await?,
            Call::Try => {
                let n = moved(writer.try_write(&bytes))?;
                if n == 0 {
                    writer.writable(1).await?;
                }
                n
            }
            Call::Cancelled => or_none(poll_once(|cx| writer.poll_write(cx, &bytes)))?,
            Call::Threshold => {
                assert!(writer.writable(min).await? >= min);
                let n = writer.try_write(&bytes)?;
                assert!(n >= min.min(bytes.len()));
                n
            }
            Call::TwoThresholds => {
                poll_fn(|cx| {
                    let _ = writer.poll_writable(cx, min)?;
                    let one = writer.poll_writable(cx, 1);
                    // Leaves its waker in the same slot.
                    let _ = writer.poll_closed(cx);
                    one
                })
                .await?;
                0
            }
            Call::Slices => {
                writer.writable(1).await?;
                let (first, second) = writer.spare_slices();
                let n = bytes.len().min(first.len() + second.len());
                let in_first = n.min(first.len());
                first[..in_first].copy_from_slice(&bytes[..in_first]);
                second[..n - in_first].copy_from_slice(&bytes[in_first..n]);
                writer.commit(n);
                n
            }
        };
    }
    Ok(())
}

/// Reads and checks up to `limit` bytes of a stream, or all up to its end. Returns how many, and
/// the error that has ended the stream, if one has.
pub(super) async fn receive(
    reader: &mut Reader,
    sizes: Sizes,
    limit: usize,
) -> (usize, Result<()>) {
    let mut position = 0;
    while position < limit {
        match receive_some(reader, sizes, position, limit - position).await {
            Ok(Some(n)) => position += n,
            Ok(None) => break,
            Err(error) => return (position, Err(error)),
        }
    }
    (position, Ok(()))
}

/// Reads and checks up to `max` bytes. Returns `None` at the end of the stream.
async fn receive_some(
    reader: &mut Reader,
    sizes: Sizes,
    position: usize,
    max: usize,
) -> Result<Option<usize>> {
    let mut buf = alloc::vec![0; sizes.buffer().min(max)];
    // Not more than the writer sends before it waits or ends.
    let min = up_to(sizes.readable).min(max);
    let n = match one_of(&CALLS) {
        Call::Poll => poll_fn(|cx| reader.poll_read(cx, &mut buf)).await?,
        Call::Try => match reader.try_read(&mut buf) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                reader.readable(1).await?;
                return Ok(Some(0));
            }
            result => result?,
        },
        Call::Cancelled => match poll_once(|cx| reader.poll_read(cx, &mut buf)) {
            Poll::Pending => return Ok(Some(0)),
            Poll::Ready(result) => result?,
        },
        Call::Threshold => {
            let readable = reader.readable(min).await?;
            let n = reader.try_read(&mut buf)?;
            assert!(n >= readable.min(buf.len()));
            assert!(readable >= min || reader.is_closed());
            n
        }
        Call::TwoThresholds => {
            let readable = poll_fn(|cx| {
                let _ = reader.poll_readable(cx, min)?;
                let one = reader.poll_readable(cx, 1);
                // Leaves its waker in the same slot.
                let _ = reader.poll_closed(cx);
                one
            })
            .await?;
            return Ok(Some(0).filter(|_| readable > 0));
        }
        Call::Slices => {
            reader.readable(1).await?;
            let (first, second) = reader.as_slices();
            assert_bytes(position, first);
            assert_bytes(position + first.len(), second);
            let n = (first.len() + second.len()).min(buf.len());
            reader.consume(n);
            // Slices do not tell the end from an error. The next call does.
            return Ok(Some(n));
        }
    };
    assert_bytes(position, &buf[..n]);
    Ok(Some(n).filter(|n| *n > 0))
}
