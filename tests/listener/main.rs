//! What a listener and its connector promise: the order, the bound, which client is refused or
//! reset, what a dropped future takes with it, and that a server cannot tell them from a socket.

#![cfg(not(loom))]
#![cfg(feature = "listener")]
#![allow(clippy::std_instead_of_alloc)] // Tests have `std`.

mod completed;
#[path = "../support/counting_waker.rs"]
mod counting_waker;
#[path = "../support/deadline.rs"]
mod deadline;
mod panicking;

use core::fmt::Debug;
use core::future::Future;
use core::mem::{forget, size_of};
use core::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::panic::catch_unwind;
use std::sync::{Arc, Barrier, Mutex};
use std::task::Wake;
use std::thread;

use async_duplex::listener::{listen, Accept, Connect, Connector, Incoming, Listener};
use async_duplex::{DuplexStream, Options};
use async_net::{TcpListener, TcpStream};
use counting_waker::{moved, tried, CountingTask};
use deadline::within;
use futures::executor::block_on;
use futures::future::{join_all, select, try_join_all, Either, FusedFuture};
use futures::stream::{FusedStream, Stream};
use futures::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt, TryStreamExt,
};

/// Seconds that are far more than any of these tests takes.
const DEADLINE: u64 = 60;

/// Compiles only for a type that can be shown, sent, shared and moved, and held across a panic.
const fn is_easy_to_hold<T>()
where
    T: Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe,
{
}

const fn is_owned<T: 'static>() {}
const fn is_cloned<T: Clone>() {}

/// Compiles only for a future that any `select!` can poll.
const fn is_easy_to_await<F: FusedFuture<Output = io::Result<DuplexStream>>>() {}

/// Compiles only for what stands where the `incoming()` of a socket could.
const fn is_incoming<S: FusedStream<Item = io::Result<DuplexStream>>>() {}

const _: () = {
    is_easy_to_hold::<Listener>();
    is_easy_to_hold::<Connector>();
    is_easy_to_hold::<Accept<'_>>();
    is_easy_to_hold::<Connect<'_>>();
    is_easy_to_hold::<Incoming<'_>>();
    is_owned::<(Listener, Connector)>();
    is_cloned::<Connector>();
    is_easy_to_await::<Accept<'_>>();
    is_easy_to_await::<Connect<'_>>();
    is_incoming::<Incoming<'_>>();
};

type Outcome = Poll<io::Result<DuplexStream>>;

/// Polls a future once, for `task`.
fn poll<F: Future + Unpin>(task: &CountingTask, future: &mut F) -> Poll<F::Output> {
    task.poll(|cx| Pin::new(future).poll(cx))
}

/// Polls a stream once, for `task`.
fn next<S: Stream + Unpin>(task: &CountingTask, stream: &mut S) -> Poll<Option<S::Item>> {
    task.poll(|cx| Pin::new(stream).poll_next(cx))
}

#[track_caller]
fn stream_of(outcome: Outcome) -> DuplexStream {
    match outcome {
        Poll::Ready(result) => result.unwrap(),
        Poll::Pending => panic!("there is no stream yet"),
    }
}

#[track_caller]
fn kind_of<T: Debug>(result: io::Result<T>) -> ErrorKind {
    result.unwrap_err().kind()
}

/// What the stream says to a read and to a write.
fn kinds_of(stream: &mut DuplexStream) -> [Poll<Result<usize, ErrorKind>>; 2] {
    let task = CountingTask::new();
    [task.read(stream, &mut [0; 8]), task.write(stream, b"x")]
}

const RESET: [Poll<Result<usize, ErrorKind>>; 2] =
    [Poll::Ready(Err(ErrorKind::ConnectionReset)); 2];

/// Connects until the backlog is full, and returns the clients.
fn fill(connector: &Connector) -> Vec<DuplexStream> {
    let mut clients = Vec::new();
    loop {
        match connector.try_connect() {
            Ok(client) => clients.push(client),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return clients;
            }
        }
    }
}

