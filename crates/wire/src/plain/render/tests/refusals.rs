//! Refusals and mistakes.

use chinwag_core::{Duration, Mask, Rejection};

use super::*;
use crate::plain::request::{Context, EchoedInput, HelpTopic, Request};
use crate::plain::{COMMANDS, ParseError, parse, parse_login};

/// In the chat, about this command, and at the prompt.
#[track_caller]
fn check(rejection: Rejection, command: &'static str, in_chat: &str, at_prompt: &str) {
    let asked = Context::Command(command);
    let chat = shown(|r, out| r.refusal(out, &rejection, asked, None));
    assert_eq!(chat.strip_suffix('\n'), Some(in_chat));
    let prompt = shown(|r, out| r.login_refusal(out, &rejection));
    assert_eq!(prompt.strip_suffix('\n'), Some(at_prompt));
}

/// Where it is the same sentence in both places.
#[track_caller]
fn check_same(rejection: Rejection, command: &'static str, expected: &str) {
    check(rejection, command, &std::format!("! {expected}"), expected);
}

#[track_caller]
fn check_chat(rejection: Rejection, command: &'static str, expected: &str) {
    let shown = shown(|r, out| {
        r.refusal(
            out,
            &rejection,
            Context::Command(command),
            Some(&room("lobby")),
        )
    });
    assert_eq!(shown.strip_suffix('\n'), Some(expected));
}

#[test]
fn names_are_refused_with_a_way_out() {
    let (lee, free) = (name("lee"), name("lee2"));
    let taken = Rejection::NameTaken {
        name: lee.clone(),
        free,
    };
    check_same(
        taken,
        "nick",
        "\"lee\" is here already. Try another, such as lee2.",
    );
    let alike = Rejection::NameLooksLike {
        name: name("Iee"),
        other: lee.clone(),
        free: name("lee2"),
    };
    check_same(alike, "nick", "\"Iee\" looks like \"lee\". Choose another.");
    check(
        Rejection::NameRegistered(lee.clone()),
        "nick",
        "! \"lee\" is registered. If it is yours, type /nick lee#password; or choose another.",
        "\"lee\" is registered. If it is yours, type lee#password; or choose another.",
    );
    check_chat(
        Rejection::ShowsServerPassword,
        "nick",
        "! Not done: that is the password of this server.",
    );
    check_chat(
        Rejection::PasswordOfServer,
        "claim",
        "! Everybody here knows that password: it is the server's. Take another.",
    );
    check_chat(
        Rejection::QuotedPassword,
        "passwd",
        "! A new password may have blanks: type it without the quotation marks around it.",
    );
    check_chat(
        Rejection::ShowsSecret,
        "topic",
        "! Not done: that looks like a password. To say it, put another word first.",
    );
    check(
        Rejection::WrongPassword(lee.clone()),
        "nick",
        "! That is not the password of lee. Type /nick lee#password again, with the right one; or \
         choose another.",
        "That is not the password of lee. Type lee#password again, with the right one; or choose \
         another name.",
    );
    check_chat(
        Rejection::WrongPassword(lee.clone()),
        "login",
        "! That is not the password of lee. Type /login again, with the right one.",
    );
    check_chat(
        Rejection::WrongPassword(lee.clone()),
        "passwd",
        "! That is not the password of lee. /passwd OLD NEW takes the old one first; in quotation marks if it has blanks.",
    );
    check_chat(Rejection::SameName(lee), "nick", "! You are lee already.");
}

#[test]
fn a_closed_door_says_why() {
    let full = Rejection::ServerFull { people_max: 1000 };
    check_same(
        full,
        "resume",
        "The server is full (1000 people). Try again later.",
    );
    // 2026-11-22 10:00 UTC
    let until = Some(Timestamp(1_795_341_600_000));
    let banned = |until, reason| Rejection::Banned {
        until,
        why: why(reason),
    };
    check_same(
        banned(until, "spam"),
        "resume",
        "You are banned until 2026-11-22 10:00 UTC: spam.",
    );
    check_same(
        banned(until, ""),
        "resume",
        "You are banned until 2026-11-22 10:00 UTC.",
    );
    check_same(banned(None, "spam"), "resume", "You are banned: spam.");
    check_same(banned(None, ""), "resume", "You are banned.");
    check_same(
        Rejection::Locked,
        "resume",
        "Only registered names may come in at the moment. Try again later.",
    );
    check_same(
        Rejection::CodeNotValid,
        "resume",
        "That code is not valid any more.",
    );
}

