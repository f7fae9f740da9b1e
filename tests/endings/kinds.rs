//! B16: every kind of error reaches the peer.

use std::io::{Error, ErrorKind};

use async_duplex::pipe;

/// Every kind with a stable name that the system's errors have, and those that only Rust has.
/// `Interrupted` and `WouldBlock` are left out, because they become others.
fn kinds() -> impl Iterator<Item = ErrorKind> {
    let of_system = (1..200).map(|code| Error::from_raw_os_error(code).kind());
    let of_rust = [
        ErrorKind::InvalidData,
        ErrorKind::WriteZero,
        ErrorKind::UnexpectedEof,
        ErrorKind::Other,
    ];
    of_system.chain(of_rust).filter(|kind| {
        !matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock)
            && format!("{kind:?}") != "Uncategorized"
    })
}

#[test]
fn b16_an_abort_reaches_the_peer_with_its_kind() {
    for kind in kinds() {
        let (mut reader, mut writer) = pipe(8);
        writer.try_write(b"abc").unwrap();
        writer.abort(kind);
        assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), kind);

        let (mut reader, mut writer) = pipe(8);
        reader.abort(kind);
        assert_eq!(writer.try_write(b"abc").unwrap_err().kind(), kind);
    }
}
