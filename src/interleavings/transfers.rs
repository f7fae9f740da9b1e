//! Every byte arrives.

use std::io::{Read, Write};

use shuttle::future::block_on;
use shuttle::thread;

use super::walk::{receive, send};
use super::{assert_bytes, bytes_at, check, up_to, Sizes};
use crate::{duplex, pipe};

#[test]
fn every_byte_arrives_in_order() {
    check(|| {
        let sizes = Sizes::new();
        let Sizes {
            capacity, total, ..
        } = sizes;
        let (mut reader, mut writer) = pipe(capacity);
        let sending = thread::spawn(move || {
            block_on(send(&mut writer, sizes)).unwrap();
            writer
        });
        // Not up to the end of the stream, which would wake a reader that missed another wake.
        let (received, result) = block_on(receive(&mut reader, sizes, total));
        result.unwrap();
        assert_eq!(received, total);
        drop(sending.join().unwrap());
    });
}

/// Each of two tasks writes and reads at the same time.
#[test]
fn both_directions_of_a_stream_share_a_task() {
    check(|| {
        let sizes = Sizes::new();
        let Sizes {
            capacity, total, ..
        } = sizes;
        let (mut near, mut far) = duplex(capacity);
        let exchange = move |stream: &mut crate::DuplexStream| {
            let (reader, writer) = stream.halves();
            let both = futures::future::join(send(writer, sizes), receive(reader, sizes, total));
            let (sent, (received, result)) = block_on(both);
            sent.and(result).unwrap();
            assert_eq!(received, total);
        };
        let other = thread::spawn(move || {
            exchange(&mut far);
            far
        });
        exchange(&mut near);
        drop(other.join().unwrap());
    });
}

#[test]
fn a_blocking_writer_feeds_a_task() {
    check(|| {
        let sizes = Sizes::new();
        let Sizes {
            capacity, total, ..
        } = sizes;
        let (mut reader, writer) = pipe(capacity);
        let writing = thread::spawn(move || {
            let mut writer = writer.blocking();
            let mut sent = 0;
            while sent < total {
                let n = up_to(2 * capacity).min(total - sent);
                writer.write_all(&bytes_at(sent, n)).unwrap();
                sent += n;
            }
            writer
        });
        let (received, result) = block_on(receive(&mut reader, sizes, total));
        result.unwrap();
        assert_eq!(received, total);
        drop(writing.join().unwrap());
    });
}

#[test]
fn a_task_feeds_a_blocking_reader() {
    check(|| {
        let sizes = Sizes::new();
        let Sizes {
            capacity, total, ..
        } = sizes;
        let (reader, mut writer) = pipe(capacity);
        let sending = thread::spawn(move || {
            block_on(send(&mut writer, sizes)).unwrap();
            writer
        });
        let mut reader = reader.blocking();
        let mut received = 0;
        while received < total {
            let mut buf = alloc::vec![0; up_to(2 * capacity).min(total - received)];
            let n = reader.read(&mut buf).unwrap();
            assert_bytes(received, &buf[..n]);
            received += n;
        }
        drop(sending.join().unwrap());
    });
}
