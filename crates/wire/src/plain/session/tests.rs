//! Whole conversations: bytes in at a named time, bytes and steps out.
//!
//! A [`Peer`] stands in for the server: it holds input back while a question is in flight, as the
//! server does, and writes each step in braces between the lines that the client reads.

mod chat;
mod flood;
mod login;
mod past;
mod resume;

use std::boxed::Box;
use std::format;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use chinwag_core::{
    Answer, Bucket, Command, ConnId, Duration, Event, Fact, LOBBY, Link, LoggedIn, Monotonic, Name,
    PersonId, Query, Rate, Rejection, ResumeCode, RoomId, RoomName, RoomRef, RoomSummary, Seq,
    Text, Timestamp, Welcome,
};
use hashbrown::HashMap;

use crate::dialect::{Ask, Dialect, Env, Past, Recent, Settings, Step, Tell};
use crate::look::Look;
use crate::prefs::Prefs;
use crate::sniff::Spoke;
use crate::zone::TimeZone;

/// 2026-11-21 14:03:05 UTC, when the monotonic clock shows 0.
const START: Timestamp = Timestamp(1_795_269_785_000);

const ME: PersonId = PersonId(1);
const LEE: PersonId = PersonId(2);
const DEV: RoomId = RoomId(7);

/// What follows a name prompt's sentence.
const PROMPT: &str = "Enter your username: ";

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

fn room(text: &str) -> RoomName {
    RoomName::parse(text).expect("a room name")
}

fn settings() -> Settings {
    Settings {
        server_name: "chat".into(),
        port: 8989,
        zone: TimeZone::UTC,
        look: Look::new(Prefs::default(), &TimeZone::UTC),
        line_bytes_max: 4096,
        line_rate: Rate {
            burst: 3,
            per_second: 0.5,
        },
        operator_rate_factor: 4,
        asks_password: false,
        login_tries_max: 5,
        password_letters_min: 6,
        login_bytes_max: 4096,
        login_time: Duration::from_secs(60),
        irc: crate::irc::Settings::new("chat", "chinwag", true),
    }
}

/// A client, and the server as far as a dialect sees it.
struct Peer {
    dialect: Dialect,
    settings: Settings,
    rooms: HashMap<RoomId, RoomName>,
    now: Monotonic,
    held: Vec<u8>,
    is_waiting: bool,
}

impl Peer {
    /// A client that waited for the greeting, and has been greeted.
    fn person() -> Self {
        Self::new(Spoke::Greeted, settings())
    }

    /// A client that spoke first.
    fn script() -> Self {
        Self::new(Spoke::First, settings())
    }

    fn new(spoke: Spoke, settings: Settings) -> Self {
        let rooms = [(LOBBY, RoomName::lobby()), (DEV, room("dev"))];
        let now = Monotonic(0);
        let rooms = rooms.into_iter().collect();
        let env = Env {
            settings: &settings,
            rooms: &rooms,
            wall: START,
            now,
        };
        Self {
            dialect: Dialect::unknown(spoke, Bucket::full(env.now), &env),
            settings,
            rooms,
            now,
            held: Vec::new(),
            is_waiting: false,
        }
    }

    /// A person in `#lobby`, who has read everything so far.
    fn in_lobby() -> Self {
        let mut peer = Self::person();
        peer.send("ann\n");
        peer.enter();
        peer
    }

    fn at(&mut self, ms: u64) -> &mut Self {
        self.now = Monotonic(ms);
        self
    }

