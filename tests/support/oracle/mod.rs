//! A model of a pipe that is simple enough to be obviously right, and code that makes the same
//! calls of the model and of a pipe and compares the results.
//!
//! The model is a queue of bytes and, for each half, a closed flag, one waker, and the position of
//! the other half at which it has to be woken. It predicts what each call returns, which task it
//! wakes, and which wakers are dropped: a parked half is woken when it has to be, and no other task
//! ever is.
//!
//! `tests/oracle.rs` and the fuzz target `ops` run it.

#![allow(dead_code)] // Each of them makes the operations in its own way.
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.
#![allow(clippy::incompatible_msrv)] // And a current compiler.

#[path = "../counting_waker.rs"]
mod counting_waker;
#[path = "../data.rs"]
mod data;
mod machine;
mod model;
mod op;
pub(crate) mod panics;
#[path = "../sizes.rs"]
mod sizes;

use async_duplex::DuplexStream;
use machine::{drain, inspect, inspect_handle, inspect_tasks, step, Tasks};
use model::{Model, CUT};
pub(crate) use op::{Call, Direction, Ending, Op, Settings};

/// Runs `ops` on a pipe, then closes it and drains it.
pub(crate) fn run(settings: Settings, ops: &[Op]) {
    let tasks = Tasks::default();
    let model = &mut Model::new(settings);
    let (reader, writer) = settings.options().pipe();
    let handle = reader.abort_handle();
    let (mut reader, mut writer) = (Some(reader), Some(writer));
    for op in ops {
        match op.call {
            Call::EndReader(Ending::Drop) => {
                drop_half(&mut reader, || model.end_reader(Ending::Drop))
            }
            Call::EndWriter(Ending::Drop) => {
                drop_half(&mut writer, || model.end_writer(Ending::Drop))
            }
            Call::Cut => {
                model.cut();
                handle.abort(CUT);
            }
            _ => step(model, &tasks, &mut reader, &mut writer, op),
        }
        inspect(model, &mut reader, &mut writer);
        inspect_handle(&handle, &[model], reader.is_some() || writer.is_some());
        inspect_tasks(&tasks, &[model]);
    }
    drop_half(&mut writer, || model.end_writer(Ending::Drop));
    drain(model, &tasks, &mut reader);
    inspect_tasks(&tasks, &[model]);
    drop_half(&mut reader, || model.end_reader(Ending::Drop));
    inspect_tasks(&tasks, &[model]);
}

fn drop_half<T>(half: &mut Option<T>, drop_of_model: impl FnOnce()) {
    if half.take().is_some() {
        drop_of_model();
    }
}

/// Runs each of `ops` on its direction of two streams. An operation that drops a half drops its
/// stream, and so a half of the other direction too.
pub(crate) fn run_duplex(settings: Settings, ops: &[(Direction, Op)]) {
    let tasks = Tasks::default();
    let mut models = [Model::new(settings), Model::new(settings)];
    let (left, right) = settings.options().duplex();
    let handle = right.abort_handle();
    let mut streams = [Some(left), Some(right)];
    for (direction, op) in ops {
        // Each direction is named by the stream that writes to it.
        let side = *direction as usize;
        match op.call {
            Call::EndReader(Ending::Drop) => drop_stream(&mut streams, &mut models, 1 - side),
            Call::EndWriter(Ending::Drop) => drop_stream(&mut streams, &mut models, side),
            Call::Cut => {
                models.iter_mut().for_each(Model::cut);
                handle.abort(CUT);
            }
            _ => {
                let (writer, reader) = ends(&mut streams, side);
                step(&mut models[side], &tasks, reader, writer, op);
            }
        }
        for (side, model) in models.iter().enumerate() {
            let (writer, reader) = ends(&mut streams, side);
            inspect(model, reader, writer);
        }
        let exist = streams.iter().any(Option::is_some);
        let both = [&models[0], &models[1]];
        inspect_handle(&handle, &both, exist);
        inspect_tasks(&tasks, &both);
    }
    drop_stream(&mut streams, &mut models, 0);
    drain(&mut models[0], &tasks, &mut streams[1]);
    drop_stream(&mut streams, &mut models, 1);
    inspect_tasks(&tasks, &[&models[0], &models[1]]);
}

/// Drops a stream, which ends both directions.
fn drop_stream(streams: &mut [Option<DuplexStream>; 2], models: &mut [Model; 2], side: usize) {
    if streams[side].take().is_some() {
        models[side].end_writer(Ending::Drop);
        models[1 - side].end_reader(Ending::Drop);
    }
}

/// The writing and the reading end of the direction that `streams[side]` writes to.
fn ends<T>(streams: &mut [T; 2], side: usize) -> (&mut T, &mut T) {
    let [left, right] = streams;
    if side == 0 {
        (left, right)
    } else {
        (right, left)
    }
}
