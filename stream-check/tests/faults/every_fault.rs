//! `every_fault` and its plans: a fault at each place in turn.

use core::cell::Cell;
use std::env;
use std::io::ErrorKind;
use std::process::Command;
use std::thread;

use async_duplex::{duplex, pipe};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::{AsyncReadExt, AsyncWriteExt};
use stream_check::faults::{every_fault, every_fault_up_to, FaultPlan, FaultPoint, Faulty};

use crate::counting_waker::{ready, CountingTask};
use crate::deadline::within;
use crate::panics::panic_message;

const RESET: ErrorKind = ErrorKind::ConnectionReset;

#[test]
fn run_n_of_every_fault_fails_operation_n() {
    let task = CountingTask::new();
    let failures = Cell::new(Vec::new());
    let runs = every_fault(|plan| {
        let mut stream = Faulty::new(Vec::new()).fail_at(plan, RESET);
        let results = [
            ("write", task.write(&mut stream, b"abc").map_ok(drop)),
            ("flush", task.flush(&mut stream)),
            ("empty write", task.write(&mut stream, b"").map_ok(drop)),
            ("close", task.close(&mut stream)),
        ];
        let failed = results.map(|(what, result)| match result {
            core::task::Poll::Ready(Err(_)) => what,
            _ => "",
        });
        assert_eq!(plan.fired(), stream.fired());
        failures.set([failures.take(), vec![(plan.number(), failed)]].concat());
    });
    assert_eq!(
        failures.take(),
        [
            (1, ["write", "flush", "empty write", "close"]),
            (2, ["", "flush", "empty write", "close"]),
            (3, ["", "", "empty write", "close"]),
            (4, ["", "", "", "close"]),
            (5, ["", "", "", ""]),
        ]
    );
    assert_eq!(runs, 5);
}

#[test]
fn run_n_of_every_fault_ends_read_n() {
    let lengths = Cell::new(Vec::new());
    let runs = every_fault(|plan| {
        let mut stream = Faulty::new(Cursor::new(b"hello"))
            .max_read(2)
            .eof_at_read(plan);
        let mut text = String::new();
        block_on(stream.read_to_string(&mut text)).unwrap();
        lengths.set([lengths.take(), vec![text.len()]].concat());
    });
    // Without a fault, the fourth read finds the end of the inner stream.
    assert_eq!(lengths.take(), [0, 2, 4, 5, 5]);
    assert_eq!(runs, 5);
}

#[test]
fn in_run_n_of_every_fault_byte_n_is_the_first_one_missing() {
    let runs = every_fault(|plan| {
        let (mut reader, writer) = pipe(64);
        let mut writer = Faulty::new(writer).fail_after_bytes_written(plan, RESET);
        let written = block_on(writer.write_all(b"hello"));
        assert_eq!(written.is_err(), plan.fired());
        drop(writer);
        let mut text = String::new();
        block_on(reader.read_to_string(&mut text)).unwrap();
        assert_eq!(text, "hello"[..(plan.number() - 1).min(5)]);
    });
    assert_eq!(runs, 6);

    let runs = every_fault(|plan| {
        let mut stream = Faulty::new(Cursor::new(b"hello")).fail_after_bytes_read(plan, RESET);
        let mut buf = [0; 5];
        let read = block_on(stream.read_exact(&mut buf));
        assert_eq!(read.is_err(), plan.fired());
        let n = (plan.number() - 1).min(5);
        assert_eq!(buf[..n], b"hello"[..n]);
        assert_eq!(buf[n..], [0; 5][n..]);
    });
    assert_eq!(runs, 6);
}

#[test]
fn streams_that_share_a_plan_count_together_and_one_of_them_fails() {
    let task = CountingTask::new();
    let failed = Cell::new(String::new());
    let runs = every_fault(|plan| {
        let mut a = Faulty::new(Vec::new()).fail_at(plan, RESET);
        let mut b = Faulty::new(Vec::new()).fail_at(plan, RESET);
        let mut fired = "-";
        for _ in 0..2 {
            let _ = task.write(&mut a, b"x");
            let _ = task.write(&mut b, b"x");
            let _ = task.flush(&mut b);
        }
        assert!(!(a.fired() && b.fired()));
        assert_eq!(plan.fired(), a.fired() || b.fired());
        if a.fired() {
            assert_eq!(b.into_inner(), b"xx");
            fired = "a";
        } else if b.fired() {
            assert_eq!(a.into_inner(), b"xx");
            fired = "b";
        }
        failed.set(failed.take() + fired);
    });
    assert_eq!(failed.take(), "abbabb-");
    assert_eq!(runs, 7);
}

#[test]
fn streams_that_share_a_plan_have_no_limit_after_its_fault_has_fired() {
    let task = CountingTask::new();
    let plan = FaultPlan::new(6);
    let stream = || Faulty::new(Vec::new()).fail_after_bytes_written(&plan, RESET);
    let (mut a, mut b) = (stream(), stream());
    assert_eq!(task.write(&mut a, b"01"), ready(2));
    assert_eq!(task.write(&mut b, b"01"), ready(2));
    assert_eq!(task.write(&mut a, b"234"), ready(1));
    assert!(!plan.fired());
    assert!(task.write(&mut a, b"34").is_ready());
    assert!(plan.fired() && a.fired());
    // The stream in which the fault has not fired has no limit any more.
    assert_eq!(task.write(&mut b, b"23456"), ready(5));
    assert!(!b.fired());
}

