//! Rooms with rules of their own.

use chinwag_core::{
    Answer, Caller, Command, Duration, Fact, FoundMessage, LOBBY, Listed, Mask, MaskKind, Matched,
    Query, QuitReason, Rejection, RoomAct, RoomId, RoomInfo, RoomPassword, RoomRef, RoomRejection,
    RoomSetting, Seq, Settings, Snapshot, Standing, StandingChange, Timestamp,
};

use crate::world::{World, join, leave, log_in_to, name, register, room, say_in, set_topic, text};

/// The first room that is made.
pub(super) const DEV: RoomId = RoomId(1);

pub(super) fn here() -> RoomRef {
    RoomRef::Id(DEV)
}

pub(super) fn set(setting: RoomSetting) -> Command {
    let room = here();
    let settings = [setting].into();
    Command::SetRoom { room, settings }
}

fn stand(whom: &str, change: StandingChange) -> Command {
    let (room, name) = (here(), whom.into());
    Command::Stand { room, name, change }
}

pub(super) fn give(whom: &str, standing: Standing) -> Command {
    stand(whom, StandingChange::Give(standing))
}

pub(super) fn take(whom: &str, standing: Standing) -> Command {
    stand(whom, StandingChange::Take(standing))
}

pub(super) fn eject(whom: &str) -> Command {
    let (room, name, why) = (here(), whom.into(), None);
    Command::Eject { room, name, why }
}

pub(super) fn bar(mask: &str) -> Command {
    Command::Bar {
        room: here(),
        mask: Mask::parse(mask).expect("a mask"),
        cover_address: true,
        time: None,
        why: None,
    }
}

pub(super) fn unbar(whom: &str) -> Command {
    Command::Unbar {
        room: RoomRef::Id(DEV),
        listed: Listed::Mask(Mask::parse(whom).expect("a mask")),
    }
}

pub(super) fn of(why: RoomRejection) -> Rejection {
    Rejection::Of(room("dev"), why)
}

fn word(text: &str) -> RoomPassword {
    RoomPassword::parse(text).expect("a word")
}

fn join_with(password: &str) -> Command {
    let (room, password) = (room("dev"), word(password));
    Command::JoinWith { room, password }
}

pub(super) fn info(world: &World, who: &str) -> RoomInfo {
    let query = Query::RoomInfo(here());
    match world.chat.answer(world.caller(who), query, world.now) {
        Ok(Answer::RoomInfo(info)) => *info,
        other => panic!("{other:?}"),
    }
}

/// op operates; ann has made `#dev` and bob is in it; cy is outside.
pub(super) fn dev() -> World {
    let mut world = World::with(&["op", "ann", "bob", "cy"]);
    for who in ["ann", "bob"] {
        world.by(who, join("dev")).expect("joined");
    }
    world
}

#[test]
fn who_makes_a_room_moderates_it_until_it_leaves() {
    let mut world = dev();
    let needs = of(RoomRejection::NeedsModerator);
    for command in [
        set(RoomSetting::Moderated(true)),
        give("cy", Standing::Voice),
        take("ann", Standing::Moderator),
        eject("ann"),
        bar("cy"),
    ] {
        assert_eq!(world.by("bob", command), Err(needs.clone()));
    }
    let outside = Rejection::NotInRoom(room("dev"));
    assert_eq!(world.by("cy", eject("bob")), Err(outside));
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("done");
    // One moderator puts out another, who is none when it comes back.
    world.by("bob", eject("ann")).expect("put out");
    world.by("ann", join("dev")).expect("joined");
    assert_eq!(world.by("ann", eject("bob")), Err(needs));
    world.check_replay();
}

