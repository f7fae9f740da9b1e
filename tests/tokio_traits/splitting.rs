//! `tokio::io::split` and `tokio::io::join`, and `into_split` in comparison.

use std::io::ErrorKind;

use async_duplex::{duplex, DuplexStream};
use tokio::io::{join, split, AsyncReadExt, AsyncWriteExt};

use crate::counting_waker::{ready, CountingTask};
use crate::{data, run, run_on_threads};

#[test]
fn halves_split_by_tokio_read_and_write_at_the_same_time() {
    const LEN: usize = 50_000;
    for capacity in [3, 64, 8192] {
        run_on_threads(async {
            let (near, far) = duplex(capacity);
            let (mut reader, mut writer) = split(near);
            let echo = tokio::spawn(async move {
                let (mut reader, mut writer) = split(far);
                let n = tokio::io::copy(&mut reader, &mut writer).await.unwrap();
                writer.shutdown().await.unwrap();
                n
            });
            let send = tokio::spawn(async move {
                writer.write_all(&data(6, LEN)).await.unwrap();
                writer.shutdown().await.unwrap();
                writer
            });
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).await.unwrap();
            assert!(bytes == data(6, LEN));
            assert_eq!(echo.await.unwrap(), LEN as u64);

            // `unsplit` returns the stream, whose write direction has ended.
            let mut near = reader.unsplit(send.await.unwrap());
            let error = near.write(b"x").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        });
    }
}

#[test]
fn b14_our_halves_close_when_they_are_dropped_where_those_of_tokio_do_not() {
    let task = CountingTask::new();

    let (near, mut far) = duplex(8);
    let (reader, writer) = split(near);
    drop(writer);
    assert!(task.read_some(&mut far, 8).is_pending());
    drop(reader);
    assert_eq!(task.read_some(&mut far, 8).map_ok(|b| b.len()), ready(0));

    let (near, mut far) = duplex(8);
    let (mut reader, writer) = near.into_split();
    drop(writer);
    assert_eq!(task.read_some(&mut far, 8).map_ok(|b| b.len()), ready(0));
    assert_eq!(task.send(&mut far, b"still here"), ready(8));
    assert_eq!(task.read_some(&mut reader, 8).map_ok(|b| b.len()), ready(8));
}

#[test]
fn halves_joined_by_tokio_or_by_us_are_a_stream_again() {
    run(async {
        let (near, mut far) = duplex(8);
        let (reader, writer) = near.into_split();
        let mut joined = join(reader, writer);
        joined.write_all(b"ping").await.unwrap();
        let mut buf = [0; 4];
        far.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"ping");

        let (reader, writer) = joined.into_inner();
        let mut near = DuplexStream::new(reader, writer);
        assert!(near.is_peer_of(&far));
        far.write_all(b"pong").await.unwrap();
        near.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"pong");
    });
}
