//! Injected `Pending`s: which calls return one, which task is woken, and that the task progresses.

use async_duplex::{duplex, pipe, DuplexStream, Reader};
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt};
use stream_check::faults::Faulty;

use crate::counting_waker::{ready, CountingTask};
use crate::deadline::within;
use crate::panics::panic_message;

/// Returns which of the first `n` reads of a byte are pending.
fn pending_reads(seed: u64, one_in: u32, n: usize) -> Vec<bool> {
    let task = CountingTask::new();
    let mut stream = Faulty::new(futures::io::repeat(7)).pending(seed, one_in);
    (0..n)
        .map(|_| task.read(&mut stream, &mut [0]).is_pending())
        .collect()
}

#[test]
fn an_injected_pending_wakes_its_task_once_and_keeps_no_waker() {
    let task = CountingTask::new();
    let (near, mut far) = duplex(1 << 20);
    far_writes(&mut far, &[7; 1000]);
    let mut near = Faulty::new(near).pending(3, 2);
    let mut pending = 0;
    for i in 0..2000 {
        let is_pending = match i % 4 {
            0 => task.read(&mut near, &mut [0]).is_pending(),
            1 => task.fill_buf(&mut near).is_pending(),
            2 => task.write(&mut near, b"x").is_pending(),
            _ => task.flush(&mut near).is_pending(),
        };
        pending += usize::from(is_pending);
        assert_eq!(task.wakes(), pending, "call {i}");
        // The stream used the waker and kept no clone of it.
        assert_eq!(task.retained(), 0, "call {i}");
    }
    assert!(pending > 0);
}

#[test]
fn an_injected_pending_delays_a_close() {
    let task = CountingTask::new();
    let (reader, writer) = pipe(8);
    let mut writer = Faulty::new(writer).pending(0, 1);
    assert!(task.close(&mut writer).is_pending());
    assert_eq!(task.wakes(), 1);
    assert!(!reader.is_closed());
    assert!(task.close(&mut writer).is_ready());
    assert!(reader.is_closed());
}

#[test]
fn a_pending_of_the_inner_stream_wakes_only_on_progress() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe(8);
    let mut reader = Faulty::new(reader).pending(0, 1);
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    assert_eq!((task.wakes(), task.retained()), (1, 0), "the injected one");
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    assert_eq!((task.wakes(), task.retained()), (1, 1), "nothing to read");
    writer.try_write(b"x").unwrap();
    assert_eq!((task.wakes(), task.retained()), (2, 0));
}

#[test]
fn injected_pendings_never_come_twice_in_a_row() {
    for seed in 0..50 {
        for one_in in [1, 2, 3, 10] {
            let pending = pending_reads(seed, one_in, 1000);
            assert!(!pending.windows(2).any(|two| two == [true, true]));
        }
    }
}

#[test]
fn one_in_1_delays_every_second_call_of_each_kind() {
    let task = CountingTask::new();
    let (near, mut far) = duplex(64);
    far_writes(&mut far, b"0123456789");
    let mut near = Faulty::new(near).pending(9, 1);
    for i in 0..10 {
        // Alternating calls, so that a shared sequence would always delay the same kind.
        let pending = [
            task.read(&mut near, &mut [0]).is_pending(),
            task.write(&mut near, b"x").is_pending(),
            task.flush(&mut near).is_pending(),
        ];
        assert_eq!(pending, [i % 2 == 0; 3]);
    }
}

#[test]
fn one_in_n_delays_about_one_in_n_calls() {
    for one_in in [2, 3, 10, 100] {
        let n = 60_000;
        let pending = pending_reads(1, one_in, n);
        let count = pending.iter().filter(|&&pending| pending).count();
        // The call after a pending one never is.
        let expected = n / (one_in as usize + 1);
        assert!(
            count > expected * 8 / 10 && count < expected * 12 / 10,
            "{count} in {n} calls, with one in {one_in}"
        );
    }
}

