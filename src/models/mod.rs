//! The crate's claims about threads, checked in every interleaving that loom can tell apart.
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test --release --lib --target-dir target/loom
//! ```
//!
//! Each model is the smallest program in which the claim could fail: capacities of 1 and 2, two
//! threads, two or three operations each. Nothing in the protocol depends on how many bytes there
//! are, only on whether there are any. Three preemptions are enough to tell every mutant below
//! apart from the crate; `LOOM_MAX_PREEMPTIONS` in the environment asks for more.
//!
//! What loom sees: every atomic operation, with the stale values that its ordering permits; every
//! access to the bytes, by the log in `ring/storage.rs`, and to the notes beside a position. What it
//! does not: it treats `SeqCst` accesses as `AcqRel` (there are none here), and it never lets a load
//! see a store that comes later in program order.
//!
//! `.ci/weaken` weakens each ordering of the crate, and swaps each pair of steps whose order the
//! arguments in `ring/mod.rs` and `pipe.rs` rest on; for each, a model here fails.

mod duplex;
mod pipe;
mod ring;
mod wanted;

use core::future::{poll_fn, Future};
use core::task::{Context, Poll, Waker};

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use crate::io::Result;
use crate::{Reader, Writer};

/// Runs `near` and `far` on two threads, in every interleaving, with what `make` gives each.
///
/// What they return lives until both are done: a half that must not be seen to go.
fn model<A, B, C, D>(
    make: impl Fn() -> (A, B) + Send + Sync + 'static,
    near: impl Fn(A) -> C + Send + Sync + 'static,
    far: fn(B) -> D,
) where
    A: 'static,
    B: Send + 'static,
    D: 'static,
{
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(3);
    builder.check(move || {
        let (a, b) = make();
        let far = thread::spawn(move || far(b));
        let kept = (near(a), far.join().unwrap());
        drop(kept);
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    loom::future::block_on(future)
}

/// Fills a pipe, so that its writer has to wait. The writer comes first: it is the one to watch.
fn full((reader, mut writer): (Reader, Writer)) -> (Writer, Reader) {
    let capacity = writer.capacity();
    assert_eq!(writer.try_write(&b"ab"[..capacity]).unwrap(), capacity);
    (writer, reader)
}

/// Reads once, waiting if need be.
fn read(reader: &mut Reader, buf: &mut [u8]) -> Result<usize> {
    block_on(poll_fn(|cx| reader.poll_read(cx, buf)))
}

/// Writes once, waiting if need be.
fn write(writer: &mut Writer, bytes: &[u8]) -> Result<usize> {
    block_on(poll_fn(|cx| writer.poll_write(cx, bytes)))
}

/// Polls once, for nothing: as a task does that is then cancelled.
fn poll_in_vain<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}

/// A user's own memory, ordered by nothing but what the pipe gives: a load that the store does not
/// *happen before* may miss it, and loom tries both.
#[derive(Clone)]
struct Plain(Arc<AtomicUsize>);

impl Plain {
    fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(0)))
    }

    fn write(&self) {
        self.0.store(1, Ordering::Relaxed);
    }

    fn read(&self) {
        assert_eq!(self.0.load(Ordering::Relaxed), 1, "not handed over");
    }
}
