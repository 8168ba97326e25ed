//! The commands of operators.

use super::*;
use crate::plain::request::RoomRequest;
use std::format;

use chinwag_core::{Listed, MaskError, RoomSetting};

#[test]
fn a_setting_of_a_room_says_what_it_takes() {
    for (line, setting) in [
        ("/room closed maybe", "closed"),
        ("/room LIMIT 0", "limit"),
        ("/room limit many", "limit"),
        ("/room password two words", "password"),
        ("/room topic nobody", "topic"),
        ("/room name", "name"),
        ("/room open off", "open"),
    ] {
        let wrong = parse(line);
        let is_meant =
            matches!(&wrong, Err(ParseError::BadSetting { setting: told, .. }) if *told == setting);
        assert!(is_meant, "{line}: {wrong:?}");
    }
    for (typed, meant) in [
        ("colour", None),
        ("hiden", Some("hidden")),
        ("OPNE", Some("open")),
    ] {
        let line = std::format!("/room {typed} red");
        let typed = EchoedInput::new(typed);
        check_mistake(&line, ParseError::UnknownSetting { typed, meant });
    }
    let (typed, meant) = (EchoedInput::new("off"), None);
    check_mistake("/room off", ParseError::UnknownSetting { typed, meant });
    let guards = |on| Request::Room(RoomRequest::Set(RoomSetting::GuardsTopic(on)));
    check("/room topic moderators", guards(true));
    check("/room topic moderators off", guards(false));
}

#[test]
fn a_mute_is_one_of_the_room_before_its_time_and_behind() {
    for line in ["/mute bob here 10m spam", "/mute bob 10m HERE spam"] {
        let here = RoomRequest::Mute {
            name: "bob".into(),
            time: Some(Duration::from_mins(10)),
            why: Some(text("spam")),
        };
        check(line, Request::Room(here));
    }
}

#[test]
fn a_room_is_no_reason() {
    for (line, command) in [
        ("/eject bob #dev", "eject"),
        ("/eject #dev bob", "eject"),
        ("/eject bob from #dev", "eject"),
        ("/bar bob 10m IN #dev", "bar"),
        ("/bar bob 10m #dev", "bar"),
        ("/mute bob #dev", "mute NAME here"),
        ("/unmute #dev bob", "unmute NAME here"),
        ("/mod bob #dev", "mod"),
        ("/bars #dev", "bars"),
        ("/room #dev closed", "room"),
    ] {
        let room = room("dev");
        check_mistake(line, ParseError::Elsewhere { command, room });
    }
    let eject = RoomRequest::Eject {
        name: "bob".into(),
        why: Some(text("#dev is elsewhere")),
    };
    check("/eject bob #dev is elsewhere", Request::Room(eject));
}

