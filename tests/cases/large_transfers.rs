//! B12, B16, B25 and B26 in the middle of a transfer of 32 MiB, and B7 after the end of a thread.

use std::io::{Error, Read, Write};
use std::thread;

use async_duplex::{pipe, Options, Reader};
use futures::executor::block_on;
use futures::AsyncWriteExt;

use crate::deadline::within;
use crate::reads::{waiting_reads, Source};
use crate::task::{broken, failed, moved, tried, Outcome, Task};
use crate::{wrong_checksum, DEADLINE, RESET};

type End = (fn(Reader), fn() -> Outcome);

const ENDS: [End; 4] = [
    (|mut reader| reader.close(), broken),
    (|reader| drop(reader), || failed(RESET)),
    (
        |mut reader| reader.abort(wrong_checksum()),
        || failed(wrong_checksum()),
    ),
    (
        |reader| reader.abort_handle().abort(wrong_checksum()),
        || failed(wrong_checksum()),
    ),
];

/// Writes 32 MiB into 64 KiB, of which the reader reads 1 MiB and then does `end`.
fn write_32_mib(options: &Options, blocking: bool, end: fn(Reader)) -> Result<(), Error> {
    let (reader, mut writer) = options.pipe();
    within(DEADLINE, || {
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut reader = reader.blocking();
                let mut buf = vec![0; 1 << 20];
                reader.read_exact(&mut buf).unwrap();
                assert!(buf.iter().all(|byte| *byte == 7));
                end(reader.into_inner());
            });
            let bytes = vec![7; 32 << 20];
            if blocking {
                writer.blocking().write_all(&bytes)
            } else {
                block_on(writer.write_all(&bytes))
            }
        })
    })
}

#[test]
fn b12_a_write_of_32_mib_into_64_kib_is_broken_pipe_when_the_reader_is_dropped() {
    for blocking in [false, true] {
        let written = write_32_mib(&Options::new(64 << 10), blocking, drop);
        assert_eq!(tried(written.map(|()| 0)), broken());
    }
}

#[test]
fn b16_b25_b26_a_write_of_32_mib_into_64_kib_fails_with_the_readers_end() {
    let options = Options::new(64 << 10).error_on_drop(RESET);
    for (end, expected) in ENDS {
        for blocking in [false, true] {
            let written = write_32_mib(&options, blocking, end);
            assert_eq!(tried(written.map(|()| 0)), expected());
        }
    }
}

#[test]
fn b7_the_thread_that_wrote_ends_and_the_writer_lives_on() {
    for (name, call) in waiting_reads::<Reader>() {
        let (mut reader, mut writer) = Options::new(8).error_on_drop(RESET).pipe();
        let writing = thread::spawn(move || {
            writer.try_write(b"abcd").unwrap();
            writer
        });
        let mut writer = writing.join().unwrap();
        let task = Task::new();
        assert_eq!(tried(reader.peek(&mut [0; 8])), moved(4));
        assert_eq!(task.poll(|cx| call(&mut reader, cx)), moved(4), "{name}");
        let unread = reader.len();
        if unread > 0 {
            reader.consume(unread);
        }
        // The end of a thread is no end of the stream.
        assert!(task.poll(|cx| call(&mut reader, cx)).is_pending(), "{name}");
        assert!(!reader.is_closed());
        assert_eq!(task.wakes(), 0);
        writer.try_write(b"abcd").unwrap();
        assert_eq!(task.wakes(), 1, "{name}");
    }
}

#[test]
fn b26_the_thread_that_wrote_ends_and_a_handle_wakes_the_reader() {
    let (mut reader, mut writer) = pipe(8);
    let handle = writer.abort_handle();
    let writing = thread::spawn(move || {
        writer.try_write(b"abcd").unwrap();
        writer
    });
    let _writer = writing.join().unwrap();
    assert_eq!(tried(reader.try_read(&mut [0; 8])), moved(4));
    let task = Task::new();
    let read = task.poll(|cx| Source::reader(&mut reader).poll_read(cx, &mut [0]));
    assert!(read.is_pending());
    thread::spawn(move || handle.abort(RESET)).join().unwrap();
    assert_eq!(task.wakes(), 1);
    assert_eq!(tried(reader.try_read(&mut [0])), failed(RESET));
}
