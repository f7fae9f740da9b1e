//! Sends a gigabyte of noise, or a file, through an in-memory stream, and checks that it arrives
//! undamaged.
//!
//! ```text
//! cargo run --release --example transfer
//! cargo run --release --example transfer -- --runtime tokio some/file
//! ```
//!
//! The two ends of a connection are two tasks or two threads. One end sends, and ends its
//! direction. The other end computes a checksum of all bytes that it receives, and sends it back.
//! [`send`] and [`receive`] do not depend on a runtime. Only [`run_both`] differs between runtimes.

use core::future::Future;
use core::hash::Hasher as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::thread;
use std::time::Instant;

use anyhow::{anyhow, bail, ensure, Context, Result};
use async_duplex::{duplex, DuplexStream};
use futures_lite::future::block_on;
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use indicatif::{BinaryBytes, ProgressBar, ProgressStyle};
use lexopt::prelude::*;
use twox_hash::XxHash3_64;

const HELP: &str = "\
Sends a file, or noise, through an in-memory stream, and checks that it arrives undamaged.

Usage: transfer [--size BYTES | FILE] [--runtime smol | tokio | threads] [--capacity BYTES]

A gigabyte of noise by smol's executor is the default, with a capacity of 64 KiB.";

/// How many bytes are read and sent at a time.
const CHUNK: usize = 64 << 10;

struct Arguments {
    file: Option<PathBuf>,
    size: u64,
    runtime: String,
    capacity: usize,
}

/// Parses the command line. Returns `None` if it asks for help.
fn parse() -> Result<Option<Arguments>> {
    let mut arguments = Arguments {
        file: None,
        size: 1 << 30,
        runtime: "smol".into(),
        capacity: CHUNK,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("size") => arguments.size = parser.value()?.parse()?,
            Long("runtime") => arguments.runtime = parser.value()?.string()?,
            Long("capacity") => arguments.capacity = parser.value()?.parse()?,
            Value(path) if arguments.file.is_none() => arguments.file = Some(path.into()),
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}

fn main() -> ExitCode {
    // Not `println` and `eprintln`, which panic if nobody reads what they write.
    let (code, error) = match parse() {
        Err(error) => (2, format!("{error:#}\n\n{HELP}")),
        Ok(arguments) => match arguments.map_or_else(|| Ok(HELP.into()), |it| transfer(&it)) {
            Ok(text) => match writeln!(io::stdout(), "{text}") {
                Ok(()) => return ExitCode::SUCCESS,
                Err(error) => (1, error.to_string()),
            },
            Err(error) => (1, format!("{error:#}")),
        },
    };
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::from(code)
}

/// Transfers the bytes, and returns the line to print.
fn transfer(arguments: &Arguments) -> Result<String> {
    let (input, length): (Box<dyn Read + Send>, _) = match &arguments.file {
        Some(path) => {
            let cannot_open = || format!("cannot open {}", path.display());
            let file = File::open(path).with_context(cannot_open)?;
            let is_file = file.metadata().ok().filter(|metadata| metadata.is_file());
            (Box::new(file), is_file.map(|metadata| metadata.len()))
        }
        None => (
            Box::new(Noise(0).take(arguments.size)),
            Some(arguments.size),
        ),
    };
    let bar = progress_bar(length)?;
    let (near, far) = duplex(arguments.capacity);
    let start = Instant::now();
    let sending = send(near, input, bar.clone());
    let (sent, received) = run_both(&arguments.runtime, sending, receive(far))?;
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();

    // If the sender fails, so does the receiver, but only the error of the sender has the reason.
    let (bytes, checksum) = sent?;
    received?;
    let rate = BinaryBytes((bytes as f64 / seconds) as u64);
    Ok(format!(
        "{bytes} bytes in {seconds:.3} s, {rate}/s, both ends agree on XXH3 {checksum:016x}"
    ))
}

/// Sends all of `input`, ends that direction, and compares the checksum with that of the receiver.
async fn send(
    mut stream: DuplexStream,
    mut input: Box<dyn Read + Send>,
    bar: ProgressBar,
) -> Result<(u64, u64)> {
    let mut hasher = XxHash3_64::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        // This blocks the thread while a chunk of a file is read. The receiver runs on a thread of
        // its own meanwhile, and moving each chunk to a thread pool would cost more.
        let n = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.context("cannot read the file")?,
        };
        if n == 0 {
            break;
        }
        hasher.write(&chunk[..n]);
        let written = stream.write_all(&chunk[..n]).await;
        written.context("the receiver is gone")?;
        bytes += n as u64;
        bar.inc(n as u64);
    }
    // A half-close: the receiver reads the end of the stream, and can still answer.
    stream.close().await?;

    let checksum = hasher.finish();
    let mut answer = [0; 8];
    let answered = stream.read_exact(&mut answer).await;
    answered.context("the receiver did not answer")?;
    ensure!(checksum.to_be_bytes() == answer, "the data was damaged");
    Ok((bytes, checksum))
}

