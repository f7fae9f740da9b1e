//! A gate that stalls a stream until a test opens it.

use std::fmt;
use std::mem;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Stalls the reads or the writes of streams, from the moment when it is closed until it is opened.
///
/// [`Faulty::read_gate`](super::Faulty::read_gate) and
/// [`Faulty::write_gate`](super::Faulty::write_gate) attach a gate to a direction of a stream. A
/// gate may be attached to both directions of a stream and to several streams; it then stalls all
/// of them, as a network that is cut off does. A gate needs no clock: the test decides when it is
/// closed and opened, from any task or thread.
///
/// A call that meets a closed gate returns `Pending`, before it is counted and before it reaches
/// the inner stream. [`open`](Self::open) wakes the task of every such call. Nothing else that the
/// gate does wakes a task: in particular, an end or an abort by the peer is not noticed before the
/// gate is open.
///
/// A clone is the same gate.
///
/// # Example
///
/// An answer stalls:
///
/// ```
/// use futures::{io::Cursor, AsyncReadExt, FutureExt};
/// use stream_check::faults::{Faulty, Gate};
///
/// let gate = Gate::new();
/// let mut server = Faulty::new(Cursor::new(b"answer")).read_gate(&gate);
/// let mut answer = [0; 6];
///
/// gate.close();
/// assert!(server.read_exact(&mut answer).now_or_never().is_none());
/// gate.open();
/// server.read_exact(&mut answer).now_or_never().unwrap()?;
/// assert_eq!(&answer, b"answer");
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_closed: bool,
    /// The number of directions that the gate has been attached to.
    attached: usize,
    /// The wakers of the calls that wait, each with the number of its direction.
    waiting: Vec<(usize, Waker)>,
}

impl Gate {
    /// Makes a gate that is open.
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes the gate: calls that begin or are polled again return `Pending`.
    ///
    /// A call that waits for the inner stream at that moment keeps its waker there. It is woken by
    /// the inner stream, and then waits at the gate. Closing a closed gate does nothing.
    pub fn close(&self) {
        self.state().is_closed = true;
    }

    /// Opens the gate, and wakes the task of every call that waits at it. Opening an open gate does
    /// nothing.
    ///
    /// The gate is not locked while it wakes tasks, so a waker may use the gate and the streams. If
    /// wakers panic, the first panic goes on after every task has been woken.
    pub fn open(&self) {
        let waiting = {
            let mut state = self.state();
            state.is_closed = false;
            mem::take(&mut state.waiting)
        };
        let mut woken = Ok(());
        for (_, waker) in waiting {
            woken = woken.and(catch_unwind(AssertUnwindSafe(|| waker.wake())));
        }
        if let Err(panic) = woken {
            resume_unwind(panic);
        }
    }

    /// Returns whether the gate is closed.
    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// Returns how many directions of streams have a call that waits at the gate.
    ///
    /// A test can thus wait until the code under test has stalled, and needs no sleep for that. A
    /// call whose future has been dropped counts until the gate is opened or the stream is dropped.
    ///
    /// ```
    /// use futures::{executor::block_on, io::Cursor, AsyncReadExt};
    /// use std::thread;
    /// use stream_check::faults::{Faulty, Gate};
    ///
    /// let gate = Gate::new();
    /// gate.close();
    /// let mut stream = Faulty::new(Cursor::new(b"hello")).read_gate(&gate);
    /// let reader = thread::spawn(move || block_on(stream.read_exact(&mut [0; 5])));
    /// while gate.waiting() == 0 {
    ///     thread::yield_now();
    /// }
    /// gate.open();
    /// reader.join().unwrap().unwrap();
    /// ```
    pub fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Ignores poisoning, because no code panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Gate")
            .field("is_closed", &state.is_closed)
            .field("waiting", &state.waiting.len())
            .finish()
    }
}

/// A gate that is attached to one direction of a stream.
#[derive(Debug)]
pub(super) struct AttachedGate {
    gate: Gate,
    direction: usize,
}

impl AttachedGate {
    pub(super) fn new(gate: &Gate) -> Self {
        let direction = {
            let mut state = gate.state();
            state.attached += 1;
            state.attached
        };
        Self {
            gate: gate.clone(),
            direction,
        }
    }

    /// Waits until the gate is open. The latest waker of the direction is woken then.
    pub(super) fn poll_open(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.gate.is_closed() {
            return Poll::Ready(());
        }
        // Wakers are cloned and dropped while the gate is not locked: their code may use it.
        let waker = cx.waker().clone();
        let mut state = self.gate.state();
        if !state.is_closed {
            return Poll::Ready(());
        }
        let _previous = state.replace_waker(self.direction, Some(waker));
        drop(state);
        Poll::Pending
    }
}

impl Drop for AttachedGate {
    fn drop(&mut self) {
        let waker = self.gate.state().replace_waker(self.direction, None);
        drop(waker);
    }
}

impl State {
    /// Registers a waker for a direction, or none, and returns the former one.
    fn replace_waker(&mut self, direction: usize, waker: Option<Waker>) -> Option<Waker> {
        let former = self.waiting.iter().position(|(of, _)| *of == direction);
        let former = former.map(|i| self.waiting.swap_remove(i).1);
        self.waiting.extend(waker.map(|waker| (direction, waker)));
        former
    }
}
