//! What the halves report: their peer, whether it has ended, and `Debug`.

use async_duplex::{duplex, pipe};

use crate::support::counting_waker::{as_poll, ready, CountingTask};

#[test]
fn surface_halves_of_one_pipe_are_peers_and_those_of_two_are_not() {
    let (reader, mut writer) = pipe(4);
    let (other_reader, other_writer) = pipe(4);
    assert!(reader.is_peer_of(&writer) && writer.is_peer_of(&reader));
    assert!(!reader.is_peer_of(&other_writer) && !other_writer.is_peer_of(&reader));
    assert!(!writer.is_peer_of(&other_reader) && !other_reader.is_peer_of(&writer));
    // They stay so when they are closed and moved.
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
fn surface_debug_of_the_halves_shows_counts_and_which_half_waits_for_bytes() {
    let (mut reader, mut writer) = pipe(23);
    let task = CountingTask::new();
    let assert_say = |texts: [String; 2], whats: &[&str]| {
        for text in texts {
            for what in whats {
                assert!(text.contains(what), "{text} does not say {what}");
            }
        }
    };
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    let debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(debug, &["reader_waits: true", "writer_waits: false"]);
    assert_eq!(task.write(&mut writer, &[1; 17]), ready(17));
    let debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(debug, &["capacity: 23", "len: 17", "reader_waits: false"]);
    assert_eq!(task.write(&mut writer, &[1; 17]), ready(6));
    assert!(task.write(&mut writer, &[1; 17]).is_pending());
    let debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(debug, &["writer_waits: true", "is_closed: false"]);
    assert!(task.poll(|cx| reader.poll_closed(cx)).is_pending());
    let debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(debug, &["reader_waits: false"]);
    reader.close();
    writer.finish();
    let debug = [format!("{reader:?}"), format!("{writer:?}")];
    assert_say(debug, &["is_closed: true"]);
}

#[test]
fn surface_debug_names_the_halves_and_never_shows_the_bytes() {
    let (mut near, far) = duplex(32);
    assert_eq!(
        as_poll(near.try_write(b"hunter2 hunter2 hunter2")),
        ready(23)
    );
    let mut texts = vec![format!("{near:?} {far:#?}")];
    let (mut reader, mut writer) = near.into_split();
    let (mut far_reader, far_writer) = far.into_split();
    assert_eq!(as_poll(far_reader.try_read(&mut [0; 3])), ready(3));
    texts.push(format!("{far_reader:#?} {far_writer:?}"));
    texts.push(format!("{:?} {:?}", reader.closed(), writer.closed()));
    for text in texts {
        assert!(text.contains("Reader") && text.contains("Writer"), "{text}");
        // Nor as a list of numbers: `h` is 104, and `u` 117.
        for secret in ["hunter", "104", "117"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
