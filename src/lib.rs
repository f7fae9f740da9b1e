//! In-memory byte streams for any async runtime.
//!
//! [`pipe`] makes a one-way stream, a [`Reader`] and a [`Writer`]. [`duplex`] makes a pair of
//! [`DuplexStream`]s, each of which reads what the other writes: both ends of a connection, without
//! a network. They connect two tasks, two threads or two runtimes, stand in for sockets in tests,
//! and carry a protocol from one part of a program to another.
//!
//! ```
//! use futures::{io::BufReader, AsyncBufReadExt, AsyncWriteExt};
//!
//! # futures::executor::block_on(async {
//! let (client, mut server) = async_duplex::duplex(4096);
//!
//! let serve = async {
//!     let mut name = String::new();
//!     server.read_line(&mut name).await?;
//!     server.write_all(format!("hello, {name}").as_bytes()).await
//! };
//! let ask = async {
//!     let (mut reader, mut writer) = client.into_split();
//!     writer.write_all(b"world\n").await?;
//!     let mut greeting = String::new();
//!     reader.read_line(&mut greeting).await?;
//!     std::io::Result::Ok(greeting)
//! };
//! let (_, greeting) = futures::try_join!(serve, ask)?;
//! assert_eq!(greeting, "hello, world\n");
//! # std::io::Result::Ok(()) }).unwrap();
//! ```
//!
//! # What it promises
//!
//! * **Any executor.** The streams implement `futures-io`'s `AsyncRead`, `AsyncBufRead` and
//!   `AsyncWrite` and know no runtime. The two ends may live under different ones.
//! * **Bounded, exactly.** A pipe holds `capacity` bytes, no more and no fewer. A writer that is
//!   ahead by that much waits.
//! * **No lock.** A direction is a ring of bytes with one producer and one consumer. An operation
//!   is a copy and one atomic read-modify-write; a waker is touched only if the peer waits.
//! * **No surprise.** A call waits only if it cannot move a byte, wakes a task only if something
//!   has changed for it, and never yields at random. No lock is held and nothing is borrowed while
//!   a waker runs.
//! * **Nothing lost.** Every byte written before the writer goes is read before the end of the
//!   stream; a future that is dropped takes nothing with it.
//!
//! # Edge cases
//!
//! | what | happens |
//! | --- | --- |
//! | read, nothing there | waits; [`Reader::try_read`] is `WouldBlock` |
//! | read, the writer is closed or dropped | every byte written before, then `Ok(0)` for ever |
//! | read into an empty buffer | `Ok(0)` at once |
//! | read after the reader's own close | what was unread at that moment, then `Ok(0)` |
//! | write, full | waits; [`Writer::try_write`] is `WouldBlock` |
//! | write, the reader is closed or dropped | `BrokenPipe`, at once and however much room there is |
//! | write after the writer's own close | `BrokenPipe` |
//! | write of an empty buffer | `BrokenPipe` if closed, otherwise `Ok(0)` at once |
//! | write, the allocator refuses the memory | `OutOfMemory`, which names the capacity; nothing is lost |
//! | flush | `Ok(())`, always: there is nothing between the writer and the reader |
//! | close, again | `Ok(())` |
//! | `poll_close` of a [`DuplexStream`] | closes the direction it writes to; reading goes on |
//! | the other half [aborts](Writer::abort) with a kind | calls fail with that kind, for ever; unread bytes are discarded |
//! | abort with `Interrupted` or `WouldBlock` | a panic that names the kind: those mean "try again" |
//! | both halves end | the first ending stands: a clean end never becomes an abort, nor an abort a clean end |
//! | [`readable`](Reader::readable) of more than is left at the end | what is left, 0 if nothing |
//! | waiting for more than the capacity | `InvalidInput`, at once |
//! | consuming or committing more than there is | a panic that names both numbers; nothing is moved |
//! | capacity 0, or above `isize::MAX / 2` | a panic that names the value; [`Options::try_pipe`] is `InvalidInput` |
//!
//! # Beyond reading and writing
//!
//! * **Without a copy of yours.** [`Reader::as_slices`] and [`consume`](Reader::consume) lend what
//!   is unread, [`Writer::spare_slices`] and [`commit`](Writer::commit) lend the free space.
//! * **Readiness.** [`Reader::readable`] and [`Writer::writable`] wait for a number of bytes and
//!   move none. [`closed`](Writer::closed) waits for the other half to be closed or dropped.
//! * **Threads.** `blocking` turns a half or a stream into one whose calls block, for `std::io` and
//!   without a runtime; the other end may be asynchronous or blocking.
//! * **From pipe to pipe.** `futures::io::copy_buf` lends the reader's memory to the writer: there
//!   is no buffer between, and nothing to be gained by one of our own.
//! * **Aborting.** [`abort`](Writer::abort) makes the calls of the other end fail with an error
//!   kind.
//! * **Settings.** [`Options`] has yields, how long a call may spin, and constructors that return
//!   an error.
//! * **Tests.** `faults` makes any stream unkind, in a repeatable way.
//!
//! # What it costs
//!
//! * **A call**: a copy and one atomic read-modify-write on a word of its own side. A call that has
//!   to wait takes one more.
//! * **Memory**: about 700 bytes for a direction, and `capacity` bytes more from the first write
//!   on. Only those pages are used that the unread bytes need at a time.
//! * **Processor time**: a call that would have to wait may spin first, for 50 microseconds in
//!   total between two calls that wait. It does so only if its thread was asleep when it was last
//!   woken, so tasks beside it lose nothing. [`Options::spin_limit`] sets the limit or turns it
//!   off.
//!
//! # Memory ordering
//!
//! Reading a byte *happens after* writing it, with everything that the writing thread did before.
//! Likewise, learning that the other half is closed or dropped, by the end of the stream, by
//! `BrokenPipe`, by `is_closed` or by `closed`, *happens after* everything that its thread did
//! before it closed or dropped it.
//!
//! # Features
//!
//! * `std` (on by default): the traits of `futures-io`, blocking streams, `faults`, and
//!   [`io::Error`] is `std::io::Error`. Without it the crate is `no_std` and needs `alloc`; the
//!   `try_*`, `poll_*` and slice methods remain.
//! * `tokio`: tokio's `AsyncRead`, `AsyncBufRead` and `AsyncWrite` on the same types, vectored,
//!   without zeroing the buffer, and under tokio's cooperative budget.
//! * `embedded-io`: the traits of `embedded-io-async`, with or without `std`.
//! * `listener`: a listener and a connector in memory, for servers that accept streams.
//! * `portable-atomic`: for targets without compare-and-swap.
//!
//! The library needs Rust 1.63; with `tokio` or `embedded-io`, what those need.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod duplex;
mod error;
#[cfg(feature = "std")]
pub mod faults;
mod futures;
pub mod io;
#[cfg(feature = "listener")]
pub mod listener;
mod options;
mod pipe;
mod reader;
#[allow(unsafe_code)]
mod ring;
mod sync;
mod writer;

#[cfg(all(test, loom))]
mod models;

pub use duplex::{duplex, pipe, DuplexStream};
pub use futures::{Closed, Readable, Writable};
pub use options::Options;
pub use reader::Reader;
pub use writer::Writer;

#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../MIGRATING.md")]
struct Migrating;

#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;
