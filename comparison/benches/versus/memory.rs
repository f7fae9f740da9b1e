//! How much memory a pipe takes: the bytes that it allocates, and those that are resident.

use std::process::Command;
use std::{env, fs};

use crate::allocator::held_by;
use crate::cases::Label;
use crate::field::{contestants, Contestant, Role};
use crate::findings::{Finding, Unit};
use crate::support::contender::Contender;
use crate::support::size;
use crate::support::workloads::pass;

/// The size of the messages that pass through a pipe one at a time. In other cases one message of
/// the size of the capacity passes, because some pipes allocate memory only for unread bytes.
const MESSAGE: usize = 64;

/// The environment variable of the processes whose memory is measured: the contender, the capacity,
/// the size and the number of the messages, and the number of pipes.
const JOB: &str = "ASYNC_DUPLEX_VERSUS_JOB";

/// The number of pipes at once in a process whose memory is measured.
const CROWD: usize = 2_000;

/// The number of pairs of pipes at once, and the number of bytes through each: enough to touch a
/// page. With more bytes, pipes that touch all of their memory would take more than a gigabyte.
const PAIRS: usize = 10_000;
const PAIR_BYTES: usize = 4 << 10;

/// A measurement of memory.
struct Question {
    place: &'static str,
    capacity: usize,
    passed: Passed,
    /// The number of pipes.
    pipes: usize,
}

/// The messages that pass through a pipe before it is measured.
#[derive(Clone, Copy)]
pub(crate) struct Passed {
    message: usize,
    messages: usize,
}

impl Passed {
    fn little_by_little(bytes: usize) -> Self {
        Self {
            message: MESSAGE,
            messages: bytes / MESSAGE,
        }
    }

    fn at_once(bytes: usize) -> Self {
        Self {
            message: bytes,
            messages: 1,
        }
    }
}

/// Measures each case whose name is `wanted`, for each contender in this process.
pub(crate) fn look(full: bool, wanted: impl Fn(&str) -> bool, mut found: impl FnMut(Finding)) {
    for question in questions(full) {
        let label = question.label();
        if wanted(&label.name) {
            found(Finding::of_counts(label, Unit::Bytes, &question.ask()));
        }
    }
}

/// Measures a few pipes of each contender, in this process and in others.
pub(crate) fn try_out() {
    let places = if cfg!(target_os = "linux") {
        &["held", "resident"][..]
    } else {
        &["held"]
    };
    for place in places {
        let few = Question {
            place,
            capacity: 4 << 10,
            passed: Passed::little_by_little(2 * MESSAGE),
            pipes: 2,
        };
        few.ask();
    }
}

/// Does the work of a process whose memory is measured, if this is one.
pub(crate) fn did_a_job() -> bool {
    let Ok(job) = env::var(JOB) else {
        return false;
    };
    let words: Vec<&str> = job.split(' ').collect();
    let [name, capacity, message, messages, pipes] = words[..] else {
        panic!("{JOB} is not a job: {job}");
    };
    let number = |word: &str| word.parse::<usize>().expect("a job has numbers");
    let all = contestants();
    let whose = all.iter().find(|contestant| contestant.name == name);
    let resident = whose.expect("a job names a contender").resident;
    let passed = Passed {
        message: number(message),
        messages: number(messages),
    };
    println!("{}", resident(number(capacity), passed, number(pipes)));
    true
}

/// The number of bytes that a pipe has allocated and not freed.
pub(crate) fn held<C: Contender>(capacity: usize, passed: Passed) -> f64 {
    // The first pipe of a program may allocate more than the others.
    drop(pipe::<C>(capacity, passed));
    held_by(|| pipe::<C>(capacity, passed)).1 as f64
}

/// The number of resident bytes for each of `pipes` pipes, including the handles.
pub(crate) fn resident<C: Contender>(capacity: usize, passed: Passed, pipes: usize) -> f64 {
    drop(pipe::<C>(capacity, passed));
    let before = resident_set();
    let all: Vec<_> = (0..pipes).map(|_| pipe::<C>(capacity, passed)).collect();
    let after = resident_set();
    drop(all);
    (after - before).max(0.0) / pipes as f64
}

fn pipe<C: Contender>(capacity: usize, passed: Passed) -> (C::Reader, C::Writer) {
    let (mut reader, mut writer) = C::pipe(capacity);
    let messages = passed.messages as u64;
    pass::<C>(&mut reader, &mut writer, passed.message, messages);
    (reader, writer)
}

/// The number of resident bytes of this process, as Linux reports it. Other systems do not get
/// here.
fn resident_set() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux reports on its processes");
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
        .expect("a process has memory");
    kib.parse::<f64>().expect("that is a number") * 1024.0
}

fn questions(full: bool) -> Vec<Question> {
    let ask = |place, capacity, passed, pipes| Question {
        place,
        capacity,
        passed,
        pipes,
    };
    let states = |capacity, bytes| {
        [
            Passed::little_by_little(0),
            Passed::little_by_little(bytes),
            Passed::at_once(capacity),
        ]
    };
    let mut all = Vec::new();
    for capacity in [64 << 10, 1 << 20] {
        all.extend(states(capacity, 1 << 20).map(|passed| ask("held", capacity, passed, 1)));
    }
    if cfg!(target_os = "linux") {
        let small = states(64 << 10, 256 << 10);
        all.extend(small.map(|passed| ask("resident", 64 << 10, passed, CROWD)));
        if full {
            // Not full: 2,000 full pipes of a MiB would take two gigabytes.
            let large = [0, 256 << 10].map(Passed::little_by_little);
            all.extend(large.map(|passed| ask("resident", 1 << 20, passed, CROWD)));
            let passed = Passed::little_by_little(PAIR_BYTES);
            all.push(ask("resident", 64 << 10, passed, 2 * PAIRS));
        }
    }
    all
}

impl Question {
    fn label(&self) -> Label {
        let bytes = self.passed.message * self.passed.messages;
        let state = match self.passed {
            Passed { messages: 0, .. } => "idle".into(),
            Passed { messages: 1, .. } => "once-full".into(),
            _ => format!("after-{}", size(bytes)),
        };
        Label {
            name: format!("memory/{}/{}/{state}", self.place, size(self.capacity)),
            group: "memory",
            place: self.place.into(),
            capacity: self.capacity,
            size: bytes,
            count: self.pipes,
        }
    }

    fn ask(&self) -> Vec<(&'static str, Role, f64)> {
        contestants()
            .iter()
            .filter(|contestant| contestant.in_process)
            .map(|contestant| {
                let value = match self.place {
                    "held" => (contestant.held)(self.capacity, self.passed),
                    _ => self.in_a_process(contestant),
                };
                (contestant.name, contestant.role, value)
            })
            .collect()
    }

    /// Measures in a process that does nothing else.
    fn in_a_process(&self, contestant: &Contestant) -> f64 {
        let program = env::current_exe().expect("the path of the program is known");
        let Self {
            capacity, pipes, ..
        } = self;
        let Passed { message, messages } = self.passed;
        let name = contestant.name;
        let run = Command::new(program)
            .env(
                JOB,
                format!("{name} {capacity} {message} {messages} {pipes}"),
            )
            .output()
            .expect("a program can be run again");
        let report = String::from_utf8_lossy(&run.stdout);
        report.trim().parse().expect("the process prints a number")
    }
}
