//! What several targets share: the sizes in an input, tasks that count their wakes, the bytes to
//! send, and panics that a target expects.

#![allow(dead_code)] // Each target uses what it needs.

#[path = "../../../tests/support/counting_waker.rs"]
pub(crate) mod counting_waker;
#[path = "../../../tests/support/data.rs"]
pub(crate) mod data;
pub(crate) mod panics;
pub(crate) mod sizes;
