//! Waiting for the end of the peer. `pairs.rs` waits for bytes beside it.

use super::{block_on, bounded, poll_once};
use crate::pipe;

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
