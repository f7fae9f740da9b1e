//! Latency: when bytes, ends and errors of the inner stream can be read, by timers of the test.

use std::io::{self, ErrorKind, IoSliceMut};

use async_duplex::{duplex, pipe, Reader, Writer};
use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt};
use stream_check::faults::{every_fault, Faulty};

use crate::common::{streams, FAILED, RESET};
use crate::counting_waker::{ready, CountingTask, END};
use crate::deadline::within;
use crate::manual_timers::ManualTimers;

fn delayed(timers: &ManualTimers) -> (Faulty<Reader>, Writer) {
    let (reader, writer) = pipe(1 << 17);
    (Faulty::new(reader).latency(timers.starter()), writer)
}

#[test]
fn latency_delays_bytes_until_a_timer_has_ended_and_wakes_the_reading_task() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    let mut buf = [0; 8];
    assert!(task.read(&mut reader, &mut buf).is_pending());
    assert_eq!(timers.started(), 0);
    writer.try_write(b"hello").unwrap();
    assert_eq!(task.wakes(), 1);
    assert!(task.read(&mut reader, &mut buf).is_pending());
    assert_eq!((timers.started(), task.wakes()), (1, 1));
    timers.end(1);
    assert_eq!(task.wakes(), 2);
    assert_eq!(task.read(&mut reader, &mut buf), ready(5));
    assert_eq!(&buf[..5], b"hello");
}

#[test]
fn latency_lets_several_arrivals_be_in_flight_each_with_a_timer() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    let mut buf = [0; 8];
    for (i, bytes) in [&b"ab"[..], b"c", b"def"].iter().enumerate() {
        writer.try_write(bytes).unwrap();
        assert!(task.read(&mut reader, &mut buf).is_pending());
        assert_eq!(timers.started(), i + 1);
    }
    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert!(task.read(&mut reader, &mut buf).is_pending());
    // Bytes stay in order, whatever the order in which the timers end.
    timers.end(3);
    assert!(task.read(&mut reader, &mut buf).is_pending());
    timers.end(2);
    assert_eq!(task.read(&mut reader, &mut buf), ready(1));
    assert_eq!(task.read(&mut reader, &mut buf), ready(3));
    assert_eq!(&buf[..3], b"def");
    assert_eq!(timers.started(), 3);
}

#[test]
fn latency_delays_the_end_of_the_stream_once() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    writer.try_write(b"hello").unwrap();
    drop(writer);
    let mut buf = [0; 8];
    assert!(task.read(&mut reader, &mut buf).is_pending());
    assert_eq!(timers.started(), 2);
    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut buf), ready(5));
    assert!(task.read(&mut reader, &mut buf).is_pending());
    timers.end(2);
    for _ in 0..3 {
        assert_eq!(task.read(&mut reader, &mut buf), END);
        assert_eq!(task.fill_buf(&mut reader), ready(Vec::new()));
    }
    assert_eq!(timers.started(), 2);
}

#[test]
fn latency_returns_an_error_after_the_bytes_that_arrived_before_it() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    let mut buf = [0; 8];
    writer.try_write(b"hello").unwrap();
    assert!(task.read(&mut reader, &mut buf).is_pending());
    writer.abort(RESET);
    assert!(task.read(&mut reader, &mut buf).is_pending());
    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut buf), ready(5));
    assert_eq!(task.read(&mut reader, &mut buf), FAILED);
    assert_eq!(task.read(&mut reader, &mut buf), FAILED);
    assert_eq!(timers.started(), 1);
}

#[test]
fn latency_lends_bytes_that_are_due_and_keeps_what_is_not_consumed() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    let mut reader = {
        writer.try_write(b"hello").unwrap();
        assert!(task.fill_buf(&mut reader).is_pending());
        writer.try_write(b"world").unwrap();
        assert!(task.fill_buf(&mut reader).is_pending());
        reader.max_read(4)
    };
    let consume = |reader: &mut Faulty<Reader>, n| {
        futures::AsyncBufRead::consume(core::pin::Pin::new(reader), n);
    };
    timers.end(1);
    assert_eq!(task.fill_buf(&mut reader), ready(b"hell".to_vec()));
    consume(&mut reader, 0);
    consume(&mut reader, 2);
    assert_eq!(task.fill_buf(&mut reader), ready(b"llo".to_vec()));
    consume(&mut reader, 1);
    let mut buf = [0; 8];
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(&buf[..2], b"lo");
    assert!(task.fill_buf(&mut reader).is_pending());
    timers.end(2);
    assert_eq!(task.fill_buf(&mut reader), ready(b"worl".to_vec()));
}

