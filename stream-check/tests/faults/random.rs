//! Random settings: every byte arrives unchanged, and the same settings give the same transfer.

use proptest::prelude::*;

use crate::common::*;

const LATE: ErrorKind = ErrorKind::TimedOut;

/// The limits of reads and writes, and what decides about injected `Pending`s.
#[derive(Clone, Debug)]
struct Settings(usize, usize, u64, u32);

impl Settings {
    fn wrap(&self, stream: DuplexStream) -> Near {
        let Self(max_read, max_write, seed, one_in) = *self;
        let stream = Faulty::new(stream).max_read(max_read).max_write(max_write);
        stream.pending(seed, one_in)
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    let numbers = (1..20usize, 1..20usize, any::<u64>(), 1..5u32);
    numbers.prop_map(|(a, b, c, d)| Settings(a, b, c, d))
}

/// Sends `bytes`, and returns the bytes that arrived and the errors of both ends.
fn transfer((mut from, to): (Near, Near), bytes: &[u8]) -> (Vec<u8>, [Option<ErrorKind>; 2]) {
    let mut received = Vec::new();
    let send = async move {
        from.write_all(bytes).await?;
        from.close().await
    };
    // It drops its end when it fails, and the sender then fails as well.
    let receive = async {
        let mut to = to;
        to.read_to_end(&mut received).await
    };
    let (sent, read) = within(60, || block_on(async { futures::join!(send, receive) }));
    let errors = [sent.err(), read.err()].map(|error| error.map(|error| error.kind()));
    (received, errors)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_byte_arrives_up_to_a_fault_with_any_limits_and_pendings(
        near in settings(),
        far in settings(),
        capacity in 1..40usize,
        bytes in prop::collection::vec(any::<u8>(), 1..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(bytes.len());
        let ends = || {
            let (a, b) = duplex(capacity);
            (near.wrap(a), far.wrap(b))
        };
        prop_assert_eq!(transfer(ends(), &bytes), (bytes.clone(), [None, None]));

        let (a, b) = ends();
        let cut_off = transfer((a.fail_after_bytes_written(cut, LATE), b), &bytes);
        prop_assert_eq!(cut_off, (bytes[..cut].to_vec(), [Some(LATE), None]));

        let (a, b) = ends();
        let (received, errors) = transfer((a, b.fail_after_bytes_read(cut, LATE)), &bytes);
        prop_assert_eq!((&received[..], errors[1]), (&bytes[..cut], Some(LATE)));

        let (a, b) = ends();
        let (received, errors) = transfer((a, b.eof_after_bytes(cut)), &bytes);
        prop_assert_eq!((&received[..], errors[1]), (&bytes[..cut], None));
    }

    #[test]
    fn the_same_settings_give_the_same_transfer(
        near in settings(),
        far in settings(),
        capacity in 1..40usize,
        operation in 1..60usize,
        truncated in 0..20usize,
    ) {
        let run = || {
            let (a, b) = duplex(capacity);
            let a = near.wrap(a).fail_at(operation, LATE).truncate_write(truncated);
            transfer((a, far.wrap(b)), &[7; 200])
        };
        prop_assert_eq!(run(), run());
    }
}
