//! Threads that connect while the backlog is full, and connections that are cut off in the backlog.

use std::io::ErrorKind;
use std::sync::Barrier;
use std::thread;

use async_duplex::listener::listen;
use futures::executor::block_on;

use crate::deadline::within;
use crate::task::{failed, tried};
use crate::{wrong_checksum, DEADLINE};

const THREADS: usize = 8;

#[test]
fn eight_threads_that_connect_to_a_full_backlog_are_refused_or_reset_when_it_is_dropped() {
    for round in 0..200 {
        let (listener, connector) = listen(8, 1);
        let mut queued = connector.try_connect().unwrap();
        let start = Barrier::new(THREADS + 1);
        let connect = || {
            start.wait();
            match block_on(connector.connect()) {
                Err(error) => error.kind(),
                // The backlog had room, so the connection was in it when the listener was dropped.
                Ok(client) => {
                    let (mut reader, mut writer) = client.split();
                    let read = block_on(reader.readable(1)).unwrap_err().kind();
                    assert_eq!(block_on(writer.writable(1)).unwrap_err().kind(), read);
                    read
                }
            }
        };
        let ends = within(DEADLINE, || {
            thread::scope(|scope| {
                let clients = [(); THREADS].map(|()| scope.spawn(connect));
                start.wait();
                for _ in 0..round % 8 {
                    thread::yield_now();
                }
                // In every other round there is room for one more at the last moment.
                let accepted = (round % 2 == 0).then(|| listener.try_accept().unwrap());
                drop(listener);
                drop(accepted);
                clients.map(|client| client.join().unwrap())
            })
        });
        let is_answer = |kind: &ErrorKind| {
            let reset = *kind == ErrorKind::ConnectionReset;
            reset || *kind == ErrorKind::ConnectionRefused
        };
        assert!(ends.iter().all(is_answer), "{ends:?}");
        if round % 2 == 1 {
            let refused = [ErrorKind::ConnectionRefused; THREADS];
            assert_eq!(ends, refused, "the backlog was full all the time");
            assert_eq!(
                queued.try_read(&mut [0]).unwrap_err().kind(),
                ErrorKind::ConnectionReset
            );
        }
    }
}

#[test]
fn b26_a_connection_that_a_handle_cuts_off_in_the_backlog_is_accepted_and_fails() {
    let (listener, connector) = listen(8, 1);
    let mut client = connector.try_connect().unwrap();
    client.try_write(b"hello").unwrap();
    client.abort_handle().abort(wrong_checksum());
    let (mut server, _) = listener.try_accept().unwrap();
    let error = failed(wrong_checksum());
    assert_eq!(tried(server.reader().peek(&mut [0; 8])), error);
    assert_eq!(tried(server.try_read(&mut [0; 8])), error);
    assert_eq!(tried(server.try_write(b"x")), error);
    // The listener's end does not replace it.
    drop(server);
    drop(listener);
    assert_eq!(tried(client.try_read(&mut [0; 8])), error);
}
