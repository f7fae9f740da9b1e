//! The types behind the traits: the error, and futures that can be spawned.

use core::future::Future;

use async_duplex::{duplex, DuplexStream, Reader, Writer};
use embedded_io_async::{BufRead, ErrorType, Read, Write};
use futures::executor::block_on;
use futures::future::join;

use crate::common::DEADLINE;
use crate::deadline::within;

/// Compiles only if the crate's error is the error of all three types.
const _: () = {
    const fn has_the_error_of_the_crate<T: ErrorType<Error = async_duplex::io::Error>>() {}
    has_the_error_of_the_crate::<Reader>();
    has_the_error_of_the_crate::<Writer>();
    has_the_error_of_the_crate::<DuplexStream>();
};

/// The bound that an executor puts on what it spawns.
fn is_spawnable(_: &(impl Future + Send + 'static)) {}

#[test]
fn surface_a_task_that_uses_the_traits_can_be_spawned() {
    let (mut near, mut far) = duplex(4);
    let asks = async move {
        near.write_all(b"ping").await.unwrap();
        let mut buf = [0; 4];
        near.read_exact(&mut buf).await.unwrap();
        buf
    };
    let answers = async move {
        let n = far.fill_buf().await.unwrap().len();
        far.consume(n);
        far.write_all(b"pong").await.unwrap();
        far.flush().await.unwrap();
    };
    is_spawnable(&asks);
    is_spawnable(&answers);
    let (answer, ()) = within(DEADLINE, || block_on(join(asks, answers)));
    assert_eq!(&answer, b"pong");
}
