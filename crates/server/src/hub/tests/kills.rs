//! What the next run knows if the server is killed as soon as somebody has been told something,
//! before the second is over in which sessions are written.

use chinwag_core::{Client, KeptSession, Standing, StandingChange};

use super::*;
use crate::limits::SESSION_ROWS_MAX;

fn name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

fn room(name: &str) -> RoomName {
    RoomName::parse(name).expect("a room")
}

fn joins(hub: &mut Hub, person: PersonId, name: &str) {
    by(hub, person, Body::Command(Command::Join(room(name))));
}

fn quits(hub: &mut Hub, person: PersonId, why: QuitReason) {
    by(hub, person, Body::Command(Command::Quit(why)));
}

fn register() -> Body {
    Body::Command(Command::Register {
        password_hash: "hash".into(),
        proof: None,
    })
}

fn registers(hub: &mut Hub, person: PersonId) {
    by(hub, person, register());
    hub.finish(NOW);
}

fn proof() -> Option<Proof> {
    Some(Proof("hash".into()))
}

/// Bob, who has made #dev, makes ann a moderator there.
fn raises_ann(hub: &mut Hub, bob: PersonId) {
    let stand = Command::Stand {
        room: RoomRef::Name(room("dev")),
        name: "ann".to_owned(),
        change: StandingChange::Give(Standing::Moderator),
    };
    by(hub, bob, Body::Command(stand));
}

/// Bob and ann are in #dev, which bob has made.
fn bob_and_ann(folder: &Folder) -> (Hub, PersonId, PersonId) {
    let mut hub = folder.hub();
    let bob = arrives(&mut hub, 1, "bob");
    let ann = arrives(&mut hub, 2, "ann");
    joins(&mut hub, bob, "dev");
    joins(&mut hub, ann, "dev");
    (hub, bob, ann)
}

/// Does something, and returns what is known of bob and ann after a kill at once.
fn after_kill(
    called: &str,
    before: impl FnOnce(&mut Hub, PersonId, PersonId),
    does: impl FnOnce(&mut Hub, PersonId, PersonId),
) -> (Option<KeptSession>, Option<KeptSession>) {
    let folder = Folder::new(called);
    let (mut hub, bob, ann) = bob_and_ann(&folder);
    before(&mut hub, bob, ann);
    write_sessions(&mut hub);
    does(&mut hub, bob, ann);
    hub.finish(NOW);
    drop(hub);
    let hub = folder.hub();
    (hub.chat.kept_session(bob), hub.chat.kept_session(ann))
}

/// What is known of bob then.
fn bob_after(called: &str, does: impl FnOnce(&mut Hub, PersonId, PersonId)) -> KeptSession {
    let (bob, _) = after_kill(called, |_, _, _| {}, does);
    bob.expect("a session")
}

#[test]
fn what_a_person_does_to_itself() {
    let bob = bob_after("away", |hub, bob, _| {
        by(hub, bob, Body::Command(Command::Away(None)));
    });
    assert!(bob.away.is_some());
    let bob = bob_after("renamed", |hub, bob, _| {
        let rename = Command::Rename {
            name: name("rob"),
            proof: None,
        };
        by(hub, bob, Body::Command(rename));
    });
    assert_eq!(bob.name, name("rob"));
    let bob = bob_after("founded", |hub, bob, _| joins(hub, bob, "hut"));
    assert_eq!((bob.rooms.len(), bob.rights.founded.len()), (3, 2));
}

#[test]
fn what_a_guest_has_set() {
    let folder = Folder::new("set");
    let (mut hub, bob, _) = bob_and_ann(&folder);
    write_sessions(&mut hub);
    let saved = Saved::from_text("time=full");
    by(&mut hub, bob, Body::Save(Arc::new(saved.clone()), false));
    hub.finish(NOW);
    drop(hub);
    assert_eq!(folder.hub().lost.saved(bob), Some(&saved));
}

#[test]
fn logging_in_and_out() {
    let logs_in = |hub: &mut Hub, bob, _| {
        let log_in = Command::LogInTo {
            name: name("ann"),
            proof: proof(),
            beside: true,
        };
        by(hub, bob, Body::Command(log_in));
    };
    let ann_registers = |hub: &mut Hub, _, ann| registers(hub, ann);
    let (bob, _) = after_kill("logged-in", ann_registers, logs_in);
    let account = |session: Option<KeptSession>| session.expect("a session").account;
    assert!(account(bob).is_some_and(|(account, _)| account == name("ann")));
    let both = |hub: &mut Hub, bob, ann| {
        ann_registers(hub, bob, ann);
        logs_in(hub, bob, ann);
    };
    let (bob, _) = after_kill("logged-out", both, |hub, bob, _| {
        by(hub, bob, Body::Command(Command::LogOut));
    });
    assert!(account(bob).is_none());
}

