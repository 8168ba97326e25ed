//! What operators do, as the person concerned, the operator and the audit log see it.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{
    Aside, AuditEntry, FirstOperator, Mask, ModAction, Reach, Remaining, Restriction, Tenure,
    Timestamp,
};

use super::LineWriter;
use super::arrival::operator_here;
use super::deeds::DidInRoom;
use super::spared::Beside;
use crate::plain::words::{AfterColon, Because, Exactly, Utc};

impl LineWriter<'_> {
    /// `! You are muted by lee for 10 minutes: spam.`
    pub(super) fn moderation_to_target(&mut self, audit_entry: &AuditEntry, at: Timestamp) {
        let by = &audit_entry.by;
        match &audit_entry.act {
            ModAction::Mute(_) | ModAction::Rename { .. } | ModAction::Unmute(_) => {
                self.alone(DoneToYou(audit_entry, at));
            }
            ModAction::Deop { .. } if audit_entry.actor == audit_entry.target => {
                self.alone(DoneToYou(audit_entry, at));
            }
            // With the server's own code.
            ModAction::Op { name, tenure } if name == by => {
                operator_here(self, *tenure == Tenure::Lasting);
            }
            ModAction::Op { .. } => {
                self.alone(format_args!("{by} made you an operator: /help op."));
            }
            ModAction::Deop { .. } => {
                self.alone(format_args!("{by} removed your operator rights."));
            }
            // People who are kicked or banned see a farewell; the rest has no target.
            ModAction::Kick { .. }
            | ModAction::Ban(_)
            | ModAction::Unban(_)
            | ModAction::Announce(_)
            | ModAction::Motd(_)
            | ModAction::Lock(_)
            | ModAction::Delete { .. }
            | ModAction::InRoom { .. }
            | ModAction::AccountAdded(_)
            | ModAction::AccountPassword(_)
            | ModAction::AccountRemoved(_)
            | ModAction::RoomRemoved(_) => {}
        }
    }

    /// `! bob is muted for 10 minutes: spam.`
    pub(super) fn moderation_to_actor(&mut self, audit_entry: &AuditEntry, at: Timestamp) {
        match &audit_entry.act {
            ModAction::Kick { name, why } => {
                let was = match audit_entry.aside {
                    Some(Aside::LinkLost) => "'s link was lost already; the session is ended",
                    _ => " was kicked",
                };
                self.alone(format_args!("{name}{was}{}", Because(why.as_deref())));
            }
            ModAction::Mute(mute) => {
                let (whom, time) = (Covered(&mute.mask), For(mute, at));
                let (why, beside) = (Because(mute.why.as_deref()), Beside(audit_entry, "muted"));
                self.alone(format_args!("{whom} is muted{time}{why}{beside}"));
            }
            ModAction::Rename { name, new } => {
                self.alone(format_args!("{name} was renamed to {new}."));
            }
            ModAction::Unmute(mask) => self.unmuted(audit_entry, mask),
            ModAction::Ban(ban) => {
                let (whom, time) = (&ban.mask, Until(ban.until));
                let (why, beside) = (Because(ban.why.as_deref()), Beside(audit_entry, "banned"));
                self.alone(format_args!("{whom} is banned{time}{why}{beside}"));
            }
            ModAction::Unban(mask) => self.unbanned(audit_entry, mask),
            ModAction::Op { name, tenure } => {
                let until = match tenure {
                    Tenure::Lasting => "",
                    Tenure::Visit => ", until they leave: the name is not registered",
                    Tenure::Lent => ", until they leave: you are one for the visit yourself",
                };
                self.alone(format_args!("{name} is an operator now{until}."));
            }
            ModAction::Deop { name } => {
                self.alone(format_args!("{name} is no longer an operator."))
            }
            ModAction::Motd(Some(_)) => self.alone("The message of the day is set."),
            ModAction::Motd(None) => self.alone("The message of the day is cleared."),
            ModAction::Lock(true) => {
                self.alone("Locked: only registered names may arrive and speak. /lock off ends it.")
            }
            ModAction::Lock(false) => self.alone("Unlocked: everybody may arrive and speak."),
            ModAction::Delete { name, room } => {
                self.alone(format_args!("A message of {name} in {room} is deleted."));
            }
            ModAction::AccountAdded(name) => {
                self.alone(format_args!("{name} is registered."));
            }
            ModAction::AccountPassword(name) => {
                self.alone(format_args!("The password of {name} is changed."));
            }
            ModAction::AccountRemoved(name) => self.alone(format_args!(
                "The account {name} has ended, and its names are free."
            )),
            ModAction::RoomRemoved(room) => {
                self.alone(format_args!("{room} is removed, and its name is free."));
            }
            // An announcement goes to everybody, including the actor; the rest is shown as a change
            // of the room.
            ModAction::Announce(_) | ModAction::InRoom { .. } => {}
        }
    }

    /// `! bob may speak again.`, or what silences him still.
    fn unmuted(&mut self, audit_entry: &AuditEntry, mask: &Mask) {
        let lifted = Covered(mask);
        match remaining(audit_entry.aside.as_ref()) {
            Some(Remaining::Mask(other)) => {
                let (unmute, name) = (Typed(audit_entry, "unmute"), Whom(other));
                self.alone(format_args!(
                    "The mute of {lifted} is lifted. {other} is still muted: {unmute} {name}"
                ));
            }
            Some(remaining) => {
                let still = StillMuted(Whom(mask), remaining);
                self.alone(format_args!("The mute of {lifted} is lifted. {still}"));
            }
            None => self.alone(format_args!("{lifted} may speak again.")),
        }
    }

    /// `! bob is no longer banned.`, or what keeps him out still.
    fn unbanned(&mut self, audit_entry: &AuditEntry, mask: &Mask) {
        match remaining(audit_entry.aside.as_ref()) {
            Some(Remaining::Mask(other)) => {
                let unban = Typed(audit_entry, "unban");
                let (lifted, whole, other) = (mask, other, Whom(other));
                self.alone(format_args!(
                    "The ban of {lifted} is lifted. {whole} is still banned: {unban} {other}"
                ));
            }
            _ => self.alone(format_args!("{} is no longer banned.", mask)),
        }
    }
}

