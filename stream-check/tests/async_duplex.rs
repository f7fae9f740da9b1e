//! The streams of async-duplex pass all checks: each kind, each family, capacities from 1 on.

use async_duplex::{duplex, pipe};
use stream_check::{futures_io, tokio, Checks};

const CAPACITIES: [usize; 7] = [1, 2, 3, 7, 64, 1024, 65536];

fn check(checks: impl Fn(usize) -> Checks) {
    for capacity in CAPACITIES {
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
