//! The rules of the streams again, through the traits of `embedded-io-async`, with `std` and
//! without.

#![cfg(not(loom))]
#![cfg(feature = "embedded-io")]

#[path = "support/counting_waker.rs"]
mod counting_waker;
#[path = "support/deadline.rs"]
mod deadline;

use core::future::Future;
use core::pin::pin;
use core::task::Poll;

use async_duplex::io::ErrorKind;
use async_duplex::{duplex, pipe, DuplexStream, Options, Reader, Writer};
use counting_waker::CountingTask;
use deadline::within;
use embedded_io_async::{
    BufRead, Error, ErrorKind as Kind, ErrorType, Read, ReadExactError, ReadReady, Write,
    WriteReady,
};
use futures::executor::block_on;
use futures::future::join;

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;

/// What can be read from: both types that can.
trait Source: BufRead + ReadReady + Abort {}
impl<T: BufRead + ReadReady + Abort> Source for T {}

/// What can be written to: both types that can.
trait Sink: Write + WriteReady + Abort {}
impl<T: Write + WriteReady + Abort> Sink for T {}

/// The inherent method of the same name.
trait Abort {
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

/// What one poll of a future came to. The kind of an error, because errors cannot be compared.
type Outcome<T> = Poll<Result<T, Kind>>;

const fn done<T>(value: T) -> Outcome<T> {
    Poll::Ready(Ok(value))
}

const fn failed<T>(kind: Kind) -> Outcome<T> {
    Poll::Ready(Err(kind))
}

/// Polls a future once, and drops it.
fn poll<T, E>(task: &CountingTask, future: impl Future<Output = Result<T, E>>) -> Outcome<T>
where
    E: Error,
{
    task.poll(|cx| pin!(future).poll(cx))
        .map_err(|error| error.kind())
}

fn read(task: &CountingTask, source: &mut impl Source, limit: usize) -> Outcome<Vec<u8>> {
    let mut buf = vec![0; limit];
    let outcome = poll(task, source.read(&mut buf));
    outcome.map_ok(|n| buf[..n].to_vec())
}

fn fill_buf(task: &CountingTask, source: &mut impl Source) -> Outcome<Vec<u8>> {
    poll(task, async { source.fill_buf().await.map(<[u8]>::to_vec) })
}

fn write(task: &CountingTask, sink: &mut impl Sink, bytes: &[u8]) -> Outcome<usize> {
    poll(task, sink.write(bytes))
}

/// Bytes among which a lost, repeated or swapped one shows.
fn data() -> Vec<u8> {
    (0..10_000_u32).map(|n| (n % 251) as u8).collect()
}

#[test]
fn b3_bytes_arrive_once_and_in_order() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let send = async {
            for chunk in data().chunks(13) {
                sink.write_all(chunk).await.unwrap();
                sink.flush().await.unwrap();
            }
            drop(sink);
        };
        let receive = async {
            let mut received = Vec::new();
            let mut buf = [0; 5];
            loop {
                // In turns: a read into a buffer, and a look into the pipe's own.
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
        assert!(received == data());
    }
    check(pipe(7));
    check(duplex(7));
}

#[test]
fn b3_a_call_moves_as_much_as_it_can() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert_eq!(write(&task, &mut sink, b"abcdef"), done(4));
        assert_eq!(read(&task, &mut source, 3), done(b"abc".to_vec()));
        assert_eq!(write(&task, &mut sink, b"ef"), done(2));
        // `fill_buf` lends up to where the bytes wrap around, and the rest after that.
        assert_eq!(fill_buf(&task, &mut source), done(b"d".to_vec()));
        source.consume(0);
        assert_eq!(fill_buf(&task, &mut source), done(b"d".to_vec()));
        source.consume(1);
        assert_eq!(fill_buf(&task, &mut source), done(b"ef".to_vec()));
        source.consume(1);
        assert_eq!(read(&task, &mut source, 9), done(b"f".to_vec()));
        assert_eq!(task.wakes(), 0);
    }
    check(pipe(4));
    check(duplex(4));
}

#[test]
fn b5_reading_or_writing_nothing_is_done_at_once() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert_eq!(read(&task, &mut source, 0), done(vec![]));
        assert_eq!(write(&task, &mut sink, b""), done(0));
        assert_eq!(write(&task, &mut sink, b"ab"), done(2));
        assert_eq!(write(&task, &mut sink, b""), done(0));
        assert_eq!(read(&task, &mut source, 0), done(vec![]));
        drop(source);
        assert_eq!(write(&task, &mut sink, b""), failed(Kind::BrokenPipe));
        assert_eq!((task.wakes(), task.kept()), (0, 0));
    }
    check(pipe(2));
    check(duplex(2));
}

