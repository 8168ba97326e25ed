//! A search query: how people type it, and what it may cost.
//!
//! A search compares every candidate with the whole query. The index only has to exclude most of
//! what does not match, so expensive parts (many words, many prefixes) are left to the comparison.

use std::collections::HashSet;

use chinwag_core::{Name, PastName, RoomId, Seq, Timestamp};

use crate::block::{Block, Message, NameCache};
use crate::error::SearchError;
use crate::filter::Filter;
use crate::words::{Phrase, write_words};

/// Terms of a query: more than anybody remembers of a message.
pub const TERMS_MAX: usize = 16;
/// Words of all terms of a query: those of a long pasted sentence.
pub const TERM_WORDS_MAX: usize = 48;

/// Words of one phrase that the index looks up.
const INDEX_WORDS_MAX: usize = 6;
/// The shortest prefix that the index looks up: it makes a list of all words with that prefix
/// first.
const PREFIX_LETTERS_MIN: usize = 2;

/// Something that a message must have, or must not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// A word, or several consecutive ones, in any case and with any accents. With a `*` at the end
    /// the last may continue.
    pub text: String,
    /// Whether messages that have it are left out.
    pub excluded: bool,
}

/// A query for messages that meet all of its conditions. Without terms only the filters count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// What the messages have and have not.
    pub terms: Vec<Term>,
    /// The sender.
    pub from: Option<Name>,
    /// Senders whose messages are left out.
    pub not_from: Vec<Name>,
    /// Whom the reader ignores: names, and the accounts of these names.
    pub ignored: Vec<PastName>,
    /// The room. If `None`, all rooms that are open to everybody.
    pub room: Option<RoomId>,
    /// Rooms that are left out.
    pub not_in: Vec<RoomId>,
    /// Other rooms to search although they are not open to everybody.
    pub inside: Vec<RoomId>,
    /// Only messages from this time on.
    pub after: Option<Timestamp>,
    /// Only messages before this time.
    pub before: Option<Timestamp>,
    /// Only messages before this place: [`Matches::next`](crate::Matches::next) of the last search,
    /// to continue it.
    pub below: Option<Seq>,
    /// Matches that are wanted.
    pub matches_max: usize,
}

impl Term {
    /// Parses terms as people type them: `word`, `begin*`, `well-known`, `"a phrase"`, and a `-`
    /// before any of them for what messages must not have.
    pub fn parse(typed: &str) -> Vec<Self> {
        let mut terms = Vec::new();
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let (term, behind) = Self::take(rest);
            terms.push(term);
            rest = behind.trim_start();
        }
        terms
    }

    /// The first term of a text, and the rest.
    fn take(typed: &str) -> (Self, &str) {
        // `--force` is an option that somebody looks for.
        let positive = typed
            .strip_prefix('-')
            .filter(|rest| rest.starts_with(|c: char| c != '-' && !c.is_whitespace()));
        let (excluded, typed) = (positive.is_some(), positive.unwrap_or(typed));
        let (text, rest) = match typed.strip_prefix(is_quote) {
            Some(quoted) => take_quoted(quoted),
            None => {
                let end = typed.find(char::is_whitespace).unwrap_or(typed.len());
                let (text, rest) = typed.split_at(end);
                (text.to_owned(), rest)
            }
        };
        (Self { text, excluded }, rest)
    }
}

/// Quotation marks, including those that phones substitute.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

/// A phrase up to its closing quotation mark or the end, and the rest.
fn take_quoted(typed: &str) -> (String, &str) {
    let Some((phrase, rest)) = typed.split_once(is_quote) else {
        return (typed.to_owned(), "");
    };
    match rest.strip_prefix('*') {
        Some(rest) => (format!("{phrase}*"), rest),
        None => (phrase.to_owned(), rest),
    }
}

/// A query, ready to be compared with messages.
pub(crate) struct Criteria<'a> {
    query: &'a SearchQuery,
    wanted: Vec<Phrase>,
    excluded: Vec<Phrase>,
    /// Rooms that are not searched.
    closed: HashSet<RoomId>,
    /// The words of the current message.
    words: String,
}

