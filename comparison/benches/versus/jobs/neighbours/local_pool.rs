//! A reader in a `LocalPool`, whose tasks all run on one thread.

use std::time::Duration;

use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;

use super::super::stopwatch::Stopwatch;
use super::{eat, feed, take_a_turn, warm_up, Duplex, CAPACITY};

/// Nanoseconds for a turn of the reader's neighbour.
pub(super) fn run<D: Duplex>(period: Duration, time: Duration) -> f64 {
    let (source, target) = D::duplex(CAPACITY);
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    spawner.spawn_local(eat(target)).expect("the pool is there");
    let neighbour = spawner
        .spawn_local_with_handle(async move {
            take_turns(warm_up(time)).await;
            take_turns(time).await
        })
        .expect("the pool is there");

    let feeder = feed(source, period);
    let turn = pool.run_until(neighbour);
    // This drops the reader, which ends the feeder.
    drop(pool);
    feeder.join().expect("the feeder does not panic");
    turn
}

async fn take_turns(time: Duration) -> f64 {
    let mut watch = Stopwatch::start(time);
    while watch.is_running() {
        take_a_turn().await;
        watch.add(1);
    }
    watch.each()
}
