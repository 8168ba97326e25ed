//! Parsing what a client writes: the text that everybody is shown, and the form that only IRC has.
//!
//! IRC gives a meaning to the control characters of colours and styles, which only its clients
//! know. So the text for everybody is without them, and a message keeps them beside it. All other
//! control characters become visible, in either.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use chinwag_core::limits::NOTE_BYTES_MAX;
use chinwag_core::{IrcForm, Manner, Text};

/// What a client says.
pub(super) struct Saying {
    pub(super) text: Text,
    pub(super) manner: Manner,
    pub(super) form: IrcForm,
}

/// What the text of a message is.
pub(super) enum Spoken {
    /// Something for everybody.
    Said(Saying),
    /// CTCP, which is between clients.
    Signal(IrcForm),
    /// Nothing that anybody could see.
    Nothing,
}

/// Parses the text of a message. CTCP's ACTION is an action of the chat; other CTCP and the answers
/// to it are signals.
pub(super) fn spoken(typed: &str, is_notice: bool, tags: Option<Box<str>>) -> Spoken {
    let manner = match is_notice {
        true => Manner::Notice,
        false => Manner::Speech,
    };
    let Some(ctcp) = typed.strip_prefix('\x01') else {
        let said = said(typed, manner, tags);
        return said.map_or(Spoken::Nothing, Spoken::Said);
    };
    let request = ctcp.trim_end_matches('\x01');
    let (word, rest) = request.split_once(' ').unwrap_or((request, ""));
    match word {
        "" => Spoken::Nothing,
        "ACTION" if !is_notice => {
            said(rest, Manner::Action, tags).map_or(Spoken::Nothing, Spoken::Said)
        }
        _ => Spoken::Signal(IrcForm {
            text: Some(alloc::format!("\x01{}\x01", for_clients(request)).into()),
            tags,
        }),
    }
}

/// Parses a message with a LF between its lines, and a CR where a client has cut one of them.
/// `None` if nothing in it is visible.
pub(super) fn said(typed: &str, manner: Manner, tags: Option<Box<str>>) -> Option<Saying> {
    // Most messages are that, and one look at each byte costs less than the four below.
    if Text::is_printable(typed.as_bytes()) {
        let text = Text::parse(typed)?;
        let form = IrcForm {
            text: (*text != *typed).then(|| typed.into()),
            tags,
        };
        return Some(Saying { text, manner, form });
    }
    let text = match typed.contains(['\n', '\r']) {
        true => Text::passage(without_format(&typed.replace('\r', "")).split('\n')),
        false => Text::parse(&without_format(typed)),
    }?;
    let typed = for_clients(typed);
    let differs = text.with_line_feeds() != typed;
    let form = IrcForm {
        text: differs.then(|| typed.into()),
        tags,
    };
    Some(Saying { text, manner, form })
}

/// A topic or a reason, within its bound; `None` if it is empty.
pub(super) fn note(typed: &str) -> Option<Text> {
    let plain = without_format(typed);
    let end = plain.floor_char_boundary(plain.len().min(NOTE_BYTES_MAX));
    Text::parse(&plain[..end])
}

/// Whether a character begins a colour or a style (modern.ircdocs.horse, formatting).
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\x02' | '\x03' | '\x04' | '\x0f' | '\x11' | '\x16' | '\x1d' | '\x1e' | '\x1f'
    )
}

/// A text for IRC clients: with colours and styles, but with escapes for what else a terminal might
/// obey, and for a mark of CTCP in the middle, which some clients would answer. LF and CR separate
/// the lines and the parts of a passage.
fn for_clients(text: &str) -> Cow<'_, str> {
    let text = Text::without_unseen(text);
    if text.chars().all(is_for_clients) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_for_clients(c) {
            true => out.push(c),
            false => Text::push_shown(&mut out, c),
        }
    }
    Cow::Owned(out)
}

fn is_for_clients(c: char) -> bool {
    !Text::is_active(c) || is_format(c) || matches!(c, '\n' | '\r')
}

