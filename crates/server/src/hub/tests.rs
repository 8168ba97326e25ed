//! Several requests in one turn: what each is told stands in its place among the events.

mod kills;
mod restarts;
mod rows;

use std::sync::atomic::Ordering;

use chinwag_core::limits::KEPT_MESSAGES_MAX;
use chinwag_core::{
    Caller, Command, ConnId, Duration, Fact, LOBBY, Link, Manner, Mask, Monotonic, Name, PersonId,
    Proof, Query, QuitReason, RoomName, RoomRef, Text, Timestamp,
};
use chinwag_feed::Unacknowledged;
use chinwag_store::{Durability, Location, Store};

use super::*;
use crate::config::Config;

pub(super) const NOW: Timestamp = Timestamp(1_795_269_785_007);

pub(super) fn hub() -> Hub {
    hub_in(Location::Memory)
}

fn hub_in(place: Location) -> Hub {
    hub_with(place, "")
}

fn hub_with(place: Location, config: &str) -> Hub {
    let config = Config::from_file(config).expect("a configuration");
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

/// With a commit for each question between two messages, a turn took the disk's time for each.
#[test]
fn a_question_between_two_messages_costs_no_commit() {
    let mut hub = hub();
    let bob = arrives(&mut hub, 1, "bob");
    drop(hub.finish(NOW));
    for text in ["one", "two", "three"] {
        says(&mut hub, bob, text);
        let everybody = RoomRef::Id(LOBBY);
        by(
            &mut hub,
            bob,
            Body::Query(Query::Who {
                room: everybody,
                after: None,
            }),
        );
        by(&mut hub, bob, Body::Query(Query::Whois("nobody".into())));
    }
    assert_eq!(hub.turn.staged.len(), 3, "all of it waits for one commit");
    assert_eq!(hub.finish(NOW).replies.len(), 9);
}

/// The search index is filled when there is something new.
#[test]
fn what_was_committed_is_counted() {
    let config = Config::from_file("").expect("a configuration");
    let opened = Store::open(Location::Memory, Durability::Process, config.retention());
    let opened = opened.expect("a store");
    let committed = Arc::new(AtomicU64::new(0));
    let mut hub = Hub::new(HubConfig::of(&config), opened, committed.clone(), NOW, roll);
    let bob = arrives(&mut hub, 1, "bob");
    hub.finish(NOW);
    assert_eq!(committed.load(Ordering::Relaxed), 0);
    for text in ["one", "two"] {
        says(&mut hub, bob, text);
    }
    hub.finish(NOW);
    assert_eq!(committed.load(Ordering::Relaxed), 2);
}

/// A folder of a store that is gone with the test.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("chinwag-hub-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// A hub, after whatever has become of the one before.
    fn hub(&self) -> Hub {
        hub_in(Location::Folder(self.0.clone()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("a folder");
    }
}

/// The link of a person is lost, whose peer has everything in the lobby up to an event.
fn loses(hub: &mut Hub, person: PersonId, seen: Seq) {
    let unseen = Unacknowledged {
        rooms: vec![(LOBBY, seen)],
        ..Unacknowledged::default()
    };
    let note = Body::Unseen {
        unseen: Box::new(unseen),
        is_final: true,
    };
    by(hub, person, note);
    by(hub, person, Body::Command(Command::Quit(QuitReason::Lost)));
}

/// The person takes up its session again on a connection.
fn resumes(hub: &mut Hub, conn: u64, person: PersonId) {
    let resume = Command::Resume(hub.chat.code_of(person).expect("a code"));
    let caller = Caller::Anonymous {
        conn: ConnId(conn),
        address: [192, 0, 2, conn as u8].into(),
        link: Link::default(),
    };
    ask(hub, caller, Body::Command(resume));
}

/// What those are shown who have taken up a session in this turn.
fn resumed(turn: Turn) -> Vec<Resumed> {
    let bodies = turn.replies.into_iter().map(|reply| reply.body);
    let resumed = bodies.filter_map(|body| match body {
        ReplyBody::Resumed(resumed) => Some(*resumed),
        _ => None,
    });
    resumed.collect()
}

pub(super) fn writes_to_bob(hub: &mut Hub, person: PersonId) {
    let message = Command::PrivateMessage {
        to: "bob".to_owned(),
        text: Text::parse("psst").expect("a text"),
        manner: Manner::Speech,
        irc: None,
    };
    by(hub, person, Body::Command(message));
}

/// All peers have everything.
fn acknowledges_all(hub: &mut Hub) {
    let up_to = hub.numbers.last();
    let body = Body::Acknowledged {
        shard: 0,
        up_to,
        behind: Box::default(),
    };
    ask(hub, Caller::Server, body);
}

fn write_sessions(hub: &mut Hub) {
    hub.finish(NOW);
    while hub.write_sessions() {}
}

/// What a session has seen of the lobby, as the next run knows it, and whether that is in doubt.
fn seen_after_kill(folder: &Folder, hub: Hub, person: PersonId) -> (Seq, bool) {
    drop(hub);
    let hub = folder.hub();
    let unseen = hub.lost.unseen(person).expect("a session");
    let (after, stored) = (unseen.rooms[0].1, unseen.stored);
    assert!(stored.is_none_or(|(other, _)| other == after));
    (unseen.rooms[0].1, unseen.doubted.is_some())
}

/// A connection that was lost, and another that was lost before it was shown what the first had missed.
fn loses_twice(hub: &mut Hub, bob: PersonId, meanwhile: impl FnOnce(&mut Hub)) {
    let first = hub.chat.caller(bob).expect("it is here");
    by(hub, bob, Body::Command(Command::Quit(QuitReason::Lost)));
    meanwhile(hub);
    resumes(hub, 3, bob);
    by(hub, bob, Body::Command(Command::Quit(QuitReason::Lost)));
    let report = Body::Unseen {
        unseen: Box::default(),
        is_final: true,
    };
    ask(hub, first, report);
    assert!(resumed(hub.finish(NOW)).is_empty());
}

#[test]
fn what_a_short_connection_was_not_shown_outlives_a_restart() {
    let folder = Folder::new("short");
    let mut hub = folder.hub();
    let bob = arrives(&mut hub, 1, "bob");
    let ann = arrives(&mut hub, 2, "ann");
    loses_twice(&mut hub, bob, |hub| writes_to_bob(hub, ann));
    hub.write_all_sessions(NOW);
    drop(hub);
    let mut hub = folder.hub();
    resumes(&mut hub, 4, bob);
    let shown = resumed(hub.finish(NOW)).pop().expect("an answer");
    assert_eq!(shown.kept.len(), 1);
}

#[test]
fn messages_to_a_lost_link_that_had_no_space_are_counted() {
    let mut hub = hub();
    let bob = arrives(&mut hub, 1, "bob");
    let ann = arrives(&mut hub, 2, "ann");
    let seen = hub.numbers.last();
    loses(&mut hub, bob, seen);
    for _ in 0..KEPT_MESSAGES_MAX + 2 {
        writes_to_bob(&mut hub, ann);
    }
    resumes(&mut hub, 3, bob);
    let shown = resumed(hub.finish(NOW)).pop().expect("an answer");
    assert_eq!(
        (shown.kept.len(), shown.unseen.skipped),
        (KEPT_MESSAGES_MAX, 2)
    );
    assert_eq!(
        shown
            .unseen
            .lost
            .places()
            .map(|(_, lines)| lines)
            .sum::<u64>(),
        2
    );
}

#[test]
fn a_resume_does_not_wait_for_ever_for_what_the_last_connection_has_not_received() {
    let mut hub = hub();
    let bob = arrives(&mut hub, 1, "bob");
    by(
        &mut hub,
        bob,
        Body::Command(Command::Quit(QuitReason::Lost)),
    );
    resumes(&mut hub, 3, bob);
    hub.tidy_lost(NOW + lost::WAIT_MAX - Duration::from_millis(1), NOW);
    assert!(resumed(hub.finish(NOW)).is_empty());
    hub.tidy_lost(NOW + lost::WAIT_MAX, NOW);
    assert_eq!(resumed(hub.finish(NOW)).len(), 1);
}

#[test]
fn what_a_connection_reports_that_its_person_has_left_is_not_kept() {
    let mut hub = hub();
    let bob = arrives(&mut hub, 1, "bob");
    let first = hub.chat.caller(bob).expect("it is here");
    let seen = hub.numbers.last();
    loses(&mut hub, bob, seen);
    resumes(&mut hub, 3, bob);
    assert_eq!(resumed(hub.finish(NOW)).len(), 1);
    let report = Body::Unseen {
        unseen: Box::default(),
        is_final: false,
    };
    ask(&mut hub, first, report);
    assert_eq!(hub.lost.unseen(bob), None);
}

#[test]
fn a_clock_that_leaps_and_is_corrected_ends_no_ban_and_no_lost_session() {
    let mut hub = hub();
    let bob = arrives(&mut hub, 1, "bob");
    by(
        &mut hub,
        bob,
        Body::Command(Command::Quit(QuitReason::Lost)),
    );
    let ban = Command::Ban {
        mask: Mask::parse("192.0.2.9").expect("a mask"),
        cover_address: false,
        time: Some(Duration::from_mins(60)),
        why: None,
    };
    hub.act_for_shell(ban, NOW).expect("a ban");
    let ran = |seconds: u64| Monotonic(1_000 * seconds);
    let leapt = NOW + Duration::from_hours(48);
    for (now, ran) in [
        (NOW, ran(0)),
        (leapt, ran(1)),
        (leapt, ran(2)),
        (NOW, ran(3)),
    ] {
        hub.tidy(now, ran);
        hub.finish(now);
    }
    let caller = Caller::Anonymous {
        conn: ConnId(9),
        address: [192, 0, 2, 9].into(),
        link: Link::default(),
    };
    let log_in = Command::LogIn {
        name: None,
        proof: None,
        is_script: false,
        ident: None,
        account: None,
    };
    ask(&mut hub, caller, Body::Command(log_in));
    let replies = hub.finish(NOW).replies;
    let is_banned = |reply: &Reply| matches!(&reply.body, ReplyBody::Rejected(why) if matches!(**why, Rejection::Banned { .. }));
    assert!(replies.iter().any(is_banned), "{replies:?}");
    assert!(hub.chat.kept_session(bob).is_some());
    // One that stays where it is has been right.
    hub.tidy(leapt, ran(3 * 24 * 3_600));
    hub.finish(leapt);
    assert!(hub.chat.kept_session(bob).is_none());
}