impl<'a> Criteria<'a> {
    /// Of the `closed` rooms it searches only those that the query names. `None` if terms were
    /// given but none has a letter or digit, and there is no other condition.
    pub(crate) fn of(
        query: &'a SearchQuery,
        mut closed: HashSet<RoomId>,
    ) -> Result<Option<Self>, SearchError> {
        for room in &query.inside {
            closed.remove(room);
        }
        closed.extend(&query.not_in);
        if query.terms.len() > TERMS_MAX {
            return Err(SearchError::TooManyTerms { max: TERMS_MAX });
        }
        let (mut wanted, mut excluded) = (Vec::new(), Vec::new());
        for term in &query.terms {
            if let Some(phrase) = Phrase::parse(&term.text) {
                match term.excluded {
                    true => excluded.push(phrase),
                    false => wanted.push(phrase),
                }
            }
        }
        let phrases = || wanted.iter().chain(&excluded);
        if phrases().flat_map(Phrase::words).count() > TERM_WORDS_MAX {
            return Err(SearchError::TooManyWords {
                max: TERM_WORDS_MAX,
            });
        }
        let is_vain = phrases().next().is_none() && !query.terms.is_empty() && query.from.is_none();
        Ok((!is_vain).then_some(Self {
            query,
            wanted,
            excluded,
            closed,
            words: String::new(),
        }))
    }

    /// Whether a message meets all of the query.
    pub(crate) fn match_message(
        &mut self,
        block: &Block,
        message: &Message<'_>,
        names: &mut NameCache,
    ) -> bool {
        let is_open = !self.closed.contains(&block.room);
        let is_in_room = self.query.room.is_none_or(|room| block.room == room);
        is_in_room && is_open && self.match_said(message, names)
    }

    /// The same for a message anywhere.
    pub(crate) fn match_said(&mut self, message: &Message<'_>, names: &mut NameCache) -> bool {
        let query = self.query;
        let is_in_range = query.after.is_none_or(|after| message.at >= after)
            && query.before.is_none_or(|before| message.at < before)
            && query.below.is_none_or(|below| message.seq < below)
            && !message.is_gap();
        if !is_in_range || !self.is_sender(message, names) {
            return false;
        }
        if self.wanted.is_empty() && self.excluded.is_empty() {
            return true;
        }
        self.words.clear();
        write_words(message.text, &mut self.words);
        let has = |phrase: &Phrase| phrase.is_in(&self.words);
        self.wanted.iter().all(has) && !self.excluded.iter().any(has)
    }

    fn is_sender(&self, message: &Message<'_>, names: &mut NameCache) -> bool {
        let query = self.query;
        if query.from.is_none() && query.not_from.is_empty() && query.ignored.is_empty() {
            return true;
        }
        let filter = Filter {
            not_from: &query.ignored,
            ..Filter::default()
        };
        if !filter.passes(message, names) {
            return false;
        }
        let sender = names.parse(message.name);
        sender.is_some_and(|sender| {
            query.from.as_ref().is_none_or(|from| sender.same_as(from))
                && !query.not_from.iter().any(|name| sender.same_as(name))
        })
    }

    /// The query to the index, in the language of FTS5. Everything typed is a quoted string in it,
    /// so none of it can act as syntax. `None` if the index cannot help.
    pub(crate) fn expression(&self) -> Option<String> {
        let whole = self.wanted.iter().filter(|phrase| !phrase.is_prefix());
        let mut parts: Vec<String> = whole.map(body).collect();
        parts.extend(self.longest_prefix().map(body));
        let from = self.query.from.as_ref();
        parts.extend(from.map(|name| format!("sender : {}", quoted(name.folded()))));
        parts.extend(self.query.room.map(|room| format!("room : \"{}\"", room.0)));
        if parts.is_empty() {
            return None;
        }
        let wanted = parts.join(" AND ");
        // Only a part of a longer phrase is looked up, which may be in messages that lack the rest.
        let excluded = self
            .excluded
            .iter()
            .filter(|phrase| !phrase.is_prefix() && phrase.words().count() <= INDEX_WORDS_MAX);
        let excluded: Vec<String> = excluded.map(body).collect();
        Some(match excluded.is_empty() {
            true => wanted,
            false => format!("({wanted}) NOT ({})", excluded.join(" OR ")),
        })
    }

