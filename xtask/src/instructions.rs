//! `cargo xtask instructions`: how many instructions each inner piece takes, held against
//! `benches/instructions.txt`.
//!
//! A time on a busy machine says little; instructions under callgrind are nearly the same every
//! time, so they can say no to a change. They know nothing of caches, of waiting and of the kernel.
//! Each piece runs for N rounds and for 2N, and the difference is shared out among N: so start-up
//! and set-up fall out, and no function has to be found by its name. gungraun would do this and more
//! but needs a runner of its own exact version installed, which takes longer than the counting.
//!
//! The requests to a full server are counted in one run, since callgrind takes far longer to fill
//! the server than to count them; it writes its count down whenever the program calls `boundary`.
//! Each has an absolute bound too: the hub is one thread, and a request that scans everybody stops
//! everybody, however many releases ago it began to.
//!
//! The bound is wide, because some pieces hash with another seed at each start and a patch of the
//! compiler inlines other things; what a careless change costs is more.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;
use xshell::{Shell, cmd};

use crate::{Workspace, peers};

const FILE: &str = "benches/instructions.txt";

/// The file's counts are of this processor: another kind has other instructions.
const COUNTED_ON: &str = "x86_64";

/// Our crates that are counted, the program that does so, and small libraries that they call in loops.
const COUNTED: [&str; 14] = [
    "chinwag-core",
    "chinwag-feed",
    "chinwag-wire",
    "chinwag-store",
    "chinwag-benches",
    "arcstr",
    "foldhash",
    "hashbrown",
    "ipnet",
    "serde_json",
    "siphasher",
    "smallvec",
    "strsim",
    "tinyvec",
];

/// More than this, in percent of what the file says, is a failure.
const PERCENT_MAX: u64 = 125;

/// Less than this, and the file guards nothing.
const PERCENT_MIN: u64 = 75;

/// The pieces of the full server have this before their names.
const FULL_SERVER: &str = "full server: ";

/// Instructions of a request to a full server: fifty microseconds at five in a nanosecond. These
/// requests were measured at four, where they miss the caches, to nine.
const FULL_SERVER_MAX: u64 = 250_000;

/// Counts every piece and compares; with `update`, writes the file anew.
pub(crate) fn run(workspace: &Workspace, update: bool) -> Result<()> {
    if std::env::consts::ARCH != COUNTED_ON {
        println!("SKIPPED: {FILE} holds the counts of {COUNTED_ON}.");
        return Ok(());
    }
    if let Err(why) = peers::ensure(&peers::VALGRIND) {
        ensure!(!update, "{why}");
        println!("SKIPPED: no instructions were counted. {why}");
        return Ok(());
    }
    let sh = &workspace.sh;
    let program = build(sh)?;
    let counted = count(&program)?;
    let path = workspace.root().join(FILE);
    if update {
        let slow = slow(&counted);
        ensure!(slow.is_empty(), "{}", slow.join("\n"));
        let rustc = cmd!(sh, "rustc --version").quiet().read()?;
        return fs::write(path, file(&counted, &rustc)).context(FILE);
    }
    let committed = parse(&fs::read_to_string(path).context(FILE)?)?;
    let (table, mut complaints) = compare(&counted, &committed);
    complaints.extend(slow(&counted));
    print!("{table}");
    ensure!(
        complaints.is_empty(),
        "{}\nIf that is meant, or a new compiler is why (the file names its own): \
         cargo xtask instructions --update, and commit {FILE}",
        complaints.join("\n")
    );
    Ok(())
}

