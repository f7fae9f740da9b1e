//! The scenario that runs under each executor. The near end sends [`TOTAL`] bytes in uneven chunks
//! and half-closes, the far end echoes them transformed, and the near end verifies every byte and
//! the end. Because of the small [`CAPACITY`], the halves park tens of thousands of times.

use crate::data::byte;
use async_duplex::duplex;
use futures::future::{join, BoxFuture};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, FutureExt};
use tokio_util::compat::TokioAsyncWriteCompatExt;
use tokio_util::compat::{FuturesAsyncReadCompatExt, TokioAsyncReadCompatExt};

const CAPACITY: usize = 7;
const TOTAL: usize = 256 * 1024;

/// The sizes of reads and writes, in turn: below the capacity, at it and above.
const SIZES: [usize; 10] = [1, 3, 7, 13, 5, 257, 8, 2, 101, 1021];
const MAX_SIZE: usize = 1021;

/// A task that panics if a byte is wrong.
pub(crate) type Task = BoxFuture<'static, ()>;

/// The scenario as three tasks: the two halves of the near end, and the far end.
pub(crate) fn three_tasks() -> [Task; 3] {
    let (near, far) = duplex(CAPACITY);
    let (reader, writer) = near.into_split();
    tasks(reader, writer, far)
}

/// The three tasks with tokio's traits, by the wrapper of `tokio_util::compat`, and back.
pub(crate) fn three_tasks_by_compat() -> [Task; 3] {
    let (near, far) = duplex(CAPACITY);
    let (reader, writer) = tokio::io::split(FuturesAsyncReadCompatExt::compat(near));
    let far = TokioAsyncReadCompatExt::compat(FuturesAsyncReadCompatExt::compat(far));
    tasks(reader.compat(), writer.compat_write(), far)
}

fn tasks(
    reader: impl AsyncRead + Unpin + Send + 'static,
    writer: impl AsyncWrite + Unpin + Send + 'static,
    far: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> [Task; 3] {
    [
        send(writer).boxed(),
        verify(reader).boxed(),
        echo(far).boxed(),
    ]
}

/// The scenario as two tasks, one for each end.
pub(crate) fn two_ends() -> [Task; 2] {
    let [send, verify, echo] = three_tasks();
    [join(send, verify).map(|_| ()).boxed(), echo]
}

async fn send(mut writer: impl AsyncWrite + Unpin) {
    let bytes = data(0..TOTAL);
    let mut rest = &bytes[..];
    for size in SIZES.into_iter().cycle() {
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        if chunk.is_empty() {
            break;
        }
        writer.write_all(chunk).await.unwrap();
        rest = after;
    }
    writer.close().await.unwrap();
}

async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut buf = [0; MAX_SIZE];
    for size in SIZES.into_iter().cycle() {
        let n = stream.read(&mut buf[..size]).await.unwrap();
        if n == 0 {
            break;
        }
        transform(&mut buf[..n]);
        stream.write_all(&buf[..n]).await.unwrap();
    }
    stream.close().await.unwrap();
}

async fn verify(mut reader: impl AsyncRead + Unpin) {
    let mut buf = [0; MAX_SIZE];
    let mut received = 0;
    for size in SIZES.into_iter().cycle() {
        let n = reader.read(&mut buf[..size]).await.unwrap();
        if n == 0 {
            break;
        }
        let mut expected = data(received..received + n);
        transform(&mut expected);
        assert_eq!(buf[..n], expected, "after {received} bytes");
        received += n;
    }
    assert_eq!(received, TOTAL);
    assert_eq!(reader.read(&mut buf).await.unwrap(), 0, "after the end");
}

/// A part of the bytes to send.
fn data(positions: core::ops::Range<usize>) -> Vec<u8> {
    positions.map(byte).collect()
}

fn transform(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = byte.rotate_left(3) ^ 0x5A;
    }
}
