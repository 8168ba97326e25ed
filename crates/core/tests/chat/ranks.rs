//! Ranks of a room, its settings and its name, as its moderators change them.

use chinwag_core::{
    Answer, Command, Held, LOBBY, Query, Rejection, RoomRef, RoomRejection, RoomSetting, Standing,
};

use crate::governing::{bar, dev, give, here, info, of, set, take};
use crate::world::{World, join, leave, name, register, room};

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
