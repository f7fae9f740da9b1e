//! B2: when memory is asked for, and what happens if the allocator refuses it.

use core::task::Poll;
use std::io::{self, ErrorKind};

use async_duplex::{duplex, pipe, DuplexStream, Options, Reader, Writer};
use futures::FutureExt;

use crate::allocator::{counted, held, CALLS, GRANTS};
use crate::support::counting_waker::{as_poll, failed, ready, to_kind, CountingTask, END};
use crate::support::families::{writes, Sink, WriteCall};
use crate::support::panics::panic_of;

/// More memory than a program gets.
const HUGE: usize = isize::MAX as usize / 4;

/// Checks that a call has failed with `OutOfMemory`. The error is the kind alone, which allocates
/// nothing.
#[track_caller]
fn assert_out_of_memory<T>(what: &str, result: io::Result<T>) {
    let error = result.err().expect(what);
    assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{what}: {error}");
    assert!(error.get_ref().is_none(), "{what}: {error:?}");
}

/// Makes a call for which the allocator refuses the storage.
#[track_caller]
fn assert_refuses<S: Sink>(sink: &mut S, call: &WriteCall<S>) {
    let task = CountingTask::new();
    let what = call.name;
    // A blocking call makes a dummy pipe, which is no matter of the error.
    let mut calls = |bytes: &[u8]| {
        let before = CALLS.get();
        let result = task.poll(|cx| (call.call)(sink, cx, bytes));
        (result, CALLS.get() - before)
    };
    let (_, of_the_call) = calls(b"");
    GRANTS.set(0);
    let (result, allocations) = calls(b"hello");
    GRANTS.set(usize::MAX);
    let Poll::Ready(result) = result else {
        panic!("{what}: it waits for memory");
    };
    assert_out_of_memory(what, result);
    assert!(
        allocations <= of_the_call + 1,
        "{what}: {allocations} allocations"
    );
    assert_eq!(task.state(), (0, 0), "{what}");
    GRANTS.set(0);
    let (front, back) = sink.writer().spare_slices();
    assert_eq!((front.len(), back.len()), (0, 0), "{what}");
    sink.writer().commit(0);
    let state = (sink.writer().len(), sink.writer().is_closed());
    assert_eq!(state, (0, false), "{what}");
    GRANTS.set(usize::MAX);
}

/// Calls that neither move bytes nor lend space need no storage.
fn assert_needs_no_memory(reader: &mut Reader, writer: &mut Writer) {
    let task = CountingTask::new();
    assert_eq!(as_poll(writer.try_write(b"")), ready(0));
    assert!(task.flush(writer).is_ready() && !writer.is_full());
    assert_eq!(reader.as_slices(), (&b""[..], &b""[..]));
    assert_eq!(as_poll(reader.try_read(&mut [0])), Poll::Pending);
    let before = CALLS.get();
    for min in [0, 1, writer.capacity()] {
        assert_eq!(task.available(writer, min), ready(writer.capacity()));
    }
    assert_eq!(CALLS.get() - before, 0);
}

#[test]
fn b2_every_write_without_memory_fails_and_can_be_tried_again() {
    const CAPACITY: usize = counted(0);
    for call in writes::<Writer>().into_iter().filter(|call| call.writes) {
        for capacity in [HUGE, isize::MAX as usize / 2, CAPACITY] {
            let (mut reader, mut writer) = pipe(capacity);
            assert_needs_no_memory(&mut reader, &mut writer);
            let task = CountingTask::new();
            assert!(task.read(&mut reader, &mut [0; 8]).is_pending());
            for _ in 0..2 {
                assert_refuses(&mut writer, &call);
                assert_needs_no_memory(&mut reader, &mut writer);
            }
            assert_eq!(task.state(), (0, 1));
            if capacity == CAPACITY {
                assert_eq!(as_poll(writer.try_write(b"hello")), ready(5));
                assert_eq!((task.state(), held(CAPACITY)), ((1, 0), 1));
                assert_eq!(reader.as_slices().0, b"hello");
                reader.consume(5);
            }
            drop(writer);
            assert_eq!(as_poll(reader.try_read(&mut [0])), END);
        }
        assert_eq!(held(CAPACITY), 0);
    }
}

#[test]
fn b2_spare_slices_that_ran_out_of_memory_can_be_tried_again() {
    let (mut reader, mut writer) = pipe(HUGE);
    GRANTS.set(0);
    for _ in 0..3 {
        let (front, back) = writer.spare_slices();
        assert_eq!((front.len(), back.len()), (0, 0));
    }
    GRANTS.set(1);
    let (front, back) = writer.spare_slices();
    assert!(front.len() >= 16 << 10 && back.is_empty());
    front[..5].copy_from_slice(b"hello");
    writer.commit(5);
    assert_eq!(reader.as_slices().0, b"hello");
}

