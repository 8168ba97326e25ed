//! Programs of Debian that tasks start: those that the tests talk to the server with, or put before
//! it, what the examples of the JSON dialect are written in, and the valgrind that counts
//! instructions.
//!
//! Each has namesakes that behave differently (only OpenBSD's nc has `-N`), so a program counts by
//! what it says of itself. Root gets what is missing installed; everybody else is told the command.
//! A test that skipped itself instead would pass on the machine that needs it most.

use std::process::Command;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

/// A program that a task starts.
pub(crate) struct Peer {
    program: &'static str,
    /// Makes it say what it is, without doing anything.
    question: &'static str,
    /// Only the right one answers this.
    answer: &'static str,
    /// Debian's name for it.
    package: &'static str,
}

const fn peer(
    program: &'static str,
    question: &'static str,
    answer: &'static str,
    package: &'static str,
) -> Peer {
    Peer {
        program,
        question,
        answer,
        package,
    }
}

pub(crate) const TESTS: [Peer; 9] = [
    peer("nc", "-h", "OpenBSD netcat", "netcat-openbsd"),
    peer("telnet", "--version", "GNU inetutils", "inetutils-telnet"),
    peer("ncat", "--version", "Ncat: Version", "ncat"),
    peer("openssl", "version", "OpenSSL 3", "openssl"),
    peer("jq", "--version", "jq-", "jq"),
    peer("python3", "--version", "Python 3", "python3"),
    peer("haproxy", "-v", "HAProxy version", "haproxy"),
    peer("irssi", "--version", "irssi 1", "irssi"),
    peer("weechat", "--help", "WeeChat", "weechat-curses"),
];

pub(crate) const VALGRIND: [Peer; 1] = [peer("valgrind", "--version", "valgrind-3", "valgrind")];

/// Returns once these programs are there. Installs those that are missing if it runs as root.
pub(crate) fn ensure(peers: &[Peer]) -> Result<()> {
    let missing = missing(peers);
    if missing.is_empty() {
        return Ok(());
    }
    let advice = advice(&missing);
    let sh = Shell::new()?;
    ensure!(cmd!(sh, "id -u").quiet().read()? == "0", "{advice}");
    let install = || {
        let packages = &missing;
        let install = cmd!(
            sh,
            "apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends {packages...}"
        );
        install.env("DEBIAN_FRONTEND", "noninteractive").run()
    };
    // The package lists of a fresh machine are empty.
    if install().is_err() {
        cmd!(sh, "apt-get update").run()?;
        install()?;
    }
    ensure!(
        self::missing(peers).is_empty(),
        "installed, but PATH finds another program of that name first. {advice}"
    );
    Ok(())
}

/// The packages of the programs that are not there.
fn missing(peers: &[Peer]) -> Vec<&'static str> {
    let missing = peers.iter().filter(|peer| !peer.is_there());
    missing.map(|peer| peer.package).collect()
}

impl Peer {
    fn is_there(&self) -> bool {
        let said = Command::new(self.program).arg(self.question).output();
        said.is_ok_and(|said| {
            let both = [said.stdout, said.stderr].concat();
            String::from_utf8_lossy(&both).contains(self.answer)
        })
    }
}

fn advice(packages: &[&str]) -> String {
    let packages = packages.join(" ");
    format!(
        "This needs Debian's {packages}. Install and run again:\n  \
         sudo apt-get update && sudo apt-get install --no-install-recommends {packages}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namesake_is_not_the_peer() {
        assert!(!peer("sh", "--version", "OpenBSD netcat", "").is_there());
        assert!(peer("echo", "OpenBSD netcat", "OpenBSD netcat", "").is_there());
    }

    #[test]
    fn a_missing_program_is_told_by_its_package() {
        let none = [peer("no-such-program-here", "-h", "x", "some-package")];
        assert_eq!(missing(&none), ["some-package"]);
        assert!(advice(&missing(&none)).ends_with("--no-install-recommends some-package"));
    }
}
