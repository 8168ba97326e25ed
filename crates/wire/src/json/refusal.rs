//! Refusals: a code that never changes, for the program, and a sentence for the person who reads its
//! log. A code says what kind of thing is wrong; names and numbers are in the sentence.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Duration, Rejection, RoomName, RoomRejection};

use super::value::Time;

/// Every code and what it means, in the order of the reference.
pub(super) const CODES: &[(&str, &str)] = &[
    (
        "not_json",
        "The line is no JSON. `column` is the place of the error.",
    ),
    ("not_utf8", "The line is not UTF-8."),
    ("too_long", "The line, or a text in it, has too many bytes."),
    (
        "bad_command",
        "The object is no command: a key or a value is wrong. `column` is where that was found.",
    ),
    (
        "not_here",
        "The first command must be `hello` or `resume`; or the session has ended.",
    ),
    ("here_already", "`hello` was said before."),
    ("name_taken", "Another person has the name."),
    (
        "name_kept",
        "The name is kept for a person whose link is lost.",
    ),
    ("name_looks_like", "The name looks like another."),
    (
        "name_registered",
        "The name is registered, and no password was given.",
    ),
    (
        "same_name",
        "The reader, or the person, has that name already.",
    ),
    ("needs_password", "The old password is wrong."),
    ("wrong_password", "The password of the name is another."),
    ("not_logged_in", "The reader is logged in to no account."),
    (
        "logged_in",
        "The reader is logged in to an account already.",
    ),
    ("not_registered", "The name belongs to no account."),
    (
        "hears_registered_only",
        "The receiver hears in private from people with a registered name alone.",
    ),
    ("server_full", "The server has as many people as it takes."),
    ("banned", "The name or the address is banned."),
    (
        "locked",
        "Only registered names may come in, speak or register, until the lock ends.",
    ),
    (
        "bad_code",
        "No session has this resume code, or not any more.",
    ),
    ("nobody", "Nobody of this name is here."),
    ("read_only", "Only operators may speak in the room."),
    ("muted", "The reader is muted."),
    (
        "cannot_save",
        "The server cannot save, so nothing new may be said. Try again later.",
    ),
    ("key_used", "Another message was sent under this key."),
    ("no_room", "There is no such room, or it has been closed."),
    (
        "room_looks_like",
        "The name of a new room looks like that of another.",
    ),
    ("not_in_room", "The reader is not in the room."),
    (
        "only_lobby",
        "The reader is in `#lobby` alone, which is left only by leaving the server.",
    ),
    (
        "too_many_rooms",
        "The reader is in as many rooms as it may be, or the server has as many as it takes.",
    ),
    (
        "not_kept",
        "The receiver is not here, and as much is kept for it as may be.",
    ),
    (
        "too_many",
        "A list is full: of names that are ignored, or registered, of logins, or of bans and mutes.",
    ),
    ("not_ignored", "The reader does not ignore that name."),
    ("oneself", "The reader is that person."),
    (
        "not_connected",
        "The person is not connected, and that can only be done to one who is.",
    ),
    ("needs_operator", "Only operators may do that."),
    ("is_operator", "The person is an operator already."),
    ("not_operator", "The person is no operator."),
    ("not_muted", "No mute matches that name."),
    ("not_banned", "No ban names that target."),
    ("outranked", "The person was an operator before the reader."),
    (
        "needs_moderator",
        "Only moderators of the room may do that.",
    ),
    ("room_closed", "The room takes only those who are invited."),
    ("room_password", "The room has a password, and another."),
    ("room_full", "The room has as many people as it takes."),
    ("registered_only", "The room takes only registered names."),
    (
        "encrypted_only",
        "The room takes only encrypted connections.",
    ),
    ("barred", "The room keeps the reader out."),
    ("no_outsiders", "Only those inside may speak in the room."),
    (
        "room_rule",
        "Another rule of the room forbids it; the sentence says which.",
    ),
    (
        "no_message",
        "There is no such message, or the reader may not read it.",
    ),
    ("not_yours", "The message was said by another."),
    (
        "busy",
        "As many such questions are waiting as may. Try again in a moment.",
    ),
    (
        "search_too_long",
        "The search has more words than one may have.",
    ),
    ("no_history", "The history cannot be read."),
    (
        "not_encrypted",
        "The server takes only encrypted connections: connect with TLS.",
    ),
];