/// How a listener goes, in words and in deed. What is left of it comes back.
type Ending = (&'static str, fn(Listener) -> Option<Listener>);

const ENDINGS: [Ending; 2] = [
    ("closed", |listener| {
        listener.close();
        Some(listener)
    }),
    ("dropped", |listener| {
        drop(listener);
        None
    }),
];

#[test]
fn the_streams_are_peers_and_come_in_the_order_in_which_they_were_connected() {
    let (listener, connector) = listen(8, 5);
    let other = connector.clone();
    let task = CountingTask::new();
    let clients = [
        connector.try_connect().unwrap(),
        stream_of(poll(&task, &mut other.connect())),
        other.try_connect().unwrap(),
        stream_of(poll(&task, &mut connector.connect())),
        connector.try_connect().unwrap(),
    ];
    let mut incoming = listener.incoming();
    let servers = [
        listener.try_accept().unwrap(),
        stream_of(poll(&task, &mut listener.accept())),
        stream_of(next(&task, &mut incoming).map(Option::unwrap)),
        stream_of(next(&task, &mut incoming).map(Option::unwrap)),
        listener.try_accept().unwrap(),
    ];
    for (at, client) in clients.iter().enumerate() {
        let peers = servers.iter().map(|server| server.is_peer_of(client));
        assert_eq!(peers.collect::<Vec<_>>(), [0, 1, 2, 3, 4].map(|i| i == at));
    }
}

#[test]
fn a_connection_carries_what_was_written_before_it_was_accepted() {
    let (listener, connector) = listen(8, 1);
    let mut client = connector.try_connect().unwrap();
    let task = CountingTask::new();
    assert_eq!(task.write(&mut client, b"early"), moved(5));
    // A client that has gone by then is no exception.
    drop(client);
    let mut server = listener.try_accept().unwrap();
    let mut buf = [0; 8];
    assert_eq!(task.read(&mut server, &mut buf), moved(5));
    assert_eq!(&buf[..5], b"early");
    assert_eq!(task.read(&mut server, &mut buf), moved(0));
}

#[test]
fn the_streams_have_the_options_they_were_asked_for() {
    let (listener, connector) = Options::new(4).yield_every(2).listener(1);
    for connector in [connector.clone(), connector] {
        let mut client = connector.try_connect().unwrap();
        let mut server = listener.try_accept().unwrap();
        for stream in [&mut client, &mut server] {
            let (_, writer) = DuplexStream::split(stream);
            assert_eq!(tried(writer.try_write(b"12345")), moved(4));
            assert_eq!(tried(writer.try_write(b"5")), Poll::Pending);
        }
        for stream in [&mut client, &mut server] {
            let task = CountingTask::new();
            for _ in 0..2 {
                assert_eq!(task.read(stream, &mut [0]), moved(1));
            }
            assert_eq!(task.read(stream, &mut [0]), Poll::Pending);
            assert_eq!(task.wakes(), 1, "the third call in a row yields");
        }
    }
}

#[test]
fn the_backlog_holds_exactly_as_many_as_it_was_asked_for() {
    for backlog in [1, 2, 3, 4, 7, 8, 100] {
        let (listener, connector) = listen(1, backlog);
        assert_eq!(fill(&connector).len(), backlog);
        let task = CountingTask::new();
        assert!(poll(&task, &mut connector.connect()).is_pending());
        // As many as are accepted have room again, wherever in its ring the queue is.
        for accepted in (0..=backlog).chain([1, 1]) {
            for _ in 0..accepted {
                listener.try_accept().unwrap();
            }
            assert_eq!(fill(&connector).len(), accepted, "of {backlog}");
        }
    }
}

#[test]
fn a_connect_that_waits_is_woken_when_there_is_room() {
    let (listener, connector) = listen(1, 1);
    let first = connector.try_connect().unwrap();
    let task = CountingTask::new();
    let mut connect = connector.connect();
    assert!(poll(&task, &mut connect).is_pending());
    assert!(!connect.is_terminated());
    assert_eq!(task.wakes(), 0);

    assert!(listener.try_accept().unwrap().is_peer_of(&first));
    assert_eq!(task.wakes(), 1);
    assert_eq!(kind_of(listener.try_accept()), ErrorKind::WouldBlock);
    let second = stream_of(poll(&task, &mut connect));
    assert!(connect.is_terminated());
    assert!(listener.try_accept().unwrap().is_peer_of(&second));
    assert_eq!((task.wakes(), task.kept()), (1, 0));
}

#[test]
fn an_accept_that_waits_is_woken_when_there_is_a_connection() {
    let (listener, connector) = listen(1, 1);
    let task = CountingTask::new();
    let mut accept = listener.accept();
    assert!(poll(&task, &mut accept).is_pending());
    assert!(!accept.is_terminated());
    assert_eq!(task.wakes(), 0);

    let client = connector.try_connect().unwrap();
    assert_eq!(task.wakes(), 1);
    assert!(stream_of(poll(&task, &mut accept)).is_peer_of(&client));
    assert!(accept.is_terminated());
    assert_eq!((task.wakes(), task.kept()), (1, 0));
}

#[test]
fn incoming_is_woken_for_every_connection() {
    let (listener, connector) = listen(1, 2);
    let task = CountingTask::new();
    let mut incoming = listener.incoming();
    for wakes in 1..4 {
        assert!(next(&task, &mut incoming).is_pending());
        let client = connector.try_connect().unwrap();
        assert_eq!(task.wakes(), wakes);
        let server = stream_of(next(&task, &mut incoming).map(Option::unwrap));
        assert!(server.is_peer_of(&client));
    }
}

#[test]
fn a_waker_is_replaced_by_the_latest() {
    let (listener, connector) = listen(1, 1);
    let (old, new) = (CountingTask::new(), CountingTask::new());
    let mut accept = listener.accept();
    assert!(poll(&old, &mut accept).is_pending());
    assert!(poll(&new, &mut accept).is_pending());
    let _first = connector.try_connect().unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    drop(accept);

    let (old, new) = (CountingTask::new(), CountingTask::new());
    let mut connect = connector.connect();
    assert!(poll(&old, &mut connect).is_pending());
    assert!(poll(&new, &mut connect).is_pending());
    listener.try_accept().unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
}

#[test]
fn who_connects_to_a_listener_that_is_gone_is_refused() {
    for (how, end) in ENDINGS {
        // With room in the backlog, and without.
        for queued in [0, 2] {
            let (listener, connector) = listen(1, 2);
            let clients: Vec<_> = (0..queued).map(|_| connector.try_connect()).collect();
            assert_eq!(clients.len(), queued);
            assert!(!connector.is_closed());
            let _closed = end(listener);
            assert!(connector.is_closed(), "{how}");
            for connector in [&connector, &connector.clone()] {
                let task = CountingTask::new();
                let mut connect = connector.connect();
                let Poll::Ready(refused) = poll(&task, &mut connect) else {
                    panic!("{how}: it waits");
                };
                assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused, "{how}");
                assert!(connect.is_terminated());
                let refused = connector.try_connect();
                assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused, "{how}");
            }
        }
    }
}

