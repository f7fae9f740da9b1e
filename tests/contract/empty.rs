//! B6: flush. The tests of B5, about empty buffers, are in `families`.

use async_duplex::duplex;

use crate::pipe_with;
use crate::support::counting_waker::{as_poll, ready, CountingTask, BROKEN};

#[test]
fn b6_flush_is_ok_full_or_not_and_ended_or_not() {
    let task = CountingTask::new();
    let ok = ready(());
    for fill in 0..=4 {
        let (mut reader, mut writer) = pipe_with(4, 3, &b"abcd"[..fill]);
        assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
        assert_eq!(task.flush(&mut writer), ok);
        assert_eq!((task.wakes(), writer.len()), (0, fill));
        reader.close();
        assert_eq!(task.flush(&mut writer), ok);
        drop(reader);
        writer.finish();
        assert_eq!(task.flush(&mut writer), ok);
        assert_eq!((task.wakes(), task.retained()), (0, 0));
    }
}

#[test]
fn b5_b6_empty_calls_and_flushes_of_a_stream_are_those_of_its_halves() {
    let (mut left, mut right) = duplex(1);
    let task = CountingTask::new();
    assert_eq!(task.read(&mut left, &mut []), ready(0));
    assert_eq!(task.write(&mut left, b"x"), ready(1));
    assert_eq!(task.write(&mut left, b""), ready(0));
    assert_eq!(task.flush(&mut left), ready(()));
    assert_eq!(task.close(&mut left), ready(()));
    assert_eq!(task.write(&mut left, b""), BROKEN);
    assert_eq!(task.flush(&mut left), ready(()));
    drop(left);
    assert_eq!(task.read(&mut right, &mut []), ready(0));
    assert_eq!(as_poll(right.try_write(b"")), BROKEN);
    assert_eq!((task.wakes(), task.retained()), (0, 0));
}
