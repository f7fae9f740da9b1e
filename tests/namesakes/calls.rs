//! The calls that futures, futures-lite, tokio and embedded-io-async spell alike.

use async_duplex::{duplex, pipe, Reader, Writer};
use pollster::block_on;

use super::*;

/// The `split` of other traits returns halves that share a lock, or fields between separators.
#[test]
fn surface_split_of_a_stream_returns_a_reader_and_a_writer() {
    let (near, far) = duplex(4);
    let halves: (Reader, Writer) = near.split();
    let (mut reader, mut writer): (Reader, Writer) = far.into_split();
    assert!(halves.0.is_peer_of(&writer) && halves.1.is_peer_of(&reader));
    writer.finish();
    reader.close();
    assert!(halves.0.is_closed() && halves.1.is_closed());
}

#[test]
fn surface_a_writer_writes_and_a_reader_reads() {
    block_on(async {
        let (mut reader, mut writer) = pipe(8);
        assert_eq!(writer.write(b"ab").await.unwrap(), 2);
        writer.write_all(b"cdef").await.unwrap();
        writer.flush().await.unwrap();

        let mut buf = [0; 2];
        assert_eq!(reader.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf, b"ab");
        reader.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"cd");
        assert_eq!(reader.fill_buf().await.unwrap(), b"ef");
        reader.consume(1);
        assert_eq!(reader.fill_buf().await.unwrap(), b"f");
        reader.consume(1);

        drop(writer);
        assert_eq!(reader.read(&mut buf).await.unwrap(), 0);
    });
}

#[test]
fn surface_a_stream_writes_to_its_peer_and_reads_from_it() {
    block_on(async {
        let (mut near, mut far) = duplex(8);
        assert_eq!(near.write(b"ab").await.unwrap(), 2);
        near.write_all(b"cdef").await.unwrap();
        near.flush().await.unwrap();

        let mut buf = [0; 2];
        assert_eq!(far.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf, b"ab");
        far.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"cd");
        assert_eq!(far.fill_buf().await.unwrap(), b"ef");
        consume(&mut far, 1);
        assert_eq!(far.fill_buf().await.unwrap(), b"f");
        consume(&mut far, 1);

        drop(near);
        assert_eq!(far.read(&mut buf).await.unwrap(), 0);
    });
}
