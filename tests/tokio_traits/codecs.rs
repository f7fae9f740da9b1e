//! The codecs and adapters of `tokio_util`.

use std::io::ErrorKind;

use async_duplex::{duplex, pipe};
use bytes::{Bytes, BytesMut};
use futures::{stream, SinkExt, StreamExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::codec::{
    BytesCodec, Framed, FramedRead, FramedWrite, LengthDelimitedCodec, LinesCodec,
};
use tokio_util::io::{ReaderStream, StreamReader};

use crate::{data, run, run_on_threads};

const CAPACITIES: [usize; 4] = [1, 7, 100, 65536];

#[test]
fn frames_of_all_lengths_are_echoed() {
    for (capacity, scale) in [(1, 1), (7, 1), (100, 10), (65536, 100)] {
        run_on_threads(async {
            let (near, far) = duplex(capacity);
            let echo = tokio::spawn(async move {
                let framed = Framed::new(far, LengthDelimitedCodec::new());
                let (sink, frames) = framed.split();
                frames.map_ok(BytesMut::freeze).forward(sink).await.unwrap();
            });
            let frames: Vec<_> = (0..40)
                .map(|i| Bytes::from(data(i, (i * i) as usize * scale)))
                .collect();
            let framed = Framed::new(near, LengthDelimitedCodec::new());
            let (mut sink, echoed) = framed.split();
            let sent = frames.clone();
            let send = tokio::spawn(async move {
                sink.send_all(&mut stream::iter(sent).map(Ok))
                    .await
                    .unwrap();
                sink.close().await.unwrap();
            });
            let echoed: Vec<BytesMut> = echoed.try_collect().await.unwrap();
            assert!(echoed == frames);
            send.await.unwrap();
            echo.await.unwrap();
        });
    }
}

#[test]
fn lines_go_through_halves() {
    for capacity in CAPACITIES {
        run(async {
            let (reader, writer) = pipe(capacity);
            let mut sink = FramedWrite::new(writer, LinesCodec::new());
            let lines = FramedRead::new(reader, LinesCodec::new());
            let send = async {
                for i in 0..50 {
                    sink.send(format!("line {i}")).await.unwrap();
                }
                drop(sink);
            };
            let (_, lines) = futures::join!(send, lines.try_collect::<Vec<_>>());
            let expected: Vec<_> = (0..50).map(|i| format!("line {i}")).collect();
            assert_eq!(lines.unwrap(), expected);
        });
    }
}

#[test]
fn a_truncated_frame_is_an_error() {
    run(async {
        let (reader, mut writer) = pipe(64);
        writer.write_all(&[0, 0, 0, 9]).await.unwrap();
        writer.write_all(b"too short").await.unwrap();
        writer.write_all(&[0, 0, 0, 9]).await.unwrap();
        writer.write_all(b"too sho").await.unwrap();
        drop(writer);
        let mut frames = FramedRead::new(reader, LengthDelimitedCodec::new());
        assert_eq!(frames.next().await.unwrap().unwrap(), "too short");
        assert!(frames.next().await.unwrap().is_err());
        assert!(frames.next().await.is_none());
    });
}

#[test]
fn b16_an_abort_reaches_the_reader_of_frames() {
    run(async {
        let (reader, mut writer) = pipe(64);
        writer.write_all(&[0, 0, 0, 9]).await.unwrap();
        writer.abort(ErrorKind::ConnectionReset);
        let mut frames = FramedRead::new(reader, LengthDelimitedCodec::new());
        let error = frames.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    });
}

#[test]
fn b12_a_reader_that_is_gone_reaches_the_writer_of_frames() {
    run(async {
        let (reader, writer) = pipe(8);
        let mut sink = FramedWrite::new(writer, BytesCodec::new());
        drop(reader);
        let error = sink.send(Bytes::from("unwanted")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn reader_stream_and_stream_reader_pass_every_byte() {
    for capacity in CAPACITIES {
        run(async {
            let (reader, mut writer) = pipe(capacity);
            let send = async {
                writer.write_all(&data(8, 10_000)).await.unwrap();
                drop(writer);
            };
            let mut again = StreamReader::new(ReaderStream::new(reader));
            let mut bytes = Vec::new();
            let (_, read) = futures::join!(send, again.read_to_end(&mut bytes));
            assert_eq!(read.unwrap(), 10_000);
            assert!(bytes == data(8, 10_000));
        });
    }
}