#[test]
fn list_and_off_are_no_names() {
    for (line, typed, command) in [("/ban list", "list", "ban"), ("/bar OFF", "OFF", "bar")] {
        let typed = EchoedInput::new(typed);
        check_mistake(line, ParseError::NoName { typed, command });
    }
    for line in ["/ban name:list", "/bar off spam", "/bar listless"] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn forever_and_here_are_no_reasons() {
    let why = Some(text("spam"));
    for line in ["/mute bob forever spam", "/mute bob for FOREVER spam"] {
        let (name, why) = ("bob".into(), why.clone());
        let mute = Command::Mute {
            name,
            time: None,
            why,
        };
        check_command(line, mute);
    }
    let here = RoomRequest::Mute {
        name: "bob".into(),
        time: None,
        why,
    };
    check("/mute bob forever here spam", Request::Room(here));
    let eject = RoomRequest::Eject {
        name: "bob".into(),
        why: None,
    };
    check("/eject bob here", Request::Room(eject));
}

#[test]
fn off_is_no_reason() {
    for (line, undone_by) in [
        ("/mute bob off", "unmute NAME"),
        ("/mute bob 10m OFF", "unmute NAME"),
        ("/mute bob here off", "unmute NAME here"),
        ("/bar bob off", "unbar WHO"),
        ("/ban 192.0.2.7 off", "unban WHO"),
    ] {
        check_mistake(line, ParseError::UndoneBy(undone_by));
    }
}

#[test]
fn what_operators_do_is_read() {
    let why = |why: &str| Some(text(why));
    let (bob, ten) = (String::from("bob"), Some(Duration::from_mins(10)));
    let kick = |why| Command::Kick {
        name: bob.clone(),
        why,
    };
    check_command("/kick bob", kick(None));
    check_command("/kick bob spam, again", kick(why("spam, again")));
    let mute = |time, why| Command::Mute {
        name: bob.clone(),
        time,
        why,
    };
    check_command("/mute bob", mute(None, None));
    check_command("/mute bob 10m", mute(ten, None));
    check_command("/mute bob 10m spam", mute(ten, why("spam")));
    check_command("/mute bob spam 10m", mute(None, why("spam 10m")));
    check_command("/mute bob For 10m spam", mute(ten, why("spam")));
    check_command("/mute bob for spam", mute(None, why("for spam")));
    check_mistake(
        "/mute bob 10 minutes",
        ParseError::BadTime(EchoedInput::new("10")),
    );
    for (line, time) in [
        ("/mute bob 0", "0"),
        ("/ban bob -5m", "-5m"),
        ("/ban bob for 10 minutes", "10"),
        ("/ban bob +5m spam", "+5m"),
        ("/ban bob .5h", ".5h"),
    ] {
        check_mistake(line, ParseError::BadTime(EchoedInput::new(time)));
    }
    check_command("/mute bob -rude-", mute(None, why("-rude-")));
    let rename = Command::RenameOther {
        name: bob.clone(),
        new: name("rob"),
    };
    check_command("/rename bob rob", rename);
    check_usage("/rename bob", "rename");
    check_usage("/rename bob rob smith", "rename");
    for line in ["/unmute bob", "/unmute name:bob"] {
        check_command(line, Command::Unmute(name("bob")));
    }
    check_command("/op ann", Command::Op("ann".into()));
    check_command("/deop ann", Command::Deop("ann".into()));
    check_command(
        "/announce restart at noon",
        Command::Announce(text("restart at noon")),
    );
    check_query("/motd", Query::Motd);
    check_command("/motd Be kind.", Command::SetMotd(why("Be kind.")));
    check_command("/motd -", Command::SetMotd(None));
    check_command("/motd off", Command::SetMotd(None));
    check_command("/lock", Command::Lock(true));
    check_command("/lock off", Command::Lock(false));
    check_query("/bans", Query::Restrictions { after: None });
    check("/log", Request::AuditLog(Some(LOG_LINES)));
    check("/log 5", Request::AuditLog(Some(5)));
    check("/log 999999", Request::AuditLog(Some(LOG_LINES_MAX)));
    check("/log More", Request::AuditLog(None));
    check_mistake("/log 0", ParseError::EmptyLog(EchoedInput::new("0")));
    for (line, command) in [
        ("/kick", "kick"),
        ("/op a b", "op"),
        ("/announce", "announce"),
        ("/lock up", "lock"),
        ("/log all", "log"),
    ] {
        check_usage(line, command);
    }
}

#[test]
fn a_ban_of_a_name_covers_its_address_unless_it_says_otherwise() {
    let ban = |line, who, cover_address| {
        let command = Command::Ban {
            mask: Mask::parse(who).expect("a mask"),
            cover_address,
            time: Some(Duration::from_hours(24 * 7)),
            why: Some(text("spam")),
        };
        check_command(line, command);
    };
    ban("/ban bob 7d spam", "bob", true);
    ban("/ban name:bob 7d spam", "bob", false);
    ban("/ban Name:bob 7D spam", "bob", false);
    ban("/ban 192.0.2.7/24 7d spam", "192.0.2.0/24", false);
    let mask = Mask::parse("192.0.2.0/24").expect("a mask");
    check_command("/unban 192.0.2.0/24", Command::Unban(mask));
    check_mistake(
        "/ban a/b",
        ParseError::BadMask(EchoedInput::new("a/b"), MaskError::Nobody),
    );
    check_usage("/ban", "ban");
    check_usage("/unban bob alice", "unban");
    check_usage("/unban", "unban");
}

/// What `/bans` and `/bars` show can be copied.
#[test]
fn what_lists_show_is_lifted() {
    for shown in [
        "bob (192.0.2.7)",
        "bob from 192.0.2.7",
        "account bob (192.0.2.7)",
    ] {
        let mask = Mask::listed(shown).expect("a mask");
        check_command(&format!("/unban {shown}"), Command::Unban(mask.clone()));
        let unbar = RoomRequest::Unbar(Listed::Mask(mask));
        check(&format!("/unbar {shown}"), Request::Room(unbar));
        check_command(&format!("/unmute {shown}"), Command::Unmute(name("bob")));
        let here = RoomRequest::Unmute(name("bob"));
        check(&format!("/unmute {shown} here"), Request::Room(here));
    }
    check_command("/unmute account bob", Command::Unmute(name("bob")));
    // Registered before it was reserved.
    let reserved = Name::known("nickserv").expect("a name");
    check_command("/unmute nickserv", Command::Unmute(reserved.clone()));
    let unignore = Command::Ignore {
        name: reserved,
        account: None,
        on: false,
    };
    check_command("/unignore nickserv", unignore);
    check_usage("/unmute", "unmute");
    check_usage("/unmute bob alice", "unmute");
    check_usage("/unbar bob alice", "unbar");
    check_mistake("/unmute 192.0.2.7", ParseError::BadName);
}

#[test]
fn a_length_of_no_time_or_too_much_is_told_apart() {
    for time in ["0m", "00w"] {
        let none = ParseError::NoTime(EchoedInput::new(time));
        check_mistake(&std::format!("/mute bob here {time}"), none);
    }
    let long = ParseError::TimeTooLong(EchoedInput::new("40000d"));
    check_mistake("/ban bob 40000d", long);
}
