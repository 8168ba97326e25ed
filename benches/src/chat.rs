//! Deciding what follows from a command, and making it true.
//!
//! Each piece ends where it began: who joins leaves again, and who arrives departs. So it can be
//! repeated without the chat becoming another one, and the price of the way back, which is paid as
//! often in a server, is in the same number.

use chinwag_core::{
    Chat, Command, Departure, Event, Fact, Kept, Link, Moment, PersonId, RoomName, Seq, Settings,
    Subject, Text,
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
    link: Link,
    /// Who came in last.
    newest: PersonId,
}

impl World {
    /// With so many people in `#dev`, and one more who is in `#lobby` alone.
    fn with_room_of(people: u64) -> Self {
        let mut world = Self {
            chat: Chat::new(Settings::default(), Kept::default(), START),
            facts: Vec::new(),
            seq: Seq(0),
            link: Link(0),
            newest: PersonId(0),
        };
        for number in 1..=people {
            let member = world.arrive(&format!("person{number}"));
            world.act(member, Command::Join(dev()));
        }
        world.arrive("newcomer");
        world
    }

    fn arrive(&mut self, called: &str) -> Subject {
        let command = Command::Arrive {
            name: Some(name(called)),
            proof: None,
        };
        self.enter(command)
    }

    /// Lets a new connection arrive, and returns who it speaks for.
    fn enter(&mut self, command: Command) -> Subject {
        self.link = Link(self.link.0 + 1);
        let (link, address) = (self.link, [192, 0, 2, 1].into());
        self.act(Subject::Visitor { link, address }, command);
        Subject::Person {
            person: self.newest,
            link,
            address,
        }
    }

    fn act(&mut self, subject: Subject, command: Command) {
        // The codes for resuming are made of it; which they are makes no difference.
        let mut roll = || self.seq.0;
        let mut moment = Moment {
            now: START,
            roll: &mut roll,
        };
        let decided = self
            .chat
            .decide(subject, command, &mut moment, &mut self.facts);
        decided.expect("nothing here is refused");
        for fact in self.facts.drain(..) {
            if let Fact::Arrived(arrived) = &fact {
                self.newest = arrived.person;
            }
            self.seq = self.seq.next();
            let (seq, at) = (self.seq, START);
            self.chat.apply(black_box(&Event { seq, at, fact }));
        }
    }
}

fn dev() -> RoomName {
    RoomName::parse("dev").expect("a room name")
}

/// The person of this number, who came on the connection of the same number.
fn person(number: u64) -> Subject {
    Subject::Person {
        person: PersonId(number),
        link: Link(number),
        address: [192, 0, 2, 1].into(),
    }
}

fn say(mut world: World) -> Work {
    let said: Text = text(LINE);
    Box::new(move || world.act(person(50), Command::Say(said.clone())))
}

fn join_and_leave(mut world: World) -> Work {
    let newcomer = person(world.link.0);
    let dev = dev();
    Box::new(move || {
        world.act(newcomer, Command::Join(dev.clone()));
        world.act(newcomer, Command::Leave(None));
    })
}

fn arrive_and_quit(mut world: World) -> Work {
    let arrive = Command::Arrive {
        name: Some(name("somebody")),
        proof: None,
    };
    Box::new(move || {
        let somebody = world.enter(arrive.clone());
        world.act(somebody, Command::Depart(Departure::Quit(None)));
    })
}
