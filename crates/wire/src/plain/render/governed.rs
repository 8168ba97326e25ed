//! What moderators do, as the room, the person concerned and the moderator see it; and the settings
//! of a room.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{
    Held, Knock, MaskKind, Matched, Name, PersonId, Remaining, Restriction, RoomAct, RoomChange,
    RoomInfo, RoomMask, RoomName, RoomPassword, RoomSetting, Standing, Timestamp,
};

use super::answer::InForce;
use super::moderation::{For, ForNobody, Given, StillBarred, StillMuted, Until, Whom, remaining};
use super::spared::OneAddress;
use super::{LineWriter, Renderer};
use crate::plain::words::{AfterColon, Because, Count, Enumerated, people};

/// The standing of a person who was only invited.
const INVITED: Held = Held {
    standing: Standing::Invited,
    voiced: false,
};

impl LineWriter<'_> {
    /// A change of a room, told to one person.
    pub(super) fn room_changed(&mut self, change: &RoomChange, at: Timestamp, reader: PersonId) {
        match change.told == Some(reader) && change.actor != Some(reader) {
            true => self.alone(DoneToYouIn(change, at)),
            false => self.room_changed_by_reader(change, at),
        }
    }

    fn room_changed_by_reader(&mut self, change: &RoomChange, at: Timestamp) {
        let room = &change.room_name;
        match &change.act {
            RoomAct::Stand {
                name,
                account,
                standing: Some(INVITED),
                before: None,
            } => match account {
                Some(_) => self.alone(format_args!("{name} is invited to {room}.")),
                None if change.is_lent => self.alone(format_args!(
                    "{name} is invited to {room}, once: your right to invite ends with your visit."
                )),
                None => self.alone(format_args!(
                    "{name} is invited to {room}, once: the name is not registered."
                )),
            },
            RoomAct::Stand {
                name,
                before: Some(INVITED),
                standing: None,
                ..
            } => self.alone(format_args!("{name} is no longer invited to {room}.")),
            RoomAct::Own { .. } => self.alone(format_args!("{room} is yours, under this name.")),
            RoomAct::Passing => self.alone(format_args!(
                "Nobody owns {room}: what is set here ends when everybody has left."
            )),
            RoomAct::StillInside { .. } => self.alone(StillInside(change)),
            RoomAct::Removed { .. } => {
                self.alone(format_args!("{room} was removed by {}.", change.by));
            }
            RoomAct::Bar(bar) => {
                let (whom, time) = (Whom(&bar.mask), Until(bar.until));
                let why = Because(bar.why.as_deref());
                let one = OneAddress(&bar.mask, &"/bar", "bars");
                let nobody = ForNobody(change.aside.as_ref());
                self.alone(format_args!(
                    "{whom} is barred from {room}{time}{why}{one}{nobody}"
                ));
            }
            RoomAct::Unbar(_) | RoomAct::Unmute(_) => self.lifted(change),
            RoomAct::Mute(mute) => {
                let (whom, time) = (Whom(&mute.mask), For(mute, at));
                let why = Because(mute.why.as_deref());
                self.alone(format_args!("{whom} is muted in {room}{time}{why}"));
            }
            // This has words of its own.
            RoomAct::Listed { .. } => {}
            RoomAct::Set(_)
            | RoomAct::Stand { .. }
            | RoomAct::Eject { .. }
            | RoomAct::Mask { .. } => {
                self.alone(format_args!("{}.", Changed(change)));
            }
        }
    }

    /// `! bob may enter #dev again.`, or what keeps him out still.
    fn lifted(&mut self, change: &RoomChange) {
        let room = &change.room_name;
        match &change.act {
            RoomAct::Unbar(mask) => match remaining(change.aside.as_ref()) {
                Some(remaining) => {
                    let (whom, still) = (Whom(mask), StillBarred(Whom(mask), remaining));
                    self.alone(format_args!(
                        "The bar of {whom} in {room} is lifted. {still}"
                    ));
                }
                None => self.alone(format_args!("{} may enter {room} again.", Whom(mask))),
            },
            RoomAct::Unmute(mask) => match remaining(change.aside.as_ref()) {
                Some(remaining) => {
                    let (whom, still) = (Whom(mask), StillMuted(Whom(mask), remaining));
                    // A mute of the room is undone there.
                    let here = if matches!(remaining, Remaining::Mask(_)) {
                        " here"
                    } else {
                        ""
                    };
                    self.alone(format_args!(
                        "The mute of {whom} in {room} is lifted. {still}{here}"
                    ));
                }
                None => self.alone(format_args!("{} may speak in {room} again.", Whom(mask))),
            },
            _ => {}
        }
    }

    /// `! bob asks to be let into #dev: /invite bob`
    pub(super) fn knocked(&mut self, knock: &Knock, reader: PersonId) {
        let (name, room) = (&knock.name, &knock.room_name);
        match knock.person == reader {
            true => self.alone(format_args!("The moderators of {room} are asked.")),
            false => self.alone(format_args!(
                "{name} asks to be let into {room}: /invite {name}"
            )),
        }
    }
}

