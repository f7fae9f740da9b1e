//! With the traits of embedded-io-async.

use async_duplex::{duplex, DuplexStream};
use embedded_io_async::{BufRead, Read, ReadReady, Write, WriteReady};
use pollster::block_on;

#[path = "calls.rs"]
mod calls;

fn consume(stream: &mut DuplexStream, n: usize) {
    stream.consume(n);
}

#[test]
fn surface_read_ready_and_write_ready_report_whether_a_call_would_wait() {
    let (mut near, mut far) = duplex(2);
    assert!(near.write_ready().unwrap() && !far.read_ready().unwrap());
    block_on(near.write_all(b"ab")).unwrap();
    assert!(!near.write_ready().unwrap() && far.read_ready().unwrap());
}
