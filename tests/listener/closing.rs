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

use crate::common::{accepted, fill, kind_of, next, now, poll, read_and_write, value_of};
use crate::common::{ENDINGS, RESET};
use crate::counting_waker::{failed, ready, CountingTask};

#[test]
fn connects_are_refused_and_those_that_wait_are_woken_when_the_listener_ends() {
    for (how, end) in ENDINGS {
        // With room in the backlog, and without.
        for queued in [0, 2] {
            println!("{how}, {queued} in the backlog");
            let (listener, connector) = listen(1, 2);
            let clients: Vec<_> = (0..queued)
                .map(|_| connector.try_connect().unwrap())
                .collect();
            let mut waiting: Vec<_> = (0..queued)
                .map(|_| (CountingTask::new(), connector.connect()))
                .collect();
            for (task, connect) in &mut waiting {
                assert!(poll(task, connect).is_pending());
            }
            assert!(!connector.is_closed());
            let closed = end(listener);
            assert!(connector.is_closed());
            for (task, connect) in &mut waiting {
                assert_eq!(task.wakes(), 1);
                assert_eq!(
                    kind_of(now(poll(task, connect))),
                    ErrorKind::ConnectionRefused
                );
                assert_eq!(task.retained(), 0);
            }
            for connector in [&connector, &connector.clone()] {
                let mut connect = connector.connect();
                let refused = now(poll(&CountingTask::new(), &mut connect));
                assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused);
                assert!(connect.is_terminated());
                assert_eq!(
                    kind_of(connector.try_connect()),
                    ErrorKind::ConnectionRefused
                );
            }
            // No other connection is in the backlog.
            if let Some(listener) = closed {
                for client in &clients {
                    assert!(accepted(&listener).is_peer_of(client));
                }
                assert_eq!(kind_of(listener.try_accept()), ErrorKind::NotConnected);
            }
        }
    }
}

#[test]
fn a_listener_that_is_dropped_resets_its_backlog_and_no_accepted_connection() {
    for (_, end) in ENDINGS {
        let (listener, connector) = listen(8, 3);
        let mut accepted_client = connector.try_connect().unwrap();
        let mut server = accepted(&listener);
        let mut clients = fill(&connector);
        assert_eq!(clients.len(), 3);
        let (writer, reader) = (CountingTask::new(), CountingTask::new());
        assert_eq!(writer.write(&mut clients[1], b"hello"), ready(5));
        assert!(reader.read(&mut clients[2], &mut [0]).is_pending());
        // A listener that is closed still accepts its backlog, and resets the rest when dropped.
        let mut reset = &mut clients[..];
        if let Some(listener) = end(listener) {
            listener.close();
            assert!(listener.is_closed() && accepted(&listener).is_peer_of(&reset[0]));
            assert_eq!(reader.wakes(), 0);
            reset = &mut reset[1..];
        }
        assert_eq!((reader.wakes(), writer.wakes()), (1, 0));
        for client in reset {
            assert_eq!(read_and_write(client), RESET);
        }
        let task = CountingTask::new();
        assert_eq!(task.write(&mut accepted_client, b"hello"), ready(5));
        assert_eq!(task.read(&mut server, &mut [0; 8]), ready(5));
    }
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
        let ended = now(poll(&task, &mut listener.accept()));
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
        let ended = now(poll(&accepting, &mut accept));
        assert_eq!(kind_of(ended), ErrorKind::NotConnected, "{how}");
        assert!(now(next(&streaming, &mut incoming)).is_none(), "{how}");
    }
}

#[test]
fn b26_a_connection_that_a_handle_cuts_off_in_the_backlog_is_accepted_and_fails() {
    let (listener, connector) = listen(8, 1);
    let mut client = connector.try_connect().unwrap();
    client.try_write(b"hello").unwrap();
    client.abort_handle().abort(ErrorKind::InvalidData);
    let mut server = accepted(&listener);
    let cut_off = [failed(ErrorKind::InvalidData); 2];
    assert_eq!(read_and_write(&mut server), cut_off);
    // The listener's end does not replace it.
    drop((server, listener));
    assert_eq!(read_and_write(&mut client), cut_off);
}
