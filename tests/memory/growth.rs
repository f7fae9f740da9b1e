//! B1, B2 and B21 where the storage is replaced by a larger one. `oracle` has the bytes that pass
//! meanwhile.

use async_duplex::{pipe, Reader};

use crate::allocator::{peak, BYTES, CALLS, LIVE, OVERHEAD};
use crate::drop_both;
use crate::support::counting_waker::{as_poll, ready};

/// The size of the first storage.
const FIRST: usize = 960;

/// The capacities at which the storages of a pipe that is filled in small steps differ.
const CAPACITIES: [usize; 9] = [1, 959, FIRST, 961, 1919, 2 * FIRST, 1921, 3000, 10_000];

fn bytes(from: usize, len: usize) -> Vec<u8> {
    (from..from + len).map(|n| n as u8).collect()
}

fn read(reader: &mut Reader, len: usize) -> Vec<u8> {
    let mut buf = vec![0; len];
    let n = reader.try_read(&mut buf).unwrap_or(0);
    buf.truncate(n);
    buf
}

/// Once the reader has followed, no more memory is in use than the capacity, and later none.
#[test]
fn b1_b2_b21_the_capacity_is_exact_in_steps_of_any_size_and_so_is_its_memory() {
    for capacity in CAPACITIES {
        for step in [1, 7, 500, FIRST, 4000] {
            if cfg!(miri) && step < 500 {
                continue; // Too many steps for an interpreter.
            }
            let (live, before) = (LIVE.get(), BYTES.get());
            let (mut reader, mut writer) = pipe(capacity);
            let header = BYTES.get() - before;
            let mut sent = 0;
            while sent < capacity {
                let n = step.min(capacity - sent);
                assert_eq!(as_poll(writer.try_write(&bytes(sent, step))), ready(n));
                sent += n;
            }
            assert!(writer.is_full() && writer.try_write(b"x").is_err());
            assert!(!reader.as_slices().0.is_empty());
            let storage = (BYTES.get() - before - header) as usize;
            assert_eq!(storage, capacity + OVERHEAD);
            assert_eq!(read(&mut reader, capacity + 1), bytes(0, capacity));
            assert!(reader.is_empty());
            drop_both(reader, writer, step % 2 == 0);
            assert_eq!(LIVE.get(), live);
        }
    }
}

#[test]
fn b2_memory_follows_the_unread_bytes() {
    const LARGE: usize = 64 << 20;
    let header = peak(|| drop(pipe(LARGE)));
    assert!(header <= 400, "{header} bytes");
    for n in [1, 100, FIRST, FIRST + 1, 5000, 50_000, 500_000] {
        if cfg!(miri) && n > 1000 {
            continue; // Too many writes for an interpreter.
        }
        // A reader that looks takes the storages, and frees them. Otherwise the writer does.
        for looks in [true, false] {
            let mut kept = 0;
            let most = peak(|| {
                let before = BYTES.get();
                let (mut reader, mut writer) = pipe(LARGE);
                for sent in 1..=n {
                    assert_eq!(as_poll(writer.try_write(&[sent as u8])), ready(1));
                    if looks && (sent % 100 == 0 || sent == n) {
                        assert_eq!(reader.as_slices().0.len(), sent);
                    }
                }
                kept = (BYTES.get() - before) as usize - header - OVERHEAD;
                assert_eq!(reader.len(), n);
            });
            assert!(
                kept <= (2 * n).max(FIRST),
                "{n} unread: {kept} bytes are kept"
            );
            assert!(most <= 3 * n + 2048, "{n} unread: {most} bytes at a time");
        }
    }
}

/// The storage doubles from 960 bytes to 61440, and then has the capacity. The reader follows it
/// each time, or never.
#[test]
fn b2_a_pipe_that_is_filled_byte_by_byte_grows_few_times() {
    for looks in [true, false] {
        let (mut reader, mut writer) = pipe(1 << 16);
        let before = CALLS.get();
        let most = peak(|| {
            for sent in 0..1 << 16 {
                writer.try_write(&[sent as u8]).unwrap();
                assert!(!looks || !reader.as_slices().0.is_empty());
            }
        });
        assert_eq!(CALLS.get() - before, 8);
        assert!(most <= 2 << 16, "{most} bytes at a time");
    }
}
