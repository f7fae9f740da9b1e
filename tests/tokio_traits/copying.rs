//! Half-closes that pass through several streams, and the frames of `tokio_util`.

use async_duplex::{duplex, DuplexStream};
use bytes::{Bytes, BytesMut};
use futures::{stream, SinkExt, StreamExt, TryStreamExt};
use tokio::io::{copy_bidirectional, AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use crate::{data, run_on_threads};

const QUESTION: usize = 30_000;
const ANSWER: usize = 45_000;

/// Two streams that are connected by two proxies and a third stream between them. The proxies
/// return how many bytes they copied, there and back.
fn through_three(capacity: usize) -> (DuplexStream, DuplexStream, [JoinHandle<(u64, u64)>; 2]) {
    let (near, mut a) = duplex(capacity);
    let (mut b, mut c) = duplex(capacity);
    let (mut d, far) = duplex(capacity);
    let proxies = [
        tokio::spawn(async move { copy_bidirectional(&mut a, &mut b).await.unwrap() }),
        tokio::spawn(async move { copy_bidirectional(&mut c, &mut d).await.unwrap() }),
    ];
    (near, far, proxies)
}

/// Sends the question and half-closes, then reads the answer.
async fn ask(mut stream: DuplexStream) {
    stream.write_all(&data(1, QUESTION)).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert!(bytes == data(2, ANSWER));
}

/// Reads the question to the end, then sends the answer.
async fn answer(mut stream: DuplexStream) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert!(bytes == data(1, QUESTION));
    stream.write_all(&data(2, ANSWER)).await.unwrap();
    stream.shutdown().await.unwrap();
}

#[test]
fn b14_a_half_close_goes_through_three_streams_and_the_answer_comes_back() {
    for capacity in [7, 1000, 65536] {
        for asks_far in [false, true] {
            run_on_threads(async {
                let (near, far, proxies) = through_three(capacity);
                let (asking, answering) = if asks_far { (far, near) } else { (near, far) };
                let answers = tokio::spawn(answer(answering));
                ask(asking).await;
                answers.await.unwrap();
                for proxy in proxies {
                    let (there, back) = proxy.await.unwrap();
                    let (asked, answered) = if asks_far {
                        (back, there)
                    } else {
                        (there, back)
                    };
                    assert_eq!((asked, answered), (QUESTION as u64, ANSWER as u64));
                }
            });
        }
    }
}

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
