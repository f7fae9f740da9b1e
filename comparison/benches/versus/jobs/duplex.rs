//! Pipes in both directions, with the traits of tokio.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::peers::tokio_pipes::TokioDuplex;
use crate::support::contender::Contender;
use crate::support::ours::{AsyncDuplex, NoSpin};

/// A contender whose pipes come in pairs.
pub(super) trait Duplex: Contender {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn duplex(capacity: usize) -> (Self::Stream, Self::Stream);
}

impl Duplex for AsyncDuplex {
    type Stream = async_duplex::DuplexStream;

    fn duplex(capacity: usize) -> (Self::Stream, Self::Stream) {
        async_duplex::duplex(capacity)
    }
}

impl Duplex for NoSpin {
    type Stream = async_duplex::DuplexStream;

    fn duplex(capacity: usize) -> (Self::Stream, Self::Stream) {
        async_duplex::Options::new(capacity)
            .spin_limit(Duration::ZERO)
            .duplex()
    }
}

impl Duplex for TokioDuplex {
    type Stream = tokio::io::DuplexStream;

    fn duplex(capacity: usize) -> (Self::Stream, Self::Stream) {
        tokio::io::duplex(capacity)
    }
}
