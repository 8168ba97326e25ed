//! One client of the plain dialect, as a session of the server holds it: bytes and tells go in,
//! bytes and steps come out. Nothing but the border that all dialects share is named, so that a
//! target checks what the server relies on and survives what the dialect does inside.

use std::sync::Arc;

use chinwag_core::limits::LINE_BYTES_MAX;
use chinwag_core::{
    Bucket, ConnId, Duration, Event, Fact, LOBBY, Link, LoggedIn, Monotonic, Name, PersonId, Rate,
    ResumeCode, RoomId, RoomName, Seq, Timestamp,
};
use chinwag_feed::Render;
use chinwag_wire::dialect::{
    Ask, Dialect, Env, Format, RoomRenderer, Security, Settings, Step, Tell,
};
use chinwag_wire::sniff::{Protocol, Spoke};
use chinwag_wire::zone::TimeZone;
use chinwag_wire::{Look, Prefs};
use hashbrown::HashMap;

/// 2026-11-21 14:03:05 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_795_269_785_000);

/// The person at the client.
pub(crate) const ME: PersonId = PersonId(1);

/// A room that the client is in beside the lobby, where its lines go.
pub(crate) const OTHER: RoomId = RoomId(1);

/// A step, in a form that can be compared.
#[derive(Debug, PartialEq)]
pub(crate) enum Wish {
    Ask(Ask),
    AskWhenWritten(Ask),
    Close,
}

/// A client and what its session lends it.
pub(crate) struct Client {
    dialect: Dialect,
    settings: Settings,
    rooms: HashMap<RoomId, RoomName>,
    wall: Timestamp,
}

/// What all clients of these targets get. Nothing is limited unless a target says so.
pub(crate) fn settings() -> Settings {
    Settings {
        server_name: "chinwag".into(),
        port: 8989,
        zone: TimeZone::UTC,
        look: Look::new(Prefs::default(), &TimeZone::UTC),
        line_bytes_max: LINE_BYTES_MAX,
        line_rate: Rate::UNLIMITED,
        operator_rate_factor: 5,
        asks_password: false,
        login_tries_max: 5,
        password_letters_min: 6,
        login_bytes_max: usize::MAX,
        login_time: Duration::from_secs(60),
        irc: chinwag_wire::irc::Settings::new("chat", "chinwag", true),
    }
}

impl Client {
    /// A program that speaks JSON: one that has not said hello, or one whose person is in two rooms.
    pub(crate) fn program(name: Option<Name>, settings: Settings, wall: Timestamp) -> Self {
        Self::of(Protocol::Json, name, settings, wall)
    }

    /// A client of IRC: one that has not registered, or one whose person is in two rooms.
    pub(crate) fn irc(name: Option<Name>, settings: Settings, wall: Timestamp) -> Self {
        Self::of(Protocol::Irc, name, settings, wall)
    }

    fn of(protocol: Protocol, name: Option<Name>, settings: Settings, wall: Timestamp) -> Self {
        let mut client = Self::at_prompt(Spoke::First, settings, wall);
        let dialect = client.with(|_, env, _| {
            let (bucket, security) = (Bucket::full(env.now), Security::default());
            Dialect::new(protocol, Spoke::First, bucket, security, env).expect("it is served")
        });
        client.dialect = dialect.0;
        if let Some(name) = name {
            client.enter(name);
        }
        client
    }

    /// A client at the name prompt.
    pub(crate) fn at_prompt(spoke: Spoke, settings: Settings, wall: Timestamp) -> Self {
        let rooms = [(LOBBY, "#lobby"), (OTHER, "#dev")];
        let parse = |(id, name)| (id, RoomName::parse(name).expect("a room name"));
        let rooms = rooms.map(parse).into_iter().collect();
        let env = Env {
            settings: &settings,
            rooms: &rooms,
            wall,
            now: Monotonic(0),
        };
        Self {
            dialect: Dialect::unknown(spoke, Bucket::full(env.now), &env),
            settings,
            rooms,
            wall,
        }
    }

    /// A client whose person is in two rooms and talks in the lobby.
    pub(crate) fn in_chat(name: Name, settings: Settings, wall: Timestamp) -> Self {
        let mut client = Self::at_prompt(Spoke::Greeted, settings, wall);
        client.enter(name);
        client
    }

