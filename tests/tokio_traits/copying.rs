//! tokio's `copy` functions, and half-closes that pass through several streams.

use async_duplex::{duplex, pipe, DuplexStream};
use tokio::io::{copy, copy_bidirectional, copy_buf, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use crate::{data, ends, run, run_on_threads};

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
fn b14_a_half_close_there_goes_through_three_streams_and_the_answer_comes_back() {
    for capacity in [7, 1000, 65536] {
        run_on_threads(async {
            let (near, far, proxies) = through_three(capacity);
            let answers = tokio::spawn(answer(far));
            ask(near).await;
            answers.await.unwrap();
            for proxy in proxies {
                let copied = proxy.await.unwrap();
                assert_eq!(copied, (QUESTION as u64, ANSWER as u64));
            }
        });
    }
}

#[test]
fn b14_a_half_close_the_other_way_goes_through_three_streams_too() {
    for capacity in [7, 1000, 65536] {
        run_on_threads(async {
            let (near, far, proxies) = through_three(capacity);
            let asks = tokio::spawn(ask(far));
            answer(near).await;
            asks.await.unwrap();
            for proxy in proxies {
                let copied = proxy.await.unwrap();
                assert_eq!(copied, (ANSWER as u64, QUESTION as u64));
            }
        });
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
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    });
}

#[test]
fn copy_and_copy_buf_move_every_byte() {
    for capacity in [1, 100, 65536] {
        run(async {
            let (mut first, mut writer) = pipe(capacity);
            let (mut reader, mut second) = pipe(capacity);
            let (mut last, mut third) = pipe(capacity);
            let send = async {
                writer.write_all(&data(5, 15_000)).await.unwrap();
                drop(writer);
            };
            let by_copy = async {
                let copied = copy(&mut first, &mut second).await.unwrap();
                drop(second);
                copied
            };
            let by_copy_buf = async {
                let copied = copy_buf(&mut reader, &mut third).await.unwrap();
                drop(third);
                copied
            };
            let mut bytes = Vec::new();
            let receive = last.read_to_end(&mut bytes);
            let (_, copied, copied_by_buf, received) =
                futures::join!(send, by_copy, by_copy_buf, receive);
            assert_eq!((copied, copied_by_buf), (15_000, 15_000));
            assert_eq!(received.unwrap(), 15_000);
            assert!(bytes == data(5, 15_000));
        });
    }
}

#[test]
fn lines_are_read_across_the_wrap_without_a_buf_reader() {
    for capacity in [1, 5, 64] {
        for (reader, mut writer) in ends(capacity) {
            let lines = run(async {
                let write = async {
                    for i in 0..100 {
                        let line = format!("line number {i}\n");
                        writer.write_all(line.as_bytes()).await.unwrap();
                    }
                    writer.write_all(b"and no more").await.unwrap();
                    drop(writer);
                };
                let read = async {
                    let mut lines = reader.lines();
                    let mut read = Vec::new();
                    while let Some(line) = lines.next_line().await.unwrap() {
                        read.push(line);
                    }
                    read
                };
                futures::join!(write, read).1
            });
            assert_eq!(lines.len(), 101);
            for (i, line) in lines[..100].iter().enumerate() {
                assert_eq!(line, &format!("line number {i}"));
            }
            assert_eq!(lines[100], "and no more");
        }
    }
}
