//! The pipes that this crate is compared with, each used the way that suits it best.

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

/// Something to do with every contender.
pub(crate) trait Visitor {
    fn visit<C: Contender>(&mut self);
}

/// Lets `visitor` have all contenders that can do everything, this crate first.
pub(crate) fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<AsyncDuplex>();
    visitor.visit::<TokioDuplex>();
    visitor.visit::<TokioSimplex>();
    visitor.visit::<TokioUtilSimplex>();
    visitor.visit::<Piper>();
    visitor.visit::<AsyncRingbuf>();
    visitor.visit::<FuturesRingbuf>();
}

/// Lets `visitor` have those that need the kernel, where the system has them.
pub(crate) fn visit_kernel(visitor: &mut impl Visitor) {
    #[cfg(unix)]
    visitor.visit::<UnixSocket>();
    #[cfg(not(unix))]
    let _ = visitor;
}

/// Lets `visitor` have this crate with other settings than the plain ones: no peers of its own.
pub(crate) fn visit_variants(visitor: &mut impl Visitor) {
    visitor.visit::<NoSpin>();
}
