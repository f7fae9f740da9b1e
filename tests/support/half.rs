//! What the two halves have in common, so that one test can be about both.

use core::fmt::Debug;
use core::task::{Context, Poll};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};

use async_duplex::{AbortHandle, Options, Reader, Writer};

use super::counting_waker::{failed, ready, to_kind, CountingTask, Outcome, BROKEN, END};

/// The capacity of the pipes of [`Half::full`].
pub(crate) const CAPACITY: usize = 4;

/// The kind that [`Half::ENDS`] abort with.
pub(crate) const ABORT: ErrorKind = ErrorKind::ConnectionReset;

/// How a half ends: what it does, the function that does it, which returns the half unless it was
/// dropped, and what the other half finds then.
pub(crate) type End<H> = (&'static str, fn(H) -> Option<H>, Outcome<usize>);

/// A way to move exactly as many bytes.
pub(crate) type Move<H> = fn(&mut H, usize);

/// A reader, which moves bytes by reading, or a writer.
pub(crate) trait Half: Debug + Send + Sized + 'static {
    type Peer: Half<Peer = Self>;

    const NAME: &'static str;

    /// Every way in which this half ends.
    const ENDS: &'static [End<Self>];

    /// Every call that moves bytes.
    const MOVES: &'static [Move<Self>];

    /// A half that can move nothing, and its peer, which can move as many bytes as the capacity.
    fn pair(options: &Options) -> (Self, Self::Peer);

    /// Reads or writes up to `n` bytes.
    fn poll_move(&mut self, cx: &mut Context<'_>, n: usize) -> Poll<io::Result<usize>>;

    fn try_move(&mut self, n: usize) -> io::Result<usize>;

    fn poll_available(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<io::Result<usize>>;

    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// Ends this half cleanly.
    fn end(&mut self);

    fn abort(&mut self, kind: ErrorKind);

    fn abort_handle(&self) -> AbortHandle;

    /// Whether the peer has ended.
    fn is_closed(&self) -> bool;

    /// A half that can move nothing in a pipe of [`CAPACITY`] bytes, and its peer.
    fn full() -> (Self, Self::Peer) {
        Self::pair(&Options::new(CAPACITY))
    }

    /// Makes `n` bytes available to the peer.
    fn give(&mut self, n: usize) {
        assert_eq!(self.try_move(n).unwrap(), n);
    }
}

impl Half for Reader {
    type Peer = Writer;

    const NAME: &'static str = "reader";

    const ENDS: &'static [End<Self>] = &[
        ("closes", ended, BROKEN),
        ("is dropped", dropped, BROKEN),
        ("aborts", aborted, failed(ABORT)),
    ];

    const MOVES: &'static [Move<Self>] = &[
        |reader, n| assert_eq!(reader.try_read(&mut vec![0; n]).unwrap(), n),
        |reader, n| assert_eq!(CountingTask::new().read(reader, &mut vec![0; n]), ready(n)),
        |reader, n| {
            let mut buf = vec![0; n];
            let bufs = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut buf)];
            assert_eq!(CountingTask::new().read_vectored(reader, bufs), ready(n));
        },
        |reader, n| {
            assert!(CountingTask::new().fill_buf(reader).is_ready());
            reader.consume(n);
        },
        |reader, n| {
            reader.as_slices();
            reader.consume(n);
        },
    ];

    fn pair(options: &Options) -> (Self, Writer) {
        options.pipe()
    }

    fn poll_move(&mut self, cx: &mut Context<'_>, n: usize) -> Poll<io::Result<usize>> {
        self.poll_read(cx, &mut vec![0; n])
    }

    fn try_move(&mut self, n: usize) -> io::Result<usize> {
        self.try_read(&mut vec![0; n])
    }

    fn poll_available(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<io::Result<usize>> {
        self.poll_readable(cx, min)
    }

    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_closed(cx)
    }

    fn end(&mut self) {
        self.close();
    }

    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }

    fn abort_handle(&self) -> AbortHandle {
        self.abort_handle()
    }

    fn is_closed(&self) -> bool {
        self.is_closed()
    }
}

