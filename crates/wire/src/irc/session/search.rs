//! SEARCH (soju.im/search): messages by content, from the index that every search uses.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::{self, Display};

use chinwag_core::{Fact, Name, Text, Timestamp};

use super::history::time;
use super::rooms::room;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Search, SearchPage, Step};
use crate::irc::caps::Cap;
use crate::irc::line::Time;
use crate::irc::message::{Message, tag};
use crate::irc::render::put_in_room;
use crate::irc::said::put_private_past;

/// What a search is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct SearchQuestion {
    batch: u64,
    /// The most messages that the client wants, the newest of those found.
    limit: u64,
    /// How many messages have come so far.
    come: u64,
}

impl Session {
    /// SEARCH.
    pub(super) fn search(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let attributes = message.param(0).unwrap_or_default();
        let (search, limit) = match read(attributes) {
            Ok(read) => read,
            Err(invalid) => {
                let why = format_args!("INVALID_PARAMS {invalid} :Invalid parameters");
                self.fail("SEARCH", why, env, out);
                return None;
            }
        };
        let question = SearchQuestion {
            batch: self.next_batch(),
            limit,
            come: 0,
        };
        self.later(Ask::Search(search), Question::Search(question));
        None
    }

    /// A page of what was found.
    pub(super) fn put_found(
        &mut self,
        mut question: SearchQuestion,
        page: SearchPage<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let batch = Some(question.batch).filter(|_| self.caps.has(Cap::Batch));
        if page.is_first {
            self.begin_batch(question.batch, "soju.im/search", env, out);
        }
        let older = page.shown.saturating_sub(question.limit);
        for event in page.events {
            question.come += 1;
            if question.come <= older {
                continue;
            }
            let room = event.fact.rooms().first();
            let room = room.and_then(|room| env.rooms.get(room));
            match (room, &event.fact) {
                (Some(room), _) => put_in_room(out, event, room, (self.caps, batch)),
                (None, Fact::PrivateMessage(message)) => {
                    put_private_past(out, event, message, (self.caps, batch));
                }
                (None, _) => {}
            }
        }
        if !page.is_last {
            self.pending.question = Some(Box::new(Question::Search(question)));
            return;
        }
        self.end_batch(question.batch, env, out);
        // A search has a budget.
        if let (Some(_), Some(since), false) = (page.next, page.searched_since, page.more) {
            let since = Time(since);
            let what = format_args!(
                "NOTE SEARCH SEARCHED_SINCE {since} :Older messages take another search"
            );
            self.put_server(what, env, out);
        }
    }

    /// Nothing can be searched, or not this.
    pub(super) fn refuse_search(&self, is_too_long: bool, env: &Env<'_>, out: &mut Vec<u8>) {
        let why = match is_too_long {
            true => "INVALID_PARAMS text :Too many words",
            false => "INTERNAL_ERROR :The search could not be run",
        };
        self.fail("SEARCH", why, env, out);
    }
}

/// Why no search can be made of what a client sent.
#[derive(Clone, Copy, Debug)]
enum SearchError {
    /// The value of an attribute is not valid.
    Attribute(&'static str),
    /// There is nothing to search for.
    Empty,
}

impl Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attribute(name) => name,
            Self::Empty => "*",
        })
    }
}

/// Parses the attributes, which are written like tags: `from=ann;in=#dev;text=two\swords`. Returns
/// the most messages as well.
fn read(attributes: &str) -> Result<(Search, u64), SearchError> {
    let mut search = Search {
        words: None,
        from: None,
        not_from: Vec::new(),
        room: None,
        with: None,
        not_in: Vec::new(),
        before: None,
        after: None,
        below: None,
    };
    let mut limit = u64::MAX;
    let empty = search.clone();
    let value = |name| tag(attributes, name).filter(|value| !value.is_empty());
    let invalid = SearchError::Attribute;
    if let Some(typed) = value("text") {
        let words = Text::parse(&typed).filter(|words| Search::has_words(words));
        search.words = Some(words.ok_or(invalid("text"))?);
    }
    if let Some(typed) = value("from") {
        search.from = Some(Name::known(&typed).ok_or(invalid("from"))?);
    }
    if let Some(typed) = value("in") {
        match typed.starts_with('#') {
            true => search.room = Some(room(&typed).ok_or(invalid("in"))?),
            false => search.with = Some(Name::known(&typed).ok_or(invalid("in"))?.as_str().into()),
        }
    }
    if let Some(typed) = value("after") {
        search.after = Some(time(&typed).ok_or(invalid("after"))?);
    }
    if let Some(typed) = value("before") {
        // Messages of exactly this time are included.
        let before = time(&typed).ok_or(invalid("before"))?;
        search.before = Some(Timestamp(before.0.saturating_add(1)));
    }
    if let Some(typed) = value("limit") {
        let typed: Option<u64> = typed.parse().ok();
        limit = typed.filter(|limit| *limit > 0).ok_or(invalid("limit"))?;
    }
    match search == empty {
        true => Err(SearchError::Empty),
        false => Ok((search, limit)),
    }
}
