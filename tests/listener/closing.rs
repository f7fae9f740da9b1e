//! The end of a listener or of all connectors: which connects are refused and which streams reset.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use async_duplex::listener::{listen, Connector};
use futures::future::FusedFuture;
use futures::stream::FusedStream;

use crate::common::{fill, kind_of, next, poll, read_and_write, value_of, ENDINGS, RESET};
use crate::counting_waker::{failed, ready, CountingTask};

#[test]
fn a_connect_to_a_closed_or_dropped_listener_is_refused() {
    for (how, end) in ENDINGS {
        // With room in the backlog, and without.
        for queued in [0, 2] {
            let (listener, connector) = listen(1, 2);
            let clients: Vec<_> = (0..queued).map(|_| connector.try_connect()).collect();
            assert_eq!(clients.len(), queued);
            assert!(!connector.is_closed());
            let _closed = end(listener);
            assert!(connector.is_closed(), "{how}");
            for connector in [&connector, &connector.clone()] {
                let task = CountingTask::new();
                let mut connect = connector.connect();
                let Poll::Ready(refused) = poll(&task, &mut connect) else {
                    panic!("{how}: it is pending");
                };
                assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused, "{how}");
                assert!(connect.is_terminated());
                let refused = connector.try_connect();
                assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused, "{how}");
            }
        }
    }
}

#[test]
fn a_pending_connect_is_woken_and_refused_when_the_listener_is_closed_or_dropped() {
    for (how, end) in ENDINGS {
        let (listener, connector) = listen(1, 1);
        let first = connector.try_connect().unwrap();
        let mut waiting: Vec<_> = (0..3)
            .map(|_| (CountingTask::new(), connector.connect()))
            .collect();
        for (task, connect) in &mut waiting {
            assert!(poll(task, connect).is_pending());
        }
        let closed = end(listener);
        for (task, connect) in &mut waiting {
            assert_eq!(task.wakes(), 1, "{how}");
            let Poll::Ready(refused) = poll(task, connect) else {
                panic!("{how}: it is pending");
            };
            assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused, "{how}");
            assert_eq!(task.retained(), 0, "{how}");
        }
        // No other connection is in the backlog.
        if let Some(listener) = closed {
            assert!(listener.try_accept().unwrap().0.is_peer_of(&first));
            assert_eq!(kind_of(listener.try_accept()), ErrorKind::NotConnected);
        }
    }
}

#[test]
fn dropping_the_listener_resets_its_backlog_and_no_accepted_connection() {
    let (listener, connector) = listen(8, 3);
    let mut accepted_client = connector.try_connect().unwrap();
    let (mut accepted, _) = listener.try_accept().unwrap();
    let mut clients = fill(&connector);
    assert_eq!(clients.len(), 3);
    let writer = CountingTask::new();
    assert_eq!(writer.write(&mut clients[0], b"hello"), ready(5));
    let reader = CountingTask::new();
    assert!(reader.read(&mut clients[1], &mut [0]).is_pending());

    drop(listener);
    assert_eq!((reader.wakes(), writer.wakes()), (1, 0));
    for client in &mut clients {
        assert_eq!(read_and_write(client), RESET);
    }
    let task = CountingTask::new();
    assert_eq!(task.write(&mut accepted_client, b"hello"), ready(5));
    assert_eq!(task.read(&mut accepted, &mut [0; 8]), ready(5));
}

/// A waker that connects when it is woken.
struct ConnectsOnWake {
    connector: Connector,
    /// The error of each connect, or `None` if it succeeded.
    errors: Mutex<Vec<Option<ErrorKind>>>,
}

impl Wake for ConnectsOnWake {
    fn wake(self: Arc<Self>) {
        let error = self.connector.try_connect().err();
        let kind = error.map(|error| error.kind());
        self.errors.lock().unwrap().push(kind);
    }
}

