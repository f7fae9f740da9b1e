//! The options of connections, and what `Debug` shows.

use core::task::Poll;

use async_duplex::listener::listen;
use async_duplex::Options;

use crate::common::accepted;
use crate::counting_waker::{as_poll, ready, CountingTask};

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
