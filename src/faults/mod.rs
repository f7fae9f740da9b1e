//! Unkind streams, for tests: they do all that a stream may do, and do it again the next time.
//!
//! A network splits what was sent into pieces, keeps a task waiting and breaks off wherever it
//! likes. An in-memory stream rarely does, nor does a local socket, and code that relies on their
//! kindness passes its tests. [`Faulty`] wraps a stream, this crate's or another's, and makes it
//! short of bytes, hesitant or broken, as told. [`every_fault`] runs a test again and again, with
//! the fault one place later each time, until it has been everywhere.
//!
//! # Example
//!
//! A message is a length of two bytes, then as many bytes. This reads one in a way that works with
//! nearly every stream, nearly always:
//!
//! ```
//! use async_duplex::faults::Faulty;
//! use futures::io::Cursor;
//! use futures::{AsyncRead, AsyncReadExt};
//!
//! async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
//!     let mut length = [0; 2];
//!     stream.read(&mut length).await?; // The bug: it should be `read_exact`.
//!     let mut message = vec![0; u16::from_be_bytes(length).into()];
//!     stream.read_exact(&mut message).await?;
//!     Ok(message)
//! }
//!
//! # futures::executor::block_on(async {
//! let mut kind = Cursor::new(b"\0\x05hello");
//! assert_eq!(receive(&mut kind).await?, b"hello");
//!
//! let mut unkind = Faulty::new(Cursor::new(b"\0\x05hello")).max_read(1);
//! assert_ne!(receive(&mut unkind).await?, b"hello");
//! # std::io::Result::Ok(()) }).unwrap();
//! ```
//!
//! # Operations
//!
//! An *operation* is a call of one of the following that does not return `Pending`:
//!
//! * a *read*: `poll_read`, `poll_read_vectored` or `poll_fill_buf`,
//! * a *write*: `poll_write` or `poll_write_vectored`,
//! * a *flush*: `poll_flush`,
//! * a *close*: `poll_close`, which tokio calls `poll_shutdown`.
//!
//! One that fails is an operation like any other; so is one with an empty buffer, or one that moves
//! no byte. `consume` is none. Operations are numbered from 1.
//!
//! Bytes count as read when `poll_read` has returned them or when they are consumed, and as written
//! when the inner stream has taken them.
//!
//! # Faults
//!
//! A fault *fires* in the operation that it was waiting for, before the inner stream hears of that.
//! It does not care whether the inner stream would have had to wait. From then on:
//!
//! * after an error, every operation fails with the same kind of error: reads, writes, flushes and
//!   closes. None reaches the inner stream, which is closed when it is dropped.
//! * after an end of the stream, every read returns `Ok(0)`, and no bytes for `poll_fill_buf`. The
//!   rest goes on: a half-close by the peer.
//!
//! A stream can have several faults, each with its own count. An error overrides an end.
//!
//! Code that goes on all the same must not hang the test: the operation that is the 10 000th to
//! meet a fault which has fired panics.
//!
//! # Repeatable
//!
//! What a [`Faulty`] does depends on its settings and on the calls, not on time, addresses or
//! a random number. If the executor and the inner streams are repeatable too, so is the test. Which
//! calls a seed holds up may change from one version of this crate to another.

use alloc::vec::Vec;
use core::cmp::min;
use core::ops::Deref;
use std::io::IoSlice;

mod control;
mod faulty;
mod futures;
mod plan;
#[cfg(feature = "tokio")]
mod tokio;

pub use faulty::Faulty;
pub use plan::{every_fault, every_fault_up_to, Plan, When};

/// How many bytes there are in several buffers.
fn total(bufs: &[impl Deref<Target = [u8]>]) -> usize {
    bufs.iter()
        .fold(0, |n: usize, buf| n.saturating_add(buf.len()))
}

/// The first `n` bytes of several buffers.
fn first_bytes<'a>(bufs: &'a [IoSlice<'_>], n: usize) -> Vec<IoSlice<'a>> {
    let mut rest = n;
    bufs.iter()
        .map(|buf| {
            let share = min(rest, buf.len());
            rest -= share;
            IoSlice::new(&buf[..share])
        })
        .collect()
}