/// Computes the checksum of all bytes that arrive, and sends it back.
async fn receive(mut stream: DuplexStream) -> Result<()> {
    let mut hasher = XxHash3_64::new();
    loop {
        // The bytes are read in the stream's own memory, without a copy. The sender can reuse their
        // space only after that, so the receiver takes a part at a time.
        let unread = stream.fill_buf().await?;
        let n = unread.len().min(CHUNK);
        if n == 0 {
            break;
        }
        hasher.write(&unread[..n]);
        stream.consume(n);
    }
    let answered = stream.write_all(&hasher.finish().to_be_bytes()).await;
    answered.context("the sender is gone")
}

/// Runs two futures to completion, at the same time.
fn run_both<A, B>(runtime: &str, a: A, b: B) -> Result<(A::Output, B::Output)>
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    match runtime {
        "smol" => {
            // smol's executor. `smol::spawn` would run it on one thread only.
            let executor = async_executor::Executor::new();
            let (a, b) = (executor.spawn(a), executor.spawn(b));
            thread::scope(|scope| {
                let b = scope.spawn(|| block_on(executor.run(b)));
                let a = block_on(executor.run(a));
                Ok((a, b.join().map_err(|_| anyhow!("a task panicked"))?))
            })
        }
        "tokio" => {
            let tokio = tokio::runtime::Runtime::new().context("cannot start tokio")?;
            let (a, b) = (tokio.spawn(a), tokio.spawn(b));
            tokio.block_on(async { Ok((a.await?, b.await?)) })
        }
        "threads" => thread::scope(|scope| {
            let b = scope.spawn(|| block_on(b));
            let a = block_on(a);
            Ok((a, b.join().map_err(|_| anyhow!("a thread panicked"))?))
        }),
        other => bail!("the runtime must be one of smol, tokio and threads, not '{other}'"),
    }
}

/// A bar on stderr, if that is a terminal. Ctrl-C and SIGTERM clear it, and say how many bytes were
/// sent.
fn progress_bar(length: Option<u64>) -> Result<ProgressBar> {
    // The `\r` moves the cursor to the start of the line. If it stayed at the end, the `^C` that a
    // terminal shows would go to the next line, and the bar could not be cleared.
    let template = match length {
        Some(_) => "[{wide_bar}] {percent}% {bytes_per_sec} {eta}\r",
        None => "{spinner} {bytes} {bytes_per_sec}{wide_msg}\r",
    };
    let style = ProgressStyle::with_template(template)?.progress_chars("=> ");
    let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let bar = bar.with_style(style);
    let interrupted = bar.clone();
    let exit = move || {
        let sent = BinaryBytes(interrupted.position());
        // While it is suspended, the bar is cleared and locked, so the sender cannot draw it again.
        interrupted.suspend(|| {
            let _ = writeln!(io::stderr(), "interrupted: {sent} sent");
            process::exit(130)
        })
    };
    ctrlc::set_handler(exit).context("cannot handle Ctrl-C")?;
    Ok(bar)
}

/// Endless bytes that are cheap to make, and the same in each run. Each 8 of them are a product of
/// their position. Bytes that are lost, repeated or out of order change the checksum.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> [u8; 8] {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (self.0 ^ (self.0 >> 31)).to_le_bytes()
    }
}

impl Read for Noise {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // Whole words first: a copy of a length that the compiler does not know is a call.
        let mut words = buf.chunks_exact_mut(8);
        for word in &mut words {
            word.copy_from_slice(&self.next());
        }
        let rest = words.into_remainder();
        if !rest.is_empty() {
            rest.copy_from_slice(&self.next()[..rest.len()]);
        }
        Ok(buf.len())
    }
}
