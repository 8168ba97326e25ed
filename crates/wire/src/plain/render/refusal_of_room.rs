//! Refusals by the rules of one room.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Listed, Mask, Name, Remaining, RoomName, RoomRejection, Standing};

use super::moderation::{StillBarred, StillMuted, Until, Whom};
use crate::plain::request::Context;
use crate::plain::words::{Because, More, people};

/// A refusal as a sentence, after `NOT sent: ` if that comes before it.
pub(super) struct OfRoom<'a>(
    pub(super) &'a RoomName,
    pub(super) &'a RoomRejection,
    pub(super) Context,
);

impl OfRoom<'_> {
    /// Whether it says why a person may not speak.
    pub(super) fn is_unspoken(rejection: &RoomRejection) -> bool {
        matches!(
            rejection,
            RoomRejection::Muted { .. }
                | RoomRejection::BarredSpeech
                | RoomRejection::NoOutsiders
                | RoomRejection::NoCtcp
        )
    }
}

/// The rights that it takes to govern a room. Only operators have them in the lobby.
pub(super) fn rights_in(room: &RoomName) -> &'static str {
    match *room == RoomName::lobby() {
        true => "operator rights",
        false => "moderator rights",
    }
}

impl Display for OfRoom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(room, rejection, context) = *self;
        match rejection {
            RoomRejection::NeedsModerator => match context {
                Context::Command(command) => {
                    write!(f, "/{command} needs {} in {room}.", rights_in(room))
                }
                _ => write!(f, "That needs {} in {room}.", rights_in(room)),
            },
            RoomRejection::AddressBar if context == Context::Command("unbar") => {
                write!(
                    f,
                    "Only server operators lift bars of addresses from {room}."
                )
            }
            RoomRejection::Muted {
                remaining: Some(span),
            } => write!(f, "you are muted in {room} for {}.", More(*span)),
            RoomRejection::Muted { remaining: None } => write!(f, "you are muted in {room}."),
            RoomRejection::BarredSpeech => {
                write!(f, "you are barred from {room}, and may not speak there.")
            }
            RoomRejection::NoCtcp => write!(f, "{room} takes no CTCP."),
            RoomRejection::NoOutsiders => write!(
                f,
                "you are not in {room}, and it takes nothing from outside."
            ),
            RoomRejection::TargetOutside(name)
            | RoomRejection::TargetInside(name)
            | RoomRejection::TargetGoverns(name, _)
            | RoomRejection::TargetOperates(name)
            | RoomRejection::StandsAlready(name, _)
            | RoomRejection::StandsNot(name, _)
            | RoomRejection::TargetBarred(name)
            | RoomRejection::NameBarred(name) => about_a_person(f, room, rejection, name),
            RoomRejection::TopicGuarded
            | RoomRejection::NoTopic
            | RoomRejection::SetAlready
            | RoomRejection::LobbyIsOpen
            | RoomRejection::OperatorsAlone
            | RoomRejection::LobbyKeepsAll
            | RoomRejection::PasswordNotForAll
            | RoomRejection::SetInClear
            | RoomRejection::Stays
            | RoomRejection::NameTaken(_)
            | RoomRejection::StandingsFull
            | RoomRejection::OwnRoom => about_governing(f, room, rejection),
            RoomRejection::BarsFull
            | RoomRejection::AddressBar
            | RoomRejection::AddressMask
            | RoomRejection::NotBarred(_)
            | RoomRejection::BarredOtherwise(..)
            | RoomRejection::MutedOtherwise(..)
            | RoomRejection::NotMuted(_) => about_restrictions(f, room, rejection),
            _ => about_entering(f, room, rejection),
        }
    }
}

fn about_governing(
    f: &mut Formatter<'_>,
    room: &RoomName,
    rejection: &RoomRejection,
) -> fmt::Result {
    match rejection {
        RoomRejection::TopicGuarded => write!(f, "Only moderators set the topic of {room}."),
        RoomRejection::NoTopic => write!(f, "{room} has no topic. /topic TEXT sets one."),
        RoomRejection::SetAlready => write!(f, "{room} has that setting already."),
        RoomRejection::LobbyIsOpen => write!(
            f,
            "{room} is open to everybody: only moderated, topic, outsiders and ctcp can be set."
        ),
        RoomRejection::OperatorsAlone => write!(f, "Only server operators moderate {room}."),
        RoomRejection::LobbyKeepsAll => write!(
            f,
            "Nobody can be kept out of {room}. /kick and /ban are for the server."
        ),
        RoomRejection::PasswordNotForAll => f.write_str(
            "A room's password has no comma and no : in front: IRC clients could not give it.",
        ),
        RoomRejection::SetInClear => {
            f.write_str("Only an encrypted connection can set that, and yours is not.")
        }
        RoomRejection::Stays => write!(f, "{room} is the server's own, and stays."),
        RoomRejection::NameTaken(new) => write!(f, "{new} is taken. Choose another name."),
        RoomRejection::StandingsFull => {
            write!(f, "{room} keeps no more names. Take somebody off first.")
        }
        RoomRejection::OwnRoom => write!(
            f,
            "{room} is yours, so you stay its moderator. A server operator can take it from you."
        ),
        _ => Ok(()),
    }
}

