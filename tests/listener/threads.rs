//! Listeners and connectors on several threads: no connection is lost, doubled or left hanging.

use core::future::Future;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::sync::Barrier;
use std::thread;

use async_duplex::listener::listen;
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt};

use crate::common::poll;
use crate::counting_waker::CountingTask;
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

/// Polls a future once, and drops it if it is pending.
fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    match poll(&CountingTask::new(), &mut future) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn dropped_accepts_and_connects_lose_no_connection_and_leave_none() {
    const EACH: usize = 500;
    for backlog in [1, 2, 3] {
        let accepted = within(DEADLINE, || {
            let (listener, connector) = listen(8, backlog);
            // Every second future is dropped if its first poll is pending. The others are awaited.
            let connect = |first: usize| {
                let connector = connector.clone();
                move || {
                    for number in first..first + EACH {
                        let client = match number % 2 {
                            0 => block_on(connector.connect()),
                            _ => loop {
                                match poll_once(connector.connect()) {
                                    Some(result) => break result,
                                    None => thread::yield_now(),
                                }
                            },
                        };
                        let mut client = client.unwrap();
                        block_on(client.write_all(&number.to_le_bytes())).unwrap();
                    }
                }
            };
            let clients = [0, EACH].map(|first| thread::spawn(connect(first)));
            drop(connector);
            let mut accepted = Vec::new();
            loop {
                let server = match accepted.len() % 2 {
                    0 => block_on(listener.accept()),
                    _ => match poll_once(listener.accept()) {
                        Some(result) => result,
                        None => {
                            thread::yield_now();
                            continue;
                        }
                    },
                };
                let Ok((mut server, _)) = server else { break };
                let mut number = [0; 8];
                block_on(server.read_exact(&mut number)).unwrap();
                accepted.push(usize::from_le_bytes(number));
            }
            clients
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
            accepted
        });
        // The connections of each thread come in order, each of them once.
        let (low, high): (Vec<_>, Vec<_>) = accepted.into_iter().partition(|n| *n < EACH);
        assert!(low.into_iter().eq(0..EACH));
        assert!(high.into_iter().eq(EACH..2 * EACH));
    }
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
