//! `peek` and `consume`: bytes are copied and stay unread, or are discarded.

use std::io::ErrorKind;

use async_duplex::pipe;

#[test]
fn b19_peek_copies_unread_bytes_across_the_wrap_and_consumes_none() {
    let (mut reader, mut writer) = pipe(4);
    writer.try_write(b"abc").unwrap();
    assert_eq!(reader.try_read(&mut [0; 2]).unwrap(), 2);
    writer.try_write(b"def").unwrap();
    for n in 0..=6 {
        let mut buf = [b'-'; 6];
        let expected = n.min(4);
        assert_eq!(reader.peek(&mut buf[..n]).unwrap(), expected);
        assert_eq!(buf[..expected], b"cdef"[..expected]);
        assert_eq!(buf[expected..], b"------"[expected..]);
    }
    assert_eq!(reader.len(), 4);
    assert_eq!(
        writer.try_write(b"g").unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    assert_eq!(reader.try_read(&mut [0; 6]).unwrap(), 4);
}

#[test]
fn b19_peek_ends_as_a_read_does() {
    let (mut reader, mut writer) = pipe(4);
    let mut buf = [0; 2];
    assert_eq!(reader.peek(&mut []).unwrap(), 0, "an empty buffer");
    assert_eq!(
        reader.peek(&mut buf).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    writer.try_write(b"a").unwrap();
    writer.finish();
    assert_eq!(reader.peek(&mut buf).unwrap(), 1);
    reader.consume(1);
    assert_eq!(reader.peek(&mut buf).unwrap(), 0, "the end of the stream");

    let (mut reader, mut writer) = pipe(4);
    writer.try_write(b"a").unwrap();
    writer.abort(ErrorKind::ConnectionReset);
    assert_eq!(
        reader.peek(&mut buf).unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
}

#[test]
fn b19_consume_finds_bytes_that_no_earlier_call_has_seen() {
    let (mut reader, mut writer) = pipe(4);
    writer.try_write(b"abc").unwrap();
    reader.consume(1);
    assert_eq!(reader.as_slices().0, b"bc");
    writer.try_write(b"de").unwrap();
    reader.consume(4);
    assert!(reader.is_empty());
}
