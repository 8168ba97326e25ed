//! The hosts that stand for addresses.

use super::several::ann;
use super::{arrive, irc, setup};
use crate::harness::{Client, Server};

/// A client of another person, and its host.
fn vic(server: &Server) -> (Client, String) {
    let mut vic = irc(server, "vic", "server-time");
    vic.send("WHOIS vic\r");
    vic.expect(" 311 vic vic ~vic ");
    let host = vic.expect(" * :vic\r\n");
    let host = host.trim_end_matches(" * :vic\r\n").to_owned();
    (vic, host)
}

#[test]
fn a_ban_by_host_outlives_a_restart() {
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "ann");
    nc.ask("/claim open sesame", "Your name is registered.");
    nc.ask("/quit", "Bye, ann.");
    let mut owner = ann(&server);
    owner.ask("JOIN #den\r", " 366 ann #den ");
    let (mut before, host) = vic(&server);
    let mask = format!("*!*@{host}");
    owner.ask(
        &format!("MODE #den +b {mask}\r"),
        &format!(" MODE #den +b {mask}\r\n"),
    );
    before.ask("JOIN #den\r", " 474 vic #den ");
    let server = server.stop().start();
    let (mut after, same) = vic(&server);
    assert_eq!(same, host);
    after.ask("JOIN #den\r", " 474 vic #den ");
    server.stop();
}
