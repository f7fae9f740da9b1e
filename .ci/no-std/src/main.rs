//! A program without `std` that uses `async-duplex`.
//!
//! It has its own panic handler and allocator. A program can have only one of each, and `std` has
//! both, so this one links only if none of its dependencies uses `std`.

#![no_std]
#![no_main]

extern crate alloc;

#[allow(unsafe_code)]
mod host;

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::task::Wake;
use alloc::vec;
use alloc::vec::Vec;
use core::future::{poll_fn, Future};
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};

use async_duplex::io::{Error, ErrorKind, Result};
use async_duplex::{duplex, pipe, Options};
use embedded_io_async::{
    BufRead, ErrorKind as EmbeddedKind, Read, ReadExactError, ReadReady, Write, WriteReady,
};

/// Runs all checks. `host::main` calls it.
fn check() {
    for check in [
        calls_that_do_not_wait,
        polls_wake_once,
        slices,
        waiting_futures,
        closing_and_aborting,
        invalid_options,
        traits_transfer_both_ways,
        traits_report_the_end,
        ready_traits_report_whether_a_call_would_wait,
        errors_translate,
    ] {
        let before = host::allocations();
        check();
        assert_eq!(host::allocations(), before, "some memory was not freed");
    }
}

fn calls_that_do_not_wait() {
    let (mut reader, mut writer) = pipe(4);
    let mut buf = [0; 3];
    assert_eq!(kind(reader.try_read(&mut buf)), ErrorKind::WouldBlock);
    assert_eq!(writer.try_write(b"hello").unwrap(), 4);
    assert_eq!(kind(writer.try_write(b"o")), ErrorKind::WouldBlock);
    assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    assert_eq!(&buf, b"hel");
    assert_eq!(writer.try_write(b"o!").unwrap(), 2);
    assert_eq!((reader.len(), writer.len()), (3, 3));
    assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    assert_eq!(&buf, b"lo!");
}

fn polls_wake_once() {
    let (mut reader, mut writer) = pipe(2);
    let (reading, writing) = (Task::new(), Task::new());
    let mut buf = [0; 4];
    assert!(reading.poll(|cx| reader.poll_read(cx, &mut buf).is_pending()));
    assert!(writing.poll(|cx| writer.poll_write(cx, b"ab").is_ready()));
    assert!(writing.poll(|cx| writer.poll_write(cx, b"cd").is_pending()));
    assert_eq!((reading.wakes(), writing.wakes()), (1, 0));
    assert!(reading.poll(|cx| reader.poll_fill_buf(cx).is_ready()));
    reader.consume(1);
    reader.consume(1);
    assert_eq!((reading.wakes(), writing.wakes()), (1, 1));
}

fn slices() {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(writer.try_write(b"abc").unwrap(), 3);
    assert_eq!(reader.as_slices(), (&b"abc"[..], &b""[..]));
    reader.consume(2);
    let (front, back) = writer.spare_slices();
    assert_eq!((front.len(), back.len()), (1, 2));
    front.copy_from_slice(b"d");
    back[0] = b'e';
    writer.commit(2);
    assert_eq!(reader.as_slices(), (&b"cd"[..], &b"e"[..]));
}

fn waiting_futures() {
    let (mut reader, mut writer) = pipe(4);
    let write = async {
        assert_eq!(writer.writable(4).await.unwrap(), 4);
        assert_eq!(writer.try_write(b"abcd").unwrap(), 4);
        // The reader has consumed all bytes.
        assert_eq!(writer.writable(4).await.unwrap(), 4);
        writer.finish();
        writer.closed().await;
    };
    let read = async {
        assert_eq!(reader.readable(3).await.unwrap(), 4);
        reader.consume(4);
        assert_eq!(kind(reader.readable(5).await), ErrorKind::InvalidInput);
        reader.closed().await;
        assert_eq!(reader.readable(1).await.unwrap(), 0);
        drop(reader);
    };
    block_on(both(read, write));
}

fn closing_and_aborting() {
    let (mut reader, mut writer) = pipe(4);
    assert_eq!(writer.try_write(b"abc").unwrap(), 3);
    writer.finish();
    assert!(reader.is_closed());
    let mut buf = [0; 8];
    assert_eq!(reader.try_read(&mut buf).unwrap(), 3);
    assert_eq!(reader.try_read(&mut buf).unwrap(), 0);
    assert_eq!(kind(writer.try_write(b"d")), ErrorKind::BrokenPipe);

    for given in [ErrorKind::ConnectionReset, ErrorKind::TimedOut] {
        let (mut near, far) = duplex(4);
        let (mut reader, mut writer) = far.into_split();
        assert_eq!(near.writer().try_write(b"a").unwrap(), 1);
        near.abort(given);
        assert_eq!(kind(reader.try_read(&mut buf)), given);
        assert_eq!(kind(writer.try_write(b"b")), given);
    }
}

