//! B21: a waker that panics when the listener is dropped harms no other client.

use core::panic::AssertUnwindSafe;
use core::task::{Context, Waker};
use std::io::ErrorKind;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::task::Wake;

use async_duplex::listener::listen;
use async_duplex::DuplexStream;

use crate::counting_waker::CountingTask;
use crate::{fill, kind_of, kinds_of, RESET};

const MESSAGE: &str = "the waker's own panic";

struct PanicsOnWake;

impl Wake for PanicsOnWake {
    fn wake(self: Arc<Self>) {
        panic!("{MESSAGE}");
    }
}

/// Every client reads. The waker of one of them panics when the listener is dropped, or when it is
/// dropped after it was closed.
#[test]
fn b21_every_client_in_the_backlog_is_reset_although_one_of_their_wakers_panics() {
    const BACKLOG: usize = 4;
    for closes_first in [false, true] {
        for panics in 0..BACKLOG {
            let (listener, connector) = listen(8, BACKLOG);
            let mut clients = fill(&connector);
            assert_eq!(clients.len(), BACKLOG);
            let task = CountingTask::new();
            for (i, client) in clients.iter_mut().enumerate() {
                let waker = if i == panics {
                    Waker::from(Arc::new(PanicsOnWake))
                } else {
                    task.waker()
                };
                let (reader, _) = DuplexStream::split(client);
                let read = reader.poll_read(&mut Context::from_waker(&waker), &mut [0]);
                assert!(read.is_pending());
            }
            if closes_first {
                listener.close();
            }
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(listener)));
            let panic = dropped.expect_err("the panic goes on to the caller");
            assert_eq!(*panic.downcast::<String>().unwrap(), MESSAGE);
            assert_eq!((task.wakes(), task.kept()), (BACKLOG - 1, 0), "{panics}");
            for client in &mut clients {
                assert_eq!(kinds_of(client), RESET, "{panics}");
            }
            let refused = connector.try_connect();
            assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused);
        }
    }
}