#[test]
fn injected_pendings_depend_on_the_seed_alone() {
    for seed in [0, 1, u64::MAX] {
        assert_eq!(pending_reads(seed, 3, 500), pending_reads(seed, 3, 500));
    }
    let mut sequences: Vec<_> = (0..100).map(|seed| pending_reads(seed, 3, 64)).collect();
    sequences.sort();
    sequences.dedup();
    assert_eq!(sequences.len(), 100);
}

#[test]
fn each_kind_of_call_has_its_own_sequence_of_pendings() {
    // Writes between the reads do not change which reads are pending.
    let task = CountingTask::new();
    let (near, mut far) = duplex(1 << 10);
    far_writes(&mut far, &[7; 500]);
    let mut near = Faulty::new(near).pending(5, 3);
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for i in 0..500 {
        reads.push(task.read(&mut near, &mut [0]).is_pending());
        if i % 3 > 0 {
            writes.push(task.write(&mut near, b"x").is_pending());
        }
    }
    assert_eq!(reads, pending_reads(5, 3, 500));
    assert_ne!(reads[..writes.len()], writes);
}

#[test]
fn consecutive_seeds_give_unrelated_sequences_of_pendings() {
    let task = CountingTask::new();
    let pending_writes = |seed| {
        let mut stream = Faulty::new(futures::io::sink()).pending(seed, 3);
        let mut call = || task.write(&mut stream, b"x").is_pending();
        core::iter::repeat_with(&mut call)
            .take(64)
            .collect::<Vec<_>>()
    };
    for seed in 0..100 {
        let writes = pending_writes(seed);
        for other in [seed.wrapping_sub(1), seed, seed + 1] {
            assert_ne!(writes, pending_reads(other, 3, 64), "{seed} and {other}");
        }
    }
}

#[test]
fn a_call_with_an_injected_pending_has_no_effect_and_is_no_operation() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new())
        .pending(0, 1)
        .fail_at(3, std::io::ErrorKind::TimedOut);
    for byte in [b"a", b"b"] {
        assert!(task.write(&mut stream, byte).is_pending());
        assert_eq!(task.write(&mut stream, byte), ready(1));
    }
    assert!(task.write(&mut stream, b"c").is_pending());
    assert!(!stream.fired());
    assert!(task.write(&mut stream, b"c").is_ready());
    assert!(stream.fired());
    assert_eq!(stream.into_inner(), b"ab");
}

#[test]
fn every_byte_arrives_over_streams_with_limits_and_pendings() {
    within(60, || {
        let sent: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for seed in 0..20 {
            let (near, far) = duplex(16);
            let (mut near, far) = (
                with_limits_and_pendings(near, seed),
                with_limits_and_pendings(far, seed + 1),
            );
            let (received, ()) = block_on(async {
                futures::join!(
                    async {
                        let (reader, mut writer) = (&mut near).split();
                        let mut received = Vec::new();
                        let send = async {
                            writer.write_all(&sent).await.unwrap();
                            writer.close().await.unwrap();
                        };
                        let mut reader = reader;
                        let receive = reader.read_to_end(&mut received);
                        futures::join!(send, receive).1.unwrap();
                        received
                    },
                    async {
                        let (reader, mut writer) = far.split();
                        futures::io::copy(reader, &mut writer).await.unwrap();
                        writer.close().await.unwrap();
                    }
                )
            });
            assert_eq!(received, sent, "seed {seed}");
        }
    });
}

#[test]
fn one_in_0_panics() {
    let message = panic_message(|| Faulty::new(()).pending(1, 0));
    assert_eq!(message, "`one_in` must be at least 1, not 0");
}

fn with_limits_and_pendings(stream: DuplexStream, seed: u64) -> Faulty<DuplexStream> {
    Faulty::new(stream)
        .pending(seed, 2)
        .max_read(7)
        .max_write(5)
}

fn far_writes(far: &mut DuplexStream, bytes: &[u8]) {
    let (_, writer): (&mut Reader, _) = far.halves();
    assert_eq!(writer.try_write(bytes).unwrap(), bytes.len());
}