#[test]
fn a_password_that_not_every_client_can_give_opens_no_room() {
    let mut world = dev();
    for typed in ["a,b", ",", ":a"] {
        let password = set(RoomSetting::Password(Some(word(typed))));
        let refused = of(RoomRejection::PasswordNotForAll);
        assert_eq!(world.by("ann", password), Err(refused), "{typed}");
    }
    let password = set(RoomSetting::Password(Some(word("a:b"))));
    world.by("ann", password).expect("set");
    world.by("cy", join_with("a:b")).expect("joined");
    world.check_replay();
}

#[test]
fn what_an_account_was_in_a_room_ends_with_it() {
    let mut world = dev();
    world.by("ann", register("hash")).expect("registered");
    assert_eq!(info(&world, "ann").standing, Some(Standing::Owner));
    let proof = Some(chinwag_core::Proof("hash".into()));
    world
        .by("ann", Command::Unclaim { proof })
        .expect("given up");
    assert_eq!(info(&world, "ann").standing, None);
    // The next to register the name has nothing of it.
    world.quit("ann");
    let visitor = world.visitor("192.0.2.99");
    let next = Command::LogIn {
        name: Some(name("ann")),
        proof: None,
        is_script: false,
        account: None,
        ident: None,
    };
    world.act(visitor, next).expect("logged in");
    world.by("ann", register("another")).expect("registered");
    world.by("ann", join("dev")).expect("joined");
    assert_eq!(info(&world, "ann").standing, None);
    world.check_replay();
}

#[test]
fn a_room_made_under_a_registered_name_is_its_owner_s() {
    let mut world = dev();
    // The founder registers later.
    world.by("ann", register("hash")).expect("registered");
    world.quit("ann");
    world.by("bob", leave("dev")).expect("left");
    let proof = chinwag_core::Proof("hash".into());
    let visitor = world.visitor("192.0.2.99");
    let back = Command::LogIn {
        name: Some(name("ann")),
        proof: Some(proof),
        is_script: false,
        account: None,
        ident: None,
    };
    world.act(visitor, back).expect("back");
    world.by("bob", join("dev")).expect("joined");
    world.by("ann", join("dev")).expect("joined");
    assert_eq!(info(&world, "ann").standing, Some(Standing::Owner));
    // Only an operator deposes it.
    world.by("op", join("dev")).expect("joined");
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("done");
    let owner = RoomRejection::TargetGoverns(name("ann"), Standing::Owner);
    let depose = || take("ann", Standing::Moderator);
    world.by("bob", depose()).expect_err("the owner's");
    assert_eq!(world.by("bob", eject("ann")), Err(of(owner)));
    world.by("op", depose()).expect("deposed");
    assert_eq!(info(&world, "ann").standing, None);
    world.check_replay();
}

#[test]
fn what_was_taken_from_a_lost_moderator_does_not_come_back() {
    let mut world = dev();
    world
        .by("ann", give("bob", Standing::Moderator))
        .expect("done");
    let code = world.lose("ann");
    world
        .by("bob", take("ann", Standing::Moderator))
        .expect("taken");
    world.resume(code).expect("back");
    assert_eq!(info(&world, "ann").standing, None);
    let code = world.lose("bob");
    world.resume(code).expect("back");
    assert_eq!(info(&world, "bob").standing, Some(Standing::Moderator));
    world.check_replay();
}

#[test]
fn a_closed_room_lets_the_invited_in() {
    let mut world = dev();
    world
        .by("ann", set(RoomSetting::Closed(true)))
        .expect("set");
    let closed = of(RoomRejection::Closed);
    assert_eq!(world.by("cy", join("dev")), Err(closed.clone()));
    world
        .by("ann", give("cy", Standing::Invited))
        .expect("done");
    world.by("cy", join("dev")).expect("joined");
    // A guest's invitation is used once.
    world.by("cy", leave("dev")).expect("left");
    assert_eq!(world.by("cy", join("dev")), Err(closed.clone()));
    // That of a registered name lasts until it is taken.
    world.by("cy", register("hash")).expect("registered");
    world
        .by("ann", give("cy", Standing::Invited))
        .expect("done");
    for _ in 0..2 {
        world.by("cy", join("dev")).expect("joined");
        world.by("cy", leave("dev")).expect("left");
    }
    world.by("cy", join("dev")).expect("joined");
    world.by("ann", eject("cy")).expect("ejected");
    assert_eq!(world.chat.rooms_of(world.person("cy")), [LOBBY]);
    assert_eq!(world.by("cy", join("dev")), Err(closed));
    world.by("op", join("dev")).expect("an operator enters");
    world.check_replay();
}

