//! tokio's `copy`, `split` and `join`, and half-closes that pass through several streams.

use async_duplex::{duplex, DuplexStream};
use std::io::ErrorKind;

use tokio::io::{copy, copy_bidirectional, split};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use crate::counting_waker::{ready, CountingTask};
use crate::{data, run, run_on_threads};

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
fn b14_both_directions_of_a_proxied_stream_can_be_full_at_once() {
    for capacity in [1, 64] {
        run(async {
            let (near, far, proxies) = through_three(capacity);
            let exchange = |stream: DuplexStream, sends: u32, expects: u32| async move {
                let (mut reader, mut writer) = stream.into_split();
                let send = async {
                    writer.write_all(&data(sends, 10_000)).await.unwrap();
                    writer.shutdown().await.unwrap();
                };
                let mut bytes = Vec::new();
                let (_, read) = futures::join!(send, reader.read_to_end(&mut bytes));
                read.unwrap();
                assert!(bytes == data(expects, 10_000));
            };
            futures::join!(exchange(near, 3, 4), exchange(far, 4, 3));
            for proxy in proxies {
                assert_eq!(proxy.await.unwrap(), (10_000, 10_000));
            }
        });
    }
}

#[test]
fn b12_a_proxy_whose_far_end_is_gone_says_so_to_the_near_end() {
    run(async {
        let (mut near, mut a) = duplex(16);
        let (mut b, far) = duplex(16);
        let proxy = tokio::spawn(async move { copy_bidirectional(&mut a, &mut b).await });
        drop(far);
        // The buffers in between accept some writes first.
        while near.write(&[0; 16]).await.is_ok() {}
        let error = proxy.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn halves_split_by_tokio_read_and_write_at_the_same_time() {
    const LEN: usize = 50_000;
    for capacity in [3, 64, 8192] {
        run_on_threads(async {
            let (near, far) = duplex(capacity);
            let (mut reader, mut writer) = split(near);
            let echo = tokio::spawn(async move {
                let (mut reader, mut writer) = split(far);
                let n = copy(&mut reader, &mut writer).await.unwrap();
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
