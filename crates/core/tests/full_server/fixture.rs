//! A full server: a chat with so many people and rooms, long lists of bans and mutes, and a crowded
//! lobby; and a piece of work for each kind of request.
//!
//! The benchmarks include this file by its path and count the instructions of each piece at fifty
//! thousand people, so it uses nothing but the public API. A piece leaves the chat as it found it,
//! so that it can be repeated.

use chinwag_core::{
    Account, Answer, Caller, Chat, Command, ConnId, CredentialKind, Event, Fact, FoundMessage,
    Inputs, LOBBY, Link, Manner, Mask, MetadataKey, MetadataTarget, MetadataValue, Name, Outcome, PersonId,
    Proof, Query, QuitReason, Rejection, Restriction, ResumeCode, RoomCursor, RoomId, RoomName,
    RoomRef, RoomSetting, RoomSnapshot, Seq, Settings, Snapshot, Standing, StandingChange, Text,
    Timestamp, Topic,
};

/// 2026-11-21 14:03:05 UTC; it stands still.
const START: Timestamp = Timestamp(1_795_269_785_000);

/// People in `#lobby`, of every hundred.
const LOBBY_PERCENT: u64 = 30;

/// A chat, and the part of the hub that numbers events; nothing is saved.
pub(crate) struct FullServer {
    chat: Chat,
    facts: Vec<Fact>,
    seq: Seq,
    conn: ConnId,
    random: u64,
    /// The number of people, the operator among them.
    people: u64,
}

fn log_in_to(account: &str) -> Command {
    Command::LogInTo {
        name: name(account),
        proof: Some(Proof("a hash".into())),
        beside: true,
    }
}

/// A request, or a few that undo one another, which leave the server as it was.
pub(crate) struct Piece {
    /// The piece's name, unlike that of all others.
    pub(crate) name: &'static str,
    /// Does the work once.
    pub(crate) work: fn(&mut FullServer),
}

impl FullServer {
    /// A server with so many people, as many rooms, and so many bans, mutes and registered names.
    pub(crate) fn new(people: u64, restrictions: usize) -> Self {
        let settings = Settings {
            people_max: people as usize + 1,
            rooms_max: people as usize + 1,
            first_operator: chinwag_core::FirstOperator::Anyone,
            ..Settings::default()
        };
        let mut server = Self {
            chat: Chat::new(settings, snapshot(people, restrictions), START),
            facts: Vec::new(),
            seq: Seq(0),
            conn: ConnId(0),
            random: 0,
            people,
        };
        for n in 0..people {
            server.arrive(n);
        }
        server.does(server.member(), log_in_to("holder3"));
        server
    }

    /// A person who is logged in to an account.
    fn member(&self) -> Caller {
        self.caller(4)
    }

    /// Logs in person `n`, who goes to room `n`; most leave the lobby.
    fn arrive(&mut self, n: u64) {
        let Outcome::LoggedIn(person) = self.log_in(&person_name(n), n) else {
            panic!("a person who logs in");
        };
        let caller = self.caller(person.0);
        let own = room_name(n.max(1));
        self.act(caller, Command::Join(own)).expect("joined");
        if n % 100 >= LOBBY_PERCENT {
            let lobby = Command::Leave {
                room: RoomRef::Id(LOBBY),
                why: None,
            };
            self.act(caller, lobby).expect("left");
        }
    }

    fn log_in(&mut self, called: &str, n: u64) -> Outcome {
        let caller = self.connect(n);
        let name = Some(name(called));
        let command = Command::LogIn {
            name,
            proof: None,
            is_script: false,
            account: None,
            ident: None,
        };
        self.act(caller, command).expect("logged in")
    }

    /// A new connection, from an address of its own.
    fn connect(&mut self, n: u64) -> Caller {
        self.conn = ConnId(self.conn.0 + 1);
        Caller::Anonymous {
            conn: self.conn,
            address: address(n),
            link: Link::default(),
        }
    }

    /// The person of this number, if it never resumed.
    fn caller(&self, person: u64) -> Caller {
        Caller::Person {
            person: PersonId(person),
            conn: ConnId(person),
            address: address(person),
            link: chinwag_core::Link::default(),
        }
    }

