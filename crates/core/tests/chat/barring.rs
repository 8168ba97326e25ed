//! What a bar of a name takes from one who is not inside, and how bars and mutes follow a person.

use chinwag_core::{Command, Listed, RoomRef, RoomRejection, Standing};

use crate::governing::{DEV, bar, dev, give, of, take, unbar};
use crate::world::{World, arrive_with, join, leave, name, register, rename, say_in};

/// Ann bars a name: nothing is left to take from its bearer.
fn check_takes(world: &mut World, (barred, bearer): (&str, &str), standing: Standing) {
    world.by("ann", bar(barred)).expect("barred");
    let nothing = of(RoomRejection::StandsNot(name(bearer), standing));
    assert_eq!(world.by("ann", take(bearer, standing)), Err(nothing));
    world.check();
    world.check_replay();
}

/// Cy, with a registered name, is outside of `#dev`, and is invited.
fn invited() -> World {
    let mut world = dev();
    world.by("cy", register("of cy")).expect("registered");
    world
        .by("ann", give("cy", Standing::Invited))
        .expect("invited");
    world
}

#[test]
fn the_invitation_of_one_who_is_absent_is_taken() {
    let mut world = invited();
    world.quit("cy");
    check_takes(&mut world, ("cy", "cy"), Standing::Invited);
}

#[test]
fn the_invitation_of_one_whose_link_is_lost_is_taken() {
    let mut world = invited();
    world.by("cy", join("dev")).expect("joined");
    let code = world.lose("cy");
    check_takes(&mut world, ("cy", "cy"), Standing::Invited);
    world.resume(code).expect("back");
    assert!(!world.chat.rooms_of(world.person("cy")).contains(&DEV));
}

#[test]
fn the_invitation_of_one_who_is_elsewhere_under_another_name_is_taken() {
    let mut world = invited();
    world.by("cy", rename("cyril")).expect("renamed");
    check_takes(&mut world, ("cyril", "cyril"), Standing::Invited);
    let mut world = invited();
    world.by("cy", rename("cyril")).expect("renamed");
    check_takes(&mut world, ("cy", "cy"), Standing::Invited);
}

#[test]
fn a_guests_invitation_is_taken() {
    let mut world = dev();
    world
        .by("ann", give("cy", Standing::Invited))
        .expect("invited");
    check_takes(&mut world, ("cy", "cy"), Standing::Invited);
}

/// With the rank of a moderator it would come in all the same.
#[test]
fn the_rank_of_a_guest_whose_link_is_lost_is_taken() {
    let mut world = dev();
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("given");
    let code = world.lose("bob");
    check_takes(&mut world, ("bob", "bob"), Standing::Moderator);
    world.resume(code).expect("back");
    assert!(!world.chat.rooms_of(world.person("bob")).contains(&DEV));
}

#[test]
fn the_voice_of_one_who_is_absent_is_taken() {
    let mut world = invited();
    world.by("cy", join("dev")).expect("joined");
    world.by("ann", give("cy", Standing::Voice)).expect("given");
    world.by("cy", leave("dev")).expect("left");
    world.quit("cy");
    check_takes(&mut world, ("cy", "cy"), Standing::Voice);
    arrive_with(&mut world, "cy", "of cy").expect("back");
    assert!(world.by("cy", join("dev")).is_err());
}

/// Two guests behind one address, so that a bar or a mute covers the name alone.
fn class() -> World {
    let mut world = dev();
    for who in ["tom", "zoe"] {
        world.arrive_from("192.0.2.77", who).expect("arrived");
        world.by(who, join("dev")).expect("joined");
    }
    world
}

fn barred(world: &mut World, who: &str) -> bool {
    let refused = of(RoomRejection::Barred {
        until: None,
        why: None,
    });
    let answer = world.by(who, join("dev"));
    assert!(answer.is_ok() || answer == Err(refused), "{answer:?}");
    answer.is_err()
}

fn mute(whom: &str) -> Command {
    Command::MuteIn {
        room: RoomRef::Id(DEV),
        name: whom.into(),
        time: None,
        why: None,
    }
}

