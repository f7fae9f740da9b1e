//! Inner streams of other crates, how they end, and adapters of `futures` around a `Faulty`.

use std::thread;

use async_duplex::Options;
use futures::io::{AllowStdIo, BufReader, BufWriter};
use futures::{AsyncBufReadExt, StreamExt, TryStreamExt};
use smol::net::{TcpListener, TcpStream};

use crate::common::*;

#[test]
fn a_tcp_socket_gets_limits_pendings_and_an_end() {
    within(60, || {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let echo = async move {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = Faulty::new(stream).max_read(3).max_write(2).pending(1, 2);
                let mut question = [0; 12];
                stream.read_exact(&mut question).await.unwrap();
                stream.write_all(&question).await.unwrap();
                stream.close().await.unwrap();
            };
            let echo = thread::spawn(move || block_on(echo));
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
    let from = Faulty::new(AllowStdIo::new(&b"hello, world"[..]));
    let mut from = from.max_read(2).pending(1, 2);
    let to = Faulty::new(AllowStdIo::new(Vec::new())).max_write(5);
    let mut to = to.fail_after_bytes_written(7, ErrorKind::StorageFull);
    let error = block_on(futures::io::copy(&mut from, &mut to)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    assert_eq!(to.into_inner().into_inner(), b"hello, ");
}

#[test]
fn a_pinned_stream_gets_limits_and_an_end_and_a_faulty_stream_can_wrap_another() {
    let pieces = ["he", "llo", ", ", "world"].map(|piece| io::Result::Ok(piece.as_bytes()));
    let stream = futures::stream::iter(pieces).then(|piece| async move { piece });
    let inner = Faulty::new(Box::pin(stream).into_async_read()).max_read(1);
    let mut outer = Faulty::new(inner).eof_at_read(10);
    assert_eq!(text_of(&mut outer), "hello, wo");
    assert!(outer.fired() && !outer.get_ref().fired());
}

#[test]
fn lines_are_read_whole_from_short_reads() {
    within(60, || {
        for max in 1..=12 {
            let stream = || Faulty::new(Cursor::new("one\ntwo\r\n\nlast")).max_read(max);
            // Through `fill_buf` of the `Faulty`, and through that of a `BufReader` around it.
            let lines: Vec<_> = block_on(stream().pending(1, 2).lines().try_collect()).unwrap();
            assert_eq!(lines, ["one", "two", "", "last"]);
            let buffered: Vec<_> =
                block_on(BufReader::new(stream()).lines().try_collect()).unwrap();
            assert_eq!(buffered, lines);
        }
    });
}

#[test]
fn a_flush_passes_a_bufwriter_around_a_faulty_stream_and_one_inside_of_it() {
    block_on(async {
        let faulty = Faulty::new(Vec::new()).fail_at(2, RESET);
        let mut writer = BufWriter::with_capacity(4, faulty);
        writer.write_all(b"abc").await.unwrap();
        writer.write_all(b"def").await.unwrap();
        assert_eq!(writer.get_ref().get_ref(), b"abc");
        assert_eq!(writer.flush().await.unwrap_err().kind(), RESET);
        assert_eq!(writer.get_ref().get_ref(), b"abc");

        let mut writer = Faulty::new(BufWriter::new(Vec::new())).fail_at(3, RESET);
        writer.write_all(b"abc").await.unwrap();
        assert!(writer.get_ref().get_ref().is_empty());
        writer.flush().await.unwrap();
        assert_eq!(writer.get_ref().get_ref(), b"abc");
        assert!(writer.flush().await.is_err());
    });
}

#[test]
fn a_faulty_stream_passes_the_bytes_and_the_error_of_the_stream_inside() {
    const WRONG: ErrorKind = ErrorKind::InvalidData;
    type End = fn(DuplexStream);
    let ends: [(End, Option<ErrorKind>, &[u8]); 4] = [
        (|far| drop(far), Some(RESET), b"abcd"),
        (|mut far| far.writer().finish(), None, b"abcd"),
        (
            |mut far| far.writer().finish_with(WRONG),
            Some(WRONG),
            b"abcd",
        ),
        (|far| far.abort_handle().abort(WRONG), Some(WRONG), b""),
    ];
    for (end, expected, arrived) in ends {
        let (near, mut far) = Options::new(8).error_on_drop(RESET).duplex();
        let mut near = Faulty::new(near).pending(1, 1);
        far.try_write(b"abcd").unwrap();
        end(far);
        let mut bytes = Vec::new();
        // Once, and the same once more.
        for _ in 0..2 {
            let read = block_on(near.read_to_end(&mut bytes));
            assert_eq!(read.err().map(|error| error.kind()), expected);
            assert_eq!(bytes, arrived);
        }
    }
}
