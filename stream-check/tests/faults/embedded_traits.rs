//! The traits of `embedded-io-async`: each setting once, because all families of traits share the
//! decisions.

use core::fmt;
use core::future::Future;
use core::pin::pin;
use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{duplex, pipe, DuplexStream};
use embedded_io_async::{BufRead, ErrorType, Read, ReadExactError, Write};
use futures::executor::block_on;
use futures::FutureExt;
use stream_check::faults::{every_fault, Faulty, Gate};

use crate::common::{far_state, streams, RESET};
use crate::counting_waker::CountingTask;
use crate::manual_timers::ManualTimers;

/// Writes a message, and reads one, as a driver for a microcontroller does.
async fn exchange<S: Read + Write>(stream: &mut S) -> Result<[u8; 4], ReadExactError<S::Error>> {
    stream.write_all(b"ping").await?;
    stream.flush().await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// Polls a future once, and keeps it.
fn poll<T>(task: &CountingTask, future: core::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    task.poll(|cx| future.poll(cx))
}

#[test]
fn embedded_reads_and_writes_are_short_and_still_complete() {
    block_on(async {
        let (near, mut far) = duplex(64);
        let mut near = Faulty::new(near).max_read(1).max_write(3).pending(1, 2);
        far.try_write(b"pong").unwrap();
        assert_eq!(near.write(b"ping").await.unwrap(), 3);
        assert_eq!(near.read(&mut [0; 4]).await.unwrap(), 1);
        assert_eq!(near.read(&mut []).await.unwrap(), 0);
        assert_eq!(near.write(&[]).await.unwrap(), 0);
        far.try_write(b"pong").unwrap();
        assert_eq!(&exchange(&mut near).await.unwrap(), b"ongp");
        assert_eq!(far_state(&mut far), (7, 3, false));
    });
}

#[test]
fn embedded_errors_and_ends_persist() {
    block_on(async {
        let (near, _far) = streams();
        let mut near = Faulty::new(near).eof_after_bytes(3).fail_at(7, RESET);
        let mut buf = [0; 8];
        assert_eq!(near.read(&mut buf).await.unwrap(), 3);
        assert_eq!(near.read(&mut buf).await.unwrap(), 0);
        assert_eq!(near.fill_buf().await.unwrap(), b"");
        near.consume(0);
        assert_eq!(near.write(b"x").await.unwrap(), 1);
        near.flush().await.unwrap();
        assert_eq!(near.read(&mut buf).await.unwrap(), 0);
        assert_eq!(near.read(&mut buf).await.unwrap_err().kind(), RESET);
        assert_eq!(near.fill_buf().await.unwrap_err().kind(), RESET);
        assert_eq!(near.write(b"x").await.unwrap_err().kind(), RESET);
        assert_eq!(near.flush().await.unwrap_err().kind(), RESET);
        assert!(near.fired());
    });
}

#[test]
fn embedded_fill_buf_lends_what_the_limits_allow() {
    block_on(async {
        let (near, mut far) = streams();
        let mut near = Faulty::new(near)
            .max_read(4)
            .fail_after_bytes_read(6, RESET);
        assert_eq!(near.fill_buf().await.unwrap(), b"0123");
        near.consume(3);
        assert_eq!(near.fill_buf().await.unwrap(), b"345");
        near.consume(3);
        assert_eq!(near.fill_buf().await.unwrap_err().kind(), RESET);
        assert_eq!(far_state(&mut far), (0, 4, false));
    });
}

#[test]
fn embedded_truncate_write_passes_a_prefix_of_the_failing_write() {
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).fail_at(1, RESET).truncate_write(2);
    let error = block_on(near.write(b"hello")).unwrap_err();
    assert_eq!(error.kind(), RESET);
    assert_eq!(error.to_string(), "injected fault at operation 1");
    assert_eq!(far_state(&mut far), (2, 0, false));
    assert!(block_on(near.write(b"hello")).is_err());
    assert_eq!(far_state(&mut far), (2, 0, false));
}

#[test]
fn embedded_read_that_waits_for_the_peer_stalls_at_a_gate_that_was_closed_meanwhile() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).read_gate(&gate);
    let mut buf = [0; 8];
    {
        let mut read = pin!(near.read(&mut buf));
        assert!(poll(&task, read.as_mut()).is_pending());
        gate.close();
        far.try_write(b"hello").unwrap();
        assert_eq!(task.wakes(), 1);
        assert!(poll(&task, read.as_mut()).is_pending());
        gate.open();
        assert_eq!(task.wakes(), 2);
        assert!(matches!(poll(&task, read.as_mut()), Poll::Ready(Ok(5))));
    }
    assert_eq!(&buf[..5], b"hello");
}

