//! A thread that panics ends the process at once, with status 1 and a sentence, whatever the number of
//! shards: half a server that refuses connections would look alive to whatever should start it again.

use crate::harness::Setup;

#[test]
fn a_panic_in_any_thread_ends_the_process() {
    for thread in [
        "accept",
        "shard-0",
        "shard-1",
        "hub",
        "history",
        "passwords",
        "maintenance",
        "shell",
        "signals",
        "log",
    ] {
        let setup = Setup::new()
            .variable("CHINWAG_SERVER_THREADS", "2")
            .variable("CHINWAG_PANIC", thread);
        let failure = setup.fail();
        assert_eq!(failure.status.code(), Some(1), "{thread}: {}", failure.said);
        let sentence = format!("the thread {thread} panicked: the server cannot go on");
        assert!(failure.said.contains(&sentence), "{}", failure.said);
    }
}
