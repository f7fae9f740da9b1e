//! B21: a panic of a waker reaches the caller of the call that woke it, which is complete by then.
//! All other wakers are woken, and the pipe can be used. No promise is made for two panics at a
//! time.

use core::task::Context;

use async_duplex::{duplex, pipe, AbortHandle, DuplexStream, Options, Reader, Writer};

use crate::support::counting_waker::{as_poll, failed, ready, CountingTask, Outcome, BROKEN, END};
use crate::support::half::{Half, Wait, ABORT, CAPACITY};
use crate::wakers::{assert_passes_panic_on, panics_on_drop, panics_on_wake, wait_with};

const WAITS: [Wait; 2] = [Wait::Move, Wait::End];

/// Checks that the pipe passes bytes and wakes either half.
fn assert_works<H: Half>(half: &mut H, peer: &mut H::Peer) {
    let (own, peers) = (CountingTask::new(), CountingTask::new());
    while half.try_move(1).is_ok() {}
    own.wait(half, Wait::Move);
    peer.give(CAPACITY);
    assert_eq!(own.state(), (1, 0));
    peers.wait(peer, Wait::Move);
    half.give(CAPACITY);
    assert_eq!(peers.state(), (1, 0));
}

fn check_moves<H: Half>() {
    for waker in [panics_on_wake, panics_on_drop] {
        for act in H::Peer::MOVES {
            let (mut half, mut peer) = H::full();
            wait_with(waker(), &mut half, Wait::Move);
            assert_passes_panic_on(H::NAME, || act(&mut peer, 3));
            // The transfer is complete.
            assert_eq!(CountingTask::new().available(&mut half, 1), ready(3));
            assert_works(&mut half, &mut peer);
        }
    }
}

#[test]
fn b21_a_transfer_whose_wake_panics_is_complete_and_the_pipe_works() {
    check_moves::<Reader>();
    check_moves::<Writer>();
}

fn check_ends<H: Half>() {
    for (how, end, found) in H::Peer::ENDS {
        for wait in WAITS {
            for waker in [panics_on_wake, panics_on_drop] {
                let task = CountingTask::new();
                let (mut half, mut peer) = H::full();
                task.wait(&mut peer, Wait::End);
                wait_with(waker(), &mut half, wait);
                // The closure owns the peer, which is dropped with it.
                assert_passes_panic_on(how, || end(peer));
                assert_eq!(task.state(), (0, 0), "the peer is dropped, too: {how}");
                assert!(half.is_closed() && task.poll(|cx| half.poll_closed(cx)).is_ready());
                for _ in 0..2 {
                    assert_eq!(task.move_up_to(&mut half, 1), *found, "{how}");
                }
                half.end();
            }
        }
    }
}

#[test]
fn b21_a_half_whose_waker_panics_at_the_end_finds_it_and_stays_usable() {
    check_ends::<Reader>();
    check_ends::<Writer>();
}

fn check_own_end<H: Half>(own: &[fn(&mut H)], found: Outcome<usize>) {
    for end in own {
        let task = CountingTask::new();
        let (mut peer, mut half) = H::Peer::full();
        wait_with(panics_on_wake(), &mut peer, Wait::Move);
        assert_passes_panic_on(H::NAME, || end(&mut half));
        while as_poll(half.try_move(1)) != found {}
        task.wait(&mut half, Wait::End);
        half.end();
        drop(peer);
        assert_eq!(task.state(), (1, 0));
    }
}

#[test]
fn b21_a_half_whose_own_end_wakes_a_panicking_waker_has_ended_and_stays_usable() {
    check_own_end::<Reader>(&[Reader::close, |reader| reader.abort(ABORT)], END);
    let of_writer: [fn(&mut Writer); 3] = [
        Writer::finish,
        |writer| writer.finish_with(ABORT),
        |writer| writer.abort(ABORT),
    ];
    check_own_end(&of_writer, BROKEN);
}

fn check_own_waker<H: Half>() {
    // It is dropped with the half, which has ended.
    let (mut half, mut peer) = H::full();
    wait_with(panics_on_drop(), &mut half, Wait::Move);
    assert_passes_panic_on(H::NAME, || drop(half));
    assert!(peer.is_closed());
    while let Ok(1..) = peer.try_move(1) {}

    // It is dropped while another one is registered. The half may stay unwoken after the panic.
    // Nothing else is affected: the calls of both halves return what they should, and the wakers
    // go with the pipe.
    let (own, peers) = (CountingTask::new(), CountingTask::new());
    let (mut half, mut peer) = H::full();
    wait_with(panics_on_drop(), &mut half, Wait::Move);
    assert_passes_panic_on(H::NAME, || own.poll(|cx| half.poll_move(cx, 1)));
    own.wait(&mut half, Wait::Move);
    peer.give(CAPACITY);
    peers.wait(&mut peer, Wait::Move);
    assert_eq!(own.move_up_to(&mut half, 9), ready(CAPACITY));
    assert_eq!(peers.state(), (1, 0));
    peer.end();
    assert!(own.poll(|cx| half.poll_move(cx, 1)).is_ready());
    drop((half, peer));
    assert_eq!(own.retained(), 0);
}

