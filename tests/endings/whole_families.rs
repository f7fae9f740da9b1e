//! B11, B24, B25 and B26 through the calls with which each family reads to the end, and through the
//! types in which each family drops or closes a writer.

use std::io::{self, ErrorKind, Read, Write};

use async_duplex::{Options, Reader, Writer};
use futures::executor::block_on;

use crate::support::counting_waker::{as_poll, failed, ready, Outcome, BROKEN};
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

/// Writes a part through a family, and drops the writer there or ends it.
type WriteAndGo = (&'static str, fn(Writer));

const DROPS: [WriteAndGo; 5] = [
    ("futures", |writer| {
        let mut writer: Box<dyn futures::AsyncWrite + Unpin> = Box::new(writer);
        block_on(futures::AsyncWriteExt::write_all(&mut writer, b"part")).unwrap();
        block_on(futures::AsyncWriteExt::flush(&mut writer)).unwrap();
    }),
    ("tokio", |writer| {
        let mut writer: Box<dyn tokio::io::AsyncWrite + Unpin> = Box::new(writer);
        block_on(tokio::io::AsyncWriteExt::write_all(&mut writer, b"part")).unwrap();
        block_on(tokio::io::AsyncWriteExt::flush(&mut writer)).unwrap();
    }),
    ("embedded", |mut writer| {
        block_on(embedded_io_async::Write::write_all(&mut writer, b"part")).unwrap();
        block_on(embedded_io_async::Write::flush(&mut writer)).unwrap();
    }),
    ("blocking", |writer| {
        let mut writer: Box<dyn Write> = Box::new(writer.blocking());
        writer.write_all(b"part").unwrap();
        writer.flush().unwrap();
    }),
    ("a dropped future", |mut writer| {
        let cancelled = async move {
            futures::AsyncWriteExt::write_all(&mut writer, b"part").await?;
            futures::future::pending::<()>().await;
            futures::AsyncWriteExt::close(&mut writer).await
        };
        let polled = futures::FutureExt::now_or_never(cancelled);
        assert!(polled.is_none());
    }),
];

const CLOSES: [WriteAndGo; 4] = [
    ("futures close", |mut writer| {
        block_on(futures::AsyncWriteExt::write_all(&mut writer, b"part")).unwrap();
        block_on(futures::AsyncWriteExt::close(&mut writer)).unwrap();
    }),
    ("tokio shutdown", |mut writer| {
        block_on(tokio::io::AsyncWriteExt::write_all(&mut writer, b"part")).unwrap();
        block_on(tokio::io::AsyncWriteExt::shutdown(&mut writer)).unwrap();
    }),
    ("embedded, then finish", |mut writer| {
        block_on(embedded_io_async::Write::write_all(&mut writer, b"part")).unwrap();
        writer.finish();
    }),
    ("blocking, then finish", |writer| {
        let mut writer = writer.blocking();
        writer.write_all(b"part").unwrap();
        writer.get_mut().finish();
    }),
];

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
fn b25_a_writer_dropped_in_any_family_gives_every_family_the_bytes_and_then_the_error() {
    let options = Options::new(64).error_on_drop(RESET);
    for go in DROPS {
        check(&options, go, failed(RESET), b"part");
        check(&Options::new(64), go, ready(4), b"part");
    }
}

#[test]
fn b25_a_writer_closed_in_any_family_gives_every_family_a_clean_end() {
    let options = Options::new(64).error_on_drop(RESET);
    for go in CLOSES {
        check(&options, go, ready(4), b"part");
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
