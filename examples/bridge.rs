//! Joins two runtimes: one end of a stream belongs to a task of smol, the other to a task of tokio.
//!
//! ```text
//! cargo run --features tokio --example bridge
//! ```
//!
//! Each task uses the traits and the timers of its own runtime. No adapter is between them, because
//! both families of traits are implemented by the same type.

#![allow(clippy::std_instead_of_core)] // As programs mostly do.

use std::io;
use std::thread;
use std::time::Duration;

use async_duplex::{duplex, DuplexStream};

/// A task of tokio: answers each line after a while.
async fn tokio_end(mut stream: DuplexStream) -> io::Result<()> {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let answer = format!("{} and pong\n", line.trim_end());
        stream.write_all(answer.as_bytes()).await?;
        line.clear();
    }
    // The other end reads the end of the stream when this one is dropped, here.
    Ok(())
}

/// A task of smol: sends some lines, and returns the answers.
async fn smol_end(mut stream: DuplexStream) -> io::Result<Vec<String>> {
    use smol::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

    let mut answers = Vec::new();
    for number in 1..=3 {
        smol::Timer::after(Duration::from_millis(10)).await;
        stream
            .write_all(format!("ping {number}\n").as_bytes())
            .await?;
        let mut answer = String::new();
        stream.read_line(&mut answer).await?;
        print!("{answer}");
        answers.push(answer);
    }
    stream.close().await?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await?;
    assert!(rest.is_empty(), "more answers than requests: {rest:?}");
    println!("the end, in both directions");
    Ok(answers)
}

fn main() -> io::Result<()> {
    let (near, far) = duplex(1024);
    let tokio_thread = thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?
            .block_on(tokio_end(far))
    });
    let answers = smol::block_on(smol_end(near))?;
    tokio_thread
        .join()
        .expect("the tokio end has not panicked")?;
    assert_eq!(
        answers.join(""),
        "ping 1 and pong\nping 2 and pong\nping 3 and pong\n"
    );
    Ok(())
}
