//! B20: halves and streams whose calls block the thread. They do what the asynchronous ones do, with
//! `std::io`'s traits, under no runtime and under any, and give up at a timeout without losing
//! anything.

#![cfg(not(loom))]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "support/deadline.rs"]
mod deadline;

use core::fmt::Debug;
use core::future::Future;
use core::hint;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io::{self, BufRead, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant;

use async_duplex::io::Blocking;
use async_duplex::{duplex, pipe, DuplexStream, Options, Reader, Writer};
use deadline::within;
use futures::executor::LocalPool;
use futures::future::{join, poll_fn, BoxFuture};
use futures::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 120;

/// How long to wait for what will not come. Nothing depends on it being enough for anything.
const SHORT: Duration = Duration::from_millis(20);

/// A timeout that does not expire.
const LONG: Duration = Duration::from_secs(2 * DEADLINE);

const MIB: usize = 1 << 20;

/// Below the capacities, at them and above.
const SIZES: [usize; 8] = [1, 3, 7, 4096, 5, 257, 4099, 64];

const _: () = {
    const fn is_easy_to_hold<T>()
    where
        T: Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'static,
    {
    }
    is_easy_to_hold::<Blocking<Reader>>();
    is_easy_to_hold::<Blocking<Writer>>();
    is_easy_to_hold::<Blocking<DuplexStream>>();
};

// Between two threads.

#[test]
fn b20_two_threads_move_every_byte() {
    // A byte at a time, each waits for the other a million times: a part of that will do.
    for (capacity, total) in [(1, MIB / 16), (7, MIB), (4096, MIB)] {
        within(DEADLINE, || {
            let (reader, writer) = pipe(capacity);
            thread::scope(|scope| {
                scope.spawn(|| write_all_of(writer.blocking(), total));
                let read = read_all(reader.blocking());
                assert!(read == data(total), "capacity {capacity}");
            });
        });
    }
}

#[test]
fn b20_streams_go_both_ways() {
    within(DEADLINE, || {
        let (client, server) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(server.blocking()));

            // Alternating, through one value.
            let mut client = client.blocking();
            for i in 0..1000 {
                let request = format!("line {i}\n");
                client.write_all(request.as_bytes()).unwrap();
                let mut response = String::new();
                client.read_line(&mut response).unwrap();
                assert_eq!(response, request);
            }

            // At the same time, on two threads.
            let (reader, writer) = client.into_inner().into_split();
            scope.spawn(|| write_all_of(writer.blocking(), MIB / 4));
            assert!(read_all(reader.blocking()) == data(MIB / 4));
        });
    });
}

#[test]
fn b20_bytes_are_copied_through_a_chain_of_pipes() {
    within(DEADLINE, || {
        thread::scope(|scope| {
            let (mut reader, writer) = pipe(100);
            scope.spawn(|| write_all_of(writer.blocking(), MIB / 4));
            for capacity in [7, 1000, 64] {
                let (next, writer) = pipe(capacity);
                let last = core::mem::replace(&mut reader, next);
                scope
                    .spawn(move || io::copy(&mut last.blocking(), &mut writer.blocking()).unwrap());
            }
            assert!(read_all(reader.blocking()) == data(MIB / 4));
        });
    });
}

// Under runtimes. The blocking end is an echo; the asynchronous one, `ask`, verifies it.

#[test]
fn b20_smol_unblock_and_smol_task() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let echo = smol::unblock(|| echo(far.blocking()));
        smol::block_on(join(echo, smol::spawn(ask(near))));
    });
}

#[test]
fn b20_async_std_spawn_blocking_and_async_std_task() {
    use async_std::task;

    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let echo = task::spawn_blocking(|| echo(far.blocking()));
        task::block_on(join(echo, task::spawn(ask(near))));
    });
}

