//! Transfers: which bytes arrive, when a call waits, and what a dropped future moves.

use core::future::Future;

use async_duplex::{duplex, pipe, DuplexStream, Options, Reader, Writer};
use embedded_io_async::{BufRead, ErrorKind as Kind, ErrorType, Read, Write};
use futures::executor::block_on;
use futures::future::join;

use crate::common::{done, failed, fill_buf, poll, read, write, Sink, Source, DEADLINE};
use crate::counting_waker::CountingTask;
use crate::data::data;
use crate::deadline::within;

/// Compiles only if the crate's error is the error of all three types.
const _: () = {
    const fn has_the_error_of_the_crate<T: ErrorType<Error = async_duplex::io::Error>>() {}
    has_the_error_of_the_crate::<Reader>();
    has_the_error_of_the_crate::<Writer>();
    has_the_error_of_the_crate::<DuplexStream>();
};

#[test]
fn b3_every_byte_arrives_once_and_in_order() {
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
    }
    check(pipe(7));
    check(duplex(7));
}

#[test]
fn b3_b7_a_call_moves_as_much_as_it_can_and_waits_until_it_can_move_a_byte() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let (reading, writing) = (CountingTask::new(), CountingTask::new());
        assert!(read(&reading, &mut source, 1).is_pending());
        assert_eq!(write(&writing, &mut sink, b"abcdef"), done(4));
        assert!(write(&writing, &mut sink, b"ef").is_pending());
        assert_eq!((reading.wakes(), writing.wakes()), (1, 0));
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

#[test]
fn b5_b6_b10_empty_calls_flushes_and_dropped_futures_move_no_byte() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        assert_eq!(read(&task, &mut source, 0), done(vec![]));
        assert_eq!(write(&task, &mut sink, b""), done(0));
        assert_eq!(task.retained(), 0);
        assert!(read(&task, &mut source, 2).is_pending());
        assert_eq!(write(&task, &mut sink, b"ab"), done(2));
        assert!(write(&task, &mut sink, b"never").is_pending());
        assert_eq!(write(&task, &mut sink, b""), done(0));
        assert_eq!(poll(&task, sink.flush()), done(()));
        assert_eq!(read(&task, &mut source, 0), done(vec![]));
        assert_eq!(read(&task, &mut source, 9), done(b"ab".to_vec()));
        drop(source);
        assert_eq!(write(&task, &mut sink, b""), failed(Kind::BrokenPipe));
        assert_eq!(poll(&task, sink.flush()), done(()));
    }
    check(pipe(2));
    check(duplex(2));
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
    fn is_spawnable(_: &(impl Future + Send + 'static)) {}

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
    };
    is_spawnable(&asks);
    is_spawnable(&answers);
    let (answer, ()) = within(DEADLINE, || block_on(join(asks, answers)));
    assert_eq!(&answer, b"pong");
}

/// Generic code of both families takes the same types.
#[cfg(feature = "std")]
#[test]
fn surface_one_end_uses_the_traits_of_embedded_io_and_the_other_those_of_futures_io() {
    use futures::AsyncReadExt;

    async fn send(mut sink: impl Write) {
        sink.write_all(b"across").await.unwrap();
    }
    async fn receive(mut source: impl futures::AsyncRead + Unpin) -> String {
        let mut text = String::new();
        source.read_to_string(&mut text).await.unwrap();
        text
    }
    let (reader, writer) = pipe(2);
    let ((), text) = within(DEADLINE, || block_on(join(send(writer), receive(reader))));
    assert_eq!(text, "across");
}
