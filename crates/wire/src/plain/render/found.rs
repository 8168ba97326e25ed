//! What comes above and below the matches of a search, and in place of matches if there are none.

use core::fmt::{self, Display, Formatter};

use crate::dialect::SearchPage;
use crate::plain::parse::arguments::is_quote;
use crate::plain::request::SearchRequest;
use crate::plain::words::{Count, Minute, Typed, messages};
use crate::zone::TimeZone;

/// The search that the user requested.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// What is looked for.
    pub search: &'a SearchRequest,
    /// Whether it continues the last one.
    pub is_more: bool,
    /// The number of the first match of the page.
    pub first: usize,
}

/// The line above the matches.
pub(super) struct FoundHead<'a>(pub(super) &'a Sought<'a>, pub(super) &'a SearchPage<'a>);

impl Display for FoundHead<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(sought, page) = self;
        match (sought.is_more, page.more) {
            (true, _) => Count(page.shown, "older message", "older messages").fmt(f)?,
            (false, true) => write!(f, "the newest {}", messages(page.shown))?,
            (false, false) => messages(page.shown).fmt(f)?,
        }
        Filters(" with ", sought.search).fmt(f)?;
        match page.more && !sought.is_more {
            true => f.write_str("; /search more"),
            false => Ok(()),
        }
    }
}

/// The lines below the matches.
pub(super) struct FoundEnd<'a>(
    pub(super) &'a Sought<'a>,
    pub(super) &'a SearchPage<'a>,
    pub(super) &'a TimeZone,
);

impl Display for FoundEnd<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(sought, page, zone) = self;
        match (page.more, page.next, page.searched_since) {
            (false, Some(_), Some(since)) => {
                let since = Minute(since, zone);
                write!(f, "end; searched back to {since}, /search more goes on")
            }
            (false, Some(_), None) => f.write_str("end; /search more goes on"),
            _ if sought.is_more && page.more => f.write_str("end; older messages: /search more"),
            _ if sought.is_more => f.write_str("end; nothing older was found"),
            _ => f.write_str("now"),
        }
    }
}

/// That nothing was found.
pub(super) struct NothingFound<'a>(
    pub(super) &'a Sought<'a>,
    pub(super) &'a SearchPage<'a>,
    pub(super) &'a TimeZone,
);

impl Display for NothingFound<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(sought, page, zone) = self;
        let filters = Filters(" for ", sought.search);
        if page.next.is_some() {
            write!(f, "Nothing found{filters}")?;
            if let Some(since) = page.searched_since {
                write!(f, " as far back as {}", Minute(since, zone))?;
            }
            return f.write_str(". /search more goes on.");
        }
        if sought.is_more {
            return write!(f, "Nothing older found{filters}.");
        }
        write!(f, "Nothing found{filters}.")?;
        match sought.search.words.as_deref().and_then(plain_word) {
            Some(word) => write!(f, " Words are found whole; {word}* finds what begins so."),
            None => Ok(()),
        }
    }
}

/// The last word that could be the beginning of another, unless the search may have failed because
/// of an exclusion.
fn plain_word(words: &str) -> Option<&str> {
    let leaves_out = words.split_whitespace().any(|word| word.starts_with('-'));
    let is_plain = |word: &&str| word.chars().all(char::is_alphanumeric);
    let has_phrase = words.contains(is_quote);
    words
        .split_whitespace()
        .rfind(is_plain)
        .filter(|_| !has_phrase && !leaves_out)
}

/// Whether there are only excluded words: `-a -b`, or one phrase.
fn leaves_out_all(words: &str) -> bool {
    let phrase = words.strip_prefix('-').unwrap_or_default();
    let is_phrase = phrase.starts_with(is_quote)
        && phrase.ends_with(is_quote)
        && phrase.matches(is_quote).count() == 2;
    let is_left_out = |word: &str| word.starts_with('-') && !word.starts_with("--");
    is_phrase || words.split_whitespace().all(is_left_out)
}

/// ` with "deploy" from ann in #dev since Sat 21 Nov 2026`
struct Filters<'a>(&'static str, &'a SearchRequest);

impl Display for Filters<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(with, search) = self;
        match search.words.as_deref() {
            Some(words) if leaves_out_all(words) => {
                let words = words.trim_start_matches('-');
                match words.contains(is_quote) {
                    true => write!(f, " without {words}")?,
                    false => write!(f, " without \"{}\"", words.replace(" -", "\" and \""))?,
                }
            }
            Some(words) if words.contains(is_quote) => write!(f, "{with}{words}")?,
            Some(words) => write!(f, "{with}\"{words}\"")?,
            None => {}
        }
        if let Some(name) = &search.from {
            write!(f, " from {name}")?;
        }
        for name in &search.not_from {
            write!(f, " not from {name}")?;
        }
        if let Some(room) = &search.room {
            write!(f, " in {room}")?;
        }
        for room in &search.not_in {
            write!(f, " not in {room}")?;
        }
        if let Some(after) = search.after {
            write!(f, " since {}", Typed(after))?;
        }
        match search.before {
            Some(before) => write!(f, " before {}", Typed(before)),
            None => Ok(()),
        }
    }
}
