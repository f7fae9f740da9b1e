//! Either half, or a handle, ends the stream at any moment.

use shuttle::future::block_on;
use shuttle::thread;

use super::walk::{receive, send};
use super::{check, one_of, up_to, Sizes};
use crate::io::ErrorKind;
use crate::{duplex, pipe, DuplexStream};

const RESET: ErrorKind = ErrorKind::ConnectionReset;

/// How a half ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Close,
    Drop,
    Abort,
    /// The writer's only.
    FinishWith,
}

#[test]
fn the_end_comes_after_the_last_byte() {
    check(|| {
        let sizes = Sizes::new();
        let (mut reader, mut writer) = pipe(sizes.capacity);
        let end = one_of(&[End::Close, End::Drop, End::Abort, End::FinishWith]);
        let sending = thread::spawn(move || {
            block_on(send(&mut writer, sizes)).unwrap();
            match end {
                End::Drop => return None,
                End::Close => writer.finish(),
                End::Abort => writer.abort(RESET),
                End::FinishWith => writer.finish_with(RESET),
            }
            Some(writer)
        });
        let (received, result) = block_on(receive(&mut reader, sizes, usize::MAX));
        let ended = result.map_err(|error| error.kind());
        match end {
            End::Close | End::Drop => assert_eq!((received, ended), (sizes.total, Ok(()))),
            End::FinishWith => assert_eq!((received, ended), (sizes.total, Err(RESET))),
            End::Abort => assert!(received <= sizes.total && ended == Err(RESET)),
        }
        block_on(reader.closed());
        drop(sending.join().unwrap());
    });
}

#[test]
fn a_reader_that_ends_early_stops_the_writer() {
    check(|| {
        let sizes = Sizes::new();
        let limit = up_to(sizes.total);
        let (mut reader, mut writer) = pipe(sizes.capacity);
        let end = one_of(&[End::Close, End::Drop, End::Abort]);
        let sending = thread::spawn(move || {
            let sent = block_on(send(&mut writer, sizes));
            if let Err(error) = &sent {
                let expected = match end {
                    End::Abort => RESET,
                    _ => ErrorKind::BrokenPipe,
                };
                assert_eq!(error.kind(), expected);
            }
            block_on(writer.closed());
            assert!(writer.try_write(b"a").is_err());
            sent.is_ok()
        });
        let (received, result) = block_on(receive(&mut reader, sizes, limit));
        result.unwrap();
        assert_eq!(received, limit);
        let reader = match end {
            End::Drop => {
                drop(reader);
                None
            }
            End::Abort => {
                reader.abort(RESET);
                Some(reader)
            }
            _ => {
                reader.close();
                Some(reader)
            }
        };
        let sent_all = sending.join().unwrap();
        assert!(sent_all || limit < sizes.total);
        drop(reader);
    });
}

/// Two handles abort both directions of a stream at once, each end of which writes and reads in one
/// task. Each task gets all of its bytes or the error, and none of them waits for ever.
#[test]
fn two_handles_abort_both_directions() {
    check(|| {
        let sizes = Sizes::new();
        let (mut near, mut far) = duplex(sizes.capacity);
        let handle = near.abort_handle();
        let aborting = [handle.clone(), handle].map(|handle| {
            thread::spawn(move || {
                handle.abort(RESET);
                assert!(handle.is_aborted());
            })
        });
        let exchange = move |stream: &mut DuplexStream| {
            let (reader, writer) = stream.halves();
            // The reader waits for more than there is, so only the abort ends it.
            let both =
                futures::future::join(send(writer, sizes), receive(reader, sizes, usize::MAX));
            let (sent, (received, result)) = block_on(both);
            assert!(received <= sizes.total);
            assert_eq!(result.unwrap_err().kind(), RESET);
            if let Err(error) = sent {
                assert_eq!(error.kind(), RESET);
            }
            block_on(stream.reader().closed());
        };
        let other = thread::spawn(move || {
            exchange(&mut far);
            far
        });
        exchange(&mut near);
        drop(other.join().unwrap());
        for thread in aborting {
            thread.join().unwrap();
        }
    });
}