    /// The first person, an operator.
    fn operator(&self) -> Caller {
        self.caller(1)
    }

    /// A person in the lobby.
    fn anybody(&self) -> Caller {
        self.caller(2)
    }

    fn act(&mut self, caller: Caller, command: Command) -> Result<Outcome, Rejection> {
        let random = &mut self.random;
        let mut roll = || {
            *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            (*random ^ (*random >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        let mut inputs = Inputs {
            now: START,
            roll: &mut roll,
        };
        let decided = self.chat.decide(caller, command, &mut inputs, &mut self.facts);
        for fact in self.facts.drain(..) {
            self.seq = self.seq.next();
            let (seq, at) = (self.seq, START);
            self.chat.apply(&Event {
                seq,
                at,
                fact,
                source: None,
            });
        }
        decided
    }

    fn does(&mut self, caller: Caller, command: Command) -> Outcome {
        self.act(caller, command).expect("nothing to refuse")
    }

    fn refuses(&mut self, caller: Caller, command: Command) {
        self.act(caller, command).expect_err("a rejection");
    }

    fn ask(&self, caller: Caller, query: Query) -> Result<Answer, Rejection> {
        self.chat.answer(caller, query, START)
    }

    /// Panics if an index disagrees with the rest.
    pub(crate) fn check(&self) {
        self.chat.check_invariants();
        assert_eq!(self.chat.people() as u64, self.people);
    }
}

fn snapshot(people: u64, restrictions: usize) -> Snapshot {
    let topic = |n: u64| Topic {
        text: text(&format!("{n}: {}", "a topic of a common length ".repeat(3))),
        by: name("lee"),
        account: None,
        at: START,
    };
    let rooms = (1..people).map(|n| RoomSnapshot {
        has_history: true,
        created: None,
        id: RoomId(n as u32),
        name: room_name(n),
        topic: Some(topic(n)),
        rules: Default::default(),
    });
    let restriction = |n| Restriction {
        at: Timestamp(0),
        mask: mask(n),
        until: Some(Timestamp(START.0 + 1_000_000 + n as i64)),
        by: name("lee"),
        why: Some(text("spam").into()),
    };
    let account = |n| {
        let own = name(&format!("holder{n}"));
        Account::new(own, CredentialKind::Password, "a hash".into(), START)
    };
    Snapshot {
        rooms: rooms.collect(),
        bans: (0..restrictions).map(restriction).collect(),
        mutes: (0..restrictions).map(restriction).collect(),
        accounts: (0..restrictions).map(account).collect(),
        ..Snapshot::default()
    }
}

/// Names, addresses and blocks of sixteen sizes, none of which matches anybody here.
fn mask(n: usize) -> Mask {
    let text = match n % 4 {
        0 => format!("spammer{n}"),
        1 => format!("172.16.{}.{}/{}", n / 256 % 256, n % 256, 17 + n / 4 % 16),
        2 => format!("2001:db8:{:x}::/{}", n, 48 + n / 4 % 17),
        _ => format!("198.51.{}.{}", n / 256 % 256, n % 256),
    };
    Mask::parse(&text).expect("a mask")
}

fn address(n: u64) -> std::net::IpAddr {
    let [.., a, b, c] = (n as u32).to_be_bytes();
    [10, a, b, c].into()
}

fn person_name(n: u64) -> String {
    format!("person{n}")
}

fn room_name(n: u64) -> RoomName {
    RoomName::parse(&format!("room{n}")).expect("a room name")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

fn message(to: &str) -> Command {
    Command::PrivateMessage {
        to: to.into(),
        text: text("psst"),
        irc: None,
        manner: chinwag_core::Manner::Speech,
    }
}

fn named(name: &str) -> RoomRef {
    RoomRef::Name(RoomName::parse(name).expect("a room name"))
}

/// A piece for each kind of request, those that once scanned everything first.
pub(crate) const PIECES: &[Piece] = &[
    Piece {
        name: "a message to a mistyped name",
        work: |server| server.refuses(server.anybody(), message("presno777")),
    },
    Piece {
        name: "a message to a mistyped name of 32 letters",
        work: |server| {
            server.refuses(
                server.anybody(),
                message("person1person2person3person4perso"),
            )
        },
    },
    Piece {
        name: "the people of a mistyped room",
        work: |server| {
            let room = named("rom7777");
            let asked = server.ask(server.anybody(), Query::Who { room, after: None });
            asked.expect_err("no such room");
        },
    },
    Piece {
        name: "a page of the people of the lobby",
        work: |server| {
            let room = RoomRef::Id(LOBBY);
            let page = server.ask(server.anybody(), Query::Who { room, after: None });
            page.expect("a page");
        },
    },
    Piece {
        name: "the first two pages of the rooms",
        work: |server| {
            let mut after: Option<RoomCursor> = None;
            for _ in 0..2 {
                let page = server.ask(server.anybody(), Query::Rooms { after });
                let Ok(Answer::Rooms { next, .. }) = page else {
                    panic!("a page");
                };
                after = next;
            }
        },
    },
    Piece {
        name: "a page of everybody for a shell",
        work: |server| {
            let page = server.ask(Caller::Shell, Query::Everybody { after: None });
            page.expect("a page");
        },
    },
    Piece {
        name: "log in to an account, look at it and log out",
        work: |server| {
            let login = Command::LogInTo {
                name: name("holder1"),
                proof: Some(Proof("a hash".into())),
                beside: true,
            };
            server.does(server.anybody(), login);
            let account = server.ask(server.anybody(), Query::Account);
            account.expect("an account");
            server.does(server.anybody(), Command::LogOut);
        },
    },
    Piece {
        name: "a wrong password for an account",
        work: |server| {
            let login = Command::LogInTo {
                name: name("holder1"),
                proof: Some(Proof("another hash".into())),
                beside: false,
            };
            server.refuses(server.anybody(), login);
        },
    },
    Piece {
        name: "add an account from a shell, set its password and end it",
        work: |server| {
            let own = || name("newcomer");
            let (first, second) = ("one".into(), "two".into());
            let add = Command::AddAccount {
                name: own(),
                password_hash: first,
            };
            server.does(Caller::Shell, add);
            let set = Command::SetPassword {
                name: own(),
                password_hash: second,
            };
            server.does(Caller::Shell, set);
            server.does(Caller::Shell, Command::EndAccount(own()));
        },
    },
    Piece {
        name: "leave a message for an account and show it",
        work: |server| {
            let receiver = server.caller(3);
            server.does(server.member(), message("holder2"));
            server.does(receiver, log_in_to("holder2"));
            server.does(Caller::Server, Command::ShowKept(PersonId(3)));
            server.does(receiver, Command::LogOut);
        },
    },
    Piece {
        name: "a page of the bans",
        work: |server| {
            let page = server.ask(server.operator(), Query::Restrictions { after: None });
            page.expect("a page");
        },
    },
    Piece {
        name: "a resume code that is wrong",
        work: |server| {
            let stranger = server.connect(7);
            server.refuses(stranger, Command::Resume(ResumeCode::from_random(7)));
        },
    },
    Piece {
        name: "lose a session and resume it",
        work: |server| {
            // Nothing tells a person's code but its welcome, so it is a new one.
            let Outcome::LoggedIn(person) = server.log_in("newcomer", 7) else {
                panic!("a person who logs in");
            };
            let code = server
                .chat
                .welcome(person, None)
                .expect("a welcome")
                .resume
                .0;
            let speaks = |server: &FullServer| Caller::Person {
                person,
                conn: server.conn,
                address: address(7),
                link: chinwag_core::Link::default(),
            };
            server.does(speaks(server), Command::Quit(QuitReason::Lost));
            let again = server.connect(8);
            server.does(again, Command::Resume(code));
            server.does(speaks(server), Command::Quit(QuitReason::Quit(None)));
        },
    },
    Piece {
        name: "log in and quit",
        work: |server| {
            let Outcome::LoggedIn(person) = server.log_in("newcomer", 7) else {
                panic!("a person who logs in");
            };
            let caller = Caller::Person {
                person,
                conn: server.conn,
                address: address(7),
                link: chinwag_core::Link::default(),
            };
            server.does(caller, Command::Quit(QuitReason::Quit(None)));
        },
    },
    Piece {
        name: "log in as a guest and quit",
        work: |server| {
            let guest = server.connect(7);
            let (name, proof) = (None, None);
            let Outcome::LoggedIn(person) = server.does(
                guest,
                Command::LogIn {
                    name,
                    proof,
                    is_script: false,
                    account: None,
                    ident: None,
                },
            ) else {
                panic!("a person who logs in");
            };
            let caller = Caller::Person {
                person,
                conn: server.conn,
                address: address(7),
                link: chinwag_core::Link::default(),
            };
            server.does(caller, Command::Quit(QuitReason::Quit(None)));
        },
    },
    Piece {
        name: "log in under a name that is taken",
        work: |server| {
            let stranger = server.connect(7);
            let name = Some(name("person7"));
            server.refuses(
                stranger,
                Command::LogIn {
                    name,
                    proof: None,
                    is_script: false,
                    account: None,
                    ident: None,
                },
            );
        },
    },
    Piece {
        name: "log in from a banned block",
        work: |server| {
            let conn = ConnId(u64::MAX);
            let address = [198, 51, 0, 3].into();
            let name = Some(name("newcomer"));
            let command = Command::LogIn {
                name,
                proof: None,
                is_script: false,
                account: None,
                ident: None,
            };
            let link = Link::default();
            let caller = Caller::Anonymous {
                conn,
                address,
                link,
            };
            server.refuses(caller, command);
        },
    },
    Piece {
        name: "the greeting of a connection",
        work: |server| {
            let stranger = server.connect(7);
            server.ask(stranger, Query::Greeting).expect("a greeting");
        },
    },
    Piece {
        name: "say in the lobby",
        work: |server| {
            let command = Command::Say {
                room: RoomRef::Id(LOBBY),
                text: text("hello there"),
                manner: Manner::Speech,
                irc: None,
            };
            server.does(server.anybody(), command);
        },
    },
    Piece {
        name: "leave the lobby and join it",
        work: |server| {
            let somebody = server.anybody();
            server.does(
                somebody,
                Command::Leave {
                    room: RoomRef::Id(LOBBY),
                    why: None,
                },
            );
            server.does(somebody, Command::Join(RoomName::lobby()));
        },
    },
    Piece {
        name: "open a room, leave it and tidy",
        work: |server| {
            let somebody = server.anybody();
            let new = RoomName::parse("a-new-room").expect("a room name");
            server.does(somebody, Command::Join(new.clone()));
            server.does(
                somebody,
                Command::Leave {
                    room: RoomRef::Name(new),
                    why: None,
                },
            );
            server.does(Caller::Server, Command::Tidy);
        },
    },
    Piece {
        name: "tidy what is tidy",
        work: |server| {
            server.does(Caller::Server, Command::Tidy);
        },
    },
    Piece {
        name: "a private message",
        work: |server| {
            server.does(server.anybody(), message("person7"));
        },
    },
    Piece {
        name: "a profile",
        work: |server| {
            let profile = server.ask(server.anybody(), Query::Whois("person7".into()));
            profile.expect("a profile");
        },
    },
    Piece {
        name: "rename there and back",
        work: |server| {
            let somebody = server.anybody();
            for to in ["another", "person1"] {
                let (name, proof) = (name(to), None);
                server.does(somebody, Command::Rename { name, proof });
            }
        },
    },
    Piece {
        name: "take a name that another shows",
        work: |server| {
            let (somebody, other) = (server.anybody(), server.caller(3));
            let key = MetadataKey::parse("display-name").expect("a key");
            let shown = Command::SetMetadata {
                target: MetadataTarget::Oneself,
                changes: Some(vec![(key, MetadataValue::parse("Another"))]),
            };
            server.does(other, shown);
            for to in ["another", "person1"] {
                let (name, proof) = (name(to), None);
                server.does(somebody, Command::Rename { name, proof });
            }
            server.does(Caller::Server, Command::EndShownNames);
        },
    },
    Piece {
        name: "mute and unmute",
        work: |server| {
            let operator = server.operator();
            let mute = Command::Mute {
                name: "person7".into(),
                time: None,
                why: None,
            };
            server.does(operator, mute);
            server.does(operator, Command::Unmute(name("person7")));
        },
    },
    Piece {
        name: "ban a block and unban it",
        work: |server| {
            let operator = server.operator();
            let mask = Mask::parse("203.0.113.0/24").expect("a mask");
            let ban = Command::Ban {
                mask: mask.clone(),
                cover_address: true,
                time: None,
                why: None,
            };
            server.does(operator, ban);
            server.does(operator, Command::Unban(mask));
        },
    },
    Piece {
        name: "make an operator and unmake it",
        work: |server| {
            let operator = server.operator();
            server.does(operator, Command::Op("person7".into()));
            server.does(operator, Command::Deop("person7".into()));
        },
    },
    Piece {
        name: "a new topic",
        work: |server| {
            let command = Command::SetTopic {
                room: RoomRef::Id(LOBBY),
                text: Some(text("ship it")),
            };
            server.does(server.anybody(), command);
        },
    },
    Piece {
        name: "set a room and set it back",
        work: |server| {
            let operator = server.operator();
            for on in [true, false] {
                let room = named("room777");
                let settings = [RoomSetting::Hidden(on)].into();
                server.does(operator, Command::SetRoom { room, settings });
            }
        },
    },
    Piece {
        name: "give a voice in the lobby and take it",
        work: |server| {
            let operator = server.operator();
            for change in [StandingChange::Give, StandingChange::Take] {
                let (room, name) = (RoomRef::Id(LOBBY), "person2".into());
                let change = change(Standing::Voice);
                server.does(operator, Command::Stand { room, name, change });
            }
        },
    },
    Piece {
        name: "bar a block from a room and unbar it",
        work: |server| {
            let operator = server.operator();
            let (room, mask) = (named("room77"), Mask::parse("203.0.113.0/24"));
            let mask = mask.expect("a mask");
            let bar = Command::Bar {
                room: room.clone(),
                mask: mask.clone(),
                cover_address: true,
                time: None,
                why: None,
            };
            server.does(operator, bar);
            server.does(
                operator,
                Command::Unbar {
                    room,
                    listed: chinwag_core::Listed::Mask(mask),
                },
            );
        },
    },
    Piece {
        name: "mute in the lobby and unmute",
        work: |server| {
            let operator = server.operator();
            let room = RoomRef::Id(LOBBY);
            let mute = Command::MuteIn {
                room: room.clone(),
                name: "person7".into(),
                time: None,
                why: None,
            };
            server.does(operator, mute);
            let name = name("person7");
            server.does(operator, Command::UnmuteIn { room, name });
        },
    },
    Piece {
        name: "what the lobby is set to",
        work: |server| {
            let info = Query::RoomInfo(RoomRef::Id(LOBBY));
            server.ask(server.anybody(), info).expect("settings");
        },
    },
    Piece {
        name: "whom the lobby silences",
        work: |server| {
            let bars = Query::Bars(RoomRef::Id(LOBBY));
            server.ask(server.operator(), bars).expect("a list");
        },
    },
    Piece {
        name: "knock on an open room",
        work: |server| {
            let room = RoomName::parse("room777").expect("a room name");
            server.refuses(server.anybody(), Command::Knock(room));
        },
    },
    Piece {
        name: "delete a message",
        work: |server| {
            let delete = Command::Delete {
                message: Seq(1),
                found: FoundMessage::InRoom {
                    room: LOBBY,
                    name: name("person7"),
                    account: None,
                    at: Timestamp(0),
                    is_signal: false,
                },
                why: None,
            };
            server.does(server.operator(), delete);
        },
    },
    Piece {
        name: "one's own numbers",
        work: |server| {
            server.ask(server.anybody(), Query::Stats).expect("numbers");
        },
    },
];
