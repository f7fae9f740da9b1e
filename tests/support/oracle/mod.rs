//! What a pipe must do, said so plainly that it is obviously right, and a machine that does the
//! same to a real pipe and to this model, step by step, and compares.
//!
//! The model is a queue of bytes, and for each half a closed flag and its two waits: the one for
//! bytes, and the one for the end of the other half. It knows what every call returns, and also
//! which task it wakes: not only that a parked side is woken when it has to be, but that no other
//! task ever is.
//!
//! `tests/oracle.rs` and the fuzz target both feed it.

#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

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

/// Runs `ops` on the two directions of a pair of streams, each on the one that it comes with. To
/// drop a half here is to drop the stream that it belongs to, and with it a half of the other
/// direction.
pub(crate) fn run_duplex(capacity: usize, ops: &[(Direction, Op)]) {
    let tasks = Tasks::new();
    let mut models = [Model::new(capacity), Model::new(capacity)];
    let (left, right) = duplex(capacity);
    let mut streams = [Some(left), Some(right)];
    for (direction, op) in ops {
        // Each direction is named by the stream that writes to it.
        let side = *direction as usize;
        match op {
            Op::DropReader => hang_up(&mut streams, &mut models, 1 - side),
            Op::DropWriter => hang_up(&mut streams, &mut models, side),
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
    hang_up(&mut streams, &mut models, 0);
    drain(&mut models[0], &tasks, &mut streams[1]);
    hang_up(&mut streams, &mut models, 1);
    tasks.check(&[&models[0], &models[1]]);
    tasks.check_all_released();
}

/// Drops a stream, and so closes both directions.
fn hang_up(streams: &mut [Option<DuplexStream>; 2], models: &mut [Model; 2], side: usize) {
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
