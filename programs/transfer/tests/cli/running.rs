//! The example as a process, with a deadline, and what it leaves.

use core::time::Duration;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

/// Far more than any run here takes. A run that takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(120);

/// The example lies beside the tests: `target/debug/deps/…` and `target/debug/examples/transfer`.
pub(crate) fn path_of_example() -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let path = profile
        .join("examples/transfer")
        .with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "there is no {}: `cargo test` builds it, or `cargo build --example transfer`",
        path.display(),
    );
    path
}

/// The example at work. Dropping it kills it.
pub(crate) struct Running {
    pub(crate) child: Child,
    deadline: Instant,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    /// Runs the example with these arguments.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_command(Command::new(path_of_example()).args(args))
    }

    pub(crate) fn start_command(command: &mut Command) -> Self {
        let mut child = command
            // If there is a panic, or an error with a backtrace, let it show.
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = lines_of(child.stdout.take().unwrap());
        let stderr = lines_of(child.stderr.take().unwrap());
        let deadline = Instant::now() + DEADLINE;
        Self {
            child,
            deadline,
            stdout,
            stderr,
        }
    }

    /// The next line, or `None` at the end.
    pub(crate) fn next_line_of_stderr(&mut self) -> Option<String> {
        next_line(&self.stderr, self.deadline)
    }

    /// Waits for the end, and returns what has not been read before.
    pub(crate) fn finish(mut self) -> Finished {
        let rest = |lines| {
            let next = || next_line(lines, self.deadline);
            core::iter::from_fn(next).map(|line| line + "\n").collect()
        };
        let (stdout, stderr) = (rest(&self.stdout), rest(&self.stderr));
        // Both are at their ends because the process is.
        let code = self.child.wait().unwrap().code();
        Finished {
            code,
            stdout,
            stderr,
        }
    }
}

/// If a test fails, or the deadline passes, no process stays behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a pipe on a thread of its own, so that the wait for a line can have a deadline.
fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn next_line(lines: &Receiver<String>, deadline: Instant) -> Option<String> {
    let left = deadline.saturating_duration_since(Instant::now());
    match lines.recv_timeout(left) {
        Ok(line) => Some(line),
        Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => panic!("the example hangs: killed after {DEADLINE:?}"),
    }
}

/// What the example left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// Checks that `bytes` bytes have been sent and agreed on, and returns their checksum.
    pub(crate) fn checksum_of(&self, bytes: usize) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        assert!(self.stderr.starts_with("sending "), "{self:?}");
        // 1048576 bytes in 0.002 s, 512.00 MiB/s, both ends agree on XXH3 5a0c…
        let words: Vec<_> = self.stdout.split_whitespace().collect();
        let [sent, "bytes", "in", seconds, "s,", rate, unit, "both", "ends", "agree", "on", "XXH3" | "SHA-256", checksum] =
            words[..]
        else {
            panic!("unexpected output: {self:?}");
        };
        assert_eq!(sent, bytes.to_string());
        assert!(seconds.parse::<f64>().unwrap() < DEADLINE.as_secs_f64());
        assert!(rate.parse::<f64>().unwrap() >= 0.0);
        let units = ["B/s,", "KiB/s,", "MiB/s,", "GiB/s,"];
        assert!(units.contains(&unit), "{unit}");
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        checksum.to_owned()
    }

    /// Checks for an exit with `code` and a message that has all of `parts` in it.
    pub(crate) fn assert_refused(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.contains("error: "), "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "no {part} in {self:?}");
        }
        for noise in ["panicked", "backtrace"] {
            assert!(!self.stderr.contains(noise), "{self:?}");
        }
    }
}