    /// Calls the dialect at this time, and gives what it wrote.
    fn call(
        &mut self,
        call: impl FnOnce(&mut Dialect, &Env<'_>, &mut Vec<u8>) -> Option<Step>,
    ) -> String {
        let mut out = Vec::new();
        let env = Env {
            settings: &self.settings,
            rooms: &self.rooms,
            wall: START + Duration::from_millis(self.now.0),
            now: self.now,
        };
        let step = call(&mut self.dialect, &env, &mut out);
        let mut sent = self.dialect.poll_urgent().unwrap_or_default();
        sent.append(&mut out);
        let mut shown = String::from_utf8_lossy(&sent).into_owned();
        if let Some(step) = step {
            self.is_waiting = !matches!(&step, Step::Ask(ask) if ask.only_talks());
            shown.push_str(&in_braces(&step));
        }
        shown
    }

    /// Sends text, as far as no question is in flight.
    fn send(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.held.extend_from_slice(bytes.as_ref());
        let mut shown = String::new();
        while !self.is_waiting && !self.held.is_empty() {
            let held = core::mem::take(&mut self.held);
            let mut rest = &held[..];
            shown += &self.call(|dialect, env, out| dialect.handle_bytes(&mut rest, env, out));
            self.held = rest.to_vec();
        }
        shown
    }

    /// Ends the input.
    fn end(&mut self) -> String {
        self.call(|dialect, env, out| dialect.handle_end(env, out))
    }

    /// Answers, and goes on with what was held back.
    fn tell(&mut self, tell: Tell<'_>) -> String {
        self.is_waiting = false;
        let mut shown = self.call(|dialect, env, out| dialect.handle_tell(tell, env, out));
        shown += &self.send("");
        shown
    }

    /// Gives a command of a display setting, and what it shows once it is saved.
    fn set(&mut self, command: &str) -> String {
        assert_eq!(self.send(format!("{command}\n")), "{fence}");
        self.tell(Tell::Answer(&Answer::Fence))
    }

    fn reject(&mut self, rejection: &Rejection) -> String {
        self.tell(Tell::Rejected(rejection))
    }

    fn event(&mut self, fact: Fact) -> String {
        let event = event(fact);
        self.call(|dialect, env, out| {
            dialect.handle_event(&event, ME, env, out);
            None
        })
    }

    /// The server lets it in as `ann`.
    fn enter(&mut self) -> String {
        self.event(Fact::LoggedIn(Box::new(logged_in())));
        self.dialect.handle_joined(LOBBY);
        let welcome = Welcome {
            person: ME,
            name: name("ann"),
            room: Some(summary(LOBBY, "lobby")),
            also: Vec::new(),
            resume: (
                "K7Q2-9MXP".parse().expect("a code"),
                Duration::from_mins(10),
            ),
            first_operator: false,
            operator_waits: None,
            registered: false,
            motd: None,
            counts: chinwag_core::Counts::default(),
        };
        self.tell(Tell::Welcome(&welcome, NO_HISTORY))
    }

    /// Enters a room, or switches to it.
    fn enter_room(&mut self, id: RoomId, called: &str) -> String {
        self.tell(Tell::Entered(&summary(id, called), NO_HISTORY))
    }

    /// What is due at this time.
    fn timeout(&mut self) -> String {
        self.call(|dialect, env, out| dialect.handle_timeout(env, out))
    }
}

fn logged_in() -> LoggedIn {
    LoggedIn {
        person: ME,
        conn: ConnId(1),
        name: name("ann"),
        address: [192, 0, 2, 7].into(),
        account: None,
        operator: false,
        code: ResumeCode::from_random(1),
        link: Link::default(),
        is_script: false,
        ident: None,
    }
}

const NO_HISTORY: Recent<'_> = Recent {
    messages: &[],
    total: Some(0),
};

fn summary(id: RoomId, called: &str) -> RoomSummary {
    RoomSummary {
        has_password: false,
        ignores: false,
        room: room(called),
        id,
        others: [].into(),
        more: 0,
        topic: None,
    }
}

fn event(fact: Fact) -> Event {
    Event {
        seq: Seq(1),
        at: START,
        fact,
        source: None,
    }
}

/// A step as the tests write it.
fn in_braces(step: &Step) -> String {
    match step {
        Step::Close => "{close}".into(),
        Step::Ask(Ask::LogIn { name, password, .. }) => {
            let name = name
                .as_ref()
                .map_or("a guest".into(), |name| format!("{name}"));
            let secret = password.as_ref().map_or("", |_| " with a password");
            format!("{{log in {name}{secret}}}")
        }
        Step::Ask(Ask::Resume { code, .. }) => format!("{{resume {code}}}"),
        Step::Ask(Ask::Command(Command::Say { room, text, .. })) => match room {
            RoomRef::Id(room) => format!("{{say in {}: {}}}", room.0, &**text),
            RoomRef::Name(room) => format!("{{say in {room}: {}}}", &**text),
        },
        Step::Ask(Ask::Query(Query::Fence)) => "{fence}".into(),
        Step::Ask(Ask::Query(Query::Greeting)) => "{greeting}".into(),
        Step::Ask(Ask::Query(Query::View(room))) => format!("{{view {}}}", room.0),
        Step::Ask(Ask::History { of, range, .. }) => match of {
            Past::Room(RoomRef::Id(room)) => format!("{{history of {}: {range:?}}}", room.0),
            Past::Room(RoomRef::Name(room)) => format!("{{history of {room}: {range:?}}}"),
            Past::With(name) => format!("{{history with {name}: {range:?}}}"),
        },
        Step::Ask(Ask::Quit(why)) => match why {
            Some(why) => format!("{{quit: {}}}", &**why),
            None => "{quit}".into(),
        },
        Step::Ask(ask) => format!("{{{ask:?}}}"),
        Step::AskWhenWritten(ask) => format!("{{when written: {ask:?}}}"),
    }
}

/// Somebody's message in a room.
fn said(person: PersonId, by: &str, what: &str) -> Event {
    event(Fact::Said {
        person,
        name: name(by),
        room: LOBBY,
        text: text(what),
        manner: chinwag_core::Manner::Speech,
        irc: None,
        account: None,
    })
}

fn arcs(events: &[Event]) -> Vec<Arc<Event>> {
    events.iter().cloned().map(Arc::new).collect()
}
