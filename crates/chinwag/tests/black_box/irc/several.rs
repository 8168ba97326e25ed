//! Several clients of one account under one name.

use rustix::net::sockopt::set_socket_linger;

use super::{PLAIN, arrive, fence, setup};
use crate::harness::{Client, Server, Setup};
use crate::proxy::ncat;

/// A client of ann's that has logged in, and knows that it is in `#dev`.
pub(super) fn ann(server: &Server) -> Client {
    log_in(server.connect())
}

fn log_in(mut client: Client) -> Client {
    client.write(b"CAP REQ :sasl\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n");
    client.expect(" ACK :sasl\r\n");
    client.write(PLAIN.as_bytes());
    client.expect(" 903 ann ");
    client.write(b"CAP END\r\n");
    client.expect(" 001 ann :");
    client
}

#[test]
fn two_clients_of_one_account_are_one_person_and_find_their_rooms_after_a_restart() {
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "ann");
    nc.ask("/claim open sesame", "Your name is registered.");
    nc.ask("/quit", "Bye, ann.");
    let mut bob = Client::nc(server.address(), &[]);
    arrive(&mut bob, "bob");
    let mut desk = ann(&server);
    desk.ask("JOIN #dev\r", " 366 ann #dev ");
    bob.ask("/join dev", "You are in #dev with ann.");
    let mut phone = ann(&server);
    phone.expect(" 366 ann #dev ");
    desk.send("PRIVMSG #dev :from my desk\r");
    phone.expect(" PRIVMSG #dev :from my desk\r\n");
    phone.send("PRIVMSG #dev :from my phone\r");
    desk.expect(" PRIVMSG #dev :from my phone\r\n");
    let own = desk
        .screen()
        .matches("ip PRIVMSG #dev :from my desk")
        .count();
    assert_eq!(own, 0, "its own line came back: {}", desk.screen());
    let heard = bob.expect("ann: from my phone\n");
    assert_eq!(heard.matches("ann joined").count(), 0, "{heard}");
    // A dead link ends alone, and the person stays.
    set_socket_linger(desk.writer(), Some(std::time::Duration::ZERO)).expect("it is a socket");
    drop(desk);
    phone.send("PRIVMSG #dev :still here\r");
    fence(&mut phone);
    let heard = bob.expect("ann: still here\n");
    assert_eq!(heard.matches("ann left").count(), 0, "{heard}");
    phone.shut();
    bob.expect("* ann left #lobby (connection closed)");
    let server = server.stop().start();
    let mut again = ann(&server);
    again.expect(" JOIN #dev\r\n");
    again.expect(" 366 ann #dev ");
    server.stop();
}

/// Whoever comes from one of them is, also from one of them if the server is killed right after.
#[test]
fn a_person_who_is_banned_is_kept_out_from_each_address() {
    let server = Setup::new().start();
    let homes = ["127.0.0.3", "127.0.0.4"];
    let mut lee = server.join("lee");
    lee.ask("/claim password of lee", "Your name is registered.");
    let mut ann = server.join("ann");
    ann.ask("/claim open sesame", "Your name is registered.");
    ann.ask("/quit", "Bye, ann.");
    let clients = homes.map(|home| log_in(ncat(home, server.address(), &[])));
    lee.send("/ban ann");
    for home in homes {
        lee.expect(&format!("! ann ({home}) is banned."));
    }
    let server = server.kill().start();
    drop(clients);
    for home in homes {
        let mut stranger = ncat(home, server.address(), &[]);
        stranger.expect("You are banned");
    }
    let mut lee = server.connect();
    lee.ask("lee#password of lee", "Welcome back, lee.");
    lee.ask("/unban ann", "! ann (127.0.0.4) is no longer banned.");
    for home in homes {
        let mut stranger = ncat(home, server.address(), &[]);
        stranger.expect("Enter your username: ");
    }
    server.stop();
}
