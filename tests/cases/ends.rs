//! Everything that ends a pipe, and what the calls of its halves return then.

use async_duplex::{Options, Reader, Writer};

use crate::task::{broken, failed, moved, Outcome};
use crate::{wrong_checksum, RESET};

/// What ends a pipe, what it leaves of the two halves, and what the half under test returns then.
pub(crate) struct End<Half, Peer> {
    pub(crate) name: &'static str,
    pub(crate) options: fn() -> Options,
    pub(crate) end: fn(&mut Half, Peer) -> Option<Peer>,
    pub(crate) expected: fn() -> Outcome,
}

fn plain() -> Options {
    Options::new(8)
}

fn with_error_on_drop() -> Options {
    Options::new(8).error_on_drop(RESET)
}

/// Everything that ends a reader's stream and keeps the unread bytes.
pub(crate) fn ends_after_the_bytes() -> Vec<End<Reader, Writer>> {
    let eof = || moved(0);
    vec![
        End {
            name: "the writer is dropped",
            options: plain,
            end: |_, _writer| None,
            expected: eof,
        },
        End {
            name: "the writer finishes",
            options: with_error_on_drop,
            end: |_, mut writer| {
                writer.finish();
                Some(writer)
            },
            expected: eof,
        },
        End {
            name: "the writer finishes with an error",
            options: plain,
            end: |_, mut writer| {
                writer.finish_with(wrong_checksum());
                Some(writer)
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer finishes with an error and is dropped",
            options: with_error_on_drop,
            end: |_, mut writer| {
                writer.finish_with(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer is dropped, with `error_on_drop`",
            options: with_error_on_drop,
            end: |_, _writer| None,
            expected: || failed(RESET),
        },
        End {
            name: "the reader closes",
            options: with_error_on_drop,
            end: |reader, writer| {
                reader.close();
                Some(writer)
            },
            expected: eof,
        },
    ]
}

/// Everything that ends a reader's stream at once.
pub(crate) fn ends_without_the_bytes() -> Vec<End<Reader, Writer>> {
    vec![
        End {
            name: "the writer aborts",
            options: plain,
            end: |_, mut writer| {
                writer.abort(wrong_checksum());
                Some(writer)
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer aborts and is dropped",
            options: with_error_on_drop,
            end: |_, mut writer| {
                writer.abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the reader aborts",
            options: plain,
            end: |reader, writer| {
                reader.abort(wrong_checksum());
                Some(writer)
            },
            expected: || moved(0),
        },
        End {
            name: "a handle aborts",
            options: with_error_on_drop,
            end: |reader, _writer| {
                reader.abort_handle().abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
    ]
}

/// Everything that ends a writer's stream.
pub(crate) fn ends_of_a_writer() -> Vec<End<Writer, Reader>> {
    vec![
        End {
            name: "the reader is dropped",
            options: plain,
            end: |_, _reader| None,
            expected: broken,
        },
        End {
            name: "the reader closes",
            options: with_error_on_drop,
            end: |_, mut reader| {
                reader.close();
                Some(reader)
            },
            expected: broken,
        },
        End {
            name: "the reader aborts",
            options: with_error_on_drop,
            end: |_, mut reader| {
                reader.abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the reader is dropped, with `error_on_drop`",
            options: with_error_on_drop,
            end: |_, _reader| None,
            expected: || failed(RESET),
        },
        End {
            name: "a handle aborts",
            options: with_error_on_drop,
            end: |writer, _reader| {
                writer.abort_handle().abort(wrong_checksum());
                None
            },
            expected: || failed(wrong_checksum()),
        },
        End {
            name: "the writer finishes",
            options: plain,
            end: |writer, reader| {
                writer.finish();
                Some(reader)
            },
            expected: broken,
        },
        End {
            name: "the writer finishes with an error",
            options: plain,
            end: |writer, reader| {
                writer.finish_with(wrong_checksum());
                Some(reader)
            },
            expected: broken,
        },
        End {
            name: "the writer aborts",
            options: plain,
            end: |writer, reader| {
                writer.abort(wrong_checksum());
                Some(reader)
            },
            expected: broken,
        },
    ]
}
