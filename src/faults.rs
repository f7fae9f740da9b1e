//! Unkind streams, for tests.
