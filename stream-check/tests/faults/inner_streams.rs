//! Inner streams of other crates, and adapters of the `futures` crate around a `Faulty`.

use std::io::ErrorKind;
use std::thread;

use async_duplex::{duplex, Reader, Writer};
use futures::executor::block_on;
use futures::io::{AllowStdIo, BufReader, BufWriter, Cursor};
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt, TryStreamExt};
use smol::net::{TcpListener, TcpStream};
use stream_check::faults::{every_fault, Faulty};

use crate::counting_waker::{ready, CountingTask};
use crate::deadline::within;

#[test]
fn a_tcp_socket_gets_limits_pendings_and_an_end() {
    within(60, || {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let echo = thread::spawn(move || {
                block_on(async {
                    let (stream, _) = listener.accept().await.unwrap();
                    let mut stream = Faulty::new(stream).max_read(3).max_write(2).pending(1, 2);
                    let mut question = [0; 12];
                    stream.read_exact(&mut question).await.unwrap();
                    stream.write_all(&question).await.unwrap();
                    stream.close().await.unwrap();
                });
            });
            let stream = TcpStream::connect(address).await.unwrap();
            let mut stream = Faulty::new(stream).max_write(1).eof_after_bytes(11);
            stream.write_all(b"hello, world").await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer, "hello, worl");
            assert!(stream.fired());
            echo.join().unwrap();
        });
    });
}

#[test]
fn readers_and_writers_of_std_get_limits_and_errors() {
    block_on(async {
        let mut from = Faulty::new(AllowStdIo::new(&b"hello, world"[..]))
            .max_read(2)
            .pending(1, 2);
        let mut to = Faulty::new(AllowStdIo::new(Vec::new()))
            .max_write(5)
            .fail_after_bytes_written(7, ErrorKind::StorageFull);
        let error = futures::io::copy(&mut from, &mut to).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        assert_eq!(to.into_inner().into_inner(), b"hello, ");
    });
}

#[test]
fn a_pinned_stream_gets_limits_and_an_end() {
    let pieces = ["he", "llo", ", ", "world"].map(|piece| std::io::Result::Ok(piece.as_bytes()));
    let stream = futures::stream::iter(pieces).then(|piece| async move { piece });
    let pinned = Box::pin(stream).into_async_read();
    let mut stream = Faulty::new(pinned).max_read(1).eof_at_read(10);
    let mut text = String::new();
    block_on(stream.read_to_string(&mut text)).unwrap();
    assert_eq!(text, "hello, wo");
}

#[test]
fn a_faulty_stream_can_wrap_another() {
    let task = CountingTask::new();
    let inner = Faulty::new(Cursor::new(b"0123456789")).max_read(3);
    let mut outer = Faulty::new(inner).eof_after_bytes(5);
    assert_eq!(task.read(&mut outer, &mut [0; 8]), ready(3));
    assert_eq!(task.read(&mut outer, &mut [0; 8]), ready(2));
    assert_eq!(task.read(&mut outer, &mut [0; 8]), ready(0));
    assert!(outer.fired() && !outer.get_ref().fired());
}

#[test]
fn both_halves_of_a_stream_can_share_a_plan() {
    let runs = every_fault(|plan| {
        let (near, mut far) = duplex(64);
        let (reader, writer): (Reader, Writer) = near.into_split();
        let mut reader = Faulty::new(reader).fail_at(plan, ErrorKind::TimedOut);
        let mut writer = Faulty::new(writer).fail_at(plan, ErrorKind::TimedOut);
        let outcome = block_on(async {
            writer.write_all(b"ping").await?;
            far.write_all(b"pong").await?;
            reader.read_exact(&mut [0; 4]).await?;
            writer.flush().await
        });
        assert_eq!(outcome.is_err(), plan.fired());
    });
    assert_eq!(runs, 4);
}

#[test]
fn lines_are_read_whole_from_short_reads() {
    within(60, || {
        for max in 1..=12 {
            let stream = Faulty::new(Cursor::new("one\ntwo\r\n\nlast"))
                .max_read(max)
                .pending(max as u64, 2);
            let expected = ["one", "two", "", "last"];
            // Through `fill_buf` of the `Faulty`, and through that of a `BufReader` around it.
            let buffered =
                BufReader::new(Faulty::new(Cursor::new("one\ntwo\r\n\nlast")).max_read(max));
            let lines = |result: std::io::Result<Vec<String>>| result.unwrap();
            assert_eq!(lines(block_on(stream.lines().try_collect())), expected);
            assert_eq!(lines(block_on(buffered.lines().try_collect())), expected);
        }
    });
}

#[test]
fn a_bufwriter_around_a_faulty_stream_reports_the_fault_when_it_flushes() {
    block_on(async {
        let (reader, writer) = async_duplex::pipe(64);
        let faulty = Faulty::new(writer).fail_at(2, ErrorKind::TimedOut);
        let mut writer = BufWriter::with_capacity(4, faulty);
        writer.write_all(b"abc").await.unwrap();
        writer.write_all(b"def").await.unwrap();
        assert_eq!(reader.len(), 3);
        let error = writer.flush().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(reader.len(), 3);
    });
}

#[test]
fn a_flush_reaches_a_bufwriter_inside_a_faulty_stream() {
    block_on(async {
        let (reader, writer) = async_duplex::pipe(64);
        let mut writer = Faulty::new(BufWriter::new(writer)).fail_at(3, ErrorKind::TimedOut);
        writer.write_all(b"abc").await.unwrap();
        assert!(reader.is_empty());
        writer.flush().await.unwrap();
        assert_eq!(reader.len(), 3);
        assert!(writer.flush().await.is_err());
    });
}