#[test]
fn who_waits_to_connect_when_the_listener_goes_is_woken_and_refused() {
    for (how, end) in ENDINGS {
        let (listener, connector) = listen(1, 1);
        let first = connector.try_connect().unwrap();
        let mut waiting: Vec<_> = (0..3)
            .map(|_| (CountingTask::new(), connector.connect()))
            .collect();
        for (task, connect) in &mut waiting {
            assert!(poll(task, connect).is_pending());
        }
        let closed = end(listener);
        for (task, connect) in &mut waiting {
            assert_eq!(task.wakes(), 1, "{how}");
            let Poll::Ready(refused) = poll(task, connect) else {
                panic!("{how}: it waits on");
            };
            assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused, "{how}");
            assert_eq!(task.kept(), 0, "{how}");
        }
        // Nobody has slipped in.
        if let Some(listener) = closed {
            assert!(listener.try_accept().unwrap().is_peer_of(&first));
            assert_eq!(kind_of(listener.try_accept()), ErrorKind::NotConnected);
        }
    }
}

#[test]
fn a_dropped_listener_resets_its_backlog_and_nothing_else() {
    let (listener, connector) = listen(8, 3);
    let mut accepted_client = connector.try_connect().unwrap();
    let mut accepted = listener.try_accept().unwrap();
    let mut clients = fill(&connector);
    assert_eq!(clients.len(), 3);
    let writer = CountingTask::new();
    assert_eq!(writer.write(&mut clients[0], b"hello"), moved(5));
    let reader = CountingTask::new();
    assert!(reader.read(&mut clients[1], &mut [0]).is_pending());

    drop(listener);
    assert_eq!((reader.wakes(), writer.wakes()), (1, 0));
    for client in &mut clients {
        assert_eq!(kinds_of(client), RESET);
    }
    let task = CountingTask::new();
    assert_eq!(task.write(&mut accepted_client, b"hello"), moved(5));
    assert_eq!(task.read(&mut accepted, &mut [0; 8]), moved(5));
}

