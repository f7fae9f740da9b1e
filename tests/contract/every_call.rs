//! All calls that read, and all calls that write.

use std::io::{self, IoSlice, IoSliceMut};

use async_duplex::{Reader, Writer};
use core::task::Poll;

use crate::counting_waker::{CountingTask, Outcome};

/// The result of a `try_*` call, in which `WouldBlock` stays an error.
fn returned(result: io::Result<usize>) -> Outcome<usize> {
    Poll::Ready(result.map_err(|error| error.kind()))
}

/// Makes every call that reads bytes or waits for them. None of them may wait.
pub(crate) fn reads(reader: &mut Reader) -> [Outcome<usize>; 6] {
    let task = CountingTask::new();
    let (mut some, mut more) = ([0; 1], [0; 9]);
    let outcomes = [
        task.read(reader, &mut more),
        task.read_vectored(
            reader,
            &mut [IoSliceMut::new(&mut some), IoSliceMut::new(&mut more)],
        ),
        returned(reader.try_read(&mut some)),
        task.fill_buf(reader).map_ok(|bytes| bytes.len()),
        task.poll(|cx| reader.poll_readable(cx, 0))
            .map_err(|error| error.kind()),
        task.poll(|cx| reader.poll_readable(cx, 1))
            .map_err(|error| error.kind()),
    ];
    assert_eq!(reader.as_slices(), (&b""[..], &b""[..]));
    assert_eq!((task.wakes(), task.retained()), (0, 0));
    outcomes
}

/// Makes every call that writes bytes or waits for free space. None of them may wait.
pub(crate) fn writes(writer: &mut Writer) -> [Outcome<usize>; 7] {
    let task = CountingTask::new();
    let outcomes = [
        task.write(writer, b"x"),
        task.write(writer, b""),
        task.write_vectored(writer, &[IoSlice::new(b""), IoSlice::new(b"yz")]),
        returned(writer.try_write(b"more than there is room for")),
        returned(writer.try_write(b"")),
        task.poll(|cx| writer.poll_writable(cx, 0))
            .map_err(|error| error.kind()),
        task.poll(|cx| writer.poll_writable(cx, 1))
            .map_err(|error| error.kind()),
    ];
    let (front, back) = writer.spare_slices();
    assert_eq!((front.len(), back.len()), (0, 0));
    assert_eq!((task.wakes(), task.retained()), (0, 0));
    outcomes
}