#[test]
fn whom_a_list_keeps_out_only_a_moderator_invites() {
    let mut world = dev();
    let ban = Command::SetMask {
        room: here(),
        kind: MaskKind::Ban,
        matched: Matched::parse("cy!*@*"),
        on: true,
    };
    world.by("ann", ban).expect("set");
    let moderators = of(RoomRejection::NeedsModerator);
    let invite = || give("cy", Standing::Invited);
    assert_eq!(world.by("bob", invite()).map(drop), Err(moderators));
    world.by("cy", join("dev")).expect_err("barred");
    world.by("ann", invite()).expect("invited");
    world.by("cy", join("dev")).expect("joined");
    world.check_replay();
}

#[test]
fn nobody_is_invited_past_a_bar() {
    let mut world = dev();
    let invite = || give("cy", Standing::Invited);
    let barred = of(RoomRejection::TargetBarred(name("cy")));
    world.by("ann", bar("cy")).expect("barred");
    assert_eq!(world.by("ann", invite()).map(drop), Err(barred.clone()));
    let moderators = of(RoomRejection::NeedsModerator);
    assert_eq!(world.by("bob", invite()).map(drop), Err(moderators));
    world.by("ann", unbar("cy")).expect("taken off");
    world.by("cy", register("of cy")).expect("registered");
    world.quit("cy");
    world.by("ann", bar("cy")).expect("barred");
    assert_eq!(world.by("ann", invite()).map(drop), Err(barred));
    world.by("ann", unbar("cy")).expect("taken off");
    world.by("ann", invite()).expect("invited");
    world.check_replay();
}

#[test]
fn what_is_set_already_is_refused_and_of_several_the_last_counts() {
    let mut world = dev();
    let on = RoomSetting::Closed;
    world.by("ann", set(on(true))).expect("closed");
    let already = of(RoomRejection::SetAlready);
    assert_eq!(world.by("ann", set(on(true))).map(drop), Err(already));
    let settings = [on(true), RoomSetting::Moderated(true), on(false)].into();
    let room = here();
    let facts = world.by("ann", Command::SetRoom { room, settings });
    let facts = facts.expect("set");
    assert!(
        matches!(&facts[..], [Fact::RoomChanged(change), ..] if matches!(
            &change.act,
            RoomAct::Set(settings) if **settings == [RoomSetting::Moderated(true), on(false)]
        )),
        "{facts:?}"
    );
    world.check_replay();
}

#[test]
fn a_person_who_is_invited_again_is_told_again_but_not_at_once() {
    let mut world = dev();
    world.by("cy", register("hash")).expect("registered");
    let invite = || give("cy", Standing::Invited);
    world.by("ann", invite()).expect("invited");
    let name = world.chat.room_name(DEV).cloned().expect("a room");
    let already = RoomRejection::StandsAlready(self::name("cy"), Standing::Invited);
    let already = Err(Rejection::Of(name, already));
    assert_eq!(world.by("ann", invite()).map(drop), already);
    world.pass(Duration::from_mins(6));
    let facts = world.by("ann", invite()).expect("invited again");
    let told = match &facts[..] {
        [Fact::RoomChanged(change)] => change.told,
        facts => panic!("{facts:?}"),
    };
    assert_eq!(told, Some(world.person("cy")));
    assert_eq!(world.by("ann", invite()).map(drop), already);
    world.check_replay();
}

