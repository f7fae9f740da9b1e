//! Which waker a connection or an accept wakes, and that a future not polled again loses nothing.

use core::mem::forget;
use std::io::ErrorKind;

use async_duplex::listener::{listen, Accept};
use futures::future::FusedFuture;

use crate::common::{accepted, kind_of, poll, value_of};
use crate::counting_waker::CountingTask;

#[test]
fn the_latest_waker_of_a_pending_accept_or_connect_is_woken_when_it_can_resolve() {
    let (listener, connector) = listen(1, 1);
    let (old, task) = (CountingTask::new(), CountingTask::new());
    let mut accept = listener.accept();
    assert!(poll(&old, &mut accept).is_pending());
    assert!(poll(&task, &mut accept).is_pending());
    assert!(!accept.is_terminated());
    assert_eq!((old.state(), task.state()), ((0, 0), (0, 1)));
    let client = connector.try_connect().unwrap();
    assert_eq!(task.wakes(), 1);
    assert!(value_of(poll(&task, &mut accept)).0.is_peer_of(&client));
    assert!(accept.is_terminated());
    assert_eq!(task.state(), (1, 0));

    let first = connector.try_connect().unwrap();
    let mut connect = connector.connect();
    assert!(poll(&old, &mut connect).is_pending());
    assert!(poll(&task, &mut connect).is_pending());
    assert!(!connect.is_terminated());
    assert_eq!((old.state(), task.state()), ((0, 0), (1, 1)));
    assert!(accepted(&listener).is_peer_of(&first));
    assert_eq!(task.wakes(), 2);
    assert_eq!(kind_of(listener.try_accept()), ErrorKind::WouldBlock);
    let second = value_of(poll(&task, &mut connect));
    assert!(connect.is_terminated());
    assert!(accepted(&listener).is_peer_of(&second));
    assert_eq!(task.state(), (2, 0));
}

/// Returns the future if it still exists.
type Leave = fn(Accept<'_>) -> Option<Accept<'_>>;

/// Leaves an accept that waits, before or after it is woken. Later ones get every connection.
fn assert_loses_no_connection(how: &str, leave: Leave) {
    for woken in [false, true] {
        let (listener, connector) = listen(8, 4);
        let (first, second) = (CountingTask::new(), CountingTask::new());
        let mut accept = listener.accept();
        assert!(poll(&first, &mut accept).is_pending());
        // Another accept that waits, and is polled again.
        let mut other = listener.accept();
        assert!(poll(&second, &mut other).is_pending());

        let (client, _left) = if woken {
            (connector.try_connect().unwrap(), leave(accept))
        } else {
            let left = leave(accept);
            (connector.try_connect().unwrap(), left)
        };
        assert_eq!(second.wakes(), 1, "{how}, woken: {woken}");
        assert!(value_of(poll(&second, &mut other)).0.is_peer_of(&client));

        // The same for an accept that is made later.
        let client = connector.try_connect().unwrap();
        let server = value_of(poll(&second, &mut listener.accept())).0;
        assert!(server.is_peer_of(&client), "{how}, woken: {woken}");
    }
}

/// The waiter of a forgotten accept is leaked, and nothing else.
#[test]
fn b22_an_accept_that_is_not_polled_again_loses_no_connection() {
    assert_loses_no_connection("not polled again", |accept| Some(accept));
    assert_loses_no_connection("dropped", |accept| {
        drop(accept);
        None
    });
    assert_loses_no_connection("forgotten", |accept| {
        forget(accept);
        None
    });
}
