//! From what the server answers to objects.

use alloc::vec::Vec;

use chinwag_core::{Answer, Event, Fact, Query, QuitReason, Rejection, RoomRef, Seq};

use super::{Asked, Session, Stage, refuse};
use crate::dialect::{Ask, Env, HistoryPage, SearchPage, Step, Tell};
use crate::json::events::{LogEntry, Shape, parts_of};
use crate::json::refusal::{Sentence, code};
use crate::json::render::{put, put_private};
use crate::json::replies::{Ack, Notice, PROTOCOL, Reply, Resumption, people_in};
use crate::json::request::WORDS;
use crate::json::value::{Room, Shown, Time};

impl Session {
    /// See [`Dialect::handle_tell`](crate::dialect::Dialect::handle_tell).
    pub(crate) fn handle_tell(
        &mut self,
        tell: Tell<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match tell {
            Tell::Sent(seq) => {
                if let Some(asked) = self.talk.pop_front() {
                    ack(&asked, Some(seq), None, out);
                }
            }
            Tell::Repeated(seq) => {
                if let Some(asked) = self.talk.pop_front() {
                    ack(&asked, Some(seq), Some(true), out);
                }
            }
            Tell::NotSent(rejection) => {
                if let Some(asked) = self.talk.pop_front() {
                    refuse(&asked, code(rejection), &Sentence(rejection), out);
                }
            }
            Tell::Rejected(rejection) => return self.handle_rejection(rejection, env, out),
            Tell::Done(seq) => self.acknowledge(seq, out),
            Tell::Left(_) => self.acknowledge(None, out),
            Tell::Answer(answer) => return self.handle_answer(answer, out),
            Tell::Busy => return self.refuse_question("busy", &"Try again in a moment.", env, out),
            // The answer itself comes later.
            Tell::PasswordWaits(_) => {}
            Tell::SearchTooLong => {
                let sentence = "The search has too many words.";
                return self.refuse_question("search_too_long", &sentence, env, out);
            }
            Tell::NoHistory => {
                let sentence = "The history cannot be read.";
                return self.refuse_question("no_history", &sentence, env, out);
            }
            Tell::Welcome(..) | Tell::Entered(..) | Tell::Resumed { .. } => {
                self.tell_arrived(tell, env, out);
            }
            Tell::Missed(events) => self.tell_missed(events, env, out),
            Tell::History(page) => self.tell_history(page, out),
            Tell::Search(page) => self.tell_search(page, env, out),
            Tell::AuditLog(entries) => {
                let asked = self.question.take();
                put(
                    out,
                    &Reply::Log {
                        id: asked.as_ref().and_then(|asked| asked.id.as_ref()),
                        entries: entries.iter().filter_map(LogEntry::of).collect(),
                    },
                );
            }
            Tell::Farewell(why) => {
                self.acknowledge(None, out);
                put(out, &closed(why));
            }
            // It asks for no proof.
            Tell::Proven(..) => {}
            Tell::Guesses(_) | Tell::Superseded | Tell::Stopping => {
                tell_notice(tell, out);
            }
        }
        None
    }

