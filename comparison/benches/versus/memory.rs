//! How much memory a pipe takes: the bytes that it asks for, and those that are resident.

use std::process::Command;
use std::{env, fs};

use crate::allocator::asked_by;
use crate::peers::tokio_pipes::TokioDuplex;
use crate::peers::{for_pipes, ForPipe, TOKIO_DUPLEX, TOKIO_SIMPLEX};
use crate::report::Finding;
use crate::support::contender::{Contender, Duplex};
use crate::support::ours::{AsyncDuplex, OURS};
use crate::support::size;
use crate::support::workloads::{drain, fill, pass};

/// The capacity of the pipes of which only the bytes count that they ask for.
const CAPACITY: usize = 64 << 10;

/// How many KiB are unread. Most of these are no powers of two: storages often grow as those.
const UNREAD: [usize; 7] = [1, 3, 10, 30, 100, 300, 1024];

/// So many KiB are unread in all pipes of a process together, in so many pipes at most.
const TOGETHER: usize = 128 << 10;
const MOST: usize = 2_000;

/// The environment variable of the processes whose memory is measured: the contender, the index of
/// the state, and the number of pipes.
const JOB: &str = "ASYNC_DUPLEX_VERSUS_JOB";

/// A state of a pipe in which it is measured.
#[derive(Clone, Copy)]
struct State {
    capacity: usize,
    passed: Passed,
}

#[derive(Clone, Copy)]
enum Passed {
    /// Many messages of 64 bytes. Each was read before the next one.
    Messages,
    /// So many KiB, which are unread. As many were written and read before.
    Unread(usize),
    /// So many KiB, which are unread, and nothing before.
    Burst(usize),
}

/// The values of all contenders, ours first.
type Values = Vec<(&'static str, f64)>;

/// Measures each case whose name is `wanted`.
pub(crate) fn look(wanted: impl Fn(&str) -> bool, mut found: impl FnMut(&Finding)) {
    let asked: [(_, fn() -> Values); 2] = [("pipe", asked_by_pipes), ("duplex", asked_by_duplexes)];
    for (name, ask) in asked {
        let name = format!("memory/asked/{name}");
        if wanted(&name) {
            found(&Finding::of_values(name, "B", ask()));
        }
    }
    for (index, state) in states().into_iter().enumerate() {
        let name = state.name();
        if wanted(&name) {
            let values = resident(index, (TOGETHER / state.kib().max(1)).min(MOST));
            let remark = state.remark(&values);
            let mut finding = Finding::of_values(name, "B", values);
            finding.remark = remark;
            found(&finding);
        }
    }
}

/// Measures one pipe of each contender, in this process and in others.
pub(crate) fn try_out() {
    asked_by_pipes();
    asked_by_duplexes();
    if !states().is_empty() {
        resident(states().len() - 1, 1);
    }
}

/// Does the work of a process whose memory is measured, if this is one.
pub(crate) fn did_a_job() -> bool {
    let Ok(job) = env::var(JOB) else {
        return false;
    };
    let words: Vec<&str> = job.split(' ').collect();
    let [contender, index, pipes] = words[..] else {
        panic!("{JOB} is not a job: {job}");
    };
    let number = |word: &str| word.parse::<usize>().expect("a job has numbers");
    let all = for_pipes(&Resident(states()[number(index)]));
    let measure = all.into_iter().find(|(name, _)| *name == contender);
    let (_, measure) = measure.expect("a job names a contender");
    println!("{}", measure(number(pipes)));
    true
}

/// The bytes that an idle pipe asks for.
fn asked_by_pipes() -> Values {
    struct Asked;
    impl ForPipe for Asked {
        type Output = f64;
        fn with<C: Contender>(&self) -> f64 {
            asked(|| C::pipe(CAPACITY))
        }
    }
    for_pipes(&Asked)
}

/// The bytes that an idle duplex asks for.
fn asked_by_duplexes() -> Values {
    vec![
        (OURS, asked(|| AsyncDuplex::duplex(CAPACITY))),
        (TOKIO_DUPLEX, asked(|| TokioDuplex::duplex(CAPACITY))),
    ]
}

fn asked<T>(make: impl Fn() -> T) -> f64 {
    // The first pipe of a program may allocate more than the others.
    drop(make());
    asked_by(make).1 as f64
}

/// The number of resident bytes for each pipe of each contender. Each is measured in a process that
/// does nothing else.
fn resident(index: usize, pipes: usize) -> Values {
    let program = env::current_exe().expect("the path of the program is known");
    let ask = |name: &str| {
        let mut process = Command::new(&program);
        let run = process.env(JOB, format!("{name} {index} {pipes}")).output();
        let run = run.expect("a program can be run again");
        let report = String::from_utf8_lossy(&run.stdout);
        let bytes = report.trim().parse();
        bytes.unwrap_or_else(|_| panic!("{name} does not answer: {run:?}"))
    };
    let contenders = for_pipes(&Resident(states()[index])).into_iter();
    contenders.map(|(name, _)| (name, ask(name))).collect()
}

/// None where the system does not say how much memory is resident.
fn states() -> Vec<State> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let state = |capacity, passed| State { capacity, passed };
    let mut states = Vec::new();
    for capacity in [64 << 10, 1 << 20, 64 << 20] {
        states.push(state(capacity, Passed::Messages));
    }
    for capacity in [1 << 20, 64 << 20] {
        states.extend(UNREAD.map(|kib| state(capacity, Passed::Unread(kib))));
        states.extend(UNREAD.map(|kib| state(capacity, Passed::Burst(kib))));
    }
    states
}

