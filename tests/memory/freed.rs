//! B21 and B26: when the memory of a pipe is freed.

use core::mem;
use std::io::ErrorKind;
use std::sync::Mutex;
use std::thread;

use async_duplex::{duplex, pipe, AbortHandle, Writer};

use crate::allocator::{counted, held, LIVE};
use crate::support::deadline::within;
use crate::support::rendezvous::{Meeting, Rendezvous};

/// The storage goes with the second half, and the pipe with the last handle.
#[test]
fn b21_the_last_of_halves_and_handles_frees_the_pipe() {
    const CAPACITY: usize = counted(3);
    let ends: [fn(&mut Writer); 3] = [
        |_| (),
        |writer| writer.finish(),
        |writer| writer.abort(ErrorKind::Other),
    ];
    let before = LIVE.get();
    for end in ends {
        for (first, reversed) in (0..4).flat_map(|first| [(first, false), (first, true)]) {
            let (reader, mut writer) = pipe(CAPACITY);
            writer.commit(CAPACITY);
            end(&mut writer);
            let handles = (reader.abort_handle(), writer.abort_handle());
            let mut owners: [(Box<dyn Send>, isize); 4] = [
                (Box::new(reader), 1),
                (Box::new(writer), 1),
                (Box::new(handles.0), 0),
                (Box::new(handles.1), 0),
            ];
            owners.rotate_left(first);
            if reversed {
                owners.reverse();
            }
            let mut halves = 2;
            for (owner, is_half) in owners {
                assert_eq!(
                    held(CAPACITY),
                    halves.min(1),
                    "a half may still read or write"
                );
                assert!(LIVE.get() > before + 1, "more is left than the box");
                drop(owner);
                halves -= is_half;
            }
            assert_eq!((held(CAPACITY), LIVE.get()), (0, before));
        }
    }
}

/// How many times two threads are started, how many times they meet, and how many connections they
/// drop each time.
const BATCHES: usize = if cfg!(miri) { 1 } else { 20 };
const MEETINGS: usize = if cfg!(miri) { 4 } else { 100 };
const BURST: usize = 8;

/// Makes connections with a handle, drops their ends in two threads at the same moment, and checks
/// that the storage is freed while the handles live. Many times.
fn drop_at_once<A: Send, B: Send>(capacity: usize, make: fn(usize) -> (A, B, AbortHandle)) {
    for batch in 0..BATCHES {
        let rendezvous = Rendezvous::default();
        let [one, other] = rendezvous.threads();
        let passed = Mutex::new(Vec::new());
        let drop_others = |other: Meeting<'_>| {
            while other.meet() {
                let ends: Vec<B> = mem::take(&mut passed.lock().unwrap());
                other.meet();
                ends.into_iter().for_each(drop);
                other.meet();
            }
        };
        let drop_ones = |one: Meeting<'_>| {
            for meeting in 0..MEETINGS {
                let (mut ends, mut handles) = (Vec::new(), Vec::new());
                for _ in 0..BURST {
                    let (end, other_end, handle) = make(capacity);
                    ends.push(end);
                    passed.lock().unwrap().push(other_end);
                    handles.push(handle);
                }
                assert!(held(capacity) > 0, "the storage is counted");
                one.meet();
                one.meet();
                ends.into_iter().for_each(drop);
                one.meet();
                let held = held(capacity);
                assert_eq!(held, 0, "batch {batch}, meeting {meeting}");
                let abort = |handle: AbortHandle| handle.abort(ErrorKind::ConnectionReset);
                handles.into_iter().for_each(abort);
            }
        };
        within(60, || {
            thread::scope(|scope| {
                scope.spawn(move || drop_others(other));
                drop_ones(one);
            });
        });
    }
}

#[test]
fn b26_a_handle_keeps_no_bytes_of_ends_that_are_dropped_at_the_same_moment() {
    drop_at_once(counted(4), |capacity| {
        let (reader, mut writer) = pipe(capacity);
        assert_eq!(writer.try_write(b"x").unwrap(), 1);
        let handle = reader.abort_handle();
        (reader, writer, handle)
    });
    drop_at_once(counted(5), |capacity| {
        let (mut near, mut far) = duplex(capacity);
        assert_eq!(near.try_write(b"x").unwrap(), 1);
        assert_eq!(far.try_write(b"x").unwrap(), 1);
        let handle = far.abort_handle();
        (near, far, handle)
    });
}
