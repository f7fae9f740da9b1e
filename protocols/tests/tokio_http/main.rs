//! HTTP over tokio's traits, by crates that do not depend on this one.

extern crate alloc;

#[path = "../../../tests/support/data.rs"]
mod data;
#[path = "../../../tests/support/deadline.rs"]
mod deadline;
mod http;
#[path = "../../../tests/support/tokio_runtimes.rs"]
mod tokio_runtimes;

use data::data;
use tokio_runtimes::{run, run_on_threads};
