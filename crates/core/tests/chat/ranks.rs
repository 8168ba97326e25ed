//! Ranks of a room, its settings and its name, as its moderators change them.

use chinwag_core::{
    Answer, Command, Fact, Held, LOBBY, MaskKind, Matched, Proof, Query, Rejection, RoomAct,
    RoomId, RoomRef, RoomRejection, RoomSetting, Standing,
};

use crate::governing::{bar, dev, give, here, info, of, set, take};
use crate::world::{World, arrive_with, join, leave, name, register, rename, room, say_in};

#[test]
fn a_voice_lies_beneath_what_is_higher() {
    let mut world = dev();
    let held = |world: &World| {
        let query = Query::Whois("bob".into());
        match world.chat.answer(world.caller("op"), query, world.now) {
            Ok(Answer::Whois(profile)) => profile.held.iter().flatten().copied().next_back(),
            other => panic!("{other:?}"),
        }
    };
    let moderator = Held::from(Standing::Moderator);
    let voiced = Held {
        voiced: true,
        ..moderator
    };
    let already = of(RoomRejection::StandsAlready(name("bob"), Standing::Voice));
    let is_none = of(RoomRejection::StandsNot(name("bob"), Standing::Voice));
    for (command, left) in [
        (give("bob", Standing::Voice), Some(Standing::Voice.into())),
        (give("bob", Standing::Moderator), Some(voiced)),
        (
            take("bob", Standing::Moderator),
            Some(Standing::Voice.into()),
        ),
        (give("bob", Standing::Moderator), Some(voiced)),
        (take("bob", Standing::Voice), Some(moderator)),
        (give("bob", Standing::Voice), Some(voiced)),
    ] {
        world.by("ann", command).expect("done");
        assert_eq!(held(&world), left);
    }
    assert_eq!(world.by("ann", give("bob", Standing::Voice)), Err(already));
    for standing in [Standing::Voice, Standing::Moderator] {
        world.by("ann", take("bob", standing)).expect("taken");
    }
    assert_eq!(held(&world), None);
    assert_eq!(world.by("ann", take("bob", Standing::Voice)), Err(is_none));
    world.check_replay();
}

#[test]
fn a_moderator_who_is_barred_is_none() {
    let mut world = dev();
    world.by("bob", register("hash")).expect("registered");
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("done");
    // Outside, where the door would be open to a moderator.
    world.by("bob", leave("dev")).expect("left");
    world.by("ann", bar("bob")).expect("barred");
    assert!(matches!(
        world.by("bob", join("dev")),
        Err(Rejection::Of(_, RoomRejection::Barred { .. }))
    ));
    world.check_replay();
}

#[test]
fn settings_are_set_all_or_none() {
    let mut world = dev();
    let settings = |room| Command::SetRoom {
        room,
        settings: [RoomSetting::Moderated(true), RoomSetting::Closed(true)].into(),
    };
    world.by("ann", settings(here())).expect("set");
    let set = info(&world, "ann").settings;
    assert!(set.moderated && set.closed);
    world
        .by("op", settings(RoomRef::Id(LOBBY)))
        .expect_err("the lobby is open");
    let query = Query::RoomInfo(RoomRef::Id(LOBBY));
    let lobby = world.chat.answer(world.caller("op"), query, world.now);
    assert!(matches!(lobby, Ok(Answer::RoomInfo(info)) if !info.settings.moderated));
    world.check_replay();
}

#[test]
fn a_room_that_is_renamed_is_the_same() {
    let mut world = dev();
    let rename = |new: &str| Command::RenameRoom {
        room: here(),
        new: room(new),
        why: None,
    };
    world
        .by("ann", set(RoomSetting::Hidden(true)))
        .expect("set");
    world.by("cy", join("build")).expect("joined");
    let taken = |new| of(RoomRejection::NameTaken(room(new)));
    let needs = of(RoomRejection::NeedsModerator);
    assert_eq!(world.by("bob", rename("new")), Err(needs));
    assert_eq!(world.by("ann", rename("build")), Err(taken("build")));
    assert_eq!(world.by("ann", rename("dev")), Err(taken("dev")));
    assert!(matches!(
        world.by("ann", rename("bui1d")),
        Err(Rejection::RoomLooksLike { .. })
    ));
    // Written in another way, or so that it looks like what it was.
    world.by("ann", rename("DEV")).expect("renamed");
    world.by("ann", rename("dev1")).expect("renamed");
    world.by("ann", rename("devl")).expect("renamed");
    let told = info(&world, "bob");
    assert_eq!((told.room, told.settings.hidden), (room("devl"), true));
    assert_eq!(world.chat.room_called(&room("dev")), None);
    let stays = Rejection::Of(room("lobby"), RoomRejection::Stays);
    let lobby = Command::RenameRoom {
        room: RoomRef::Id(LOBBY),
        new: room("hall"),
        why: None,
    };
    assert_eq!(world.by("op", lobby), Err(stays));
    world.check_replay();
}

fn mute(whom: &str) -> Command {
    Command::MuteIn {
        room: here(),
        name: whom.into(),
        time: None,
        why: None,
    }
}

fn unmute(whom: &str) -> Command {
    Command::UnmuteIn {
        room: here(),
        name: name(whom),
    }
}

fn speak(world: &mut World, who: &str) -> Result<Vec<Fact>, Rejection> {
    let dev = match world.chat.room_called(&room("dev")) {
        Some(dev) => dev,
        None => RoomId(1),
    };
    world.by(who, say_in(dev, "hello"))
}

