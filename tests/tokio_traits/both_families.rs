//! The traits of tokio and of `futures-io` on one type and on one value.

use core::pin::Pin;
use core::task::Poll;

use async_duplex::{duplex, pipe, DuplexStream};

use crate::counting_waker::{ready, CountingTask};
use crate::deadline::within;
use crate::{data, run};

mod by_tokio {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use async_duplex::DuplexStream;

    pub(super) async fn send(stream: &mut DuplexStream, bytes: &[u8]) {
        stream.write_all(bytes).await.unwrap();
    }

    pub(super) async fn receive(stream: &mut DuplexStream, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    pub(super) async fn end(stream: &mut DuplexStream) {
        stream.shutdown().await.unwrap();
    }

    pub(super) async fn receive_all(stream: &mut DuplexStream) -> Vec<u8> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        bytes
    }
}

mod by_futures {
    use futures::{AsyncReadExt, AsyncWriteExt};

    use async_duplex::DuplexStream;

    pub(super) async fn send(stream: &mut DuplexStream, bytes: &[u8]) {
        stream.write_all(bytes).await.unwrap();
    }

    pub(super) async fn receive(stream: &mut DuplexStream, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    pub(super) async fn end(stream: &mut DuplexStream) {
        stream.close().await.unwrap();
    }

    pub(super) async fn receive_all(stream: &mut DuplexStream) -> Vec<u8> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        bytes
    }
}

/// Uses the families in turn, at both ends. Then ends each direction with one of them.
async fn talk(mut near: DuplexStream, mut far: DuplexStream) {
    for i in 0..10 {
        let bytes = data(i, 50);
        by_tokio::send(&mut near, &bytes).await;
        assert_eq!(by_futures::receive(&mut far, 50).await, bytes);
        by_futures::send(&mut near, &bytes).await;
        assert_eq!(by_tokio::receive(&mut far, 50).await, bytes);
        by_futures::send(&mut far, &bytes[..25]).await;
        by_tokio::send(&mut far, &bytes[25..]).await;
        let first = by_tokio::receive(&mut near, 10).await;
        let rest = by_futures::receive(&mut near, 40).await;
        assert_eq!([first, rest].concat(), bytes);
    }
    by_tokio::send(&mut near, b"bye").await;
    by_futures::end(&mut near).await;
    assert_eq!(by_tokio::receive_all(&mut far).await, b"bye");
    by_futures::send(&mut far, b"good night").await;
    by_tokio::end(&mut far).await;
    assert_eq!(by_futures::receive_all(&mut near).await, b"good night");
}

#[test]
fn one_stream_is_used_by_both_families_in_turns() {
    let (near, far) = duplex(64);
    run(talk(near, far));
    let (near, far) = duplex(64);
    within(60, || futures::executor::block_on(talk(near, far)));
}

#[test]
fn one_end_in_tokio_and_the_other_in_smol_each_with_its_own_traits() {
    const LEN: usize = 100_000;
    for capacity in [7, 4096] {
        let (mut near, mut far) = duplex(capacity);
        let echo = std::thread::spawn(move || {
            smol::block_on(async {
                let bytes = by_futures::receive_all(&mut far).await;
                by_futures::send(&mut far, &bytes).await;
                by_futures::end(&mut far).await;
            });
        });
        run(async {
            by_tokio::send(&mut near, &data(9, LEN)).await;
            by_tokio::end(&mut near).await;
            assert!(by_tokio::receive_all(&mut near).await == data(9, LEN));
        });
        echo.join().unwrap();
    }
}

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
