//! What clients send, and what they are sent.

mod pieces;
mod rooms;

use alloc::boxed::Box;
use std::format;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use chinwag_core::{
    AccountSet, Answer, Bucket, Command, ConnId, Deletion, Duration, Event, Fact, Ignored,
    KeptMessage, KeptShown, Knock, LOBBY, Link, Listed, LoggedIn, Manner, Mask, Monotonic, Name,
    Omitted, PersonId, Quit, QuitReason, Rate, Reach, Rejection, Restriction, ResumeCode, RoomAct,
    RoomChange, RoomName, RoomPassword, RoomRef, RoomRejection, RoomSetting, Seq, Standing,
    StandingChange, Text, Timestamp,
};
use chinwag_feed::{Reader, Render};
use hashbrown::HashMap;
use serde_json::Value;

use super::counterparts::{COUNTERPARTS, Counterpart, counterpart};
use super::refusal::{CODES, Sentence, code};
use super::request::{self, WORDS};
use super::value::{FromText, Time};
use crate::dialect::{Ask, Dialect, Env, Security, Settings, Step, Tell};
use crate::look::Look;
use crate::plain::COMMANDS;
use crate::prefs::Prefs;
use crate::sniff::{Protocol, Spoke};
use crate::zone::TimeZone;

const START: Timestamp = Timestamp(1_795_269_785_007);

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn settings() -> Settings {
    Settings {
        server_name: "chat".into(),
        port: 8989,
        zone: TimeZone::UTC,
        look: Look::new(Prefs::default(), &TimeZone::UTC),
        line_bytes_max: 100,
        line_rate: Rate {
            burst: 3,
            per_second: 0.5,
        },
        operator_rate_factor: 4,
        asks_password: false,
        login_tries_max: 5,
        password_letters_min: 6,
        login_bytes_max: 4096,
        login_time: Duration::from_secs(60),
        irc: crate::irc::Settings::new("chat", "chinwag", true),
    }
}

/// A program, and the server as far as a dialect sees it.
struct Program {
    dialect: Dialect,
    settings: Settings,
    rooms: HashMap<chinwag_core::RoomId, RoomName>,
    now: Monotonic,
}

impl Program {
    fn new() -> Self {
        let settings = settings();
        let rooms = [(LOBBY, RoomName::lobby())].into_iter().collect();
        let now = Monotonic(0);
        let env = Env {
            settings: &settings,
            rooms: &rooms,
            wall: START,
            now,
        };
        let bucket = Bucket::full(now);
        let dialect = Dialect::new(
            Protocol::Json,
            Spoke::First,
            bucket,
            Security::default(),
            &env,
        );
        Self {
            dialect: dialect.expect("it is served"),
            settings,
            rooms,
            now,
        }
    }

    fn in_lobby() -> Self {
        let mut program = Self::new();
        program.event(Fact::LoggedIn(
            LoggedIn {
                person: PersonId(1),
                conn: ConnId(1),
                name: name("deploy"),
                address: [192, 0, 2, 7].into(),
                account: None,
                operator: false,
                code: ResumeCode::from_random(1),
                link: Link::default(),
                is_script: true,
                ident: None,
            }
            .into(),
        ));
        program.dialect.handle_joined(LOBBY);
        program
    }

