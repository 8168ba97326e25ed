//! What the hub's events mean for a client: its person, what it alone is told, and what its own
//! commands have done.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chinwag_core::{
    AccountChange, AuditEntry, Event, Fact, Flags, Held, LoggedIn, Manner, MaskKind, Matched,
    ModAction, Name, PersonId, RankMessage, Ranked, Restriction, RoomAct, RoomChange, Source,
    Standing,
};

use super::{Here, Question, Session, Stage};
use crate::dialect::{Ask, Env};
use crate::irc::caps::Cap;
use crate::irc::line::{From, Tags};
use crate::irc::mode::prefix_of;
use crate::irc::render::{Framing, Trailing, put_by, put_in_room, put_signal};
use crate::irc::said::{Said, kept_for, said_to};
use crate::plain::{Above, Changed, DoneToYou, DoneToYouIn, Masked, StillInside};

/// The standing of a person who was only invited.
const INVITED: Held = Held {
    standing: Standing::Invited,
    voiced: false,
};

impl Session {
    /// See [`Dialect::handle_event`](crate::dialect::Dialect::handle_event).
    pub(crate) fn handle_event(
        &mut self,
        event: &Event,
        me: PersonId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        let before = self.told();
        let kept = self.leave_behind(event, env, out);
        self.put_event(event, me, env, out);
        self.note_event(event, me, out);
        self.put_told(&before, &event.fact, env, out);
        self.put_away_before(event, env);
        if kept.is_some() || matches!(event.fact, Fact::Returned(_)) {
            self.wait_for_rooms(kept);
        }
        self.note_cleared(&event.fact, me);
        self.note_invited(event);
        if let Fact::RoomRenamed(renamed) = &event.fact {
            self.handle_room_renamed(renamed, event, env, out);
        }
        // The result of a command with a label has that label; what one sends to oneself comes once
        // more.
        if self.is_own_doing(event) && self.pending.question.is_some() {
            self.gather(start, env, out);
        }
        self.put_received(event, me, out);
        if let Fact::KeptShown(shown) = &event.fact {
            self.put_omitted(&shown.omitted, env, out);
        }
    }

    /// The client has invited a person: the answer has the names as they are, not as typed.
    fn note_invited(&mut self, event: &Event) {
        if let Fact::RoomChanged(change) = &event.fact
            && let RoomAct::Stand { name: invited, .. } = &change.act
            && self.is_own_doing(event)
            && let Some(Question::Invite { room, name }) = self.pending.question.as_deref_mut()
        {
            (*room, *name) = (change.room_name.clone(), invited.to_string());
        }
    }

    /// Notes an event's changes to this person.
    fn note_event(&mut self, event: &Event, me: PersonId, out: &mut Vec<u8>) {
        let fact = &event.fact;
        let login = match fact {
            Fact::LoggedIn(login) => Some(&**login),
            Fact::Returned(returned) => Some(&returned.login),
            Fact::Attached(attached) => Some(&attached.login),
            _ => None,
        };
        self.note_ignores(fact);
        if let Some(login) = login {
            self.rooms = Box::default();
            self.take_early_away();
            self.set_held_metadata();
            self.stage = Stage::Here(Box::new(here(login, event)));
        }
        let Stage::Here(here) = &mut self.stage else {
            return;
        };
        match fact {
            Fact::Renamed(renamed) if renamed.person == me => {
                here.name = renamed.new.clone();
                here.account = renamed.account.clone();
                here.is_operator = renamed.operator;
            }
            Fact::AccountSet(set) if set.person == me => {
                here.account = set.account.clone();
                here.is_operator = set.operator;
            }
            Fact::AccountChanged(changed) if changed.person == Some(me) => {
                if let AccountChange::Claimed { .. } = changed.change {
                    here.account = Some(changed.account.clone());
                }
            }
            Fact::IdentSet(set) => {
                let before = core::mem::replace(&mut here.flags, set.flags);
                here.real = set
                    .ident
                    .real
                    .as_deref()
                    .unwrap_or(here.name.as_str())
                    .into();
                let flags = set.flags;
                self.put_flag_changes(before, flags, out);
            }
            Fact::Moderated(entry) if entry.target == Some(me) => match entry.act {
                ModAction::Op { .. } => here.is_operator = true,
                ModAction::Deop { .. } => here.is_operator = false,
                _ => {}
            },
            _ => {}
        }
    }

