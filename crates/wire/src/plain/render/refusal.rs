//! Refusals: why a request cannot be granted, worded for the person who made it.
//!
//! The sentence is the same at the name prompt and in the chat, where it follows a `!`. If a
//! message was not sent the refusal says so, because its author believes that it was heard.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{LeftOut, Name, Rejection, RoomName};

use super::Renderer;
use super::moderation::Until;
use super::refusal_of_account::OfAccount;
use super::refusal_of_room::{OfRoom, rights_in};
use crate::plain::SHELL;
use crate::plain::parse::rooms::setting_like;
use crate::plain::request::Context;
use crate::plain::words::{Because, More, people, rooms};

impl Renderer {
    /// Writes why a request was refused.
    pub fn refusal(
        &self,
        out: &mut Vec<u8>,
        rejection: &Rejection,
        context: Context,
        here: Option<&RoomName>,
    ) {
        let writer = &mut self.writer(out);
        if let Rejection::NeedsOperator = rejection {
            return writer.alone(NeedsOperator(context, here));
        }
        if let Rejection::Absent(name) = rejection {
            return match context {
                Context::Command("whois") => {
                    writer.alone(format_args!("{name} is not here. The name is registered."));
                }
                _ => writer.alone(format_args!("{name} is not here: NOT sent.")),
            };
        }
        if let Rejection::Of(room, of_room) = rejection {
            let sentence = OfRoom(room, of_room, context);
            return match (OfRoom::is_unspoken(of_room), context) {
                (true, Context::Speech) => writer.alone(format_args!("NOT sent: {sentence}")),
                (true, _) => writer.alone(format_args!("Not done: {sentence}")),
                (false, Context::Speech) => writer.alone(format_args!("NOT sent. {sentence}")),
                (false, _) => writer.alone(sentence),
            };
        }
        match (Unspoken::of(rejection), context) {
            (Some(unspoken), Context::Speech) => writer.alone(format_args!("NOT sent: {unspoken}")),
            (Some(unspoken), _) => writer.alone(format_args!("Not done: {unspoken}")),
            (None, _) => writer.alone(Sentence(rejection, context)),
        }
    }

    /// Tells a person who has come in which rooms they could not enter again, and why.
    pub fn left_out(&self, out: &mut Vec<u8>, rooms: &[LeftOut]) {
        let writer = &mut self.writer(out);
        let context = Context::Command("join");
        for LeftOut { room, why } in rooms {
            let start = format_args!("You are no longer in {room}");
            match (why, Unspoken::of(why)) {
                (Rejection::Of(room, rule), _) => {
                    writer.alone(format_args!("{start}. {}", OfRoom(room, rule, context)));
                }
                (_, Some(unspoken)) => writer.alone(format_args!("{start}: {unspoken}")),
                (why, None) => writer.alone(format_args!("{start}. {}", Sentence(why, context))),
            }
        }
    }

    /// Writes why a login was refused, at the name prompt. Does not repeat the prompt: the caller
    /// knows whether there is another try.
    pub fn login_refusal(&self, out: &mut Vec<u8>, rejection: &Rejection) {
        let writer = &mut self.writer(out);
        match Unspoken::of(rejection) {
            Some(unspoken) => writer.bare(format_args!("Not possible: {unspoken}")),
            None => writer.bare(Sentence(rejection, Context::Prompt)),
        }
    }
}

/// A reason why a person may not speak.
struct Unspoken<'a>(&'a Rejection);

impl<'a> Unspoken<'a> {
    fn of(rejection: &'a Rejection) -> Option<Self> {
        matches!(
            rejection,
            Rejection::ReadOnly(_)
                | Rejection::NothingKept(_)
                | Rejection::MailFull(_)
                | Rejection::HearsRegisteredOnly(_)
                | Rejection::Muted { .. }
                | Rejection::LockedSpeech
                | Rejection::LockedRegistration
                | Rejection::CannotSave
                | Rejection::NotHere
                | Rejection::ShowsServerPassword
                | Rejection::ShowsSecret
        )
        .then_some(Self(rejection))
    }
}

