//! Compresses on a thread, and reads the result in a task. A failure of the thread arrives there.
//!
//! ```text
//! cargo run --release --example compress
//! cargo run --release --example compress -- some/file
//! ```
//!
//! The compression library writes to a `std::io::Write`, which is one end of a pipe. A server would
//! send the bytes that the task reads to a client. This task decompresses and compares them.

use std::fs;
use std::io::{self, Cursor, Error, ErrorKind, Read, Write};
use std::process::ExitCode;
use std::thread;

use async_duplex::{Options, Reader, Writer};
use flate2::write::{GzDecoder, GzEncoder};
use flate2::Compression;
use futures::AsyncBufReadExt;

/// Compresses `input` into `out`. Blocks its thread while the pipe is full.
fn pack(mut input: impl Read, out: Writer) -> io::Result<()> {
    let mut encoder = GzEncoder::new(out.blocking(), Compression::default());
    if let Err(error) = io::copy(&mut input, &mut encoder) {
        // An encoder that is dropped writes a valid end, so the reader would take the beginning for
        // the whole. After an abort it can write no more, and the reader gets the error.
        encoder.get_mut().get_mut().abort(error);
        return Ok(());
    }
    encoder.finish()?.get_mut().finish();
    Ok(())
}

/// Decompresses the bytes, out of the pipe's own memory. Returns their number and the result.
async fn unpack(mut reader: Reader) -> io::Result<(usize, Vec<u8>)> {
    let mut decoder = GzDecoder::new(Vec::new());
    let mut packed = 0;
    loop {
        let unread = reader.fill_buf().await?;
        let n = unread.len();
        if n == 0 {
            // This compares the checksum at the end.
            return Ok((packed, decoder.finish()?));
        }
        decoder.write_all(unread)?;
        reader.consume(n);
        packed += n;
    }
}

/// Compresses on a thread and decompresses in a task, at the same time.
fn round_trip(input: impl Read + Send + 'static) -> io::Result<(usize, Vec<u8>)> {
    // If the thread panics, the reader must not take the beginning for the whole.
    let options = Options::new(65536).error_on_drop(ErrorKind::UnexpectedEof);
    let (reader, writer) = options.pipe();
    let packing = thread::spawn(move || pack(input, writer));
    let result = smol::block_on(unpack(reader))?;
    packing.join().expect("the thread has not panicked")?;
    Ok(result)
}

/// A source that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(Error::new(ErrorKind::InvalidData, "the disk is broken"))
    }
}

fn run() -> io::Result<()> {
    let input = match std::env::args_os().nth(1) {
        Some(path) => fs::read(path)?,
        None => (0..300_000)
            .flat_map(|i| format!("line {i}\n").into_bytes())
            .collect(),
    };
    let (packed, unpacked) = round_trip(Cursor::new(input.clone()))?;
    assert!(unpacked == input, "the bytes have changed");
    println!("{} bytes became {packed}, and the same again", input.len());

    let error = round_trip(Cursor::new(input).chain(Broken)).unwrap_err();
    println!(
        "a source that fails after them: the task gets {:?}, {error}",
        error.kind()
    );
    assert_eq!(error.to_string(), "the disk is broken");
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
