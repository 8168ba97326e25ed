//! From what the server answers to objects.

use alloc::vec::Vec;

use chinwag_core::{Answer, Event, Fact, LeftOut, Query, QuitReason, Rejection, RoomRef, Seq};

use super::arrival::room_shape;
use super::{Asked, Session, Stage, refuse};
use crate::dialect::{Ask, Env, HistoryPage, LogPage, PastOf, SearchPage, Step, Tell};
use crate::json::events::{LogEntry, Shape, parts_of};
use crate::json::refusal::{Sentence, code};
use crate::json::render::put;
use crate::json::replies::{Ack, Notice, Reply};
use crate::json::value::{Displayed, Room, Time};

impl Session {
    /// See [`Dialect::handle_tell`](crate::dialect::Dialect::handle_tell).
    pub(crate) fn handle_tell(
        &mut self,
        tell: Tell<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match tell {
            Tell::Sent(_) | Tell::Repeated(_) | Tell::NotSent(_) => self.answer_talk(tell, out),
            Tell::Rejected(rejection) => return self.handle_rejection(rejection, env, out),
            Tell::Done(seq) => self.acknowledge(seq, None, out),
            Tell::DoneBefore(seq) => self.acknowledge(Some(seq), Some(true), out),
            Tell::Left(_) => self.acknowledge(None, None, out),
            Tell::Answer(answer) => return self.handle_answer(answer, out),
            Tell::Busy | Tell::SearchTooLong | Tell::NoHistory => {
                return self.handle_failure(tell, env, out);
            }
            // The answer itself comes later.
            Tell::PasswordWaits(_) => {}
            Tell::Welcome(..) | Tell::Entered(..) | Tell::Resumed { .. } => {
                self.tell_arrived(tell, env, out);
            }
            Tell::Missed(events) => self.tell_missed(events, env, out),
            Tell::History(page) => self.tell_history(page, out),
            Tell::Search(page) => self.tell_search(page, env, out),
            Tell::AuditLog(page) => self.tell_log(page, out),
            // It does not ask for them.
            Tell::Targets(_) => {}
            // It gives up its temporary name, for the session that it resumes.
            Tell::Farewell(QuitReason::Quit(None)) if self.takes_up() => {}
            Tell::Farewell(why) => {
                self.acknowledge(None, None, out);
                put(out, &closed(why));
            }
            Tell::Admitted => return self.handle_admitted(),
            // It asks for no proof, and the answer to `resume` has a count.
            Tell::Proven(..) | Tell::CaughtUp => {}
            Tell::LeftOut(rooms) => tell_left_out(rooms, out),
            Tell::Guesses(_) | Tell::PasswordNotNeeded | Tell::Superseded | Tell::Stopping => {
                tell_notice(tell, out);
            }
        }
        None
    }

    /// The server's password was right: what came with it is asked now.
    fn handle_admitted(&mut self) -> Option<Step> {
        match &mut self.stage {
            Stage::Arriving(arriving) => arriving.next.take().map(|ask| Step::Ask(*ask)),
            Stage::Here(_) => None,
        }
    }

    /// Whether the question in flight may bring another session.
    fn takes_up(&self) -> bool {
        let word = self.question.as_ref().map(|asked| asked.word);
        matches!(word, Some("resume" | "login" | "nick"))
    }

    /// Answers the oldest message in flight.
    fn answer_talk(&mut self, tell: Tell<'_>, out: &mut Vec<u8>) {
        let Some(asked) = self.talk.pop_front() else {
            return;
        };
        match tell {
            Tell::Sent(seq) => ack(&asked, Some(seq), None, out),
            Tell::Repeated(seq) => ack(&asked, Some(seq), Some(true), out),
            Tell::NotSent(rejection) => {
                refuse(&asked, code(rejection), &Sentence(rejection), out);
            }
            _ => {}
        }
    }

    /// The question in flight has failed, for a reason that is not the chat's.
    fn handle_failure(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let (code, text) = match tell {
            Tell::SearchTooLong => ("search_too_long", "The search has too many words."),
            Tell::NoHistory => ("no_history", "The history cannot be read."),
            _ => ("busy", "Try again in a moment."),
        };
        self.refuse_question(code, &text, env, out)
    }

    /// Acknowledges the command in flight.
    fn acknowledge(&mut self, seq: Option<Seq>, repeated: Option<bool>, out: &mut Vec<u8>) {
        if let Some(asked) = self.question.take() {
            ack(&asked, seq, repeated, out);
        }
    }

    fn handle_rejection(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let step = self.refuse_question(code(rejection), &Sentence(rejection), env, out);
        let is_final = matches!(
            rejection,
            Rejection::ServerFull { .. } | Rejection::Banned { .. }
        );
        match is_final && matches!(self.stage, Stage::Arriving(_)) {
            true => Some(Step::Close),
            false => step,
        }
    }

