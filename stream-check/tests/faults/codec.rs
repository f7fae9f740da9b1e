//! What `Faulty` is for: it exposes each bug of a protocol, and a stream without faults none.

use core::cell::Cell;
use core::panic::AssertUnwindSafe;
use std::io::{self, ErrorKind};
use std::panic::catch_unwind;

use async_duplex::{duplex, DuplexStream};
use futures::executor::block_on;
use futures::io::Cursor;
use futures::AsyncWriteExt;
use stream_check::faults::{every_fault, FaultPlan, Faulty};

use crate::deadline::within;
use crate::protocol::{
    accept_half_a_header, accept_half_a_message, encoded_len, forget_header_when_pending, receive,
    receive_for_ever, receive_header_in_one_read, send, send_in_one_write, Codec, ReadWrite,
    CORRECT, MESSAGES,
};

/// Sends all messages over a stream whose ends have the given settings. Returns the messages that
/// arrived, and the results of both ends.
fn transfer<W: ReadWrite, R: ReadWrite>(
    codec: Codec,
    near: impl Fn(Faulty<DuplexStream>) -> W,
    far: impl Fn(Faulty<DuplexStream>) -> R,
) -> (Vec<Vec<u8>>, io::Result<()>, io::Result<()>) {
    let (client, server) = duplex(1024);
    let (mut client, mut server) = (near(Faulty::new(client)), far(Faulty::new(server)));
    let mut received = Vec::new();
    let (sent, read) = block_on(async {
        futures::join!(
            async move {
                for message in MESSAGES {
                    (codec.send)(&mut client, message).await?;
                }
                client.close().await
            },
            async {
                while let Some(message) = (codec.receive)(&mut server).await? {
                    received.push(message);
                }
                io::Result::Ok(())
            }
        )
    });
    (received, sent, read)
}

/// Whether all messages arrive over a stream whose ends have the given settings.
fn all_arrive<W: ReadWrite, R: ReadWrite>(
    codec: Codec,
    near: impl Fn(Faulty<DuplexStream>) -> W,
    far: impl Fn(Faulty<DuplexStream>) -> R,
) -> bool {
    let (received, sent, read) = transfer(codec, near, far);
    received == MESSAGES && sent.is_ok() && read.is_ok()
}

/// Ends the stream at each byte. Asserts that only whole messages arrive, and that the receiver
/// reports every end that is not between two messages. Returns the number of runs.
fn assert_ends_are_reported(codec: Codec, run: impl Fn(usize)) -> usize {
    every_fault(|plan| {
        run(plan.number());
        let (received, _, read) = transfer(codec, |near| near, |far| far.eof_after_bytes(plan));
        assert!(MESSAGES.iter().zip(&received).all(|(a, b)| a == b));
        if read.is_ok() && plan.fired() {
            assert_eq!(encoded_len(&received), plan.number() - 1);
        }
    })
}

/// Returns the run in which [`assert_ends_are_reported`] fails.
fn run_that_exposes(codec: Codec) -> usize {
    let last = Cell::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        assert_ends_are_reported(codec, |run| last.set(run))
    }));
    assert!(result.is_err(), "every run succeeds");
    last.get()
}

#[test]
fn every_codec_works_over_a_stream_without_faults() {
    for codec in [
        CORRECT,
        Codec {
            send: send_in_one_write,
            ..CORRECT
        },
    ] {
        assert!(all_arrive(codec, |near| near, |far| far));
    }
    for receive in [
        receive_header_in_one_read,
        accept_half_a_header,
        accept_half_a_message,
        receive_for_ever,
        forget_header_when_pending,
    ] {
        let codec = Codec { receive, ..CORRECT };
        assert!(all_arrive(codec, |near| near, |far| far));
    }
}

#[test]
fn the_correct_codec_works_with_any_limits_pendings_and_ends() {
    within(60, || {
        for max in [1, 2, 3, 7, 100] {
            for seed in 0..5 {
                assert!(all_arrive(
                    CORRECT,
                    |near| near.max_write(max).pending(seed, 2),
                    |far| far.max_read(max).pending(seed, 3)
                ));
            }
        }
        // One run for each byte, one for the end of the stream itself, and one without a fault.
        let all = MESSAGES.map(<[u8]>::to_vec);
        assert_eq!(
            assert_ends_are_reported(CORRECT, |_| {}),
            encoded_len(&all) + 2
        );
    });
}

#[test]
fn the_correct_codec_reports_an_error_at_any_operation() {
    within(60, || {
        for truncated in [0, 1, 1000] {
            let runs = every_fault(|plan| {
                let (received, sent, read) = transfer(
                    CORRECT,
                    |near| {
                        near.fail_at(plan, ErrorKind::ConnectionReset)
                            .truncate_write(truncated)
                    },
                    |far| far.fail_at(plan, ErrorKind::ConnectionReset),
                );
                assert!(MESSAGES.iter().zip(&received).all(|(a, b)| a == b));
                assert_eq!(sent.is_err() || read.is_err(), plan.fired());
            });
            assert!(runs > 2 * MESSAGES.len(), "{runs}");
        }
    });
}

#[test]
fn a_short_read_exposes_a_read_that_should_be_read_exact() {
    let codec = Codec {
        receive: receive_header_in_one_read,
        ..CORRECT
    };
    assert!(!all_arrive(codec, |near| near, |far| far.max_read(1)));
}

#[test]
fn a_short_write_exposes_a_write_that_should_be_write_all() {
    let codec = Codec {
        send: send_in_one_write,
        ..CORRECT
    };
    assert!(!all_arrive(codec, |near| near.max_write(1), |far| far));
}

#[test]
fn an_end_at_every_byte_exposes_a_receiver_that_accepts_half_a_header() {
    let codec = Codec {
        receive: accept_half_a_header,
        ..CORRECT
    };
    // After 1 byte.
    assert_eq!(run_that_exposes(codec), 2);
}

#[test]
fn an_end_at_every_byte_exposes_a_receiver_that_accepts_half_a_message() {
    let codec = Codec {
        receive: accept_half_a_message,
        ..CORRECT
    };
    // After the header.
    assert_eq!(run_that_exposes(codec), 3);
}

#[test]
fn an_end_at_every_byte_exposes_a_receiver_that_reads_for_ever() {
    within(60, || {
        let codec = Codec {
            receive: receive_for_ever,
            ..CORRECT
        };
        assert_eq!(run_that_exposes(codec), 3);
    });
}

#[test]
fn pendings_expose_a_receiver_that_forgets_its_progress() {
    let codec = Codec {
        receive: forget_header_when_pending,
        ..CORRECT
    };
    // Some seeds do not expose it, but one of ten does.
    let found = (0..10).any(|seed| !all_arrive(codec, |near| near, |far| far.pending(seed, 2)));
    assert!(found);
}

/// The bug: the sender repeats a message whose write has failed, on the same stream.
#[test]
fn a_truncated_write_exposes_a_sender_that_retries_on_the_same_stream() {
    let plan = FaultPlan::new(2);
    let mut log = Cursor::new(Vec::new());
    let failed = block_on(async {
        let mut stream = Faulty::new(&mut log)
            .fail_at(&plan, ErrorKind::TimedOut)
            .truncate_write(3);
        send(&mut stream, b"hello").await
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::TimedOut);
    block_on(send(&mut log, b"hello")).unwrap();
    log.set_position(0);
    let got = block_on(receive(&mut log)).unwrap();
    assert_eq!(got.unwrap(), b"hel\0\x05");
}
