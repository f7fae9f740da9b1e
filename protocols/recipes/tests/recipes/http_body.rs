//! An HTTP body that a task writes, for axum and for hyper. A task that fails or panics half-way
//! fails the body: the client never takes the beginning for the whole.

use std::convert::Infallible;
use std::io::{self, ErrorKind};

use async_duplex::{duplex, DuplexStream};
use async_duplex::{Options, Reader, Writer};
use axum::body::Body;
use axum::routing::get;
use axum::Router;
use futures::TryStreamExt;
use http_body_util::StreamBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Frame;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::handshake;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::Request;
use hyper::Response;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;
use tower::ServiceExt;

use crate::run;

/// Writes one row after another, until there are no more or one is an error.
async fn write_rows(rows: impl Rows, writer: &mut Writer) -> io::Result<()> {
    for row in rows {
        writer.write_all(row?.as_bytes()).await?;
    }
    Ok(())
}

/// Spawns a task that writes, and returns what it writes.
fn body_of(rows: impl Rows) -> ReaderStream<Reader> {
    // A panic drops the writer before it is finished. So does aborting the task.
    let options = Options::new(65536).error_on_drop(ErrorKind::UnexpectedEof);
    let (reader, mut writer) = options.pipe();
    tokio::spawn(async move {
        match write_rows(rows, &mut writer).await {
            Ok(()) => writer.finish(),
            Err(error) => writer.finish_with(error),
        }
    });
    ReaderStream::new(reader)
}

trait Rows: Iterator<Item = io::Result<String>> + Send + 'static {}
impl<I: Iterator<Item = io::Result<String>> + Send + 'static> Rows for I {}

/// More than the pipe and the connection hold.
const ROWS: usize = 50_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Last {
    Is(&'static str),
    Fails,
    Panics,
}

fn rows(last: Last) -> impl Rows {
    (1..=ROWS).map(move |row| match last {
        Last::Fails if row == ROWS => Err(io::Error::other("the database is gone")),
        Last::Panics if row == ROWS => panic!("a bug in the last row"),
        Last::Is(text) if row == ROWS => Ok(text.to_string()),
        _ => Ok(format!("row {row}\n")),
    })
}

async fn serve_with_axum(server: DuplexStream, last: Last) -> hyper::Result<()> {
    let rows = move || rows(last);
    let report = move || async move { Body::from_stream(body_of(rows())) };
    let app = Router::new().route("/", get(report));
    let service = service_fn(move |request: Request<Incoming>| app.clone().oneshot(request));
    let server = TokioIo::new(server);
    http1::Builder::new()
        .serve_connection(server, service)
        .await
}

async fn serve_with_hyper(server: DuplexStream, last: Last) -> hyper::Result<()> {
    let rows = move || rows(last);
    let service = service_fn(move |_: Request<Incoming>| async move {
        let body = StreamBody::new(body_of(rows()).map_ok(Frame::data));
        Ok::<_, Infallible>(Response::new(body))
    });
    let server = TokioIo::new(server);
    http1::Builder::new()
        .serve_connection(server, service)
        .await
}

/// What the client gets: the bytes, and whether they are the whole body.
async fn get_root(client: DuplexStream) -> (Vec<u8>, hyper::Result<()>) {
    let (mut sender, connection) = handshake(TokioIo::new(client)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/").header("host", "memory");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let (mut body, mut received) = (response.into_body(), Vec::new());
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => received.extend(frame.into_data().unwrap()),
            Err(error) => return (received, Err(error)),
        }
    }
    (received, Ok(()))
}

#[test]
fn a_body_whose_source_fails_or_panics_is_not_complete_for_the_client() {
    for last in [Last::Is("the end"), Last::Fails, Last::Panics] {
        for with_axum in [true, false] {
            let (received, result) = run(async {
                let (client, server) = duplex(4096);
                tokio::spawn(async move {
                    match with_axum {
                        true => serve_with_axum(server, last).await,
                        false => serve_with_hyper(server, last).await,
                    }
                });
                get_root(client).await
            });
            assert!(
                received.starts_with(b"row 1\n"),
                "{last:?}: nothing arrived"
            );
            let is_whole = received.ends_with(b"the end");
            assert_eq!(result.is_ok(), is_whole, "{last:?}, axum: {with_axum}");
            assert_eq!(is_whole, last == Last::Is("the end"));
        }
    }
}
