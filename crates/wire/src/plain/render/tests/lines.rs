//! Live lines: of rooms and to one person.

use std::boxed::Box;

use crate::prefs::TimeStyle;
use chinwag_core::{
    AccountChange, AccountChanged, AccountSet, CredentialKind, Duration, Fact, Ignored, LOBBY,
    Manner, PrivateMessage, QuitReason, Renamed, Returned, Seq,
};

use super::*;

#[track_caller]
fn check_room(fact: Fact, current: bool, expected: &str) {
    let line = shown(|r, out| r.room_line(out, &event(NOW, fact), &room("lobby"), current));
    assert_eq!(line, expected);
}

#[track_caller]
fn check(fact: Fact, expected: &str) {
    check_room(fact, true, expected);
}

#[track_caller]
fn check_talk(time: TimeStyle, expected: [&str; 4]) {
    let talk = [
        (Manner::Speech, "hello", true),
        (Manner::Speech, "hello", false),
        (Manner::Action, "waves", true),
        (Manner::Action, "waves", false),
    ];
    let renderer = &mut renderer(time);
    for ((manner, what, current), expected) in talk.into_iter().zip(expected) {
        let event = said(NOW, "gopher", what, manner);
        let line = shown_by(renderer, |r, out| {
            r.room_line(out, &event, &room("dev"), current)
        });
        assert_eq!(line.strip_suffix('\n'), Some(expected));
    }
}

#[test]
fn talk_looks_as_the_style_says() {
    check_talk(
        TimeStyle::Short,
        [
            "[14:03] gopher: hello",
            "[14:03] #dev gopher: hello",
            "[14:03] * gopher waves",
            "[14:03] #dev * gopher waves",
        ],
    );
    check_talk(
        TimeStyle::Full,
        [
            "[2026-11-21 14:03:05] gopher: hello",
            "[2026-11-21 14:03:05] #dev gopher: hello",
            "[2026-11-21 14:03:05] * gopher waves",
            "[2026-11-21 14:03:05] #dev * gopher waves",
        ],
    );
    check_talk(
        TimeStyle::Off,
        [
            "[gopher] hello",
            "[#dev gopher] hello",
            "[* gopher waves]",
            "[#dev * gopher waves]",
        ],
    );
}

#[test]
fn the_time_is_that_of_each_line_and_of_the_zone() {
    let zone = crate::zone::zone("Asia/Kathmandu").expect("a zone");
    let mut renderer = Renderer::new(
        Style {
            zone,
            ..style(TimeStyle::Short)
        },
        NOW,
    );
    let mut line = |after: u64| {
        let event = said(NOW + Duration::from_secs(after), "ann", "x", Manner::Speech);
        shown_by(&mut renderer, |r, out| {
            r.room_line(out, &event, &room("dev"), true)
        })
    };
    assert_eq!(line(0), "[19:48] ann: x\n");
    assert_eq!(line(54), "[19:48] ann: x\n");
    assert_eq!(line(55), "[19:49] ann: x\n");
    assert_eq!(line(0), "[19:48] ann: x\n");
    assert_eq!(line(3_600), "[20:48] ann: x\n");
}

#[test]
fn coming_and_going_is_told() {
    let joined = Fact::Joined {
        person: GOPHER,
        name: name("ann"),
        room: LOBBY,
        here: 5,
    };
    check(joined, "* ann joined #lobby (5 here)\n");
    let left = Fact::Left {
        person: GOPHER,
        name: name("ann"),
        room: LOBBY,
        why: None,
        closed_by: None,
        account: None,
    };
    check(left, "* ann left #lobby\n");
    let renamed = Fact::Renamed(Box::new(Renamed {
        person: GOPHER,
        old: name("ann"),
        since: Seq(0),
        new: name("annie"),
        rooms: [LOBBY].into(),
        account: None,
        operator: false,
    }));
    check(renamed, "* ann is now annie\n");
    let returned = Fact::Returned(Box::new(Returned {
        login: arrived("ann"),
        rooms: [LOBBY].into(),
        left_out: [].into(),
        name_before: None,
        names: [].into(),
        ignores: [].into(),
        seen: Seq(1),
        last_conn: ConnId(0),
        was_lost: true,
        kept: [].into(),
        omitted: 0,
        ends_visit: false,
    }));
    check(returned, "* ann is back\n");
    check(Fact::LoggedIn(Box::new(arrived("ann"))), "");
}

