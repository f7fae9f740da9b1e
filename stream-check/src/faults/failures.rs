//! The settings that make calls fail or end the stream.

use std::io::ErrorKind;

use super::fault::{Counted, Effect, Fault};
use super::{FaultPoint, Faulty};

/// Errors and ends. Each takes a number or a [`FaultPlan`](super::FaultPlan).
///
/// # Panics
///
/// * If an operation or a read has number 0.
/// * If the kind of an error is `WouldBlock` or `Interrupted`, because no `poll_*` method may fail
///   with these.
impl<S> Faulty<S> {
    /// Makes operation number `operation`, from 1, and every operation after it fail with `kind`.
    #[track_caller]
    pub fn fail_at(self, operation: impl Into<FaultPoint>, kind: ErrorKind) -> Self {
        self.with_fault(Counted::Operations, operation.into(), Effect::error(kind))
    }

    /// Makes the first read after `bytes` bytes were read fail with `kind`, and every operation
    /// after that read.
    ///
    /// A read of more bytes than are left before the fault returns those. A read into an empty
    /// buffer does not fire the fault.
    #[track_caller]
    pub fn fail_after_bytes_read(self, bytes: impl Into<FaultPoint>, kind: ErrorKind) -> Self {
        self.with_fault(Counted::BytesRead, bytes.into(), Effect::error(kind))
    }

    /// Makes the first write after `bytes` bytes were written fail with `kind`, and every
    /// operation after that write.
    ///
    /// A write of more bytes than are left before the fault writes those. A write of an empty
    /// buffer does not fire the fault.
    #[track_caller]
    pub fn fail_after_bytes_written(self, bytes: impl Into<FaultPoint>, kind: ErrorKind) -> Self {
        self.with_fault(Counted::BytesWritten, bytes.into(), Effect::error(kind))
    }

    /// Truncates the write that [`fail_at`](Self::fail_at) makes fail: the inner stream receives
    /// the first `bytes` bytes of it, and the write fails. 0 by default.
    ///
    /// The peer then receives a part of data that the writer was told had failed. A write of at
    /// most `bytes` bytes reaches the inner stream in full, and still fails. The inner stream may
    /// accept fewer bytes, and [`max_write`](Self::max_write) may allow fewer. If the inner stream
    /// returns `Pending`, so does the write. The bytes are not flushed, so an inner stream with a
    /// buffer may keep them there.
    ///
    /// ```
    /// use futures::{executor::block_on, AsyncWriteExt};
    /// use std::io::ErrorKind;
    /// use stream_check::faults::Faulty;
    ///
    /// let mut writer = Faulty::new(Vec::new()).fail_at(1, ErrorKind::TimedOut).truncate_write(2);
    /// assert!(block_on(writer.write(b"hello")).is_err());
    /// assert_eq!(writer.get_ref(), b"he");
    /// ```
    pub fn truncate_write(mut self, bytes: usize) -> Self {
        self.control.truncate_write = bytes;
        self
    }

    /// Makes read number `read`, from 1, and every read after it find the end of the stream. Other
    /// operations do not count, and continue.
    #[track_caller]
    pub fn eof_at_read(self, read: impl Into<FaultPoint>) -> Self {
        self.with_fault(Counted::Reads, read.into(), Effect::Eof)
    }

    /// Makes every read after `bytes` bytes were read find the end of the stream. Other operations
    /// continue.
    ///
    /// A read of more bytes than are left before the end returns those.
    pub fn eof_after_bytes(self, bytes: impl Into<FaultPoint>) -> Self {
        self.with_fault(Counted::BytesRead, bytes.into(), Effect::Eof)
    }

    #[track_caller]
    fn with_fault(mut self, counted: Counted, point: FaultPoint, effect: Effect) -> Self {
        let counter = match counted {
            Counted::Operations => point.counter_at("operation"),
            Counted::Reads => point.counter_at("read"),
            Counted::BytesRead | Counted::BytesWritten => point.counter_after(),
        };
        self.control.faults.push(Fault {
            counted,
            counter,
            effect,
        });
        self
    }
}
