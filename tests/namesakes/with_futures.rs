//! With the traits of futures.

use async_duplex::duplex;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt};
use pollster::block_on;

#[path = "calls.rs"]
mod calls;
#[path = "closing.rs"]
mod closing;

#[test]
fn surface_consume_unpin_of_a_stream_is_the_consume_of_its_reader() {
    let (mut near, mut far) = duplex(16);
    assert_eq!(near.try_write(b"abc").unwrap(), 3);
    assert_eq!(block_on(far.fill_buf()).unwrap(), b"abc");
    far.consume_unpin(1);
    assert_eq!(far.reader().len(), 2);
    far.reader().consume_unpin(1);
    assert_eq!(far.reader().len(), 1);
}
