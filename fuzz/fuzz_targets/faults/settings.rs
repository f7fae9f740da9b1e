//! The settings in an input, and the stream that has them.

use core::future::poll_fn;
use core::sync::atomic::Ordering;
use core::task::Poll;
use std::io::ErrorKind;
use std::sync::Arc;

use async_duplex::DuplexStream;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use stream_check::faults::Faulty;

use crate::support::inputs::Len;
use crate::Ticks;

/// The kinds of the errors, by the numbers of the faults.
pub(crate) const KINDS: [ErrorKind; 3] = [
    ErrorKind::ConnectionReset,
    ErrorKind::TimedOut,
    ErrorKind::InvalidData,
];

#[derive(Debug, Arbitrary)]
pub(crate) struct Settings {
    pub(crate) max_read: Option<Positive>,
    pub(crate) max_write: Option<Positive>,
    pub(crate) pending: Option<(u64, Positive)>,
    pub(crate) read_rate: Option<Positive>,
    pub(crate) write_rate: Option<Positive>,
    pub(crate) latency: bool,
    pub(crate) holds: bool,
    pub(crate) truncate_write: Option<Positive>,
    pub(crate) faults: [Option<Fault>; KINDS.len()],
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub(crate) enum Fault {
    FailAt(Positive),
    FailAfterBytesRead(Len),
    FailAfterBytesWritten(Len),
    EofAtRead(Positive),
    EofAfterBytes(Len),
}

/// A number from 1 to 16.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Positive(pub(crate) usize);

impl Arbitrary<'_> for Positive {
    fn arbitrary(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Self> {
        Ok(Self(1 + usize::from(u.arbitrary::<u8>()? % 16)))
    }
}

impl Settings {
    pub(crate) fn apply(
        &self,
        mut stream: Faulty<DuplexStream>,
        ticks: &Ticks,
    ) -> Faulty<DuplexStream> {
        // A timer lasts until the next tick.
        let timer = || {
            let ticks = Arc::clone(ticks);
            move || {
                let (ticks, started) = (Arc::clone(&ticks), ticks.load(Ordering::Relaxed));
                poll_fn(move |_| match ticks.load(Ordering::Relaxed) > started {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                })
            }
        };
        if let Some(bytes) = self.max_read {
            stream = stream.max_read(bytes.0);
        }
        if let Some(bytes) = self.max_write {
            stream = stream.max_write(bytes.0);
        }
        if let Some((seed, one_in)) = self.pending {
            stream = stream.pending(seed, one_in.0 as u32);
        }
        if let Some(bytes) = self.read_rate {
            stream = stream.read_rate(bytes.0, timer());
        }
        if let Some(bytes) = self.write_rate {
            stream = stream.write_rate(bytes.0, timer());
        }
        if self.latency {
            stream = stream.latency(timer());
        }
        if self.holds {
            stream = stream.hold_until_flush();
        }
        if let Some(bytes) = self.truncate_write {
            stream = stream.truncate_write(bytes.0);
        }
        for (fault, kind) in self.faults.iter().zip(KINDS) {
            stream = match *fault {
                None => stream,
                Some(Fault::FailAt(operation)) => stream.fail_at(operation.0, kind),
                Some(Fault::FailAfterBytesRead(n)) => stream.fail_after_bytes_read(n.0, kind),
                Some(Fault::FailAfterBytesWritten(n)) => stream.fail_after_bytes_written(n.0, kind),
                Some(Fault::EofAtRead(read)) => stream.eof_at_read(read.0),
                Some(Fault::EofAfterBytes(n)) => stream.eof_after_bytes(n.0),
            };
        }
        stream
    }
}
