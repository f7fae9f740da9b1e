//! With the traits of futures-lite.

use async_duplex::duplex;
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt};
use pollster::block_on;

#[path = "calls.rs"]
mod calls;
#[path = "closing.rs"]
mod closing;

#[test]
fn surface_consume_of_a_stream_is_the_consume_of_its_reader() {
    let (mut near, mut far) = duplex(16);
    assert_eq!(near.try_write(b"abc").unwrap(), 3);
    assert_eq!(block_on(far.fill_buf()).unwrap(), b"abc");
    far.consume(1);
    assert_eq!(far.reader().len(), 2);
}
