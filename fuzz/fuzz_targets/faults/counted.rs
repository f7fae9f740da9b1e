//! The model of a fault: what it counts, and whether it is due.

use std::io::ErrorKind;

use crate::settings::Fault;

/// The kinds of calls. Their numbers are indices.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    Write,
    Flush,
    Close,
}

/// A fault, and how many operations or bytes have passed of those that it counts.
pub(crate) struct Counted {
    fault: Fault,
    pub(crate) kind: ErrorKind,
    passed: usize,
    fired: bool,
}

impl Counted {
    pub(crate) fn new(fault: Fault, kind: ErrorKind) -> Self {
        Self {
            fault,
            kind,
            passed: 0,
            fired: false,
        }
    }

    pub(crate) fn counts_bytes(&self) -> bool {
        !matches!(self.fault, Fault::FailAt(_) | Fault::EofAtRead(_))
    }

    pub(crate) fn is_eof(&self) -> bool {
        matches!(self.fault, Fault::EofAtRead(_) | Fault::EofAfterBytes(_))
    }

    /// Fires the fault in a call of `len` bytes if it is due, and returns `None`. Otherwise returns
    /// how many bytes may be moved before it is due.
    pub(crate) fn fire(&mut self, call: Call, len: usize) -> Option<usize> {
        let (applies, allowed) = match self.fault {
            Fault::FailAt(operation) => (true, operation.0 - 1),
            Fault::EofAtRead(read) => (call == Call::Read, read.0 - 1),
            Fault::FailAfterBytesRead(n) | Fault::EofAfterBytes(n) => {
                (call == Call::Read && len > 0, n.0)
            }
            Fault::FailAfterBytesWritten(n) => (call == Call::Write && len > 0, n.0),
        };
        if !applies || self.fired {
            return Some(usize::MAX);
        }
        let left = allowed.saturating_sub(self.passed);
        self.fired = left == 0;
        match self.counts_bytes() {
            _ if self.fired => None,
            true => Some(left),
            false => Some(usize::MAX),
        }
    }

    pub(crate) fn count(&mut self, call: Call, operations: usize, bytes: usize) {
        self.passed += match (self.fault, call) {
            (Fault::FailAt(_), _) | (Fault::EofAtRead(_), Call::Read) => operations,
            (Fault::FailAfterBytesRead(_) | Fault::EofAfterBytes(_), Call::Read)
            | (Fault::FailAfterBytesWritten(_), Call::Write) => bytes,
            _ => 0,
        };
    }
}
