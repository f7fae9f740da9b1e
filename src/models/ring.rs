//! The ring alone: bytes, positions and waiters.

use loom::sync::Arc;
use loom::thread;

use super::{bounded, model, model_and_check, waiter, UserMemory};
use crate::ring::{ring, Consumer, Half, Once, PeerWaiter, Producer, Waiter};

type RingProducer = Half<Producer, ()>;
type RingConsumer = Half<Consumer, ()>;

fn new_ring(capacity: usize) -> (RingProducer, RingConsumer) {
    let (consumer, producer) = ring(capacity, || ()).unwrap();
    (producer, consumer)
}

/// A ring whose producer has loaded the position of the consumer.
fn ready_ring(capacity: usize) -> (RingProducer, RingConsumer) {
    let (mut producer, consumer) = new_ring(capacity);
    producer.refresh(capacity).unwrap();
    (producer, consumer)
}

/// Publishes bytes. No waiter is registered in the models that call this.
fn publish(producer: &mut RingProducer) {
    assert!(producer.publish().is_none());
}

fn release(consumer: &mut RingConsumer) {
    assert!(consumer.publish().is_none());
}

/// Reads until it has `expected`.
fn read_all(consumer: &mut RingConsumer, expected: &[u8]) {
    let mut got = [0; 3];
    let mut n = 0;
    while n < expected.len() {
        consumer.refresh(1).unwrap();
        n += consumer.read(&mut got[n..expected.len()]);
        release(consumer);
        thread::yield_now();
    }
    assert_eq!(&got[..n], expected);
}

/// Writes until all of `bytes` are written.
fn write_all(producer: &mut RingProducer, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        producer.refresh(bytes.len()).unwrap();
        let n = producer.write(bytes);
        bytes = &bytes[n..];
        publish(producer);
        thread::yield_now();
    }
}

/// Edge P. The consumer has to see the bytes, and the address of the storage, which the producer
/// allocates at its first write.
#[test]
fn published_bytes_are_visible() {
    model(
        || new_ring(1),
        |mut producer| {
            for _ in 0..2 {
                producer.refresh(1).unwrap();
                producer.write(b"a");
                publish(&mut producer);
            }
        },
        |mut consumer| {
            consumer.refresh(usize::MAX).unwrap();
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
            consumer.refresh(usize::MAX).unwrap();
            (producer, consumer)
        },
        |mut producer| {
            producer.refresh(usize::MAX).unwrap();
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

/// The producer has written one byte. If it finds that byte read, it rewinds, else it wraps. The
/// consumer reads the next bytes at the same offset.
#[test]
fn both_sides_rewind_together() {
    model(
        || {
            let (mut producer, consumer) = ready_ring(2);
            assert_eq!(producer.write(b"a"), 1);
            publish(&mut producer);
            (producer, consumer)
        },
        |mut producer| write_all(&mut producer, b"bc"),
        |mut consumer| read_all(&mut consumer, b"abc"),
    );
}

/// Edge W. A publication finds a waiter that was registered before, once, and sees the memory that
/// the waiting side wrote before that.
#[test]
fn a_waiter_is_found_once_with_what_came_before_it() {
    model(
        || {
            let (producer, consumer) = ready_ring(2);
            let memory = UserMemory::new();
            ((producer, memory.clone()), (consumer, memory))
        },
        |(mut producer, memory)| {
            let mut found = 0;
            for _ in 0..2 {
                producer.write(b"a");
                if let Some(peer_waiter) = producer.publish() {
                    assert_eq!(peer_waiter.take().1.min, 1);
                    memory.read();
                    found += 1;
                }
            }
            assert!(found <= 1);
        },
        |(mut consumer, memory)| {
            memory.write();
            assert!(consumer.register(waiter(1)).unwrap().1.is_none());
        },
    );
}

/// Edge N. The consumer registers one waiter after the other, and the producer disposes of those
/// that it finds. Loom checks that each cell has one owner at a time.
fn waiters_have_one_owner(dispose: fn(PeerWaiter<'_, Producer, ()>)) {
    model(
        move || {
            let (producer, consumer) = ready_ring(2);
            (consumer, (producer, dispose))
        },
        |mut consumer| {
            for number in 1..=3 {
                let earlier = |waiter: &Waiter| waiter.min < number;
                assert!(consumer.deregister().as_ref().map_or(true, earlier));
                let (_, superseded) = consumer.register(waiter(number)).unwrap();
                assert!(superseded.as_ref().map_or(true, earlier));
            }
            consumer
        },
        |(mut producer, dispose)| {
            let mut latest = 0;
            for _ in 0..2 {
                producer.write(b"a");
                if let Some(peer_waiter) = producer.publish() {
                    // A restored waiter may be found again, but not after a newer one.
                    assert!(peer_waiter.min() >= latest);
                    latest = peer_waiter.min();
                    dispose(peer_waiter);
                }
            }
        },
    );
}

#[test]
fn waiters_that_are_taken_have_one_owner() {
    waiters_have_one_owner(|peer_waiter| drop(peer_waiter.take()));
}

#[test]
fn waiters_that_are_restored_have_one_owner() {
    waiters_have_one_owner(|peer_waiter| drop(peer_waiter.restore()));
}

/// Edge A. The first value stays, and a read never mixes two values.
#[test]
fn a_value_is_set_once_and_read_whole() {
    model(
        || {
            let cell = Arc::new(Once::new());
            (cell.clone(), cell)
        },
        |cell| {
            cell.set((1, 2));
            cell.set((3, 4));
        },
        |cell| {
            if let Some(value) = cell.get() {
                assert_eq!(value, (1, 2));
            }
            cell.set((5, 6));
            let settled = cell.get();
            assert!(settled.map_or(true, |value| value == (1, 2) || value == (5, 6)));
        },
    );
}

/// Edge D.
#[test]
fn the_last_side_drops_the_state() {
    model_and_check(
        || {
            let state = alloc::sync::Arc::new(());
            let (consumer, producer) = ring(1, || state.clone()).unwrap();
            ((consumer, state), producer)
        },
        |(consumer, state)| {
            drop(consumer);
            state
        },
        drop,
        |state, ()| assert_eq!(alloc::sync::Arc::strong_count(state), 1),
    );
}
