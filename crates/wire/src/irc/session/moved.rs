//! The client's own JOIN and PART, as its person enters and leaves rooms: because it asked, because
//! another connection of the same person did, or with a person that it has taken over.
//!
//! They have the time and the id with which others see the event and a history has it, so that a
//! client finds the same line there.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Query, RoomId, RoomName, RoomRenamed, Timestamp};

use super::rooms::is_one_name;
use super::{Question, Session};
use crate::dialect::{Ask, Env};
use crate::irc::caps::Cap;
use crate::irc::line::Tags;
use crate::irc::render::{Closed, Trailing};

/// When the client entered or left a room, and the event's id in that room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    at: Timestamp,
    msgid: Option<u64>,
}

impl Moved {
    /// By an event that the room may have been shown.
    fn by(event: &Event, room: RoomId) -> Self {
        let is_shown = event.fact.rooms().contains(&room);
        Self {
            at: event.at,
            msgid: is_shown.then_some(event.seq.0),
        }
    }

    /// By an event that the room has not been shown in this form.
    pub(super) fn unseen(event: &Event) -> Self {
        Self {
            at: event.at,
            msgid: None,
        }
    }
}

/// The rooms that a client has entered with its person, before it is told so.
pub(super) type Came = Vec<(RoomId, Moved)>;

impl Session {
    /// See [`Dialect::handle_moved`](crate::dialect::Dialect::handle_moved).
    pub(crate) fn handle_moved(
        &mut self,
        event: &Event,
        room: RoomId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let moved = Moved::by(event, room);
        let has_left = matches!(event.fact, Fact::Left { .. });
        if let Some(Question::LogIn(came) | Question::TakenOver(_, came)) =
            self.pending.question.as_deref_mut()
            && !has_left
        {
            // It may have left the room meanwhile.
            came.retain(|(other, _)| *other != room);
            came.push((room, moved));
            return;
        }
        let Some(name) = env.rooms.get(&room) else {
            return;
        };
        let start = out.len();
        let question = self.pending.question.as_deref();
        match &event.fact {
            Fact::Joined { .. } => match question {
                Some(Question::Join { .. }) if self.is_from_here(event) => {
                    self.put_own_join(name, moved, out);
                }
                _ => return self.enter_unasked(room, moved, env, out),
            },
            Fact::Left {
                name: me,
                closed_by: Some(by),
                ..
            } => {
                let tags = Tags {
                    at: Some(moved.at),
                    msgid: moved.msgid,
                    ..Tags::default()
                };
                tags.put(out, self.caps);
                self.put_server(
                    Closed {
                        room: name,
                        name: me,
                        by,
                    },
                    env,
                    out,
                );
            }
            Fact::Left { why, .. } => self.put_own_part(name, why.as_deref(), moved, out),
            _ => {}
        }
        // The result of a command with a label has that label.
        if question.is_some() && self.is_from_here(event) {
            self.gather(start, env, out);
        }
    }

    /// Whether a person has done something on this connection.
    fn is_from_here(&self, event: &Event) -> bool {
        let conn = event.source.as_ref().and_then(|source| source.conn);
        conn.is_some() && conn == self.here().map(|here| here.conn)
    }

    /// The client is in a room that it did not ask for: it is told so, and then the rest.
    fn enter_unasked(&mut self, room: RoomId, moved: Moved, env: &Env<'_>, out: &mut Vec<u8>) {
        self.join_unasked(room, moved, env, out);
        self.ask_about(room, true);
    }

    /// Asks for what the client is told of a room that it has entered without asking.
    pub(super) fn ask_about(&mut self, room: RoomId, replays: bool) {
        let question = Question::Unasked { replays };
        self.later(Ask::Query(Query::View(room)), question);
    }

    /// Tells the client that it is in a room that it did not ask for.
    pub(super) fn join_unasked(
        &mut self,
        room: RoomId,
        moved: Moved,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(name) = env.rooms.get(&room) else {
            return;
        };
        self.put_own_join(name, moved, out);
        // It may have asked for it as well, and is told once.
        let asked = self.pending.question.as_deref_mut();
        let queued = self.pending.queue.questions_mut();
        for question in asked.into_iter().chain(queued) {
            if let Question::Join { room, was_inside } = question
                && room.is_same(name)
            {
                *was_inside = true;
            }
        }
    }

    /// A room was renamed. A client without RENAME leaves the old one and is in the new one (IRCv3,
    /// channel rename, "Fallback").
    pub(super) fn handle_room_renamed(
        &mut self,
        renamed: &RoomRenamed,
        event: &Event,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (old, new) = (&renamed.old, &renamed.new);
        if self.caps.has(Cap::ChannelRename) || is_one_name(old, new) {
            return;
        }
        let moved = Moved::unseen(event);
        self.put_own_part(old, renamed.why.as_deref(), moved, out);
        self.enter_unasked(renamed.room, moved, env, out);
    }

    /// The client's own PART.
    pub(super) fn put_own_part(
        &self,
        room: &RoomName,
        why: Option<&str>,
        moved: Moved,
        out: &mut Vec<u8>,
    ) {
        let what = format_args!("PART {room}{}", Trailing(why));
        self.put_own(&self.tags_at(moved), what, out);
    }

    /// The client's own JOIN.
    fn put_own_join(&self, room: &RoomName, moved: Moved, out: &mut Vec<u8>) {
        let Some(here) = self.here() else { return };
        let tags = self.tags_at(moved);
        match self.caps.has(Cap::ExtendedJoin) {
            true => {
                let account = here.account.as_ref().map_or("*", |name| name.as_str());
                let what = format_args!("JOIN {room} {account} :{}", here.real);
                self.put_own(&tags, what, out);
            }
            false => self.put_own(&tags, format_args!("JOIN {room}"), out),
        }
    }

    /// The tags of a line of the client's own.
    pub(super) fn tags_at(&self, moved: Moved) -> Tags<'_> {
        let here = self.here();
        Tags {
            at: Some(moved.at),
            msgid: moved.msgid,
            account: here.and_then(|here| here.account.as_ref()),
            bot: here.is_some_and(|here| here.flags.bot),
            ..Tags::default()
        }
    }
}
