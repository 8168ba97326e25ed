//! Telnet (RFC 854), as far as a chat needs it: what the peer says between the bytes of its text,
//! and what to answer.
//!
//! It must not know lines or text, only whether a byte is telnet's. It never speaks first.
//!
//! It asks the peer to send eight-bit bytes (BINARY, RFC 856) and the size of its window (NAWS, RFC
//! 1073), and refuses everything else. As in RFC 1143, the last word about an option holds until
//! the peer takes its own word back: no request is answered twice, so that two programs can never
//! answer each other for ever. The exception is TIMING-MARK (RFC 860), whose every request is
//! answered: after ^C, inetutils telnet shows nothing until then. BINARY is not offered in the
//! other direction: it would take the CR from the line ends on the peer's screen.
//!
//! An FF that no telnet command follows was not telnet (`ÿ` of Latin-1, say) and is handed back as
//! text, so that its line is refused with a reason and no answer upsets the screen. The same goes
//! for the first FF FE of a connection, which is DONT or the byte order mark of UTF-16, if what
//! follows is no option, or is followed by what no person types.

use alloc::vec::Vec;
use core::mem;

/// Interpret as command: every telnet sequence starts with it, and no UTF-8 text has it.
pub(super) const IAC: u8 = 255;

const EOF: u8 = 236;
const EOR: u8 = 239;
const SE: u8 = 240;
const NOP: u8 = 241;
const DATA_MARK: u8 = 242;
const BREAK: u8 = 243;
const INTERRUPT_PROCESS: u8 = 244;
const ARE_YOU_THERE: u8 = 246;
const ERASE_CHARACTER: u8 = 247;
const ERASE_LINE: u8 = 248;
const GO_AHEAD: u8 = 249;
const SB: u8 = 250;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;

const BINARY: u8 = 0;
const TIMING_MARK: u8 = 6;
const NAWS: u8 = 31;

/// Options end before this (IANA, Telnet Options), except for [`LATER_OPTIONS`].
const OPTIONS_END: u8 = 50;
const LATER_OPTIONS: [u8; 4] = [138, 139, 140, 255];

/// Options that the peer may use, and is asked to.
const WANTED: [u8; 2] = [BINARY, NAWS];

/// Bytes of answers that wait to be sent: 300 requests in one read. Further answers are dropped,
/// which only affects a peer that asks that often.
const REPLY_BYTES_MAX: usize = 1024;

/// Bytes between SB and SE, of which NAWS needs five. Anything longer counts as text again, so that
/// a peer that lost its SE gets an answer instead of being ignored for ever.
const PARAMETER_BYTES_MAX: usize = 1024;

/// The answer to AYT, for a person to read (RFC 854).
const HERE: &[u8] = b"! The server is here.\r\n";

/// The meaning of one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Part of telnet.
    Nothing,
    /// A text byte of the value 255.
    Escape,
    /// No telnet: the IAC before this byte was a text byte of the value 255, and so was what came
    /// in between. This byte has yet to be read.
    NotTelnet { between: [Option<u8>; 2] },
    /// Part of telnet, up to this byte, which has yet to be read.
    Unread,
    /// The interrupt or break key.
    Interrupt,
    /// The key that erases the last character.
    EraseCharacter,
    /// The key that erases the line.
    EraseLine,
    /// A key that means nothing here.
    Key,
    /// The size of the window, 0 where unknown.
    Window { columns: u16, rows: u16 },
}

/// One peer's side of telnet.
#[derive(Debug, Default)]
pub(super) struct Telnet {
    state: State,
    is_spoken: bool,
    /// The peer's options that are settled: a WILL needs no answer.
    peer_settled: Options,
    /// Likewise our own options: a DO needs no answer.
    own_settled: Options,
    /// The option and its parameters, as many as NAWS has.
    parameters: [u8; 5],
    parameter_bytes: usize,
    reply: Vec<u8>,
}

/// The role of the next byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Command,
    Option(Verb),
    /// After a DONT of this option with nothing before it: the next byte tells whether it is one.
    FirstDont(u8),
    Parameter,
    /// After an IAC among parameters.
    ParameterCommand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Will,
    Wont,
    Do,
    Dont,
}

impl Verb {
    fn byte(self) -> u8 {
        match self {
            Self::Will => WILL,
            Self::Wont => WONT,
            Self::Do => DO,
            Self::Dont => DONT,
        }
    }
}

impl Telnet {
    /// Takes an IAC, or any byte while [`is_inside`](Self::is_inside).
    pub(super) fn hear(&mut self, byte: u8) -> Heard {
        match mem::take(&mut self.state) {
            State::Text => self.go_on(State::Command),
            State::Command => self.command(byte),
            State::Option(verb) => self.option(verb, byte),
            State::FirstDont(option) => self.first_dont(option, byte),
            State::Parameter if byte == IAC => self.go_on(State::ParameterCommand),
            State::Parameter => self.parameter(byte),
            State::ParameterCommand => match byte {
                IAC => self.parameter(IAC),
                SE => self.window(),
                _ => self.command(byte),
            },
        }
    }

    /// True if a sequence has begun and not ended.
    pub(super) fn is_inside(&self) -> bool {
        self.state != State::Text
    }

    /// True if the peer has sent any command.
    pub(super) fn is_spoken(&self) -> bool {
        self.is_spoken
    }

    /// Ends the bytes. Returns whether the last one was an IAC, and so a text byte.
    pub(super) fn finish(&mut self) -> bool {
        mem::take(&mut self.state) == State::Command
    }

    /// The answers since the last call.
    pub(super) fn take_reply(&mut self) -> Option<Vec<u8>> {
        (!self.reply.is_empty()).then(|| mem::take(&mut self.reply))
    }

