//! Reads into a `ReadBuf`, which fill it with the bytes that are unread and touch nothing else, and
//! vectored writes.

use core::mem::MaybeUninit;
use core::task::Poll;
use std::io::IoSlice;

use async_duplex::{duplex, pipe};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter, ReadBuf};

use crate::counting_waker::{ready, CountingTask, Outcome};
use crate::{ends, run};

const DONE: Outcome<()> = ready(());

#[test]
fn b3_b11_a_read_initialises_only_what_it_reads_also_across_the_wrap_and_at_the_end() {
    for offset in 0..16 {
        for (mut reader, mut writer) in ends(8) {
            let task = CountingTask::new();
            for _ in 0..offset {
                assert_eq!(task.send(&mut writer, b"-"), ready(1));
                assert_eq!(task.read_some(&mut reader, 1), ready(b"-".to_vec()));
            }
            let mut room = [MaybeUninit::uninit(); 64];
            let mut buf = ReadBuf::uninit(&mut room);
            assert_eq!(task.read_into(&mut reader, &mut buf), Poll::Pending);
            assert_eq!((buf.filled().len(), buf.initialized().len()), (0, 0));
            assert_eq!(task.send(&mut writer, b"hello"), ready(5));
            assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
            assert_eq!(task.send(&mut writer, b", world"), ready(7));
            assert_eq!(task.shut_down(&mut writer), DONE);
            for _ in 0..3 {
                assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
                assert_eq!(
                    (buf.filled(), buf.initialized().len()),
                    (&b"hello, world"[..], 12)
                );
            }
        }
    }
}

#[test]
fn b3_b5_a_read_appends_to_the_read_buf_as_much_as_fits_and_leaves_the_rest_unchanged() {
    for (mut reader, mut writer) in ends(10) {
        let task = CountingTask::new();
        assert_eq!(task.send(&mut writer, b"0123"), ready(4));
        let mut room = *b"..........";
        let mut buf = ReadBuf::new(&mut room);
        buf.put_slice(b"abc");
        assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
        assert_eq!(buf.initialized(), b"abc0123...");
        assert_eq!(task.send(&mut writer, b"456789"), ready(6));
        // The second read finds no room, and is `Ok` at once.
        for _ in 0..2 {
            assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
            assert_eq!(buf.filled(), b"abc0123456");
        }
        assert_eq!(task.read_some(&mut reader, 10), ready(b"789".to_vec()));
        assert_eq!((task.retained(), task.wakes()), (0, 0));
    }
}

#[test]
fn b3_read_buf_fills_a_growing_buffer_in_one_call() {
    run(async {
        for (mut reader, mut writer) in ends(1000) {
            writer.write_all(&[7; 1000]).await.unwrap();
            let mut vec = Vec::with_capacity(600);
            assert_eq!(reader.read_buf(&mut vec).await.unwrap(), 600);
            let mut bytes = BytesMut::with_capacity(600);
            assert_eq!(reader.read_buf(&mut bytes).await.unwrap(), 400);
            assert_eq!((&vec[..], &bytes[..]), (&[7; 600][..], &[7; 400][..]));
        }
    });
}

#[test]
fn b4_is_write_vectored_is_true_for_writers_and_streams() {
    let (_reader, writer) = pipe(1);
    let (near, far) = duplex(1);
    assert!(writer.is_write_vectored() && near.is_write_vectored());
    // tokio's wrappers pass the answer on.
    assert!(BufWriter::new(writer).is_write_vectored());
    assert!(tokio::io::split(near).1.is_write_vectored());
    assert!(far.into_split().1.is_write_vectored());
}

#[test]
fn b4_all_parts_of_a_buffer_are_written_in_one_call_as_far_as_they_fit() {
    let parts = || Bytes::from("head").chain(Bytes::from("body"));
    run(async {
        for (mut reader, mut writer) in ends(20) {
            let slices = [
                IoSlice::new(b"head"),
                IoSlice::new(b""),
                IoSlice::new(b"body"),
            ];
            assert_eq!(writer.write_vectored(&slices).await.unwrap(), 8);
            assert_eq!(writer.write_buf(&mut parts()).await.unwrap(), 8);
            let mut rest = parts();
            assert_eq!(writer.write_buf(&mut rest).await.unwrap(), 4);
            assert_eq!(rest.remaining(), 4);
            let write = async {
                writer.write_all_buf(&mut rest).await.unwrap();
                drop(writer);
            };
            let mut text = String::new();
            let (_, read) = futures::join!(write, reader.read_to_string(&mut text));
            assert_eq!((read.unwrap(), &*text), (24, "headbodyheadbodyheadbody"));
        }
    });
}
