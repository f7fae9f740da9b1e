//! The traits of `embedded-io-async` and of `futures-io` on the same types.

use async_duplex::duplex;
use embedded_io_async::{Read, Write};
use futures::executor::block_on;
use futures::future::join;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

use crate::common::DEADLINE;
use crate::deadline::within;

/// With both families of traits in scope, a call has to name its trait.
#[test]
fn surface_one_stream_has_the_traits_of_embedded_io_and_futures_io() {
    let (mut near, mut far) = duplex(3);
    let embedded = async {
        Write::write_all(&mut near, b"one line\n").await?;
        let mut answer = [0; 9];
        Read::read_exact(&mut near, &mut answer).await?;
        assert_eq!(&answer, b"ONE LINE\n");
        // The traits of `futures-io` on the same stream, with the same error type.
        AsyncWriteExt::write_all(&mut near, b"bye\n").await?;
        AsyncWriteExt::close(&mut near).await?;
        std::io::Result::Ok(())
    };
    let other = async {
        let mut line = String::new();
        far.read_line(&mut line).await?;
        AsyncWriteExt::write_all(&mut far, line.to_uppercase().as_bytes()).await?;
        let mut rest = String::new();
        far.read_to_string(&mut rest).await?;
        assert_eq!(rest, "bye\n");
        std::io::Result::Ok(())
    };
    let (embedded, other) = within(DEADLINE, || block_on(join(embedded, other)));
    embedded.unwrap();
    other.unwrap();
}

#[test]
fn surface_generic_code_of_both_families_takes_the_same_types() {
    async fn send(mut sink: impl Write) {
        sink.write_all(b"across").await.unwrap();
    }
    async fn receive(mut source: impl futures::AsyncRead + Unpin) -> String {
        let mut text = String::new();
        source.read_to_string(&mut text).await.unwrap();
        text
    }
    let (reader, writer) = async_duplex::pipe(2);
    let ((), text) = within(DEADLINE, || block_on(join(send(writer), receive(reader))));
    assert_eq!(text, "across");
}