    fn go_on(&mut self, state: State) -> Heard {
        self.state = state;
        Heard::Nothing
    }

    fn command(&mut self, byte: u8) -> Heard {
        match byte {
            IAC => return Heard::Escape,
            0..EOF => return Heard::NotTelnet { between: [None; 2] },
            // What follows tells whether it is one.
            WILL..=DONT => {}
            _ => self.open(),
        }
        match byte {
            WILL => self.go_on(State::Option(Verb::Will)),
            WONT => self.go_on(State::Option(Verb::Wont)),
            DO => self.go_on(State::Option(Verb::Do)),
            DONT => self.go_on(State::Option(Verb::Dont)),
            SB => {
                self.parameter_bytes = 0;
                self.go_on(State::Parameter)
            }
            INTERRUPT_PROCESS | BREAK => Heard::Interrupt,
            ARE_YOU_THERE => {
                self.reply_with(HERE);
                Heard::Nothing
            }
            ERASE_CHARACTER => Heard::EraseCharacter,
            ERASE_LINE => Heard::EraseLine,
            NOP | DATA_MARK | GO_AHEAD | EOR | SE => Heard::Nothing,
            _ => Heard::Key,
        }
    }

    fn open(&mut self) {
        if mem::replace(&mut self.is_spoken, true) {
            return;
        }
        for option in WANTED {
            self.peer_settled.insert(option);
            self.say(DO, option);
        }
    }

    fn option(&mut self, verb: Verb, option: u8) -> Heard {
        // No telnet begins with the options of these numbers (NAOCRD, NAOFFD: historic by RFC
        // 1700).
        let is_line_end = matches!(option, b'\n' | b'\r');
        let is_mark = verb == Verb::Dont && !is_option(option);
        if self.is_spoken || !(is_line_end || is_mark || verb == Verb::Dont) {
            return self.negotiate(verb, option);
        }
        if is_line_end || is_mark {
            let between = [Some(verb.byte()), None];
            return Heard::NotTelnet { between };
        }
        self.go_on(State::FirstDont(option))
    }

    fn first_dont(&mut self, option: u8, next: u8) -> Heard {
        if is_dont(option, next) {
            self.negotiate(Verb::Dont, option);
            return Heard::Unread;
        }
        let between = [Some(DONT), Some(option)];
        Heard::NotTelnet { between }
    }

    fn negotiate(&mut self, verb: Verb, option: u8) -> Heard {
        self.open();
        match verb {
            Verb::Will if self.peer_settled.insert(option) => {
                let answer = if WANTED.contains(&option) { DO } else { DONT };
                self.say(answer, option);
            }
            Verb::Do if option == TIMING_MARK || self.own_settled.insert(option) => {
                self.say(WONT, option);
            }
            Verb::Will | Verb::Do => {}
            Verb::Wont => self.peer_settled.remove(option),
            Verb::Dont => self.own_settled.remove(option),
        }
        Heard::Nothing
    }

    fn say(&mut self, verb: u8, option: u8) {
        self.reply_with(&[IAC, verb, option]);
    }

    fn reply_with(&mut self, words: &[u8]) {
        if self.reply.len() + words.len() <= REPLY_BYTES_MAX {
            self.reply.extend_from_slice(words);
        }
    }

    fn parameter(&mut self, byte: u8) -> Heard {
        if let Some(place) = self.parameters.get_mut(self.parameter_bytes) {
            *place = byte;
        }
        self.parameter_bytes += 1;
        if self.parameter_bytes < PARAMETER_BYTES_MAX {
            self.state = State::Parameter;
        }
        Heard::Nothing
    }

    fn window(&self) -> Heard {
        match (self.parameters, self.parameter_bytes) {
            ([NAWS, a, b, c, d], 5) => Heard::Window {
                columns: u16::from_be_bytes([a, b]),
                rows: u16::from_be_bytes([c, d]),
            },
            _ => Heard::Nothing,
        }
    }
}

/// Whether the first FF FE of a connection are a DONT of this option, followed by this byte, and
/// not the mark of UTF-16 followed by a letter.
pub(crate) fn is_dont(option: u8, next: u8) -> bool {
    is_option(option) && next > 8
}

/// What follows the options with which a telnet client begins, before its person has typed
/// anything. `None` while the last of them is incomplete.
pub(crate) fn after_options(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        // As the first, DONT may be the mark of UTF-16.
        let is_first = rest.len() == bytes.len();
        rest = match rest {
            [IAC, DONT, ..] if is_first => return Some(rest),
            [IAC, WILL..=DONT, b'\r' | b'\n', ..] => return Some(rest),
            [IAC, WILL..=DONT, _, rest @ ..] => rest,
            [IAC, SB, parameters @ ..] => {
                let end = parameters.windows(2).position(|pair| pair == [IAC, SE]);
                &parameters[end? + 2..]
            }
            [IAC] | [IAC, WILL..=DONT] => return None,
            _ => return Some(rest),
        };
    }
}

fn is_option(byte: u8) -> bool {
    byte < OPTIONS_END || LATER_OPTIONS.contains(&byte)
}

/// A set of telnet options.
#[derive(Debug, Default)]
struct Options([u64; 4]);

impl Options {
    /// Returns whether it was new.
    fn insert(&mut self, option: u8) -> bool {
        let (word, bit) = Self::place(option);
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    fn remove(&mut self, option: u8) {
        let (word, bit) = Self::place(option);
        self.0[word] &= !bit;
    }

    fn place(option: u8) -> (usize, u64) {
        (usize::from(option / 64), 1 << (option % 64))
    }
}
