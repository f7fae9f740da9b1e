//! B7 and B14 for bidirectional streams: each direction has its own waiters.

use async_duplex::{duplex, pipe, DuplexStream};

use crate::counting_waker::{as_poll, ready, CountingTask, BROKEN};
use crate::{park_reader, park_writer};

#[test]
fn b14_closing_a_stream_wakes_the_reader_at_the_other_end_only() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut left, right) = duplex(4);
    let (mut reader, mut writer) = right.into_split();
    park_reader(&read, &mut reader);
    assert_eq!(as_poll(writer.try_write(b"full")), ready(4));
    park_writer(&write, &mut writer);
    assert!(CountingTask::new().close(&mut left).is_ready());
    assert_eq!((read.wakes(), write.wakes()), (1, 0));
    drop(left);
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
    assert_eq!(write.write(&mut writer, b"x"), BROKEN);
}

#[test]
fn b7_the_two_directions_of_a_stream_retain_a_waker_each() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut left, mut right) = duplex(4);
    assert_eq!(write.write(&mut left, b"full"), ready(4));
    assert!(write.write(&mut left, b"x").is_pending());
    assert!(read.read(&mut left, &mut [0]).is_pending());
    assert_eq!((read.retained(), write.retained()), (1, 1));
    assert!(CountingTask::new().read(&mut right, &mut [0]).is_ready());
    assert_eq!((read.wakes(), write.wakes()), (0, 1));
    assert!(CountingTask::new().write(&mut right, b"x").is_ready());
    assert_eq!((read.wakes(), write.wakes()), (1, 1));
}

#[test]
fn b7_a_loopback_wakes_its_own_reader_and_writer() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (reader, writer) = pipe(1);
    let mut stream = DuplexStream::new(reader, writer);
    assert!(read.read(&mut stream, &mut [0]).is_pending());
    assert_eq!(write.write(&mut stream, b"x"), ready(1));
    assert_eq!(read.wakes(), 1);
    assert!(write.write(&mut stream, b"y").is_pending());
    assert_eq!(read.read(&mut stream, &mut [0]), ready(1));
    assert_eq!(write.wakes(), 1);
    assert!(read.read(&mut stream, &mut [0]).is_pending());
    assert!(write.close(&mut stream).is_ready());
    assert_eq!(read.wakes(), 2);
}