/// `You are muted by lee for 10 minutes: spam.`: what an operator did to the reader, or beside them to the
/// server, if the dialect has no form of its own for it. Nothing for other acts.
pub(crate) struct DoneToYou<'a>(pub(crate) &'a AuditEntry, pub(crate) Timestamp);

impl Display for DoneToYou<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(audit_entry, at) = *self;
        let AuditEntry { by, act, .. } = audit_entry;
        match act {
            ModAction::Deop { .. } if audit_entry.actor == audit_entry.target => {
                let alone = NobodyOperates(audit_entry.aside.as_ref());
                write!(f, "You are no longer an operator{alone}")
            }
            ModAction::Mute(mute) => {
                let (time, why) = (For(mute, at), Because(mute.why.as_deref()));
                write!(f, "You are muted by {by}{time}{why}")
            }
            ModAction::Rename { new, .. } => {
                write!(f, "You were renamed by {by}: you are {new} now.")
            }
            ModAction::Unmute(_) => write!(f, "You may speak again: {by} unmuted you."),
            ModAction::Lock(true) => write!(
                f,
                "{by} locked the server: only registered names may arrive and speak. /lock off ends it."
            ),
            ModAction::Lock(false) => {
                write!(
                    f,
                    "{by} unlocked the server: everybody may arrive and speak."
                )
            }
            _ => Ok(()),
        }
    }
}

/// `muted bob for 10 minutes: spam`: a line of the log, after the operator's name.
pub(super) struct Did<'a>(pub(super) &'a ModAction, pub(super) Timestamp);

impl Display for Did<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(act, at) = *self;
        match act {
            ModAction::Kick { name, why } => {
                write!(f, "kicked {name}{}", AfterColon(why.as_deref()))
            }
            ModAction::Mute(mute) => {
                let (whom, time) = (&mute.mask, For(mute, at));
                write!(f, "muted {whom}{time}{}", AfterColon(mute.why.as_deref()))
            }
            ModAction::Unmute(mask) => write!(f, "unmuted {}", mask),
            ModAction::Rename { name, new } => write!(f, "renamed {name} to {new}"),
            ModAction::Ban(ban) => {
                let (whom, time) = (&ban.mask, For(ban, at));
                write!(f, "banned {whom}{time}{}", AfterColon(ban.why.as_deref()))
            }
            ModAction::Unban(mask) => write!(f, "unbanned {}", mask),
            ModAction::Op { name, tenure } => match tenure {
                Tenure::Lasting => write!(f, "made {name} an operator"),
                Tenure::Visit | Tenure::Lent => {
                    write!(f, "made {name} an operator until they leave")
                }
            },
            ModAction::Deop { name } => write!(f, "removed {name}'s operator rights"),
            ModAction::Announce(text) => write!(f, "announced: {text}"),
            ModAction::Motd(Some(text)) => write!(f, "set the message of the day: {text}"),
            ModAction::Motd(None) => f.write_str("cleared the message of the day"),
            ModAction::AccountAdded(name) => write!(f, "registered {name}"),
            ModAction::AccountPassword(name) => write!(f, "gave {name} another password"),
            ModAction::AccountRemoved(name) => write!(f, "ended the account {name}"),
            ModAction::RoomRemoved(room) => write!(f, "removed {room}"),
            ModAction::Lock(true) => f.write_str("locked the server"),
            ModAction::Lock(false) => f.write_str("unlocked the server"),
            ModAction::InRoom { room, deed } => DidInRoom(room, deed, at).fmt(f),
            ModAction::Delete { name, room } => {
                write!(f, "deleted a message of {name} in {room}")
            }
        }
    }
}