/// `bib, logged in to the same account as bob, is still in #dev.`: what a moderator is told who has put out one of several
/// connections of an account.
pub(crate) struct StillInside<'a>(pub(crate) &'a RoomChange);

impl Display for StillInside<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RoomAct::StillInside { name, other, more } = &self.0.act else {
            return Ok(());
        };
        let (room, verb) = (&self.0.room_name, if *more == 0 { "is" } else { "are" });
        write!(f, "{other}")?;
        if *more > 0 {
            write!(f, " and {more} more")?;
        }
        write!(
            f,
            ", logged in to the same account as {name}, {verb} still in {room}."
        )
    }
}

/// `You are muted in #dev by ann for 10 minutes: spam.`: what a moderator did to the reader, whom the room does not
/// show it.
pub(crate) struct DoneToYouIn<'a>(pub(crate) &'a RoomChange, pub(crate) Timestamp);

impl Display for DoneToYouIn<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(change, at) = *self;
        let (by, room) = (&change.by, &change.room_name);
        match &change.act {
            RoomAct::Eject { why, .. } => {
                let why = Because(why.as_deref());
                write!(f, "You were ejected from {room} by {by}{why}")
            }
            RoomAct::Mute(mute) => {
                let (time, why) = (For(mute, at), Because(mute.why.as_deref()));
                write!(f, "You are muted in {room} by {by}{time}{why}")
            }
            RoomAct::Unmute(_) => write!(f, "You may speak in {room} again: {by} unmuted you."),
            RoomAct::Stand {
                standing: Some(INVITED),
                before: None,
                ..
            } => write!(f, "{by} invites you to {room}: /join {room}"),
            RoomAct::Stand {
                before: Some(INVITED),
                standing: None,
                ..
            } => write!(f, "{by} took the invitation to {room} back."),
            _ => write!(f, "{}.", Changed(change)),
        }
    }
}

/// A change that everybody in the room sees: `lee made ann a moderator of #dev`.
pub(crate) struct Changed<'a>(pub(crate) &'a RoomChange);

impl Display for Changed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RoomChange {
            room_name: room,
            by,
            act,
            ..
        } = self.0;
        match act {
            RoomAct::Set(settings) => {
                write!(f, "{by} ")?;
                for (number, setting) in settings.iter().enumerate() {
                    let gap = if number > 0 { "; " } else { "" };
                    write!(f, "{gap}{}", SetTo(setting, room))?;
                }
                Ok(())
            }
            RoomAct::Eject { name, why, .. } => {
                write!(
                    f,
                    "{name} was ejected from {room} by {by}{}",
                    AfterColon(why.as_deref())
                )
            }
            RoomAct::Stand {
                name,
                before,
                standing,
                ..
            } => {
                let governs = |held: &Option<Held>| {
                    held.is_some_and(|held| held.standing >= Standing::Moderator)
                };
                let has_voice = |held: &Option<Held>| held.is_some_and(Held::has_voice);
                match (governs(before), governs(standing)) {
                    (false, true) => write!(f, "{by} made {name} a moderator of {room}"),
                    (true, false) => write!(f, "{by} took {name}'s moderator rights in {room}"),
                    _ if has_voice(standing) => write!(f, "{by} gave {name} a voice in {room}"),
                    _ => write!(f, "{by} took {name}'s voice in {room}"),
                }?;
                // In a closed room a rank that lasts lets its bearer in, and still does when it is
                // taken.
                match standing == &Some(INVITED) {
                    true => write!(f, ", and {name} stays invited"),
                    false => Ok(()),
                }
            }
            RoomAct::Mask { mask, on } => {
                let masked = Masked(mask.kind, &mask.matched, *on, room);
                write!(f, "{by} {masked}")
            }
            RoomAct::Own { .. }
            | RoomAct::Listed { .. }
            | RoomAct::Passing
            | RoomAct::StillInside { .. }
            | RoomAct::Removed { .. }
            | RoomAct::Bar(_)
            | RoomAct::Unbar(_)
            | RoomAct::Mute(_)
            | RoomAct::Unmute(_) => Ok(()),
        }
    }
}

