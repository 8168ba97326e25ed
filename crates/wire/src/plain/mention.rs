//! Mentions of a person in a line, which ring their bell.

use alloc::string::String;

use chinwag_core::Name;

/// Whether `text` has `name` as a word, in any case.
///
/// It searches for the name and then looks at its neighbours, rather than splitting the text into
/// words first: Chinese, Japanese and Thai have no spaces between words, so a name is a word
/// anywhere in them.
pub(super) fn mentions(text: &str, name: &Name) -> bool {
    let text = fold(text);
    let name = name.folded();
    let mut found = text.match_indices(name);
    found.any(|(at, _)| {
        let before = text[..at].trim_end_matches(is_sign).chars().next_back();
        let behind = text[at + name.len()..]
            .trim_start_matches(is_sign)
            .chars()
            .next();
        ends_word(name.chars().next(), before) && ends_word(name.chars().next_back(), behind)
    })
}

/// The form of [`Name::folded`], except for compatibility forms, which nobody types by accident.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

/// Signs that a name may have, but that may also follow or precede it: `gopher.` ends a sentence,
/// `ann-marie` is another person.
fn is_sign(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

/// Whether a name with `inner` at this end is a word of its own next to `outer`.
fn ends_word(inner: Option<char>, outer: Option<char>) -> bool {
    outer.is_none_or(|c| !c.is_alphanumeric()) || inner.is_some_and(has_no_spaces)
}

/// Whether `c` belongs to a script without spaces between words: Thai, Lao, Khmer, kana, Han.
fn has_no_spaces(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, expected: bool) {
        let name = Name::parse(name).expect("a name");
        assert_eq!(mentions(text, &name), expected, "{name} in {text}");
    }

    #[test]
    fn a_name_is_found_as_a_word() {
        check("gopher: hi", "gopher", true);
        check("hi Gopher!", "gopher", true);
        check("hi gopher.", "gopher", true);
        check("_gopher_ rocks", "gopher", true);
        check("is that gopher's?", "gopher", true);
        check("gophers gopher", "gopher", true);
        check("größe: STRASSE?", "straße", true);
        check("ΣΊΣΥΦΟΣ!", "σίσυφος", true);
        check("李雷你好", "李雷", true);
    }

    #[test]
    fn a_part_of_another_word_is_no_name() {
        check("gophers", "gopher", false);
        check("thann", "ann", false);
        check("ann-marie is here", "ann", false);
        check("ask marie.ann", "ann", false);
        check("ann2 ann_2", "ann", false);
        check("", "ann", false);
        check("прианна", "анна", false);
    }
}