#[test]
fn b6_flush_is_ok() {
    fn check((source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert_eq!(poll(&task, sink.flush()), done(()));
        assert_eq!(write(&task, &mut sink, b"ab"), done(2));
        assert_eq!(poll(&task, sink.flush()), done(()));
        drop(source);
        assert_eq!(poll(&task, sink.flush()), done(()));
    }
    check(pipe(2));
    check(duplex(2));
}

#[test]
fn b7_a_call_waits_until_it_can_move_something() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let (reading, writing) = (CountingTask::new(), CountingTask::new());
        assert!(read(&reading, &mut source, 1).is_pending());
        assert_eq!(write(&writing, &mut sink, b"ab"), done(2));
        assert!(write(&writing, &mut sink, b"c").is_pending());
        assert_eq!((reading.wakes(), writing.wakes()), (1, 0));
        assert_eq!(fill_buf(&reading, &mut source), done(b"ab".to_vec()));
        source.consume(2);
        assert_eq!((reading.wakes(), writing.wakes()), (1, 1));
        assert!(fill_buf(&reading, &mut source).is_pending());
        assert_eq!(write(&writing, &mut sink, b"c"), done(1));
        assert_eq!((reading.wakes(), writing.wakes()), (2, 1));
    }
    check(pipe(2));
    check(duplex(2));
}

#[test]
fn b10_a_dropped_future_moves_nothing() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert!(read(&task, &mut source, 2).is_pending());
        assert!(fill_buf(&task, &mut source).is_pending());
        assert_eq!(write(&task, &mut sink, b"ab"), done(2));
        assert!(write(&task, &mut sink, b"never").is_pending());
        assert_eq!(read(&task, &mut source, 9), done(b"ab".to_vec()));
        drop(sink);
        assert_eq!(read(&task, &mut source, 9), done(vec![]));
    }
    check(pipe(2));
    check(duplex(2));
}

#[test]
fn b11_the_end_comes_after_every_byte_and_stays() {
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
fn b11_a_parked_reader_is_woken_by_the_end() {
    fn check((mut source, sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert!(fill_buf(&task, &mut source).is_pending());
        drop(sink);
        assert_eq!(task.wakes(), 1);
        assert_eq!(fill_buf(&task, &mut source), done(vec![]));
    }
    check(pipe(4));
    check(duplex(4));
}

#[test]
fn b12_writing_to_nobody_is_a_broken_pipe() {
    fn check((source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert_eq!(write(&task, &mut sink, b"a"), done(1));
        drop(source);
        assert_eq!(write(&task, &mut sink, b"b"), failed(Kind::BrokenPipe));
        let all = poll(&task, sink.write_all(b"bc"));
        assert_eq!(all, failed(Kind::BrokenPipe));
    }
    check(pipe(4));
    check(duplex(4));
}

#[test]
fn b12_a_parked_writer_is_woken_by_the_end() {
    fn check((source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        let mut all = Box::pin(sink.write_all(b"abc"));
        assert!(task.poll(|cx| all.as_mut().poll(cx)).is_pending());
        drop(source);
        assert_eq!(task.wakes(), 1);
        assert_eq!(poll(&task, all), failed(Kind::BrokenPipe));
    }
    check(pipe(2));
    check(duplex(2));
}

#[test]
fn b13_writing_after_ones_own_close_is_a_broken_pipe() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = pipe(4);
    writer.close();
    assert_eq!(write(&task, &mut writer, b"a"), failed(Kind::BrokenPipe));
    assert_eq!(read(&task, &mut reader, 1), done(vec![]));
}

/// Every kind that the crate has without `std`, but for the two that say "try again", and what
/// `embedded-io` calls it.
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
fn surface_ready_is_what_would_not_wait() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        let ready = |source: &mut _, sink: &mut _, expected: (bool, bool)| {
            let reported = (is_read_ready(source), is_write_ready(sink));
            assert_eq!(reported, expected);
        };
        ready(&mut source, &mut sink, (false, true));
        assert_eq!(write(&task, &mut sink, b"a"), done(1));
        ready(&mut source, &mut sink, (true, true));
        assert_eq!(write(&task, &mut sink, b"b"), done(1));
        ready(&mut source, &mut sink, (true, false));
        assert_eq!(read(&task, &mut source, 2), done(b"ab".to_vec()));
        ready(&mut source, &mut sink, (false, true));
    }
    check(pipe(2));
    check(duplex(2));
}

fn is_read_ready(source: &mut impl Source) -> bool {
    source.read_ready().unwrap()
}

fn is_write_ready(sink: &mut impl Sink) -> bool {
    sink.write_ready().unwrap()
}

#[test]
fn surface_ready_when_all_that_comes_is_the_end() {
    fn check_read((mut source, mut sink): (impl Source, impl Sink), end: fn(&mut dyn Abort)) {
        end(&mut sink);
        drop(sink);
        assert!(is_read_ready(&mut source));
        assert!(read(&CountingTask::new(), &mut source, 1).is_ready());
    }
    fn check_write((mut source, mut sink): (impl Source, impl Sink), end: fn(&mut dyn Abort)) {
        assert_eq!(write(&CountingTask::new(), &mut sink, b"ab"), done(2));
        assert!(!is_write_ready(&mut sink));
        end(&mut source);
        drop(source);
        assert!(is_write_ready(&mut sink));
        assert!(write(&CountingTask::new(), &mut sink, b"c").is_ready());
    }
    let ends: [fn(&mut dyn Abort); 2] = [|_| (), |half| half.abort(ErrorKind::TimedOut)];
    for end in ends {
        check_read(pipe(2), end);
        check_read(duplex(2), end);
        check_write(pipe(2), end);
        check_write(duplex(2), end);
    }
    let (mut reader, mut writer) = pipe(2);
    reader.close();
    assert!(is_read_ready(&mut reader));
    writer.close();
    assert!(is_write_ready(&mut writer));
}

#[test]
fn surface_asking_whether_it_is_ready_disturbs_nobody() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let (reading, writing) = (CountingTask::new(), CountingTask::new());
        assert!(read(&reading, &mut source, 1).is_pending());
        assert!(!is_read_ready(&mut source));
        assert_eq!((reading.kept(), reading.wakes()), (1, 0));
        assert_eq!(write(&writing, &mut sink, b"ab"), done(2));
        assert!(write(&writing, &mut sink, b"c").is_pending());
        assert!(!is_write_ready(&mut sink));
        assert_eq!((writing.kept(), writing.wakes()), (1, 0));
        // They are still who is woken.
        assert_eq!(reading.wakes(), 1);
        assert_eq!(read(&reading, &mut source, 2), done(b"ab".to_vec()));
        assert_eq!(writing.wakes(), 1);
    }
    check(pipe(2));
    check(duplex(2));
}

