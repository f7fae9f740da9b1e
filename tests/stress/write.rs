//! Random calls of a writer.

use core::pin::Pin;
use core::sync::atomic::Ordering;
use std::io::{ErrorKind, IoSlice};

use async_duplex::Writer;
use futures::io::AsyncWrite;

use crate::data::byte;
use crate::side::{Half, Side};
use crate::{Ends, Summary};

pub(crate) fn run(mut writer: Writer, mut side: Side, ends: &Ends) -> Summary {
    let (mut sent, mut saw_end) = (0, false);
    for _ in 0..side.steps() {
        let len = side.len();
        let bytes: Vec<u8> = (sent..sent + len).map(byte).collect();
        let (front, back) = bytes.split_at(side.random.below(len + 1));
        let (closed, room) = (writer.is_closed(), writer.capacity() - writer.len());
        let written = match side.random.below(5) {
            0 => writer.try_write(&bytes),
            1 | 2 => side.call(&mut writer, |writer, cx| {
                let bufs = [front, &[], back].map(IoSlice::new);
                Pin::new(writer).poll_write_vectored(cx, &bufs)
            }),
            _ => side.call(&mut writer, |writer, cx| {
                Pin::new(writer).poll_write(cx, &bytes)
            }),
        };
        match written {
            Ok(n) => {
                assert!(!closed, "{side}: closed, but not for a write");
                assert!(
                    (len.min(room.max(1))..=len.min(writer.capacity())).contains(&n),
                    "{side}: {n} of {len}"
                );
                sent += n;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                assert!(!closed, "{side}: closed, but not for a write");
                assert_eq!(len.min(room), 0, "{side}: there was room");
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{side}");
                assert!(ends.reader.load(Ordering::Relaxed), "{side}: too early");
                saw_end = true;
                break;
            }
        }
    }

    ends.writer.store(true, Ordering::Relaxed);
    if side.random.below(2) == 0 {
        writer.finish();
        let again = writer.try_write(&[0]).map_err(|error| error.kind());
        assert_eq!(again, Err(ErrorKind::BrokenPipe), "{side}");
        if side.random.below(2) == 0 {
            while side.call(&mut writer, Half::poll_peer_end).is_err() {}
            assert!(ends.reader.load(Ordering::Relaxed), "{side}: too early");
        }
    }
    Summary {
        bytes: sent,
        polls: side.polls,
        wakes: side.wakes(),
        saw_end,
    }
}
