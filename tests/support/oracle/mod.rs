//! A model of a pipe that is simple enough to be obviously right, and code that makes the same
//! calls of the model and of a pipe and compares the results.
//!
//! The model is a queue of bytes and, for each half, a closed flag and two waiters: one for bytes
//! and one for the end of the other half. It predicts what each call returns and which task it
//! wakes: a parked half is woken when it has to be, and no other task ever is.
//!
//! `tests/oracle.rs` and the fuzz target both run it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

#[path = "../data.rs"]
mod data;
mod machine;
mod model;
mod op;
mod tasks;

use async_duplex::{duplex, pipe, DuplexStream};
use machine::{drain, inspect, step};
use model::Model;
pub(crate) use op::{Direction, Op};
use tasks::Tasks;

/// Runs `ops` on a pipe of `capacity` bytes, then closes it and drains it.
pub(crate) fn run(capacity: usize, ops: &[Op]) {
    let tasks = Tasks::new();
    let mut model = Model::new(capacity);
    let (reader, writer) = pipe(capacity);
    let (mut reader, mut writer) = (Some(reader), Some(writer));
    for op in ops {
        match op {
            Op::DropReader => {
                if reader.take().is_some() {
                    model.drop_reader();
                }
            }
            Op::DropWriter => {
                if writer.take().is_some() {
                    model.drop_writer();
                }
            }
            op => step(&mut model, &tasks, &mut reader, &mut writer, op),
        }
        inspect(&model, &mut reader, &mut writer);
        tasks.check(&[&model]);
    }
    if writer.take().is_some() {
        model.drop_writer();
    }
    drain(&mut model, &tasks, &mut reader);
    tasks.check(&[&model]);
    if reader.take().is_some() {
        model.drop_reader();
    }
    tasks.check(&[&model]);
    tasks.check_all_released();
}

/// Runs each of `ops` on its direction of two streams. An operation that drops a half drops its
/// stream, and so a half of the other direction too.
pub(crate) fn run_duplex(capacity: usize, ops: &[(Direction, Op)]) {
    let tasks = Tasks::new();
    let mut models = [Model::new(capacity), Model::new(capacity)];
    let (left, right) = duplex(capacity);
    let mut streams = [Some(left), Some(right)];
    for (direction, op) in ops {
        // Each direction is named by the stream that writes to it.
        let side = *direction as usize;
        match op {
            Op::DropReader => drop_stream(&mut streams, &mut models, 1 - side),
            Op::DropWriter => drop_stream(&mut streams, &mut models, side),
            op => {
                let (writer, reader) = ends(&mut streams, side);
                step(&mut models[side], &tasks, reader, writer, op);
            }
        }
        for (side, model) in models.iter().enumerate() {
            let (writer, reader) = ends(&mut streams, side);
            inspect(model, reader, writer);
        }
        tasks.check(&[&models[0], &models[1]]);
    }
    drop_stream(&mut streams, &mut models, 0);
    drain(&mut models[0], &tasks, &mut streams[1]);
    drop_stream(&mut streams, &mut models, 1);
    tasks.check(&[&models[0], &models[1]]);
    tasks.check_all_released();
}

/// Drops a stream, which ends both directions.
fn drop_stream(streams: &mut [Option<DuplexStream>; 2], models: &mut [Model; 2], side: usize) {
    if streams[side].take().is_some() {
        models[side].drop_writer();
        models[1 - side].drop_reader();
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
