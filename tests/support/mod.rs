//! What the tests share. Each of them uses a part of it.

#![allow(dead_code)]

pub(crate) mod counting_waker;
pub(crate) mod data;
pub(crate) mod deadline;
pub(crate) mod ends;
#[cfg(all(feature = "tokio", feature = "embedded-io"))]
pub(crate) mod families;
pub(crate) mod half;
#[cfg(feature = "tokio")]
pub(crate) mod like_tokio;
pub(crate) mod panics;
pub(crate) mod rendezvous;
pub(crate) mod sizes;
pub(crate) mod two_threads;

use std::thread; // Of `rendezvous` and `two_threads`. Under shuttle, they have its own.
