//! One client, whose person is in the lobby: what a session of the server holds beside a socket and
//! a feed.

use chinwag_core::limits::LINE_BYTES_MAX;
use chinwag_core::{
    Bucket, ConnId, Duration, Event, Fact, LOBBY, Link, LoggedIn, Monotonic, PersonId, Rate,
    ResumeCode, RoomId, RoomName, Seq,
};
use chinwag_wire::dialect::{Dialect, Env, Format, RoomRenderer, Security, Settings, Step, Tell};
use chinwag_wire::sniff::{Protocol, Spoke};
use chinwag_wire::zone::zone;
use chinwag_wire::{Look, Prefs};
use hashbrown::HashMap;

use crate::fixture::{START, name};

pub(crate) struct Client {
    dialect: Dialect,
    settings: Settings,
    rooms: HashMap<RoomId, RoomName>,
    out: Vec<u8>,
}

impl Client {
    /// A person at nc.
    pub(crate) fn new(prefs: Prefs) -> Self {
        Self::speaking(Protocol::Plain, prefs)
    }

    /// A client of IRC that has asked for these capabilities.
    pub(crate) fn irc(caps: &str) -> Self {
        let mut client = Self::speaking(Protocol::Irc, Prefs::default());
        let ask = format!("CAP REQ :{caps}\r\n");
        client.read(ask.as_bytes(), |_| {});
        client
    }

    fn speaking(protocol: Protocol, prefs: Prefs) -> Self {
        let zone = zone("Europe/Berlin").expect("a zone");
        let settings = Settings {
            server_name: "chinwag".into(),
            port: 8989,
            look: Look::new(prefs, &zone),
            zone,
            line_bytes_max: LINE_BYTES_MAX,
            // A piece is repeated faster than anybody types.
            line_rate: Rate::UNLIMITED,
            operator_rate_factor: 1,
            asks_password: false,
            login_tries_max: 5,
            password_letters_min: 6,
            login_bytes_max: usize::MAX,
            login_time: Duration::from_secs(60),
            irc: chinwag_wire::irc::Settings::new("chat", "chinwag", true),
        };
        let rooms = [(LOBBY, RoomName::lobby())].into_iter().collect();
        let env = env(&settings, &rooms);
        let (bucket, security) = (Bucket::full(env.now), Security::default());
        let dialect = Dialect::new(protocol, Spoke::Greeted, bucket, security, &env);
        let mut client = Self {
            dialect: dialect.expect("it is served"),
            settings,
            rooms,
            out: Vec::new(),
        };
        client.log_in();
        client
    }

    fn log_in(&mut self) {
        let person = PersonId(1);
        let login = LoggedIn {
            person,
            conn: ConnId(1),
            name: name("gopher"),
            address: [192, 0, 2, 1].into(),
            account: None,
            operator: false,
            code: ResumeCode::from_random(1),
            link: Link::default(),
            is_script: false,
            ident: None,
        };
        let fact = Fact::LoggedIn(Box::new(login));
        let (seq, at) = (Seq(1), START);
        let event = Event {
            seq,
            at,
            fact,
            source: None,
        };
        let env = env(&self.settings, &self.rooms);
        self.dialect
            .handle_event(&event, person, &env, &mut self.out);
        self.dialect.handle_joined(LOBBY);
    }

    /// Takes bytes, and gives the steps one by one.
    pub(crate) fn read(&mut self, mut bytes: &[u8], mut take: impl FnMut(Step)) {
        let env = env(&self.settings, &self.rooms);
        self.out.clear();
        while let Some(step) = self.dialect.handle_bytes(&mut bytes, &env, &mut self.out) {
            take(step);
        }
    }

    /// Takes the answer to a message to a room.
    pub(crate) fn handle_sent(&mut self) {
        let env = env(&self.settings, &self.rooms);
        self.dialect
            .handle_tell(Tell::Sent(Seq(2)), &env, &mut self.out);
    }

    /// What renders a room for it, from a time on.
    pub(crate) fn renderer(&self, now: chinwag_core::Timestamp) -> RoomRenderer {
        self.format().renderer(now, &self.settings)
    }

    /// How it sees the lobby.
    pub(crate) fn format(&self) -> Format {
        self.dialect.format(LOBBY)
    }
}

fn env<'a>(settings: &'a Settings, rooms: &'a HashMap<RoomId, RoomName>) -> Env<'a> {
    Env {
        settings,
        rooms,
        wall: START,
        now: Monotonic(0),
    }
}
