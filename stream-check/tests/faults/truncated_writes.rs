//! `truncate_write`: how much of the write that fails reaches the inner stream.

use core::task::Poll;
use std::io::IoSlice;

use async_duplex::pipe;
use stream_check::faults::Faulty;

use crate::common::{far_state, streams, FAILED, RESET};
use crate::counting_waker::{ready, CountingTask};

#[test]
fn truncate_write_passes_a_prefix_of_the_failing_write() {
    let task = CountingTask::new();
    for bytes in 0..=7 {
        for (max_write, vectored) in [(usize::MAX, false), (3, false), (3, true)] {
            let mut stream = Faulty::new(Vec::new())
                .fail_at(2, RESET)
                .truncate_write(bytes)
                .max_write(max_write);
            assert_eq!(task.write(&mut stream, b"ab"), ready(2));
            let outcome = if vectored {
                let bufs = [&b"0"[..], b"1234"].map(IoSlice::new);
                task.write_vectored(&mut stream, &bufs)
            } else {
                task.write(&mut stream, b"01234")
            };
            assert_eq!(outcome, FAILED);
            // Only one write is truncated.
            assert_eq!(task.write(&mut stream, b"56789"), FAILED);
            let passed = bytes.min(max_write).min(5);
            let expected = [b"ab", &b"01234"[..passed]].concat();
            assert_eq!(stream.into_inner(), expected);
        }
    }
}

#[test]
fn truncate_write_applies_only_to_the_write_where_fail_at_fires() {
    let task = CountingTask::new();
    let truncated = || Faulty::new(Vec::new()).truncate_write(2);

    let mut flushed = truncated().fail_at(1, RESET);
    assert_eq!(task.flush(&mut flushed), Poll::Ready(Err(RESET)));
    assert_eq!(task.write(&mut flushed, b"01234"), FAILED);
    assert_eq!(flushed.into_inner(), b"");

    let (near, mut far) = streams();
    let mut read = Faulty::new(near).fail_at(1, RESET).truncate_write(2);
    let before = far_state(&mut far);
    assert_eq!(task.read(&mut read, &mut [0; 4]), FAILED);
    assert_eq!(task.write(&mut read, b"01234"), FAILED);
    assert_eq!(far_state(&mut far), before);

    let mut empty = truncated().fail_at(1, RESET);
    assert_eq!(task.write(&mut empty, b""), FAILED);
    assert_eq!(task.write(&mut empty, b"01234"), FAILED);
    assert_eq!(empty.into_inner(), b"");

    // A fault that counts bytes splits the write at the exact byte.
    let mut split = truncated().fail_after_bytes_written(3, RESET);
    assert_eq!(task.write(&mut split, b"01234"), ready(3));
    assert_eq!(task.write(&mut split, b"34"), FAILED);
    assert_eq!(split.into_inner(), b"012");
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

    // A caller that flushes has given up the write.
    let (mut reader, mut writer) = waiting();
    assert_eq!(task.flush(&mut writer), Poll::Ready(Err(RESET)));
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
    assert!(reader.is_empty());

    // A caller that writes an empty buffer has given up the write.
    let (mut reader, mut writer) = waiting();
    assert_eq!(task.write(&mut writer, b""), FAILED);
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
    assert!(reader.is_empty());

    // If the peer is dropped meanwhile, the injected error is still returned.
    let (reader, mut writer) = waiting();
    drop(reader);
    assert_eq!(task.write(&mut writer, b"01234"), FAILED);
}
