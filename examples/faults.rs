//! Finds the bugs in a small protocol, by making the stream below it unkind.
//!
//! ```text
//! cargo run --features faults --example faults
//! ```
//!
//! A message is sent as its length, two bytes, and then its bytes; the stream ends between two
//! messages. There are two receivers. Over a kind stream they are equally good.

use std::io::{self, ErrorKind, Write};

use async_duplex::faults::{every_fault, Faulty};
use async_duplex::{duplex, DuplexStream};
use futures::executor::block_on;
use futures::{AsyncRead, AsyncReadExt, AsyncWriteExt};

const MESSAGES: [&str; 2] = ["hello", "world"];

/// What a receiver returns: a message, or nothing at the end of the stream.
type Message = io::Result<Option<String>>;

async fn careless(stream: &mut (impl AsyncRead + Unpin)) -> Message {
    let mut length = [0; 2];
    // The first bug: a read may stop after one byte.
    if stream.read(&mut length).await? == 0 {
        return Ok(None);
    }
    let mut message = String::new();
    // The second one: the stream may end before the message does.
    let mut rest = stream.take(u16::from_be_bytes(length).into());
    rest.read_to_string(&mut message).await?;
    Ok(Some(message))
}

async fn careful(stream: &mut (impl AsyncRead + Unpin)) -> Message {
    let mut length = [0; 2];
    if stream.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut length[1..]).await?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message).await?;
    let message = String::from_utf8(message).map_err(|_| ErrorKind::InvalidData)?;
    Ok(Some(message))
}

/// What the receivers get to read from.
type Stream = Faulty<DuplexStream>;

type Receiver = fn(&mut Stream) -> Message;

/// Sends the messages to a receiver over a stream that is made as unkind as you like, and says what
/// is wrong with what arrives: messages that were not sent, or too few of them without a reason.
fn check(receiver: Receiver, unkind: impl FnOnce(Stream) -> Stream) -> Result<(), String> {
    let (mut near, far) = duplex(1024);
    let mut far = unkind(Faulty::new(far));
    block_on(async {
        for message in MESSAGES {
            let length = u16::try_from(message.len()).expect("the messages are short");
            near.write_all(&length.to_be_bytes()).await?;
            near.write_all(message.as_bytes()).await?;
        }
        near.close().await
    })
    .expect("all of it fits into the stream");

    let mut received = Vec::new();
    let end = loop {
        match receiver(&mut far) {
            Ok(Some(message)) => received.push(message),
            Ok(None) => break "the end".to_owned(),
            Err(error) => break error.to_string(),
        }
    };
    let made_up = !received.iter().zip(MESSAGES).all(|(a, b)| a == b);
    let without_reason = !far.fired() && received != MESSAGES;
    if made_up || without_reason {
        return Err(format!("received {received:?}, then {end}"));
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let receivers: [(&str, Receiver); 2] = [
        ("careless", |stream| block_on(careless(stream))),
        ("careful", |stream| block_on(careful(stream))),
    ];
    let out = &mut io::stdout().lock();
    writeln!(out, "sent {MESSAGES:?}")?;
    for (name, receiver) in receivers {
        writeln!(out, "\nthe {name} receiver")?;
        let kind = check(receiver, |stream| stream);
        report(out, "over a kind stream", &kind)?;
        let short = check(receiver, |stream| stream.max_read(1));
        report(out, "one byte at a time", &short)?;
        let waiting = check(receiver, |stream| stream.pending(1, 2));
        report(out, "waiting again and again", &waiting)?;

        // A test would assert that all is well, and `every_fault` would name the run in which it is
        // not. Here they are collected.
        let mut found = Vec::new();
        let runs = every_fault(|plan| {
            let result = check(receiver, |stream| stream.eof_after_bytes(plan));
            if result.is_err() {
                found.push((plan.number(), result));
            }
        });
        for (byte, result) in &found {
            report(out, &format!("cut off before byte {byte}"), result)?;
        }
        let wrong = found.len();
        writeln!(
            out,
            "  cut off before every byte: {runs} runs, {wrong} WRONG"
        )?;
    }
    Ok(())
}

fn report(out: &mut impl Write, what: &str, result: &Result<(), String>) -> io::Result<()> {
    match result {
        Ok(()) => writeln!(out, "  {what}: right"),
        Err(wrong) => writeln!(out, "  {what}: WRONG, {wrong}"),
    }
}
