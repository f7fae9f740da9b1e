//! A listener, its connectors, and futures and streams that are polled, left alone and dropped in
//! any order, compared with a model.
//!
//! The model is a queue of connections. A future that waits must have been woken as soon as it can
//! make progress.

#![no_main]

mod ends;
mod polled;
#[path = "../support/mod.rs"]
mod support;

use async_duplex::listener::listen;
use ends::Ends;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use support::inputs::Rarely;

#[derive(Debug, Arbitrary)]
struct Input {
    backlog: u8,
    /// While there is a listener.
    listening: Vec<Op>,
    /// While there is the stream that owns the listener, if there is one.
    owned: Option<Vec<Op>>,
    /// When both are gone.
    gone: Vec<Op>,
}

/// The futures, streams and connections are numbered, modulo how many there are.
#[derive(Debug, Arbitrary)]
enum Op {
    TryConnect { labelled: bool },
    Connect { labelled: bool },
    PollConnect(u8),
    DropConnect(u8),
    DropConnector(Rarely),
    TryAccept,
    Accept,
    PollAccept(u8),
    DropAccept(u8),
    Incoming,
    PollIncoming(u8),
    DropIncoming(u8),
    DropClient(u8),
    Close(Rarely),
}

fuzz_target!(|input: Input| {
    let backlog = 1 + usize::from(input.backlog % 4);
    let (listener, connector) = listen(4, backlog);
    let mut ends = Ends::new(backlog, connector);
    ends.run_listening(&listener, &input.listening);
    match input.owned {
        Some(ops) => ends.run_owned(listener.into_incoming(), &ops),
        None => drop(listener),
    }
    ends.run_alone(&input.gone);
});
