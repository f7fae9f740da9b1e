//! `truncate_write`: how much of the write that fails reaches the inner stream.

use crate::common::*;

#[test]
fn truncate_write_passes_a_prefix_of_the_failing_write() {
    for bytes in 0..=7 {
        for (max_write, vectored) in [(usize::MAX, false), (3, false), (3, true)] {
            let mut stream = Faulty::new(Vec::new())
                .fail_at(2, RESET)
                .truncate_write(bytes)
                .max_write(max_write);
            assert_eq!(TASK.write(&mut stream, b"ab"), ready(2));
            let outcome = if vectored {
                let bufs = [&b"0"[..], b"1234"].map(IoSlice::new);
                TASK.write_vectored(&mut stream, &bufs)
            } else {
                TASK.write(&mut stream, b"01234")
            };
            assert_eq!(outcome, FAILED);
            // Only one write is truncated.
            assert_eq!(TASK.write(&mut stream, b"56789"), FAILED);
            let passed = &b"01234"[..bytes.min(max_write).min(5)];
            assert_eq!(stream.into_inner(), [b"ab", passed].concat());
        }
    }
}

#[test]
fn truncate_write_applies_only_to_the_write_where_fail_at_fires() {
    for (name, operation) in OPERATIONS {
        let (mut near, mut far) = streams(|near| near.truncate_write(2).fail_at(1, RESET));
        assert_eq!(operation(&TASK, &mut near), FAILED);
        assert_eq!(TASK.write(&mut near, b"01234"), FAILED);
        let passed = usize::from(writes_a_byte(name));
        assert_eq!(far_state(&mut far), (passed, 10, false), "{name}");
    }

    // A fault that counts bytes splits the write at the exact byte.
    let stream = Faulty::new(Vec::new()).truncate_write(2);
    let mut stream = stream.fail_after_bytes_written(3, RESET);
    assert_eq!(TASK.write(&mut stream, b"01234"), ready(3));
    assert_eq!(TASK.write(&mut stream, b"34"), FAILED);
    assert_eq!(stream.into_inner(), b"012");
}

#[test]
fn a_truncated_write_waits_for_the_inner_stream() {
    let task = CountingTask::new();
    let waiting = || {
        let (reader, mut writer) = pipe(2);
        writer.try_write(b"ab").unwrap();
        let mut writer = Faulty::new(writer).fail_at(1, RESET).truncate_write(4);
        assert!(task.write(&mut writer, b"01234").is_pending());
        assert!(writer.fired());
        (reader, writer)
    };
    let (mut reader, mut writer) = waiting();
    let mut buf = [0; 3];
    assert_eq!(task.read(&mut reader, &mut buf[..1]), ready(1));
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(&buf[..2], b"b0");
    assert_eq!(task.write(&mut writer, b"1234"), FAILED);
    assert!(reader.is_empty());

    // A caller that flushes, or writes an empty buffer, has given up the write.
    for flushes in [false, true] {
        let (mut reader, mut writer) = waiting();
        if flushes {
            assert_eq!(task.flush(&mut writer), failed(RESET));
        } else {
            assert_eq!(task.write(&mut writer, b""), FAILED);
        }
        assert_eq!(task.read(&mut reader, &mut buf), ready(2));
        assert_eq!(task.write(&mut writer, b"01234"), FAILED);
        assert!(reader.is_empty());
    }

    // If the peer is dropped meanwhile, the injected error is still returned.
    let (reader, mut writer) = waiting();
    drop(reader);
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
}