#[test]
fn embedded_writes_and_flushes_stall_at_a_closed_gate() {
    let gate = Gate::new();
    let (near, mut far) = duplex(64);
    let mut near = Faulty::new(near).write_gate(&gate);
    gate.close();
    assert!(near.write(b"hello").now_or_never().is_none());
    assert!(near.flush().now_or_never().is_none());
    assert_eq!(far_state(&mut far), (0, 0, false));
    gate.open();
    assert_eq!(near.write(b"hello").now_or_never().unwrap().unwrap(), 5);
}

#[test]
fn embedded_latency_delays_bytes_and_the_end_of_the_stream() {
    let timers = ManualTimers::new();
    let (reader, mut writer) = pipe(64);
    let mut reader = Faulty::new(reader).latency(timers.starter());
    let mut buf = [0; 3];
    assert_eq!(reader.read(&mut []).now_or_never().unwrap().unwrap(), 0);
    writer.try_write(b"hello").unwrap();
    drop(writer);
    // The futures are dropped, and lose nothing.
    assert!(reader.read(&mut buf).now_or_never().is_none());
    assert!(reader.fill_buf().now_or_never().is_none());
    assert_eq!(timers.started(), 1);
    timers.end(1);
    assert_eq!(reader.read(&mut buf).now_or_never().unwrap().unwrap(), 3);
    assert_eq!(&buf, b"hel");
    let lent = reader.fill_buf().now_or_never().unwrap().unwrap();
    assert_eq!(lent, b"lo");
    reader.consume(2);
    assert!(reader.read(&mut buf).now_or_never().is_none());
    timers.end(2);
    for _ in 0..2 {
        assert_eq!(reader.read(&mut buf).now_or_never().unwrap().unwrap(), 0);
    }
    assert_eq!(timers.started(), 2);
}

#[test]
fn embedded_rate_makes_writes_wait_for_the_timer() {
    let timers = ManualTimers::new();
    let (reader, writer) = pipe(64);
    let mut writer = Faulty::new(writer).write_rate(3, timers.starter());
    assert_eq!(writer.write(b"hello").now_or_never().unwrap().unwrap(), 3);
    assert!(writer.write(b"lo").now_or_never().is_none());
    timers.end(1);
    assert_eq!(writer.write(b"lo").now_or_never().unwrap().unwrap(), 2);
    assert_eq!(reader.len(), 5);
}

#[test]
fn embedded_exchange_with_a_forgotten_flush_waits_for_ever() {
    let (near, mut far) = duplex(2);
    let mut near = Faulty::new(near).hold_until_flush();
    assert_eq!(near.write(b"ping").now_or_never().unwrap().unwrap(), 4);
    assert_eq!(far_state(&mut far), (0, 0, false));
    // A flush that is given up half-way goes on with the next.
    assert!(near.flush().now_or_never().is_none());
    let mut buf = [0; 2];
    assert_eq!(far.try_read(&mut buf).unwrap(), 2);
    assert_eq!(&buf, b"pi");
    near.flush().now_or_never().unwrap().unwrap();
    assert_eq!(far.try_read(&mut buf).unwrap(), 2);
    assert_eq!(&buf, b"ng");
}

#[test]
fn embedded_every_fault_is_reported_at_any_operation() {
    let runs = every_fault(|plan| {
        let (near, mut far) = duplex(64);
        far.try_write(b"pong").unwrap();
        let mut near = Faulty::new(near).max_write(2).fail_at(plan, RESET);
        let answer = exchange(&mut near).now_or_never().unwrap();
        assert_eq!(answer.is_err(), plan.fired());
    });
    // Two writes, a flush and a read.
    assert_eq!(runs, 5);
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
    block_on(async {
        let mut uart = Faulty::new(Uart).fail_at(2, RESET);
        assert_eq!(uart.read(&mut [0]).await, Err(UartError::Parity));
        assert_eq!(uart.read(&mut [0]).await, Err(UartError::Other(RESET)));
        let mut uart = Faulty::new(Uart).latency(|| core::future::ready(()));
        assert_eq!(uart.read(&mut [0]).await, Err(UartError::Parity));
    });
}

#[test]
fn embedded_driver_runs_over_a_faulty_stream_of_this_crate() {
    let (near, mut far): (DuplexStream, DuplexStream) = duplex(64);
    far.try_write(b"pong").unwrap();
    let mut near = Faulty::new(near).max_read(3);
    assert_eq!(&block_on(exchange(&mut near)).unwrap(), b"pong");
}
