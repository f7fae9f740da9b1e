//! B7: a long copy publishes its first bytes, and wakes the peer for them, before it ends.

use std::sync::{Arc, Mutex};

use async_duplex::pipe;

use crate::counting_waker::{as_poll, ready};
use crate::wakers::{on_wake, park_reader_with, park_writer_with, Shared};

/// Several chunks, the last of which is shorter.
const LEN: usize = 100_000;

#[test]
fn b7_a_parked_reader_is_woken_before_a_long_write_ends() {
    let (reader, mut writer) = pipe(LEN);
    let (reader, unread) = (Shared::new(reader), Arc::new(Mutex::new(0)));
    let waker = on_wake({
        let (reader, unread) = (reader.clone(), unread.clone());
        move || *unread.lock().unwrap() = reader.with(|reader| reader.len())
    });
    reader.with(|reader| park_reader_with(waker, reader));
    assert_eq!(as_poll(writer.try_write(&[7; LEN])), ready(LEN));
    let unread = *unread.lock().unwrap();
    assert!(0 < unread && unread < LEN, "{unread} bytes were unread");
    assert_eq!(reader.with(|reader| reader.len()), LEN);
}

#[test]
fn b7_a_parked_writer_is_woken_before_a_long_read_ends() {
    let (mut reader, mut writer) = pipe(LEN);
    assert_eq!(as_poll(writer.try_write(&[7; LEN])), ready(LEN));
    let (writer, unread) = (Shared::new(writer), Arc::new(Mutex::new(0)));
    let waker = on_wake({
        let (writer, unread) = (writer.clone(), unread.clone());
        move || *unread.lock().unwrap() = writer.with(|writer| writer.len())
    });
    writer.with(|writer| park_writer_with(waker, writer));
    assert_eq!(as_poll(reader.try_read(&mut [0; LEN])), ready(LEN));
    let unread = *unread.lock().unwrap();
    assert!(0 < unread && unread < LEN, "{unread} bytes were unread");
    assert!(writer.with(|writer| writer.is_empty()));
}