    fn enter(&mut self, name: Name) {
        let login = LoggedIn {
            person: ME,
            conn: ConnId(1),
            name,
            address: [192, 0, 2, 1].into(),
            account: None,
            operator: false,
            code: ResumeCode::from_random(1),
            link: Link::default(),
            is_script: false,
            ident: None,
        };
        let fact = Fact::LoggedIn(Box::new(login));
        let (seq, at) = (Seq(1), self.wall);
        let out = self.hear_event(&Event {
            seq,
            at,
            fact,
            source: None,
        });
        assert!(out.is_empty(), "the welcome says it");
        self.dialect.handle_joined(OTHER);
        self.dialect.handle_joined(LOBBY);
    }

    /// Calls the dialect with what a session would lend it.
    fn with<T>(
        &mut self,
        call: impl FnOnce(&mut Dialect, &Env<'_>, &mut Vec<u8>) -> T,
    ) -> (T, Vec<u8>) {
        let env = Env {
            settings: &self.settings,
            rooms: &self.rooms,
            wall: self.wall,
            now: Monotonic(0),
        };
        let mut out = Vec::new();
        let returned = call(&mut self.dialect, &env, &mut out);
        let mut sent = self.dialect.poll_urgent().unwrap_or_default();
        sent.append(&mut out);
        (returned, sent)
    }

    /// Takes bytes up to the first that asks for something.
    pub(crate) fn read(&mut self, bytes: &mut &[u8]) -> (Option<Wish>, Vec<u8>) {
        let (step, out) = self.with(|dialect, env, out| dialect.handle_bytes(bytes, env, out));
        (step.map(Wish::of), out)
    }

    /// Takes bytes that nobody listens to any more.
    pub(crate) fn ignore(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.with(|dialect, env, _| dialect.handle_ignored(bytes, env))
            .1
    }

    pub(crate) fn end(&mut self) -> (Option<Wish>, Vec<u8>) {
        let (step, out) = self.with(|dialect, env, out| dialect.handle_end(env, out));
        (step.map(Wish::of), out)
    }

    /// Types a line, of which nothing but the wish is of interest.
    pub(crate) fn type_line(&mut self, line: &str) -> Option<Wish> {
        self.read(&mut format!("{line}\n").as_bytes()).0
    }

    pub(crate) fn hear(&mut self, tell: Tell<'_>) -> (Option<Wish>, Vec<u8>) {
        let (step, out) = self.with(|dialect, env, out| dialect.handle_tell(tell, env, out));
        (step.map(Wish::of), out)
    }

    pub(crate) fn hear_event(&mut self, event: &Event) -> Vec<u8> {
        self.with(|dialect, env, out| dialect.handle_event(event, ME, env, out))
            .1
    }

    /// An event as the log of a room has it for the client.
    pub(crate) fn render(&self, id: RoomId, event: &Event, room: &RoomName) -> Vec<u8> {
        let mut out = Vec::new();
        self.renderer(id, self.wall).render(&mut out, event, room);
        out
    }

    /// What renders a room for the client, from a time on.
    pub(crate) fn renderer(&self, id: RoomId, wall: Timestamp) -> RoomRenderer {
        self.format(id).renderer(wall, &self.settings)
    }

    /// How the client sees a room.
    pub(crate) fn format(&self, room: RoomId) -> Format {
        self.dialect.format(room)
    }

    /// Calls its reader, which leaves out lines and adds to them.
    pub(crate) fn with_reader<T>(
        &mut self,
        call: impl FnOnce(&dyn chinwag_feed::Reader) -> T,
    ) -> T {
        self.with(|dialect, env, _| call(&dialect.reader(env))).0
    }
}

impl Wish {
    fn of(step: Step) -> Self {
        match step {
            Step::Ask(ask) => Self::Ask(ask),
            Step::AskWhenWritten(ask) => Self::AskWhenWritten(ask),
            Step::Close => Self::Close,
        }
    }

    pub(crate) fn ask(&self) -> Option<&Ask> {
        match self {
            Self::Ask(ask) | Self::AskWhenWritten(ask) => Some(ask),
            Self::Close => None,
        }
    }
}

/// An event of these targets: the order of events is of no interest to a dialect.
pub(crate) fn event(at: Timestamp, fact: Fact) -> Arc<Event> {
    Arc::new(Event {
        seq: Seq(1),
        at,
        fact,
        source: None,
    })
}
