//! Written bytes that are held back: what releases them, and what loses them.

use core::pin::pin;

use crate::common::*;

fn holding(capacity: usize) -> (Reader, Faulty<Writer>) {
    let (reader, writer) = pipe(capacity);
    (reader, Faulty::new(writer).hold_until_flush())
}

#[test]
fn an_exchange_with_a_forgotten_flush_waits_for_ever_and_one_with_a_flush_does_not() {
    for flushes in [false, true] {
        let (client, mut server) = duplex(64);
        let mut client = Faulty::new(client).hold_until_flush();
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
        let exchange = async { futures::try_join!(ask, serve).unwrap() };
        // A task that is pending and has not been woken since its last poll waits for ever: both
        // ends are in it.
        let task = CountingTask::new();
        let mut exchange = pin!(exchange);
        let completes = loop {
            let wakes = task.wakes();
            if task.poll(|cx| exchange.poll_unpin(cx)).is_ready() {
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
fn a_flush_and_a_close_release_what_is_held_back_and_a_drop_does_not() {
    for closes in [false, true] {
        let (reader, mut writer) = holding(64);
        assert_eq!(TASK.write(&mut writer, b"hello"), ready(5));
        assert_eq!(TASK.write(&mut writer, b""), ready(0));
        let bufs = [&b", "[..], b"", b"world"].map(IoSlice::new);
        assert_eq!(TASK.write_vectored(&mut writer, &bufs), ready(7));
        assert_eq!(reader.len(), 0);
        assert_eq!(TASK.flush(&mut writer), ready(()));
        assert_eq!(reader.len(), 12);

        assert_eq!(TASK.write(&mut writer, b"!"), ready(1));
        assert_eq!(reader.len(), 12);
        if closes {
            assert_eq!(TASK.close(&mut writer), ready(()));
            assert!(reader.is_closed());
        }
        drop(writer);
        let expected = if closes {
            "hello, world!"
        } else {
            "hello, world"
        };
        assert_eq!(text_of(reader), expected);
    }
}

#[test]
fn a_flush_waits_for_room_and_goes_on_where_it_stopped() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = holding(4);
    assert_eq!(task.write(&mut writer, b"0123456789"), ready(10));
    let mut received: Vec<u8> = Vec::new();
    for part in ["0123", "4567", "89"] {
        let flushed = task.flush(&mut writer);
        assert_eq!(flushed.is_pending(), part != "89");
        let wakes = task.wakes();
        let mut buf = [0; 4];
        let n = reader.try_read(&mut buf).unwrap();
        received.extend(&buf[..n]);
        assert_eq!(&buf[..n], part.as_bytes());
        assert_eq!(task.wakes(), wakes + usize::from(flushed.is_pending()));
    }
    assert_eq!(received, b"0123456789");
}

#[test]
fn limits_gates_and_faults_apply_to_the_writes_of_the_caller() {
    let gate = Gate::new();
    let (reader, writer) = holding(64);
    let mut writer = writer
        .max_write(3)
        .fail_after_bytes_written(4, RESET)
        .write_gate(&gate);
    assert_eq!(TASK.write(&mut writer, b"hello"), ready(3));
    gate.close();
    assert!(TASK.flush(&mut writer).is_pending());
    assert_eq!(reader.len(), 0);
    gate.open();
    assert_eq!(TASK.flush(&mut writer), ready(()));
    assert_eq!(reader.len(), 3);
    assert_eq!(TASK.write(&mut writer, b"lo"), ready(1));
    assert_eq!(TASK.write(&mut writer, b"o"), FAILED);
    // What is held when an error fires does not reach the peer.
    assert_eq!(TASK.flush(&mut writer), failed(RESET));
    assert_eq!(TASK.close(&mut writer), failed(RESET));
    assert_eq!(reader.len(), 3);
}

#[test]
fn a_flush_fails_if_the_inner_stream_fails_or_accepts_no_byte() {
    let (reader, mut writer) = holding(64);
    drop(reader);
    assert_eq!(TASK.write(&mut writer, b"hello"), ready(5));
    let broken = failed(ErrorKind::BrokenPipe);
    assert_eq!(TASK.flush(&mut writer), broken);
    assert_eq!(TASK.close(&mut writer), broken);

    let mut full = Faulty::new(Cursor::new(vec![0; 3].into_boxed_slice())).hold_until_flush();
    assert_eq!(TASK.write(&mut full, b"hello"), ready(5));
    assert_eq!(TASK.flush(&mut full), failed(ErrorKind::WriteZero));
    assert_eq!(full.get_ref().get_ref()[..], b"hel"[..]);
}
