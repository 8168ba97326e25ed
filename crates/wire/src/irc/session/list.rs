//! LIST, and its filters (ISUPPORT, ELIST).

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Answer, Glob, Query, RoomLine};

use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::message::Message;

/// Which rooms LIST shows (ISUPPORT, ELIST).
#[derive(Clone, Debug, Default)]
pub(super) struct ListFilter {
    /// `>n` and `<n`: people there.
    more_than: Option<usize>,
    fewer_than: Option<usize>,
    /// `C<n`, `C>n`, `T<n`, `T>n`: minutes since it was created, and since its topic was set.
    made: Ages,
    topic_set: Ages,
    masks: Vec<Glob>,
    not_masks: Vec<Glob>,
    /// Whether the start of the list was sent.
    has_begun: bool,
}

/// Bounds of an age in minutes.
#[derive(Clone, Copy, Debug, Default)]
struct Ages {
    younger: Option<u64>,
    older: Option<u64>,
}

impl Ages {
    fn takes(self, minutes: Option<u64>) -> bool {
        if self.younger.is_none() && self.older.is_none() {
            return true;
        }
        minutes.is_some_and(|age| {
            self.younger.is_none_or(|bound| age < bound)
                && self.older.is_none_or(|bound| age > bound)
        })
    }
}

impl ListFilter {
    fn parse(typed: &str) -> Self {
        let mut filter = Self::default();
        for word in typed.split(',').filter(|word| !word.is_empty()) {
            let number = |digits: &str| digits.parse().ok();
            let (head, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            match (head, rest) {
                (">", rest) => filter.more_than = number(rest),
                ("<", rest) => filter.fewer_than = number(rest),
                ("C" | "T", rest) if rest.starts_with(['<', '>']) => {
                    let ages = match head {
                        "C" => &mut filter.made,
                        _ => &mut filter.topic_set,
                    };
                    match rest.strip_prefix('<') {
                        Some(minutes) => ages.younger = minutes.parse().ok(),
                        None => ages.older = rest[1..].parse().ok(),
                    }
                }
                ("!", rest) => filter.not_masks.push(Glob::new(rest)),
                _ => filter.masks.push(Glob::new(word)),
            }
        }
        filter
    }

    fn takes(&self, line: &RoomLine, env: &Env<'_>) -> bool {
        let name = alloc::format!("{}", line.room);
        let matches = |masks: &[Glob]| masks.iter().any(|mask| mask.matches(&name));
        let minutes =
            |at: Option<chinwag_core::Timestamp>| at.map(|at| env.wall.since(at).as_secs() / 60);
        self.more_than.is_none_or(|bound| line.here > bound)
            && self.fewer_than.is_none_or(|bound| line.here < bound)
            && (self.masks.is_empty() || matches(&self.masks))
            && !matches(&self.not_masks)
            && self.made.takes(minutes(Some(line.created)))
            && self.topic_set.takes(minutes(line.topic_at))
    }
}

impl Session {
    /// LIST.
    pub(super) fn list(
        &mut self,
        message: &Message<'_>,
        _: &Env<'_>,
        _: &mut Vec<u8>,
    ) -> Option<Step> {
        let filter = ListFilter::parse(message.param(0).unwrap_or_default());
        let ask = Ask::Query(Query::Rooms { after: None });
        self.later(ask, Question::List(Box::new(filter)));
        None
    }

    /// One page of the rooms.
    pub(super) fn put_rooms(
        &mut self,
        mut filter: Box<ListFilter>,
        answer: &Answer,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Answer::Rooms { rooms, next, .. } = answer else {
            return None;
        };
        // Some clients open a window with it.
        if !core::mem::replace(&mut filter.has_begun, true) {
            self.numeric("321", "Channel :Users  Name", env, out);
        }
        for line in rooms
            .iter()
            .filter(|line| line.here > 0 && filter.takes(line, env))
        {
            let topic = line.topic.as_deref().unwrap_or_default();
            let what = format_args!("{} {} :{topic}", line.room, line.here);
            self.numeric("322", what, env, out);
        }
        match next {
            Some(next) => {
                self.pending.question = Some(Box::new(Question::List(filter)));
                let query = Query::Rooms { after: Some(*next) };
                Some(Step::AskWhenWritten(Ask::Query(query)))
            }
            None => {
                self.numeric("323", ":End of /LIST", env, out);
                None
            }
        }
    }
}
