//! Blocking transfers, runtimes for them, and timeouts.

use core::fmt::Debug;
use core::time::Duration;
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::time::Instant;

use async_duplex::io::Blocking;
use async_duplex::DuplexStream;
use tokio::runtime::{Builder, Runtime};

use crate::support::data::data;

/// Seconds that are far more than any of these tests takes.
pub(crate) const DEADLINE: u64 = 120;

/// A timeout that expires. No test depends on its length.
pub(crate) const SHORT: Duration = Duration::from_millis(20);

/// A timeout that does not expire.
pub(crate) const LONG: Duration = Duration::from_secs(2 * DEADLINE);

pub(crate) const MIB: usize = 1 << 20;

/// The sizes of reads and writes: below the capacities, equal to them and above.
const SIZES: [usize; 8] = [1, 3, 7, 4096, 5, 257, 4099, 64];

/// Writes `total` bytes of [`data`] in chunks of different sizes.
pub(crate) fn write_all_of(mut writer: impl Write, total: usize) {
    let bytes = data(1, total);
    let mut rest = &bytes[..];
    for size in SIZES.into_iter().cycle() {
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        if chunk.is_empty() {
            break;
        }
        writer.write_all(chunk).unwrap();
        rest = after;
    }
    writer.flush().unwrap();
}

/// Reads to the end in chunks of different sizes, alternately with `read` and `fill_buf`.
pub(crate) fn read_all(mut reader: impl BufRead) -> Vec<u8> {
    let mut read = Vec::new();
    let mut buf = [0; 4099];
    for size in SIZES.into_iter().rev().cycle() {
        let n = reader.read(&mut buf[..size]).unwrap();
        read.extend_from_slice(&buf[..n]);
        let lent = reader.fill_buf().unwrap();
        let n = lent.len().min(size);
        read.extend_from_slice(&lent[..n]);
        reader.consume(n);
        if n == 0 {
            break;
        }
    }
    read
}

/// Sends back every byte until the end of the stream.
pub(crate) fn echo(mut stream: Blocking<DuplexStream>) {
    let mut buf = [0; 100];
    loop {
        match stream.read(&mut buf).unwrap() {
            0 => break,
            n => stream.write_all(&buf[..n]).unwrap(),
        }
    }
}

pub(crate) fn multi_thread(workers: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).build().unwrap()
}

pub(crate) fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

#[track_caller]
pub(crate) fn assert_times_out<T: Debug>(timeout: Duration, call: impl FnOnce() -> io::Result<T>) {
    let start = Instant::now();
    assert_eq!(call().unwrap_err().kind(), ErrorKind::TimedOut);
    assert!(start.elapsed() >= timeout, "after {:?}", start.elapsed());
}