/// A new setting, after the name of its author.
pub(super) struct SetTo<'a>(pub(super) &'a RoomSetting, pub(super) &'a RoomName);

impl Display for SetTo<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(setting, room) = self;
        match setting {
            RoomSetting::Closed(true) => {
                write!(
                    f,
                    "closed {room}: only those who are invited may enter; those inside stay"
                )
            }
            RoomSetting::Closed(false) => write!(f, "opened {room}"),
            RoomSetting::Password(Some(_)) => write!(f, "gave {room} a password"),
            RoomSetting::Password(None) => write!(f, "took the password off {room}"),
            RoomSetting::Limit(Some(limit)) => {
                write!(f, "limited {room} to {}", people(*limit))
            }
            RoomSetting::Limit(None) => write!(f, "took the limit off {room}"),
            RoomSetting::Moderated(true) => {
                write!(f, "lets only voices and moderators speak in {room}")
            }
            RoomSetting::Moderated(false) => write!(f, "lets everybody speak in {room}"),
            RoomSetting::Hidden(true) => write!(f, "hid {room} from those outside"),
            RoomSetting::Hidden(false) => write!(f, "shows {room} to those outside"),
            RoomSetting::GuardsTopic(true) => {
                write!(f, "lets only moderators set the topic of {room}")
            }
            RoomSetting::GuardsTopic(false) => {
                write!(f, "lets everybody set the topic of {room}")
            }
            RoomSetting::Outsiders(true) => write!(f, "lets those outside speak to {room}"),
            RoomSetting::Outsiders(false) => write!(f, "lets nobody outside speak to {room}"),
            RoomSetting::Registered(true) => {
                write!(f, "lets only registered names enter {room}")
            }
            RoomSetting::Registered(false) => {
                write!(f, "lets names that are not registered enter {room}")
            }
            RoomSetting::Encrypted(true) => {
                write!(f, "lets only encrypted connections enter {room}")
            }
            RoomSetting::Encrypted(false) => {
                write!(f, "lets connections that are not encrypted enter {room}")
            }
            RoomSetting::NoCtcp(true) => write!(f, "lets no CTCP into {room}"),
            RoomSetting::NoCtcp(false) => write!(f, "lets CTCP into {room}"),
        }
    }
}

impl Renderer {
    /// A room's settings, and who governs it: the answer to `/room`.
    pub(super) fn room_info(&self, out: &mut Vec<u8>, info: &RoomInfo) {
        let writer = &mut self.writer(out);
        writer.separator(format_args!("{}, {}", info.room, people(info.here)));
        settings(writer, info);
        let governs = |standing| {
            let named = info.standings.iter();
            let named = named.filter(move |(_, other)| *other == standing);
            named.map(|(name, _)| name.clone()).collect::<Vec<Name>>()
        };
        for (standing, what) in [
            (Standing::Owner, "owner"),
            (Standing::Moderator, "moderators"),
            (Standing::Voice, "voices"),
            (Standing::Invited, "invited"),
        ] {
            let names = &governs(standing)[..];
            if !names.is_empty() {
                writer.row(format_args!("{what}: {}", Enumerated { names, more: 0 }));
            }
        }
        if info.more > 0 {
            writer.row(format_args!("and {} more", info.more));
        }
        if info.listed > 0 {
            writer.row(format_args!(
                "bars, mutes and masks: {} (/bars)",
                info.listed
            ));
        }
        if info.is_servers {
            writer.row("moderated by server operators");
        }
        match info.standing {
            Some(Standing::Moderator) => writer.row("you are a moderator: /help rooms"),
            Some(Standing::Owner) => writer.row("you own it: /help rooms"),
            Some(Standing::Voice) => writer.row("you have a voice"),
            _ => {}
        }
    }

    /// `! You talk in #lobby now.`, after being put out of another room.
    pub fn place_now(&self, out: &mut Vec<u8>, room: &RoomName) {
        self.writer(out)
            .alone(format_args!("You talk in {room} now."));
    }

    /// `! Sent to #dev.`
    pub fn sent_to(&self, out: &mut Vec<u8>, room: &RoomName) {
        self.writer(out).alone(format_args!("Sent to {room}."));
    }

