//! The progress bar, and the rate.

use std::io::{self, Write};
use std::process;

use anyhow::{Context, Result};
use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar on stderr. If stderr is not a terminal, the bar is not shown.
pub(crate) fn bar(length: Option<u64>) -> ProgressBar {
    bar_on(ProgressDrawTarget::stderr(), length)
}

/// A progress bar that fits into 40 columns, and fills wider terminals.
pub(crate) fn bar_on(target: ProgressDrawTarget, length: Option<u64>) -> ProgressBar {
    // The `\r` moves the cursor to the start of the line. If it stayed at the end, the `^C` that a
    // terminal shows would go to the next line, and the bar could not be cleared.
    let template = match length {
        Some(_) => "[{wide_bar}] {percent}% {bytes_per_sec} {eta}\r",
        None => "{spinner} {bytes} {bytes_per_sec}{wide_msg}\r",
    };
    let style = ProgressStyle::with_template(template).expect("the templates are valid");
    ProgressBar::with_draw_target(length, target).with_style(style.progress_chars("=> "))
}

/// The rate, in a suitable unit.
pub(crate) fn rate(bytes: u64, seconds: f64) -> String {
    format!("{}/s", BinaryBytes((bytes as f64 / seconds) as u64))
}

/// On Ctrl-C and SIGTERM, clears the bar, prints how many bytes were sent, and exits.
pub(crate) fn exit_on_interrupt(bar: ProgressBar) -> Result<()> {
    let exit = move || {
        let sent = BinaryBytes(bar.position());
        let of = match bar.length() {
            Some(length) => format!(" of {}", BinaryBytes(length)),
            None => String::new(),
        };
        // While it is suspended, the bar is cleared and locked, so the sender cannot draw it again.
        bar.suspend(|| {
            // Not `eprintln`, which panics if the terminal is gone.
            let _ = writeln!(io::stderr(), "interrupted: {sent}{of} sent");
            process::exit(130)
        })
    };
    ctrlc::set_handler(exit).context("cannot handle Ctrl-C")
}
