//! The end of a listener while a waker runs, and of a connection in the backlog.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Waker};
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use async_duplex::listener::{listen, Connector};

use crate::common::{accepted, fill, read_and_write};
use crate::counting_waker::failed;

/// A waker that connects when it is woken.
struct ConnectsOnWake {
    connector: Connector,
    /// The error of each connect, or `None` if it succeeded.
    errors: Mutex<Vec<Option<ErrorKind>>>,
}

impl Wake for ConnectsOnWake {
    fn wake(self: Arc<Self>) {
        let error = self.connector.try_connect().err();
        let kind = error.map(|error| error.kind());
        self.errors.lock().unwrap().push(kind);
    }
}

#[test]
fn a_connect_from_a_waker_during_the_drop_of_the_listener_is_refused() {
    let (listener, connector) = listen(8, 2);
    let mut clients = fill(&connector);
    let waking = Arc::new(ConnectsOnWake {
        connector: connector.clone(),
        errors: Mutex::default(),
    });
    let waker = Waker::from(waking.clone());
    let mut cx = Context::from_waker(&waker);
    let mut waiting = connector.connect();
    assert!(Pin::new(&mut waiting).poll(&mut cx).is_pending());
    for client in &mut clients {
        let mut reader = client.reader();
        let read = Pin::new(&mut reader).poll_read(&mut cx, &mut [0]);
        assert!(read.is_pending());
    }
    drop(listener);
    let errors = waking.errors.lock().unwrap();
    assert_eq!(*errors, [Some(ErrorKind::ConnectionRefused); 3]);
}

#[test]
fn b26_a_connection_that_a_handle_cuts_off_in_the_backlog_is_accepted_and_fails() {
    let (listener, connector) = listen(8, 1);
    let mut client = connector.try_connect().unwrap();
    client.try_write(b"hello").unwrap();
    client.abort_handle().abort(ErrorKind::InvalidData);
    let mut server = accepted(&listener);
    let cut_off = [failed(ErrorKind::InvalidData); 2];
    assert_eq!(read_and_write(&mut server), cut_off);
    // The listener's end does not replace it.
    drop((server, listener));
    assert_eq!(read_and_write(&mut client), cut_off);
}
