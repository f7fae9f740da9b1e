//! The same stream with tokio's traits.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use crate::stream::End;

pub(crate) struct TokioEnd(pub(crate) End);

impl tokio::io::AsyncRead for TokioEnd {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut room = vec![0; buf.remaining()];
        let read = Pin::new(&mut self.0).poll_read(cx, &mut room);
        read.map_ok(|n| {
            if self.0.bug == "overwrites read buf" && n > 0 {
                buf.clear();
            }
            buf.put_slice(&room[..n]);
        })
    }
}

impl tokio::io::AsyncWrite for TokioEnd {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.bug == "is write vectored lies"
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}