/// Builds the program and returns its path. Our crates are optimised as for a release, but what they stand on is taken
/// from the tests as it is: to build all of it once more took half the processor time of `cargo xtask ci`'s last step.
fn build(sh: &Shell) -> Result<String> {
    let settings = [
        "opt-level=3",
        "codegen-units=1",
        "debug-assertions=false",
        "overflow-checks=false",
    ];
    // Otherwise the counts depend on what was built before.
    let incremental = "--config=profile.dev.incremental=false";
    let ours = COUNTED.iter().flat_map(|package| {
        settings.map(|setting| format!("--config=profile.dev.package.{package}.{setting}"))
    });
    // All of the workspace, so that what is shared has the features that the tests have built it with.
    let build = cmd!(
        sh,
        "cargo {ours...} {incremental} bench --profile dev --locked --no-run --workspace --bench pieces --message-format=json-render-diagnostics"
    );
    let messages = build.read()?;
    let programs = Message::parse_stream(messages.as_bytes()).filter_map(|message| match message {
        Ok(Message::CompilerArtifact(artifact)) => artifact.executable,
        _ => None,
    });
    let program = programs.last().context("cargo built no program")?;
    Ok(program.into())
}

/// The instructions of one round of every piece, those of the full server last. A count does not mind what runs beside
/// it.
fn count(program: &str) -> Result<Vec<(String, u64)>> {
    thread::scope(|scope| {
        let full_server = scope.spawn(|| count_full_server(program));
        let mut counted = count_pieces(program)?;
        counted.extend(full_server.join().expect("it does not panic")?);
        Ok(counted)
    })
}

/// The instructions of one round of every other piece, in the program's order.
fn count_pieces(program: &str) -> Result<Vec<(String, u64)>> {
    let sh = Shell::new()?;
    let list = cmd!(sh, "{program} rounds").quiet().read()?;
    let count = |line: &str| {
        let (name, rounds) = line.split_once('\t').context("no piece")?;
        let rounds: u64 = rounds.parse()?;
        let once = callgrind(program, name, rounds)?;
        let twice = callgrind(program, name, 2 * rounds)?;
        Ok((name.to_owned(), twice.saturating_sub(once) / rounds))
    };
    list.lines().map(count).collect()
}

/// The instructions of a whole run, from `==123== Collected : 4767729`.
fn callgrind(program: &str, piece: &str, rounds: u64) -> Result<u64> {
    let rounds = rounds.to_string();
    let sh = Shell::new()?;
    let run = cmd!(
        sh,
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-fd=1 {program} repeat {piece} {rounds}"
    );
    let said = run.quiet().read()?;
    let line = said.lines().find(|line| line.contains("Collected :"));
    let count = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    count.with_context(|| format!("callgrind has counted nothing:\n{said}"))
}

/// The instructions of one round of each piece of the full server.
fn count_full_server(program: &str) -> Result<Vec<(String, u64)>> {
    let sh = Shell::new()?;
    let folder = sh.create_temp_dir()?;
    let out = folder.path().join("count");
    let out_file = format!("--callgrind-out-file={}", out.display());
    let run = cmd!(
        sh,
        "valgrind --tool=callgrind {out_file} --dump-before=*full_server*boundary* {program} full-server"
    );
    run.quiet().ignore_stdout().ignore_stderr().run()?;
    let list = cmd!(sh, "{program} full-server rounds").quiet().read()?;
    // The first file is of the set-up.
    let count = |(number, line): (usize, &str)| {
        let (name, rounds) = line.split_once('\t').context("no piece")?;
        let path = format!("{}.{}", out.display(), number + 2);
        let total = total(&sh.read_file(&path)?).context(path)?;
        Ok((
            format!("{FULL_SERVER}{name}"),
            total / rounds.parse::<u64>()?,
        ))
    };
    list.lines().enumerate().map(count).collect()
}

/// The count in a file of callgrind's, from `totals: 4767729`.
fn total(file: &str) -> Option<u64> {
    let totals = file.lines().find_map(|line| line.strip_prefix("totals: "));
    totals?.trim().parse().ok()
}

/// What takes longer than a request to a full server may, whatever the file says.
fn slow(counted: &[(String, u64)]) -> Vec<String> {
    let slow = counted
        .iter()
        .filter(|(name, count)| name.starts_with(FULL_SERVER) && *count > FULL_SERVER_MAX);
    slow.map(|(name, count)| format!("{name}: {count} instructions, over {FULL_SERVER_MAX}"))
        .collect()
}

