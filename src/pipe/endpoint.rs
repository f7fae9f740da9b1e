//! One end of a pipe. `pipe/mod.rs` has the protocol.

use alloc::boxed::Box;
use core::task::{Context, Poll};
#[cfg(feature = "std")]
use core::time::Duration;

use crossbeam_utils::Backoff;
use futures_core::ready;

use super::fairness::Fairness;
use super::flags::{aborted, closed, failed, has_waited, BY_HANDLE, DISCARDED, DIVERT, ENDED};
use super::{Handle, Spin, State, Waiter, OF_HANDLES};
use crate::error::{Error, ErrorKind, Reason, Stop};
use crate::ring::{is_reached, Consumer, Half, OutOfMemory, Producer, Role, Side};
use crate::sync::{Arc, AtomicWaker, Instant, Ordering};

/// One end of a pipe: `R` is [`Producer`] or [`Consumer`].
pub(crate) struct Endpoint<R> {
    /// Private, and reached by no other file: all that moves bytes publishes and wakes too.
    half: Half<R, State, Waiter>,
    fairness: Fairness,
    spin: Spin,
}

/// A caller that wants to know the number of all available bytes.
pub(crate) const ALL: usize = usize::MAX;

/// How a side ends the stream.
pub(crate) enum Ending {
    /// The peer gets what is there, and then the end.
    Finish,
    /// The peer gets what is there, and then an error.
    FinishWith(Reason),
    /// The peer gets an error at once.
    Abort(Reason),
}

impl<R: Role> Endpoint<R> {
    #[inline(always)]
    pub(super) fn new(half: Half<R, State, Waiter>) -> Self {
        let spin = half.shared().state.config.spin;
        Self {
            half,
            fairness: Fairness::default(),
            spin,
        }
    }

    #[inline]
    fn state(&self) -> &State {
        &self.half.shared().state
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.half.capacity()
    }

    pub(crate) fn is_peer_of(&self, other: &Endpoint<impl Role>) -> bool {
        Arc::ptr_eq(self.half.shared(), other.half.shared())
    }

    pub(crate) fn handle(&self) -> Handle {
        Handle(Arc::downgrade(self.half.shared()))
    }

    /// How long a call may spin before it parks. `None`: as long as the pipe's options say.
    #[cfg(feature = "std")]
    pub(crate) fn set_spin_limit(&mut self, limit: Option<Duration>) {
        self.spin = limit.map_or(self.state().config.spin, Spin::new);
    }

    /// Whether `side` waits for bytes now. The answer may be out of date.
    pub(crate) fn is_waiting(&self, side: Side) -> bool {
        self.half.shared().cursor(side.peer()).is_awaited()
    }

    /// How many bytes a caller wants whose buffers have these lengths. Never [`ALL`].
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn want(lens: impl Iterator<Item = usize>) -> usize {
        lens.fold(0, usize::saturating_add).min(ALL - 1)
    }

    /// How many bytes this half can move: `min` at least, or `want` where that is less. Includes
    /// all that the peer had published when the call began, up to `want`. The caller can move up to
    /// `want` of them. With [`ALL`], the writer allocates nothing, so the space may have no memory.
    #[inline]
    pub(crate) fn available(&mut self, min: usize, want: usize) -> Result<usize, Stop> {
        let flags = self.state().flags.load();
        match flags & ENDED {
            0 => self.available_while_open(min, want),
            _ => self.available_at_end(flags, want),
        }
    }

    /// [`available`](Self::available) while the stream has not ended.
    #[inline]
    fn available_while_open(&mut self, min: usize, want: usize) -> Result<usize, Stop> {
        if want <= self.half.contiguous() {
            return Ok(self.half.available());
        }
        let available = self.half.refresh();
        if available < min.min(want) {
            return Err(Stop::WouldBlock);
        }
        if want != ALL && R::reserve(&mut self.half, want) == Err(OutOfMemory) {
            return Err(Stop::OutOfMemory);
        }
        Ok(available)
    }

