//! What a keyboard sends, as what the person meant.
//!
//! It must not know the line that is edited. Pure and fed with bytes, so that it works the same on
//! a terminal here and on a byte stream that comes from elsewhere. It understands the sequences of
//! xterm and its many descendants (ECMA-48 CSI, SS3), which is why no terminfo is asked; what it
//! does not understand it drops whole, so that no unknown key leaves its letters in the line.
//!
//! Why no parser of a crate: vte reads what a program sends to a terminal, not what a keyboard sends
//! to a program. Tried on keys (0.15), it drops Alt-Backspace (`ESC DEL`) together with the next key,
//! and Alt-P, Alt-X and Alt-] (`ESC P`, `ESC X`, `ESC ]`) begin strings that swallow all that is
//! typed until an `ESC \` that no keyboard sends.

use crate::utf8::Utf8Stream;

/// The longest parameters of a key's sequence, in bytes: real ones have up to ten.
const PARAMETERS_BYTES_MAX: usize = 32;

/// One thing that the person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A character to insert; never a control character, unless it was pasted: then it can be a tab
    /// or a line feed.
    Char(char),
    Enter,
    /// For completion, once there is any.
    Tab,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Up,
    Down,
    EraseLeft,
    EraseRight,
    CutWordLeft,
    CutWordRight,
    CutToStart,
    CutToEnd,
    Yank,
    Redraw,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D: the end of the input on an empty line, else [`Key::EraseRight`].
    EndOfInput,
    /// Ctrl-Z.
    Suspend,
}

/// Splits the bytes of a keyboard into keys; a sequence may be cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    utf8: Utf8Stream,
    state: State,
    /// Between the brackets of a paste, where a line end is text and not the Enter key.
    pasting: bool,
    after_return: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    /// After `ESC [`, with the parameters so far.
    Csi(String),
    /// After `ESC O`.
    Ss3,
}

impl Keys {
    /// The keys that these bytes complete.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Vec<Key> {
        let text = self.utf8.decode(bytes);
        text.chars().filter_map(|c| self.step(c)).collect()
    }

    fn step(&mut self, c: char) -> Option<Key> {
        match std::mem::take(&mut self.state) {
            State::Ground if c == '\x1b' => self.enter(State::Escape),
            State::Ground if self.pasting => self.pasted(c),
            State::Ground => typed(c),
            State::Escape => match c {
                '[' => self.enter(State::Csi(String::new())),
                'O' => self.enter(State::Ss3),
                // Without a clock, a lone Escape cannot be told from the beginning of a sequence:
                // it waits.
                '\x1b' => self.enter(State::Escape),
                _ => with_alt(c),
            },
            State::Csi(parameters) => self.csi(parameters, c),
            State::Ss3 => cursor_key("", c),
        }
    }

    fn enter(&mut self, state: State) -> Option<Key> {
        self.state = state;
        None
    }

    /// ECMA-48, 5.4: parameter and intermediate bytes, then one final byte.
    fn csi(&mut self, mut parameters: String, c: char) -> Option<Key> {
        match c {
            ' '..='?' if parameters.len() < PARAMETERS_BYTES_MAX => {
                parameters.push(c);
                self.enter(State::Csi(parameters))
            }
            '~' => self.numbered(&parameters),
            _ => cursor_key(&parameters, c),
        }
    }

    fn numbered(&mut self, parameters: &str) -> Option<Key> {
        let number = parameters.split(';').next().unwrap_or_default();
        match number {
            "1" | "7" => Some(Key::Home),
            "4" | "8" => Some(Key::End),
            "3" => Some(Key::EraseRight),
            "200" | "201" => {
                self.pasting = number == "200";
                None
            }
            _ => None,
        }
    }

    /// A terminal pastes line ends as CR; text from elsewhere has LF or CRLF.
    fn pasted(&mut self, c: char) -> Option<Key> {
        let after_return = std::mem::replace(&mut self.after_return, c == '\r');
        match c {
            '\n' if after_return => None,
            '\r' | '\n' => Some(Key::Char('\n')),
            '\t' => Some(Key::Char('\t')),
            _ if c.is_control() => None,
            _ => Some(Key::Char(c)),
        }
    }
}

