//! Two threads, or four, at the same time.

use core::hint;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::task::Poll;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::moving::{bytes, compare};
use crate::probe::{unexpected, Probe};
use crate::run::spawn;
use crate::task::Task;
use crate::trial::{fail, until_woken, Stop, Trial, Verdict, STILL_PENDING};

/// Rounds of one byte.
const ROUNDS: usize = 2000;
/// Bytes of each of four tasks.
const MANY: usize = 20_000;

/// An end that two threads may call. The check keeps a clone, so that a thread that fails does not
/// drop the end while another still uses its peer.
type Shared = Arc<Mutex<Probe>>;

fn shared_pair(trial: &Trial) -> Result<(Shared, Shared), Stop> {
    let (writer, reader) = trial.pair()?;
    let share = |end: Probe| Arc::new(Mutex::new(end.quiet()));
    Ok((share(writer), share(reader)))
}

/// Calls `poll` until it is ready, as an executor does: only when the task was woken.
fn run<T>(
    end: &Mutex<Probe>,
    task: &Task,
    what: &str,
    mut poll: impl FnMut(&mut Probe) -> Poll<T>,
) -> Result<T, Stop> {
    let mut poll = || poll(&mut end.lock().unwrap());
    match poll() {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => {
            let limit = end.lock().unwrap().wait;
            until_woken(task, limit, what, poll)
        }
    }
}

fn write(end: &Mutex<Probe>, task: &Task, data: &[u8]) -> Result<usize, Stop> {
    let what = "by a read that makes space";
    let written = run(end, task, what, |writer| writer.poll_write(task, data))?;
    match written {
        Ok(0) => fail("a write of at least 1 byte", "Ok(0)"),
        Ok(n) => Ok(n),
        Err(error) => unexpected("a write", &error),
    }
}

fn flush(end: &Mutex<Probe>, task: &Task) -> Verdict {
    let flushed = run(end, task, "when the flush can go on", |writer| {
        writer.poll_flush(task)
    })?;
    flushed.or_else(|error| unexpected("a flush", &error))
}

/// Writes `n` bytes, at most `size` a call, and flushes now and then.
fn write_many(end: &Mutex<Probe>, n: usize, size: usize) -> Verdict {
    let task = Task::named("the writer");
    let mut position = 0;
    while position < n {
        position += write(end, &task, &bytes(position, size.min(n - position)))?;
        if position % 3 == 0 {
            flush(end, &task)?;
        }
    }
    flush(end, &task)
}

/// Reads bytes of the sequence, which are at `position`, and returns how many.
fn read(end: &Mutex<Probe>, buf: &mut [u8], position: usize) -> Result<usize, Stop> {
    let task = Task::named("the reader");
    let what = format!("when byte {position} is there");
    match run(end, &task, &what, |reader| reader.poll_read(&task, buf))? {
        Ok(0) => fail("more bytes", format!("the end after {position} bytes")),
        Ok(n) => compare(&buf[..n], position).map(|()| n),
        Err(error) => unexpected("a read", &error),
    }
}

/// Reads `n` bytes, at most `size` a call.
fn read_many(end: &Mutex<Probe>, n: usize, size: usize) -> Verdict {
    let mut buf = vec![0; size];
    let mut position = 0;
    while position < n {
        position += read(end, &mut buf, position)?;
    }
    Ok(())
}

/// Runs the functions in a thread each. If several fail, the check fails as one whose call would
/// have been ready without a wake, for which the others then waited.
fn in_threads(functions: Vec<Box<dyn FnOnce() -> Verdict + Send>>) -> Verdict {
    let threads: Vec<_> = functions.into_iter().map(spawn).collect();
    let mut failures = Vec::new();
    for thread in threads {
        let result = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        failures.extend(result.err());
    }
    let is_effect = |stop: &Stop| match stop {
        Stop::Failed { seen, .. } => seen.ends_with(STILL_PENDING),
        Stop::NotApplicable(_) => true,
    };
    failures
        .into_iter()
        .min_by_key(is_effect)
        .map_or(Ok(()), Err)
}

pub(super) fn no_lost_wakes(trial: &Trial) -> Verdict {
    let (writer, reader) = shared_pair(trial)?;
    let _kept = (writer.clone(), reader.clone());
    let received = Arc::new(AtomicUsize::new(0));
    let stopped = Arc::new(AtomicBool::new(false));
    let (received_too, stopped_too) = (received.clone(), stopped.clone());
    let write_rounds = move || {
        let task = Task::named("the writer");
        for round in 0..ROUNDS {
            // The reader polls again at about the same time.
            while received_too.load(Ordering::SeqCst) < round {
                if stopped_too.load(Ordering::SeqCst) {
                    return Ok(());
                }
                hint::spin_loop();
                thread::yield_now();
            }
            write(&writer, &task, &bytes(round, 1))?;
            flush(&writer, &task)?;
        }
        Ok(())
    };
    let read_rounds = move || {
        let (mut round, mut result) = (0, Ok(()));
        while round < ROUNDS && result.is_ok() {
            result = read(&reader, &mut [0; 8], round).map(|n| round += n);
            received.store(round, Ordering::SeqCst);
        }
        stopped.store(true, Ordering::SeqCst);
        result
    };
    in_threads(vec![Box::new(read_rounds), Box::new(write_rounds)])
}

pub(super) fn no_lost_wakes_under_load(trial: &Trial) -> Verdict {
    for (n, size, room) in [(3000, 1, 1), (10_000, 3, 64), (20_000, 500, 7)] {
        let (writer, reader) = shared_pair(trial)?;
        let _kept = (writer.clone(), reader.clone());
        in_threads(vec![
            Box::new(move || read_many(&reader, n, room)),
            Box::new(move || write_many(&writer, n, size)),
        ])?;
    }
    Ok(())
}

pub(super) fn split_into_tasks(trial: &Trial) -> Verdict {
    trial.needs_two_way()?;
    let (first, second) = shared_pair(trial)?;
    let (first_too, second_too) = (first.clone(), second.clone());
    let _kept = (first.clone(), second.clone());
    in_threads(vec![
        Box::new(move || read_many(&first, MANY, 100)),
        Box::new(move || write_many(&first_too, MANY, 77)),
        Box::new(move || read_many(&second, MANY, 33)),
        Box::new(move || write_many(&second_too, MANY, 1000)),
    ])
}