#[test]
fn b20_tokio_spawn_blocking_and_tokio_task() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let runtime = multi_thread(2);
        let echo = runtime.spawn_blocking(|| echo(far.blocking()));
        let ask = runtime.spawn(ask(near));
        runtime.block_on(async {
            echo.await.unwrap();
            ask.await.unwrap();
        });
    });
}

#[test]
fn b20_tokio_block_in_place_on_the_only_worker_thread() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        let runtime = multi_thread(1);
        let echo = runtime.spawn(async { tokio::task::block_in_place(|| echo(far.blocking())) });
        let ask = runtime.spawn(ask(near));
        runtime.block_on(async {
            echo.await.unwrap();
            ask.await.unwrap();
        });
    });
}

/// In the middle of a task, on the thread that runs it. The other end lives elsewhere, as it must.
#[test]
fn b20_in_a_task_on_a_worker_thread() {
    within(DEADLINE, || {
        beside_ask(|far| multi_thread(1).block_on(async { tokio::spawn(far).await.unwrap() }));
        beside_ask(|far| current_thread().block_on(far));
        beside_ask(|far| smol::block_on(smol::Executor::new().run(far)));
        beside_ask(|far| async_std::task::block_on(async_std::task::spawn(far)));
        beside_ask(|far| LocalPool::new().run_until(far));
    });
}

/// Runs the echo as a task, as `run` does it, and asks on another thread.
fn beside_ask(run: impl FnOnce(BoxFuture<'static, ()>)) {
    let (near, far) = duplex(7);
    thread::scope(|scope| {
        scope.spawn(|| pollster::block_on(ask(near)));
        run(Box::pin(async { echo(far.blocking()) }));
    });
}

#[test]
fn b20_a_task_in_a_local_pool_and_a_thread() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(far.blocking()));
            LocalPool::new().run_until(ask(near));
        });
    });
}

// What std makes of it.

