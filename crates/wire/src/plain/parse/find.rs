//! Parsing `/search`: words, phrases and filters in any order.
//!
//! What looks like a filter and is none is refused rather than searched for: somebody who types
//! `form:ann` would be told that nothing was found. In quotation marks everything is text, and so
//! is what has a colon for another reason: `http://x`, `std::fmt`, `localhost:8989`.

use alloc::string::String;

use chinwag_core::Text;

use super::Read;
use super::arguments::{Arguments, is_quote, name, room};
use crate::dialect::Search;
use crate::plain::request::{EchoedInput, ParseError, Request, SearchRequest};
use crate::zone::Moment;

pub(in crate::plain) fn search(mut arguments: Arguments<'_>) -> Read {
    if arguments.rest().eq_ignore_ascii_case("more") {
        return Ok(Request::SearchMore);
    }
    let mut search = SearchRequest::default();
    let mut words = String::new();
    while let Some(term) = arguments.next_term() {
        let Some((key, value)) = filter(term) else {
            words.push_str(if words.is_empty() { "" } else { " " });
            words.push_str(term);
            continue;
        };
        // `from: ann` is a slip that can be read.
        let value = match value {
            "" => arguments.next_term().ok_or_else(|| arguments.usage())?,
            value => value,
        };
        let value = value.trim_matches(is_quote);
        search.set(key, value, term)?;
        search.set_time(key, &mut arguments);
    }
    if !words.is_empty() && !Search::has_words(&words) {
        return Err(ParseError::NothingSought);
    }
    search.words = Text::parse(&words);
    match search == SearchRequest::default() {
        true => Err(arguments.usage()),
        false => Ok(Request::Search(search)),
    }
}

/// A term that looks like `key:value`.
fn filter(term: &str) -> Option<(&str, &str)> {
    let (key, value) = term.split_once(':')?;
    let letters = key.strip_prefix('-').unwrap_or(key);
    let is_key = !letters.is_empty() && letters.chars().all(char::is_alphabetic);
    let is_port = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let is_known = KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    let is_text = is_port || value.is_empty() || value.starts_with(['/', ':', '\\']);
    (is_key && (is_known || !is_text)).then_some((key, value))
}

/// The known filters.
const KEYS: [&str; 7] = ["from", "in", "before", "after", "since", "-from", "-in"];

impl SearchRequest {
    /// Takes a time of day after the day of a filter: `since:2026-11-21 14:00`. To search for such
    /// a text one quotes it, like all text with a colon.
    fn set_time(&mut self, key: &str, arguments: &mut Arguments<'_>) {
        let is = |known: &str| known.eq_ignore_ascii_case(key);
        let moment = match key {
            _ if is("before") => &mut self.before,
            _ if is("after") || is("since") => &mut self.after,
            _ => return,
        };
        let time = arguments.peek();
        let with_time = moment.zip(time).and_then(|(day, time)| day.with_time(time));
        if with_time.is_some() {
            *moment = with_time;
            arguments.next();
        }
    }

    /// Sets the filter with this key. Of two of a kind one would be ignored in silence.
    fn set(&mut self, key: &str, value: &str, term: &str) -> Result<(), ParseError> {
        let is = |known: &str| known.eq_ignore_ascii_case(key);
        // Of what is left out there may be several.
        if is("-from") {
            self.not_from.push(name(value)?);
            return Ok(());
        }
        if is("-in") {
            self.not_in.push(room(value)?);
            return Ok(());
        }
        let was_set = if is("from") {
            self.from.replace(name(value)?).is_some()
        } else if is("in") {
            self.room.replace(room(value)?).is_some()
        } else if is("before") {
            self.before.replace(moment(value)?).is_some()
        } else if is("after") || is("since") {
            self.after.replace(moment(value)?).is_some()
        } else {
            // A word to be put in quotation marks must have none.
            let word = EchoedInput::new(&term.replace(is_quote, ""));
            let key = EchoedInput::new(&term[..=key.len()]);
            return Err(ParseError::UnknownFilter { key, word });
        };
        match was_set {
            true => Err(ParseError::FilterTwice(EchoedInput::new(
                &term[..=key.len()],
            ))),
            false => Ok(()),
        }
    }
}

fn moment(typed: &str) -> Result<Moment, ParseError> {
    Moment::parse(typed).ok_or_else(|| ParseError::BadMoment(EchoedInput::new(typed)))
}
