//! With the traits of the standard library, on `Blocking`.

use std::io::{copy, BufRead, Read, Write};

use async_duplex::{duplex, pipe};

#[test]
fn surface_writes_write_and_reads_read() {
    let (reader, writer) = pipe(16);
    let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
    assert_eq!(writer.write(b"ab").unwrap(), 2);
    writer.write_all(b"cd").unwrap();
    write!(writer, "{}", 7).unwrap();
    writer.flush().unwrap();

    let mut buf = [0; 2];
    assert_eq!(reader.read(&mut buf).unwrap(), 2);
    reader.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"cd");
    assert_eq!(reader.fill_buf().unwrap(), b"7");
    reader.consume(1);
    drop(writer);
    assert_eq!(reader.read(&mut buf).unwrap(), 0);
}

#[test]
fn surface_a_stream_writes_to_its_peer_and_reads_from_it() {
    let (near, far) = duplex(16);
    let (mut near, mut far) = (near.blocking(), far.blocking());
    near.write_all(b"ab\ncdef").unwrap();
    near.flush().unwrap();
    let mut text = String::new();
    assert_eq!(far.read_line(&mut text).unwrap(), 3);
    assert_eq!(far.fill_buf().unwrap(), b"cdef");
    far.consume(2);
    drop(near);
    assert_eq!(far.read_to_string(&mut text).unwrap(), 2);
    assert_eq!(text, "ab\nef");
}

#[test]
fn surface_lines_split_bytes_take_and_chain_iterate_over_what_is_read() {
    let with = |bytes: &[u8]| {
        let (reader, mut writer) = pipe(16);
        assert_eq!(writer.try_write(bytes).unwrap(), bytes.len());
        reader.blocking()
    };
    let lines: Vec<_> = with(b"a\nbc").lines().map(Result::unwrap).collect();
    assert_eq!(lines, ["a", "bc"]);
    let fields: Vec<_> = with(b"a,bc").split(b',').map(Result::unwrap).collect();
    assert_eq!(fields, [&b"a"[..], b"bc"]);
    let bytes: Vec<_> = with(b"abc").bytes().map(Result::unwrap).collect();
    assert_eq!(bytes, b"abc");

    let mut first = with(b"abcd");
    let mut bytes = Vec::new();
    first.by_ref().take(2).read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"ab");
    bytes.clear();
    let mut both = first.chain(with(b"ef"));
    both.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"cdef");
}

#[test]
fn surface_copy_moves_a_reader_to_the_end_into_a_writer() {
    let (reader, mut writer) = pipe(16);
    let (copied, target) = pipe(16);
    assert_eq!(writer.try_write(b"abc").unwrap(), 3);
    drop(writer);
    let n = copy(&mut reader.blocking(), &mut target.blocking()).unwrap();
    assert_eq!(n, 3);
    let mut bytes = Vec::new();
    copied.blocking().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"abc");
}
