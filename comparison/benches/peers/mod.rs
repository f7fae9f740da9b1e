//! The pipes that this crate is compared with, and the floors. Each is used in the way that is
//! fastest for it.

#![allow(dead_code)] // Each benchmark uses what it needs.
#![allow(clippy::std_instead_of_core)] // Benchmarks have `std`.

pub(crate) mod memcpy;
mod rings;
pub(crate) mod rtrb;
#[cfg(unix)]
pub(crate) mod socket;
pub(crate) mod tokio_pipes;

use crate::support::contender::Contender;
use crate::support::ours::{AsyncDuplex, OURS};

use rings::{AsyncRingbuf, FuturesRingbuf, Piper};
use tokio_pipes::{TokioSimplex, TokioUtilSimplex};

pub(crate) const TOKIO_SIMPLEX: &str = "tokio-simplex";
pub(crate) const TOKIO_DUPLEX: &str = "tokio-duplex";

/// Something that can be done with any pipe of one direction.
pub(crate) trait ForPipe {
    type Output;

    fn with<C: Contender>(&self) -> Self::Output;
}

/// Does it with all pipes of one direction, this crate's first.
pub(crate) fn for_pipes<A: ForPipe>(action: &A) -> Vec<(&'static str, A::Output)> {
    vec![
        (OURS, action.with::<AsyncDuplex>()),
        (TOKIO_SIMPLEX, action.with::<TokioSimplex>()),
        ("tokio-util-simplex", action.with::<TokioUtilSimplex>()),
        ("piper", action.with::<Piper>()),
        ("async-ringbuf", action.with::<AsyncRingbuf>()),
        ("futures-ringbuf", action.with::<FuturesRingbuf>()),
    ]
}
