//! Refusals as sentences.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Duration, MetadataRejection, Rejection, Remaining, RoomName, RoomRejection};

use crate::json::value::Time;
use crate::plain::{people, rooms};

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
            Rejection::NameLooksLike { name, other, free } => {
                write!(f, "{name} looks like {other}. {free} is free.")
            }
            Rejection::NameReserved(name) => write!(f, "{name} is reserved for the server."),
            Rejection::NameRegistered(name) => {
                write!(f, "{name} is registered, and takes its password.")
            }
            Rejection::SameName(name) => write!(f, "{name} is the name already."),
            Rejection::NeedsOldPassword(name) => {
                write!(f, "{name} has a password already, and it is another.")
            }
            Rejection::ServerFull { people_max } => {
                write!(f, "The server is full, with {}.", people(*people_max))
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
            Rejection::OperatorCode => {
                f.write_str("That code makes an operator, with op, and resumes nothing.")
            }
            Rejection::SessionKicked { by, why } => {
                write!(f, "{by} has kicked the session of that code")?;
                match why {
                    Some(why) => write!(f, ": {why}"),
                    None => f.write_str("."),
                }
            }
            Rejection::NotHere => f.write_str("This session has ended."),
            rejection => about_the_chat(f, rejection),
        }
    }
}

fn about_the_chat(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::NoAccount { typed } => write!(f, "No account \"{typed}\"."),
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
        Rejection::RoomGone => f.write_str("There is no such room."),
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
            write!(f, "In {}, the limit. Leave one first.", rooms(*rooms_max))
        }
        Rejection::RoomsFull { rooms_max } => {
            write!(f, "The server has {}, its limit.", rooms(*rooms_max))
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
        Rejection::RestrictionsFull => {
            f.write_str("The list of bans or mutes is full. Undo some first.")
        }
        Rejection::TooManyIgnores { ignores_max } => {
            write!(f, "{ignores_max} names are ignored, the limit.")
        }
        Rejection::NotIgnored(name) => write!(f, "{name} is not ignored."),
        Rejection::Oneself => f.write_str("That is or includes yourself."),
        Rejection::LinkLost(name) => write!(f, "The link of {name} is lost."),
        Rejection::NotConnected(name) => write!(f, "{name} is not here."),
        Rejection::NeedsOperator => f.write_str("That needs the rights of an operator."),
        Rejection::AlreadyOperator(name) => write!(f, "{name} is an operator already."),
        Rejection::LockedSo(true) => f.write_str("The server is locked already."),
        Rejection::LockedSo(false) => f.write_str("The server is not locked."),
        Rejection::NotAway => f.write_str("You are not away."),
        Rejection::NotOperator(name) => write!(f, "{name} is no operator."),
        Rejection::NotMuted(name) => write!(f, "{name} is not muted."),
        Rejection::MutedInRoom { name, room } => {
            write!(f, "{name} is not muted on the whole server, but in {room}.")
        }
        Rejection::NotBanned(mask) => write!(f, "{mask} is not banned."),
        Rejection::BannedInBlock { asked, block } => {
            write!(f, "{asked} is banned as a part of {block}.")
        }
        Rejection::OutlastsVisit => {
            f.write_str("The rights of an operator for a visit do not go beyond it.")
        }
        Rejection::Outranked(name) => {
            write!(
                f,
                "{name} was an operator before, and is beyond your rights."
            )
        }
        Rejection::Of(room, rule) => about_a_room(f, room, rule),
        rejection => about_what_is_kept(f, rejection),
    }
}

/// About rooms that were made, messages and metadata.
fn about_what_is_kept(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::TooManyRoomsMade { rooms_max } => {
            write!(f, "The limit: {} made from there.", rooms(*rooms_max))
        }
        Rejection::NoSuchMessage => f.write_str("There is no such message."),
        Rejection::NotOnesMessage(Some(room)) => {
            write!(
                f,
                "That was said by another, and only moderators of {room} may delete it."
            )
        }
        Rejection::NotOnesMessage(None) => {
            f.write_str("That was said by another, and only its sender may delete it.")
        }
        Rejection::Metadata(MetadataRejection::OfAnother) => {
            f.write_str("Only its owner may set that.")
        }
        Rejection::Metadata(MetadataRejection::NotSet(_)) => f.write_str("That key is not set."),
        Rejection::Metadata(MetadataRejection::Full { keys_max }) => {
            write!(
                f,
                "No more is kept: one has {keys_max} keys at most, and all together so much."
            )
        }
        rejection => about_accounts(f, rejection),
    }
}

