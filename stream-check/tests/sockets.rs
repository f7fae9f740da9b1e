//! Sockets of the kernel pass: the checks leave them the time that they need.

use stream_check::{futures_io, tokio as with_tokio};
use tokio::net::{TcpListener, TcpStream, UnixStream};

#[tokio::test]
async fn tcp_of_tokio() {
    let pair = || async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        (client, listener.accept().await.unwrap().0)
    };
    let report = with_tokio::two_way(pair).run().await;
    println!("{report}");
    report.assert_conforms();
}

#[tokio::test]
async fn unix_of_tokio() {
    let report = with_tokio::two_way(|| async { UnixStream::pair().unwrap() }).cooperative();
    let report = report.run().await;
    println!("{report}");
    report.assert_conforms();
}

#[test]
fn tcp_of_smol() {
    let pair = || async {
        let listener = smol::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = smol::net::TcpStream::connect(address).await.unwrap();
        (client, listener.accept().await.unwrap().0)
    };
    let report = futures_io::two_way(pair).run_blocking();
    println!("{report}");
    report.assert_conforms();
}

#[test]
fn unix_of_smol() {
    let pair = || async { smol::net::unix::UnixStream::pair().unwrap() };
    let report = futures_io::two_way(pair).run_blocking();
    println!("{report}");
    report.assert_conforms();
}
