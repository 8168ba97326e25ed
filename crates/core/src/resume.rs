//! The code that resumes a lost session.

use alloc::string::ToString;
use core::fmt;
use core::str::FromStr;

/// A resume code: 40 random bits, written `K7Q2-9MXP`.
///
/// Forty bits against five tries a connection: guessing one of ten thousand codes within a day, at
/// a thousand connections a second, succeeds with a chance of about one in 250.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResumeCode(u64);

/// Thirty-two digits and letters, in order, without those that are easily confused (0 O, 1 I).
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 8;

impl ResumeCode {
    /// The code from the low 40 of these random bits.
    pub fn from_random(bits: u64) -> Self {
        Self(bits & ((1 << 40) - 1))
    }

    /// Whether a word is a code as the server prints it: such a word is never meant as a name.
    pub fn is_printed(word: &str) -> bool {
        let code = word.parse::<Self>();
        code.is_ok_and(|code| code.to_string() == word)
    }
}

/// The text is not the form of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumeCodeError;

impl FromStr for ResumeCode {
    type Err = ResumeCodeError;

    /// Parses a code in either case, with or without the dash.
    fn from_str(text: &str) -> Result<Self, ResumeCodeError> {
        let mut bits = 0;
        let mut length = 0;
        for b in text.bytes().filter(|&b| b != b'-') {
            let upper = b.to_ascii_uppercase();
            let digit = ALPHABET
                .binary_search(&upper)
                .map_err(|_| ResumeCodeError)?;
            bits = (bits << 5) | digit as u64;
            length += 1;
            if length > LENGTH {
                return Err(ResumeCodeError);
            }
        }
        if length == LENGTH {
            Ok(Self(bits))
        } else {
            Err(ResumeCodeError)
        }
    }
}

impl fmt::Display for ResumeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; LENGTH + 1];
        for i in 0..LENGTH {
            let digit = (self.0 >> (5 * (LENGTH - 1 - i))) & 31;
            text[i + i / (LENGTH / 2)] = ALPHABET[digit as usize];
        }
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        for bits in [0, 1, 0xff_ffff_ffff, 0x12_3456_789a, u64::MAX] {
            let code = ResumeCode::from_random(bits);
            assert_eq!(code.to_string().parse(), Ok(code));
            assert_eq!(
                code.to_string().to_lowercase().replace('-', "").parse(),
                Ok(code)
            );
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "K7Q2-9MX", "K7Q2-9MXPP", "K7Q2-9MX0", "é7Q2-9MXP"] {
            assert_eq!(text.parse::<ResumeCode>(), Err(ResumeCodeError), "{text}");
        }
    }
}
