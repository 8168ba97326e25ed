//! Which rows of sessions, and which marks, are written or deleted, and when.

use super::*;
use crate::limits::SESSION_ROWS_MAX;

#[test]
fn what_is_missed_is_not_acknowledged_before_its_session_has_been_shown_it() {
    for is_told in [false, true] {
        let folder = Folder::new(if is_told { "told" } else { "missed" });
        let mut hub = folder.hub();
        let bob = arrives(&mut hub, 1, "bob");
        let ann = arrives(&mut hub, 2, "ann");
        acknowledges_all(&mut hub);
        write_sessions(&mut hub);
        let seen = hub.numbers.last();
        loses(&mut hub, bob, seen);
        says(&mut hub, ann, "one");
        acknowledges_all(&mut hub);
        write_sessions(&mut hub);
        resumes(&mut hub, 3, bob);
        hub.finish(NOW);
        let newest = hub.numbers.last();
        if is_told {
            acknowledges_all(&mut hub);
            write_sessions(&mut hub);
        }
        let expected = if is_told { newest } else { seen };
        assert_eq!(seen_after_kill(&folder, hub, bob), (expected, true));
    }
}

/// Its row says so, and is written no later than the mark that passes it. One of a crowd may have been
/// shown what came since its last row, as far as anybody knows after a kill.
#[test]
fn a_mark_does_not_pass_over_a_link_that_was_just_lost() {
    for others in [0, SESSION_ROWS_MAX as u64] {
        let folder = Folder::new(&format!("mark-{others}"));
        let mut hub = folder.hub();
        let bob = arrives(&mut hub, 1, "bob");
        let ann = arrives(&mut hub, 2, "ann");
        let crowd = 3..3 + others;
        let crowd: Vec<_> = crowd
            .map(|conn| arrives(&mut hub, conn, &format!("guest-{conn}")))
            .collect();
        acknowledges_all(&mut hub);
        write_sessions(&mut hub);
        let seen = hub.numbers.last();
        says(&mut hub, ann, "one");
        hub.finish(NOW);
        for person in crowd.into_iter().chain([bob]) {
            loses(&mut hub, person, seen);
        }
        acknowledges_all(&mut hub);
        let register = Command::Register {
            password_hash: "hash".into(),
            proof: None,
        };
        by(&mut hub, ann, Body::Command(register));
        // What accounts find again is written at once.
        hub.finish(NOW);
        assert_eq!(seen_after_kill(&folder, hub, bob), (seen, others > 0));
    }
}

/// More than two turns write.
const CROWD: usize = 2 * SESSION_ROWS_MAX + 9;

/// Guests in the lobby and another room, with their rows.
fn crowd(hub: &mut Hub) -> Vec<PersonId> {
    let conns = 1..=CROWD as u64;
    let crowd: Vec<_> = conns
        .map(|conn| arrives(hub, conn, &format!("guest-{conn}")))
        .collect();
    for person in &crowd {
        let room = RoomName::parse("dev").expect("a room");
        by(hub, *person, Body::Command(Command::Join(room)));
    }
    write_sessions(hub);
    crowd
}

#[test]
fn of_a_crowd_that_leaves_a_room_a_turn_writes_some_and_the_next_second_all() {
    for is_second in [false, true] {
        let folder = Folder::new(&format!("leaving-{is_second}"));
        let mut hub = folder.hub();
        let crowd = crowd(&mut hub);
        for person in &crowd {
            let (room, why) = (RoomName::parse("dev").expect("a room"), None);
            let room = RoomRef::Name(room);
            by(
                &mut hub,
                *person,
                Body::Command(Command::Leave { room, why }),
            );
        }
        hub.finish(NOW);
        while is_second && hub.write_sessions() {}
        drop(hub);
        let hub = folder.hub();
        let rooms = |person: &PersonId| hub.lost.unseen(*person).map(|unseen| unseen.rooms.len());
        let left = crowd.iter().filter(|person| rooms(person) == Some(1));
        let expected = if is_second { CROWD } else { SESSION_ROWS_MAX };
        assert_eq!(left.count(), expected);
    }
}

#[test]
fn of_a_crowd_that_quits_a_turn_deletes_some_rows_and_each_step_of_the_next_second_as_many() {
    let folder = Folder::new("quitting");
    let mut hub = folder.hub();
    for person in crowd(&mut hub) {
        let quit = Command::Quit(QuitReason::Quit(None));
        by(&mut hub, person, Body::Command(quit));
    }
    let rows = |hub: &mut Hub| hub.store.sessions(NOW).expect("a store").0.len();
    assert_eq!(rows(&mut hub), CROWD);
    hub.finish(NOW);
    assert_eq!(rows(&mut hub), CROWD - SESSION_ROWS_MAX);
    assert!(hub.write_sessions(), "there are more");
    assert_eq!(rows(&mut hub), 9);
    assert!(!hub.write_sessions(), "that is all");
    assert_eq!(rows(&mut hub), 0);
}

/// Who comes and goes within the second would cost a commit for each step.
#[test]
fn a_session_without_a_row_gets_none_for_coming_and_going() {
    let folder = Folder::new("visit");
    let mut hub = folder.hub();
    // She is the operator and founds the room.
    let ann = arrives(&mut hub, 1, "ann");
    let dev = || RoomName::parse("dev").expect("a room");
    by(&mut hub, ann, Body::Command(Command::Join(dev())));
    hub.finish(NOW);
    let rows = |hub: &mut Hub| hub.store.sessions(NOW).expect("a store").0.len();
    assert_eq!(rows(&mut hub), 1);
    let bob = arrives(&mut hub, 2, "bob");
    let (room, why) = (RoomRef::Name(dev()), None);
    for command in [
        Command::Join(dev()),
        Command::Leave { room, why },
        Command::Quit(QuitReason::Quit(None)),
    ] {
        hub.finish(NOW);
        by(&mut hub, bob, Body::Command(command));
        hub.finish(NOW);
        assert_eq!(rows(&mut hub), 1);
    }
    assert!(!hub.write_sessions());
    assert_eq!(rows(&mut hub), 1);
}

#[test]
fn who_is_behind_is_shown_what_it_lacks_and_the_others_are_not() {
    let folder = Folder::new("behind");
    let mut hub = folder.hub();
    let bob = arrives(&mut hub, 1, "bob");
    let ann = arrives(&mut hub, 2, "ann");
    let seen = hub.numbers.last();
    says(&mut hub, ann, "one");
    hub.finish(NOW);
    let newest = hub.numbers.last();
    let body = Body::Acknowledged {
        shard: 0,
        up_to: newest,
        behind: [(bob, seen)].into(),
    };
    ask(&mut hub, Caller::Server, body);
    write_sessions(&mut hub);
    drop(hub);
    let hub = folder.hub();
    let rooms = |person| hub.lost.unseen(person).map(|unseen| unseen.rooms.clone());
    assert_eq!(rooms(bob), Some(vec![(LOBBY, seen)]));
    assert_eq!(rooms(ann), Some(vec![(LOBBY, newest)]));
}
