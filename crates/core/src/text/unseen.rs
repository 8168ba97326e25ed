//! Characters that show nothing, and that no language needs where they stand: whole sentences could
//! hide in a line, and whoever copies the line passes them on. They are left out, as a reader sees
//! the same without them. What shows nothing and is needed stays: joiners, directional marks, one
//! variation selector behind a character, and the tags that make the flag of England.

use alloc::borrow::Cow;
use alloc::string::String;

use super::Text;

/// The letters of a region in a flag: `gbeng`, `gbsct`, `gbwls`, `usca` (UTS 51, UTS 35).
const FLAG_TAGS: core::ops::RangeInclusive<usize> = 3..=6;

impl Text {
    /// A line without what nobody sees.
    pub fn without_unseen(line: &str) -> Cow<'_, str> {
        if line.is_ascii() || !line.contains(may_be_unseen) {
            return Cow::Borrowed(line);
        }
        let mut out = String::with_capacity(line.len());
        let (mut rest, mut before) = (line, ' ');
        while let Some(c) = rest.chars().next() {
            let flag = flag_length(rest);
            let (taken, behind) = rest.split_at(flag.unwrap_or(c.len_utf8()));
            if flag.is_some() || !is_unseen(c, before) {
                out.push_str(taken);
                before = c;
            }
            rest = behind;
        }
        Cow::Owned(out)
    }
}

/// The bytes of a flag at the beginning that is made of a black flag, tags and their end.
fn flag_length(text: &str) -> Option<usize> {
    let tagged = text.strip_prefix('\u{1f3f4}')?;
    let is_tag = |c: char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let behind = tagged.trim_start_matches(is_tag);
    let tags = tagged[..tagged.len() - behind.len()].chars().count();
    let end = behind.strip_prefix('\u{e007f}')?;
    FLAG_TAGS.contains(&tags).then_some(text.len() - end.len())
}

fn may_be_unseen(c: char) -> bool {
    is_unseen(c, ' ') || is_selector(c)
}

/// Tags, annotations, controls of musical notation, deprecated format characters, a Mongolian vowel
/// separator without a vowel, and a second variation selector.
fn is_unseen(c: char, before: char) -> bool {
    match c {
        '\u{180e}' => {
            !matches!(before, '\u{1820}'..='\u{18aa}' | '\u{180b}'..='\u{180d}' | '\u{180f}')
        }
        '\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}' => true,
        _ => is_selector(c) && is_selector(before),
    }
}

/// Whether `c` chooses a form of the character before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        let text = Text::parse(typed);
        assert_eq!(text.as_deref(), expected, "{typed:?}");
    }

    #[test]
    fn what_hides_in_a_line_is_left_out() {
        check("hi\u{e0068}\u{e0069}\u{e007f}!", Some("hi!"));
        check("hi\u{e0001}\u{e0068}", Some("hi"));
        check("a\u{fff9}b\u{fffa}c\u{fffb}", Some("abc"));
        check("\u{1d173}a\u{1d17a}\u{180e}b \u{206a}", Some("ab"));
        check("😀\u{fe0f}\u{fe00}\u{e0100}\u{e01ef}!", Some("😀\u{fe0f}!"));
        check("\u{e0068}\u{e0069}", None);
        // The seventh mark goes first.
        let marks = "\u{301}".repeat(6);
        let line = std::format!("a{marks}\u{fe0f}\u{301}\u{fe0f}");
        check(&line, Some(&std::format!("a{marks}\u{fe0f}")));
    }

    #[test]
    fn flags_and_letters_stay_whole() {
        let flag = |tags: &str| {
            let tags = tags
                .chars()
                .filter_map(|c| char::from_u32(0xe0000 + u32::from(c)));
            let mut flag = String::from("\u{1f3f4}");
            flag.extend(tags);
            flag + "\u{e007f}"
        };
        for region in ["gbeng", "gbsct", "gbwls", "usca"] {
            let flag = flag(region);
            check(&flag, Some(&flag));
        }
        check(&flag("attack at dawn"), Some("\u{1f3f4}"));
        check("\u{1f3f4}\u{e0067}\u{e0062}", Some("\u{1f3f4}"));
        for text in [
            "葛\u{e0100}城",
            "ᠮᠣᠩᠭ\u{180e}ᠠ",
            "❤\u{fe0f}",
            "\u{1f3f4}\u{200d}☠\u{fe0f}",
            "می\u{200c}خواهم",
        ] {
            check(text, Some(text));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_left_is_left_by_a_second_look(
            line in "[a\t\u{1f3f4}\u{e0061}-\u{e0063}\u{e007f}\u{fe0f}\u{180e}\u{1820}\u{301}]{0,24}"
        ) {
            let once = Text::without_unseen(&line).into_owned();
            prop_assert_eq!(&*Text::without_unseen(&once), &*once);
            if let Some(text) = Text::parse(&line) {
                let again = Text::stored(&text);
                prop_assert_eq!(again, Some(text));
            }
        }
    }
}
