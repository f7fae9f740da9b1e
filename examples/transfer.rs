//! Sends a file, or generated noise, through an in-memory stream, and checks what arrives.
//!
//! ```text
//! cargo run --release --example transfer
//! cargo run --release --example transfer -- --runtime tokio --capacity 1MiB some/file
//! cargo run --release --example transfer -- --help
//! ```
//!
//! One end sends and closes its direction, the other hashes all that it receives and sends the hash
//! back: the two ends of a connection, as two tasks or two threads. The two functions that do it,
//! [`send`] and [`receive`], know no runtime; [`run_both`] is all that differs between runtimes.

use core::future::Future;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::thread;
use std::time::Instant;

use anyhow::{anyhow, ensure, Context, Result};
use async_duplex::{duplex, DuplexStream};
use clap::{Parser, ValueEnum};
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use sha2::{Digest, Sha256};

const GIB: u64 = 1 << 30;

/// Send a file, or generated noise, through an in-memory stream, and check what arrives.
///
/// Sizes are in bytes, or have a unit: 64KiB, 10MiB, 1GiB, 2TiB, or K, M, G and T for short.
#[derive(Parser)]
struct Options {
    /// The file to send; noise if there is none
    file: Option<PathBuf>,

    /// How much noise to send
    #[arg(long, default_value = "1GiB", value_parser = size, conflicts_with = "file")]
    size: u64,

    /// What runs the two ends
    #[arg(long, value_enum, default_value = "smol")]
    runtime: Runtime,

    /// How much the stream holds, in each direction
    #[arg(long, value_name = "SIZE", default_value = "64KiB", value_parser = buffer_size)]
    capacity: usize,

    /// How much is read and sent at a time
    #[arg(long, value_name = "SIZE", default_value = "16KiB", value_parser = buffer_size)]
    chunk: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Runtime {
    /// Two tasks on a smol executor with two threads
    Smol,
    /// Two tasks on async-std's global executor
    AsyncStd,
    /// Two tasks on a multi-threaded tokio runtime
    Tokio,
    /// No runtime: two threads that block
    Threads,
}

/// What to send.
struct Input {
    name: String,
    reader: Box<dyn Read + Send>,
    /// For the bar only: a file can grow or shrink meanwhile, and a pipe has no length at all. What
    /// there is gets sent.
    length: Option<u64>,
}

/// What has been sent, as the sender sees it.
struct Sent {
    bytes: u64,
    digest: [u8; 32],
}

fn main() -> ExitCode {
    match transfer(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn transfer(options: &Options) -> Result<()> {
    let input = open(options)?;
    let bar = progress_bar(input.length);
    exit_on_interrupt(bar.clone())?;
    eprintln!("sending {}", input.name);

    let (near, far) = duplex(options.capacity);
    let start = Instant::now();
    let both = run_both(
        options.runtime,
        send(near, input, options.chunk, bar.clone()),
        receive(far, options.chunk),
    );
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();

    // If the sender gives up, so must the receiver: the sender's is the error that says why.
    let (sent, received) = both?;
    let Sent { bytes, digest } = sent?;
    received?;
    writeln!(
        io::stdout(),
        "{bytes} bytes in {seconds:.3} s, {:.2} GiB/s, both ends agree on SHA-256 {}",
        bytes as f64 / GIB as f64 / seconds,
        hex(&digest),
    )
    .context("cannot write the result")
}

/// Sends all of `input`, ends that direction, and compares what the other end has made of it.
async fn send(
    mut stream: DuplexStream,
    mut input: Input,
    chunk: usize,
    bar: ProgressBar,
) -> Result<Sent> {
    let mut sha = Sha256::new();
    let mut bytes = 0;
    let mut buf = Vec::with_capacity(chunk);
    loop {
        buf.clear();
        // This blocks the thread, for as long as a file takes to read. The receiver has a thread of
        // its own to go on with, and a hop to a thread pool for every chunk would cost more.
        let n = input
            .reader
            .by_ref()
            .take(chunk as u64)
            .read_to_end(&mut buf)
            .with_context(|| format!("cannot read {}", input.name))?;
        if n == 0 {
            break;
        }
        sha.update(&buf);
        let sent = stream.write_all(&buf).await;
        sent.context("the receiver is gone")?;
        bytes += n as u64;
        bar.inc(n as u64);
    }
    // A half-close: the receiver reads the end of the stream, and can still answer.
    stream.close().await?;

    let digest: [u8; 32] = sha.finalize().into();
    let mut answer = [0; 32];
    let answered = stream.read_exact(&mut answer).await;
    answered.context("the receiver did not answer")?;
    ensure!(
        answer == digest,
        "the data was damaged: SHA-256 {} was sent, {} received",
        hex(&digest),
        hex(&answer),
    );
    Ok(Sent { bytes, digest })
}

/// Hashes all that arrives, and answers with the hash.
async fn receive(mut stream: DuplexStream, chunk: usize) -> Result<()> {
    let mut sha = Sha256::new();
    loop {
        // The bytes are hashed where they lie in the stream, without a copy. Their room is the
        // sender's again only then, hence not too many at a time.
        let unread = stream.fill_buf().await?;
        let n = unread.len().min(chunk);
        if n == 0 {
            break;
        }
        sha.update(&unread[..n]);
        stream.consume_unpin(n);
    }
    let answered = stream.write_all(&sha.finalize()).await;
    answered.context("the sender is gone")
}

/// Runs two futures to their ends, at the same time.
fn run_both<A, B>(runtime: Runtime, a: A, b: B) -> Result<(A::Output, B::Output)>
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    match runtime {
        Runtime::Smol => {
            // Not `smol::spawn`, whose global executor has only one thread, unless told otherwise.
            let executor = smol::Executor::new();
            let (a, b) = (executor.spawn(a), executor.spawn(b));
            thread::scope(|scope| {
                let b = scope.spawn(|| smol::block_on(executor.run(b)));
                let a = smol::block_on(executor.run(a));
                Ok((a, b.join().map_err(|_| anyhow!("a task panicked"))?))
            })
        }
        Runtime::AsyncStd => {
            let (a, b) = (async_std::task::spawn(a), async_std::task::spawn(b));
            Ok(async_std::task::block_on(async { (a.await, b.await) }))
        }
        Runtime::Tokio => {
            let tokio = tokio::runtime::Runtime::new().context("cannot start tokio")?;
            let (a, b) = (tokio.spawn(a), tokio.spawn(b));
            tokio.block_on(async { Ok((a.await?, b.await?)) })
        }
        Runtime::Threads => thread::scope(|scope| {
            let b = scope.spawn(|| pollster::block_on(b));
            let a = pollster::block_on(a);
            Ok((a, b.join().map_err(|_| anyhow!("a thread panicked"))?))
        }),
    }
}

fn open(options: &Options) -> Result<Input> {
    let Some(path) = &options.file else {
        return Ok(Input {
            name: format!("{} of noise", BinaryBytes(options.size)),
            reader: Box::new(BufReader::new(Noise { state: 0 }).take(options.size)),
            length: Some(options.size),
        });
    };
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let length = match file.metadata() {
        Ok(metadata) if metadata.is_file() => Some(metadata.len()),
        _ => None,
    };
    let reader = Box::new(BufReader::new(file));
    Ok(Input {
        name,
        reader,
        length,
    })
}

/// Endless noise, the same every time, by splitmix64: it costs next to nothing, and no two parts of
/// it are alike, so that bytes which are lost, doubled or out of order change the hash.
struct Noise {
    state: u64,
}

impl Read for Noise {
    /// Reads whole words only, so that what comes does not depend on the sizes of the reads. It needs
    /// a `BufReader` around it for those below a word.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut words = buf.chunks_exact_mut(8);
        for word in &mut words {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes());
        }
        let left = words.into_remainder().len();
        Ok(buf.len() - left)
    }
}