impl Display for Unspoken<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rejection::NothingKept(name) => {
                write!(f, "{name}'s link is lost, and no more is kept for {name}.")
            }
            Rejection::MailFull(name) => {
                write!(f, "{name} is not here, and no more is kept for {name}.")
            }
            Rejection::HearsRegisteredOnly(name) => {
                write!(
                    f,
                    "{name} takes private messages from registered names alone."
                )
            }
            Rejection::ReadOnly(room) => write!(f, "{room} is read-only."),
            Rejection::Muted {
                remaining: Some(span),
            } => write!(f, "you are muted for {}.", More(*span)),
            Rejection::Muted { remaining: None } => f.write_str("you are muted."),
            Rejection::LockedSpeech => {
                f.write_str("only registered names may speak at the moment.")
            }
            Rejection::LockedRegistration => {
                f.write_str("nobody can register a name while the server is locked.")
            }
            Rejection::CannotSave => f.write_str("the server cannot save messages right now."),
            Rejection::ShowsServerPassword => f.write_str("that is the password of this server."),
            Rejection::ShowsSecret => {
                f.write_str("that looks like a password. To say it, put another word first.")
            }
            _ => f.write_str("this session has ended."),
        }
    }
}

/// `/kick needs operator rights in #lobby.`
struct NeedsOperator<'a>(Context, Option<&'a RoomName>);

impl Display for NeedsOperator<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Context::Command(command) => write!(f, "/{command} needs operator rights")?,
            Context::Speech | Context::Prompt => f.write_str("That needs operator rights")?,
        }
        match self.1 {
            Some(room) => write!(f, " in {room}."),
            None => f.write_str("."),
        }
    }
}

/// Any other refusal as a sentence.
struct Sentence<'a>(&'a Rejection, Context);

impl Display for Sentence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rejection::SameName(_) if self.1 == Context::Command("rename") => {
                about_people(f, self.0, self.1)
            }
            Rejection::NameTaken { .. }
            | Rejection::NameKept { .. }
            | Rejection::NameLooksLike { .. }
            | Rejection::NameReserved(_)
            | Rejection::SameName(_)
            | Rejection::ServerFull { .. }
            | Rejection::Banned { .. }
            | Rejection::MutedArrival { .. }
            | Rejection::Locked
            | Rejection::CodeNotValid
            | Rejection::OperatorCode
            | Rejection::SessionKicked { .. } => about_arriving(f, self.0, self.1),
            Rejection::NoSuchRoom { .. }
            | Rejection::NotInRoom(_)
            | Rejection::RoomGone
            | Rejection::OnlyLobby
            | Rejection::TooManyRooms { .. }
            | Rejection::TooManyRoomsMade { .. }
            | Rejection::RoomLooksLike { .. }
            | Rejection::RoomsFull { .. } => about_rooms(f, self.0, self.1),
            Rejection::NoSuchMessage | Rejection::NotOnesMessage(_) => about_messages(f, self.0),
            Rejection::Of(room, rejection) => OfRoom(room, rejection, self.1).fmt(f),
            Rejection::AlreadyOperator(_)
            | Rejection::NotOperator(_)
            | Rejection::NotMuted(_)
            | Rejection::MutedInRoom { .. }
            | Rejection::Outranked(_)
            | Rejection::OutlastsVisit
            | Rejection::NotBanned(_)
            | Rejection::BannedInBlock { .. }
            | Rejection::RestrictionsFull => about_operators(f, self.0, self.1),
            Rejection::NameRegistered(_)
            | Rejection::NeedsOldPassword(_)
            | Rejection::WrongPassword(_)
            | Rejection::NotLoggedIn
            | Rejection::LoggedInAlready(_)
            | Rejection::TooManyLogins { .. }
            | Rejection::TooManyNames { .. }
            | Rejection::NotRegistered(_)
            | Rejection::TooManyRegistered { .. }
            | Rejection::WeakPassword { .. }
            | Rejection::QuotedPassword
            | Rejection::PasswordOfServer
            | Rejection::NeedsServerPassword
            | Rejection::WrongServerPassword
            | Rejection::NeedsProof
            | Rejection::CertificateUnchecked
            | Rejection::NotProven(_)
            | Rejection::TooManyCertificates { .. }
            | Rejection::NoSuchCertificate
            | Rejection::LastCredential(_)
            | Rejection::RegistrationsFull => OfAccount(self.0, self.1).fmt(f),
            rejection => about_people(f, rejection, self.1),
        }
    }
}

