//! B18: what `oracle`, which has every call that yields and all that counts, does not show.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;

use async_duplex::Options;
use smol::io::AsyncBufReadExt;

use crate::support::counting_waker::{as_poll, ready, CountingTask};

#[test]
fn b18_no_call_yields_by_default() {
    let operations = if cfg!(miri) { 500 } else { 50_000 };
    for options in [
        Options::new(4),
        Options::new(4).yield_every(7).yield_every(0),
        Options::new(4).yield_every(usize::MAX),
    ] {
        let (task, (mut reader, mut writer)) = (CountingTask::new(), options.pipe());
        for _ in 0..operations {
            assert_eq!(task.write(&mut writer, b"x"), ready(1));
            assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
        }
        assert_eq!(task.state(), (0, 0));
    }
}

/// `fill_buf` of futures-lite polls once to see whether there are bytes, and a second time to
/// return them. It panics if the second poll is `Pending`. So do older versions of futures-util.
#[test]
fn b18_fill_buf_returns_the_same_bytes_again_without_a_yield() {
    for calls in 1..=4 {
        let task = CountingTask::new();
        let (mut reader, mut writer) = Options::new(4).yield_every(calls).pipe();
        for _ in 0..20 {
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
            let mut filling = reader.fill_buf();
            let mut poll = || task.poll(|cx| Pin::new(&mut filling).poll(cx));
            let lent = match poll() {
                Poll::Pending => poll(),
                lent => lent,
            };
            assert!(matches!(lent, Poll::Ready(Ok(b"x"))));
            reader.consume(1);
        }
    }
}
