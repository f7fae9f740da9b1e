//! How checks are run, and what a report says and asserts.

#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // Tests have `std`.

use std::future::pending;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

use smol::net::unix::UnixStream;
use stream_check::{checks, futures_io, Checks, Outcome, Report};

fn unix() -> Checks {
    futures_io::two_way(|| async { UnixStream::pair().unwrap() })
}

/// `futures_io` streams that are never ready again once they are full or empty, so they fail.
fn stuck() -> Report {
    let pairs = || async { (smol::io::Cursor::new(vec![1, 2, 3]), smol::io::sink()) };
    let checks = futures_io::one_way(pairs).limit(Duration::from_secs(2));
    checks
        .only(&["nothing_is_not_the_end", "empty_read"])
        .run_blocking()
}

fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    *panic.downcast::<String>().expect("a panic with a text")
}

#[test]
fn any_executor_runs_the_checks() {
    let names = [
        "bytes_in_order",
        "read_is_woken_by_a_thread",
        "wakers_are_dropped",
    ];
    let assert = |report: Report| {
        report.assert_conforms();
        assert_eq!(report.checks().len(), names.len());
    };
    assert(unix().only(&names).run_blocking());
    assert(smol::block_on(unix().only(&names).run()));
    let executor = smol::LocalExecutor::new();
    assert(smol::block_on(
        executor.run(executor.spawn(unix().only(&names).run())),
    ));
    let builders = [
        tokio::runtime::Builder::new_current_thread(),
        tokio::runtime::Builder::new_multi_thread(),
    ];
    for mut builder in builders {
        let runtime = builder.enable_all().build().unwrap();
        let pair = || async { tokio::net::UnixStream::pair().unwrap() };
        let checks = stream_check::tokio::two_way(pair).only(&names);
        assert(runtime.block_on(checks.run()));
    }
}

#[test]
fn a_pair_that_is_never_made_fails_one_check() {
    let pair = || async { pending::<(UnixStream, UnixStream)>().await };
    let names = ["bytes_in_order", "flush"];
    let checks = futures_io::two_way(pair)
        .limit(Duration::from_millis(50))
        .only(&names);
    let report = checks.run_blocking();
    assert_eq!(
        report.checks()[0].failure().unwrap().seen,
        "making one did not finish"
    );
    assert!(matches!(
        report.checks()[1].outcome,
        Outcome::NotApplicable(_)
    ));
}

#[test]
fn a_report_shows_each_failure_with_its_calls() {
    let report = stuck();
    let text = report.to_string();
    let expected = "  expected: Pending, because nothing was written
  seen:     Ok(3)
      reader.poll_read(64 bytes) = Ready(Ok(3))
";
    assert!(text.contains(expected), "{text}");
    assert!(
        text.ends_with("0 passed, 2 failed, 0 not applicable"),
        "{text}"
    );
    let names: Vec<_> = report.failed().map(|checked| checked.name).collect();
    assert_eq!(names, ["nothing_is_not_the_end", "empty_read"]);
}

#[test]
fn known_deviations_have_to_be_exact() {
    let report = stuck();
    let known = [
        ("nothing_is_not_the_end", "a cursor"),
        ("empty_read", "a sink"),
    ];
    report.assert_all_but(&known);
    // A check that was not run may be known.
    report.assert_all_but(&[known[0], known[1], ("flush", "not run")]);

    let unlisted = panic_of(|| report.assert_all_but(&known[..1]));
    assert!(unlisted.contains("FAILED   empty_read"), "{unlisted}");
    assert!(!unlisted.contains("nothing_is_not_the_end"), "{unlisted}");
    let unknown = panic_of(|| report.assert_all_but(&[known[0], known[1], ("fluhs", "")]));
    assert!(unknown.contains("there is no check `fluhs`"), "{unknown}");
    let twice = panic_of(|| report.assert_all_but(&[known[0], known[1], known[1]]));
    assert!(
        twice.contains("`empty_read` needs one reason, once"),
        "{twice}"
    );
    let passed = unix().only(&["flush"]).run_blocking();
    let fixed = panic_of(|| passed.assert_all_but(&[("flush", "it was so")]));
    assert!(
        fixed.contains("`flush` does not fail, but is a known deviation: it was so"),
        "{fixed}"
    );
}

#[test]
#[should_panic(expected = "there is no check `fluhs`")]
fn only_wants_the_names_of_checks() {
    drop(unix().only(&["fluhs"]));
}

#[test]
fn each_row_of_the_readme_is_a_check() {
    let readme = include_str!("../README.md");
    let (_, table) = readme.split_once("| check | asks | written in |").unwrap();
    let (table, _) = table.split_once("## Features").unwrap();
    let rows: Vec<_> = table.split("\n| `").skip(1).collect();
    assert_eq!(rows.len(), checks().count());
    for (row, check) in rows.iter().zip(checks()) {
        let expected = format!("{}` | {} | {} |", check.name, check.asks, check.source);
        assert_eq!(row.trim_end(), expected);
    }
}
