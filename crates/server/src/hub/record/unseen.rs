//! What a peer has not acknowledged, as lines of a record.

use chinwag_core::Seq;
use chinwag_feed::{PlacedLines, Unacknowledged};

use super::{line, place};

/// Appends a line for each place.
pub(super) fn write(out: &mut String, unseen: &Unacknowledged) {
    if unseen.skipped > 0 {
        line(out, "skipped", unseen.skipped);
    }
    for (word, all) in [("behind", &unseen.private), ("unproven", &unseen.unproven)] {
        for (after, lines) in all {
            for private in String::from_utf8_lossy(lines).split_inclusive('\n') {
                let private = escape(private);
                line(out, word, format_args!("{after} {private}"));
            }
        }
    }
    for (after, lines) in unseen.lost.places() {
        line(out, "lost", format_args!("{after} {lines}"));
    }
    if let Some(until) = unseen.doubted {
        line(out, "doubted", until);
    }
    if let Some((after, until)) = unseen.stored {
        line(out, "stored", format_args!("{after} {until}"));
    }
}

/// Reads one of these lines.
pub(super) fn read(unseen: &mut Unacknowledged, word: &str, value: &str) {
    match word {
        "skipped" => unseen.skipped = value.parse().unwrap_or_default(),
        "behind" => unseen.private.extend(placed_lines(value)),
        "unproven" => unseen.unproven.extend(placed_lines(value)),
        "lost" => place(value)
            .into_iter()
            .for_each(|(after, lines)| unseen.lost.add(after, lines)),
        "doubted" => unseen.doubted = value.parse().ok().map(Seq),
        "stored" => unseen.stored = place(value).map(|(after, until)| (after, Seq(until))),
        // Older versions did not store their places.
        "line" => unseen.private.push((Seq::default(), unescape(value))),
        _ => {}
    }
}

/// Private lines of `SEQ LINES`.
fn placed_lines(value: &str) -> Option<PlacedLines> {
    let (after, line) = value.split_once(' ')?;
    Some((Seq(after.parse().ok()?), unescape(line)))
}

/// A terminal's line as a value of the record.
fn escape(line: &str) -> String {
    let escaped = line.replace('\\', "\\\\");
    escaped.replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> Box<[u8]> {
    let mut line = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        line.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            c => c,
        });
    }
    line.into_bytes().into()
}