/// A task that connects whenever it is woken, then and there.
struct Knocker {
    connector: Connector,
    /// What came of it: `None` if it was let in.
    answers: Mutex<Vec<Option<ErrorKind>>>,
}

impl Wake for Knocker {
    fn wake(self: Arc<Self>) {
        let answer = self.connector.try_connect();
        let refused = answer.err().map(|error| error.kind());
        self.answers.lock().unwrap().push(refused);
    }
}

#[test]
fn who_is_woken_while_the_listener_is_dropped_is_refused() {
    let (listener, connector) = listen(8, 2);
    let mut clients = fill(&connector);
    let knocker = Arc::new(Knocker {
        connector: connector.clone(),
        answers: Mutex::default(),
    });
    let waker = Waker::from(knocker.clone());
    let mut cx = Context::from_waker(&waker);
    let mut waiting = connector.connect();
    assert!(Pin::new(&mut waiting).poll(&mut cx).is_pending());
    for client in &mut clients {
        let mut reader = DuplexStream::split(client).0;
        let read = Pin::new(&mut reader).poll_read(&mut cx, &mut [0]);
        assert!(read.is_pending());
    }
    drop(listener);
    let answers = knocker.answers.lock().unwrap();
    assert_eq!(*answers, [Some(ErrorKind::ConnectionRefused); 3]);
}

#[test]
fn a_closed_listener_accepts_its_backlog_and_no_more() {
    let (listener, connector) = listen(8, 3);
    let mut clients = fill(&connector);
    assert!(!listener.is_closed());
    listener.close();
    listener.close();
    assert!(listener.is_closed());
    for client in &clients[..2] {
        assert!(listener.try_accept().unwrap().is_peer_of(client));
    }
    // What is left is reset all the same, if it is never accepted.
    drop(listener);
    assert_eq!(kinds_of(&mut clients[2]), RESET);
}

#[test]
fn without_connectors_the_backlog_is_the_end() {
    let (listener, connector) = listen(8, 4);
    let clients = fill(&connector);
    let another = connector.clone();
    drop(connector);
    assert!(!listener.is_closed());
    drop(another);
    assert!(listener.is_closed());

    let task = CountingTask::new();
    let mut incoming = listener.incoming();
    for client in &clients {
        let server = stream_of(next(&task, &mut incoming).map(Option::unwrap));
        assert!(server.is_peer_of(client));
        assert!(!incoming.is_terminated());
    }
    for _ in 0..2 {
        assert!(matches!(next(&task, &mut incoming), Poll::Ready(None)));
        assert!(incoming.is_terminated());
        assert_eq!(kind_of(listener.try_accept()), ErrorKind::NotConnected);
        let Poll::Ready(ended) = poll(&task, &mut listener.accept()) else {
            panic!("it waits for ever");
        };
        assert_eq!(kind_of(ended), ErrorKind::NotConnected);
    }
}

#[test]
fn who_waits_to_accept_learns_of_the_end() {
    for how in ["the last connector is dropped", "the listener is closed"] {
        let (listener, connector) = listen(8, 4);
        let another = connector.clone();
        let (accepting, streaming) = (CountingTask::new(), CountingTask::new());
        let mut accept = listener.accept();
        let mut incoming = listener.incoming();
        assert!(poll(&accepting, &mut accept).is_pending());
        assert!(next(&streaming, &mut incoming).is_pending());
        drop(connector);
        assert_eq!((accepting.wakes(), streaming.wakes()), (0, 0));
        if how == "the listener is closed" {
            listener.close();
        } else {
            drop(another);
        }
        assert_eq!((accepting.wakes(), streaming.wakes()), (1, 1), "{how}");
        let Poll::Ready(ended) = poll(&accepting, &mut accept) else {
            panic!("{how}: it waits on");
        };
        assert_eq!(kind_of(ended), ErrorKind::NotConnected, "{how}");
        assert!(
            matches!(next(&streaming, &mut incoming), Poll::Ready(None)),
            "{how}"
        );
    }
}

