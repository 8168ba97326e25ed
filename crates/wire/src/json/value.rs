//! The values inside objects. Input is checked while it is parsed, so that an error knows its
//! place, and output is written without intermediate strings.

mod error;
mod id;
mod lasting;
mod manner;
mod whole;

use core::fmt::{self, Display, Write};
use core::marker::PhantomData;

use chinwag_core::limits::{
    MOTD_BYTES_MAX, NOTE_BYTES_MAX, PASSAGE_BYTES_MAX, PASSAGE_LINES_MAX, PASSWORD_BYTES_MAX,
    ROOM_PASSWORD_BYTES_MAX,
};
use chinwag_core::{
    CertificatePrefix, Listed, Mask, MaskError, Name, NameError, ResumeCode, RoomName,
    RoomPassword, Seq, Text, Timestamp,
};
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::dialect::{Password, PasswordError};
use crate::zone;
pub(super) use error::ValueError;
pub(super) use id::Id;
pub(super) use lasting::Lasting;
pub(super) use manner::Mannered;
pub(super) use whole::Whole;
use whole::whole;

/// Bytes of an [`Id`] and of the key of a message: a UUID with something around it.
pub(super) const ID_BYTES_MAX: usize = 64;

/// A value that a client writes as a text.
pub(super) trait FromText: Sized {
    /// What it is, for the error and the reference.
    const IS: &'static str;
    /// The fewest and the most bytes, for the schema, which counts characters.
    #[cfg_attr(not(feature = "schema"), allow(dead_code, reason = "for the schema"))]
    const BYTES: (usize, usize) = (0, usize::MAX);

    /// Reads it, or says what is wrong.
    fn from_text(text: &str) -> Result<Self, ValueError>;
}

/// A value that was read from a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed<T>(pub(super) T);

impl<'de, T: FromText> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);
        impl<T: FromText> Visitor<'_> for Visit<T> {
            type Value = Parsed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::IS)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Parsed<T>, E> {
                T::from_text(text).map(Parsed).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visit(PhantomData))
    }
}

#[cfg(feature = "schema")]
impl<T: FromText> schemars::JsonSchema for Parsed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        T::IS.into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        bounded::<T>(schemars::json_schema!({ "type": "string", "title": T::IS }))
    }
}

/// The schema of a text, with its bounds. It accepts some texts with too many bytes, and never
/// refuses a valid one.
#[cfg(feature = "schema")]
fn bounded<T: FromText>(mut schema: schemars::Schema) -> schemars::Schema {
    let (min, max) = T::BYTES;
    if min > 0 {
        schema.insert("minLength".into(), min.into());
    }
    if max < usize::MAX {
        schema.insert("maxLength".into(), max.into());
    }
    schema
}

/// A value that was parsed from a text, or null. Unlike an `Option` it must be present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nullable<T>(pub(super) Option<T>);

impl<'de, T: FromText> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);
        impl<T: FromText> Visitor<'_> for Visit<T> {
            type Value = Nullable<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}, or null", T::IS)
            }

            fn visit_unit<E: Error>(self) -> Result<Nullable<T>, E> {
                Ok(Nullable(None))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Nullable<T>, E> {
                T::from_text(text)
                    .map(|value| Nullable(Some(value)))
                    .map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visit(PhantomData))
    }
}

#[cfg(feature = "schema")]
impl<T: FromText> schemars::JsonSchema for Nullable<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        T::IS.into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        bounded::<T>(schemars::json_schema!({ "type": ["string", "null"], "title": T::IS }))
    }
}

impl FromText for Name {
    const IS: &'static str = "a name";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).map_err(|error| match error {
            NameError::Malformed => ValueError::NameMalformed,
            NameError::Reserved => ValueError::NameReserved,
        })
    }
}

/// A name that may have been registered before it was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownName(pub(super) Name);

impl FromText for KnownName {
    const IS: &'static str = "a name";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Name::known(text).map(Self).ok_or(ValueError::NoName)
    }
}

impl FromText for RoomName {
    const IS: &'static str = "a room";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).map_err(|_| ValueError::RoomMalformed)
    }
}

impl FromText for RoomPassword {
    const IS: &'static str = "one word";
    const BYTES: (usize, usize) = (1, ROOM_PASSWORD_BYTES_MAX);

    fn from_text(text: &str) -> Result<Self, ValueError> {
        match text.len() > ROOM_PASSWORD_BYTES_MAX {
            true => Err(ValueError::RoomPasswordTooLong),
            false => Self::parse(text).map_err(|_| ValueError::RoomPasswordMalformed),
        }
    }
}

impl FromText for CertificatePrefix {
    const IS: &'static str = "hexadecimal digits";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).ok_or(ValueError::NoCertificate)
    }
}

impl FromText for ResumeCode {
    const IS: &'static str = "a resume code";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        text.parse().map_err(|_| ValueError::NoResumeCode)
    }
}

impl FromText for Mask {
    const IS: &'static str = "a name, an address or a block of addresses";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).map_err(|why| match why {
            MaskError::Nobody => ValueError::NoMask,
            MaskError::BothFamilies => ValueError::BothFamilies,
            MaskError::AllAddresses => ValueError::AllAddresses,
        })
    }
}

/// The mask of a restriction that may have been given before it was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownMask(pub(super) Mask);

impl FromText for KnownMask {
    const IS: &'static str = Mask::IS;

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Mask::listed(text).map(Self).ok_or(ValueError::NoMask)
    }
}