#[test]
fn b20_lines_come_whole_however_they_wrap() {
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
fn b20_vectored_calls_take_and_fill_all_buffers_at_once() {
    fn check(mut reader: impl Read, mut writer: impl Write) {
        // From the middle, so that it wraps.
        writer.write_all(b"-----").unwrap();
        reader.read_exact(&mut [0; 5]).unwrap();

        let bufs = [&b"ab"[..], b"", b"cde", b"fghijk"].map(IoSlice::new);
        assert_eq!(writer.write_vectored(&bufs).unwrap(), 8);
        let (mut a, mut b, mut c) = ([0; 1], [0; 4], [0; 9]);
        let mut bufs = [&mut a[..], &mut [], &mut b, &mut c].map(IoSliceMut::new);
        assert_eq!(reader.read_vectored(&mut bufs).unwrap(), 8);
        assert_eq!((&a, &b, &c), (b"a", b"bcde", b"fgh\0\0\0\0\0\0"));
    }

    let (reader, writer) = pipe(8);
    check(reader.blocking(), writer.blocking());
    let (near, far) = duplex(8);
    check(near.blocking(), far.blocking());
}

#[test]
fn b20_vectored_calls_wait_too() {
    within(DEADLINE, || {
        let bytes = data(MIB / 16);
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
fn b20_empty_calls_do_not_wait() {
    let (mut near, mut far) = duplex(1);
    let (reader, writer) = DuplexStream::split(&mut near);
    writer.try_write(b"x").unwrap();
    assert!(reader.is_empty() && writer.is_full());

    let mut near = near.blocking();
    assert_eq!(near.read(&mut []).unwrap(), 0);
    assert_eq!(near.read_vectored(&mut []).unwrap(), 0);
    assert_eq!(near.write(&[]).unwrap(), 0);
    assert_eq!(near.write_vectored(&[]).unwrap(), 0);
    near.flush().unwrap();

    DuplexStream::split(&mut far).0.close();
    assert_eq!(kind(near.write(&[])), ErrorKind::BrokenPipe);
    near.flush().unwrap();
}

// Timeouts.

#[test]
fn b20_a_read_that_times_out_loses_nothing() {
    within(DEADLINE, || {
        for timeout in [Duration::ZERO, SHORT] {
            let (reader, writer) = pipe(8);
            let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
            reader.set_timeout(Some(timeout));
            assert_eq!(reader.timeout(), Some(timeout));
            let mut buf = [0; 8];
            for _ in 0..3 {
                assert_times_out(timeout, || reader.read(&mut buf));
                assert_times_out(timeout, || reader.fill_buf().map(<[u8]>::to_vec));
                let mut bufs = [IoSliceMut::new(&mut buf)];
                assert_times_out(timeout, || reader.read_vectored(&mut bufs));

                writer.write_all(b"abc").unwrap();
                assert_eq!(reader.fill_buf().unwrap(), b"abc");
                reader.consume(1);
                assert_eq!(reader.read(&mut buf).unwrap(), 2);
                assert_eq!(&buf[..2], b"bc");
                writer.write_all(b"-----").unwrap();
                reader.read_exact(&mut buf[..5]).unwrap();
            }
            drop(writer);
            assert_eq!(reader.read(&mut buf).unwrap(), 0);
        }
    });
}

#[test]
fn b20_a_write_that_times_out_writes_nothing() {
    within(DEADLINE, || {
        for timeout in [Duration::ZERO, SHORT] {
            let (mut reader, writer) = pipe(4);
            let mut writer = writer.blocking();
            writer.set_timeout(Some(timeout));
            for _ in 0..3 {
                assert_eq!(writer.write(b"abcdef").unwrap(), 4);
                assert_times_out(timeout, || writer.write(b"ef"));
                assert_times_out(timeout, || writer.write_vectored(&[IoSlice::new(b"ef")]));
                assert_eq!(writer.get_ref().len(), 4);

                let mut buf = [0; 8];
                assert_eq!(reader.try_read(&mut buf).unwrap(), 4);
                assert_eq!(&buf[..4], b"abcd");
                assert_eq!(writer.write(b"ef").unwrap(), 2);
                assert_eq!(reader.try_read(&mut buf).unwrap(), 2);
                assert_eq!(&buf[..2], b"ef");
            }
            drop(reader);
            assert_eq!(kind(writer.write(b"g")), ErrorKind::BrokenPipe);
        }
    });
}

#[test]
fn b20_a_stream_has_one_timeout_for_both_ways() {
    within(DEADLINE, || {
        let (near, mut far) = duplex(1);
        let mut near = near.blocking();
        near.set_timeout(Some(SHORT));
        for _ in 0..3 {
            near.write_all(b"x").unwrap();
            assert_times_out(SHORT, || near.write(b"y"));
            // Both directions wait now, with the same waker. Progress of one is none of the other.
            assert_times_out(SHORT, || near.read(&mut [0]));
            let (reader, writer) = DuplexStream::split(&mut far);
            assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            assert_times_out(SHORT, || near.read(&mut [0]));
            writer.try_write(b"z").unwrap();
            assert_eq!(near.read(&mut [0]).unwrap(), 1);
        }
    });
}

/// What woke nobody in time makes a later call look, and no more than that.
#[test]
fn b20_a_late_wake_is_no_progress() {
    within(DEADLINE, || {
        let (reader, mut writer) = pipe(8);
        let mut reader = reader.blocking();
        reader.set_timeout(Some(SHORT));
        assert_times_out(SHORT, || reader.read(&mut [0; 8]));

        writer.try_write(b"abc").unwrap();
        assert_eq!(reader.get_mut().try_read(&mut [0; 8]).unwrap(), 3);
        assert_times_out(SHORT, || reader.read(&mut [0; 8]));
    });
}

#[test]
fn b20_a_timeout_that_has_not_expired_changes_nothing() {
    within(DEADLINE, || {
        // The last one is too far away for any clock.
        for timeout in [LONG, Duration::MAX] {
            let (near, far) = duplex(7);
            let (mut near, mut far) = (near.blocking(), far.blocking());
            near.set_timeout(Some(timeout));
            far.set_timeout(Some(timeout));
            thread::scope(|scope| {
                scope.spawn(|| echo(far));
                let (mut reader, mut writer) = halves(near);
                reader.set_timeout(Some(timeout));
                writer.set_timeout(Some(timeout));
                scope.spawn(|| write_all_of(writer, MIB / 16));
                assert!(read_all(reader) == data(MIB / 16));
            });
        }
    });
}

#[test]
fn b20_a_timeout_can_be_taken_back() {
    within(DEADLINE, || {
        let (reader, mut writer) = pipe(1);
        let mut reader = reader.blocking();
        assert_eq!(reader.timeout(), None);
        reader.set_timeout(Some(SHORT));
        assert_times_out(SHORT, || reader.read(&mut [0]));
        reader.set_timeout(None);
        thread::scope(|scope| {
            scope.spawn(|| {
                until_reader_waits(&writer);
                writer.try_write(b"x").unwrap();
            });
            assert_eq!(reader.read(&mut [0]).unwrap(), 1);
        });
    });
}

/// B18: a call that yields wakes itself, and a thread that yields is back at once.
#[test]
fn b20_yielding_is_not_waiting() {
    within(DEADLINE, || {
        let (reader, writer) = Options::new(8).yield_every(1).pipe();
        let (mut reader, mut writer) = (reader.blocking(), writer.blocking());
        reader.set_timeout(Some(Duration::ZERO));
        writer.set_timeout(Some(Duration::ZERO));
        for _ in 0..10 {
            writer.write_all(b"ab").unwrap();
            writer.write_all(b"cd").unwrap();
            assert_eq!(reader.fill_buf().unwrap(), b"abcd");
            reader.consume(1);
            reader.read_exact(&mut [0; 2]).unwrap();
            reader.read_exact(&mut [0]).unwrap();
            writer.write_all(&[0; 4]).unwrap();
            reader.read_exact(&mut [0; 4]).unwrap();
        }
    });
}

// There and back.

#[test]
fn b20_a_half_blocks_awaits_and_blocks_again() {
    within(DEADLINE, || {
        let (near, far) = duplex(7);
        thread::scope(|scope| {
            scope.spawn(|| echo(far.blocking()));
            let mut near = near;
            for i in 0..100 {
                let mut buf = [0; 7];
                let mut blocking = near.blocking();
                blocking.write_all(&[i; 7]).unwrap();
                blocking.read_exact(&mut buf).unwrap();
                assert_eq!(buf, [i; 7]);

                near = blocking.into_inner();
                pollster::block_on(async {
                    near.write_all(&[!i; 7]).await?;
                    near.read_exact(&mut buf).await
                })
                .unwrap();
                assert_eq!(buf, [!i; 7]);
            }
        });
    });
}

#[test]
fn b20_what_is_unread_stays_for_the_asynchronous_half() {
    let (reader, mut writer) = pipe(8);
    writer.try_write(b"abcdef").unwrap();
    let mut reader = reader.blocking();
    assert_eq!(reader.fill_buf().unwrap(), b"abcdef");
    reader.consume(2);
    let mut reader = reader.into_inner();
    assert_eq!(reader.as_slices().0, b"cdef");
}

/// It waits on one thread, in vain, and then on another: the wake has to go there.
#[test]
fn b20_a_half_that_waited_is_moved_to_another_thread() {
    within(DEADLINE, || {
        let (reader, mut writer) = pipe(1);
        let mut reader = reader.blocking();
        for _ in 0..10 {
            reader.set_timeout(Some(Duration::from_millis(1)));
            assert_eq!(kind(reader.read(&mut [0])), ErrorKind::TimedOut);
            reader.set_timeout(None);
            reader = thread::scope(|scope| {
                scope.spawn(|| {
                    until_reader_waits(&writer);
                    writer.try_write(b"x").unwrap();
                });
                on_another_thread(|| {
                    assert_eq!(reader.read(&mut [0]).unwrap(), 1);
                    reader
                })
            });
        }
    });
}

#[test]
fn b20_both_halves_change_threads_midway() {
    within(DEADLINE, || {
        let (reader, writer) = pipe(7);
        let total = MIB / 4;
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut writer = writer.blocking();
                for part in data(total).chunks(total / 8) {
                    writer = on_another_thread(|| {
                        writer.write_all(part).unwrap();
                        writer
                    });
                }
            });
            let mut reader = reader.blocking();
            let mut read = vec![0; total];
            for part in read.chunks_mut(total / 5 + 1) {
                reader = on_another_thread(|| {
                    reader.read_exact(part).unwrap();
                    reader
                });
            }
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
            assert!(read == data(total));
        });
    });
}

