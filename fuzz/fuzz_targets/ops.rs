//! Any operations in any order, on a pipe or on two streams, compared with the model in
//! `tests/support/oracle`.

#![no_main]

#[path = "../../tests/support/oracle/mod.rs"]
mod oracle;
#[path = "support/sizes.rs"]
mod sizes;

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use oracle::{Direction, Op};
use sizes::Capacity;

/// The operations to run, which `cargo fuzz fmt` prints.
#[derive(Debug)]
enum Schedule {
    Pipe(usize, Vec<Op>),
    Duplex(usize, Vec<(Direction, Op)>),
}

// Not derived: `Op::from_bytes` makes operations that end a half rare, as in `tests/oracle.rs`.
impl Arbitrary<'_> for Schedule {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        let (kind, Capacity(capacity)) = u.arbitrary::<(u8, Capacity)>()?;
        if kind < 192 {
            let ops = u.arbitrary_iter()?.map(|bytes| Ok(Op::from_bytes(bytes?)));
            Ok(Self::Pipe(capacity, ops.collect::<Result<_>>()?))
        } else {
            let ops = u.arbitrary_iter()?.map(|bytes| {
                let (left_to_right, bytes) = bytes?;
                let direction = if left_to_right {
                    Direction::LeftToRight
                } else {
                    Direction::RightToLeft
                };
                Ok((direction, Op::from_bytes(bytes)))
            });
            Ok(Self::Duplex(capacity, ops.collect::<Result<_>>()?))
        }
    }
}

fuzz_target!(|schedule: Schedule| match schedule {
    Schedule::Pipe(capacity, ops) => oracle::run(capacity, &ops),
    Schedule::Duplex(capacity, ops) => oracle::run_duplex(capacity, &ops),
});
