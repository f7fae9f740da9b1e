//! B1 and B2: the capacity, and the options that a pipe is made with.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{duplex, pipe, DuplexStream, Options};

use crate::read_up_to;
use crate::support::counting_waker::{as_poll, ready};
use crate::support::panics::{names_number, panic_of};

const MAX: usize = isize::MAX as usize / 2;

#[test]
fn b1_exactly_the_capacity_fits_from_every_offset() {
    let large = if cfg!(miri) { 100 } else { 65_536 };
    for capacity in (1..=17).chain([64, 1000, large]) {
        let (mut reader, mut writer) = pipe(capacity);
        assert_eq!((reader.capacity(), writer.capacity()), (capacity, capacity));
        for offset in 0..40 {
            let bytes = vec![offset; capacity + 1];
            // One byte first, because a write into an empty pipe does not wrap.
            assert_eq!(as_poll(writer.try_write(&bytes[..1])), ready(1));
            let rest = match capacity {
                1 => Poll::Pending,
                _ => ready(capacity - 1),
            };
            assert_eq!(as_poll(writer.try_write(&bytes)), rest);
            assert_eq!(as_poll(writer.try_write(&bytes)), Poll::Pending);
            assert!(writer.is_full() && writer.len() == capacity);
            assert_eq!(read_up_to(&mut reader, 2 * capacity), bytes[1..]);
            assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
            assert_eq!(read_up_to(&mut reader, 1), b"x");
        }
    }
}

#[test]
fn b1_the_capacity_is_exact_however_the_pipe_was_made_and_of_each_direction_its_own() {
    let options = Options::new(5).yield_every(100);
    for (reader, mut writer) in [options.pipe(), options.try_pipe().unwrap()] {
        assert!(reader.is_peer_of(&writer));
        assert_eq!(as_poll(writer.try_write(&[7; 9])), ready(5));
        assert_eq!(as_poll(writer.try_write(&[7; 9])), Poll::Pending);
    }
    let (near_reader, far_writer) = pipe(3);
    let (far_reader, near_writer) = pipe(8);
    let near = DuplexStream::new(near_reader, near_writer);
    let far = DuplexStream::new(far_reader, far_writer);
    for ((mut near, mut far), sends, receives) in [
        ((near, far), 8, 3),
        (duplex(6), 6, 6),
        (options.duplex(), 5, 5),
        (options.try_duplex().unwrap(), 5, 5),
    ] {
        assert!(near.is_peer_of(&far));
        for (stream, capacity) in [(&mut near, sends), (&mut far, receives)] {
            assert_eq!(as_poll(stream.try_write(&[7; 9])), ready(capacity));
            assert_eq!(as_poll(stream.try_write(&[7; 9])), Poll::Pending);
        }
    }
}

#[test]
fn b2_an_invalid_capacity_panics_at_the_caller_or_is_invalid_input_of_try_and_is_named() {
    for capacity in [0, MAX + 1, isize::MAX as usize, usize::MAX] {
        let options = Options::new(capacity).yield_every(capacity % 7);
        let error = options.try_pipe().expect_err("no such pipe");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let message = error.to_string();
        assert!(names_number(&message, capacity), "{message}");
        // A caller that asks for 0 bytes does not want an unbounded pipe.
        assert_eq!(message.contains("unbounded"), capacity > 0);
        let error = options.try_duplex().expect_err("no such streams");
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::InvalidInput, message.clone())
        );
        for panic in [
            panic_of(|| options.pipe()),
            panic_of(|| options.duplex()),
            panic_of(|| pipe(capacity)),
            panic_of(|| duplex(capacity)),
        ] {
            assert_eq!((panic.message, &*panic.file), (message.clone(), file!()));
        }
    }
}

#[test]
fn surface_options_accept_any_yield_every_show_it_and_make_independent_pipes() {
    for calls in [0, 1, MAX, usize::MAX] {
        let options = Options::new(17).yield_every(5).yield_every(calls);
        let (reader, mut writer) = options.pipe();
        let (other_reader, other_writer) = options.pipe();
        assert!(!reader.is_peer_of(&other_writer) && !other_reader.is_peer_of(&writer));
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        assert_eq!((reader.len(), other_reader.len()), (3, 0));
        let text = format!("{options:?}");
        assert!(text.contains("capacity: 17"), "{text}");
        assert!(text.contains(&format!("yield_every: {calls}")), "{text}");
    }
}