// Ends.

#[test]
fn b20_dropping_closes() {
    let (mut reader, writer) = pipe(8);
    let mut writer = writer.blocking();
    writer.write_all(b"abc").unwrap();
    drop(writer);
    assert!(reader.is_closed());
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 3);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 0);

    let (reader, mut writer) = pipe(8);
    drop(reader.blocking());
    assert_eq!(kind(writer.try_write(b"x")), ErrorKind::BrokenPipe);

    let (near, far) = duplex(8);
    drop(near.blocking());
    let (mut reader, mut writer) = far.into_split();
    assert_eq!(reader.try_read(&mut [0]).unwrap(), 0);
    assert_eq!(kind(writer.try_write(b"x")), ErrorKind::BrokenPipe);
}

#[test]
fn b20_after_the_last_byte_comes_the_end_for_ever() {
    let (reader, writer) = pipe(8);
    let mut writer = writer.blocking();
    writer.write_all(b"abc").unwrap();
    writer.get_mut().close();
    assert_eq!(kind(writer.write(b"d")), ErrorKind::BrokenPipe);

    let mut reader = reader.blocking();
    assert_eq!(read_to_string(&mut reader), "abc");
    for _ in 0..100 {
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
        assert_eq!(reader.fill_buf().unwrap(), b"");
        reader.consume(0);
    }
}

