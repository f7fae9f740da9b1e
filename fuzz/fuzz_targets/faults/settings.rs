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

type Near = Faulty<DuplexStream>;

fn with<T>(stream: Near, setting: Option<T>, set: impl FnOnce(Near, T) -> Near) -> Near {
    match setting {
        Some(value) => set(stream, value),
        None => stream,
    }
}

impl Settings {
    pub(crate) fn apply(&self, mut stream: Near, ticks: &Ticks) -> Near {
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
        stream = with(stream, self.max_read, |s, n| s.max_read(n.0));
        stream = with(stream, self.max_write, |s, n| s.max_write(n.0));
        stream = with(stream, self.pending, |s, (seed, one_in)| {
            s.pending(seed, one_in.0 as u32)
        });
        stream = with(stream, self.read_rate, |s, n| s.read_rate(n.0, timer()));
        stream = with(stream, self.write_rate, |s, n| s.write_rate(n.0, timer()));
        stream = with(stream, self.latency.then_some(()), |s, ()| {
            s.latency(timer())
        });
        stream = with(stream, self.holds.then_some(()), |s, ()| {
            s.hold_until_flush()
        });
        stream = with(stream, self.truncate_write, |s, n| s.truncate_write(n.0));
        for (fault, kind) in self.faults.iter().zip(KINDS) {
            stream = with(stream, *fault, |s, fault| match fault {
                Fault::FailAt(operation) => s.fail_at(operation.0, kind),
                Fault::FailAfterBytesRead(n) => s.fail_after_bytes_read(n.0, kind),
                Fault::FailAfterBytesWritten(n) => s.fail_after_bytes_written(n.0, kind),
                Fault::EofAtRead(read) => s.eof_at_read(read.0),
                Fault::EofAfterBytes(n) => s.eof_after_bytes(n.0),
            });
        }
        stream
    }
}