#[test]
fn a_leave_says_why() {
    let (by, until) = (name("lee"), None);
    for (reason, expected) in [
        (QuitReason::Quit(None), "quit"),
        (QuitReason::Quit(Some(text("lunch"))), "quit: lunch"),
        (QuitReason::Closed, "connection closed"),
        (QuitReason::Lost, "connection lost"),
        (QuitReason::TimedOut, "timed out"),
        (
            QuitReason::Kicked {
                by: by.clone(),
                why: why("spam"),
            },
            "kicked by lee: spam",
        ),
        (
            QuitReason::Kicked {
                by: by.clone(),
                why: None,
            },
            "kicked by lee",
        ),
        (
            QuitReason::Banned {
                by: by.clone(),
                until,
                why: None,
            },
            "banned by lee",
        ),
        (
            QuitReason::Banned {
                by,
                until,
                why: why("spam"),
            },
            "banned by lee",
        ),
        (QuitReason::TooSlow, "too slow"),
        (QuitReason::TooFast, "too fast"),
        (QuitReason::Restart, "server restart"),
    ] {
        check(
            departed("ann", reason),
            &std::format!("* ann left #lobby ({expected})\n"),
        );
    }
}

#[test]
fn a_crowd_is_one_line() {
    let crowd = |joined, left, why| Fact::PresenceSummary {
        room: LOBBY,
        joined,
        left,
        who: None,
        why,
        here: 19,
    };
    check(
        crowd(0, 14, Some(QuitReason::Restart)),
        "* 14 people left #lobby (server restart)\n",
    );
    check(crowd(0, 14, None), "* 14 people left #lobby (19 here)\n");
    check(crowd(14, 0, None), "* 14 people joined #lobby (19 here)\n");
    check(
        crowd(9, 5, None),
        "* 9 people joined and 5 left #lobby (19 here)\n",
    );
    check(crowd(1, 0, None), "* 1 person joined #lobby (19 here)\n");
    check(
        crowd(1, 1, Some(QuitReason::Closed)),
        "* 1 person joined and 1 left #lobby (19 here)\n",
    );
    check(crowd(0, 0, None), "");
}

#[test]
fn a_crowd_of_one_has_a_name() {
    let one = |joined, left, why| Fact::PresenceSummary {
        room: LOBBY,
        joined,
        left,
        who: Some(name("ann")),
        why,
        here: 19,
    };
    check(one(1, 0, None), "* ann joined #lobby (19 here)\n");
    check(
        one(0, 1, Some(QuitReason::Closed)),
        "* ann left #lobby (connection closed)\n",
    );
    check(one(0, 1, None), "* ann left #lobby\n");
}

#[test]
fn a_topic_names_its_room_where_it_is_not_plain() {
    let topic = |text| Fact::TopicSet {
        person: None,
        room: LOBBY,
        by: name("lee"),
        text,
        account: None,
    };
    check_room(
        topic(Some(text("Ship it"))),
        true,
        "* lee set the topic: Ship it\n",
    );
    check_room(
        topic(Some(text("Ship it"))),
        false,
        "* lee set the topic of #lobby: Ship it\n",
    );
    check_room(topic(None), true, "* lee cleared the topic\n");
    check_room(topic(None), false, "* lee cleared the topic of #lobby\n");
}

#[track_caller]
pub(super) fn check_private(fact: Fact, reader: PersonId, expected: &str) {
    let line = shown(|r, out| r.private_line(out, &event(NOW, fact), reader));
    assert_eq!(line, expected);
}

fn told(from: PersonId, to: PersonId) -> Fact {
    Fact::PrivateMessage(Box::new(PrivateMessage {
        from,
        from_name: name("bob"),
        to,
        to_name: name("gopher"),
        text: text("psst"),
        ignored: false,
        kept: None,
        irc: None,
        manner: chinwag_core::Manner::Speech,
        away: None,
        accounts: Default::default(),
    }))
}

#[test]
fn private_messages_name_the_other() {
    let bob = PersonId(3);
    check_private(told(bob, GOPHER), GOPHER, "[14:03] bob -> you: psst\n");
    check_private(told(bob, GOPHER), bob, "[14:03] you -> gopher: psst\n");
    check_private(told(bob, bob), bob, "[14:03] you -> you: psst\n");
    check_private(told(bob, GOPHER), READER, "");
    let off = &mut renderer(TimeStyle::Off);
    let told = event(NOW, told(bob, GOPHER));
    let line = shown_by(off, |r, out| r.private_line(out, &told, GOPHER));
    assert_eq!(line, "[bob -> you] psst\n");
}

