//! A line protocol, and tests of it: no port, no runtime, and no mock.
//!
//! ```text
//! cargo run --example line_protocol
//! cargo test --example line_protocol
//! ```
//!
//! The server takes any stream, so that a program gives it a socket, and a test one end of a
//! `duplex`.

use std::collections::HashMap;
use std::io::{self, ErrorKind};

use async_duplex::duplex;
use futures::executor::block_on;
use futures::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Answers `set NAME VALUE` and `get NAME`, a line each, until the client ends the stream.
async fn serve<S: AsyncBufRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
    let mut values: HashMap<String, String> = HashMap::new();
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        // The client has gone in the middle of a line: do not take `set x 10` for `set x 1000`.
        let request = line.strip_suffix('\n').ok_or(ErrorKind::UnexpectedEof)?;
        let answer = match request.splitn(3, ' ').collect::<Vec<_>>()[..] {
            ["set", name, value] => {
                values.insert(name.to_owned(), value.to_owned());
                "ok".to_owned()
            }
            ["get", name] => values.get(name).cloned().unwrap_or_default(),
            _ => format!("unknown request {request:?}"),
        };
        stream.write_all(format!("{answer}\n").as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

/// Sends `requests` to a server, through a stream of `capacity` bytes, and returns the answers.
fn ask(capacity: usize, requests: &str) -> io::Result<String> {
    let (client, server) = duplex(capacity);
    // Each half belongs to a future of its own: with a small capacity, the client has to read
    // answers before it can send all of its requests.
    let (mut reader, mut writer) = client.split();
    let send = async {
        writer.write_all(requests.as_bytes()).await?;
        writer.close().await
    };
    let receive = async {
        let mut answers = String::new();
        reader.read_to_string(&mut answers).await?;
        Ok(answers)
    };
    let ((), (), answers) = block_on(async { futures::try_join!(serve(server), send, receive) })?;
    Ok(answers)
}

fn main() -> io::Result<()> {
    let requests = "set colour dark blue\nget colour\nget size\njump\n";
    let answers = ask(4096, requests)?;
    for (request, answer) in requests.lines().zip(answers.lines()) {
        println!("{request:20} -> {answer}");
    }
    assert_eq!(answers, "ok\ndark blue\n\nunknown request \"jump\"\n");
    let error = ask(4096, "set colour dark").unwrap_err();
    println!("a line without its end: {error}");
    Ok(())
}

#[test]
fn a_value_can_be_set_and_read() {
    assert_eq!(ask(4096, "set a 1\nget a\n").unwrap(), "ok\n1\n");
}

#[test]
fn requests_may_arrive_byte_by_byte() {
    assert_eq!(ask(1, "set a 1\nget a\n").unwrap(), "ok\n1\n");
}

#[test]
fn half_of_a_line_is_an_error() {
    let error = ask(4096, "set a 10").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}
