//! A small protocol, implemented correctly and with the bugs that such code tends to have.
//!
//! A message is its length in two bytes, followed by its bytes. The stream ends between messages.

use core::future::{poll_fn, Future};
use core::task::ready;

use futures::io::{AsyncRead, AsyncWrite};

use crate::common::*;

pub(crate) type Stream<'a> = &'a mut (dyn ReadWrite + 'a);
type Sent<'a> = Pin<Box<dyn Future<Output = io::Result<()>> + 'a>>;
type Received<'a> = Pin<Box<dyn Future<Output = io::Result<Option<Vec<u8>>>> + 'a>>;

pub(crate) trait ReadWrite: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> ReadWrite for S {}

#[derive(Clone, Copy)]
pub(crate) struct Codec {
    pub(crate) send: for<'a> fn(Stream<'a>, &'a [u8]) -> Sent<'a>,
    pub(crate) receive: for<'a> fn(Stream<'a>) -> Received<'a>,
}

pub(crate) const CORRECT: Codec = Codec { send, receive };

pub(crate) const MESSAGES: [&[u8]; 4] = [b"hello", b"", b"x", &[7; 300]];

/// The number of bytes of the messages with their headers.
pub(crate) fn encoded_len(messages: &[Vec<u8>]) -> usize {
    messages.iter().map(|message| message.len() + 2).sum()
}

pub(crate) fn send<'a>(stream: Stream<'a>, message: &'a [u8]) -> Sent<'a> {
    Box::pin(async move {
        stream.write_all(&header(message)).await?;
        stream.write_all(message).await
    })
}

/// The bug: `write` instead of `write_all`.
pub(crate) fn send_in_one_write<'a>(stream: Stream<'a>, message: &'a [u8]) -> Sent<'a> {
    Box::pin(async move {
        stream.write_all(&header(message)).await?;
        stream.write(message).await.map(drop)
    })
}

/// Returns the next message, or `None` at the end of the stream.
pub(crate) fn receive(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        match receive_header(stream).await? {
            Some(length) => receive_body(stream, length).await,
            None => Ok(None),
        }
    })
}

/// The bug: reads for ever at the end of the stream.
pub(crate) fn receive_for_ever(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let Some(length) = receive_header(stream).await? else {
            return Ok(None);
        };
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        let mut received = 0;
        while received < message.len() {
            received += stream.read(&mut message[received..]).await?;
        }
        Ok(Some(message))
    })
}

/// The bug: the bytes of the header are lost if it has to wait within the header.
pub(crate) fn forget_header_when_pending(stream: Stream<'_>) -> Received<'_> {
    Box::pin(async move {
        let length = poll_fn(|cx| {
            let mut length = [0; 2];
            for i in 0..2 {
                if ready!(Pin::new(&mut *stream).poll_read(cx, &mut length[i..=i]))? == 0 {
                    assert_eq!(i, 0, "the test ends the stream between two messages");
                    return Poll::Ready(Ok(None));
                }
            }
            Poll::Ready(io::Result::Ok(Some(length)))
        });
        match length.await? {
            Some(length) => receive_body(stream, length).await,
            None => Ok(None),
        }
    })
}

fn header(message: &[u8]) -> [u8; 2] {
    u16::try_from(message.len()).unwrap().to_be_bytes()
}

/// Returns the length of the next message, or `None` at the end of the stream.
async fn receive_header(stream: Stream<'_>) -> io::Result<Option<[u8; 2]>> {
    let mut length = [0; 2];
    if stream.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut length[1..]).await?;
    Ok(Some(length))
}

async fn receive_body(stream: Stream<'_>, length: [u8; 2]) -> io::Result<Option<Vec<u8>>> {
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message).await?;
    Ok(Some(message))
}