/// The code of a rejection.
pub(super) fn code(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NameTaken { .. } => "name_taken",
        Rejection::NameKept { .. } => "name_kept",
        Rejection::NameLooksLike { .. } => "name_looks_like",
        Rejection::NameRegistered(_) => "name_registered",
        Rejection::SameName(_) => "same_name",
        Rejection::NeedsOldPassword(_) => "needs_password",
        Rejection::WrongPassword(_) => "wrong_password",
        Rejection::NotLoggedIn => "not_logged_in",
        Rejection::LoggedInAlready(_) => "logged_in",
        Rejection::NotRegistered(_) => "not_registered",
        Rejection::ServerFull { .. } => "server_full",
        Rejection::Banned { .. } => "banned",
        Rejection::Locked | Rejection::LockedSpeech | Rejection::LockedRegistration => "locked",
        Rejection::CodeNotValid => "bad_code",
        Rejection::NotHere => "not_here",
        Rejection::NobodyCalled { .. } | Rejection::NobodyToReply | Rejection::Absent(_) => {
            "nobody"
        }
        Rejection::ReadOnly(_) => "read_only",
        Rejection::Muted { .. } | Rejection::MutedArrival { .. } => "muted",
        Rejection::KeyUsed => "key_used",
        Rejection::CannotSave => "cannot_save",
        Rejection::NoSuchRoom { .. } | Rejection::RoomGone => "no_room",
        Rejection::RoomLooksLike { .. } => "room_looks_like",
        Rejection::NothingKept(_) | Rejection::MailFull(_) => "not_kept",
        Rejection::HearsRegisteredOnly(_) => "hears_registered_only",
        Rejection::NotInRoom(_) => "not_in_room",
        Rejection::OnlyLobby => "only_lobby",
        Rejection::TooManyRooms { .. } | Rejection::RoomsFull { .. } => "too_many_rooms",
        Rejection::RegistrationsFull
        | Rejection::TooManyRegistered { .. }
        | Rejection::RestrictionsFull
        | Rejection::TooManyIgnores { .. }
        | Rejection::TooManyLogins { .. }
        | Rejection::TooManyNames { .. } => "too_many",
        Rejection::NotIgnored(_) => "not_ignored",
        Rejection::Oneself => "oneself",
        Rejection::LinkLost(_) | Rejection::NotConnected(_) => "not_connected",
        Rejection::NeedsOperator => "needs_operator",
        Rejection::AlreadyOperator(_) => "is_operator",
        Rejection::NotOperator(_) => "not_operator",
        Rejection::NotMuted(_) => "not_muted",
        Rejection::NotBanned(_) => "not_banned",
        Rejection::Outranked(_) => "outranked",
        Rejection::Of(_, rule) => code_of_rule(rule),
        Rejection::TooManyRoomsMade { .. } => "too_many_rooms",
        Rejection::NoSuchMessage => "no_message",
        Rejection::NotOnesMessage(_) => "not_yours",
    }
}

fn code_of_rule(rule: &RoomRejection) -> &'static str {
    match rule {
        RoomRejection::NeedsModerator
        | RoomRejection::TopicGuarded
        | RoomRejection::OperatorsAlone => "needs_moderator",
        RoomRejection::Closed => "room_closed",
        RoomRejection::NeedsPassword | RoomRejection::WrongPassword => "room_password",
        RoomRejection::Full { .. } => "room_full",
        RoomRejection::RegisteredOnly => "registered_only",
        RoomRejection::EncryptedOnly => "encrypted_only",
        RoomRejection::Barred { .. } => "barred",
        RoomRejection::Muted { .. } => "muted",
        RoomRejection::NoOutsiders => "no_outsiders",
        _ => "room_rule",
    }
}

/// A rejection as a sentence.
pub(crate) struct Sentence<'a>(pub(crate) &'a Rejection);

