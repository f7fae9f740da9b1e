//! Bytes and positions alone: no waiting, no closing.

use loom::thread;

use super::model;
use crate::ring::ring;

/// Edge P.
#[test]
fn published_bytes_are_visible() {
    model(
        || ring(1, ()).unwrap(),
        |mut producer| {
            assert_eq!(producer.push(b"a"), 1);
            let _ = producer.publish();
        },
        |mut consumer| {
            consumer.refresh();
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
            let (mut producer, mut consumer) = ring(1, ()).unwrap();
            assert_eq!(producer.push(b"a"), 1);
            let _ = producer.publish();
            consumer.refresh();
            (producer, consumer)
        },
        |mut producer| {
            producer.refresh();
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
        || ring(2, ()).unwrap(),
        |mut producer| {
            let mut bytes: &[u8] = b"abc";
            while !bytes.is_empty() {
                producer.refresh();
                let n = producer.push(bytes);
                bytes = &bytes[n..];
                let _ = producer.publish();
                thread::yield_now();
            }
        },
        |mut consumer| {
            let mut got = [0; 3];
            let mut n = 0;
            while n < got.len() {
                consumer.refresh();
                n += consumer.pull(&mut got[n..]);
                let _ = consumer.publish();
                thread::yield_now();
            }
            assert_eq!(&got, b"abc");
        },
    );
}

/// Whoever publishes finds a request that came before, and what was made ready for it; and the
/// request is found once.
#[test]
fn a_request_is_found_with_what_came_before_it() {
    use super::Plain;

    model(
        || {
            let (producer, consumer) = ring(2, ()).unwrap();
            let ready = Plain::new();
            ((producer, ready.clone()), (consumer, ready))
        },
        |(mut producer, ready)| {
            let mut found = 0;
            for _ in 0..2 {
                producer.push(b"a");
                if producer.publish() {
                    ready.read();
                    found += 1;
                }
            }
            assert!(found <= 1);
        },
        |(mut consumer, ready)| {
            ready.write();
            consumer.wait();
        },
    );
}
