//! The first program of the README, for tokio.
//!
//! ```text
//! cargo run -p recipes --example hello
//! ```

use async_duplex::duplex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let (mut client, mut server) = duplex(64 * 1024);

    let serving = tokio::spawn(async move {
        let mut request = [0; 4];
        server.read_exact(&mut request).await?;
        server.write_all(b"pong").await
    });
    client.write_all(b"ping").await?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await?;
    serving.await??;

    println!("{answer}");
    Ok(())
}
