//! A listener and its connectors, compared with a model: see `tests/support/listener`.

#![no_main]

mod support;

use libfuzzer_sys::fuzz_target;
use support::listener::{run, Steps};

fuzz_target!(|input: (u8, Steps, Option<Steps>, Steps)| {
    let (backlog, listening, owned, gone) = input;
    run(backlog.into(), &listening, owned.as_ref(), &gone);
});
