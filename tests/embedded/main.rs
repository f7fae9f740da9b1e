//! The rules of the streams through the traits of `embedded-io-async`, without `std`, too. With
//! `std`, the tests of `contract` and `endings` make each of these calls as well.

#![cfg(not(any(loom, shuttle)))]
#![cfg(feature = "embedded-io")]

#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;

use core::future::Future;
use core::pin::pin;
use core::task::Poll;

use async_duplex::io::ErrorKind;
use async_duplex::{duplex, pipe, DuplexStream, Options, Reader, Writer};
use embedded_io_async::{BufRead, Error, ErrorKind as Kind, ErrorType, Read, ReadExactError};
use embedded_io_async::{ReadReady, Write, WriteReady};
use futures::executor::block_on;
use futures::future::join;

use counting_waker::CountingTask;
use data::data;
use deadline::within;

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;

/// A reader or a stream.
trait Source: BufRead + ReadReady + Abort {}
impl<T: BufRead + ReadReady + Abort> Source for T {}

/// A writer or a stream.
trait Sink: Write + WriteReady + Abort {}
impl<T: Write + WriteReady + Abort> Sink for T {}

/// The inherent method `abort` of all three types, whose error is that of the crate.
trait Abort: ErrorType<Error = async_duplex::io::Error> {
    fn abort(&mut self, kind: ErrorKind);
}

impl Abort for Reader {
    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }
}

impl Abort for Writer {
    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }
}

impl Abort for DuplexStream {
    fn abort(&mut self, kind: ErrorKind) {
        self.abort(kind);
    }
}

/// The result of one poll of a future, with the kind of an error, because errors are not `Eq`.
type Outcome<T> = Poll<Result<T, Kind>>;

const fn done<T>(value: T) -> Outcome<T> {
    Poll::Ready(Ok(value))
}

const fn failed<T>(kind: Kind) -> Outcome<T> {
    Poll::Ready(Err(kind))
}

/// Polls a future once, and drops it.
fn poll<T, E: Error>(
    task: &CountingTask,
    future: impl Future<Output = Result<T, E>>,
) -> Outcome<T> {
    let polled = task.poll(|cx| pin!(future).poll(cx));
    polled.map_err(|error| error.kind())
}

fn read(task: &CountingTask, from: &mut impl Source, limit: usize) -> Outcome<Vec<u8>> {
    let mut buf = vec![0; limit];
    let outcome = poll(task, from.read(&mut buf));
    outcome.map_ok(|n| buf[..n].to_vec())
}

fn fill_buf(task: &CountingTask, source: &mut impl Source) -> Outcome<Vec<u8>> {
    poll(task, async { source.fill_buf().await.map(<[u8]>::to_vec) })
}

fn write(task: &CountingTask, sink: &mut impl Sink, bytes: &[u8]) -> Outcome<usize> {
    poll(task, sink.write(bytes))
}

#[test]
fn b3_b11_every_byte_arrives_once_and_in_order_and_then_the_end_for_ever() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let send = async {
            for chunk in data(1, 10_000).chunks(13) {
                sink.write_all(chunk).await.unwrap();
                sink.flush().await.unwrap();
            }
            drop(sink);
        };
        let receive = async {
            let mut received = Vec::new();
            let mut buf = [0; 5];
            loop {
                // A read into a buffer, and then a read through `fill_buf`.
                let n = source.read(&mut buf).await.unwrap();
                received.extend_from_slice(&buf[..n]);
                let lent = source.fill_buf().await.unwrap();
                received.extend_from_slice(lent);
                let n = lent.len();
                source.consume(n);
                if n == 0 {
                    break received;
                }
            }
        };
        let (_, received) = within(DEADLINE, || block_on(join(send, receive)));
        assert!(received == data(1, 10_000));
        let task = CountingTask::new();
        for _ in 0..3 {
            assert_eq!(read(&task, &mut source, 4), done(vec![]));
            assert_eq!(fill_buf(&task, &mut source), done(vec![]));
        }
        let ended = block_on(source.read_exact(&mut [0]));
        assert!(matches!(ended, Err(ReadExactError::UnexpectedEof)));
    }
    check(pipe(7));
    check(duplex(7));
}

/// Makes calls that move nothing, and asks whether others would wait, which neither wakes nor
/// replaces a waker.
fn move_nothing(source: &mut impl Source, sink: &mut impl Sink, ready: (bool, bool)) {
    let task = CountingTask::new();
    assert_eq!(read(&task, source, 0), done(vec![]));
    assert_eq!(write(&task, sink, b""), done(0));
    assert_eq!(poll(&task, sink.flush()), done(()));
    let found = (source.read_ready().unwrap(), sink.write_ready().unwrap());
    assert_eq!((found, task.state()), (ready, (0, 0)));
}

