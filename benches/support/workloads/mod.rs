//! The work of the contenders. Each function does it `n` times, and returns the time that it took.
//!
//! All of them count the bytes that arrive, so that no contender gains by losing bytes.

mod round_trip;
mod single;
mod stream;

use std::future::{poll_fn, Future};
use std::task::{ready, Poll};

use super::contender::{Contender, Family};
use super::executor::Executor;

#[allow(unused_imports)] // Not every benchmark does all of the work.
pub(crate) use round_trip::RoundTrip;
#[allow(unused_imports)] // as above
pub(crate) use single::{drain, fill, make, operate, pass, short_lived, short_lived_duplex};
pub(crate) use stream::Stream;

/// A pipe through which `capacity` bytes have passed, so that all of its memory is allocated.
///
/// If the capacity is smaller than it should be, this panics.
fn used_pipe<C: Contender>(capacity: usize) -> (C::Reader, C::Writer) {
    let (mut reader, mut writer) = C::pipe(capacity);
    let (source, mut target) = (vec![0x5a; capacity], vec![0; capacity]);
    Executor::new().run(async {
        write_all::<C>(&mut writer, &source).await;
        read_exact::<C>(&mut reader, &mut target).await;
    });
    (reader, writer)
}

/// Reads once, and waits if it has to.
///
/// This and [`write_all`] are hand-written futures, as those of the libraries are, and not async
/// functions. Two nested async functions take longer than a short read.
#[inline]
fn read<'a, C: Contender>(
    reader: &'a mut C::Reader,
    buf: &'a mut [u8],
) -> impl Future<Output = usize> + 'a {
    poll_fn(move |cx| {
        let n = ready!(C::Family::poll_read(reader, cx, buf));
        Poll::Ready(n.expect("a pipe can be read from"))
    })
}

#[inline]
async fn read_exact<C: Contender>(reader: &mut C::Reader, mut buf: &mut [u8]) {
    while !buf.is_empty() {
        let n = read::<C>(reader, buf).await;
        assert!(n > 0, "the stream ended too early");
        buf = &mut buf[n..];
    }
}

#[inline]
fn write_all<'a, C: Contender>(
    writer: &'a mut C::Writer,
    mut bytes: &'a [u8],
) -> impl Future<Output = ()> + 'a {
    poll_fn(move |cx| {
        while !bytes.is_empty() {
            let n = ready!(C::Family::poll_write(writer, cx, bytes)).expect("the reader is there");
            assert!(n > 0, "a write has written no byte");
            bytes = &bytes[n..];
        }
        Poll::Ready(())
    })
}
