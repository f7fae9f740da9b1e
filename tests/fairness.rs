//! B18 under single-threaded executors: with `yield_every`, tasks that are busy with a pipe let
//! other tasks run.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "support/deadline.rs"]
mod deadline;

use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;
use std::rc::Rc;

use async_duplex::{DuplexStream, Options, Reader, Writer};
use deadline::within;
use futures::executor::LocalPool;
use futures::future::join_all;
use futures::task::LocalSpawnExt;
use futures::{AsyncReadExt, AsyncWriteExt};
use smol::LocalExecutor;
use tokio::task::LocalSet;

/// The number of bytes that are written in a row, if the writer does not yield.
const CAPACITY: usize = 1000;

/// The number of bytes that are written in all.
const TOTAL: usize = 10_000;

const YIELD_EVERY: usize = 16;

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// A number of bytes.
type Count = Rc<Cell<usize>>;
type Task = Pin<Box<dyn Future<Output = ()>>>;

async fn write(mut writer: Writer, moved: Count) {
    for _ in 0..TOTAL {
        writer.write_all(b"x").await.unwrap();
        moved.set(moved.get() + 1);
    }
}

async fn read(mut reader: Reader, moved: Count) {
    while reader.read(&mut [0]).await.unwrap() > 0 {
        moved.set(moved.get() + 1);
    }
}

async fn loop_back((reader, writer): (Reader, Writer), moved: Count) {
    let mut stream = DuplexStream::new(reader, writer);
    for _ in 0..TOTAL {
        stream.write_all(b"x").await.unwrap();
        stream.read_exact(&mut [0]).await.unwrap();
        moved.set(moved.get() + 2);
    }
}

/// Yields until the other tasks are done. Sets `longest` to the largest number of bytes that they
/// moved between two turns of this task.
async fn keep_yielding(moved: Count, longest: Count) {
    let mut before = 0;
    while before < 2 * TOTAL {
        let now = moved.get();
        longest.set(longest.get().max(now - before));
        before = now;
        smol::future::yield_now().await;
    }
}

/// The tasks that use a pipe while another task keeps yielding.
type Work = fn((Reader, Writer), &Count) -> Vec<Task>;

const WORKS: [Work; 2] = [
    |(reader, writer), moved| {
        let (write, read) = (write(writer, moved.clone()), read(reader, moved.clone()));
        vec![Box::pin(write), Box::pin(read)]
    },
    |halves, moved| vec![Box::pin(loop_back(halves, moved.clone()))],
];

/// Runs tasks on one thread.
type Executor = fn(Vec<Task>);

const EXECUTORS: [(&str, Executor); 3] = [
    ("futures", |tasks| {
        let mut pool = LocalPool::new();
        for task in tasks {
            pool.spawner().spawn_local(task).unwrap();
        }
        pool.run();
    }),
    ("smol", |tasks| {
        let executor = LocalExecutor::new();
        let tasks = tasks.into_iter().map(|task| executor.spawn(task));
        let tasks: Vec<_> = tasks.collect();
        smol::block_on(executor.run(join_all(tasks)));
    }),
    ("tokio", |tasks| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let executor = LocalSet::new();
        for task in tasks {
            executor.spawn_local(task);
        }
        runtime.unwrap().block_on(executor);
    }),
];

/// The largest number of bytes that the tasks move while another task waits for its turn.
fn longest_wait(options: &Options, work: Work, executor: Executor) -> usize {
    let (moved, longest) = (Count::default(), Count::default());
    let mut tasks = work(options.pipe(), &moved);
    tasks.push(Box::pin(keep_yielding(moved.clone(), longest.clone())));
    within(DEADLINE, || executor(tasks));
    assert_eq!(moved.get(), 2 * TOTAL);
    longest.get()
}

#[test]
fn b18_busy_tasks_that_yield_let_a_third_task_run_and_others_keep_it_waiting() {
    for work in WORKS {
        for (name, executor) in EXECUTORS {
            let options = Options::new(CAPACITY);
            let wait = longest_wait(&options, work, executor);
            assert!(wait >= CAPACITY, "{wait} bytes under {name}");
            let wait = longest_wait(&options.yield_every(YIELD_EVERY), work, executor);
            // One turn of a writer and one of a reader, or two if the executor changes the order.
            assert!(wait <= 4 * YIELD_EVERY, "{wait} bytes under {name}");
        }
    }
}
