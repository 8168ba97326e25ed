//! Bans, mutes and bars of a name whose people connect from several addresses.

use chinwag_core::{
    Answer, Aside, Command, Fact, Mask, ModAction, Query, Rejection, RoomAct, RoomRejection,
};

use crate::attaching::{CLEAR, connect};
use crate::governing::{DEV, bar, here, unbar};
use crate::world::{World, join, log_in_to, name, register, say};

/// Where ann is, under her name and as jo.
const HOMES: [&str; 4] = ["192.0.2.13", "192.0.2.14", "2001:db8:0:1::5", "192.0.2.15"];

/// A stranger at each of these, and one who is elsewhere.
const NEAR: [&str; 5] = [
    "192.0.2.13",
    "192.0.2.14",
    "2001:db8:0:1::9",
    "192.0.2.15",
    "192.0.2.16",
];

/// Lee operates, bob moderates #dev, and ann is on three connections, and on one as jo.
fn world() -> World {
    let mut world = World::with(&["lee", "bob", "ann"]);
    world.by("bob", join("dev")).expect("bob is in #dev");
    world.by("ann", register("ann")).expect("registered");
    world.quit("ann");
    for (address, nick) in HOMES.into_iter().zip(["ann", "ann", "ann", "jo"]) {
        let (_, facts) = connect(&mut world, (address, CLEAR), (nick, "ann"));
        facts.expect("connected");
    }
    world
}

fn ban(whom: &str) -> Command {
    Command::Ban {
        mask: Mask::parse(whom).expect("a mask"),
        cover_address: true,
        time: None,
        why: None,
    }
}

fn mute(whom: &str) -> Command {
    Command::Mute {
        name: whom.into(),
        time: None,
        why: None,
    }
}

/// The masks of what operators do, and what they are told beside.
fn given(facts: &[Fact]) -> Vec<(String, Option<Aside>)> {
    let all = facts.iter().filter_map(|fact| match fact {
        Fact::Moderated(entry) => Some(entry),
        _ => None,
    });
    let all = all.map(|entry| match &entry.act {
        ModAction::Ban(given) | ModAction::Mute(given) => {
            (given.mask.to_string(), entry.aside.clone())
        }
        act => panic!("{act:?}"),
    });
    all.collect()
}

fn masks(facts: &[Fact]) -> Vec<String> {
    given(facts).into_iter().map(|(mask, _)| mask).collect()
}

const COVERED: [&str; 4] = [
    "ann (192.0.2.13)",
    "ann (192.0.2.14)",
    "ann (2001:db8:0:1::/64)",
    "ann (192.0.2.15)",
];

/// Which of the strangers `can` do something.
fn strangers(world: &mut World, can: fn(&mut World, &str, &str) -> bool) -> [bool; 5] {
    let who = ["ed", "flo", "gil", "hal", "ian"];
    core::array::from_fn(|n| can(world, NEAR[n], who[n]))
}

fn gets_in(world: &mut World, address: &str, who: &str) -> bool {
    match world.arrive_from(address, who) {
        Ok(_) => {
            world.quit(who);
            true
        }
        Err(Rejection::Banned { .. }) => false,
        Err(other) => panic!("{other:?}"),
    }
}

fn is_heard(world: &mut World, address: &str, who: &str) -> bool {
    match world.arrive_from(address, who) {
        Ok(_) => {}
        Err(Rejection::MutedArrival { .. }) => return false,
        Err(other) => panic!("{other:?}"),
    }
    let said = world.by(who, say("hello"));
    world.quit(who);
    said.is_ok()
}

fn joins(world: &mut World, address: &str, who: &str) -> bool {
    world.arrive_from(address, who).expect("here");
    let joined = world.by(who, join("dev"));
    world.quit(who);
    joined.is_ok()
}

const ONLY_THE_LAST: [bool; 5] = [false, false, false, false, true];

#[test]
fn a_ban_covers_each_and_its_end_frees_each() {
    let mut world = world();
    let facts = world.by("lee", ban("ann")).expect("banned");
    assert_eq!(masks(&facts), COVERED);
    let quits = facts.iter().filter(|fact| matches!(fact, Fact::Quit(_)));
    assert_eq!(quits.count(), 2);
    assert_eq!(strangers(&mut world, gets_in), ONLY_THE_LAST);
    let unban = Command::Unban(Mask::of_name(name("ann")));
    let lifted = world.by("lee", unban).expect("lifted");
    assert_eq!(lifted.len(), COVERED.len());
    assert_eq!(strangers(&mut world, gets_in), [true; 5]);
    world.check();
    world.check_replay();
}

#[test]
fn a_ban_of_another_name_of_the_account_covers_each() {
    let mut world = world();
    let facts = world.by("lee", ban("jo")).expect("banned");
    let covered = ["jo (192.0.2.15)", COVERED[0], COVERED[1], COVERED[2]];
    assert_eq!(masks(&facts), covered);
    assert_eq!(strangers(&mut world, gets_in), ONLY_THE_LAST);
}

