//! The streams pass the checks of the crate `stream-check`: each kind, with each family of traits,
//! and capacities from 1 on.

#![cfg(not(any(loom, shuttle)))]
#![cfg(feature = "tokio")]

use async_duplex::{duplex, pipe};
use stream_check::{futures_io, tokio, Checks};

fn check(checks: impl Fn(usize) -> Checks) {
    for capacity in [1, 2, 3, 7, 64, 1024, 65536] {
        let report = checks(capacity).run_blocking();
        println!("capacity {capacity}\n{report}");
        report.assert_conforms();
    }
}

#[test]
fn pipe_with_futures_io() {
    check(|capacity| futures_io::one_way_buffered(move || async move { pipe(capacity) }));
}

#[test]
fn pipe_with_tokio() {
    check(|capacity| tokio::one_way_buffered(move || async move { pipe(capacity) }).cooperative());
}

#[test]
fn duplex_with_futures_io() {
    check(|capacity| futures_io::two_way_buffered(move || async move { duplex(capacity) }));
}

#[test]
fn duplex_with_tokio() {
    check(|capacity| {
        tokio::two_way_buffered(move || async move { duplex(capacity) }).cooperative()
    });
}