impl FromText for Listed {
    const IS: &'static str = "a name, an address, a block of addresses, or a mask";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).ok_or(ValueError::NoListed)
    }
}

impl FromText for Timestamp {
    const IS: &'static str = "a time";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        zone::rfc3339(text).ok_or(ValueError::NoTime)
    }
}

impl FromText for Text {
    const IS: &'static str = "a line of text";
    const BYTES: (usize, usize) = (1, usize::MAX);

    fn from_text(text: &str) -> Result<Self, ValueError> {
        // Programs leave the line end on a line that they have read.
        let line = text.trim_end_matches(['\r', '\n']);
        if line.contains(['\r', '\n']) {
            return Err(ValueError::SeveralLines);
        }
        Self::parse(line).ok_or(ValueError::NothingVisible)
    }
}

/// What somebody says: one line, or several, which are one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words(pub(super) Text);

impl FromText for Words {
    const IS: &'static str = "lines of text";
    const BYTES: (usize, usize) = (1, usize::MAX);

    fn from_text(text: &str) -> Result<Self, ValueError> {
        let text = text.trim_end_matches(['\r', '\n']);
        if !text.contains(['\r', '\n']) {
            return Text::from_text(text).map(Self);
        }
        let text = text.replace("\r\n", "\n");
        let lines = || text.split(['\r', '\n']);
        if text.len() > PASSAGE_BYTES_MAX {
            return Err(ValueError::TextTooLong);
        }
        if lines().count() > PASSAGE_LINES_MAX {
            return Err(ValueError::TooManyLines);
        }
        let passage = Text::passage(lines());
        passage.map(Self).ok_or(ValueError::NothingVisible)
    }
}

/// A text that stands beside others: a topic, a reason, the message of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Short<const BYTES_MAX: usize>(pub(super) Text);

/// A topic or a reason.
pub(super) type Note = Short<NOTE_BYTES_MAX>;
/// The message of the day.
pub(super) type Motd = Short<MOTD_BYTES_MAX>;

impl<const BYTES_MAX: usize> FromText for Short<BYTES_MAX> {
    const IS: &'static str = match BYTES_MAX {
        NOTE_BYTES_MAX => "a line of at most 390 bytes",
        _ => "a line of at most 1920 bytes",
    };
    const BYTES: (usize, usize) = (1, BYTES_MAX);

    fn from_text(text: &str) -> Result<Self, ValueError> {
        let text = Text::from_text(text)?;
        match text.len() <= BYTES_MAX {
            true => Ok(Self(text)),
            false => Err(ValueError::TextTooLong),
        }
    }
}

impl FromText for Password {
    const IS: &'static str = "a password";
    const BYTES: (usize, usize) = (0, PASSWORD_BYTES_MAX);

    fn from_text(text: &str) -> Result<Self, ValueError> {
        Self::parse(text).map_err(|error| match error {
            PasswordError::TooLong => ValueError::PasswordTooLong,
            PasswordError::NotText => ValueError::PasswordNotText,
        })
    }
}

/// A place in a history: the number of an event, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    Seq(Seq),
    Time(Timestamp),
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl Visitor<'_> for Visit {
            type Value = Point;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of an event, or a time")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Point, E> {
                Ok(Point::Seq(Seq(number)))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Point, E> {
                let other = || E::invalid_type(Unexpected::Float(number), &self);
                let seq = whole(number).map(Seq);
                seq.map(Point::Seq).ok_or_else(other)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Point, E> {
                Timestamp::from_text(text)
                    .map(Point::Time)
                    .map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

/// A name of a room, with its `#`.
pub(super) struct Room<'a>(pub(super) &'a RoomName);

/// Anything that is written the way it is displayed.
pub(super) struct Displayed<T>(pub(super) T);

impl Serialize for Room<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

impl<T: Display> Serialize for Displayed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A time, as RFC 3339 has it: in UTC, to the millisecond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A time outside the calendar's range is one that no clock shows.
        let time = jiff::Timestamp::from_millisecond(self.0.0).unwrap_or_default();
        let time = TimeZone::UTC.to_datetime(time);
        let (date, clock) = (time.date(), time.time());
        let (year, month, day) = (date.year(), date.month(), date.day());
        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        let (hour, minute, second) = (clock.hour(), clock.minute(), clock.second());
        write!(f, "{hour:02}:{minute:02}:{second:02}.")?;
        write!(f, "{:03}", clock.millisecond())?;
        f.write_char('Z')
    }
}

#[cfg(feature = "schema")]
mod schema {
    use alloc::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Displayed, ID_BYTES_MAX, Id, Point, Room, Time};

    macro_rules! schemas {
        ($($name:literal: $type:ty => $schema:tt,)+) => {
            $(impl JsonSchema for $type {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    $name.into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            })+
        };
    }

    schemas! {
        "Id": Id => {
            "type": ["integer", "string"], "title": "an id", "minimum": 0, "maxLength": ID_BYTES_MAX
        },
        "Place": Point => {
            "type": ["integer", "string"], "title": "the number of an event, or a time", "minimum": 0
        },
        "Room": Room<'_> => { "type": "string", "title": "a room", "pattern": "^#" },
        "Time": Time => { "type": "string", "format": "date-time" },
    }

    impl<T> JsonSchema for Displayed<T> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            "Shown".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string" })
        }
    }
}
