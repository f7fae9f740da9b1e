//! Listeners and connectors on several threads: no connection is lost, doubled or left hanging.
//! What they share is a channel of the crate `async-channel`.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::sync::Barrier;
use std::thread;

use async_duplex::listener::listen;
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::deadline::within;
use crate::DEADLINE;

#[test]
fn several_threads_can_accept_from_one_listener_and_each_connection_has_a_number() {
    const CLIENTS: usize = 1000;
    let accepted = within(DEADLINE, || {
        let (listener, connector) = listen(8, 2);
        let accept_all = || {
            let mut accepted = Vec::new();
            while let Ok((mut stream, address)) = block_on(listener.accept()) {
                let mut number = [0; 8];
                block_on(stream.read_exact(&mut number)).unwrap();
                accepted.push((usize::from_le_bytes(number), address.to_string()));
            }
            accepted
        };
        thread::scope(|scope| {
            let threads = [(); 3].map(|()| scope.spawn(accept_all));
            for number in 0..CLIENTS {
                let mut client = block_on(connector.connect()).unwrap();
                block_on(client.write_all(&number.to_le_bytes())).unwrap();
            }
            drop(connector);
            threads.map(|thread| thread.join().unwrap()).concat()
        })
    });
    let (numbers, addresses): (HashSet<_>, HashSet<_>) = accepted.into_iter().unzip();
    assert_eq!(numbers, (0..CLIENTS).collect());
    let expected = (1..=CLIENTS).map(|number| format!("memory:{number}"));
    assert_eq!(addresses, expected.collect());
}

#[test]
fn every_client_gets_an_answer_when_the_listener_is_dropped() {
    const THREADS: usize = 3;
    for round in 0..200 {
        let (listener, connector) = listen(8, 1 + round % 3);
        let greeted = AtomicUsize::new(0);
        let refused = AtomicUsize::new(0);
        let start = Barrier::new(THREADS + 1);
        let connect = || {
            start.wait();
            loop {
                match block_on(connector.connect()) {
                    Ok(mut client) => match block_on(client.read(&mut [0])) {
                        Ok(n) => {
                            assert_eq!(n, 1);
                            greeted.fetch_add(1, Ordering::Relaxed)
                        }
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                            continue;
                        }
                    },
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
                        refused.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                };
            }
        };
        within(DEADLINE, || {
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(connect);
                }
                start.wait();
                for _ in 0..round {
                    let (mut server, _) = block_on(listener.accept()).unwrap();
                    block_on(server.write_all(b"x")).unwrap();
                }
                drop(listener);
            });
        });
        assert_eq!(greeted.into_inner(), round);
        assert_eq!(refused.into_inner(), THREADS);
    }
}
