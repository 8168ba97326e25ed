//! What moderators and operators do to one whose link is lost: it is done at once, and the person finds it so.

use chinwag_core::{Command, Fact, LOBBY, Rejection, RoomAct, RoomRejection, Standing};

use crate::governing::{DEV, dev, eject, give, here, of, take};
use crate::world::{World, join, log_in_to, name, register, say, say_in};

fn mute_here(whom: &str) -> Command {
    Command::MuteIn {
        room: here(),
        name: whom.into(),
        time: None,
        why: None,
    }
}

/// The rooms that a person is in.
fn rooms(world: &World, who: &str) -> Vec<chinwag_core::RoomId> {
    world.chat.rooms_of(world.person(who)).to_vec()
}

#[test]
fn one_whose_link_is_lost_is_put_out_of_a_room() {
    for is_registered in [false, true] {
        let mut world = dev();
        if is_registered {
            world.by("bob", register("of bob")).expect("registered");
        }
        world.by("ann", give("bob", Standing::Voice)).expect("done");
        let bob = world.person("bob");
        let code = world.lose("bob");
        let facts = world.by("ann", eject("bob")).expect("put out");
        let [Fact::RoomChanged(change)] = &facts[..] else {
            panic!("{facts:?}");
        };
        assert_eq!((change.target, change.told), (Some(bob), Some(bob)));
        assert!(matches!(change.act, RoomAct::Eject { .. }));
        let outside = of(RoomRejection::TargetOutside(name("bob")));
        assert_eq!(world.by("ann", eject("bob")), Err(outside));
        world.check();
        world.resume(code).expect("back");
        assert_eq!(rooms(&world, "bob"), [LOBBY]);
        world.by("bob", join("dev")).expect("joined");
        let takes_voice = world.by("ann", take("bob", Standing::Voice));
        assert!(takes_voice.is_err(), "it is gone: {takes_voice:?}");
        world.check_replay();
    }
}

/// A room waits for those who were in it, and for nobody who was put out.
#[test]
fn who_was_put_out_while_its_link_was_lost_keeps_no_room_open() {
    let mut world = dev();
    let code = world.lose("bob");
    world.by("ann", eject("bob")).expect("put out");
    world.quit("ann");
    world.by("cy", join("dev")).expect("joined");
    world
        .by("cy", take("cy", Standing::Moderator))
        .expect("cy has made it anew");
    world.resume(code).expect("back");
    assert_eq!(rooms(&world, "bob"), [LOBBY]);
    world.check_replay();
}

#[test]
fn one_whose_link_is_lost_is_silenced_in_a_room_and_gets_and_loses_ranks() {
    let mut world = dev();
    let code = world.lose("bob");
    world.by("ann", mute_here("bob")).expect("muted");
    let visitor = world.visitor("192.0.2.12");
    world.act(visitor, Command::Resume(code)).expect("back");
    let muted = world.by("bob", say_in(DEV, "hello"));
    assert!(muted.is_err(), "{muted:?}");
    let code = world.lose("bob");
    // A mute does not silence moderators, and is lifted.
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("given");
    world.check();
    world.resume(code).expect("back");
    world.by("bob", say_in(DEV, "hello")).expect("said");
    world
        .by("bob", give("ann", Standing::Voice))
        .expect("it moderates");
    let code = world.lose("bob");
    world
        .by("ann", take("bob", Standing::Moderator))
        .expect("taken");
    world
        .by("ann", give("bob", Standing::Voice))
        .expect("given");
    world.check();
    world.resume(code).expect("back");
    world
        .by("ann", take("bob", Standing::Voice))
        .expect("it had one");
    let needs = of(RoomRejection::NeedsModerator);
    assert_eq!(world.by("bob", eject("ann")), Err(needs));
    world.check_replay();
}

/// What a guest is given for a visit that never goes on ends with the session.
#[test]
fn a_rank_that_waits_for_a_lost_session_ends_with_it() {
    let mut world = dev();
    world.lose("bob");
    world
        .by("ann", give("bob", Standing::Voice))
        .expect("given");
    world.pass(chinwag_core::Duration::from_mins(10));
    world.arrive("bob").expect("here");
    world.by("bob", join("dev")).expect("joined");
    let none = of(RoomRejection::StandsNot(name("bob"), Standing::Voice));
    assert_eq!(world.by("ann", take("bob", Standing::Voice)), Err(none));
    world.check_replay();
}

#[test]
fn a_moderator_leaves_alone_whom_it_must_though_the_link_is_lost() {
    let mut world = dev();
    world.by("op", join("dev")).expect("joined");
    world.lose("op");
    let operates = of(RoomRejection::TargetOperates(name("op")));
    for command in [eject("op"), mute_here("op")] {
        assert_eq!(world.by("ann", command), Err(operates.clone()));
    }
}

#[test]
fn one_whose_link_is_lost_comes_back_under_the_name_that_an_operator_has_given_it() {
    let mut world = dev();
    let code = world.lose("bob");
    let rename = Command::RenameOther {
        name: "bob".into(),
        new: name("rob"),
    };
    world.by("op", rename).expect("renamed");
    // The name is free, and the other is kept.
    world.arrive("bob").expect("here");
    let taken = world.arrive("rob");
    assert!(
        matches!(taken, Err(Rejection::NameKept { .. })),
        "{taken:?}"
    );
    world.check();
    world.resume(code).expect("back");
    assert_eq!(rooms(&world, "rob"), [LOBBY, DEV]);
    world.by("rob", say("hello")).expect("said");
    world.check_replay();
}

#[test]
fn all_who_are_logged_in_to_an_account_are_put_out_with_it() {
    for is_lost in [false, true] {
        let mut world = dev();
        world.by("bob", register("of bob")).expect("registered");
        world.by("cy", log_in_to("bob", "of bob")).expect("in");
        world.by("cy", join("dev")).expect("joined");
        let logins = [world.person("bob"), world.person("cy")];
        if is_lost {
            world.lose("bob");
        }
        let facts = world.by("ann", eject("account:bob")).expect("put out");
        let told = facts.iter().filter_map(|fact| match fact {
            Fact::RoomChanged(change) => change.told,
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), logins);
        world.check();
        // Of several the one inside is put out, and it is refused if none is.
        world.by("cy", join("dev")).expect("inside again");
        world.by("ann", eject("account:bob")).expect("put out");
        let refused = world.by("ann", eject("account:bob"));
        assert!(
            matches!(
                refused,
                Err(Rejection::Of(_, RoomRejection::TargetOutside(_)))
            ),
            "{refused:?}"
        );
        world.check_replay();
    }
}
