//! B4: vectored writes through tokio's traits.

use bytes::{Buf, Bytes};
use std::io::IoSlice;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};

use async_duplex::{duplex, pipe};

use crate::counting_waker::{ready, CountingTask};
use crate::{ends, run};

#[test]
fn b4_is_write_vectored_is_true_for_writers_and_streams() {
    let (_reader, writer) = pipe(1);
    let (near, far) = duplex(1);
    assert!(writer.is_write_vectored());
    assert!(near.is_write_vectored());
    // tokio's wrappers pass the answer on.
    assert!(BufWriter::new(writer).is_write_vectored());
    assert!(tokio::io::split(near).1.is_write_vectored());
    assert!(far.into_split().1.is_write_vectored());
}

#[test]
fn b4_a_vectored_write_takes_all_slices_that_fit() {
    for (mut reader, mut writer) in ends(10) {
        let task = CountingTask::new();
        for _ in 0..20 {
            let slices = [&b""[..], b"012", b"", b"", b"3", b"4567", b""];
            assert_eq!(task.send_vectored(&mut writer, &slices), ready(8));
            assert_eq!(task.send_vectored(&mut writer, &slices), ready(2));
            assert!(task.send_vectored(&mut writer, &slices).is_pending());
            let read = task.read_some(&mut reader, 9);
            assert_eq!(read.map_ok(|bytes| bytes == b"012345670"), ready(true));
            let read = task.read_some(&mut reader, 9);
            assert_eq!(read.map_ok(|bytes| bytes == b"1"), ready(true));
        }
    }
}

#[test]
fn b4_write_vectored_and_write_buf_take_all_parts_in_one_call() {
    run(async {
        for (mut reader, mut writer) in ends(100) {
            let slices = [IoSlice::new(b"head"), IoSlice::new(b"body")];
            assert_eq!(writer.write_vectored(&slices).await.unwrap(), 8);

            let mut parts = Bytes::from("head")
                .chain(Bytes::from("body"))
                .chain(Bytes::from("tail"));
            assert_eq!(writer.write_buf(&mut parts).await.unwrap(), 12);
            assert!(!parts.has_remaining());

            drop(writer);
            let mut text = String::new();
            reader.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "headbodyheadbodytail");
        }
    });
}

#[test]
fn b4_write_all_buf_goes_on_where_the_pipe_was_full() {
    run(async {
        for capacity in [1, 3, 7] {
            for (mut reader, mut writer) in ends(capacity) {
                let mut parts = Bytes::from("hello").chain(Bytes::from(", world"));
                let write = async {
                    writer.write_all_buf(&mut parts).await.unwrap();
                    writer.shutdown().await.unwrap();
                };
                let mut text = String::new();
                let (_, read) = futures::join!(write, reader.read_to_string(&mut text));
                assert_eq!(read.unwrap(), 12);
                assert_eq!(text, "hello, world");
            }
        }
    });
}
