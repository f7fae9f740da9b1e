//! Without `std`: a device driver, under test with the traits of `embedded-io-async`.
//!
//! ```text
//! cargo run --no-default-features --features embedded-io --example no_std
//! ```
//!
//! The driver and its test use `core` and `alloc` only. `std` is here to print, and because a
//! program for this machine needs an entry point. For targets that have no `std` at all, the
//! repository's `.ci/targets` builds the library.

#![no_std]
#![allow(clippy::incompatible_msrv)] // `Waker::noop` is newer than the library's compiler.

extern crate alloc;
extern crate std;

use alloc::format;
use alloc::string::String;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use async_duplex::io::Result;
use async_duplex::{duplex, DuplexStream};
use embedded_io_async::{BufRead, Read, ReadExactError, Write};
use futures::future::try_join;

/// A driver for a thermometer on a serial line: sends `T`, and receives the temperature in tenths
/// of a degree, as two bytes.
async fn temperature<S: Read + Write>(line: &mut S) -> core::result::Result<i16, S::Error> {
    line.write_all(b"T").await?;
    let mut answer = [0; 2];
    match line.read_exact(&mut answer).await {
        Ok(()) => Ok(i16::from_be_bytes(answer)),
        Err(ReadExactError::Other(error)) => Err(error),
        Err(ReadExactError::UnexpectedEof) => panic!("the thermometer was unplugged"),
    }
}

/// The thermometer: answers each request with the next value, and then unplugs itself.
async fn thermometer(mut line: DuplexStream, values: &[i16]) -> Result<()> {
    for value in values {
        let request = line.fill_buf().await?;
        assert_eq!(request, b"T");
        BufRead::consume(&mut line, 1);
        line.write_all(&value.to_be_bytes()).await?;
    }
    Ok(())
}

/// An executor: polls until the future is done. On a device, it would sleep in between.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

fn main() {
    // One byte at a time, as a serial line transfers them.
    let (mut near, far) = duplex(1);
    let values = [215, -40];
    let measure = async {
        let mut report = String::new();
        for _ in values {
            let tenths = temperature(&mut near).await?;
            report += &format!("{} degrees\n", f32::from(tenths) / 10.0);
        }
        Ok(report)
    };
    let (report, ()) =
        block_on(try_join(measure, thermometer(far, &values))).expect("the line has not been cut");
    std::print!("{report}");
    assert_eq!(report, "21.5 degrees\n-4 degrees\n");

    // The end of the line is an end for both.
    let error = near.try_write(b"T").unwrap_err();
    std::println!("unplugged: {error}");
}