    /// Refuses the question in flight. A client that has not logged in has only a few tries.
    fn refuse_question(
        &mut self,
        code: &'static str,
        text: &dyn core::fmt::Display,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let asked = self.question.take()?;
        refuse(&asked, code, text, out);
        let Stage::Arriving(arriving) = &mut self.stage else {
            return None;
        };
        arriving.tries += 1;
        let is_last = arriving.tries >= env.settings.login_tries_max;
        is_last.then(|| super::give_up(out))
    }

    fn handle_answer(&mut self, answer: &Answer, out: &mut Vec<u8>) -> Option<Step> {
        let asked = self.question.take()?;
        let reply = Reply::of(answer, asked.id.as_ref())?;
        put(out, &reply);
        let next = next_page(answer)?;
        self.question = Some(asked);
        Some(Step::AskWhenWritten(Ask::Query(next)))
    }

    fn tell_history(&mut self, page: HistoryPage<'_>, out: &mut Vec<u8>) {
        let asked = self.end_question(page.is_last);
        let events = page.events.iter();
        let (room, with) = match page.of {
            PastOf::Room(room) => (Some(Room(room)), None),
            PastOf::With(of) => (None, Some(of.with.as_str())),
        };
        put(
            out,
            &Reply::History {
                id: asked.as_ref().and_then(|asked| asked.id.as_ref()),
                room,
                with,
                events: events
                    .filter_map(|event| shape_of(event, page.of))
                    .collect(),
                shown: page.shown,
                total: page.total,
                more: !page.is_last,
            },
        );
    }

    fn tell_search(&mut self, page: SearchPage<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let asked = self.end_question(page.is_last);
        let events = page.events.iter();
        put(
            out,
            &Reply::Search {
                id: asked.as_ref().and_then(|asked| asked.id.as_ref()),
                events: events.filter_map(|event| room_shape(event, env)).collect(),
                next: page.next.map(|seq| seq.0),
                more: !page.is_last,
            },
        );
    }

    fn tell_log(&mut self, page: LogPage<'_>, out: &mut Vec<u8>) {
        let asked = self.question.take();
        put(
            out,
            &Reply::Log {
                id: asked.as_ref().and_then(|asked| asked.id.as_ref()),
                entries: page.entries.iter().filter_map(LogEntry::of).collect(),
                next: page.next.map(|seq| seq.0),
            },
        );
    }

    /// The question in flight, which ends with the last page.
    fn end_question(&mut self, is_last: bool) -> Option<Asked> {
        match is_last {
            true => self.question.take(),
            false => self.question.clone(),
        }
    }
}

fn ack(asked: &Asked, seq: Option<Seq>, repeated: Option<bool>, out: &mut Vec<u8>) {
    put(
        out,
        &Ack {
            ack: asked.word,
            id: asked.id.as_ref(),
            seq: seq.map(|seq| seq.0),
            repeated,
            remaining: asked.remaining.as_ref(),
        },
    );
}

/// The query for the next page, if there is one.
fn next_page(answer: &Answer) -> Option<Query> {
    match answer {
        Answer::Who { room, next, .. } => next.map(|next| Query::Who {
            room: RoomRef::Name(room.clone()),
            after: Some(next),
        }),
        Answer::Rooms { next, .. } => next.map(|next| Query::Rooms { after: Some(next) }),
        Answer::Restrictions { next, .. } => {
            next.map(|next| Query::Restrictions { after: Some(next) })
        }
        _ => None,
    }
}

/// An event of a room's history. Announcements belong to every room.
fn shape_of<'a>(event: &'a Event, of: PastOf<'a>) -> Option<Shape<'a>> {
    match (&event.fact, of) {
        (Fact::Moderated(_), _) | (_, PastOf::With(_)) => {
            Shape::in_private(event, chinwag_core::NOBODY)
        }
        (_, PastOf::Room(room)) => Shape::in_past(event, room),
    }
}

fn tell_notice(tell: Tell<'_>, out: &mut Vec<u8>) {
    let notice = match tell {
        Tell::Guesses(guesses) => Notice::Guesses {
            count: guesses.count,
            since: Time(guesses.since),
            address: Displayed(guesses.address),
        },
        Tell::PasswordNotNeeded => Notice::PasswordNotNeeded,
        Tell::Superseded => Notice::Superseded,
        _ => Notice::Stopping,
    };
    put(out, &notice);
}

fn tell_left_out(rooms: &[LeftOut], out: &mut Vec<u8>) {
    for LeftOut { room, why } in rooms {
        let notice = Notice::LeftOut {
            room: Room(room),
            code: code(why),
            text: Displayed(&Sentence(why)),
        };
        put(out, &notice);
    }
}

fn closed(why: &QuitReason) -> Notice<'_> {
    let (reason, text, by) = parts_of(why);
    let until = match why {
        QuitReason::Banned { until, .. } => until.map(Time),
        _ => None,
    };
    Notice::Closed {
        reason,
        text,
        by,
        until,
    }
}