    /// [`available`](Self::available) once the stream has ended.
    #[cold]
    fn available_at_end(&mut self, flags: usize, want: usize) -> Result<usize, Stop> {
        let reads = R::SIDE == Side::Consumer;
        if reads && want == 0 {
            return Ok(0);
        }
        if flags & aborted(R::SIDE.peer()) != 0 {
            return Err(Stop::Failed);
        }
        let end = match flags & failed(R::SIDE.peer()) {
            0 => Stop::Closed,
            _ => Stop::Failed,
        };
        if !reads || flags & DISCARDED != 0 {
            return Err(end);
        }
        if flags & closed(R::SIDE) == 0 {
            // A reader that has closed gets nothing that was written since.
            self.half.refresh();
        }
        match self.half.available() {
            0 => Err(end),
            n => Ok(n),
        }
    }

    /// [`available`](Self::available), but waits where that would block. Never returns
    /// [`Stop::WouldBlock`].
    #[inline]
    pub(crate) fn poll_available(
        &mut self,
        cx: &mut Context<'_>,
        min: usize,
        want: usize,
    ) -> Poll<Result<usize, Stop>> {
        if self.state().flags.load() & DIVERT != 0 {
            return self.poll_diverted(cx, min, want);
        }
        match self.available_while_open(min, want) {
            Err(Stop::WouldBlock) => self.wait(cx, min, want),
            found => Poll::Ready(found),
        }
    }

    /// [`poll_available`](Self::poll_available) if the stream has ended, or the half has to yield.
    #[cold]
    fn poll_diverted(
        &mut self,
        cx: &mut Context<'_>,
        min: usize,
        want: usize,
    ) -> Poll<Result<usize, Stop>> {
        let found = match self.available(min, want) {
            Err(Stop::WouldBlock) => ready!(self.wait(cx, min, want)),
            found => found,
        };
        let limit = self.state().config.yield_every;
        let may_yield = limit > 0 && min.min(want) > 0 && found.is_ok();
        let position = self.half.position();
        if may_yield && self.fairness.should_yield(position, limit) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(found)
    }

    /// Waits until `min` bytes are available or the stream has ended. The half has just found
    /// fewer.
    #[inline(always)]
    fn wait(&mut self, cx: &mut Context<'_>, min: usize, want: usize) -> Poll<Result<usize, Stop>> {
        if self.spin.is_due() {
            let found = self.spin(min, want);
            if found != Err(Stop::WouldBlock) {
                return Poll::Ready(found);
            }
        }
        let waits_elsewhere = self.register(cx, min);
        match self.available(min, want) {
            Err(Stop::WouldBlock) => {
                self.fairness.reset();
                Poll::Pending
            }
            found => {
                if !waits_elsewhere {
                    self.half.peer().clear_awaited();
                }
                if self.state().flags.load() & ENDED != 0 {
                    self.give_back_waker();
                }
                Poll::Ready(found)
            }
        }
    }

    /// Looks for bytes again and again, for a limited time.
    #[inline(never)]
    fn spin(&mut self, min: usize, want: usize) -> Result<usize, Stop> {
        let (started, backoff) = (Instant::now(), Backoff::new());
        loop {
            backoff.spin();
            let found = self.available(min, want);
            let succeeded = found != Err(Stop::WouldBlock);
            if succeeded || started.elapsed() >= self.spin.limit() {
                self.spin.finish(succeeded);
                return found;
            }
        }
    }

    /// Leaves the waker in this side's slot, and says so in the flags.
    #[inline]
    fn leave_waker(&mut self, cx: &mut Context<'_>) {
        self.half.peer().waiter.slot.register(cx.waker());
        if self.state().flags.load() & has_waited(R::SIDE) == 0 {
            self.state().flags.set(has_waited(R::SIDE), 0);
        }
    }

    /// Empties this side's slot. The half has found the end, whose wake may have come before the
    /// waker, and a task that owns the half must not keep itself. Wakes the task, because an
    /// earlier call of it may wait.
    #[cold]
    fn give_back_waker(&self) {
        self.half.peer().waiter.slot.wake();
    }