#[test]
fn each_setting_keeps_out_whom_it_says() {
    let on = |setting| set(setting);
    for (setting, refusal) in [
        (
            RoomSetting::Limit(Some(2)),
            RoomRejection::Full { people_max: 2 },
        ),
        (RoomSetting::Registered(true), RoomRejection::RegisteredOnly),
        (RoomSetting::Encrypted(true), RoomRejection::EncryptedOnly),
        (
            RoomSetting::Password(Some(word("sesame"))),
            RoomRejection::NeedsPassword,
        ),
    ] {
        let mut world = dev();
        world.encrypt("ann");
        world.by("ann", on(setting)).expect("set");
        assert_eq!(world.by("cy", join("dev")), Err(of(refusal)));
        world.check();
    }
    let mut world = dev();
    let password = RoomSetting::Password(Some(word("sesame")));
    world.by("ann", on(password)).expect("set");
    let wrong = of(RoomRejection::WrongPassword);
    assert_eq!(world.by("cy", join_with("simsalabim")), Err(wrong));
    world.by("cy", join_with("sesame")).expect("joined");
    assert!(info(&world, "cy").settings.password.is_none());
    assert!(info(&world, "ann").settings.password.is_some());
    let open = Rejection::Of(room("lobby"), RoomRejection::LobbyIsOpen);
    let closed = Command::SetRoom {
        room: RoomRef::Id(LOBBY),
        settings: [RoomSetting::Closed(true)].into(),
    };
    assert_eq!(world.by("op", closed), Err(open));
}

#[test]
fn a_room_for_encrypted_connections_is_not_resumed_in_clear() {
    let mut world = dev();
    world.encrypt("ann");
    let Caller::Person { person, conn, .. } = world.caller("ann") else {
        unreachable!()
    };
    world
        .by("ann", set(RoomSetting::Encrypted(true)))
        .expect("set");
    let code = world.lose("ann");
    world.resume(code).expect("back");
    assert_eq!(world.chat.rooms_of(person), [LOBBY]);
    assert!(!world.chat.speaks_for(person, conn));
    world.check_replay();
}

#[test]
fn a_bar_keeps_out_and_puts_out() {
    let mut world = dev();
    world.by("ann", bar("bob")).expect("barred");
    assert_eq!(world.chat.rooms_of(world.person("bob")), [LOBBY]);
    let barred = of(RoomRejection::Barred {
        until: None,
        why: None,
    });
    assert_eq!(world.by("bob", join("dev")), Err(barred.clone()));
    // Another name from the same place, and the same name from another.
    let rename = crate::world::rename("rob");
    world.by("bob", rename).expect("renamed");
    assert_eq!(world.by("rob", join("dev")), Err(barred));
    // The moderator is told no address.
    let bars = Query::Bars(here());
    let told = |world: &World, who| {
        world
            .chat
            .answer(world.caller(who), bars.clone(), world.now)
    };
    let Ok(Answer::Bars { bars: listed, .. }) = told(&world, "ann") else {
        panic!("no list");
    };
    assert!(listed.iter().all(|bar| bar.mask.net.is_none()));
    let Ok(Answer::Bars { bars: listed, .. }) = told(&world, "op") else {
        panic!("no list");
    };
    assert!(listed.iter().any(|bar| bar.mask.net.is_some()));
    let mask = Mask::of_name(name("bob"));
    let unbar = Command::Unbar {
        room: here(),
        listed: Listed::Mask(mask),
    };
    world.by("ann", unbar).expect("undone");
    world.by("rob", join("dev")).expect("joined");
    world.check_replay();
}

#[test]
fn a_person_takes_no_name_that_its_room_bars() {
    let mut world = dev();
    world.by("ann", bar("name:troll")).expect("barred");
    let barred = of(RoomRejection::NameBarred(name("troll")));
    assert_eq!(world.by("bob", crate::world::rename("troll")), Err(barred));
}

