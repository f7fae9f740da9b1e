//! With the traits of tokio.

use async_duplex::{DuplexStream, Reader, Writer};
use pollster::block_on;
use tokio::io::{copy, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

#[path = "adapters.rs"]
mod adapters;
#[path = "calls.rs"]
mod calls;

async fn end_writer(mut writer: Writer) -> Writer {
    writer.shutdown().await.unwrap();
    writer
}

async fn end_stream(mut stream: DuplexStream) -> DuplexStream {
    stream.shutdown().await.unwrap();
    stream
}

fn consume(stream: &mut DuplexStream, n: usize) {
    stream.consume(n);
}

async fn lines_of_reader(reader: Reader) -> Vec<String> {
    let (mut lines, mut read) = (reader.lines(), Vec::new());
    while let Some(line) = lines.next_line().await.unwrap() {
        read.push(line);
    }
    read
}

async fn lines_of_stream(stream: DuplexStream) -> Vec<String> {
    let (mut lines, mut read) = (stream.lines(), Vec::new());
    while let Some(line) = lines.next_line().await.unwrap() {
        read.push(line);
    }
    read
}

#[test]
fn surface_read_buf_appends_and_numbers_pass() {
    block_on(async {
        let (mut reader, mut writer) = async_duplex::pipe(16);
        writer.write_u16(0x0102).await.unwrap();
        writer.write_all_buf(&mut &b"abc"[..]).await.unwrap();
        assert_eq!(reader.read_u16().await.unwrap(), 0x0102);
        let mut bytes = b"-".to_vec();
        assert_eq!(reader.read_buf(&mut bytes).await.unwrap(), 3);
        assert_eq!(bytes, b"-abc");
    });
}
