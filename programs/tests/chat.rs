//! The example `chat`, in memory and over TCP.

#[allow(dead_code)] // Its `main` is not needed here.
#[path = "../examples/chat.rs"]
mod chat;
#[path = "../../tests/support/deadline.rs"]
mod deadline;

/// Seconds that are far more than any of this takes.
const DEADLINE: u64 = 60;

#[test]
fn the_chat_is_the_same_in_memory_and_over_tcp() {
    deadline::within(DEADLINE, || {
        let in_memory = smol::block_on(chat::run(false)).unwrap();
        assert!(in_memory.contains("ann: Hello, all!\n"), "{in_memory}");
        assert!(in_memory.contains("* bob has left\n"), "{in_memory}");
        assert_eq!(smol::block_on(chat::run(true)).unwrap(), in_memory);
    });
}
