//! The end of a stream, and aborts.

use core::future::Future;

use async_duplex::io::ErrorKind;
use async_duplex::{duplex, pipe};
use embedded_io_async::{Error, ErrorKind as Kind, ReadExactError};
use futures::executor::block_on;

use crate::common::{done, failed, fill_buf, poll, read, write, Sink, Source};
use crate::counting_waker::CountingTask;

#[test]
fn b11_reads_return_every_byte_then_0_for_ever() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert_eq!(poll(&task, sink.write_all(b"abcd")), done(()));
        drop(sink);
        assert_eq!(poll(&task, source.read(&mut [0])), done(1));
        assert_eq!(fill_buf(&task, &mut source), done(b"bcd".to_vec()));
        let mut buf = [0; 4];
        let ended = block_on(source.read_exact(&mut buf));
        assert!(matches!(ended, Err(ReadExactError::UnexpectedEof)));
        assert_eq!(&buf[..3], b"bcd");
        for _ in 0..3 {
            assert_eq!(read(&task, &mut source, 4), done(vec![]));
            assert_eq!(fill_buf(&task, &mut source), done(vec![]));
        }
        assert!(block_on(source.read_exact(&mut [])).is_ok());
    }
    check(pipe(4));
    check(duplex(4));
}

#[test]
fn b12_b13_writes_fail_with_broken_pipe_when_the_reader_is_dropped_or_the_writer_has_finished() {
    fn check((source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        let mut all = Box::pin(sink.write_all(b"abc"));
        assert!(task.poll(|cx| all.as_mut().poll(cx)).is_pending());
        drop(source);
        assert_eq!(task.wakes(), 1);
        assert_eq!(poll(&task, all), failed(Kind::BrokenPipe));
        assert_eq!(write(&task, &mut sink, b"d"), failed(Kind::BrokenPipe));
    }
    check(pipe(2));
    check(duplex(2));
    let (task, (mut reader, mut writer)) = (CountingTask::new(), pipe(4));
    assert!(fill_buf(&task, &mut reader).is_pending());
    writer.finish();
    assert_eq!(task.wakes(), 1);
    assert_eq!(write(&task, &mut writer, b"a"), failed(Kind::BrokenPipe));
    assert_eq!(read(&task, &mut reader, 1), done(vec![]));
}

/// Every kind that the crate has without `std` and that an abort accepts, and the kind of
/// `embedded-io` that it becomes.
const KINDS: [(ErrorKind, Kind); 14] = [
    (ErrorKind::BrokenPipe, Kind::BrokenPipe),
    (ErrorKind::ConnectionAborted, Kind::ConnectionAborted),
    (ErrorKind::ConnectionRefused, Kind::ConnectionRefused),
    (ErrorKind::ConnectionReset, Kind::ConnectionReset),
    (ErrorKind::InvalidData, Kind::InvalidData),
    (ErrorKind::InvalidInput, Kind::InvalidInput),
    (ErrorKind::NotConnected, Kind::NotConnected),
    (ErrorKind::Other, Kind::Other),
    (ErrorKind::OutOfMemory, Kind::OutOfMemory),
    (ErrorKind::PermissionDenied, Kind::PermissionDenied),
    (ErrorKind::TimedOut, Kind::TimedOut),
    (ErrorKind::UnexpectedEof, Kind::Other),
    (ErrorKind::Unsupported, Kind::Unsupported),
    (ErrorKind::WriteZero, Kind::WriteZero),
];

#[test]
fn b16_reads_fail_with_the_kind_of_the_abort() {
    fn check((mut source, mut sink): (impl Source, impl Sink), given: ErrorKind, kind: Kind) {
        let task = CountingTask::new();
        assert!(read(&task, &mut source, 2).is_pending());
        assert_eq!(write(&task, &mut sink, b"ab"), done(2));
        assert!(fill_buf(&task, &mut source).is_ready());
        source.consume(2);
        assert!(read(&task, &mut source, 2).is_pending());
        assert_eq!(write(&task, &mut sink, b"cd"), done(2));
        sink.abort(given);
        assert_eq!(task.wakes(), 2);
        for _ in 0..2 {
            assert_eq!(read(&task, &mut source, 2), failed(kind));
            assert_eq!(fill_buf(&task, &mut source), failed(kind));
            match block_on(source.read_exact(&mut [0])) {
                Err(ReadExactError::Other(error)) => assert_eq!(error.kind(), kind),
                ended => panic!("{ended:?}"),
            }
        }
    }
    for (given, kind) in KINDS {
        check(pipe(4), given, kind);
        check(duplex(4), given, kind);
    }
}

#[test]
fn b16_writes_fail_with_the_kind_of_the_abort() {
    fn check((mut source, mut sink): (impl Source, impl Sink), given: ErrorKind, kind: Kind) {
        let task = CountingTask::new();
        assert_eq!(write(&task, &mut sink, b"abc"), done(2));
        assert!(write(&task, &mut sink, b"c").is_pending());
        source.abort(given);
        assert_eq!(task.wakes(), 1);
        for bytes in [&b"c"[..], b""] {
            assert_eq!(write(&task, &mut sink, bytes), failed(kind));
        }
        assert_eq!(poll(&task, sink.write_all(b"c")), failed(kind));
        assert_eq!(poll(&task, sink.flush()), done(()));
    }
    for (given, kind) in KINDS {
        check(pipe(2), given, kind);
        check(duplex(2), given, kind);
    }
}
