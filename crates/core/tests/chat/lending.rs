//! What somebody may do in a room by a right that ends with a visit, whom moderators may bar, and who is told.

use chinwag_core::{
    Answer, Command, Duration, Fact, Listed, MaskKind, Matched, Query, QuitReason, Rejection,
    RoomAct, RoomChange, RoomRejection, RoomSetting, Standing,
};

use crate::governing::{bar, dev, give, here, info, of, set, take};
use crate::world::{World, arrive_with, join, name, register, room, text};

/// Op operates and has a registered name, as ann has who owns `#dev`, and bob, who is in it. Xavi is a guest there
/// whom op has made an operator for the visit, and xen a registered name of somebody who is inside.
fn lent() -> World {
    let mut world = World::with(&["op", "ann", "bob", "xavi", "xen"]);
    for who in ["op", "ann", "bob", "xen"] {
        world.by(who, register(who)).expect("registered");
    }
    for who in ["ann", "bob", "xavi", "xen"] {
        world.by(who, join("dev")).expect("joined");
    }
    world.by("op", Command::Op("xavi".into())).expect("lent");
    world
}

fn standing_at_next_visit(world: &mut World, who: &str) -> Option<Standing> {
    world.quit(who);
    arrive_with(world, who, who).expect("here");
    info(world, who).standing
}

#[test]
fn who_is_an_operator_for_a_visit_gives_standings_for_a_visit() {
    for standing in [Standing::Voice, Standing::Moderator] {
        for moderates_itself in [false, true] {
            let mut world = lent();
            if moderates_itself {
                world
                    .by("xavi", give("xavi", Standing::Moderator))
                    .expect("given");
            }
            world.by("xavi", give("xen", standing)).expect("given");
            assert_eq!(info(&world, "xen").standing, Some(standing));
            assert_eq!(standing_at_next_visit(&mut world, "xen"), None);
            world.check_replay();
        }
    }
    let mut world = lent();
    world
        .by("ann", set(RoomSetting::Closed(true)))
        .expect("closed");
    world.quit("xen");
    let invite = || give("xen", Standing::Invited);
    let absent = Err(Rejection::NotConnected(name("xen")));
    assert_eq!(world.by("xavi", invite()), absent);
    arrive_with(&mut world, "xen", "xen").expect("here");
    world.by("xavi", invite()).expect("invited");
    world.by("xen", join("dev")).expect("let in, once");
    assert_eq!(standing_at_next_visit(&mut world, "xen"), None);
}

#[test]
fn whom_a_visiting_operator_made_a_moderator_gives_no_more_either() {
    let mut world = lent();
    world.arrive("gus").expect("here");
    world.by("gus", join("dev")).expect("joined");
    world
        .by("xavi", give("gus", Standing::Moderator))
        .expect("given");
    world
        .by("gus", give("xen", Standing::Moderator))
        .expect("given");
    assert_eq!(standing_at_next_visit(&mut world, "xen"), None);
    // Ann's own right lasts.
    world
        .by("ann", give("xen", Standing::Invited))
        .expect("given");
    let standing = standing_at_next_visit(&mut world, "xen");
    assert_eq!(standing, Some(Standing::Invited));
}