#[test]
fn what_one_did_to_oneself_is_confirmed() {
    let person = READER;
    let away = |away, why| Fact::AwaySet {
        person,
        away,
        why,
        name: name("ann"),
        rooms: [].into(),
    };
    check_private(
        away(true, Some(text("lunch"))),
        READER,
        "! You are away: lunch.\n",
    );
    check_private(away(true, None), READER, "! You are away.\n");
    check_private(away(false, None), READER, "! You are back.\n");
    check_private(away(false, None), GOPHER, "");
    let nobody = Ignored::of_name(name("bob"));
    let bob = Ignored {
        person: Some(GOPHER),
        ..nobody.clone()
    };
    let ignore = |who: &Ignored, on| Fact::IgnoreSet {
        person,
        who: who.clone(),
        on,
        since_before: false,
    };
    check_private(
        ignore(&bob, true),
        READER,
        "! You ignore bob now. /unignore bob ends it.\n",
    );
    check_private(
        ignore(&nobody, true),
        READER,
        "! You ignore bob now. Nobody is here under that name, and no account has it. /unignore bob ends it.\n",
    );
    check_private(ignore(&nobody, false), READER, "! You hear bob again.\n");
}

#[test]
fn what_becomes_of_an_account_is_told_to_those_who_are_logged_in() {
    let changed = |change, person| {
        Fact::AccountChanged(Box::new(AccountChanged {
            account: name("ann"),
            change,
            person,
            logins: [READER].into(),
            rooms: [].into(),
        }))
    };
    let kind = CredentialKind::Password;
    let (me, other) = (Some(READER), Some(PersonId(99)));
    let claimed = AccountChange::Claimed {
        kind,
        secret: "$argon2id$".into(),
        operator: false,
    };
    let password = AccountChange::Credential {
        kind,
        secret: "$argon2id$".into(),
    };
    for (change, by, expected) in [
        (
            claimed,
            me,
            "! Your name is registered. Next time type ann#PASSWORD at the prompt.\n",
        ),
        (password.clone(), me, "! The password of ann is changed.\n"),
        (
            password.clone(),
            other,
            "! The password of ann is changed from another of your connections.\n",
        ),
        (
            password,
            None,
            "! The password of ann is changed by those who run the server.\n",
        ),
        (
            AccountChange::NameAdded(name("annie")),
            me,
            "! annie belongs to your account ann now. It takes the same password.\n",
        ),
        (
            AccountChange::NameRemoved(name("annie")),
            me,
            "! annie no longer belongs to your account.\n",
        ),
        (
            AccountChange::Removed,
            None,
            "! The account ann has ended, and its names are free.\n",
        ),
    ] {
        check_private(changed(change, by), READER, expected);
    }
    let set = |before: Option<&str>, account: Option<&str>| {
        Fact::AccountSet(Box::new(AccountSet {
            person: READER,
            before: before.map(name),
            account: account.map(name),
            operator: false,
            name: name("ann"),
            rooms: [].into(),
        }))
    };
    let login = "! You are logged in to ann. /logout ends it.\n";
    check_private(set(None, Some("ann")), READER, login);
    let logout = "! You are logged out of ann.\n";
    check_private(set(Some("ann"), None), READER, logout);
}

#[test]
fn colour_is_quiet_and_ends_with_its_line() {
    let mut renderer = Renderer::new(
        Style {
            color: true,
            ..style(TimeStyle::Short)
        },
        NOW,
    );
    let mut line = |fact| {
        shown_by(&mut renderer, |r, out| {
            r.room_line(out, &event(NOW, fact), &room("lobby"), true);
        })
    };
    let said = said(NOW, "gopher", "hello", Manner::Speech).fact;
    assert_eq!(line(said), "[14:03] \x1b[38;5;98mgopher\x1b[0m: hello\n");
    let left = Fact::Left {
        person: GOPHER,
        name: name("ann"),
        room: LOBBY,
        why: None,
        closed_by: None,
        account: None,
    };
    assert_eq!(line(left), "\x1b[2m* ann left #lobby\x1b[0m\n");
}
