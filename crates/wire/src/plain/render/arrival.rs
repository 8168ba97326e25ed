//! Arriving: the greeting, the prompt, the welcome, and the same for another room.
//!
//! These lines have no sign before them. They precede anybody's line, and only the server's own
//! words begin them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{
    Duration, Name, ResumeCode, RoomName, RoomSummary, Text, Timestamp, Topic, Welcome,
};

use super::answer::Joined;
use super::{LineWriter, Renderer};
use crate::dialect::Doubt;
use crate::plain::words::{Above, Ago, Because, Enumerated, Exactly, messages, people, rooms};

const PROMPT: &str = "Enter your username: ";
const PASSWORD_PROMPT: &str = "Server password: ";

impl Renderer {
    /// The greeting of `server`, whose name must have nothing that a terminal obeys, and the
    /// prompt. `offer` is the TLS port for a peer that others can listen to.
    pub fn greeting(
        &self,
        out: &mut Vec<u8>,
        server: &str,
        offer: Option<u16>,
        here: usize,
        busy_rooms: usize,
    ) {
        let writer = &mut self.writer(out);
        match here {
            0 => writer.bare(format_args!("Welcome to {server}: nobody here yet.")),
            _ => {
                let (people, rooms) = (people(here), rooms(busy_rooms));
                writer.bare(format_args!("Welcome to {server}: {people} in {rooms}."));
            }
        }
        if let Some(port) = offer {
            writer.bare(format_args!("Not encrypted. {}", Encrypted(server, port)));
        }
        writer.bare("Type a line to talk, /help for help, /quit to leave.");
        writer.put(PROMPT);
    }

    /// The greeting of a server that asks for its password first, and the prompt for that; see
    /// [`greeting`](Self::greeting).
    pub fn password_greeting(&self, out: &mut Vec<u8>, server: &str, offer: Option<u16>) {
        let writer = &mut self.writer(out);
        writer.bare(format_args!("{server} asks for a password."));
        if let Some(port) = offer {
            writer.bare(format_args!("Not encrypted. {}", Encrypted(server, port)));
        }
        writer.put(PASSWORD_PROMPT);
    }

    /// `Server password: `
    pub fn password_prompt(&self, out: &mut Vec<u8>) {
        self.writer(out).put(PASSWORD_PROMPT);
    }

    /// Tells a script where to put the server's password.
    pub fn needs_password_line(&self, out: &mut Vec<u8>) {
        self.writer(out)
            .bare("This server takes its password in the first line, before the name.");
    }

    /// Refuses a peer that does not encrypt, if the server requires it.
    pub fn not_encrypted(&self, out: &mut Vec<u8>, server: &str, port: u16) {
        let how = Encrypted(server, port);
        self.writer(out).alone(format_args!(
            "NOT joined: this server takes encrypted connections only. {how}"
        ));
    }

    /// `Enter your username: `
    pub fn prompt(&self, out: &mut Vec<u8>) {
        self.writer(out).put(PROMPT);
    }

    /// Tells a script that it has not joined, after the first sentence that `write` writes.
    pub fn not_joined(&self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let mut words = Vec::new();
        write(&mut words);
        let words = String::from_utf8_lossy(&words);
        let why = first_sentence(words.trim().trim_start_matches("! "));
        let nothing = "NOT joined, nothing was sent.";
        self.writer(out).alone(format_args!("{why} {nothing}"));
    }

    /// The answer to `/help` at the prompt.
    pub fn login_help(&self, out: &mut Vec<u8>) {
        let writer = &mut self.writer(out);
        writer.bare("Type the name others will see, or just press Enter to join as a guest.");
        writer.bare("If the name is registered and yours, type NAME#PASSWORD.");
        writer.bare("/resume CODE takes up a lost session, /quit leaves.");
    }

    /// The welcome, up to the history, which follows (see [`recent`](Self::recent)).
    pub fn welcome(&self, out: &mut Vec<u8>, arrival: &Welcome, now: Timestamp) {
        let writer = &mut self.writer(out);
        let name = &arrival.name;
        match &arrival.room {
            Some(room) => writer.bare(format_args!("Welcome, {name}. {}", RoomAndPeople(room))),
            None => writer.bare(format_args!("Welcome, {name}.")),
        }
        if !arrival.also.is_empty() {
            let also = Joined(&arrival.also);
            writer.bare(format_args!("You are also in {also}."));
        }
        if let Some(motd) = &arrival.motd {
            writer.bare(format_args!("Message of the day: {motd}"));
        }
        let room = arrival.room.as_ref();
        topic(writer, room.and_then(|room| room.topic.as_ref()), now);
        let (code, time) = arrival.resume;
        self.resume_code(out, code, time);
        if arrival.first_operator {
            operator_here(&mut self.writer(out), arrival.registered);
        }
        if let Some(time) = arrival.operator_waits {
            let time = Above(time);
            self.writer(out).happened(format_args!(
                "The operator's link is lost, and the role waits {time}. If it is yours, type /resume CODE."
            ));
        }
    }

    /// The code that resumes the session, once.
    pub fn resume_code(&self, out: &mut Vec<u8>, code: ResumeCode, time: Duration) {
        // A server that keeps no lost sessions has nothing to resume.
        if time == Duration::ZERO {
            return;
        }
        let time = Exactly(time);
        self.writer(out).bare(format_args!(
            "If your link drops, reconnect and type /resume {code} within {time}."
        ));
    }

