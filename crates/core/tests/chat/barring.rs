//! What a bar of a name takes from one who is not inside.

use chinwag_core::{RoomRejection, Standing};

use crate::governing::{DEV, bar, dev, give, of, take};
use crate::world::{World, arrive_with, join, leave, name, register, rename};

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
