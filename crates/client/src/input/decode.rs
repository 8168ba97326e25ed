//! The encoding of the input, and its way to UTF-8.
//!
//! It must not know lines. UTF-8 passes as it is, wrong bytes included, so that the line they stand in
//! can be told. What is wrong in another encoding becomes a byte that is wrong in UTF-8, so that its line is
//! told as well.

use std::str::FromStr;

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

/// So many bytes tell UTF-16 without a mark from UTF-8.
const SNIFF_BYTES: usize = 4;

/// A byte that UTF-8 never has.
const NO_TEXT: u8 = 0xff;

/// An encoding by one of its names in the WHATWG Encoding Standard, or `CP1252`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// No encoding has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no encoding is called \"{0}\"; there are utf-8, utf-16le, utf-16be, windows-1252 and others."
)]
pub struct EncodingError(String);

impl FromStr for Encoding {
    type Err = EncodingError;

    fn from_str(label: &str) -> Result<Self, EncodingError> {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes());
        encoding
            .map(Self)
            .ok_or_else(|| EncodingError(label.to_owned()))
    }
}

/// The decoder, once it is known which.
pub(super) enum Decoding {
    Undecided(Vec<u8>),
    Utf8,
    Other(Box<Decoder>),
}

impl std::fmt::Debug for Decoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Undecided(_) => "Undecided",
            Self::Utf8 => "Utf8",
            Self::Other(_) => "Other",
        })
    }
}

impl Decoding {
    pub(super) fn new(encoding: Option<Encoding>) -> Self {
        match encoding {
            None => Self::Undecided(Vec::new()),
            Some(Encoding(encoding)) => Self::of(encoding),
        }
    }

    fn of(encoding: &'static encoding_rs::Encoding) -> Self {
        if encoding == UTF_8 {
            Self::Utf8
        } else {
            Self::Other(Box::new(encoding.new_decoder_with_bom_removal()))
        }
    }

    /// These bytes as UTF-8.
    pub(super) fn take_in(&mut self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Utf8 => bytes.to_vec(),
            Self::Other(decoder) => decoded(decoder, bytes, false),
            Self::Undecided(first) => {
                first.extend_from_slice(bytes);
                // A line that is complete is not held back: a program may wait for its echo.
                let is_line = first.ends_with(b"\n") && !first.contains(&0);
                if first.len() >= SNIFF_BYTES || is_line {
                    self.decide()
                } else {
                    Vec::new()
                }
            }
        }
    }

    /// What is left when no more will come. It is the last call.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let mut rest = match self {
            Self::Undecided(_) => self.decide(),
            _ => Vec::new(),
        };
        if let Self::Other(decoder) = self {
            rest.extend(decoded(decoder, &[], true));
        }
        rest
    }

    fn decide(&mut self) -> Vec<u8> {
        let Self::Undecided(first) = self else {
            return Vec::new();
        };
        let first = std::mem::take(first);
        *self = Self::of(encoding_of(&first));
        self.take_in(&first)
    }
}

/// A mark decides; without one, text of the first blocks of Unicode has a zero in every other byte.
fn encoding_of(first: &[u8]) -> &'static encoding_rs::Encoding {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(first) {
        return encoding;
    }
    match first {
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => UTF_16LE,
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => UTF_16BE,
        _ => UTF_8,
    }
}

fn decoded(decoder: &mut Decoder, mut bytes: &[u8], is_last: bool) -> Vec<u8> {
    let mut text = Vec::new();
    loop {
        let decoded = text.len();
        // There is room for all of it, so each call goes on to the end or to what is wrong.
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        text.resize(decoded + room.unwrap_or(0), 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(bytes, &mut text[decoded..], is_last);
        text.truncate(decoded + written);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty | DecoderResult::OutputFull => return text,
            DecoderResult::Malformed(..) => text.push(NO_TEXT),
        }
    }
}
