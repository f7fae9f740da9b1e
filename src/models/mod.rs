//! The crate's claims about threads, checked in every interleaving that loom can tell apart.
//!
//! ```text
//! RUSTFLAGS="--cfg loom -C debug-assertions" \
//!     cargo test -p async-duplex --release --lib --target-dir target/loom
//! ```
//!
//! Each model is the smallest program in which its claim could fail: capacities of 1 to 3, two
//! threads, two or three operations each. The protocol does not depend on the number of bytes, only
//! on whether there are enough. A `model` is exhaustive: loom explores every interleaving. Where
//! that would take minutes, the model is `bounded`, with the number of preemptions beside it.
//! `LOOM_MAX_PREEMPTIONS` in the environment bounds all of them.
//!
//! Loom checks every atomic operation, with the old values that its ordering permits, and every
//! access to the bytes. `AtomicWaker` is loom's own, which orders as the real one promises. Loom
//! never lets a load see a store that comes later in program order, and treats `SeqCst`, which this
//! crate does not use, as `AcqRel`.
//!
//! `.ci/weaken` reads the ledger in `pipe/mod.rs`. For each row, it weakens the ordering or breaks
//! the step, and the model that the row names must fail. With `--models`, each model must fail with
//! some row.

mod aborts;
mod attempts;
mod blocking;
mod closed;
mod duplex;
mod growth;
mod hand_over;
mod handles;
mod pairs;
mod pipe;
mod reentrant;
mod ring;
mod third_party;
mod thresholds;
mod wakers;
mod wrap;

use alloc::task::Wake;
use core::future::{poll_fn, Future};
use core::task::{Context, Poll, Waker};

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use crate::io::Result;
use crate::{Reader, Writer};

/// Runs `f` in every interleaving, or in those with at most `preemptions` of them.
fn explore(preemptions: Option<usize>, f: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(preemptions);
    builder.check(f);
}

/// Runs `near` and `far` on two threads in every interleaving. `make` returns their arguments.
///
/// Their results are dropped after both have returned. A half that is returned thus outlives both.
fn model<A: 'static, B: Send + 'static, C: 'static, D: 'static>(
    make: impl Fn() -> (A, B) + Send + Sync + 'static,
    near: impl Fn(A) -> C + Send + Sync + 'static,
    far: fn(B) -> D,
) {
    model_and_check(make, near, far, |_, _| ());
}

/// Runs `near` and `far` as [`model`] does, in the interleavings with at most `preemptions`
/// preemptions.
fn bounded<A: 'static, B: Send + 'static, C: 'static, D: 'static>(
    preemptions: usize,
    make: impl Fn() -> (A, B) + Send + Sync + 'static,
    near: impl Fn(A) -> C + Send + Sync + 'static,
    far: fn(B) -> D,
) {
    bounded_and_check(preemptions, make, near, far, |_, _| ());
}

/// Runs as [`model`], and passes the results of the two threads to `check`.
fn model_and_check<A: 'static, B: Send + 'static, C: 'static, D: 'static>(
    make: impl Fn() -> (A, B) + Send + Sync + 'static,
    near: impl Fn(A) -> C + Send + Sync + 'static,
    far: fn(B) -> D,
    check: fn(&C, &D),
) {
    explore(None, on_two_threads(make, near, far, check));
}

/// Runs as [`bounded`], and passes the results of the two threads to `check`.
fn bounded_and_check<A: 'static, B: Send + 'static, C: 'static, D: 'static>(
    preemptions: usize,
    make: impl Fn() -> (A, B) + Send + Sync + 'static,
    near: impl Fn(A) -> C + Send + Sync + 'static,
    far: fn(B) -> D,
    check: fn(&C, &D),
) {
    explore(Some(preemptions), on_two_threads(make, near, far, check));
}

/// A run of a model.
fn on_two_threads<A: 'static, B: Send + 'static, C: 'static, D: 'static>(
    make: impl Fn() -> (A, B) + Send + Sync + 'static,
    near: impl Fn(A) -> C + Send + Sync + 'static,
    far: fn(B) -> D,
    check: fn(&C, &D),
) -> impl Fn() + Send + Sync + 'static {
    move || {
        let (a, b) = make();
        let far = thread::spawn(move || far(b));
        let (near, far) = (near(a), far.join().unwrap());
        check(&near, &far);
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    loom::future::block_on(future)
}

/// Fills a pipe, so that its writer has to wait. The writer comes first, because it is the half
/// that the models of a full pipe run on the main thread.
fn full((reader, mut writer): (Reader, Writer)) -> (Writer, Reader) {
    let capacity = writer.capacity();
    assert_eq!(writer.try_write(&b"ab"[..capacity]).unwrap(), capacity);
    (writer, reader)
}

/// Reads once, and waits if the pipe is empty.
fn read(reader: &mut Reader, buf: &mut [u8]) -> Result<usize> {
    block_on(poll_fn(|cx| reader.poll_read(cx, buf)))
}

/// Reads until it has `expected`.
fn read_all(reader: &mut Reader, expected: &[u8]) {
    let (mut got, mut n) = ([0; 7], 0);
    while n < expected.len() {
        n += read(reader, &mut got[n..expected.len()]).unwrap();
    }
    assert_eq!(&got[..n], expected);
}

/// Writes once, and waits if the pipe is full.
fn write(writer: &mut Writer, bytes: &[u8]) -> Result<usize> {
    block_on(poll_fn(|cx| writer.poll_write(cx, bytes)))
}

/// Writes two bytes, one after the other.
fn write_twice(mut writer: Writer) -> Writer {
    assert_eq!(writer.try_write(b"a").unwrap(), 1);
    assert_eq!(writer.try_write(b"b").unwrap(), 1);
    writer
}

/// Reads two bytes, one after the other.
fn read_twice(mut reader: Reader) -> Reader {
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
    reader
}

/// Reads the only byte of the stream, and then the end.
fn read_byte_then_eof(mut reader: Reader) {
    let mut buf = [0; 2];
    assert_eq!(read(&mut reader, &mut buf).unwrap(), 1);
    assert_eq!(read(&mut reader, &mut buf).unwrap(), 0);
    assert_eq!(read(&mut reader, &mut buf).unwrap(), 0);
}

/// Polls once with a waker that does nothing, as a task that is then cancelled.
fn poll_once<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}

/// Does nothing when it is woken.
struct Witness;

impl Wake for Witness {
    fn wake(self: alloc::sync::Arc<Self>) {}
}

/// A waker that does nothing, and its `Arc`, which counts the clones of the waker.
fn witness() -> (Waker, alloc::sync::Arc<Witness>) {
    let witness = alloc::sync::Arc::new(Witness);
    (Waker::from(witness.clone()), witness)
}

/// Memory of the user that only the pipe orders. Loom tries loads that miss a store which does not
/// *happen before* them.
#[derive(Clone)]
struct UserMemory(Arc<AtomicUsize>);

impl UserMemory {
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
