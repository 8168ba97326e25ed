//! Every command as it is typed, and what it asks for.

mod operators;
mod past;

use std::string::{String, ToString};
use std::sync::Arc;

use crate::prefs::TimeStyle;
use chinwag_core::limits::{LOG_LINES, LOG_LINES_MAX, NOTE_BYTES_MAX, PASSWORD_BYTES_MAX};
use chinwag_core::{
    Command, Duration, Mask, Name, Query, ResumeCode, RoomName, RoomPassword, Text,
};
use proptest::prelude::*;

use super::{parse, parse_login, parse_prompted_word};
use crate::dialect::Password;
use crate::plain::parse::{HABITS, meant, split_word};
use crate::plain::request::{
    Context, EchoedInput, HelpTopic, LoginLine, ParseError, Pref, PrefChange, Request,
};
use crate::plain::table::{COMMANDS, CommandSpec, Group};

fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn room(text: &str) -> RoomName {
    RoomName::parse(text).expect("a room name")
}

fn spec(name: &str) -> &'static CommandSpec {
    CommandSpec::find(name).expect("a command")
}

fn password(text: &str) -> Password {
    Password::parse(text).expect("a password")
}

fn code(text: &str) -> ResumeCode {
    text.parse().expect("a code")
}

#[track_caller]
fn check(line: &str, expected: Request) {
    assert_eq!(parse(line), Ok(expected), "{line}");
}

#[track_caller]
fn check_command(line: &str, expected: Command) {
    check(line, Request::Command(expected));
}

#[track_caller]
fn check_query(line: &str, expected: Query) {
    check(line, Request::Query(expected));
}

#[track_caller]
fn check_mistake(line: &str, expected: ParseError) {
    assert_eq!(parse(line), Err(expected), "{line}");
}

#[track_caller]
fn check_usage(line: &str, command: &str) {
    check_mistake(line, ParseError::Usage(spec(command)));
}

#[test]
fn every_command_is_read_by_its_name_and_its_aliases() {
    for spec in COMMANDS {
        let arguments = spec.example.split_once(' ').map_or("", |(_, rest)| rest);
        let expected = parse(spec.example);
        assert!(expected.is_ok(), "{}: {expected:?}", spec.example);
        for word in spec.words() {
            for word in [word.to_string(), word.to_uppercase()] {
                let line = std::format!("/{word} {arguments}");
                assert_eq!(parse(&line), expected, "{line}");
            }
        }
    }
}

#[test]
fn every_word_is_one_command_s() {
    let words: std::vec::Vec<_> = COMMANDS.iter().flat_map(CommandSpec::words).collect();
    let distinct: std::collections::BTreeSet<_> = words.iter().collect();
    assert_eq!(words.len(), distinct.len());
}

#[test]
fn a_refusal_can_say_what_was_asked() {
    for spec in COMMANDS {
        let asked = parse(spec.example).map(|request| request.context());
        let expected = match spec.group {
            Group::Talk => Context::Speech,
            _ => Context::Command(spec.name),
        };
        assert_eq!(asked, Ok(expected), "{}", spec.example);
    }
    assert_eq!(
        parse("hello").map(|request| request.context()),
        Ok(Context::Speech)
    );
}

#[test]
fn what_has_no_sign_is_said() {
    check("hello", Request::Say(text("hello")));
    check("//text", Request::Say(text("/text")));
    check("///", Request::Say(text("//")));
    check(" /who", Request::Say(text(" /who")));
    check("\x1b[2J", Request::Say(text("\\x1b[2J")));
    check_mistake("", ParseError::Blank);
    check_mistake("  ", ParseError::Blank);
}

#[test]
fn talk_is_read() {
    check("/me waves", Request::Act(text("waves")));
    let tell = |to: &str, what| Command::PrivateMessage {
        to: to.into(),
        text: text(what),
        irc: None,
        manner: chinwag_core::Manner::Speech,
    };
    check_command(
        "/msg gopher lunch?  at noon?",
        tell("gopher", "lunch?  at noon?"),
    );
    check_command("/tell no:body\thi", tell("no:body", "hi"));
    check_command("/reply yes", Command::Reply(text("yes")));
    for (line, command) in [
        ("/me", "me"),
        ("/msg", "msg"),
        ("/dm ann ", "msg"),
        ("/reply  ", "reply"),
    ] {
        check_usage(line, command);
    }
}

