//! A listener and a connector in memory.
