//! The floor of streams between two threads: an `rtrb` ring between two threads that spin.

use std::hint::spin_loop;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::support::executor::Peer;
use crate::support::sliding::Sliding;
use crate::support::workloads::Stream;

/// The name of what [`Stream::rtrb`] does.
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

/// A ring whose memory has been touched, as that of the contenders' pipes has.
fn used_ring(capacity: usize) -> (Producer<u8>, Consumer<u8>) {
    let (mut writer, mut reader) = RingBuffer::new(capacity);
    let mut bytes = vec![0x5a; capacity];
    push(&mut writer, &bytes);
    assert_eq!(pop(&mut reader, &mut bytes), capacity);
    (writer, reader)
}

fn push(writer: &mut Producer<u8>, mut bytes: &[u8]) {
    spin_until(|| {
        bytes = writer.push_partial_slice(bytes).1;
        bytes.is_empty()
    });
}

/// Waits for a byte at least, takes all bytes that fit into `buf`, and returns their number.
fn pop(reader: &mut Consumer<u8>, buf: &mut [u8]) -> usize {
    let mut n = 0;
    spin_until(|| {
        n = reader.pop_partial_slice(buf).0.len();
        n > 0
    });
    n
}

/// Spins for some microseconds, and then yields to other threads. If the two threads share a core,
/// spinning without a yield would last until the end of a time slice. This is a floor only where
/// each thread has a core, because parking is faster on a shared one.
fn spin_until(mut is_done: impl FnMut() -> bool) {
    let mut spins = 0_u32;
    while !is_done() {
        spins += 1;
        if spins.is_multiple_of(128) {
            yield_now();
        } else {
            spin_loop();
        }
    }
}