#[test]
fn a_mute_here_is_one_of_this_room() {
    let mut world = dev();
    let mute = Command::MuteIn {
        room: here(),
        name: "bob".into(),
        time: Some(Duration::from_mins(10)),
        why: None,
    };
    world.by("ann", mute).expect("muted");
    let muted = of(RoomRejection::Muted {
        remaining: Some(Duration::from_mins(10)),
    });
    for command in [say_in(DEV, "hi"), set_topic(DEV, Some("hi"))] {
        assert_eq!(world.by("bob", command), Err(muted.clone()));
    }
    world
        .by("bob", say_in(LOBBY, "hi"))
        .expect("said elsewhere");
    world.pass(Duration::from_mins(10));
    world.by("bob", say_in(DEV, "hi")).expect("said");
}

#[test]
fn outsiders_speak_where_they_may() {
    let mut world = dev();
    let say_to = || Command::SayTo {
        room: room("dev"),
        text: text("hello"),
        manner: chinwag_core::Manner::Speech,
    };
    let refused = of(RoomRejection::NoOutsiders);
    assert_eq!(world.by("cy", say_to()), Err(refused));
    world
        .by("ann", set(RoomSetting::Outsiders(true)))
        .expect("set");
    world.by("cy", say_to()).expect("said");
    world
        .by("ann", set(RoomSetting::Moderated(true)))
        .expect("set");
    let moderated = Rejection::ReadOnly(room("dev"));
    assert_eq!(world.by("cy", say_to()), Err(moderated));
}

#[test]
fn an_abandoned_room_begins_anew() {
    for (setting, is_retired) in [
        (RoomSetting::Moderated(true), false),
        (RoomSetting::Hidden(true), true),
    ] {
        let mut world = dev();
        world.by("ann", set(setting)).expect("set");
        world.by("ann", say_in(DEV, "a secret")).expect("said");
        world.by("bob", leave("dev")).expect("left");
        world.by("ann", leave("dev")).expect("left");
        let facts = world.by("cy", join("dev")).expect("joined");
        let retires = |fact: &Fact| matches!(fact, Fact::RoomRetired { room } if *room == DEV);
        assert_eq!(facts.iter().any(retires), is_retired);
        let [.., now] = world.chat.rooms_of(world.person("cy")) else {
            panic!("cy is in no room");
        };
        assert_eq!(*now == DEV, !is_retired);
        let info = Query::RoomInfo(RoomRef::Id(*now));
        let Ok(Answer::RoomInfo(info)) = world.chat.answer(world.caller("cy"), info, world.now)
        else {
            panic!("no room");
        };
        assert_eq!(info.settings, chinwag_core::RoomSettings::default());
        assert_eq!(info.standing, Some(Standing::Moderator));
        let past = Query::Room(RoomRef::Id(DEV));
        let past = world.chat.answer(world.caller("cy"), past, world.now);
        assert_eq!(past.is_ok(), !is_retired, "the secret is told");
        world.check_replay();
    }
}

