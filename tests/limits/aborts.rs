//! B26: two handles that abort at the same moment.

use core::fmt::Debug;
use std::io::ErrorKind;
use std::thread;

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream, Reader, Writer};

use crate::deadline::within;
use crate::rendezvous::{Meeting, Rendezvous};
use crate::{own_two_cores, DEADLINE};

/// How many times two threads are started.
const BATCHES: usize = if cfg!(miri) { 1 } else { 20 };

/// How many connections they abort.
const ROUNDS: usize = if cfg!(miri) { 20 } else { 10_000 };

/// How many of them between two meetings. On a busy machine, threads that meet more often mostly
/// wait for the scheduler.
const BURST: usize = 1000;

/// The kinds with which the two handles abort.
const KINDS: [ErrorKind; 2] = [ErrorKind::ConnectionReset, ErrorKind::TimedOut];

/// A handle, and an end of the connection that is used right after the abort.
type Side<E> = (AbortHandle, E);

/// Aborts all connections, and calls `after` right after each abort. Returns the results.
fn abort_all<E, T>(
    meeting: Meeting<'_>,
    sides: Vec<Side<E>>,
    kind: ErrorKind,
    after: fn(E) -> T,
) -> Vec<T> {
    let mut results = Vec::with_capacity(sides.len());
    for (handle, end) in sides {
        let round = results.len();
        if round % BURST == 0 && !meeting.meet() {
            break;
        }
        handle.abort(kind);
        let is_aborted = handle.is_aborted();
        assert!(is_aborted, "round {round}: the abort has not taken effect");
        results.push(after(end));
    }
    results
}

/// Aborts connections in two threads at the same moment, and then calls a function in each. The two
/// functions have to return the same.
fn race<A: Send, B: Send, T: Debug + PartialEq + Send>(
    make: impl Fn() -> (Side<A>, Side<B>),
    after_one: fn(A) -> T,
    after_other: fn(B) -> T,
) {
    let _cores = own_two_cores();
    for _ in 0..BATCHES {
        let (ones, others) = (0..ROUNDS).map(|_| make()).unzip();
        let rendezvous = Rendezvous::default();
        let [one, other] = rendezvous.threads();
        let (one, other) = within(DEADLINE, || {
            thread::scope(|scope| {
                let one = scope.spawn(|| abort_all(one, ones, KINDS[0], after_one));
                let other = abort_all(other, others, KINDS[1], after_other);
                (one.join().unwrap(), other)
            })
        });
        for (round, (one, other)) in one.into_iter().zip(other).enumerate() {
            assert_eq!(one, other, "round {round}");
        }
    }
}

/// The kind of the error of a read, where a byte was unread.
fn kind_of_read(reader: &mut Reader) -> ErrorKind {
    assert!(reader.is_closed());
    assert_eq!(reader.len(), 0);
    let error = reader.try_read(&mut [0]).expect_err("a byte is read");
    error.kind()
}

/// The kind of the error of a write, where space was free.
fn kind_of_write(writer: &mut Writer) -> ErrorKind {
    assert!(writer.is_closed());
    let error = writer.try_write(b"x").expect_err("a byte is written");
    error.kind()
}

#[test]
fn b26_after_one_of_two_aborts_has_returned_its_pipe_is_aborted() {
    race(
        || {
            let (reader, mut writer) = pipe(8);
            assert_eq!(writer.try_write(b"abc").unwrap(), 3);
            let (one, other) = (reader.abort_handle(), writer.abort_handle());
            ((one, reader), (other, writer))
        },
        |mut reader| kind_of_read(&mut reader),
        |mut writer| kind_of_write(&mut writer),
    );
}

/// The kinds of the errors of a read and of a write, where both would succeed.
fn kinds(mut stream: DuplexStream) -> [ErrorKind; 2] {
    let (reader, writer) = stream.halves();
    [kind_of_read(reader), kind_of_write(writer)]
}

/// The two directions may have been aborted by different handles.
#[test]
fn b26_after_one_of_two_aborts_has_returned_both_directions_are_aborted() {
    race(
        || {
            let (mut near, mut far) = duplex(8);
            assert_eq!(near.try_write(b"abc").unwrap(), 3);
            assert_eq!(far.try_write(b"abc").unwrap(), 3);
            let (one, other) = (near.abort_handle(), far.abort_handle());
            ((one, near), (other, far))
        },
        kinds,
        |far| {
            let [read, write] = kinds(far);
            [write, read]
        },
    );
}

/// The handles are clones of one, and their threads have no half.
#[test]
fn b26_after_one_of_two_aborts_has_returned_its_handle_is_aborted() {
    let halves = core::cell::RefCell::new(Vec::new());
    race(
        || {
            let (reader, writer) = pipe(8);
            let handle = reader.abort_handle();
            halves.borrow_mut().push((reader, writer));
            ((handle.clone(), ()), (handle, ()))
        },
        |()| (),
        |()| (),
    );
    for (mut reader, mut writer) in halves.into_inner() {
        assert_eq!(kind_of_read(&mut reader), kind_of_write(&mut writer));
    }
}
