//! Limits: at most `n` bytes a call. Also what all settings have in common.

use core::panic::{RefUnwindSafe, UnwindSafe};

use stream_check::faults::FaultPoint;

use crate::common::*;

/// Compiles only for a type with `Debug`, all auto traits and no lifetime.
const fn is_easy_to_hold<T>()
where
    T: core::fmt::Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'static,
{
}

const _: () = {
    is_easy_to_hold::<Faulty<DuplexStream>>();
    is_easy_to_hold::<FaultPlan>();
    is_easy_to_hold::<FaultPoint>();
    is_easy_to_hold::<Gate>();
};

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
    assert_eq!(task.flush(&mut writer), ready(()));
    assert_eq!(task.close(&mut writer), ready(()));
    assert_eq!(task.read(&mut reader, &mut [0; 9]), ready(4));
    assert_eq!(task.read(&mut reader, &mut [0; 9]), END);
    assert!(!reader.fired() && !writer.fired());
}

#[test]
fn max_read_limits_a_read_over_all_its_buffers_and_leaves_the_rest_of_them() {
    for (max, vectored) in [
        (1, ["0.", "", "...", "."]),
        (2, ["01", "", "...", "."]),
        (4, ["01", "", "23.", "."]),
        (6, ["01", "", "234", "5"]),
        (7, ["01", "", "234", "5"]),
    ] {
        let (mut near, mut far) = streams(|near| near.max_read(max));
        let n = max.min(6);
        let mut buf = *b"......";
        assert_eq!(TASK.read(&mut near, &mut buf), ready(n));
        assert_eq!(buf[..n], b"012345"[..n]);
        assert!(buf[n..].iter().all(|&byte| byte == b'.'));
        assert_eq!(far_state(&mut far).1, 10 - n);

        let (mut a, mut b, mut c) = (*b"..", *b"...", *b".");
        let mut bufs = [&mut a[..], &mut [], &mut b, &mut c].map(IoSliceMut::new);
        let (mut near, mut far) = streams(|near| near.max_read(max));
        assert_eq!(TASK.read_vectored(&mut near, &mut bufs), ready(n));
        let got = bufs.map(|buf| String::from_utf8(buf.to_vec()).unwrap());
        assert_eq!(got, vectored, "at most {max}");
        assert_eq!(far_state(&mut far).1, 10 - n);
    }
}

#[test]
fn max_write_limits_a_write_over_all_its_buffers() {
    for max in 1..=7 {
        let n = max.min(6);
        let mut stream = Faulty::new(Vec::new()).max_write(max);
        assert_eq!(TASK.write(&mut stream, b"012345"), ready(n));
        let bufs = [&b"01"[..], b"", b"234", b"5"].map(IoSlice::new);
        assert_eq!(TASK.write_vectored(&mut stream, &bufs), ready(n));
        assert_eq!(stream.into_inner(), [&b"012345"[..n]; 2].concat());
    }
}

#[test]
fn max_read_limits_what_fill_buf_lends_and_no_more_than_that_can_be_consumed() {
    let stream = || Faulty::new(Cursor::new(b"01234")).max_read(2);
    let mut near = stream();
    for (lent, consumed) in [("01", 1), ("12", 0), ("12", 2), ("34", 2), ("", 0)] {
        assert_eq!(TASK.fill_buf(&mut near), ready(lent.into()));
        consume(&mut near, consumed);
    }

    // How many bytes are consumed of those that were lent, and how many of the rest are too many.
    for (is_lent, consumed, n, left) in [(false, 0, 1, 0), (true, 0, 3, 2), (true, 1, 2, 1)] {
        let mut near = stream();
        if is_lent {
            assert!(TASK.fill_buf(&mut near).is_ready());
            consume(&mut near, consumed);
        }
        let message =
            format!("cannot consume {n} bytes of the {left} bytes that `poll_fill_buf` has lent");
        assert_panics(&message, || consume(&mut near, n));
        assert_eq!(near.get_ref().position(), consumed as u64);
    }
    // A read consumes bytes, so what was lent before it can no longer be consumed.
    let mut near = stream();
    assert!(TASK.fill_buf(&mut near).is_ready());
    assert_eq!(TASK.read(&mut near, &mut [0]), ready(1));
    let message = panic_message(|| consume(&mut near, 1));
    assert!(message.contains("1 bytes of the 0 bytes"), "{message}");
}

#[test]
fn settings_that_make_no_sense_panic_and_say_why() {
    let stream = || Faulty::new(());
    let timer = || core::future::ready(());
    let message = "the limit of a read must be at least 1 byte, not 0";
    assert_panics(message, || stream().max_read(0));
    let message = "the limit of a write must be at least 1 byte, not 0";
    assert_panics(message, || stream().max_write(0));
    let message = "`one_in` must be at least 1, not 0";
    assert_panics(message, || stream().pending(1, 0));
    let message = "operations are numbered from 1: there is no operation 0";
    assert_panics(message, || stream().fail_at(0, RESET));
    let message = "reads are numbered from 1: there is no read 0";
    assert_panics(message, || stream().eof_at_read(0));
    let message = "runs are numbered from 1: there is no run 0";
    assert_panics(message, || FaultPlan::new(0));
    let message = "a rate must be at least 1 byte, not 0";
    assert_panics(message, || stream().read_rate(0, timer));
    assert_panics(message, || stream().write_rate(0, timer));
    for kind in [ErrorKind::WouldBlock, ErrorKind::Interrupted] {
        let expected = format!("a poll may not fail with {kind:?}");
        assert_panics(&expected, || stream().fail_at(1, kind));
        assert_panics(&expected, || stream().fail_after_bytes_read(1, kind));
        assert_panics(&expected, || stream().fail_after_bytes_written(1, kind));
    }
}

#[test]
fn debug_of_a_faulty_stream_shows_neither_bytes_nor_the_inner_stream() {
    struct WithoutDebug;
    let text = format!("{:?}", Faulty::new(WithoutDebug).max_read(77));
    assert!(text.starts_with("Faulty") && text.contains("max_len: Some(77)"));
    assert!(!text.contains("WithoutDebug"));

    let shows_bytes = Cursor::new(vec![201, 202, 203]);
    assert!(format!("{shows_bytes:?}").contains("202"));
    let mut stream = Faulty::new(shows_bytes)
        .fail_after_bytes_read(2, RESET)
        .hold_until_flush();
    assert_eq!(TASK.write(&mut stream, &[201, 202, 203]), ready(3));
    for consumed in [1, 1, 0] {
        assert!(TASK.fill_buf(&mut stream).is_ready());
        consume(&mut stream, consumed);
        assert!(!format!("{stream:?}").contains("20"), "{stream:?}");
    }
    let text = format!("{stream:?}");
    for part in ["Held { len: 3 }", "passed: 2, fired: true"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn the_inner_stream_is_accessible_by_reference_and_by_value() {
    let mut stream = digits().max_read(1);
    assert_eq!(stream.get_ref().position(), 0);
    stream.get_mut().set_position(3);
    assert_eq!(CountingTask::new().read(&mut stream, &mut [0; 5]), ready(1));
    // A call of the inner stream itself meets no fault.
    let mut stream = stream.fail_at(1, RESET);
    assert_eq!(TASK.read(&mut stream, &mut [0; 5]), FAILED);
    assert_eq!(TASK.read(stream.get_mut(), &mut [0; 5]), ready(5));
    assert_eq!(stream.into_inner().position(), 9);
}
