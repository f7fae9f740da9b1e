//! B21: a waker that panics when the listener is dropped does not affect other clients.

use core::panic::AssertUnwindSafe;
use core::task::{Context, Waker};
use std::io::ErrorKind;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::task::Wake;

use async_duplex::listener::listen;

use crate::common::{fill, kind_of, read_and_write, RESET};
use crate::counting_waker::CountingTask;

const MESSAGE: &str = "the waker's own panic";

struct PanicsOnWake;

impl Wake for PanicsOnWake {
    fn wake(self: Arc<Self>) {
        panic!("{MESSAGE}");
    }
}

/// Every client waits in a read, and the waker of one of them panics. The listener is dropped, or
/// first closed and then dropped.
#[test]
fn b21_dropping_the_listener_resets_every_client_although_a_waker_panics() {
    const BACKLOG: usize = 4;
    for closes_first in [false, true] {
        for panics in 0..BACKLOG {
            let (listener, connector) = listen(8, BACKLOG);
            let mut clients = fill(&connector);
            assert_eq!(clients.len(), BACKLOG);
            let task = CountingTask::new();
            for (i, client) in clients.iter_mut().enumerate() {
                let waker = match i == panics {
                    true => Waker::from(Arc::new(PanicsOnWake)),
                    false => task.waker(),
                };
                let cx = &mut Context::from_waker(&waker);
                assert!(client.reader().poll_read(cx, &mut [0]).is_pending());
            }
            if closes_first {
                listener.close();
            }
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(listener)));
            let panic = dropped.expect_err("the panic reaches the caller");
            assert_eq!(*panic.downcast::<String>().unwrap(), MESSAGE);
            assert_eq!(task.state(), (BACKLOG - 1, 0), "{panics}");
            for client in &mut clients {
                assert_eq!(read_and_write(client), RESET, "{panics}");
            }
            let refused = connector.try_connect();
            assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused);
        }
    }
}
