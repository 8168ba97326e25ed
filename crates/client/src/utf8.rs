//! Bytes to text, across reads.
//!
//! A read ends where the network or the keyboard wills, also in the middle of a character; what is
//! incomplete waits here for its rest. It must not know what the text is for.
//! `String::from_utf8_lossy` would turn each such cut into a replacement character.

/// A decoder that holds back at most the three bytes of an unfinished character.
#[derive(Debug, Default)]
pub(crate) struct Utf8Stream {
    unfinished: Vec<u8>,
}

impl Utf8Stream {
    /// The text of these bytes and of what was held back; what can never become a character is
    /// U+FFFD.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> String {
        let mut input = std::mem::take(&mut self.unfinished);
        input.extend_from_slice(bytes);
        let mut text = String::with_capacity(input.len());
        let mut seen = 0;
        for chunk in input.utf8_chunks() {
            text.push_str(chunk.valid());
            seen += chunk.valid().len() + chunk.invalid().len();
            if seen == input.len() && is_unfinished(chunk.invalid()) {
                self.unfinished = chunk.invalid().to_vec();
            } else if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }

    /// What stands for the bytes still held back when no more will come.
    pub(crate) fn finish(&mut self) -> &'static str {
        if std::mem::take(&mut self.unfinished).is_empty() {
            ""
        } else {
            "\u{fffd}"
        }
    }
}

fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_gives_the_same_text() {
        let text = "a é € 🎉 b";
        for cut in 0..=text.len() {
            let mut stream = Utf8Stream::default();
            let mut decoded = stream.decode(&text.as_bytes()[..cut]);
            decoded += &stream.decode(&text.as_bytes()[cut..]);
            assert_eq!(decoded, text, "cut at {cut}");
            assert_eq!(stream.finish(), "");
        }
    }

    #[test]
    fn what_is_no_utf8_is_replaced() {
        let mut stream = Utf8Stream::default();
        assert_eq!(
            stream.decode(b"a\xff\xe2\x82b\xf0\x9f"),
            "a\u{fffd}\u{fffd}b"
        );
        assert_eq!(stream.decode(b"c"), "\u{fffd}c");
    }

    #[test]
    fn an_end_inside_a_character_is_shown() {
        let mut stream = Utf8Stream::default();
        assert_eq!(stream.decode(b"\xe2\x82"), "");
        assert_eq!(stream.finish(), "\u{fffd}");
        assert_eq!(stream.finish(), "");
    }
}
