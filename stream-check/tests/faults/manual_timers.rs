//! Timers without a clock: each ends when the test says so.

use core::future::Future;
use std::sync::{Arc, Mutex};

use futures::channel::oneshot::{channel, Sender};

/// The timers that have been started. A clone is the same set of timers.
#[derive(Clone, Default)]
pub(crate) struct ManualTimers(Arc<Mutex<Vec<Option<Sender<()>>>>>);

impl ManualTimers {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns a function that starts a timer.
    pub(crate) fn starter(&self) -> impl FnMut() -> Timer + Send + 'static {
        let timers = self.clone();
        move || {
            let (sender, receiver) = channel();
            timers.0.lock().unwrap().push(Some(sender));
            Box::pin(async move { receiver.await.expect("the test ends the timer") })
        }
    }

    /// Returns how many timers have been started.
    pub(crate) fn started(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Ends a timer. They are numbered from 1, in the order in which they were started.
    pub(crate) fn end(&self, number: usize) {
        let sender = self.0.lock().unwrap()[number - 1].take();
        // A timer that the stream has dropped needs no end.
        let _ = sender.expect("a timer ends once").send(());
    }
}

pub(crate) type Timer = core::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
