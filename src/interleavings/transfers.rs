//! Every byte arrives.

use std::io::{Read, Write};

use shuttle::future::block_on;
use shuttle::thread::{self, JoinHandle};

use super::walk::{receive, send};
use super::{assert_bytes, bytes_at, check, Sizes};
use crate::{duplex, pipe, DuplexStream, Reader, Writer};

/// Sends all bytes from a thread of its own, which returns the writer.
fn spawn_send(mut writer: Writer, sizes: Sizes) -> JoinHandle<Writer> {
    thread::spawn(move || {
        block_on(send(&mut writer, sizes)).unwrap();
        writer
    })
}

/// Reads and checks all bytes. Not up to the end of the stream, which would wake a reader that
/// missed another wake.
fn receive_all(reader: &mut Reader, sizes: Sizes) {
    let (received, result) = block_on(receive(reader, sizes, sizes.total));
    result.unwrap();
    assert_eq!(received, sizes.total);
}

#[test]
fn every_byte_arrives_in_order() {
    check(|| {
        let sizes = Sizes::new();
        let (mut reader, writer) = pipe(sizes.capacity);
        let sending = spawn_send(writer, sizes);
        receive_all(&mut reader, sizes);
        drop(sending.join().unwrap());
    });
}

/// Each of two tasks writes and reads at the same time.
#[test]
fn both_directions_of_a_stream_share_a_task() {
    check(|| {
        let sizes = Sizes::new();
        let (mut near, mut far) = duplex(sizes.capacity);
        let exchange = move |stream: &mut DuplexStream| {
            let (reader, writer) = stream.halves();
            let both =
                futures::future::join(send(writer, sizes), receive(reader, sizes, sizes.total));
            let (sent, (received, result)) = block_on(both);
            sent.and(result).unwrap();
            assert_eq!(received, sizes.total);
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
        let (mut reader, writer) = pipe(sizes.capacity);
        let writing = thread::spawn(move || {
            let mut writer = writer.blocking();
            let mut sent = 0;
            while sent < sizes.total {
                let n = sizes.buffer().min(sizes.total - sent);
                writer.write_all(&bytes_at(sent, n)).unwrap();
                sent += n;
            }
            writer
        });
        receive_all(&mut reader, sizes);
        drop(writing.join().unwrap());
    });
}

#[test]
fn a_task_feeds_a_blocking_reader() {
    check(|| {
        let sizes = Sizes::new();
        let (reader, writer) = pipe(sizes.capacity);
        let sending = spawn_send(writer, sizes);
        let mut reader = reader.blocking();
        let mut received = 0;
        while received < sizes.total {
            let mut buf = alloc::vec![0; sizes.buffer().min(sizes.total - received)];
            let n = reader.read(&mut buf).unwrap();
            assert_bytes(received, &buf[..n]);
            received += n;
        }
        drop(sending.join().unwrap());
    });
}
