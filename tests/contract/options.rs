//! B2: options that cannot be met are an error or a panic, as one chooses, and never an abort. And
//! what the options leave as it is.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::Options;

use crate::counting_waker::{moved, tried, CountingTask};
use crate::panics::{panic_of, Panic};

const MAX: usize = isize::MAX as usize / 2;

/// Options of which no pipe can be made, and the capacity that a refusal has to name.
fn impossible() -> Vec<(Options, usize)> {
    [0, MAX + 1, isize::MAX as usize, usize::MAX]
        .into_iter()
        .flat_map(|capacity| [(capacity, 0), (capacity, 7)])
        .map(|(capacity, calls)| (Options::new(capacity).yield_every(calls), capacity))
        .collect()
}

/// The two errors that `options` must come to, one for a pipe and one for a pair of streams.
fn errors_of(options: &Options) -> [std::io::Error; 2] {
    [
        options.try_pipe().expect_err("no such pipe"),
        options.try_duplex().expect_err("no such streams"),
    ]
}

#[test]
fn b2_impossible_options_are_invalid_input_and_the_message_names_the_values() {
    for (options, capacity) in impossible() {
        for error in errors_of(&options) {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{options:?}");
            let told = Panic {
                message: error.to_string(),
                file: String::new(),
            };
            assert!(told.names(capacity), "{error} does not name {capacity}");
        }
    }
}

#[test]
fn b2_without_try_it_is_a_panic_that_says_the_same_and_blames_the_caller() {
    for (options, _) in impossible() {
        let errors = errors_of(&options);
        let panics = [panic_of(|| options.pipe()), panic_of(|| options.duplex())];
        for (panic, error) in panics.iter().zip(errors) {
            assert_eq!(panic.message, error.to_string());
            assert_eq!(panic.file, file!());
        }
    }
}

/// An address space has room for nothing of the kind.
#[cfg(target_pointer_width = "64")]
#[cfg_attr(miri, ignore = "Miri gives up where an allocator would refuse")]
#[test]
fn b2_what_the_allocator_refuses_is_out_of_memory() {
    for capacity in [MAX, MAX - 1, MAX / 2] {
        for error in errors_of(&Options::new(capacity)) {
            assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{capacity}");
        }
    }
}

#[test]
fn b18_of_two_settings_the_latter_counts() {
    let yields_after_one = |options: &Options| {
        let (mut reader, mut writer) = options.pipe();
        let task = CountingTask::new();
        assert_eq!(tried(writer.try_write(b"ab")), moved(2));
        assert_eq!(task.read(&mut reader, &mut [0]), moved(1));
        task.read(&mut reader, &mut [0]).is_pending()
    };
    let options = Options::new(8).yield_every(3).yield_every(0).yield_every(1);
    assert!(yields_after_one(&options));
    assert!(!yields_after_one(&options.clone().yield_every(0)));
    assert!(yields_after_one(&options), "the clone is another one");
}

/// Every number of calls is possible: the extremes are never and always.
#[test]
fn b2_yield_every_has_no_impossible_values() {
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
            assert_eq!(task.write(&mut writer, &[7; 10]), moved(capacity));
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
            assert_eq!(tried(writer.try_write(b"123456")), moved(5));
            assert_eq!(tried(writer.try_write(b"6")), Poll::Pending);
        }
    }
}

#[test]
fn surface_options_make_as_many_pipes_as_wanted_each_for_itself() {
    let options = Options::new(4);
    let (reader, mut writer) = options.pipe();
    let (other_reader, other_writer) = options.pipe();
    assert!(!reader.is_peer_of(&other_writer) && !other_reader.is_peer_of(&writer));
    assert_eq!(tried(writer.try_write(b"abc")), moved(3));
    assert_eq!((reader.len(), other_reader.len()), (3, 0));
}

#[test]
fn surface_debug_of_options_shows_the_settings() {
    let text = format!("{:?}", Options::new(17).yield_every(29));
    for what in ["capacity: 17", "yield_every: 29"] {
        assert!(text.contains(what), "{text} does not say {what}");
    }
}
