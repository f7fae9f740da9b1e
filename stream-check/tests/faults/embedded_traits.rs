//! What only the traits of `embedded-io-async` have, and the settings that they pass on with code
//! of their own.

use core::fmt;
use core::future::Future;
use core::pin::{pin, Pin};
use core::task::Poll;
use std::io::{self, ErrorKind};

use embedded_io_async::{BufRead, ErrorType, Read, ReadExactError, Write};
use futures::FutureExt;

use crate::common::{
    block_on, duplex, far_state, pipe, streams, CountingTask, Faulty, Gate, ManualTimers, RESET,
};

/// Writes a message, and reads one, as a driver for a microcontroller does.
async fn exchange<S: Read + Write>(stream: &mut S) -> Result<[u8; 4], ReadExactError<S::Error>> {
    stream.write_all(b"ping").await?;
    stream.flush().await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// The result of a call that does not wait.
#[track_caller]
fn now<T>(call: impl Future<Output = io::Result<T>>) -> Result<T, ErrorKind> {
    let result = call.now_or_never().expect("it does not wait");
    result.map_err(|error| error.kind())
}

fn waits(call: impl Future) -> bool {
    call.now_or_never().is_none()
}

#[test]
fn embedded_reads_and_writes_are_short_and_still_complete() {
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).max_read(1).max_write(3).pending(1, 2);
    far.try_write(b"pong").unwrap();
    assert_eq!(block_on(near.write(b"ping")).unwrap(), 3);
    assert_eq!(block_on(near.read(&mut [0; 4])).unwrap(), 1);
    assert_eq!(block_on(near.read(&mut [])).unwrap(), 0);
    assert_eq!(block_on(near.write(&[])).unwrap(), 0);
    far.try_write(b"pong").unwrap();
    assert_eq!(&block_on(exchange(&mut near)).unwrap(), b"ongp");
    assert_eq!(far_state(&mut far), (7, 3, false));
}

#[test]
fn embedded_fill_buf_lends_what_the_limits_allow() {
    let (mut near, mut far) = streams(|near| near.max_read(4).fail_after_bytes_read(6, RESET));
    assert_eq!(now(near.fill_buf()), Ok(&b"0123"[..]));
    near.consume(3);
    assert_eq!(now(near.fill_buf()), Ok(&b"345"[..]));
    near.consume(3);
    assert_eq!(now(near.fill_buf()), Err(RESET));
    assert_eq!(far_state(&mut far), (0, 4, false));
}

#[test]
fn embedded_read_that_waits_for_the_peer_stalls_at_a_gate_that_was_closed_meanwhile() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).read_gate(&gate);
    let mut buf = [0; 5];
    {
        let mut read = pin!(near.read(&mut buf));
        let mut poll = || task.poll(|cx| Pin::new(&mut read).poll(cx));
        assert!(poll().is_pending());
        gate.close();
        far.try_write(b"hello").unwrap();
        assert_eq!(task.wakes(), 1);
        assert!(poll().is_pending());
        gate.open();
        assert_eq!(task.wakes(), 2);
        assert!(matches!(poll(), Poll::Ready(Ok(5))));
    }
    assert_eq!(&buf, b"hello");
}

#[test]
fn embedded_latency_delays_bytes_and_the_end_of_the_stream() {
    let timers = ManualTimers::new();
    let (reader, mut writer) = pipe(64);
    let mut reader = Faulty::new(reader).latency(timers.starter());
    let mut buf = [0; 3];
    assert_eq!(now(reader.read(&mut [])), Ok(0));
    writer.try_write(b"hello").unwrap();
    drop(writer);
    // The futures are dropped, and lose nothing.
    assert!(waits(reader.read(&mut buf)) && waits(reader.fill_buf()));
    assert_eq!(timers.started(), 1);
    timers.end(1);
    assert_eq!(now(reader.read(&mut buf)), Ok(3));
    assert_eq!(&buf, b"hel");
    assert_eq!(now(reader.fill_buf()), Ok(&b"lo"[..]));
    reader.consume(2);
    assert!(waits(reader.read(&mut buf)));
    timers.end(2);
    for _ in 0..2 {
        assert_eq!(now(reader.read(&mut buf)), Ok(0));
    }
    assert_eq!(timers.started(), 2);
}

#[test]
fn embedded_exchange_with_a_forgotten_flush_waits_for_ever() {
    let (near, mut far) = duplex(2);
    let mut near = Faulty::new(near).hold_until_flush();
    assert_eq!(now(near.write(b"ping")), Ok(4));
    assert_eq!(far_state(&mut far), (0, 0, false));
    // A flush that is given up half-way goes on with the next.
    assert!(waits(near.flush()));
    let mut buf = [0; 2];
    assert_eq!(far.try_read(&mut buf).unwrap(), 2);
    assert_eq!(&buf, b"pi");
    assert_eq!(now(near.flush()), Ok(()));
    assert_eq!(far.try_read(&mut buf).unwrap(), 2);
    assert_eq!(&buf, b"ng");
}

/// An error of another crate.
#[derive(Debug, PartialEq)]
enum UartError {
    Parity,
    Other(ErrorKind),
}

impl fmt::Display for UartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl core::error::Error for UartError {}

impl embedded_io_async::Error for UartError {
    fn kind(&self) -> embedded_io_async::ErrorKind {
        embedded_io_async::ErrorKind::Other
    }
}

impl From<io::Error> for UartError {
    fn from(error: io::Error) -> Self {
        Self::Other(error.kind())
    }
}

struct Uart;

impl ErrorType for Uart {
    type Error = UartError;
}

impl Read for Uart {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, UartError> {
        Err(UartError::Parity)
    }
}

#[test]
fn embedded_injected_errors_become_errors_of_the_inner_stream() {
    let mut uart = Faulty::new(Uart).fail_at(2, RESET);
    let other = UartError::Other(RESET);
    assert_eq!(block_on(uart.read(&mut [0])), Err(UartError::Parity));
    assert_eq!(block_on(uart.read(&mut [0])), Err(other));
    let mut uart = Faulty::new(Uart).latency(|| core::future::ready(()));
    assert_eq!(block_on(uart.read(&mut [0])), Err(UartError::Parity));
}
