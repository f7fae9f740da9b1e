//! The calls that futures, futures-lite and tokio spell alike, with the traits of the module that
//! includes this file.

use async_duplex::faults::Faulty;
use async_duplex::{duplex, pipe};
use pollster::block_on;

use super::*;

#[test]
fn surface_split_of_a_stream_returns_a_reader_and_a_writer() {
    let (near, far) = duplex(4);
    crate::assert_halves(near.split());
    crate::assert_halves(far.into_split());
}

#[test]
fn surface_writes_write_and_reads_read() {
    block_on(async {
        let (mut reader, mut writer) = pipe(16);
        assert_eq!(writer.write(b"ab").await.unwrap(), 2);
        writer.write_all(b"cdef").await.unwrap();
        writer.flush().await.unwrap();
        let slices = [std::io::IoSlice::new(b"g"), std::io::IoSlice::new(b"h")];
        assert_eq!(writer.write_vectored(&slices).await.unwrap(), 2);

        let mut buf = [0; 2];
        assert_eq!(reader.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf, b"ab");
        reader.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"cd");
        assert_eq!(reader.fill_buf().await.unwrap(), b"efgh");
        reader.consume(1);
        assert_eq!(reader.fill_buf().await.unwrap(), b"fgh");

        drop(writer);
        let mut rest = String::new();
        assert_eq!(reader.read_to_string(&mut rest).await.unwrap(), 3);
        assert_eq!(rest, "fgh");
        assert_eq!(reader.read(&mut buf).await.unwrap(), 0);
    });
}

#[test]
fn surface_a_stream_writes_to_its_peer_and_reads_from_it() {
    block_on(async {
        let (mut near, mut far) = duplex(16);
        assert_eq!(near.write(b"ab").await.unwrap(), 2);
        near.write_all(b"cdef\ngh").await.unwrap();
        near.flush().await.unwrap();

        let mut buf = [0; 2];
        assert_eq!(far.read(&mut buf).await.unwrap(), 2);
        assert_eq!(&buf, b"ab");
        far.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"cd");
        let mut line = String::new();
        assert_eq!(far.read_line(&mut line).await.unwrap(), 3);
        assert_eq!(line, "ef\n");
        assert_eq!(far.fill_buf().await.unwrap(), b"gh");

        drop(near);
        let mut rest = Vec::new();
        assert_eq!(far.read_to_end(&mut rest).await.unwrap(), 2);
        assert_eq!(rest, b"gh");
    });
}

#[test]
fn surface_read_until_stops_behind_the_byte() {
    block_on(async {
        let (mut reader, mut writer) = pipe(16);
        writer.write_all(b"ab,cd").await.unwrap();
        let mut field = Vec::new();
        assert_eq!(reader.read_until(b',', &mut field).await.unwrap(), 3);
        assert_eq!(field, b"ab,");
        assert_eq!(reader.len(), 2);
    });
}

#[test]
fn surface_take_limits_a_reader_and_chain_joins_two() {
    block_on(async {
        let (reader, mut writer) = pipe(16);
        let (next_reader, mut next_writer) = pipe(16);
        writer.write_all(b"abcdef").await.unwrap();
        next_writer.write_all(b"gh").await.unwrap();
        drop((writer, next_writer));

        let mut taken = reader.take(4);
        let mut bytes = Vec::new();
        taken.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, b"abcd");

        let mut chained = taken.into_inner().chain(next_reader);
        bytes.clear();
        chained.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, b"efgh");
    });
}

#[test]
fn surface_a_faulty_stream_reads_and_writes_like_its_inner_stream() {
    block_on(async {
        let (near, mut far) = duplex(16);
        let mut near = Faulty::new(near).max_write(1).max_read(2);
        assert_eq!(near.write(b"ab").await.unwrap(), 1);
        near.write_all(b"bc").await.unwrap();
        near.flush().await.unwrap();
        let mut buf = [0; 3];
        far.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"abc");

        far.write_all(b"defg").await.unwrap();
        assert_eq!(near.read(&mut buf).await.unwrap(), 2);
        assert_eq!(near.fill_buf().await.unwrap(), b"fg");
        drop(far);
        let mut rest = Vec::new();
        near.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"fg");
    });
}
