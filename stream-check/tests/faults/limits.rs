//! Limits: at most `n` bytes a call.

use std::io::{ErrorKind, IoSlice, IoSliceMut};

use async_duplex::pipe;
use futures::io::Cursor;
use stream_check::faults::Faulty;

use crate::counting_waker::{ready, CountingTask, END};
use crate::panics::panic_message;

#[test]
fn a_stream_without_settings_behaves_like_its_inner_stream() {
    let task = CountingTask::new();
    let (reader, writer) = pipe(8);
    let (mut reader, mut writer) = (Faulty::new(reader), Faulty::new(writer));
    assert!(task.read(&mut reader, &mut [0; 4]).is_pending());
    assert_eq!(task.write(&mut writer, b"0123456789"), ready(8));
    assert_eq!(task.wakes(), 1);
    assert!(task.write(&mut writer, b"89").is_pending());
    assert_eq!(task.read(&mut reader, &mut [0; 4]), ready(4));
    assert_eq!(task.write(&mut writer, b""), ready(0));
    assert!(task.flush(&mut writer).is_ready());
    assert!(task.close(&mut writer).is_ready());
    assert_eq!(task.read(&mut reader, &mut [0; 9]), ready(4));
    assert_eq!(task.read(&mut reader, &mut [0; 9]), END);
    assert!(!reader.fired() && !writer.fired());
}

#[test]
fn max_read_limits_a_read_and_leaves_the_rest_of_the_buffer() {
    let task = CountingTask::new();
    for max in 1..=7 {
        let mut stream = Faulty::new(Cursor::new(b"01234")).max_read(max);
        let mut buf = *b".......";
        let n = max.min(5);
        assert_eq!(task.read(&mut stream, &mut buf), ready(n));
        assert_eq!(buf[..n], b"01234"[..n]);
        assert!(buf[n..].iter().all(|&byte| byte == b'.'));
        assert_eq!(stream.get_ref().position(), n as u64);
    }
}

#[test]
fn max_write_limits_a_write() {
    let task = CountingTask::new();
    for max in 1..=7 {
        let mut stream = Faulty::new(Vec::new()).max_write(max);
        let n = max.min(5);
        assert_eq!(task.write(&mut stream, b"01234"), ready(n));
        assert_eq!(stream.into_inner(), b"01234"[..n]);
    }
}

#[test]
fn max_read_limits_a_vectored_read_over_all_its_buffers() {
    let task = CountingTask::new();
    for (max, expected) in [
        (1, ["0.", "", "...", "."]),
        (2, ["01", "", "...", "."]),
        (4, ["01", "", "23.", "."]),
        (6, ["01", "", "234", "5"]),
        (7, ["01", "", "234", "5"]),
    ] {
        let (mut a, mut b, mut c) = (*b"..", *b"...", *b".");
        let (reader, mut writer) = pipe(10);
        writer.try_write(b"0123456789").unwrap();
        let mut reader = Faulty::new(reader).max_read(max);
        let mut bufs = [&mut a[..], &mut [], &mut b, &mut c].map(IoSliceMut::new);
        assert_eq!(
            task.read_vectored(&mut reader, &mut bufs),
            ready(max.min(6))
        );
        let got = bufs.map(|buf| String::from_utf8(buf.to_vec()).unwrap());
        assert_eq!(got, expected, "at most {max}");
        assert_eq!(writer.len(), 10 - max.min(6));
    }
}

#[test]
fn max_write_limits_a_vectored_write_over_all_its_buffers() {
    let task = CountingTask::new();
    for max in 1..=7 {
        let mut stream = Faulty::new(Vec::new()).max_write(max);
        let bufs = [&b"01"[..], b"", b"234", b"5"].map(IoSlice::new);
        let n = max.min(6);
        assert_eq!(task.write_vectored(&mut stream, &bufs), ready(n));
        assert_eq!(stream.into_inner(), b"012345"[..n]);
    }
}

