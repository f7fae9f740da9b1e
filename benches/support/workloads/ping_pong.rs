//! Round trips of messages.

use std::hint::spin_loop;
use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use tokio::runtime::Handle;

use super::{read, read_exact, used_pipe, write_all};
use crate::support::contender::Contender;
use crate::support::executor::{Executor, Peer};
use crate::support::sliding::Sliding;

/// Round trips of a message, over two pipes.
#[derive(Clone, Copy)]
pub(crate) struct PingPong {
    pub(crate) message: usize,
    pub(crate) capacity: usize,
    /// How long the answering side works before it answers.
    pub(crate) think: Duration,
}

impl PingPong {
    /// Makes `rounds` round trips in two futures of one task.
    pub(crate) fn one_thread<C: Contender>(self, rounds: u64) -> Duration {
        let (there_reader, there_writer) = used_pipe::<C>(self.capacity);
        let (back_reader, back_writer) = used_pipe::<C>(self.capacity);
        let (message, answer) = (Sliding::new(self.message), Sliding::new(self.message));
        let buffer = Sliding::new(self.message);
        let executor = Executor::new();

        let start = Instant::now();
        let ping = ping::<C>(back_reader, there_writer, (message, answer), rounds);
        let pong = pong::<C>(there_reader, back_writer, buffer, self.think);
        let ((), echoed) = C::run(&executor, join(ping, pong));
        let elapsed = start.elapsed();

        assert_eq!(echoed, self.message as u64 * rounds);
        elapsed
    }

    /// Makes `rounds` round trips. `peer`'s thread answers.
    pub(crate) fn two_threads<C: Contender>(self, peer: &Peer, rounds: u64) -> Duration {
        let (there_reader, there_writer) = used_pipe::<C>(self.capacity);
        let (back_reader, back_writer) = used_pipe::<C>(self.capacity);
        let (message, answer) = (Sliding::new(self.message), Sliding::new(self.message));
        let buffer = Sliding::new(self.message);

        let start = Instant::now();
        let ping = ping::<C>(back_reader, there_writer, (message, answer), rounds);
        let (echoed, ()) = peer.join(
            move || C::block_on(pong::<C>(there_reader, back_writer, buffer, self.think)),
            || C::block_on(ping),
        );
        let elapsed = start.elapsed();

        assert_eq!(echoed, self.message as u64 * rounds);
        elapsed
    }

    /// Runs `pairs` pairs of tasks at once on the threads of `runtime`. Each makes `rounds` round
    /// trips.
    pub(crate) fn many<C: Contender>(
        self,
        runtime: &Handle,
        pairs: usize,
        rounds: u64,
    ) -> Duration {
        let work: Vec<_> = (0..pairs)
            .map(|_| {
                let (there_reader, there_writer) = used_pipe::<C>(self.capacity);
                let (back_reader, back_writer) = used_pipe::<C>(self.capacity);
                let (message, answer) = (Sliding::new(self.message), Sliding::new(self.message));
                let buffer = Sliding::new(self.message);
                let ping = ping::<C>(back_reader, there_writer, (message, answer), rounds);
                let pong = pong::<C>(there_reader, back_writer, buffer, self.think);
                (ping, pong)
            })
            .collect();

        let start = Instant::now();
        let echoed = runtime.block_on(async {
            let pongs: Vec<_> = work
                .into_iter()
                .map(|(ping, pong)| {
                    runtime.spawn(ping);
                    runtime.spawn(pong)
                })
                .collect();
            join_all(pongs).await
        });
        let elapsed = start.elapsed();

        for echoed in echoed {
            let echoed = echoed.expect("the answering task does not panic");
            assert_eq!(echoed, self.message as u64 * rounds);
        }
        elapsed
    }
}

/// Sends the message and waits for the answer, `rounds` times.
async fn ping<C: Contender>(
    mut reader: C::Reader,
    mut writer: C::Writer,
    (mut message, mut answer): (Sliding, Sliding),
    rounds: u64,
) {
    for _ in 0..rounds {
        write_all::<C>(&mut writer, message.next()).await;
        read_exact::<C>(&mut reader, answer.next()).await;
    }
    C::close(writer);
}

/// Sends back all bytes up to the end of the stream, and returns their number. Works for the given
/// time before each answer.
async fn pong<C: Contender>(
    mut reader: C::Reader,
    mut writer: C::Writer,
    mut buffer: Sliding,
    think: Duration,
) -> u64 {
    let mut echoed = 0;
    loop {
        let buf = buffer.next();
        let n = read::<C>(&mut reader, buf).await;
        if n == 0 {
            return echoed;
        }
        ponder(think);
        write_all::<C>(&mut writer, &buf[..n]).await;
        echoed += n as u64;
    }
}

/// Keeps this thread busy. Does not read the clock if `time` is zero.
pub(crate) fn ponder(time: Duration) {
    if time.is_zero() {
        return;
    }
    let start = Instant::now();
    while start.elapsed() < time {
        spin_loop();
    }
}
