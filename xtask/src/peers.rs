//! Programs of Debian that tasks start: the nc and the telnet that the tests talk to the server
//! with, and the valgrind that counts instructions.
//!
//! chinwag promises to work with these two as they are, so the tests run them and no imitation.
//! Each has namesakes that behave differently (only OpenBSD's nc has `-N`; only GNU's telnet
//! mangles input the way the server must survive), so a program counts by what it says of itself,
//! not by its name. A test that skips itself where one is missing would pass on the machine that
//! needs it most: instead they are installed, or the run ends before any test with the command to
//! type. Only valgrind may be missing: without it a guard against slowness sleeps, and nothing that
//! chinwag promises goes untested.

use anyhow::{Result, bail, ensure};
use std::process::Command;

use crate::shell;

/// A program that a task starts.
struct Peer {
    program: &'static str,
    /// What makes it say who it is, without doing anything.
    question: &'static str,
    /// What only the right one answers.
    answer: &'static str,
    /// Debian's name for it. `telnet` itself is a transitional package there, and another program
    /// on older systems.
    package: &'static str,
}

const PEERS: [Peer; 2] = [
    Peer {
        program: "nc",
        question: "-h",
        answer: "OpenBSD netcat",
        package: "netcat-openbsd",
    },
    Peer {
        program: "telnet",
        question: "--version",
        answer: "GNU inetutils",
        package: "inetutils-telnet",
    },
];

const VALGRIND: Peer = Peer {
    program: "valgrind",
    question: "--version",
    answer: "valgrind-3",
    package: "valgrind",
};

/// How this person may install packages.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Right {
    Root,
    /// `sudo` that asks for no password: a prompt would hang a run that nobody watches.
    Sudo,
    None,
}

/// Returns once nc and telnet are there, having installed those that were missing.
pub(crate) fn ensure() -> Result<()> {
    provide(&PEERS)
}

/// Returns once valgrind is there, having installed it if it was missing.
pub(crate) fn ensure_valgrind() -> Result<()> {
    provide(&[VALGRIND])
}

fn provide(peers: &[Peer]) -> Result<()> {
    let wanted = missing(peers);
    if wanted.is_empty() {
        return Ok(());
    }
    let right = right();
    ensure!(right != Right::None, "{}", advice(&wanted));
    install(right, &wanted)?;
    let still = missing(peers);
    ensure!(
        still.is_empty(),
        "installed, but another program of that name is found first, by PATH or update-alternatives\n{}",
        advice(&still)
    );
    Ok(())
}

fn missing(peers: &[Peer]) -> Vec<&Peer> {
    peers.iter().filter(|peer| !is_there(peer)).collect()
}

fn is_there(peer: &Peer) -> bool {
    shell::said(Command::new(peer.program).arg(peer.question))
        .is_some_and(|said| said.contains(peer.answer))
}

fn right() -> Right {
    let succeeds =
        |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    if shell::said(Command::new("apt-get").arg("--version")).is_none() {
        Right::None
    } else if shell::said(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0") {
        Right::Root
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        Right::Sudo
    } else {
        Right::None
    }
}

/// Installs with the package lists as they are, and refreshes them only when that fails: on a
/// machine that is in use they are there, on a fresh one they are empty.
fn install(right: Right, peers: &[&Peer]) -> Result<()> {
    let packages: Vec<&str> = peers.iter().map(|peer| peer.package).collect();
    println!("Installing what is started here: {}", packages.join(" "));
    let call = [
        &["install", "--yes", "--no-install-recommends"],
        packages.as_slice(),
    ]
    .concat();
    if shell::asked(&mut apt(right, &call)).is_ok() {
        return Ok(());
    }
    shell::asked(&mut apt(right, &["update"]))?;
    match shell::asked(&mut apt(right, &call)) {
        Ok(_) => Ok(()),
        Err(error) => bail!("{error}\n{}", advice(peers)),
    }
}

/// `apt-get` that asks nothing and waits for another one to finish (a new machine often updates
/// itself).
fn apt(right: Right, arguments: &[&str]) -> Command {
    let mut command = match right {
        Right::Sudo => Command::new("sudo"),
        Right::Root | Right::None => Command::new("env"),
    };
    if right == Right::Sudo {
        command.args(["-n", "env"]);
    }
    command.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=120",
    ]);
    command.args(arguments).stdin(std::process::Stdio::null());
    command
}

/// What is missing, and what to type.
fn advice(peers: &[&Peer]) -> String {
    let programs: Vec<_> = peers
        .iter()
        .map(|peer| format!("{} ({})", peer.program, peer.answer))
        .collect();
    let packages: Vec<_> = peers.iter().map(|peer| peer.package).collect();
    format!(
        "This needs {}. Install what Debian calls {} and run this again:\n  \
         sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        programs.join(" and "),
        packages.join(" and "),
        packages.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_what_is_missing_and_only_that() {
        let advice = advice(&[&PEERS[0]]);
        assert!(
            advice.starts_with("This needs nc (OpenBSD netcat)."),
            "{advice}"
        );
        assert!(
            advice.ends_with("apt-get install --no-install-recommends netcat-openbsd"),
            "{advice}"
        );
        assert!(!advice.contains("telnet"), "{advice}");
    }

    #[test]
    fn a_namesake_is_not_the_peer() {
        let namesake = Peer {
            program: "sh",
            question: "--version",
            answer: "OpenBSD netcat",
            package: "",
        };
        assert!(!is_there(&namesake));
        let echo = Peer {
            program: "echo",
            question: "OpenBSD netcat",
            answer: "OpenBSD netcat",
            package: "",
        };
        assert!(is_there(&echo));
    }

    #[test]
    fn sudo_never_asks_for_a_password() {
        let command = apt(Right::Sudo, &["update"]);
        assert_eq!(command.get_program(), "sudo");
        assert_eq!(command.get_args().next(), Some("-n".as_ref()));
    }
}
