//! What is wrong with a value that a client wrote as a text.

use core::fmt;

/// Why a text is not the value that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::json) enum ValueError {
    NameReserved,
    NameMalformed,
    NoName,
    RoomMalformed,
    RoomPasswordTooLong,
    RoomPasswordMalformed,
    NoCertificate,
    NoResumeCode,
    NoMask,
    BothFamilies,
    AllAddresses,
    NoListed,
    NoTime,
    SeveralLines,
    NothingVisible,
    TextTooLong,
    TooManyLines,
    PasswordTooLong,
    PasswordNotText,
    KeyEmpty,
    KeyTooLong,
    IdTooLong,
    NoManner,
}

impl ValueError {
    /// Those that have a refusal code of their own, with it.
    const CODED: [(Self, &'static str); 7] = [
        (Self::NameReserved, "name_reserved"),
        (Self::RoomPasswordTooLong, "too_long"),
        (Self::TextTooLong, "too_long"),
        (Self::TooManyLines, "too_long"),
        (Self::PasswordTooLong, "too_long"),
        (Self::KeyTooLong, "too_long"),
        (Self::IdTooLong, "too_long"),
    ];

    /// The refusal code of an error of which the parser has kept only the sentence, if it has one.
    pub(in crate::json) fn code_of(sentence: &str) -> Option<&'static str> {
        let mut coded = Self::CODED.iter();
        let found = coded.find(|(error, _)| error.sentence() == sentence);
        found.map(|(_, code)| *code)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::NameReserved => "that name is reserved",
            Self::NameMalformed => {
                "a name is 1 to 32 letters, digits, - _ or . and starts with a letter"
            }
            Self::NoName => "that is no name",
            Self::RoomMalformed => {
                "a room's name is 1 to 32 letters, digits, - _ or ., behind a # or alone"
            }
            Self::RoomPasswordTooLong => "a room's password has at most 64 bytes",
            Self::RoomPasswordMalformed => "a room's password is one word",
            Self::NoCertificate => "a certificate is named by 4 to 64 hexadecimal digits",
            Self::NoResumeCode => "a code is like K7Q2-9MXP",
            Self::NoMask => "that is no name, address or block of addresses",
            Self::BothFamilies => "that block holds IPv4 addresses (::ffff:0:0/96) too",
            Self::AllAddresses => "that is not one address but all",
            Self::NoListed => "that is no name, address, block of addresses or mask",
            Self::NoTime => "a time is like 2026-11-21T14:03:05Z (RFC 3339)",
            Self::SeveralLines => "a text is one line: send one object for each",
            Self::NothingVisible => "there is nothing to see in the text",
            Self::TextTooLong => "the text is too long for its place",
            Self::TooManyLines => "a text has at most 32 lines",
            Self::PasswordTooLong => "a password has at most 1024 bytes",
            Self::PasswordNotText => "a password has no control characters",
            Self::KeyEmpty => "a key has a byte at least",
            Self::KeyTooLong => "a key has at most 64 bytes",
            Self::IdTooLong => "an id has at most 64 bytes",
            Self::NoManner => "a manner is `action` or `notice`",
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}
