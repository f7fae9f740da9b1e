//! B3 and B4: each call moves all that it can. `oracle` makes short calls from every offset, and
//! `families` drops calls (B10).

use std::io::{IoSlice, IoSliceMut};

use async_duplex::pipe;

use crate::support::counting_waker::{as_poll, ready, CountingTask};
use crate::support::data::data;
use crate::{pipe_with, read_up_to};

#[test]
fn b3_a_long_write_and_a_long_read_move_every_byte_in_one_call() {
    let bytes = data(0, 300_000);
    let (mut reader, mut writer) = pipe(400_000);
    let mut got = vec![0; bytes.len()];
    for _ in 0..2 {
        assert_eq!(as_poll(writer.try_write(&bytes)), ready(bytes.len()));
        assert_eq!(as_poll(reader.try_read(&mut got[..1])), ready(1));
        let rest = as_poll(reader.try_read(&mut got[1..]));
        assert_eq!(rest, ready(bytes.len() - 1));
        assert!(got == bytes);
    }
    let twice = as_poll(writer.try_write(&bytes.repeat(2)));
    assert_eq!(twice, ready(400_000));
}

#[test]
fn b4_a_vectored_call_uses_more_slices_than_bytes_in_order_and_leaves_the_rest() {
    let (mut reader, mut writer) = pipe_with(65, 50, b"-");
    let bytes: Vec<u8> = (0..64).collect();
    let parts: Vec<_> = bytes.chunks(3).flat_map(|part| [part, b""]).collect();
    let parts: Vec<_> = parts.into_iter().map(IoSlice::new).collect();
    let task = CountingTask::new();
    assert_eq!(task.write_vectored(&mut writer, &parts), ready(64));
    assert_eq!(read_up_to(&mut reader, 1), b"-");
    assert_eq!(task.write_vectored(&mut writer, &parts), ready(1));
    let mut bufs = [[99]; 100];
    let mut slices: Vec<_> = bufs.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
    assert_eq!(task.read_vectored(&mut reader, &mut slices), ready(65));
    assert_eq!(bufs[..64].concat(), bytes);
    assert_eq!(bufs[64..].concat(), [&[0][..], &[99; 35]].concat());
}

/// The slices overlap, so a word of 32 bits allows for it. A longer word would need more memory.
#[cfg(target_pointer_width = "32")]
#[test]
fn b4_slices_of_more_bytes_than_a_word_counts_fill_the_pipe() {
    let part = vec![b'x'; 16 << 20];
    let (mut reader, mut writer) = pipe(3);
    let task = CountingTask::new();
    let written = task.write_vectored(&mut writer, &[IoSlice::new(&part); 256]);
    assert_eq!(written, ready(3));
    assert_eq!(read_up_to(&mut reader, 4), b"xxx");
}