    fn put_event(&self, event: &Event, me: PersonId, env: &Env<'_>, out: &mut Vec<u8>) {
        match &event.fact {
            Fact::PrivateMessage(_)
            | Fact::RankMessage(_)
            | Fact::Signal(_)
            | Fact::MessageKept(_) => {
                self.put_sent(event, me, env, out);
            }
            Fact::Renamed(renamed) if renamed.person == me => {
                let what = format_args!("NICK {}", renamed.new);
                put_by(out, event, &renamed.old, (self.caps, None), what);
            }
            Fact::AccountSet(set) if set.person == me && set.is_another() => {
                self.put_account(set.account.as_ref(), env, out)
            }
            Fact::AccountChanged(changed) if changed.person == Some(me) => {
                if let AccountChange::Claimed { .. } = changed.change {
                    self.put_account(Some(&changed.account), env, out);
                }
            }
            Fact::IdentSet(set) if !set.rooms.is_empty() || self.rooms.is_empty() => {
                let is_another = set.ident.real.as_deref() != self.here().map(|here| &*here.real);
                if self.caps.has(Cap::Setname) && is_another {
                    let real = set.ident.real.as_deref().unwrap_or(set.name.as_str());
                    let what = format_args!("SETNAME :{real}");
                    put_by(out, event, &set.name, (self.caps, None), what);
                }
            }
            Fact::MarkerSet(set) if set.person != me || self.is_from_elsewhere(event) => {
                self.put_read_elsewhere(set, env, out)
            }
            Fact::PrivateDeleted(deletion) if self.caps.has(Cap::MessageRedaction) => {
                let (to, message) = (&deletion.to_name, deletion.message);
                let why = Trailing(deletion.why.as_deref());
                let what = format_args!("REDACT {to} {message}{why}");
                put_by(out, event, &deletion.by, (self.caps, None), what);
            }
            Fact::AwaySet { person, away, .. }
                if *person == me && self.is_from_elsewhere(event) =>
            {
                self.put_away(*away, env, out);
            }
            Fact::Moderated(entry) => self.put_moderated(entry, event, me, env, out),
            Fact::RoomChanged(change) => self.put_room_changed(change, event, me, env, out),
            Fact::Knocked(knock) => {
                let (room, from) = (&knock.room_name, From(&knock.name, event.source.as_deref()));
                match knock.person == me {
                    true => {
                        let what = format_args!("{room} :Your KNOCK has been delivered.");
                        self.numeric("711", what, env, out);
                    }
                    false => {
                        let what = format_args!("{room} {from} :has asked for an invite.");
                        self.numeric("710", what, env, out);
                    }
                }
            }
            _ => {}
        }
    }

    /// The client is logged in to another account.
    fn put_account(&self, account: Option<&Name>, env: &Env<'_>, out: &mut Vec<u8>) {
        match account {
            Some(account) => self.logged_in(account, env, out),
            // It logs in to another at once.
            None if matches!(self.pending.queue.front(), Some((Ask::LogInTo { .. }, _))) => return,
            None => {
                let what = format_args!("{} :You are now logged out", self.own_source());
                self.numeric("901", what, env, out);
            }
        }
        if self.caps.has(Cap::AccountNotify) {
            let account = account.map_or("*", Name::as_str);
            self.put_own(&Tags::default(), format_args!("ACCOUNT {account}"), out);
        }
    }

