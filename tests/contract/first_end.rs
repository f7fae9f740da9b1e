//! B16: the first end stands. A clean end never turns into an abort, nor an abort into a clean end.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{duplex, Reader, Writer};

use crate::counting_waker::{as_poll, failed, ready, CountingTask, Outcome, BROKEN, END};
use crate::every_call::{reads, writes};
use crate::{pipe_at, read_up_to};

/// Two kinds, so that the aborts can be told apart.
const BY_READER: ErrorKind = ErrorKind::ConnectionReset;
const BY_WRITER: ErrorKind = ErrorKind::TimedOut;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    ReaderCloses,
    ReaderAborts,
    WriterCloses,
    WriterAborts,
}

use Event::{ReaderAborts, ReaderCloses, WriterAborts, WriterCloses};

const EVENTS: [Event; 4] = [ReaderCloses, ReaderAborts, WriterCloses, WriterAborts];

/// Every sequence of distinct events.
fn histories() -> Vec<Vec<Event>> {
    let mut histories = vec![vec![]];
    let mut next = 0;
    while next < histories.len() {
        let history: Vec<Event> = histories[next].clone();
        let later = EVENTS.into_iter().filter(|event| !history.contains(event));
        histories.extend(later.map(|event| [&history[..], &[event]].concat()));
        next += 1;
    }
    histories
}

/// A pipe with its first end, and the first end of each half.
#[derive(Default)]
struct Model {
    unread: usize,
    first: Option<Event>,
    reader: Option<Event>,
    writer: Option<Event>,
}

impl Model {
    fn apply(&mut self, event: Event) {
        self.first.get_or_insert(event);
        match event {
            ReaderCloses | ReaderAborts => {
                self.reader.get_or_insert(event);
            }
            WriterCloses | WriterAborts => {
                self.writer.get_or_insert(event);
            }
        }
        // An abort of the writer that comes after the reader's end changes nothing for the reader.
        if self.reader == Some(ReaderAborts) || self.first == Some(WriterAborts) {
            self.unread = 0;
        }
    }

    /// A read of the next byte.
    fn read(&self) -> Outcome<usize> {
        match (self.unread, self.first) {
            (_, Some(WriterAborts)) => failed(BY_WRITER),
            (1.., _) => ready(1),
            (_, None) => Poll::Pending,
            _ => END,
        }
    }

    /// A write of one byte, for which there is room.
    fn write(&self) -> Outcome<usize> {
        match self.first {
            None => ready(1),
            Some(ReaderAborts) => failed(BY_READER),
            _ => BROKEN,
        }
    }
}

fn apply(reader: &mut Reader, writer: &mut Writer, event: Event) {
    match event {
        ReaderCloses => reader.close(),
        ReaderAborts => reader.abort(BY_READER),
        WriterCloses => writer.finish(),
        WriterAborts => writer.abort(BY_WRITER),
    }
}

/// Runs every history on pipes with some unread bytes, or none. Calls `look` after each event,
/// which may inspect the reader but must not consume.
fn every_history(look: impl Fn(&mut Reader, &Model)) {
    for history in histories() {
        for unread in [0, 3] {
            let (mut reader, mut writer) = pipe_at(4, 2);
            assert_eq!(as_poll(writer.try_write(&b"abc"[..unread])), ready(unread));
            let mut model = Model {
                unread,
                ..Model::default()
            };
            for &event in &history {
                apply(&mut reader, &mut writer, event);
                model.apply(event);
                look(&mut reader, &model);
            }
            for _ in 0..3 {
                // The writer has space for one byte each time.
                let written = as_poll(writer.try_write(b"d"));
                assert_eq!(written, model.write(), "{history:?}");
                model.unread += usize::from(written == ready(1));
                assert_eq!(reader.len(), model.unread, "{history:?}");
                let read = as_poll(reader.try_read(&mut [0]));
                assert_eq!(read, model.read(), "{history:?} with {unread} bytes");
                model.unread -= usize::from(read == ready(1));
            }
            assert_eq!(reader.is_closed(), model.writer.is_some(), "{history:?}");
            assert_eq!(writer.is_closed(), model.reader.is_some(), "{history:?}");
        }
    }
}

#[test]
fn b16_in_every_order_of_events_the_first_end_stands() {
    assert_eq!(histories().len(), 1 + 4 + 12 + 24 + 24);
    every_history(|_, _| ());
}

/// A reader that looks learns of each event at once.
#[test]
fn b16_the_first_end_stands_also_if_the_reader_looks_after_each_event() {
    every_history(|reader, model| {
        let (front, back) = reader.as_slices();
        assert_eq!(front.len() + back.len(), model.unread);
        assert_eq!(reader.len(), model.unread);
        let nothing = as_poll(reader.try_read(&mut []));
        assert_eq!(nothing, ready(0));
    });
}