#[test]
fn speech_that_is_not_sent_is_told_as_such() {
    let check_speech = |rejection: Rejection, expected: &str| {
        let spoken = shown(|r, out| r.refusal(out, &rejection, Context::Speech, None));
        assert_eq!(spoken, std::format!("! NOT sent: {expected}\n"));
        check_chat(rejection, "topic", &std::format!("! Not done: {expected}"));
    };
    check_speech(Rejection::ReadOnly(room("news")), "#news is read-only.");
    let muted = |remaining| Rejection::Muted { remaining };
    let nine = Duration::from_millis(8 * 60_000 + 30_000);
    check_speech(muted(Some(nine)), "you are muted for 9 more minutes.");
    check_speech(muted(None), "you are muted.");
    check_speech(
        Rejection::LockedSpeech,
        "only registered names may speak at the moment.",
    );
    check_speech(
        Rejection::CannotSave,
        "the server cannot save messages right now.",
    );
    check_speech(Rejection::NotHere, "this session has ended.");
}

#[test]
fn rooms_that_are_not_there() {
    let no_room = |meant| Rejection::NoSuchRoom {
        room: room("dve"),
        meant,
    };
    check_chat(
        no_room(Some(room("dev"))),
        "who",
        "! No room #dve. Did you mean #dev?",
    );
    check_chat(
        no_room(None),
        "who",
        "! No room #dve. /rooms lists all. /whois dve tells of a person.",
    );
    check_chat(
        no_room(None),
        "history",
        "! No room #dve. /rooms lists all, and /help history what else it takes.",
    );
    check_chat(
        no_room(None),
        "room",
        "! No room #dve. /rooms lists all, and /help room the settings.",
    );
    check_chat(no_room(None), "knock", "! No room #dve. /rooms lists all.");
    let slip = Rejection::NoSuchRoom {
        room: room("hiden"),
        meant: None,
    };
    check_chat(
        slip,
        "room",
        "! No room #hiden. Did you mean /room hidden? /rooms lists all.",
    );
}

#[test]
fn people_who_are_not_there_and_limits_of_rooms() {
    let nobody = |meant| Rejection::NobodyCalled {
        typed: "gofer".into(),
        meant,
    };
    check_chat(
        nobody(Some(name("gopher"))),
        "whois",
        "! Nobody called \"gofer\". Did you mean gopher?",
    );
    check_chat(nobody(None), "whois", "! Nobody called \"gofer\".");
    check_chat(
        Rejection::NobodyToReply,
        "reply",
        "! No private message to reply to, or its sender has left.",
    );
    check_chat(
        Rejection::Absent(name("lee")),
        "whois",
        "! lee is not here. The name is registered.",
    );
    check_chat(
        Rejection::NotInRoom(room("dev")),
        "leave",
        "! You are not in #dev.",
    );
    check_chat(
        Rejection::OnlyLobby,
        "leave",
        "! You are only in #lobby. /quit leaves the server.",
    );
    check_chat(
        Rejection::TooManyRooms { rooms_max: 20 },
        "join",
        "! You are in 20 rooms, the limit. /leave one first.",
    );
    check_chat(
        Rejection::RoomsFull { rooms_max: 99 },
        "join",
        "! The server has 99 rooms, its limit.",
    );
}