/// What becomes of a future that has been polled, in words and in deed. What is left of it comes
/// back.
type Fate = (&'static str, fn(Accept<'_>) -> Option<Accept<'_>>);

const FATES: [Fate; 3] = [
    ("dropped", |accept| {
        drop(accept);
        None
    }),
    ("left alone", |accept| Some(accept)),
    ("forgotten", |accept| {
        forget(accept);
        None
    }),
];

#[test]
fn an_accept_that_is_not_polled_again_loses_no_connection() {
    for (how, meet) in FATES {
        for woken in [false, true] {
            let (listener, connector) = listen(8, 4);
            let (first, second) = (CountingTask::new(), CountingTask::new());
            let mut accept = listener.accept();
            assert!(poll(&first, &mut accept).is_pending());
            // One that waits, too, and is polled.
            let mut other = listener.accept();
            assert!(poll(&second, &mut other).is_pending());

            let (client, _left) = if woken {
                (connector.try_connect().unwrap(), meet(accept))
            } else {
                let left = meet(accept);
                (connector.try_connect().unwrap(), left)
            };
            assert_eq!(second.wakes(), 1, "{how}, woken: {woken}");
            assert!(stream_of(poll(&second, &mut other)).is_peer_of(&client));

            // And for one that comes later.
            let client = connector.try_connect().unwrap();
            let server = stream_of(poll(&second, &mut listener.accept()));
            assert!(server.is_peer_of(&client), "{how}, woken: {woken}");
        }
    }
}

#[test]
fn an_incoming_that_is_not_polled_again_loses_no_connection() {
    let (listener, connector) = listen(8, 4);
    let (first, second) = (CountingTask::new(), CountingTask::new());
    let mut idle = listener.incoming();
    assert!(next(&first, &mut idle).is_pending());
    let mut accept = listener.accept();
    assert!(poll(&second, &mut accept).is_pending());
    let client = connector.try_connect().unwrap();
    assert_eq!(second.wakes(), 1);
    assert!(stream_of(poll(&second, &mut accept)).is_peer_of(&client));

    let client = connector.try_connect().unwrap();
    drop(idle);
    assert!(listener.try_accept().unwrap().is_peer_of(&client));
}

#[test]
fn a_dropped_connect_leaves_nothing_in_the_backlog() {
    let (listener, connector) = listen(8, 2);
    let task = CountingTask::new();

    // Before its first poll.
    drop(connector.connect());
    assert_eq!(kind_of(listener.try_accept()), ErrorKind::WouldBlock);

    for woken in [false, true] {
        let clients = fill(&connector);
        let mut connect = connector.connect();
        assert!(poll(&task, &mut connect).is_pending());
        if woken {
            assert!(listener.try_accept().unwrap().is_peer_of(&clients[0]));
            drop(connect);
        } else {
            drop(connect);
            assert!(listener.try_accept().unwrap().is_peer_of(&clients[0]));
        }
        assert!(listener.try_accept().unwrap().is_peer_of(&clients[1]));
        assert_eq!(kind_of(listener.try_accept()), ErrorKind::WouldBlock);
        assert_eq!(task.kept(), 0, "woken: {woken}");
    }
}

#[test]
fn a_dropped_connect_passes_its_turn_on() {
    let (listener, connector) = listen(8, 1);
    let first = connector.try_connect().unwrap();
    let (earlier, later) = (CountingTask::new(), CountingTask::new());
    let mut gone = connector.connect();
    let mut connect = connector.connect();
    assert!(poll(&earlier, &mut gone).is_pending());
    assert!(poll(&later, &mut connect).is_pending());

    assert!(listener.try_accept().unwrap().is_peer_of(&first));
    assert_eq!((earlier.wakes(), later.wakes()), (1, 0));
    drop(gone);
    assert_eq!((earlier.wakes(), later.wakes()), (1, 1));
    let client = stream_of(poll(&later, &mut connect));
    assert!(listener.try_accept().unwrap().is_peer_of(&client));
}

