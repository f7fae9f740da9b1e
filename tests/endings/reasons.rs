//! B16: an abort keeps its kind, its message and its source, for every later call.

use std::error::Error as _;
use std::io::{Error, ErrorKind};

use async_duplex::{duplex, pipe};

use crate::{assert_checksum, checksum, kinds_of_reader, kinds_of_writer, Checksum, RESET};

#[test]
fn b16_every_read_after_an_abort_has_the_message_and_the_source() {
    let (mut reader, mut writer) = pipe(8);
    writer.try_write(b"abc").unwrap();
    writer.abort(checksum());
    for _ in 0..3 {
        assert_checksum(&reader.try_read(&mut [0; 8]).unwrap_err());
        assert_checksum(&reader.peek(&mut [0; 8]).unwrap_err());
        assert_eq!(kinds_of_reader(&mut reader), [ErrorKind::InvalidData; 5]);
    }
    reader.close();
    drop(writer);
    assert_checksum(&reader.try_read(&mut [0; 8]).unwrap_err());
}

#[test]
fn b16_every_write_after_an_abort_has_the_message_and_the_source() {
    let (mut reader, mut writer) = pipe(8);
    reader.abort(checksum());
    for _ in 0..3 {
        assert_checksum(&writer.try_write(b"a").unwrap_err());
        assert_eq!(kinds_of_writer(&mut writer), [ErrorKind::InvalidData; 4]);
    }
    writer.finish();
    drop(reader);
    assert_checksum(&writer.try_write(b"a").unwrap_err());
}

#[test]
fn b16_both_directions_of_a_stream_have_the_message_and_the_source() {
    let (mut near, mut far) = duplex(8);
    near.abort(checksum());
    assert_checksum(&far.try_read(&mut [0; 8]).unwrap_err());
    assert_checksum(&far.try_write(b"a").unwrap_err());
}

#[test]
fn b16_a_message_without_a_payload_is_kept() {
    // The standard library makes such errors: `read_exact` at the end of a stream.
    let error = std::io::Read::read_exact(&mut &b"ab"[..], &mut [0; 3]).unwrap_err();
    assert!(error.get_ref().is_none());
    let message = error.to_string();
    assert_ne!(message, Error::from(ErrorKind::UnexpectedEof).to_string());

    let (mut reader, mut writer) = pipe(8);
    writer.abort(error);
    let error = reader.try_read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(error.to_string(), message);
}

#[test]
fn b16_an_error_of_the_operating_system_keeps_its_code() {
    const ENOSPC: i32 = 28;
    let (mut reader, mut writer) = pipe(8);
    reader.abort(Error::from_raw_os_error(ENOSPC));
    drop(reader);
    let error = writer.try_write(b"a").unwrap_err();
    assert_eq!(error.raw_os_error(), Some(ENOSPC));

    (reader, writer) = pipe(8);
    writer.finish_with(Error::from_raw_os_error(ENOSPC));
    assert_eq!(
        reader.try_read(&mut [0]).unwrap_err().raw_os_error(),
        Some(ENOSPC)
    );
}

#[test]
fn b16_the_first_reason_stands() {
    let (mut reader, mut writer) = pipe(8);
    writer.abort(checksum());
    writer.abort(RESET);
    writer.finish_with(RESET);
    writer.finish();
    assert_checksum(&reader.try_read(&mut [0]).unwrap_err());
}

#[test]
fn b16_a_kind_alone_comes_back_as_a_kind_alone() {
    for kind in [RESET, ErrorKind::Other, ErrorKind::InvalidData] {
        let (mut reader, mut writer) = pipe(8);
        writer.abort(kind);
        for error in [
            reader.try_read(&mut [0]).unwrap_err(),
            reader.peek(&mut [0]).unwrap_err(),
        ] {
            assert_eq!(error.kind(), kind);
            assert!(error.get_ref().is_none(), "{error:?}");
            assert!(error.source().is_none(), "{error:?}");
        }
    }
}

/// The kind is another one, and the user's own error is found all the same.
#[test]
fn b16_a_kind_that_means_try_again_becomes_another_one_and_keeps_message_and_source() {
    for (given, got) in [
        (ErrorKind::WouldBlock, ErrorKind::TimedOut),
        (ErrorKind::Interrupted, ErrorKind::Other),
    ] {
        let source = Error::new(ErrorKind::InvalidInput, "block 7");
        let (mut reader, mut writer) = pipe(8);
        writer.finish_with(Error::new(given, Checksum(source)));
        let error = reader.try_read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), got);
        assert_eq!(error.to_string(), "the checksum is wrong");
        assert!(error.source().unwrap().is::<Checksum>());
        drop(writer);
    }
}