impl Half for Writer {
    type Peer = Reader;

    const NAME: &'static str = "writer";

    const ENDS: &'static [End<Self>] = &[
        ("finishes", ended, END),
        ("is dropped", dropped, END),
        ("aborts", aborted, failed(ABORT)),
        (
            "finishes with an error",
            |mut writer| {
                writer.finish_with(ABORT);
                Some(writer)
            },
            failed(ABORT),
        ),
    ];

    const MOVES: &'static [Move<Self>] = &[
        |writer, n| assert_eq!(writer.try_write(&vec![7; n]).unwrap(), n),
        |writer, n| assert_eq!(CountingTask::new().write(writer, &vec![7; n]), ready(n)),
        |writer, n| {
            let bytes = vec![7; n];
            let bufs = [IoSlice::new(b""), IoSlice::new(&bytes)];
            assert_eq!(CountingTask::new().write_vectored(writer, &bufs), ready(n));
        },
        |writer, n| {
            writer.spare_slices();
            writer.commit(n);
        },
    ];

    fn pair(options: &Options) -> (Self, Reader) {
        let (reader, mut writer) = options.pipe();
        writer.give(reader.capacity());
        (writer, reader)
    }

    fn poll_move(&mut self, cx: &mut Context<'_>, n: usize) -> Poll<io::Result<usize>> {
        self.poll_write(cx, &vec![7; n])
    }

    fn try_move(&mut self, n: usize) -> io::Result<usize> {
        self.try_write(&vec![7; n])
    }

    fn poll_available(&mut self, cx: &mut Context<'_>, min: usize) -> Poll<io::Result<usize>> {
        self.poll_writable(cx, min)
    }

    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_closed(cx)
    }

    fn end(&mut self) {
        self.finish();
    }

    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }

    fn abort_handle(&self) -> AbortHandle {
        self.abort_handle()
    }

    fn is_closed(&self) -> bool {
        self.is_closed()
    }
}

fn ended<H: Half>(mut half: H) -> Option<H> {
    half.end();
    Some(half)
}

fn dropped<H: Half>(half: H) -> Option<H> {
    drop(half);
    None
}

fn aborted<H: Half>(mut half: H) -> Option<H> {
    half.abort(ABORT);
    Some(half)
}

/// What a half can wait for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wait {
    /// One byte to read or to write.
    Move,
    /// A number of bytes.
    Available(usize),
    /// The end of the other half.
    End,
}

/// Lets the half wait. Returns whether it has to.
pub(crate) fn waits<H: Half>(half: &mut H, wait: Wait, cx: &mut Context<'_>) -> bool {
    match wait {
        Wait::Move => half.poll_move(cx, 1).is_pending(),
        Wait::Available(n) => half.poll_available(cx, n).is_pending(),
        Wait::End => half.poll_closed(cx).is_pending(),
    }
}

impl CountingTask {
    /// Lets the half wait, which it must.
    #[track_caller]
    pub(crate) fn wait<H: Half>(&self, half: &mut H, wait: Wait) {
        assert!(
            self.poll(|cx| waits(half, wait, cx)),
            "a {}: {wait:?}",
            H::NAME
        );
    }

    /// Reads or writes up to `n` bytes.
    pub(crate) fn move_up_to<H: Half>(&self, half: &mut H, n: usize) -> Outcome<usize> {
        to_kind(self.poll(|cx| half.poll_move(cx, n)))
    }

    /// How many bytes are available, if `min` are.
    pub(crate) fn available<H: Half>(&self, half: &mut H, min: usize) -> Outcome<usize> {
        to_kind(self.poll(|cx| half.poll_available(cx, min)))
    }
}

/// Yields until a half of the pipe shows in its `Debug` that the reader or the writer waits.
pub(crate) fn until_waiting(half: &impl Debug) {
    while !format!("{half:?}").contains("_waits: true") {
        std::thread::yield_now();
    }
}
