//! With the traits of embedded-io-async.

use async_duplex::{duplex, pipe};
use embedded_io_async::{BufRead, Read, ReadReady, Write, WriteReady};
use pollster::block_on;

#[test]
fn surface_split_of_a_stream_returns_a_reader_and_a_writer() {
    let (near, far) = duplex(4);
    crate::assert_halves(near.split());
    crate::assert_halves(far.into_split());
}

#[test]
fn surface_writes_write_and_reads_read() {
    block_on(async {
        let (mut reader, mut writer) = pipe(8);
        assert_eq!(writer.write(b"ab").await.unwrap(), 2);
        writer.write_all(b"cdefgh").await.unwrap();
        writer.flush().await.unwrap();
        assert!(!writer.write_ready().unwrap() && reader.read_ready().unwrap());

        let mut buf = [0; 2];
        assert_eq!(reader.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf, b"ab");
        reader.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"cd");
        assert_eq!(reader.fill_buf().await.unwrap(), b"efgh");
        reader.consume(1);
        assert_eq!(reader.fill_buf().await.unwrap(), b"fgh");
        reader.consume(3);

        drop(writer);
        assert_eq!(reader.read(&mut buf).await.unwrap(), 0);
    });
}

#[test]
fn surface_a_stream_writes_to_its_peer_and_reads_from_it() {
    block_on(async {
        let (mut near, mut far) = duplex(8);
        assert_eq!(near.write(b"ab").await.unwrap(), 2);
        near.write_all(b"cdefgh").await.unwrap();
        near.flush().await.unwrap();
        assert!(!near.write_ready().unwrap() && far.read_ready().unwrap());

        let mut buf = [0; 2];
        assert_eq!(far.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf, b"ab");
        far.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"cd");
        assert_eq!(far.fill_buf().await.unwrap(), b"efgh");
        far.consume(4);

        drop(near);
        assert_eq!(far.read(&mut buf).await.unwrap(), 0);
    });
}
