//! Jobs that run for a given time and return how much work they did.
//!
//! They show what a pipe costs other tasks of its thread ([`neighbours`]), and how fast protocols
//! run over it ([`protocols`]). They need streams with the traits of tokio.

mod duplex;
mod neighbours;
mod protocols;
mod stopwatch;

use std::time::Duration;

use crate::cases::Label;
use crate::field::Role;
use crate::findings::{Finding, Unit};
use crate::peers::tokio_pipes::TokioDuplex;
use crate::sampling::in_turns;
use crate::support::contender::Contender;
use crate::support::ours::{AsyncDuplex, NoSpin};

use duplex::Duplex;

/// The length of a run that only checks that the job runs.
const MOMENT: Duration = Duration::from_millis(5);

/// Work that each contender does for a given time.
trait Job {
    /// The figures that a run returns.
    fn figures(&self) -> Vec<Figure>;

    /// How long a run takes.
    fn time(&self) -> Duration;

    /// Runs for `time` over the streams of `D`. Returns a value for each figure.
    fn run<D: Duplex>(&self, time: Duration) -> Vec<f64>;
}

/// The meaning of a value of a run. Less is better.
struct Figure {
    label: Label,
    unit: Unit,
    /// The number of bytes that an operation moves, where the result is a throughput.
    bytes: Option<usize>,
}

type Run<J> = fn(&J, Duration) -> Vec<f64>;

/// All contenders: ours first.
fn contenders<J: Job>() -> [(&'static str, Role, Run<J>); 3] {
    [
        (AsyncDuplex::NAME, Role::Ours, J::run::<AsyncDuplex>),
        (TokioDuplex::NAME, Role::Peer, J::run::<TokioDuplex>),
        (NoSpin::NAME, Role::Variant, J::run::<NoSpin>),
    ]
}

/// Has the contenders do each job of which a figure is `wanted`, in `rounds` rounds.
pub(crate) fn compare(
    rounds: usize,
    wanted: impl Fn(&str) -> bool,
    mut found: impl FnMut(Finding),
) {
    compare_in(neighbours::jobs(), rounds, &wanted, &mut found);
    compare_in(protocols::jobs(), rounds, &wanted, &mut found);
}

/// Has each contender do each job of which a figure is `wanted`, for a moment.
pub(crate) fn try_out(wanted: impl Fn(&str) -> bool) {
    try_out_in(neighbours::jobs(), &wanted);
    try_out_in(protocols::jobs(), &wanted);
}

fn compare_in<J: Job>(
    jobs: Vec<J>,
    rounds: usize,
    wanted: impl Fn(&str) -> bool,
    mut found: impl FnMut(Finding),
) {
    let contenders = contenders::<J>();
    for job in wanted_of(jobs, wanted) {
        let runs = in_turns(rounds, contenders.len(), |index| {
            let (_, _, run) = contenders[index];
            run(&job, job.time())
        });
        for (index, figure) in job.figures().into_iter().enumerate() {
            let of_figure = |runs: &Vec<Vec<f64>>| runs.iter().map(|run| run[index]).collect();
            let samples: Vec<Vec<f64>> = runs.iter().map(of_figure).collect();
            found(Finding::of_samples(
                figure.label,
                (figure.unit, figure.bytes),
                contenders.map(|(name, role, _)| (name, role)),
                &samples,
            ));
        }
    }
}

fn try_out_in<J: Job>(jobs: Vec<J>, wanted: impl Fn(&str) -> bool) {
    for job in wanted_of(jobs, wanted) {
        for (_, _, run) in contenders::<J>() {
            assert_eq!(run(&job, MOMENT).len(), job.figures().len());
        }
    }
}

fn wanted_of<J: Job>(jobs: Vec<J>, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = J> {
    jobs.into_iter()
        .filter(move |job| job.figures().iter().any(|f| wanted(&f.label.name)))
}