#[test]
fn what_others_do_to_a_person() {
    let bob = bob_after("written-to", |hub, bob, ann| {
        let seen = hub.numbers.last();
        loses(hub, bob, seen);
        hub.finish(NOW);
        writes_to_bob(hub, ann);
    });
    assert_eq!(bob.private.messages.len(), 1);
    let (_, ann) = after_kill(
        "raised",
        |_, _, _| {},
        |hub, bob, _| {
            raises_ann(hub, bob);
        },
    );
    assert_eq!(ann.expect("a session").rights.standings.len(), 1);
    let bob = bob_after("operator", |hub, _, _| {
        hub.act_for_shell(Command::Op("bob".to_owned()), NOW)
            .expect("rights");
    });
    assert!(bob.rights.rank.operator);
}

/// A crowd that comes in is written once a second.
#[test]
fn of_those_who_have_just_come_the_first_operator() {
    for (config, is_known) in [("", false), ("[server]\nfirst_operator = \"anyone\"", true)] {
        let folder = Folder::new(&format!("first-{is_known}"));
        let mut hub = hub_with(Location::Folder(folder.0.clone()), config);
        let bob = arrives(&mut hub, 1, "bob");
        hub.finish(NOW);
        drop(hub);
        let session = folder.hub().chat.kept_session(bob);
        let is_operator = session.map(|bob| bob.rights.rank.operator);
        assert_eq!(is_operator, is_known.then_some(true));
    }
}

#[test]
fn a_name_that_somebody_was_told_is_kept() {
    let folder = Folder::new("refused");
    let (mut hub, bob, ann) = bob_and_ann(&folder);
    quits(&mut hub, ann, QuitReason::Lost);
    let rename = Command::Rename {
        name: name("ann"),
        proof: None,
    };
    by(&mut hub, bob, Body::Command(rename));
    hub.finish(NOW);
    drop(hub);
    assert!(folder.hub().chat.kept_session(ann).is_some());
}

#[test]
fn a_session_that_was_over_is_not_there_again() {
    for changes in [false, true] {
        let leaves = |hub: &mut Hub, bob, _| {
            if changes {
                joins(hub, bob, "hut");
                by(
                    hub,
                    bob,
                    Body::Command(Command::Leave {
                        room: RoomRef::Name(room("hut")),
                        why: None,
                    }),
                );
                joins(hub, bob, "dev");
            }
            quits(hub, bob, QuitReason::Quit(None));
            write_sessions(hub);
        };
        let called = format!("over-{changes}");
        let (bob, ann) = after_kill(&called, |_, _, _| {}, leaves);
        assert!(bob.is_none() && ann.is_some());
    }
}

#[test]
fn a_room_that_has_ended_is_told_to_those_whose_links_were_lost() {
    let folder = Folder::new("ended");
    let (mut hub, bob, _) = bob_and_ann(&folder);
    let seen = hub.numbers.last();
    loses(&mut hub, bob, seen);
    hub.finish(NOW);
    hub.act_for_shell(Command::EndRoom(room("dev")), NOW)
        .expect("an end");
    hub.finish(NOW);
    assert_eq!(hub.lost.ended(bob).len(), 1);
}

#[test]
fn messages_that_an_account_was_shown_are_shown_once() {
    let folder = Folder::new("shown");
    let mut hub = folder.hub();
    let bob = arrives(&mut hub, 1, "bob");
    let ann = arrives(&mut hub, 2, "ann");
    registers(&mut hub, bob);
    registers(&mut hub, ann);
    quits(&mut hub, bob, QuitReason::Quit(None));
    writes_to_bob(&mut hub, ann);
    hub.finish(NOW);
    assert!(hub.chat.has_mail(&name("bob")));
    logs_in(&mut hub, 3, "bob", None, proof());
    hub.finish(NOW);
    hub.forget_shown();
    drop(hub);
    assert!(!folder.hub().chat.has_mail(&name("bob")));
}

/// Those that bear its name, in this run and in the next.
#[test]
fn an_account_finds_again_what_those_who_bear_its_name_chose_after_a_restart() {
    for is_beside in [false, true] {
        let folder = Folder::new(&format!("chosen-{is_beside}"));
        let mut hub = folder.hub();
        let bob = arrives(&mut hub, 1, "bob");
        registers(&mut hub, bob);
        let person = match is_beside {
            true => logs_in(&mut hub, 2, "bea", Some("bob"), proof()),
            false => bob,
        };
        hub.finish(NOW);
        hub.write_all_sessions(NOW);
        drop(hub);
        let mut hub = folder.hub();
        resumes(&mut hub, 3, person);
        hub.finish(NOW);
        joins(&mut hub, person, "hut");
        quits(&mut hub, person, QuitReason::Quit(None));
        write_sessions(&mut hub);
        let profile = hub.store.profile(&name("bob")).expect("a store");
        let has_hut = profile.is_some_and(|profile| profile.contains("#hut"));
        assert_eq!(has_hut, !is_beside);
    }
}