#[test]
fn max_read_limits_what_fill_buf_lends() {
    let task = CountingTask::new();
    let mut stream = Faulty::new(Cursor::new(b"01234")).max_read(2);
    let lent = |stream: &mut _| match task.fill_buf(stream) {
        core::task::Poll::Ready(Ok(lent)) => String::from_utf8(lent).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(lent(&mut stream), "01");
    consume(&mut stream, 1);
    assert_eq!(lent(&mut stream), "12");
    consume(&mut stream, 0);
    consume(&mut stream, 1);
    consume(&mut stream, 1);
    assert_eq!(lent(&mut stream), "34");
    consume(&mut stream, 2);
    assert_eq!(lent(&mut stream), "");
    consume(&mut stream, 0);
}

#[test]
fn consuming_more_than_fill_buf_has_lent_panics() {
    let task = CountingTask::new();
    let stream = || Faulty::new(Cursor::new(b"01234")).max_read(2);

    let mut untouched = stream();
    let message = panic_message(|| consume(&mut untouched, 1));
    assert_eq!(
        message,
        "cannot consume 1 bytes of the 0 bytes that `poll_fill_buf` has lent"
    );
    assert_eq!(untouched.get_ref().position(), 0);

    let mut lent = stream();
    assert!(task.fill_buf(&mut lent).is_ready());
    let message = panic_message(|| consume(&mut lent, 3));
    assert_eq!(
        message,
        "cannot consume 3 bytes of the 2 bytes that `poll_fill_buf` has lent"
    );

    let mut half_consumed = stream();
    assert!(task.fill_buf(&mut half_consumed).is_ready());
    consume(&mut half_consumed, 1);
    let message = panic_message(|| consume(&mut half_consumed, 2));
    assert!(message.contains("2 bytes of the 1 bytes"), "{message}");

    // A read consumes bytes, so what was lent before it can no longer be consumed.
    let mut read_since = stream();
    assert!(task.fill_buf(&mut read_since).is_ready());
    assert_eq!(task.read(&mut read_since, &mut [0]), ready(1));
    let message = panic_message(|| consume(&mut read_since, 1));
    assert!(message.contains("1 bytes of the 0 bytes"), "{message}");
}

#[test]
fn a_limit_of_0_bytes_panics() {
    let message = panic_message(|| Faulty::new(()).max_read(0));
    assert_eq!(
        message,
        "the limit of a read must be at least 1 byte, not 0"
    );
    let message = panic_message(|| Faulty::new(()).max_write(0));
    assert_eq!(
        message,
        "the limit of a write must be at least 1 byte, not 0"
    );
}

#[test]
fn debug_of_a_faulty_stream_shows_neither_bytes_nor_the_inner_stream() {
    struct WithoutDebug;
    let text = format!("{:?}", Faulty::new(WithoutDebug).max_read(77));
    assert!(text.starts_with("Faulty") && text.contains("max_len: Some(77)"));
    assert!(!text.contains("WithoutDebug"));

    let debug_shows_bytes = Cursor::new(vec![201, 202, 203]);
    assert!(format!("{debug_shows_bytes:?}").contains("202"));
    let mut stream = Faulty::new(debug_shows_bytes).fail_after_bytes_read(2, ErrorKind::Other);
    let task = CountingTask::new();
    for consumed in [1, 1, 0] {
        assert!(task.fill_buf(&mut stream).is_ready());
        consume(&mut stream, consumed);
        assert!(!format!("{stream:?}").contains("20"), "{stream:?}");
    }
    assert!(stream.fired());
    let text = format!("{stream:?}");
    assert!(
        text.contains("State { passed: 2, fired: true, used: false }"),
        "{text}"
    );
}

#[test]
fn the_inner_stream_is_accessible_by_reference_and_by_value() {
    let mut stream = Faulty::new(Cursor::new(b"01234".to_vec())).max_read(1);
    assert_eq!(stream.get_ref().position(), 0);
    stream.get_mut().set_position(3);
    assert_eq!(CountingTask::new().read(&mut stream, &mut [0; 5]), ready(1));
    assert_eq!(stream.into_inner().position(), 4);
}

fn consume(stream: &mut (impl futures::AsyncBufRead + Unpin), n: usize) {
    core::pin::Pin::new(stream).consume(n);
}
