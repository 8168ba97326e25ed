//! What `chinwag serve` prints when it listens: everything that somebody needs who has started a
//! server and wants others to join.

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use chinwag_server::{Fingerprint, Location};

/// The most addresses shown for one port: more do not help anybody to choose.
const TOLD_MAX: usize = 4;

/// The whole text. `operator_hint` is the server's own.
///
/// # Errors
/// If a listener has no address.
pub(crate) fn announcement(
    listeners: &[TcpListener],
    place: &Location,
    operator_hint: &str,
    fingerprint: Fingerprint,
    requires_tls: bool,
) -> io::Result<String> {
    let bound: io::Result<Vec<SocketAddr>> =
        listeners.iter().map(TcpListener::local_addr).collect();
    // If the machine does not list its addresses, it still has loopback.
    let own = interface_addresses().unwrap_or_default();
    let told = (operator_hint, &*fingerprint.to_string());
    Ok(text(&bound?, &own, place, told, requires_tls))
}

fn text(
    bound: &[SocketAddr],
    own: &[IpAddr],
    place: &Location,
    (operator_hint, fingerprint): (&str, &str),
    requires_tls: bool,
) -> String {
    let mut out = String::new();
    for address in bound {
        let _ = writeln!(out, "chinwag is listening on {address}");
    }
    write_invitations(&mut out, &reachable(bound, own), requires_tls);
    let _ = match place {
        Location::Folder(folder) => writeln!(
            out,
            "This is chinwag {}; its data is in {}.",
            env!("CARGO_PKG_VERSION"),
            std::path::absolute(folder)
                .as_deref()
                .unwrap_or(folder)
                .display()
        ),
        Location::Memory => writeln!(
            out,
            "This is chinwag {}; it keeps nothing on disk.",
            env!("CARGO_PKG_VERSION")
        ),
    };
    let _ = writeln!(out, "{operator_hint}");
    let _ = writeln!(out, "Its certificate has the SHA-256 {fingerprint}.");
    out
}

fn write_invitations(out: &mut String, reachable: &[SocketAddr], requires_tls: bool) {
    // The machine itself need not encrypt.
    let program = |address: &SocketAddr| match requires_tls && !address.ip().is_loopback() {
        true => "ncat --ssl",
        false => "nc",
    };
    let told = reachable.iter().take(TOLD_MAX);
    for (at, address) in told.enumerate() {
        let before = if at == 0 {
            "Anybody can join with"
        } else {
            "                   or"
        };
        let (program, ip, port) = (program(address), address.ip(), address.port());
        let _ = writeln!(out, "{before}: {program} {ip} {port}");
    }
    if let Some(address) = reachable.first().filter(|address| program(address) == "nc") {
        let (ip, port) = (address.ip(), address.port());
        let _ = writeln!(
            out,
            "Encrypted, so that nobody on the way reads along: ncat --ssl {ip} {port}"
        );
    }
    if reachable.len() > TOLD_MAX {
        let _ = writeln!(
            out,
            "{} more addresses lead here.",
            reachable.len() - TOLD_MAX
        );
    }
    if reachable.iter().all(|address| address.ip().is_loopback()) {
        out.push_str("That is from this machine alone; --listen PORT lets others in.\n");
    }
}

/// The addresses that others can use, IPv4 first: the listening ones, with every interface's in
/// place of "all".
fn reachable(bound: &[SocketAddr], own: &[IpAddr]) -> Vec<SocketAddr> {
    let mut found: Vec<SocketAddr> = Vec::new();
    for address in bound {
        let port = address.port();
        if address.ip().is_unspecified() {
            let same = own.iter().filter(|ip| ip.is_ipv4() == address.is_ipv4());
            found.extend(same.map(|&ip| SocketAddr::from((ip, port))));
        } else {
            found.push(*address);
        }
    }
    if found.is_empty() {
        let loopback = |address: &SocketAddr| match address.is_ipv4() {
            true => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
            false => SocketAddr::from((Ipv6Addr::LOCALHOST, address.port())),
        };
        found.extend(bound.iter().map(loopback));
    }
    found.sort_by_key(SocketAddr::is_ipv6);
    found.dedup();
    found
}

