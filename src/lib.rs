//! In-memory byte streams for any async runtime.
//!
//! [`duplex`] makes both ends of a connection, without a network: each of the two [`DuplexStream`]s
//! reads what the other writes. [`pipe`] makes one direction, a [`Reader`] and a [`Writer`].
//!
//! ```text
//!    DuplexStream                                      DuplexStream
//!   +------------+      +----------------------+      +------------+
//!   |     Writer | ---> |  . . h e l l o . . . | ---> | Reader     |
//!   |            |      +----------------------+      |            |
//!   |            |         a ring of capacity bytes   |            |
//!   |            |      +----------------------+      |            |
//!   |     Reader | <--- |  l d . . . . . w o r | <--- | Writer     |
//!   +------------+      +----------------------+      +------------+
//! ```
//!
//! Use them to test network code in memory, to run a protocol between two parts of a program, to
//! join two runtimes, or wherever two tasks or threads need a bounded stream of bytes.
//!
//! ```toml
//! [dependencies]
//! async-duplex = "0.1"
//! futures = "0.3" # For `read_line`, `write_all` and the like, and for `block_on`.
//! ```
//!
//! ```
//! use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
//!
//! fn main() -> std::io::Result<()> {
//!     let (mut client, mut server) = async_duplex::duplex(4096);
//!
//!     let serve = async {
//!         let mut name = String::new();
//!         server.read_line(&mut name).await?;
//!         server.write_all(format!("hello, {name}").as_bytes()).await?;
//!         server.close().await
//!     };
//!     let ask = async {
//!         client.write_all(b"world\n").await?;
//!         let mut greeting = String::new();
//!         client.read_to_string(&mut greeting).await?;
//!         Ok(greeting)
//!     };
//!     let both = async { futures::try_join!(serve, ask) };
//!     let ((), greeting) = futures::executor::block_on(both)?;
//!     assert_eq!(greeting, "hello, world\n");
//!     Ok(())
//! }
//! ```
//!
//! # With each runtime
//!
//! The streams belong to no runtime, and the two ends may live under different ones. They implement
//! the traits of `futures-io`, which smol and async-std use too, and with the feature `tokio` those
//! of tokio. A module imports the extension traits of one family.
//!
//! **tokio**, with `async-duplex = { version = "0.1", features = ["tokio"] }`:
//!
//! ```
//! # #[cfg(feature = "tokio")] mod example {
//! use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
//!
//! # pub
//! fn main() -> std::io::Result<()> {
//!     tokio::runtime::Runtime::new()?.block_on(async {
//!         let (mut near, mut far) = async_duplex::duplex(4096);
//!         let sending = tokio::spawn(async move { near.write_all(b"hello\n").await });
//!         let mut line = String::new();
//!         far.read_line(&mut line).await?;
//!         assert_eq!(line, "hello\n");
//!         sending.await?
//!     })
//! }
//! # }
//! # #[cfg(not(feature = "tokio"))] mod example { pub fn main() -> std::io::Result<()> { Ok(()) } }
//! # fn main() -> std::io::Result<()> { example::main() }
//! ```
//!
//! **smol**, or async-std, whose traits are in `async_std::io::prelude`:
//!
//! ```
//! use smol::io::{AsyncBufReadExt, AsyncWriteExt};
//!
//! fn main() -> std::io::Result<()> {
//!     smol::block_on(async {
//!         let (mut near, mut far) = async_duplex::duplex(4096);
//!         let sending = smol::spawn(async move { near.write_all(b"hello\n").await });
//!         let mut line = String::new();
//!         far.read_line(&mut line).await?;
//!         assert_eq!(line, "hello\n");
//!         sending.await
//!     })
//! }
//! ```
//!
//! **Threads**, without a runtime. Only one of the two ends needs to be blocking:
//!
//! ```
//! use std::io::{BufRead, Write};
//!
//! fn main() -> std::io::Result<()> {
//!     let (near, far) = async_duplex::duplex(4096);
//!     let sending = std::thread::spawn(move || near.blocking().write_all(b"hello\n"));
//!     let mut line = String::new();
//!     far.blocking().read_line(&mut line)?;
//!     assert_eq!(line, "hello\n");
//!     sending.join().unwrap()
//! }
//! ```
//!
//! Each `async move` block owns its end of the stream, and drops it at its end. The other end then
//! reads the end of the stream.
//!
//! If the compiler says that `AsyncRead` or `AsyncWrite` is not satisfied for `DuplexStream`, the
//! feature `tokio` is not enabled, or the imported traits are those of the other family.
//!
//! # Where to go on
//!
//! * [Choosing a capacity](guide::capacity), [testing](guide::testing),
//!   [recipes](guide::recipes), [how it works](guide::how_it_works) and
//!   [migrating from tokio, piper and sockets](guide::migrating) are pages of the [guide], which
//!   also lists the programs in the repository's examples.
//! * The [contract] has each promise as a rule: among them, the capacity is exact, no byte is lost,
//!   no call waits or wakes without need, and a waker may call back into the pipe.
//!
//! # Beyond reading and writing
//!
//! * **Without a buffer of the caller.** [`Reader::as_slices`] and [`Writer::spare_slices`] lend
//!   the pipe's own memory.
//! * **Readiness.** [`Reader::readable`] and [`Writer::writable`] wait for a number of bytes and
//!   move none. [`closed`](Writer::closed) waits until the other half is closed or dropped.
//! * **Threads.** `blocking` makes a half or a stream implement `std::io`'s traits. The other end
//!   may be asynchronous or blocking.
//! * **Errors.** [`finish_with`](Writer::finish_with) ends a stream with an error after its last
//!   byte, and [`abort`](Writer::abort) at once. An [`AbortHandle`] aborts from outside, while
//!   other owners have the two ends.
//! * **Settings.** [`Options`] has yields, how long a call may spin, what a half that is dropped
//!   tells its peer, and constructors that return an error.
//! * **Names.** `read`, `write_all`, `close().await`, `split` and the like mean what they mean on
//!   any other stream, whichever family of traits is imported.
//! * **Tests.** The crate [stream-check](https://docs.rs/stream-check) makes the calls of any
//!   stream short, late, stalled or unsuccessful, and checks streams that you write.
//!
//! # Edge cases
//!
//! | what | happens |
//! | --- | --- |
//! | read, no byte unread | waits; [`Reader::try_read`] is `WouldBlock` |
//! | read, the writer has finished or was dropped | every byte written before, then `Ok(0)` for ever |
//! | read into an empty buffer | `Ok(0)` at once |
//! | read after the reader's own close | the bytes that were unread at that moment, then `Ok(0)` |
//! | write, full | waits; [`Writer::try_write`] is `WouldBlock` |
//! | write, the reader is closed or dropped | `BrokenPipe`, at once, even if space is free |
//! | write after the writer's own end | `BrokenPipe` |
//! | write of an empty buffer | `BrokenPipe` if closed, otherwise `Ok(0)` at once |
//! | write, the allocator refuses the memory | `OutOfMemory`; nothing is lost |
//! | flush | `Ok(())`, always: a write is visible to the reader when it returns |
//! | close, again | `Ok(())` |
//! | `poll_close` of a [`DuplexStream`] | finishes the direction it writes to; reading goes on |
//! | the writer [finishes with](Writer::finish_with) an error | every byte written before, then that error for ever |
//! | a half is dropped that was not ended | as a clean end; with [`Options::error_on_drop`], an error of that kind |
//! | the other half [aborts](Writer::abort) | calls fail with its error, for ever, with the same message and source, so a loop that [skips errors](guide::recipes#lines) never ends; unread bytes are discarded |
//! | an [`AbortHandle`] aborts | the same for both halves, unless one of them has ended the stream before |
//! | abort with `Interrupted` or `WouldBlock` | the peer gets `Other` or `TimedOut`, because callers take these for "try again" |
//! | both halves end | the first ending stands: a clean end never becomes an abort, nor an abort a clean end |
//! | [`readable`](Reader::readable) of more bytes than are left at the end | the number of bytes left, which may be 0 |
//! | waiting for more bytes than the capacity | `InvalidInput`, at once |
//! | consuming more bytes than are unread, committing more than are free | a panic that names both numbers; no byte is moved |
//! | capacity 0, or above `isize::MAX / 2` | a panic that names the value; [`Options::try_pipe`] is `InvalidInput` |
//!
//! # What it costs
//!
//! * **A read or a write**: a copy and one atomic read-modify-write, without a lock. A call that
//!   has to wait leaves its waker in an `AtomicWaker`.
//! * **Memory**: at most 400 bytes for a direction before its first write, whatever its capacity,
//!   then about 1 KiB, and more [as unread bytes need it](guide::capacity#what-a-capacity-costs).
//! * **Processor time**: no call spins, unless [`Options::spin_limit`] tells it to. A blocking half
//!   owns its thread, and spins for 50 microseconds by default.
//!
//! # Memory ordering
//!
//! Reading a byte *happens after* everything that the writing thread did before it wrote that byte.
//! A half learns that the other half is closed, aborted or dropped from the end of the stream, an
//! error, `is_closed` or `closed`. This *happens after* everything that the other half's thread did
//! before it closed, aborted or dropped its half.
//!
//! # Features
//!
//! * `std` (on by default): the traits of `futures-io`, blocking streams, and [`io::Error`] is
//!   `std::io::Error`. Without it the crate is `no_std` and needs `alloc`; the `try_*`, `poll_*`
//!   and slice methods remain.
//! * `tokio`: tokio's `AsyncRead`, `AsyncBufRead` and `AsyncWrite` on the same types, vectored,
//!   without zeroing the buffer. They draw on tokio's cooperative budget as tokio's own duplex
//!   does.
//! * `embedded-io`: the traits of `embedded-io-async`, with or without `std`.
//! * `listener`: a listener and a connector in memory, for servers that accept streams.
//! * `portable-atomic`: for targets without compare-and-swap.
//!
//! The library needs Rust 1.63, with `tokio` or `embedded-io` what those need, and without `std`
//! 1.81.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The library would not compile without it, and its errors would not say why.
#[cfg(not(any(target_has_atomic = "ptr", feature = "portable-atomic")))]
compile_error!(
    "this target has no compare-and-swap: enable async-duplex's feature `portable-atomic`"
);

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;
// The name of the crate in what `interleavings` shares with the tests.
#[cfg(all(test, shuttle))]
extern crate self as async_duplex;

// The modules of the public types come first, and `options` before `listener`, so that the
// documentation of a type shows its constructors before the methods that other modules add.
mod duplex;
mod options;
mod reader;
mod writer;

mod endings;
mod status;

mod abort_handle;
#[doc = include_str!("contract.md")]
pub mod contract {}
mod error;
mod futures;
pub mod guide;
pub mod io;
#[cfg(feature = "listener")]
pub mod listener;
mod pipe;
#[allow(unsafe_code)]
mod ring;
mod sync;

#[cfg(all(test, shuttle))]
mod interleavings;
#[cfg(all(test, loom))]
mod models;

pub use abort_handle::AbortHandle;
pub use duplex::DuplexStream;
pub use futures::{Closed, Readable, Writable};
pub use options::{duplex, pipe, Options};
pub use reader::Reader;
pub use writer::Writer;

#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;
