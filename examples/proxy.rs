//! A proxy: copies both ways between a client and a server, and passes each half-close on.
//!
//! ```text
//! cargo run --features tokio --example proxy
//! ```
//!
//! The client ends its direction when it has sent everything. The server notices that, through the
//! proxy, and only then answers. In production the streams are sockets; the proxy does not change.

#![allow(clippy::std_instead_of_core)] // As programs mostly do.

use std::io;
use std::time::Duration;

use async_duplex::{duplex, DuplexStream};
use tokio::io::{copy_bidirectional, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Copies both ways until both directions have ended. Returns the number of bytes of each.
async fn proxy<C, S>(mut client: C, mut server: S) -> io::Result<(u64, u64)>
where
    C: AsyncRead + AsyncWrite + Unpin,
    S: AsyncRead + AsyncWrite + Unpin,
{
    copy_bidirectional(&mut client, &mut server).await
}

/// Counts what the client sends, and reports it after the end.
async fn serve(mut stream: DuplexStream) -> io::Result<()> {
    let mut sum = 0;
    let mut buf = [0; 4096];
    loop {
        let n = stream.read(&mut buf).await?;
        if n == 0 {
            break;
        }
        sum += n;
    }
    stream.write_all(format!("{sum} bytes").as_bytes()).await?;
    stream.shutdown().await
}

/// Sends `size` bytes and half-closes the stream. Returns the answer.
async fn ask(mut stream: DuplexStream, size: usize) -> io::Result<String> {
    stream.write_all(&vec![b'x'; size]).await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn run() -> io::Result<()> {
    // The pipes are far smaller than what is sent, so all parts have to make progress together.
    let (client, client_side) = duplex(1024);
    let (server_side, server) = duplex(256);

    let serving = tokio::spawn(serve(server));
    let copying = tokio::spawn(proxy(client_side, server_side));
    let answer = ask(client, 1_000_000).await?;
    println!("the client sent 1000000 bytes, and was answered: {answer}");
    assert_eq!(answer, "1000000 bytes");

    let (up, down) = copying.await??;
    println!("the proxy copied {up} bytes to the server and {down} bytes to the client");
    assert_eq!((up, down), (1_000_000, 13));
    serving.await??;

    // A server that is gone: the client sees the end of the stream, and not a hang.
    let (client, client_side) = duplex(1024);
    let (server_side, server) = duplex(256);
    drop(server);
    let copying = tokio::spawn(proxy(client_side, server_side));
    let error = ask(client, 1_000_000).await.unwrap_err();
    let reason = copying.await?.unwrap_err();
    println!("without a server: the client has {error:?}, the proxy {reason:?}");
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(reason.kind(), io::ErrorKind::BrokenPipe);
    Ok(())
}

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), run()).await? })
}
