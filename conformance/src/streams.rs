//! How to make a pair of each kind of stream, and what is checked of it.

use async_duplex::{duplex, pipe, DuplexStream};
use async_ringbuf::traits::Split as _;
use async_ringbuf::AsyncHeapRb;
use futures::io::{BufReader, BufWriter};
use futures_ringbuf::Endpoint;
use stream_check::futures_io::{one_way, one_way_buffered, two_way, two_way_buffered};
use stream_check::{tokio as with_tokio, Checks};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt as _};

use crate::{tls, yamux};

/// Bytes that a stream in memory holds, where that can be set.
const CAPACITY: usize = 64;
/// The capacity below TLS and yamux.
const LARGE: usize = 4096;

/// A kind of stream.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The crate whose version the table shows.
    pub(crate) package: &'static str,
    pub(crate) traits: &'static str,
    pub(crate) checks: fn() -> Checks,
}

const fn futures(name: &'static str, package: &'static str, checks: fn() -> Checks) -> Kind {
    Kind {
        name,
        package,
        traits: "futures-io",
        checks,
    }
}

const fn tokio(name: &'static str, package: &'static str, checks: fn() -> Checks) -> Kind {
    Kind {
        name,
        package,
        traits: "tokio",
        checks,
    }
}

pub(crate) const KINDS: &[Kind] = &[
    futures("`async_duplex::pipe`", "async-duplex", || {
        one_way_buffered(|| async { pipe(CAPACITY) })
    }),
    tokio("`async_duplex::pipe`", "async-duplex", || {
        with_tokio::one_way_buffered(|| async { pipe(CAPACITY) }).cooperative()
    }),
    futures("`async_duplex::duplex`", "async-duplex", || {
        two_way_buffered(|| async { duplex(CAPACITY) })
    }),
    tokio("`async_duplex::duplex`", "async-duplex", || {
        with_tokio::two_way_buffered(|| async { duplex(CAPACITY) }).cooperative()
    }),
    futures(
        "`async_duplex::Blocking` in `smol::Unblock`",
        "blocking",
        || {
            one_way(|| async {
                let (reader, writer) = pipe(CAPACITY);
                (
                    smol::Unblock::new(reader.blocking()),
                    smol::Unblock::new(writer.blocking()),
                )
            })
        },
    ),
    tokio("`tokio::io::duplex`", "tokio", || {
        with_tokio::two_way(|| async { tokio::io::duplex(CAPACITY) }).cooperative()
    }),
    tokio("`tokio::io::simplex`", "tokio", || {
        with_tokio::one_way(|| async { tokio::io::simplex(CAPACITY) }).cooperative()
    }),
    tokio("`tokio::io::split`, joined again", "tokio", || {
        with_tokio::two_way(|| async {
            let (first, second) = tokio::io::duplex(CAPACITY);
            let (first, second) = (tokio::io::split(first), tokio::io::split(second));
            (
                tokio::io::join(first.0, first.1),
                tokio::io::join(second.0, second.1),
            )
        })
        .cooperative()
    }),
    tokio(
        "`tokio::io::BufStream` over `tokio::io::duplex`",
        "tokio",
        || {
            with_tokio::two_way_buffered(|| async {
                let (first, second) = tokio::io::duplex(CAPACITY);
                (
                    tokio::io::BufStream::new(first),
                    tokio::io::BufStream::new(second),
                )
            })
        },
    ),
    tokio("`tokio::net::TcpStream`", "tokio", || {
        with_tokio::two_way(tokio_tcp).cooperative()
    }),
    tokio("`tokio::net::UnixStream`", "tokio", || {
        with_tokio::two_way(|| async { tokio::net::UnixStream::pair().unwrap() }).cooperative()
    }),
    tokio("`tokio::net::unix::pipe`", "tokio", || {
        with_tokio::one_way(|| async {
            let (writer, reader) = tokio::net::unix::pipe::pipe().unwrap();
            (reader, writer)
        })
        .cooperative()
    }),
    futures("`async_net::TcpStream`", "async-net", || two_way(smol_tcp)),
    futures("`async_net::unix::UnixStream`", "async-net", || {
        two_way(|| async { async_net::unix::UnixStream::pair().unwrap() })
    }),
    futures("`piper::pipe`", "piper", || {
        one_way(|| async { piper::pipe(CAPACITY) })
    }),
    futures("`async_ringbuf::AsyncHeapRb`", "async-ringbuf", || {
        one_way(|| async {
            let (writer, reader) = AsyncHeapRb::<u8>::new(CAPACITY).split();
            (reader, writer)
        })
    }),
    futures("`futures_ringbuf::Endpoint`", "futures_ringbuf", || {
        two_way(|| async { Endpoint::pair(CAPACITY, CAPACITY) })
    }),
    futures("`sluice::pipe`", "sluice", || {
        one_way_buffered(|| async { sluice::pipe::pipe() })
    }),
    tokio("`tokio_util::io::simplex`", "tokio-util", || {
        with_tokio::one_way(|| async {
            let (writer, reader) = tokio_util::io::simplex::new(CAPACITY);
            (reader, writer)
        })
        .cooperative()
    }),
    futures(
        "`tokio_util::compat` over `tokio::io::duplex`",
        "tokio-util",
        || {
            two_way(|| async {
                let (first, second) = tokio::io::duplex(CAPACITY);
                (first.compat(), second.compat())
            })
        },
    ),
    tokio(
        "`tokio_util::compat` over `async_duplex::duplex`",
        "tokio-util",
        || {
            with_tokio::two_way_buffered(|| async {
                let (first, second) = duplex(CAPACITY);
                (to_tokio(first), to_tokio(second))
            })
        },
    ),
    futures(
        "`futures::io::BufReader` over `async_duplex::duplex`",
        "futures",
        || {
            two_way_buffered(|| async {
                let (first, second) = duplex(CAPACITY);
                (BufReader::new(first), BufReader::new(second))
            })
        },
    ),
    futures(
        "`futures::io::BufWriter` over `async_duplex::pipe`",
        "futures",
        || {
            one_way(|| async {
                let (reader, writer) = pipe(CAPACITY);
                (reader, BufWriter::new(writer))
            })
        },
    ),
    futures(
        "`futures_rustls::TlsStream` over `async_duplex::duplex`",
        "futures-rustls",
        || two_way(|| tls::futures(LARGE)),
    ),
    tokio(
        "`tokio_rustls::TlsStream` over `async_duplex::duplex`",
        "tokio-rustls",
        || with_tokio::two_way_buffered(|| tls::tokio(LARGE)),
    ),
    futures(
        "`yamux::Stream` over `async_duplex::duplex`",
        "yamux",
        || two_way(|| yamux::streams(LARGE)),
    ),
];

/// A method of the same name as the one in the other direction.
fn to_tokio(stream: DuplexStream) -> Compat<DuplexStream> {
    tokio_util::compat::FuturesAsyncReadCompatExt::compat(stream)
}

async fn tokio_tcp() -> (tokio::net::TcpStream, tokio::net::TcpStream) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = tokio::net::TcpStream::connect(address).await.unwrap();
    (client, listener.accept().await.unwrap().0)
}

async fn smol_tcp() -> (async_net::TcpStream, async_net::TcpStream) {
    let listener = async_net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = async_net::TcpStream::connect(address).await.unwrap();
    (client, listener.accept().await.unwrap().0)
}
