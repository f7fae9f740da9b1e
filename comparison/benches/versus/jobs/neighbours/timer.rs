//! How late a task that sleeps is woken, on the same thread as a reader.

use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::time::sleep;

use super::{eat, feed, warm_up, Duplex, CAPACITY};
use crate::statistics::quantile;

const NAP: Duration = Duration::from_millis(2);

/// Microseconds by which a sleep takes longer than it should: the median, and the 99th percentile.
pub(super) fn run<D: Duplex>(period: Duration, time: Duration) -> [f64; 2] {
    let (source, target) = D::duplex(CAPACITY);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime can be made");
    runtime.spawn(eat(target));

    let feeder = feed(source, period);
    let mut delays = runtime.block_on(async {
        delays(warm_up(time)).await;
        delays(time).await
    });
    // This drops the reader, which ends the feeder.
    drop(runtime);
    feeder.join().expect("the feeder does not panic");

    delays.sort_by(f64::total_cmp);
    [0.5, 0.99].map(|q| quantile(&delays, q))
}

/// The delays of all sleeps that begin within `time`.
async fn delays(time: Duration) -> Vec<f64> {
    let start = Instant::now();
    let mut delays = Vec::new();
    while start.elapsed() < time {
        let asleep = Instant::now();
        sleep(NAP).await;
        let delay = asleep.elapsed().saturating_sub(NAP);
        delays.push(delay.as_secs_f64() * 1e6);
    }
    delays
}
