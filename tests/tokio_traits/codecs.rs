//! The codecs and adapters of `tokio_util`.

use std::io::ErrorKind;

use async_duplex::{duplex, pipe};
use bytes::{Bytes, BytesMut};
use futures::{stream, SinkExt, StreamExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::codec::{Framed, FramedRead, FramedWrite, LengthDelimitedCodec, LinesCodec};
use tokio_util::io::{ReaderStream, StreamReader};

use crate::{data, run, run_on_threads};

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
fn lines_and_streams_of_chunks_pass_every_byte() {
    for capacity in [1, 7, 100, 65536] {
        run(async {
            let (reader, writer) = pipe(capacity);
            let mut sink = FramedWrite::new(writer, LinesCodec::new());
            let reader = StreamReader::new(ReaderStream::new(reader));
            let lines = FramedRead::new(reader, LinesCodec::new());
            let send = async {
                for i in 0..500 {
                    sink.send(format!("line {i}")).await.unwrap();
                }
                drop(sink);
            };
            let (_, lines) = futures::join!(send, lines.try_collect::<Vec<_>>());
            let expected: Vec<_> = (0..500).map(|i| format!("line {i}")).collect();
            assert_eq!(lines.unwrap(), expected);
        });
    }
}

#[test]
fn b16_a_frame_that_is_cut_off_by_an_abort_is_its_error() {
    run(async {
        let (reader, mut writer) = pipe(64);
        writer.write_all(&[0, 0, 0, 9]).await.unwrap();
        writer.abort(ErrorKind::ConnectionReset);
        let mut frames = FramedRead::new(reader, LengthDelimitedCodec::new());
        let error = frames.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let mut reader = frames.into_inner();
        assert!(reader.read(&mut [0]).await.is_err());
    });
}
