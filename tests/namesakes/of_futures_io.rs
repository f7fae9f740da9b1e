//! What futures and futures-lite spell alike, and others do not.

use async_duplex::{DuplexStream, Reader, Writer};

use super::*;

pub(super) async fn end_writer(mut writer: Writer) -> Writer {
    writer.close().await.unwrap();
    writer
}

pub(super) async fn end_stream(mut stream: DuplexStream) -> DuplexStream {
    stream.close().await.unwrap();
    stream
}

pub(super) async fn lines_of_reader(reader: Reader) -> Vec<String> {
    reader.lines().map(Result::unwrap).collect().await
}

pub(super) async fn lines_of_stream(stream: DuplexStream) -> Vec<String> {
    stream.lines().map(Result::unwrap).collect().await
}
