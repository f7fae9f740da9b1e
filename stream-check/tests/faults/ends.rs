//! Injected ends of the stream: when they come, and that only reads find them.

use crate::common::*;

/// Asserts that reads find the end of the stream, and that all other operations continue.
fn assert_ended(task: &CountingTask, near: &mut Near, far: &mut DuplexStream) {
    assert!(near.fired());
    for _ in 0..3 {
        for (name, operation) in &OPERATIONS[..BUT_CLOSES] {
            let moved = usize::from(writes_a_byte(name));
            assert_eq!(operation(task, near), ready(moved), "{name}");
        }
        consume(near, 0);
    }
    assert!(!far_state(far).2);
    assert_eq!(task.close(near), ready(()));
    assert!(far_state(far).2, "the inner stream is not closed");
}

#[test]
fn eof_at_read_n_ends_read_n_and_all_after_it() {
    for n in 1..=5 {
        let (mut near, mut far) = streams(|near| near.eof_at_read(n));
        for i in 1..=n {
            // Other operations do not count.
            assert_eq!(TASK.write(&mut near, b"x"), ready(1));
            assert_eq!(TASK.flush(&mut near), ready(()));
            assert!(!near.fired());
            match i {
                _ if i == n => assert_eq!(TASK.read(&mut near, &mut [0; 4]), END),
                _ if i % 2 == 0 => assert_eq!(TASK.read(&mut near, &mut [0]), ready(1)),
                _ => {
                    assert!(matches!(TASK.fill_buf(&mut near), Poll::Ready(Ok(_))));
                    consume(&mut near, 1);
                }
            }
        }
        assert_ended(&TASK, &mut near, &mut far);
    }
}

#[test]
fn eof_after_bytes_returns_n_bytes_and_then_the_end() {
    for bytes in 0..=10 {
        for buffered in [false, true] {
            let (mut near, mut far) = streams(|near| near.eof_after_bytes(bytes).max_read(3));
            for lent in b"0123456789"[..bytes].chunks(3) {
                if buffered {
                    assert_eq!(TASK.fill_buf(&mut near), ready(lent.to_vec()));
                    consume(&mut near, lent.len());
                } else {
                    assert_eq!(TASK.read(&mut near, &mut [0; 8]), ready(lent.len()));
                }
            }
            assert!(!near.fired());
            assert_eq!(TASK.fill_buf(&mut near), ready(Vec::new()));
            assert_ended(&TASK, &mut near, &mut far);
        }
    }
}

#[test]
fn an_error_can_follow_an_injected_end() {
    let (mut near, _far) = streams(|near| near.fail_at(4, RESET).eof_at_read(2));
    assert_eq!(TASK.read(&mut near, &mut [0]), ready(1));
    assert_eq!(TASK.read(&mut near, &mut [0]), END);
    assert_eq!(TASK.read(&mut near, &mut [0]), END);
    assert_eq!(TASK.read(&mut near, &mut [0]), FAILED);
    assert_broken(&mut near);
}

#[test]
fn the_10_000th_read_after_an_injected_end_panics() {
    let mut stream = digits().eof_at_read(1);
    for i in 1..10_000 {
        if i % 2 == 0 {
            assert_eq!(TASK.read(&mut stream, &mut [0]), END);
        } else {
            assert_eq!(TASK.fill_buf(&mut stream), ready(Vec::new()));
        }
    }
    let message = panic_message(|| TASK.read(&mut stream, &mut [0]));
    assert!(message.starts_with("10000 operations after a fault has fired"));

    // Reads at the inner stream's own end do not count, and neither do writes after a fault.
    let mut own_end = Faulty::new(Cursor::new(Vec::new())).eof_at_read(20_001);
    for _ in 0..20_000 {
        assert_eq!(TASK.read(&mut own_end, &mut [0]), END);
    }
    assert!(!own_end.fired());
    assert_eq!(TASK.read(&mut own_end, &mut [0]), END);
    for _ in 0..20_000 {
        assert_eq!(TASK.write(&mut own_end, b"x"), ready(1));
    }
}
