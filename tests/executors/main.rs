//! The streams depend on no runtime: one scenario under many executors, under two at once, and with
//! a half that moves from one executor to another.

#![cfg(not(any(loom, shuttle)))]

mod compat;
#[path = "../support/data.rs"]
mod data;
#[path = "../support/deadline.rs"]
mod deadline;
mod migration;
mod scenario;

use async_executor::Executor;
use deadline::within;
use futures::executor::{LocalPool, ThreadPool};
use futures::future::join_all;
use futures::task::{LocalSpawnExt, SpawnExt};
use scenario::{three_tasks, two_ends, Task};
use smol::channel;
use std::thread;
use tokio::runtime::{Builder, Runtime};

/// More seconds than any of these tests takes.
const DEADLINE: u64 = 60;

#[test]
fn echo_under_futures_local_pool() {
    within(DEADLINE, || run_in_local_pool(three_tasks()));
}

#[test]
fn echo_under_futures_thread_pool() {
    within(DEADLINE, || {
        let pool = ThreadPool::builder().pool_size(3).create().unwrap();
        let tasks = three_tasks().map(|task| pool.spawn_with_handle(task).unwrap());
        futures::executor::block_on(join_all(tasks));
    });
}

#[test]
fn echo_under_smol() {
    within(DEADLINE, || {
        smol::block_on(join_all(three_tasks().map(smol::spawn)));
    });
}

#[test]
fn echo_under_async_executor_run_by_three_threads() {
    within(DEADLINE, || {
        let executor = Executor::new();
        let (running, done) = channel::bounded::<()>(1);
        thread::scope(|scope| {
            // `done` waits until this is dropped at the end of the scope.
            let _running = running;
            for _ in 0..3 {
                scope.spawn(|| smol::block_on(executor.run(done.recv())).unwrap_err());
            }
            let tasks = three_tasks().map(|task| executor.spawn(task));
            smol::block_on(join_all(tasks));
        });
    });
}

#[test]
fn echo_under_async_std() {
    within(DEADLINE, || {
        async_std::task::block_on(join_all(three_tasks().map(async_std::task::spawn)));
    });
}

#[test]
fn echo_under_tokio_current_thread() {
    within(DEADLINE, || run_in_tokio(current_thread(), three_tasks()));
}

#[test]
fn echo_under_tokio_multi_thread() {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(3).build().unwrap();
    within(DEADLINE, || run_in_tokio(runtime, three_tasks()));
}

#[test]
fn echo_under_pollster_on_two_threads() {
    let [near, far] = two_ends();
    within(DEADLINE, || {
        on_two_threads(|| pollster::block_on(near), || pollster::block_on(far));
    });
}

#[test]
fn echo_between_tokio_and_smol() {
    let [near, far] = two_ends();
    within(DEADLINE, || {
        on_two_threads(
            || run_in_tokio(current_thread(), [near]),
            || smol::block_on(smol::spawn(far)),
        );
    });
}

#[test]
fn echo_between_async_std_and_futures_local_pool() {
    let [near, far] = two_ends();
    within(DEADLINE, || {
        on_two_threads(
            || async_std::task::block_on(async_std::task::spawn(near)),
            || run_in_local_pool([far]),
        );
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
