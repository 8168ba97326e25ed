//! How far a reader has come in the past: where `/history more` and `/search more` continue, and
//! the places of the matches that `/around` names.
//!
//! Only a place is kept, never a page: what follows is read again, so that it is right whatever was
//! said or trimmed meanwhile.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::limits::{HISTORY_LINES, HISTORY_LINES_MAX, LOG_LINES};
use chinwag_core::{Detail, LOBBY, Range, RoomId, RoomRef, Seq, Timestamp};
use chinwag_feed::Gap;

use super::Question;
use crate::dialect::{Ask, Env, HistoryPage, LogPage, LogRange, Past, Search, SearchPage};
use crate::plain::render::{Counted, HistoryStyle, Notice, Stretch};
use crate::plain::request::{Back, Request, SearchRequest};
use crate::zone::{Moment, TimeZone, with_days};

/// Messages that `/around` shows before a match, and after it: about what fits on a screen.
const AROUND_LINES: usize = 10;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct PastState {
    // Boxed: most people look at no history, and each person costs this much.
    marks: Option<Box<Marks>>,
}

/// A requested history.
#[derive(Clone, Debug)]
pub(super) struct HistoryQuestion {
    stretch: Stretch,
    of: Past,
    notices: bool,
    ids: bool,
    /// Messages that `/history more` shows next.
    lines: usize,
    /// The end of a range.
    until: Option<(Timestamp, Moment)>,
}

/// A requested search.
#[derive(Debug)]
pub(super) struct SearchQuestion {
    pub(super) search: SearchRequest,
    /// Whether it continues the last one.
    pub(super) is_more: bool,
    /// When it was first requested: its relative times count from then.
    asked: Timestamp,
}

/// What the next question continues from.
#[derive(Debug, Default)]
struct Marks {
    /// The end of the last history.
    end: Option<Bookmark>,
    /// What the last search has found.
    found: Option<Found>,
    /// The part of the audit log that was shown last.
    log: Option<LogMark>,
    /// Skipped lines that the reader was told of, and has not asked for yet.
    gaps: Vec<Gap>,
}

/// How many gaps are kept. A reader who was told of more has long stopped asking.
const GAPS_MAX: usize = 16;

/// A part of the audit log.
#[derive(Clone, Copy, Debug)]
struct LogMark {
    /// How many entries it has.
    entries: usize,
    /// The place before which there are older ones, if any.
    next: Option<Seq>,
}

/// The end of a history.
#[derive(Clone, Debug)]
struct Bookmark {
    of: Past,
    notices: bool,
    lines: usize,
    way: Way,
}

/// The direction in which a history continues.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Before this place.
    Back(Seq),
    /// After this place, up to an end if it has one.
    On(Seq, Option<(Timestamp, Moment)>),
}

/// What the last search has found.
#[derive(Debug)]
struct Found {
    search: SearchRequest,
    asked: Timestamp,
    next: Option<Seq>,
    /// In the order of their numbers, which begin at 1.
    places: Vec<(RoomId, Seq)>,
}

impl PastState {
    /// The room has changed, and its history has an end of its own.
    pub(super) fn forget_history(&mut self) {
        self.end(None);
    }

    fn end(&mut self, end: Option<Bookmark>) {
        if end.is_some() || self.marks.is_some() {
            self.marks.get_or_insert_default().end = end;
        }
    }

    fn found(&self) -> Option<&Found> {
        self.marks.as_ref()?.found.as_ref()
    }

    /// The reader was told of skipped lines: the next history may ask for them.
    pub(super) fn note_gaps(&mut self, gaps: &[Gap]) {
        // Nearly every write has none, and an idle person keeps no marks.
        if gaps.is_empty() {
            return;
        }
        let known = &mut self.marks.get_or_insert_default().gaps;
        known.extend_from_slice(gaps);
        known.drain(..known.len().saturating_sub(GAPS_MAX));
    }