/// The bound that an executor puts on what it spawns.
fn is_spawnable(_: &(impl Future + Send + 'static)) {}

#[test]
fn surface_a_task_that_uses_the_traits_can_be_spawned() {
    let (mut near, mut far) = duplex(4);
    let asks = async move {
        near.write_all(b"ping").await.unwrap();
        let mut buf = [0; 4];
        near.read_exact(&mut buf).await.unwrap();
        buf
    };
    let answers = async move {
        let n = far.fill_buf().await.unwrap().len();
        far.consume(n);
        far.write_all(b"pong").await.unwrap();
        far.flush().await.unwrap();
    };
    is_spawnable(&asks);
    is_spawnable(&answers);
    let (answer, ()) = within(DEADLINE, || block_on(join(asks, answers)));
    assert_eq!(&answer, b"pong");
}

/// Compiles only if that is the error of all three, whichever it is.
const _: () = {
    const fn fails_with_ours<T: ErrorType<Error = async_duplex::io::Error>>() {}
    fails_with_ours::<Reader>();
    fails_with_ours::<Writer>();
    fails_with_ours::<DuplexStream>();
};

#[cfg(feature = "std")]
mod beside_futures_io {
    use super::{block_on, duplex, join, within, DEADLINE};
    use embedded_io_async::{Read, Write};
    use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

    /// With both families in scope, a call has to say which it means; a bound has to say it anyway.
    #[test]
    fn surface_one_stream_has_the_traits_of_both() {
        let (mut near, mut far) = duplex(3);
        let embedded = async {
            Write::write_all(&mut near, b"one line\n").await?;
            let mut answer = [0; 9];
            Read::read_exact(&mut near, &mut answer).await?;
            assert_eq!(&answer, b"ONE LINE\n");
            // The same stream, and one error type.
            AsyncWriteExt::write_all(&mut near, b"bye\n").await?;
            AsyncWriteExt::close(&mut near).await?;
            std::io::Result::Ok(())
        };
        let other = async {
            let mut line = String::new();
            far.read_line(&mut line).await?;
            AsyncWriteExt::write_all(&mut far, line.to_uppercase().as_bytes()).await?;
            let mut rest = String::new();
            far.read_to_string(&mut rest).await?;
            assert_eq!(rest, "bye\n");
            std::io::Result::Ok(())
        };
        let (embedded, other) = within(DEADLINE, || block_on(join(embedded, other)));
        embedded.unwrap();
        other.unwrap();
    }

    #[test]
    fn surface_generic_code_of_either_family_takes_the_same_types() {
        async fn send(mut sink: impl Write) {
            sink.write_all(b"across").await.unwrap();
        }
        async fn receive(mut source: impl futures::AsyncRead + Unpin) -> String {
            let mut text = String::new();
            source.read_to_string(&mut text).await.unwrap();
            text
        }
        let (reader, writer) = async_duplex::pipe(2);
        let ((), text) = within(DEADLINE, || block_on(join(send(writer), receive(reader))));
        assert_eq!(text, "across");
    }
}
