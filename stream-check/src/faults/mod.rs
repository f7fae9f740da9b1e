//! Fault injection for tests: short reads and writes, delays, errors and early ends, reproducibly.
//!
//! A network splits data into pieces, delays it, stalls, and breaks off at any byte. An in-memory
//! stream rarely does, nor does a local socket, so code that cannot handle this passes its tests.
//! [`Faulty`] wraps a stream of any crate, and makes its calls short, late or unsuccessful.
//! [`every_fault`], or [`every_fault_async`] in an asynchronous test, runs a test repeatedly and
//! moves the fault one place further in each run, until the test completes without it.
//!
//! # Example
//!
//! A message is a length of two bytes, followed by that many bytes. This function reads one. It
//! works with nearly every stream, nearly always:
//!
//! ```
//! use futures::io::Cursor;
//! use futures::{AsyncRead, AsyncReadExt};
//! use stream_check::faults::Faulty;
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
//! # Stalls and delays
//!
//! Besides the `Pending`s that [`pending`](Faulty::pending) injects, a call waits
//!
//! * while a [`Gate`] is closed, until the test opens it,
//! * for a timer of the user: for the [`latency`](Faulty::latency) of what arrives, and for the
//!   [rate](Faulty::read_rate) of what is read or written.
//!
//! [`hold_until_flush`](Faulty::hold_until_flush) keeps written bytes from the peer until they are
//! flushed.
//!
//! A call passes the gate first, then the rate, then the injected `Pending`s, then the faults, and
//! then reaches the inner stream or the bytes that are in flight or held back. A gate wakes the
//! waker of the latest call in a direction when it is opened, and a timer wakes it when it ends.
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
//! With `embedded-io-async`, an operation is a future of `read`, `fill_buf`, `write` or `flush`
//! that completes. Its limits are set, and a fault fires in it, before it first calls the inner
//! stream.
//!
//! A call that fails is an operation too, and so is a call with an empty buffer or one that moves
//! no byte. `consume` is not an operation. Operations are numbered from 1.
//!
//! Bytes count as read when `poll_read` returns them or `consume` consumes them. They count as
//! written when the inner stream has accepted them, or when they are held back until a flush.
//!
//! # Faults
//!
//! A fault is an error or an end of the stream. It *fires* in the operation that it is set for,
//! before the inner stream is called. It fires even if the inner stream would return `Pending`, but
//! not while a gate or a rate makes the call wait. After that:
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
//! What a [`Faulty`] does depends on its settings, its gates and timers, and the calls, and not on
//! the time, on addresses or on a random number. The test is reproducible if the executor, the
//! timers and the inner streams are. Another version of this crate may delay other calls with the
//! same seed.

mod control;
mod counter;
mod delays;
mod direction;
#[cfg(feature = "embedded-io")]
mod embedded;
mod every_fault;
mod failures;
mod fault;
mod faulty;
mod futures;
mod gate;
mod held;
mod latency;
mod pending;
mod plan;
mod poll;
mod timer;
#[cfg(feature = "tokio")]
mod tokio;
mod vectored;

pub use every_fault::{every_fault, every_fault_async, every_fault_async_up_to, every_fault_up_to};
pub use faulty::Faulty;
pub use gate::Gate;
pub use plan::{FaultPlan, FaultPoint};
