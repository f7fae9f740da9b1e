//! B16: whatever follows it, a clean close stays one, and so does an abort.

use core::task::Poll;
use std::io::ErrorKind;

use async_duplex::{Reader, Writer};

use crate::counting_waker::{moved, tried, Outcome, BROKEN, END};
use crate::{pipe_at, read_up_to};

/// Different kinds, so that none is taken for another.
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

/// All of the ways in which some or all of the events can follow each other.
fn histories() -> Vec<Vec<Event>> {
    let mut histories = vec![vec![]];
    let mut next = 0;
    while next < histories.len() {
        let history: Vec<Event> = histories[next].clone();
        let news = EVENTS.into_iter().filter(|event| !history.contains(event));
        histories.extend(news.map(|event| [&history[..], &[event]].concat()));
        next += 1;
    }
    histories
}

/// A pipe of which each half keeps to its first end.
#[derive(Default)]
struct Model {
    unread: usize,
    reader: Option<Event>,
    writer: Option<Event>,
}

impl Model {
    fn happens(&mut self, event: Event) {
        match event {
            ReaderCloses | ReaderAborts => {
                self.reader.get_or_insert(event);
            }
            WriterCloses | WriterAborts => {
                self.writer.get_or_insert(event);
            }
        }
        let reader_gave_up = self.reader == Some(ReaderAborts);
        // What the writer does is no business any more of a reader that has closed.
        if reader_gave_up || self.reader.is_none() && self.writer == Some(WriterAborts) {
            self.unread = 0;
        }
    }

    /// A read of the next byte.
    fn read(&self) -> Outcome<usize> {
        match (self.unread, self.reader, self.writer) {
            (1.., ..) => moved(1),
            (_, None, None) => Poll::Pending,
            (_, None, Some(WriterAborts)) => Poll::Ready(Err(BY_WRITER)),
            _ => END,
        }
    }

    /// A write of one byte, for which there is room.
    fn write(&self) -> Outcome<usize> {
        match (self.reader, self.writer) {
            (None, None) => moved(1),
            (Some(ReaderAborts), None) => Poll::Ready(Err(BY_READER)),
            _ => BROKEN,
        }
    }
}

fn happen(reader: &mut Reader, writer: &mut Writer, event: Event) {
    match event {
        ReaderCloses => reader.close(),
        ReaderAborts => reader.abort(BY_READER),
        WriterCloses => writer.close(),
        WriterAborts => writer.abort(BY_WRITER),
    }
}

/// Runs every history on pipes that hold a few bytes, or none. `look` may look at the reader after
/// each event, as long as it takes nothing.
fn every_history(look: impl Fn(&mut Reader, &Model)) {
    for history in histories() {
        for unread in [0, 3] {
            let (mut reader, mut writer) = pipe_at(4, 2);
            assert_eq!(tried(writer.try_write(&b"abc"[..unread])), moved(unread));
            let mut model = Model {
                unread,
                ..Model::default()
            };
            for &event in &history {
                happen(&mut reader, &mut writer, event);
                model.happens(event);
                look(&mut reader, &model);
            }
            for _ in 0..3 {
                // The room is the same each time, unless the writer uses it.
                let written = tried(writer.try_write(b"d"));
                assert_eq!(written, model.write(), "{history:?}");
                model.unread += usize::from(written == moved(1));
                assert_eq!(reader.len(), model.unread, "{history:?}");
                let read = tried(reader.try_read(&mut [0]));
                assert_eq!(read, model.read(), "{history:?} with {unread} bytes");
                model.unread -= usize::from(read == moved(1));
            }
            assert_eq!(reader.is_closed(), model.writer.is_some(), "{history:?}");
            assert_eq!(writer.is_closed(), model.reader.is_some(), "{history:?}");
        }
    }
}

#[test]
fn b16_in_every_order_of_events_each_half_keeps_to_its_first_end() {
    assert_eq!(histories().len(), 1 + 4 + 12 + 24 + 24);
    every_history(|_, _| ());
}

/// The same, with a reader that learns of each event when it happens.
#[test]
fn b16_it_makes_no_difference_whether_anybody_looks_between_the_events() {
    every_history(|reader, model| {
        let (front, back) = reader.as_slices();
        assert_eq!(front.len() + back.len(), model.unread);
        assert_eq!(reader.len(), model.unread);
        let nothing = tried(reader.try_read(&mut []));
        assert_eq!(nothing, moved(0));
    });
}

#[test]
fn b16_bytes_that_an_abort_has_discarded_do_not_come_back_when_the_reader_closes() {
    for learns_of_it in [true, false] {
        let (mut reader, mut writer) = pipe_at(4, 2);
        assert_eq!(tried(writer.try_write(b"abc")), moved(3));
        writer.abort(BY_WRITER);
        if learns_of_it {
            let read = tried(reader.try_read(&mut [0; 4]));
            assert_eq!(read, Poll::Ready(Err(BY_WRITER)));
        }
        reader.close();
        assert_eq!(reader.len(), 0);
        assert_eq!(read_up_to(&mut reader, 4), b"");
    }
}
