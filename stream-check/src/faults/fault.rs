//! One fault: what it counts, when it is due and what it does.

use super::counter::Counter;
use std::io::ErrorKind;

/// The kinds of calls. Their numbers are indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Read,
    Write,
    Flush,
    Close,
}

/// What a fault counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Operations,
    Reads,
    BytesRead,
    BytesWritten,
}

/// What a fault does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Error(ErrorKind),
    Eof,
}

impl Effect {
    #[track_caller]
    pub(super) fn error(kind: ErrorKind) -> Self {
        assert!(
            !matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted),
            "a poll may not fail with {kind:?}"
        );
        Self::Error(kind)
    }
}

#[derive(Debug)]
pub(super) struct Fault {
    pub(super) counted: Counted,
    pub(super) counter: Counter,
    pub(super) effect: Effect,
}

impl Fault {
    /// Whether the fault can fire in a call with buffers of `len` bytes.
    pub(super) fn applies_to(&self, call: Call, len: usize) -> bool {
        match self.counted {
            Counted::Operations => true,
            Counted::Reads => call == Call::Read,
            Counted::BytesRead => call == Call::Read && len > 0,
            Counted::BytesWritten => call == Call::Write && len > 0,
        }
    }

    pub(super) fn counts_bytes(&self) -> bool {
        matches!(self.counted, Counted::BytesRead | Counted::BytesWritten)
    }

    /// Counts operations of one kind and the bytes that they moved.
    pub(super) fn count(&self, call: Call, operations: usize, bytes: usize) {
        match (self.counted, call) {
            (Counted::Operations, _) | (Counted::Reads, Call::Read) => self.counter.add(operations),
            (Counted::BytesRead, Call::Read) | (Counted::BytesWritten, Call::Write) => {
                self.counter.add(bytes);
            }
            _ => {}
        }
    }

    /// The message of the error.
    pub(super) fn message(&self) -> String {
        let n = self.counter.allowed();
        match self.counted {
            // No error counts reads.
            Counted::Operations | Counted::Reads => {
                format!("injected fault at operation {}", n + 1)
            }
            Counted::BytesRead => format!("injected fault after {n} bytes read"),
            Counted::BytesWritten => format!("injected fault after {n} bytes written"),
        }
    }
}
