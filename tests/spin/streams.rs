//! Streams with each kind of limit: spinning changes no result.

use core::future::Future;
use core::time::Duration;
use std::io::{self, Read, Write};
use std::thread;

use async_duplex::{DuplexStream, Options};
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::support::data::data;
use crate::support::deadline::within;
use crate::DEADLINE;

/// Off, the shortest, a long one, and one that is clamped.
const LIMITS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_nanos(1),
    Duration::from_millis(1),
    Duration::MAX,
];

/// Sends back every byte until the end of the stream.
async fn echo(mut stream: DuplexStream) {
    let mut buf = [0; 7];
    loop {
        match stream.read(&mut buf).await.unwrap() {
            0 => break,
            n => stream.write_all(&buf[..n]).await.unwrap(),
        }
    }
}

/// Sends messages, each of which comes back, and then a part that comes back meanwhile.
async fn ask(mut stream: DuplexStream, messages: u32, part: usize) -> io::Result<()> {
    for number in 0..messages {
        let message = data(number, 3);
        let mut answer = [0; 3];
        stream.write_all(&message).await?;
        stream.read_exact(&mut answer).await?;
        assert_eq!(answer[..], message);
    }
    let (mut reader, mut writer) = stream.split();
    let bytes = data(messages, part);
    let send = async {
        writer.write_all(&bytes).await?;
        writer.close().await
    };
    let mut received = Vec::new();
    futures::try_join!(send, reader.read_to_end(&mut received))?;
    assert!(received == bytes);
    Ok(())
}

#[test]
fn b23_a_stream_between_two_threads_is_unchanged_by_any_limit() {
    for limit in LIMITS {
        for (capacity, messages, part) in [(1, 20, 300), (7, 50, 3_000), (4096, 20, 100_000)] {
            within(DEADLINE, || {
                let (near, far) = Options::new(capacity).spin_limit(limit).duplex();
                let echo = thread::spawn(|| block_on(echo(far)));
                // A blocking end first, with the same limit.
                let mut near = near.blocking().spin_limit(limit);
                for number in 0..200 {
                    let message = data(number, 3);
                    let mut answer = [0; 3];
                    Write::write_all(&mut near, &message).unwrap();
                    Read::read_exact(&mut near, &mut answer).unwrap();
                    assert_eq!(answer[..], message);
                }
                block_on(ask(near.into_inner(), messages, part)).unwrap();
                echo.join().unwrap();
            });
        }
    }
}

/// A half may not spin while the other one waits for the same thread.
#[test]
fn b23_two_ends_on_one_thread_go_on_whatever_the_limit() {
    fn both(limit: Duration) -> impl Future<Output = io::Result<()>> {
        let (near, far) = Options::new(2).spin_limit(limit).duplex();
        async move { futures::join!(ask(near, 20, 20), echo(far)).0 }
    }
    for limit in LIMITS {
        within(DEADLINE, || {
            block_on(both(limit)).unwrap();
            smol::block_on(smol::spawn(both(limit))).unwrap();
        });
    }
}
