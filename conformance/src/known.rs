//! The failures that were compared with the documentation and the source of their crates.

const EMPTY_READ: &str = "empty_read";
const EMPTY_VECTORED: &str = "empty_vectored_calls";

/// The known failures of a kind of stream: the checks, and why they fail.
pub(crate) fn known(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "`tokio::io::simplex`" => &[
            (
                "drop_keeps_bytes",
                "The two halves share a buffer, and dropping one is not noticed. Only `shutdown` \
                 ends the stream: a reader whose writer is dropped waits for ever. The \
                 documentation does not say so.",
            ),
            ("write_after_peer_gone", "A writer whose reader is dropped fills the buffer and waits for ever."),
            ("pending_write_when_peer_goes", "Dropping the reader does not wake the writer."),
            ("pending_read_when_peer_drops", "Dropping the writer does not wake the reader."),
            ("pending_read_when_peer_panics", "Dropping the writer does not wake the reader."),
        ],
        "`tokio::net::unix::pipe`" => &[
            (
                "end_after_last_byte",
                "`Sender::poll_shutdown` does nothing and returns `Ok(())`. A pipe of the kernel \
                 ends when its last writer is closed, which only dropping the `Sender` does. Its \
                 documentation does not say so.",
            ),
            ("close_flushes", "After `poll_shutdown` the bytes arrive, and the end does not."),
            ("close_while_full", "After `poll_shutdown` the bytes arrive, and the end does not."),
            ("close_twice", "Both calls of `poll_shutdown` succeed, and the end does not arrive."),
            ("write_after_close", "After `poll_shutdown` the pipe is open, so the write succeeds."),
            ("pending_read_when_peer_closes", "After `poll_shutdown` nothing has ended that could wake the reader."),
            ("calls_after_both_ends", "After `poll_shutdown` nothing has ended, so the reader waits."),
        ],
        "`async_ringbuf::AsyncHeapRb`" => &[
            (
                "write_after_close",
                "`poll_close` takes the inner half out, and `poll_write` unwraps it: a panic, \
                 where an error or `Ok(0)` is expected. The documentation says nothing of either.",
            ),
            ("calls_after_both_ends", "A write after the close panics, as in `write_after_close`."),
        ],
        "`futures_ringbuf::Endpoint`" => &[
            (
                "empty_write",
                "`poll_write` takes \"nothing was copied\" for \"the buffer is full\", so a write \
                 of an empty buffer waits for ever, although there is space.",
            ),
            (EMPTY_VECTORED, "A vectored write of no bytes becomes a write of an empty buffer, which waits for ever."),
            (
                "write_after_peer_gone",
                "Dropping an `Endpoint` ends only what it writes; its documentation promises that \
                 to a pending read alone. The peer's writes succeed until the buffer is full, and \
                 then wait for ever.",
            ),
            ("pending_write_when_peer_goes", "Dropping the reader does not wake the writer."),
        ],
        "`async_duplex::Blocking` in `smol::Unblock`" => &[
            (
                EMPTY_READ,
                "`Unblock` takes the `Ok(0)` of an empty buffer for the end of its pipe, waits for \
                 its thread, which has bytes to deliver, and is never ready again: the bytes are \
                 lost.",
            ),
            (EMPTY_VECTORED, "A vectored read without a slice becomes a read into an empty buffer."),
            (
                "write_after_close",
                "After `poll_close` the inner writer is gone, and `poll_write` panics with \"inner \
                 value was taken out\". The documentation does not say so.",
            ),
            ("calls_after_both_ends", "A write after the close panics, as in `write_after_close`."),
        ],
        "`futures_rustls::TlsStream` over `async_duplex::duplex`" => &[
            (
                EMPTY_READ,
                "`TlsStream` takes the `Ok(0)` of an empty buffer for the end: each later read is \
                 `Ok(0)`, and what the peer has sent is lost.",
            ),
            (EMPTY_VECTORED, "A vectored read without a slice becomes a read into an empty buffer."),
        ],
        "`yamux::Stream` over `async_duplex::duplex`" => &[
            (
                EMPTY_READ,
                "A read that copies no byte waits for more, although bytes are there and the \
                 buffer is empty.",
            ),
            (EMPTY_VECTORED, "A vectored read without a slice becomes a read into an empty buffer."),
        ],
        _ => &[],
    }
}