#[test]
fn an_unban_that_lifts_no_ban_says_which_one_would() {
    let mask = |text| Mask::parse(text).expect("a mask");
    check_chat(
        Rejection::NotBanned(mask("192.0.2.0/24")),
        "unban",
        "! 192.0.2.0/24 is not banned. /bans lists all.",
    );
    check_chat(
        Rejection::BannedInBlock {
            asked: mask("192.0.2.7"),
            block: mask("192.0.2.0/24"),
        },
        "unban",
        "! 192.0.2.7 is banned as a part of 192.0.2.0/24: /unban 192.0.2.0/24 lets all of it in.",
    );
}

#[test]
fn who_is_not_muted_may_be_so_in_a_room() {
    let bob = || name("bob");
    check_chat(Rejection::NotMuted(bob()), "unmute", "! bob is not muted.");
    let in_dev = Rejection::MutedInRoom {
        name: bob(),
        room: room("dev"),
    };
    check_chat(
        in_dev,
        "unmute",
        "! bob is not muted on the whole server, but in #dev: /unmute bob here",
    );
}

#[test]
fn what_does_not_fit_the_state_is_said() {
    let bob = || name("bob");
    check_chat(
        Rejection::NeedsOperator,
        "kick",
        "! /kick needs operator rights in #lobby.",
    );
    check_chat(
        Rejection::AlreadyOperator(bob()),
        "op",
        "! bob is already an operator.",
    );
    check_chat(
        Rejection::NotOperator(bob()),
        "deop",
        "! bob is not an operator.",
    );
    check_chat(
        Rejection::Outranked(bob()),
        "ban",
        "! bob was an operator before you, so you cannot do that to them.",
    );
    check_chat(
        Rejection::LockedRegistration,
        "claim",
        "! Not done: nobody can register a name while the server is locked.",
    );
    check_chat(
        Rejection::SameName(bob()),
        "rename",
        "! bob has that name already.",
    );
    check_chat(
        Rejection::NameRegistered(bob()),
        "rename",
        "! \"bob\" is registered.",
    );
    check_chat(
        Rejection::RestrictionsFull,
        "ban",
        "! The list of bans or mutes is full. Undo some first.",
    );
    check_chat(
        Rejection::RegistrationsFull,
        "claim",
        "! The list of registered names is full.",
    );
    check_chat(
        Rejection::TooManyIgnores { ignores_max: 100 },
        "ignore",
        "! You ignore 100 names, the limit. /unignore one first.",
    );
    check_chat(
        Rejection::NotIgnored(bob()),
        "unignore",
        "! You do not ignore bob.",
    );
    check_chat(Rejection::Oneself, "kick", "! That is you.");
    check_chat(Rejection::Oneself, "ban", "! That would keep you out too.");
    check_chat(
        Rejection::Oneself,
        "resume",
        "! That is the code of this session.",
    );
}

#[track_caller]
fn check_line(line: &str, expected: &str) {
    let error = parse(line).expect_err("a error");
    let shown = shown(|r, out| r.parse_error(out, &error));
    assert_eq!(shown.strip_suffix('\n'), Some(expected), "{line}");
}

#[test]
fn mistakes_about_the_past_say_what_would_be_right() {
    for (line, expected) in [
        (
            "/history bob tomorrow",
            "! \"bob tomorrow\" is not a number, a time or a day. Type /history 50, 2h, 2026-11-21, 14:00..15:30, more, #ROOM or with NAME.",
        ),
        (
            "/history 14:00..14:00",
            "! \"14:00..14:00\" asks for nothing. Type /history 50, 2h, 2026-11-21, 14:00..15:30 or more.",
        ),
        (
            "/unlock",
            "! No command /unlock. Did you mean /lock off? /help lists all. To say it, start with //.",
        ),
        (
            "/history with",
            "! Type /history with NAME. A number or a time may follow: /history with gopher 2h.",
        ),
        (
            "/log 0",
            "! \"0\" asks for nothing. Type /log 50 or /log more.",
        ),
        (
            "/search x before:May",
            "! \"May\" is not a day or a time. Those are written 2026-11-21, 2026-11-21 14:00, 14:00, yesterday or 2h.",
        ),
        (
            "/search x form:ann",
            "! No filter \"form:\". There are from:NAME in:#ROOM before:DATE after:DATE. To find the text, quote it: \"form:ann\".",
        ),
        (
            "/search from:ann x from:bob",
            "! \"from:\" is there twice. Give it once.",
        ),
        (
            "/around x",
            "! \"x\" is not the number of a match. /search numbers what it finds.",
        ),
    ] {
        check_line(line, expected);
    }
}