    /// Acknowledges the command in flight.
    fn acknowledge(&mut self, seq: Option<Seq>, out: &mut Vec<u8>) {
        if let Some(asked) = self.question.take() {
            ack(&asked, seq, None, out);
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

    /// Refuses the question in flight. One who is not in yet has not many tries.
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

    /// The person is in: on the server, in a room, or again.
    fn tell_arrived(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let asked = self.question.take();
        let id = asked.as_ref().and_then(|asked| asked.id.as_ref());
        match tell {
            Tell::Welcome(welcome, _) => put(
                out,
                &Reply::Hello {
                    seq: self.since().0,
                    id,
                    protocol: PROTOCOL,
                    understands: WORDS,
                    server: &env.settings.server_name,
                    name: welcome.name.as_str(),
                    registered: welcome.registered,
                    room: welcome.room.as_ref().map(|summary| Room(&summary.room)),
                    people: welcome.room.as_ref().map_or(0, people_in),
                    topic: welcome
                        .room
                        .as_ref()
                        .and_then(|summary| summary.topic.as_ref().map(Into::into)),
                    resume: Resumption {
                        code: Shown(welcome.resume.0),
                        seconds: welcome.resume.1.as_secs(),
                    },
                    motd: welcome.motd.as_deref(),
                },
            ),
            Tell::Entered(summary, _) => put(
                out,
                &Reply::Join {
                    id,
                    room: Room(&summary.room),
                    people: people_in(summary),
                    topic: summary.topic.as_ref().map(Into::into),
                },
            ),
            Tell::Resumed {
                missed,
                skipped,
                resume,
            } => {
                let Stage::Here(here) = &self.stage else {
                    return;
                };
                let rooms = self.rooms.iter().filter_map(|room| env.rooms.get(room));
                put(
                    out,
                    &Reply::Resume {
                        id,
                        protocol: PROTOCOL,
                        understands: WORDS,
                        name: here.name.as_str(),
                        rooms: rooms.map(Room).collect(),
                        missed,
                        gone: skipped,
                        resume: resume.map(|(code, time)| Resumption {
                            code: Shown(code),
                            seconds: time.as_secs(),
                        }),
                    },
                );
            }
            _ => {}
        }
    }

    fn tell_missed(&self, events: &[Event], env: &Env<'_>, out: &mut Vec<u8>) {
        let Stage::Here(here) = &self.stage else {
            return;
        };
        for event in events {
            match room_shape(event, env) {
                Some(shape) => put(out, &shape),
                None => put_private(out, event, here.me),
            }
        }
    }

    fn handle_answer(&mut self, answer: &Answer, out: &mut Vec<u8>) -> Option<Step> {
        let asked = self.question.take()?;
        let id = asked.id.as_ref();
        let reply = match answer {
            Answer::Who {
                room, people, next, ..
            } => Reply::Who {
                id,
                room: Room(room),
                people: people.iter().map(Into::into).collect(),
                more: next.is_some(),
            },
            Answer::Whois(profile) => Reply::Whois {
                id,
                profile: (&**profile).into(),
            },
            Answer::Rooms { rooms, next, .. } => Reply::Rooms {
                id,
                rooms: rooms.iter().map(Into::into).collect(),
                more: next.is_some(),
            },
            Answer::Topic { room, topic } => Reply::Topic {
                id,
                room: Room(room),
                topic: topic.as_ref().map(Into::into),
            },
            Answer::Stats {
                own,
                people,
                rooms,
                said,
                started,
            } => Reply::Stats {
                id,
                profile: (&**own).into(),
                people: *people,
                rooms_in_use: *rooms,
                messages: *said,
                started: Time(*started),
            },
            Answer::Ignores(names) => Reply::Ignores {
                id,
                names: names.iter().map(chinwag_core::Name::as_str).collect(),
            },
            Answer::Restrictions {
                bans, mutes, next, ..
            } => Reply::Bans {
                id,
                bans: bans.iter().map(Into::into).collect(),
                mutes: mutes.iter().map(Into::into).collect(),
                more: next.is_some(),
            },
            Answer::Motd(text) => Reply::Motd {
                id,
                text: text.as_deref(),
            },
            // Nothing that a client can ask for is answered otherwise.
            _ => return None,
        };
        put(out, &reply);
        let next = next_page(answer)?;
        self.question = Some(asked);
        Some(Step::AskWhenWritten(Ask::Query(next)))
    }

    fn tell_history(&mut self, page: HistoryPage<'_>, out: &mut Vec<u8>) {
        let asked = self.end_question(page.is_last);
        let events = page.events.iter();
        put(
            out,
            &Reply::History {
                id: asked.as_ref().and_then(|asked| asked.id.as_ref()),
                room: Room(page.room),
                events: events
                    .filter_map(|event| shape_in(event, page.room))
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

    /// The event with which the person came.
    fn since(&self) -> Seq {
        match &self.stage {
            Stage::Here(here) => here.since,
            Stage::Arriving(_) => Seq::default(),
        }
    }

    /// The question in flight, which is over with the last page.
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
        },
    );
}

/// The query for the page behind this one, if there is one.
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

/// An event in the room that it belongs to, if it belongs to one.
fn room_shape<'a>(event: &'a Event, env: &'a Env<'_>) -> Option<Shape<'a>> {
    let room = event.fact.rooms().first()?;
    Shape::in_room(event, env.rooms.get(room)?)
}

/// An event of a room's history: announcements were heard in all rooms.
fn shape_in<'a>(event: &'a Event, room: &'a chinwag_core::RoomName) -> Option<Shape<'a>> {
    match &event.fact {
        Fact::Moderated(_) => Shape::in_private(event, chinwag_core::PersonId(0)),
        _ => Shape::in_room(event, room),
    }
}

fn tell_notice(tell: Tell<'_>, out: &mut Vec<u8>) {
    let notice = match tell {
        Tell::Guesses(guesses) => Notice::Guesses {
            count: guesses.count,
            since: Time(guesses.since),
            address: Shown(guesses.address),
        },
        Tell::Superseded => Notice::Superseded,
        _ => Notice::Stopping,
    };
    put(out, &notice);
}

fn closed(why: &QuitReason) -> Notice<'_> {
    let (reason, text, by) = parts_of(why);
    Notice::Closed { reason, text, by }
}
