//! The traits of `tokio`.
