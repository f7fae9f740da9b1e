//! `every_fault_async`: in tasks of several executors, and that it does what `every_fault` does.

use core::cell::Cell;
use core::future::{pending, ready, Future};

use stream_check::faults::{every_fault_async, every_fault_async_up_to, every_fault_up_to};
use tokio::runtime::Builder;

use crate::common::*;
use crate::every_fault::assert_reports;

/// Writes 8 bytes through a stream of 4.
async fn send(stream: DuplexStream, plan: &FaultPlan) -> io::Result<()> {
    let mut stream = Faulty::new(stream).fail_at(plan, RESET);
    stream.write_all(b"question").await?;
    stream.close().await
}

async fn receive(mut stream: DuplexStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

fn check(sent: &io::Result<()>, received: &str, plan: &FaultPlan) {
    assert_eq!(sent.is_err(), plan.fired());
    assert!("question".starts_with(received));
    assert!(received == "question" || plan.fired());
}

#[test]
fn every_fault_async_makes_the_runs_that_every_fault_makes_in_any_executor() {
    let body = |plan: FaultPlan| async move {
        let (near, far) = duplex(4);
        let (sent, received) = futures::join!(send(near, &plan), receive(far));
        check(&sent, &received, &plan);
    };
    let runs = every_fault(|plan| block_on(body(plan.clone())));
    assert!(runs > 3, "{runs}");
    assert_eq!(block_on(every_fault_async(body)), runs);

    // With tasks that the body spawns: as `smol_macros::test!` does.
    within(60, || {
        let executor = smol::LocalExecutor::new();
        let executor = &executor;
        let by_smol = block_on(executor.run(every_fault_async(|plan| async move {
            let (near, far) = duplex(4);
            let received = executor.spawn(receive(far));
            let sent = send(near, &plan).await;
            check(&sent, &received.await, &plan);
        })));
        assert_eq!(by_smol, runs);
        // As `#[tokio::test]` and its `flavor = "multi_thread"` do.
        for mut runtime in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let runtime = runtime.worker_threads(2).build().unwrap();
            let by_tokio = runtime.block_on(every_fault_async(|plan| async move {
                let (near, far) = duplex(4);
                let received = tokio::spawn(receive(far));
                let sent = send(near, &plan).await;
                check(&sent, &received.await.unwrap(), &plan);
            }));
            assert!(by_tokio > 3, "{by_tokio}");
        }
    });
}

/// Reads five bytes that end at the place of the plan.
async fn read_five(plan: FaultPlan) {
    let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(&plan);
    let read = stream.read_exact(&mut [0; 5]).await;
    assert_eq!(read.is_err(), plan.fired());
}

#[test]
fn at_most_max_runs_runs_are_made_and_each_has_to_use_its_plan() {
    /// The future can be spawned.
    fn run(future: impl Future<Output = usize> + Send + 'static) -> usize {
        block_on(future)
    }
    let in_a_future = |max| run(every_fault_async_up_to(max, read_five));
    let in_a_call = |max| every_fault_up_to(max, |plan| block_on(read_five(plan.clone())));
    for up_to in [in_a_future as fn(usize) -> usize, in_a_call] {
        assert_eq!(up_to(6), 6);
        let message = "the fault still fires in run 5, the last run allowed";
        assert_panics(message, || up_to(5));
        let message = "the number of runs must be at least 1, not 0";
        assert_panics(message, || up_to(0));
    }
    let message = "run 1 made no stream with its plan";
    assert_panics(message, || every_fault(|_| {}));
    assert_panics(message, || run(every_fault_async(|_| ready(()))));
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
            read_five(plan).await;
        }
    }));
    assert_eq!((runs, alive.get()), (6, 0));
}

#[test]
#[should_panic(expected = "only two are left")]
fn every_fault_async_panics_if_its_body_panics() {
    block_on(every_fault_async(|plan| async move {
        let stream = Faulty::new(Cursor::new(b"hello")).pending(0, 1);
        let mut text = String::new();
        let mut stream = stream.eof_after_bytes(&plan);
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

#[test]
fn every_fault_async_prints_how_to_repeat_a_run_that_panicked_and_no_other() {
    let test = |name| format!("every_fault_async::every_fault_async_{name}");
    assert_reports(&test("panics_if_its_body_panics"), 1);
    assert_reports(&test("ends_without_a_report_when_it_is_dropped"), 0);
}