#[test]
fn a_connect_from_a_waker_during_the_drop_of_the_listener_is_refused() {
    let (listener, connector) = listen(8, 2);
    let mut clients = fill(&connector);
    let waking = Arc::new(ConnectsOnWake {
        connector: connector.clone(),
        errors: Mutex::default(),
    });
    let waker = Waker::from(waking.clone());
    let mut cx = Context::from_waker(&waker);
    let mut waiting = connector.connect();
    assert!(Pin::new(&mut waiting).poll(&mut cx).is_pending());
    for client in &mut clients {
        let mut reader = client.reader();
        let read = Pin::new(&mut reader).poll_read(&mut cx, &mut [0]);
        assert!(read.is_pending());
    }
    drop(listener);
    let errors = waking.errors.lock().unwrap();
    assert_eq!(*errors, [Some(ErrorKind::ConnectionRefused); 3]);
}

#[test]
fn a_closed_listener_accepts_its_backlog_and_resets_the_rest_when_dropped() {
    let (listener, connector) = listen(8, 3);
    let mut clients = fill(&connector);
    assert!(!listener.is_closed());
    listener.close();
    listener.close();
    assert!(listener.is_closed());
    for client in &clients[..2] {
        assert!(listener.try_accept().unwrap().0.is_peer_of(client));
    }
    // A connection that is still in the backlog is reset when the listener is dropped.
    drop(listener);
    assert_eq!(read_and_write(&mut clients[2]), RESET);
}

#[test]
fn accept_fails_after_the_backlog_when_all_connectors_are_dropped() {
    let (listener, connector) = listen(8, 4);
    let clients = fill(&connector);
    let another = connector.clone();
    drop(connector);
    assert!(!listener.is_closed());
    drop(another);
    assert!(listener.is_closed());

    let task = CountingTask::new();
    let mut incoming = listener.incoming();
    for client in &clients {
        let server = value_of(next(&task, &mut incoming).map(Option::unwrap));
        assert!(server.is_peer_of(client));
        assert!(!incoming.is_terminated());
    }
    for _ in 0..2 {
        assert!(matches!(next(&task, &mut incoming), Poll::Ready(None)));
        assert!(incoming.is_terminated());
        assert_eq!(kind_of(listener.try_accept()), ErrorKind::NotConnected);
        let Poll::Ready(ended) = poll(&task, &mut listener.accept()) else {
            panic!("it is pending");
        };
        assert_eq!(kind_of(ended), ErrorKind::NotConnected);
    }
}

#[test]
fn a_pending_accept_is_woken_when_no_connection_can_come_any_more() {
    for how in ["the last connector is dropped", "the listener is closed"] {
        let (listener, connector) = listen(8, 4);
        let another = connector.clone();
        let (accepting, streaming) = (CountingTask::new(), CountingTask::new());
        let mut accept = listener.accept();
        let mut incoming = listener.incoming();
        assert!(poll(&accepting, &mut accept).is_pending());
        assert!(next(&streaming, &mut incoming).is_pending());
        drop(connector);
        assert_eq!((accepting.wakes(), streaming.wakes()), (0, 0));
        if how == "the listener is closed" {
            listener.close();
        } else {
            drop(another);
        }
        assert_eq!((accepting.wakes(), streaming.wakes()), (1, 1), "{how}");
        let Poll::Ready(ended) = poll(&accepting, &mut accept) else {
            panic!("{how}: it is pending");
        };
        assert_eq!(kind_of(ended), ErrorKind::NotConnected, "{how}");
        assert!(
            matches!(next(&streaming, &mut incoming), Poll::Ready(None)),
            "{how}"
        );
    }
}

#[test]
fn b26_a_connection_that_a_handle_cuts_off_in_the_backlog_is_accepted_and_fails() {
    let (listener, connector) = listen(8, 1);
    let mut client = connector.try_connect().unwrap();
    client.try_write(b"hello").unwrap();
    client.abort_handle().abort(ErrorKind::InvalidData);
    let (mut server, _) = listener.try_accept().unwrap();
    assert_eq!(
        read_and_write(&mut server),
        [failed(ErrorKind::InvalidData); 2]
    );
    // The listener's end does not replace it.
    drop((server, listener));
    assert_eq!(
        read_and_write(&mut client),
        [failed(ErrorKind::InvalidData); 2]
    );
}
