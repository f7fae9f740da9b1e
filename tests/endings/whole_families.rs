//! B24, B25 and B26 through the calls with which each family reads to the end or writes a whole
//! buffer.

use std::io::{self, ErrorKind, Read, Write};

use async_duplex::{Options, Reader, Writer};
use futures::executor::block_on;

use crate::support::counting_waker::{as_poll, failed, Outcome, BROKEN};
use crate::support::deadline::within;
use crate::support::ends::{checksum, RESET};
use crate::DEADLINE;

/// The kind of [`checksum`].
const INVALID: ErrorKind = ErrorKind::InvalidData;

/// Reads to the end, and returns what that comes to.
type ReadToEnd = (&'static str, fn(Reader, &mut Vec<u8>) -> io::Result<usize>);

const READS_TO_END: [ReadToEnd; 7] = [
    ("futures read_to_end", |mut reader, bytes| {
        block_on(futures::AsyncReadExt::read_to_end(&mut reader, bytes))
    }),
    ("futures copy", |reader, bytes| {
        let copied = block_on(futures::io::copy(reader, bytes));
        copied.map(|n| n as usize)
    }),
    ("futures copy_buf", |reader, bytes| {
        let copied = block_on(futures::io::copy_buf(reader, bytes));
        copied.map(|n| n as usize)
    }),
    ("tokio read_to_end", |mut reader, bytes| {
        block_on(tokio::io::AsyncReadExt::read_to_end(&mut reader, bytes))
    }),
    ("tokio copy", |mut reader, bytes| {
        let copied = block_on(tokio::io::copy(&mut reader, bytes));
        copied.map(|n| n as usize)
    }),
    ("embedded read", |mut reader, bytes| {
        let before = bytes.len();
        let mut buf = [0; 3];
        loop {
            match block_on(embedded_io_async::Read::read(&mut reader, &mut buf))? {
                0 => return Ok(bytes.len() - before),
                n => bytes.extend(&buf[..n]),
            }
        }
    }),
    ("blocking read_to_end", |reader, bytes| {
        reader.blocking().read_to_end(bytes)
    }),
];

/// Writes a part, and ends the writer.
type WriteAndGo = (&'static str, fn(Writer));

fn check(options: &Options, go: WriteAndGo, expected: Outcome<usize>, arrived: &[u8]) {
    for (name, read_to_end) in READS_TO_END {
        let (reader, writer) = options.pipe();
        within(DEADLINE, || {
            go.1(writer);
            let mut bytes = Vec::new();
            let read = as_poll(read_to_end(reader, &mut bytes));
            assert_eq!((read, &bytes[..]), (expected, arrived), "{name}, {}", go.0);
        });
    }
}

#[test]
fn b24_finish_with_gives_every_family_the_bytes_and_then_the_error() {
    let go: WriteAndGo = ("finish_with", |mut writer| {
        writer.try_write(b"part").unwrap();
        writer.finish_with(checksum());
        // None of these changes the end.
        block_on(futures::AsyncWriteExt::close(&mut writer)).unwrap();
        block_on(tokio::io::AsyncWriteExt::shutdown(&mut writer)).unwrap();
        writer.finish();
        writer.finish_with(RESET);
        writer.abort(RESET);
        writer.abort_handle().abort(RESET);
    });
    for options in [Options::new(64), Options::new(64).error_on_drop(RESET)] {
        check(&options, go, failed(INVALID), b"part");
    }
}

#[test]
fn b26_a_handle_gives_every_family_the_error_without_the_bytes() {
    let go: WriteAndGo = ("abort by handle", |mut writer| {
        writer.try_write(b"part").unwrap();
        writer.abort_handle().abort(checksum());
        writer.finish();
    });
    check(&Options::new(64), go, failed(INVALID), b"");
}

/// A reader that is dropped inside a family, and what a whole write of each family returns then.
#[test]
fn b12_b25_a_reader_dropped_in_any_family_fails_the_writes_of_every_family() {
    type WriteAll = (&'static str, fn(Writer) -> io::Result<()>);
    let writes: [WriteAll; 4] = [
        ("futures", |mut writer| {
            block_on(futures::AsyncWriteExt::write_all(&mut writer, &[0; 100]))
        }),
        ("tokio", |mut writer| {
            block_on(tokio::io::AsyncWriteExt::write_all(&mut writer, &[0; 100]))
        }),
        ("embedded", |mut writer| {
            block_on(embedded_io_async::Write::write_all(&mut writer, &[0; 100]))
        }),
        ("blocking", |writer| writer.blocking().write_all(&[0; 100])),
    ];
    let drops: [fn(Reader); 3] = [
        |reader| drop::<Box<dyn futures::AsyncBufRead>>(Box::new(reader)),
        |reader| drop::<Box<dyn tokio::io::AsyncBufRead>>(Box::new(reader)),
        |reader| drop::<Box<dyn io::BufRead>>(Box::new(reader.blocking())),
    ];
    for (name, write_all) in writes {
        for drop_reader in drops {
            let (reader, mut writer) = Options::new(8).error_on_drop(RESET).pipe();
            writer.try_write(b"unread").unwrap();
            drop_reader(reader);
            let written = within(DEADLINE, || write_all(writer));
            assert_eq!(as_poll(written.map(|()| 0)), failed(RESET), "{name}");

            let (reader, writer) = async_duplex::pipe(8);
            drop_reader(reader);
            let written = within(DEADLINE, || write_all(writer));
            assert_eq!(as_poll(written.map(|()| 0)), BROKEN, "{name}");
        }
    }
}