/// A text without colours and styles.
fn without_format(text: &str) -> Cow<'_, str> {
    if !text.contains(is_format) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A colour, or two: one or two digits each.
            '\x03' => {
                for _ in 0..2 {
                    if chars.next_if(char::is_ascii_digit).is_none() {
                        break;
                    }
                    chars.next_if(char::is_ascii_digit);
                    let mut ahead = chars.clone();
                    let has_second = ahead.next() == Some(',')
                        && ahead.next().is_some_and(|c| c.is_ascii_digit());
                    if !has_second {
                        break;
                    }
                    chars.next();
                }
            }
            // A colour of six hexadecimal digits, or two.
            '\x04' => {
                for _ in 0..6 {
                    chars.next_if(char::is_ascii_hexdigit);
                }
            }
            c if is_format(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        assert_eq!(without_format(typed), expected, "{typed:?}");
    }

    #[test]
    fn colours_and_styles_go() {
        check("\x02bold\x02 \x1ditalic\x0f", "bold italic");
        check("\x0304,12red\x03 on", "red on");
        check("\x033,a \x03,5 \x0312,", ",a ,5 ,");
        check("\x04ff0000red", "red");
        check("plain", "plain");
    }

    #[track_caller]
    fn check_said(typed: &str, text: &str, form: Option<&str>) {
        let Spoken::Said(said) = spoken(typed, false, None) else {
            panic!("{typed:?} says nothing");
        };
        assert_eq!((&*said.text, said.form.text.as_deref()), (text, form));
    }

    #[test]
    fn a_text_has_a_form_of_its_own_in_irc_if_it_differs() {
        check_said("plain", "plain", None);
        check_said("\x02bold", "bold", Some("\x02bold"));
        check_said("blanks ", "blanks", Some("blanks "));
        check_said("\x1b[2J", "\\x1b[2J", None);
        check_said("\x1b\x02x", "\\x1bx", Some("\\x1b\x02x"));
        check_said("a\u{202e}b", "a\\u{202e}b", None);
        check_said(
            "\u{2028}\u{9b}\x02x",
            "\\u{2028}\\x9bx",
            Some("\\u{2028}\\x9b\x02x"),
        );
        check_said("\x01ACTION waves\x01", "waves", None);
    }

    #[test]
    fn what_nobody_could_see_is_nothing() {
        for typed in [
            " ",
            "\x02\x0f",
            "\x0304 ",
            "\x01",
            "\x01\x01",
            "\x01ACTION\x01",
            "\x01ACTION \x01",
            "\x01ACTION \x02\x01",
        ] {
            let spoken = spoken(typed, false, None);
            assert!(matches!(spoken, Spoken::Nothing), "{typed:?}");
        }
    }

    proptest! {
        /// Whatever a client says: nobody's terminal obeys it, and clients of IRC get no more than styles
        /// and CTCP.
        #[test]
        fn nobody_is_given_what_a_terminal_obeys(
            typed in "[a \u{1}-\u{8}\u{b}\u{e}-\u{1f}\u{7f}-\u{9f}\u{2027}-\u{202f}\u{2065}-\u{206a}]{1,12}",
            is_notice: bool,
        ) {
            let is_harmless = |form: &IrcForm| {
                let text = form.text.as_deref().unwrap_or_default();
                text.chars().all(|c| !Text::is_active(c) || is_format(c) || c == '\x01')
            };
            match spoken(&typed, is_notice, None) {
                Spoken::Said(said) => {
                    prop_assert!(is_harmless(&said.form));
                    prop_assert!(!said.text.contains(Text::is_active));
                }
                Spoken::Signal(form) => prop_assert!(is_harmless(&form)),
                Spoken::Nothing => {}
            }
            prop_assert!(!note(&typed).is_some_and(|note| note.contains(Text::is_active)));
        }
    }

    #[test]
    fn what_nobody_sees_is_told_to_no_client_either() {
        let read = |typed| said(typed, Manner::Speech, None).expect("a message");
        let plain = read("hi\u{e0068}\u{e0069}");
        assert_eq!((&*plain.text, plain.form.text), ("hi", None));
        let bold = read("\x02hi\u{e0068}");
        assert_eq!(bold.form.text.as_deref(), Some("\x02hi"));
    }

    #[test]
    fn a_passage_keeps_how_it_was_cut() {
        let read = |typed| said(typed, Manner::Speech, None);
        let passage = read("one\ntwo").expect("a passage");
        assert_eq!((&*passage.text, passage.form.text), ("one␤two", None));
        let cut = read("\none \x02wo\rrd\ntwo").expect("a passage");
        assert_eq!(&*cut.text, "one word␤two");
        assert_eq!(cut.form.text.as_deref(), Some("\none \x02wo\rrd\ntwo"));
        assert!(read("\n\x02\r\x02").is_none());
    }

    #[test]
    fn a_reason_has_no_formatting() {
        assert_eq!(note("\x0304red\x1b").as_deref(), Some("red\\x1b"));
        assert_eq!(note("\x02"), None);
    }
}
