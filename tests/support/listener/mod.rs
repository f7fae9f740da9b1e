//! Random calls of a listener and its connectors, with futures and streams that are polled, left
//! alone and dropped in any order, compared with a model.
//!
//! The model is a queue of connections. A future that waits must have been woken as soon as it can
//! make progress.
//!
//! `tests/listener` and the fuzz target `listener` run it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

mod checks;
mod polled;

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::collections::VecDeque;
use std::io::{ErrorKind, Result};

use async_duplex::listener::{listen, Accept, Connector, Incoming, Listener};
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
