//! A simple stream that conforms, unless it has a bug.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{ready, Context, Poll, Waker};
use std::thread::{self, ThreadId};

use futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

/// The way in which a stream does not conform.
pub(crate) type Bug = &'static str;

#[derive(Default)]
struct Slot(Option<(Waker, ThreadId)>);

impl Slot {
    fn set(&mut self, bug: Bug, cx: &Context<'_>) {
        if bug == "leaks wakers" {
            mem::forget(cx.waker().clone());
        }
        if !(bug == "keeps first waker" && self.0.is_some()) {
            self.0 = Some((cx.waker().clone(), thread::current().id()));
        }
    }

    fn wake(&mut self, bug: Bug) {
        if let Some((waker, thread)) = self.0.take() {
            if bug != "wakes own thread only" || thread == thread::current().id() {
                waker.wake();
            }
        }
    }
}

#[derive(Default)]
struct Direction {
    bytes: VecDeque<u8>,
    ended: bool,
    end_was_read: bool,
    reader_gone: bool,
    reader: Slot,
    writer: Slot,
    writes: usize,
    /// The buffer of a read that was pending.
    pending_read: usize,
}

const CAPACITY: usize = 64;

/// One end of a two-way stream.
pub(crate) struct End {
    pub(crate) bug: Bug,
    incoming: Arc<Mutex<Direction>>,
    outgoing: Arc<Mutex<Direction>>,
    lent: Vec<u8>,
    filled: usize,
    closed: usize,
}

pub(crate) fn pair(bug: Bug) -> (End, End) {
    let directions: [Arc<Mutex<Direction>>; 2] = Default::default();
    let end = |incoming: &Arc<Mutex<Direction>>, outgoing: &Arc<Mutex<Direction>>| End {
        bug,
        incoming: incoming.clone(),
        outgoing: outgoing.clone(),
        lent: Vec::new(),
        filled: 0,
        closed: 0,
    };
    (
        end(&directions[0], &directions[1]),
        end(&directions[1], &directions[0]),
    )
}

fn lock(direction: &Mutex<Direction>) -> MutexGuard<'_, Direction> {
    direction.lock().unwrap()
}

fn error<T>(kind: ErrorKind) -> Poll<io::Result<T>> {
    Poll::Ready(Err(kind.into()))
}

impl End {
    /// Bytes out of the direction, at most `n`.
    fn take(&self, n: usize, cx: &Context<'_>) -> Poll<Vec<u8>> {
        let bug = self.bug;
        let mut incoming = lock(&self.incoming);
        let incoming = &mut *incoming;
        if incoming.bytes.is_empty() || (bug == "fills the buffer" && incoming.bytes.len() < n) {
            if incoming.ended && incoming.bytes.is_empty() {
                let again = mem::replace(&mut incoming.end_was_read, true);
                assert!(
                    !(again && bug == "panics after the end"),
                    "read after the end"
                );
                if !(again && bug == "forgets the end") {
                    return Poll::Ready(Vec::new());
                }
            }
            match bug {
                "ends early" => return Poll::Ready(Vec::new()),
                "busy reads" => cx.waker().wake_by_ref(),
                "one waker" => lock(&self.outgoing).writer.set(bug, cx),
                "read forgets writer" => lock(&self.outgoing).writer = Slot::default(),
                "blocks" => loop {
                    thread::park();
                },
                _ => {}
            }
            incoming.reader.set(bug, cx);
            incoming.pending_read = n;
            return Poll::Pending;
        }
        let ahead = if bug == "reads ahead" {
            incoming.pending_read
        } else {
            0
        };
        let n = n
            .max(mem::take(&mut incoming.pending_read).min(ahead))
            .min(incoming.bytes.len());
        let mut bytes: Vec<_> = incoming.bytes.drain(..n).collect();
        if bug == "pops the wrong end" && n == 1 && incoming.bytes.len() > 40 {
            incoming.bytes.push_front(bytes[0]);
            bytes = incoming.bytes.pop_back().into_iter().collect();
        }
        if bug == "swaps bytes" && n > 4 {
            bytes.swap(1, 2);
        }
        let missed = bug == "misses a wake of full" && incoming.bytes.is_empty();
        if bug != "read wakes nobody" && !missed {
            incoming.writer.wake(bug);
        }
        Poll::Ready(bytes)
    }

