//! What a client calls a command.

use alloc::boxed::Box;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use super::whole::whole;
use super::{ID_BYTES_MAX, ValueError};

/// What a client calls a command. It is given back with what the command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::json) enum Id {
    Number(u64),
    Text(Box<str>),
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl Visitor<'_> for Visit {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "a whole number from 0 to {} or a text of at most {ID_BYTES_MAX} bytes",
                    u64::MAX
                )
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id::Number(number))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Id, E> {
                let other = || E::invalid_type(Unexpected::Float(number), &self);
                whole(number).map(Id::Number).ok_or_else(other)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                match text.len() <= ID_BYTES_MAX {
                    true => Ok(Id::Text(text.into())),
                    false => Err(E::custom(ValueError::IdTooLong)),
                }
            }
        }
        deserializer.deserialize_any(Visit)
    }
}