#[test]
fn b2_an_end_takes_precedence_over_out_of_memory() {
    for call in writes::<Writer>() {
        for kind in [ErrorKind::BrokenPipe, ErrorKind::TimedOut] {
            let (mut reader, mut writer) = pipe(HUGE);
            reader.abort(kind);
            let written = CountingTask::new().poll(|cx| (call.call)(&mut writer, cx, b"x"));
            assert_eq!(to_kind(written), failed(kind), "{}", call.name);
        }
    }
}

#[test]
fn b2_each_direction_of_a_stream_allocates_its_own_storage() {
    const CAPACITY: usize = counted(1);
    let (mut near, mut far) = duplex(CAPACITY);
    assert_eq!(as_poll(near.try_write(b"hello")), ready(5));
    for call in writes().iter().filter(|call| call.writes) {
        assert_refuses::<DuplexStream>(&mut far, call);
        assert_eq!(held(CAPACITY), 1, "{}", call.name);
    }
    assert_eq!(as_poll(far.try_read(&mut [0; 8])), ready(5));
    assert_eq!(as_poll(far.try_write(b"answer")), ready(6));
    assert_eq!((held(CAPACITY), near.reader().len()), (2, 6));
}

#[test]
fn b2_growth_that_is_refused_loses_nothing() {
    let large = vec![b'x'; 16 << 20];
    let (mut reader, mut writer) = pipe(HUGE);
    assert_eq!(as_poll(writer.try_write(&large[..600])), ready(600));
    GRANTS.set(0);
    for _ in 0..2 {
        assert_out_of_memory("try_write", writer.try_write(&large));
        assert_eq!((writer.len(), reader.as_slices().0.len()), (600, 600));
    }
    assert_eq!(as_poll(writer.try_write(&large[..300])), ready(300));
    GRANTS.set(usize::MAX);
    assert_eq!(as_poll(writer.try_write(&large)), ready(large.len()));
    assert_eq!(reader.as_slices().0, vec![b'x'; 900 + large.len()]);
}

#[test]
fn b2_spare_slices_lend_what_is_there_where_growth_is_refused() {
    let (mut reader, mut writer) = pipe(HUGE);
    assert_eq!(as_poll(writer.try_write(&[1; 700])), ready(700));
    assert_eq!(reader.try_read(&mut [0; 600]).unwrap(), 600);
    assert!(writer.writable(32 << 20).now_or_never().is_some());
    GRANTS.set(0);
    let (front, back) = writer.spare_slices();
    assert_eq!((front.len(), back.len()), (260, 600));
    front.fill(2);
    back.fill(3);
    writer.commit(860);
    assert_eq!(writer.spare_slices(), (&mut [][..], &mut [][..]));
    GRANTS.set(usize::MAX);
    assert_eq!(as_poll(writer.try_write(b"x")), ready(1));
    let sent = [&[1; 100][..], &[2; 260], &[3; 600], b"x"].concat();
    assert_eq!(reader.as_slices().0, sent);
}

#[test]
fn b2_a_commit_without_memory_panics_at_the_caller_and_loses_nothing() {
    const MORE: usize = 32 << 20;
    let (mut reader, mut writer) = pipe(HUGE);
    for written in [0, 600] {
        GRANTS.set(0);
        let panic = panic_of(|| writer.commit(MORE));
        GRANTS.set(usize::MAX);
        let message = format!("cannot commit {MORE} bytes: the allocator refuses the memory");
        assert_eq!((panic.message, &*panic.file), (message, file!()));
        assert_eq!(writer.len(), written);
        assert_eq!(reader.as_slices().0.len(), written);
        assert_eq!(as_poll(writer.try_write(&[1; 600])), ready(600));
    }
    assert_eq!(reader.as_slices().0, [1; 1200]);
}

#[test]
fn b2_a_pipe_of_any_capacity_is_one_allocation_and_its_first_write_another() {
    for capacity in [1, 256, 257, 1 << 20] {
        let (bytes, mut buf) = (vec![1; capacity + 1], vec![0; capacity + 1]);
        let before = CALLS.get();
        let (mut reader, mut writer) = Options::new(capacity).pipe();
        assert!(reader.as_slices().0.is_empty());
        assert_eq!(CALLS.get() - before, 1, "capacity {capacity}");
        for _ in 0..3 {
            assert_eq!(writer.try_write(&bytes).unwrap(), capacity);
            assert_eq!(reader.try_read(&mut buf).unwrap(), capacity);
            assert_eq!(CALLS.get() - before, 2, "capacity {capacity}");
            assert_eq!(buf[..capacity], bytes[..capacity]);
        }
    }
}