fn about_arriving(f: &mut Formatter<'_>, rejection: &Rejection, context: Context) -> fmt::Result {
    match rejection {
        Rejection::NameTaken { name, free } => {
            write!(
                f,
                "\"{name}\" is here already. Try another, such as {free}."
            )
        }
        Rejection::NameKept { name, remaining } => {
            let more = More(*remaining);
            write!(
                f,
                "\"{name}\" is kept for its owner for {more}. \
                 If it is yours, type /resume CODE; or choose another."
            )
        }
        Rejection::NameLooksLike { name, other, .. } => {
            write!(f, "\"{name}\" looks like \"{other}\". Choose another.")
        }
        Rejection::NameReserved(name) => write!(f, "\"{name}\" is reserved. Choose another."),
        Rejection::SameName(name) => write!(f, "You are {name} already."),
        Rejection::ServerFull { people_max } => {
            write!(
                f,
                "The server is full ({}). Try again later.",
                people(*people_max)
            )
        }
        Rejection::Banned { until, why } => {
            write!(
                f,
                "You are banned{}{}",
                Until(*until),
                Because(why.as_deref())
            )
        }
        Rejection::MutedArrival { had, remaining } => {
            f.write_str("You are muted")?;
            if let Some(remaining) = remaining {
                write!(f, " for {}", More(*remaining))?;
            }
            write!(
                f,
                ", so no new name is told to others. Come as {had}, or press Enter for a guest name."
            )
        }
        Rejection::Locked => {
            f.write_str("Only registered names may come in at the moment. Try again later.")
        }
        Rejection::OperatorCode => {
            f.write_str("That code makes you the operator and resumes nothing. ")?;
            f.write_str(match context {
                Context::Prompt => "First give a name, then type /op CODE.",
                _ => "Type /op CODE.",
            })
        }
        Rejection::SessionKicked { by, why } => write!(
            f,
            "You were kicked by {by}{} That code is not valid any more.",
            Because(why.as_deref())
        ),
        _ => f.write_str("That code is not valid any more."),
    }
}

fn no_such_room(f: &mut Formatter<'_>, room: &RoomName, context: Context) -> fmt::Result {
    match context {
        Context::Command(SHELL) => write!(f, "No room {room}."),
        Context::Command("room") if let Some(setting) = setting_like(room.bare()) => {
            write!(
                f,
                "No room {room}. Did you mean /room {setting}? /rooms lists all."
            )
        }
        Context::Command("room") => write!(
            f,
            "No room {room}. /rooms lists all, and /help room the settings."
        ),
        Context::Command("who") if let Some(name) = Name::known(room.bare()) => write!(
            f,
            "No room {room}. /rooms lists all. /whois {name} tells of a person."
        ),
        Context::Command("history") => write!(
            f,
            "No room {room}. /rooms lists all, and /help history what else it takes."
        ),
        _ => write!(f, "No room {room}. /rooms lists all."),
    }
}

fn about_rooms(f: &mut Formatter<'_>, rejection: &Rejection, context: Context) -> fmt::Result {
    match rejection {
        Rejection::NoSuchRoom {
            room,
            meant: Some(meant),
        } => write!(f, "No room {room}. Did you mean {meant}?"),
        Rejection::NoSuchRoom { room, meant: None } => no_such_room(f, room, context),
        Rejection::RoomLooksLike {
            room,
            other: Some(other),
        } => write!(
            f,
            "{room} looks like {other}, which is there: /join {other}, or choose another name."
        ),
        Rejection::RoomLooksLike { room, other: None } => {
            write!(f, "{room} looks like another room. Choose another name.")
        }
        // To the reader, a hidden room is the same as one that has ended.
        Rejection::RoomGone => f.write_str(match context {
            Context::Command("join") => "That room has been closed.",
            _ => "There is no such room. /rooms lists all.",
        }),
        Rejection::NotInRoom(room) => write!(f, "You are not in {room}."),
        Rejection::OnlyLobby => {
            let lobby = RoomName::lobby();
            write!(f, "You are only in {lobby}. /quit leaves the server.")
        }
        Rejection::TooManyRooms { rooms_max } => {
            write!(
                f,
                "You are in {}, the limit. /leave one first.",
                rooms(*rooms_max)
            )
        }
        Rejection::TooManyRoomsMade { rooms_max } => write!(
            f,
            "You, or others from your address, have made {}, the limit.",
            rooms(*rooms_max)
        ),
        Rejection::RoomsFull { rooms_max } => {
            write!(f, "The server has {}, its limit.", rooms(*rooms_max))
        }
        _ => Ok(()),
    }
}