#[test]
fn a_connection_that_breaks_at_any_operation_reports_an_error() {
    within(60, || {
        let runs = every_fault(|plan| {
            let (client, server) = duplex(4);
            let mut client = Faulty::new(client)
                .pending(1, 3)
                .max_write(3)
                .fail_at(plan, RESET);
            let mut server = Faulty::new(server).pending(2, 3).fail_at(plan, RESET);
            let (asked, answered) = block_on(async {
                futures::join!(
                    async move {
                        client.write_all(b"question").await?;
                        client.close().await?;
                        let mut answer = String::new();
                        client.read_to_string(&mut answer).await?;
                        match answer.as_str() {
                            "QUESTION" => std::io::Result::Ok(()),
                            _ => Err(ErrorKind::UnexpectedEof.into()),
                        }
                    },
                    async move {
                        let mut question = String::new();
                        server.read_to_string(&mut question).await?;
                        let answer = question.to_uppercase();
                        server.write_all(answer.as_bytes()).await?;
                        server.close().await
                    }
                )
            });
            assert_eq!(asked.is_err() || answered.is_err(), plan.fired());
        });
        // Each end moves 8 bytes in both directions, which takes several operations.
        assert!(runs > 10, "{runs}");
    });
}

#[test]
fn a_clone_of_a_plan_is_the_same_plan() {
    let task = CountingTask::new();
    let plan = FaultPlan::new(2);
    let mut stream = Faulty::new(Vec::new()).fail_at(&plan.clone(), RESET);
    assert_eq!(task.write(&mut stream, b"x"), ready(1));
    assert!(!plan.fired());
    assert!(task.write(&mut stream, b"x").is_ready());
    assert!(plan.fired() && plan.clone().fired());
    let text = format!("{plan:?}");
    assert!(text.contains("number: 2") && text.contains("fired: true"));
}

#[test]
fn the_body_of_every_fault_may_use_threads() {
    let runs = every_fault(|plan| {
        let (reader, writer) = pipe(2);
        let mut reader = Faulty::new(reader);
        let mut writer = Faulty::new(writer).fail_after_bytes_written(plan, RESET);
        let sender = thread::spawn(move || block_on(writer.write_all(b"hello")));
        let mut text = String::new();
        block_on(reader.read_to_string(&mut text)).unwrap();
        assert_eq!(sender.join().unwrap().is_err(), plan.fired());
        assert_eq!(text.len(), (plan.number() - 1).min(5));
    });
    assert_eq!(runs, 6);
}

#[test]
fn every_fault_panics_if_the_fault_still_fires_in_the_last_run() {
    let task = CountingTask::new();
    let last = Cell::new(0);
    let endless = |plan: &FaultPlan| {
        last.set(plan.number());
        let mut stream = Faulty::new(futures::io::sink()).fail_at(plan, RESET);
        while !stream.fired() {
            assert!(task.write(&mut stream, b"x").is_ready());
        }
    };
    assert_eq!(
        panic_message(|| every_fault_up_to(17, endless)),
        "the fault still fires in run 17, the last run allowed"
    );
    assert_eq!(last.get(), 17);

    // The plan counts bytes, so a run takes at most two writes.
    let by_default = |plan: &FaultPlan| {
        last.set(plan.number());
        let mut stream = Faulty::new(futures::io::sink()).fail_after_bytes_written(plan, RESET);
        let bytes = vec![0; plan.number()];
        while !stream.fired() {
            assert!(task.write(&mut stream, &bytes).is_ready());
        }
    };
    let message = panic_message(|| every_fault(by_default));
    assert!(message.contains("run 10000,"), "{message}");
    assert_eq!(last.get(), 10_000);
}

#[test]
fn every_fault_up_to_makes_at_most_max_runs_runs() {
    let body = |plan: &FaultPlan| {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan);
        let read = block_on(stream.read_exact(&mut [0; 5]));
        assert_eq!(read.is_err(), plan.fired());
    };
    assert_eq!(every_fault_up_to(6, body), 6);
    assert!(panic_message(|| every_fault_up_to(5, body)).contains("run 5,"));
    let message = panic_message(|| every_fault_up_to(0, body));
    assert_eq!(message, "the number of runs must be at least 1, not 0");
}

#[test]
fn every_fault_panics_if_its_body_does_not_use_the_plan() {
    assert_eq!(
        panic_message(|| every_fault(|_| {})),
        "run 1 made no stream with its plan"
    );
}

#[test]
fn a_plan_of_run_0_panics() {
    let message = panic_message(|| FaultPlan::new(0));
    assert_eq!(message, "runs are numbered from 1: there is no run 0");
}

#[test]
fn a_fault_point_is_made_from_a_number_or_a_plan() {
    fn ends(point: impl Into<FaultPoint>) -> bool {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(point);
        block_on(stream.read_exact(&mut [0; 5])).is_err()
    }
    assert!(ends(4));
    assert!(!ends(5));
    assert!(ends(FaultPoint::from(4)));
    assert!(ends(&FaultPlan::new(5)));
    assert!(!ends(&FaultPlan::new(6)));
}

#[test]
#[should_panic(expected = "only two are left")]
fn every_fault_panics_if_its_body_panics() {
    every_fault(|plan| {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan);
        let mut text = String::new();
        block_on(stream.read_to_string(&mut text)).unwrap();
        assert_ne!(text, "he", "only two are left");
    });
}

#[test]
fn every_fault_prints_how_to_repeat_a_run_that_panicked() {
    // Runs the test above in a process of its own.
    let child = Command::new(env::current_exe().unwrap())
        .args(["every_fault::every_fault_panics_if_its_body_panics"])
        .args(["--exact", "--nocapture"])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&child.stderr);
    let report = "every_fault: panicked in run 3, after the fault fired; \
                  to repeat it, `FaultPlan::new(3)`";
    let reports = stderr.matches("every_fault: panicked").count();
    assert!(stderr.contains(report) && reports == 1, "{stderr}");
}
