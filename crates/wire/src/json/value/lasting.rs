//! How long a ban, a bar or a mute lasts: whole seconds, up to the longest time that a person can
//! type.

use core::fmt;

use chinwag_core::{DURATION_MAX, Duration};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// See the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::json) struct Lasting(pub(in crate::json) Duration);

/// The most seconds.
const SECONDS_MAX: u64 = DURATION_MAX.as_secs();

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl Visitor<'_> for Visit {
            type Value = Lasting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 1 to {SECONDS_MAX}: a century")
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Lasting, E> {
                match (1..=SECONDS_MAX).contains(&seconds) {
                    true => Ok(Lasting(Duration::from_secs(seconds))),
                    false => Err(E::invalid_value(Unexpected::Unsigned(seconds), &self)),
                }
            }
        }
        deserializer.deserialize_u64(Visit)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Lasting {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        "Lasting".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": SECONDS_MAX })
    }
}