    /// The ask for a request about the past, and what its answer needs; or why there is nothing to
    /// ask.
    pub(super) fn ask(
        &mut self,
        request: Request,
        here: RoomId,
        env: &Env<'_>,
        zone: &TimeZone,
    ) -> Result<(Question, Ask), Notice> {
        let history = |(question, ask)| (Question::History(Box::new(question)), ask);
        let search = |(question, ask)| (Question::Search(Box::new(question)), ask);
        match request {
            Request::History {
                of,
                back,
                notices,
                ids,
            } => {
                let of = of.or_else(|| self.continued_by(back));
                let of = of.unwrap_or(Past::Room(RoomRef::Id(here)));
                let asked = self.history((back, notices, ids), of, env, zone);
                asked.map(history).ok_or(Notice::BackwardRange)
            }
            Request::AuditLog(entries) => {
                let asked = self.log(entries).ok_or(Notice::NoOlderEntries);
                asked.map(|(is_more, ask)| (Question::Log { is_more }, ask))
            }
            Request::Around(number) => {
                let asked = self.around(number).ok_or(Notice::NoMatch { number });
                asked.map(history)
            }
            Request::Search(words) => {
                let ask = ask_search(&words, None, env.wall, zone);
                if let Ask::Search(Search {
                    after: Some(after),
                    before: Some(before),
                    ..
                }) = &ask
                    && before < after
                {
                    return Err(Notice::BackwardRange);
                }
                let question = SearchQuestion {
                    search: with_days_told(words, env.wall, zone),
                    is_more: false,
                    asked: env.wall,
                };
                Ok(search((question, ask)))
            }
            _ => match self.search_more(zone) {
                Some(more) => Ok(search(more)),
                None if self.found().is_some() => Err(Notice::NoOlderMatches),
                None => Err(Notice::NoSearch),
            },
        }
    }

    /// What `/history more` alone goes on with.
    fn continued_by(&self, back: Back) -> Option<Past> {
        let end = self.marks.as_ref()?.end.as_ref()?;
        (back == Back::More).then(|| end.of.clone())
    }

    /// The ask for a history; `None` if it would end before it begins.
    fn history(
        &mut self,
        (back, notices, ids): (Back, bool, bool),
        of: Past,
        env: &Env<'_>,
        zone: &TimeZone,
    ) -> Option<(HistoryQuestion, Ask)> {
        let mut question = HistoryQuestion {
            stretch: Stretch::Last,
            of,
            notices,
            ids,
            lines: HISTORY_LINES,
            until: None,
        };
        let range = match (back, self.marks.as_deref_mut()) {
            (Back::More, Some(Marks { end: Some(end), .. })) if end.of == question.of => {
                question.go_on(end)
            }
            (Back::More, _) => Range::Last(HISTORY_LINES),
            (Back::Last(lines), Some(marks))
                if matches!(question.of, Past::Room(RoomRef::Id(_))) =>
            {
                question.fill(&mut marks.gaps, lines)
            }
            (Back::Last(lines), _) => {
                question.lines = lines;
                Range::Last(lines)
            }
            (Back::For(time), _) => {
                question.stretch = Stretch::For(time);
                Range::Since(env.wall - time)
            }
            (Back::From(_) | Back::Until(_) | Back::Between(..), _) => {
                question.over(back, env.wall, zone)?
            }
        };
        let ask = question.ask(range);
        Some((question, ask))
    }

    /// The ask for what lies around a match; `None` if there is no match with this number.
    fn around(&self, number: usize) -> Option<(HistoryQuestion, Ask)> {
        let index = number.checked_sub(1)?;
        let &(room, seq) = self.found()?.places.get(index)?;
        let question = HistoryQuestion {
            stretch: Stretch::Around(number),
            of: Past::Room(RoomRef::Id(room)),
            notices: false,
            ids: false,
            lines: HISTORY_LINES,
            until: None,
        };
        let ask = question.ask(Range::Around(seq, AROUND_LINES));
        Some((question, ask))
    }

