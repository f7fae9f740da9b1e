//! Runs the example `transfer` as a user would, and looks at what it prints and how it exits.

mod running;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use running::{path_of_example, Finished, Running};
use sha2::{Digest, Sha256};
use twox_hash::XxHash3_64;

const RUNTIMES: [&str; 3] = ["smol", "tokio", "threads"];

#[test]
fn noise_arrives_under_every_runtime() {
    let mut checksums = RUNTIMES.map(|runtime| {
        let finished = transfer(&["--runtime", runtime, "--size", "1MiB"]);
        finished.checksum_of(1 << 20)
    });
    checksums.sort();
    assert_eq!(
        checksums[0], checksums[2],
        "the noise is the same every time"
    );
}

#[test]
fn a_capacity_of_one_byte_will_do() {
    for runtime in RUNTIMES {
        let finished = transfer(&["--runtime", runtime, "--size", "3KiB", "--capacity", "1"]);
        finished.checksum_of(3 << 10);
    }
}

#[test]
fn a_chunk_can_be_larger_than_the_stream() {
    for runtime in RUNTIMES {
        let sizes = ["--size", "300KiB", "--capacity", "100", "--chunk", "64KiB"];
        let finished = transfer(&[&["--runtime", runtime], &sizes[..]].concat());
        finished.checksum_of(300 << 10);
    }
}

#[test]
fn what_is_sent_does_not_depend_on_the_chunks() {
    let checksum_with = |chunk| transfer(&["--size", "20001", "--chunk", chunk]).checksum_of(20001);
    let checksum = checksum_with("16KiB");
    for chunk in ["1", "7", "8", "1000", "1024", "10001", "1M"] {
        assert_eq!(checksum_with(chunk), checksum, "chunks of {chunk}");
    }
}

#[test]
fn nothing_at_all_can_be_sent() {
    assert_eq!(
        transfer(&["--size", "0"]).checksum_of(0),
        "2d06800538d394c2"
    );
    assert_eq!(
        transfer(&["--size", "0", "--check", "sha256"]).checksum_of(0),
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
        for (check, checksum) in [("xxh3", xxh3(&bytes)), ("sha256", sha256(&bytes))] {
            let options = ["--runtime", runtime, "--check", check];
            let finished = transfer(&[&options[..], &[path.to_str().unwrap()]].concat());
            assert_eq!(finished.checksum_of(bytes.len()), checksum, "{runtime}");
        }
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
    assert_eq!(running.finish().checksum_of(bytes.len()), xxh3(&bytes));
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
        (&["--size"], "--size", "missing argument"),
        (
            &["--runtime", "glommio"],
            "'glommio'",
            "smol, tokio, threads",
        ),
        (&["--check", "md5"], "'md5'", "xxh3, sha256"),
        (
            &["--size", "1", "some-file"],
            "--size",
            "cannot be used with",
        ),
        (
            &["one-file", "another-file"],
            "\"another-file\"",
            "unexpected",
        ),
        (&["--speed"], "'--speed'", "invalid option"),
    ] {
        transfer(args).assert_refused(2, &[value, reason]);
    }
}

#[test]
fn a_unit_can_be_short_and_in_small_letters() {
    let checksum = transfer(&["--size", "65536"]).checksum_of(65536);
    for size in ["64k", "64K", "64kib", "64KiB", "65536B", "65536b"] {
        assert_eq!(
            transfer(&["--size", size]).checksum_of(65536),
            checksum,
            "{size}"
        );
    }
}

#[test]
fn the_version_and_the_help_go_to_stdout() {
    let version = concat!("transfer ", env!("CARGO_PKG_VERSION"), "\n");
    for argument in ["--version", "-V"] {
        let finished = transfer(&[argument]);
        assert_eq!((finished.code, &*finished.stdout), (Some(0), version));
    }
    for argument in ["--help", "-h"] {
        let finished = transfer(&[argument]);
        assert_eq!(finished.code, Some(0));
        assert!(finished.stdout.contains("Usage: transfer"), "{finished:?}");
        assert_eq!(finished.stderr, "");
    }
}

/// With `eprintln` these would panic, but for the first: what is closed at the start, Rust opens
/// anew.
#[cfg(target_os = "linux")] // Others have no `/dev/full`.
#[test]
fn nothing_panics_where_stderr_cannot_be_written_to() {
    for redirection in ["2>&-", "2>/dev/full", "2>&1 >&3 3>&- | :"] {
        for (arguments, code) in [("--size 1MiB", 0), ("/no/such/file", 1), ("--size x", 2)] {
            // The status of a pipeline is that of its last command, hence the file.
            let status = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transfer_cli_status");
            let script =
                format!("exec 3>&1; {{ \"$0\" {arguments}; echo $? >\"$1\"; }} {redirection}");
            let mut command = Command::new("sh");
            command.args(["-c", &script]);
            command.args([&path_of_example(), &status]);
            let finished = Running::start_command(&mut command).finish();
            let status = fs::read_to_string(status).unwrap();
            assert_eq!(
                status.trim(),
                code.to_string(),
                "{redirection} {arguments} {finished:?}"
            );
            assert_eq!(
                finished.stdout.contains("both ends agree"),
                code == 0,
                "{redirection} {finished:?}"
            );
        }
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

fn xxh3(bytes: &[u8]) -> String {
    format!("{:016x}", XxHash3_64::oneshot(bytes))
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
