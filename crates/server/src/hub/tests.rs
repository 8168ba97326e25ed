//! Several requests in one turn: what each is told stands in its place among the events.

use chinwag_core::{
    Caller, Command, ConnId, Fact, LOBBY, Link, Manner, Name, PersonId, Proof, Query, QuitReason,
    RoomName, RoomRef, Text, Timestamp,
};
use chinwag_feed::Unacknowledged;
use chinwag_store::{Durability, Place, Store};

use super::*;
use crate::config::Config;

pub(super) const NOW: Timestamp = Timestamp(1_795_269_785_007);

pub(super) fn hub() -> Hub {
    hub_in(Place::Memory)
}

fn hub_in(place: Place) -> Hub {
    let config = Config::from_file("").expect("a configuration");
    let opened = Store::open(place, Durability::Process, config.retention());
    let opened = opened.expect("a store");
    Hub::new(HubConfig::of(&config), opened, Arc::default(), NOW, roll)
}

fn roll() -> u64 {
    static ROLLS: AtomicU64 = AtomicU64::new(1);
    ROLLS.fetch_add(1, Ordering::Relaxed)
}

/// Somebody comes on a connection.
pub(super) fn arrives(hub: &mut Hub, conn: u64, name: &str) -> PersonId {
    logs_in(hub, conn, name, None, None)
}

/// Somebody comes on a connection with a proof, under its account's name or under another.
pub(super) fn logs_in(
    hub: &mut Hub,
    conn: u64,
    name: &str,
    account: Option<&str>,
    proof: Option<Proof>,
) -> PersonId {
    let caller = Caller::Anonymous {
        conn: ConnId(conn),
        address: [192, 0, 2, conn as u8].into(),
        link: Link {
            needs_room: true,
            ..Link::default()
        },
    };
    let log_in = Command::LogIn {
        name: Name::parse(name).ok(),
        proof,
        is_script: false,
        ident: None,
        account: account.and_then(|account| Name::parse(account).ok()),
    };
    ask(hub, caller, Body::Command(log_in));
    let events = hub.turn.events.iter().rev();
    let mut login = events.filter_map(|event| match &event.fact {
        Fact::LoggedIn(login) => Some(login.person),
        _ => None,
    });
    login.next().expect("it is in")
}

fn ask(hub: &mut Hub, caller: Caller, body: Body) {
    let ticket = Ticket::default();
    hub.take(
        Request {
            caller,
            ticket,
            body,
        },
        NOW,
    );
}

pub(super) fn by(hub: &mut Hub, person: PersonId, body: Body) {
    let caller = hub.chat.caller(person).expect("it is here");
    ask(hub, caller, body);
}

fn says(hub: &mut Hub, person: PersonId, text: &str) {
    let say = Command::Say {
        room: RoomRef::Id(LOBBY),
        text: Text::parse(text).expect("a text"),
        manner: Manner::Speech,
        irc: None,
    };
    by(hub, person, Body::Command(say));
}

/// What those are shown who enter in this turn.
fn shown(turn: Turn) -> Vec<Vec<String>> {
    let shown = turn
        .replies
        .into_iter()
        .filter_map(|reply| match reply.body {
            ReplyBody::Welcome(_, recent, _) | ReplyBody::Entered(_, recent) => {
                Some(recent.messages)
            }
            _ => None,
        });
    let text = |event: &Arc<Event>| match &event.fact {
        Fact::Said { text, .. } => text.to_string(),
        fact => panic!("{fact:?}"),
    };
    shown
        .map(|messages| messages.iter().map(text).collect())
        .collect()
}

/// Or they would read a message twice, or never.
#[test]
fn who_enters_is_shown_what_was_said_before_it_in_the_same_turn_and_not_what_follows() {
    let mut hub = hub();
    let bob = arrives(&mut hub, 1, "bob");
    says(&mut hub, bob, "one");
    assert_eq!(shown(hub.finish(NOW)), [[""; 0]]);
    let refused = Command::EndRoom(RoomName::lobby());
    by(&mut hub, bob, Body::Command(refused));
    arrives(&mut hub, 2, "ann");
    says(&mut hub, bob, "two");
    arrives(&mut hub, 3, "cy");
    says(&mut hub, bob, "three");
    assert_eq!(shown(hub.finish(NOW)), [vec!["one"], vec!["one", "two"]]);
    says(&mut hub, bob, "four");
    by(&mut hub, bob, Body::Query(Query::View(LOBBY)));
    assert_eq!(shown(hub.finish(NOW)), [["one", "two", "three", "four"]]);
}

#[test]
fn what_a_peer_has_not_got_and_whom_it_ignores_outlive_a_restart() {
    let folder = std::env::temp_dir().join(format!("chinwag-hub-{}", std::process::id()));
    let mut hub = hub_in(Place::Folder(folder.clone()));
    let bob = arrives(&mut hub, 1, "bob");
    let ann = arrives(&mut hub, 2, "ann");
    let ignore = Command::Ignore {
        name: Name::parse("ann").expect("a name"),
        account: None,
        on: true,
    };
    by(&mut hub, bob, Body::Command(ignore));
    let lines = |seq, text: &str| (Seq(seq), text.as_bytes().into());
    let mut unseen = Unacknowledged {
        rooms: vec![(LOBBY, Seq(1))],
        private: vec![lines(2, "a\n")],
        unproven: vec![lines(1, "b\n"), lines(2, "c\n")],
        skipped: 5,
        ..Unacknowledged::default()
    };
    unseen.lost.add(Seq(1), 2);
    let note = Body::Unseen {
        unseen: Box::new(unseen.clone()),
        is_final: true,
    };
    by(&mut hub, bob, note);
    for (person, why) in [(bob, QuitReason::Lost), (ann, QuitReason::Quit(None))] {
        by(&mut hub, person, Body::Command(Command::Quit(why)));
    }
    hub.finish(NOW);
    hub.write_all_sessions(NOW);
    drop(hub);

    let mut hub = hub_in(Place::Folder(folder.clone()));
    assert_eq!(hub.lost.unseen(bob), Some(&unseen));
    let cy = arrives(&mut hub, 3, "cy");
    assert!(cy > ann, "nobody is given a number that stands for another");
    drop(hub);
    std::fs::remove_dir_all(&folder).expect("a folder");
}
