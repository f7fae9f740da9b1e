//! The scenario with tokio's traits, by the wrapper of `tokio_util::compat`.

use crate::deadline::within;
use crate::scenario::{chunks, data, sizes, transform, CAPACITY, TOTAL};
use crate::DEADLINE;
use async_duplex::duplex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Builder;
use tokio_util::compat::FuturesAsyncReadCompatExt;

#[test]
fn echo_under_tokio_through_compat() {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).build().unwrap();
    within(DEADLINE, || {
        let (near, far) = duplex(CAPACITY);
        let (reader, writer) = tokio::io::split(near.compat());
        let sent = runtime.spawn(send(writer));
        let echoed = runtime.spawn(echo(far.compat()));
        runtime.block_on(verify(reader));
        runtime.block_on(sent).unwrap();
        runtime.block_on(echoed).unwrap();
    });
}

async fn send(mut writer: impl AsyncWrite + Unpin) {
    for chunk in chunks(&data(0..TOTAL)) {
        writer.write_all(chunk).await.unwrap();
    }
    // A half-close.
    writer.shutdown().await.unwrap();
}

async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut buf = [0; 101];
    for size in sizes() {
        let size = size.min(buf.len());
        let n = stream.read(&mut buf[..size]).await.unwrap();
        if n == 0 {
            break;
        }
        transform(&mut buf[..n]);
        stream.write_all(&buf[..n]).await.unwrap();
    }
    stream.shutdown().await.unwrap();
}

async fn verify(mut reader: impl AsyncRead + Unpin) {
    let mut echoed = Vec::new();
    reader.read_to_end(&mut echoed).await.unwrap();
    let mut expected = data(0..TOTAL);
    transform(&mut expected);
    assert_eq!(echoed.len(), expected.len());
    assert!(echoed == expected);
}
