//! The ends of all connections, the calls of an input, and the model: a queue of connections.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::collections::VecDeque;
use std::io::{ErrorKind, Result};

use async_duplex::listener::{Address, Connector, Incoming, Listener};
use async_duplex::DuplexStream;
use futures::Stream;

use crate::polled::Polled;
use crate::support::inputs::Rarely;
use crate::Op;

const LABEL: &str = "labelled";

/// A connection in the backlog.
struct Queued {
    number: u8,
    labelled: bool,
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// The model of the listener, and all other ends that exist.
pub(crate) struct Ends {
    backlog: usize,
    queue: VecDeque<Queued>,
    is_closed: bool,
    /// How many connections without a label were accepted.
    numbered: usize,
    connectors: Vec<Connector>,
    connects: Vec<(Polled<Boxed<'static, DuplexStream>>, bool)>,
    /// The clients by their numbers.
    clients: Vec<Option<DuplexStream>>,
    /// The servers, with the numbers of their clients.
    servers: Vec<(u8, DuplexStream)>,
}

/// What waits for connections.
#[derive(Default)]
struct Accepting<'a> {
    accepts: Vec<Polled<Boxed<'a, (DuplexStream, Address)>>>,
    incoming: Vec<Polled<Incoming<'a>>>,
}

/// An element of `of`, if there is one.
fn index<T>(of: &[T], number: u8) -> Option<usize> {
    usize::from(number).checked_rem(of.len())
}

impl Ends {
    pub(crate) fn new(backlog: usize, connector: Connector) -> Self {
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
            true => connector.with_address(LABEL),
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

    pub(crate) fn run_listening(&mut self, listener: &Listener, ops: &[Op]) {
        let mut accepting = Accepting::default();
        for op in first(ops) {
            self.step_listening(listener, &mut accepting, op);
            self.check_wakes(&accepting);
        }
        accepting.accepts.into_iter().for_each(Polled::drop);
        accepting.incoming.into_iter().for_each(Polled::drop);
    }

    pub(crate) fn run_owned(&mut self, incoming: Incoming<'static>, ops: &[Op]) {
        let mut accepting = Accepting::default();
        accepting.incoming.push(Polled::new(incoming));
        for op in first(ops) {
            match op {
                Op::PollIncoming(_) => self.poll_incoming(&mut accepting.incoming[0]),
                op => self.step(op),
            }
            self.check_wakes(&accepting);
        }
        accepting.incoming.into_iter().for_each(Polled::drop);
    }

    /// Goes on after the listener is gone.
    pub(crate) fn run_alone(mut self, ops: &[Op]) {
        self.refuse();
        for op in first(ops) {
            self.step(op);
            self.check_wakes(&Accepting::default());
        }
        self.check_connections();
        self.connects
            .into_iter()
            .for_each(|(connect, _)| connect.drop());
    }

    /// Makes a call that needs no listener.
    fn step(&mut self, op: &Op) {
        match *op {
            Op::TryConnect { labelled } => {
                if let Some(connector) = self.connector(labelled) {
                    self.connected(try_as_poll(connector.try_connect()), labelled);
                }
            }
            Op::Connect { labelled } => {
                if let Some(connector) = self.connector(labelled) {
                    let connect = Box::pin(async move { connector.connect().await });
                    self.connects.push((Polled::new(connect), labelled));
                    self.poll_connect(self.connects.len() - 1);
                }
            }
            Op::PollConnect(number) => {
                if let Some(i) = index(&self.connects, number) {
                    self.poll_connect(i);
                }
            }
            Op::DropConnect(number) => {
                if let Some(i) = index(&self.connects, number) {
                    self.connects.swap_remove(i).0.drop();
                }
            }
            Op::DropConnector(Rarely(true)) => {
                self.connectors.pop();
            }
            Op::DropClient(number) => {
                if let Some(i) = index(&self.clients, number) {
                    self.clients[i] = None;
                }
            }
            _ => {}
        }
    }

    fn poll_connect(&mut self, i: usize) {
        let (connect, labelled) = &mut self.connects[i];
        let result = connect.poll(|connect, cx| connect.as_mut().poll(cx));
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
        accepting: &mut Accepting<'a>,
        op: &Op,
    ) {
        match *op {
            Op::TryAccept => {
                let accepted = try_as_poll(listener.try_accept());
                self.accepted(accepted.map_ok(|(stream, address)| (stream, Some(address))));
            }
            Op::Accept => {
                let accept = Polled::new(Box::pin(listener.accept()) as Boxed<_>);
                accepting.accepts.push(accept);
                self.poll_accept(&mut accepting.accepts, None);
            }
            Op::PollAccept(number) => self.poll_accept(&mut accepting.accepts, Some(number)),
            Op::DropAccept(number) => {
                if let Some(i) = index(&accepting.accepts, number) {
                    accepting.accepts.swap_remove(i).drop();
                }
            }
            Op::Incoming => accepting.incoming.push(Polled::new(listener.incoming())),
            Op::PollIncoming(number) => {
                if let Some(i) = index(&accepting.incoming, number) {
                    self.poll_incoming(&mut accepting.incoming[i]);
                }
            }
            Op::DropIncoming(number) => {
                if let Some(i) = index(&accepting.incoming, number) {
                    accepting.incoming.swap_remove(i).drop();
                }
            }
            Op::Close(Rarely(true)) => {
                listener.close();
                self.is_closed = true;
            }
            _ => self.step(op),
        }
        assert_eq!(listener.is_closed(), self.is_over());
    }

    /// Polls the accept with this number, or the latest.
    fn poll_accept(
        &mut self,
        accepts: &mut Vec<Polled<Boxed<'_, (DuplexStream, Address)>>>,
        number: Option<u8>,
    ) {
        let latest = accepts.len().checked_sub(1);
        let Some(i) = number.map_or(latest, |number| index(accepts, number)) else {
            return;
        };
        let result = accepts[i].poll(|accept, cx| accept.as_mut().poll(cx));
        let is_ready = result.is_ready();
        self.accepted(result.map_ok(|(stream, address)| (stream, Some(address))));
        if is_ready {
            accepts.swap_remove(i).drop();
        }
    }

    fn poll_incoming(&mut self, incoming: &mut Polled<Incoming<'_>>) {
        let next = incoming.poll(|incoming, cx| Pin::new(incoming).poll_next(cx));
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

/// Not more operations than connections whose numbers fit in a byte.
fn first(ops: &[Op]) -> impl Iterator<Item = &Op> {
    ops.iter().take(80)
}
