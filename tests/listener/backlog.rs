//! The backlog: which ones there cannot be, and connects that are polled too often.

use core::mem::size_of;
use core::task::Poll;

use async_duplex::listener::{listen, Connect};
use async_duplex::{DuplexStream, Options};
use futures::future::FusedFuture;

use crate::common::poll;
use crate::counting_waker::CountingTask;
use crate::panics::panic_message;

#[test]
fn a_backlog_of_0_or_too_large_for_memory_and_invalid_options_panic_and_are_named() {
    let too_large = isize::MAX as usize / size_of::<DuplexStream>();
    for backlog in [0, too_large, usize::MAX] {
        let message = panic_message(|| Options::new(8).listener(backlog));
        assert!(message.contains("backlog"), "{message}");
        assert!(message.ends_with(&format!("not {backlog}")), "{message}");
        assert_eq!(panic_message(|| listen(8, backlog)), message);
        // The largest one takes about half of the address space.
        let mut numbers = message.split(' ').filter_map(|word| word.parse().ok());
        let largest: usize = numbers.find(|&n| n > 1).unwrap();
        assert!(
            (too_large / 8..too_large / 2).contains(&largest),
            "{message}"
        );
    }
    for options in [Options::new(0), Options::new(isize::MAX as usize / 2 + 1)] {
        let message = panic_message(|| options.listener(1));
        assert_eq!(message, options.try_duplex().unwrap_err().to_string());
    }
}

/// Polls a connect that has resolved, and asserts that it panics with a message.
fn assert_panics(connect: &mut Connect<'_>) {
    let task = CountingTask::new();
    let message = panic_message(|| poll(&task, connect));
    assert!(message.contains("polled after completion"), "{message}");
    assert_eq!((task.wakes(), task.retained()), (0, 0));
    assert!(connect.is_terminated());
}

#[test]
fn a_connect_that_is_polled_again_panics_and_makes_no_second_connection() {
    for waits_first in [false, true] {
        for is_refused in [false, true] {
            let (listener, connector) = listen(8, 1);
            let task = CountingTask::new();
            let mut connect = connector.connect();
            if waits_first {
                let _occupant = connector.try_connect().unwrap();
                assert!(poll(&task, &mut connect).is_pending());
                listener.try_accept().unwrap();
            }
            if is_refused {
                listener.close();
            }
            let polled = poll(&task, &mut connect);
            assert!(matches!(polled, Poll::Ready(result) if result.is_err() == is_refused));
            (0..2).for_each(|_| assert_panics(&mut connect));
            assert_eq!(listener.try_accept().is_ok(), !is_refused);
            assert!(listener.try_accept().is_err());
        }
    }
}
