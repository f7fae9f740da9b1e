//! Requests one after the other and at once, with large bodies.

use futures::future::join_all;

use super::{Client, Connected, Http1, Http2};
use crate::{data, run, run_on_threads};

const MIB: usize = 1024 * 1024;

#[test]
fn requests_follow_each_other_on_one_connection() {
    // Both ends of HTTP/2 write their settings, and then the acknowledgement of the other's, before
    // they read on. With a smaller capacity they would wait for each other.
    let capacities = [(Http1, 1), (Http1, 65536), (Http2, 64), (Http2, 65536)];
    for (version, capacity) in capacities {
        run(async {
            let mut connected = Connected::new(version, capacity).await;
            for i in 0..10 {
                let path = format!("/number/{i}");
                assert_eq!(connected.client.get(&path).await.unwrap(), path);
                connected.client.echo(data(i, 500)).await;
            }
            connected.end().await;
        });
    }
}

#[test]
fn bodies_of_8_mib_stream_both_ways_at_once() {
    for version in [Http1, Http2] {
        for capacity in [1000, 65536] {
            run_on_threads(async {
                let mut connected = Connected::new(version, capacity).await;
                connected.client.echo(data(1, 8 * MIB)).await;
                connected.end().await;
            });
        }
    }
}

#[test]
fn many_requests_at_once_share_an_http2_connection() {
    for capacity in [64, 65536] {
        run_on_threads(async {
            let connected = Connected::new(Http2, capacity).await;
            let requests = (0..50).map(|i| {
                let Client::Http2(sender) = &connected.client else {
                    unreachable!();
                };
                let mut client = Client::Http2(sender.clone());
                async move {
                    client.echo(data(i, 500 * i as usize)).await;
                    let path = format!("/{i}");
                    assert_eq!(client.get(&path).await.unwrap(), path);
                }
            });
            join_all(requests).await;
            connected.end().await;
        });
    }
}
