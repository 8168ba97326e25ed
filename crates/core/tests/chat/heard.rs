//! Who is muted is heard by no path: not by speech, nor by anything else that carries words.

use chinwag_core::{
    Command, Duration, Fact, Flags, Glob, Ident, Mask, MaskKind, Matched, QuitReason, Rejection,
    RoomPassword, RoomRef, RoomRejection, RoomSetting, Standing, StandingChange,
};

use crate::secrets::commands_with;
use crate::world::{World, join, name, rename, room, tell, text};

const WORDS: &str = "idiots";

/// Ann has made cy an operator, and muted it then.
fn world() -> World {
    let mut world = World::with(&["ann", "bob", "cy", "dan"]);
    world.by("bob", tell("cy", "hello")).expect("told");
    world.by("ann", Command::Op("cy".into())).expect("made");
    world.by("cy", join("dev")).expect("in");
    world.by("ann", mute("cy")).expect("muted");
    world
}

fn mute(whom: &str) -> Command {
    Command::Mute {
        name: whom.into(),
        time: Some(Duration::from_mins(10)),
        why: None,
    }
}

fn dev() -> RoomRef {
    RoomRef::Name(room("dev"))
}

fn set_mask(pattern: &str, on: bool) -> Command {
    Command::SetMask {
        room: dev(),
        kind: MaskKind::Ban,
        matched: Matched::Source(Glob::new(pattern)),
        on,
    }
}

fn bar(whom: &str) -> Command {
    Command::Bar {
        room: dev(),
        mask: Mask::parse(whom).expect("a mask"),
        cover_address: false,
        time: None,
        why: None,
    }
}

/// Commands that have others read a name, a mask or a word that its sender makes up.
fn names_made_up() -> Vec<Command> {
    let word = RoomPassword::parse(WORDS).expect("a word");
    let account = Matched::Account(Glob::new(WORDS));
    vec![
        rename(WORDS),
        join(WORDS),
        Command::RenameOther {
            name: "bob".into(),
            new: name(WORDS),
        },
        Command::Ban {
            mask: Mask::of_name(name(WORDS)),
            cover_address: false,
            time: None,
            why: None,
        },
        bar(WORDS),
        set_mask("idiots!*@*", true),
        set_mask("bob!idiots@*", true),
        Command::SetMask {
            room: dev(),
            kind: MaskKind::Invitation,
            matched: account,
            on: true,
        },
        Command::SetRoom {
            room: dev(),
            settings: [RoomSetting::Password(Some(word))].into(),
        },
    ]
}

#[test]
fn no_command_carries_words_of_who_is_muted() {
    let mut all = commands_with(WORDS);
    all.extend(names_made_up());
    for command in all {
        let told = world().by("cy", command.clone());
        assert!(
            matches!(told, Err(Rejection::Muted { .. })),
            "{command:?}: {told:?}"
        );
    }
}

#[test]
fn a_moderator_who_is_muted_still_moderates() {
    for command in [
        bar("bob"),
        set_mask("bob!*@*", true),
        Command::Eject {
            room: dev(),
            name: "dan".into(),
            why: None,
        },
        Command::SetRoom {
            room: dev(),
            settings: [RoomSetting::Password(None), RoomSetting::Closed(true)].into(),
        },
        Command::Stand {
            room: dev(),
            name: "dan".into(),
            change: StandingChange::Give(Standing::Voice),
        },
        Command::Away(None),
    ] {
        let mut world = world();
        world.by("dan", join("dev")).expect("in");
        let done = world.by("cy", command.clone());
        assert!(done.is_ok(), "{command:?}: {done:?}");
    }
}

/// Bob is muted in a room of ann's.
fn muted_in_dev() -> World {
    let mut world = World::with(&["ann", "bob"]);
    for who in ["ann", "bob"] {
        world.by(who, join("dev")).expect("in");
    }
    let mute = Command::MuteIn {
        room: dev(),
        name: "bob".into(),
        time: None,
        why: None,
    };
    world.by("ann", mute).expect("muted");
    world
}

#[test]
fn a_room_hears_nothing_of_whom_it_has_muted() {
    for command in [
        Command::Away(Some(text(WORDS))),
        Command::SetIdent {
            real: Some(text(WORDS)),
            flags: Flags::default(),
        },
        rename(WORDS),
    ] {
        let told = muted_in_dev().by("bob", command.clone());
        let muted = RoomRejection::Muted { remaining: None };
        let expected = Rejection::Of(room("dev"), muted);
        assert_eq!(told.err(), Some(expected), "{command:?}");
    }
    let why = Some(text(WORDS));
    for command in [
        Command::Leave {
            room: dev(),
            why: why.clone(),
        },
        Command::Quit(QuitReason::Quit(why)),
    ] {
        let facts = muted_in_dev().by("bob", command).expect("gone");
        assert!(!format!("{facts:?}").contains(WORDS), "{facts:?}");
    }
}

#[test]
fn a_client_says_nothing_of_itself_for_one_who_is_muted() {
    let mut world = World::with(&["ann", "bob"]);
    world.by("ann", mute("bob")).expect("muted");
    world.quit("bob");
    let visitor = world.visitor("192.0.2.11");
    let log_in = Command::LogIn {
        name: Some(name("bob")),
        proof: None,
        is_script: false,
        account: None,
        ident: Some(Box::new(Ident::new(WORDS, Some(text(WORDS))))),
    };
    let facts = world.act(visitor, log_in).expect("here");
    let Some(Fact::LoggedIn(login)) = facts.first() else {
        panic!("{facts:?}");
    };
    assert_eq!(login.ident.as_deref(), Some(&Ident::new("", None)));
}
