//! With the traits of tokio.

use async_duplex::faults::Faulty;
use async_duplex::{duplex, pipe};
use pollster::block_on;
use tokio::io::{copy, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

#[path = "calls.rs"]
mod calls;

#[test]
fn surface_shutdown_of_a_writer_finishes_it() {
    block_on(async {
        let (mut reader, mut writer) = pipe(4);
        writer.write_all(b"ab").await.unwrap();
        writer.shutdown().await.unwrap();
        assert!(writer.write(b"x").await.is_err());
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes, b"ab");
    });
}

#[test]
fn surface_shutdown_of_a_stream_finishes_its_writer_alone() {
    block_on(async {
        let (mut near, mut far) = duplex(4);
        near.shutdown().await.unwrap();
        assert!(near.write(b"x").await.is_err());
        assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
        far.write_all(b"ab").await.unwrap();
        assert_eq!(near.read(&mut [0; 4]).await.unwrap(), 2);
    });
}

#[test]
fn surface_shutdown_of_a_faulty_stream_shuts_its_inner_stream_down() {
    block_on(async {
        let (near, mut far) = duplex(4);
        Faulty::new(near).shutdown().await.unwrap();
        assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
    });
}

#[test]
fn surface_lines_of_a_reader_and_of_a_stream_have_a_next_line() {
    block_on(async {
        let (reader, mut writer) = pipe(16);
        let (mut near, far) = duplex(16);
        writer.write_all(b"a\nbc").await.unwrap();
        near.write_all(b"a\nbc").await.unwrap();
        drop((writer, near));
        let mut of_reader = reader.lines();
        let mut of_stream = far.lines();
        for line in [Some("a"), Some("bc"), None] {
            assert_eq!(of_reader.next_line().await.unwrap().as_deref(), line);
            assert_eq!(of_stream.next_line().await.unwrap().as_deref(), line);
        }
    });
}

#[test]
fn surface_consume_of_a_stream_is_the_consume_of_its_reader() {
    let (mut near, mut far) = duplex(16);
    assert_eq!(near.try_write(b"abc").unwrap(), 3);
    assert_eq!(block_on(far.fill_buf()).unwrap(), b"abc");
    far.consume(1);
    assert_eq!(far.reader().len(), 2);
}

#[test]
fn surface_read_buf_appends_and_numbers_go_through() {
    block_on(async {
        let (mut reader, mut writer) = pipe(16);
        writer.write_u16(0x0102).await.unwrap();
        writer.write_all_buf(&mut &b"abc"[..]).await.unwrap();
        assert_eq!(reader.read_u16().await.unwrap(), 0x0102);
        let mut bytes = b"-".to_vec();
        assert_eq!(reader.read_buf(&mut bytes).await.unwrap(), 3);
        assert_eq!(bytes, b"-abc");
    });
}

#[test]
fn surface_copy_moves_a_reader_to_the_end_into_a_writer() {
    block_on(async {
        let (mut reader, mut writer) = pipe(16);
        let (mut copied, mut target) = pipe(16);
        writer.write_all(b"abc").await.unwrap();
        drop(writer);
        assert_eq!(copy(&mut reader, &mut target).await.unwrap(), 3);
        let mut buf = [0; 3];
        copied.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"abc");
    });
}
