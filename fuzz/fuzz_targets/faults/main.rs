//! Calls of a stream that is wrapped in `Faulty`, and of the other end, compared with a model of
//! the settings: every byte arrives, or the fault is reported where its documentation says.

#![no_main]

mod counted;
mod direction;
mod model;
mod queue;
mod settings;
#[path = "../support/mod.rs"]
mod support;

use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::io::{IoSlice, IoSliceMut};
use std::sync::Arc;

use async_duplex::{duplex, DuplexStream};
use counted::Call;
use futures::io::AsyncBufRead;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use model::Model;
use settings::Settings;
use stream_check::faults::{Faulty, Gate};
use support::counting_waker::{as_poll, CountingTask, Outcome};
use support::data::byte;
use support::inputs::{Capacity, Len, Rarely};
use support::panics::{self, expect_panic};

#[derive(Debug, Arbitrary)]
struct Input {
    capacity: Capacity,
    settings: Settings,
    steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
enum Step {
    Read(Len),
    ReadVectored([Len; 3]),
    FillBuf,
    Consume(Len),
    Write(Len),
    WriteVectored([Len; 3]),
    Flush,
    Close(Rarely),
    /// Closes or opens the gate of the reads or that of the writes.
    Gate {
        writes: bool,
        closes: bool,
    },
    /// Ends all timers that have been started.
    Tick,
    FarRead(Len),
    FarWrite(Len),
    FarFinish(Rarely),
    FarDrop(Rarely),
}

/// The time of the manual timers, each of which lasts until the next tick.
type Ticks = Arc<AtomicUsize>;

struct Streams {
    near: Faulty<DuplexStream>,
    task: CountingTask,
    far: Option<DuplexStream>,
    /// Of the reads and of the writes.
    gates: [Gate; 2],
    ticks: Ticks,
    model: Model,
}

impl Streams {
    fn new(capacity: usize, settings: Settings) -> Self {
        let (near, far) = duplex(capacity);
        let (gates, ticks) = (<[Gate; 2]>::default(), Ticks::default());
        let near = Faulty::new(near).read_gate(&gates[0]).write_gate(&gates[1]);
        Self {
            model: Model::new(capacity, &settings),
            near: settings.apply(near, &ticks),
            task: CountingTask::new(),
            far: Some(far),
            gates,
            ticks,
        }
    }

    fn step(&mut self, step: &Step) {
        let model = &mut self.model;
        match *step {
            Step::Read(len) => self.read(&[len.0]),
            Step::ReadVectored(lens) => self.read(&lens.map(|len| len.0)),
            Step::FillBuf => self.fill_buf(),
            Step::Consume(n) => {
                let near = Pin::new(&mut self.near);
                if model.consume(n.0) {
                    near.consume(n.0);
                } else {
                    expect_panic(|| near.consume(n.0));
                }
            }
            Step::Write(len) => self.write(&[len.0]),
            Step::WriteVectored(lens) => self.write(&lens.map(|len| len.0)),
            Step::Flush => self.end(Call::Flush, CountingTask::flush),
            Step::Close(Rarely(true)) => self.end(Call::Close, CountingTask::close),
            Step::Gate { writes, closes } => {
                let (gate, wakes) = (&self.gates[usize::from(writes)], self.task.wakes());
                let direction = &mut model.directions[usize::from(writes)];
                direction.gate_is_closed = closes;
                if closes {
                    gate.close();
                } else {
                    gate.open();
                    let waiting = core::mem::take(&mut direction.waits_at_gate);
                    assert_eq!(self.task.wakes() - wakes, usize::from(waiting));
                }
            }
            Step::Tick => {
                self.ticks.fetch_add(1, Ordering::Relaxed);
                model.now += 1;
            }
            Step::FarRead(len) => {
                if let Some(far) = &mut self.far {
                    let mut buf = vec![0; len.0];
                    let got = as_poll(far.try_read(&mut buf));
                    let got = got.map_ok(|n| buf[..n].to_vec());
                    assert_eq!(got, model.to_far.read(len.0));
                }
            }
            Step::FarWrite(len) => {
                if let Some(far) = &mut self.far {
                    let bytes = bytes(model.to_near.sent, len.0);
                    assert_eq!(as_poll(far.try_write(&bytes)), model.to_near.write(&bytes));
                }
            }
            Step::FarFinish(Rarely(true)) => {
                if let Some(far) = &mut self.far {
                    far.writer().finish();
                    model.to_near.is_closed = true;
                }
            }
            Step::FarDrop(Rarely(true)) => {
                self.far = None;
                model.to_near.is_closed = true;
                model.to_far.is_closed = true;
            }
            Step::Close(_) | Step::FarFinish(_) | Step::FarDrop(_) => {}
        }
        assert_eq!(self.near.fired(), self.model.fired());
        for (gate, direction) in self.gates.iter().zip(&self.model.directions) {
            assert_eq!(gate.waiting(), usize::from(direction.waits_at_gate));
        }
    }

