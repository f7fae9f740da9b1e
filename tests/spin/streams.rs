//! Streams between two threads, with each kind of limit: spinning changes no result.

use core::time::Duration;
use std::io::ErrorKind;
use std::thread;

use async_duplex::{Options, Reader, Writer};
use futures::executor::{block_on, LocalPool};
use futures::task::LocalSpawnExt;
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::data::byte;
use crate::deadline::within;
use crate::DEADLINE;

/// Off, the shortest, the default, a long one, and one that is clamped.
const LIMITS: [Option<Duration>; 5] = [
    Some(Duration::ZERO),
    Some(Duration::from_nanos(1)),
    None,
    Some(LONG),
    Some(Duration::MAX),
];

const LONG: Duration = Duration::from_millis(1);

fn pipe(capacity: usize, limit: Option<Duration>) -> (Reader, Writer) {
    let options = Options::new(capacity);
    match limit {
        Some(limit) => options.spin_limit(limit).pipe(),
        None => options.pipe(),
    }
}

#[test]
fn b23_a_stream_between_two_threads_is_unchanged_by_any_limit() {
    let total = if cfg!(debug_assertions) {
        200_000
    } else {
        2_000_000
    };
    for limit in LIMITS {
        for (capacity, chunk) in [(1, 1), (7, 3), (64, 64), (4096, 1000)] {
            let total = total.min(capacity * 5_000);
            let (mut reader, mut writer) = pipe(capacity, limit);
            let bytes: Vec<_> = (0..total).map(byte).collect();
            let expected = bytes.clone();
            let received = within(DEADLINE, || {
                let sender = thread::spawn(move || {
                    let chunks = bytes.chunks(chunk);
                    block_on(async {
                        for chunk in chunks {
                            writer.write_all(chunk).await.unwrap();
                        }
                    });
                });
                let mut received = Vec::new();
                block_on(reader.read_to_end(&mut received)).unwrap();
                sender.join().unwrap();
                received
            });
            assert!(received == expected, "{limit:?}, {capacity}, {chunk}");
        }
    }
}

#[test]
fn b23_messages_go_back_and_forth_with_any_limit() {
    for limit in LIMITS {
        let (mut there_reader, mut there) = pipe(8, limit);
        let (mut back_reader, mut back) = pipe(8, limit);
        within(DEADLINE, || {
            let echo = thread::spawn(move || {
                block_on(async {
                    let mut buf = [0];
                    while there_reader.read(&mut buf).await.unwrap() == 1 {
                        back.write_all(&buf).await.unwrap();
                    }
                });
            });
            block_on(async {
                for round in 0..2000 {
                    there.write_all(&[byte(round)]).await.unwrap();
                    let mut buf = [0];
                    back_reader.read_exact(&mut buf).await.unwrap();
                    assert_eq!(buf, [byte(round)]);
                }
            });
            drop(there);
            echo.join().unwrap();
        });
    }
}

#[test]
fn b23_a_reader_finds_the_end_whether_it_spins_or_parks() {
    for kind in [None, Some(ErrorKind::TimedOut)] {
        within(DEADLINE, || {
            for round in 0..100 {
                let (mut reader, mut writer) = pipe(1, Some(LONG));
                let sender = thread::spawn(move || {
                    block_on(writer.write_all(&vec![7; round])).unwrap();
                    match kind {
                        None => drop(writer),
                        Some(kind) => writer.abort(kind),
                    }
                });
                let mut received = Vec::new();
                let outcome = block_on(reader.read_to_end(&mut received));
                assert_eq!(outcome.map_err(|error| error.kind()).err(), kind);
                assert!(received.len() == round || kind.is_some());
                sender.join().unwrap();
            }
        });
    }
}

/// What a half has learned of its spins does not keep it from parking.
#[test]
fn b23_two_halves_may_move_to_one_thread() {
    within(DEADLINE, || {
        let (mut reader, mut writer) = pipe(3, Some(LONG));
        let sender = thread::spawn(move || {
            block_on(writer.write_all(&[7; 1000])).unwrap();
            writer
        });
        block_on(reader.read_exact(&mut [0; 1000])).unwrap();
        let mut writer = sender.join().unwrap();

        let mut received = Vec::new();
        block_on(async {
            let write = async {
                writer.write_all(&[8; 10_000]).await.unwrap();
                drop(writer);
            };
            futures::join!(write, async {
                reader.read_to_end(&mut received).await.unwrap();
            });
        });
        assert_eq!(received, [8; 10_000]);
    });
}

/// Each task waits for one on the other thread again and again.
#[test]
fn b23_spinning_does_not_starve_the_other_tasks_of_a_thread() {
    within(DEADLINE, || {
        let pipes = || (0..4).map(|_| pipe(2, Some(LONG))).collect::<Vec<_>>();
        let (readers, writers): (Vec<_>, Vec<_>) = pipes().into_iter().unzip();
        let sender = thread::spawn(move || {
            let mut pool = LocalPool::new();
            for mut writer in writers {
                let write = async move { writer.write_all(&[7; 2000]).await.unwrap() };
                pool.spawner().spawn_local(write).unwrap();
            }
            pool.run();
        });
        let mut pool = LocalPool::new();
        for mut reader in readers {
            let read = async move {
                let mut received = Vec::new();
                reader.read_to_end(&mut received).await.unwrap();
                assert_eq!(received, [7; 2000]);
            };
            pool.spawner().spawn_local(read).unwrap();
        }
        pool.run();
        sender.join().unwrap();
    });
}
