//! Whole numbers, however a client writes them. JSON has one kind of number (RFC 8259, section 6):
//! `1`, `1.0` and `1e0` are the same, and a language that only has floating-point numbers writes
//! any of them.

use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};

/// Up to this number every whole number is an `f64`.
const EXACT_MAX: f64 = (1_u64 << 53) as f64;

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::json) struct Whole<T>(pub(in crate::json) T);

/// The whole number that equals a floating-point number, if there is one.
pub(super) fn whole(number: f64) -> Option<u64> {
    let whole = number as u64;
    ((0.0..=EXACT_MAX).contains(&number) && whole as f64 == number).then_some(whole)
}

/// The number's own type reports what is wrong.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Visit<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
                T::deserialize(number.into_deserializer())
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
                T::deserialize(number.into_deserializer())
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
                match whole(number) {
                    Some(number) => self.visit_u64(number),
                    None => T::deserialize(number.into_deserializer()),
                }
            }

            fn visit_bool<E: Error>(self, other: bool) -> Result<T, E> {
                T::deserialize(other.into_deserializer())
            }

            fn visit_str<E: Error>(self, other: &str) -> Result<T, E> {
                T::deserialize(other.into_deserializer())
            }
        }
        deserializer.deserialize_any(Visit(PhantomData)).map(Self)
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Whole<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use core::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (text, expected) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("30e-1", Some(3)),
            ("0.3e1", Some(3)),
            ("9007199254740992.0", Some(1 << 53)),
            ("18446744073709551615", Some(u64::MAX)),
            ("-0.0", Some(0)),
            ("3.5", None),
            ("-3.0", None),
            ("1e300", None),
            ("\"3\"", None),
        ] {
            let read = serde_json::from_str::<Whole<u64>>(text);
            assert_eq!(read.ok().map(|whole| whole.0), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_as_without_it() {
        for text in ["0.0", "0", "-1", "1.5", "true", "\"x\"", "4294967296.0"] {
            let told = serde_json::from_str::<Whole<NonZeroU32>>(text).expect_err(text);
            assert!(
                told.to_string().contains("expected a nonzero u32"),
                "{told}"
            );
        }
    }
}