fn about_restrictions(
    f: &mut Formatter<'_>,
    room: &RoomName,
    rejection: &RoomRejection,
) -> fmt::Result {
    match rejection {
        RoomRejection::AddressMask => write!(
            f,
            "Hosts are cloaked, so no mask of such a host matches in {room}. Name the person."
        ),
        RoomRejection::AddressBar => write!(
            f,
            "Only server operators bar addresses from {room}. /bar NAME covers a person's address too."
        ),
        RoomRejection::BarsFull => write!(
            f,
            "The list of {room} is full. /bars shows whom to take off."
        ),
        RoomRejection::NotBarred(Listed::Mask(mask)) => write!(
            f,
            "{} is not barred from {room}. /bars lists all.",
            Whom(mask)
        ),
        RoomRejection::NotBarred(Listed::Matched(mask)) => {
            write!(f, "{room} has no mask {mask}. /bars lists all.")
        }
        RoomRejection::BarredOtherwise(mask, remaining) => {
            let (whom, still) = (Whom(mask), StillBarred(Whom(mask), remaining));
            write!(f, "No bar of {room} names {whom}. {still}")
        }
        RoomRejection::NotMuted(name) => write!(f, "{name} is not muted in {room}."),
        RoomRejection::MutedOtherwise(name, remaining) => {
            let mask = Mask::of_name(name.clone());
            let still = StillMuted(Whom(&mask), remaining);
            write!(f, "No mute of {room} names {name}. {still}")?;
            match **remaining {
                Remaining::Mask(_) => f.write_str(" here"),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn about_entering(
    f: &mut Formatter<'_>,
    room: &RoomName,
    rejection: &RoomRejection,
) -> fmt::Result {
    match rejection {
        RoomRejection::Closed => {
            write!(f, "{room} is closed. /knock {room} asks to be let in.")
        }
        RoomRejection::ClosedToStrangers => {
            write!(f, "{room} is closed: only those who are invited may enter.")
        }
        RoomRejection::NeedsPassword => {
            write!(f, "{room} needs a password: /join {room} WORD")
        }
        RoomRejection::WrongPassword => write!(f, "That is not the password of {room}."),
        RoomRejection::Full { people_max } => {
            write!(f, "{room} is full ({}).", people(*people_max))
        }
        RoomRejection::RegisteredOnly => {
            write!(
                f,
                "{room} is for registered names: /claim PASSWORD keeps yours."
            )
        }
        RoomRejection::EncryptedOnly => {
            write!(f, "{room} is for encrypted connections, and yours is not.")
        }
        RoomRejection::Barred { until, why } => {
            let (until, why) = (Until(*until), Because(why.as_deref()));
            write!(f, "You are barred from {room}{until}{why}")
        }
        RoomRejection::Another => {
            write!(f, "It has ended, and {room} is another room: /join {room}")
        }
        RoomRejection::InsideAlready => write!(f, "You are in {room} already."),
        RoomRejection::NoNeedToKnock => write!(f, "{room} lets you in: /join {room}"),
        RoomRejection::KnockedAlready => {
            write!(f, "You have knocked on {room}. Its moderators know.")
        }
        RoomRejection::NobodyRanked => write!(f, "Nobody else in {room} has that rank."),
        RoomRejection::NobodyHears => {
            write!(f, "No moderator of {room} is inside to let you in.")
        }
        _ => Ok(()),
    }
}

fn about_a_person(
    f: &mut Formatter<'_>,
    room: &RoomName,
    rejection: &RoomRejection,
    name: &Name,
) -> fmt::Result {
    match rejection {
        RoomRejection::TargetOutside(_) => write!(f, "{name} is not in {room}."),
        RoomRejection::TargetInside(_) => write!(f, "{name} is in {room} already."),
        RoomRejection::TargetGoverns(_, Standing::Owner) => write!(f, "{name} owns {room}."),
        RoomRejection::TargetGoverns(..) => {
            write!(f, "{name} is a moderator of {room}: /unmod {name} first.")
        }
        RoomRejection::TargetOperates(_) => write!(f, "{name} is a server operator."),
        RoomRejection::TargetBarred(_) => {
            write!(f, "{name} is barred from {room}: /unbar {name} first.")
        }
        RoomRejection::StandsAlready(_, standing) => match standing {
            Standing::Owner => write!(f, "{name} owns {room}."),
            Standing::Moderator => write!(f, "{name} is a moderator of {room} already."),
            Standing::Voice => write!(f, "{name} has a voice in {room} already."),
            Standing::Invited => write!(f, "{name} is invited to {room} already."),
        },
        RoomRejection::StandsNot(_, standing) => match standing {
            Standing::Owner => write!(f, "{name} does not own {room}."),
            Standing::Moderator => write!(f, "{name} is not a moderator of {room}."),
            Standing::Voice => write!(f, "{name} has no voice in {room}."),
            Standing::Invited => write!(f, "{name} is not invited to {room}."),
        },
        _ => write!(f, "\"{name}\" is barred from {room}, and you are inside."),
    }
}