#[test]
fn a_bar_follows_a_guest_to_another_name() {
    let mut world = class();
    world.by("ann", bar("tom")).expect("barred");
    world.by("tom", rename("mike")).expect("renamed");
    assert!(barred(&mut world, "mike"));
    world.check();
    assert!(world.by("mike", say_in(DEV, "hi")).is_err());
    // Also over a lost link, and where it is given anew.
    let code = world.lose("mike");
    world.by("ann", bar("tom")).expect("barred again");
    world.resume(code).expect("back");
    assert!(barred(&mut world, "mike"));
    // The others at the address are free, whatever their names.
    world.by("zoe", leave("dev")).expect("left");
    world.by("zoe", rename("zelda")).expect("renamed");
    assert!(!barred(&mut world, "zelda"));
    world.by("ann", unbar("tom")).expect("taken off");
    assert!(!barred(&mut world, "mike"));
    world.check();
    world.check_replay();
}

#[test]
fn a_bar_of_one_whose_link_is_lost_follows_it() {
    let mut world = class();
    let code = world.lose("tom");
    world.by("ann", bar("tom")).expect("barred");
    world.resume(code).expect("back");
    world.by("tom", rename("mike")).expect("renamed");
    assert!(barred(&mut world, "mike"));
    world.check();
    // It is also taken off by the name that it has now.
    world.by("ann", unbar("mike")).expect("taken off");
    assert!(!barred(&mut world, "mike"));
    world.check_replay();
}

#[test]
fn a_bar_of_an_account_follows_who_logs_out() {
    let mut world = class();
    world.by("tom", register("of tom")).expect("registered");
    world.by("tom", rename("mike")).expect("renamed");
    world.by("ann", bar("tom")).expect("barred");
    world.by("mike", Command::LogOut).expect("logged out");
    assert!(barred(&mut world, "mike"));
    world.check();
    world.check_replay();
}

#[test]
fn a_mute_of_a_room_follows_a_guest_who_leaves_it_to_change_name() {
    let mut world = class();
    world.by("ann", mute("tom")).expect("muted");
    let muted = of(RoomRejection::Muted { remaining: None });
    assert_eq!(world.by("tom", rename("mike")), Err(muted.clone()));
    world.by("tom", leave("dev")).expect("left");
    world.by("tom", rename("mike")).expect("renamed");
    world.by("mike", join("dev")).expect("joined");
    assert_eq!(world.by("mike", say_in(DEV, "hi")), Err(muted));
    // Who is made a moderator may speak, and goes on so when it is none again.
    world
        .by("ann", give("mike", Standing::Moderator))
        .expect("given");
    world
        .by("ann", take("mike", Standing::Moderator))
        .expect("taken");
    world.by("mike", say_in(DEV, "hi")).expect("heard");
    world.check();
    world.check_replay();
}

#[test]
fn a_mute_of_a_room_follows_a_guest_to_the_account_of_another_name() {
    let mut world = class();
    world.by("ann", mute("tom")).expect("muted");
    world.by("tom", leave("dev")).expect("left");
    world.by("tom", rename("mike")).expect("renamed");
    world.by("mike", join("dev")).expect("joined");
    world.by("mike", register("of mike")).expect("registered");
    world.quit("mike");
    arrive_with(&mut world, "mike", "of mike").expect("back");
    world.by("mike", join("dev")).expect("joined");
    let muted = of(RoomRejection::Muted { remaining: None });
    assert_eq!(world.by("mike", say_in(DEV, "hi")), Err(muted));
    world.check();
    world.check_replay();
}

#[test]
fn a_bar_of_an_account_is_taken_off_as_one() {
    let mut world = class();
    world.by("tom", register("of tom")).expect("registered");
    world.by("tom", rename("mike")).expect("renamed");
    world.by("ann", bar("account:tom")).expect("barred");
    assert!(barred(&mut world, "mike"));
    let unbar = Command::Unbar {
        room: RoomRef::Id(DEV),
        listed: Listed::parse("account:tom").expect("an account"),
    };
    world.by("ann", unbar).expect("taken off");
    assert!(!barred(&mut world, "mike"));
    world.check_replay();
}
