//! The calls that futures and futures-lite spell alike and tokio does not: the end of a writer,
//! and what is a `Stream` of theirs.

use async_duplex::faults::Faulty;
use async_duplex::{duplex, pipe};
use pollster::block_on;

use super::*;

#[test]
fn surface_close_of_a_writer_finishes_it() {
    block_on(async {
        let (mut reader, mut writer) = pipe(4);
        writer.write_all(b"ab").await.unwrap();
        writer.close().await.unwrap();
        assert!(writer.write(b"x").await.is_err());
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, b"ab");
    });
}

#[test]
fn surface_close_of_a_stream_finishes_its_writer_alone() {
    block_on(async {
        let (mut near, mut far) = duplex(4);
        near.close().await.unwrap();
        assert!(near.write(b"x").await.is_err());
        assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
        far.write_all(b"ab").await.unwrap();
        assert_eq!(near.read(&mut [0; 4]).await.unwrap(), 2);
    });
}

#[test]
fn surface_close_of_a_faulty_stream_closes_its_inner_stream() {
    block_on(async {
        let (near, mut far) = duplex(4);
        Faulty::new(near).close().await.unwrap();
        assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
    });
}

#[test]
fn surface_lines_of_a_reader_and_of_a_stream_are_a_stream_of_lines() {
    block_on(async {
        let (reader, mut writer) = pipe(16);
        let (mut near, far) = duplex(16);
        writer.write_all(b"a\nbc").await.unwrap();
        near.write_all(b"a\nbc").await.unwrap();
        drop((writer, near));
        let mut of_reader = reader.lines();
        let mut of_stream = far.lines();
        for line in ["a", "bc"] {
            assert_eq!(of_reader.next().await.unwrap().unwrap(), line);
            assert_eq!(of_stream.next().await.unwrap().unwrap(), line);
        }
        assert!(of_reader.next().await.is_none());
        assert!(of_stream.next().await.is_none());
    });
}

#[test]
fn surface_read_vectored_fills_the_slices_in_order() {
    block_on(async {
        let (mut reader, mut writer) = pipe(4);
        writer.write_all(b"abc").await.unwrap();
        let (mut front, mut back) = ([0; 2], [0; 2]);
        let mut slices = [&mut front, &mut back].map(|slice| std::io::IoSliceMut::new(slice));
        assert_eq!(reader.read_vectored(&mut slices).await.unwrap(), 3);
        assert_eq!((&front, &back), (b"ab", b"c\0"));
    });
}
