//! What the two halves have in common, and how long a call takes.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use async_duplex::{Options, Reader, Writer};

use crate::counting_waker::{CountingTask, Outcome};

/// The capacity of the pipes of these tests.
pub(crate) const CAPACITY: usize = 2;

/// A reader or a writer.
pub(crate) trait Half: Send + Sized + 'static {
    type Peer: Send + 'static;
    const NAME: &'static str;

    /// A half with nothing available, and its peer.
    fn pair(options: &Options) -> (Self, Self::Peer);

    /// Waits for `min` bytes.
    fn wait(&mut self, task: &CountingTask, min: usize) -> Outcome<usize>;

    /// Moves all available bytes without waiting, and returns how many.
    fn move_all(&mut self) -> usize;

    /// Makes one byte available.
    fn give(peer: &mut Self::Peer);
}

impl Half for Reader {
    type Peer = Writer;
    const NAME: &'static str = "reader";

    fn pair(options: &Options) -> (Self, Writer) {
        options.pipe()
    }

    fn wait(&mut self, task: &CountingTask, min: usize) -> Outcome<usize> {
        let found = task.poll(|cx| self.poll_readable(cx, min));
        found.map_err(|error| error.kind())
    }

    fn move_all(&mut self) -> usize {
        self.try_read(&mut [0; CAPACITY]).unwrap_or(0)
    }

    fn give(writer: &mut Writer) {
        assert_eq!(writer.try_write(b"x").unwrap(), 1);
    }
}

impl Half for Writer {
    type Peer = Reader;
    const NAME: &'static str = "writer";

    fn pair(options: &Options) -> (Self, Reader) {
        let (reader, mut writer) = options.pipe();
        assert_eq!(writer.move_all(), CAPACITY);
        (writer, reader)
    }

    fn wait(&mut self, task: &CountingTask, min: usize) -> Outcome<usize> {
        let found = task.poll(|cx| self.poll_writable(cx, min));
        found.map_err(|error| error.kind())
    }

    fn move_all(&mut self) -> usize {
        self.try_write(&[7; CAPACITY]).unwrap_or(0)
    }

    fn give(reader: &mut Reader) {
        assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
    }
}

/// How long `act` takes.
pub(crate) fn time_of<T>(act: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    act();
    started.elapsed()
}

/// How long the fastest of several attempts takes.
pub(crate) fn fastest(attempt: impl FnMut() -> Duration) -> Duration {
    let attempts = core::iter::repeat_with(attempt).take(20);
    attempts.min().expect("there are attempts")
}

/// Returns whether two threads run at the same time on this machine.
pub(crate) fn has_two_cores() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}
