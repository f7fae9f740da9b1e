//! Whole servers: in memory, over TCP and under several runtimes.

use core::future::Future;
use std::io;
use std::thread;

use async_duplex::listener::listen;
use async_net::{TcpListener, TcpStream};
use futures::executor::block_on;
use futures::future::{join_all, try_join_all};
use futures::stream::Stream;
use futures::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt, TryStreamExt,
};

use crate::deadline::within;
use crate::DEADLINE;

/// A server that uses only the traits. It serves `count` connections concurrently: it sends each
/// client a greeting, and then the lines of the client in capitals.
async fn shout<S>(incoming: impl Stream<Item = io::Result<S>>, count: usize) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite,
{
    let serve = |stream: S| async {
        let (reader, mut writer) = stream.split();
        writer.write_all(b"WELCOME\n").await?;
        let mut lines = futures::io::BufReader::new(reader).lines();
        while let Some(line) = lines.try_next().await? {
            let answer = line.to_uppercase() + "\n";
            writer.write_all(answer.as_bytes()).await?;
        }
        writer.close().await
    };
    incoming
        .take(count)
        .try_for_each_concurrent(None, serve)
        .await
}

/// A client of [`shout`]: sends lines with its number, and returns what it receives.
async fn speak<S>(stream: S, number: usize) -> io::Result<String>
where
    S: AsyncRead + AsyncWrite,
{
    let (mut reader, mut writer) = stream.split();
    let says = async {
        for word in ["one", "two", "three"] {
            let line = format!("{word} {number}\n");
            writer.write_all(line.as_bytes()).await?;
        }
        writer.close().await
    };
    let mut heard = String::new();
    let hears = reader.read_to_string(&mut heard);
    futures::try_join!(says, hears)?;
    Ok(heard)
}

fn expected(number: usize) -> String {
    format!("WELCOME\nONE {number}\nTWO {number}\nTHREE {number}\n")
}

#[test]
fn the_same_server_runs_in_memory_and_over_tcp() {
    async fn both<S, T, F>(
        incoming: impl Stream<Item = io::Result<S>>,
        connect: impl Fn() -> F,
    ) -> Vec<String>
    where
        S: AsyncRead + AsyncWrite,
        T: AsyncRead + AsyncWrite,
        F: Future<Output = io::Result<T>>,
    {
        let client = |number| {
            let connect = &connect;
            async move { speak(connect().await?, number).await }
        };
        let clients = try_join_all((0..10).map(client));
        let (heard, ()) = futures::try_join!(clients, shout(incoming, 10)).unwrap();
        heard
    }
    let expected: Vec<_> = (0..10).map(expected).collect();
    within(DEADLINE, || {
        let (listener, connector) = listen(16, 2);
        let heard = block_on(both(listener.incoming(), || connector.connect()));
        assert_eq!(heard, expected);
    });
    within(DEADLINE, || {
        smol::block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            let heard = both(listener.incoming(), || TcpStream::connect(address)).await;
            assert_eq!(heard, expected);
        });
    });
}

#[test]
fn many_concurrent_clients_of_different_runtimes_are_served_on_several_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    within(DEADLINE, || {
        let (listener, connector) = listen(5, 3);
        let server = runtime.spawn(shout(listener.into_incoming(), usize::MAX));
        let clients = |range: core::ops::Range<usize>| {
            let connector = connector.clone();
            range.map(move |number| {
                let connector = connector.clone();
                async move { speak(connector.connect().await?, number).await }
            })
        };
        let on_async_std: Vec<_> = clients(0..100).map(async_std::task::spawn).collect();
        let on_smol: Vec<_> = clients(100..200).map(smol::spawn).collect();
        let on_threads: Vec<_> = clients(200..208)
            .map(|client| thread::spawn(|| pollster::block_on(client)))
            .collect();
        drop(connector);

        let mut heard = async_std::task::block_on(join_all(on_async_std));
        heard.extend(smol::block_on(join_all(on_smol)));
        heard.extend(on_threads.into_iter().map(|thread| thread.join().unwrap()));
        for (number, heard) in heard.into_iter().enumerate() {
            assert_eq!(heard.unwrap(), expected(number));
        }
        runtime.block_on(server).unwrap().unwrap();
    });
}