/// `, and nobody is: the next person to arrive becomes one.`: what follows if the last operator gives up the rights.
struct NobodyOperates<'a>(Option<&'a Aside>);

impl Display for NobodyOperates<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(Aside::NoneLeft { next }) = self.0 else {
            return f.write_str(".");
        };
        let next = match next {
            FirstOperator::Local => {
                "the next person to arrive from the server's machine becomes one"
            }
            FirstOperator::Anyone => "the next person to arrive becomes one",
            FirstOperator::Nobody => {
                "chinwag account operator NAME on the server's machine makes one"
            }
        };
        write!(f, ", and nobody is: {next}.")
    }
}

/// ` Nobody is here under that name, and no account has it. Did you mean bob?`
pub(super) struct ForNobody<'a>(pub(super) Option<&'a Aside>);

impl Display for ForNobody<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(Aside::Nobody { meant }) = self.0 else {
            return Ok(());
        };
        f.write_str(" Nobody is here under that name, and no account has it.")?;
        match meant {
            Some(meant) => write!(f, " Did you mean {meant}?"),
            None => Ok(()),
        }
    }
}

/// What a ban, a bar or a mute leaves that is lifted.
pub(super) fn remaining(aside: Option<&Aside>) -> Option<&Remaining> {
    match aside? {
        Aside::Remaining(remaining) => Some(remaining),
        Aside::Spared(_)
        | Aside::Nobody { .. }
        | Aside::NoneLeft { .. }
        | Aside::LinkLost
        | Aside::PutOut(_)
        | Aside::Operators(_) => None,
    }
}

/// `bob is still muted in #dev: /unmute bob here`: why a person whose mute is lifted may not speak
/// yet.
pub(super) struct StillMuted<'a>(pub(super) Whom<'a>, pub(super) &'a Remaining);

impl Display for StillMuted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(whom, remaining) = self;
        match remaining {
            Remaining::Mask(mask) => {
                let name = Whom(mask);
                write!(f, "{} is still muted: /unmute {name}", mask)
            }
            Remaining::InRoom(room) => {
                write!(f, "{whom} is still muted in {room}: /unmute {whom} here")
            }
            Remaining::Matched(mask) => write!(f, "{whom} is still muted by {mask}: /unbar {mask}"),
            Remaining::Address => write!(f, "{whom} is still muted by an address."),
            Remaining::OnServer => write!(
                f,
                "{whom} is still muted on the whole server, by a server operator."
            ),
        }
    }
}

/// `A bar of an address still keeps bob out`: why a person whose bar is lifted may not enter yet.
pub(super) struct StillBarred<'a>(pub(super) Whom<'a>, pub(super) &'a Remaining);

impl Display for StillBarred<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(whom, remaining) = self;
        match remaining {
            Remaining::Mask(mask) => {
                let name = Whom(mask);
                write!(f, "{} is still barred: /unbar {name}", mask)
            }
            Remaining::Matched(mask) => write!(f, "{mask} still keeps {whom} out: /unbar {mask}"),
            Remaining::Address | Remaining::InRoom(_) | Remaining::OnServer => write!(
                f,
                "An address that a server operator has barred still keeps {whom} out."
            ),
        }
    }
}

/// `/ban`, or `chinwag ban` at a shell, where nobody of the chat acts: what the one who acts types.
pub(super) struct Typed<'a>(pub(super) &'a AuditEntry, pub(super) &'static str);

impl Display for Typed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.actor {
            Some(_) => write!(f, "/{}", self.1),
            None => write!(f, "chinwag {}", self.1),
        }
    }
}

/// The person that a mask names, or its block if it names none.
pub(super) struct Whom<'a>(pub(super) &'a Mask);

impl Display for Whom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.name {
            Some(name) => name.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

/// `bob (192.0.2.7)`: whom a mute silences everywhere, or else only whom it is meant for.
struct Covered<'a>(&'a Mask);

impl Display for Covered<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.reach {
            Reach::Either | Reach::Account => self.0.fmt(f),
            Reach::Block | Reach::Both => Whom(self.0).fmt(f),
        }
    }
}

/// ` for 10 minutes`: how long a restriction given at this time lasts, if it ends.
pub(super) struct For<'a>(pub(super) &'a Restriction, pub(super) Timestamp);

impl Display for For<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.until {
            Some(until) => write!(f, " for {}", Exactly(until.since(self.1))),
            None => Ok(()),
        }
    }
}

/// ` since 2026-11-21 10:00 UTC`: when a restriction was given, if that is known.
pub(super) struct Given(pub(super) Timestamp);

impl Display for Given {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Timestamp(0) => Ok(()),
            at => write!(f, " since {}", Utc(at)),
        }
    }
}

/// ` until 2026-11-22 10:00 UTC`: when a restriction ends, if it does.
pub(super) struct Until(pub(super) Option<Timestamp>);

impl Display for Until {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |until| write!(f, " until {}", Utc(until)))
    }
}