/// The addresses of interfaces that are up, without loopback and link-local ones.
fn interface_addresses() -> io::Result<Vec<IpAddr>> {
    let interfaces = if_addrs::get_if_addrs()?.into_iter();
    let up = interfaces.filter(|interface| interface.is_oper_up() && !interface.is_loopback());
    Ok(up
        .map(|interface| interface.ip())
        .filter(|ip| is_of_use(*ip))
        .collect())
}

fn is_of_use(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_link_local() && !ip.is_unspecified(),
        IpAddr::V6(ip) => !ip.is_unicast_link_local() && !ip.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bound: &[&str], own: &[&str]) -> Vec<String> {
        let parse = |text: &&str| text.parse().expect("an address");
        let bound: Vec<SocketAddr> = bound.iter().map(parse).collect();
        let own: Vec<IpAddr> = own
            .iter()
            .map(|ip| ip.parse().expect("an address"))
            .collect();
        let place = Location::Folder("/srv/chat".into());
        let text = text(&bound, &own, &place, ("The hint.", "AB:CD"), false);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_data_folder_is_told_from_the_root_on() {
        let here = std::env::current_dir().expect("a folder");
        let place = Location::Folder("./chat".into());
        let text = text(&[], &[], &place, ("", ""), false);
        let told = format!("its data is in {}.", here.join("chat").display());
        assert!(text.contains(&told), "{text}");
    }

    #[test]
    fn all_interfaces_are_told_by_their_addresses() {
        let own = ["fd00::7", "192.168.1.7", "10.0.0.7"];
        assert_eq!(
            said(&["0.0.0.0:8989", "[::]:8989"], &own),
            [
                "chinwag is listening on 0.0.0.0:8989",
                "chinwag is listening on [::]:8989",
                "Anybody can join with: nc 192.168.1.7 8989",
                "                   or: nc 10.0.0.7 8989",
                "                   or: nc fd00::7 8989",
                "Encrypted, so that nobody on the way reads along: ncat --ssl 192.168.1.7 8989",
                concat!(
                    "This is chinwag ",
                    env!("CARGO_PKG_VERSION"),
                    "; its data is in /srv/chat."
                ),
                "The hint.",
                "Its certificate has the SHA-256 AB:CD.",
            ]
        );
    }

    #[test]
    fn one_address_is_told_as_it_is() {
        let said = said(&["192.168.1.7:2323"], &["10.0.0.7"]);
        assert_eq!(said[1], "Anybody can join with: nc 192.168.1.7 2323");
        assert!(said[3].starts_with("This is chinwag "), "{said:?}");
    }

    #[test]
    fn where_encryption_is_required_nobody_is_told_to_come_without() {
        let place = Location::Folder("/srv/chat".into());
        let bound = ["192.168.1.7:2323".parse().expect("an address")];
        let text = text(&bound, &[], &place, ("", ""), true);
        assert_eq!(
            text.lines().nth(1),
            Some("Anybody can join with: ncat --ssl 192.168.1.7 2323")
        );
        assert!(!text.contains("Encrypted, so"), "{text}");
    }

    #[test]
    fn loopback_alone_is_said_to_be_so() {
        for bound in [&["127.0.0.1:7000"], &["0.0.0.0:7000"]] {
            let said = said(bound, &[]);
            assert_eq!(said[1], "Anybody can join with: nc 127.0.0.1 7000");
            assert!(said[3].contains("from this machine alone"), "{said:?}");
        }
    }

    #[test]
    fn a_machine_of_many_addresses_is_not_told_whole() {
        let own: Vec<String> = (1..=9).map(|n| format!("10.0.0.{n}")).collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let said = said(&["0.0.0.0:8989"], &own);
        let invitations = said.iter().filter(|line| line.contains(": nc "));
        assert_eq!(invitations.count(), TOLD_MAX);
        assert!(
            said.contains(&"5 more addresses lead here.".to_owned()),
            "{said:?}"
        );
    }

    #[test]
    fn what_is_good_on_one_link_only_is_left_out() {
        for (ip, expected) in [
            ("192.168.1.7", true),
            ("fd00::7", true),
            ("169.254.1.1", false),
            ("fe80::1", false),
        ] {
            assert_eq!(is_of_use(ip.parse().expect("an address")), expected, "{ip}");
        }
    }
}
