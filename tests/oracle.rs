//! Random operations on a pipe and on a model of it: see `support/oracle`.

#![cfg(not(any(loom, shuttle)))]

#[path = "support/oracle/mod.rs"]
mod oracle;

use oracle::{Direction, Op, Settings};
use proptest::collection::vec;
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = Settings> {
    any::<[u8; 2]>().prop_map(Settings::from_bytes)
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
        settings in settings(),
        ops in vec(op(), 0..=200),
    ) {
        oracle::run(settings, &ops);
    }

    #[test]
    fn random_operations_on_two_streams_do_what_two_models_do(
        settings in settings(),
        ops in vec((direction(), op()), 0..=200),
    ) {
        oracle::run_duplex(settings, &ops);
    }
}
