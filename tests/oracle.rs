//! Random operations on a pipe and on a model of it: see `support/oracle`.

#![cfg(not(any(loom, shuttle)))]

#[path = "support/oracle/mod.rs"]
mod oracle;

use oracle::{Direction, Op};
use proptest::collection::vec;
use proptest::prelude::*;

/// Mostly small, so that a pipe is often full, empty or wrapped.
fn capacity() -> impl Strategy<Value = usize> {
    prop_oneof![9 => 1..=9usize, 1 => 10..=300usize]
}

fn op() -> impl Strategy<Value = Op> {
    any::<[u8; 4]>().prop_map(Op::from_bytes)
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::LeftToRight), Just(Direction::RightToLeft)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 512 },
        // Operations that failed once belong in a test of their own, with a name.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_operations_on_a_pipe_do_what_the_model_does(
        capacity in capacity(),
        ops in vec(op(), 0..=200),
    ) {
        oracle::run(capacity, &ops);
    }

    #[test]
    fn random_operations_on_two_streams_do_what_two_models_do(
        capacity in capacity(),
        ops in vec((direction(), op()), 0..=200),
    ) {
        oracle::run_duplex(capacity, &ops);
    }
}
