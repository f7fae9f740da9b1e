//! With the traits of futures.

use async_duplex::{DuplexStream, Reader, Writer};
use futures::io::copy;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt};

#[path = "adapters.rs"]
mod adapters;
#[path = "calls.rs"]
mod calls;

async fn end_writer(mut writer: Writer) -> Writer {
    writer.close().await.unwrap();
    writer
}

async fn end_stream(mut stream: DuplexStream) -> DuplexStream {
    stream.close().await.unwrap();
    stream
}

fn consume(stream: &mut DuplexStream, n: usize) {
    stream.consume_unpin(n);
}

async fn lines_of_reader(reader: Reader) -> Vec<String> {
    reader.lines().map(Result::unwrap).collect().await
}

async fn lines_of_stream(stream: DuplexStream) -> Vec<String> {
    stream.lines().map(Result::unwrap).collect().await
}
