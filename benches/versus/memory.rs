//! How much memory a pipe takes: what it asks for, and what the kernel has to provide.

use std::process::Command;
use std::{env, fs};

use crate::allocator::held_by;
use crate::cases::Label;
use crate::field::{contestants, Contestant, Role};
use crate::findings::{Finding, Unit};
use crate::support::contenders::Contender;
use crate::support::size;
use crate::support::workloads::pass;

/// Bytes go through in messages, one at a time: there is never more than one in the pipe.
const MESSAGE: usize = 64;

/// In the environment of the processes whose memory is looked at: whose pipes, of what capacity, how
/// many messages, how many pipes.
const JOB: &str = "ASYNC_DUPLEX_VERSUS_JOB";

/// Pipes that are there at once, and for which a process is looked at.
const CROWD: usize = 2_000;

/// Pairs of pipes that are there at once, and the messages through each: enough to touch a page. If
/// more went through, pipes that touch all of their memory would have more than a gigabyte.
const PAIRS: usize = 10_000;
const PAIR_MESSAGES: usize = (4 << 10) / MESSAGE;

/// What to look at, and for how much.
struct Question {
    place: &'static str,
    capacity: usize,
    /// How many messages have passed.
    messages: usize,
    /// How many pipes there are.
    pipes: usize,
}

/// Asks everybody whose pipes are memory everything whose name is `wanted`.
pub(crate) fn look(full: bool, wanted: impl Fn(&str) -> bool, mut found: impl FnMut(Finding)) {
    for question in questions(full) {
        let label = question.label();
        if wanted(&label.name) {
            found(Finding::of_counts(label, Unit::Bytes, &question.ask()));
        }
    }
}

/// Lets everybody hold a few pipes, in this process and in others.
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
            messages: 2,
            pipes: 2,
        };
        few.ask();
    }
}

/// Does the job of a process whose memory is looked at, if this is one.
pub(crate) fn did_a_job() -> bool {
    let Ok(job) = env::var(JOB) else {
        return false;
    };
    let words: Vec<&str> = job.split(' ').collect();
    let [name, capacity, messages, pipes] = words[..] else {
        panic!("{JOB} is not a job: {job}");
    };
    let number = |word: &str| word.parse::<usize>().expect("a job has numbers");
    let all = contestants();
    let whose = all.iter().find(|contestant| contestant.name == name);
    let resident = whose.expect("a job names a contender").resident;
    let messages = number(messages) as u64;
    println!("{}", resident(number(capacity), messages, number(pipes)));
    true
}

/// Bytes that a pipe has asked for and holds, after so many messages.
pub(crate) fn held<C: Contender>(capacity: usize, messages: u64) -> f64 {
    let make = || {
        let (mut reader, mut writer) = C::pipe(capacity);
        pass::<C>(&mut reader, &mut writer, MESSAGE, messages);
        (reader, writer)
    };
    // What the first pipe of a program needs besides.
    drop(make());
    held_by(make).1 as f64
}

/// Bytes of memory that the kernel has provided for each of so many pipes, after so many messages.
/// The handles are counted: somewhere they have to be.
pub(crate) fn resident<C: Contender>(capacity: usize, messages: u64, pipes: usize) -> f64 {
    let make = || {
        let (mut reader, mut writer) = C::pipe(capacity);
        pass::<C>(&mut reader, &mut writer, MESSAGE, messages);
        (reader, writer)
    };
    drop(make());
    let before = resident_set();
    let all: Vec<_> = (0..pipes).map(|_| make()).collect();
    let after = resident_set();
    drop(all);
    (after - before).max(0.0) / pipes as f64
}

/// The bytes of this process that are in memory. Linux says so; elsewhere nobody asks.
fn resident_set() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("linux knows about its processes");
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
        .expect("a process has memory");
    kib.parse::<f64>().expect("that is a number") * 1024.0
}

fn questions(full: bool) -> Vec<Question> {
    let mut all = Vec::new();
    let ask = |place, capacity, bytes, pipes| Question {
        place,
        capacity,
        messages: bytes / MESSAGE,
        pipes,
    };
    for capacity in [64 << 10, 1 << 20] {
        all.extend([0, 1 << 20].map(|bytes| ask("held", capacity, bytes, 1)));
    }
    if cfg!(target_os = "linux") {
        let capacities: &[usize] = if full {
            &[64 << 10, 1 << 20]
        } else {
            &[64 << 10]
        };
        for &capacity in capacities {
            all.extend([0, 256 << 10].map(|bytes| ask("resident", capacity, bytes, CROWD)));
        }
        if full {
            let bytes = PAIR_MESSAGES * MESSAGE;
            all.push(ask("resident", 64 << 10, bytes, 2 * PAIRS));
        }
    }
    all
}

impl Question {
    fn label(&self) -> Label {
        let state = match self.messages {
            0 => "idle".into(),
            messages => format!("after-{}", size(messages * MESSAGE)),
        };
        Label {
            name: format!("memory/{}/{}/{state}", self.place, size(self.capacity)),
            group: "memory",
            place: self.place.into(),
            capacity: self.capacity,
            size: self.messages * MESSAGE,
            count: self.pipes,
        }
    }

    fn ask(&self) -> Vec<(&'static str, Role, f64)> {
        contestants()
            .iter()
            .filter(|contestant| contestant.in_process)
            .map(|contestant| {
                let value = match self.place {
                    "held" => (contestant.held)(self.capacity, self.messages as u64),
                    _ => self.in_a_process(contestant),
                };
                (contestant.name, contestant.role, value)
            })
            .collect()
    }

    /// Asks a process that does nothing else.
    fn in_a_process(&self, contestant: &Contestant) -> f64 {
        let program = env::current_exe().expect("a program knows where it is");
        let Self {
            capacity,
            messages,
            pipes,
            ..
        } = self;
        let run = Command::new(program)
            .env(
                JOB,
                format!("{} {capacity} {messages} {pipes}", contestant.name),
            )
            .output()
            .expect("a program can be run again");
        let report = String::from_utf8_lossy(&run.stdout);
        report
            .trim()
            .parse()
            .expect("a process says how much it has")
    }
}