#[test]
fn b3_b5_b6_b7_b10_a_call_moves_all_it_can_and_one_that_is_empty_or_dropped_nothing() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let (reading, writing) = (CountingTask::new(), CountingTask::new());
        assert!(read(&reading, &mut source, 1).is_pending());
        move_nothing(&mut source, &mut sink, (false, true));
        assert_eq!(write(&writing, &mut sink, b"abcdef"), done(4));
        assert!(write(&writing, &mut sink, b"ef").is_pending());
        move_nothing(&mut source, &mut sink, (true, false));
        assert_eq!((reading.state(), writing.state()), ((1, 0), (0, 1)));
        assert_eq!(read(&reading, &mut source, 3), done(b"abc".to_vec()));
        assert_eq!(writing.wakes(), 1);
        assert_eq!(write(&writing, &mut sink, b"ef"), done(2));
        // `fill_buf` lends up to where the bytes wrap around, and the rest after that.
        for used in [0, 1] {
            assert_eq!(fill_buf(&reading, &mut source), done(b"d".to_vec()));
            source.consume(used);
        }
        assert_eq!(fill_buf(&reading, &mut source), done(b"ef".to_vec()));
        source.consume(2);
        assert!(fill_buf(&reading, &mut source).is_pending());
        assert_eq!(write(&writing, &mut sink, b"g"), done(1));
        assert_eq!((reading.wakes(), writing.wakes()), (2, 1));
    }
    check(pipe(4));
    check(duplex(4));
}

/// Every kind that the crate has without `std` and that an abort accepts, and the kind of
/// `embedded-io` that it becomes. `BrokenPipe` is also what a drop comes to.
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
        assert_eq!(write(&task, &mut sink, b"cd"), done(2));
        sink.abort(given);
        assert!(task.wakes() == 1 && source.read_ready().unwrap());
        for _ in 0..2 {
            assert_eq!(read(&task, &mut source, 2), failed(kind));
            assert_eq!(fill_buf(&task, &mut source), failed(kind));
            match block_on(source.read_exact(&mut [0])) {
                Err(ReadExactError::Other(error)) => assert_eq!(Error::kind(&error), kind),
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
fn b12_b16_writes_fail_with_the_kind_of_the_abort_or_with_broken_pipe() {
    fn check((mut source, mut sink): (impl Source, impl Sink), end: Option<ErrorKind>, kind: Kind) {
        let task = CountingTask::new();
        let mut all = Box::pin(sink.write_all(b"abc"));
        assert!(task.poll(|cx| all.as_mut().poll(cx)).is_pending());
        match end {
            Some(given) => source.abort(given),
            None => drop(source),
        }
        assert_eq!(task.wakes(), 1);
        assert_eq!(poll(&task, all), failed(kind));
        assert!(sink.write_ready().unwrap());
        for bytes in [&b"c"[..], b""] {
            assert_eq!(write(&task, &mut sink, bytes), failed(kind));
        }
        assert_eq!(poll(&task, sink.flush()), done(()));
    }
    for (given, kind) in KINDS {
        check(pipe(2), Some(given), kind);
        check(duplex(2), Some(given), kind);
    }
    check(pipe(2), None, Kind::BrokenPipe);
    check(duplex(2), None, Kind::BrokenPipe);
}

#[test]
fn b13_a_half_that_has_ended_itself_is_ready_and_ends() {
    let (task, (mut reader, mut writer)) = (CountingTask::new(), pipe(4));
    writer.finish();
    assert!(writer.write_ready().unwrap() && reader.read_ready().unwrap());
    assert_eq!(write(&task, &mut writer, b"a"), failed(Kind::BrokenPipe));
    reader.close();
    assert_eq!(read(&task, &mut reader, 1), done(vec![]));
}

#[test]
fn b18_the_traits_yield_like_the_inherent_methods() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(8).yield_every(1).pipe();
    assert_eq!(write(&task, &mut writer, b"a"), done(1));
    assert!(write(&task, &mut writer, b"b").is_pending());
    assert_eq!(task.wakes(), 1);
    for _ in 0..2 {
        assert_eq!(fill_buf(&task, &mut reader), done(b"a".to_vec()));
    }
    reader.consume(1);
    assert_eq!(writer.try_write(b"b").unwrap(), 1);
    assert!(fill_buf(&task, &mut reader).is_pending());
    assert_eq!(task.wakes(), 2);
}

#[test]
fn surface_a_task_that_uses_the_traits_can_be_spawned() {
    /// The bound that an executor puts on what it spawns.
    fn is_spawnable<T: Future + Send + 'static>(task: T) -> T {
        task
    }

    let (mut near, mut far) = duplex(4);
    let asks = is_spawnable(async move {
        near.write_all(b"ping").await.unwrap();
        let mut buf = [0; 4];
        near.read_exact(&mut buf).await.unwrap();
        buf
    });
    let answers = is_spawnable(async move {
        let n = far.fill_buf().await.unwrap().len();
        far.consume(n);
        far.write_all(b"pong").await.unwrap();
    });
    let (answer, ()) = within(DEADLINE, || block_on(join(asks, answers)));
    assert_eq!(&answer, b"pong");
}