fn invalid_options() {
    for (options, reason) in [
        (Options::new(0), "not 0"),
        (Options::new(usize::MAX), &*usize::MAX.to_string()),
    ] {
        let error = options.try_pipe().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(reason), "{error}");
    }
    let too_much = Options::new(host::LARGEST + 1);
    assert_eq!(kind(too_much.try_pipe()), ErrorKind::OutOfMemory);
    assert_eq!(kind(too_much.try_duplex()), ErrorKind::OutOfMemory);
    let most = Options::new(host::LARGEST).yield_every(3);
    assert!(most.try_duplex().is_ok());
}

fn traits_transfer_both_ways() {
    let bytes: Vec<u8> = (0..1000).map(|n| (n % 251) as u8).collect();
    let (near, mut far) = duplex(7);
    let (mut reader, mut writer) = near.into_split();
    let send = async {
        Write::write_all(&mut writer, &bytes).await.unwrap();
        Write::flush(&mut writer).await.unwrap();
        writer.finish();
    };
    let echo = async {
        loop {
            let chunk = BufRead::fill_buf(&mut far).await.unwrap().to_vec();
            if chunk.is_empty() {
                break;
            }
            BufRead::consume(&mut far, chunk.len());
            Write::write_all(&mut far, &chunk).await.unwrap();
        }
    };
    let receive = async {
        let mut echoed = vec![0; bytes.len()];
        Read::read_exact(&mut reader, &mut echoed).await.unwrap();
        echoed
    };
    let ((_, _), echoed) = block_on(both(both(send, echo), receive));
    assert_eq!(echoed, bytes);
}

fn traits_report_the_end() {
    block_on(async {
        let (mut near, mut far) = duplex(4);
        Write::write_all(&mut near, b"abc").await.unwrap();
        drop(near);
        let ended = Read::read_exact(&mut far, &mut [0; 4]).await;
        assert!(matches!(ended, Err(ReadExactError::UnexpectedEof)));
        assert_eq!(Read::read(&mut far, &mut [0; 4]).await.unwrap(), 0);
        assert_eq!(BufRead::fill_buf(&mut far).await.unwrap(), b"");
        for bytes in [&b"d"[..], b""] {
            let broken = Write::write(&mut far, bytes).await.unwrap_err();
            assert_eq!(embedded_kind(&broken), EmbeddedKind::BrokenPipe);
        }
    });
}

fn ready_traits_report_whether_a_call_would_wait() {
    let (mut near, mut far) = duplex(1);
    assert!(near.write_ready().unwrap());
    assert!(!far.read_ready().unwrap());
    assert_eq!(block_on(Write::write(&mut near, b"ab")).unwrap(), 1);
    assert!(!near.write_ready().unwrap());
    assert!(far.read_ready().unwrap());
    drop(far);
    assert!(near.write_ready().unwrap());
    assert!(near.read_ready().unwrap());
}

fn errors_translate() {
    let reset = Error::from(ErrorKind::ConnectionReset);
    assert_eq!(embedded_kind(&reset), EmbeddedKind::ConnectionReset);
    let end = Error::new(ErrorKind::UnexpectedEof, "gone");
    assert_eq!(embedded_kind(&end), EmbeddedKind::Other);
    let shown: &dyn core::error::Error = &end;
    assert_eq!(shown.to_string(), "gone");
}

/// The kind of an error. Panics if the result is not one.
fn kind<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("this should have failed"),
        Err(error) => error.kind(),
    }
}

fn embedded_kind(error: &impl embedded_io_async::Error) -> EmbeddedKind {
    error.kind()
}

/// A task that counts how often it is woken.
struct Task(Arc<Wakes>);

struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Task {
    fn new() -> Self {
        Self(Arc::new(Wakes(AtomicUsize::new(0))))
    }

    fn wakes(&self) -> usize {
        self.0 .0.load(Ordering::Relaxed)
    }

    fn poll<T>(&self, poll: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let waker = Waker::from(self.0.clone());
        poll(&mut Context::from_waker(&waker))
    }
}

/// Runs a future to its end. Nothing else runs, so a future that is pending and has not been woken
/// never will be.
fn block_on<F: Future>(future: F) -> F::Output {
    let task = Task::new();
    let mut future = pin!(future);
    loop {
        let wakes = task.wakes();
        match task.poll(|cx| future.as_mut().poll(cx)) {
            Poll::Ready(output) => return output,
            Poll::Pending => assert_ne!(task.wakes(), wakes, "nothing is left to wake the task"),
        }
    }
}

/// Runs two futures in one task.
async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(move |cx| {
        if from_a.is_none() {
            from_a = ready(a.as_mut().poll(cx));
        }
        if from_b.is_none() {
            from_b = ready(b.as_mut().poll(cx));
        }
        match (from_a.take(), from_b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            unfinished => {
                (from_a, from_b) = unfinished;
                Poll::Pending
            }
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
