//! The calls of a trial, so that a failure can show them.

use core::any::Any;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// The first and the last calls that are kept.
const FIRST: usize = 8;
const LAST: usize = 10;

#[derive(Default)]
struct Calls {
    /// Each call with its result, and how often it was made in a row with that result.
    kept: Vec<(String, usize)>,
    /// How many calls were left out behind the first ones.
    omitted: usize,
    /// The call that has not returned.
    open: Option<String>,
    panic: Option<String>,
}

impl Calls {
    /// Notes how the open call has ended, if there is one.
    fn end(&mut self, result: &str) {
        let Some(call) = self.open.take() else { return };
        let call = call + result;
        match self.kept.last_mut() {
            Some((last, times)) if *last == call => *times += 1,
            _ => self.kept.push((call, 1)),
        }
        if self.kept.len() > FIRST + LAST {
            self.omitted += self.kept.remove(FIRST).1;
        }
    }
}

/// The calls since the pair was made. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Calls>>);

impl Trace {
    fn calls(&self) -> std::sync::MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the calls: a new pair begins.
    pub(crate) fn clear(&self) {
        *self.calls() = Calls::default();
    }

    /// Notes that a call begins, so that one that never returns is seen.
    pub(crate) fn begin(&self, call: String) {
        self.calls().open = Some(call);
    }

    /// Notes what the open call has returned.
    pub(crate) fn end(&self, result: &str) {
        self.calls().end(result);
    }

    /// Notes a panic. It fails the check, whatever that has seen besides.
    pub(crate) fn panicked(&self, panic: &(dyn Any + Send)) {
        let calls = &mut *self.calls();
        calls.panic.get_or_insert_with(|| message(panic));
        calls.end(" panicked");
    }

    pub(crate) fn panic(&self) -> Option<String> {
        self.calls().panic.clone()
    }

    /// The calls, one a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let calls = self.calls();
        let line = |(call, times): &(String, usize)| match times {
            1 => call.clone(),
            _ => format!("{call}, {times} times"),
        };
        let mut lines: Vec<_> = calls.kept.iter().map(line).collect();
        if calls.omitted > 0 {
            lines.insert(FIRST, format!("… calls left out: {} …", calls.omitted));
        }
        lines.extend(
            calls
                .open
                .as_ref()
                .map(|call| format!("{call} did not return")),
        );
        lines
    }
}

pub(crate) fn describe(error: &io::Error) -> String {
    format!("{:?}: {error}", error.kind())
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".into())
}
