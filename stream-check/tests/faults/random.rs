//! Random settings: every byte arrives unchanged, and the same settings give the same transfer.

use std::io::ErrorKind;

use async_duplex::{duplex, DuplexStream};
use futures::executor::block_on;
use futures::io::{AsyncRead, AsyncWrite};
use futures::{AsyncReadExt, AsyncWriteExt};
use proptest::prelude::*;
use stream_check::faults::Faulty;

#[derive(Clone, Debug)]
struct Settings {
    max_read: usize,
    max_write: usize,
    seed: u64,
    one_in: u32,
}

impl Settings {
    fn wrap(&self, stream: DuplexStream) -> Faulty<DuplexStream> {
        Faulty::new(stream)
            .max_read(self.max_read)
            .max_write(self.max_write)
            .pending(self.seed, self.one_in)
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    (1..20usize, 1..20usize, any::<u64>(), 1..5u32).prop_map(
        |(max_read, max_write, seed, one_in)| Settings {
            max_read,
            max_write,
            seed,
            one_in,
        },
    )
}

/// Sends `bytes`, and returns the bytes that arrived and the errors of both ends.
fn transfer(
    from: impl AsyncWrite + Unpin,
    to: impl AsyncRead + Unpin,
    bytes: &[u8],
) -> (Vec<u8>, [Option<ErrorKind>; 2]) {
    let mut received = Vec::new();
    let (sent, read) = block_on(async {
        futures::join!(
            async {
                let mut from = from;
                from.write_all(bytes).await?;
                from.close().await
            },
            async {
                let mut to = to;
                to.read_to_end(&mut received).await
            }
        )
    });
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
    fn every_byte_arrives_with_any_limits_and_pendings(
        near in settings(),
        far in settings(),
        capacity in 1..40usize,
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let (a, b) = duplex(capacity);
        let (received, errors) = transfer(near.wrap(a), far.wrap(b), &bytes);
        prop_assert_eq!(received, bytes);
        prop_assert_eq!(errors, [None, None]);
    }

    #[test]
    fn a_fault_after_n_bytes_lets_exactly_n_bytes_arrive(
        near in settings(),
        far in settings(),
        capacity in 1..40usize,
        bytes in prop::collection::vec(any::<u8>(), 1..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(bytes.len());

        let (a, b) = duplex(capacity);
        let a = near.wrap(a).fail_after_bytes_written(cut, ErrorKind::TimedOut);
        let (received, errors) = transfer(a, far.wrap(b), &bytes);
        prop_assert_eq!(&received, &bytes[..cut]);
        prop_assert_eq!(errors, [Some(ErrorKind::TimedOut), None]);

        let (a, b) = duplex(capacity);
        let b = far.wrap(b).fail_after_bytes_read(cut, ErrorKind::TimedOut);
        let (received, errors) = transfer(near.wrap(a), b, &bytes);
        prop_assert_eq!(&received, &bytes[..cut]);
        prop_assert_eq!(errors[1], Some(ErrorKind::TimedOut));

        let (a, b) = duplex(capacity);
        let b = far.wrap(b).eof_after_bytes(cut);
        let (received, errors) = transfer(near.wrap(a), b, &bytes);
        prop_assert_eq!(&received, &bytes[..cut]);
        prop_assert_eq!(errors[1], None);
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
            let a = near.wrap(a).fail_at(operation, ErrorKind::TimedOut).truncate_write(truncated);
            transfer(a, far.wrap(b), &[7; 200])
        };
        prop_assert_eq!(run(), run());
    }
}
