//! The peer goes: it is dropped, or its task panics.

use core::task::Poll;

use crate::moving::{expect_end_or_error, expect_pending_read, fill, UNBOUNDED};
use crate::probe::Probe;
use crate::run::spawn;
use crate::task::Task;
use crate::trial::{fail, until, Trial, Verdict};

/// Fails unless writes fail in the end.
fn expect_failure(writer: &mut Probe) -> Verdict {
    let (task, limit) = (Task::new(None), writer.wait);
    let mut accepted = 0;
    let what = "a write that fails, because the reader is gone";
    until(&task, limit, what, || {
        match writer.poll_write(&task, &[7; 1000]) {
            Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Ok(())),
            Poll::Ready(Ok(n)) => accepted += n,
            Poll::Pending => return Poll::Pending,
        }
        if accepted > UNBOUNDED {
            let seen = format!("{accepted} bytes accepted");
            return Poll::Ready(fail("a write that fails", seen));
        }
        match writer.poll_flush(&task) {
            Poll::Ready(Err(_)) => Poll::Ready(Ok(())),
            // Accepted so far. A network needs time to say that nobody is there.
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
        }
    })?
}

pub(super) fn write_after_peer_gone(trial: &Trial) -> Verdict {
    let (mut writer, reader) = trial.pair()?;
    reader.drop_stream();
    expect_failure(&mut writer)?;
    expect_failure(&mut writer)
}

pub(super) fn close_after_peer_gone(trial: &Trial) -> Verdict {
    let (mut writer, reader) = trial.pair()?;
    let _ = writer.try_write(&[1, 2, 3])?;
    reader.drop_stream();
    let _ = writer.try_flush()?;
    let _ = writer.try_close()?;
    Ok(())
}

pub(super) fn pending_write_when_peer_goes(trial: &Trial) -> Verdict {
    let (mut writer, reader) = trial.pair()?;
    let task = Task::named("the writer");
    fill(&mut writer, &task, 0)?;
    reader.drop_stream();
    let result = trial.until_woken(&task, "when the reader is dropped", || {
        writer.poll_write(&task, &[1])
    })?;
    match result {
        Ok(0) | Err(_) => Ok(()),
        // Space in a buffer, as in a socket.
        Ok(_) => expect_failure(&mut writer),
    }
}

/// Fails unless a pending read is woken when the writer goes, and finds the end or an error.
fn read_while_peer_goes(trial: &Trial, go: fn(Probe), what: &str) -> Verdict {
    let (writer, mut reader) = trial.pair()?;
    let task = Task::named("the reader");
    expect_pending_read(&mut reader, &task)?;
    go(writer);
    match trial.until_woken(&task, what, || reader.poll_read(&task, &mut [0; 8]))? {
        Ok(0) | Err(_) => expect_end_or_error(&mut reader),
        Ok(n) => fail("the end or an error", format!("Ok({n})")),
    }
}

pub(super) fn pending_read_when_peer_drops(trial: &Trial) -> Verdict {
    read_while_peer_goes(trial, Probe::drop_stream, "when the writer is dropped")
}

pub(super) fn pending_read_when_peer_panics(trial: &Trial) -> Verdict {
    let panic = |mut writer: Probe| {
        let panicking = spawn(move || {
            writer.will_panic();
            let _owned = writer;
            // Without the message on stderr.
            std::panic::resume_unwind(Box::new("the task of the peer"));
        });
        // It has ended when this returns.
        let _ = panicking.join();
    };
    read_while_peer_goes(trial, panic, "when the task of the writer panics")
}