#[test]
fn a_backlog_that_cannot_be_is_refused_by_name() {
    for backlog in [
        0,
        isize::MAX as usize / size_of::<DuplexStream>(),
        usize::MAX,
    ] {
        let message = panic_of(|| Options::new(8).listener(backlog));
        assert!(message.contains("backlog"), "{message}");
        assert!(message.ends_with(&format!("not {backlog}")), "{message}");
        assert_eq!(panic_of(|| listen(8, backlog)), message);
    }
}

#[test]
fn options_that_cannot_be_are_refused_before_anybody_connects() {
    for options in [Options::new(0), Options::new(isize::MAX as usize / 2 + 1)] {
        let message = panic_of(|| options.listener(1));
        assert_eq!(message, options.try_duplex().unwrap_err().to_string());
    }
}

/// What a panic says.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("it does not panic");
    };
    match payload.downcast::<&str>() {
        Ok(message) => message.to_string(),
        Err(payload) => *payload.downcast().expect("a message"),
    }
}

#[test]
fn memory_that_is_not_to_be_had_is_an_error_of_the_connect() {
    let (listener, connector) = listen(isize::MAX as usize / 2, 1);
    assert_eq!(kind_of(connector.try_connect()), ErrorKind::OutOfMemory);
    let mut connect = connector.connect();
    let Poll::Ready(result) = poll(&CountingTask::new(), &mut connect) else {
        panic!("it waits");
    };
    assert_eq!(kind_of(result), ErrorKind::OutOfMemory);
    assert!(connect.is_terminated());
    assert_eq!(kind_of(listener.try_accept()), ErrorKind::WouldBlock);

    // Nobody looks for memory only to be refused.
    drop(listener);
    let refused = connector.try_connect();
    assert_eq!(kind_of(refused), ErrorKind::ConnectionRefused);
}

#[test]
fn debug_says_how_things_stand() {
    let (listener, connector) = listen(8, 3);
    let mut client = connector.try_connect().unwrap();
    assert_eq!(CountingTask::new().write(&mut client, b"secret"), moved(6));
    let accept = listener.accept();
    let connect = connector.connect();
    for text in [format!("{listener:?}"), format!("{connector:?}")] {
        for part in ["backlog: 3", "waiting: 1", "is_closed: false"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
    assert!(format!("{accept:?}").contains("resolved: false"));
    assert!(format!("{connect:?}").contains("resolved: false"));
    drop((accept, connect));
    listener.close();
    for text in [format!("{listener:?}"), format!("{connector:?}")] {
        assert!(text.contains("is_closed: true"), "{text}");
    }
}

/// A server that knows nothing but the traits: greets everybody, sends lines back in capitals until
/// there are no more, and serves `count` connections, all of them at the same time.
async fn shout<S>(incoming: impl Stream<Item = io::Result<S>>, count: usize) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite,
{
    let serve = |stream: S| async {
        let (reader, mut writer) = stream.split();
        writer.write_all(b"WELCOME\n").await?;
        let mut lines = futures::io::BufReader::new(reader).lines();
        while let Some(line) = lines.try_next().await? {
            let answer = line.to_uppercase() + "\n";
            writer.write_all(answer.as_bytes()).await?;
        }
        writer.close().await
    };
    incoming
        .take(count)
        .try_for_each_concurrent(None, serve)
        .await
}

/// A client of it: says its number in a few ways, and returns what it heard.
async fn speak<S>(stream: S, number: usize) -> io::Result<String>
where
    S: AsyncRead + AsyncWrite,
{
    let (mut reader, mut writer) = stream.split();
    let says = async {
        for word in ["one", "two", "three"] {
            let line = format!("{word} {number}\n");
            writer.write_all(line.as_bytes()).await?;
        }
        writer.close().await
    };
    let mut heard = String::new();
    let hears = reader.read_to_string(&mut heard);
    futures::try_join!(says, hears)?;
    Ok(heard)
}

fn expected(number: usize) -> String {
    format!("WELCOME\nONE {number}\nTWO {number}\nTHREE {number}\n")
}

#[test]
fn a_server_that_is_written_once_runs_in_memory_and_over_tcp() {
    async fn both<S, T, F>(
        incoming: impl Stream<Item = io::Result<S>>,
        connect: impl Fn() -> F,
    ) -> Vec<String>
    where
        S: AsyncRead + AsyncWrite,
        T: AsyncRead + AsyncWrite,
        F: Future<Output = io::Result<T>>,
    {
        let client = |number| {
            let connect = &connect;
            async move { speak(connect().await?, number).await }
        };
        let clients = try_join_all((0..10).map(client));
        let (heard, ()) = futures::try_join!(clients, shout(incoming, 10)).unwrap();
        heard
    }
    let expected: Vec<_> = (0..10).map(expected).collect();
    within(DEADLINE, || {
        let (listener, connector) = listen(16, 2);
        let heard = block_on(both(listener.incoming(), || connector.connect()));
        assert_eq!(heard, expected);
    });
    within(DEADLINE, || {
        smol::block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            let heard = both(listener.incoming(), || TcpStream::connect(address)).await;
            assert_eq!(heard, expected);
        });
    });
}

