//! Long answers: whole, and a page at a time. The chat is the real one; only the hub around it is
//! missing.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::format;

use chinwag_core::limits::{ROOM_LINES_MAX, WHO_LINES_MAX};
use chinwag_core::{
    Answer, Bucket, Caller, Chat, Client, Command, ConnId, Duration, Event, Fact, Ident, Link,
    Monotonic, Name, PersonId, Rate, RoomId, RoomName, Seq, Snapshot, Timestamp,
};
use hashbrown::HashMap;

use crate::dialect::{Ask, Dialect, Env, Security, Settings, Step, Tell};
use crate::irc::caps::Cap;
use crate::look::Look;
use crate::prefs::Prefs;
use crate::sniff::{Protocol, Spoke};
use crate::zone::TimeZone;

const START: Timestamp = Timestamp(1_795_269_785_007);

/// A chat, and a client of IRC in it.
struct World {
    chat: Chat,
    seq: Seq,
    settings: Settings,
    rooms: HashMap<RoomId, RoomName>,
    dialect: Dialect,
    me: Option<Caller>,
}

impl World {
    fn new() -> Self {
        Self::of("me", "chat")
    }

    /// Its client has this name, and the server that.
    fn of(name: &str, server: &str) -> Self {
        let settings = Settings {
            server_name: "chat".into(),
            port: 8989,
            zone: TimeZone::UTC,
            look: Look::new(Prefs::default(), &TimeZone::UTC),
            line_bytes_max: 4096,
            line_rate: Rate {
                burst: 100,
                per_second: 1.0,
            },
            operator_rate_factor: 1,
            asks_password: false,
            login_tries_max: 5,
            login_bytes_max: 4096,
            login_time: Duration::from_secs(60),
            irc: crate::irc::Settings::new(server, "chinwag", false),
        };
        let of_chat = chinwag_core::Settings {
            rooms_per_person_max: usize::MAX,
            rooms_made_max: usize::MAX,
            ..chinwag_core::Settings::default()
        };
        let rooms = HashMap::new();
        let env = env(&settings, &rooms);
        let bucket = Bucket::full(Monotonic(0));
        let dialect = Dialect::new(
            Protocol::Irc,
            Spoke::First,
            (bucket, Security::default()),
            &env,
        );
        let mut world = Self {
            chat: Chat::new(of_chat, Snapshot::default(), START),
            seq: Seq(1),
            dialect: dialect.expect("it is served"),
            settings,
            rooms,
            me: None,
        };
        let login = world.arrive(name, Client::Irc);
        let person = login.fact.author().expect("a person");
        world.me = world.chat.caller(person);
        world.call(|dialect, env, out| dialect.handle_event(&login, person, env, out));
        world
    }

    /// Does what a command says. Returns its events.
    fn act(&mut self, caller: Caller, command: Command) -> Vec<Event> {
        let mut random = self.seq.0;
        let mut roll = || {
            random += 1;
            random
        };
        let mut env = chinwag_core::Env {
            now: START,
            roll: &mut roll,
        };
        let mut facts = Vec::new();
        let decided = self.chat.decide(caller, command, &mut env, &mut facts);
        decided.expect("it may be");
        let mut events = Vec::new();
        for fact in facts {
            let source = self.chat.source_of(&fact, None);
            let (seq, at) = (self.seq, START);
            self.seq = seq.next();
            let event = Event {
                seq,
                at,
                fact,
                source,
            };
            self.chat.apply(&event);
            events.push(event);
        }
        events
    }

    /// Somebody logs in. Returns the event.
    fn arrive(&mut self, name: &str, client: Client) -> Event {
        let caller = Caller::Anonymous {
            conn: ConnId(self.seq.0),
            address: [127, 0, 0, 1].into(),
            link: Link {
                client,
                needs_room: client != Client::Irc,
                ..Link::default()
            },
        };
        let ident = (client == Client::Irc).then(|| Ident::new("u", None).into());
        let log_in = Command::LogIn {
            name: Name::parse(name).ok(),
            proof: None,
            is_script: false,
            ident,
            account: None,
        };
        self.act(caller, log_in).swap_remove(0)
    }

    fn by(&mut self, person: PersonId, command: Command) {
        let caller = self.chat.caller(person).expect("it is here");
        self.act(caller, command);
    }

