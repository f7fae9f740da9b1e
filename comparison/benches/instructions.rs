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

/// Writes and reads a message of some bytes, so many times.
type Operate = Box<dyn Fn(usize, u64)>;

fn main() {
    if let Ok(job) = env::var(JOB) {
        let words: Vec<&str> = job.split(' ').collect();
        let [name, message, times] = words[..] else {
            panic!("{JOB} is not a job: {job}");
        };
        let contender = contenders().into_iter().find(|(known, _)| *known == name);
        let (_, operate) = contender.expect("a job names a contender");
        return operate(number(message), number(times) as u64);
    }
    let contenders = contenders();
    // Only `cargo bench` passes `--bench`. `cargo test --benches` only checks that everything runs.
    if !env::args().any(|arg| arg == "--bench") {
        for (_, operate) in contenders {
            MESSAGES.iter().for_each(|&message| operate(message, 10));
        }
        return;
    }

    let names: Vec<_> = contenders.iter().map(|(name, _)| *name).collect();
    println!("| message | {} |", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(names.len()));
    for message in MESSAGES {
        let counts = names.iter().map(|name| per_operation(name, message));
        let cells: Vec<_> = counts.map(|count| format!("{count:.0}")).collect();
        println!("| {} | {} |", size(message), cells.join(" | "));
    }
}

/// All pipes of one direction, and at the end the floor.
fn contenders() -> Vec<(&'static str, Operate)> {
    struct Operations;
    impl ForPipe for Operations {
        type Output = Operate;
        fn with<C: Contender>(&self) -> Operate {
            Box::new(|message, times| {
                operate::<C>(CAPACITY, message, times);
            })
        }
    }
    let copy = |message, times| {
        let copies = Stream {
            chunk: message,
            capacity: CAPACITY,
        };
        copies.memcpy(times);
    };
    let mut contenders = for_pipes(&Operations);
    contenders.push((MEMCPY, Box::new(copy)));
    contenders
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