    /// Keeps where a history has ended.
    pub(super) fn note_history(&mut self, question: &HistoryQuestion, page: &HistoryPage<'_>) {
        if !page.is_first {
            return;
        }
        if page.shown == 0 && page.total.is_some() {
            // A continuation is found from the same place.
            if !question.stretch.goes_on() {
                self.end(None);
            }
            return;
        }
        let shown = usize::try_from(page.shown).unwrap_or(usize::MAX);
        let (first, last) = page.ends;
        let left = page.total.is_none_or(|total| total > page.shown);
        self.end(Some(Bookmark {
            of: question.of.clone(),
            notices: question.notices,
            lines: match question.stretch {
                Stretch::For(_) | Stretch::From(_) | Stretch::Until(_) | Stretch::Between(..) => {
                    shown.max(question.lines)
                }
                _ => question.lines,
            },
            way: match question.stretch {
                Stretch::Last | Stretch::For(_) | Stretch::Until(_) | Stretch::Earlier => {
                    Way::Back(first)
                }
                _ => Way::On(last, question.until.filter(|_| left)),
            },
        }));
    }

    /// The ask for entries of the audit log, `None` being those before the last that were shown;
    /// and whether it is those. `None` if there are no others.
    fn log(&self, entries: Option<usize>) -> Option<(bool, Ask)> {
        let last = self.marks.as_ref().and_then(|marks| marks.log);
        let (is_more, entries_max, before) = match (entries, last) {
            (None, Some(LogMark { entries, next })) => (true, entries, Some(next?)),
            (entries, _) => (false, entries.unwrap_or(LOG_LINES), None),
        };
        let range = LogRange {
            entries_max,
            before,
        };
        Some((is_more, Ask::AuditLog(range)))
    }

    /// Keeps where a part of the audit log begins.
    pub(super) fn note_log(&mut self, page: LogPage<'_>) {
        self.marks.get_or_insert_default().log = Some(LogMark {
            entries: page.entries.len(),
            next: page.next,
        });
    }

    /// The ask for older matches; `None` if the last search has looked at everything.
    fn search_more(&self, zone: &TimeZone) -> Option<(SearchQuestion, Ask)> {
        let found = self.found()?;
        let question = SearchQuestion {
            search: found.search.clone(),
            is_more: true,
            asked: found.asked,
        };
        let ask = ask_search(&question.search, Some(found.next?), question.asked, zone);
        Some((question, ask))
    }

    /// Keeps the places of matches, and returns the number of the first of them.
    pub(super) fn note_search(
        &mut self,
        question: &SearchQuestion,
        page: &SearchPage<'_>,
    ) -> usize {
        let found = &mut self.marks.get_or_insert_default().found;
        let mut places = match found.take() {
            Some(last) if !page.is_first => last.places,
            _ => Vec::new(),
        };
        let before = places.len();
        // Every shown line has a number, so that the two cannot differ.
        places.extend(page.events.iter().map(|event| {
            let room = event.fact.rooms().first().copied();
            (room.unwrap_or(LOBBY), event.seq)
        }));
        *found = Some(Found {
            search: question.search.clone(),
            asked: question.asked,
            next: page.next,
            places,
        });
        before + 1
    }
}

impl HistoryQuestion {
    /// How the answer is shown.
    pub(super) fn style(&self) -> HistoryStyle {
        HistoryStyle {
            stretch: self.stretch,
            names_room: matches!(self.of, Past::Room(RoomRef::Name(_))),
            ids: self.ids,
            counted: match self.notices {
                true => Counted::Lines,
                false => Counted::Messages,
            },
        }
    }