    fn call<T>(
        &mut self,
        call: impl FnOnce(&mut Dialect, &Env<'_>, &mut Vec<u8>) -> T,
    ) -> (T, String) {
        let mut out = Vec::new();
        let env = Env {
            settings: &self.settings,
            rooms: &self.rooms,
            wall: START,
            now: self.now,
        };
        let returned = call(&mut self.dialect, &env, &mut out);
        (returned, String::from_utf8(out).expect("UTF-8"))
    }

    /// Sends bytes; returns what is asked for, what is written and what was not taken.
    fn send(&mut self, bytes: impl AsRef<[u8]>) -> (Option<Step>, String, usize) {
        let mut rest = bytes.as_ref();
        let (step, out) = self.call(|dialect, env, out| dialect.handle_bytes(&mut rest, env, out));
        (step, out, rest.len())
    }

    fn event(&mut self, fact: Fact) -> String {
        let event = event(7, fact);
        self.call(|dialect, env, out| dialect.handle_event(&event, PersonId(1), env, out))
            .1
    }

    fn tell(&mut self, tell: Tell<'_>) -> String {
        self.call(|dialect, env, out| dialect.handle_tell(tell, env, out))
            .1
    }
}

fn event(seq: u64, fact: Fact) -> Event {
    Event {
        seq: Seq(seq),
        at: START,
        fact,
        source: None,
    }
}

fn said(by: &str, what: &str) -> Fact {
    Fact::Said {
        person: PersonId(2),
        name: name(by),
        room: LOBBY,
        text: Text::parse(what).expect("a text"),
        manner: Manner::Speech,
        irc: None,
        account: None,
    }
}

/// An event as the log of the lobby shows it.
fn line(fact: Fact) -> String {
    let program = Program::in_lobby();
    let mut out = Vec::new();
    let mut renderer = program
        .dialect
        .format(LOBBY)
        .renderer(START, &program.settings);
    assert!(renderer.wants_each());
    renderer.render(&mut out, &event(9, fact), &RoomName::lobby());
    String::from_utf8(out).expect("UTF-8")
}

const SAY: &str = "{\"say\":{\"room\":\"#lobby\",\"text\":\"hi\"}}\n";

#[test]
fn what_was_kept_for_an_account_is_told_message_by_message() {
    let kept = Fact::MessageKept(Box::new(KeptMessage {
        from: PersonId(2),
        from_name: name("ann"),
        from_account: name("ann"),
        account: name("deploy"),
        to_name: name("deploy"),
        text: Text::parse("lunch?").expect("a text"),
        manner: Manner::Speech,
        irc: None,
    }));
    let shown = Fact::KeptShown(Box::new(KeptShown {
        person: PersonId(1),
        account: name("deploy"),
        messages: [event(3, kept)].into(),
        omitted: [(Some("mal"), 10), (None, 2)]
            .map(|(from, messages)| Omitted {
                from: from.map(name),
                messages,
            })
            .into(),
    }));
    assert_eq!(
        Program::in_lobby().event(shown),
        "{\"kind\":\"private\",\"seq\":3,\"time\":\"2026-11-21T14:03:05.007Z\",\"author\":\"ann\",\
         \"to\":\"deploy\",\"text\":\"lunch?\",\"kept\":true}\n\
         {\"notice\":\"omitted\",\"count\":10,\"with\":\"mal\"}\n{\"notice\":\"omitted\",\"count\":2}\n"
    );
}

#[test]
fn a_line_of_a_room_has_its_place_time_room_and_author() {
    assert_eq!(
        line(said("ann", "so \"quick\"\\")),
        "{\"kind\":\"message\",\"seq\":9,\"time\":\"2026-11-21T14:03:05.007Z\",\"room\":\"#lobby\",\
         \"author\":\"ann\",\"text\":\"so \\\"quick\\\"\\\\\"}\n"
    );
    let why = QuitReason::Kicked {
        by: name("lee"),
        why: Text::parse("spam").map(Arc::new),
    };
    let quit = Quit {
        person: PersonId(2),
        name: name("ann"),
        account: None,
        rooms: [LOBBY].into(),
        why,
        is_resumable: true,
    };
    assert!(
        line(Fact::Quit(quit.into())).ends_with(
            "\"author\":\"ann\",\"reason\":\"kicked\",\"text\":\"spam\",\"by\":\"lee\"}\n"
        )
    );
    let summary = Fact::PresenceSummary {
        room: LOBBY,
        joined: 3,
        left: 0,
        who: None,
        why: None,
        here: 9,
    };
    assert_eq!(line(summary), "", "each was told");
}

#[test]
fn empty_lines_are_read_no_faster_than_others() {
    let mut program = Program::in_lobby();
    let lines = "\n".repeat(300);
    let (step, out, unread) = program.send(lines);
    assert!(step.is_none() && out.is_empty() && unread == 0);
    let (step, _, unread) = program.send(SAY);
    assert!(
        step.is_none() && unread == SAY.len(),
        "three lines are free"
    );
}

#[test]
fn an_empty_bucket_leaves_lines_unread_until_a_token_comes() {
    let mut program = Program::in_lobby();
    for _ in 0..3 {
        let (step, out, _) = program.send(SAY);
        assert!(matches!(step, Some(Step::Ask(_))) && out.is_empty());
    }
    assert_eq!(program.dialect.paused_until(), None);
    let (step, out, unread) = program.send(SAY);
    assert!(step.is_none() && out.is_empty(), "nothing is refused");
    assert_eq!(unread, SAY.len());
    let until = program.dialect.paused_until().expect("a time");
    assert!((1_999..=2_001).contains(&until.0), "{until:?}");
    program.now = Monotonic(until.0 + 1);
    let (step, _, unread) = program.send(SAY);
    assert!(step.is_some() && unread == 0);
    assert_eq!(program.dialect.paused_until(), None);
}

#[test]
fn answers_to_talk_have_the_ids_of_the_talk_in_order() {
    let mut program = Program::in_lobby();
    program.send("{\"say\":{\"room\":\"#lobby\",\"text\":\"a\"},\"id\":1}\n");
    program.send("{\"say\":{\"room\":\"#lobby\",\"text\":\"b\"}}\n");
    program.send("{\"say\":{\"room\":\"#lobby\",\"text\":\"c\"},\"id\":\"x\"}\n");
    assert_eq!(
        program.tell(Tell::Sent(Seq(8))),
        "{\"ack\":\"say\",\"id\":1,\"seq\":8}\n"
    );
    let muted = Rejection::Muted { remaining: None };
    assert_eq!(
        program.tell(Tell::NotSent(&muted)),
        "{\"refused\":\"say\",\"code\":\"muted\",\"text\":\"Muted.\"}\n"
    );
    assert_eq!(
        program.tell(Tell::Sent(Seq(9))),
        "{\"ack\":\"say\",\"id\":\"x\",\"seq\":9}\n"
    );
    assert_eq!(program.tell(Tell::Sent(Seq(9))), "", "nothing was sent");
}

#[test]
fn what_is_too_long_is_refused_and_the_session_lives_on() {
    let mut program = Program::in_lobby();
    let say = |bytes| {
        format!(
            "{{\"say\":{{\"room\":\"#lobby\",\"text\":\"{}\"}}}}\n",
            "x".repeat(bytes)
        )
    };
    let (_, out, _) = program.send(say(101));
    assert!(
        out.contains("\"code\":\"too_long\",\"text\":\"The text has 101 bytes"),
        "{out}"
    );
    let (_, out, _) = program.send(say(500));
    assert!(
        out.contains("\"code\":\"too_long\",\"text\":\"The line has "),
        "{out}"
    );
    let (step, out, _) = program.send(say(100));
    assert!(step.is_some() && out.is_empty(), "{out}");
}

#[test]
fn depth_is_bounded_and_nothing_that_is_not_json_ends_a_session() {
    let mut program = Program::in_lobby();
    program.settings.line_rate = Rate::UNLIMITED;
    program.settings.line_bytes_max = 4096;
    let deep = "[".repeat(10_000);
    for (line, code) in [
        (deep.as_str(), "not_json"),
        (
            &format!("{0}{1}", "[".repeat(5_000), "]".repeat(5_000)),
            "bad_command",
        ),
        ("{\"a\":[[[[[[]]]]]]}", "bad_command"),
        (&format!("{{\"id\":{deep}"), "not_json"),
        (
            "{\"say\":{\"room\":\"#lobby\",\"text\":\"\u{202e}\"",
            "not_json",
        ),
        ("{\"say\":\u{202e}}", "not_json"),
        ("hello", "not_json"),
    ] {
        let (step, out, _) = program.send(format!("{line}\n"));
        assert!(step.is_none());
        assert!(
            out.contains(&format!("\"code\":\"{code}\"")),
            "{line}: {out}"
        );
        assert!(out.len() < 800);
    }
    let (_, out, _) = program.send(b"{\"back\":\xff}\n");
    assert!(out.contains("not_utf8"), "{out}");
    assert!(program.send(SAY).0.is_some());
}

#[test]
fn a_password_is_in_no_refusal_and_no_log() {
    let line = "{\"hello\":{\"name\":\"ann\",\"password\":\"s3cret\"},\"id\":4}\n";
    let mut program = Program::new();
    let (step, out, _) = program.send(line);
    assert!(!format!("{step:?}{out}").contains("s3cret"));
    assert!(matches!(
        step,
        Some(Step::Ask(Ask::LogIn {
            is_script: true,
            ..
        }))
    ));
    let (_, out, _) = Program::new().send(line.replace("ann", "4"));
    assert!(out.contains("\"id\":4") && !out.contains("s3cret"), "{out}");
}

#[test]
fn who_is_ignored_is_not_read() {
    let mut program = Program::in_lobby();
    let hides = |program: &mut Program| {
        let event = event(9, said("Troll", "hi"));
        program
            .call(|dialect, env, _| dialect.reader(env).hides(&event))
            .0
    };
    assert!(!hides(&mut program));
    program.event(Fact::IgnoreSet {
        person: PersonId(1),
        who: Ignored::of_name(name("troll")),
        on: true,
        since_before: false,
    });
    assert!(hides(&mut program));
}

#[test]
fn every_rejection_has_a_code_of_the_reference_and_a_sentence() {
    let rejections = [
        Rejection::CannotSave,
        Rejection::RoomGone,
        Rejection::Oneself,
        Rejection::NoAccount {
            typed: "nosuch".into(),
        },
        Rejection::Locked,
        Rejection::NeedsOperator,
        Rejection::OutlastsVisit,
        Rejection::RegistrationsFull,
        Rejection::NotMuted(name("ann")),
        Rejection::NothingKept(name("ann")),
        Rejection::NotInRoom(RoomName::lobby()),
        Rejection::ServerFull { people_max: 3 },
    ];
    let rules = [
        RoomRejection::OperatorsAlone,
        RoomRejection::AddressBar,
        RoomRejection::AddressMask,
        RoomRejection::OwnRoom,
        RoomRejection::LobbyKeepsAll,
        RoomRejection::NameBarred(name("ann")),
        RoomRejection::TargetOutside(name("ann")),
        RoomRejection::TargetInside(name("ann")),
        RoomRejection::TargetOperates(name("ann")),
        RoomRejection::TargetBarred(name("ann")),
        RoomRejection::SetAlready,
        RoomRejection::StandsAlready(name("ann"), Standing::Voice),
        RoomRejection::StandsNot(name("ann"), Standing::Voice),
        RoomRejection::StandingsFull,
        RoomRejection::NotBarred(Listed::Mask(Mask::of_name(name("ann")))),
        RoomRejection::NotMuted(name("ann")),
        RoomRejection::PasswordNotForAll,
        RoomRejection::SetInClear,
        RoomRejection::InsideAlready,
        RoomRejection::NoNeedToKnock,
        RoomRejection::KnockedAlready,
        RoomRejection::NobodyHears,
    ];
    let rules = rules.map(|rule| Rejection::Of(RoomName::lobby(), rule));
    for rejection in rejections.into_iter().chain(rules) {
        let code = code(&rejection);
        assert!(CODES.iter().any(|(known, _)| *known == code), "{code}");
        assert!(
            Sentence(&rejection).to_string().ends_with('.'),
            "{rejection:?}"
        );
    }
}

#[test]
fn what_people_can_type_programs_can_send() {
    for spec in COMMANDS {
        match counterpart(spec.name) {
            Some(Counterpart::Commands(words)) => {
                assert!(words.iter().all(|word| WORDS.contains(word)), "{spec}");
                assert_ne!(*words, [spec.name], "{spec} needs no line");
            }
            Some(Counterpart::None(reason)) => assert!(!reason.is_empty(), "{spec}"),
            None => assert!(WORDS.contains(&spec.name), "programs cannot {spec}"),
        }
    }
    for (name, _) in COUNTERPARTS {
        assert!(
            COMMANDS.iter().any(|spec| spec.name == *name),
            "nobody types /{name}"
        );
    }
}

#[test]
fn a_password_is_held_against_the_account_and_not_the_name() {
    let mut program = Program::in_lobby();
    program.event(Fact::AccountSet(Box::new(AccountSet {
        person: PersonId(1),
        before: None,
        account: Some(name("lee")),
        operator: false,
        name: name("deploy"),
        rooms: [LOBBY].into(),
    })));
    let (step, ..) = program.send("{\"passwd\":{\"old\":\"a\",\"new\":\"s3cret\"}}\n");
    assert!(
        matches!(step, Some(Step::Ask(Ask::ChangePassword { name: of, .. })) if of == name("lee"))
    );
}
