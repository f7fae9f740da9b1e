//! Random calls, compared with the model in `support/listener`.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{run, Steps};

fn steps() -> impl Strategy<Value = Steps> {
    vec(any::<[u8; 2]>(), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 2000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_calls_of_a_listener_and_its_connectors_do_what_the_model_does(
        backlog in 0..8_usize,
        listening in steps(),
        owned in proptest::option::of(steps()),
        gone in steps(),
    ) {
        run(backlog, &listening, owned.as_ref(), &gone);
    }
}
