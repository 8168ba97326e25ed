//! JOIN, PART, TOPIC, KICK, INVITE, RENAME and KNOCK.

use alloc::vec::Vec;

use chinwag_core::{
    Command, Query, RoomName, RoomPassword, RoomRef, RoomSummary, Standing, StandingChange, Topic,
};

use super::several::split;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Recent, Step};
use crate::irc::caps::Cap;
use crate::irc::message::{Message, shown};
use crate::irc::text::note;

/// The most rooms in one JOIN or PART, and people in one KICK.
pub(super) const TARGETS_MAX: usize = 20;

impl Session {
    /// Whether the client is in a room of this name.
    pub(super) fn is_inside(&self, room: &RoomName, env: &Env<'_>) -> bool {
        let names = self.rooms.iter().filter_map(|room| env.rooms.get(room));
        names.into_iter().any(|name| name.is_same(room))
    }

    /// The room of a name, spelled its own way if the client is in it.
    pub(super) fn room(&self, typed: &str, env: &Env<'_>) -> Option<RoomName> {
        let mut own = self.rooms.iter().filter_map(|room| env.rooms.get(room));
        let bare = typed.strip_prefix('#')?;
        if let Some(own) = own.clone().find(|own| own.bare() == bare) {
            return Some(own.clone());
        }
        let typed = room(typed)?;
        Some(
            own.find(|own| own.is_same(&typed))
                .cloned()
                .unwrap_or(typed),
        )
    }

    /// JOIN.
    pub(super) fn join(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(rooms) = message.list(0) else {
            return self.lacks_parameters("JOIN", env, out);
        };
        if rooms == "0" {
            self.part_all(env);
            return None;
        }
        let mut keys = message.params.get(1).map_or("", |keys| keys).split(',');
        let mut asked: Vec<RoomName> = Vec::new();
        let (rooms, rest) = split(rooms, TARGETS_MAX);
        for typed in rooms {
            let key = keys.next().filter(|key| !key.is_empty());
            let Some(room) = room(typed) else {
                self.no_such_channel_later(typed, env, out);
                continue;
            };
            if asked.iter().any(|other| other.is_same(&room)) {
                continue;
            }
            asked.push(room.clone());
            let command = match key.and_then(|key| RoomPassword::parse(key).ok()) {
                Some(password) => Command::JoinWith {
                    room: room.clone(),
                    password,
                },
                None => Command::Join(room.clone()),
            };
            let was_inside = self.is_inside(&room, env);
            self.later(Ask::Command(command), Question::Join { room, was_inside });
        }
        self.refuse_rooms(&rest, env, out);
        None
    }

    fn part_all(&mut self, env: &Env<'_>) {
        let rooms = self.rooms.iter().filter_map(|room| env.rooms.get(room));
        let rooms: Vec<RoomName> = rooms.cloned().collect();
        rooms.into_iter().for_each(|room| self.leave(room, None));
    }

    fn leave(&mut self, room: RoomName, why: Option<&str>) {
        let leave = Command::Leave {
            room: RoomRef::Name(room.clone()),
            why: why.and_then(note),
        };
        self.later(Ask::Command(leave), Question::Part(room));
    }

    pub(super) fn no_such_channel(&self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let typed = shown(typed);
        self.numeric("403", format_args!("{typed} :No such channel"), env, out);
    }

    /// The same, after the answers to what the command has asked already.
    fn no_such_channel_later(&mut self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        self.answer_behind(out, |session, out| session.no_such_channel(typed, env, out));
    }

    /// The client is in a room, as it was told: tells it what the room is, then who else is there.
    pub(super) fn handle_entered(
        &mut self,
        summary: &RoomSummary,
        recent: Recent<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let room = &summary.room;
        let mut replays = self.wants_replay();
        match self.take_question() {
            Some(Question::Join {
                room: asked,
                was_inside: true,
            }) => {
                // A client that follows CASEMAPPING takes two spellings of one name for two rooms.
                if !is_one_name(&asked, room) {
                    self.notice(format_args!("{asked} is {room}: you are in it."), env, out);
                }
                return None;
            }
            Some(Question::Unasked { replays: wanted }) => replays &= wanted,
            _ => {}
        }
        if let Some(topic) = &summary.topic {
            self.put_topic(room, topic, env, out);
        }
        if replays {
            self.put_recent(room, recent, env, out);
        }
        self.sync_entered(room);
        self.ask_marker_then_names(room)
    }

    pub(super) fn ask_names_if_wanted(&mut self, room: &RoomName) -> Option<Step> {
        match self.caps.has(Cap::NoImplicitNames) {
            true => None,
            false => {
                let (ask, question) = self.names_of_entered(room);
                self.ask_now(ask, question)
            }
        }
    }

    /// PART.
    pub(super) fn part(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let why = message.param(1);
        let Some(rooms) = message.list(0) else {
            return self.lacks_parameters("PART", env, out);
        };
        let (rooms, rest) = split(rooms, TARGETS_MAX);
        let mut asked: Vec<RoomName> = Vec::new();
        for typed in rooms {
            match self.room(typed, env) {
                Some(room) if asked.iter().any(|other| other.is_same(&room)) => {}
                Some(room) => {
                    asked.push(room.clone());
                    self.leave(room, why);
                }
                None => self.no_such_channel_later(typed, env, out),
            }
        }
        self.refuse_targets(&rest, env, out);
        None
    }