#[test]
fn so_does_one_of_an_account_whose_name_nobody_bears() {
    let mut world = world();
    for _ in 0..3 {
        world.quit("ann");
    }
    for command in [mute, ban] {
        let facts = world.by("lee", command("ann")).expect("done");
        assert_eq!(masks(&facts)[..], COVERED[3..]);
    }
    world.check_replay();
}

#[test]
fn one_whose_link_is_lost_is_covered_too() {
    let mut world = world();
    world.arrive_from("192.0.2.16", "joy").expect("here");
    world.by("joy", log_in_to("ann", "ann")).expect("logged in");
    world.lose("joy");
    let facts = world.by("lee", ban("ann")).expect("banned");
    let masks = masks(&facts);
    assert_eq!(masks[..4], COVERED);
    assert_eq!(masks[4..], ["ann (192.0.2.16)"]);
}

#[test]
fn a_mute_covers_each_and_its_end_frees_each() {
    let mut world = world();
    let facts = world.by("lee", mute("ann")).expect("muted");
    assert_eq!(masks(&facts), COVERED);
    let told = facts.iter().filter(|fact| {
        let ann = world.person("ann");
        fact.people().any(|person| person == ann)
    });
    assert_eq!(told.count(), 1);
    assert_eq!(strangers(&mut world, is_heard), ONLY_THE_LAST);
    let unmute = Command::Unmute(name("ann"));
    world.by("lee", unmute).expect("lifted");
    assert_eq!(strangers(&mut world, is_heard), [true; 5]);
    // Under a name that is not the account's, the others of that name elsewhere may speak.
    let facts = world.by("lee", mute("jo")).expect("muted");
    let covered = ["192.0.2.15 (jo)", COVERED[0], COVERED[1], COVERED[2]];
    assert_eq!(masks(&facts), covered);
    assert_eq!(strangers(&mut world, is_heard), ONLY_THE_LAST);
    world.check();
    world.check_replay();
}

/// The bars or mutes of a room that are told to who gives them.
fn told(facts: &[Fact]) -> usize {
    let told = facts.iter().filter(|fact| match fact {
        Fact::RoomChanged(change) => {
            let is_given = matches!(change.act, RoomAct::Bar(_) | RoomAct::Mute(_));
            is_given && change.actor.is_some()
        }
        _ => false,
    });
    told.count()
}

#[test]
fn so_do_the_bars_and_mutes_of_a_room_of_which_a_moderator_is_told_once() {
    let mut world = world();
    let mute = Command::MuteIn {
        room: here(),
        name: "ann".into(),
        time: None,
        why: None,
    };
    for (command, restricted) in [(mute, 0), (bar("ann"), COVERED.len())] {
        let facts = world.by("bob", command).expect("done");
        assert_eq!(told(&facts), 1, "{facts:?}");
        for (who, shown) in [("bob", 1), ("lee", COVERED.len())] {
            let answer = world
                .chat
                .answer(world.caller(who), Query::Bars(here()), world.now);
            let Ok(Answer::Bars { bars, mutes, .. }) = answer else {
                panic!("{answer:?}");
            };
            assert_eq!(mutes.len(), shown);
            assert_eq!(bars.len(), shown.min(restricted));
        }
    }
    assert_eq!(strangers(&mut world, joins), ONLY_THE_LAST);
    world.by("bob", unbar("ann")).expect("lifted");
    assert_eq!(strangers(&mut world, joins), [true; 5]);
    world.check();
    world.check_replay();
}

#[test]
fn what_others_share_is_spared_and_told() {
    let mut world = world();
    world.arrive_from("192.0.2.14", "kid").expect("here");
    world.arrive_from("192.0.2.15", "pal").expect("here");
    let facts = world.by("lee", ban("ann")).expect("banned");
    let given = given(&facts);
    assert_eq!(masks(&facts), [COVERED[0], COVERED[2]]);
    let [(_, Some(Aside::Spared(spared))), (_, None)] = &given[..] else {
        panic!("{given:?}");
    };
    let spared = spared.iter().map(|s| (s.net.to_string(), s.others));
    let spared: Vec<_> = spared.collect();
    let expected = [("192.0.2.14/32", 1), ("192.0.2.15/32", 1)];
    assert_eq!(spared, expected.map(|(net, others)| (net.into(), others)));
    for who in ["kid", "pal"] {
        world.by(who, say("hello")).expect("heard");
    }
    assert_eq!(
        strangers(&mut world, gets_in),
        [false, true, false, true, true]
    );
}

#[test]
fn the_list_of_a_room_has_space_for_all_or_none_is_set() {
    let mut world = world();
    for n in 0..97 {
        let facts = world.by("bob", bar(&format!("name{n}")));
        facts.expect("barred");
    }
    let full = Rejection::Of(crate::world::room("dev"), RoomRejection::BarsFull);
    assert_eq!(world.by("bob", bar("ann")), Err(full));
    world.by("bob", unbar("name0")).expect("lifted");
    world.by("bob", bar("ann")).expect("barred");
    world.check();
    assert!(!world.chat.rooms_of(world.person("jo")).contains(&DEV));
}
