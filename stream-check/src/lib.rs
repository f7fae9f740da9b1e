// The examples of the README need the feature.
#![cfg_attr(feature = "tokio", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "tokio"),
    doc = "Conformance checks for asynchronous byte streams, and fault injection."
)]
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_alloc, clippy::std_instead_of_core)] // The crate needs `std`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod checks;
pub mod faults;
pub mod futures_io;
mod moving;
mod probe;
mod report;
mod run;
mod stream;
mod task;
#[cfg(feature = "tokio")]
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
pub mod tokio;
mod trace;
mod trial;

pub use checks::{checks, Check};
pub use report::{Checked, Failure, Outcome, Report};
pub use run::Checks;