#[test]
fn many_clients_at_once_on_many_threads() {
    const CLIENTS: usize = 300;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    within(DEADLINE, || {
        runtime.block_on(async {
            let (listener, connector) = listen(5, 3);
            let server = tokio::spawn(async move { shout(listener.incoming(), usize::MAX).await });
            let clients = (0..CLIENTS).map(|number| {
                let connector = connector.clone();
                tokio::spawn(async move { speak(connector.connect().await?, number).await })
            });
            let heard = join_all(clients.collect::<Vec<_>>()).await;
            for (number, heard) in heard.into_iter().enumerate() {
                assert_eq!(heard.unwrap().unwrap(), expected(number));
            }
            // The server ends because there is nobody left to connect.
            drop(connector);
            server.await.unwrap().unwrap();
        });
    });
}

#[test]
fn the_two_ends_may_live_under_different_runtimes() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    within(DEADLINE, || {
        let (listener, connector) = listen(5, 1);
        let server = runtime.spawn(async move { shout(listener.incoming(), usize::MAX).await });
        let clients = |range: core::ops::Range<usize>| {
            let connector = connector.clone();
            range.map(move |number| {
                let connector = connector.clone();
                async move { speak(connector.connect().await?, number).await }
            })
        };
        let on_async_std: Vec<_> = clients(0..20).map(async_std::task::spawn).collect();
        let on_smol: Vec<_> = clients(20..40).map(smol::spawn).collect();
        let on_threads: Vec<_> = clients(40..44)
            .map(|client| thread::spawn(|| pollster::block_on(client)))
            .collect();
        drop(connector);

        let mut heard = async_std::task::block_on(join_all(on_async_std));
        heard.extend(smol::block_on(join_all(on_smol)));
        heard.extend(on_threads.into_iter().map(|thread| thread.join().unwrap()));
        for (number, heard) in heard.into_iter().enumerate() {
            assert_eq!(heard.unwrap(), expected(number));
        }
        runtime.block_on(server).unwrap().unwrap();
    });
}

#[test]
fn several_tasks_can_accept_at_once() {
    const CLIENTS: usize = 1000;
    let numbers = within(DEADLINE, || {
        let (listener, connector) = listen(8, 2);
        let accept_all = || {
            let mut numbers = Vec::new();
            while let Ok(mut stream) = block_on(listener.accept()) {
                let mut number = [0; 8];
                block_on(stream.read_exact(&mut number)).unwrap();
                numbers.push(usize::from_le_bytes(number));
            }
            numbers
        };
        thread::scope(|scope| {
            let threads = [(); 3].map(|()| scope.spawn(accept_all));
            for number in 0..CLIENTS {
                let mut client = block_on(connector.connect()).unwrap();
                block_on(client.write_all(&number.to_le_bytes())).unwrap();
            }
            drop(connector);
            threads.map(|thread| thread.join().unwrap()).concat()
        })
    });
    assert_eq!(numbers.len(), CLIENTS);
    assert_eq!(numbers.into_iter().collect::<HashSet<_>>().len(), CLIENTS);
}