    /// Lets the peer wake the task as soon as `min` bytes are available. Returns whether an earlier
    /// wait of this half goes on. The smaller number of bytes counts then.
    #[inline]
    fn register(&mut self, cx: &mut Context<'_>, min: usize) -> bool {
        self.leave_waker(cx);
        // After registering: a wake that came before leaves the bit cleared, and one that comes
        // later finds the new waker.
        let cursor = self.half.peer();
        let wake_at = &cursor.waiter.wake_at;
        let target = self.half.peer_position_for(min);
        let waits_elsewhere = cursor.is_awaited();
        // ORDERING(none): only this half writes it.
        if waits_elsewhere && is_reached(target, wake_at.load(Ordering::Relaxed)) {
            return true;
        }
        // ORDERING(W): Relaxed. The bit, which is set next, hands it over.
        wake_at.store(target, Ordering::Relaxed);
        let was_awaited = cursor.set_awaited();
        if was_awaited && !waits_elsewhere {
            // The peer has set the bit again meanwhile. It may have compared with the new target
            // where the old one was reached.
            cx.waker().wake_by_ref();
        }
        was_awaited
    }

    /// Publishes the bytes that were moved, and wakes the peer if the number of bytes that it waits
    /// for is reached. Otherwise the peer goes on waiting: its waker has never left the slot.
    ///
    /// This is the only way to publish bytes or to free space.
    #[inline]
    fn publish(&mut self) {
        if !self.half.publish() {
            return;
        }
        let cursor = self.half.shared().cursor(R::SIDE);
        // ORDERING(W): Relaxed. The bit, which this side has found and cleared, orders it.
        let wake_at = cursor.waiter.wake_at.load(Ordering::Relaxed);
        // If the bit is set although this side has cleared it, the peer has begun another wait
        // meanwhile, and `wake_at` may be that of the other wait.
        if is_reached(self.half.position(), wake_at) || cursor.set_awaited() {
            cursor.waiter.slot.wake();
        }
    }

    /// Whether the peer has closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().flags.load() & closed(R::SIDE.peer()) != 0
    }

    /// Waits for the peer to close.
    pub(crate) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_closed() {
            return Poll::Ready(());
        }
        self.leave_waker(cx);
        if self.is_closed() {
            self.give_back_waker();
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Closes this side, unless that has been done. The peer is woken when what this returns is
    /// dropped.
    pub(crate) fn close(&mut self, ending: Ending) -> WakeOnDrop<'_> {
        let State { flags, reasons, .. } = self.state();
        if flags.load() & closed(R::SIDE) != 0 {
            return WakeOnDrop(None);
        }
        let (how, reason) = match ending {
            Ending::Finish => (0, None),
            Ending::FinishWith(reason) => (failed(R::SIDE), Some(reason)),
            Ending::Abort(reason) => (aborted(R::SIDE), Some(reason)),
        };
        if let Some(reason) = reason {
            reasons[R::SIDE as usize].set(Box::new(reason));
        }
        let before = flags.close(R::SIDE, how);
        if R::SIDE == Side::Consumer {
            // A reader that has closed can still read what is unread at this moment.
            self.half.refresh();
        }
        let peer_has_waited = before & has_waited(R::SIDE.peer()) != 0;
        WakeOnDrop(peer_has_waited.then(|| self.half.shared().slot_of(R::SIDE.peer())))
    }

    /// Closes this side for good: the half is being dropped.
    pub(crate) fn disconnect(&mut self) {
        let shared = self.half.shared();
        if Arc::strong_count(shared) == 1 {
            // The peer is gone. What is in this side's slot is dropped with the pipe.
            return;
        }
        let State { flags, config, .. } = &shared.state;
        let how = config.error_on_drop.map_or(0, |_| failed(R::SIDE));
        let before = flags.close(R::SIDE, how);
        // Dropped after the peer has been woken, because a drop may panic.
        let _waker = match before & has_waited(R::SIDE) {
            0 => None,
            _ => shared.slot_of(R::SIDE).take(),
        };
        if before & closed(R::SIDE) == 0 && before & has_waited(R::SIDE.peer()) != 0 {
            shared.slot_of(R::SIDE.peer()).wake();
        }
    }

    /// The error of a call that stops.
    #[cold]
    #[inline(never)]
    pub(crate) fn error(&self, stop: Stop) -> Error {
        match stop {
            Stop::WouldBlock => ErrorKind::WouldBlock.into(),
            Stop::Closed => ErrorKind::BrokenPipe.into(),
            Stop::OutOfMemory => ErrorKind::OutOfMemory.into(),
            Stop::Failed => {
                let State {
                    flags,
                    config,
                    reasons,
                    ..
                } = self.state();
                let by_handle = flags.load() & BY_HANDLE != 0;
                let whose = if by_handle {
                    OF_HANDLES
                } else {
                    R::SIDE.peer() as usize
                };
                match (reasons[whose].get(), config.error_on_drop) {
                    (Some(reason), _) => reason.to_error(),
                    (None, kind) => kind.unwrap_or(ErrorKind::BrokenPipe).into(),
                }
            }
        }
    }
}

