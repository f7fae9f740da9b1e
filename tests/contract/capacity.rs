//! B1 and B2: the capacity, and the options that a pipe is made with.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{duplex, pipe, DuplexStream, Options};

use crate::read_up_to;
use crate::support::counting_waker::{as_poll, ready, CountingTask};
use crate::support::panics::{assert_panics, names_number, panic_of};

const MAX: usize = isize::MAX as usize / 2;

const INVALID: [usize; 4] = [0, MAX + 1, isize::MAX as usize, usize::MAX];

#[test]
fn b1_exactly_the_capacity_fits_from_every_offset() {
    let large = if cfg!(miri) { 100 } else { 65_536 };
    for capacity in (1..=17).chain([64, 1000, large]) {
        let (mut reader, mut writer) = pipe(capacity);
        assert_eq!((reader.capacity(), writer.capacity()), (capacity, capacity));
        for offset in 0..40 {
            let bytes = vec![offset; capacity + 1];
            assert_eq!(as_poll(writer.try_write(&bytes)), ready(capacity));
            assert_eq!(as_poll(writer.try_write(&bytes)), Poll::Pending);
            assert!(writer.is_full() && writer.len() == capacity);
            assert_eq!(read_up_to(&mut reader, 2 * capacity), bytes[1..]);
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
            assert_eq!(read_up_to(&mut reader, 1), b"x");
        }
    }
}

#[test]
fn b1_each_direction_of_a_stream_holds_its_own_capacity() {
    let (near_reader, far_writer) = pipe(3);
    let (far_reader, near_writer) = pipe(10);
    let mut near = DuplexStream::new(near_reader, near_writer);
    let mut far = DuplexStream::new(far_reader, far_writer);
    let (mut left, mut right) = duplex(64);
    for (stream, capacity) in [
        (&mut near, 10),
        (&mut far, 3),
        (&mut left, 64),
        (&mut right, 64),
    ] {
        assert_eq!(as_poll(stream.try_write(&[7; 99])), ready(capacity));
        assert_eq!(as_poll(stream.try_write(&[7; 99])), Poll::Pending);
    }
}

#[test]
fn b1_the_capacity_is_exact_whatever_the_options_and_however_the_pipe_was_made() {
    for capacity in 1..=9 {
        let options = Options::new(capacity).yield_every(100);
        for (reader, mut writer) in [options.pipe(), options.try_pipe().unwrap()] {
            assert!(reader.is_peer_of(&writer));
            assert_eq!(as_poll(writer.try_write(&[7; 10])), ready(capacity));
            assert_eq!(as_poll(writer.try_write(&[7; 10])), Poll::Pending);
        }
        for (near, mut far) in [options.duplex(), options.try_duplex().unwrap()] {
            assert!(near.is_peer_of(&far));
            assert_eq!(as_poll(far.try_write(&[7; 10])), ready(capacity));
            assert_eq!(as_poll(far.try_write(&[7; 10])), Poll::Pending);
        }
    }
}

#[test]
fn b2_an_invalid_capacity_panics_at_the_caller_and_is_named() {
    for capacity in INVALID {
        assert_panics(|| pipe(capacity), file!(), &[capacity]);
        assert_panics(|| duplex(capacity), file!(), &[capacity]);
        // A caller that asks for 0 bytes does not want an unbounded pipe.
        let message = panic_of(|| pipe(capacity)).message;
        assert_eq!(message.contains("unbounded"), capacity > 0);
    }
}

#[test]
fn b2_invalid_options_are_invalid_input_of_try_and_a_panic_of_the_others() {
    for capacity in INVALID {
        let options = Options::new(capacity).yield_every(capacity % 7);
        let [pipe, duplex] = [options.try_pipe().err(), options.try_duplex().err()]
            .map(|error| error.expect("no such pipe"));
        for error in [&pipe, &duplex] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(names_number(&error.to_string(), capacity), "{error}");
        }
        for (panic, error) in [
            (panic_of(|| options.pipe()), pipe),
            (panic_of(|| options.duplex()), duplex),
        ] {
            assert_eq!((panic.message, &*panic.file), (error.to_string(), file!()));
        }
    }
}

#[test]
fn b2_every_value_of_yield_every_is_valid() {
    for calls in [0, 1, 2, MAX, usize::MAX] {
        let options = Options::new(8).yield_every(calls);
        assert!(options.try_pipe().is_ok() && options.try_duplex().is_ok());
    }
}

#[test]
fn b18_the_last_yield_every_counts_and_clones_are_options_of_their_own() {
    let yields_after_one = |options: &Options| {
        let (mut reader, mut writer) = options.pipe();
        let task = CountingTask::new();
        assert_eq!(as_poll(writer.try_write(b"ab")), ready(2));
        assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
        task.read(&mut reader, &mut [0]).is_pending()
    };
    let options = Options::new(8).yield_every(3).yield_every(0).yield_every(1);
    assert!(yields_after_one(&options));
    assert!(!yields_after_one(&options.clone().yield_every(0)));
    assert!(yields_after_one(&options));
}

#[test]
fn surface_options_make_independent_pipes_and_show_their_settings() {
    let options = Options::new(17).yield_every(29);
    let (reader, mut writer) = options.pipe();
    let (other_reader, other_writer) = options.pipe();
    assert!(!reader.is_peer_of(&other_writer) && !other_reader.is_peer_of(&writer));
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!((reader.len(), other_reader.len()), (3, 0));
    let text = format!("{options:?}");
    assert!(
        text.contains("capacity: 17") && text.contains("yield_every: 29"),
        "{text}"
    );
}
