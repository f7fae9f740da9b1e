//! Runs the checks of stream-check on the streams of many crates.
//!
//! ```sh
//! cargo run -p conformance            # writes stream-check/IMPLEMENTATIONS.md
//! cargo run -p conformance -- piper   # prints the reports of the streams with that in their name
//! ```
//!
//! It fails if a stream fails in a way that is not known, or does not fail in one that is.

#![allow(clippy::std_instead_of_alloc)] // A program has `std`.

mod known;
mod page;
mod streams;
mod tls;
mod yamux;

use streams::KINDS;

fn main() {
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut reports = Vec::new();
    for kind in KINDS {
        let title = format!("{} ({})", kind.name, kind.traits);
        if wanted.is_empty() || wanted.iter().any(|word| title.contains(word)) {
            eprintln!("{title}");
            let report = runtime.block_on((kind.checks)().run());
            if !wanted.is_empty() {
                println!("{title}\n{report}\n");
            }
            reports.push((kind, report));
        }
    }
    if wanted.is_empty() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../stream-check/IMPLEMENTATIONS.md"
        );
        std::fs::write(path, page::page(&reports)).unwrap();
    }
    for (kind, report) in &reports {
        report.assert_all_but(known::known(kind.name));
    }
}
