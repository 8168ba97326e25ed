//! Standard error that nobody reads, as that of a journal that hangs.

use std::fs;

use rustix::process::Signal;

use crate::harness::Setup;

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let setup = Setup::new().arguments(&["--log", "debug"]).stuck_log();
    let mut server = setup.start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    // The main thread has something to log, then the hub.
    server.signal(Signal::HUP);
    let elsewhere = setup.home().join("elsewhere");
    fs::rename(setup.data(), elsewhere).expect("the folder is ours");
    ann.ask("hello", "! NOT sent: ");
    ann.ask("/msg bob it hangs", "you -> bob: it hangs\n");
    bob.expect("ann -> you: it hangs\n");
    server.join("cy").ask("/who", "3 people");
    server.signal(Signal::TERM);
    assert!(server.wait().success());
    assert!(ann.rest().ends_with("! The server is stopping.\n"));
}