#[test]
fn a_moderator_who_is_muted_is_none_and_is_silent() {
    for registers in [false, true] {
        let mut world = dev();
        if registers {
            world.by("bob", register("hash")).expect("registered");
        }
        world
            .by("ann", give("bob", Standing::Moderator))
            .expect("done");
        let facts = world.by("ann", mute("bob")).expect("muted");
        let takes = |fact: &Fact| match fact {
            Fact::RoomChanged(change) => {
                matches!(change.act, RoomAct::Stand { standing: None, .. })
            }
            _ => false,
        };
        assert!(takes(&facts[0]), "{facts:?}");
        let muted = of(RoomRejection::Muted { remaining: None });
        assert_eq!(speak(&mut world, "bob"), Err(muted.clone()));
        let needs = of(RoomRejection::NeedsModerator);
        assert_eq!(world.by("bob", unmute("bob")), Err(needs));
        // Who is to moderate is to be heard.
        world
            .by("ann", give("bob", Standing::Voice))
            .expect("a voice");
        assert_eq!(speak(&mut world, "bob"), Err(muted));
        world
            .by("ann", give("bob", Standing::Moderator))
            .expect("done");
        speak(&mut world, "bob").expect("said");
        world
            .by("ann", take("bob", Standing::Moderator))
            .expect("taken");
        speak(&mut world, "bob").expect("the mute is gone");
        world.check();
        world.check_replay();
    }
}

#[test]
fn nobody_mutes_the_owner_of_a_room_in_it() {
    let mut world = dev();
    world.by("ann", register("hash")).expect("registered");
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("done");
    let owns = of(RoomRejection::TargetGoverns(name("ann"), Standing::Owner));
    for who in ["bob", "op"] {
        assert_eq!(world.by(who, mute("ann")), Err(owns.clone()));
    }
}

#[test]
fn a_mute_in_a_room_is_of_the_account_under_any_name() {
    let mut world = dev();
    world.by("bob", register("hash")).expect("registered");
    world.by("bob", rename("rob")).expect("renamed");
    world.by("ann", mute("rob")).expect("muted");
    world.by("rob", leave("dev")).expect("left");
    world.by("rob", rename("bob")).expect("renamed");
    world.by("bob", join("dev")).expect("joined");
    let muted = of(RoomRejection::Muted { remaining: None });
    assert_eq!(speak(&mut world, "bob"), Err(muted));
}

#[test]
fn a_mute_follows_a_guest_to_the_account_that_it_registers() {
    let mut world = dev();
    world.by("ann", mute("bob")).expect("muted");
    let on_server = Command::Mute {
        name: "cy".into(),
        time: None,
        why: None,
    };
    world.by("op", on_server).expect("muted");
    for who in ["bob", "cy"] {
        world
            .by(who, register(&format!("of {who}")))
            .expect("registered");
        world.quit(who);
        // From another address.
        arrive_with(&mut world, who, &format!("of {who}")).expect("back");
        world.by(who, join("dev")).expect("joined");
    }
    let muted = of(RoomRejection::Muted { remaining: None });
    assert_eq!(speak(&mut world, "bob"), Err(muted));
    let muted = Rejection::Muted { remaining: None };
    assert_eq!(speak(&mut world, "cy"), Err(muted));
    world.by("ann", unmute("bob")).expect("undone");
    world.by("op", Command::Unmute(name("cy"))).expect("undone");
    for who in ["bob", "cy"] {
        speak(&mut world, who).expect("said");
    }
    world.check();
    world.check_replay();
}

#[test]
fn an_account_that_ends_leaves_no_right_by_a_mask_to_the_next() {
    let mut world = dev();
    let masks = |world: &World, kind| {
        let query = Query::Masks { room: here(), kind };
        match world.chat.answer(world.caller("op"), query, world.now) {
            Ok(Answer::Masks { masks, .. }) => masks.len(),
            other => panic!("{other:?}"),
        }
    };
    let entries = [
        (MaskKind::Invitation, "a:bob"),
        (MaskKind::Invitation, "a:bo*"),
        (MaskKind::Exception, "a:BOB"),
        (MaskKind::MuteException, "a:bob"),
        (MaskKind::Ban, "a:bob"),
        (MaskKind::Mute, "a:bob"),
    ];
    for (kind, typed) in entries {
        let set = Command::SetMask {
            room: here(),
            kind,
            matched: Matched::parse(typed),
            on: true,
        };
        world.by("ann", set).expect("set");
    }
    world.by("bob", leave("dev")).expect("left");
    let end = Command::Unclaim {
        proof: Some(Proof("hash".into())),
    };
    for command in [end, Command::EndAccount(name("bob"))] {
        world.by("bob", register("hash")).expect("registered");
        let by = match command {
            Command::EndAccount(_) => "op",
            _ => "bob",
        };
        world.by(by, command).expect("ended");
        // The pattern names nobody, and what keeps out is no right that somebody could inherit.
        assert_eq!(masks(&world, MaskKind::Invitation), 1);
        assert_eq!(masks(&world, MaskKind::Exception), 0);
        assert_eq!(masks(&world, MaskKind::MuteException), 0);
        assert_eq!(masks(&world, MaskKind::Ban), 1);
        assert_eq!(masks(&world, MaskKind::Mute), 1);
        world.check();
        world.check_replay();
    }
}
