//! What the halves report: their peer, whether it has ended, and `Debug`.

use async_duplex::{duplex, pipe, Reader, Writer};

use crate::counting_waker::{as_poll, ready, CountingTask};
use crate::{READER_ENDINGS, WRITER_ENDINGS};

#[test]
fn surface_halves_of_one_pipe_are_peers_and_those_of_two_are_not() {
    let (reader, writer) = pipe(4);
    let (other_reader, other_writer) = pipe(4);
    assert!(reader.is_peer_of(&writer) && writer.is_peer_of(&reader));
    assert!(!reader.is_peer_of(&other_writer) && !other_writer.is_peer_of(&reader));
    assert!(!writer.is_peer_of(&other_reader) && !other_reader.is_peer_of(&writer));
}

#[test]
fn surface_halves_stay_peers_when_they_are_used_closed_and_moved() {
    let (reader, mut writer) = pipe(4);
    assert_eq!(as_poll(writer.try_write(b"a")), ready(1));
    writer.finish();
    let mut halves = Box::new((writer, reader));
    halves.1.close();
    assert!(halves.0.is_peer_of(&halves.1));
}

#[test]
fn surface_halves_of_two_connected_streams_are_peers_crosswise() {
    let (left, right) = duplex(4);
    let (left_reader, left_writer) = left.into_split();
    let (right_reader, right_writer) = right.into_split();
    assert!(left_reader.is_peer_of(&right_writer));
    assert!(left_writer.is_peer_of(&right_reader));
    assert!(!left_reader.is_peer_of(&left_writer));
    assert!(!right_writer.is_peer_of(&right_reader));
}

#[test]
fn surface_is_closed_is_about_the_other_half_only() {
    for (how, end) in WRITER_ENDINGS {
        let (mut reader, writer) = pipe(4);
        reader.close();
        assert!(!reader.is_closed(), "its own end does not count");
        let _closed = end(writer);
        assert!(reader.is_closed(), "{how}");
    }
    for (how, end) in READER_ENDINGS {
        let (reader, mut writer) = pipe(4);
        writer.finish();
        assert!(!writer.is_closed(), "its own end does not count");
        let _closed = end(reader);
        assert!(writer.is_closed(), "{how}");
    }
}

fn debug_of(reader: &Reader, writer: &Writer) -> [String; 2] {
    [format!("{reader:?}"), format!("{writer:?}")]
}

fn assert_each_says(texts: [String; 2], what: &str) {
    for text in texts {
        assert!(text.contains(what), "{text} does not say {what}");
    }
}

#[test]
fn surface_debug_of_the_halves_shows_counts_and_which_half_waits_for_bytes() {
    let (mut reader, mut writer) = pipe(23);
    let task = CountingTask::new();
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    assert_each_says(debug_of(&reader, &writer), "reader_waits: true");
    assert_each_says(debug_of(&reader, &writer), "writer_waits: false");
    assert_eq!(task.write(&mut writer, &[1; 17]), ready(17));
    assert_each_says(debug_of(&reader, &writer), "capacity: 23");
    assert_each_says(debug_of(&reader, &writer), "len: 17");
    assert_each_says(debug_of(&reader, &writer), "reader_waits: false");
    assert_eq!(task.write(&mut writer, &[1; 17]), ready(6));
    assert!(task.write(&mut writer, &[1; 17]).is_pending());
    assert_each_says(debug_of(&reader, &writer), "writer_waits: true");
    assert_each_says(debug_of(&reader, &writer), "is_closed: false");
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    assert_each_says(debug_of(&reader, &writer), "reader_waits: false");
    reader.close();
    writer.finish();
    assert_each_says(debug_of(&reader, &writer), "is_closed: true");
}

#[test]
fn surface_debug_never_shows_the_bytes() {
    let secret = b"hunter2 hunter2 hunter2";
    let (mut near, far) = duplex(32);
    let task = CountingTask::new();
    assert_eq!(task.write(&mut near, secret), ready(23));
    let mut texts = vec![format!("{near:?} {far:?} {near:#?} {far:#?}")];
    let (reader, writer) = near.into_split();
    let (mut far_reader, far_writer) = far.into_split();
    assert_eq!(as_poll(far_reader.try_read(&mut [0; 3])), ready(3));
    texts.push(format!(
        "{reader:?} {writer:?} {far_reader:#?} {far_writer:#?}"
    ));
    texts.push(format!("{:?}", far_reader.closed()));
    for text in texts {
        assert!(!text.contains("hunter"), "{text}");
        // Nor as a list of numbers: `h` is 104, and `u` 117.
        assert!(!text.contains("104") && !text.contains("117"), "{text}");
    }
}

#[test]
fn surface_debug_of_a_stream_and_of_closed_names_the_halves() {
    let (stream, _peer) = duplex(23);
    let text = format!("{stream:?}");
    assert!(text.contains("Reader") && text.contains("Writer"), "{text}");
    let (mut reader, mut writer) = stream.into_split();
    let text = format!("{:?} {:?}", reader.closed(), writer.closed());
    assert!(text.contains("Reader") && text.contains("Writer"), "{text}");
}
