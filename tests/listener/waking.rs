//! B22: an accept that is left alone, or leaked, takes no connection from others.

use core::mem::forget;
use core::task::Poll;

use async_duplex::listener::{listen, Accept};

use crate::common::{accepted, poll};
use crate::counting_waker::CountingTask;

/// Returns the future if it still exists.
type Leave = fn(Accept<'_>) -> Option<Accept<'_>>;

/// Before or after it is woken. The waiter of a forgotten accept is leaked, and nothing else.
#[test]
fn b22_an_accept_that_is_not_polled_again_or_is_forgotten_loses_no_connection() {
    let leaves: [Leave; 2] = [
        |accept| Some(accept),
        |accept| {
            forget(accept);
            None
        },
    ];
    for (leave, woken) in leaves
        .iter()
        .flat_map(|leave| [(leave, false), (leave, true)])
    {
        let (listener, connector) = listen(8, 4);
        let (first, second) = (CountingTask::new(), CountingTask::new());
        let mut accept = listener.accept();
        assert!(poll(&first, &mut accept).is_pending());
        let mut other = listener.accept();
        assert!(poll(&second, &mut other).is_pending());
        let (client, _left) = if woken {
            (connector.try_connect().unwrap(), leave(accept))
        } else {
            let left = leave(accept);
            (connector.try_connect().unwrap(), left)
        };
        assert_eq!(second.wakes(), 1, "woken: {woken}");
        let server = poll(&second, &mut other).map(|accepted| accepted.unwrap().0);
        assert!(matches!(server, Poll::Ready(server) if server.is_peer_of(&client)));
        // A later one gets the next connection.
        let client = connector.try_connect().unwrap();
        assert!(accepted(&listener).is_peer_of(&client));
    }
}
