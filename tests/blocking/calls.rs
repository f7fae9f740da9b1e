//! Lines, vectored calls and `Debug`. The tests of `contract` and `endings` make each call of
//! `std::io`, too.

use std::io::{BufRead, IoSlice, IoSliceMut, Read, Write};
use std::thread;

use async_duplex::pipe;

use crate::common::{DEADLINE, MIB, SHORT};
use crate::data::data;
use crate::deadline::within;

#[test]
fn b20_lines_are_whole_although_they_wrap_around_the_storage() {
    within(DEADLINE, || {
        let (reader, writer) = pipe(5);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = writer.blocking();
                (0..2000).for_each(|i| writeln!(writer, "line {i}").unwrap());
                write!(writer, "and a last one").unwrap();
            });
            let mut lines = reader.blocking().lines().map(Result::unwrap);
            for i in 0..2000 {
                assert_eq!(lines.next(), Some(format!("line {i}")));
            }
            assert_eq!(lines.next().as_deref(), Some("and a last one"));
            assert_eq!(lines.next(), None);
        });
    });
}

#[test]
fn b20_vectored_calls_block_until_they_make_progress() {
    within(DEADLINE, || {
        let bytes = data(1, MIB / 16);
        let (reader, writer) = pipe(4);
        let mut reader = reader.blocking();
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = writer.blocking();
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let (a, b) = rest.split_at(1);
                    let n = writer.write_vectored(&[a, b].map(IoSlice::new)).unwrap();
                    rest = &rest[n..];
                }
            });
            let mut read = Vec::new();
            let (mut a, mut b) = ([0; 1], [0; 2]);
            loop {
                let mut bufs = [&mut a[..], &mut b].map(IoSliceMut::new);
                let n = reader.read_vectored(&mut bufs).unwrap();
                if n == 0 {
                    break;
                }
                read.extend_from_slice(&a);
                read.extend_from_slice(&b[..n - 1]);
            }
            assert!(read == bytes);
        });
    });
}

#[test]
fn b20_debug_shows_the_half_and_the_timeout_but_no_bytes() {
    let (reader, mut writer) = pipe(8);
    writer.try_write(b"secret").unwrap();
    let mut reader = reader.blocking();
    reader.set_timeout(Some(SHORT));
    assert_eq!(
        format!("{reader:?}"),
        format!(
            "Blocking {{ inner: {:?}, timeout: Some(20ms) }}",
            reader.get_ref()
        ),
    );
    assert!(format!("{reader:?}").contains("len: 6"));
    assert!(!format!("{reader:?}").contains("secret"));
}
