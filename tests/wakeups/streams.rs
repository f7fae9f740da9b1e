//! B7 and B14 for bidirectional streams: each direction has its own waiters.

use async_duplex::{duplex, pipe, DuplexStream};

use crate::support::counting_waker::{ready, CountingTask};
use crate::support::half::Wait;

#[test]
fn b14_closing_a_stream_wakes_the_reader_at_the_other_end_only() {
    let (read, write) = (CountingTask::new(), CountingTask::new());
    let (mut left, mut right) = duplex(4);
    right.try_write(b"full").unwrap();
    read.wait(right.reader(), Wait::Move);
    write.wait(right.writer(), Wait::Move);
    assert!(CountingTask::new().close(&mut left).is_ready());
    assert_eq!((read.wakes(), write.wakes()), (1, 0));
    drop(left);
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
