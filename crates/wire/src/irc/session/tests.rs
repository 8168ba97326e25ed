//! Long answers: whole, and a page at a time. The chat is the real one; only the hub around it is
//! missing.

mod registering;

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::format;

use chinwag_core::limits::{ROOM_LINES_MAX, ROOM_MASK_BYTES_MAX, ROOM_MASKS_MAX, WHO_LINES_MAX};
use chinwag_core::{
    Answer, Bucket, Caller, Chat, Client, Command, ConnId, Duration, Event, Fact, Ident, Link,
    Monotonic, Name, PersonId, Rate, RoomId, RoomName, RoomRef, Seq, Snapshot, Timestamp,
};
use hashbrown::HashMap;

use crate::dialect::{Ask, Dialect, Env, Recent, Security, Settings, Step, Tell};
use crate::irc::caps::Caps;
use crate::irc::mode::read_mask;
use crate::irc::render::put_in_room;
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
        let mut world = Self::before_login(server);
        let login = world.arrive(name, Client::Irc);
        let person = login.fact.author().expect("a person");
        world.me = world.chat.caller(person);
        world.call(|dialect, env, out| dialect.handle_event(&login, person, env, out));
        world
    }

    /// Its client has said nothing yet.
    fn before_login(server: &str) -> Self {
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
            password_letters_min: 6,
            login_bytes_max: 4096,
            login_time: Duration::from_secs(60),
            irc: crate::irc::Settings::new(server, NETWORK, false),
        };
        let of_chat = chinwag_core::Settings {
            rooms_per_person_max: usize::MAX,
            rooms_made_max: usize::MAX,
            ..chinwag_core::Settings::default()
        };
        let rooms = HashMap::new();
        Self {
            chat: Chat::new(of_chat, Snapshot::default(), START),
            seq: Seq(1),
            dialect: dialect_of(Spoke::First, Security::default(), &env(&settings, &rooms)),
            settings,
            rooms,
            me: None,
        }
    }

    /// Another client comes.
    fn begin(&mut self, spoke: Spoke, security: Security) {
        self.dialect = dialect_of(spoke, security, &env(&self.settings, &self.rooms));
    }

    /// Does what a command says. Returns its events.
    fn act(&mut self, caller: Caller, command: Command) -> Vec<Event> {
        let mut random = self.seq.0;
        let mut roll = || {
            random += 1;
            random
        };
        let mut env = chinwag_core::Inputs {
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
            name: Some(Name::parse(name).expect("a name")),
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
        // A list begins at once, and nothing else does.
        assert!(written.lines().all(|line| line.contains(" 321 ")));
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

fn dialect_of(spoke: Spoke, security: Security, env: &Env<'_>) -> Dialect {
    let bucket = Bucket::full(env.now);
    let dialect = Dialect::new(Protocol::Irc, spoke, bucket, security, env);
    dialect.expect("it is served")
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
        "𠀀𠀁𠀂𠀃𠀄𠀅𠀆𠀇𠀈𠀉𠀊𠀋𠀌𠀍𠀎𠀏𠀐𠀑𠀒𠀓𠀔𠀕𠀖𠀗𠀘𠀙𠀚𠀛𠀜𠀝𠀞𠀟",
        "a.name.of.sixty.four.letters.which.is.the.longest.of.a.server.ab",
    ),
];

/// The longest name of a network.
const NETWORK: &str = "TheNetworkWithTheLongestNameOf32";

#[test]
fn what_is_supported_is_told_in_lines_that_fit() {
    const BEHIND: &str = " :are supported by this server";
    let told = NAMES.map(|(name, server)| {
        let lines = said(&mut World::of(name, server), "ISUPPORT\r\n");
        let tokens = lines.iter().flat_map(|line| {
            assert!(line.len() <= 510, "{line}");
            let list = line.splitn(4, ' ').nth(3).expect("a 005");
            let list = list.strip_suffix(BEHIND).expect("it is whole");
            // RFC 1459, section 2.3: fifteen parameters at most, the name and the words behind among them.
            assert!(list.split(' ').count() <= 13, "{list}");
            list.split(' ').map(ToString::to_string)
        });
        tokens.collect::<Vec<_>>()
    });
    assert_eq!(told[0], told[1]);
    assert!(told[0].contains(&format!("NETWORK={NETWORK}")));
}

#[test]
fn no_name_is_cut_in_lists() {
    let (name, server) = NAMES[1];
    let mut world = World::of(name, server);
    let me = world.me.expect("it is in");
    // One letter less than may be.
    let long = |letter: char| format!("{}{letter}", &name[..120]);
    let rooms: BTreeSet<String> = name
        .chars()
        .take(20)
        .map(|c| format!("#{}", long(c)))
        .collect();
    for room in &rooms {
        let room = RoomName::parse(room).expect("a name");
        world.act(me, Command::Join(room));
    }
    let written = |world: &mut World, line: &str| {
        let pages = world.pages(&format!("{line}\r\n"));
        let written = pages.into_iter().map(|(_, written)| written);
        let written: String = written.collect();
        assert!(written.lines().all(|line| line.len() <= 510), "{written}");
        written
    };
    let listed = written(&mut world, &format!("WHOIS {name}"));
    let lists = listed.lines().filter(|line| line.contains(" 319 "));
    let words = lists.flat_map(|line| line.split(" :").nth(1).unwrap_or_default().split(' '));
    let found: BTreeSet<String> = words
        .map(|word| word.trim_start_matches('@').into())
        .collect();
    assert_eq!(found, rooms);
    let others: Vec<String> = name.chars().take(3).map(long).collect();
    for other in &others {
        world.arrive(other, Client::Irc);
    }
    for command in ["ISON", "USERHOST", "MONITOR +"] {
        let gap = if command == "MONITOR +" { "," } else { " " };
        let line = format!("{command} {}", others.join(gap));
        let listed = written(&mut world, &line);
        assert!(others.iter().all(|name| listed.contains(name)), "{listed}");
    }
}

#[test]
fn a_labelled_answer_of_many_pages_is_one_batch_and_is_not_gathered() {
    let mut world = World::new();
    said(&mut world, "CAP REQ :labeled-response batch\r\n");
    for n in 0..3 * WHO_LINES_MAX {
        world.arrive(&format!("u{n}x"), Client::Nc);
    }
    let pages = world.pages("@label=l NAMES #lobby\r\n");
    assert!(pages.len() > 2 && pages.iter().all(|(_, written)| !written.is_empty()));
    let written: String = pages.into_iter().map(|(_, written)| written).collect();
    let mut lines = written.lines();
    assert_eq!(
        lines.next(),
        Some("@label=l :chat BATCH +1 labeled-response")
    );
    assert_eq!(lines.next_back(), Some(":chat BATCH -1"));
    assert!(
        lines.all(|line| line.starts_with("@batch=1 :chat 3")),
        "{written}"
    );
}

#[test]
fn a_room_that_was_left_meanwhile_is_not_listed() {
    let mut world = World::new();
    let me = world.me.expect("it is in");
    let dev = RoomName::parse("dev").expect("a name");
    let joined = world
        .act(me, Command::Join(dev.clone()))
        .pop()
        .expect("an event");
    let room = joined.fact.rooms()[0];
    for stays in [true, false] {
        world.rooms.insert(room, dev.clone());
        world.dialect.handle_joined(room);
        world.call(|dialect, env, out| dialect.handle_moved(&joined, room, env, out));
        let Some(Step::Ask(Ask::Query(view))) = world.dialect.poll_step() else {
            panic!("the room is asked for");
        };
        let Ok(Answer::Room(summary)) = world.chat.answer(me, view, START) else {
            panic!("it is there");
        };
        let recent = Recent {
            messages: &[],
            total: Some(0),
        };
        let entered = Tell::Entered(&summary, recent);
        let (step, _) = world.call(|dialect, env, out| dialect.handle_tell(entered, env, out));
        let Some(Step::Ask(Ask::Query(names))) = step else {
            panic!("{step:?}");
        };
        let answer = world.chat.answer(me, names, START).expect("an answer");
        if !stays {
            world.dialect.handle_left(room, None);
        }
        let told = Tell::Answer(&answer);
        let (_, listed) = world.call(|dialect, env, out| dialect.handle_tell(told, env, out));
        assert_eq!(listed.contains(" 366 "), stays, "{listed}");
        world.dialect.handle_left(room, None);
    }
}

#[test]
fn a_full_list_of_the_longest_masks_is_told_in_whole_lines() {
    let (name, server) = NAMES[1];
    let mut world = World::of(name, server);
    let me = world.me.expect("it is in");
    let room = RoomName::parse(name).expect("a name");
    world.act(me, Command::Join(room.clone()));
    let mut masks = Vec::new();
    for number in 100..100 + ROOM_MASKS_MAX {
        let typed = format!("{number}{}!*@*", "x".repeat(ROOM_MASK_BYTES_MAX - 7));
        let (kind, matched) = read_mask('I', &typed).expect("a mask");
        masks.push(typed);
        let set = Command::SetMask {
            room: RoomRef::Name(room.clone()),
            kind,
            matched,
            on: true,
        };
        let events = world.act(me, set);
        let mut out = Vec::new();
        put_in_room(&mut out, &events[0], &room, (Caps::default(), None));
        let line = String::from_utf8(out).expect("it is text");
        assert!(
            line.len() <= 512 && line.contains(&masks[masks.len() - 1]),
            "{line}"
        );
    }
    let pages = world.pages(&format!("MODE {room} I\r\n"));
    let listed: Vec<&str> = pages[0].1.lines().collect();
    assert_eq!(listed.len(), masks.len() + 1);
    for (line, mask) in listed.iter().zip(&masks) {
        assert!(line.len() <= 510 && line.contains(mask), "{line}");
    }
    let (step, _) = world.call(|dialect, env, out| {
        let mut bytes = &*format!("MODE {room} +e x\r\n").into_bytes();
        dialect.handle_bytes(&mut bytes, env, out)
    });
    let Some(Step::Ask(Ask::Command(set))) = step else {
        panic!("{step:?}")
    };
    let mut env = chinwag_core::Inputs {
        now: START,
        roll: &mut || 1,
    };
    let refused = world.chat.decide(me, set, &mut env, &mut Vec::new());
    let refused = refused.expect_err("it is full");
    let (_, written) =
        world.call(|dialect, env, out| dialect.handle_tell(Tell::Rejected(&refused), env, out));
    assert!(
        written.contains(&format!(" 478 {name} {room} e :")),
        "{written}"
    );
}