#[test]
fn a_visiting_operator_takes_nothing_that_lasts() {
    let mut world = lent();
    for (who, standing) in [("bob", Standing::Moderator), ("xen", Standing::Voice)] {
        world.by("ann", give(who, standing)).expect("given");
    }
    world
        .by("xavi", give("xavi", Standing::Moderator))
        .expect("given");
    let mask = |on| Command::SetMask {
        room: here(),
        kind: MaskKind::Invitation,
        matched: Matched::parse("a:xen"),
        on,
    };
    let mute = Command::MuteIn {
        room: here(),
        name: "bob".into(),
        time: None,
        why: None,
    };
    let rename = Command::RenameRoom {
        room: here(),
        new: room("den"),
        why: None,
    };
    world.by("ann", mask(true)).expect("set");
    for command in [
        take("ann", Standing::Moderator),
        take("bob", Standing::Moderator),
        take("xen", Standing::Voice),
        set(RoomSetting::Hidden(true)),
        mask(true),
        mask(false),
        mute,
        rename,
        bar("bob"),
        Command::EndRoom(room("dev")),
        Command::EndAccount(name("ann")),
    ] {
        let refused = world.by("xavi", command.clone());
        assert_eq!(refused, Err(Rejection::OutlastsVisit), "{command:?}");
    }
    // What does not last it may do, and put people out.
    let eject = |who: &str| Command::Eject {
        room: here(),
        name: who.into(),
        why: None,
    };
    let owner = of(RoomRejection::TargetGoverns(name("ann"), Standing::Owner));
    assert_eq!(world.by("xavi", eject("ann")), Err(owner));
    world.by("xavi", eject("bob")).expect("put out");
    world.by("bob", join("dev")).expect("inside again");
    assert_eq!(info(&world, "bob").standing, Some(Standing::Moderator));
    // Op's right lasts, and so does what op does.
    world
        .by("op", take("ann", Standing::Moderator))
        .expect("taken");
    world
        .by("op", Command::EndAccount(name("ann")))
        .expect("ended");
    world.check_replay();
}

#[test]
fn a_moderator_learns_no_address_by_bars() {
    let mut world = dev();
    for mask in ["192.0.2.0/24", "192.0.2.12", "10.0.0.0/8", "2000::/3"] {
        let refused = world.by("ann", bar(mask));
        assert_eq!(refused, Err(of(RoomRejection::AddressBar)), "{mask}");
    }
    // The address of who is barred by name is covered, and cannot be guessed at.
    world.by("ann", bar("bob")).expect("barred");
    let unbar = |mask: &str| Command::Unbar {
        room: here(),
        listed: Listed::parse(mask).expect("a mask"),
    };
    for guess in [
        "192.0.2.12",
        "192.0.2.13",
        "bob (192.0.2.12)",
        "bob (192.0.2.13)",
    ] {
        let refused = world.by("ann", unbar(guess));
        assert_eq!(refused, Err(of(RoomRejection::AddressBar)), "{guess}");
    }
    world
        .by("bob", Command::Quit(QuitReason::Quit(None)))
        .expect("gone");
    world.arrive_from("192.0.2.12", "rob").expect("here");
    assert!(world.by("rob", join("dev")).is_err(), "the same address");
    world.by("ann", unbar("bob")).expect("may enter");
    world.by("rob", join("dev")).expect("let in");
    world
        .by("op", bar("192.0.2.12/32"))
        .expect("an operator may");
    // Nor does she lift what she does not see, in any form.
    let seen = |world: &World, who| {
        let bars = Query::Bars(here());
        match world.chat.answer(world.caller(who), bars, world.now) {
            Ok(Answer::Bars { bars, unseen, .. }) => (bars.len(), unseen),
            other => panic!("{other:?}"),
        }
    };
    let as_entry = unbar("*!*@192.0.2.12/32");
    let refused = world.by("ann", as_entry.clone());
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!((seen(&world, "ann"), seen(&world, "op")), ((0, 1), (1, 0)));
    world.by("op", as_entry).expect("lifted");
    assert_eq!(seen(&world, "op"), (0, 0));
}

/// People are shown by cloaks, so no mask has an address to match.
#[test]
fn a_mask_of_an_address_is_an_operators_bar() {
    let mut world = dev();
    let set = |kind, typed: &str, on| Command::SetMask {
        room: here(),
        kind,
        matched: Matched::parse(typed),
        on,
    };
    let ban = |typed, on| set(MaskKind::Ban, typed, on);
    for host in ["*!*@192.0.2.12", "*!*@192.0.2.0/24", "*!*@2001:db8::/32"] {
        let refused = world.by("ann", ban(host, true));
        assert_eq!(refused, Err(of(RoomRejection::AddressBar)), "{host}");
        for kind in [
            MaskKind::Mute,
            MaskKind::Exception,
            MaskKind::MuteException,
            MaskKind::Invitation,
        ] {
            let refused = world.by("op", set(kind, host, true));
            assert_eq!(refused, Err(of(RoomRejection::AddressMask)), "{host}");
        }
    }
    let refused = world.by("op", ban("bob!*@192.0.2.12", true));
    assert_eq!(refused, Err(of(RoomRejection::AddressMask)));
    let address = "*!*@192.0.2.12";
    world.by("op", ban(address, true)).expect("barred");
    assert!(
        world.by("bob", join("dev")).is_err(),
        "put out and kept out"
    );
    world.by("op", ban(address, false)).expect("lifted");
    world.by("bob", join("dev")).expect("let in");
    world.check_replay();
}