#[test]
fn b20_without_a_reader_the_pipe_is_broken_at_once() {
    let (reader, writer) = pipe(8);
    let mut writer = writer.blocking();
    drop(reader);
    for _ in 0..100 {
        assert_eq!(kind(writer.write(b"x")), ErrorKind::BrokenPipe);
        assert_eq!(kind(writer.write_all(b"x")), ErrorKind::BrokenPipe);
        assert_eq!(kind(writer.write_vectored(&[])), ErrorKind::BrokenPipe);
    }
}

#[test]
fn b20_a_reader_that_waits_learns_that_the_writer_is_gone() {
    type Ending = (fn(Writer), Result<usize, ErrorKind>);
    let abort: fn(Writer) = |mut writer| writer.abort(ErrorKind::ConnectionReset);
    let endings: [Ending; 2] = [(drop, Ok(0)), (abort, Err(ErrorKind::ConnectionReset))];
    for timeout in [None, Some(LONG)] {
        for (end, found) in endings {
            within(DEADLINE, || {
                let (reader, writer) = pipe(8);
                let mut reader = reader.blocking();
                reader.set_timeout(timeout);
                thread::scope(|scope| {
                    scope.spawn(move || {
                        until_reader_waits(&writer);
                        end(writer);
                    });
                    let read = reader.read(&mut [0; 8]);
                    assert_eq!(read.map_err(|error| error.kind()), found);
                    let lent = reader.fill_buf().map(<[u8]>::len);
                    assert_eq!(lent.map_err(|error| error.kind()), found);
                });
            });
        }
    }
}

