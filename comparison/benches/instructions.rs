//! The number of instructions of a write and a read of a message, where neither side waits.
//!
//! ```text
//! cargo bench --bench instructions
//! ```
//!
//! callgrind counts them (valgrind has to be installed), so the figures are the same on a busy
//! machine as on an idle one, and a change of one instruction shows. The two copies that each
//! contender makes are counted too. The column `memcpy` has them alone.
//!
//! The program runs itself under callgrind, twice for each figure, with different numbers of
//! operations. In the difference, the instructions before and after the operations cancel out.

mod peers;
#[path = "../../benches/support/mod.rs"]
mod support;

use std::env;
use std::process::{exit, Command};

use peers::memcpy::MEMCPY;
use peers::{for_pipes, ForPipe};
use support::contender::Contender;
use support::size;
use support::workloads::{operate, Stream};

const CAPACITY: usize = 64 << 10;
const MESSAGES: [usize; 4] = [1, 64, 1 << 10, 16 << 10];
const FEW: u64 = 1_000;
const MANY: u64 = 11_000;

/// The environment variable of the runs under callgrind: the contender, the size of the message,
/// and the number of operations.
const JOB: &str = "ASYNC_DUPLEX_BENCH_JOB";

fn main() {
    if let Ok(job) = env::var(JOB) {
        let mut words = job.split(' ');
        let (Some(name), Some(message), Some(times)) = (words.next(), words.next(), words.next())
        else {
            panic!("{JOB} is not a job: {job}");
        };
        return run(name, number(message), number(times) as u64);
    }
    // Only `cargo bench` passes `--bench`. `cargo test --benches` only checks that everything runs.
    let measure = env::args().any(|arg| arg == "--bench");
    if !measure || env::args().any(|arg| arg == "--test") {
        return names()
            .iter()
            .for_each(|name| MESSAGES.iter().for_each(|&message| run(name, message, 10)));
    }

    let names = names();
    println!("| message | {} |", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(names.len()));
    for message in MESSAGES {
        let counts = names.iter().map(|name| per_operation(name, message));
        let cells: Vec<_> = counts.map(|count| format!("{count:.0}")).collect();
        println!("| {} | {} |", size(message), cells.join(" | "));
    }
}

/// The contenders, and at the end the floor.
fn names() -> Vec<&'static str> {
    struct Nothing;
    impl ForPipe for Nothing {
        type Output = ();
        fn with<C: Contender>(&self) {}
    }
    let contenders = for_pipes(&Nothing).into_iter().map(|(name, ())| name);
    contenders.chain([MEMCPY]).collect()
}

/// Does the operations of one run under callgrind.
fn run(name: &str, message: usize, times: u64) {
    struct Operate;
    impl ForPipe for Operate {
        type Output = fn(usize, u64);
        fn with<C: Contender>(&self) -> Self::Output {
            |message, times| {
                operate::<C>(CAPACITY, message, times);
            }
        }
    }
    if name == MEMCPY {
        let copies = Stream {
            chunk: message,
            capacity: CAPACITY,
        };
        copies.memcpy(times);
        return;
    }
    let operations = for_pipes(&Operate);
    let (_, operate) = operations
        .iter()
        .find(|(contender, _)| *contender == name)
        .unwrap_or_else(|| fail(&format!("not a contender: {name}")));
    operate(message, times);
}

fn per_operation(name: &str, message: usize) -> f64 {
    let (few, many) = (count(name, message, FEW), count(name, message, MANY));
    (many - few) as f64 / (MANY - FEW) as f64
}

/// Runs this program with a job under callgrind, and returns the number of instructions.
fn count(name: &str, message: usize, times: u64) -> usize {
    let program = env::current_exe().expect("a program knows where it is");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .env(JOB, format!("{name} {message} {times}"))
        .output()
        .unwrap_or_else(|error| fail(&format!("cannot run valgrind: {error}")));
    let report = String::from_utf8_lossy(&run.stderr);
    report
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .map(|(_, count)| number(count.trim()))
        .unwrap_or_else(|| fail(&format!("valgrind counted nothing:\n{report}")))
}

fn number(text: &str) -> usize {
    text.parse()
        .unwrap_or_else(|_| fail(&format!("not a number: {text}")))
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    exit(1);
}
