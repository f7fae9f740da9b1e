//! A stream of connections that owns its listener.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::listener::listen;
use futures::executor::block_on;
use futures::stream::FusedStream;
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};

use crate::common::{fill, kind_of, next, poll, read_and_write, value_of, RESET};
use crate::counting_waker::CountingTask;
use crate::deadline::within;
use crate::DEADLINE;

#[test]
fn into_incoming_yields_the_backlog_and_later_connections_in_order_and_then_ends() {
    let (listener, connector) = listen(8, 2);
    let early = connector.try_connect().unwrap();
    let mut incoming = listener.into_incoming();
    let late = connector.try_connect().unwrap();
    let task = CountingTask::new();
    for client in [&early, &late] {
        let server = value_of(next(&task, &mut incoming).map(Option::unwrap));
        assert!(server.is_peer_of(client));
    }
    assert!(next(&task, &mut incoming).is_pending());
    let another = connector.try_connect().unwrap();
    assert_eq!(task.wakes(), 1);
    drop(connector);
    let server = value_of(next(&task, &mut incoming).map(Option::unwrap));
    assert!(server.is_peer_of(&another) && !incoming.is_terminated());
    for _ in 0..2 {
        assert!(matches!(next(&task, &mut incoming), Poll::Ready(None)));
        assert!(incoming.is_terminated());
    }
}

#[test]
fn dropping_an_owned_incoming_refuses_connects_and_resets_the_backlog() {
    let (listener, connector) = listen(8, 2);
    let mut clients = fill(&connector);
    let task = CountingTask::new();
    let mut waiting = connector.connect();
    assert!(poll(&task, &mut waiting).is_pending());
    let incoming = listener.into_incoming();
    assert!(!connector.is_closed());
    assert_eq!(task.wakes(), 0);

    drop(incoming);
    assert_eq!(task.wakes(), 1);
    let Poll::Ready(refused) = poll(&task, &mut waiting) else {
        panic!("it is pending");
    };
    assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused);
    assert_eq!(
        kind_of(connector.try_connect()),
        ErrorKind::ConnectionRefused
    );
    for client in &mut clients {
        assert_eq!(read_and_write(client), RESET);
    }
}

#[test]
fn a_spawned_server_may_own_its_listener() {
    within(DEADLINE, || {
        let (listener, connector) = listen(8, 1);
        let mut incoming = listener.into_incoming();
        let server = smol::spawn(async move {
            let mut served = 0;
            while let Some(stream) = incoming.next().await {
                stream.unwrap().write_all(b"x").await.unwrap();
                served += 1;
            }
            served
        });
        for _ in 0..3 {
            let mut client = block_on(connector.connect()).unwrap();
            block_on(client.read_exact(&mut [0])).unwrap();
        }
        drop(connector);
        assert_eq!(block_on(server), 3);
    });
}

#[test]
fn debug_shows_the_listener_that_is_owned() {
    let (listener, _connector) = listen(8, 3);
    assert!(format!("{:?}", listener.incoming()).contains("owned: None"));
    let text = format!("{:?}", listener.into_incoming());
    for part in ["ended: false", "Listener", "memory:0", "backlog: 3"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}
