//! Deciding what follows from a command, and making it true.
//!
//! Each piece ends where it began: who joins leaves again, and who arrives departs. So it can be
//! repeated without the chat becoming another one, and the price of the way back, which is paid as
//! often in a server, is in the same number.

use chinwag_core::{
    Answer, Caller, Chat, Command, ConnId, Event, Fact, Inputs, Link, Manner, PersonId, Query,
    QuitReason, RoomId, RoomName, RoomRef, Seq, Settings, Snapshot,
};
use divan::black_box;

use crate::fixture::{LINE, START, name, text};
use crate::piece::{Piece, Work};

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("chat: say in a room of 100", 1_000, || {
        say(World::with_room_of(100))
    }),
    Piece::counted("chat: join and leave a room of 1,000", 1_000, || {
        join_and_leave(World::with_room_of(1_000))
    }),
    Piece::counted("chat: arrive and quit among 1,000", 1_000, || {
        arrive_and_quit(World::with_room_of(1_000))
    }),
];

/// A chat, and the part of the hub that numbers events; nothing is saved.
struct World {
    chat: Chat,
    facts: Vec<Fact>,
    seq: Seq,
    conn: ConnId,
    /// Who came in last.
    newest: PersonId,
}

impl World {
    /// With so many people in `#dev`, and one more who is in `#lobby` alone.
    fn with_room_of(people: u64) -> Self {
        let mut world = Self {
            chat: Chat::new(Settings::default(), Snapshot::default(), START),
            facts: Vec::new(),
            seq: Seq(0),
            conn: ConnId(0),
            newest: PersonId(0),
        };
        for number in 1..=people {
            let member = world.arrive(&format!("person{number}"));
            world.act(member, Command::Join(dev()));
        }
        world.arrive("newcomer");
        world
    }

    fn arrive(&mut self, called: &str) -> Caller {
        let command = Command::LogIn {
            name: Some(name(called)),
            proof: None,
            is_script: false,
            account: None,
            ident: None,
        };
        self.enter(command)
    }

    /// Lets a new connection arrive, and returns who it speaks for.
    fn enter(&mut self, command: Command) -> Caller {
        self.conn = ConnId(self.conn.0 + 1);
        let (conn, address) = (self.conn, [192, 0, 2, 1].into());
        let link = Link::default();
        self.act(
            Caller::Anonymous {
                conn,
                address,
                link,
            },
            command,
        );
        Caller::Person {
            person: self.newest,
            conn,
            address,
            link: chinwag_core::Link::default(),
        }
    }

    fn act(&mut self, caller: Caller, command: Command) {
        // The codes for resuming are made of it; which they are makes no difference.
        let mut roll = || self.seq.0;
        let mut inputs = Inputs {
            now: START,
            roll: &mut roll,
        };
        let decided = self
            .chat
            .decide(caller, command, &mut inputs, &mut self.facts);
        decided.expect("nothing here is refused");
        for fact in self.facts.drain(..) {
            if let Fact::LoggedIn(arrived) = &fact {
                self.newest = arrived.person;
            }
            self.seq = self.seq.next();
            let (seq, at) = (self.seq, START);
            self.chat.apply(black_box(&Event {
                seq,
                at,
                fact,
                source: None,
            }));
        }
    }
}

impl World {
    fn room(&self, name: RoomName) -> RoomId {
        let asked = Query::Room(RoomRef::Name(name));
        match self.chat.answer(person(50), asked, START) {
            Ok(Answer::RoomId(room, _)) => room,
            answer => panic!("no room: {answer:?}"),
        }
    }
}

fn dev() -> RoomName {
    RoomName::parse("dev").expect("a room name")
}

/// The person of this number, who came on the connection of the same number.
fn person(number: u64) -> Caller {
    Caller::Person {
        person: PersonId(number),
        conn: ConnId(number),
        address: [192, 0, 2, 1].into(),
        link: chinwag_core::Link::default(),
    }
}

fn say(mut world: World) -> Work {
    let room = world.room(dev());
    let (text, manner) = (text(LINE), Manner::Speech);
    let room = RoomRef::Id(room);
    let say = Command::Say {
        room,
        text,
        manner,
        irc: None,
    };
    Box::new(move || world.act(person(50), say.clone()))
}

fn join_and_leave(mut world: World) -> Work {
    let newcomer = person(world.conn.0);
    let dev = dev();
    Box::new(move || {
        world.act(newcomer, Command::Join(dev.clone()));
        world.act(
            newcomer,
            Command::Leave {
                room: RoomRef::Name(dev.clone()),
                why: None,
            },
        );
    })
}

fn arrive_and_quit(mut world: World) -> Work {
    let arrive = Command::LogIn {
        name: Some(name("somebody")),
        proof: None,
        is_script: false,
        account: None,
        ident: None,
    };
    Box::new(move || {
        let somebody = world.enter(arrive.clone());
        world.act(somebody, Command::Quit(QuitReason::Quit(None)));
    })
}