#[test]
fn mistakes_say_what_would_be_right() {
    for (line, expected) in [
        (
            "/jion",
            "! No command /jion. Did you mean /join? /help lists all. To say it, start with //.",
        ),
        (
            "/xyzzy",
            "! No command /xyzzy. /help lists all. To say it, start with //.",
        ),
        (
            "/\x1b[2J",
            "! No command /\\x1b[2J. /help lists all. To say it, start with //.",
        ),
        (
            "/",
            "! Type a command after the /. /help lists all. To say it, start with //.",
        ),
        (
            "/help jion",
            "! No command /jion. Did you mean /join? /help lists all.",
        ),
        (
            "/kick",
            "! Usage: /kick NAME [WHY]. /help kick explains it.",
        ),
        ("/op", "! Usage: /op NAME. /help /op explains it."),
        (
            "/nick 4ann",
            "! A name is 1 to 32 letters, digits, - _ or . and starts with a letter.",
        ),
        ("/nick you", "! \"you\" is reserved. Choose another."),
        (
            "/join a,b",
            "! A room name is 1 to 32 letters, digits, - _ or .",
        ),
        (
            "/mute bob 10",
            "! \"10\" is not a time. Write times as 90s, 10m, 2h, 7d or 1w.",
        ),
        (
            "/ban bob 0m spam",
            "! \"0m\" is no time at all. Write 1s or more, or no time: then it lasts until undone.",
        ),
        (
            "/bar bob 40000d",
            "! \"40000d\" is more than 100 years. Write no time, and it lasts until undone.",
        ),
        (
            "/tz Berlin",
            "! No time zone \"Berlin\". Did you mean Europe/Berlin? Write zones as Europe/Berlin or UTC.",
        ),
        (
            "/ban a/b",
            "! \"a/b\" is not a name, an address or a block. Write blocks as 192.0.2.0/24.",
        ),
        ("/resume x", "! That code is not valid any more."),
        ("/claim a\x07", "! A password has no control characters."),
    ] {
        check_line(line, expected);
    }
    let long = "x".repeat(391);
    check_line(
        &std::format!("/topic {long}"),
        "! Too long: 391 bytes, the limit is 390.",
    );
    check_line(
        &std::format!("/claim {}", long.repeat(3)),
        "! A password has at most 1024 bytes.",
    );
    assert_eq!(shown(|r, out| r.parse_error(out, &ParseError::Blank)), "");
}

#[test]
fn the_help_that_a_mistake_names_is_that_of_its_command() {
    for spec in COMMANDS {
        let words = shown(|r, out| r.parse_error(out, &ParseError::Usage(spec)));
        let from = words.rfind("/help ").expect("a command to type");
        let line = words[from..].trim_end().strip_suffix(" explains it.");
        let asked = parse(line.expect("a sentence"));
        assert_eq!(
            asked,
            Ok(Request::Help(HelpTopic::Command(spec))),
            "{words}"
        );
    }
}

#[test]
fn what_is_shown_back_is_short() {
    let typed = std::format!("{}", EchoedInput::new(&"é".repeat(4096)));
    assert_eq!(typed, std::format!("{}...", "é".repeat(64)));
}

#[test]
fn at_the_prompt_a_mistake_has_no_sign() {
    for (line, expected) in [
        (
            "4ann",
            "A name is 1 to 32 letters, digits, - _ or . and starts with a letter.\n",
        ),
        ("/who", "Type your name first. /who comes after it.\n"),
        ("you", "\"you\" is reserved. Choose another.\n"),
        ("/resume x", "That code is not valid any more.\n"),
    ] {
        let error = parse_login(line).expect_err("a error");
        assert_eq!(shown(|r, out| r.login_parse_error(out, &error)), expected);
    }
}