    /// The prefix to look up in the index: only one, since the index makes a list of all messages
    /// for each.
    fn longest_prefix(&self) -> Option<&Phrase> {
        let letters =
            |phrase: &&Phrase| phrase.words().last().map_or(0, |last| last.chars().count());
        self.wanted
            .iter()
            .filter(|phrase| phrase.is_prefix() && phrase.words().count() <= INDEX_WORDS_MAX)
            .filter(|phrase| letters(phrase) >= PREFIX_LETTERS_MIN)
            .max_by_key(letters)
    }
}

fn body(phrase: &Phrase) -> String {
    let words: Vec<&str> = phrase.words().take(INDEX_WORDS_MAX).collect();
    let star = if phrase.is_prefix() { " *" } else { "" };
    format!("body : {}{star}", quoted(&words.join(" ")))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &[(&str, bool)]) {
        let terms = Term::parse(typed);
        let terms: Vec<_> = terms
            .iter()
            .map(|term| (&*term.text, term.excluded))
            .collect();
        assert_eq!(terms, expected, "{typed}");
    }

    #[test]
    fn terms_are_read_as_they_are_typed() {
        check("", &[]);
        check(
            "  deploy   failed ",
            &[("deploy", false), ("failed", false)],
        );
        check("deploy -failed", &[("deploy", false), ("failed", true)]);
        check(
            "\"failed deploy\" x",
            &[("failed deploy", false), ("x", false)],
        );
        check("-\"failed deploy\"", &[("failed deploy", true)]);
        check(
            "“failed deploy”* y",
            &[("failed deploy*", false), ("y", false)],
        );
        check("\"not closed", &[("not closed", false)]);
        check(
            "well-known say\"hi",
            &[("well-known", false), ("say\"hi", false)],
        );
        check(
            "--force - a",
            &[("--force", false), ("-", false), ("a", false)],
        );
    }

    fn expression(typed: &str) -> Option<String> {
        let query = SearchQuery {
            terms: Term::parse(typed),
            ..SearchQuery::default()
        };
        let criteria = Criteria::of(&query, HashSet::new()).expect("it is cheap");
        criteria.expect("it has words").expression()
    }

    #[test]
    fn the_index_is_asked_for_little() {
        assert_eq!(expression("a* -b").as_deref(), None);
        assert_eq!(
            expression("abc* ab* xy").as_deref(),
            Some("body : \"xy\" AND body : \"abc\" *")
        );
        assert_eq!(
            expression("deploy -failed -no* -\"it is\"").as_deref(),
            Some("(body : \"deploy\") NOT (body : \"failed\" OR body : \"it is\")")
        );
        assert_eq!(
            expression("a-b-c-d-e-f-g-h -a-b-c-d-e-f-g").as_deref(),
            Some("body : \"a b c d e f\"")
        );
    }

    #[test]
    fn a_query_has_a_limit() {
        let cost = |typed: &str| {
            let query = SearchQuery {
                terms: Term::parse(typed),
                ..SearchQuery::default()
            };
            Criteria::of(&query, HashSet::new()).err()
        };
        let many: String = (0..600).map(|n| format!("{n}* ")).collect();
        assert!(matches!(
            cost(&many),
            Some(SearchError::TooManyTerms { max: 16 })
        ));
        let long = vec!["word"; 400].join("-");
        assert!(matches!(
            cost(&long),
            Some(SearchError::TooManyWords { max: 48 })
        ));
        assert!(cost(&long[..5 * 48]).is_none());
    }
}
