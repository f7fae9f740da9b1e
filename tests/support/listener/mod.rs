//! Random calls of a listener and its connectors, with futures and streams that are polled, left
//! alone and dropped in any order, compared with a model.
//!
//! The model is a queue of connections. A future that waits must have been woken as soon as it can
//! make progress.
//!
//! `tests/listener` and the fuzz target `listener` run it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

mod polled;

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::collections::VecDeque;
use std::io::{ErrorKind, Result};

use async_duplex::listener::{listen, Accept, Address, Connector, Incoming, Listener};
use async_duplex::DuplexStream;
use futures::future::FusedFuture;
use futures::stream::{FusedStream, Stream};
use polled::Polled;

/// Random bytes choose each call, and the future, stream or connection, modulo how many there are.
pub(crate) type Steps = Vec<[u8; 2]>;

/// Makes calls while there is a listener, while there is the stream that owns it, if there is one,
/// and when both are gone.
pub(crate) fn run(backlog: usize, listening: &Steps, owned: Option<&Steps>, gone: &Steps) {
    let backlog = 1 + backlog % 8;
    let (listener, connector) = listen(4, backlog);
    let mut ends = Ends::new(backlog, connector);
    ends.run_listening(&listener, listening);
    match owned {
        Some(steps) => ends.run_owned(listener.into_incoming(), steps),
        None => drop(listener),
    }
    ends.run_alone(gone);
}

const LABEL: &str = "labelled";

/// A connection in the backlog.
struct Queued {
    number: u8,
    labelled: bool,
}

type Connecting = Pin<Box<dyn Future<Output = Result<DuplexStream>>>>;

/// The model of the listener, and all other ends that exist.
struct Ends {
    backlog: usize,
    queue: VecDeque<Queued>,
    is_closed: bool,
    /// How many connections without a label were accepted.
    numbered: usize,
    connectors: Vec<Connector>,
    connects: Vec<(Polled<Connecting>, bool)>,
    /// The clients by their numbers.
    clients: Vec<Option<DuplexStream>>,
    /// The servers, with the numbers of their clients.
    servers: Vec<(u8, DuplexStream)>,
}

/// What waits for connections.
#[derive(Default)]
struct Accepting<'a> {
    accepts: Vec<Polled<Accept<'a>>>,
    incoming: Vec<Polled<Incoming<'a>>>,
}

/// The first kind of the calls that need a listener.
const LISTENING: u8 = 120;

/// An element of `of`, if there is one.
fn index<T>(of: &[T], number: u8) -> Option<usize> {
    usize::from(number / 2).checked_rem(of.len())
}

/// One of the two tasks that poll.
fn task(number: u8) -> usize {
    usize::from(number % 2)
}

impl Ends {
    fn new(backlog: usize, connector: Connector) -> Self {
        Self {
            backlog,
            queue: VecDeque::new(),
            is_closed: false,
            numbered: 0,
            connectors: vec![connector.clone(), connector],
            connects: Vec::new(),
            clients: Vec::new(),
            servers: Vec::new(),
        }
    }

    fn free(&self) -> usize {
        self.backlog - self.queue.len()
    }

    /// Whether an accept that finds no connection fails.
    fn is_over(&self) -> bool {
        self.is_closed || (self.connectors.is_empty() && self.connects.is_empty())
    }

    fn connector(&self, labelled: bool) -> Option<Connector> {
        let connector = self.connectors.first()?.clone();
        Some(match labelled {
            true => connector.with_address("another").with_address(LABEL),
            false => connector,
        })
    }

    /// Checks the result of a connect, and sends the number of the connection.
    fn connected(&mut self, result: Poll<Result<DuplexStream>>, labelled: bool) {
        if self.is_closed {
            let kind = result.map_err(|error| error.kind()).map_ok(drop);
            assert_eq!(kind, Poll::Ready(Err(ErrorKind::ConnectionRefused)));
        } else if self.free() == 0 {
            assert!(result.is_pending());
        } else {
            let Poll::Ready(Ok(mut client)) = result else {
                panic!("no connection, with a backlog that is not full: {result:?}");
            };
            let number = self.clients.len() as u8;
            assert_eq!(client.try_write(&[number]).unwrap(), 1);
            self.clients.push(Some(client));
            self.queue.push_back(Queued { number, labelled });
        }
    }