/// Nobody could give it back to her.
#[test]
fn an_owner_does_not_give_the_room_away_by_mistake() {
    let mut world = dev();
    world.by("ann", register("of ann")).expect("registered");
    let own = take("ann", Standing::Moderator);
    assert_eq!(
        world.by("ann", own.clone()),
        Err(of(RoomRejection::OwnRoom))
    );
    assert_eq!(info(&world, "ann").standing, Some(Standing::Owner));
    world.by("op", own).expect("an operator may");
}

#[test]
fn nobody_bars_a_server_operator() {
    let mut world = dev();
    let operates = Err(of(RoomRejection::TargetOperates(name("op"))));
    assert_eq!(world.by("ann", bar("op")), operates);
    world.by("op", register("op")).expect("registered");
    world.quit("op");
    assert_eq!(world.by("ann", bar("op")), operates);
}

#[test]
fn who_is_not_encrypted_does_not_say_whether_a_room_is() {
    let mut world = dev();
    let refused = Err(of(RoomRejection::SetInClear));
    let on = || set(RoomSetting::Encrypted(true));
    assert_eq!(world.by("ann", on()), refused);
    world.encrypt("ann");
    world.by("ann", on()).expect("set");
    // Bob was inside before.
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("given");
    for who in ["bob", "op"] {
        let off = set(RoomSetting::Encrypted(false));
        assert_eq!(world.by(who, off), refused, "{who}");
    }
    world
        .by("ann", set(RoomSetting::Encrypted(false)))
        .expect("set");
}

fn change(facts: &[Fact]) -> &RoomChange {
    let change = facts.iter().find_map(|fact| match fact {
        Fact::RoomChanged(change) => Some(&**change),
        _ => None,
    });
    change.expect("a change")
}

#[test]
fn moderators_words_do_not_reach_those_who_did_not_ask_for_them() {
    let mute = |whom: &str| Command::MuteIn {
        room: here(),
        name: whom.into(),
        time: None,
        why: Some(text("buy pills")),
    };
    let mut world = dev();
    let facts = world.by("ann", mute("cy")).expect("muted");
    assert!(matches!(change(&facts).act, RoomAct::Mute(_)));
    assert_eq!(change(&facts).told, None, "cy was never in the room");
    let facts = world.by("ann", mute("bob")).expect("muted");
    assert_eq!(change(&facts).told, Some(world.person("bob")));
    let ignore = Command::Ignore {
        name: name("ann"),
        account: None,
        on: true,
    };
    world.by("bob", ignore.clone()).expect("ignored");
    let facts = world.by("ann", mute("bob")).expect("muted");
    assert_eq!(change(&facts).told, None);
    // An operator tells everybody whom it concerns.
    for who in ["bob", "cy"] {
        let facts = world.by("op", mute(who)).expect("muted");
        assert_eq!(change(&facts).told, Some(world.person(who)));
    }
    // Outside, one who has a standing is told that once in a while.
    world.by("cy", register("cy")).expect("registered");
    for (told, standing) in [
        (true, give("cy", Standing::Voice)),
        (true, take("cy", Standing::Voice)),
        (false, give("cy", Standing::Voice)),
        (false, take("cy", Standing::Voice)),
    ] {
        let facts = world.by("ann", standing).expect("done");
        let cy = told.then(|| world.person("cy"));
        assert_eq!(change(&facts).told, cy);
    }
    world.by("cy", ignore).expect("ignored");
    world.pass(Duration::from_secs(3600));
    let facts = world.by("ann", give("cy", Standing::Voice)).expect("given");
    assert_eq!(change(&facts).told, None);
}
