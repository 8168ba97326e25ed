//! Refusals: a code that never changes, for the program, and a sentence for the person who reads
//! its log. The code says what kind of thing is wrong; the sentence has names and numbers.

mod sentence;

use chinwag_core::{MetadataRejection, Rejection, RoomRejection};

pub(crate) use sentence::Sentence;

/// Every code and what it means, in the order of the reference.
pub(super) const CODES: &[(&str, &str)] = &[
    (
        "not_json",
        "The line is not JSON. `column` is the place of the error.",
    ),
    ("not_utf8", "The line is not UTF-8."),
    ("too_long", "The line, or a text in it, has too many bytes."),
    (
        "bad_command",
        "The object is not a command: a key or a value is wrong. `column` is the place of the error.",
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
        "name_reserved",
        "The name is the server's own, or looks like it.",
    ),
    (
        "name_registered",
        "The name is registered, and no password was given.",
    ),
    (
        "same_name",
        "The reader, or the person to rename, has that name already.",
    ),
    (
        "needs_password",
        "The command needs a password that proves the account.",
    ),
    ("wrong_password", "The password is not that of the name."),
    (
        "weak_password",
        "The new password has too few letters, stands in quotation marks, or is the server's password, which everybody knows.",
    ),
    (
        "server_password",
        "The server has a password, and `server_password` is missing or wrong.",
    ),
    (
        "shows_password",
        "The text would show others the server's password, or what looks like a password or a code.",
    ),
    ("not_logged_in", "The reader is logged in to no account."),
    (
        "logged_in",
        "The reader is logged in to an account already.",
    ),
    (
        "not_proven",
        "The session was taken up by its code: `login` first.",
    ),
    (
        "no_certificate",
        "No certificate of the account begins with those digits, or several do.",
    ),
    (
        "last_credential",
        "Nothing else proves the account: `claim` it with a password first.",
    ),
    ("not_registered", "The name belongs to no account."),
    (
        "hears_registered_only",
        "The receiver takes private messages from registered names only.",
    ),
    ("server_full", "The server is full."),
    (
        "too_many_connections",
        "The address has too many connections. The server closes this one.",
    ),
    ("banned", "The name or the address is banned."),
    (
        "locked",
        "Only registered names may come in, speak or register, until the lock ends.",
    ),
    ("bad_code", "No session has this resume code, or no longer."),
    ("nobody", "Nobody of this name is here."),
    ("read_only", "Only operators may speak in the room."),
    ("muted", "The reader is muted."),
    (
        "cannot_save",
        "The server cannot save messages, so it refuses new ones. Try again later.",
    ),
    ("key_used", "Another message was sent under this key."),
    ("no_room", "There is no such room, or it has been removed."),
    (
        "room_looks_like",
        "The name of a new room looks like that of another.",
    ),
    ("not_in_room", "The reader is not in the room."),
    (
        "only_lobby",
        "The reader is only in `#lobby`, and leaves that only by leaving the server.",
    ),
    (
        "too_many_rooms",
        "The reader is in too many rooms, or the server has too many.",
    ),
    (
        "not_kept",
        "The receiver is not here, and the server keeps no more for them.",
    ),
    (
        "too_many",
        "A list is full: of names that are ignored, or registered, of logins, of bans and mutes, or of \
         people with a standing in the room.",
    ),
    ("not_ignored", "The reader does not ignore that name."),
    ("oneself", "The reader is that person."),
    (
        "not_connected",
        "The person is not connected, and the command needs one who is.",
    ),
    ("not_away", "The reader is not away."),
    ("needs_operator", "Only operators may do that."),
    ("is_operator", "The person is an operator already."),
    ("not_operator", "The person is not an operator."),
    ("not_muted", "No mute matches that name."),
    ("not_banned", "No ban names that target."),
    (
        "outranked",
        "The person was an operator before the reader, or owns the room.",
    ),
    (
        "outlasts_visit",
        "The reader is an operator for this visit only, and the change would outlast it.",
    ),
    (
        "needs_moderator",
        "Only moderators of the room may do that.",
    ),
    ("no_topic", "The room has no topic to clear."),
    (
        "room_closed",
        "The room is closed to everybody who is not invited.",
    ),
    (
        "room_password",
        "The room has a password, and it is missing or wrong.",
    ),
    (
        "bad_room_password",
        "A room's password has no comma and does not begin with a colon: IRC clients could not send it.",
    ),
    ("room_full", "The room is full."),
    ("registered_only", "The room takes only registered names."),
    (
        "encrypted_only",
        "The room takes only encrypted connections; or changing that needs one.",
    ),
    (
        "barred",
        "The room bars the reader, or that name or person. If still inside, the reader may not speak.",
    ),
    ("no_outsiders", "Only those inside may speak in the room."),
    ("no_ctcp", "The room takes no CTCP."),
    ("room_taken", "Another room has that name."),
    (
        "room_is_another",
        "The room that the reader was in has ended, and another has taken its name.",
    ),
    (
        "is_lobby",
        "The lobby is always open to everybody: it cannot be closed or removed, and nobody can be put out of it.",
    ),
    ("outside", "The person is not in the room."),
    ("inside", "The person is in the room already."),
    (
        "set_already",
        "The room, or the lock of the server, is set so already.",
    ),
    (
        "stands_already",
        "The person has that standing in the room, or a higher one.",
    ),
    (
        "stands_not",
        "The person does not have that standing in the room.",
    ),
    ("not_barred", "The room has no bar of that name or address."),
    (
        "no_need",
        "No need to knock: the reader is in the room, or may `join` it.",
    ),
    (
        "knocked_already",
        "The reader has knocked, and may again in a while.",
    ),
    ("nobody_hears", "No moderator is in the room."),
    (
        "no_message",
        "There is no such message, or the reader may not read it.",
    ),
    ("not_yours", "The message was said by another."),
    (
        "busy",
        "Too many such requests are waiting. Try again in a moment.",
    ),
    ("search_too_long", "The search has too many words."),
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
        Rejection::NameReserved(_) => "name_reserved",
        Rejection::NameRegistered(_) => "name_registered",
        Rejection::SameName(_) => "same_name",
        Rejection::NeedsOldPassword(_)
        | Rejection::NeedsProof
        | Rejection::CertificateUnchecked => "needs_password",
        Rejection::WrongPassword(_) => "wrong_password",
        Rejection::WeakPassword { .. }
        | Rejection::QuotedPassword
        | Rejection::PasswordOfServer => "weak_password",
        Rejection::NeedsServerPassword | Rejection::WrongServerPassword => "server_password",
        Rejection::ShowsServerPassword | Rejection::ShowsSecret => "shows_password",
        Rejection::NotLoggedIn => "not_logged_in",
        Rejection::LoggedInAlready(_) => "logged_in",
        Rejection::NotProven(_) => "not_proven",
        Rejection::NoSuchCertificate => "no_certificate",
        Rejection::LastCredential(_) => "last_credential",
        Rejection::NotRegistered(_) | Rejection::NoAccount { .. } => "not_registered",
        Rejection::ServerFull { .. } => "server_full",
        Rejection::Banned { .. } => "banned",
        Rejection::Locked | Rejection::LockedSpeech | Rejection::LockedRegistration => "locked",
        Rejection::CodeNotValid | Rejection::OperatorCode | Rejection::SessionKicked { .. } => {
            "bad_code"
        }
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
        Rejection::TooManyRooms { .. }
        | Rejection::TooManyRoomsMade { .. }
        | Rejection::RoomsFull { .. } => "too_many_rooms",
        Rejection::RegistrationsFull
        | Rejection::TooManyRegistered { .. }
        | Rejection::RestrictionsFull
        | Rejection::TooManyIgnores { .. }
        | Rejection::TooManyCertificates { .. }
        | Rejection::TooManyLogins { .. }
        | Rejection::TooManyNames { .. } => "too_many",
        Rejection::NotIgnored(_) => "not_ignored",
        Rejection::Oneself => "oneself",
        Rejection::LinkLost(_) | Rejection::NotConnected(_) => "not_connected",
        Rejection::LockedSo(_) => "set_already",
        Rejection::NotAway => "not_away",
        Rejection::NeedsOperator => "needs_operator",
        Rejection::AlreadyOperator(_) => "is_operator",
        Rejection::NotOperator(_) => "not_operator",
        Rejection::NotMuted(_) | Rejection::MutedInRoom { .. } => "not_muted",
        Rejection::NotBanned(_) | Rejection::BannedInBlock { .. } => "not_banned",
        Rejection::Outranked(_) => "outranked",
        Rejection::OutlastsVisit => "outlasts_visit",
        Rejection::Of(_, rule) => code_of_rule(rule),
        Rejection::NoSuchMessage => "no_message",
        Rejection::NotOnesMessage(_) => "not_yours",
        Rejection::Metadata(why) => code_of_metadata(why),
    }
}