impl Display for Sentence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rejection::NameTaken { name, free } => {
                write!(f, "{name} is here already. {free} is free.")
            }
            Rejection::NameKept { name, remaining } => {
                let seconds = Seconds(*remaining);
                write!(f, "{name} is kept for {seconds} more. Its code resumes it.")
            }
            Rejection::NameLooksLike { name, other } => write!(f, "{name} looks like {other}."),
            Rejection::NameRegistered(name) => {
                write!(f, "{name} is registered, and takes its password.")
            }
            Rejection::SameName(name) => write!(f, "{name} is the name already."),
            Rejection::NeedsOldPassword(name) => {
                write!(f, "{name} has a password already, and it is another.")
            }
            Rejection::ServerFull { people_max } => {
                write!(f, "The server is full, with {people_max} people.")
            }
            Rejection::Banned { until, why } => {
                f.write_str("Banned")?;
                if let Some(until) = until {
                    write!(f, " until {}", Time(*until))?;
                }
                match why {
                    Some(why) => write!(f, ": {why}"),
                    None => f.write_str("."),
                }
            }
            Rejection::Locked => f.write_str("Only registered names may come in at the moment."),
            Rejection::MutedArrival { had, .. } => {
                write!(
                    f,
                    "Muted, so no new name may be had. The one before was {had}."
                )
            }
            Rejection::LockedSpeech => {
                f.write_str("Only registered names may speak at the moment.")
            }
            Rejection::LockedRegistration => {
                f.write_str("No name is registered while the server is locked.")
            }
            Rejection::CodeNotValid => f.write_str("That code is not valid any more."),
            Rejection::NotHere => f.write_str("This session has ended."),
            rejection => about_the_chat(f, rejection),
        }
    }
}

fn about_the_chat(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::NobodyCalled { typed, meant } => {
            write!(f, "Nobody here is called {typed}.")?;
            meant
                .as_ref()
                .map_or(Ok(()), |meant| write!(f, " {meant} is."))
        }
        Rejection::NobodyToReply => f.write_str("There is no private message to reply to."),
        Rejection::ReadOnly(room) => write!(f, "{room} is read-only."),
        Rejection::Muted { remaining } => {
            f.write_str("Muted")?;
            match remaining {
                Some(remaining) => write!(f, " for {} more.", Seconds(*remaining)),
                None => f.write_str("."),
            }
        }
        Rejection::KeyUsed => f.write_str("Another message was sent under this key."),
        Rejection::CannotSave => f.write_str("The server cannot save messages right now."),
        Rejection::NoSuchRoom { room, meant } => {
            write!(f, "There is no room {room}.")?;
            meant
                .as_ref()
                .map_or(Ok(()), |meant| write!(f, " There is {meant}."))
        }
        Rejection::RoomLooksLike { room, other } => match other {
            Some(other) => write!(f, "{room} looks like {other}."),
            None => write!(f, "{room} looks like another room."),
        },
        Rejection::RoomGone => f.write_str("The room has been closed."),
        Rejection::NothingKept(name) => {
            write!(f, "{name}'s link is lost, and no more is kept for {name}.")
        }
        Rejection::Absent(name) => write!(f, "{name} is not here."),
        Rejection::MailFull(name) => {
            write!(f, "{name} is not here, and no more is kept for {name}.")
        }
        Rejection::HearsRegisteredOnly(name) => {
            write!(
                f,
                "{name} hears in private from people with a registered name alone."
            )
        }
        Rejection::NotInRoom(room) => write!(f, "Not in {room}. Join it first."),
        Rejection::OnlyLobby => {
            f.write_str("The lobby is the last room, and left by leaving the server.")
        }
        Rejection::TooManyRooms { rooms_max } => {
            write!(f, "In {rooms_max} rooms, the limit. Leave one first.")
        }
        Rejection::RoomsFull { rooms_max } => {
            write!(f, "The server has {rooms_max} rooms, its limit.")
        }
        rejection => about_people(f, rejection),
    }
}