    /// Checks the result of an accept, and receives the number of the connection.
    fn accepted(&mut self, result: Poll<Result<(DuplexStream, Option<Address>)>>) {
        let Some(queued) = self.queue.pop_front() else {
            let kind = result.map_err(|error| error.kind()).map_ok(drop);
            let expected = match self.is_over() {
                true => Poll::Ready(Err(ErrorKind::NotConnected)),
                false => Poll::Pending,
            };
            assert_eq!(kind, expected);
            return;
        };
        let Poll::Ready(Ok((mut server, address))) = result else {
            panic!("a connection is not accepted: {result:?}");
        };
        if let Some(address) = address {
            self.numbered += usize::from(!queued.labelled);
            let expected = match queued.labelled {
                true => LABEL.to_owned(),
                false => format!("memory:{}", self.numbered),
            };
            assert_eq!(address.to_string(), expected);
        }
        let mut number = [0; 2];
        assert_eq!(server.try_read(&mut number).unwrap(), 1);
        assert_eq!(number[0], queued.number);
        if let Some(client) = &self.clients[usize::from(queued.number)] {
            assert!(server.is_peer_of(client));
        }
        self.servers.push((queued.number, server));
    }

    fn run_listening(&mut self, listener: &Listener, steps: &Steps) {
        let mut accepting = Accepting::default();
        for step in first(steps) {
            self.step_listening(listener, &mut accepting, step);
            self.check_wakes(&accepting);
        }
        accepting.accepts.into_iter().for_each(Polled::drop);
        accepting.incoming.into_iter().for_each(Polled::drop);
    }

    fn run_owned(&mut self, incoming: Incoming<'static>, steps: &Steps) {
        let mut accepting = Accepting::default();
        accepting.incoming.push(Polled::new(incoming));
        for step in first(steps) {
            match step {
                [LISTENING..=255, number] => self.poll_incoming(&mut accepting.incoming[0], number),
                _ => self.step(step),
            }
            self.check_wakes(&accepting);
        }
        accepting.incoming.into_iter().for_each(Polled::drop);
    }

    /// Goes on after the listener is gone.
    fn run_alone(mut self, steps: &Steps) {
        self.refuse();
        for step in first(steps) {
            self.step(step);
            self.check_wakes(&Accepting::default());
        }
        self.check_connections();
        self.connects
            .into_iter()
            .for_each(|(connect, _)| connect.drop());
    }

    /// Makes a call that needs no listener.
    fn step(&mut self, [kind, number]: [u8; 2]) {
        let labelled = number % 2 == 0;
        match kind {
            0..=39 => {
                if let Some(connector) = self.connector(labelled) {
                    self.connected(try_as_poll(connector.try_connect()), labelled);
                }
            }
            40..=79 => {
                if let Some(connector) = self.connector(labelled) {
                    let connect = Box::pin(async move { connector.connect().await });
                    self.connects.push((Polled::new(connect), labelled));
                    self.poll_connect(self.connects.len() - 1, number);
                }
            }
            80..=99 => {
                if let Some(i) = index(&self.connects, number) {
                    self.poll_connect(i, number);
                }
            }
            100..=109 => {
                if let Some(i) = index(&self.connects, number) {
                    self.connects.swap_remove(i).0.drop();
                }
            }
            110..=117 => {
                if let Some(i) = index(&self.clients, number) {
                    self.clients[i] = None;
                }
            }
            118..=119 => drop(self.connectors.pop()),
            LISTENING.. => {}
        }
    }

    fn poll_connect(&mut self, i: usize, number: u8) {
        let (connect, labelled) = &mut self.connects[i];
        let result = connect.poll(task(number), |connect, cx| connect.as_mut().poll(cx));
        let (is_ready, labelled) = (result.is_ready(), *labelled);
        self.connected(result, labelled);
        if is_ready {
            self.connects.swap_remove(i).0.drop();
        }
    }

