//! Waiting for the end of the peer. `pairs.rs` waits for bytes beside it.

use alloc::sync::Arc;
use core::task::Context;

use super::{block_on, bounded, bounded_and_check, poll_once, witness};
use crate::{pipe, Reader};

/// Edge E: `closed` is woken by the end, and by nothing else.
#[test]
fn closed_is_woken() {
    bounded(
        3,
        || pipe(1),
        |mut reader| block_on(reader.closed()),
        |mut writer| {
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
        },
    );
    bounded(
        3,
        || {
            let (reader, writer) = pipe(1);
            (writer, reader)
        },
        |mut writer| block_on(writer.closed()),
        drop,
    );
}

/// A `closed` that is polled again with another waker is woken through that.
#[test]
fn closed_is_woken_through_its_latest_waker() {
    bounded(
        3,
        || pipe(1),
        |mut reader| {
            let _ = poll_once(|cx| reader.poll_closed(cx));
            block_on(reader.closed());
        },
        drop,
    );
}

/// A half that finds the end while it begins to wait leaves no waker. If it does not find the end,
/// the end takes the waker.
#[test]
fn a_half_that_finds_the_end_leaves_no_waker() {
    let waits: [fn(&mut Reader, &mut Context<'_>); 2] = [
        |reader, cx| {
            let _ = reader.poll_read(cx, &mut [0]);
        },
        |reader, cx| {
            let _ = reader.poll_closed(cx);
        },
    ];
    for wait in waits {
        bounded_and_check(
            3,
            || pipe(1),
            move |mut reader| {
                let (waker, witness) = witness();
                wait(&mut reader, &mut Context::from_waker(&waker));
                (reader, witness)
            },
            drop,
            |(_, witness), _| assert_eq!(Arc::strong_count(witness), 1),
        );
    }
}
