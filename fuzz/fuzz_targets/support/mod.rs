//! What several targets share: the sizes in an input, tasks that count their wakes, the bytes to
//! send, and what the tests have of these.

#![allow(dead_code)] // Each target uses what it needs.

#[path = "../../../tests/support/counting_waker.rs"]
pub(crate) mod counting_waker;
#[path = "../../../tests/support/data.rs"]
pub(crate) mod data;
pub(crate) mod inputs;
#[path = "../../../tests/support/like_tokio.rs"]
pub(crate) mod like_tokio;
#[path = "../../../tests/support/listener/mod.rs"]
pub(crate) mod listener;
#[path = "../../../tests/support/oracle/panics.rs"]
pub(crate) mod panics;
#[path = "../../../tests/support/rendezvous.rs"]
pub(crate) mod rendezvous;
#[path = "../../../tests/support/sizes.rs"]
pub(crate) mod sizes;
#[path = "../../../tests/support/two_threads/mod.rs"]
pub(crate) mod two_threads;

use std::thread; // Of `rendezvous` and `two_threads`. Under shuttle, they have its own.
