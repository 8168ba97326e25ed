//! What comes above and below the matches of a search, and in place of matches if there are none.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use crate::dialect::SearchPage;
use crate::plain::parse::arguments::{is_quote, take_term};
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
        let words = sought.search.words.as_deref().unwrap_or_default();
        if words.contains(is_quote) {
            return Ok(());
        }
        match (plain_word(words), terms(words).1.first()) {
            // Who looks for a command means its options.
            (_, Some(option)) => {
                write!(f, " To find -{option} itself, quote it: \"{words}\".")
            }
            (Some(word), None) => {
                write!(f, " Words are found whole; {word}* finds what begins so.")
            }
            (None, None) => Ok(()),
        }
    }
}

/// The last word that could be the beginning of another.
fn plain_word(words: &str) -> Option<&str> {
    let is_plain = |word: &&str| word.chars().all(char::is_alphanumeric);
    words.split_whitespace().rfind(is_plain)
}

/// The terms of a search: those that messages have, and those that they have not, without the `-`.
fn terms(words: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut wanted, mut left_out) = (Vec::new(), Vec::new());
    let mut rest = words;
    while let Some((term, behind)) = take_term(rest) {
        // `--force` is a word.
        let bare = term.strip_prefix('-').filter(|bare| !bare.is_empty());
        match bare.filter(|bare| !bare.starts_with('-')) {
            Some(bare) => left_out.push(bare),
            None => wanted.push(term),
        }
        rest = behind;
    }
    (wanted, left_out)
}

/// A text in quotation marks, which it may have already.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.contains(is_quote) {
            true => f.write_str(self.0),
            false => write!(f, "\"{}\"", self.0),
        }
    }
}

/// ` with "deploy" from ann in #dev since Sat 21 Nov 2026`
struct Filters<'a>(&'static str, &'a SearchRequest);

impl Display for Filters<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(with, search) = self;
        let (wanted, left_out) = terms(search.words.as_deref().unwrap_or_default());
        if !wanted.is_empty() {
            write!(f, "{with}{}", Quoted(&wanted.join(" ")))?;
        }
        for (at, term) in left_out.into_iter().enumerate() {
            let without = if at == 0 { "without" } else { "and" };
            write!(f, " {without} {}", Quoted(term))?;
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
