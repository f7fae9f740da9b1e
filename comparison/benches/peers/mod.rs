//! The pipes that this crate is compared with. Each is used in the way that is fastest for it.

#![allow(dead_code)] // Each benchmark uses what it needs.
#![allow(clippy::std_instead_of_core)] // Benchmarks have `std`.

mod rings;
#[cfg(unix)]
mod socket;
pub(crate) mod tokio_pipes;

use crate::support::contender::Contender;
use crate::support::ours::{AsyncDuplex, NoSpin};

use rings::{AsyncRingbuf, FuturesRingbuf, Piper};
#[cfg(unix)]
use socket::UnixSocket;
use tokio_pipes::{TokioDuplex, TokioSimplex, TokioUtilSimplex};

/// An action for each contender.
pub(crate) trait Visitor {
    fn visit<C: Contender>(&mut self);
}

/// Visits all contenders that take part in every case, this crate first.
pub(crate) fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<AsyncDuplex>();
    visitor.visit::<TokioDuplex>();
    visitor.visit::<TokioSimplex>();
    visitor.visit::<TokioUtilSimplex>();
    visitor.visit::<Piper>();
    visitor.visit::<AsyncRingbuf>();
    visitor.visit::<FuturesRingbuf>();
}

/// Visits the contenders that need the kernel, where the system has them.
pub(crate) fn visit_kernel(visitor: &mut impl Visitor) {
    #[cfg(unix)]
    visitor.visit::<UnixSocket>();
    #[cfg(not(unix))]
    let _ = visitor;
}

/// Visits this crate with settings other than the default ones. These are not peers.
pub(crate) fn visit_variants(visitor: &mut impl Visitor) {
    visitor.visit::<NoSpin>();
}
