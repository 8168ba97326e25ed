//! Secrets that are not told by a slip, whatever the command is that they were typed behind.

use std::sync::Arc;

use chinwag_core::{
    Caller, Command, Fact, Flags, Ident, IrcForm, LOBBY, Manner, Mask, MaskKind, Matched,
    MetadataKey, MetadataTarget, MetadataValue, QuitReason, Rejection, RoomPassword, RoomRef,
    RoomSetting, ServerPassword, Settings, SignalTarget, Snapshot, Standing, Text,
};

use crate::world::{self, World, join, name, rename, room, say, set_topic, tell, text};

/// Ann is the operator, and the server has a password.
fn world() -> World {
    let settings = Settings {
        server_password: Some(ServerPassword::new("sesame")),
        ..world::settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    for who in ["ann", "bob"] {
        world.arrive(who).expect("here");
    }
    world
}

fn lobby() -> RoomRef {
    RoomRef::Id(LOBBY)
}

/// All commands that have others read a text.
pub(crate) fn commands_with(words: &str) -> Vec<Command> {
    let mut all = talk_with(words);
    all.extend(signals_with(words));
    all.extend(claims_with(words));
    all.extend(reasons_with(words));
    all
}

fn say_in_form(words: &str, manner: Manner, irc: Option<IrcForm>) -> Command {
    Command::Say {
        room: lobby(),
        text: text(words),
        manner,
        key: None,
        irc: irc.map(Arc::new),
    }
}

fn talk_with(words: &str) -> Vec<Command> {
    vec![
        say(words),
        say(&format!("  {words} ")),
        say_in_form(words, Manner::Action, None),
        Command::SayTo {
            room: room("lobby"),
            text: text(words),
            manner: Manner::Notice,
        },
        Command::SayToRank {
            room: room("lobby"),
            least: Standing::Voice,
            text: text(words),
            manner: Manner::Speech,
            irc: None,
        },
        tell("bob", words),
        Command::Reply(text(words)),
        Command::Announce(text(words)),
    ]
}

/// What clients of IRC alone send.
fn signals_with(words: &str) -> Vec<Command> {
    let form = |text: Option<String>| IrcForm {
        text: text.map(Into::into),
        tags: Some(format!("+draft/reply=1;+draft/react={words}").into()),
    };
    let signal = |form| Command::Signal {
        to: SignalTarget::Room(room("lobby")),
        is_notice: false,
        form,
    };
    let ctcp = IrcForm {
        tags: None,
        ..form(Some(format!("\x01PING {words}\x01")))
    };
    vec![
        say_in_form("look", Manner::Speech, Some(form(None))),
        signal(ctcp),
        signal(form(None)),
    ]
}

/// What one says of oneself and of rooms.
fn claims_with(words: &str) -> Vec<Command> {
    let value = MetadataValue::parse(words).expect("a value");
    let key = MetadataKey::parse("status").expect("a key");
    vec![
        set_topic(LOBBY, Some(words)),
        Command::SetMotd(Some(text(words))),
        Command::Away(Some(text(words))),
        Command::SetIdent {
            real: Some(text(words)),
            flags: Flags::default(),
        },
        Command::SetMetadata {
            target: MetadataTarget::Oneself,
            changes: Some(vec![(key, Some(value))]),
        },
    ]
}

fn reasons_with(words: &str) -> Vec<Command> {
    let why = Some(text(words));
    let name = String::from("bob");
    let mask = || Mask::parse("bob").expect("a mask");
    vec![
        Command::Kick {
            name: name.clone(),
            why: why.clone(),
        },
        Command::Mute {
            name: name.clone(),
            time: None,
            why: why.clone(),
        },
        Command::Ban {
            mask: mask(),
            cover_address: false,
            time: None,
            why: why.clone(),
        },
        Command::Eject {
            room: lobby(),
            name: name.clone(),
            why: why.clone(),
        },
        Command::Bar {
            room: lobby(),
            mask: mask(),
            cover_address: false,
            time: None,
            why: why.clone(),
        },
        Command::MuteIn {
            room: lobby(),
            name,
            time: None,
            why: why.clone(),
        },
        Command::RenameRoom {
            room: lobby(),
            new: room("hall"),
            why,
        },
    ]
}

#[track_caller]
fn check(words: &str, expected: Rejection) {
    let mut world = world();
    for command in commands_with(words) {
        let told = world.by("ann", command.clone());
        assert_eq!(told.err(), Some(expected.clone()), "{command:?}");
    }
    let said = Command::SayFromShell {
        room: room("lobby"),
        text: text(words),
    };
    assert_eq!(world.act(Caller::Shell, said).err(), Some(expected));
}

#[test]
fn the_servers_password_is_passed_on_by_no_command() {
    check("sesame", Rejection::ShowsServerPassword);
}

#[test]
fn a_name_with_its_password_is_passed_on_by_no_command() {
    check("ann#s3cret", Rejection::ShowsSecret);
    check("Bob#s3cret", Rejection::ShowsSecret);
}

#[test]
fn ones_own_name_is_the_one_that_one_has_now() {
    let mut world = world();
    world.by("ann", rename("annie")).expect("renamed");
    world.by("annie", say("ann#1234")).expect("an issue");
    let told = world.by("annie", say("annie#1234"));
    assert_eq!(told.err(), Some(Rejection::ShowsSecret));
}

#[test]
fn what_merely_has_the_password_in_it_is() {
    let mut world = world();
    for words in ["open the sesame", "see ann#3", "ann#", "#ann"] {
        for command in commands_with(words) {
            let refused = world.by("ann", command).err();
            let is_about_secrets = matches!(
                refused,
                Some(Rejection::ShowsServerPassword | Rejection::ShowsSecret)
            );
            assert!(!is_about_secrets, "{words}: {refused:?}");
            world = self::world();
        }
    }
}

#[test]
fn each_line_of_a_passage_is_looked_at() {
    let mut world = world();
    for (lines, expected) in [
        ("one\nann#s3cret", Some(Rejection::ShowsSecret)),
        ("one\nsesame\ntwo", Some(Rejection::ShowsServerPassword)),
        // It was composed, and is no slip of a command.
        ("one\nclaim 1234567", None),
        ("PASS: it works\nK7Q2-9MXP\nPASS src/a.js", None),
        // Unless it is one as commands are typed or sent.
        ("one\n/login bob secret\ntwo", Some(Rejection::ShowsSecret)),
        ("one\nPASS s3cret", Some(Rejection::ShowsSecret)),
        (
            "one\nPRIVMSG NickServ :IDENTIFY secret",
            Some(Rejection::ShowsSecret),
        ),
        // One line with empty ones around it is one line.
        ("\nclaim 1234567\n \n", Some(Rejection::ShowsSecret)),
    ] {
        let command = Command::Say {
            room: lobby(),
            text: Text::passage(lines.lines()).expect("a passage"),
            manner: Manner::Speech,
            key: None,
            irc: None,
        };
        assert_eq!(world.by("ann", command).err(), expected, "{lines}");
    }
}

#[test]
fn what_things_are_called_is_looked_at_too() {
    let mut world = world();
    for key in ["+sesame", "+example.org/sesame", "+a=b;+sesame=c"] {
        let command = Command::Signal {
            to: SignalTarget::Room(room("lobby")),
            is_notice: false,
            form: IrcForm {
                text: None,
                tags: Some(key.into()),
            },
        };
        let refused = world.by("ann", command).err();
        assert_eq!(refused, Some(Rejection::ShowsServerPassword), "{key}");
    }
    let key = MetadataKey::parse("sesame").expect("a key");
    let command = Command::SetMetadata {
        target: MetadataTarget::Oneself,
        changes: Some(vec![(key, MetadataValue::parse("x"))]),
    };
    let refused = world.by("ann", command).err();
    assert_eq!(refused, Some(Rejection::ShowsServerPassword));
    let command = Command::SetMask {
        room: lobby(),
        kind: MaskKind::Ban,
        matched: Matched::parse("sesame"),
        on: true,
    };
    let refused = world.by("ann", command).err();
    assert_eq!(refused, Some(Rejection::ShowsServerPassword));
}

#[test]
fn a_reason_for_leaving_is_left_out() {
    for words in ["sesame", "ann#s3cret", "bob#s3cret"] {
        let mut world = world();
        world.by("bob", join("dev")).expect("in");
        let leave = Command::Leave {
            room: RoomRef::Name(room("dev")),
            why: Some(text(words)),
        };
        let left = world.by("bob", leave).expect("out");
        assert!(
            matches!(&left[..], [Fact::Left { why: None, .. }]),
            "{left:?}"
        );
        let quit = Command::Quit(QuitReason::Quit(Some(text(words))));
        let quit = world.by("bob", quit).expect("gone");
        assert!(
            matches!(&quit[..], [Fact::Quit(quit)] if quit.why == QuitReason::Quit(None)),
            "{quit:?}"
        );
    }
}

#[test]
fn what_a_client_says_of_itself_is_left_out() {
    for (user, real, kept) in [
        ("sesame", "sesame", ("user", None)),
        ("cy", "cy#s3cret", ("cy", None)),
        ("cy", "Cy", ("cy", Some(text("Cy")))),
    ] {
        let mut world = world();
        let visitor = world.visitor("192.0.2.50");
        let log_in = Command::LogIn {
            name: Some(name("cy")),
            proof: None,
            is_script: false,
            account: None,
            ident: Some(Box::new(Ident::new(user, Some(text(real))))),
        };
        let facts = world.act(visitor, log_in).expect("here");
        let Some(Fact::LoggedIn(login)) = facts.first() else {
            panic!("{facts:?}");
        };
        let ident = login.ident.as_ref().expect("a client of IRC");
        assert_eq!((ident.user(), ident.real.clone()), kept);
    }
}

#[test]
fn the_servers_password_becomes_no_name() {
    let mut world = world();
    let word = RoomPassword::parse("sesame").expect("a word");
    world.by("ann", join("dev")).expect("in");
    let dev = || RoomRef::Name(room("dev"));
    for command in [
        rename("sesame"),
        join("sesame"),
        Command::RenameOther {
            name: "bob".into(),
            new: name("sesame"),
        },
        Command::RenameRoom {
            room: dev(),
            new: room("sesame"),
            why: None,
        },
        Command::SetRoom {
            room: dev(),
            settings: [RoomSetting::Password(Some(word))].into(),
        },
    ] {
        let told = world.by("ann", command.clone());
        assert_eq!(
            told.err(),
            Some(Rejection::ShowsServerPassword),
            "{command:?}"
        );
    }
    let visitor = world.visitor("192.0.2.50");
    let added = Command::AddAccount {
        name: name("sesame"),
        password_hash: "hash".into(),
    };
    let told = world.act(visitor, added);
    assert_eq!(told.err(), Some(Rejection::ShowsServerPassword));
}
