//! B26: a handle, apart from the endings that it brings about.

use core::fmt::Debug;
use core::panic::UnwindSafe;

use async_duplex::{pipe, AbortHandle};

use crate::support::ends::RESET;

const _: () = {
    const fn is_easy_to_hold<T: Debug + Clone + Send + Sync + Unpin + UnwindSafe + 'static>() {}
    is_easy_to_hold::<AbortHandle>();
};

/// A handle is a weak reference, and the flag goes with the pipe.
#[test]
fn b26_a_handle_keeps_nothing_open_and_forgets_an_abort_once_both_halves_are_dropped() {
    for aborts in [true, false] {
        for writer_first in [false, true] {
            let (mut reader, writer) = pipe(8);
            let (one, other) = (reader.abort_handle(), writer.abort_handle().clone());
            if aborts {
                one.abort(RESET);
            }
            assert_eq!(
                format!("{one:?}"),
                format!("AbortHandle {{ is_aborted: {aborts} }}")
            );
            if writer_first {
                drop(writer);
                assert_eq!(other.is_aborted(), aborts);
                assert_eq!(reader.try_read(&mut [0]).is_ok_and(|n| n == 0), !aborts);
                drop(reader);
            } else {
                drop(reader);
                assert_eq!(other.is_aborted(), aborts);
                drop(writer);
            }
            other.abort(RESET);
            assert!(!one.is_aborted() && !other.is_aborted());
            drop(one);
            other.abort(RESET);
        }
    }
}
