//! Runs the example `transfer` as a user would.

use std::env;
use std::process::{Command, Output, Stdio};

fn transfer() -> Command {
    let mut path = env::current_exe().unwrap();
    path.pop();
    path.set_file_name("examples");
    Command::new(path.join("transfer"))
}

#[track_caller]
fn run(arguments: &[&str], code: i32) -> Output {
    let output = transfer().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    output
}

#[test]
fn noise_and_files_arrive_under_every_runtime() {
    let file = env!("CARGO_MANIFEST_PATH");
    for arguments in [
        ["--size", "1000003"],
        ["--capacity", "7"],
        ["--capacity", "70000"],
    ] {
        let checksums = ["smol", "tokio", "threads"].map(|runtime| {
            let input: &[&str] = if arguments[0] == "--size" {
                &[]
            } else {
                &[file]
            };
            let output = run(
                &[&["--runtime", runtime], &arguments[..], input].concat(),
                0,
            );
            let text = String::from_utf8(output.stdout).unwrap();
            text.split_once("both ends agree on ").unwrap().1.to_owned()
        });
        assert!(checksums.iter().all(|checksum| *checksum == checksums[0]));
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (arguments, code) in [
        (["--size", "x"], 2),
        (["--runtime", "x"], 1),
        (["a", "b"], 2),
    ] {
        assert!(!run(&arguments, code).stderr.is_empty());
    }
    let output = run(&["/no/such/file"], 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot open /no/such/file"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    let mut command = transfer();
    command.args(["--size", "1000000000000"]);
    let mut running = command.stderr(Stdio::null()).spawn().unwrap();
    let pid = running.id().to_string();
    // A signal that comes before the handler ends it, too.
    for _ in 0..1000 {
        let kill = Command::new("kill").args(["-INT", &pid]).status();
        if let Some(status) = running.try_wait().unwrap() {
            assert!(matches!(status.code(), Some(130) | None), "{status}");
            return;
        }
        assert!(kill.unwrap().success());
    }
    running.kill().unwrap();
    panic!("it goes on in spite of signals");
}
