//! Reads into a `ReadBuf`, which fill it with the bytes that are unread and touch nothing else, and
//! vectored writes. `like_tokio` makes these calls in any order.

use core::mem::MaybeUninit;
use core::pin::Pin;
use core::task::Poll;

use async_duplex::{duplex, pipe};
use tokio::io::{AsyncWrite, BufWriter, ReadBuf};

use crate::ends;
use crate::support::counting_waker::{ready, CountingTask, Outcome};

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
            // One byte first, because a write into an empty pipe does not wrap.
            assert_eq!(task.send(&mut writer, b"h"), ready(1));
            assert_eq!(task.send(&mut writer, b"ello"), ready(4));
            assert_eq!(task.read_into(&mut reader, &mut buf), DONE);
            assert_eq!(task.send(&mut writer, b", world"), ready(7));
            assert!(task
                .poll(|cx| Pin::new(&mut writer).poll_shutdown(cx))
                .is_ready());
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
fn b4_is_write_vectored_is_true_for_writers_and_streams() {
    let (_reader, writer) = pipe(1);
    let (near, far) = duplex(1);
    assert!(writer.is_write_vectored() && near.is_write_vectored());
    // tokio's wrappers pass the answer on.
    assert!(BufWriter::new(writer).is_write_vectored());
    assert!(tokio::io::split(near).1.is_write_vectored());
    assert!(far.into_split().1.is_write_vectored());
}
