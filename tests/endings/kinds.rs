//! B16: every kind of error reaches the peer.

use std::io::ErrorKind;

use async_duplex::pipe;

/// Every kind with a stable name, except `Interrupted` and `WouldBlock`, which become others.
const KINDS: [ErrorKind; 37] = [
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::NetworkDown,
    ErrorKind::BrokenPipe,
    ErrorKind::AlreadyExists,
    ErrorKind::NotADirectory,
    ErrorKind::IsADirectory,
    ErrorKind::DirectoryNotEmpty,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::StaleNetworkFileHandle,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::TimedOut,
    ErrorKind::WriteZero,
    ErrorKind::StorageFull,
    ErrorKind::NotSeekable,
    ErrorKind::QuotaExceeded,
    ErrorKind::FileTooLarge,
    ErrorKind::ResourceBusy,
    ErrorKind::ExecutableFileBusy,
    ErrorKind::Deadlock,
    ErrorKind::CrossesDevices,
    ErrorKind::TooManyLinks,
    ErrorKind::InvalidFilename,
    ErrorKind::ArgumentListTooLong,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
    ErrorKind::Other,
];

#[test]
fn b16_an_abort_reaches_the_peer_with_its_kind() {
    for kind in KINDS {
        let (mut reader, mut writer) = pipe(8);
        writer.try_write(b"abc").unwrap();
        writer.abort(kind);
        assert_eq!(reader.try_read(&mut [0]).unwrap_err().kind(), kind);

        let (mut reader, mut writer) = pipe(8);
        reader.abort(kind);
        assert_eq!(writer.try_write(b"abc").unwrap_err().kind(), kind);
    }
}
