//! B16 and B19: bytes and space that were lent before the end may be consumed and committed after
//! it, also if calls have noticed the end meanwhile. `oracle` makes these calls in any order.

use crate::support::ends::{checksum, endings, Pipe};
use crate::support::panics::assert_panics;
use crate::{assert_reads, assert_unread, assert_writes, ErrorKind};

#[test]
fn b16_b19_lent_bytes_can_be_consumed_in_parts_after_every_ending() {
    for ending in endings() {
        let mut pipe = Pipe::new(ending.strict);
        pipe.writer().try_write(b"abc").unwrap();
        assert_eq!(pipe.reader().as_slices(), (&b"abc"[..], &b""[..]));
        ending.end(&mut pipe, checksum());
        let Some(mut reader) = pipe.reader.take() else {
            continue;
        };
        // More than was lent is too much, and moves nothing.
        assert_panics(|| reader.consume(4), file!(), &[4, 3]);
        let expected = ending.reader.by_reads(ErrorKind::InvalidData);
        if ending.discards {
            assert_reads(&mut reader, expected, &ending.name);
        }
        reader.consume(1);
        reader.consume(2);
        assert_reads(&mut reader, expected, &ending.name);
    }
}

/// No byte of them arrives. The space may also not have been lent.
#[test]
fn b16_b19_space_can_be_committed_in_parts_after_every_ending() {
    for (ending, lends) in endings()
        .iter()
        .flat_map(|ending| [(ending, true), (ending, false)])
    {
        let mut pipe = Pipe::new(ending.strict);
        pipe.writer().try_write(b"ab").unwrap();
        if lends {
            let (front, back) = pipe.writer().spare_slices();
            assert_eq!(front.len() + back.len(), 6);
            front.fill(b'!');
        }
        ending.end(&mut pipe, checksum());
        let Some(writer) = &mut pipe.writer else {
            continue;
        };
        let expected = ending.writer.by_writes(ErrorKind::InvalidData);
        for n in [0, 2, 4] {
            writer.commit(n);
            assert_writes(writer, expected, &ending.name);
        }
        assert_panics(|| writer.commit(7), file!(), &[7, 6]);
        if let Some(mut reader) = pipe.reader.take() {
            let left: &[u8] = if ending.discards { b"" } else { b"ab" };
            assert_unread(&mut reader, left, &ending.name);
            let expected = ending.reader.by_reads(ErrorKind::InvalidData);
            assert_reads(&mut reader, expected, &ending.name);
        }
    }
}
