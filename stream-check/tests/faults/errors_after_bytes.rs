//! Errors after a number of bytes: which bytes pass, and what counts.

use crate::common::*;

#[test]
fn fail_after_bytes_read_returns_n_bytes_and_then_fails() {
    for bytes in 0..=10 {
        for chunk in 1..=12 {
            let (mut near, _far) = streams(|near| near.fail_after_bytes_read(bytes, RESET));
            for expected in b"0123456789"[..bytes].chunks(chunk) {
                // Neither a write nor an empty read counts.
                assert_eq!(TASK.write(&mut near, b"x"), ready(1));
                assert_eq!(TASK.read(&mut near, &mut []), ready(0));
                let mut buf = vec![0; chunk];
                assert_eq!(TASK.read(&mut near, &mut buf), ready(expected.len()));
                assert_eq!(buf[..expected.len()], *expected);
            }
            assert_eq!(TASK.read(&mut near, &mut []), ready(0));
            assert!(!near.fired());
            assert_eq!(TASK.read(&mut near, &mut [0]), FAILED);
            assert_broken(&mut near);
        }
    }
}

#[test]
fn fail_after_bytes_read_counts_consumed_bytes() {
    let (mut near, _far) = streams(|near| near.fail_after_bytes_read(5, RESET));
    for (lent, consumed) in [("01234", 2), ("234", 0), ("234", 2), ("4", 1)] {
        assert_eq!(TASK.fill_buf(&mut near), ready(lent.into()));
        consume(&mut near, consumed);
    }
    assert!(!near.fired());
    assert_eq!(TASK.fill_buf(&mut near), failed(RESET));
    assert_broken(&mut near);
}

#[test]
fn fail_after_bytes_written_accepts_n_bytes_and_then_fails() {
    let all = b"0123456789..";
    for bytes in 0..=10 {
        for chunk in 1..=12 {
            for vectored in [false, true] {
                let mut stream = Faulty::new(Vec::new()).fail_after_bytes_written(bytes, RESET);
                for expected in all[..bytes].chunks(chunk) {
                    assert_eq!(TASK.write(&mut stream, b""), ready(0));
                    let sent = stream.get_ref().len();
                    let part = &all[sent..all.len().min(sent + chunk)];
                    let outcome = if vectored {
                        let (a, b) = part.split_at(part.len() / 2);
                        TASK.write_vectored(&mut stream, &[IoSlice::new(a), IoSlice::new(b)])
                    } else {
                        TASK.write(&mut stream, part)
                    };
                    assert_eq!(outcome, ready(expected.len()));
                }
                assert_eq!(TASK.write(&mut stream, b""), ready(0));
                assert_eq!(TASK.flush(&mut stream), ready(()));
                assert!(!stream.fired());
                assert_eq!(TASK.write(&mut stream, b"x"), FAILED);
                assert_eq!(TASK.flush(&mut stream), failed(RESET));
                assert_eq!(stream.into_inner(), all[..bytes]);
            }
        }
    }
}

#[test]
fn fail_after_bytes_written_counts_what_the_inner_stream_accepts() {
    let (mut reader, writer) = pipe(2);
    let mut writer = Faulty::new(writer).fail_after_bytes_written(3, RESET);
    assert_eq!(TASK.write(&mut writer, b"abcde"), ready(2));
    assert!(TASK.write(&mut writer, b"cde").is_pending());
    assert_eq!(TASK.read(&mut reader, &mut [0; 2]), ready(2));
    assert_eq!(TASK.write(&mut writer, b"cde"), ready(1));
    assert_eq!(TASK.write(&mut writer, b"de"), FAILED);
    assert_eq!(reader.len(), 1);
}
