//! `Pending` every so often: who is woken, that there is progress, that it is the same every time.

use async_duplex::faults::Faulty;
use async_duplex::{duplex, pipe, DuplexStream, Reader};
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::counting_waker::{moved, CountingTask};
use crate::deadline::within;
use crate::panic_message;

/// Which of the first `n` reads of a byte are held up.
fn held_up_reads(seed: u64, one_in: u32, n: usize) -> Vec<bool> {
    let task = CountingTask::new();
    let mut stream = Faulty::new(futures::io::repeat(7)).pending(seed, one_in);
    (0..n)
        .map(|_| task.read(&mut stream, &mut [0]).is_pending())
        .collect()
}

#[test]
fn whoever_is_held_up_has_been_woken_once() {
    let task = CountingTask::new();
    let (near, mut far) = duplex(1 << 20);
    far_writes(&mut far, &[7; 1000]);
    let mut near = Faulty::new(near).pending(3, 2);
    let mut pending = 0;
    for i in 0..2000 {
        let held_up = match i % 4 {
            0 => task.read(&mut near, &mut [0]).is_pending(),
            1 => task.fill_buf(&mut near).is_pending(),
            2 => task.write(&mut near, b"x").is_pending(),
            _ => task.flush(&mut near).is_pending(),
        };
        pending += usize::from(held_up);
        assert_eq!(task.wakes(), pending, "call {i}");
        // The waker was used, not kept.
        assert_eq!(task.kept(), 0, "call {i}");
    }
    assert!(pending > 0);
}

#[test]
fn a_close_is_held_up_like_anything_else() {
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
fn a_wait_for_the_inner_stream_is_not_woken_before_its_time() {
    let task = CountingTask::new();
    let (reader, mut writer) = pipe(8);
    let mut reader = Faulty::new(reader).pending(0, 1);
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    assert_eq!((task.wakes(), task.kept()), (1, 0), "held up");
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    assert_eq!((task.wakes(), task.kept()), (1, 1), "nothing there");
    writer.try_write(b"x").unwrap();
    assert_eq!((task.wakes(), task.kept()), (2, 0));
}

#[test]
fn never_twice_in_a_row() {
    for seed in 0..50 {
        for one_in in [1, 2, 3, 10] {
            let held_up = held_up_reads(seed, one_in, 1000);
            assert!(!held_up.windows(2).any(|two| two == [true, true]));
        }
    }
}

#[test]
fn one_in_1_is_every_other_call_of_each_sort() {
    let task = CountingTask::new();
    let (near, mut far) = duplex(64);
    far_writes(&mut far, b"0123456789");
    let mut near = Faulty::new(near).pending(9, 1);
    for i in 0..10 {
        // Taking turns, so that a state which they shared would always hit the same one.
        let pending = [
            task.read(&mut near, &mut [0]).is_pending(),
            task.write(&mut near, b"x").is_pending(),
            task.flush(&mut near).is_pending(),
        ];
        assert_eq!(pending, [i % 2 == 0; 3]);
    }
}

#[test]
fn about_one_in_so_many() {
    for one_in in [2, 3, 10, 100] {
        let n = 60_000;
        let held_up = held_up_reads(1, one_in, n);
        let count = held_up.iter().filter(|&&held_up| held_up).count();
        // The call after one that was held up never is.
        let expected = n / (one_in as usize + 1);
        assert!(
            count > expected * 8 / 10 && count < expected * 12 / 10,
            "{count} in {n} calls, with one in {one_in}"
        );
    }
}

#[test]
fn the_seed_decides_and_nothing_else() {
    for seed in [0, 1, u64::MAX] {
        assert_eq!(held_up_reads(seed, 3, 500), held_up_reads(seed, 3, 500));
    }
    let mut sequences: Vec<_> = (0..100).map(|seed| held_up_reads(seed, 3, 64)).collect();
    sequences.sort();
    sequences.dedup();
    assert_eq!(sequences.len(), 100);
}

#[test]
fn each_sort_of_call_has_its_own_sequence() {
    // The reads are held up as they are alone, whatever is written between them.
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
    assert_eq!(reads, held_up_reads(5, 3, 500));
    assert_ne!(reads[..writes.len()], writes);
}

#[test]
fn neighbouring_seeds_have_nothing_in_common() {
    let task = CountingTask::new();
    let held_up_writes = |seed| {
        let mut stream = Faulty::new(futures::io::sink()).pending(seed, 3);
        let mut call = || task.write(&mut stream, b"x").is_pending();
        core::iter::repeat_with(&mut call)
            .take(64)
            .collect::<Vec<_>>()
    };
    for seed in 0..100 {
        let writes = held_up_writes(seed);
        for other in [seed.wrapping_sub(1), seed, seed + 1] {
            assert_ne!(writes, held_up_reads(other, 3, 64), "{seed} and {other}");
        }
    }
}

#[test]
fn held_up_calls_do_nothing_else_and_are_no_operations() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Vec::new())
        .pending(0, 1)
        .fail_at(3, std::io::ErrorKind::TimedOut);
    for byte in [b"a", b"b"] {
        assert!(task.write(&mut stream, byte).is_pending());
        assert_eq!(task.write(&mut stream, byte), moved(1));
    }
    assert!(task.write(&mut stream, b"c").is_pending());
    assert!(!stream.fired());
    assert!(task.write(&mut stream, b"c").is_ready());
    assert!(stream.fired());
    assert_eq!(stream.into_inner(), b"ab");
}

#[test]
fn everything_arrives_under_an_executor() {
    within(60, || {
        let sent: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for seed in 0..20 {
            let (near, far) = duplex(16);
            let (mut near, far) = (unkind(near, seed), unkind(far, seed + 1));
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
fn one_in_0_is_refused() {
    let message = panic_message(|| Faulty::new(()).pending(1, 0));
    assert_eq!(message, "there is no such thing as one in 0");
}

fn unkind(stream: DuplexStream, seed: u64) -> Faulty<DuplexStream> {
    Faulty::new(stream)
        .pending(seed, 2)
        .max_read(7)
        .max_write(5)
}

fn far_writes(far: &mut DuplexStream, bytes: &[u8]) {
    let (_, writer): (&mut Reader, _) = DuplexStream::split(far);
    assert_eq!(writer.try_write(bytes).unwrap(), bytes.len());
}
