//! Finds the bugs in a small protocol, by making the stream below it short, late and broken.
//!
//! ```text
//! cargo run -p stream-check --example faults
//! ```
//!
//! A message is a length of two bytes, and then that many bytes. The stream ends between two
//! messages. There are two receivers, and without faults they are equally good.

use std::io::{self, ErrorKind};

use async_duplex::{duplex, DuplexStream};
use futures::executor::block_on;
use futures::AsyncReadExt;
use stream_check::faults::{every_fault, Faulty};

const MESSAGES: [&str; 2] = ["hello", "world"];
const BYTES: &[u8] = b"\0\x05hello\0\x05world";

type Stream = Faulty<DuplexStream>;

/// What a receiver returns: a message, or nothing at the end of the stream.
type Message = io::Result<Option<String>>;

async fn careless(stream: &mut Stream) -> Message {
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

async fn careful(stream: &mut Stream) -> Message {
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

/// Returns whether a receiver is right about the messages in a stream with faults: it makes none
/// up, and misses none unless a fault has fired.
fn is_right(
    receiver: impl Fn(&mut Stream) -> Message,
    add_faults: impl FnOnce(Stream) -> Stream,
) -> bool {
    let (mut near, far) = duplex(1024);
    near.try_write(BYTES).expect("all of it fits");
    drop(near);
    let mut far = add_faults(Faulty::new(far));

    let mut received = Vec::new();
    while let Ok(Some(message)) = receiver(&mut far) {
        received.push(message);
    }
    let sent = received.iter().zip(MESSAGES).all(|(a, b)| a == b);
    sent && (far.fired() || received == MESSAGES)
}

/// Prints what a receiver makes of each kind of fault, and returns how often it was wrong.
fn report(name: &str, receiver: impl Fn(&mut Stream) -> Message) -> usize {
    println!("the {name} receiver");
    let mut wrong = 0;
    let mut check = |what: &str, right: bool| {
        wrong += usize::from(!right);
        println!("  {what}: {}", if right { "right" } else { "WRONG" });
    };
    check("without faults", is_right(&receiver, |stream| stream));
    check(
        "one byte at a time",
        is_right(&receiver, |stream| stream.max_read(1)),
    );
    check("late", is_right(&receiver, |stream| stream.pending(1, 2)));
    // A test would assert this. `every_fault` then names the run in which it fails.
    every_fault(|plan| {
        let what = format!("cut off before byte {}", plan.number());
        check(
            &what,
            is_right(&receiver, |stream| stream.eof_after_bytes(plan)),
        );
    });
    wrong
}

fn main() {
    let wrong = report("careless", |stream| block_on(careless(stream)));
    assert_ne!(wrong, 0, "the bugs of the careless receiver were not found");
    let wrong = report("careful", |stream| block_on(careful(stream)));
    assert_eq!(wrong, 0);
}
