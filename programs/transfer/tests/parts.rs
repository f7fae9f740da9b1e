//! The parts of the example `transfer`: damage that is found, and what a terminal shows.

#![allow(dead_code)] // Not every part of the example is needed here.
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../src/check.rs"]
mod check;
#[path = "../src/ends.rs"]
mod ends;
#[path = "../src/input.rs"]
mod input;
#[path = "../src/progress.rs"]
mod progress;

use std::io::Read;
use std::sync::{Arc, Mutex};

use async_duplex::{duplex, DuplexStream};
use check::Check;
use ends::Sent;
use futures_lite::future::{block_on, zip};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use indicatif::{ProgressDrawTarget, TermLike};
use input::{Noise, Source};

const CHECKS: [Check; 2] = [Check::Xxh3, Check::Sha256];

/// More than a block of noise, and no round number.
const SIZE: usize = 300_001;

type Damage = fn(&mut Vec<u8>);

/// Moves everything between the two ends by hand, and damages what goes to the receiver.
async fn relay(mut sender: DuplexStream, mut receiver: DuplexStream, damage: Damage) {
    let mut bytes = Vec::new();
    sender.read_to_end(&mut bytes).await.unwrap();
    damage(&mut bytes);
    receiver.write_all(&bytes).await.unwrap();
    receiver.close().await.unwrap();
    let mut answer = Vec::new();
    receiver.read_to_end(&mut answer).await.unwrap();
    sender.write_all(&answer).await.unwrap();
}

/// Sends noise through a connection that damages it, and returns what the sender finds.
fn send_through(check: Check, damage: Damage) -> anyhow::Result<Sent> {
    let (near, near_relay) = duplex(64 << 10);
    let (far_relay, far) = duplex(64 << 10);
    let input = input::open(&Source::Noise(SIZE as u64), 10_000).unwrap();
    let ends = zip(
        ends::send(near, input, check, |_| {}),
        ends::receive(far, check, 10_000),
    );
    let ((sent, received), ()) = block_on(zip(ends, relay(near_relay, far_relay, damage)));
    received.unwrap();
    sent
}

#[test]
fn whole_data_is_not_found_damaged() {
    for check in CHECKS {
        assert_eq!(send_through(check, |_| {}).unwrap().bytes, SIZE as u64);
    }
}

#[test]
fn every_kind_of_damage_is_found() {
    let kinds: [(&str, Damage); 9] = [
        ("a bit is changed", |bytes| bytes[200_000] ^= 1),
        ("the last byte is lost", |bytes| bytes.truncate(SIZE - 1)),
        ("a byte is added", |bytes| bytes.push(0)),
        ("a byte is lost within", |bytes| {
            bytes.remove(100_000);
        }),
        ("64 KiB are lost", |bytes| drop(bytes.drain(..64 << 10))),
        ("64 KiB are duplicated", |bytes| {
            bytes.copy_within(..64 << 10, 64 << 10)
        }),
        ("a block of noise is duplicated", |bytes| {
            bytes.copy_within(..67 << 10, 67 << 10)
        }),
        ("two bytes are swapped", |bytes| bytes.swap(100, 101)),
        ("two blocks of noise are swapped", |bytes| {
            let (first, rest) = bytes.split_at_mut(67 << 10);
            first.swap_with_slice(&mut rest[..67 << 10]);
        }),
    ];
    for (kind, damage) in kinds {
        for check in CHECKS {
            let Err(error) = send_through(check, damage) else {
                panic!("{kind}: {check} does not find it");
            };
            let message = error.to_string();
            assert!(message.starts_with("the data was damaged"), "{message}");
        }
    }
}

#[test]
fn what_a_ring_holds_from_its_previous_lap_is_found() {
    let mut noise = Vec::new();
    Noise::new(1 << 20, 1 << 10)
        .read_to_end(&mut noise)
        .unwrap();
    for capacity in [4 << 10, 64 << 10, 256 << 10] {
        for position in capacity..noise.len() - 16 {
            let (stale, fresh) = (position - capacity, position);
            assert_ne!(noise[stale..][..16], noise[fresh..][..16], "{position}");
        }
    }
}

#[test]
fn a_rate_is_in_a_unit_that_fits() {
    assert_eq!(progress::rate(0, 0.0), "0 B/s");
    assert_eq!(progress::rate(1000, 2.0), "500 B/s");
    assert_eq!(progress::rate(3 << 10, 2.0), "1.50 KiB/s");
    assert_eq!(progress::rate(3 << 20, 2.0), "1.50 MiB/s");
    assert_eq!(progress::rate(7 << 30, 2.0), "3.50 GiB/s");
}

/// A terminal that keeps the longest line.
#[derive(Debug)]
struct Terminal {
    columns: u16,
    line: Arc<Mutex<String>>,
}

impl Terminal {
    fn print(&self, text: &str) -> std::io::Result<()> {
        let mut line = self.line.lock().unwrap();
        let text = text.trim_matches('\r');
        if text.chars().count() > line.chars().count() {
            text.clone_into(&mut line);
        }
        Ok(())
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.columns
    }

    fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> std::io::Result<()> {
        self.print(text)
    }

    fn write_str(&self, text: &str) -> std::io::Result<()> {
        self.print(text)
    }

    fn clear_line(&self) -> std::io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_bar_fits_40_columns() {
    for length in [Some(u64::MAX), Some(1 << 40), Some(1 << 30), Some(1), None] {
        for sent in [0, 1, 1023 << 20, (1 << 30) - 1] {
            for columns in [40, 80, 200] {
                let line = Arc::default();
                let terminal = Terminal {
                    columns,
                    line: Arc::clone(&line),
                };
                let target = ProgressDrawTarget::term_like(Box::new(terminal));
                let bar = progress::bar_on(target, length);
                bar.inc(sent);
                bar.force_draw();
                let line = line.lock().unwrap();
                let width = line.chars().count();
                assert!((1..=columns.into()).contains(&width), "{columns}: {line:?}");
                if length.is_some() {
                    assert!(line.starts_with('[') && line.contains("/s"), "{line:?}");
                    assert!(line.find(']') >= Some(5), "no bar is left: {line:?}");
                }
            }
        }
    }
}