impl State {
    fn name(self) -> String {
        let case = match self.passed {
            Passed::Messages => "small-messages",
            Passed::Unread(_) => "unread",
            Passed::Burst(_) => "burst",
        };
        let name = format!("memory/{case}/{}", size(self.capacity));
        match self.kib() {
            0 => name,
            kib => format!("{name}/{}", size(kib << 10)),
        }
    }

    /// How many KiB are unread.
    fn kib(self) -> usize {
        match self.passed {
            Passed::Messages => 0,
            Passed::Unread(kib) | Passed::Burst(kib) => kib,
        }
    }

    fn pipe<C: Contender>(self) -> (C::Reader, C::Writer) {
        let (mut reader, mut writer) = C::pipe(self.capacity);
        match self.passed {
            Passed::Messages => {
                pass::<C>(&mut reader, &mut writer, 64, 1024);
            }
            Passed::Unread(kib) => {
                fill::<C>(&mut writer, kib);
                drain::<C>(&mut reader, kib);
                fill::<C>(&mut writer, kib);
            }
            Passed::Burst(kib) => fill::<C>(&mut writer, kib),
        }
        (reader, writer)
    }

    /// Whether storage that doubles stays within its bounds.
    fn remark(self, values: &Values) -> Option<String> {
        let of = |wanted| values.iter().find(|(name, _)| *name == wanted);
        let ((_, ours), (_, tokio)) = (of(OURS)?, of(TOKIO_SIMPLEX)?);
        let yes_or_no = |is_kept| if is_kept { "yes" } else { "NO" };
        // A page for the header and for rounding up, and 2 % because the allocator keeps smaller
        // storages that have been freed, for the next pipe.
        let most = 1.02 * self.capacity as f64 + 4096.0;
        let capacity = yes_or_no(*ours <= most);
        let twice = yes_or_no(*ours <= 2.0 * tokio);
        let remark = format!("at most the capacity: {capacity}, at most twice tokio's: {twice}");
        (self.kib() > 64).then_some(remark)
    }
}

struct Resident(State);

impl ForPipe for Resident {
    type Output = Box<dyn Fn(usize) -> f64>;

    /// Measures this process.
    fn with<C: Contender>(&self) -> Self::Output {
        let state = self.0;
        Box::new(move |pipes| {
            drop(state.pipe::<C>());
            let before = resident_set();
            let all: Vec<_> = (0..pipes).map(|_| state.pipe::<C>()).collect();
            let after = resident_set();
            drop(all);
            (after - before).max(0.0) / pipes as f64
        })
    }
}

/// The number of resident bytes of this process, as Linux reports it.
fn resident_set() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux reports on its processes");
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
        .expect("a process has memory");
    kib.parse::<f64>().expect("that is a number") * 1024.0
}
