//! Injected `Pending`s: which calls return one, which task is woken, and that the task progresses.

use futures::io::{repeat, sink};

use crate::common::*;

/// Returns which of the first `n` reads of a byte are pending.
fn pending_reads(seed: u64, one_in: u32, n: usize) -> Vec<bool> {
    let mut stream = Faulty::new(repeat(7)).pending(seed, one_in);
    let mut is_pending = || TASK.read(&mut stream, &mut [0]).is_pending();
    (0..n).map(|_| is_pending()).collect()
}

#[test]
fn an_injected_pending_wakes_its_task_once_and_keeps_no_waker() {
    let task = CountingTask::new();
    let (near, mut far) = duplex(1 << 20);
    far.try_write(&[7; 1000]).unwrap();
    let mut near = Faulty::new(near).pending(3, 2);
    let mut pending = 0;
    for i in 0..2000 {
        let (_, operation) = OPERATIONS[i % BUT_CLOSES];
        pending += usize::from(operation(&task, &mut near).is_pending());
        // The stream used the waker and kept no clone of it.
        assert_eq!((task.wakes(), task.retained()), (pending, 0), "call {i}");
    }
    assert!(pending > 0);
}

#[test]
fn one_in_1_delays_every_second_call_of_each_kind_until_it_reaches_the_inner_stream() {
    let (mut near, mut far) = streams(|near| near.pending(9, 1));
    for i in 0..10 {
        // Alternating calls, so that a shared sequence would always delay the same kind.
        let pending = [
            TASK.read(&mut near, &mut [0]).is_pending(),
            TASK.write(&mut near, b"x").is_pending(),
            TASK.flush(&mut near).is_pending(),
        ];
        assert_eq!(pending, [i % 2 == 0; 3]);
    }
    assert!(TASK.close(&mut near).is_pending());
    assert_eq!(far_state(&mut far), (5, 5, false));
    assert_eq!(TASK.close(&mut near), ready(()));
    assert_eq!(far_state(&mut far), (5, 5, true));
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
fn one_in_n_delays_about_one_in_n_calls_and_never_two_in_a_row() {
    for one_in in [1, 2, 3, 10, 100] {
        let n = 60_000;
        let pending = pending_reads(1, one_in, n);
        let count = pending.iter().filter(|&&pending| pending).count();
        // The call after a pending one never is.
        let expected = n / (one_in as usize + 1);
        let range = expected * 8 / 10..expected * 12 / 10;
        assert!(range.contains(&count), "{count} with one in {one_in}");
        for seed in 0..50 {
            let pending = pending_reads(seed, one_in, 1000);
            assert!(!pending.windows(2).any(|two| two == [true, true]));
        }
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
    let (near, mut far) = duplex(1 << 10);
    far.try_write(&[7; 500]).unwrap();
    let mut near = Faulty::new(near).pending(5, 3);
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for i in 0..500 {
        reads.push(TASK.read(&mut near, &mut [0]).is_pending());
        if i % 3 > 0 {
            writes.push(TASK.write(&mut near, b"x").is_pending());
        }
    }
    assert_eq!(reads, pending_reads(5, 3, 500));
    assert_ne!(reads[..writes.len()], writes);

    // Nor are the writes of a seed the reads of the same one, or of one next to it.
    for seed in 0..100 {
        let mut stream = Faulty::new(sink()).pending(seed, 3);
        let mut is_pending = || TASK.write(&mut stream, b"x").is_pending();
        let writes: Vec<_> = (0..64).map(|_| is_pending()).collect();
        for other in [seed.wrapping_sub(1), seed, seed + 1] {
            assert_ne!(writes, pending_reads(other, 3, 64), "{seed} and {other}");
        }
    }
}

#[test]
fn a_call_with_an_injected_pending_has_no_effect_and_is_no_operation() {
    let mut stream = Faulty::new(Vec::new()).pending(0, 1).fail_at(3, RESET);
    for byte in [b"a", b"b"] {
        assert!(TASK.write(&mut stream, byte).is_pending());
        assert_eq!(TASK.write(&mut stream, byte), ready(1));
    }
    assert!(TASK.write(&mut stream, b"c").is_pending());
    assert!(!stream.fired());
    assert_eq!(TASK.write(&mut stream, b"c"), FAILED);
    assert_eq!(stream.into_inner(), b"ab");
}

/// Calls of two tasks in turn. Each `Pending` wakes the task that got it, and no other.
#[test]
fn each_injected_pending_of_a_stream_that_is_split_wakes_its_own_task() {
    const CALLS: usize = 1_000;
    let (near, mut far) = duplex(CALLS);
    far.try_write(&[7; CALLS]).unwrap();
    let (mut reader, mut writer) = Faulty::new(near).pending(5, 2).split();
    let (reading, writing) = (CountingTask::new(), CountingTask::new());
    let (mut reads, mut writes) = (0, 0);
    for _ in 0..CALLS {
        reads += usize::from(reading.read(&mut reader, &mut [0]).is_pending());
        assert_eq!((reading.wakes(), writing.wakes()), (reads, writes));
        writes += usize::from(writing.write(&mut writer, b"x").is_pending());
        assert_eq!((reading.wakes(), writing.wakes()), (reads, writes));
    }
    assert!(reads > 0 && writes > 0);
}

/// Echoes bytes through a `Faulty` at either end, whose halves are in two tasks or on two threads.
#[test]
fn every_byte_arrives_over_halves_of_streams_with_limits_and_pendings() {
    within(60, || {
        let sent: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for seed in 0..20 {
            let (near, far) = duplex(16);
            let wrap = |stream, seed| {
                let stream = Faulty::new(stream).pending(seed, 2);
                stream.max_read(7).max_write(5).split()
            };
            let ((mut reader, mut writer), (from, mut to)) =
                (wrap(near, seed), wrap(far, seed + 1));
            let send = async {
                writer.write_all(&sent).await.unwrap();
                writer.close().await.unwrap();
            };
            let echo = async {
                futures::io::copy(from, &mut to).await.unwrap();
                to.close().await.unwrap();
            };
            let mut received = Vec::new();
            let receive = reader.read_to_end(&mut received);
            if seed % 2 == 0 {
                block_on(async { futures::join!(send, echo, receive).2 }).unwrap();
            } else {
                std::thread::scope(|scope| {
                    scope.spawn(|| block_on(send));
                    scope.spawn(|| block_on(echo));
                    block_on(receive).unwrap();
                });
            }
            assert_eq!(received, sent, "seed {seed}");
        }
    });
}
