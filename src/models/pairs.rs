//! Every pair of waits of one half in one task, against publications that leave too few bytes.
//!
//! A half waits for a byte, for two bytes or for the end. The task starts two of these waits, in
//! either order, and gives neither up. The peer moves bytes one by one, and may then be dropped.
//! The task must be woken until all those of its waits are over that the peer has brought about. A
//! wait that replaced the other one, or a bit that is set again and hides it, would leave the task
//! asleep.

use core::future::poll_fn;
use core::task::{Context, Poll};

use super::{block_on, bounded, full, model};
use crate::{pipe, Reader, Writer};

#[derive(Clone, Copy)]
enum Wait {
    Bytes(usize),
    End,
}

const WAITS: [Wait; 3] = [Wait::Bytes(1), Wait::Bytes(2), Wait::End];

/// What the peer does: it moves some bytes, one at a time, and may then be dropped.
#[derive(Clone, Copy)]
struct Script {
    moves: usize,
    ends: bool,
}

impl Script {
    fn satisfies(self, wait: Wait) -> bool {
        match wait {
            Wait::Bytes(min) => self.moves >= min || self.ends,
            Wait::End => self.ends,
        }
    }
}

/// A half that waits, and what its peer does to wake it.
trait Waits: Sized + 'static {
    type Peer: Send + 'static;

    /// A pipe in which the half has nothing to move.
    fn make() -> (Self, Self::Peer);
    fn poll(&mut self, cx: &mut Context<'_>, wait: Wait) -> Poll<()>;
    fn move_byte(peer: &mut Self::Peer);
}

impl Waits for Reader {
    type Peer = Writer;

    fn make() -> (Self, Writer) {
        pipe(2)
    }

    fn poll(&mut self, cx: &mut Context<'_>, wait: Wait) -> Poll<()> {
        match wait {
            Wait::Bytes(min) => self.poll_readable(cx, min).map(drop),
            Wait::End => self.poll_closed(cx),
        }
    }

    fn move_byte(peer: &mut Writer) {
        assert_eq!(peer.try_write(b"a").unwrap(), 1);
    }
}

impl Waits for Writer {
    type Peer = Reader;

    fn make() -> (Self, Reader) {
        full(pipe(2))
    }

    fn poll(&mut self, cx: &mut Context<'_>, wait: Wait) -> Poll<()> {
        match wait {
            Wait::Bytes(min) => self.poll_writable(cx, min).map(drop),
            Wait::End => self.poll_closed(cx),
        }
    }

    fn move_byte(peer: &mut Reader) {
        assert_eq!(peer.try_read(&mut [0]).unwrap(), 1);
    }
}

/// Runs both waits until those are over that `expected` names. The others never are.
fn run<H: Waits>(half: &mut H, waits: [Wait; 2], expected: [bool; 2]) {
    let mut over = [false; 2];
    block_on(poll_fn(|cx| {
        for i in 0..2 {
            over[i] = over[i] || half.poll(cx, waits[i]).is_ready();
        }
        match over == expected {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }));
}

fn follow<H: Waits>((mut peer, script): (H::Peer, Script)) -> Option<H::Peer> {
    for _ in 0..script.moves {
        H::move_byte(&mut peer);
    }
    (!script.ends).then(|| peer)
}

/// All pairs, in both orders. Exhaustive for a single publication, else bounded.
fn all_pairs<H: Waits>(moves: usize, ends: bool) {
    let script = Script { moves, ends };
    for first in WAITS {
        for second in WAITS {
            let waits = [first, second];
            let expected = waits.map(|wait| script.satisfies(wait));
            if expected == [false; 2] {
                continue;
            }
            let make = move || {
                let (half, peer) = H::make();
                (half, (peer, script))
            };
            let near = move |mut half: H| {
                run(&mut half, waits, expected);
                half
            };
            match (moves, ends) {
                (1, false) => model(make, near, follow::<H>),
                _ => bounded(2, make, near, follow::<H>),
            }
        }
    }
}

#[test]
fn reader_when_one_byte_is_too_few() {
    all_pairs::<Reader>(1, false);
}

#[test]
fn reader_when_two_bytes_come_one_by_one() {
    all_pairs::<Reader>(2, false);
}

#[test]
fn reader_when_the_end_comes() {
    all_pairs::<Reader>(0, true);
}

#[test]
fn reader_when_the_end_follows_too_few_bytes() {
    all_pairs::<Reader>(1, true);
}

#[test]
fn writer_when_one_byte_is_too_few() {
    all_pairs::<Writer>(1, false);
}

#[test]
fn writer_when_two_bytes_come_one_by_one() {
    all_pairs::<Writer>(2, false);
}

#[test]
fn writer_when_the_end_comes() {
    all_pairs::<Writer>(0, true);
}

#[test]
fn writer_when_the_end_follows_too_few_bytes() {
    all_pairs::<Writer>(1, true);
}