fn typed(c: char) -> Option<Key> {
    let key = match c {
        '\r' | '\n' => Key::Enter,
        '\t' => Key::Tab,
        '\x01' => Key::Home,
        '\x02' => Key::Left,
        '\x03' => Key::Interrupt,
        '\x04' => Key::EndOfInput,
        '\x05' => Key::End,
        '\x06' => Key::Right,
        '\x08' | '\x7f' => Key::EraseLeft,
        '\x0b' => Key::CutToEnd,
        '\x0c' => Key::Redraw,
        '\x0e' => Key::Down,
        '\x10' => Key::Up,
        '\x15' => Key::CutToStart,
        '\x17' => Key::CutWordLeft,
        '\x19' => Key::Yank,
        '\x1a' => Key::Suspend,
        _ if c.is_control() => return None,
        _ => Key::Char(c),
    };
    Some(key)
}

fn with_alt(c: char) -> Option<Key> {
    match c {
        'b' => Some(Key::WordLeft),
        'f' => Some(Key::WordRight),
        'd' => Some(Key::CutWordRight),
        '\x08' | '\x7f' => Some(Key::CutWordLeft),
        _ => None,
    }
}

/// The arrows, Home and End; xterm tells of a held modifier as in `1;5`, where 2 is Shift alone.
fn cursor_key(parameters: &str, last: char) -> Option<Key> {
    let by_word = matches!(parameters.split_once(';'), Some((_, modifier)) if modifier != "2");
    match last {
        'A' => Some(Key::Up),
        'B' => Some(Key::Down),
        'C' if by_word => Some(Key::WordRight),
        'C' => Some(Key::Right),
        'D' if by_word => Some(Key::WordLeft),
        'D' => Some(Key::Left),
        'F' => Some(Key::End),
        'H' => Some(Key::Home),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &[u8], expected: &[Key]) {
        for cut in 0..=input.len() {
            let mut keys = Keys::default();
            let mut read = keys.read(&input[..cut]);
            read.extend(keys.read(&input[cut..]));
            assert_eq!(read, expected, "cut at {cut}");
        }
    }

    fn chars(text: &str) -> Vec<Key> {
        text.chars().map(Key::Char).collect()
    }

    #[test]
    fn letters_of_all_lengths() {
        check("aé€🎉".as_bytes(), &chars("aé€🎉"));
    }

    #[test]
    fn control_keys() {
        check(
            b"\r\n\x7f\x08\t",
            &[
                Key::Enter,
                Key::Enter,
                Key::EraseLeft,
                Key::EraseLeft,
                Key::Tab,
            ],
        );
        check(
            b"\x03\x04\x1a",
            &[Key::Interrupt, Key::EndOfInput, Key::Suspend],
        );
        check(b"\x00\x1d", &[]);
    }

    #[test]
    fn arrows_in_both_modes_and_with_modifiers() {
        check(
            b"\x1b[A\x1bOB\x1b[C\x1bOD",
            &[Key::Up, Key::Down, Key::Right, Key::Left],
        );
        check(
            b"\x1b[1;5C\x1b[1;3D\x1b[1;2C",
            &[Key::WordRight, Key::WordLeft, Key::Right],
        );
        check(
            b"\x1b[H\x1b[4~\x1b[3~\x1b[7~",
            &[Key::Home, Key::End, Key::EraseRight, Key::Home],
        );
    }

    #[test]
    fn alt_and_a_lone_escape() {
        check(
            b"\x1bb\x1bf\x1bd\x1b\x7f",
            &[
                Key::WordLeft,
                Key::WordRight,
                Key::CutWordRight,
                Key::CutWordLeft,
            ],
        );
        check(b"\x1b\x1b[A", &[Key::Up]);
    }

    #[test]
    fn unknown_sequences_leave_nothing_behind() {
        check(b"\x1b[24~\x1b[?1;2c\x1b[15;2~\x1bOPx", &[Key::Char('x')]);
    }

    #[test]
    fn a_paste_keeps_its_tabs_and_lines() {
        check(
            b"\x1b[200~a\tb\rc\r\nd\x1b[201~\r",
            &[chars("a\tb\nc\nd"), vec![Key::Enter]].concat(),
        );
    }

    #[test]
    fn a_paste_cannot_press_keys() {
        check(b"\x1b[200~a\x03\x04\x1a\x7fb\x1b[201~", &chars("ab"));
    }
}
