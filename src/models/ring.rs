//! Bytes and positions alone: no waiting, no closing.

use loom::thread;

use super::model;
use crate::ring::{ring, Consumer, Producer, Producing, Request, State};

impl State for () {
    type Note = usize;
    type Local = ();
}

/// A ring of so many bytes.
fn made(capacity: usize) -> (Producer<()>, Consumer<()>) {
    let (producer, consumer) = ring(capacity, ()).unwrap();
    (producer.half(), consumer.half())
}

/// A ring whose producer has looked for space.
fn looked_at(capacity: usize) -> (Producer<()>, Consumer<()>) {
    let (mut producer, consumer) = made(capacity);
    producer.refresh(capacity);
    (producer, consumer)
}

/// Reads `expected`, in as many steps as it takes.
fn read_all(consumer: &mut Consumer<()>, expected: &[u8]) {
    let mut got = [0; 3];
    let mut n = 0;
    while n < expected.len() {
        consumer.refresh(1);
        n += consumer.pull(&mut got[n..expected.len()]);
        let _ = consumer.publish();
        thread::yield_now();
    }
    assert_eq!(&got[..n], expected);
}

/// Writes `bytes`, in as many steps as it takes.
fn write_all(producer: &mut Producer<()>, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        producer.refresh(bytes.len());
        let n = producer.push(bytes);
        bytes = &bytes[n..];
        let _ = producer.publish();
        thread::yield_now();
    }
}

/// Edge P. The storage itself is among what the consumer must see, for it is allocated late.
#[test]
fn published_bytes_are_visible() {
    model(
        || made(1),
        |mut producer| {
            producer.refresh(1);
            assert_eq!(producer.push(b"a"), 1);
            let _ = producer.publish();
        },
        |mut consumer| {
            consumer.refresh(usize::MAX);
            if consumer.ready() > 0 {
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
            let (mut producer, mut consumer) = looked_at(1);
            assert_eq!(producer.push(b"a"), 1);
            let _ = producer.publish();
            consumer.refresh(usize::MAX);
            (producer, consumer)
        },
        |mut producer| {
            producer.refresh(usize::MAX);
            if producer.ready() > 0 {
                assert_eq!(producer.push(b"b"), 1);
            }
        },
        |mut consumer| {
            assert_eq!(consumer.pull(&mut [0; 1]), 1);
            let _ = consumer.publish();
        },
    );
}

/// Both edges at once, with a wrap in the middle of a transfer.
#[test]
fn bytes_pass_in_order_around_the_end() {
    model(
        || made(2),
        |mut producer| write_all(&mut producer, b"abc"),
        |mut consumer| read_all(&mut consumer, b"abc"),
    );
}

/// The producer stands behind the first byte. If it finds that read, it goes to the front, else it
/// wraps; wherever it puts the next bytes, the consumer looks for them there.
#[test]
fn both_sides_go_to_the_front_together() {
    model(
        || {
            let (mut producer, consumer) = looked_at(2);
            assert_eq!(producer.push(b"a"), 1);
            let _ = producer.publish();
            (producer, consumer)
        },
        |mut producer| write_all(&mut producer, b"bc"),
        |mut consumer| read_all(&mut consumer, b"abc"),
    );
}

/// Whoever publishes finds a request that came before, and what was made ready for it; and the
/// request is found once.
#[test]
fn a_request_is_found_with_what_came_before_it() {
    use super::Plain;

    model(
        || {
            let (producer, consumer) = looked_at(2);
            let ready = Plain::new();
            ((producer, ready.clone()), (consumer, ready))
        },
        |(mut producer, ready)| {
            let mut found = 0;
            for _ in 0..2 {
                producer.push(b"a");
                if let Some(request) = producer.publish() {
                    assert_eq!(request.answer(), 1);
                    ready.read();
                    found += 1;
                }
            }
            assert!(found <= 1);
        },
        |(mut consumer, ready)| {
            ready.write();
            consumer.ask(1);
        },
    );
}

/// The consumer asks again and again, the producer answers or puts back: a note has one user at a time.
fn notes_pass(respond: fn(Request<'_, (), Producing>) -> Option<usize>) {
    model(
        || looked_at(2),
        move |mut producer| {
            let mut latest = 0;
            for _ in 0..2 {
                producer.push(b"a");
                if let Some(request) = producer.publish() {
                    let asked = *request.note();
                    // What has been put back may come again, and what is out of date never does.
                    assert!(asked >= latest);
                    latest = respond(request).map_or(asked, |note| note + 1);
                }
            }
        },
        |mut consumer| {
            for note in 1..=3 {
                assert!(consumer.withdraw().map_or(true, |before| before < note));
                consumer.ask(note);
            }
            consumer
        },
    );
}

#[test]
fn notes_that_are_answered_have_one_user_at_a_time() {
    notes_pass(|request| Some(request.answer()));
}

#[test]
fn notes_that_are_put_back_have_one_user_at_a_time() {
    notes_pass(|request| request.put_back());
}
