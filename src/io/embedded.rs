//! The traits of `embedded-io-async`.
