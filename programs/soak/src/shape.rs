//! Random sizes and settings.

use core::time::Duration;
use std::io::{Error, ErrorKind};

use async_duplex::Options;
use fastrand::Rng;

use crate::side::Seen;

/// From 1 to `max`: each power of two is as likely as the others.
pub(crate) fn up_to(rng: &mut Rng, max: u64) -> u64 {
    let power = 1 << rng.u32(0..=max.ilog2());
    rng.u64(power..2 * power).min(max)
}

/// The settings of a pipe.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) capacity: usize,
    /// The longest write, and the longest read.
    pub(crate) chunks: [usize; 2],
    /// How many bytes to move before an end.
    pub(crate) limits: [u64; 2],
    yield_every: usize,
    spins: bool,
    /// What a half reports that is dropped.
    pub(crate) error_on_drop: Option<ErrorKind>,
}

impl Shape {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let [capacity, a, b] = [128 << 10, 64 << 10, 64 << 10].map(|max| up_to(rng, max));
        // At most about a thousand calls, each of which may cost a wake.
        let most = (capacity.min(a).min(b) * 1000).min(1 << 20);
        Self {
            capacity: capacity as usize,
            chunks: [a as usize, b as usize],
            limits: [(); 2].map(|()| up_to(rng, most) - 1),
            yield_every: match rng.u8(0..4) {
                0 => rng.usize(1..64),
                _ => 0,
            },
            spins: rng.u8(0..4) > 0,
            error_on_drop: rng.bool().then_some(ErrorKind::UnexpectedEof),
        }
    }

    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(self.capacity).yield_every(self.yield_every);
        if !self.spins {
            options = options.spin_limit(Duration::ZERO);
        }
        if let Some(kind) = self.error_on_drop {
            options = options.error_on_drop(kind);
        }
        options
    }
}

/// The error of an abort: a kind alone, or one with a message.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    kind: ErrorKind,
    message: Option<String>,
}

impl Reason {
    /// An error that no other end of the pair gives.
    pub(crate) fn random(rng: &mut Rng, kind: ErrorKind) -> Self {
        let message = rng.bool().then(|| format!("reason {:016x}", rng.u64(..)));
        Self { kind, message }
    }

    pub(crate) fn error(&self) -> Error {
        match &self.message {
            Some(message) => Error::new(self.kind, message.clone()),
            None => self.kind.into(),
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        Seen::error(&self.error())
    }
}
