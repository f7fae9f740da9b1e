//! B18 under executors of one thread: tasks that are busy with a pipe leave room for others, if they
//! are told to yield.

#![cfg(not(loom))]
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
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use smol::LocalExecutor;
use tokio::task::LocalSet;

/// So much is written in one go, if nothing makes the writer yield.
const CAPACITY: usize = 1000;

/// And so much in all.
const TOTAL: usize = 10_000;

const YIELD_EVERY: usize = 16;

/// Seconds that are far more than any of this takes.
const DEADLINE: u64 = 60;

/// How many bytes were moved.
type Count = Rc<Cell<usize>>;
type Task = Pin<Box<dyn Future<Output = ()>>>;

fn byte(number: usize) -> u8 {
    (number % 251) as u8
}

async fn write(mut writer: Writer, moved: Count) {
    for number in 0..TOTAL {
        writer.write_all(&[byte(number)]).await.unwrap();
        moved.set(moved.get() + 1);
    }
}

async fn read(mut reader: Reader, moved: Count) {
    let mut buf = [0];
    for number in 0..TOTAL {
        reader.read_exact(&mut buf).await.unwrap();
        assert_eq!(buf, [byte(number)]);
        moved.set(moved.get() + 1);
    }
    assert_eq!(reader.read(&mut buf).await.unwrap(), 0);
}

async fn read_lent(mut reader: Reader, moved: Count) {
    for number in 0..TOTAL {
        let lent = reader.fill_buf().await.unwrap();
        assert_eq!(lent[0], byte(number));
        reader.consume(1);
        moved.set(moved.get() + 1);
    }
    assert_eq!(reader.fill_buf().await.unwrap(), b"");
}

async fn talk_to_itself((reader, writer): (Reader, Writer), moved: Count) {
    let mut stream = DuplexStream::new(reader, writer);
    let mut buf = [0];
    for number in 0..TOTAL {
        stream.write_all(&[byte(number)]).await.unwrap();
        stream.read_exact(&mut buf).await.unwrap();
        assert_eq!(buf, [byte(number)]);
        moved.set(moved.get() + 2);
    }
}

/// Goes back to the end of the queue whenever it has its turn, until the others are done. Remembers
/// how much they have moved between two turns, at most.
async fn stand_in_line(moved: Count, most: Count) {
    let mut before = 0;
    while before < 2 * TOTAL {
        let now = moved.get();
        most.set(most.get().max(now - before));
        before = now;
        smol::future::yield_now().await;
    }
}

/// What tasks do with a pipe while another one stands in line.
type Work = fn((Reader, Writer), &Count) -> Vec<Task>;

const WORKS: [Work; 3] = [
    |(reader, writer), moved| {
        let (write, read) = (write(writer, moved.clone()), read(reader, moved.clone()));
        vec![Box::pin(write), Box::pin(read)]
    },
    |(reader, writer), moved| {
        let (write, read) = (
            write(writer, moved.clone()),
            read_lent(reader, moved.clone()),
        );
        vec![Box::pin(write), Box::pin(read)]
    },
    |halves, moved| vec![Box::pin(talk_to_itself(halves, moved.clone()))],
];

/// Runs tasks in one thread, in turn.
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

/// How much the work gets done, at most, while another task waits for its turn.
fn longest_wait(options: &Options, work: Work, executor: Executor) -> usize {
    let (moved, most) = (Count::default(), Count::default());
    let mut tasks = work(options.pipe(), &moved);
    tasks.push(Box::pin(stand_in_line(moved.clone(), most.clone())));
    within(DEADLINE, || executor(tasks));
    assert_eq!(moved.get(), 2 * TOTAL);
    most.get()
}

#[test]
fn b18_busy_tasks_that_yield_let_a_third_task_run() {
    let options = Options::new(CAPACITY).yield_every(YIELD_EVERY);
    for work in WORKS {
        for (name, executor) in EXECUTORS {
            let wait = longest_wait(&options, work, executor);
            // One turn of a writer and one of a reader, and no more than two if it loses its place.
            assert!(wait <= 4 * YIELD_EVERY, "{wait} bytes under {name}");
        }
    }
}

/// What the test above would come to if nobody yielded.
#[test]
fn b18_busy_tasks_that_do_not_yield_keep_a_third_task_waiting() {
    for work in WORKS {
        for (name, executor) in EXECUTORS {
            let wait = longest_wait(&Options::new(CAPACITY), work, executor);
            assert!(wait >= CAPACITY, "{wait} bytes under {name}");
        }
    }
}
