//! The manner of a message.

use chinwag_core::Manner;
use serde::de::{Deserialize, Deserializer};

use super::{FromText, Parsed, ValueError};

/// A manner other than plain speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum Mannered {
    /// As what one does: `waves`.
    Action,
    /// So that no program answers, as a notice of IRC's.
    Notice,
}

impl FromText for Mannered {
    const IS: &'static str = "`action` or `notice`";

    fn from_text(text: &str) -> Result<Self, ValueError> {
        match text {
            "action" => Ok(Self::Action),
            "notice" => Ok(Self::Notice),
            _ => Err(ValueError::NoManner),
        }
    }
}

/// Only from a text: an enum might be an object with one key as well.
impl<'de> Deserialize<'de> for Mannered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(mannered)| mannered)
    }
}

impl Mannered {
    pub(in crate::json) fn of(manner: Manner) -> Option<Self> {
        match manner {
            Manner::Speech => None,
            Manner::Action => Some(Self::Action),
            Manner::Notice => Some(Self::Notice),
        }
    }
}

impl From<Mannered> for Manner {
    fn from(mannered: Mannered) -> Self {
        match mannered {
            Mannered::Action => Self::Action,
            Mannered::Notice => Self::Notice,
        }
    }
}
