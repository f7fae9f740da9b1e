//! A blocking end and an asynchronous one, under each runtime: the blocking end sends every byte
//! back.

use std::io::{BufRead, Read, Write};
use std::thread;

use async_duplex::{duplex, pipe, DuplexStream};
use futures::executor::LocalPool;
use futures::future::{join, BoxFuture};
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::common::{current_thread, echo, multi_thread, DEADLINE, MIB};
use crate::data::data;
use crate::deadline::within;

#[test]
fn b20_a_stream_in_smol_unblock_talks_to_a_smol_task() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let echo = smol::unblock(|| echo(far.blocking()));
        smol::block_on(join(echo, smol::spawn(ask(near))));
    });
}

#[test]
fn b20_a_stream_in_async_std_spawn_blocking_talks_to_an_async_std_task() {
    use async_std::task;

    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let echo = task::spawn_blocking(|| echo(far.blocking()));
        task::block_on(join(echo, task::spawn(ask(near))));
    });
}

#[test]
fn b20_a_stream_in_tokio_spawn_blocking_talks_to_a_tokio_task() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let runtime = multi_thread(2);
        let echo = runtime.spawn_blocking(|| echo(far.blocking()));
        let ask = runtime.spawn(ask(near));
        runtime.block_on(async {
            echo.await.unwrap();
            ask.await.unwrap();
        });
    });
}

#[test]
fn b20_a_stream_in_tokio_block_in_place_talks_to_a_task_of_the_only_worker() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let runtime = multi_thread(1);
        let echo = runtime.spawn(async { tokio::task::block_in_place(|| echo(far.blocking())) });
        let ask = runtime.spawn(ask(near));
        runtime.block_on(async {
            echo.await.unwrap();
            ask.await.unwrap();
        });
    });
}

/// The peer runs on another thread. On this one it would wait for ever.
#[test]
fn b20_a_task_may_block_its_thread_if_the_peer_runs_on_another() {
    within(DEADLINE, || {
        run_echo_beside_ask(|far| {
            multi_thread(1).block_on(async { tokio::spawn(far).await.unwrap() })
        });
        run_echo_beside_ask(|far| current_thread().block_on(far));
        run_echo_beside_ask(|far| smol::block_on(smol::Executor::new().run(far)));
        run_echo_beside_ask(|far| async_std::task::block_on(async_std::task::spawn(far)));
        run_echo_beside_ask(|far| LocalPool::new().run_until(far));
    });
}

/// Runs [`echo`] as a task with `run`, and [`ask`] on another thread.
fn run_echo_beside_ask(run: impl FnOnce(BoxFuture<'static, ()>)) {
    let (near, far) = duplex(7);
    thread::scope(|scope| {
        scope.spawn(|| pollster::block_on(ask(near)));
        run(Box::pin(async { echo(far.blocking()) }));
    });
}

#[test]
fn b20_a_stream_on_a_thread_talks_to_a_task_in_a_local_pool() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(far.blocking()));
            LocalPool::new().run_until(ask(near));
        });
    });
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
                blocking.read_exact(&mut buf).unwrap();
                assert_eq!(buf, [i; 7]);

                near = blocking.into_inner();
                pollster::block_on(async {
                    near.write_all(&[!i; 7]).await?;
                    near.read_exact(&mut buf).await
                })
                .unwrap();
                assert_eq!(buf, [!i; 7]);
            }
        });
    });
}

#[test]
fn b20_into_inner_keeps_the_unread_bytes() {
    let (reader, mut writer) = pipe(8);
    writer.try_write(b"abcdef").unwrap();
    let mut reader = reader.blocking();
    assert_eq!(reader.fill_buf().unwrap(), b"abcdef");
    reader.consume(2);
    let mut reader = reader.into_inner();
    assert_eq!(reader.as_slices().0, b"cdef");
}
