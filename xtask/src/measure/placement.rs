//! Where the programs run: the server on one core, the load generator on another, and for latencies
//! both before everything else on the machine.
//!
//! What a machine does not have or permit is found out beforehand and told, in place of figures that
//! look like the others and are not.
//!
//! If this program is killed, the kernel ends what it has started (`setpriv --pdeathsig`). That
//! changes nothing of how a program runs, so it is left out where commands are shown.

use std::path::Path;
use std::process::{Command, Stdio};

/// The core of the server.
pub(super) const SERVER: usize = 0;
/// The core of the load generator.
pub(super) const GENERATOR: usize = 1;

const REALTIME: &str = "chrt -r 1";
const TIED: &str = "setpriv --pdeathsig KILL";

/// What is possible here.
pub(super) struct Placement {
    /// Why nothing is pinned.
    unpinned: Option<String>,
    /// Why nothing has real-time priority.
    ordinary: Option<String>,
    /// Whether programs end with this one.
    ties: bool,
}

impl Placement {
    /// Tries it.
    pub(super) fn found() -> Self {
        Self::of(|command| {
            let mut words = command.split(' ');
            let mut command = Command::new(words.next().unwrap_or_default());
            let quiet = command.args(words).stderr(Stdio::null());
            quiet.status().is_ok_and(|status| status.success())
        })
    }

    pub(super) fn of(succeeds: impl Fn(&str) -> bool) -> Self {
        let core = |core| succeeds(&format!("taskset -c {core} true"));
        let unpinned = match (core(SERVER), core(GENERATOR)) {
            (true, true) => None,
            (true, false) => Some("there is no second core for the load generator"),
            _ => Some("taskset (of util-linux) is missing or fails"),
        };
        let unpinned = unpinned.map(|why| {
            format!("Not pinned: {why}. Server and load generator take time from each other.")
        });
        let ordinary = (!succeeds(&format!("{REALTIME} true"))).then(|| {
            format!(
                "No real-time priority: `{REALTIME}` is missing or not permitted. Latencies hold what \
                 else the machine had to do."
            )
        });
        Self {
            unpinned,
            ordinary,
            ties: succeeds(&format!("{TIED} true")),
        }
    }

    /// What is not as it should be, a sentence each.
    pub(super) fn lacks(&self) -> Vec<&str> {
        let lacks = [&self.unpinned, &self.ordinary].into_iter();
        lacks.flatten().map(String::as_str).collect()
    }

    /// A program on this core. What stands before it replaces itself by it (exec), so it has the
    /// number of the process that is started.
    pub(super) fn command(&self, core: usize, is_realtime: bool, program: &Path) -> Command {
        let tied = if self.ties { TIED } else { "" };
        let before = format!("{tied} {}", self.words(core, is_realtime));
        let mut words = before.split_whitespace();
        let Some(first) = words.next() else {
            return Command::new(program);
        };
        let mut command = Command::new(first);
        command.args(words).arg(program);
        command
    }

    /// What goes before a command on this core.
    pub(super) fn words(&self, core: usize, is_realtime: bool) -> String {
        let mut words = String::new();
        if is_realtime && self.ordinary.is_none() {
            words += &format!("{REALTIME} ");
        }
        if self.unpinned.is_none() {
            words += &format!("taskset -c {core} ");
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_everything_is_possible_nothing_is_lacking() {
        let placement = Placement::of(|_| true);
        assert_eq!(placement.lacks(), [""; 0]);
        assert_eq!(placement.words(0, false), "taskset -c 0 ");
        assert_eq!(placement.words(1, true), "chrt -r 1 taskset -c 1 ");
        let command = placement.command(1, false, Path::new("bench"));
        let words = "\"setpriv\" \"--pdeathsig\" \"KILL\" \"taskset\" \"-c\" \"1\" \"bench\"";
        assert_eq!(format!("{command:?}"), words);
    }

    #[test]
    fn what_is_not_possible_is_told_and_left_out() {
        let alone = Placement::of(|command| command != "taskset -c 1 true");
        assert!(alone.lacks()[0].contains("no second core"));
        assert_eq!(alone.words(0, true), "chrt -r 1 ");
        let nothing = Placement::of(|_| false);
        assert_eq!(nothing.lacks().len(), 2);
        assert!(nothing.lacks()[0].contains("util-linux"));
        assert_eq!(nothing.words(1, true), "");
        let command = nothing.command(1, true, Path::new("bench"));
        assert_eq!(format!("{command:?}"), "\"bench\"");
    }
}