    /// Makes a call of a listener.
    fn step_listening<'a>(
        &mut self,
        listener: &'a Listener,
        Accepting { accepts, incoming }: &mut Accepting<'a>,
        [kind, number]: [u8; 2],
    ) {
        match kind {
            0..LISTENING => self.step([kind, number]),
            120..=149 => {
                let accepted = try_as_poll(listener.try_accept());
                self.accepted(accepted.map_ok(|(stream, address)| (stream, Some(address))));
            }
            150..=179 => {
                accepts.push(Polled::new(listener.accept()));
                self.poll_accept(accepts, accepts.len() - 1, number);
            }
            180..=204 => {
                if let Some(i) = index(accepts, number) {
                    self.poll_accept(accepts, i, number);
                }
            }
            205..=214 => {
                if let Some(i) = index(accepts, number) {
                    accepts.swap_remove(i).drop();
                }
            }
            215..=224 => incoming.push(Polled::new(listener.incoming())),
            225..=244 => {
                if let Some(i) = index(incoming, number) {
                    self.poll_incoming(&mut incoming[i], number);
                }
            }
            245..=253 => {
                if let Some(i) = index(incoming, number) {
                    incoming.swap_remove(i).drop();
                }
            }
            254..=255 => {
                listener.close();
                self.is_closed = true;
            }
        }
        assert_eq!(listener.is_closed(), self.is_over());
    }

    fn poll_accept(&mut self, accepts: &mut Vec<Polled<Accept<'_>>>, i: usize, number: u8) {
        let result = accepts[i].poll(task(number), |accept, cx| Pin::new(accept).poll(cx));
        let is_ready = result.is_ready();
        assert_eq!(accepts[i].polls.is_terminated(), is_ready);
        self.accepted(result.map_ok(|(stream, address)| (stream, Some(address))));
        if is_ready {
            accepts.swap_remove(i).drop();
        }
    }

    fn poll_incoming(&mut self, incoming: &mut Polled<Incoming<'_>>, number: u8) {
        let next = incoming.poll(task(number), |incoming, cx| {
            Pin::new(incoming).poll_next(cx)
        });
        let has_ended = matches!(next, Poll::Ready(None));
        assert_eq!(incoming.polls.is_terminated(), has_ended);
        let ended = || Err(ErrorKind::NotConnected.into());
        let result = next.map(|next| next.unwrap_or_else(ended));
        self.accepted(result.map_ok(|stream| (stream, None)));
    }

    /// Whatever waits and can make progress must have been woken. Of the connects, as many as the
    /// backlog has room for.
    fn check_wakes(&self, accepting: &Accepting<'_>) {
        if !self.queue.is_empty() || self.is_over() {
            assert!(accepting.accepts.iter().all(Polled::may_go_on));
            assert!(accepting.incoming.iter().all(Polled::may_go_on));
        }
        let connects = || self.connects.iter().map(|(connect, _)| connect);
        let waiting = connects().filter(|connect| connect.waits()).count();
        let woken = connects().filter(|connect| connect.is_woken()).count();
        let room = match self.is_closed {
            true => waiting,
            false => self.free(),
        };
        let least = room.min(waiting);
        assert!(
            woken >= least,
            "{woken} of {waiting} woken, room for {room}"
        );
        for connector in &self.connectors {
            assert_eq!(connector.is_closed(), self.is_closed);
        }
    }

    /// The listener is gone: it has reset the connections in the backlog.
    fn refuse(&mut self) {
        self.is_closed = true;
        for queued in self.queue.drain(..) {
            if let Some(mut client) = self.clients[usize::from(queued.number)].take() {
                let read = client.try_read(&mut [0]).unwrap_err().kind();
                let written = client.try_write(&[0]).unwrap_err().kind();
                assert_eq!([read, written], [ErrorKind::ConnectionReset; 2]);
            }
        }
    }

    /// The connections that were accepted continue.
    fn check_connections(&mut self) {
        for (number, server) in &mut self.servers {
            if let Some(client) = &mut self.clients[usize::from(*number)] {
                assert_eq!(server.try_write(&[*number]).unwrap(), 1);
                let mut got = [0; 2];
                assert_eq!(client.try_read(&mut got).unwrap(), 1);
                assert_eq!(got[0], *number);
            }
        }
    }
}

/// The result of a call that does not wait as that of a poll: `WouldBlock` is `Pending`.
fn try_as_poll<T>(result: Result<T>) -> Poll<Result<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// Not more calls than connections whose numbers fit in a byte.
fn first(steps: &Steps) -> impl Iterator<Item = [u8; 2]> + '_ {
    steps.iter().copied().take(80)
}
