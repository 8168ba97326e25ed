//! Counts of instructions: how they are read, written and compared. Functions of text and numbers,
//! so that whether the guard can fail is tested without valgrind.
//!
//! The bound is wide. Instructions do not vary by themselves, but some pieces hash with another
//! seed at each start, and a patch of the compiler inlines other things; what a careless change
//! costs (a copy for each member, a format where bytes were appended) is more than a quarter.

use anyhow::{Context, Result};

/// A piece that takes more than this, in percent of what the file says, has become too dear.
const PERCENT_MAX: u64 = 125;

/// Below this, in percent, the file is so far off that it guards nothing.
const PERCENT_MIN: u64 = 75;

/// Instructions for one iteration of a piece.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Count {
    pub(super) name: String,
    pub(super) instructions: u64,
}

/// A piece as the program lists it.
#[derive(Debug, PartialEq)]
pub(super) struct Listed {
    pub(super) name: String,
    /// How many rounds to count, or why it is not counted.
    pub(super) rounds: Result<u64, String>,
}

/// What is to be said of a piece.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Fine,
    TooMany,
    /// The file should be renewed.
    FarFewer,
    /// The file does not have it.
    Unknown,
}

fn verdict(now: u64, committed: Option<u64>) -> Verdict {
    match committed {
        None => Verdict::Unknown,
        Some(then) if now * 100 > then * PERCENT_MAX => Verdict::TooMany,
        Some(then) if now * 100 < then * PERCENT_MIN => Verdict::FarFewer,
        Some(_) => Verdict::Fine,
    }
}

/// Reads the program's list: name, rounds and reason, with tabs between them.
pub(super) fn listed(text: &str) -> Result<Vec<Listed>> {
    let read = |line: &str| {
        let mut parts = line.splitn(3, '\t');
        let name = parts.next()?.to_owned();
        let rounds = match (parts.next()?, parts.next()) {
            ("-", Some(why)) => Err(why.to_owned()),
            (rounds, None) => Ok(rounds.parse().ok()?),
            _ => return None,
        };
        Some(Listed { name, rounds })
    };
    let lines = text.lines();
    lines
        .map(|line| read(line).with_context(|| format!("no piece: {line:?}")))
        .collect()
}

/// A line for each reason why pieces are not counted.
pub(super) fn left_out(listed: &[Listed]) -> String {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for why in listed
        .iter()
        .filter_map(|piece| piece.rounds.as_ref().err())
    {
        match reasons.iter_mut().find(|(reason, _)| reason == why) {
            Some((_, pieces)) => *pieces += 1,
            None => reasons.push((why, 1)),
        }
    }
    let lines = reasons
        .iter()
        .map(|(why, pieces)| format!("{pieces} pieces are timed only: {why}\n"));
    lines.collect()
}

/// What callgrind says at the end of a run: `==123== Collected : 4767729`.
pub(super) fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// The file for these counts.
pub(super) fn file(counted: &[Count], processor: &str, rustc: &str) -> String {
    let head = format!(
        "# Instructions for one iteration of each piece, on {processor} by {rustc}.\n\
         # Written by `cargo xtask instructions --update`, which CONTRIBUTING.md explains.\n"
    );
    let lines = counted
        .iter()
        .map(|count| format!("{:>10}  {}\n", count.instructions, count.name));
    head + &lines.collect::<String>()
}

/// Reads what [`file()`] has written.
pub(super) fn parse(text: &str) -> Result<Vec<Count>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let (count, name) = line.trim().split_once("  ")?;
        Some(Count {
            name: name.to_owned(),
            instructions: count.parse().ok()?,
        })
    };
    lines
        .map(|line| read(line).with_context(|| format!("no count: {line:?}")))
        .collect()
}

/// A row for each piece: what it takes, what it took, and the difference in percent.
pub(super) fn table(counted: &[Count], committed: &[Count]) -> String {
    let mut text = format!("{:>10}  {:>10}  {:>8}\n", "now", "committed", "change");
    for count in counted {
        let (now, then) = (count.instructions, of(committed, &count.name));
        let mark = match verdict(now, then) {
            Verdict::Fine => "",
            Verdict::TooMany => "  TOO MANY",
            Verdict::FarFewer => "  far fewer",
            Verdict::Unknown => "  not in the file",
        };
        let (then, change) = match then {
            Some(then) => (then.to_string(), change(now, then)),
            None => ("-".to_owned(), String::new()),
        };
        text.push_str(&format!(
            "{now:>10}  {then:>10}  {change:>8}  {}{mark}\n",
            count.name
        ));
    }
    text
}

