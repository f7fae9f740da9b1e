//! Any operations in any order, on a pipe or on two streams, compared with the model in
//! `tests/support/oracle`.

#![no_main]

#[path = "../../tests/support/oracle/mod.rs"]
mod oracle;

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use oracle::{Direction, Op, Settings};

/// The operations to run, which `cargo fuzz fmt` prints.
#[derive(Debug)]
enum Schedule {
    Pipe(Settings, Vec<Op>),
    Duplex(Settings, Vec<(Direction, Op)>),
}

// Not derived: `Op::from_bytes` makes operations that end a half rare, as in `tests/oracle.rs`.
impl Arbitrary<'_> for Schedule {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        let (kind, settings) = u.arbitrary::<(u8, [u8; 2])>()?;
        let settings = Settings::from_bytes(settings);
        if kind < 192 {
            let ops = u.arbitrary_iter()?.map(|bytes| Ok(Op::from_bytes(bytes?)));
            Ok(Self::Pipe(settings, ops.collect::<Result<_>>()?))
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
            Ok(Self::Duplex(settings, ops.collect::<Result<_>>()?))
        }
    }
}

fuzz_target!(init: oracle::panics::install(), |schedule: Schedule| match schedule {
    Schedule::Pipe(settings, ops) => oracle::run(settings, &ops),
    Schedule::Duplex(settings, ops) => oracle::run_duplex(settings, &ops),
});
