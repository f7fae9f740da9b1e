//! What each call must return, and who must have been woken.

use core::task::Poll;
use std::io::{ErrorKind, Result};

use async_duplex::listener::Address;
use async_duplex::DuplexStream;

use super::{Accepting, Ends, Polled, Queued, LABEL};

impl Ends {
    /// Checks the result of a connect, and sends the number of the connection.
    pub(super) fn connected(&mut self, result: Poll<Result<DuplexStream>>, labelled: bool) {
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
    pub(super) fn accepted(&mut self, result: Poll<Result<(DuplexStream, Option<Address>)>>) {
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

    /// Whatever waits and can make progress must have been woken. Of the connects, as many as the
    /// backlog has room for.
    pub(super) fn check_wakes(&self, accepting: &Accepting<'_>) {
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
    pub(super) fn refuse(&mut self) {
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
    pub(super) fn check_connections(&mut self) {
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