#[test]
fn looking_is_read() {
    check("/who", Request::Who(None));
    check("/users dev", Request::Who(Some(room("dev"))));
    check("/list #dev", Request::Who(Some(room("dev"))));
    check_query("/whois gofer", Query::Whois("gofer".into()));
    check_query("/rooms", Query::Rooms { after: None });
    check("/topic", Request::Topic);
    check("/topic Ship it", Request::SetTopic(Some(text("Ship it"))));
    check("/topic -", Request::SetTopic(None));
    check("/topic off", Request::SetTopic(None));
    check("/topic Clear", Request::SetTopic(None));
    check(
        "/topic off today",
        Request::SetTopic(Some(text("off today"))),
    );
    check("/topic --", Request::SetTopic(Some(text("--"))));
    check_mistake("/who a b", ParseError::BadRoomName);
    check_usage("/rooms all", "rooms");
    check_usage("/whois", "whois");
    check_usage("/whois a b", "whois");
    let long = "x".repeat(NOTE_BYTES_MAX + 1);
    let error = ParseError::TooLong {
        bytes: NOTE_BYTES_MAX + 1,
        bytes_max: NOTE_BYTES_MAX,
    };
    check_mistake(&std::format!("/topic {long}"), error);
}

#[test]
fn help_is_for_all_for_a_group_or_for_a_command() {
    let help = |line, topic| check(line, Request::Help(topic));
    help("/help", HelpTopic::Overview);
    help("/help op", HelpTopic::Group(Group::Operators));
    help("/help Look", HelpTopic::Group(Group::Look));
    help("/help rooms", HelpTopic::Group(Group::Rooms));
    help("/help /rooms", HelpTopic::Command(spec("rooms")));
    help("/help /op", HelpTopic::Command(spec("op")));
    help("/help deop", HelpTopic::Command(spec("deop")));
    help("/help dm", HelpTopic::Command(spec("msg")));
    let (typed, meant) = (EchoedInput::new("jion"), Some("join"));
    check_mistake("/help jion", ParseError::UnknownTopic { typed, meant });
}

#[test]
fn moving_is_read() {
    check_command("/join #dev", Command::Join(room("dev")));
    check_command("/cd dev", Command::Join(room("dev")));
    check("/leave", Request::Leave(None));
    check("/part #dev", Request::Leave(Some(room("dev"))));
    check_usage("/join", "join");
    let word = RoomPassword::parse("sesame").expect("a word");
    check_command(
        "/join dev sesame",
        Command::JoinWith {
            room: room("dev"),
            password: word,
        },
    );
    check_mistake("/join #a b c", ParseError::BadRoomPassword);
    check_command("/knock #dev", Command::Knock(room("dev")));
    check_mistake("/join #", ParseError::BadRoomName);
}

#[test]
fn names_and_passwords_are_read() {
    let rename = |password| Request::Rename {
        name: name("annie"),
        password,
    };
    check("/nick annie", rename(None));
    check("/nick annie#s3#cret x", rename(Some(password("s3#cret x"))));
    check(
        "/claim correct horse",
        Request::Register(password("correct horse")),
    );
    check_usage("/nick", "nick");
    check("/claim", Request::Claim);
    check("/unclaim", Request::Unclaim(None));
    check_usage("/logout now", "logout");
    check("/account", Request::Query(Query::Account));
    check_mistake("/nick 4ann", ParseError::BadName);
    check_mistake(
        "/nick You",
        ParseError::ReservedName(EchoedInput::new("You")),
    );
    let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
    check_mistake(&std::format!("/claim {long}"), ParseError::PasswordTooLong);
    check_mistake("/claim a\x07b", ParseError::PasswordNotText);
    check("/nick annie#x", rename(Some(password("x"))));
    assert_eq!(std::format!("{:?}", password("secret")), "Password(..)");
}

#[test]
fn what_is_about_oneself_is_read() {
    check_command("/away", Command::Away(None));
    check_command("/away off", Command::Back);
    check_command("/away off today", Command::Away(Some(text("off today"))));
    check_command("/away lunch", Command::Away(Some(text("lunch"))));
    check_command("/back", Command::Back);
    check_query("/ignore", Query::Ignores);
    let ignore = |on| Command::Ignore {
        name: name("troll"),
        account: None,
        on,
    };
    check_command("/ignore troll", ignore(true));
    check_command("/unignore troll", ignore(false));
    check_query("/stats", Query::Stats);
    check("/resume k7q29mxp", Request::Resume(code("K7Q2-9MXP")));
    check("/quit", Request::Quit(None));
    check("/exit lunch", Request::Quit(Some(text("lunch"))));
    check_mistake("/resume nonsense", ParseError::BadCode);
    check_mistake("/ignore a b", ParseError::BadName);
    check_usage("/unignore", "unignore");
    check_usage("/back now", "back");
}

