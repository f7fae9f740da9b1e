//! What it is for: a small protocol, the bugs that such a protocol tends to have, and that each is
//! found. A kind stream finds none of them.
//!
//! A message is sent as its length, two bytes, and then its bytes. The stream ends between messages.

use core::cell::Cell;
use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::Poll;
use std::io::{self, ErrorKind};
use std::panic::catch_unwind;

use async_duplex::duplex;
use async_duplex::faults::{every_fault, Faulty, Plan};
use futures::executor::block_on;
use futures::future::poll_fn;
use futures::io::{AsyncRead, AsyncWrite, Cursor};
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::deadline::within;

type Stream<'a> = &'a mut (dyn Unkind + 'a);
type Sent<'a> = Pin<Box<dyn Future<Output = io::Result<()>> + 'a>>;
type Received<'a> = Pin<Box<dyn Future<Output = io::Result<Option<Vec<u8>>>> + 'a>>;

trait Unkind: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Unkind for S {}

fn send<'a>(stream: Stream<'a>, message: &'a [u8]) -> Sent<'a> {
    Box::pin(async move {
        let length = u16::try_from(message.len()).unwrap();
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(message).await
    })
}

/// The next message, or `None` at the end of the stream.
fn receive(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let mut length = [0; 2];
        if stream.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        stream.read_exact(&mut length[1..]).await?;
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message).await?;
        Ok(Some(message))
    })
}

/// The bug: takes a write for a `write_all`.
fn send_shortly<'a>(stream: Stream<'a>, message: &'a [u8]) -> Sent<'a> {
    Box::pin(async move {
        let length = u16::try_from(message.len()).unwrap();
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write(message).await.map(drop)
    })
}

/// The bug: takes a read for a `read_exact`.
fn receive_shortly(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let mut length = [0; 2];
        if stream.read(&mut length).await? == 0 {
            return Ok(None);
        }
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message).await?;
        Ok(Some(message))
    })
}

/// The bug: takes a stream that ends within a header for one that ends before it.
fn receive_half_a_header(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let mut length = [0; 2];
        match stream.read_exact(&mut length).await {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message).await?;
        Ok(Some(message))
    })
}

/// The bug: takes what there is of a message for the message.
fn receive_half_a_message(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let mut length = [0; 2];
        if stream.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        stream.read_exact(&mut length[1..]).await?;
        let mut message = Vec::new();
        let length = u16::from_be_bytes(length).into();
        stream.take(length).read_to_end(&mut message).await?;
        Ok(Some(message))
    })
}

/// The bug: reads on at the end of the stream, for ever.
fn receive_for_ever(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let mut length = [0; 2];
        if stream.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        stream.read_exact(&mut length[1..]).await?;
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        let mut got = 0;
        while got < message.len() {
            got += stream.read(&mut message[got..]).await?;
        }
        Ok(Some(message))
    })
}

/// The bug: forgets what it has when it has to wait for the rest.
fn receive_forgetfully(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let length = poll_fn(|cx| {
            let mut length = [0; 2];
            for i in 0..2 {
                match Pin::new(&mut *stream).poll_read(cx, &mut length[i..=i]) {
                    Poll::Ready(Ok(0)) if i == 0 => return Poll::Ready(Ok(None)),
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(ErrorKind::UnexpectedEof.into())),
                    Poll::Ready(Ok(_)) => {}
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => return Poll::Pending,
                }
            }
            Poll::Ready(io::Result::Ok(Some(u16::from_be_bytes(length))))
        });
        let Some(length) = length.await? else {
            return Ok(None);
        };
        let mut message = vec![0; length.into()];
        stream.read_exact(&mut message).await?;
        Ok(Some(message))
    })
}

#[derive(Clone, Copy)]
struct Codec {
    send: for<'a> fn(Stream<'a>, &'a [u8]) -> Sent<'a>,
    receive: for<'a> fn(Stream<'a>) -> Received<'a>,
}

const RIGHT: Codec = Codec { send, receive };

const MESSAGES: [&[u8]; 4] = [b"hello", b"", b"x", &[7; 300]];

/// How many bytes so many messages are, with their headers.
fn encoded(messages: &[Vec<u8>]) -> usize {
    messages.iter().map(|message| message.len() + 2).sum()
}

/// Sends all messages over a stream that is as unkind to each end as told, and checks what both ends
/// make of it.
fn converse<W: Unkind, R: Unkind>(
    codec: Codec,
    near: impl Fn(Faulty<async_duplex::DuplexStream>) -> W,
    far: impl Fn(Faulty<async_duplex::DuplexStream>) -> R,
) -> (Vec<Vec<u8>>, io::Result<()>, io::Result<()>) {
    let (client, server) = duplex(1024);
    let (mut client, mut server) = (near(Faulty::new(client)), far(Faulty::new(server)));
    let mut received = Vec::new();
    let (sent, read) = block_on(async {
        futures::join!(
            async move {
                for message in MESSAGES {
                    (codec.send)(&mut client, message).await?;
                }
                client.close().await
            },
            async {
                while let Some(message) = (codec.receive)(&mut server).await? {
                    received.push(message);
                }
                io::Result::Ok(())
            }
        )
    });
    (received, sent, read)
}

