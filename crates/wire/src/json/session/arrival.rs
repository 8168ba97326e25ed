//! A client that logs in, enters a room or has its session again.

use alloc::vec::Vec;

use chinwag_core::{Duration, Event, ResumeCode, Seq, Welcome, WelcomeBack};

use super::{Session, Stage};
use crate::dialect::{Env, Tell};
use crate::json::events::Shape;
use crate::json::render::{put, put_private};
use crate::json::replies::{PROTOCOL, Reply, Resumption, people_in};
use crate::json::request::WORDS;
use crate::json::value::{Displayed, Id, Room};

impl Session {
    /// The person is on the server, in a room, or back.
    pub(super) fn tell_arrived(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let asked = self.question.take();
        let id = asked.as_ref().and_then(|asked| asked.id.as_ref());
        match tell {
            Tell::Welcome(welcome, _) => put(out, &self.hello(welcome, id, env)),
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
                doubt,
                back,
                ..
            } => {
                let doubted = doubt.map(|doubt| doubt.messages);
                self.tell_resumed(id, (missed, skipped, doubted), back, env, out);
            }
            _ => {}
        }
    }

    fn hello<'a>(&self, welcome: &'a Welcome, id: Option<&'a Id>, env: &'a Env<'_>) -> Reply<'a> {
        let room = welcome.room.as_ref();
        let topic = room.and_then(|summary| summary.topic.as_ref());
        let (code, time) = welcome.resume;
        Reply::Hello {
            seq: self.since().0,
            id,
            protocol: PROTOCOL,
            understands: WORDS,
            server: &env.settings.server_name,
            name: welcome.name.as_str(),
            registered: welcome.registered,
            room: room.map(|summary| Room(&summary.room)),
            people: room.map_or(0, people_in),
            topic: topic.map(Into::into),
            resume: resumption(code, time),
            motd: welcome.motd.as_deref(),
        }
    }

    fn tell_resumed(
        &self,
        id: Option<&Id>,
        (missed, gone, doubted): (u64, u64, Option<u64>),
        back: Option<&WelcomeBack>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
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
                gone,
                doubted,
                away: back.is_some_and(|back| back.away.is_some()),
                resume: back.map(|back| resumption(back.resume.0, back.resume.1)),
            },
        );
    }

    pub(super) fn tell_missed(&self, events: &[Event], env: &Env<'_>, out: &mut Vec<u8>) {
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

    /// The event with which the person came.
    fn since(&self) -> Seq {
        match &self.stage {
            Stage::Here(here) => here.since,
            Stage::Arriving(_) => Seq::default(),
        }
    }
}

fn resumption(code: ResumeCode, time: Duration) -> Resumption {
    Resumption {
        code: Displayed(code),
        seconds: time.as_secs(),
    }
}

/// An event in the room that it belongs to, if any.
pub(super) fn room_shape<'a>(event: &'a Event, env: &'a Env<'_>) -> Option<Shape<'a>> {
    let room = event.fact.rooms().first()?;
    Shape::in_room(event, env.rooms.get(room)?)
}