    fn put(&mut self, mut data: &[u8], cx: &Context<'_>) -> Poll<io::Result<usize>> {
        let bug = self.bug;
        if bug == "waits for own reader" && !lock(&self.incoming).bytes.is_empty() {
            return Poll::Pending;
        }
        let loops = bug == "loops back" && lock(&self.incoming).bytes.len() == 1;
        let direction = if loops {
            &self.incoming
        } else {
            &self.outgoing
        };
        let mut outgoing = lock(direction);
        let outgoing = &mut *outgoing;
        if outgoing.reader_gone {
            match bug {
                "gone hangs" => return Poll::Pending,
                "gone accepts" => return Poll::Ready(Ok(data.len())),
                _ => return error(ErrorKind::BrokenPipe),
            }
        }
        if (self.closed > 0 || outgoing.ended) && bug != "writes after close" {
            return error(ErrorKind::BrokenPipe);
        }
        if data.is_empty() {
            outgoing.ended |= bug == "empty write ends";
            return Poll::Ready(Ok(0));
        }
        let space = CAPACITY - outgoing.bytes.len().min(CAPACITY);
        if space == 0 {
            match bug {
                "full is zero" => return Poll::Ready(Ok(0)),
                "busy writes" => cx.waker().wake_by_ref(),
                "writes ahead" => outgoing.bytes.extend(&data[..data.len() / 2]),
                "one waker" => lock(&self.incoming).reader.set(bug, cx),
                _ => {}
            }
            outgoing.writer.set(bug, cx);
            return Poll::Pending;
        }
        let all = data.len();
        data = &data[..all.min(space)];
        outgoing.bytes.extend(data);
        outgoing.writes += 1;
        if bug == "repeats a byte" && outgoing.writes == 5 {
            outgoing.bytes.push_back(data[0]);
        }
        let missed = bug == "misses a wake" && outgoing.writes % 100 == 0;
        if bug != "write wakes nobody" && !missed {
            outgoing.reader.wake(bug);
        }
        Poll::Ready(Ok(if bug == "accepts more than fits" {
            all
        } else {
            data.len()
        }))
    }

    fn end(&self, direction: &Mutex<Direction>, wake: bool) {
        let mut direction = lock(direction);
        direction.ended = true;
        if wake {
            direction.reader.wake(self.bug);
        }
    }
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if buf.is_empty() {
            if self.bug == "empty read takes" {
                lock(&self.incoming).bytes.pop_front();
            }
            return Poll::Ready(Ok(0));
        }
        let both_ended = self.closed > 0 && lock(&self.incoming).ended;
        assert!(
            !(both_ended && self.bug == "panics after both ends"),
            "both have ended"
        );
        let n = if self.lent.is_empty() {
            let bytes = ready!(self.take(buf.len(), cx));
            let n = bytes.len().min(buf.len());
            buf[..n].copy_from_slice(&bytes[..n]);
            n
        } else {
            let n = self.lent.len().min(buf.len());
            buf[..n].copy_from_slice(&self.lent[..n]);
            self.lent.drain(..n);
            n
        };
        Poll::Ready(Ok(n))
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let skipped = usize::from(self.bug == "vectored read skips");
        let mut filled = bufs.iter_mut().filter(|buf| !buf.is_empty()).skip(skipped);
        match filled.next() {
            Some(buf) => self.poll_read(cx, buf),
            None => Poll::Ready(Ok(0)),
        }
    }
}

impl AsyncBufRead for End {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        if this.bug == "fill buf hangs at the end" && lock(&this.incoming).ended {
            return Poll::Pending;
        }
        if this.lent.is_empty() {
            this.lent = ready!(this.take(usize::MAX, cx));
        }
        this.filled += 1;
        let skipped = usize::from(this.bug == "fill buf skips" && this.filled == 2);
        Poll::Ready(Ok(&this.lent[skipped..]))
    }

    fn consume(mut self: Pin<&mut Self>, n: usize) {
        let more = match self.bug {
            "consumes too much" => n > 0,
            "consume zero takes" => n == 0,
            _ => false,
        };
        let n = (n + usize::from(more)).min(self.lent.len());
        self.lent.drain(..n);
    }
}

impl AsyncWrite for End {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.put(data, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if bufs.is_empty() && self.bug == "no slices fail" {
            return error(ErrorKind::InvalidInput);
        }
        let all: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
        if self.bug == "vectored write counts all" {
            let first = bufs
                .iter()
                .find(|buf| !buf.is_empty())
                .map_or(&[][..], |buf| buf);
            return self.put(first, cx).map_ok(|n| n.max(all.len()));
        }
        self.put(&all, cx)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut outgoing = lock(&self.outgoing);
        match self.bug {
            "flush forgets" => outgoing.bytes.clear(),
            "flush fails when empty" if outgoing.writes == 0 => return error(ErrorKind::Other),
            "flush wakes nobody" if !outgoing.bytes.is_empty() => return Poll::Pending,
            "gone hangs close" if outgoing.reader_gone => return Poll::Pending,
            _ => {}
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.closed += 1;
        let full = lock(&self.outgoing).bytes.len() == CAPACITY;
        match self.bug {
            "second close fails" if self.closed > 1 => return error(ErrorKind::BrokenPipe),
            "close forgets" => lock(&self.outgoing).bytes.clear(),
            "close forgets when full" if full => lock(&self.outgoing).bytes.clear(),
            "close ends both" => self.end(&self.incoming, true),
            _ => {}
        }
        self.end(&self.outgoing, self.bug != "close wakes nobody");
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let bug = self.bug;
        if bug == "panic ends nothing" && thread::panicking() {
            return;
        }
        if bug == "drop forgets" {
            lock(&self.outgoing).bytes.clear();
        }
        self.end(&self.outgoing, bug != "drop wakes nobody");
        let mut incoming = lock(&self.incoming);
        incoming.reader_gone = true;
        incoming.reader = Slot::default();
        if bug != "gone wakes nobody" {
            incoming.writer.wake(bug);
        }
    }
}
