//! Timeouts: a call that times out loses no byte, and progress in time changes nothing.

use core::time::Duration;
use std::io::{BufRead, IoSlice, IoSliceMut, Read, Write};

use async_duplex::{duplex, pipe, Options};

use crate::common::{assert_times_out, DEADLINE, SHORT};
use crate::support::deadline::within;

#[test]
fn b20_a_read_that_times_out_loses_no_byte() {
    within(DEADLINE, || {
        for timeout in [Duration::ZERO, SHORT] {
            let (reader, writer) = pipe(3);
            let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
            reader.set_timeout(Some(timeout));
            assert_eq!(reader.timeout(), Some(timeout));
            let mut buf = [0; 8];
            for _ in 0..3 {
                assert_times_out(timeout, || reader.read(&mut buf));
                assert_times_out(timeout, || reader.fill_buf().map(<[u8]>::to_vec));
                let mut bufs = [IoSliceMut::new(&mut buf)];
                assert_times_out(timeout, || reader.read_vectored(&mut bufs));

                writer.write_all(b"abc").unwrap();
                assert_eq!(reader.fill_buf().unwrap(), b"abc");
                reader.consume(1);
                assert_eq!(reader.read(&mut buf).unwrap(), 2);
                assert_eq!(&buf[..2], b"bc");
            }
        }
    });
}

#[test]
fn b20_a_write_that_times_out_writes_no_byte() {
    within(DEADLINE, || {
        for timeout in [Duration::ZERO, SHORT] {
            let (mut reader, writer) = pipe(4);
            let mut writer = writer.blocking();
            writer.set_timeout(Some(timeout));
            for _ in 0..3 {
                assert_eq!(writer.write(b"abcdef").unwrap(), 4);
                assert_times_out(timeout, || writer.write(b"ef"));
                assert_times_out(timeout, || writer.write_vectored(&[IoSlice::new(b"ef")]));
                assert_eq!(writer.get_ref().len(), 4);

                let mut buf = [0; 8];
                assert_eq!(reader.try_read(&mut buf).unwrap(), 4);
                assert_eq!(&buf[..4], b"abcd");
                assert_eq!(writer.write(b"ef").unwrap(), 2);
                assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
                assert_eq!(&buf[..2], b"ef");
            }
        }
    });
}

#[test]
fn b20_the_timeout_of_a_stream_applies_to_reads_and_writes() {
    within(DEADLINE, || {
        let (near, mut far) = duplex(1);
        let mut near = near.blocking();
        near.set_timeout(Some(SHORT));
        for _ in 0..3 {
            near.write_all(b"x").unwrap();
            assert_times_out(SHORT, || near.write(b"y"));
            // Both directions wait with the same waker. Progress in one direction wakes the thread,
            // and the call in the other direction continues to wait.
            assert_times_out(SHORT, || near.read(&mut [0]));
            let (reader, writer) = far.halves();
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            assert_times_out(SHORT, || near.read(&mut [0]));
            writer.try_write(b"z").unwrap();
            assert_eq!(near.read(&mut [0]).unwrap(), 1);
        }
    });
}

/// The late wake makes the next call poll once more, and wait again.
#[test]
fn b20_a_wake_after_a_timeout_does_not_end_a_later_wait() {
    within(DEADLINE, || {
        let (reader, mut writer) = pipe(8);
        let mut reader = reader.blocking();
        reader.set_timeout(Some(SHORT));
        assert_times_out(SHORT, || reader.read(&mut [0; 8]));

        writer.try_write(b"abc").unwrap();
        assert_eq!(reader.get_mut().try_read(&mut [0; 8]).unwrap(), 3);
        assert_times_out(SHORT, || reader.read(&mut [0; 8]));
    });
}

/// B18: a call that yields wakes its own waker, so the thread continues without waiting.
#[test]
fn b20_a_call_that_yields_does_not_time_out() {
    within(DEADLINE, || {
        let (reader, writer) = Options::new(8).yield_every(1).pipe();
        let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
        reader.set_timeout(Some(Duration::ZERO));
        writer.set_timeout(Some(Duration::ZERO));
        for _ in 0..10 {
            writer.write_all(b"ab").unwrap();
            writer.write_all(b"cd").unwrap();
            assert_eq!(reader.fill_buf().unwrap(), b"abcd");
            reader.consume(1);
            reader.read_exact(&mut [0; 2]).unwrap();
            reader.read_exact(&mut [0]).unwrap();
        }
    });
}