fn about_people(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::RegistrationsFull => f.write_str("No more names can be registered."),
        Rejection::TooManyRegistered { wait } => {
            write!(
                f,
                "Many names came from that address. Wait {}.",
                Seconds(*wait)
            )
        }
        Rejection::WrongPassword(name) => {
            write!(f, "The password of {name} is another.")
        }
        Rejection::NotLoggedIn => f.write_str("Logged in to no account."),
        Rejection::LoggedInAlready(account) => write!(f, "Logged in to {account} already."),
        Rejection::TooManyLogins { logins_max } => {
            write!(
                f,
                "{logins_max} people are logged in to the account, the limit."
            )
        }
        Rejection::TooManyNames { names_max } => {
            write!(f, "The account has {names_max} names, the limit.")
        }
        Rejection::NotRegistered(name) => write!(f, "{name} is not registered."),
        Rejection::RestrictionsFull => {
            f.write_str("The list of bans or mutes is full. Undo some first.")
        }
        Rejection::TooManyIgnores { ignores_max } => {
            write!(f, "{ignores_max} names are ignored, the limit.")
        }
        Rejection::NotIgnored(name) => write!(f, "{name} is not ignored."),
        Rejection::Oneself => f.write_str("That is yourself."),
        Rejection::LinkLost(name) => write!(f, "The link of {name} is lost."),
        Rejection::NotConnected(name) => write!(f, "{name} is not here."),
        Rejection::NeedsOperator => f.write_str("That needs the rights of an operator."),
        Rejection::AlreadyOperator(name) => write!(f, "{name} is an operator already."),
        Rejection::NotOperator(name) => write!(f, "{name} is no operator."),
        Rejection::NotMuted(name) => write!(f, "{name} is not muted."),
        Rejection::NotBanned(mask) => write!(f, "{mask} is not banned."),
        Rejection::Outranked(name) => {
            write!(
                f,
                "{name} was an operator before, and is beyond your rights."
            )
        }
        Rejection::Of(room, rule) => about_a_room(f, room, rule),
        Rejection::TooManyRoomsMade { rooms_max } => {
            write!(f, "{rooms_max} rooms were made from there, the limit.")
        }
        Rejection::NoSuchMessage => f.write_str("There is no such message."),
        Rejection::NotOnesMessage(room) => {
            write!(
                f,
                "That was said by another, and only moderators of {room} may delete it."
            )
        }
        // The others have their words above.
        _ => Ok(()),
    }
}

fn about_a_room(f: &mut Formatter<'_>, room: &RoomName, rule: &RoomRejection) -> fmt::Result {
    match rule {
        RoomRejection::NeedsModerator => write!(f, "That needs a moderator of {room}."),
        RoomRejection::TopicGuarded => write!(f, "Only moderators of {room} set its topic."),
        RoomRejection::OperatorsAlone => write!(f, "Only operators moderate {room}."),
        RoomRejection::Closed => write!(f, "{room} takes only those who are invited."),
        RoomRejection::NeedsPassword => write!(f, "{room} has a password."),
        RoomRejection::WrongPassword => write!(f, "The password of {room} is another."),
        RoomRejection::Full { people_max } => {
            write!(f, "{room} is full, with {people_max} people.")
        }
        RoomRejection::RegisteredOnly => write!(f, "{room} takes only registered names."),
        RoomRejection::EncryptedOnly => write!(f, "{room} takes only encrypted connections."),
        RoomRejection::Barred { .. } => write!(f, "Barred from {room}."),
        RoomRejection::NameBarred(name) => write!(f, "{name} is barred from {room}."),
        RoomRejection::Muted { .. } => write!(f, "Muted in {room}."),
        RoomRejection::NoOutsiders => write!(f, "Only those inside {room} speak there."),
        RoomRejection::LobbyIsOpen | RoomRejection::LobbyKeepsAll => {
            write!(f, "{room} is open to everybody.")
        }
        RoomRejection::TargetOutside(name) => write!(f, "{name} is not in {room}."),
        RoomRejection::TargetInside(name) => write!(f, "{name} is in {room} already."),
        RoomRejection::TargetGoverns(name, _) => write!(f, "{name} governs {room} too."),
        RoomRejection::TargetOperates(name) => write!(f, "{name} is an operator."),
        RoomRejection::StandsAlready(name, _) => write!(f, "{name} is that in {room} already."),
        RoomRejection::StandsNot(name, _) => write!(f, "{name} is not that in {room}."),
        RoomRejection::StandingsFull => write!(f, "{room} keeps no more people with a standing."),
        RoomRejection::BarsFull => write!(f, "The bars or mutes of {room} are full."),
        RoomRejection::NotBarred(mask) => write!(f, "{mask} is not barred from {room}."),
        RoomRejection::NotMuted(name) => write!(f, "{name} is not muted in {room}."),
        RoomRejection::Stays => write!(f, "{room} is the server's own."),
        RoomRejection::NoNeedToKnock => write!(f, "{room} is open to the reader."),
        RoomRejection::KnockedAlready => write!(f, "{room} has heard a knock already."),
        RoomRejection::NobodyHears => write!(f, "No moderator of {room} is here."),
    }
}

/// `90 seconds`, rounded up.
pub(super) struct Seconds(pub(super) Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.as_millis().div_ceil(1_000).max(1) {
            1 => f.write_str("1 second"),
            seconds => write!(f, "{seconds} seconds"),
        }
    }
}
