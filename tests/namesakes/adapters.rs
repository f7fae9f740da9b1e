//! The calls that futures, futures-lite and tokio spell alike.

use std::io::IoSlice;

use async_duplex::{duplex, pipe};
use pollster::block_on;

use super::*;

#[test]
fn surface_the_end_of_a_writer_finishes_it() {
    block_on(async {
        let (mut reader, mut writer) = pipe(4);
        writer.write_all(b"ab").await.unwrap();
        let mut writer = end_writer(writer).await;
        assert!(writer.write(b"x").await.is_err());
        let mut bytes = Vec::new();
        assert_eq!(reader.read_to_end(&mut bytes).await.unwrap(), 2);
        assert_eq!(bytes, b"ab");
    });
}

#[test]
fn surface_the_end_of_a_stream_finishes_its_writer_alone() {
    block_on(async {
        let (near, mut far) = duplex(4);
        let mut near = end_stream(near).await;
        assert!(near.write(b"x").await.is_err());
        assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
        far.write_all(b"ab").await.unwrap();
        assert_eq!(near.read(&mut [0; 4]).await.unwrap(), 2);
    });
}

#[test]
fn surface_a_vectored_write_sends_the_slices_in_order() {
    block_on(async {
        let (mut reader, mut writer) = pipe(4);
        let slices = [IoSlice::new(b"ab"), IoSlice::new(b"c")];
        assert_eq!(writer.write_vectored(&slices).await.unwrap(), 3);
        assert_eq!(reader.fill_buf().await.unwrap(), b"abc");
    });
}

#[test]
fn surface_read_until_and_read_line_stop_after_the_separator() {
    block_on(async {
        let (mut reader, mut writer) = pipe(16);
        writer.write_all(b"ab,cd\nef").await.unwrap();
        let mut field = Vec::new();
        assert_eq!(reader.read_until(b',', &mut field).await.unwrap(), 3);
        assert_eq!(field, b"ab,");
        let mut line = String::new();
        assert_eq!(reader.read_line(&mut line).await.unwrap(), 3);
        assert_eq!(line, "cd\n");
        assert_eq!(reader.len(), 2);
    });
}

#[test]
fn surface_lines_of_a_reader_and_of_a_stream_yields_lines() {
    block_on(async {
        let (reader, mut writer) = pipe(16);
        let (mut near, far) = duplex(16);
        writer.write_all(b"a\nbc").await.unwrap();
        near.write_all(b"a\nbc").await.unwrap();
        drop((writer, near));
        assert_eq!(lines_of_reader(reader).await, ["a", "bc"]);
        assert_eq!(lines_of_stream(far).await, ["a", "bc"]);
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
fn surface_copy_moves_the_bytes_of_a_reader_into_a_writer() {
    block_on(async {
        let (mut reader, mut writer) = pipe(16);
        let (mut copied, mut target) = pipe(16);
        writer.write_all(b"abc").await.unwrap();
        drop(writer);
        assert_eq!(copy(&mut reader, &mut target).await.unwrap(), 3);
        assert_eq!(copied.fill_buf().await.unwrap(), b"abc");
    });
}
