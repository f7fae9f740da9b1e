//! Compresses on a thread, and reads the result in a task. The compression library writes to a
//! `std::io::Write`, which is one end of a pipe. Asynchronous code reads from the other end.
//!
//! ```text
//! cargo run --release --example gzip
//! cargo run --release --example gzip -- --level 9 some/file
//! cargo run --release --example gzip -- --help
//! ```
//!
//! The task decompresses the bytes and checks that they are complete. A server would send them to a
//! client. The pipe is bounded: compression runs ahead of the task by at most its capacity.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{anyhow, ensure, Context, Result};
use async_duplex::io::Blocking;
use async_duplex::{Options, Reader, Writer};
use clap::{value_parser, Parser};
use flate2::write::{GzDecoder, GzEncoder};
use flate2::Compression;
use futures::AsyncBufReadExt;

/// Compress a file, or generated text, on a thread, and check the result in a task at the same
/// time.
#[derive(Parser)]
struct Args {
    /// The file to compress; without it, generated text
    file: Option<PathBuf>,

    /// The size of the generated text in MiB
    #[arg(long, default_value = "16", conflicts_with = "file")]
    #[arg(value_parser = value_parser!(u64).range(..1 << 30))]
    size: u64,

    /// The compression level, from 0 (none) to 9 (slowest)
    #[arg(long, default_value = "6", value_parser = value_parser!(u32).range(..=9))]
    level: u32,

    /// The capacity of the pipe
    #[arg(long, value_name = "BYTES", default_value = "65536")]
    capacity: usize,
}

enum Input {
    File(File),
    /// This many bytes of generated text.
    Text(u64),
}

/// The numbers of bytes that the task has read and decompressed.
struct Checked {
    packed: u64,
    unpacked: u64,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let (name, input) = match &args.file {
        Some(path) => {
            let name = path.display().to_string();
            let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
            (name, Input::File(file))
        }
        None => ("the text".to_owned(), Input::Text(args.size << 20)),
    };
    // `pipe` would panic if the capacity is invalid. If the thread panics, it drops the writer
    // early, and the task must not take the beginning for the whole.
    let options = Options::new(args.capacity).error_on_drop(ErrorKind::UnexpectedEof);
    let (reader, writer) = options.try_pipe().context("cannot make the pipe")?;

    let start = Instant::now();
    let level = Compression::new(args.level);
    let packing = thread::spawn(move || pack(input, writer.blocking(), level));
    let checked = smol::block_on(smol::spawn(check(reader)));
    let size = packing.join().map_err(|_| anyhow!("the thread panicked"))?;
    let seconds = start.elapsed().as_secs_f64();

    // If one side fails, so does the other. If the thread got `BrokenPipe`, the task failed first.
    let size = match size {
        Err(error) if error.kind() == ErrorKind::BrokenPipe && checked.is_err() => 0,
        size => size.with_context(|| format!("cannot compress {name}"))?,
    };
    let Checked { packed, unpacked } = checked?;
    ensure!(
        unpacked == size,
        "{size} bytes went in, {unpacked} came out"
    );
    let ratio = size as f64 / packed as f64;
    writeln!(
        io::stdout(),
        "{size} bytes became {packed}, {ratio:.2} to 1, in {seconds:.3} s, and can be unpacked",
    )
    .context("cannot write the result")
}

/// Compresses `input` into `out`, on a thread that may block, and returns the length of the input.
fn pack(mut input: Input, out: Blocking<Writer>, level: Compression) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(out, level);
    let copied = match &mut input {
        Input::File(file) => io::copy(file, &mut encoder),
        Input::Text(size) => write_text(&mut encoder, *size),
    };
    match copied {
        Ok(size) => {
            encoder.finish()?.get_mut().finish();
            Ok(size)
        }
        Err(error) => {
            // An encoder that is dropped writes a valid end, so the reader would take the beginning
            // for the whole. After an abort, the encoder can write no more, and the reader gets the
            // reason.
            let reason = io::Error::new(error.kind(), error.to_string());
            encoder.get_mut().get_mut().abort(reason);
            Err(error)
        }
    }
}

/// Writes `size` bytes of text that looks like a log.
fn write_text(out: &mut impl Write, size: u64) -> io::Result<u64> {
    let (mut left, mut noise) = (size, 1_u64);
    for number in 1.. {
        noise = noise.wrapping_mul(6364136223846793005).wrapping_add(1);
        let (route, millis) = (noise >> 60, (noise >> 40) % 1000);
        let line = format!("request {number} for /route/{route} took {millis} ms\n");
        let part = line.len().min(left.try_into().unwrap_or(usize::MAX));
        out.write_all(&line.as_bytes()[..part])?;
        left -= part as u64;
        if left == 0 {
            break;
        }
    }
    Ok(size)
}

/// Decompresses the bytes in a task that never blocks, and discards the result.
async fn check(mut reader: Reader) -> Result<Checked> {
    let mut decoder = GzDecoder::new(Vec::new());
    let (mut packed, mut unpacked) = (0, 0);
    loop {
        // Decompressed out of the pipe's own memory, without a copy.
        let found = reader.fill_buf().await;
        let unread = found.context("the compressing thread failed")?;
        let n = unread.len();
        if n == 0 {
            break;
        }
        let written = decoder.write_all(unread);
        written.context("the bytes are not gzip")?;
        reader.consume(n);
        packed += n as u64;
        unpacked += decoder.get_ref().len() as u64;
        decoder.get_mut().clear();
    }
    // This compares the checksum at the end.
    let rest = decoder.finish().context("the bytes are damaged")?;
    unpacked += rest.len() as u64;
    Ok(Checked { packed, unpacked })
}