/// Wakes a half when it is dropped, and therefore also while a panic unwinds the stack.
#[must_use = "a half is woken when this is dropped"]
pub(crate) struct WakeOnDrop<'a>(pub(super) Option<&'a AtomicWaker>);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(slot) = self.0 {
            slot.wake();
        }
    }
}

impl Endpoint<Producer> {
    /// How many bytes are written and not yet read.
    pub(crate) fn len(&self) -> usize {
        self.half.len()
    }

    /// Copies the buffers into the available space, in order, as much as fits, and publishes that.
    /// Returns how many bytes it is. [`available`](Self::available) was asked for as many.
    #[inline]
    pub(crate) fn write<'a>(&mut self, bufs: impl Iterator<Item = &'a [u8]>) -> usize {
        let n = bufs.map(|buf| self.half.write(buf)).sum();
        if n > 0 {
            self.publish();
        }
        n
    }

    /// Lends available space, `min` bytes at least if there are so many.
    pub(crate) fn spare_slices(&mut self, min: usize) -> (&mut [u8], &mut [u8]) {
        match self.available(1, ALL) {
            Ok(_) => self.half.spare_slices(min),
            Err(_) => (&mut [], &mut []),
        }
    }

    /// Publishes the next `n` bytes as they were left in the spare slices. After the end of the
    /// stream they are discarded. Panics if fewer are free.
    #[track_caller]
    pub(crate) fn commit(&mut self, n: usize) {
        // The storage need not grow where the reader has freed space since.
        if self.half.contiguous() < n {
            self.half.refresh();
        }
        let free = self.half.available();
        assert!(n <= free, "cannot commit {n} bytes: {free} are free");
        if self.state().flags.load() & ENDED != 0 {
            return;
        }
        if self.half.commit(n) == Err(OutOfMemory) {
            panic!("cannot commit {n} bytes: the allocator refuses the memory");
        }
        self.publish();
    }
}

impl Endpoint<Consumer> {
    /// How many bytes there are to read now.
    pub(crate) fn len(&self) -> usize {
        match self.state().flags.load() {
            flags if flags & (aborted(Side::Producer) | DISCARDED) != 0 => 0,
            flags if flags & closed(Side::Consumer) != 0 => self.half.available(),
            _ => self.half.len(),
        }
    }

    /// Fills the buffers with available bytes, in order, as many as they hold, and frees their
    /// space. Returns how many bytes that is.
    #[inline]
    pub(crate) fn read<'a>(&mut self, bufs: impl Iterator<Item = &'a mut [u8]>) -> usize {
        let n = bufs.map(|buf| self.half.read(buf)).sum();
        if n > 0 {
            self.publish();
        }
        n
    }

    /// Passes the next `n` bytes, or all available ones if there are fewer, to `take`, in one slice
    /// or two, and frees their space.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn read_with(&mut self, n: usize, take: impl FnMut(&[u8])) {
        if self.half.read_with(n, take) > 0 {
            self.publish();
        }
    }

    /// The available bytes, without a look at the pipe.
    #[inline]
    pub(crate) fn slices(&self) -> (&[u8], &[u8]) {
        self.half.slices()
    }

    /// Drops the next `n` bytes, and frees their space. Panics if fewer are unread.
    #[inline]
    #[track_caller]
    pub(crate) fn consume(&mut self, n: usize) {
        let _ = self.available(n, n);
        let unread = self.half.available();
        assert!(n <= unread, "cannot consume {n} bytes: {unread} are unread");
        self.half.read_with(n, |_| ());
        self.publish();
    }
}