/// A bar on stderr. If that is no terminal, it does not show.
fn progress_bar(length: Option<u64>) -> ProgressBar {
    // The `\r` puts the cursor back to the start of the line. At its end, the `^C` that a terminal
    // shows would go to the next line, and the bar could not be cleared.
    let template = match length {
        Some(_) => " [{wide_bar}] {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left\r",
        None => " {spinner} {bytes}, {bytes_per_sec}{wide_msg}\r",
    };
    let style = ProgressStyle::with_template(template).expect("the templates are valid");
    ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr())
        .with_style(style.progress_chars("=> "))
}

/// On Ctrl-C, and on SIGTERM: takes the bar off the terminal, says how far it got, and exits.
fn exit_on_interrupt(bar: ProgressBar) -> Result<()> {
    let exit = move || {
        let sent = BinaryBytes(bar.position());
        let of = match bar.length() {
            Some(length) => format!(" of {}", BinaryBytes(length)),
            None => String::new(),
        };
        // While suspended the bar is off the screen, and locked: the sender cannot draw it again.
        bar.suspend(|| {
            // Not `eprintln`, which panics if the terminal is gone.
            let _ = writeln!(io::stderr(), "interrupted: {sent}{of} sent");
            process::exit(130)
        })
    };
    ctrlc::set_handler(exit).context("cannot handle Ctrl-C")
}

/// Parses a size such as `4096`, `64KiB` or `1G`.
fn size(text: &str) -> Result<u64, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &text[..text.len() - unit.len()];
    let shift = match unit {
        "" | "B" => 0,
        "K" | "KiB" => 10,
        "M" | "MiB" => 20,
        "G" | "GiB" => 30,
        "T" | "TiB" => 40,
        _ => return Err("not a size such as 4096, 64KiB, 10MiB, 1GiB or 2TiB".to_owned()),
    };
    let number: u64 = number.parse().map_err(|error| format!("{error}"))?;
    let bytes = number.checked_mul(1 << shift);
    bytes.ok_or_else(|| format!("more than {} bytes", u64::MAX))
}

/// Parses the size of a buffer, which has to fit into memory.
fn buffer_size(text: &str) -> Result<usize, String> {
    match size(text)? {
        n @ 1..=GIB => Ok(n as usize),
        _ => Err("must be from 1 byte to 1 GiB".to_owned()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
