//! `every_fault_async`: in tasks of several executors, and that it does what `every_fault` does.

use core::cell::Cell;
use core::future::{pending, ready, Future};
use std::env;
use std::io::ErrorKind;
use std::process::Command;

use async_duplex::{duplex, DuplexStream};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};
use stream_check::faults::{
    every_fault, every_fault_async, every_fault_async_up_to, FaultPlan, Faulty,
};

use crate::deadline::within;
use crate::panics::panic_message;

const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// Writes and reads 8 bytes through a stream of 4, and returns what the peer has received.
async fn send(stream: DuplexStream, plan: &FaultPlan) -> std::io::Result<()> {
    let mut stream = Faulty::new(stream).fail_at(plan, RESET);
    stream.write_all(b"question").await?;
    stream.close().await
}

async fn receive(mut stream: DuplexStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

fn check(sent: &std::io::Result<()>, received: &str, plan: &FaultPlan) {
    assert_eq!(sent.is_err(), plan.fired());
    assert!("question".starts_with(received));
    assert!(received == "question" || plan.fired());
}

#[test]
fn every_fault_async_makes_the_runs_that_every_fault_makes() {
    let body = |plan: FaultPlan| async move {
        let (near, far) = duplex(4);
        let (sent, received) = futures::join!(send(near, &plan), receive(far));
        check(&sent, &received, &plan);
    };
    let runs = every_fault(|plan| block_on(body(plan.clone())));
    assert!(runs > 3, "{runs}");
    assert_eq!(block_on(every_fault_async(body)), runs);
}

#[test]
fn every_fault_async_works_in_a_task_of_tokio_and_with_tasks_that_it_spawns() {
    within(60, || {
        // As `#[tokio::test]` and its `flavor = "multi_thread"` do.
        for threads in [0, 2] {
            let runtime = match threads {
                0 => tokio::runtime::Builder::new_current_thread().build(),
                _ => tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(threads)
                    .build(),
            };
            let runs = runtime.unwrap().block_on(async {
                every_fault_async(|plan| async move {
                    let (near, far) = duplex(4);
                    let received = tokio::spawn(receive(far));
                    let sent = send(near, &plan).await;
                    check(&sent, &received.await.unwrap(), &plan);
                })
                .await
            });
            assert!(runs > 3, "{runs}");
        }
    });
}

#[test]
fn every_fault_async_works_in_a_task_of_smol_and_with_tasks_that_it_spawns() {
    within(60, || {
        // As `smol_macros::test!` does.
        let executor = smol::LocalExecutor::new();
        let executor = &executor;
        let runs = block_on(executor.run(every_fault_async(|plan| async move {
            let (near, far) = duplex(4);
            let received = executor.spawn(receive(far));
            let sent = send(near, &plan).await;
            check(&sent, &received.await, &plan);
        })));
        assert!(runs > 3, "{runs}");
    });
}

#[test]
fn the_future_of_every_fault_async_can_be_spawned() {
    fn spawnable(future: impl Future<Output = usize> + Send + 'static) -> usize {
        block_on(future)
    }
    let runs = spawnable(every_fault_async(|plan| async move {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(&plan);
        let read = stream.read_exact(&mut [0; 5]).await;
        assert_eq!(read.is_err(), plan.fired());
    }));
    assert_eq!(runs, 6);
}

#[test]
fn the_future_of_a_run_is_dropped_before_the_next_run_begins() {
    struct Alive<'a>(&'a Cell<usize>);
    impl Drop for Alive<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }
    let alive = Cell::new(0);
    let runs = block_on(every_fault_async(|plan| {
        assert_eq!(alive.replace(1), 0);
        let alive = Alive(&alive);
        async move {
            let _alive = alive;
            let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(&plan);
            let _ = stream.read_exact(&mut [0; 5]).await;
        }
    }));
    assert_eq!((runs, alive.get()), (6, 0));
}

#[test]
fn every_fault_async_up_to_makes_at_most_max_runs_runs() {
    let body = |plan: FaultPlan| async move {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(&plan);
        let _ = stream.read_exact(&mut [0; 5]).await;
    };
    assert_eq!(block_on(every_fault_async_up_to(6, body)), 6);
    assert_eq!(
        panic_message(|| block_on(every_fault_async_up_to(5, body))),
        "the fault still fires in run 5, the last run allowed"
    );
    assert_eq!(
        panic_message(|| block_on(every_fault_async_up_to(0, body))),
        "the number of runs must be at least 1, not 0"
    );
}

#[test]
fn every_fault_async_panics_if_its_body_does_not_use_the_plan() {
    assert_eq!(
        panic_message(|| block_on(every_fault_async(|_| ready(())))),
        "run 1 made no stream with its plan"
    );
}

#[test]
#[should_panic(expected = "only two are left")]
fn every_fault_async_panics_if_its_body_panics() {
    block_on(every_fault_async(|plan| async move {
        let mut stream = Faulty::new(Cursor::new(b"hello"))
            .pending(0, 1)
            .eof_after_bytes(&plan);
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert_ne!(text, "he", "only two are left");
    }));
}

#[test]
fn every_fault_async_ends_without_a_report_when_it_is_dropped() {
    let begun = Cell::new(0);
    let runs = every_fault_async(|_| {
        begun.set(begun.get() + 1);
        pending()
    });
    assert!(runs.now_or_never().is_none());
    assert_eq!(begun.get(), 1);
}

/// Runs a test of this file in a process of its own, and returns what it prints to standard error.
fn stderr_of(test: &str) -> String {
    let child = Command::new(env::current_exe().unwrap())
        .arg(format!("every_fault_async::{test}"))
        .args(["--exact", "--nocapture"])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&child.stdout);
    assert!(stdout.contains("running 1 test"), "{stdout}");
    String::from_utf8_lossy(&child.stderr).into_owned()
}

#[test]
fn every_fault_async_prints_how_to_repeat_a_run_that_panicked_and_no_other() {
    let stderr = stderr_of("every_fault_async_panics_if_its_body_panics");
    let report = "every_fault: panicked in run 3, after the fault fired; \
                  to repeat it, `FaultPlan::new(3)`";
    let reports = stderr.matches("every_fault: panicked").count();
    assert!(stderr.contains(report) && reports == 1, "{stderr}");

    let stderr = stderr_of("every_fault_async_ends_without_a_report_when_it_is_dropped");
    assert!(!stderr.contains("every_fault: panicked"), "{stderr}");
}