#[test]
fn b20_a_writer_that_waits_learns_that_the_reader_is_gone() {
    type Ending = (fn(Reader), ErrorKind);
    let abort: fn(Reader) = |mut reader| reader.abort(ErrorKind::ConnectionReset);
    let endings: [Ending; 2] = [
        (drop, ErrorKind::BrokenPipe),
        (abort, ErrorKind::ConnectionReset),
    ];
    for timeout in [None, Some(LONG)] {
        for (end, found) in endings {
            within(DEADLINE, || {
                let (reader, writer) = pipe(4);
                let mut writer = writer.blocking();
                writer.set_timeout(timeout);
                thread::scope(|scope| {
                    scope.spawn(move || {
                        until_shown(&reader, "writer_waits: true");
                        end(reader);
                    });
                    assert_eq!(kind(writer.write_all(b"more than fits")), found);
                    assert_eq!(kind(writer.write(b"x")), found);
                });
            });
        }
    }
}

/// B16: bytes may be discarded while they are looked at, but the end is never a clean one.
#[test]
fn b20_an_abort_is_not_an_end() {
    const ROUNDS: usize = 1000;

    within(DEADLINE, || {
        let (readers, writers): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| pipe(8)).unzip();
        let at = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for (round, mut writer) in writers.into_iter().enumerate() {
                    writer.try_write(b"abc").unwrap();
                    // The reader is busy with this one, for a little while.
                    while at.load(Ordering::Relaxed) < round && !writer.is_closed() {
                        thread::yield_now();
                    }
                    (0..round % 100).for_each(|_| hint::spin_loop());
                    writer.abort(ErrorKind::ConnectionReset);
                }
            });
            for (round, reader) in readers.into_iter().enumerate() {
                let mut reader = reader.blocking();
                at.store(round, Ordering::Relaxed);
                let found = loop {
                    match reader.fill_buf() {
                        Ok(lent) => assert_eq!(lent, b"abc"),
                        Err(error) => break error.kind(),
                    }
                };
                assert_eq!(found, ErrorKind::ConnectionReset);
                assert_eq!(kind(reader.read(&mut [0])), found);
                assert_eq!(kind(reader.read_to_end(&mut Vec::new())), found);
            }
        });
    });
}

// Others who park and unpark this thread.

#[test]
fn b20_a_token_from_before_is_left_for_whom_it_is() {
    within(DEADLINE, || {
        thread::current().unpark();
        read_one_that_comes_late(|| {});
        // Hangs if the token is gone.
        thread::park();
    });
}

#[test]
fn b20_a_token_that_comes_meanwhile_is_left_for_whom_it_is() {
    within(DEADLINE, || {
        let this = thread::current();
        read_one_that_comes_late(move || this.unpark());
        thread::park();
    });
}

#[test]
fn b20_tokens_of_others_are_no_progress() {
    within(DEADLINE, || {
        let this = thread::current();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    this.unpark();
                    thread::yield_now();
                }
            });
            let (reader, _writer) = pipe(8);
            let mut reader = reader.blocking();
            reader.set_timeout(Some(SHORT));
            assert_times_out(SHORT, || reader.read(&mut [0; 8]));
            read_one_that_comes_late(|| {});
            done.store(true, Ordering::Relaxed);
        });
    });
}

/// The task in which a call waits is woken for something else. When the call is over, the executor
/// must still know.
#[test]
fn b20_an_executor_is_woken_while_its_task_blocks() {
    within(DEADLINE, || {
        woken_while_it_blocks(block_on_by_parking);
        woken_while_it_blocks(pollster::block_on);
        woken_while_it_blocks(futures::executor::block_on);
        woken_while_it_blocks(smol::block_on);
        woken_while_it_blocks(async_std::task::block_on);
        woken_while_it_blocks(|task| current_thread().block_on(task));
        woken_while_it_blocks(|task| {
            multi_thread(1).block_on(async { tokio::spawn(task).await.unwrap() })
        });
    });
}

