//! A `Connect` that is polled again after it has resolved.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::listener::{listen, Connect};
use futures::future::FusedFuture;

use crate::common::{fill, kind_of, poll, value_of};
use crate::counting_waker::CountingTask;
use crate::panics::panic_message;

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
        let (listener, connector) = listen(8, 2);
        let task = CountingTask::new();
        let mut connect = connector.connect();
        let mut occupants = Vec::new();
        if waits_first {
            occupants.push(connector.try_connect().unwrap());
            occupants.push(connector.try_connect().unwrap());
            assert!(poll(&task, &mut connect).is_pending());
            for occupant in &occupants {
                assert!(listener.try_accept().unwrap().0.is_peer_of(occupant));
            }
        }
        let client = value_of(poll(&task, &mut connect));
        for _ in 0..2 {
            assert_panics(&mut connect);
        }
        assert!(listener.try_accept().unwrap().0.is_peer_of(&client));
        assert_eq!(kind_of(listener.try_accept()), ErrorKind::WouldBlock);
        // No second connection has taken a place in the backlog.
        assert_eq!(fill(&connector).len(), 2);
        assert_panics(&mut connect);
    }
}

#[test]
fn a_refused_connect_that_is_polled_again_panics() {
    for waits_first in [false, true] {
        let (listener, connector) = listen(8, 1);
        let task = CountingTask::new();
        let mut connect = connector.connect();
        let _occupant = connector.try_connect().unwrap();
        if waits_first {
            assert!(poll(&task, &mut connect).is_pending());
        }
        drop(listener);
        let Poll::Ready(refused) = poll(&task, &mut connect) else {
            panic!("it is pending");
        };
        assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused);
        assert_panics(&mut connect);
    }
}