/// Polls a future once and drops it if it is not ready.
fn at_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    match poll(&CountingTask::new(), &mut future) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn futures_that_are_dropped_while_the_others_act_lose_and_leave_nothing() {
    const EACH: usize = 500;
    for backlog in [1, 2, 3] {
        let accepted = within(DEADLINE, || {
            let (listener, connector) = listen(8, backlog);
            // Every other future is dropped when it has been polled once, the rest are awaited.
            let connect = |first: usize| {
                let connector = connector.clone();
                move || {
                    for number in first..first + EACH {
                        let client = match number % 2 {
                            0 => block_on(connector.connect()),
                            _ => loop {
                                match at_once(connector.connect()) {
                                    Some(result) => break result,
                                    None => thread::yield_now(),
                                }
                            },
                        };
                        let mut client = client.unwrap();
                        block_on(client.write_all(&number.to_le_bytes())).unwrap();
                    }
                }
            };
            let clients = [0, EACH].map(|first| thread::spawn(connect(first)));
            drop(connector);
            let mut accepted = Vec::new();
            loop {
                let server = match accepted.len() % 2 {
                    0 => block_on(listener.accept()),
                    _ => match at_once(listener.accept()) {
                        Some(result) => result,
                        None => {
                            thread::yield_now();
                            continue;
                        }
                    },
                };
                let Ok(mut server) = server else { break };
                let mut number = [0; 8];
                block_on(server.read_exact(&mut number)).unwrap();
                accepted.push(usize::from_le_bytes(number));
            }
            clients
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
            accepted
        });
        // Each thread's own come in its order, and none is missing or there twice.
        let (low, high): (Vec<_>, Vec<_>) = accepted.into_iter().partition(|n| *n < EACH);
        assert!(low.into_iter().eq(0..EACH));
        assert!(high.into_iter().eq(EACH..2 * EACH));
    }
}

#[test]
fn no_client_is_left_hanging_when_the_listener_goes() {
    const THREADS: usize = 3;
    for round in 0..200 {
        let (listener, connector) = listen(8, 1 + round % 3);
        let greeted = AtomicUsize::new(0);
        let refused = AtomicUsize::new(0);
        let start = Barrier::new(THREADS + 1);
        let knock = || {
            start.wait();
            loop {
                match block_on(connector.connect()) {
                    Ok(mut client) => match block_on(client.read(&mut [0])) {
                        Ok(n) => {
                            assert_eq!(n, 1);
                            greeted.fetch_add(1, Ordering::Relaxed)
                        }
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                            continue;
                        }
                    },
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
                        refused.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                };
            }
        };
        within(DEADLINE, || {
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(knock);
                }
                start.wait();
                for _ in 0..round {
                    let mut server = block_on(listener.accept()).unwrap();
                    block_on(server.write_all(b"x")).unwrap();
                }
                drop(listener);
            });
        });
        assert_eq!(greeted.into_inner(), round);
        assert_eq!(refused.into_inner(), THREADS);
    }
}

#[test]
fn a_server_can_stop_accepting_when_it_is_told_to() {
    within(DEADLINE, || {
        let (listener, connector) = listen(8, 4);
        let (stop, mut stopped) = async_duplex::pipe(1);
        let server = async {
            let mut incoming = listener.incoming();
            let mut served = 0;
            loop {
                match select(incoming.next(), stopped.closed()).await {
                    Either::Left((Some(stream), _)) => {
                        stream?.write_all(b"x").await?;
                        served += 1;
                    }
                    Either::Left((None, _)) => return io::Result::Ok(served),
                    Either::Right(((), _)) => listener.close(),
                }
            }
        };
        let clients = async {
            for _ in 0..3 {
                let mut client = connector.connect().await?;
                client.read_exact(&mut [0]).await?;
            }
            drop(stop);
            // Whoever comes now is served until the server has heard of it, and then refused.
            let mut late = 0;
            while let Ok(mut client) = connector.connect().await {
                client.read_exact(&mut [0]).await?;
                late += 1;
            }
            Ok(late)
        };
        let (served, late) = block_on(async { futures::try_join!(server, clients) }).unwrap();
        assert_eq!(served, 3 + late);
    });
}
