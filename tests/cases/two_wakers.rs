//! B7 and B26: a stream whose read and write are parked with different wakers.

use async_duplex::{duplex, DuplexStream};

use crate::reads::waiting_reads;
use crate::task::{failed, Call, Task};
use crate::writes::waiting_writes;
use crate::RESET;

/// A stream that has written all that fits, and its peer.
fn stream_that_cannot_write() -> (DuplexStream, DuplexStream) {
    let (mut near, far) = duplex(4);
    near.try_write(b"full").unwrap();
    (near, far)
}

fn each_pair(check: fn(Call<DuplexStream>, Call<DuplexStream>)) {
    for read in waiting_reads() {
        for write in waiting_writes() {
            check(read, write);
        }
    }
}

#[test]
fn b7_a_read_and_a_write_of_one_stream_are_each_woken_by_their_own_peer_alone() {
    each_pair(|(read_name, read), (write_name, write)| {
        let (mut near, mut far) = stream_that_cannot_write();
        let (reading, writing) = (Task::new(), Task::new());
        assert!(reading.poll(|cx| read(&mut near, cx)).is_pending());
        assert!(writing.poll(|cx| write(&mut near, cx)).is_pending());
        let names = format!("{read_name}, {write_name}");

        assert_eq!(far.reader().peek(&mut [0; 4]).unwrap(), 4);
        assert_eq!((reading.wakes(), writing.wakes()), (0, 0), "{names}");
        far.try_read(&mut [0; 4]).unwrap();
        assert_eq!((reading.wakes(), writing.wakes()), (0, 1), "{names}");
        far.try_write(b"abcd").unwrap();
        assert_eq!((reading.wakes(), writing.wakes()), (1, 1), "{names}");
        assert!(reading.poll(|cx| read(&mut near, cx)).is_ready());
        assert!(writing.poll(|cx| write(&mut near, cx)).is_ready());
    });
}

#[test]
fn b7_b14_a_read_and_a_write_of_one_stream_are_each_woken_by_the_end_of_their_own_peer() {
    each_pair(|(read_name, read), (write_name, write)| {
        let (mut near, far) = stream_that_cannot_write();
        let (reading, writing) = (Task::new(), Task::new());
        assert!(writing.poll(|cx| write(&mut near, cx)).is_pending());
        assert!(reading.poll(|cx| read(&mut near, cx)).is_pending());
        let names = format!("{read_name}, {write_name}");

        let (reader, mut writer) = far.split();
        writer.finish_with(RESET);
        assert_eq!((reading.wakes(), writing.wakes()), (1, 0), "{names}");
        drop(reader);
        assert_eq!((reading.wakes(), writing.wakes()), (1, 1), "{names}");
    });
}

#[test]
fn b26_a_handle_wakes_a_read_and_a_write_of_one_stream_each_once() {
    each_pair(|(read_name, read), (write_name, write)| {
        let (mut near, far) = stream_that_cannot_write();
        let (reading, writing) = (Task::new(), Task::new());
        assert!(reading.poll(|cx| read(&mut near, cx)).is_pending());
        assert!(writing.poll(|cx| write(&mut near, cx)).is_pending());
        let names = format!("{read_name}, {write_name}");

        far.abort_handle().abort(RESET);
        drop(far);
        assert_eq!((reading.wakes(), writing.wakes()), (1, 1), "{names}");
        let read = reading.poll(|cx| read(&mut near, cx));
        let write = writing.poll(|cx| write(&mut near, cx));
        assert_eq!((read, write), (failed(RESET), failed(RESET)), "{names}");
    });
}
