//! Runs the example `transfer` as a user would, and looks at what it prints and how it exits.

#![cfg(not(loom))]

use core::time::Duration;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use sha2::{Digest, Sha256};

const RUNTIMES: [&str; 4] = ["smol", "async-std", "tokio", "threads"];

/// Far more than anything here takes. Whoever needs longer hangs.
const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn noise_arrives_under_every_runtime() {
    let mut digests = RUNTIMES.map(|runtime| {
        let finished = transfer(&["--runtime", runtime, "--size", "1MiB"]);
        finished.digest_of(1 << 20)
    });
    digests.sort();
    assert_eq!(digests[0], digests[3], "the noise is the same every time");
}

#[test]
fn a_capacity_of_one_byte_will_do() {
    for runtime in RUNTIMES {
        let finished = transfer(&["--runtime", runtime, "--size", "3KiB", "--capacity", "1"]);
        finished.digest_of(3 << 10);
    }
}

#[test]
fn a_chunk_can_be_larger_than_the_stream() {
    for runtime in RUNTIMES {
        let sizes = ["--size", "300KiB", "--capacity", "100", "--chunk", "64KiB"];
        let finished = transfer(&[&["--runtime", runtime], &sizes[..]].concat());
        finished.digest_of(300 << 10);
    }
}

#[test]
fn what_is_sent_does_not_depend_on_the_chunks() {
    let digest_with = |chunk| transfer(&["--size", "20001", "--chunk", chunk]).digest_of(20001);
    let digest = digest_with("16KiB");
    for chunk in ["1", "7", "8", "1000", "10001", "1M"] {
        assert_eq!(digest_with(chunk), digest, "chunks of {chunk}");
    }
}

#[test]
fn nothing_at_all_can_be_sent() {
    assert_eq!(
        transfer(&["--size", "0"]).digest_of(0),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn a_file_arrives_under_every_runtime() {
    // Neither a whole number of chunks nor of anything else.
    let bytes: Vec<u8> = (0..500_001_u64).map(|i| ((i * i) >> 7) as u8).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transfer_cli_file");
    fs::write(&path, &bytes).unwrap();
    for runtime in RUNTIMES {
        let finished = transfer(&["--runtime", runtime, path.to_str().unwrap()]);
        assert_eq!(finished.digest_of(bytes.len()), sha256(&bytes), "{runtime}");
    }
}

#[cfg(unix)]
#[test]
fn the_input_can_be_a_pipe() {
    let mut running = Running::start(&["--chunk", "1000", "/dev/stdin"]);
    // Few enough for the operating system's pipe, so that writing them does not wait.
    let bytes = [7; 4001];
    let mut stdin = running.child.stdin.take().unwrap();
    stdin.write_all(&bytes).unwrap();
    drop(stdin);
    assert_eq!(running.finish().digest_of(bytes.len()), sha256(&bytes));
}

#[test]
fn what_cannot_be_is_refused() {
    let sizes = "more than 18446744073709551615 bytes";
    for (args, value, reason) in [
        (&["--capacity", "0"][..], "'0'", "from 1 byte to 1 GiB"),
        (&["--capacity", "2GiB"], "'2GiB'", "from 1 byte to 1 GiB"),
        (&["--chunk", "0"], "'0'", "from 1 byte to 1 GiB"),
        (&["--size", "16777216TiB"], "'16777216TiB'", sizes),
        (
            &["--size", "18446744073709551616"],
            "'18446744073709551616'",
            "too large",
        ),
        (&["--size", "1.5GiB"], "'1.5GiB'", "not a size"),
        (&["--size", "12 parsecs"], "'12 parsecs'", "not a size"),
        (&["--size", "MiB"], "'MiB'", "empty"),
        (
            &["--runtime", "glommio"],
            "'glommio'",
            "smol, async-std, tokio, threads",
        ),
        (
            &["--size", "1", "some-file"],
            "'--size <SIZE>'",
            "cannot be used with",
        ),
    ] {
        transfer(args).assert_refused(2, &[value, reason]);
    }
}

#[test]
fn input_that_cannot_be_read_is_named() {
    transfer(&["/no/such/file"]).assert_refused(1, &["/no/such/file", "cannot open"]);
    // On Unix a directory can be opened, but not read.
    let directory = env!("CARGO_TARGET_TMPDIR");
    transfer(&[directory]).assert_refused(1, &[directory, "error: cannot "]);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_cleanly() {
    for runtime in RUNTIMES {
        for signal in ["-INT", "-TERM"] {
            // It would take hours, so a signal that is ignored ends at the deadline.
            let mut running = Running::start(&["--runtime", runtime, "--size", "1TiB"]);
            // The handler is there before this line.
            let first = running.next_line_of_stderr();
            assert_eq!(first.as_deref(), Some("sending 1.00 TiB of noise"));
            let id = running.child.id().to_string();
            let kill = Command::new("kill").args([signal, &id]).status();
            assert!(kill.unwrap().success());

            let finished = running.finish();
            assert_eq!(finished.code, Some(130), "{runtime} {signal} {finished:?}");
            assert_eq!(finished.stdout, "");
            let stderr = &finished.stderr;
            assert!(stderr.starts_with("interrupted: "), "{finished:?}");
            assert!(stderr.ends_with(" of 1.00 TiB sent\n"), "{finished:?}");
            assert_eq!(stderr.lines().count(), 1, "{finished:?}");
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs the example to its end.
fn transfer(args: &[&str]) -> Finished {
    let mut running = Running::start(args);
    drop(running.child.stdin.take());
    running.finish()
}

/// The example lies beside the tests: `target/debug/deps/…` and `target/debug/examples/transfer`.
fn path_of_example() -> PathBuf {
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
struct Running {
    child: Child,
    deadline: Instant,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(path_of_example())
            .args(args)
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
    fn next_line_of_stderr(&mut self) -> Option<String> {
        next_line(&self.stderr, self.deadline)
    }

    /// Waits for the end, and returns what has not been read before.
    fn finish(mut self) -> Finished {
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
struct Finished {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Finished {
    /// Checks that `bytes` bytes have been sent and agreed on, and returns their digest.
    fn digest_of(&self, bytes: usize) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        assert!(self.stderr.starts_with("sending "), "{self:?}");
        // 1048576 bytes in 0.002 s, 0.49 GiB/s, both ends agree on SHA-256 5a0c…
        let words: Vec<_> = self.stdout.split_whitespace().collect();
        let [sent, "bytes", "in", seconds, "s,", rate, "GiB/s,", "both", "ends", "agree", "on", "SHA-256", digest] =
            words[..]
        else {
            panic!("unexpected output: {self:?}");
        };
        assert_eq!(sent, bytes.to_string());
        assert!(seconds.parse::<f64>().unwrap() < DEADLINE.as_secs_f64());
        assert!(rate.parse::<f64>().unwrap() >= 0.0);
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        digest.to_owned()
    }

    /// Checks for an exit with `code` and a message that has all of `parts` in it.
    fn assert_refused(&self, code: i32, parts: &[&str]) {
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
