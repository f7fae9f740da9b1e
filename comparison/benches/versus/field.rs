//! The contenders of a case, and their roles.

use std::time::Duration;

use crate::memory::{self, Passed};
use crate::peers::{visit_all, visit_kernel, visit_variants, Visitor};
use crate::rtrb::RTRB;
use crate::support::contender::Contender;
use crate::support::memcpy::MEMCPY;
use crate::support::ours::AsyncDuplex;
use crate::support::workloads::{copy, Effort, Stream, Through};
use crate::work::{Stage, Work};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    /// This crate, with which each contender is compared.
    Ours,
    Peer,
    /// A peer whose capacity the kernel decides, in a case whose result depends on the capacity.
    Unbounded,
    /// This crate with other settings. It is not a peer.
    Variant,
    /// Not a pipe, but a lower bound for every pipe.
    Floor,
}

/// A contender as a value.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) in_process: bool,
    pub(crate) time: fn(Work, &Stage, u64) -> Duration,
    pub(crate) effort: fn(Stream, u64) -> Effort,
    pub(crate) held: fn(usize, Passed) -> f64,
    pub(crate) resident: fn(usize, Passed, usize) -> f64,
}

/// All contenders, ours first and its variants last.
pub(crate) fn contestants() -> Vec<Contestant> {
    struct Collect(Vec<Contestant>, Role);
    impl Visitor for Collect {
        fn visit<C: Contender>(&mut self) {
            self.0.push(Contestant {
                name: C::NAME,
                role: match C::NAME {
                    AsyncDuplex::NAME => Role::Ours,
                    _ => self.1,
                },
                in_process: C::IN_PROCESS,
                time: Work::time::<C>,
                effort: Effort::of::<C>,
                held: memory::held::<C>,
                resident: memory::resident::<C>,
            });
        }
    }
    let mut all = Collect(Vec::new(), Role::Peer);
    visit_all(&mut all);
    visit_kernel(&mut all);
    all.1 = Role::Variant;
    visit_variants(&mut all);
    all.0
}

/// A contender, or a floor, that can be timed.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) time: fn(Work, &Stage, u64) -> Duration,
}

/// The contenders and floors of `work`, ours first.
pub(crate) fn entries(work: Work) -> Vec<Entry> {
    // Most systems do not let a program open thousands of sockets.
    let admits = move |contestant: &Contestant| contestant.in_process || work.unit() < 1000;
    let all = contestants().into_iter().filter(admits);
    let all = all.map(move |contestant| Entry {
        name: contestant.name,
        role: match work {
            Work::Stream(..) if !contestant.in_process => Role::Unbounded,
            _ => contestant.role,
        },
        time: contestant.time,
    });
    if let Work::Copy(_) = work {
        // Only this crate can copy out of its own memory, so it is compared with itself.
        let ours = all.filter(|entry| entry.role == Role::Ours);
        return ours.chain([THROUGH_A_BUFFER]).collect();
    }
    let memcpy = work.memcpy().map(|_| FLOOR_OF_ONE_THREAD);
    let rtrb = work.has_rtrb().then_some(FLOOR_OF_TWO_THREADS);
    all.chain(memcpy).chain(rtrb).collect()
}

const THROUGH_A_BUFFER: Entry = Entry {
    name: "through-a-buffer",
    role: Role::Peer,
    time: |work, _, operations| match work {
        Work::Copy(stream) => copy(stream, Through::Buffer, operations),
        _ => unreachable!("this is not copying"),
    },
};

const FLOOR_OF_ONE_THREAD: Entry = Entry {
    name: MEMCPY,
    role: Role::Floor,
    time: |work, _, operations| {
        let copies = work
            .memcpy()
            .expect("only work with this floor asks for it");
        copies.memcpy(operations)
    },
};

const FLOOR_OF_TWO_THREADS: Entry = Entry {
    name: RTRB,
    role: Role::Floor,
    time: |work, stage, operations| match work {
        Work::Stream(stream, _) => stream.rtrb(&stage.peer, operations),
        Work::RoundTrip(game, _) => game.rtrb(&stage.peer, operations),
        _ => unreachable!("this does not have that floor"),
    },
};