#[test]
fn b21_a_waker_that_panics_on_drop_affects_the_waking_of_its_own_half_alone() {
    check_own_waker::<Reader>();
    check_own_waker::<Writer>();
}

#[test]
fn b21_after_a_waker_panicked_in_a_yield_the_half_works() {
    let task = CountingTask::new();
    let (mut reader, mut writer) = Options::new(4).yield_every(1).pipe();
    assert_eq!(task.write(&mut writer, b"a"), ready(1));
    let waker = panics_on_wake();
    let cx = &mut Context::from_waker(&waker);
    assert_passes_panic_on("a yield", || writer.poll_write(cx, b"b").is_pending());
    assert_eq!(task.write(&mut writer, b"b"), ready(1));
    assert!(task.write(&mut writer, b"c").is_pending());
    assert_eq!(as_poll(reader.try_read(&mut [0; 4])), ready(2));
}

/// Lets two halves wait, of which one has a waker that panics when `end` ends both of their
/// streams. The other one is woken all the same, and the halves find `outcomes`.
fn check_pair(
    make: fn() -> (Reader, Writer, Option<DuplexStream>),
    outcomes: [Outcome<usize>; 2],
    end: impl Fn(&mut Option<DuplexStream>, &AbortHandle),
) {
    for reader_panics in [false, true] {
        for (to_read, to_write) in WAITS.iter().flat_map(|a| WAITS.iter().map(move |b| (a, b))) {
            let task = CountingTask::new();
            let (mut reader, mut writer, mut rest) = make();
            let handle = match &rest {
                Some(stream) => stream.abort_handle(),
                None => reader.abort_handle(),
            };
            let own = |panics| {
                if panics {
                    panics_on_wake()
                } else {
                    task.waker()
                }
            };
            // A reader of a full pipe can wait for the end only.
            let to_read = if rest.is_some() { *to_read } else { Wait::End };
            wait_with(own(reader_panics), &mut reader, to_read);
            wait_with(own(!reader_panics), &mut writer, *to_write);
            assert_passes_panic_on("an end", || end(&mut rest, &handle));
            assert_eq!(task.state(), (1, 0));
            assert!(reader.is_closed() && writer.is_closed());
            assert_eq!(as_poll(reader.try_read(&mut [0])), outcomes[0]);
            assert_eq!(as_poll(writer.try_write(b"x")), outcomes[1]);
        }
    }
}

/// The two halves of a stream that cannot move a byte, and its peer.
fn of_stream() -> (Reader, Writer, Option<DuplexStream>) {
    let (near, mut far) = duplex(CAPACITY);
    far.writer().give(CAPACITY);
    let (reader, writer) = far.split();
    (reader, writer, Some(near))
}

fn of_pipe() -> (Reader, Writer, Option<DuplexStream>) {
    let (reader, mut writer) = pipe(CAPACITY);
    writer.give(CAPACITY);
    (reader, writer, None)
}

#[test]
fn b21_when_an_end_wakes_two_halves_one_waker_may_panic() {
    const ABORTED: Outcome<usize> = failed(ABORT);
    check_pair(of_stream, [END, BROKEN], |stream, _| drop(stream.take()));
    check_pair(of_stream, [ABORTED; 2], |stream, _| {
        stream.as_mut().expect("a stream").abort(ABORT);
    });
    check_pair(of_stream, [ABORTED; 2], |_, handle| handle.abort(ABORT));
    check_pair(of_pipe, [ABORTED; 2], |_, handle| handle.abort(ABORT));
}

#[test]
fn b21_aborting_a_stream_aborts_both_directions_even_if_the_only_waker_panics() {
    let waits: [fn(&mut Reader, &mut Writer); 2] = [
        |reader, _| wait_with(panics_on_wake(), reader, Wait::Move),
        |_, writer| wait_with(panics_on_wake(), writer, Wait::Move),
    ];
    for wait in waits {
        let (mut reader, mut writer, near) = of_stream();
        wait(&mut reader, &mut writer);
        let mut near = near.expect("a stream");
        assert_passes_panic_on("the stream aborts", || near.abort(ABORT));
        assert_eq!(as_poll(reader.try_read(&mut [0])), failed(ABORT));
        assert_eq!(as_poll(writer.try_write(b"x")), failed(ABORT));
    }
}