#[test]
fn latency_delays_neither_writes_nor_empty_reads() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (near, mut far) = streams();
    let mut near = Faulty::new(near).latency(timers.starter());
    assert_eq!(task.read(&mut near, &mut []), ready(0));
    assert_eq!(task.write(&mut near, b"hello"), ready(5));
    assert_eq!(task.flush(&mut near), ready(()));
    assert_eq!(task.close(&mut near), ready(()));
    assert_eq!(far.reader().len(), 5);
    assert_eq!(timers.started(), 0);
}

#[test]
fn a_read_that_is_dropped_during_a_latency_loses_no_byte() {
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    writer.try_write(b"hello").unwrap();
    let mut buf = [0; 5];
    assert!(reader.read_exact(&mut buf).now_or_never().is_none());
    timers.end(1);
    reader.read_exact(&mut buf).now_or_never().unwrap().unwrap();
    assert_eq!(&buf, b"hello");
}

#[test]
fn latency_reads_an_arrival_in_parts_and_into_the_first_buffer_with_room() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    writer.try_write(b"0123456789").unwrap();
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    timers.end(1);
    let mut buf = [0; 4];
    assert_eq!(task.read(&mut reader, &mut buf), ready(4));
    assert_eq!(&buf, b"0123");
    let bufs = &mut [IoSliceMut::new(&mut []), IoSliceMut::new(&mut buf)];
    assert_eq!(task.read_vectored(&mut reader, bufs), ready(4));
    assert_eq!(&buf, b"4567");
    let bufs = &mut [IoSliceMut::new(&mut [])];
    assert_eq!(task.read_vectored(&mut reader, bufs), ready(0));
    assert_eq!(task.read(&mut reader, &mut buf), ready(2));
    assert_eq!(timers.started(), 1);
}

#[test]
fn latency_takes_no_more_than_72_kib_out_of_the_inner_stream() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    let written = writer.try_write(&[7; 1 << 17]).unwrap();
    let taken = |reader: &Faulty<Reader>| written - reader.get_ref().len();
    for _ in 0..3 {
        assert!(task.read(&mut reader, &mut [0]).is_pending());
        assert_eq!(taken(&reader), 64 * 1024);
    }
    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    assert_eq!(taken(&reader), 72 * 1024);
}

#[test]
fn latency_does_not_count_bytes_in_flight_as_read() {
    let runs = every_fault(|plan| {
        let (reader, mut writer) = pipe(64);
        let mut reader = Faulty::new(reader)
            .latency(|| core::future::ready(()))
            .eof_after_bytes(plan);
        writer.try_write(b"hello").unwrap();
        drop(writer);
        let mut text = String::new();
        block_on(reader.read_to_string(&mut text)).unwrap();
        assert_eq!(text, "hello"[..(plan.number() - 1).min(5)]);
    });
    // After 0 to 5 bytes, and not at all.
    assert_eq!(runs, 7);
}

#[test]
fn debug_of_a_stream_with_latency_shows_no_bytes() {
    let task = CountingTask::new();
    let timers = ManualTimers::new();
    let (mut reader, mut writer) = delayed(&timers);
    writer.try_write(&[201, 202, 203]).unwrap();
    assert!(task.read(&mut reader, &mut [0]).is_pending());
    let text = format!("{reader:?}");
    assert!(text.contains("Arrival { is_due: false, len: 3 }"), "{text}");
    assert!(
        text.contains("error: Exclusive { .. }, buf: Exclusive { .. }"),
        "{text}"
    );
    assert!(!text.contains("20"), "{text}");

    timers.end(1);
    assert_eq!(task.read(&mut reader, &mut [0]), ready(1));
    let text = format!("{reader:?}");
    assert!(text.contains("Arrival { is_due: true, len: 2 }"), "{text}");
}

/// One exchange over a stream with a latency in both directions.
async fn exchange<F>(timer: impl FnMut() -> F + Send + Clone + 'static) -> io::Result<()>
where
    F: core::future::Future + Send + 'static,
{
    let (client, server) = duplex(8);
    let mut client = Faulty::new(client).latency(timer.clone());
    let mut server = Faulty::new(server).latency(timer);
    let serve = async {
        let mut question = [0; 20];
        server.read_exact(&mut question).await?;
        server.write_all(&question).await?;
        server.close().await
    };
    let ask = async {
        client.write_all(b"a question and a bit").await?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await?;
        match answer.as_str() {
            "a question and a bit" => Ok(()),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    };
    futures::try_join!(serve, ask).map(drop)
}

const TICK: core::time::Duration = core::time::Duration::from_millis(1);

#[test]
fn latency_works_with_the_timers_of_tokio() {
    within(60, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime
            .block_on(exchange(|| tokio::time::sleep(TICK)))
            .unwrap();
    });
}

#[test]
fn latency_works_with_the_timers_of_smol() {
    within(60, || {
        smol::block_on(exchange(|| smol::Timer::after(TICK))).unwrap();
    });
}
