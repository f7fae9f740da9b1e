//! Errors at an operation: which operation fails, with what, and that the error persists.

use futures::io::AllowStdIo;

use crate::common::*;

#[test]
fn fail_at_n_fails_operation_n_of_any_kind_and_all_after_it() {
    // A write after a close fails without a fault.
    for (before, operation) in &OPERATIONS[..BUT_CLOSES] {
        for (what, last) in OPERATIONS {
            for n in 1..=5 {
                let (mut near, mut far) = streams(|near| near.fail_at(n, RESET));
                for _ in 1..n {
                    let outcome = operation(&TASK, &mut near);
                    assert!(matches!(outcome, Poll::Ready(Ok(_))), "{before}");
                    assert!(!near.fired(), "{before}");
                }
                let seen = far_state(&mut far);
                let outcome = last(&TASK, &mut near);
                assert_eq!(outcome, FAILED, "{what} after {before}");
                assert_broken(&mut near);
                // The operation has not reached the inner stream.
                assert_eq!(far_state(&mut far), seen, "{what} after {before}");
            }
        }
    }
}

#[test]
fn an_operation_that_fails_counts_and_a_pending_one_does_not() {
    let (reader, mut writer) = pipe(8);
    let mut reader = Faulty::new(reader).fail_at(3, RESET);
    for _ in 0..5 {
        assert!(TASK.read(&mut reader, &mut [0]).is_pending());
    }
    writer.try_write(b"a").unwrap();
    assert_eq!(TASK.read(&mut reader, &mut [0]), ready(1));
    writer.abort(ErrorKind::TimedOut);
    let its_own = failed(ErrorKind::TimedOut);
    assert_eq!(TASK.read(&mut reader, &mut [0]), its_own);
    assert!(!reader.fired(), "the error is the peer's");
    assert_eq!(TASK.read(&mut reader, &mut [0]), FAILED);
    assert!(reader.fired());
}

#[test]
fn a_fault_fires_even_if_the_inner_stream_would_be_pending() {
    let task = CountingTask::new();
    let (reader, _writer) = pipe(8);
    let mut reader = Faulty::new(reader).fail_at(1, RESET);
    assert_eq!(task.read(&mut reader, &mut [0]), FAILED);
    assert_eq!(task.retained(), 0);
}

#[test]
fn an_injected_error_has_its_kind_and_names_its_fault() {
    let stream = || Faulty::new(Cursor::new(vec![0; 64]));
    let cases = [
        (stream().fail_at(4, RESET), RESET, "at operation 4"),
        (
            stream().fail_after_bytes_read(3, ErrorKind::TimedOut),
            ErrorKind::TimedOut,
            "after 3 bytes read",
        ),
        (
            stream().fail_after_bytes_written(5, ErrorKind::Other),
            ErrorKind::Other,
            "after 5 bytes written",
        ),
    ];
    for (mut stream, kind, message) in cases {
        let error = loop {
            if let Err(error) = block_on(stream.read(&mut [0; 2])) {
                break error;
            }
            if let Err(error) = block_on(stream.write(b"xx")) {
                break error;
            }
        };
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), format!("injected fault {message}"));
    }
}

#[test]
fn the_first_of_several_errors_persists_and_of_two_at_once_the_one_set_first() {
    let mut stream = Faulty::new(Vec::new())
        .fail_at(3, ErrorKind::TimedOut)
        .fail_after_bytes_written(4, RESET)
        .fail_at(5, ErrorKind::BrokenPipe);
    assert_eq!(TASK.write(&mut stream, b"01234"), ready(4));
    for _ in 0..5 {
        assert_eq!(TASK.write(&mut stream, b"4"), FAILED);
    }

    let timed_out = ErrorKind::TimedOut;
    let mut stream = Faulty::new(Cursor::new(vec![0; 8]))
        .fail_at(2, timed_out)
        .fail_after_bytes_written(1, RESET)
        .fail_after_bytes_read(0, RESET);
    assert_eq!(TASK.write(&mut stream, b"x"), ready(1));
    assert_eq!(TASK.write(&mut stream, b"x"), failed(timed_out));
    assert_eq!(TASK.flush(&mut stream), failed(timed_out));
    assert_eq!(TASK.read(&mut stream, &mut [0]), failed(timed_out));
}

#[test]
fn a_stream_that_has_failed_injects_no_pending() {
    let (mut near, _far) = streams(|near| near.pending(0, 1).fail_at(1, RESET));
    assert!(TASK.flush(&mut near).is_pending());
    assert_eq!(TASK.flush(&mut near), failed(RESET));
    assert_broken(&mut near);
}

#[test]
fn the_10_000th_operation_after_an_error_panics() {
    let mut stream = Faulty::new(Vec::new()).fail_at(2, RESET);
    assert_eq!(TASK.write(&mut stream, b"x"), ready(1));
    for _ in 1..10_000 {
        assert_eq!(TASK.write(&mut stream, b"x"), FAILED);
    }
    assert_panics(
        "10000 operations after a fault has fired: the caller seems to ignore it",
        || TASK.write(&mut stream, b"x"),
    );
}

#[test]
fn errors_of_the_inner_stream_are_returned() {
    struct Failing;
    impl io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(ErrorKind::InvalidData, "its own"))
        }
    }
    let inner = AllowStdIo::new(Failing);
    let mut stream = Faulty::new(inner).fail_after_bytes_read(1, RESET);
    for _ in 0..3 {
        let error = block_on(stream.read(&mut [0])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "its own");
    }
    assert!(!stream.fired());
}