    fn call<T>(
        &mut self,
        call: impl FnOnce(&mut Dialect, &Env<'_>, &mut Vec<u8>) -> T,
    ) -> (T, String) {
        let mut out = Vec::new();
        let env = env(&self.settings, &self.rooms);
        let done = call(&mut self.dialect, &env, &mut out);
        (done, String::from_utf8(out).expect("it is text"))
    }

    /// What comes of a line: the pages of its answer, and what was written for each. After the first
    /// page a session must ask when that is written, and not before.
    fn pages(&mut self, line: &str) -> Vec<(Answer, String)> {
        let (mut step, written) = self.call(|dialect, env, out| {
            let mut bytes = line.as_bytes();
            dialect.handle_bytes(&mut bytes, env, out)
        });
        assert_eq!(written, "");
        let mut pages = Vec::new();
        while let Some(next) = step {
            let query = match next {
                Step::Ask(Ask::Query(query)) if pages.is_empty() => query,
                Step::AskWhenWritten(Ask::Query(query)) if !pages.is_empty() => query,
                step => panic!("{step:?}"),
            };
            let me = self.me.expect("it is in");
            let answer = self.chat.answer(me, query, START).expect("an answer");
            let (then, written) =
                self.call(|dialect, env, out| dialect.handle_tell(Tell::Answer(&answer), env, out));
            step = then;
            pages.push((answer, written));
        }
        pages
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

#[test]
fn names_of_thousands_come_whole_and_nobody_copies_more_than_a_page() {
    const PEOPLE: usize = 3_000;
    let mut world = World::new();
    let names: BTreeSet<String> = (0..PEOPLE).map(|n| format!("u{n}x")).collect();
    for name in &names {
        world.arrive(name, Client::Nc);
    }
    let pages = world.pages("NAMES #lobby\r\n");
    assert_eq!(pages.len(), PEOPLE.div_ceil(WHO_LINES_MAX));
    let mut listed = Vec::new();
    for (answer, written) in &pages {
        let Answer::Names { members, .. } = answer else {
            panic!("{answer:?}")
        };
        assert!(members.len() <= WHO_LINES_MAX);
        let lines = written.lines().filter(|line| line.contains(" 353 "));
        let lists = lines.filter_map(|line| line.split(" :").nth(1));
        let before = listed.len();
        listed.extend(
            lists
                .flat_map(|list| list.split(' '))
                .map(ToString::to_string),
        );
        // What is written for a page is of that page alone.
        assert_eq!(listed.len() - before, members.len());
        assert!(written.lines().all(|line| line.len() <= 510));
    }
    assert_eq!(listed.len(), PEOPLE);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), names);
    let ends = pages
        .iter()
        .filter(|(_, written)| written.contains(" 366 me #lobby "));
    assert_eq!(ends.count(), 1, "the list ends once, behind all of it");
}

#[test]
fn a_list_of_thousands_of_rooms_comes_whole_and_in_pages() {
    const ROOMS: usize = 3_000;
    let mut world = World::new();
    let login = world.arrive("maker", Client::Irc);
    let maker = login.fact.author().expect("a person");
    assert!(matches!(login.fact, Fact::LoggedIn(_)));
    let names: BTreeSet<String> = (0..ROOMS).map(|n| format!("#r{n}x")).collect();
    for name in &names {
        let room = RoomName::parse(name).expect("a name");
        world.by(maker, Command::Join(room));
    }
    let pages = world.pages("LIST\r\n");
    // The lobby, in which nobody is, is on the last page and not shown.
    assert_eq!(pages.len(), (ROOMS + 1).div_ceil(ROOM_LINES_MAX));
    let mut listed = Vec::new();
    for (answer, written) in &pages {
        let Answer::Rooms { rooms, .. } = answer else {
            panic!("{answer:?}")
        };
        assert!(rooms.len() <= ROOM_LINES_MAX);
        let lines = written
            .lines()
            .filter_map(|line| line.split_once(" 322 me "));
        listed.extend(lines.filter_map(|(_, rest)| Some(rest.split(' ').next()?.to_string())));
    }
    assert_eq!(listed.len(), ROOMS);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), names);
    let last = &pages.last().expect("a page").1;
    assert!(last.ends_with(" 323 me :End of /LIST\r\n"), "{last}");
}

/// What is written for a line that asks nobody.
fn said(world: &mut World, line: &str) -> Vec<String> {
    let (step, written) = world.call(|dialect, env, out| {
        let mut bytes = line.as_bytes();
        dialect.handle_bytes(&mut bytes, env, out)
    });
    assert!(step.is_none());
    written.lines().map(ToString::to_string).collect()
}

/// The longest name of a server and of a person, and short ones.
const NAMES: [(&str, &str); 2] = [
    ("me", "chat"),
    (
        "𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟",
        "a.name.of.sixty.four.letters.which.is.the.longest.of.a.server.ab",
    ),
];

#[test]
fn capabilities_are_listed_in_lines_that_fit() {
    let of = |line: &str, command: &str| {
        let list = line.split_once(command).expect("an answer").1;
        let list = list.trim_start_matches(" *").trim_start_matches(" :");
        let words = list.split(' ').map(ToString::to_string);
        words.collect::<Vec<_>>()
    };
    for (name, server) in NAMES {
        let mut world = World::of(name, server);
        let old = said(&mut world, "CAP LS\r\n");
        assert_eq!(old.len(), 1, "an old client reads one line");
        assert!(old[0].len() <= 510 && !old[0].contains(" * :"), "{old:?}");
        let old = of(&old[0], " LS");
        for useful in ["sasl", "server-time", "message-tags", "batch"] {
            assert!(old.iter().any(|cap| cap == useful), "{useful}");
        }
        assert!(!old.iter().any(|cap| cap.contains("multiline")));

        let new = said(&mut world, "CAP LS 302\r\n");
        let (last, before) = new.split_last().expect("a line");
        assert!(before.iter().all(|line| line.contains(" LS * :")) && !last.contains(" LS * :"));
        assert!(new.iter().all(|line| line.len() <= 510), "{new:?}");
        let new: Vec<String> = new.iter().flat_map(|line| of(line, " LS")).collect();
        let bare = |cap: &String| cap.split('=').next().unwrap_or_default().to_string();
        let new: Vec<String> = new.iter().map(bare).collect();
        let all: Vec<&str> = Cap::ALL.iter().map(|(_, name)| *name).collect();
        assert_eq!(new, all);
        // Those that are asked for in one line may not fit into one answer.
        let asked = all.iter().filter(|cap| **cap != "cap-notify");
        let asked = asked.copied().collect::<Vec<_>>().join(" ");
        let acked = said(&mut world, &format!("CAP REQ :{asked}\r\n"));
        assert!(acked.iter().all(|line| line.len() <= 510), "{acked:?}");
        let acked: Vec<String> = acked.iter().flat_map(|line| of(line, " ACK")).collect();
        assert_eq!(acked.join(" "), asked);
        let own = said(&mut world, "CAP LIST\r\n");
        assert!(own.iter().all(|line| line.len() <= 510), "{own:?}");
        let own: Vec<String> = own.iter().flat_map(|line| of(line, " LIST")).collect();
        assert_eq!(own, all);
    }
}