fn about_accounts(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::NotLoggedIn => f.write_str("Logged in to no account."),
        Rejection::LoggedInAlready(account) => write!(f, "Logged in to {account} already."),
        Rejection::TooManyLogins { logins_max } => {
            write!(
                f,
                "{logins_max} connections are logged in to the account, the limit."
            )
        }
        Rejection::TooManyNames { names_max } => {
            write!(f, "The account has {names_max} names, the limit.")
        }
        Rejection::WeakPassword { letters_min } => {
            write!(f, "A new password has at least {letters_min} letters.")
        }
        Rejection::QuotedPassword => {
            f.write_str("A new password stands in no quotation marks. It may have blanks.")
        }
        Rejection::NeedsServerPassword => f.write_str("The server asks for a password first."),
        Rejection::WrongServerPassword => f.write_str("The password of the server is another."),
        Rejection::ShowsServerPassword => f.write_str("That is the password of the server."),
        Rejection::ShowsSecret => {
            f.write_str("That looks like a password. To say it, put another word first.")
        }
        Rejection::PasswordOfServer => {
            f.write_str("Everybody here knows that password: it is the server's. Take another.")
        }
        Rejection::NeedsProof => f.write_str("That needs a password or a certificate."),
        Rejection::CertificateUnchecked => f.write_str(
            "That needs a password: the certificate cannot be read, or its key is of a kind that cannot be checked.",
        ),
        Rejection::NotProven(name) => {
            write!(
                f,
                "Taken up by its code, this session has not proven {name}."
            )
        }
        Rejection::TooManyCertificates { certificates_max } => {
            write!(
                f,
                "The account has {certificates_max} certificates, the limit."
            )
        }
        Rejection::NoSuchCertificate => f.write_str("No certificate begins so, or several do."),
        Rejection::LastCredential(name) => write!(f, "Nothing else proves {name}."),
        Rejection::NotRegistered(name) => write!(f, "{name} is not registered."),
        // The others are worded above.
        _ => Ok(()),
    }
}

