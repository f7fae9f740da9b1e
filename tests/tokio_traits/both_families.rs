//! The traits of tokio and of `futures-io` on one type and on one value.

use core::pin::Pin;
use core::task::Poll;

use async_duplex::{pipe, DuplexStream};

use crate::counting_waker::{ready, CountingTask};

#[test]
fn b7_the_latest_waker_is_woken_whichever_family_registered_it() {
    let (mut reader, mut writer) = pipe(2);
    let (tokio, futures) = (CountingTask::new(), CountingTask::new());
    assert!(tokio.read_some(&mut reader, 1).is_pending());
    assert!(futures.read(&mut reader, &mut [0]).is_pending());
    assert_eq!((tokio.retained(), futures.retained()), (0, 1));
    assert_eq!(CountingTask::new().send(&mut writer, b"ab"), ready(2));
    assert_eq!((tokio.wakes(), futures.wakes()), (0, 1));

    let (tokio, futures) = (CountingTask::new(), CountingTask::new());
    assert!(futures.write(&mut writer, b"c").is_pending());
    assert!(tokio.send(&mut writer, b"c").is_pending());
    assert_eq!((tokio.retained(), futures.retained()), (1, 0));
    assert_eq!(CountingTask::new().read(&mut reader, &mut [0]), ready(1));
    assert_eq!((tokio.wakes(), futures.wakes()), (1, 0));
}

#[test]
fn one_type_parameter_can_require_traits_of_both_families() {
    fn of_both<S>(stream: &mut S) -> Poll<std::io::Result<usize>>
    where
        S: futures::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        CountingTask::new().poll(|cx| {
            assert!(Pin::new(&mut *stream).poll_write(cx, b"echo")?.is_ready());
            Pin::new(stream).poll_read(cx, &mut [0; 8])
        })
    }
    let (reader, writer) = pipe(8);
    let mut stream = DuplexStream::new(reader, writer);
    assert!(matches!(of_both(&mut stream), Poll::Ready(Ok(4))));
}