    /// What the client has said to one person, if it wants to see that, and what became of it.
    fn put_sent(&self, event: &Event, me: PersonId, env: &Env<'_>, out: &mut Vec<u8>) {
        let shown = (self.caps, None);
        // What another connection has said was not shown here.
        let is_elsewhere = self.is_from_elsewhere(event);
        let echoes = self.caps.has(Cap::EchoMessage) || is_elsewhere;
        match &event.fact {
            Fact::PrivateMessage(message) if message.from == me => {
                // What one sends to oneself reaches each connection anyway.
                if echoes && !(is_elsewhere && message.to == me) {
                    said_to(message).put(out, event, shown);
                }
                // Nothing answers a NOTICE (RFC 2812, section 3.3.2).
                let asks = !is_elsewhere && message.manner != Manner::Notice;
                let to = &message.to_name;
                match (&message.away, message.kept) {
                    _ if !asks => {}
                    (_, Some(time)) => {
                        let kept = format_args!("{to}'s link is lost; kept for {}.", Above(time));
                        self.notice(kept, env, out);
                    }
                    (Some(why), None) => {
                        let why = why.as_deref().unwrap_or(Source::AWAY);
                        self.numeric("301", format_args!("{to} :{why}"), env, out);
                    }
                    (None, None) => {}
                }
            }
            Fact::MessageKept(message) if message.from == me => {
                if echoes {
                    kept_for(message).put(out, event, shown);
                }
                if is_elsewhere || message.manner == Manner::Notice {
                    return;
                }
                let to = &message.to_name;
                self.notice(
                    format_args!("{to} is not here; kept until {to} is."),
                    env,
                    out,
                );
            }
            Fact::RankMessage(message) if message.from == me && echoes => {
                put_rank_message(out, event, message, shown);
            }
            Fact::Signal(signal) if signal.from == me && echoes => {
                if let Some((_, name)) = &signal.to {
                    put_signal(out, event, signal, name.as_str(), shown);
                } else if let Some(ranked) = &signal.ranked {
                    put_signal(out, event, signal, &target_of(ranked), shown);
                }
            }
            _ => {}
        }
    }

    /// What others say to the client.
    pub(super) fn put_received(&self, event: &Event, me: PersonId, out: &mut Vec<u8>) {
        let shown = (self.caps, None);
        match &event.fact {
            Fact::PrivateMessage(message) if message.to == me => {
                said_to(message).put(out, event, shown);
            }
            Fact::KeptShown(shown) if shown.person == me => {
                let messages = shown.messages.iter();
                messages.for_each(|event| self.put_received(event, me, out));
            }
            Fact::MessageKept(message) if message.from != me => {
                kept_for(message).put(out, event, shown);
            }
            Fact::RankMessage(message) if message.from != me => {
                put_rank_message(out, event, message, shown);
            }
            Fact::Signal(signal) => {
                let to = signal.to.as_ref().filter(|(to, _)| *to == me);
                let ranked = signal.ranked.as_ref().filter(|_| signal.from != me);
                if let Some((_, name)) = to {
                    put_signal(out, event, signal, name.as_str(), shown);
                } else if let Some(ranked) = ranked {
                    put_signal(out, event, signal, &target_of(ranked), shown);
                }
            }
            _ => {}
        }
    }

    /// What an operator has done to the client, or has announced.
    pub(super) fn put_moderated(
        &self,
        entry: &AuditEntry,
        event: &Event,
        me: PersonId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let by = &entry.by;
        if let ModAction::Announce(text) = &entry.act {
            let wants = self.here().is_some_and(|here| here.flags.wallops);
            let shown = (self.caps, None);
            if wants {
                put_by(out, event, by, shown, format_args!("WALLOPS :{}", &**text));
            }
            return;
        }
        let is_for_me = entry.target == Some(me);
        let is_told = match &entry.act {
            ModAction::Mute(_) | ModAction::Rename { .. } | ModAction::Unmute(_) => is_for_me,
            // What follows if nobody is an operator any more.
            ModAction::Deop { .. } => is_for_me && entry.aside.is_some(),
            ModAction::Lock(_) => entry.actor != Some(me),
            _ => false,
        };
        if is_told {
            self.notice(DoneToYou(entry, event.at), env, out);
        }
    }

