//! What `Faulty` is for: it exposes each bug of a protocol, and a stream without faults none.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use crate::common::*;
use crate::protocol::{
    encoded_len, forget_header_when_pending, receive, receive_for_ever, send, send_in_one_write,
    Codec, CORRECT, MESSAGES,
};

type End = Faulty<DuplexStream>;

/// Sends all messages over a stream whose ends have the given settings. Returns the messages that
/// arrived, and the results of both ends.
fn transfer(
    codec: Codec,
    near: impl FnOnce(End) -> End,
    far: impl FnOnce(End) -> End,
) -> (Vec<Vec<u8>>, io::Result<()>, io::Result<()>) {
    let (client, server) = duplex(1024);
    let (mut client, mut server) = (near(Faulty::new(client)), far(Faulty::new(server)));
    let mut received = Vec::new();
    let send = async move {
        for message in MESSAGES {
            (codec.send)(&mut client, message).await?;
        }
        client.close().await
    };
    let receive = async {
        while let Some(message) = (codec.receive)(&mut server).await? {
            received.push(message);
        }
        Ok(())
    };
    let (sent, read) = block_on(async { futures::join!(send, receive) });
    (received, sent, read)
}

/// Whether all messages arrive over a stream whose ends have the given settings.
fn all_arrive(codec: Codec, near: impl FnOnce(End) -> End, far: impl FnOnce(End) -> End) -> bool {
    let (received, sent, read) = transfer(codec, near, far);
    received == MESSAGES && sent.is_ok() && read.is_ok()
}

/// Ends the stream at each byte. Asserts that only whole messages arrive, and that the receiver
/// reports every end that is not between two messages. Keeps the number of the latest run.
fn assert_ends_are_reported(codec: Codec, run: &mut usize) {
    every_fault(|plan| {
        *run = plan.number();
        let (received, _, read) = transfer(codec, |near| near, |far| far.eof_after_bytes(plan));
        assert!(MESSAGES.iter().zip(&received).all(|(a, b)| a == b));
        if read.is_ok() && plan.fired() {
            assert_eq!(encoded_len(&received), plan.number() - 1);
        }
    });
}

#[test]
fn the_correct_codec_works_with_any_limits_pendings_and_ends() {
    within(60, || {
        for max in [1, 2, 3, 7, 100] {
            for seed in 0..5 {
                let near = |near: End| near.max_write(max).pending(seed, 2);
                let far = |far: End| far.max_read(max).pending(seed, 3);
                assert!(all_arrive(CORRECT, near, far));
            }
        }
        let mut runs = 0;
        assert_ends_are_reported(CORRECT, &mut runs);
        // One run for each byte, one for the end of the stream itself, and one without a fault.
        let all = MESSAGES.map(<[u8]>::to_vec);
        assert_eq!(runs, encoded_len(&all) + 2);
    });
}

#[test]
fn the_correct_codec_reports_an_error_at_any_operation() {
    within(60, || {
        for truncated in [0, 1, 1000] {
            let runs = every_fault(|plan| {
                let near = |near: End| near.pending(1, 3).max_write(3).fail_at(plan, RESET);
                let near = |end| near(end).truncate_write(truncated);
                let far = |far: End| far.pending(2, 3).fail_at(plan, RESET);
                let (received, sent, read) = transfer(CORRECT, near, far);
                assert!(MESSAGES.iter().zip(&received).all(|(a, b)| a == b));
                assert_eq!(sent.is_err() || read.is_err(), plan.fired());
            });
            assert!(runs > 2 * MESSAGES.len(), "{runs}");
        }
    });
}

#[test]
fn without_faults_no_bug_shows_and_each_has_a_fault_that_exposes_it() {
    let same = |end| end;
    let sends = |send| Codec { send, ..CORRECT };
    let receives = |receive| Codec { receive, ..CORRECT };
    let one_write = sends(send_in_one_write);
    let for_ever = receives(receive_for_ever);
    let forgets = receives(forget_header_when_pending);
    for codec in [one_write, for_ever, forgets] {
        assert!(all_arrive(codec, same, same));
    }
    assert!(!all_arrive(one_write, |near| near.max_write(1), same));
    // Some seeds do not expose it, but one of ten does.
    let found = (0..10).any(|seed| !all_arrive(forgets, same, |far| far.pending(seed, 2)));
    assert!(found);
    within(60, || {
        let mut run = 0;
        let ends = AssertUnwindSafe(|| assert_ends_are_reported(for_ever, &mut run));
        assert!(catch_unwind(ends).is_err(), "every run succeeds");
        // The stream has ended after the header.
        assert_eq!(run, 3);
    });
}

/// The bug: the sender repeats a message whose write has failed, on the same stream.
#[test]
fn a_truncated_write_exposes_a_sender_that_retries_on_the_same_stream() {
    let mut log = Cursor::new(Vec::new());
    let mut stream = Faulty::new(&mut log).fail_at(2, RESET).truncate_write(3);
    let failed = block_on(send(&mut stream, b"hello"));
    assert_eq!(failed.unwrap_err().kind(), RESET);
    block_on(send(&mut log, b"hello")).unwrap();
    log.set_position(0);
    let got = block_on(receive(&mut log)).unwrap();
    assert_eq!(got.unwrap(), b"hel\0\x05");
}
