//! Written bytes that are held back: what releases them, and what loses them.

use core::future::Future;
use core::pin::pin;
use std::io::{ErrorKind, IoSlice};

use async_duplex::{duplex, pipe, Reader, Writer};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::{AsyncReadExt, AsyncWriteExt};
use stream_check::faults::{Faulty, Gate};

use crate::common::{FAILED, RESET};
use crate::counting_waker::{failed, ready, CountingTask};
use crate::deadline::within;

fn holding(capacity: usize) -> (Reader, Faulty<Writer>) {
    let (reader, writer) = pipe(capacity);
    (reader, Faulty::new(writer).hold_until_flush())
}

#[test]
fn an_exchange_with_a_forgotten_flush_waits_for_ever_and_one_with_a_flush_does_not() {
    for flushes in [false, true] {
        let (client, mut server) = duplex(64);
        let mut client = Faulty::new(client).hold_until_flush();
        let exchange = async {
            let ask = async {
                client.write_all(b"ping").await?;
                if flushes {
                    client.flush().await?;
                }
                client.read_exact(&mut [0; 4]).await
            };
            let serve = async {
                server.read_exact(&mut [0; 4]).await?;
                server.write_all(b"pong").await
            };
            futures::try_join!(ask, serve).unwrap();
        };
        // A task that is pending and has not been woken since its last poll waits for ever: both
        // ends are in it.
        let task = CountingTask::new();
        let mut exchange = pin!(exchange);
        let completes = loop {
            let wakes = task.wakes();
            if task.poll(|cx| exchange.as_mut().poll(cx)).is_ready() {
                break true;
            }
            if task.wakes() == wakes {
                break false;
            }
        };
        assert_eq!(completes, flushes);
    }
}

#[test]
fn a_flush_and_a_close_release_what_is_held_back() {
    let task = CountingTask::new();
    let (reader, mut writer) = holding(64);
    assert_eq!(task.write(&mut writer, b"hello"), ready(5));
    assert_eq!(task.write(&mut writer, b""), ready(0));
    let bufs = [&b", "[..], b"", b"world"].map(IoSlice::new);
    assert_eq!(task.write_vectored(&mut writer, &bufs), ready(7));
    assert_eq!(reader.len(), 0);
    assert_eq!(task.flush(&mut writer), ready(()));
    assert_eq!(reader.len(), 12);

    assert_eq!(task.write(&mut writer, b"!"), ready(1));
    assert_eq!(reader.len(), 12);
    assert_eq!(task.close(&mut writer), ready(()));
    assert_eq!((reader.len(), reader.is_closed()), (13, true));
    let mut text = String::new();
    let mut reader = reader;
    block_on(reader.read_to_string(&mut text)).unwrap();
    assert_eq!(text, "hello, world!");
}

#[test]
fn a_flush_waits_for_room_and_goes_on_where_it_stopped() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = holding(4);
    assert_eq!(task.write(&mut writer, b"0123456789"), ready(10));
    let mut received: Vec<u8> = Vec::new();
    let mut waits = 0;
    while task.flush(&mut writer).is_pending() {
        waits += 1;
        let mut buf = [0; 4];
        let n = reader.try_read(&mut buf).unwrap();
        received.extend(&buf[..n]);
        assert_eq!(task.wakes(), waits);
    }
    assert_eq!(waits, 2);
    let mut buf = [0; 4];
    let n = reader.try_read(&mut buf).unwrap();
    received.extend(&buf[..n]);
    assert_eq!(received, b"0123456789");
}

#[test]
fn bytes_that_are_held_back_are_lost_when_the_stream_is_dropped() {
    let (mut reader, mut writer) = holding(64);
    block_on(async {
        writer.write_all(b"kept").await.unwrap();
        writer.flush().await.unwrap();
        writer.write_all(b"lost").await.unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "kept");
    });
}

#[test]
fn a_fault_in_the_flush_keeps_the_bytes_from_the_peer() {
    let task = CountingTask::new();
    let (reader, writer) = holding(64);
    let mut writer = writer.fail_at(2, RESET);
    assert_eq!(task.write(&mut writer, b"hello"), ready(5));
    assert_eq!(task.flush(&mut writer), failed(RESET));
    assert_eq!(task.close(&mut writer), failed(RESET));
    assert_eq!(reader.len(), 0);
}

#[test]
fn limits_and_faults_apply_to_the_writes_of_the_caller() {
    let task = CountingTask::new();
    let (reader, writer) = holding(64);
    let mut writer = writer.max_write(3).fail_after_bytes_written(4, RESET);
    assert_eq!(task.write(&mut writer, b"hello"), ready(3));
    assert_eq!(task.flush(&mut writer), ready(()));
    assert_eq!(reader.len(), 3);
    assert_eq!(task.write(&mut writer, b"lo"), ready(1));
    assert_eq!(task.write(&mut writer, b"o"), FAILED);
}

#[test]
fn a_closed_write_gate_keeps_a_flush_from_releasing_bytes() {
    let task = CountingTask::new();
    let gate = Gate::new();
    let (reader, writer) = holding(64);
    let mut writer = writer.write_gate(&gate);
    assert_eq!(task.write(&mut writer, b"hello"), ready(5));
    gate.close();
    assert!(task.flush(&mut writer).is_pending());
    assert_eq!(reader.len(), 0);
    gate.open();
    assert_eq!(task.flush(&mut writer), ready(()));
    assert_eq!(reader.len(), 5);
}

#[test]
fn a_flush_fails_if_the_inner_stream_fails_or_accepts_no_byte() {
    let task = CountingTask::new();
    let (reader, mut writer) = holding(64);
    drop(reader);
    assert_eq!(task.write(&mut writer, b"hello"), ready(5));
    let broken = failed(ErrorKind::BrokenPipe);
    assert_eq!(task.flush(&mut writer), broken);
    assert_eq!(task.close(&mut writer), broken);

    let mut full = Faulty::new(Cursor::new(vec![0; 3].into_boxed_slice())).hold_until_flush();
    assert_eq!(task.write(&mut full, b"hello"), ready(5));
    let zero = failed(ErrorKind::WriteZero);
    assert_eq!(task.flush(&mut full), zero);
    assert_eq!(full.get_ref().get_ref()[..], b"hel"[..]);
}

#[test]
fn a_copy_that_flushes_at_its_end_loses_no_byte_over_a_stream_that_holds_back() {
    within(60, || {
        let (mut reader, writer) = holding(7);
        let mut writer = writer.max_write(5).pending(1, 2);
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let mut received = Vec::new();
        block_on(async {
            let copy = async {
                futures::io::copy(Cursor::new(&bytes), &mut writer).await?;
                writer.close().await
            };
            futures::try_join!(copy, reader.read_to_end(&mut received)).unwrap();
        });
        assert_eq!(received, bytes);
    });
}

#[test]
fn debug_of_a_stream_that_holds_back_shows_no_bytes() {
    let task = CountingTask::new();
    let (_reader, mut writer) = holding(64);
    assert_eq!(task.write(&mut writer, &[201, 202, 203]), ready(3));
    let text = format!("{writer:?}");
    assert!(text.contains("Held { len: 3 }"), "{text}");
    assert!(!text.contains("20"), "{text}");
}
