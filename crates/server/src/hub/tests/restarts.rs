//! What a session finds again after a restart.

use super::*;

#[test]
fn what_a_peer_has_not_got_and_whom_it_ignores_outlive_a_restart() {
    let folder = Folder::new("restart");
    let mut hub = folder.hub();
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

    let mut hub = folder.hub();
    assert_eq!(hub.lost.unseen(bob), Some(&unseen));
    let cy = arrives(&mut hub, 3, "cy");
    assert!(cy > ann, "nobody is given a number that stands for another");
}

#[test]
fn a_session_that_was_there_at_a_kill_can_be_resumed_as_long_as_any() {
    let folder = Folder::new("kill");
    let mut hub = folder.hub();
    let bob = arrives(&mut hub, 1, "bob");
    write_sessions(&mut hub);
    drop(hub);
    let hub = folder.hub();
    let session = hub.chat.kept_session(bob).expect("a session");
    assert_eq!(session.until, Some(NOW + hub.chat.resume_time()));
}

/// The first start forgets the room, and only the row of the session says then that it has ended: of one that was
/// there, and of one whose link was lost before.
#[test]
fn a_room_that_was_removed_is_not_opened_after_a_second_kill() {
    for is_lost in [false, true] {
        let folder = Folder::new(&format!("removed-{is_lost}"));
        let mut hub = folder.hub();
        let bob = arrives(&mut hub, 1, "bob");
        let dev = RoomName::parse("dev").expect("a room");
        by(&mut hub, bob, Body::Command(Command::Join(dev.clone())));
        write_sessions(&mut hub);
        if is_lost {
            by(
                &mut hub,
                bob,
                Body::Command(Command::Quit(QuitReason::Lost)),
            );
            hub.finish(NOW);
        }
        assert!(hub.chat.room_called(&dev).is_some());
        hub.act_for_shell(Command::EndRoom(dev.clone()), NOW)
            .expect("an end");
        hub.finish(NOW);
        for _ in 0..2 {
            drop(hub);
            hub = folder.hub();
        }
        assert!(hub.chat.room_called(&dev).is_none());
        assert_eq!(hub.lost.ended(bob).len(), 1, "{is_lost}");
    }
}

/// They name the person as it was called then, and only the row of the session says who that was.
#[test]
fn a_bar_and_a_mute_of_a_room_follow_a_session_over_a_kill() {
    let folder = Folder::new("followed");
    let mut hub = folder.hub();
    let ann = arrives(&mut hub, 1, "ann");
    let gus = arrives(&mut hub, 2, "gus");
    let named = |text: &str| RoomName::parse(text).expect("a room");
    let (barred, muted) = (named("dev"), named("ops"));
    for room in [&barred, &muted] {
        by(&mut hub, ann, Body::Command(Command::Join(room.clone())));
    }
    write_sessions(&mut hub);
    let bar = Command::Bar {
        room: RoomRef::Name(barred.clone()),
        mask: Mask::of_name(Name::parse("gus").expect("a name")),
        cover_address: false,
        time: None,
        why: None,
    };
    let mute = Command::MuteIn {
        room: RoomRef::Name(muted.clone()),
        name: "name:gus".to_owned(),
        time: None,
        why: None,
    };
    let rename = Command::Rename {
        name: Name::parse("gusx").expect("a name"),
        proof: None,
    };
    for (person, command) in [(ann, bar), (ann, mute), (gus, rename)] {
        by(&mut hub, person, Body::Command(command));
    }
    hub.finish(NOW);
    drop(hub);

    let mut hub = folder.hub();
    resumes(&mut hub, 3, gus);
    for room in [&barred, &muted] {
        by(&mut hub, gus, Body::Command(Command::Join(room.clone())));
    }
    let rooms = hub.chat.rooms_of(gus).iter();
    let rooms: Vec<_> = rooms.filter_map(|room| hub.chat.room_name(*room)).collect();
    assert!(
        !rooms.contains(&&barred) && rooms.contains(&&muted),
        "{rooms:?}"
    );
    let rights = hub.chat.kept_session(gus).expect("a session").rights;
    assert_eq!((rights.barred.len(), rights.muted_in.len()), (1, 1));
}

/// A shell on a stopped server ends it, and only the row of the session can say so to its person.
#[test]
fn the_end_of_an_account_at_a_stopped_server_is_told_to_who_resumes() {
    let folder = Folder::new("account-ended");
    let mut hub = folder.hub();
    let bob = arrives(&mut hub, 1, "bob");
    let claim = Command::Register {
        password_hash: "$argon2id$hash".into(),
        proof: None,
    };
    by(&mut hub, bob, Body::Command(claim));
    hub.finish(NOW);
    hub.write_all_sessions(NOW);
    drop(hub);

    let mut stopped = folder.hub();
    let remove = Command::EndAccount(Name::parse("bob").expect("a name"));
    stopped.act_for_shell(remove, NOW).expect("an end");
    drop(stopped);

    let mut hub = folder.hub();
    resumes(&mut hub, 2, bob);
    let shown = resumed(hub.finish(NOW)).pop().expect("an answer");
    let told = shown.unseen.private.iter();
    let told: Vec<_> = told
        .map(|(_, line)| String::from_utf8_lossy(line))
        .collect();
    assert_eq!(
        told,
        ["! The account bob has ended, and its names are free.\n"]
    );
}
