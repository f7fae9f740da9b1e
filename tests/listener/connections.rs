//! What a connection is: two peers, in order, with the listener's options.

use core::task::Poll;

use async_duplex::listener::listen;
use async_duplex::Options;
use futures::stream::FusedStream;

use crate::common::{accepted, next, poll, value_of};
use crate::counting_waker::{as_poll, ready, CountingTask};

#[test]
fn accept_returns_the_peers_of_the_clients_in_the_order_of_their_connects() {
    let (listener, connector) = listen(8, 4);
    let other = connector.clone();
    let task = CountingTask::new();
    let clients = [
        connector.try_connect().unwrap(),
        value_of(poll(&task, &mut other.connect())),
        other.try_connect().unwrap(),
        value_of(poll(&task, &mut connector.connect())),
    ];
    let mut incoming = listener.incoming();
    let servers = [
        accepted(&listener),
        value_of(poll(&task, &mut listener.accept())).0,
        value_of(next(&task, &mut incoming).map(Option::unwrap)),
        accepted(&listener),
    ];
    for (at, client) in clients.iter().enumerate() {
        let peers = servers.each_ref().map(|server| server.is_peer_of(client));
        assert_eq!(peers, [0, 1, 2, 3].map(|i| i == at));
    }
}

#[test]
fn bytes_written_before_the_accept_arrive_even_if_the_client_is_dropped() {
    let (listener, connector) = listen(8, 1);
    let mut client = connector.try_connect().unwrap();
    let task = CountingTask::new();
    assert_eq!(task.write(&mut client, b"early"), ready(5));
    drop(client);
    let mut server = accepted(&listener);
    let mut buf = [0; 8];
    assert_eq!(task.read(&mut server, &mut buf), ready(5));
    assert_eq!(&buf[..5], b"early");
    assert_eq!(task.read(&mut server, &mut buf), ready(0));
}

#[test]
fn the_streams_of_a_listener_have_its_options() {
    let (listener, connector) = Options::new(4).yield_every(2).listener(1);
    for connector in [connector.clone(), connector] {
        let mut client = connector.try_connect().unwrap();
        let mut server = accepted(&listener);
        for stream in [&mut client, &mut server] {
            let (_, writer) = stream.halves();
            assert_eq!(as_poll(writer.try_write(b"12345")), ready(4));
            assert_eq!(as_poll(writer.try_write(b"5")), Poll::Pending);
        }
        for stream in [&mut client, &mut server] {
            let task = CountingTask::new();
            for _ in 0..2 {
                assert_eq!(task.read(stream, &mut [0]), ready(1));
            }
            assert_eq!(task.read(stream, &mut [0]), Poll::Pending);
            assert_eq!(task.wakes(), 1, "the third call in a row yields");
        }
    }
}

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
    for wakes in 1..4 {
        assert!(next(&task, &mut incoming).is_pending());
        let another = connector.try_connect().unwrap();
        assert_eq!(task.wakes(), wakes);
        let server = value_of(next(&task, &mut incoming).map(Option::unwrap));
        assert!(server.is_peer_of(&another) && !incoming.is_terminated());
    }
    drop(connector);
    for _ in 0..2 {
        assert!(matches!(next(&task, &mut incoming), Poll::Ready(None)));
        assert!(incoming.is_terminated());
    }
}

#[test]
fn debug_shows_the_state_of_the_listener_and_the_connector() {
    let (listener, connector) = listen(8, 3);
    let mut client = connector.try_connect().unwrap();
    assert_eq!(CountingTask::new().write(&mut client, b"secret"), ready(6));
    assert!(format!("{:?}", listener.accept()).contains("resolved: false"));
    assert!(format!("{:?}", connector.connect()).contains("resolved: false"));
    assert!(format!("{:?}", listener.incoming()).contains("owned: None"));
    let assert_say = |texts: [String; 2], parts: &[&str]| {
        for (text, part) in texts
            .iter()
            .flat_map(|text| parts.iter().map(move |p| (text, p)))
        {
            assert!(text.contains(part), "no {part} in {text}");
        }
    };
    let both = [format!("{listener:?}"), format!("{connector:?}")];
    assert_say(both, &["backlog: 3", "waiting: 1", "is_closed: false"]);
    listener.close();
    let both = [format!("{listener:?}"), format!("{connector:?}")];
    assert_say(both, &["is_closed: true"]);
    let owned = format!("{:?}", listener.into_incoming());
    let parts = ["ended: false", "Listener", "memory:0", "backlog: 3"];
    assert_say([owned.clone(), owned], &parts);
}