    /// Makes a call, and returns whether it has woken its own task, as injected `Pending`s do.
    fn call<T>(
        &mut self,
        call: impl FnOnce(&CountingTask, &mut Faulty<DuplexStream>) -> Outcome<T>,
    ) -> (Outcome<T>, bool) {
        let before = self.task.wakes();
        let outcome = call(&self.task, &mut self.near);
        let wakes = self.task.wakes() - before;
        assert!(wakes == 0 || (wakes == 1 && outcome.is_pending()));
        (outcome, wakes == 1)
    }

    fn end(
        &mut self,
        kind: Call,
        call: fn(&CountingTask, &mut Faulty<DuplexStream>) -> Outcome<()>,
    ) {
        let (ended, is_injected) = self.call(call);
        assert_eq!(ended, self.model.end(kind, is_injected));
    }

    fn read(&mut self, lens: &[usize]) {
        const UNTOUCHED: u8 = 0xa5;
        let mut bufs: Vec<_> = lens.iter().map(|len| vec![UNTOUCHED; *len]).collect();
        let mut slices: Vec<_> = bufs.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
        let (read, is_injected) = self.call(|task, near| match &mut slices[..] {
            [buf] => task.read(near, buf),
            bufs => task.read_vectored(near, bufs),
        });
        let mut bytes = bufs.concat();
        let n = if let Poll::Ready(Ok(n)) = read { n } else { 0 };
        assert!(bytes.drain(n..).all(|byte| byte == UNTOUCHED));
        let got = read.map_ok(|_| bytes);
        assert_eq!(got, self.model.read(lens, is_injected));
    }

    fn fill_buf(&mut self) {
        let (filled, is_injected) = self.call(|task, near| task.fill_buf(near));
        let expected = self.model.fill_buf(is_injected);
        match (filled, expected) {
            (Poll::Ready(Ok(lent)), Poll::Ready(Ok(available))) => {
                // They may end where the bytes wrap around.
                assert!(available.starts_with(&lent));
                assert_eq!(lent.is_empty(), available.is_empty());
                self.model.lent = lent.len();
            }
            (filled, expected) => assert_eq!(filled, expected),
        }
    }

    fn write(&mut self, lens: &[usize]) {
        let bytes = bytes(self.model.written, lens.iter().sum());
        let mut rest = &bytes[..];
        let buf =
            |len: &usize| IoSlice::new(rest.split_off(..*len).expect("the sum of the lengths"));
        let bufs: Vec<_> = lens.iter().map(buf).collect();
        let (written, is_injected) = self.call(|task, near| match &bufs[..] {
            [buf] => task.write(near, buf),
            bufs => task.write_vectored(near, bufs),
        });
        assert_eq!(written, self.model.write(&bytes, is_injected));
    }
}

/// `len` bytes of the sequence, from `position` on.
fn bytes(position: usize, len: usize) -> Vec<u8> {
    (position..position + len).map(byte).collect()
}

fuzz_target!(init: panics::install(), |input: Input| {
    let mut streams = Streams::new(input.capacity.0, input.settings);
    for step in &input.steps {
        streams.step(step);
    }
});
