//! A blocking end and an asynchronous one, under each runtime: the blocking end sends every byte
//! back.

use std::io::{Read, Write};
use std::thread;

use async_duplex::{duplex, DuplexStream};
use futures::executor::LocalPool;
use futures::future::{join, BoxFuture};
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::common::{current_thread, echo, multi_thread, DEADLINE, MIB};
use crate::support::data::data;
use crate::support::deadline::within;

#[test]
fn b20_a_blocking_end_in_the_blocking_pool_of_a_runtime_talks_to_a_task_of_it() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let echoing = smol::unblock(|| echo(far.blocking()));
        smol::block_on(join(echoing, smol::spawn(ask(near))));

        let (near, far) = duplex(7);
        let echoing = async_std::task::spawn_blocking(|| echo(far.blocking()));
        async_std::task::block_on(join(echoing, async_std::task::spawn(ask(near))));

        let (near, far) = duplex(7);
        let runtime = multi_thread(2);
        let echoing = runtime.spawn_blocking(|| echo(far.blocking()));
        let (echoed, asked) = runtime.block_on(join(echoing, runtime.spawn(ask(near))));
        echoed.and(asked).unwrap();

        // The task of the only worker.
        let (near, far) = duplex(7);
        let runtime = multi_thread(1);
        let blocking = async { tokio::task::block_in_place(|| echo(far.blocking())) };
        let echoing = runtime.spawn(blocking);
        let (echoed, asked) = runtime.block_on(join(echoing, runtime.spawn(ask(near))));
        echoed.and(asked).unwrap();
    });
}

/// The peer runs on another thread. On this one it would wait for ever.
#[test]
fn b20_a_task_may_block_its_thread_if_the_peer_runs_on_another() {
    let runs: [fn(BoxFuture<'static, ()>); 5] = [
        |far| multi_thread(1).block_on(async { tokio::spawn(far).await.unwrap() }),
        |far| current_thread().block_on(far),
        |far| smol::block_on(smol::Executor::new().run(far)),
        |far| async_std::task::block_on(async_std::task::spawn(far)),
        |far| LocalPool::new().run_until(far),
    ];
    for run in runs {
        within(DEADLINE, || {
            let (near, far) = duplex(7);
            thread::scope(|scope| {
                scope.spawn(|| pollster::block_on(ask(near)));
                run(Box::pin(async { echo(far.blocking()) }));
            });
        });
    }
}

/// Sends data, and asserts that the same data comes back.
async fn ask(stream: DuplexStream) {
    let expected = data(1, MIB / 32);
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        writer.write_all(&expected).await.unwrap();
        writer.finish();
    };
    let read = async {
        let mut read = Vec::new();
        reader.read_to_end(&mut read).await.unwrap();
        assert!(read == expected);
    };
    join(write, read).await;
}

#[test]
fn b20_a_stream_alternates_between_blocking_and_async_calls() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(far.blocking()));
            let mut near = near;
            for i in 0..100 {
                let mut buf = [0; 7];
                let mut blocking = near.blocking();
                blocking.write_all(&[i; 7]).unwrap();
                // A part of the answer is left for the asynchronous call.
                blocking.read_exact(&mut buf[..3]).unwrap();
                near = blocking.into_inner();
                pollster::block_on(near.read_exact(&mut buf[3..])).unwrap();
                assert_eq!(buf, [i; 7]);
                pollster::block_on(near.write_all(&[!i; 7])).unwrap();
                pollster::block_on(near.read_exact(&mut buf)).unwrap();
                assert_eq!(buf, [!i; 7]);
            }
        });
    });
}