#[test]
fn preferences_are_changed_or_shown() {
    let pref = |line, change| check(line, Request::Pref(change));
    pref("/time", PrefChange::Show(Pref::Time));
    pref("/time off", PrefChange::Time(TimeStyle::Off));
    pref("/time short", PrefChange::Time(TimeStyle::Short));
    pref("/time full", PrefChange::Time(TimeStyle::Full));
    pref("/tz", PrefChange::Show(Pref::Zone));
    pref("/tz -", PrefChange::Zone(None));
    pref(
        "/tz america/new york",
        PrefChange::Zone(Some(Arc::from("America/New_York"))),
    );
    pref("/echo", PrefChange::Show(Pref::Echo));
    pref("/echo on", PrefChange::Echo(true));
    pref("/quiet off", PrefChange::Quiet(false));
    pref("/color on", PrefChange::Color(true));
    pref("/bell off", PrefChange::Bell(false));
    check_usage("/time long", "time");
    check_usage("/bell ding", "bell");
    let error = ParseError::BadZone {
        typed: EchoedInput::new("Berlin"),
        meant: Some(String::from("Europe/Berlin")),
    };
    check_mistake("/tz Berlin", error);
}

#[test]
fn unknown_commands_are_guessed_at() {
    let unknown = |line, typed, meant| {
        let typed = EchoedInput::new(typed);
        check_mistake(line, ParseError::UnknownCommand { typed, meant });
    };
    unknown("/jion #dev", "jion", Some("join"));
    unknown("/Quti", "Quti", Some("quit"));
    unknown("/usr/bin/rustc is slow", "usr/bin/rustc", None);
    unknown("/x", "x", None);
    unknown("/W bob psst", "W", Some("msg"));
    unknown("/re psst", "re", Some("reply"));
    unknown("/unlock", "unlock", Some("lock off"));
    unknown("/\x1b[2J", "\x1b[2J", None);
    check_mistake("/", ParseError::NoCommand);
    check_mistake("/ join", ParseError::NoCommand);
}

#[test]
fn habits_lead_to_commands() {
    for (command, words) in HABITS {
        let (name, _) = split_word(command);
        assert!(CommandSpec::find(name).is_some(), "{command}");
        for word in words {
            assert!(CommandSpec::find(word).is_none(), "{word}");
            assert_eq!(meant(word), Some(command), "{word}");
        }
    }
}

#[test]
fn the_prompt_takes_a_name_or_a_code() {
    let check = |line: &str, expected| assert_eq!(parse_login(line), expected, "{line}");
    let entry = |password| {
        Ok(LoginLine::Name {
            name: Some(name("lee")),
            password,
        })
    };
    check(" K7Q2-9MXP", Ok(LoginLine::Resume(code("K7Q2-9MXP"))));
    check(
        "",
        Ok(LoginLine::Name {
            name: None,
            password: None,
        }),
    );
    check(
        " \t",
        Ok(LoginLine::Name {
            name: None,
            password: None,
        }),
    );
    check("lee", entry(None));
    check("  lee ", entry(None));
    check("lee#", entry(None));
    check("lee#pass word ", entry(Some(password("pass word"))));
    check(
        "/resume K7Q2-9MXP",
        Ok(LoginLine::Resume(code("K7Q2-9MXP"))),
    );
    check("/resume", Err(ParseError::BadCode));
    check("/resume K7Q2", Err(ParseError::BadCode));
    check("resume K7Q2-9MXP", Ok(LoginLine::Resume(code("K7Q2-9MXP"))));
    check("resume work", Err(ParseError::BadName));
    check("/op K7Q2-9MXP", Err(ParseError::NeedsName("op")));
    check("/dm lee hello", Err(ParseError::NeedsName("msg")));
    check("/quit", Ok(LoginLine::Quit));
    check("/EXIT now", Ok(LoginLine::Quit));
    check("/help", Ok(LoginLine::Help));
    check("/login lee", entry(None));
    check("/login lee pass word", entry(Some(password("pass word"))));
    check("/Login lee#pass word", entry(Some(password("pass word"))));
    for line in [
        "/login",
        "/login 302 found",
        "/login beside lee pass",
        "/jion #dev",
        "//lee",
        "#lobby",
        "hello there",
    ] {
        check(line, Err(ParseError::BadName));
    }
    check(
        "now",
        Err(ParseError::ReservedName(EchoedInput::new("now"))),
    );
}

#[test]
fn a_word_for_a_command_at_the_prompt_is_understood() {
    for word in ["help", "HELP", " ? "] {
        assert_eq!(parse_prompted_word(word), Some(LoginLine::Help), "{word}");
    }
    for word in ["quit", "QUIT\t", "exit"] {
        assert_eq!(parse_prompted_word(word), Some(LoginLine::Quit), "{word}");
    }
    for name in ["helge", "lee", "", "quit now"] {
        assert_eq!(parse_prompted_word(name), None, "{name}");
    }
}

proptest! {
    #[test]
    fn any_line_is_read_without_a_panic(line in "/?(ban|mute|history|search|around|tz|nick|help|msg)?.{0,200}") {
        let _ = parse(&line);
        let _ = parse_login(&line);
    }

    #[test]
    fn what_is_said_is_what_was_typed(line in "[!-.0-~][^\\pC]{0,80}") {
        let said = Request::Say(text(&line));
        prop_assert_eq!(parse(&line), Ok(said));
    }
}
