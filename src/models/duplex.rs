//! Two directions: they end one by one, and do not wait for each other.

use super::{model, read, write};
use crate::duplex;

/// Half-close: a request, its end, and an answer after that.
#[test]
fn half_close_leaves_the_other_direction_open() {
    model(
        || duplex(1),
        |near| {
            let (mut reader, mut writer) = near.into_split();
            assert_eq!(write(&mut writer, b"?").unwrap(), 1);
            drop(writer);
            let mut answer = [0; 1];
            assert_eq!(read(&mut reader, &mut answer).unwrap(), 1);
            assert_eq!(&answer, b"!");
        },
        |far| {
            let (mut reader, mut writer) = far.into_split();
            let mut request = [0; 1];
            assert_eq!(read(&mut reader, &mut request).unwrap(), 1);
            assert_eq!(&request, b"?");
            assert_eq!(read(&mut reader, &mut request).unwrap(), 0);
            assert_eq!(write(&mut writer, b"!").unwrap(), 1);
        },
    );
}

/// Dropping a stream ends both directions, for a peer that waits in either.
#[test]
fn dropping_a_stream_ends_both_directions() {
    model(
        || duplex(1),
        |near| {
            let (mut reader, mut writer) = near.into_split();
            assert_eq!(read(&mut reader, &mut [0]).unwrap(), 0);
            while write(&mut writer, b"a").is_ok() {}
        },
        drop,
    );
}
