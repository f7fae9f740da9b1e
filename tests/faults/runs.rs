//! A fault in every place, one after the other.

use core::cell::Cell;
use std::env;
use std::io::ErrorKind;
use std::process::Command;
use std::thread;

use async_duplex::faults::{every_fault, every_fault_up_to, Faulty, Plan, When};
use async_duplex::{duplex, pipe};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::counting_waker::{moved, CountingTask};
use crate::deadline::within;
use crate::panic_message;

const RESET: ErrorKind = ErrorKind::ConnectionReset;

#[test]
fn each_operation_fails_in_its_run() {
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
fn each_read_finds_the_end_in_its_run() {
    let lengths = Cell::new(Vec::new());
    let runs = every_fault(|plan| {
        let mut stream = Faulty::new(Cursor::new(b"hello"))
            .max_read(2)
            .eof_at_read(plan);
        let mut text = String::new();
        block_on(stream.read_to_string(&mut text)).unwrap();
        lengths.set([lengths.take(), vec![text.len()]].concat());
    });
    // The fourth read is the one that would have found the end by itself.
    assert_eq!(lengths.take(), [0, 2, 4, 5, 5]);
    assert_eq!(runs, 5);
}

#[test]
fn each_byte_is_the_first_one_missing_in_its_run() {
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
fn streams_of_one_plan_count_together_and_one_of_them_fails() {
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
fn streams_of_one_plan_share_their_bytes_until_the_fault_has_fired() {
    let task = CountingTask::new();
    let plan = Plan::new(6);
    let stream = || Faulty::new(Vec::new()).fail_after_bytes_written(&plan, RESET);
    let (mut a, mut b) = (stream(), stream());
    assert_eq!(task.write(&mut a, b"01"), moved(2));
    assert_eq!(task.write(&mut b, b"01"), moved(2));
    assert_eq!(task.write(&mut a, b"234"), moved(1));
    assert!(!plan.fired());
    assert!(task.write(&mut a, b"34").is_ready());
    assert!(plan.fired() && a.fired());
    // Nothing is held back any more where the fault has not fired.
    assert_eq!(task.write(&mut b, b"23456"), moved(5));
    assert!(!b.fired());
}

#[test]
fn both_ends_of_a_connection_notice_wherever_it_breaks() {
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
        // Each of them moves 8 bytes both ways, so there are several operations to fail.
        assert!(runs > 10, "{runs}");
    });
}

#[test]
fn a_clone_is_the_same_plan() {
    let task = CountingTask::new();
    let plan = Plan::new(2);
    let mut stream = Faulty::new(Vec::new()).fail_at(&plan.clone(), RESET);
    assert_eq!(task.write(&mut stream, b"x"), moved(1));
    assert!(!plan.fired());
    assert!(task.write(&mut stream, b"x").is_ready());
    assert!(plan.fired() && plan.clone().fired());
    let shown = format!("{plan:?}");
    assert!(shown.contains("number: 2") && shown.contains("fired: true"));
}

#[test]
fn the_body_may_use_threads() {
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
fn a_body_that_never_gets_by_without_the_fault_is_stopped() {
    let task = CountingTask::new();
    let last = Cell::new(0);
    let endless = |plan: &Plan| {
        last.set(plan.number());
        let mut stream = Faulty::new(futures::io::sink()).fail_at(plan, RESET);
        while !stream.fired() {
            assert!(task.write(&mut stream, b"x").is_ready());
        }
    };
    assert_eq!(
        panic_message(|| every_fault_up_to(17, endless)),
        "the fault still fires in run 17, which is the last one allowed"
    );
    assert_eq!(last.get(), 17);

    // Counting bytes, so that no run takes more than two writes.
    let by_default = |plan: &Plan| {
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
fn as_many_runs_as_are_allowed_are_enough() {
    let body = |plan: &Plan| {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan);
        let read = block_on(stream.read_exact(&mut [0; 5]));
        assert_eq!(read.is_err(), plan.fired());
    };
    assert_eq!(every_fault_up_to(6, body), 6);
    assert!(panic_message(|| every_fault_up_to(5, body)).contains("run 5,"));
    let message = panic_message(|| every_fault_up_to(0, body));
    assert_eq!(message, "0 runs are not enough for anything");
}

#[test]
fn a_body_that_does_not_use_its_plan_is_refused() {
    assert_eq!(
        panic_message(|| every_fault(|_| {})),
        "run 1 made no stream with its plan"
    );
}

#[test]
fn there_is_no_run_0() {
    let message = panic_message(|| Plan::new(0));
    assert_eq!(message, "runs are numbered from 1: there is no 0");
}

#[test]
fn when_can_be_named() {
    fn ends(when: impl Into<When>) -> bool {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(when);
        block_on(stream.read_exact(&mut [0; 5])).is_err()
    }
    assert!(ends(4));
    assert!(!ends(5));
    assert!(ends(When::from(4)));
    assert!(ends(&Plan::new(5)));
    assert!(!ends(&Plan::new(6)));
}

#[test]
#[should_panic(expected = "only two are left")]
fn a_body_that_panics_makes_its_caller_panic() {
    every_fault(|plan| {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan);
        let mut text = String::new();
        block_on(stream.read_to_string(&mut text)).unwrap();
        assert_ne!(text, "he", "only two are left");
    });
}

#[test]
fn the_run_that_panics_is_named() {
    // The test above, from outside.
    let child = Command::new(env::current_exe().unwrap())
        .args(["runs::a_body_that_panics_makes_its_caller_panic"])
        .args(["--exact", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    let report = "every_fault: panicked in run 3, after the fault fired; \
                  to repeat it, `Plan::new(3)`";
    let reports = said.matches("every_fault:").count();
    assert!(said.contains(report) && reports == 1, "{said}");
}