    /// The range between times, and how it is told; `None` if it would end before it begins.
    fn over(&mut self, back: Back, now: Timestamp, zone: &TimeZone) -> Option<Range> {
        let (from, until) = match back {
            Back::From(from) => (Some(from), None),
            Back::Until(until) => (None, Some(until)),
            Back::Between(from, until) => (Some(from), Some(until)),
            Back::Last(_) | Back::For(_) | Back::More => return None,
        };
        let from = from.map(|from| (from, from.start(now, zone)));
        let until = until.map(|until| match from {
            Some((from, _)) => (until, until.end_after(from, now, zone)),
            None => (until, until.end(now, zone)),
        });
        let told = with_days([from, until], now, zone);
        let (stretch, range) = match (from, until, told) {
            (Some((_, start)), Some((until, end)), [Some(from), Some(told)]) => {
                // A day ends where the next begins.
                let is_day = matches!(until, Moment::Day(_));
                if end < start || (is_day && end == start) {
                    return None;
                }
                self.until = Some((end, told));
                (Stretch::Between(from, told), Range::Between(start, end))
            }
            (Some((_, start)), _, [Some(from), _]) => (Stretch::From(from), Range::From(start)),
            (_, Some((_, end)), [_, Some(until)]) => (Stretch::Until(until), Range::Until(end)),
            _ => return None,
        };
        self.stretch = stretch;
        Some(range)
    }

    fn go_on(&mut self, bookmark: &Bookmark) -> Range {
        self.notices |= bookmark.notices;
        self.lines = bookmark.lines;
        match bookmark.way {
            Way::Back(first) => {
                self.stretch = Stretch::Earlier;
                Range::Before(first, self.lines)
            }
            Way::On(last, None) => {
                self.stretch = Stretch::Later;
                Range::After(last, self.lines)
            }
            Way::On(last, Some((end, until))) => {
                self.stretch = Stretch::Rest(until);
                self.until = Some((end, until));
                Range::Rest(last, end)
            }
        }
    }

    /// The skipped lines that a notice has promised for this number, or else the last `lines`
    /// lines.
    fn fill(&mut self, gaps: &mut Vec<Gap>, lines: usize) -> Range {
        self.lines = lines;
        let promised = |gap: &&Gap| gap.lines.min(HISTORY_LINES_MAX as u64) == lines as u64;
        match gaps.iter().position(|gap| promised(&gap)) {
            Some(place) => {
                let gap = gaps.remove(place);
                self.of = Past::Room(RoomRef::Id(gap.room));
                Range::Within(gap.after, gap.before, lines)
            }
            None => Range::Last(lines),
        }
    }

    fn ask(&self, range: Range) -> Ask {
        Ask::History {
            of: self.of.clone(),
            range,
            detail: Detail::with_lines(self.notices),
            lines_max: usize::MAX,
        }
    }
}

/// The same search with the days of its times, where they are told.
fn with_days_told(search: SearchRequest, now: Timestamp, zone: &TimeZone) -> SearchRequest {
    let after = search.after.map(|after| (after, after.start(now, zone)));
    let start = after.map_or(Timestamp(i64::MIN), |(_, start)| start);
    let before = search.before;
    let before = before.map(|before| (before, before.before_after(start, now, zone)));
    let [after, before] = with_days([after, before], now, zone);
    SearchRequest {
        after,
        before,
        ..search
    }
}

/// The ask for a search, from its end or from a place back, first requested at this time.
fn ask_search(
    search: &SearchRequest,
    below: Option<Seq>,
    asked: Timestamp,
    zone: &TimeZone,
) -> Ask {
    let after = (search.after).map(|moment| moment.start(asked, zone));
    let start = after.unwrap_or(Timestamp(i64::MIN));
    Ask::Search(Search {
        words: search.words.clone(),
        from: search.from.clone(),
        not_from: search.not_from.clone(),
        room: search.room.clone(),
        with: None,
        not_in: search.not_in.clone(),
        before: (search.before).map(|moment| moment.before_after(start, asked, zone)),
        after,
        below,
    })
}

#[cfg(test)]
mod tests {
    use super::PastState;

    #[test]
    fn a_write_without_gaps_leaves_no_marks() {
        let mut past = PastState::default();
        past.note_gaps(&[]);
        assert!(past.marks.is_none(), "an idle person would keep them");
    }
}
