//! B26: two handles that abort at the same moment, and one beside the end of a half.

use core::iter::repeat_with;
use std::io::{BufRead, ErrorKind, Read};

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream, Reader, Writer};

use crate::race;

const ROUNDS: usize = if cfg!(miri) { 20 } else { 100_000 };

/// The kinds with which the two handles abort.
const KINDS: [ErrorKind; 2] = [ErrorKind::ConnectionReset, ErrorKind::TimedOut];

/// When `abort` returns, it has taken effect.
fn abort(handle: &AbortHandle, kind: ErrorKind) {
    handle.abort(kind);
    assert!(handle.is_aborted(), "the abort has not taken effect");
}

/// The kind of the error of a read, where a byte was unread.
fn kind_of_read(reader: &mut Reader) -> ErrorKind {
    assert_eq!((reader.is_closed(), reader.len()), (true, 0));
    reader.try_read(&mut [0]).unwrap_err().kind()
}

/// The kind of the error of a write, where space was free.
fn kind_of_write(writer: &mut Writer) -> ErrorKind {
    assert!(writer.is_closed());
    writer.try_write(b"x").unwrap_err().kind()
}

#[test]
fn b26_after_one_of_two_aborts_has_returned_its_pipe_is_aborted() {
    let pipes = repeat_with(|| {
        let (reader, mut writer) = pipe(8);
        assert_eq!(writer.try_write(b"abc").unwrap(), 3);
        let (one, other) = (reader.abort_handle(), writer.abort_handle());
        ((one, reader), (other, writer))
    });
    let kinds = race(
        pipes.take(ROUNDS),
        |(handle, mut reader)| {
            abort(&handle, KINDS[0]);
            kind_of_read(&mut reader)
        },
        |(handle, mut writer)| {
            abort(&handle, KINDS[1]);
            kind_of_write(&mut writer)
        },
    );
    assert!(kinds.iter().all(|(read, written)| read == written));
}

/// The kinds of the errors of a read and of a write, where both would succeed.
fn kinds(stream: &mut DuplexStream) -> [ErrorKind; 2] {
    let (reader, writer) = stream.halves();
    [kind_of_read(reader), kind_of_write(writer)]
}

/// The two directions may have been aborted by different handles.
#[test]
fn b26_after_one_of_two_aborts_has_returned_both_directions_are_aborted() {
    let streams = repeat_with(|| {
        let (mut near, mut far) = duplex(8);
        assert_eq!(near.try_write(b"abc").unwrap(), 3);
        assert_eq!(far.try_write(b"abc").unwrap(), 3);
        let (one, other) = (near.abort_handle(), far.abort_handle());
        ((one, near), (other, far))
    });
    let found = race(
        streams.take(ROUNDS),
        |(handle, mut near)| {
            abort(&handle, KINDS[0]);
            kinds(&mut near)
        },
        |(handle, mut far)| {
            abort(&handle, KINDS[1]);
            kinds(&mut far)
        },
    );
    for (near, [read, write]) in found {
        assert_eq!(near, [write, read]);
    }
}

/// The handles are clones of one, and their threads have no half.
#[test]
fn b26_after_one_of_two_aborts_has_returned_its_handle_is_aborted() {
    let mut halves: Vec<_> = repeat_with(|| pipe(8)).take(ROUNDS).collect();
    let handles = halves.iter().map(|(reader, _)| {
        let handle = reader.abort_handle();
        (handle.clone(), handle)
    });
    race(
        handles,
        |handle| abort(&handle, KINDS[0]),
        |handle| abort(&handle, KINDS[1]),
    );
    for (reader, writer) in &mut halves {
        assert_eq!(kind_of_read(reader), kind_of_write(writer));
    }
}

#[test]
fn b26_an_abort_beside_the_end_either_stands_as_a_whole_or_changes_nothing() {
    let pipes = repeat_with(|| {
        let (reader, writer) = pipe(8);
        (reader.abort_handle(), (reader, writer))
    });
    let outcomes = race(
        pipes.take(ROUNDS),
        |handle| handle.abort(KINDS[0]),
        |(reader, mut writer)| {
            let written = writer.try_write(b"abc");
            writer.finish();
            (written, reader, writer)
        },
    );
    for ((), (written, mut reader, _writer)) in outcomes {
        match reader.try_read(&mut [0; 8]) {
            Ok(n) => {
                assert_eq!((written.unwrap(), n), (3, 3));
                assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 0);
            }
            Err(error) => assert_eq!(error.kind(), KINDS[0]),
        }
    }
}

/// Bytes may be discarded between two calls, but no call finds a clean end.
#[test]
fn b16_b20_an_abort_during_fill_buf_is_never_a_clean_end() {
    let pipes = repeat_with(|| {
        let (reader, mut writer) = pipe(8);
        assert_eq!(writer.try_write(b"abc").unwrap(), 3);
        (writer, reader.blocking())
    });
    let abort = |mut writer: Writer| writer.abort(KINDS[0]);
    let found = race(pipes.take(ROUNDS / 10), abort, |mut reader| loop {
        match reader.fill_buf() {
            Ok(lent) => assert_eq!(lent, b"abc"),
            Err(error) => break [error.kind(), reader.read(&mut [0]).unwrap_err().kind()],
        }
    });
    assert!(found.iter().all(|((), kinds)| *kinds == [KINDS[0]; 2]));
}
