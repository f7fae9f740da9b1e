//! The end of a stream, an abort, and what a parked thread learns of them.

use core::time::Duration;
use std::io::{self, BufRead, IoSlice, IoSliceMut, Read, Write};
use std::thread;

use async_duplex::io::Blocking;
use async_duplex::{duplex, pipe, Reader, Writer};

use crate::common::{DEADLINE, LONG};
use crate::support::counting_waker::{as_poll, failed, BROKEN, END};
use crate::support::deadline::within;
use crate::support::half::{until_waiting, End, Half, ABORT};

type Call<H> = fn(&mut Blocking<H>) -> io::Result<usize>;

const READS: [Call<Reader>; 4] = [
    |reader| reader.read(&mut [0; 8]),
    |reader| reader.read_vectored(&mut [IoSliceMut::new(&mut [0; 8])]),
    |reader| reader.fill_buf().map(<[u8]>::len),
    |reader| reader.read_to_end(&mut Vec::new()),
];

const WRITES: [Call<Writer>; 3] = [
    |writer| writer.write(b"x"),
    |writer| writer.write_vectored(&[IoSlice::new(b"x")]),
    |writer| writer.write_all(&[0; 100]).map(|()| 100),
];

/// Checks that a thread which is parked in a call is woken by each end of the peer and of a handle,
/// and finds the same again.
fn check_parked<H: Half>(blocking: fn(H) -> Blocking<H>, calls: &[Call<H>]) {
    let abort_by_handle: End<H::Peer> = (
        "has a handle, which aborts",
        |peer| {
            peer.abort_handle().abort(ABORT);
            Some(peer)
        },
        failed(ABORT),
    );
    for (how, end, found) in H::Peer::ENDS.iter().chain([&abort_by_handle]) {
        // An `Instant` cannot represent the deadline of the last timeout.
        let timeouts = [None, Some(LONG), Some(Duration::MAX)];
        for (call, timeout) in calls
            .iter()
            .flat_map(|call| timeouts.map(|timeout| (call, timeout)))
        {
            within(DEADLINE, || {
                let (half, peer) = H::full();
                let mut half = blocking(half);
                half.set_timeout(timeout);
                thread::scope(|scope| {
                    scope.spawn(move || {
                        until_waiting(&peer);
                        end(peer)
                    });
                    for _ in 0..2 {
                        assert_eq!(as_poll(call(&mut half)), *found, "the peer {how}");
                    }
                });
            });
        }
    }
}

#[test]
fn b20_b26_every_call_that_is_parked_is_woken_by_every_end_and_finds_it_again() {
    check_parked(Reader::blocking, &READS);
    check_parked(Writer::blocking, &WRITES);
}

/// Bytes may be discarded between two calls, but no call finds a clean end.
#[test]
fn b16_b20_an_abort_during_fill_buf_is_never_a_clean_end() {
    let abort_while_it_fills = || {
        let (reader, mut writer) = pipe(8);
        writer.try_write(b"abc").unwrap();
        let mut reader = reader.blocking();
        let aborting = thread::spawn(move || writer.abort(ABORT));
        let error = loop {
            match reader.fill_buf() {
                Ok(lent) => assert_eq!(lent, b"abc"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ABORT);
        aborting.join().unwrap();
    };
    let rounds = if cfg!(miri) { 20 } else { 5_000 };
    within(DEADLINE, || {
        (0..rounds).for_each(|_| abort_while_it_fills())
    });
}

#[test]
fn b20_dropping_a_blocking_stream_ends_both_directions() {
    let (near, mut far) = duplex(8);
    drop(near.blocking());
    assert_eq!(as_poll(far.try_read(&mut [0])), END);
    assert_eq!(as_poll(far.try_write(b"x")), BROKEN);
}
