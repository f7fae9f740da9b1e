//! The ring alone: bytes and positions.

use alloc::boxed::Box;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{bounded, model};
use crate::ring::{ring, Consumer, Half, OnceBox, Producer, Role};

type RingProducer = Half<Producer, (), ()>;
type RingConsumer = Half<Consumer, (), ()>;

fn new_ring(capacity: usize) -> (RingProducer, RingConsumer) {
    let (consumer, producer) = ring(capacity, || (), || ());
    (producer, consumer)
}

/// A ring whose storage has the size of the capacity.
fn ready_ring(capacity: usize) -> (RingProducer, RingConsumer) {
    let (mut producer, consumer) = new_ring(capacity);
    Producer::reserve(&mut producer, capacity).unwrap();
    (producer, consumer)
}

/// Publishes bytes. Neither side waits in the models that call this.
fn publish(producer: &mut RingProducer) {
    assert!(!producer.publish());
}

fn release(consumer: &mut RingConsumer) {
    assert!(!consumer.publish());
}

/// Reads until it has `expected`.
fn read_all(consumer: &mut RingConsumer, expected: &[u8]) {
    let mut got = [0; 3];
    let mut n = 0;
    while n < expected.len() {
        consumer.refresh();
        n += consumer.read(&mut got[n..expected.len()]);
        release(consumer);
        thread::yield_now();
    }
    assert_eq!(&got[..n], expected);
}

/// Writes until all of `bytes` are written.
fn write_all(producer: &mut RingProducer, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        producer.refresh();
        Producer::reserve(producer, bytes.len()).unwrap();
        let n = producer.write(bytes);
        bytes = &bytes[n..];
        publish(producer);
        thread::yield_now();
    }
}

/// Edge P. The consumer has to see the bytes, and the storage, which the producer allocates at
/// its first write.
#[test]
fn published_bytes_are_visible() {
    model(
        || new_ring(1),
        |mut producer| {
            for _ in 0..2 {
                producer.refresh();
                Producer::reserve(&mut producer, 1).unwrap();
                producer.write(b"a");
                publish(&mut producer);
            }
        },
        |mut consumer| {
            consumer.refresh();
            if consumer.available() > 0 {
                assert_eq!(consumer.slices().0, b"a");
            }
        },
    );
}

/// Edge R.
#[test]
fn released_bytes_are_not_in_use() {
    model(
        || {
            let (mut producer, mut consumer) = ready_ring(1);
            assert_eq!(producer.write(b"a"), 1);
            publish(&mut producer);
            consumer.refresh();
            (producer, consumer)
        },
        |mut producer| {
            producer.refresh();
            if producer.available() > 0 {
                assert_eq!(producer.write(b"b"), 1);
            }
        },
        |mut consumer| {
            assert_eq!(consumer.read(&mut [0; 1]), 1);
            release(&mut consumer);
        },
    );
}

/// Edges P and R, with a transfer across the wrap.
#[test]
fn bytes_pass_in_order_around_the_end() {
    bounded(
        3,
        || new_ring(2),
        |mut producer| write_all(&mut producer, b"abc"),
        |mut consumer| read_all(&mut consumer, b"abc"),
    );
}

/// Edge A. The first value stays, and a read never mixes two values.
#[test]
fn a_value_is_set_once_and_read_whole() {
    model(
        || {
            let cell = Arc::new(OnceBox::new());
            (cell.clone(), cell)
        },
        |cell| {
            cell.set(Box::new(Checked::new(1)));
            let first = cell.get().unwrap().get();
            cell.set(Box::new(Checked::new(3)));
            assert_eq!(cell.get().unwrap().get(), first);
        },
        |cell| {
            let before = cell.get().map(Checked::get);
            cell.set(Box::new(Checked::new(5)));
            let settled = cell.get().map(Checked::get);
            assert!(settled == Some(1) || before.is_none() && settled == Some(5));
        },
    );
}

/// A value that is 0 for a thread to which it has not been handed over.
struct Checked(AtomicUsize);

impl Checked {
    fn new(value: usize) -> Self {
        let cell = AtomicUsize::new(0);
        cell.store(value, Ordering::Relaxed);
        Self(cell)
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
