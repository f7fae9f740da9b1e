//! Round trips of messages over a duplex.

use std::time::{Duration, Instant};

use futures::future::join;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::support::contender::Duplex;
use crate::support::executor::{Executor, Peer};
use crate::support::sliding::Sliding;

/// Each message fits.
const CAPACITY: usize = 4 << 10;

/// Round trips of a message of this many bytes.
#[derive(Clone, Copy)]
pub(crate) struct RoundTrip {
    pub(crate) message: usize,
}

impl RoundTrip {
    /// Makes `rounds` round trips in two futures of one task.
    pub(crate) fn one_thread<D: Duplex>(self, rounds: u64) -> Duration {
        let (near, far) = D::duplex(CAPACITY);
        let work = join(self.echo(far), self.ask(near, rounds));
        let start = Instant::now();
        let (echoed, ()) = Executor::new().run(work);
        self.checked(start.elapsed(), echoed, rounds)
    }

    /// Makes `rounds` round trips. `peer`'s thread answers.
    pub(crate) fn two_threads<D: Duplex>(self, peer: &Peer, rounds: u64) -> Duration {
        let (near, far) = D::duplex(CAPACITY);
        let start = Instant::now();
        let (echoed, ()) = peer.join(
            move || D::block_on(self.echo(far)),
            || D::block_on(self.ask(near, rounds)),
        );
        self.checked(start.elapsed(), echoed, rounds)
    }

    fn checked(self, elapsed: Duration, echoed: u64, rounds: u64) -> Duration {
        assert_eq!(echoed, self.message as u64 * rounds);
        elapsed
    }

    /// Sends the message and waits for the answer, `rounds` times.
    async fn ask(self, mut stream: impl AsyncRead + AsyncWrite + Unpin, rounds: u64) {
        let (mut message, mut answer) = (Sliding::new(self.message), Sliding::new(self.message));
        for _ in 0..rounds {
            let sent = stream.write_all(message.next()).await;
            sent.expect("the other end is there");
            let received = stream.read_exact(answer.next()).await;
            received.expect("it answers");
        }
    }

    /// Sends back all bytes up to the end of the stream, and returns their number.
    async fn echo(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> u64 {
        let (mut buffer, mut echoed) = (Sliding::new(self.message), 0);
        loop {
            let buf = buffer.next();
            let n = stream.read(buf).await.expect("a pipe can be read from");
            if n == 0 {
                return echoed;
            }
            let sent = stream.write_all(&buf[..n]).await;
            sent.expect("the other end waits for it");
            echoed += n as u64;
        }
    }
}
