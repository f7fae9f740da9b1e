//! What a server is told of the other end of a connection.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

/// The address of a listener or of a client: a number, or a label that the program has chosen.
///
/// [`accept`](super::Listener::accept) returns the address of the client, and
/// [`local_addr`](super::Listener::local_addr) that of the listener. Unless the program chooses
/// others, a listener has the number 0, and its accepted connections have the numbers 1, 2, 3 and
/// so on. Such numbers start anew in each listener, so that a test finds the same ones in every
/// run. [`Connector::with_address`](super::Connector::with_address) and
/// [`Listener::with_address`](super::Listener::with_address) choose labels.
///
/// An address is for servers that log their clients, or count the requests of each. It leads
/// nowhere: only a [`Connector`](super::Connector) can connect. Labels need not be unique. Cloning
/// an address allocates no memory.
///
/// ```
/// use async_duplex::listener::{listen, Address};
///
/// let (listener, connector) = listen(64, 16);
/// let _unnamed = connector.try_connect().unwrap();
/// let _alice = connector.with_address("alice").try_connect().unwrap();
///
/// let (_stream, address) = listener.try_accept().unwrap();
/// assert_eq!(address.to_string(), "memory:1");
/// let (_stream, address) = listener.try_accept().unwrap();
/// assert_eq!(address.to_string(), "alice");
/// assert_eq!(address, Address::from("alice"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Number(u64),
    Label(Arc<str>),
}

impl Address {
    pub(super) const fn numbered(number: u64) -> Self {
        Self(Repr::Number(number))
    }
}

impl From<&str> for Address {
    /// Makes an address of a label.
    fn from(label: &str) -> Self {
        Self(Repr::Label(label.into()))
    }
}

impl From<String> for Address {
    /// Makes an address of a label.
    fn from(label: String) -> Self {
        Self(Repr::Label(label.into()))
    }
}

/// Shows a label as it is, and a number as `memory:1`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(number) => f.pad(&alloc::format!("memory:{number}")),
            Repr::Label(label) => f.pad(label),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(_) => write!(f, "Address({self})"),
            Repr::Label(label) => write!(f, "Address({label:?})"),
        }
    }
}
