//! Errors after a number of bytes: which bytes pass, and what counts.

use core::pin::Pin;
use core::task::Poll;
use std::io::IoSlice;

use async_duplex::pipe;
use futures::io::AsyncBufRead;
use stream_check::faults::Faulty;

use crate::common::{assert_broken, streams, FAILED, RESET};
use crate::counting_waker::{ready, CountingTask};

#[test]
fn fail_after_bytes_read_returns_n_bytes_and_then_fails() {
    let task = CountingTask::new();
    for bytes in 0..=10 {
        for chunk in 1..=12 {
            let (near, _far) = streams();
            let mut near = Faulty::new(near).fail_after_bytes_read(bytes, RESET);
            let mut got: Vec<u8> = Vec::new();
            while got.len() < bytes {
                // Neither a write nor an empty read counts.
                assert_eq!(task.write(&mut near, b"x"), ready(1));
                assert_eq!(task.read(&mut near, &mut []), ready(0));
                let mut buf = vec![0; chunk];
                let n = chunk.min(bytes - got.len());
                assert_eq!(task.read(&mut near, &mut buf), ready(n));
                got.extend(&buf[..n]);
            }
            assert_eq!(got, b"0123456789"[..bytes]);
            assert_eq!(task.read(&mut near, &mut []), ready(0));
            assert!(!near.fired());
            assert_eq!(task.read(&mut near, &mut [0]), FAILED);
            assert_broken(&task, &mut near);
        }
    }
}

#[test]
fn fail_after_bytes_read_counts_consumed_bytes() {
    let task = CountingTask::new();
    let (near, _far) = streams();
    let mut near = Faulty::new(near).fail_after_bytes_read(5, RESET);
    for (lent, consumed) in [("01234", 2), ("234", 0), ("234", 2), ("4", 1)] {
        let expected = lent.as_bytes().to_vec();
        assert_eq!(task.fill_buf(&mut near), Poll::Ready(Ok(expected)));
        Pin::new(&mut near).consume(consumed);
    }
    assert!(!near.fired());
    assert_eq!(task.fill_buf(&mut near), Poll::Ready(Err(RESET)));
    assert_broken(&task, &mut near);
}

#[test]
fn fail_after_bytes_written_accepts_n_bytes_and_then_fails() {
    let task = CountingTask::new();
    for bytes in 0..=10 {
        for chunk in 1..=12 {
            for vectored in [false, true] {
                let mut stream = Faulty::new(Vec::new()).fail_after_bytes_written(bytes, RESET);
                let all = b"0123456789..";
                let mut sent = 0;
                while sent < bytes {
                    assert_eq!(task.write(&mut stream, b""), ready(0));
                    let part = &all[sent..all.len().min(sent + chunk)];
                    let n = part.len().min(bytes - sent);
                    let outcome = if vectored {
                        let (a, b) = part.split_at(part.len() / 2);
                        task.write_vectored(&mut stream, &[IoSlice::new(a), IoSlice::new(b)])
                    } else {
                        task.write(&mut stream, part)
                    };
                    assert_eq!(outcome, ready(n));
                    sent += n;
                }
                assert_eq!(task.write(&mut stream, b""), ready(0));
                assert!(task.flush(&mut stream).is_ready());
                assert!(!stream.fired());
                assert_eq!(task.write(&mut stream, b"x"), FAILED);
                assert_eq!(task.flush(&mut stream), Poll::Ready(Err(RESET)));
                assert_eq!(stream.into_inner(), all[..bytes]);
            }
        }
    }
}

#[test]
fn fail_after_bytes_written_counts_what_the_inner_stream_accepts() {
    let task = CountingTask::new();
    let (mut reader, writer) = pipe(2);
    let mut writer = Faulty::new(writer).fail_after_bytes_written(3, RESET);
    assert_eq!(task.write(&mut writer, b"abcde"), ready(2));
    assert!(task.write(&mut writer, b"cde").is_pending());
    assert_eq!(task.read(&mut reader, &mut [0; 2]), ready(2));
    assert_eq!(task.write(&mut writer, b"cde"), ready(1));
    assert_eq!(task.write(&mut writer, b"de"), FAILED);
    assert_eq!(reader.len(), 1);
}