/// Has `block_on` run a task that blocks in its first poll, is woken meanwhile, returns `Pending`, and
/// ends in its second poll.
fn woken_while_it_blocks(block_on: impl FnOnce(BoxFuture<'static, ()>)) {
    let mut polls = 0;
    block_on(Box::pin(poll_fn(move |cx| {
        polls += 1;
        if polls > 1 {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        read_one_that_comes_late(|| waker.wake());
        Poll::Pending
    })));
}

/// An executor with nothing but the token of its thread: the plainest there is.
fn block_on_by_parking<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Waits for a byte; when it waits, `meanwhile` is done on another thread, and then the byte comes.
///
/// The thread is not a scoped one: at the end of a scope, `thread::park` waits for those.
fn read_one_that_comes_late(meanwhile: impl FnOnce() + Send + 'static) {
    let (reader, mut writer) = pipe(1);
    let late = thread::spawn(move || {
        until_reader_waits(&writer);
        meanwhile();
        writer.try_write(b"x").unwrap();
    });
    assert_eq!(reader.blocking().read(&mut [0]).unwrap(), 1);
    late.join().unwrap();
}

// What it shows.

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

// The scenario of most of these tests.

/// In which no byte can be lost, doubled or swapped without being noticed.
fn data(total: usize) -> Vec<u8> {
    let byte = |position: usize| (position as u32).wrapping_mul(0x9E37_79B9).to_be_bytes()[0];
    (0..total).map(byte).collect()
}

fn write_all_of(mut writer: impl Write, total: usize) {
    let bytes = data(total);
    let mut rest = &bytes[..];
    for size in SIZES.into_iter().cycle() {
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        if chunk.is_empty() {
            break;
        }
        writer.write_all(chunk).unwrap();
        rest = after;
    }
    writer.flush().unwrap();
}

fn read_all(mut reader: impl BufRead) -> Vec<u8> {
    let mut read = Vec::new();
    let mut buf = [0; 4099];
    for size in SIZES.into_iter().rev().cycle() {
        // By both of the ways.
        let n = reader.read(&mut buf[..size]).unwrap();
        read.extend_from_slice(&buf[..n]);
        let lent = reader.fill_buf().unwrap();
        let n = lent.len().min(size);
        read.extend_from_slice(&lent[..n]);
        reader.consume(n);
        if n == 0 {
            break;
        }
    }
    read
}

fn read_to_string(mut reader: impl Read) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}

/// Sends back what comes, until the end.
fn echo(mut stream: Blocking<DuplexStream>) {
    let mut buf = [0; 100];
    loop {
        let n = stream.read(&mut buf).unwrap();
        if n == 0 {
            break;
        }
        stream.write_all(&buf[..n]).unwrap();
    }
}

/// Sends data, and verifies that it comes back.
async fn ask(stream: DuplexStream) {
    let expected = data(MIB / 32);
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        writer.write_all(&expected).await.unwrap();
        writer.close();
    };
    let read = async {
        let mut read = Vec::new();
        reader.read_to_end(&mut read).await.unwrap();
        assert!(read == expected);
    };
    join(write, read).await;
}

fn halves(stream: Blocking<DuplexStream>) -> (Blocking<Reader>, Blocking<Writer>) {
    let (reader, writer) = stream.into_inner().into_split();
    (reader.blocking(), writer.blocking())
}

fn on_another_thread<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(run).join().unwrap())
}

fn multi_thread(workers: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).build().unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// Spins until the reader has to be woken, which means that its thread sleeps or is about to.
fn until_reader_waits(writer: &Writer) {
    until_shown(writer, "reader_waits: true");
}

fn until_shown(half: &impl Debug, what: &str) {
    while !format!("{half:?}").contains(what) {
        thread::yield_now();
    }
}

#[track_caller]
fn assert_times_out<T: Debug>(timeout: Duration, call: impl FnOnce() -> io::Result<T>) {
    let start = Instant::now();
    assert_eq!(kind(call()), ErrorKind::TimedOut);
    assert!(start.elapsed() >= timeout, "after {:?}", start.elapsed());
}

#[track_caller]
fn kind<T: Debug>(result: io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}