/// All messages arrive, over a stream that is slow but never fails.
fn all_arrive<W: Unkind, R: Unkind>(
    codec: Codec,
    near: impl Fn(Faulty<async_duplex::DuplexStream>) -> W,
    far: impl Fn(Faulty<async_duplex::DuplexStream>) -> R,
) -> bool {
    let (received, sent, read) = converse(codec, near, far);
    received == MESSAGES && sent.is_ok() && read.is_ok()
}

/// Whatever of the stream is missing, what arrives is whole messages, and that something is missing
/// is noticed unless it ends between messages. Returns how many runs it took.
fn nothing_is_made_up(codec: Codec, run: impl Fn(usize)) -> usize {
    every_fault(|plan| {
        run(plan.number());
        let (received, _, read) = converse(codec, |near| near, |far| far.eof_after_bytes(plan));
        assert!(MESSAGES.iter().zip(&received).all(|(a, b)| a == b));
        if read.is_ok() && plan.fired() {
            assert_eq!(encoded(&received), plan.number() - 1);
        }
    })
}

/// In which run of [`nothing_is_made_up`] a bug is found.
fn found_in(codec: Codec) -> usize {
    let last = Cell::new(0);
    let found = catch_unwind(AssertUnwindSafe(|| {
        nothing_is_made_up(codec, |run| last.set(run))
    }));
    assert!(found.is_err(), "not found");
    last.get()
}

#[test]
fn over_a_kind_stream_they_all_work() {
    for codec in [
        RIGHT,
        Codec {
            send: send_shortly,
            ..RIGHT
        },
    ] {
        assert!(all_arrive(codec, |near| near, |far| far));
    }
    for receive in [
        receive_shortly,
        receive_half_a_header,
        receive_half_a_message,
        receive_for_ever,
        receive_forgetfully,
    ] {
        let codec = Codec { receive, ..RIGHT };
        assert!(all_arrive(codec, |near| near, |far| far));
    }
}

#[test]
fn the_right_one_works_however_unkind_the_stream_is() {
    within(60, || {
        for max in [1, 2, 3, 7, 100] {
            for seed in 0..5 {
                assert!(all_arrive(
                    RIGHT,
                    |near| near.max_write(max).pending(seed, 2),
                    |far| far.max_read(max).pending(seed, 3)
                ));
            }
        }
        // One run for each byte, one for the end, which the stream has anyway, and one without.
        let all = MESSAGES.map(<[u8]>::to_vec);
        assert_eq!(nothing_is_made_up(RIGHT, |_| {}), encoded(&all) + 2);
    });
}

#[test]
fn the_right_one_notices_an_error_anywhere() {
    within(60, || {
        for truncated in [0, 1, 1000] {
            let runs = every_fault(|plan| {
                let (received, sent, read) = converse(
                    RIGHT,
                    |near| {
                        near.fail_at(plan, ErrorKind::ConnectionReset)
                            .truncate_write(truncated)
                    },
                    |far| far.fail_at(plan, ErrorKind::ConnectionReset),
                );
                assert!(MESSAGES.iter().zip(&received).all(|(a, b)| a == b));
                assert_eq!(sent.is_err() || read.is_err(), plan.fired());
            });
            assert!(runs > 2 * MESSAGES.len(), "{runs}");
        }
    });
}

#[test]
fn a_short_read_finds_the_read_that_should_be_exact() {
    let codec = Codec {
        receive: receive_shortly,
        ..RIGHT
    };
    assert!(!all_arrive(codec, |near| near, |far| far.max_read(1)));
}

#[test]
fn a_short_write_finds_the_write_that_should_write_all() {
    let codec = Codec {
        send: send_shortly,
        ..RIGHT
    };
    assert!(!all_arrive(codec, |near| near.max_write(1), |far| far));
}

#[test]
fn an_end_at_every_byte_finds_half_a_header() {
    let codec = Codec {
        receive: receive_half_a_header,
        ..RIGHT
    };
    // After 1 byte.
    assert_eq!(found_in(codec), 2);
}

#[test]
fn an_end_at_every_byte_finds_half_a_message() {
    let codec = Codec {
        receive: receive_half_a_message,
        ..RIGHT
    };
    // After the header.
    assert_eq!(found_in(codec), 3);
}

#[test]
fn an_end_at_every_byte_finds_who_waits_for_ever() {
    within(60, || {
        let codec = Codec {
            receive: receive_for_ever,
            ..RIGHT
        };
        assert_eq!(found_in(codec), 3);
    });
}

#[test]
fn waiting_finds_who_forgets() {
    let codec = Codec {
        receive: receive_forgetfully,
        ..RIGHT
    };
    // It gets by with some seeds, but not with many in a row.
    let found = (0..10).any(|seed| !all_arrive(codec, |near| near, |far| far.pending(seed, 2)));
    assert!(found);
}

/// The bug: sends once more what it was told has failed, on a stream that goes on.
#[test]
fn a_truncated_write_finds_who_sends_twice() {
    let plan = Plan::new(2);
    let mut log = Cursor::new(Vec::new());
    let failed = block_on(async {
        let mut stream = Faulty::new(&mut log)
            .fail_at(&plan, ErrorKind::TimedOut)
            .truncate_write(3);
        send(&mut stream, b"hello").await
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::TimedOut);
    block_on(send(&mut log, b"hello")).unwrap();
    log.set_position(0);
    let got = block_on(receive(&mut log)).unwrap();
    assert_eq!(got.unwrap(), b"hel\0\x05");
}
