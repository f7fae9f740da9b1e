//! Random calls of a reader.

use core::pin::Pin;
use core::sync::atomic::Ordering;
use std::io::{ErrorKind, IoSliceMut};

use async_duplex::Reader;
use futures::io::{AsyncBufRead, AsyncRead};

use crate::data::byte;
use crate::side::{Half, Side};
use crate::{Ends, Summary};

pub(crate) fn run(mut reader: Reader, mut side: Side, ends: &Ends) -> Summary {
    let (mut received, mut saw_end) = (0, false);
    let mut receive = |side: &Side, bytes: &[u8]| {
        for &got in bytes {
            assert_eq!(got, byte(received), "{side}: byte {received}");
            received += 1;
        }
    };
    let steps = match side.random.below(2) {
        0 => side.steps(),
        _ => usize::MAX,
    };
    for _ in 0..steps {
        let len = side.len();
        let buf = &mut vec![0; len][..];
        let cut = side.random.below(len + 1);
        let (closed, unread) = (reader.is_closed(), reader.len());
        let way = side.random.below(6);
        let read = match way {
            0 => reader.try_read(buf),
            1 | 2 => side.call(&mut reader, |reader, cx| {
                let (front, back) = buf.split_at_mut(cut);
                let bufs = &mut [front, &mut [], back].map(IoSliceMut::new);
                Pin::new(reader).poll_read_vectored(cx, bufs)
            }),
            3 | 4 => side.call(&mut reader, |reader, cx| {
                Pin::new(reader).poll_read(cx, buf)
            }),
            _ => {
                // Some of the bytes are consumed, or none.
                let lent = side.call(&mut reader, |reader, cx| {
                    let lent = Pin::new(reader).poll_fill_buf(cx);
                    lent.map_ok(|lent| lent.to_vec())
                });
                match lent {
                    Ok(lent) if lent.is_empty() => {
                        assert_eq!(unread, 0, "{side}");
                        Ok(0)
                    }
                    Ok(lent) => {
                        let n = side.random.below(lent.len() + 1);
                        receive(&side, &lent[..n]);
                        Pin::new(&mut reader).consume(n);
                        continue;
                    }
                    Err(error) => Err(error),
                }
            }
        };
        match read {
            Ok(0) if way == 5 || len > 0 => {
                assert!(ends.writer.load(Ordering::Relaxed), "{side}: too early");
                assert_eq!(unread, 0, "{side}");
                saw_end = true;
                break;
            }
            Ok(n) => {
                assert!(n >= len.min(unread), "{side}: {n} of {len}");
                receive(&side, &buf[..n]);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{side}");
                assert!(!closed, "{side}: closed, but not for a read");
                assert_eq!(unread, 0, "{side}: there were bytes");
            }
        }
    }

    ends.reader.store(true, Ordering::Relaxed);
    if side.random.below(2) == 0 {
        let unread = reader.len();
        reader.close();
        // The bytes that were unread stay readable, and no more arrive.
        assert!(reader.len() >= unread, "{side}: bytes were lost");
        let mut rest = vec![0; reader.len() + 1];
        let n = reader.try_read(&mut rest).unwrap();
        assert_eq!(n, rest.len() - 1, "{side}");
        receive(&side, &rest[..n]);
        assert_eq!(reader.try_read(&mut rest).unwrap(), 0, "{side}");
        if side.random.below(2) == 0 {
            while side.call(&mut reader, Half::poll_peer_end).is_err() {}
            assert!(ends.writer.load(Ordering::Relaxed), "{side}: too early");
        }
    }
    Summary {
        bytes: received,
        polls: side.polls,
        wakes: side.wakes(),
        saw_end,
    }
}
