//! The floor of all cases between two threads: an `rtrb` ring between two threads that spin.

use std::hint::spin_loop;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::support::executor::Peer;
use crate::support::sliding::Sliding;
use crate::support::workloads::{PingPong, Stream};

/// The name of what [`Stream::rtrb`] and [`PingPong::rtrb`] do.
pub(crate) const RTRB: &str = "rtrb";

impl Stream {
    /// A ring between two threads that never sleep. It has the copies and the transfers of cache
    /// lines, and no wakes.
    pub(crate) fn rtrb(self, peer: &Peer, chunks: u64) -> Duration {
        let (mut writer, mut reader) = used_ring(self.capacity);
        let (mut source, mut target) = (Sliding::new(self.chunk), Sliding::new(self.chunk));
        let volume = self.volume(chunks);

        let start = Instant::now();
        peer.join(
            move || (0..chunks).for_each(|_| push(&mut writer, source.next())),
            || {
                let mut missing = volume;
                while missing > 0 {
                    missing -= pop(&mut reader, target.next()) as u64;
                }
            },
        );
        start.elapsed()
    }
}

impl PingPong {
    /// Two rings between two threads that never sleep.
    pub(crate) fn rtrb(self, peer: &Peer, rounds: u64) -> Duration {
        let (mut there_writer, mut there_reader) = used_ring(self.capacity);
        let (mut back_writer, mut back_reader) = used_ring(self.capacity);
        let (mut message, mut answer) = (Sliding::new(self.message), Sliding::new(self.message));
        let mut buffer = Sliding::new(self.message);

        let start = Instant::now();
        peer.join(
            move || {
                for _ in 0..rounds {
                    let buf = buffer.next();
                    pop_exact(&mut there_reader, buf);
                    push(&mut back_writer, buf);
                }
            },
            || {
                for _ in 0..rounds {
                    push(&mut there_writer, message.next());
                    pop_exact(&mut back_reader, answer.next());
                }
            },
        );
        start.elapsed()
    }
}

/// How a thread waits: it spins for some microseconds, and then yields to other threads. If the two
/// threads share a core, spinning without a yield would last until the end of a time slice. This is
/// a floor only where each thread has a core, because parking is faster on a shared one.
#[derive(Default)]
struct Spin(u32);

impl Spin {
    const SPINS: u32 = 1 << 7;

    fn wait(&mut self) {
        self.0 += 1;
        if self.0 < Self::SPINS {
            spin_loop();
        } else {
            self.0 = 0;
            yield_now();
        }
    }
}

/// A ring whose memory has been touched, as that of the contenders' pipes has.
fn used_ring(capacity: usize) -> (Producer<u8>, Consumer<u8>) {
    let (mut writer, mut reader) = RingBuffer::new(capacity);
    let mut bytes = vec![0x5a; capacity];
    push(&mut writer, &bytes);
    pop_exact(&mut reader, &mut bytes);
    (writer, reader)
}

fn push(writer: &mut Producer<u8>, mut bytes: &[u8]) {
    let mut spin = Spin::default();
    while !bytes.is_empty() {
        let (pushed, rest) = writer.push_partial_slice(bytes);
        if pushed.is_empty() {
            spin.wait();
        }
        bytes = rest;
    }
}

/// Waits for a byte at least, takes all bytes that fit into `buf`, and returns their number.
fn pop(reader: &mut Consumer<u8>, buf: &mut [u8]) -> usize {
    let mut spin = Spin::default();
    loop {
        match reader.pop_partial_slice(buf).0.len() {
            0 => spin.wait(),
            n => return n,
        }
    }
}

fn pop_exact(reader: &mut Consumer<u8>, mut buf: &mut [u8]) {
    while !buf.is_empty() {
        let n = pop(reader, buf);
        buf = &mut buf[n..];
    }
}