fn code_of_metadata(why: &MetadataRejection) -> &'static str {
    match why {
        MetadataRejection::OfAnother => "not_yours",
        MetadataRejection::NotSet(_) => "not_set",
        MetadataRejection::Full { .. } => "too_many",
    }
}

fn code_of_rule(rule: &RoomRejection) -> &'static str {
    match rule {
        RoomRejection::NeedsModerator | RoomRejection::TopicGuarded => "needs_moderator",
        RoomRejection::OperatorsAlone | RoomRejection::AddressBar => "needs_operator",
        RoomRejection::AddressMask => "bad_command",
        RoomRejection::OwnRoom => "oneself",
        RoomRejection::NoTopic => "no_topic",
        RoomRejection::Closed | RoomRejection::ClosedToStrangers => "room_closed",
        RoomRejection::NeedsPassword | RoomRejection::WrongPassword => "room_password",
        RoomRejection::PasswordNotForAll => "bad_room_password",
        RoomRejection::Full { .. } => "room_full",
        RoomRejection::RegisteredOnly => "registered_only",
        RoomRejection::EncryptedOnly | RoomRejection::SetInClear => "encrypted_only",
        RoomRejection::Barred { .. }
        | RoomRejection::BarredSpeech
        | RoomRejection::NameBarred(_)
        | RoomRejection::TargetBarred(_) => "barred",
        RoomRejection::Muted { .. } => "muted",
        RoomRejection::NoOutsiders => "no_outsiders",
        RoomRejection::NoCtcp => "no_ctcp",
        RoomRejection::NameTaken(_) => "room_taken",
        RoomRejection::Another => "room_is_another",
        RoomRejection::LobbyIsOpen | RoomRejection::LobbyKeepsAll | RoomRejection::Stays => {
            "is_lobby"
        }
        RoomRejection::TargetOutside(_) => "outside",
        RoomRejection::TargetInside(_) => "inside",
        RoomRejection::TargetGoverns(..) | RoomRejection::TargetOperates(_) => "outranked",
        RoomRejection::SetAlready => "set_already",
        RoomRejection::StandsAlready(..) => "stands_already",
        RoomRejection::StandsNot(..) => "stands_not",
        RoomRejection::StandingsFull | RoomRejection::BarsFull => "too_many",
        RoomRejection::NotBarred(_) | RoomRejection::BarredOtherwise(..) => "not_barred",
        RoomRejection::NotMuted(_) | RoomRejection::MutedOtherwise(..) => "not_muted",
        RoomRejection::InsideAlready | RoomRejection::NoNeedToKnock => "no_need",
        RoomRejection::KnockedAlready => "knocked_already",
        RoomRejection::NobodyHears | RoomRejection::NobodyRanked => "nobody_hears",
    }
}