fn about_a_room(f: &mut Formatter<'_>, room: &RoomName, rule: &RoomRejection) -> fmt::Result {
    match rule {
        RoomRejection::NeedsModerator => write!(f, "That needs a moderator of {room}."),
        RoomRejection::TopicGuarded => write!(f, "Only moderators of {room} set its topic."),
        RoomRejection::NoTopic => write!(f, "{room} has no topic."),
        RoomRejection::OperatorsAlone => write!(f, "Only operators moderate {room}."),
        RoomRejection::Closed | RoomRejection::ClosedToStrangers => {
            write!(f, "{room} takes only those who are invited.")
        }
        RoomRejection::NeedsPassword => write!(f, "{room} has a password."),
        RoomRejection::WrongPassword => write!(f, "The password of {room} is another."),
        RoomRejection::PasswordNotForAll => {
            f.write_str("A room's password has no comma and no colon in front.")
        }
        RoomRejection::Full { people_max } => {
            write!(f, "{room} is full, with {}.", people(*people_max))
        }
        RoomRejection::RegisteredOnly => write!(f, "{room} takes only registered names."),
        RoomRejection::EncryptedOnly => write!(f, "{room} takes only encrypted connections."),
        RoomRejection::SetInClear => f.write_str("That is set over an encrypted connection."),
        RoomRejection::Barred { .. } => write!(f, "Barred from {room}."),
        RoomRejection::NameBarred(name) | RoomRejection::TargetBarred(name) => {
            write!(f, "{name} is barred from {room}.")
        }
        RoomRejection::Muted { .. } => write!(f, "Muted in {room}."),
        RoomRejection::BarredSpeech => {
            write!(f, "Barred from {room}, and so silent there.")
        }
        RoomRejection::NoOutsiders => write!(f, "Only those inside {room} speak there."),
        RoomRejection::NoCtcp => write!(f, "{room} takes no CTCP."),
        RoomRejection::NameTaken(new) => write!(f, "{new} is taken."),
        RoomRejection::Another => write!(f, "{room} is another room now."),
        RoomRejection::LobbyIsOpen | RoomRejection::LobbyKeepsAll => {
            write!(f, "{room} is open to everybody.")
        }
        RoomRejection::TargetOutside(name) => write!(f, "{name} is not in {room}."),
        RoomRejection::TargetInside(name) => write!(f, "{name} is in {room} already."),
        RoomRejection::TargetGoverns(name, _) => write!(f, "{name} governs {room} too."),
        RoomRejection::TargetOperates(name) => write!(f, "{name} is an operator."),
        RoomRejection::SetAlready => write!(f, "{room} is set so already."),
        RoomRejection::StandsAlready(name, _) => write!(f, "{name} is that in {room} already."),
        RoomRejection::StandsNot(name, _) => write!(f, "{name} is not that in {room}."),
        RoomRejection::OwnRoom => write!(
            f,
            "{room} is yours, and so you stay its moderator. Server operators can take it."
        ),
        RoomRejection::StandingsFull => write!(f, "{room} keeps no more people with a standing."),
        RoomRejection::Stays => write!(f, "{room} is the server's own."),
        RoomRejection::InsideAlready => write!(f, "In {room} already."),
        RoomRejection::NoNeedToKnock => write!(f, "{room} is open to the reader."),
        RoomRejection::KnockedAlready => write!(f, "{room} has heard a knock already."),
        RoomRejection::NobodyHears => write!(f, "No moderator of {room} is here."),
        RoomRejection::NobodyRanked => write!(f, "Nobody else in {room} has that rank."),
        RoomRejection::AddressBar
        | RoomRejection::AddressMask
        | RoomRejection::BarsFull
        | RoomRejection::NotBarred(_)
        | RoomRejection::NotMuted(_)
        | RoomRejection::BarredOtherwise(..)
        | RoomRejection::MutedOtherwise(..) => about_a_bar(f, room, rule),
    }
}

fn about_a_bar(f: &mut Formatter<'_>, room: &RoomName, rule: &RoomRejection) -> fmt::Result {
    match rule {
        RoomRejection::AddressBar => {
            write!(
                f,
                "Only operators bar addresses from {room}, and lift such bars."
            )
        }
        RoomRejection::AddressMask => write!(
            f,
            "Hosts are cloaked, so no mask of such a host matches in {room}. Name the person."
        ),
        RoomRejection::BarsFull => write!(f, "The bars or mutes of {room} are full."),
        RoomRejection::NotBarred(mask) => write!(f, "{mask} is not barred from {room}."),
        RoomRejection::NotMuted(name) => write!(f, "{name} is not muted in {room}."),
        RoomRejection::BarredOtherwise(mask, remaining) => {
            let still = Still(remaining);
            write!(f, "No bar of {mask} is in {room}, but {still} holds.")
        }
        RoomRejection::MutedOtherwise(name, remaining) => {
            let still = Still(remaining);
            write!(f, "No mute of {name} is in {room}, but {still} holds.")
        }
        // The others are worded above.
        _ => Ok(()),
    }
}

/// `90 seconds`, rounded up.
pub(in crate::json) struct Seconds(pub(in crate::json) Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.as_millis().div_ceil(1_000).max(1) {
            1 => f.write_str("1 second"),
            seconds => write!(f, "{seconds} seconds"),
        }
    }
}

/// What still keeps a person out of a room, or silent in it.
struct Still<'a>(&'a Remaining);

impl Display for Still<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Remaining::Mask(mask) => write!(f, "that of {mask}"),
            Remaining::Matched(mask) => write!(f, "the mask {mask}"),
            Remaining::Address => f.write_str("that of an address"),
            Remaining::InRoom(room) => write!(f, "that in {room}"),
            Remaining::OnServer => f.write_str("one on the whole server"),
        }
    }
}