fn file(counted: &[(String, u64)], rustc: &str) -> String {
    let head = format!(
        "# Instructions for one iteration of each piece, on {COUNTED_ON} by {rustc}.\n\
         # Written by `cargo xtask instructions --update`, which CONTRIBUTING.md explains.\n"
    );
    let lines = counted.iter();
    head + &lines
        .map(|(name, count)| format!("{count:>10}  {name}\n"))
        .collect::<String>()
}

fn parse(text: &str) -> Result<BTreeMap<String, u64>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &str| {
        let (count, name) = line.trim().split_once("  ").context("no count")?;
        Ok((name.to_owned(), count.parse()?))
    };
    lines.map(parse).collect()
}

/// A table of all pieces, and what the guard says no to: pieces that have become too dear, and
/// pieces that the file and the program do not both have, since nothing guards those.
fn compare(counted: &[(String, u64)], committed: &BTreeMap<String, u64>) -> (String, Vec<String>) {
    let mut table = format!("{:>10}  {:>10}\n", "now", "committed");
    let mut complaints = Vec::new();
    for (name, now) in counted {
        let Some(then) = committed.get(name) else {
            complaints.push(format!("{name}: has no committed count"));
            continue;
        };
        let percent = now * 100 / then.max(&1);
        let is_off = percent < PERCENT_MIN;
        let mark = if is_off {
            "  far fewer: renew the file"
        } else {
            ""
        };
        table += &format!("{now:>10}  {then:>10}  {percent:>4} %  {name}{mark}\n");
        if percent > PERCENT_MAX {
            complaints.push(format!("{name}: {now} instructions, {percent} % of {then}"));
        }
    }
    let is_lost = |name: &&String| !counted.iter().any(|(piece, _)| piece == *name);
    let lost = committed.keys().filter(is_lost);
    complaints.extend(lost.map(|name| format!("{name}: is committed, but no piece")));
    (table, complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
        counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let counted = counts(&[("parse: talk", 489), ("render: a line", 356)]);
        let read = parse(&file(&counted, "rustc 1.95.0")).expect("it is well formed");
        assert_eq!(read, counted.into_iter().collect());
        assert!(parse("nonsense\n").is_err());
    }

    #[test]
    fn a_quarter_more_is_too_much() {
        let committed = counts(&[("a", 1_000)]).into_iter().collect();
        let complaints = |now| compare(&counts(&[("a", now)]), &committed).1;
        assert!(complaints(1_250).is_empty());
        assert_eq!(complaints(1_260), ["a: 1260 instructions, 126 % of 1000"]);
        assert!(complaints(10).is_empty());
        assert!(
            compare(&counts(&[("a", 10)]), &committed)
                .0
                .contains("far fewer")
        );
    }

    #[test]
    fn a_request_to_a_full_server_has_a_bound_of_its_own() {
        assert_eq!(
            slow(&counts(&[("full server: a", 250_000), ("b", 900_000)])),
            [""; 0]
        );
        let slow = slow(&counts(&[("full server: a", 250_001)]));
        assert_eq!(slow, ["full server: a: 250001 instructions, over 250000"]);
    }

    #[test]
    fn a_file_of_callgrind_has_its_total() {
        assert_eq!(total("version: 1\ntotals: 4767729\n"), Some(4_767_729));
        assert_eq!(total("version: 1\n"), None);
    }

    #[test]
    fn a_piece_on_one_side_alone_is_a_complaint() {
        let committed = counts(&[("old", 5)]).into_iter().collect();
        let (_, complaints) = compare(&counts(&[("new", 5)]), &committed);
        assert_eq!(
            complaints,
            [
                "new: has no committed count",
                "old: is committed, but no piece"
            ]
        );
    }
}