    /// TOPIC.
    pub(super) fn topic(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.param(0)?;
        let Some(room) = self.room(typed, env) else {
            self.no_such_channel(typed, env, out);
            return None;
        };
        let named = RoomRef::Name(room.clone());
        match message.params.get(1) {
            None => self.later(Ask::Query(Query::Topic(named)), Question::Topic(room)),
            Some(text) => {
                let set = Command::SetTopic {
                    room: named,
                    text: note(text),
                };
                self.later(Ask::Command(set), Question::SetTopic(room));
            }
        }
        None
    }

    /// The topic of a room, and who set it when.
    pub(super) fn put_topic(
        &self,
        room: &RoomName,
        topic: &Topic,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        self.numeric("332", format_args!("{room} :{}", &*topic.text), env, out);
        let seconds = topic.at.0.div_euclid(1_000);
        self.numeric(
            "333",
            format_args!("{room} {} {seconds}", topic.by),
            env,
            out,
        );
    }

    /// KICK.
    pub(super) fn kick(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (Some(typed), Some(names)) = (message.list(0), message.list(1)) else {
            return self.lacks_parameters("KICK", env, out);
        };
        // One room for all names, or one for each.
        let mut rooms = typed.split(',').cycle();
        let mut refused = Vec::new();
        let (names, rest) = split(names, TARGETS_MAX);
        for name in names {
            let typed = rooms.next().unwrap_or_default();
            let Some(room) = self.room(typed, env) else {
                if !refused.contains(&typed) {
                    refused.push(typed);
                    self.no_such_channel_later(typed, env, out);
                }
                continue;
            };
            let eject = Command::Eject {
                room: RoomRef::Name(room.clone()),
                name: name.into(),
                why: message.param(2).and_then(note),
            };
            let name = name.into();
            self.later(Ask::Command(eject), Question::Kick { room, name });
        }
        self.refuse_targets(&rest, env, out);
        None
    }

    /// INVITE.
    pub(super) fn invite(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (Some(name), Some(typed)) = (message.param(0), message.param(1)) else {
            match message.param(0) {
                Some(_) => self.numeric("461", "INVITE :Not enough parameters", env, out),
                None => self.later(Ask::Query(Query::Invitations), Question::Invitations),
            }
            return None;
        };
        let Some(room) = self.room(typed, env) else {
            self.no_such_channel(typed, env, out);
            return None;
        };
        let invite = Command::Stand {
            room: RoomRef::Name(room.clone()),
            name: name.into(),
            change: StandingChange::Give(Standing::Invited),
        };
        let name = name.into();
        self.later(Ask::Command(invite), Question::Invite { room, name });
        None
    }

    /// The rooms that the client is invited to.
    pub(super) fn put_invitations(&self, rooms: &[RoomName], env: &Env<'_>, out: &mut Vec<u8>) {
        for room in rooms {
            self.numeric("336", room, env, out);
        }
        self.numeric("337", ":End of /INVITE list", env, out);
    }

    /// RENAME.
    pub(super) fn rename_room(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (typed, wanted) = (message.param(0)?, message.param(1)?);
        let Some(old) = self.room(typed, env) else {
            self.no_such_channel(typed, env, out);
            return None;
        };
        let Some(new) = room(wanted) else {
            let wanted = shown(wanted);
            let why = format_args!("CANNOT_RENAME {old} {wanted} :That cannot be a channel's name");
            self.fail("RENAME", why, env, out);
            return None;
        };
        let rename = Command::RenameRoom {
            room: RoomRef::Name(old.clone()),
            new: new.clone(),
            why: message.param(2).and_then(note),
        };
        self.later(Ask::Command(rename), Question::RenameRoom { old, new });
        None
    }

    /// The client's command has renamed a room: tells it so unless it has seen that.
    pub(super) fn room_renamed(
        &self,
        old: &RoomName,
        new: &RoomName,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_seen = self.caps.has(Cap::ChannelRename) || !is_one_name(old, new);
        if !(is_seen && self.is_inside(new, env)) {
            self.notice(format_args!("{old} is {new} from now on."), env, out);
        }
    }

    /// KNOCK.
    pub(super) fn knock(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.param(0)?;
        match self.room(typed, env) {
            Some(room) => {
                let ask = Ask::Command(Command::Knock(room.clone()));
                self.later(ask, Question::Knock(room));
            }
            None => self.no_such_channel(typed, env, out),
        }
        None
    }
}

/// Whether two spellings are one name by CASEMAPPING, which folds less than the server does.
pub(super) fn is_one_name(one: &RoomName, other: &RoomName) -> bool {
    one.bare().eq_ignore_ascii_case(other.bare())
}

/// The room of a name as IRC writes it, with its `#`.
pub(super) fn room(typed: &str) -> Option<RoomName> {
    let room = RoomName::parse(typed).ok();
    room.filter(|_| typed.starts_with('#'))
}
