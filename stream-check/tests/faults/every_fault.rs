//! `every_fault` and its plans: a fault at each place in turn.

use core::cell::Cell;
use std::env;
use std::process::Command;
use std::thread;

use futures::io::sink;
use stream_check::faults::{every_fault_up_to, FaultPoint};

use crate::common::*;

#[test]
fn run_n_of_every_fault_fails_operation_n_or_ends_read_n() {
    let mut failures = Vec::new();
    let runs = every_fault(|plan| {
        let mut stream = Faulty::new(Vec::new()).fail_at(plan, RESET);
        let results = [
            TASK.write(&mut stream, b"abc").map_ok(drop),
            TASK.flush(&mut stream),
            TASK.write(&mut stream, b"").map_ok(drop),
            TASK.close(&mut stream),
        ];
        assert_eq!(plan.fired(), stream.fired());
        failures.push((plan.number(), results.map(|result| result == failed(RESET))));
    });
    let (no, yes) = (false, true);
    let expected = [
        (1, [yes, yes, yes, yes]),
        (2, [no, yes, yes, yes]),
        (3, [no, no, yes, yes]),
        (4, [no, no, no, yes]),
        (5, [no, no, no, no]),
    ];
    assert_eq!((runs, &failures[..]), (5, &expected[..]));

    let mut lengths = Vec::new();
    let runs = every_fault(|plan| {
        let stream = Faulty::new(Cursor::new(b"hello")).max_read(2);
        lengths.push(text_of(stream.eof_at_read(plan)).len());
    });
    // Without a fault, the fourth read finds the end of the inner stream.
    assert_eq!((runs, &lengths[..]), (5, &[0, 2, 4, 5, 5][..]));
}

#[test]
fn streams_that_share_a_plan_count_together_and_one_of_them_fails() {
    let mut failed = String::new();
    let runs = every_fault(|plan| {
        let mut a = Faulty::new(Vec::new()).fail_at(plan, RESET);
        let mut b = Faulty::new(Vec::new()).fail_at(plan, RESET);
        for _ in 0..2 {
            let _ = TASK.write(&mut a, b"x");
            let _ = TASK.write(&mut b, b"x");
            let _ = TASK.flush(&mut b);
        }
        assert_eq!(plan.fired(), a.fired() || b.fired());
        failed.push(match (a.fired(), b.fired()) {
            (true, true) => panic!("both fail"),
            (true, false) => 'a',
            (false, true) => 'b',
            (false, false) => '-',
        });
        // The one that does not fail has no limit.
        let others = if a.fired() { b } else { a };
        assert!(plan.number() == 7 || others.into_inner() == b"xx");
    });
    assert_eq!((runs, &failed[..]), (7, "abbabb-"));
}

#[test]
fn streams_that_share_a_plan_have_no_limit_after_its_fault_has_fired() {
    let plan = FaultPlan::new(6);
    // A clone of a plan is the same plan.
    let stream = || Faulty::new(Vec::new()).fail_after_bytes_written(&plan.clone(), RESET);
    let (mut a, mut b) = (stream(), stream());
    assert_eq!(TASK.write(&mut a, b"01"), ready(2));
    assert_eq!(TASK.write(&mut b, b"01"), ready(2));
    assert_eq!(TASK.write(&mut a, b"234"), ready(1));
    assert!(!plan.fired());
    assert_eq!(TASK.write(&mut a, b"34"), FAILED);
    assert!(plan.fired() && plan.clone().fired() && a.fired());
    assert_eq!(TASK.write(&mut b, b"23456"), ready(5));
    assert!(!b.fired());
    let text = format!("{plan:?}");
    assert!(text.contains("number: 6") && text.contains("fired: true"));
}

#[test]
fn the_body_of_every_fault_may_use_threads() {
    let runs = every_fault(|plan| {
        let (reader, writer) = pipe(2);
        let mut writer = Faulty::new(writer).fail_after_bytes_written(plan, RESET);
        let sender = thread::spawn(move || block_on(writer.write_all(b"hello")));
        let received = text_of(Faulty::new(reader));
        assert_eq!(sender.join().unwrap().is_err(), plan.fired());
        assert_eq!(received.len(), (plan.number() - 1).min(5));
    });
    assert_eq!(runs, 6);
}

#[test]
fn every_fault_panics_if_the_fault_still_fires_in_the_last_run() {
    let last = Cell::new(0);
    // The plan counts bytes, so a run takes at most two writes.
    let endless = |plan: &FaultPlan| {
        last.set(plan.number());
        let mut stream = Faulty::new(sink()).fail_after_bytes_written(plan, RESET);
        let bytes = vec![0; plan.number()];
        while !stream.fired() {
            assert!(TASK.write(&mut stream, &bytes).is_ready());
        }
    };
    let message = "the fault still fires in run 17, the last run allowed";
    assert_panics(message, || every_fault_up_to(17, endless));
    assert_eq!(last.get(), 17);
    let message = "the fault still fires in run 10000, the last run allowed";
    assert_panics(message, || every_fault(endless));
    assert_eq!(last.get(), 10_000);
}

#[test]
fn a_fault_point_is_made_from_a_number_or_a_plan() {
    fn ends(point: impl Into<FaultPoint>) -> bool {
        let mut stream = Faulty::new(Cursor::new(b"hello")).eof_after_bytes(point);
        block_on(stream.read_exact(&mut [0; 5])).is_err()
    }
    assert!(ends(4) && !ends(5));
    assert!(ends(FaultPoint::from(4)));
    assert!(ends(&FaultPlan::new(5)) && !ends(&FaultPlan::new(6)));
}

#[test]
#[should_panic(expected = "only two are left")]
fn every_fault_panics_if_its_body_panics() {
    every_fault(|plan| {
        let text = text_of(Faulty::new(Cursor::new(b"hello")).eof_after_bytes(plan));
        assert_ne!(text, "he", "only two are left");
    });
}

/// Runs a test in a process of its own, and asserts how often its standard error has this report.
pub(crate) fn assert_reports(test: &str, times: usize) {
    let child = Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&child.stdout);
    assert!(stdout.contains("running 1 test"), "{stdout}");
    let stderr = String::from_utf8_lossy(&child.stderr);
    let report = "every_fault: panicked in run 3, after the fault fired; \
                  to repeat it, `FaultPlan::new(3)`";
    assert_eq!(stderr.matches(report).count(), times, "{stderr}");
    let reports = stderr.matches("every_fault: panicked").count();
    assert_eq!(reports, times, "{stderr}");
}

#[test]
fn every_fault_prints_how_to_repeat_a_run_that_panicked() {
    assert_reports("every_fault::every_fault_panics_if_its_body_panics", 1);
}
