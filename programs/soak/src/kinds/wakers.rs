//! Two tasks whose wakers panic. A transfer or an end is complete when the panic begins.

use core::any::Any;
use core::future::poll_fn;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering;
use core::task::{Context, Poll, Waker};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Wake;

use anyhow::{ensure, Result};
use async_duplex::{Options, Reader, Writer};
use fastrand::Rng;

use super::check_all_bytes;
use crate::noise::Noise;
use crate::pair::{Injected, Pair};
use crate::places::Place;
use crate::shape::Shape;
use crate::side::{Seen, Side};
use crate::tally::{self, Fault};

pub(super) async fn run(pair: &Pair, rng: &mut Rng) -> Result<()> {
    let shape = Shape::random(rng);
    let noise = Noise::random(rng);
    let places = [(); 2].map(|()| Place::random(rng));
    pair.describe((places, &shape));
    tally::streams(places[0], places[1]).fetch_add(1, Ordering::Relaxed);
    let [sent, received] = ["sent", "received"].map(|name| pair.side(name));

    let (reader, writer) = Options::new(shape.capacity).pipe();
    let sending = send(writer, sent.clone(), noise, shape.clone(), rng.fork());
    let receiving = receive(reader, received.clone(), shape.chunks[1], rng.fork());
    let receiving = pair.spawn(places[1], receiving);
    let sending = pair.spawn(places[0], sending);
    let wakes = [sending.wakes.clone(), receiving.wakes.clone()];
    sending.join().await.returned()?;
    let seen = receiving.join().await.returned()?;
    ensure!(seen == Seen::End, "the reader saw {seen:?}");
    check_all_bytes(noise, &sent, &received)?;
    wakes[0].check(&[&sent])?;
    wakes[1].check(&[&received])
}

async fn send(
    mut writer: Writer,
    side: Arc<Side>,
    noise: Noise,
    shape: Shape,
    mut rng: Rng,
) -> Result<()> {
    while side.moved() < shape.limits[0] {
        let most = (shape.limits[0] - side.moved()).min(rng.u64(1..=shape.chunks[0] as u64));
        let call = poll_fn(|cx| {
            let waker = Panicking::waker(cx.waker(), &mut rng);
            let mut cx = Context::from_waker(&waker);
            poll_unless_injected(|| writer.poll_writable(&mut cx, 1))
        });
        match side.wait(None, call).await {
            None => side.has_given_up(&writer, &mut rng).await,
            Some(free) => {
                free?;
                let (front, _) = writer.spare_slices();
                let bytes = noise.at(side.moved(), most.min(front.len() as u64));
                front[..bytes.len()].copy_from_slice(bytes);
                side.has_sent(bytes.len());
                unless_injected(|| writer.commit(bytes.len()));
            }
        }
    }
    unless_injected(|| writer.finish());
    ensure!(writer.try_write(b"x").is_err(), "a write after the end");
    unless_injected(|| drop(writer));
    Ok(())
}

async fn receive(mut reader: Reader, side: Arc<Side>, chunk: usize, mut rng: Rng) -> Result<Seen> {
    loop {
        let call = poll_fn(|cx| {
            let waker = Panicking::waker(cx.waker(), &mut rng);
            let mut cx = Context::from_waker(&waker);
            if poll_unless_injected(|| reader.poll_readable(&mut cx, 1)).is_ready() {
                return Poll::Ready(());
            }
            // The end has a waker of its own.
            side.has_waited(1);
            poll_unless_injected(|| reader.poll_closed(&mut cx))
        });
        if side.wait(None, call).await.is_none() {
            side.has_given_up(&reader, &mut rng).await;
        }
        let lent = reader.as_slices().0;
        let n = lent.len().min(chunk);
        side.has_received(&lent[..n]);
        unless_injected(|| reader.consume(n));
        if n == 0 {
            match reader.try_read(&mut [0]) {
                Ok(0) => return Ok(Seen::End),
                // Bytes have arrived since.
                Ok(_) => return Ok(Seen::Own),
                Err(error) => return Ok(Seen::error(&error)),
            }
        }
    }
}

/// Calls `call`, and catches what a waker throws.
fn unless_injected<T>(call: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(call));
    let catch = |panic: Box<dyn Any + Send>| {
        if !panic.is::<Injected>() {
            resume_unwind(panic);
        }
        tally::count(Fault::WakerPanicked);
    };
    result.map_err(catch).ok()
}

/// Likewise for a poll, which wakes its own task if it cannot tell whether an earlier waker was
/// due. The waker wakes the task before it panics, so the task polls again.
fn poll_unless_injected<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    unless_injected(poll).unwrap_or(Poll::Pending)
}

/// Wakes the task, and then panics.
struct Panicking(Waker);

impl Panicking {
    /// One waker in four panics.
    fn waker(task: &Waker, rng: &mut Rng) -> Waker {
        match rng.u8(0..4) {
            0 => Arc::new(Self(task.clone())).into(),
            _ => task.clone(),
        }
    }
}

impl Wake for Panicking {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
        resume_unwind(Box::new(Injected));
    }
}
