//! What the user's program may rely on: memory that one side writes before it acts is visible to
//! the other side once that learns of it.

use super::{model, poll_once, read, UserMemory};
use crate::{pipe, Reader, Writer};

/// A pipe, and memory of the user that both threads access.
fn with_memory() -> ((Reader, UserMemory), (Writer, UserMemory)) {
    let (reader, writer) = pipe(1);
    let memory = UserMemory::new();
    ((reader, memory.clone()), (writer, memory))
}

/// Edge U, by the end of the stream.
#[test]
fn eof_hands_over() {
    model(
        with_memory,
        |(mut reader, memory)| {
            assert_eq!(read(&mut reader, &mut [0]).unwrap(), 0);
            memory.read();
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
    );
    model(
        with_memory,
        |(mut reader, memory)| {
            if reader.try_read(&mut [0]).is_ok() {
                memory.read();
            }
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
    );
}

/// Edge U, by `BrokenPipe`. The half that closes is on the main thread, which loom runs first.
#[test]
fn broken_pipe_hands_over() {
    model(
        with_memory,
        |(reader, memory)| {
            memory.write();
            drop(reader);
        },
        |(mut writer, memory)| {
            if writer.try_write(b"a").is_err() {
                memory.read();
            }
        },
    );
}

/// Edge U, by `is_closed`. The half that closes is on the main thread, which loom runs first.
#[test]
fn is_closed_hands_over() {
    model(
        || {
            let (reader, writer) = with_memory();
            (writer, reader)
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
        |(reader, memory)| {
            if reader.is_closed() {
                memory.read();
            }
        },
    );
}

/// Edge U, by `closed`. Without a wake: the flags alone have to hand the memory over.
#[test]
fn closed_hands_over() {
    model(
        with_memory,
        |(mut reader, memory)| {
            if poll_once(|cx| reader.poll_closed(cx)).is_ready() {
                memory.read();
            }
        },
        |(writer, memory)| {
            memory.write();
            drop(writer);
        },
    );
}

/// A byte hands over the memory that was written before it.
#[test]
fn bytes_hand_over() {
    model(
        with_memory,
        |(mut reader, memory)| {
            assert_eq!(read(&mut reader, &mut [0]).unwrap(), 1);
            memory.read();
        },
        |(mut writer, memory)| {
            memory.write();
            assert_eq!(writer.try_write(b"a").unwrap(), 1);
            writer
        },
    );
}
