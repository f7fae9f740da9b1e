//! `ReadReady` and `WriteReady`.

use async_duplex::io::ErrorKind;
use async_duplex::{duplex, pipe};
use embedded_io_async::{ReadReady, WriteReady};

use crate::common::{done, read, write, Abort, Sink, Source};
use crate::counting_waker::CountingTask;

#[test]
fn surface_ready_means_that_a_call_would_not_wait() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let task = CountingTask::new();
        for (bytes, read_ready, write_ready) in [("a", true, true), ("b", true, false)] {
            assert!(sink.write_ready().unwrap());
            assert_eq!(write(&task, &mut sink, bytes.as_bytes()), done(1));
            assert_eq!(source.read_ready().unwrap(), read_ready);
            assert_eq!(sink.write_ready().unwrap(), write_ready);
        }
        assert_eq!(read(&task, &mut source, 2), done(b"ab".to_vec()));
        assert!(!source.read_ready().unwrap() && sink.write_ready().unwrap());
    }
    check(pipe(2));
    check(duplex(2));
}

#[test]
fn surface_a_half_is_ready_when_the_stream_has_ended() {
    fn check_read((mut source, mut sink): (impl Source, impl Sink), end: fn(&mut dyn Abort)) {
        end(&mut sink);
        drop(sink);
        assert!(source.read_ready().unwrap());
        assert!(read(&CountingTask::new(), &mut source, 1).is_ready());
    }
    fn check_write((mut source, mut sink): (impl Source, impl Sink), end: fn(&mut dyn Abort)) {
        assert_eq!(write(&CountingTask::new(), &mut sink, b"ab"), done(2));
        assert!(!sink.write_ready().unwrap());
        end(&mut source);
        drop(source);
        assert!(sink.write_ready().unwrap());
        assert!(write(&CountingTask::new(), &mut sink, b"c").is_ready());
    }
    let ends: [fn(&mut dyn Abort); 2] = [|_| (), |half| half.abort(ErrorKind::TimedOut)];
    for end in ends {
        check_read(pipe(2), end);
        check_read(duplex(2), end);
        check_write(pipe(2), end);
        check_write(duplex(2), end);
    }
    let (mut reader, mut writer) = pipe(2);
    reader.close();
    assert!(reader.read_ready().unwrap());
    writer.finish();
    assert!(writer.write_ready().unwrap());
}

#[test]
fn surface_readiness_queries_neither_wake_nor_replace_a_waker() {
    fn check((mut source, mut sink): (impl Source, impl Sink)) {
        let (reading, writing) = (CountingTask::new(), CountingTask::new());
        assert!(read(&reading, &mut source, 1).is_pending());
        assert!(!source.read_ready().unwrap());
        assert_eq!((reading.retained(), reading.wakes()), (1, 0));
        assert_eq!(write(&writing, &mut sink, b"ab"), done(2));
        assert!(write(&writing, &mut sink, b"c").is_pending());
        assert!(!sink.write_ready().unwrap());
        assert_eq!((writing.retained(), writing.wakes()), (1, 0));
        // The tasks that have registered are still the ones that are woken.
        assert_eq!(reading.wakes(), 1);
        assert_eq!(read(&reading, &mut source, 2), done(b"ab".to_vec()));
        assert_eq!(writing.wakes(), 1);
    }
    check(pipe(2));
    check(duplex(2));
}