/// Once a minute, whatever becomes of the clock.
#[test]
fn rows_of_sessions_whose_time_is_over_are_deleted() {
    let folder = Folder::new("swept");
    let mut hub = folder.hub();
    let rows = |hub: &mut Hub| hub.store.sessions(NOW).expect("a store").0.len();
    let bob = arrives(&mut hub, 1, "bob");
    quits(&mut hub, bob, QuitReason::Lost);
    write_sessions(&mut hub);
    let end = NOW + hub.chat.resume_time();
    let (half, instant) = (Duration::from_secs(30), Duration::from_millis(1));
    for (at, left) in [(end - half, 1), (end + half - instant, 1), (end + half, 0)] {
        hub.sweep_sessions(at);
        assert_eq!(rows(&mut hub), left);
    }
    let ann = arrives(&mut hub, 2, "ann");
    quits(&mut hub, ann, QuitReason::Lost);
    write_sessions(&mut hub);
    // It was ahead until now.
    hub.sweep_sessions(end);
    assert_eq!(rows(&mut hub), 0);
}

/// Accounts find rooms again by their numbers, and a quiet room of guests has no row.
#[test]
fn a_room_has_no_number_that_an_account_knows_as_another() {
    let folder = Folder::new("numbers");
    let (mut hub, bob, ann) = bob_and_ann(&folder);
    by(&mut hub, ann, register());
    let dev = hub.chat.room_called(&room("dev"));
    quits(&mut hub, ann, QuitReason::Quit(None));
    quits(&mut hub, bob, QuitReason::Quit(None));
    hub.finish(NOW);
    drop(hub);
    let mut hub = folder.hub();
    let cy = arrives(&mut hub, 3, "cy");
    joins(&mut hub, cy, "ops");
    assert!(hub.chat.room_called(&room("ops")) > dev);
}

#[test]
fn nobody_is_kept_whom_nobody_could_resume() {
    for stops in [false, true] {
        let folder = Folder::new(&format!("irc-{stops}"));
        let mut hub = folder.hub();
        let caller = Caller::Anonymous {
            conn: ConnId(1),
            address: [192, 0, 2, 1].into(),
            link: Link {
                client: Client::Irc,
                ..Link::default()
            },
        };
        let log_in = Command::LogIn {
            name: Some(name("bob")),
            proof: None,
            is_script: false,
            ident: None,
            account: None,
        };
        ask(&mut hub, caller, Body::Command(log_in));
        let bob = hub.chat.everybody().next().expect("it is in");
        registers(&mut hub, bob);
        match stops {
            true => hub.write_all_sessions(NOW),
            false => write_sessions(&mut hub),
        }
        drop(hub);
        assert!(folder.hub().chat.kept_session(bob).is_none());
    }
}

#[test]
fn whether_more_is_to_be_written() {
    let folder = Folder::new("more");
    let (mut hub, bob, _) = bob_and_ann(&folder);
    hub.finish(NOW);
    assert!(!hub.write_sessions());
    for conn in 0..SESSION_ROWS_MAX as u64 {
        arrives(&mut hub, 10 + conn, &format!("guest-{conn}"));
    }
    joins(&mut hub, bob, "hut");
    joins(&mut hub, bob, "dev");
    by(&mut hub, bob, Body::Command(Command::Back));
    hub.survivors.handle_change(bob);
    assert!(hub.write_sessions());
    assert!(!hub.write_sessions());
}

/// The shards report it when the server stops, and nothing is in doubt then. What was done in the
/// rooms is told as a line.
#[test]
fn an_orderly_end_knows_what_each_peer_has_in_each_room() {
    for is_lost in [false, true] {
        let folder = Folder::new(&format!("orderly-{is_lost}"));
        let (mut hub, bob, ann) = bob_and_ann(&folder);
        let dev = hub.chat.room_called(&room("dev")).expect("a room");
        let seen = hub.numbers.last();
        let unseen = Unacknowledged {
            rooms: vec![(LOBBY, Seq(2)), (dev, seen)],
            skipped: 4,
            ..Unacknowledged::default()
        };
        let report = Body::Unseen {
            unseen: Box::new(unseen.clone()),
            is_final: true,
        };
        by(&mut hub, ann, report);
        if is_lost {
            quits(&mut hub, ann, QuitReason::Lost);
        }
        raises_ann(&mut hub, bob);
        hub.finish(NOW);
        hub.write_all_sessions(NOW);
        drop(hub);
        let hub = folder.hub();
        let mut known = hub.lost.unseen(ann).expect("a session").clone();
        let told = std::mem::take(&mut known.private);
        assert_eq!(told.len(), 1);
        assert_eq!(known, unseen);
        let of_bob = hub.lost.unseen(bob).expect("a session");
        assert_eq!(of_bob.doubted, None);
    }
}