fn about_messages(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::NoSuchMessage => {
            f.write_str("There is no such message here. /history ids shows what to type.")
        }
        Rejection::NotOnesMessage(Some(room)) => write!(
            f,
            "That is not your message, and /delete needs {} in {room} to delete other people's.",
            rights_in(room)
        ),
        Rejection::NotOnesMessage(None) => {
            f.write_str("That is not your message. Only its sender may delete a private message.")
        }
        _ => Ok(()),
    }
}

fn about_operators(f: &mut Formatter<'_>, rejection: &Rejection, context: Context) -> fmt::Result {
    match rejection {
        Rejection::AlreadyOperator(name) => write!(f, "{name} is already an operator."),
        Rejection::NotOperator(name) => write!(f, "{name} is not an operator."),
        Rejection::NotMuted(name) => write!(f, "{name} is not muted."),
        Rejection::MutedInRoom { name, room } => {
            write!(f, "{name} is not muted on the whole server, but in {room}")?;
            match context {
                Context::Command(SHELL) => f.write_str("."),
                _ => write!(f, ": /unmute {name} here"),
            }
        }
        Rejection::OutlastsVisit => f.write_str(
            "You are an operator for this visit alone, and that would outlast your visit.",
        ),
        Rejection::Outranked(name) => {
            write!(
                f,
                "{name} was an operator before you, so you cannot do that to them."
            )
        }
        Rejection::NotBanned(mask) => {
            let list = match context {
                Context::Command(SHELL) => "\"chinwag bans\"",
                _ => "/bans",
            };
            write!(f, "{} is not banned. {list} lists all.", mask)
        }
        Rejection::BannedInBlock { asked, block } => {
            let unban = match context {
                Context::Command(SHELL) => "chinwag unban",
                _ => "/unban",
            };
            let (asked, block) = (asked, block);
            write!(
                f,
                "{asked} is banned as a part of {block}: {unban} {block} lets all of it in."
            )
        }
        Rejection::RestrictionsFull => {
            f.write_str("The list of bans or mutes is full. Undo some first.")
        }
        _ => Ok(()),
    }
}

fn about_people(f: &mut Formatter<'_>, rejection: &Rejection, context: Context) -> fmt::Result {
    match (rejection, context) {
        (
            Rejection::NobodyCalled {
                typed,
                meant: Some(meant),
            },
            _,
        ) => write!(f, "Nobody called \"{typed}\". Did you mean {meant}?"),
        (Rejection::NobodyCalled { typed, meant: None }, _) => {
            write!(f, "Nobody called \"{typed}\".")
        }
        (Rejection::NoAccount { typed }, _) => write!(f, "No account \"{typed}\"."),
        (Rejection::NobodyToReply, _) => {
            f.write_str("No private message to reply to, or its sender has left.")
        }
        (Rejection::TooManyIgnores { ignores_max }, _) => write!(
            f,
            "You ignore {ignores_max} names, the limit. /unignore one first."
        ),
        (Rejection::LockedSo(true), _) => {
            f.write_str("The server is locked already. /lock off ends it.")
        }
        (Rejection::LockedSo(false), _) => f.write_str("The server is not locked."),
        (Rejection::NotAway, _) => f.write_str("You are not away."),
        (Rejection::NotIgnored(name), _) => write!(f, "You do not ignore {name}."),
        (Rejection::LinkLost(name), _) => {
            write!(f, "{name}'s link is lost. Try again when {name} is back.")
        }
        (Rejection::NotConnected(name), Context::Command("kick")) => {
            write!(f, "{name} is not here. /ban keeps {name} out.")
        }
        (Rejection::NotConnected(name), _) => write!(f, "{name} is not here."),
        (Rejection::Oneself, Context::Command("resume")) => {
            f.write_str("That is the code of this session.")
        }
        (Rejection::SameName(name), Context::Command("rename")) => {
            write!(f, "{name} has that name already.")
        }
        (Rejection::Oneself, Context::Command("ban" | "bar")) => {
            f.write_str("That would keep you out too.")
        }
        (Rejection::Oneself, _) => f.write_str("That is you."),
        _ => Ok(()),
    }
}