/// What the guard says no to: pieces that have become too dear, and pieces that the file and the
/// program do not both have, since nothing guards those.
pub(super) fn complaints(counted: &[Count], committed: &[Count]) -> Vec<String> {
    let now = counted.iter().filter_map(|count| {
        let (now, then) = (count.instructions, of(committed, &count.name));
        match verdict(now, then) {
            Verdict::TooMany => Some(format!(
                "{}: {now} instructions, over {PERCENT_MAX} % of the committed {}",
                count.name,
                then.unwrap_or_default()
            )),
            Verdict::Unknown => Some(format!("{}: has no committed count", count.name)),
            Verdict::Fine | Verdict::FarFewer => None,
        }
    });
    let lost = committed
        .iter()
        .filter(|then| of(counted, &then.name).is_none());
    now.chain(lost.map(|then| format!("{}: is committed, but no piece", then.name)))
        .collect()
}

/// What the guard says without saying no.
pub(super) fn hints(counted: &[Count], committed: &[Count]) -> Vec<String> {
    let fewer = counted.iter().filter(|count| {
        verdict(count.instructions, of(committed, &count.name)) == Verdict::FarFewer
    });
    fewer
        .map(|count| {
            format!(
                "{}: far fewer than committed. Renew the file, or the gain can be lost unseen: \
                 cargo xtask instructions --update",
                count.name
            )
        })
        .collect()
}

fn of(counts: &[Count], name: &str) -> Option<u64> {
    let count = counts.iter().find(|count| count.name == name);
    count.map(|count| count.instructions)
}

/// `+3.1 %`
fn change(now: u64, then: u64) -> String {
    let change = (now as f64 / then.max(1) as f64 - 1.0) * 100.0;
    format!("{change:+.1} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Vec<Count> {
        let count = |&(name, instructions): &(&str, u64)| Count {
            name: name.to_owned(),
            instructions,
        };
        counts.iter().map(count).collect()
    }

    #[test]
    fn a_quarter_more_is_too_many() {
        assert_eq!(verdict(1_000, Some(1_000)), Verdict::Fine);
        assert_eq!(verdict(1_250, Some(1_000)), Verdict::Fine);
        assert_eq!(verdict(1_251, Some(1_000)), Verdict::TooMany);
        assert_eq!(verdict(1, Some(0)), Verdict::TooMany);
        assert_eq!(verdict(750, Some(1_000)), Verdict::Fine);
        assert_eq!(verdict(749, Some(1_000)), Verdict::FarFewer);
        assert_eq!(verdict(1, None), Verdict::Unknown);
    }

    #[test]
    fn the_guard_says_no_to_what_is_too_dear_and_to_what_it_does_not_know() {
        let committed = counts(&[
            ("same", 100),
            ("dearer", 100),
            ("cheaper", 100),
            ("gone", 1),
        ]);
        let now = counts(&[("same", 101), ("dearer", 126), ("cheaper", 50), ("new", 1)]);
        assert_eq!(
            complaints(&now, &committed),
            [
                "dearer: 126 instructions, over 125 % of the committed 100",
                "new: has no committed count",
                "gone: is committed, but no piece",
            ]
        );
        let hints = hints(&now, &committed);
        assert_eq!(hints.len(), 1);
        assert!(hints[0].starts_with("cheaper: far fewer"), "{hints:?}");
        assert_eq!(complaints(&committed, &committed), [""; 0]);
    }

    #[test]
    fn the_table_tells_the_change() {
        let committed = counts(&[("a line", 1_000), ("a commit", 2_000)]);
        let now = counts(&[("a line", 1_005), ("a commit", 4_000), ("more", 7)]);
        let table = table(&now, &committed);
        let rows: Vec<&str> = table.lines().collect();
        assert_eq!(rows[1], "      1005        1000    +0.5 %  a line");
        assert_eq!(
            rows[2],
            "      4000        2000  +100.0 %  a commit  TOO MANY"
        );
        assert_eq!(
            rows[3],
            "         7           -            more  not in the file"
        );
    }

    #[test]
    fn what_is_written_can_be_read() {
        let counts = counts(&[
            ("split: 1,000 lines in one read", 123_456),
            ("sniff: a name", 70),
        ]);
        let file = file(&counts, "x86_64", "rustc 1.95.0");
        assert_eq!(parse(&file).expect("counts"), counts);
        assert!(parse("12 a piece\n").is_err());
    }

    #[test]
    fn pieces_that_are_not_counted_have_a_reason() {
        let listed = listed("a\t100\nb\t-\twrites files\nc\t-\twrites files\n").expect("a list");
        assert_eq!(listed[0].rounds, Ok(100));
        assert_eq!(left_out(&listed), "2 pieces are timed only: writes files\n");
        assert!(super::listed("a\n").is_err());
        assert!(super::listed("a\t-\n").is_err());
    }

    #[test]
    fn the_sum_is_found_in_what_callgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 4767729\n==7== \n==7== I   refs:      4,767,729\n";
        assert_eq!(collected(said), Some(4_767_729));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