    /// `Welcome back, megumin. 4 messages while you were away:`; these follow as room lines.
    pub fn welcome_back(&self, out: &mut Vec<u8>, name: &Name, missed: Missed) {
        let writer = &mut self.writer(out);
        writer.bare(format_args!("Welcome back, {name}. {missed}"));
    }

    /// `! Somebody has the name bea, or one that looks like it: you are bea2.`: after `/resume`.
    pub fn name_lost(&self, out: &mut Vec<u8>, before: &Name, now: &Name) {
        self.writer(out).alone(format_args!(
            "Somebody has the name {before}, or one that looks like it: you are {now}."
        ));
    }

    /// `You are in #dev.`: after `/resume`.
    pub fn place(&self, out: &mut Vec<u8>, room: &RoomName) {
        self.writer(out).bare(format_args!("You are in {room}."));
    }

    /// `! You are away: lunch. /back ends it.`: to a person who comes back.
    pub fn still_away(&self, out: &mut Vec<u8>, why: Option<&Text>) {
        let why = Because(why);
        self.writer(out)
            .alone(format_args!("You are away{why} /back ends it."));
    }

    /// `! You left #dev.`: a room that was not the current one.
    pub fn left(&self, out: &mut Vec<u8>, room: &RoomName) {
        self.writer(out).alone(format_args!("You left {room}."));
    }

    /// `You are in #dev with ann.` and the topic, after `/join` and `/leave`.
    pub fn room_summary(&self, out: &mut Vec<u8>, company: &RoomSummary, now: Timestamp) {
        let writer = &mut self.writer(out);
        writer.bare(RoomAndPeople(company));
        topic(writer, company.topic.as_ref(), now);
    }

    /// `#dev has no password: yours was not needed.`
    pub fn room_password_not_needed(&self, out: &mut Vec<u8>, room: &RoomName) {
        self.writer(out).alone(format_args!(
            "{room} has no password: yours was not needed."
        ));
    }
}

/// What a person who comes back has missed.
#[derive(Clone, Copy, Debug)]
pub struct Missed {
    /// Messages, those included that do not follow.
    pub messages: u64,
    /// Something follows, be it a message or not.
    pub has_news: bool,
    /// What cannot be known of it.
    pub doubt: Option<Doubt>,
}

impl Display for Missed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (missed, doubted) = (self.messages, self.doubt.map_or(0, |doubt| doubt.messages));
        match (missed, doubted) {
            (0, _) if self.has_news => f.write_str("While you were away:"),
            (0, _) if self.doubt.is_some_and(|doubt| doubt.lacks_private) => {
                f.write_str("You missed nothing in your rooms.")
            }
            (0, _) => f.write_str("You missed nothing."),
            (_, 0) => write!(f, "{} while you were away:", messages(missed)),
            _ => {
                let missed = messages(missed);
                write!(
                    f,
                    "The server crashed. {missed}, {}:",
                    Doubted(*self, doubted)
                )
            }
        }
    }
}

/// `of which you may have seen the first 3`
struct Doubted(Missed, u64);

impl Display for Doubted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(missed, doubted) = self;
        match doubted {
            _ if *doubted >= missed.messages => f.write_str("which you may have seen"),
            1 => f.write_str("of which you may have seen the first"),
            _ => write!(f, "of which you may have seen the first {doubted}"),
        }
    }
}

/// `Encrypted: ncat --ssl chat.example.org 8989`
struct Encrypted<'a>(&'a str, u16);

impl Display for Encrypted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(server, port) = self;
        write!(f, "Encrypted: ncat --ssl {server} {port}")
    }
}

/// A text up to the first full stop before a capital letter.
fn first_sentence(text: &str) -> &str {
    let next = |rest: &str| rest.chars().next().is_some_and(char::is_uppercase);
    let mut stops = text.match_indices(". ");
    let end = stops.find(|(at, stop)| next(&text[at + stop.len()..]));
    end.map_or(text, |(at, _)| &text[..=at])
}

/// What the new operator of a server without one is told.
pub(super) fn operator_here(writer: &mut LineWriter<'_>, registered: bool) {
    writer.happened("You are the operator here: /help op.");
    if !registered {
        writer.happened("To stay the operator, keep your name: /claim PASSWORD.");
    }
}

fn topic(writer: &mut LineWriter<'_>, topic: Option<&Topic>, now: Timestamp) {
    if let Some(topic) = topic {
        writer.bare(format_args!("Topic: {}", TopicBy(topic, now)));
    }
}

/// `Ship it (lee, 2 h ago)`
pub(super) struct TopicBy<'a>(pub(super) &'a Topic, pub(super) Timestamp);

impl Display for TopicBy<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Topic { text, by, at, .. } = self.0;
        write!(f, "{text} ({by}, {})", Ago(self.1.since(*at)))
    }
}

/// `You are in #lobby with gopher and lee.`
struct RoomAndPeople<'a>(&'a RoomSummary);

impl Display for RoomAndPeople<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RoomSummary {
            room, others, more, ..
        } = self.0;
        if others.is_empty() {
            return write!(f, "You are in {room}, alone.");
        }
        let listed = Enumerated {
            names: others,
            more: *more,
        };
        write!(f, "You are in {room} with {listed}.")
    }
}