    /// What a moderator has done and the room does not show the client.
    pub(super) fn put_room_changed(
        &self,
        change: &RoomChange,
        event: &Event,
        me: PersonId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        self.put_remaining(change, me, env, out);
        let is_for_me = change.target == Some(me);
        let room = &change.room_name;
        let shown = (self.caps, None);
        match &change.act {
            RoomAct::Stand {
                name,
                standing: Some(INVITED),
                before: None,
                ..
            } if is_for_me => {
                let what = format_args!("INVITE {name} {room}");
                put_by(out, event, &change.by, shown, what);
            }
            RoomAct::Stand {
                name,
                standing: Some(INVITED),
                before: None,
                ..
            } => {
                let is_other = change.moderators.contains(&me);
                if is_other && self.caps.has(Cap::InviteNotify) {
                    let what = format_args!("INVITE {name} {room}");
                    put_by(out, event, &change.by, shown, what);
                }
            }
            RoomAct::Mute(_) | RoomAct::Unmute(_) | RoomAct::Stand { .. } if is_for_me => {
                self.notice(DoneToYouIn(change, event.at), env, out);
            }
            RoomAct::StillInside { .. } => self.notice(StillInside(change), env, out),
            RoomAct::Eject { .. } if is_for_me => put_in_room(out, event, room, shown),
            // Operators alone see bars of addresses, so that the room is not told.
            RoomAct::Bar(Restriction { mask, .. }) | RoomAct::Unbar(mask)
                if change.actor == Some(me) && mask.name.is_none() =>
            {
                let on = matches!(change.act, RoomAct::Bar(_));
                let entry = Matched::of(mask);
                match self.rooms.contains(&change.room) {
                    true => {
                        let sign = if on { '+' } else { '-' };
                        let what = format_args!("MODE {room} {sign}b {entry}");
                        put_by(out, event, &change.by, shown, what);
                    }
                    false => self.put_listed(change, MaskKind::Ban, &[entry], on, env, out),
                }
                if let Some(network) = mask.network().filter(|_| on) {
                    let all = Matched::of(&network);
                    let one = format_args!(
                        "That is one address of a network: MODE {room} +b {all} bars all of it."
                    );
                    self.notice(one, env, out);
                }
            }
            _ => self.put_done_outside(change, env, out),
        }
    }

    /// What the client has done in a room that it is not in. It is a NOTICE, since a client takes a
    /// MODE or a KICK for a room of its own, and opens a window for one that it does not know.
    fn put_done_outside(&self, change: &RoomChange, env: &Env<'_>, out: &mut Vec<u8>) {
        match &change.act {
            RoomAct::Listed { kind, entries, on } => {
                self.put_listed(change, *kind, entries, *on, env, out);
            }
            RoomAct::Eject { .. }
            | RoomAct::Mask { .. }
            | RoomAct::Set(_)
            | RoomAct::Stand { .. }
                if change.is_public() =>
            {
                self.notice(format_args!("{}.", Changed(change)), env, out);
            }
            _ => {}
        }
    }

    fn put_listed(
        &self,
        change: &RoomChange,
        kind: MaskKind,
        entries: &[Matched],
        on: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (by, room) = (&change.by, &change.room_name);
        for entry in entries {
            let masked = Masked(kind, entry, on, room);
            self.notice(format_args!("{by} {masked}."), env, out);
        }
    }
}

fn here(login: &LoggedIn, event: &Event) -> Here {
    let source = event.source.as_deref();
    let userhost = source.map(|source| alloc::format!("{}@{}", source.user, source.host));
    let real = source.map_or_else(|| login.name.to_string(), |source| source.real.to_string());
    Here {
        me: login.person,
        conn: login.conn,
        name: login.name.clone(),
        userhost: userhost.unwrap_or_else(|| "~user@hidden".into()).into(),
        account: login.account.clone(),
        real: real.into(),
        is_operator: login.operator,
        was_pinged: false,
        flags: match (&event.fact, source) {
            // It has chosen them over another connection.
            (Fact::Attached(_), Some(source)) => source.flags,
            _ => Flags::arriving(),
        },
        sasl: None,
    }
}

/// `@#dev`
fn target_of(ranked: &Ranked) -> String {
    alloc::format!("{}{}", prefix_of(ranked.least), ranked.room_name)
}

fn put_rank_message(out: &mut Vec<u8>, event: &Event, message: &RankMessage, shown: Framing) {
    let said = Said {
        name: &message.from_name,
        to: &target_of(&message.to),
        text: &message.text,
        manner: message.manner,
        form: message.irc.as_deref(),
    };
    said.put(out, event, shown);
}
