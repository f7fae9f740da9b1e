//! One chat server, in memory and over TCP.
//!
//! ```text
//! cargo run --example chat
//! cargo run --example chat -- --tcp
//! ```
//!
//! [`serve`] takes its connections from any stream of connections, so the same code serves both
//! kinds. Three clients talk to each other through the server, and each of them checks every line
//! that it gets. The program prints the transcript, which is the same in memory and over TCP.

use core::cell::RefCell;
use core::future::Future;
use core::time::Duration;
use std::io;
use std::process::ExitCode;

use anyhow::{bail, ensure, Context, Result};
use async_duplex::listener::listen;
use async_net::{TcpListener, TcpStream};
use clap::Parser;
use futures::io::{BufReader, Lines, ReadHalf, WriteHalf};
use futures::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Stream, TryStreamExt,
};
use smol::channel::{self, Sender};
use smol::future::or;
use smol::Timer;

/// The number of lines that a member may lag behind before the server disconnects it.
const LAG: usize = 100;

/// The lines of the clients, in turn. An empty line means that the client leaves.
const SCRIPT: [(&str, &str); 7] = [
    ("ann", "Hello, all!"),
    ("bob", "Hello, ann. Is this the network?"),
    ("cat", "Who knows?"),
    ("bob", ""),
    ("ann", "It sounds the same."),
    ("ann", ""),
    ("cat", "Are you still there?"),
];

/// Let some clients chat through a server, in memory.
#[derive(Parser)]
struct Options {
    /// Use TCP instead
    #[arg(long)]
    tcp: bool,
}

fn main() -> ExitCode {
    match smol::block_on(run(Options::parse().tcp)) {
        Ok(transcript) => {
            print!("{transcript}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the server and its clients, and returns the transcript.
pub(crate) async fn run(tcp: bool) -> Result<String> {
    if tcp {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        chat(listener.incoming(), || TcpStream::connect(address)).await
    } else {
        let (listener, connector) = listen(1024, 4);
        chat(listener.incoming(), || connector.connect()).await
    }
}

async fn chat<S, T, F>(
    incoming: impl Stream<Item = io::Result<S>>,
    connect: impl Fn() -> F,
) -> Result<String>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = io::Result<T>>,
{
    let server = async {
        serve(incoming).await.context("cannot accept")?;
        bail!("the server has ended");
    };
    let deadline = async {
        Timer::after(Duration::from_secs(60)).await;
        bail!("a line was lost: no client has received one for too long");
    };
    or(or(server, play(connect)), deadline).await
}

/// The server: each member gets the lines of the others. It runs until the stream of connections
/// has ended and the last member has left.
async fn serve<S>(incoming: impl Stream<Item = io::Result<S>>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let room = Room::default();
    let attend = |stream| async {
        // An error of one member does not end the others.
        if let Err(error) = room.attend(stream).await {
            eprintln!("a member was disconnected: {error}");
        }
        Ok(())
    };
    incoming.try_for_each_concurrent(None, attend).await
}

/// The members: their names, and queues of the lines that they have yet to get.
#[derive(Default)]
struct Room(RefCell<Vec<(String, Sender<String>)>>);

impl Room {
    /// Serves one member, whose first line is its name.
    async fn attend<S>(&self, stream: S) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (reader, mut writer) = stream.split();
        let mut lines = BufReader::new(reader).lines();
        let Some(name) = lines.try_next().await? else {
            return Ok(());
        };
        if name.is_empty() || self.0.borrow().iter().any(|(member, _)| *member == name) {
            let reason = format!("the name {name:?} is empty or taken");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let (sender, to_hear) = channel::bounded(LAG);
        self.0.borrow_mut().push((name.clone(), sender));
        self.tell_all_but("", &format!("* {name} is here"));

        let says = async {
            while let Some(line) = lines.try_next().await? {
                self.tell_all_but(&name, &format!("{name}: {line}"));
            }
            Ok(())
        };
        let hears = async {
            while let Ok(line) = to_hear.recv().await {
                writer.write_all(format!("{line}\n").as_bytes()).await?;
            }
            Ok(())
        };
        let result = or(says, hears).await;
        self.0.borrow_mut().retain(|(member, _)| *member != name);
        self.tell_all_but(&name, &format!("* {name} has left"));
        result
    }

    /// Never waits, because a member that does not read must not delay the others.
    fn tell_all_but(&self, speaker: &str, line: &str) {
        self.0.borrow_mut().retain(|(member, sender)| {
            member == speaker || sender.try_send(line.to_owned()).is_ok()
        });
    }
}

/// The clients: they connect one after another, and then follow the script.
async fn play<T, F>(connect: impl Fn() -> F) -> Result<String>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = io::Result<T>>,
{
    let mut transcript = String::new();
    let mut clients: Vec<Client<T>> = Vec::new();
    for name in ["ann", "bob", "cat"] {
        let stream = connect().await.context("cannot connect")?;
        let (reader, writer) = stream.split();
        let lines = BufReader::new(reader).lines();
        clients.push(Client {
            name,
            lines,
            writer,
        });
        let client = clients.last_mut().expect("it was just pushed");
        client.say(name).await?;
        all_hear(&mut clients, &format!("* {name} is here"), &mut transcript).await?;
    }
    for (name, words) in SCRIPT {
        let at = clients.iter().position(|client| client.name == name);
        let mut client =
            clients.swap_remove(at.context("the script names a client that has left")?);
        let line = if words.is_empty() {
            client.writer.close().await?;
            format!("* {name} has left")
        } else {
            client.say(words).await?;
            format!("{name}: {words}")
        };
        all_hear(&mut clients, &line, &mut transcript).await?;
        if !words.is_empty() {
            clients.push(client);
        }
    }
    Ok(transcript)
}

struct Client<T> {
    name: &'static str,
    lines: Lines<BufReader<ReadHalf<T>>>,
    writer: WriteHalf<T>,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Client<T> {
    async fn say(&mut self, words: &str) -> io::Result<()> {
        let line = format!("{words}\n");
        self.writer.write_all(line.as_bytes()).await
    }
}

/// Checks that each of the clients gets `line` next.
async fn all_hear<T>(clients: &mut [Client<T>], line: &str, transcript: &mut String) -> Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    for Client { name, lines, .. } in clients {
        let heard = lines.try_next().await?;
        let heard = heard.with_context(|| format!("{name} was disconnected"))?;
        ensure!(heard == line, "{name} heard {heard:?} instead of {line:?}");
    }
    *transcript += &format!("{line}\n");
    Ok(())
}
