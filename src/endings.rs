//! How a half or a stream ends.

use crate::duplex::DuplexStream;
use crate::error::{Error, Reason};
use crate::pipe::Ending;
use crate::reader::Reader;
use crate::writer::Writer;

/// Ending the stream.
impl Reader {
    /// Ends the stream from the reader's side: from now on writes fail with `BrokenPipe`.
    ///
    /// Bytes that are unread at that moment can still be read. After them, reads return `Ok(0)`. A
    /// later abort of the writer changes nothing for this reader.
    ///
    /// Closing again does nothing. Nor does closing after the writer has
    /// [aborted](Writer::abort): reads keep failing with its error.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// reader.close();
    /// assert_eq!(writer.try_write(b"d").unwrap_err().kind(), ErrorKind::BrokenPipe);
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    pub fn close(&mut self) {
        drop(self.endpoint.close(Ending::Finish));
    }

    /// Ends the stream with an error: from now on the writer's calls fail with it.
    ///
    /// Unread bytes are discarded, and reads of this reader return `Ok(0)`. Each call of the writer
    /// returns the error's kind, message and source: see [rule
    /// B16](crate::contract#b16-an-abort-fails-the-peers-calls), also for `WouldBlock` and
    /// `Interrupted`.
    ///
    /// The first ending stands. If this reader is closed, the call does nothing. If the writer has
    /// finished, its writes keep failing with `BrokenPipe`. If it has aborted, reads keep failing
    /// with its error.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// reader.abort(Error::new(ErrorKind::InvalidData, "bad magic number"));
    ///
    /// let error = writer.try_write(b"a").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidData);
    /// assert_eq!(error.to_string(), "bad magic number");
    /// ```
    pub fn abort(&mut self, error: impl Into<Error>) {
        let reason = Reason::new(error.into());
        drop(self.endpoint.close(Ending::Abort(reason)));
    }
}

/// Ending the stream.
impl Writer {
    /// Ends the stream: the reader gets every byte written so far, then `Ok(0)` for ever.
    ///
    /// Later writes of this writer fail with `BrokenPipe`. A later abort of the reader changes
    /// nothing for this writer.
    ///
    /// Finishing again does nothing. Nor does finishing after the reader has
    /// [aborted](Reader::abort): writes keep failing with its error.
    ///
    /// This is what `AsyncWrite::poll_close` and tokio's `poll_shutdown` do, so
    /// `writer.close().await` and `writer.shutdown().await` do the same with those traits in scope.
    ///
    /// ```
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// writer.finish();
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    /// ```
    #[doc(alias("shutdown", "close"))]
    pub fn finish(&mut self) {
        drop(self.endpoint.close(Ending::Finish));
    }

    /// Ends the stream with an error: the reader gets every byte written so far, and then this
    /// error instead of the end, for ever.
    ///
    /// Use it when the source of the bytes fails midway, for example that of [an HTTP
    /// body](crate::guide::recipes#an-http-body-that-a-task-writes). Otherwise the reader takes a
    /// truncated stream for a complete one. [`abort`](Self::abort) discards unread bytes instead.
    ///
    /// Each call of the reader returns the error's kind, message and source, as after an abort.
    ///
    /// Later writes of this writer fail with `BrokenPipe`. The call does nothing if this writer has
    /// ended the stream before, or if the reader has.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"abc").unwrap();
    /// writer.finish_with(Error::new(ErrorKind::UnexpectedEof, "the source broke off"));
    ///
    /// let mut buf = [0; 8];
    /// assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    /// let error = reader.try_read(&mut buf).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    /// assert_eq!(error.to_string(), "the source broke off");
    /// ```
    pub fn finish_with(&mut self, error: impl Into<Error>) {
        let reason = Reason::new(error.into());
        drop(self.endpoint.close(Ending::FinishWith(reason)));
    }

    /// Ends the stream with an error at once: from now on the reader's calls fail with it, and
    /// unread bytes are discarded.
    ///
    /// Each call of the reader returns the error's kind, message and source: see [rule
    /// B16](crate::contract#b16-an-abort-fails-the-peers-calls), also for `WouldBlock` and
    /// `Interrupted`.
    ///
    /// Later writes of this writer fail with `BrokenPipe`. The first ending stands. If this writer
    /// has ended the stream, the call does nothing. If the reader is closed, it keeps its unread
    /// bytes, and then reads `Ok(0)`. If it has aborted, writes keep failing with its error.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// let (mut reader, mut writer) = async_duplex::pipe(8);
    /// writer.try_write(b"half of a mess").unwrap();
    /// writer.abort(Error::new(ErrorKind::InvalidData, "checksum mismatch"));
    ///
    /// let error = reader.try_read(&mut [0; 8]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidData);
    /// assert_eq!(error.to_string(), "checksum mismatch");
    /// ```
    pub fn abort(&mut self, error: impl Into<Error>) {
        let reason = Reason::new(error.into());
        drop(self.endpoint.close(Ending::Abort(reason)));
    }
}

/// Ending both directions.
impl DuplexStream {
    /// Aborts both directions: from now on the reads and writes of the other stream fail with this
    /// error, and unread bytes are discarded. See [`Reader::abort`] and [`Writer::abort`].
    ///
    /// Both directions are aborted even if a waker of the other stream panics. A direction that one
    /// of its halves has ended before keeps its first ending for that half.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// let (mut client, mut server) = async_duplex::duplex(64);
    /// client.abort(ErrorKind::ConnectionReset);
    /// assert_eq!(server.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// assert_eq!(server.try_write(&[0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    /// ```
    pub fn abort(&mut self, error: impl Into<Error>) {
        let reason = Reason::new(error.into());
        // Both directions are aborted before anything is woken: a waker may panic.
        let _wake_writer = self.reader.endpoint.close(Ending::Abort(reason.clone()));
        let _wake_reader = self.writer.endpoint.close(Ending::Abort(reason));
    }
}
