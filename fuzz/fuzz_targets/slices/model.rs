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

/// How many bytes one call lends at least, if so many are free.
const LENT_AT_LEAST: usize = 16 << 10;

/// A byte that was sent. `None` is a byte that was committed and never written.
pub(crate) type Byte = Option<u8>;

/// What a half finds at the end: the reader `Ok(0)` or an error, the writer an error.
pub(crate) type Ended = std::result::Result<(), ErrorKind>;

pub(crate) struct Model {
    pub(crate) capacity: usize,
    /// The bytes that were sent and not consumed, also those that were discarded.
    sent: VecDeque<Byte>,
    /// How many of them the reader was lent last and has not consumed.
    lent_to_reader: usize,
    /// What is in the slices that `spare_slices` lent last, without what has been committed.
    pub(crate) lent: VecDeque<Byte>,
    /// The number of bytes that the latest `poll_writable` asked for.
    wanted: usize,
    /// How many bytes were made, to make the next ones.
    made: usize,
    reader_finds: Option<Ended>,
    writer_finds: Option<Ended>,
    /// Whether the reader has ended the stream itself.
    reader_ended: bool,
    /// Whether the reader cannot read what is unread.
    discarded: bool,
}

impl Model {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            sent: VecDeque::new(),
            lent_to_reader: 0,
            lent: VecDeque::new(),
            wanted: 0,
            made: 0,
            reader_finds: None,
            writer_finds: None,
            reader_ended: false,
            discarded: false,
        }
    }

    pub(crate) fn make(&mut self, len: usize) -> Vec<u8> {
        self.made += len;
        (self.made - len..self.made).map(byte).collect()
    }

    fn free(&self) -> usize {
        self.capacity - self.sent.len()
    }

    /// How many bytes the reader can read.
    pub(crate) fn unread(&self) -> usize {
        match self.discarded {
            true => 0,
            false => self.sent.len(),
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
        self.sent.extend(bytes[..n].iter().copied().map(Some));
        Poll::Ready(Ok(n))
    }

    pub(crate) fn writable(&mut self, min: usize) -> Outcome<usize> {
        self.wanted = min;
        match self.writer_finds {
            Some(Err(kind)) => Poll::Ready(Err(kind)),
            _ if self.free() < min => Poll::Pending,
            _ => Poll::Ready(Ok(self.free())),
        }
    }

    /// Checks how many bytes `spare_slices` has lent.
    pub(crate) fn check_spare(&self, spare: usize) {
        let free = match self.writer_finds {
            None => self.free(),
            Some(_) => 0,
        };
        let least = free.min(self.wanted.max(LENT_AT_LEAST));
        assert!((least..=free).contains(&spare), "{spare} of {free} bytes");
    }

    /// Returns whether so many bytes are free. If not, a commit panics. After the end the bytes
    /// are discarded.
    pub(crate) fn commit(&mut self, n: usize) -> bool {
        let fits = n <= self.free();
        if fits && self.writer_finds.is_none() {
            for _ in 0..n {
                self.sent.push_back(self.lent.pop_front().flatten());
            }
        }
        fits
    }

    /// How many of `len` bytes a read returns.
    pub(crate) fn read(&self, len: usize) -> Outcome<usize> {
        match self.reader_finds {
            _ if len == 0 => Poll::Ready(Ok(0)),
            _ if self.unread() > 0 => Poll::Ready(Ok(len.min(self.unread()))),
            None => Poll::Pending,
            Some(end) => Poll::Ready(end.map(|()| 0)),
        }
    }

    /// Returns whether so many bytes can be consumed. If not, the call panics. Of the bytes that
    /// were discarded, those that were lent can be. Whether the others can is not specified.
    pub(crate) fn consume(&mut self, n: usize) -> Option<bool> {
        if n > self.sent.len() {
            return Some(false);
        }
        if n > self.unread().max(self.lent_to_reader) {
            return None;
        }
        self.sent.drain(..n);
        self.lent_to_reader = self.lent_to_reader.saturating_sub(n);
        Some(true)
    }

    pub(crate) fn check_lent(&mut self, got: &[u8]) {
        self.check_unread(got);
        if !got.is_empty() {
            self.lent_to_reader = got.len();
        }
    }

    pub(crate) fn check_unread(&self, got: &[u8]) {
        assert!(got.len() <= self.unread());
        for (i, (sent, got)) in self.sent.iter().zip(got).enumerate() {
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
            }
            End::FinishWith => {
                self.reader_finds.get_or_insert(Err(FINISHED_WITH));
                self.writer_finds.get_or_insert(BROKEN);
            }
            End::AbortWriter => {
                self.discarded |= was_open;
                self.reader_finds.get_or_insert(Err(ABORTED));
                self.writer_finds.get_or_insert(BROKEN);
            }
            End::CloseReader | End::DropReader => {
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(BROKEN);
                self.reader_ended = true;
            }
            End::AbortReader => {
                self.discarded |= !self.reader_ended;
                self.reader_finds.get_or_insert(Ok(()));
                self.writer_finds.get_or_insert(Err(ABORTED));
                self.reader_ended = true;
            }
            End::Cut => {
                self.discarded |= was_open;
                self.reader_finds.get_or_insert(Err(CUT));
                self.writer_finds.get_or_insert(Err(CUT));
            }
        }
    }
}
