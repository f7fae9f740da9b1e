//! B2: invalid options are an error of `try_*` and a panic of the others, and never an abort. Valid
//! ones do not change the capacity.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::Options;

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::messages::names_number;
use crate::panics::panic_of;

const MAX: usize = isize::MAX as usize / 2;

/// Invalid options, and the capacity that the error has to name.
fn invalid() -> Vec<(Options, usize)> {
    [0, MAX + 1, isize::MAX as usize, usize::MAX]
        .into_iter()
        .flat_map(|capacity| [(capacity, 0), (capacity, 7)])
        .map(|(capacity, calls)| (Options::new(capacity).yield_every(calls), capacity))
        .collect()
}

/// The errors of `try_pipe` and of `try_duplex`.
fn errors_of(options: &Options) -> [std::io::Error; 2] {
    [
        options.try_pipe().expect_err("no such pipe"),
        options.try_duplex().expect_err("no such streams"),
    ]
}

#[test]
fn b2_invalid_options_are_invalid_input_and_the_message_names_the_capacity() {
    for (options, capacity) in invalid() {
        for error in errors_of(&options) {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{options:?}");
            let is_named = names_number(&error.to_string(), capacity);
            assert!(is_named, "{error} does not name {capacity}");
        }
    }
}

#[test]
fn b2_pipe_and_duplex_with_invalid_options_panic_at_the_caller_with_the_message_of_try() {
    for (options, _) in invalid() {
        let errors = errors_of(&options);
        let panics = [panic_of(|| options.pipe()), panic_of(|| options.duplex())];
        for (panic, error) in panics.iter().zip(errors) {
            assert_eq!(panic.message, error.to_string());
            assert_eq!(panic.file, file!());
        }
    }
}

/// No address space is so large.
#[cfg(target_pointer_width = "64")]
#[cfg_attr(miri, ignore = "Miri aborts where an allocator would refuse")]
#[test]
fn b2_try_pipe_and_try_duplex_are_out_of_memory_if_the_allocator_refuses() {
    for capacity in [MAX, MAX - 1, MAX / 2] {
        for error in errors_of(&Options::new(capacity)) {
            assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{capacity}");
        }
    }
}

#[test]
fn b18_the_last_yield_every_counts() {
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
    assert!(
        yields_after_one(&options),
        "the clone does not change the original"
    );
}

/// 0 means never.
#[test]
fn b2_every_value_of_yield_every_is_valid() {
    for calls in [0, 1, 2, MAX, usize::MAX] {
        let options = Options::new(8).yield_every(calls);
        assert!(options.try_pipe().is_ok() && options.try_duplex().is_ok());
    }
}

#[test]
fn b1_the_capacity_is_exact_whatever_the_options_and_however_the_pipe_was_made() {
    let task = CountingTask::new();
    for capacity in 1..=9 {
        let options = Options::new(capacity).yield_every(100);
        for (reader, mut writer) in [options.pipe(), options.try_pipe().expect("a pipe")] {
            assert!(reader.is_peer_of(&writer));
            assert_eq!(task.write(&mut writer, &[7; 10]), ready(capacity));
            assert_eq!(task.write(&mut writer, &[7; 10]), Poll::Pending);
            assert_eq!(reader.len(), capacity);
        }
    }
}

#[test]
fn b1_each_direction_of_streams_with_options_holds_the_capacity() {
    let options = Options::new(5).yield_every(100);
    for (mut near, mut far) in [options.duplex(), options.try_duplex().expect("streams")] {
        assert!(near.is_peer_of(&far));
        for stream in [&mut near, &mut far] {
            let (_, writer) = stream.halves();
            assert_eq!(as_poll(writer.try_write(b"123456")), ready(5));
            assert_eq!(as_poll(writer.try_write(b"6")), Poll::Pending);
        }
    }
}

#[test]
fn surface_options_make_any_number_of_independent_pipes() {
    let options = Options::new(4);
    let (reader, mut writer) = options.pipe();
    let (other_reader, other_writer) = options.pipe();
    assert!(!reader.is_peer_of(&other_writer) && !other_reader.is_peer_of(&writer));
    assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
    assert_eq!((reader.len(), other_reader.len()), (3, 0));
}

#[test]
fn surface_debug_of_options_shows_the_settings() {
    let text = format!("{:?}", Options::new(17).yield_every(29));
    for what in ["capacity: 17", "yield_every: 29"] {
        assert!(text.contains(what), "{text} does not say {what}");
    }
}
