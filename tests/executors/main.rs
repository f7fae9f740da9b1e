//! The streams depend on no runtime: one scenario under many executors, and under two at once.

#![cfg(all(feature = "std", not(any(loom, shuttle))))]

#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
mod scenario;

use deadline::within;
use futures::executor::{LocalPool, ThreadPool};
use futures::future::join_all;
use futures::task::{LocalSpawnExt, SpawnExt};
use scenario::{three_tasks, three_tasks_by_compat, two_ends, Task};
use smol::channel;
use std::thread;
use tokio::runtime::{Builder, Runtime};

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

/// Runs the three tasks of the scenario.
type Executor = (&'static str, fn([Task; 3]));

const EXECUTORS: [Executor; 8] = [
    ("a local pool of futures", run_in_local_pool),
    ("a thread pool of futures", |tasks| {
        let pool = ThreadPool::builder().pool_size(3).create().unwrap();
        let tasks = tasks.map(|task| pool.spawn_with_handle(task).unwrap());
        futures::executor::block_on(join_all(tasks));
    }),
    ("smol", |tasks| {
        smol::block_on(join_all(tasks.map(smol::spawn)));
    }),
    ("an executor that three threads run", run_on_three_threads),
    ("async-std", |tasks| {
        async_std::task::block_on(join_all(tasks.map(async_std::task::spawn)));
    }),
    ("tokio on this thread", |tasks| {
        run_in_tokio(current_thread(), tasks)
    }),
    ("tokio on three threads", |tasks| {
        let mut builder = Builder::new_multi_thread();
        run_in_tokio(builder.worker_threads(3).build().unwrap(), tasks);
    }),
    ("pollster on three threads", |tasks| {
        thread::scope(|scope| {
            for task in tasks {
                scope.spawn(|| pollster::block_on(task));
            }
        });
    }),
];

#[test]
fn an_echo_is_complete_under_every_executor() {
    for (name, run) in EXECUTORS {
        println!("{name}");
        within(DEADLINE, || run(three_tasks()));
    }
    within(DEADLINE, || {
        run_in_tokio(current_thread(), three_tasks_by_compat())
    });
}

#[test]
fn an_echo_is_complete_between_two_executors() {
    within(DEADLINE, || {
        let [near, far] = two_ends();
        on_two_threads(
            || run_in_tokio(current_thread(), [near]),
            || smol::block_on(smol::spawn(far)),
        );
        let [near, far] = two_ends();
        on_two_threads(
            || async_std::task::block_on(async_std::task::spawn(near)),
            || run_in_local_pool([far]),
        );
    });
}

fn run_on_three_threads(tasks: [Task; 3]) {
    let executor = async_executor::Executor::new();
    let (running, done) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        // `done` waits until this is dropped at the end of the scope.
        let _running = running;
        for _ in 0..3 {
            scope.spawn(|| smol::block_on(executor.run(done.recv())).unwrap_err());
        }
        smol::block_on(join_all(tasks.map(|task| executor.spawn(task))));
    });
}

fn run_in_local_pool<const N: usize>(tasks: [Task; N]) {
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let tasks = tasks.map(|task| spawner.spawn_local_with_handle(task).unwrap());
    pool.run_until(join_all(tasks));
}

fn run_in_tokio<const N: usize>(runtime: Runtime, tasks: [Task; N]) {
    let tasks = tasks.map(|task| runtime.spawn(task));
    for ended in runtime.block_on(join_all(tasks)) {
        ended.unwrap();
    }
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn on_two_threads(here: impl FnOnce(), there: impl FnOnce() + Send) {
    thread::scope(|scope| {
        scope.spawn(there);
        here();
    });
}
