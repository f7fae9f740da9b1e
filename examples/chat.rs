//! One chat server, in memory or over TCP: they differ by the line that makes the listener.
//!
//! ```text
//! cargo run --features listener --example chat
//! cargo run --features listener --example chat -- --tcp
//! ```
//!
//! The program prints what the members say, which is the same either way.

#![allow(clippy::std_instead_of_core)] // As programs mostly do.

use std::cell::RefCell;
use std::future::Future;
use std::io;

use async_duplex::listener::listen;
use async_net::{TcpListener, TcpStream};
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, TryStreamExt};
use futures::{AsyncRead, AsyncWrite, Stream};
use smol::channel::{self, Sender};
use smol::future::or;

/// What the server and the members need to talk over.
trait Io: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

/// The queues of the members. They have no limit here; a real server would set one.
type Room = RefCell<Vec<Sender<String>>>;

/// Serves any stream of connections, until it has ended and the last member has left.
async fn serve<S: Io>(incoming: impl Stream<Item = io::Result<S>>) -> io::Result<()> {
    let room = Room::default();
    let serve_one = |stream| async {
        let _ = attend(&room, stream).await; // An error of one member ends no other.
        Ok(())
    };
    incoming.try_for_each_concurrent(None, serve_one).await
}

/// Sends each line of a member to all members, the speaker among them.
async fn attend(room: &Room, stream: impl Io) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let (sender, lines) = channel::unbounded::<String>();
    room.borrow_mut().push(sender.clone());
    let speaks = async {
        let mut said = BufReader::new(reader).lines();
        while let Some(line) = said.try_next().await? {
            // Removes those that have left.
            let tell = |member: &Sender<_>| member.try_send(format!("{line}\n")).is_ok();
            room.borrow_mut().retain(tell);
        }
        sender.close();
        Ok(())
    };
    let hears = async {
        while let Ok(line) = lines.recv().await {
            writer.write_all(line.as_bytes()).await?;
        }
        writer.close().await
    };
    futures::try_join!(speaks, hears).map(|_| ())
}

/// Members enter one after another, by `new`, and say something. Each checks what it hears.
async fn talk<S: Io, F: Future<Output = io::Result<S>>>(new: impl Fn() -> F) -> io::Result<()> {
    let mut members: Vec<BufReader<S>> = Vec::new();
    for text in ["Hello?", "Is this the network?", "It sounds the same."] {
        members.push(BufReader::new(new().await?));
        let line = format!("member {}: {text}\n", members.len());
        let speaker = members.last_mut().expect("it was just pushed");
        speaker.write_all(line.as_bytes()).await?;
        for member in &mut members {
            let mut heard = String::new();
            member.read_line(&mut heard).await?;
            assert_eq!(heard, line);
        }
        print!("{line}");
    }
    println!("{} members have heard all of it", members.len());
    Ok(())
}

fn main() -> io::Result<()> {
    let tcp = std::env::args().any(|argument| argument == "--tcp");
    smol::block_on(async {
        if tcp {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let address = listener.local_addr()?;
            let members = talk(|| TcpStream::connect(address));
            or(serve(listener.incoming()), members).await
        } else {
            let (listener, connector) = listen(1024, 4);
            let members = talk(|| connector.connect());
            or(serve(listener.incoming()), members).await
        }
    })
}