#[test]
fn b16_bytes_that_an_abort_has_discarded_do_not_come_back_when_the_reader_closes() {
    for looks in [true, false] {
        let (mut reader, mut writer) = pipe_at(4, 2);
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        writer.abort(BY_WRITER);
        if looks {
            let read = as_poll(reader.try_read(&mut [0; 4]));
            assert_eq!(read, failed(BY_WRITER));
        }
        reader.close();
        assert_eq!(reader.len(), 0);
        let read = as_poll(reader.try_read(&mut [0; 4]));
        assert_eq!(read, failed(BY_WRITER));
    }
}

/// The ways in which a reader ends that leave it usable.
const READER_ENDS_ITSELF: [fn(&mut Reader); 2] = [Reader::close, |reader| reader.abort(BY_READER)];

/// The ways in which a writer ends that leave it usable.
const WRITER_ENDS_ITSELF: &[fn(&mut Writer)] = &[
    Writer::finish,
    |writer| writer.abort(BY_WRITER),
    |writer| assert!(CountingTask::new().close(writer).is_ready()),
    #[cfg(feature = "tokio")]
    |writer| {
        use core::pin::Pin;
        use tokio::io::AsyncWrite;

        let shut = CountingTask::new().poll(|cx| Pin::new(writer).poll_shutdown(cx).is_ready());
        assert!(shut);
    },
];

#[test]
fn b16_after_the_writers_abort_the_readers_own_end_changes_nothing() {
    for own in READER_ENDS_ITSELF {
        for unread in 0..=4 {
            let (mut reader, mut writer) = pipe_at(4, 2);
            assert_eq!(as_poll(writer.try_write(&b"abcd"[..unread])), ready(unread));
            writer.abort(BY_WRITER);
            for _ in 0..2 {
                own(&mut reader);
                assert_eq!(reader.len(), 0);
                assert_eq!(reads(&mut reader), [failed(BY_WRITER); 6]);
            }
            drop(writer);
            assert_eq!(reads(&mut reader), [failed(BY_WRITER); 6]);
        }
    }
}

#[test]
fn b16_after_the_readers_abort_the_writers_own_end_changes_nothing() {
    for own in WRITER_ENDS_ITSELF {
        for unread in 0..=4 {
            let (mut reader, mut writer) = pipe_at(4, 2);
            assert_eq!(as_poll(writer.try_write(&b"abcd"[..unread])), ready(unread));
            reader.abort(BY_READER);
            for _ in 0..2 {
                own(&mut writer);
                assert_eq!(writes(&mut writer), [failed(BY_READER); 7]);
            }
            drop(reader);
            assert_eq!(writes(&mut writer), [failed(BY_READER); 7]);
        }
    }
}

#[test]
fn b16_after_the_readers_close_the_writers_abort_changes_nothing() {
    for unread in 0..=4 {
        let (mut reader, mut writer) = pipe_at(4, 2);
        assert_eq!(as_poll(writer.try_write(&b"abcd"[..unread])), ready(unread));
        reader.close();
        writer.abort(BY_WRITER);
        assert!(reader.is_closed());
        assert_eq!(reader.len(), unread);
        assert_eq!(writes(&mut writer), [BROKEN; 7]);
        assert_eq!(read_up_to(&mut reader, 9), b"abcd"[..unread]);
        assert_eq!(reads(&mut reader), [END; 6]);
    }
}

#[test]
fn b16_after_finish_the_readers_abort_changes_nothing_for_the_writer() {
    let closes = WRITER_ENDS_ITSELF
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != 1);
    for (_, close) in closes {
        let (mut reader, mut writer) = pipe_at(4, 2);
        assert_eq!(as_poll(writer.try_write(b"abc")), ready(3));
        close(&mut writer);
        reader.abort(BY_READER);
        assert!(writer.is_closed());
        assert_eq!(writes(&mut writer), [BROKEN; 7]);
        assert_eq!(
            reads(&mut reader),
            [END; 6],
            "an abort discards unread bytes"
        );
    }
}

/// The write direction keeps its clean end.
#[test]
fn b16_an_abort_after_a_stream_closed_reaches_only_its_read_direction() {
    let task = CountingTask::new();
    let (mut near, mut far) = duplex(4);
    assert!(task.close(&mut near).is_ready());
    far.abort(BY_READER);
    let (reader, writer) = near.halves();
    assert_eq!(reads(reader), [failed(BY_READER); 6]);
    assert_eq!(writes(writer), [BROKEN; 7]);
    assert!(task.close(&mut near).is_ready());
    let (reader, writer) = near.halves();
    assert_eq!(reads(reader), [failed(BY_READER); 6]);
    assert_eq!(writes(writer), [BROKEN; 7]);
}

#[test]
fn b16_closing_a_stream_after_an_abort_leaves_both_directions_aborted() {
    let task = CountingTask::new();
    let (mut near, mut far) = duplex(4);
    far.abort(BY_READER);
    assert!(task.close(&mut near).is_ready());
    let (reader, writer) = near.halves();
    assert_eq!(reads(reader), [failed(BY_READER); 6]);
    assert_eq!(writes(writer), [failed(BY_READER); 7]);
}
