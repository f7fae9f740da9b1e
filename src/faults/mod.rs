//! Fault injection for tests: short reads and writes, delays, errors and early ends, reproducibly.
//!
//! A network splits data into pieces, delays it, and breaks off at any byte. An in-memory stream
//! rarely does, nor does a local socket, so code that cannot handle this passes its tests.
//! [`Faulty`] wraps a stream, of this crate or another, and makes its calls short, late or
//! unsuccessful. [`every_fault`] runs a test repeatedly and moves the fault one place further in
//! each run, until the test completes without it.
//!
//! # Example
//!
//! A message is a length of two bytes, followed by that many bytes. This function reads one. It
//! works with nearly every stream, nearly always:
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
//! let mut stream = Cursor::new(b"\0\x05hello");
//! assert_eq!(receive(&mut stream).await?, b"hello");
//!
//! let mut faulty = Faulty::new(Cursor::new(b"\0\x05hello")).max_read(1);
//! assert_ne!(receive(&mut faulty).await?, b"hello");
//! # std::io::Result::Ok(()) }).unwrap();
//! ```
//!
//! # Operations
//!
//! An *operation* is a call of one of these methods that does not return `Pending`:
//!
//! * a *read*: `poll_read`, `poll_read_vectored` or `poll_fill_buf`,
//! * a *write*: `poll_write` or `poll_write_vectored`,
//! * a *flush*: `poll_flush`,
//! * a *close*: `poll_close`, which tokio calls `poll_shutdown`.
//!
//! A call that fails is an operation too, and so is a call with an empty buffer or one that moves
//! no byte. `consume` is not an operation. Operations are numbered from 1.
//!
//! Bytes count as read when `poll_read` returns them or `consume` consumes them. They count as
//! written when the inner stream has accepted them.
//!
//! # Faults
//!
//! A fault is an error or an end of the stream. It *fires* in the operation that it is set for,
//! before the inner stream is called. It fires even if the inner stream would return `Pending`.
//! After that:
//!
//! * If the fault is an error, every operation fails with the same kind of error: reads, writes,
//!   flushes and closes. None of them reaches the inner stream. Dropping the `Faulty` drops the
//!   inner stream, which closes it.
//! * If the fault is an end of the stream, every read returns `Ok(0)`, and `poll_fill_buf` returns
//!   no bytes. Writes, flushes and closes continue, as after a half-close by the peer.
//!
//! A stream can have several faults, each with its own count. An error overrides an end.
//!
//! Code that ignores a fault must not make the test hang: the 10 000th operation that fails because
//! of a fault, or finds its end of the stream, panics.
//!
//! # Reproducibility
//!
//! What a [`Faulty`] does depends on its settings and on the calls, and not on the time, on
//! addresses or on a random number. The test is reproducible if the executor and the inner streams
//! are. Another version of this crate may delay other calls with the same seed.

mod control;
mod counter;
mod every_fault;
mod fault;
mod faulty;
mod futures;
mod pending;
mod plan;
#[cfg(feature = "tokio")]
mod tokio;
mod vectored;

pub use every_fault::{
    every_fault, every_fault_async, every_fault_async_up_to, every_fault_up_to,
};
pub use faulty::Faulty;
pub use plan::{FaultPlan, FaultPoint};