    /// The bars and mutes of a room: the answer to `/bars`.
    pub(super) fn bars(
        &self,
        out: &mut Vec<u8>,
        room: &RoomName,
        (bars, mutes): (&[Restriction], &[Restriction]),
        masks: &[RoomMask],
        accounts: &[Name],
        unseen: usize,
    ) {
        let writer = &mut self.writer(out);
        if bars.is_empty() && mutes.is_empty() && masks.is_empty() && unseen == 0 {
            return writer.alone(format_args!("Nobody is barred from {room} or muted in it."));
        }
        writer.separator(format_args!("barred from {room}, or muted in it"));
        for bar in bars {
            writer.row(format_args!("barred: {}", InForce(bar, accounts)));
        }
        for mute in mutes {
            writer.row(format_args!("muted: {}", InForce(mute, accounts)));
        }
        for mask in masks {
            let what = match mask.kind {
                MaskKind::Ban => "barred",
                MaskKind::Mute => "muted",
                MaskKind::Exception => "exempt",
                MaskKind::MuteException => "exempt from mutes",
                MaskKind::Invitation => "invited",
            };
            let (whom, by) = (&mask.matched, &mask.by);
            let since = Given(mask.at);
            writer.row(format_args!("{what}: {whom}{since} by {by}"));
        }
        if unseen > 0 {
            let addresses = Count(unseen, "address or block", "addresses or blocks");
            writer.row(format_args!(
                "barred: {addresses}, for server operators alone to see and lift"
            ));
        }
    }
}

fn settings(writer: &mut LineWriter<'_>, info: &RoomInfo) {
    let settings = &info.settings;
    let is_open = !settings.is_private() && !info.has_password;
    if is_open && settings.limit.is_none() {
        writer.row("open to everybody");
    }
    if settings.closed {
        writer.row("closed: only those who are invited may enter");
    }
    match &settings.password {
        Some(password) => {
            let word = RoomPassword::reveal(password);
            writer.row(format_args!("password: {word}"));
        }
        None if info.has_password && settings.closed => {
            writer.row("a password is set, which alone opens nothing while the room is closed");
        }
        None if info.has_password => writer.row("a password opens it"),
        None => {}
    }
    if let Some(limit) = settings.limit {
        writer.row(format_args!("limit: {}", people(limit)));
    }
    for (is_on, what) in [
        (settings.registered, "only registered names may enter"),
        (settings.encrypted, "only encrypted connections may enter"),
        (settings.hidden, "hidden from those outside"),
        (
            settings.moderated,
            "moderated: only voices and moderators speak",
        ),
        (settings.guards_topic, "only moderators set the topic"),
        (settings.outsiders, "those outside may speak to it"),
        (settings.no_ctcp, "takes no CTCP from clients of IRC"),
    ] {
        if is_on {
            writer.row(what);
        }
    }
}

/// The change of a mask, after the name of its author.
pub(crate) struct Masked<'a>(
    pub(crate) MaskKind,
    pub(crate) &'a Matched,
    pub(crate) bool,
    pub(crate) &'a RoomName,
);

impl Display for Masked<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(kind, matched, on, room) = *self;
        let (what, whom) = match matched {
            Matched::Source(glob) => ("", glob),
            Matched::Account(glob) => ("the account ", glob),
        };
        let whom = format_args!("{what}{whom}");
        match (kind, on) {
            (MaskKind::Ban, true) => write!(f, "keeps {whom} out of {room}"),
            (MaskKind::Ban, false) => write!(f, "lets {whom} into {room} again"),
            (MaskKind::Mute, true) => write!(f, "mutes {whom} in {room}"),
            (MaskKind::Mute, false) => write!(f, "lets {whom} speak in {room} again"),
            (MaskKind::Exception, true) => write!(f, "exempts {whom} from the bans of {room}"),
            (MaskKind::Exception, false) => {
                write!(f, "no longer exempts {whom} from the bans of {room}")
            }
            (MaskKind::MuteException, true) => {
                write!(f, "exempts {whom} from the mutes of {room}")
            }
            (MaskKind::MuteException, false) => {
                write!(f, "no longer exempts {whom} from the mutes of {room}")
            }
            (MaskKind::Invitation, true) => write!(f, "invites {whom} to {room} for good"),
            (MaskKind::Invitation, false) => write!(f, "no longer invites {whom} to {room}"),
        }
    }
}
