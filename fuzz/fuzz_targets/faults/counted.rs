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
    pub(crate) fault: Fault,
    pub(crate) kind: ErrorKind,
    pub(crate) passed: usize,
    pub(crate) fired: bool,
}

impl Counted {
    pub(crate) fn new(fault: Fault, kind: ErrorKind) -> Self {
        let (passed, fired) = (0, false);
        Self {
            fault,
            kind,
            passed,
            fired,
        }
    }

    pub(crate) fn counts_bytes(&self) -> bool {
        !matches!(self.fault, Fault::FailAt(_) | Fault::EofAtRead(_))
    }

    pub(crate) fn is_eof(&self) -> bool {
        matches!(self.fault, Fault::EofAtRead(_) | Fault::EofAfterBytes(_))
    }

    /// How many operations or bytes pass before the fault, if it counts those of this call.
    fn allowed(&self, call: Call) -> Option<usize> {
        match (self.fault, call) {
            (Fault::FailAt(n), _) | (Fault::EofAtRead(n), Call::Read) => Some(n.0 - 1),
            (Fault::FailAfterBytesRead(n) | Fault::EofAfterBytes(n), Call::Read)
            | (Fault::FailAfterBytesWritten(n), Call::Write) => Some(n.0),
            _ => None,
        }
    }

    /// Fires the fault in a call of `len` bytes if it is due, and returns `None`. Otherwise returns
    /// how many bytes may be moved before it is due.
    pub(crate) fn fire(&mut self, call: Call, len: usize) -> Option<usize> {
        match self.allowed(call) {
            Some(allowed) if !self.fired && (len > 0 || !self.counts_bytes()) => {
                self.fired = self.passed >= allowed;
                let left = if self.counts_bytes() {
                    allowed
                } else {
                    usize::MAX
                };
                (!self.fired).then(|| left - self.passed)
            }
            _ => Some(usize::MAX),
        }
    }

    pub(crate) fn count(&mut self, call: Call, operations: usize, bytes: usize) {
        if self.allowed(call).is_some() {
            self.passed += [operations, bytes][usize::from(self.counts_bytes())];
        }
    }
}
