//! The model: a queue of bytes, the bytes that were left in the lent slices, and the ends.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::ErrorKind;

use crate::support::counting_waker::Outcome;
use crate::support::data::byte;
use crate::End;

pub(crate) const FINISHED_WITH: ErrorKind = ErrorKind::UnexpectedEof;
pub(crate) const ABORTED: ErrorKind = ErrorKind::ConnectionReset;
pub(crate) const CUT: ErrorKind = ErrorKind::TimedOut;

/// A byte that was sent. `None` is a byte that was committed and never written.
pub(crate) type Byte = Option<u8>;

/// What a half finds at the end: the reader `Ok(0)` or an error, the writer an error.
pub(crate) type Ended = std::result::Result<(), ErrorKind>;

pub(crate) struct Model {
    pub(crate) capacity: usize,
    pub(crate) unread: VecDeque<Byte>,
    /// What is in the slices that `spare_slices` lent last, without what has been committed.
    pub(crate) lent: VecDeque<Byte>,
    /// How many bytes were made, to make the next ones.
    made: usize,
    pub(crate) reader_finds: Option<Ended>,
    writer_finds: Option<Ended>,
    /// Whether the reader has ended the stream itself.
    reader_ended: bool,
    writer_ended: bool,
    reader_aborted: bool,
}

impl Model {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            unread: VecDeque::new(),
            lent: VecDeque::new(),
            made: 0,
            reader_finds: None,
            writer_finds: None,
            reader_ended: false,
            writer_ended: false,
            reader_aborted: false,
        }
    }

    pub(crate) fn make(&mut self, len: usize) -> Vec<u8> {
        self.made += len;
        (self.made - len..self.made).map(byte).collect()
    }

    /// How many bytes the writer can send.
    pub(crate) fn free(&self) -> usize {
        match self.writer_finds {
            None => self.capacity - self.unread.len(),
            Some(_) => 0,
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Outcome<usize> {
        if let Some(Err(kind)) = self.writer_finds {
            return Poll::Ready(Err(kind));
        }
        let n = bytes.len().min(self.free());
        if n == 0 && !bytes.is_empty() {
            return Poll::Pending;
        }
        if n > 0 {
            self.lent.clear();
        }
        self.unread.extend(bytes[..n].iter().copied().map(Some));
        Poll::Ready(Ok(n))
    }

    pub(crate) fn writable(&self, min: usize) -> Outcome<usize> {
        match self.writer_finds {
            Some(Err(kind)) => Poll::Ready(Err(kind)),
            _ if self.free() < min => Poll::Pending,
            _ => Poll::Ready(Ok(self.free())),
        }
    }

    /// Returns whether a commit panics, or `None` if that is not specified.
    pub(crate) fn commit(&mut self, n: usize) -> Option<bool> {
        if n == 0 {
            return Some(false);
        }
        // Likewise, bytes that were lent before a cut.
        if self.writer_finds == Some(Err(CUT)) {
            return None;
        }
        if self.writer_finds.is_some() && !self.writer_ended {
            // The reader has gone, and the bytes are discarded, as far as they were lent before.
            let is_specified = !self.reader_aborted && n <= self.lent.len();
            return is_specified.then(|| {
                self.lent.drain(..n);
                false
            });
        }
        if n > self.free() {
            return Some(true);
        }
        for _ in 0..n {
            self.unread.push_back(self.lent.pop_front().flatten());
        }
        Some(false)
    }

    /// How many of `len` bytes a read returns.
    pub(crate) fn read(&self, len: usize) -> Outcome<usize> {
        match self.reader_finds {
            _ if len == 0 => Poll::Ready(Ok(0)),
            _ if !self.unread.is_empty() => Poll::Ready(Ok(len.min(self.unread.len()))),
            None => Poll::Pending,
            Some(end) => Poll::Ready(end.map(|()| 0)),
        }
    }

    pub(crate) fn check_unread(&self, got: &[u8]) {
        assert!(got.len() <= self.unread.len());
        for (i, (sent, got)) in self.unread.iter().zip(got).enumerate() {
            assert!(sent.is_none_or(|sent| sent == *got), "unread byte {i}");
        }
    }

    /// The first ending stands, for each half.
    pub(crate) fn end(&mut self, end: &End) {
        const BROKEN: Ended = Err(ErrorKind::BrokenPipe);
        let was_open = self.reader_finds.is_none();
        match end {
            End::Finish | End::DropWriter => {
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(BROKEN);
                self.writer_ended = true;
            }
            End::FinishWith => {
                self.reader_finds.get_or_insert(Err(FINISHED_WITH));
                self.writer_finds.get_or_insert(BROKEN);
                self.writer_ended = true;
            }
            End::AbortWriter => {
                if was_open {
                    self.unread.clear();
                }
                self.reader_finds.get_or_insert(Err(ABORTED));
                self.writer_finds.get_or_insert(BROKEN);
                self.writer_ended = true;
            }
            End::CloseReader | End::DropReader => {
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(BROKEN);
                self.reader_ended = true;
            }
            End::AbortReader => {
                if !self.reader_ended {
                    self.unread.clear();
                    self.reader_aborted = true;
                }
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(Err(ABORTED));
                self.reader_ended = true;
            }
            End::Cut => {
                if was_open {
                    self.unread.clear();
                }
                self.reader_finds.get_or_insert(Err(CUT));
                self.writer_finds.get_or_insert(Err(CUT));
            }
        }
    }
}
