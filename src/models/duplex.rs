//! Two directions: they end one by one, do not wait for each other, and may share a task.

use core::future::poll_fn;
use core::task::Poll;

use super::{block_on, bounded, model, read, write};
use crate::io::ErrorKind;
use crate::{duplex, DuplexStream};

/// Half-close: a request, its end, and an answer after that.
#[test]
fn half_close_leaves_the_other_direction_open() {
    bounded(
        2,
        || duplex(1),
        |near| {
            let (mut reader, mut writer) = near.into_split();
            assert_eq!(write(&mut writer, b"?").unwrap(), 1);
            drop(writer);
            let mut answer = [0; 1];
            assert_eq!(read(&mut reader, &mut answer).unwrap(), 1);
            assert_eq!(&answer, b"!");
            reader
        },
        |far| {
            let (mut reader, mut writer) = far.into_split();
            let mut request = [0; 1];
            assert_eq!(read(&mut reader, &mut request).unwrap(), 1);
            assert_eq!(&request, b"?");
            assert_eq!(read(&mut reader, &mut request).unwrap(), 0);
            assert_eq!(write(&mut writer, b"!").unwrap(), 1);
            (reader, writer)
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

/// Two tasks, each of which polls both directions, exchange a byte. Both wait for each other.
#[test]
fn two_tasks_that_poll_both_directions_exchange_bytes() {
    bounded(
        2,
        || duplex(1),
        |mut near| {
            exchange(&mut near, b"a", b"b");
            near
        },
        |mut far| {
            exchange(&mut far, b"b", b"a");
            far
        },
    );
}

/// Writes a byte and reads one, in either order, in one task.
fn exchange(stream: &mut DuplexStream, write: &[u8; 1], expected: &[u8; 1]) {
    let (reader, writer) = stream.halves();
    let (mut written, mut got) = (false, None);
    block_on(poll_fn(|cx| {
        if got.is_none() {
            let mut buf = [0; 1];
            if let Poll::Ready(n) = reader.poll_read(cx, &mut buf) {
                assert_eq!(n.unwrap(), 1);
                got = Some(buf);
            }
        }
        if !written {
            written = writer.poll_write(cx, write).is_ready();
        }
        match written && got.is_some() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }));
    assert_eq!(&got.unwrap(), expected);
}

/// One task waits in both directions, and a handle aborts them. Each direction wakes the task,
/// which finds the error in both.
#[test]
fn a_handle_cuts_both_directions_for_a_task() {
    bounded(
        2,
        || {
            let (mut near, far) = duplex(1);
            assert_eq!(near.try_write(b"?").unwrap(), 1);
            let handle = far.abort_handle();
            ((near, far), handle)
        },
        |(mut near, far)| {
            let (reader, writer) = near.halves();
            block_on(poll_fn(|cx| {
                let read = reader.poll_read(cx, &mut [0]);
                let written = writer.poll_write(cx, b"a");
                match (read, written) {
                    (Poll::Ready(read), Poll::Ready(written)) => {
                        assert_eq!(read.unwrap_err().kind(), ErrorKind::TimedOut);
                        assert_eq!(written.unwrap_err().kind(), ErrorKind::TimedOut);
                        Poll::Ready(())
                    }
                    _ => Poll::Pending,
                }
            }));
            far
        },
        |handle| handle.abort(ErrorKind::TimedOut),
    );
}