#[test]
fn nobody_uses_up_the_rooms_for_others() {
    let settings = Settings {
        rooms_made_max: 2,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    for (home, who) in [
        ("192.0.2.1", "op"),
        ("192.0.2.2", "ann"),
        ("192.0.2.2", "bob"),
        ("192.0.2.3", "cy"),
    ] {
        world.arrive_from(home, who).expect("here");
    }
    world.by("ann", join("one")).expect("joined");
    world.by("bob", join("two")).expect("joined");
    let full = Rejection::TooManyRoomsMade { rooms_max: 2 };
    assert_eq!(world.by("bob", join("three")), Err(full.clone()));
    world.by("bob", join("one")).expect("that is there");
    // Another account makes an address no more: it is where the rooms were made that counts.
    world.by("bob", register("hash")).expect("registered");
    assert_eq!(world.by("bob", join("three")), Err(full.clone()));
    world.by("cy", join("three")).expect("another address");
    // A room that closes counts no more.
    world.by("ann", leave("one")).expect("left");
    world.by("bob", leave("one")).expect("left");
    world.act(Caller::Server, Command::Tidy).expect("tidy");
    world.by("bob", join("four")).expect("joined");
    assert_eq!(world.by("ann", join("five")), Err(full));
    world.check();
    world.check_replay();
}

#[test]
fn an_account_makes_no_more_rooms_from_many_addresses() {
    let settings = Settings {
        rooms_made_max: 2,
        ..crate::world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    world.arrive_from("192.0.2.1", "op").expect("here");
    for (home, who) in [
        ("192.0.2.2", "bob"),
        ("192.0.2.3", "bobby"),
        ("127.0.0.1", "bo"),
    ] {
        world.arrive_from(home, who).expect("here");
    }
    // It takes the room along that it made as a guest.
    world.by("bob", join("one")).expect("joined");
    world.by("bob", register("hash")).expect("registered");
    let login = || log_in_to("bob", "hash");
    world.by("bobby", login()).expect("logged in");
    world.by("bobby", join("two")).expect("joined");
    let full = Rejection::TooManyRoomsMade { rooms_max: 2 };
    assert_eq!(world.by("bobby", join("three")), Err(full.clone()));
    // Who comes from the machine itself is bounded by the account alone.
    world.by("bo", login()).expect("logged in");
    assert_eq!(world.by("bo", join("three")), Err(full));
    world.check();
    world.check_replay();
}

#[test]
fn a_message_is_deleted_by_its_sender_and_by_moderators() {
    let mut world = dev();
    let delete = |message, by: &str| Command::Delete {
        message: Seq(message),
        found: FoundMessage::InRoom {
            room: DEV,
            name: name(by),
            account: None,
            at: Timestamp(0),
            is_signal: false,
        },
        why: None,
    };
    let newest = 1_000;
    let facts = world.by("bob", delete(newest, "bob")).expect("one's own");
    assert!(
        matches!(facts[..], [Fact::Deleted(_)]),
        "it is no act of an operator"
    );
    let others = Err(Rejection::NotOnesMessage(Some(room("dev"))));
    assert_eq!(world.by("bob", delete(newest, "ann")), others);
    // Somebody else had the name then.
    assert_eq!(world.by("bob", delete(1, "bob")), others);
    world.by("ann", delete(1, "bob")).expect("a moderator may");
    let hidden = Err(Rejection::NoSuchMessage);
    assert_eq!(world.by("cy", delete(newest, "cy")), hidden);
    world.by("op", delete(1, "bob")).expect("an operator may");
}

#[test]
fn a_person_can_be_nowhere_if_its_client_can() {
    let mut world = dev();
    let mut visitor = world.visitor("192.0.2.50");
    if let Caller::Anonymous { link, .. } = &mut visitor {
        link.needs_room = false;
    }
    let log_in = Command::LogIn {
        name: Some(name("irc")),
        proof: None,
        is_script: false,
        account: None,
        ident: None,
    };
    let facts = world.act(visitor, log_in).expect("here");
    assert!(matches!(&facts[..], [Fact::LoggedIn(_)]));
    let person = world.person("irc");
    assert!(world.chat.rooms_of(person).is_empty());
    assert!(
        world
            .chat
            .welcome(person, None)
            .expect("a welcome")
            .room
            .is_none()
    );
    world.by("irc", join("dev")).expect("joined");
    world.by("irc", leave("dev")).expect("left");
    world.by("irc", join("dev")).expect("joined");
    world.by("ann", eject("irc")).expect("ejected");
    assert!(world.chat.rooms_of(person).is_empty());
    let quit = Command::Quit(QuitReason::Quit(None));
    world.by("irc", quit).expect("gone");
    world.check_replay();
}
