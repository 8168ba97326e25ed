//! In the chat: the current room, what one is shown, and the words of answers and refusals.

use chinwag_core::{Answer, Ignored, Mask, PrivateMessage, QuitReason, Restriction};
use chinwag_feed::Reader;

use super::*;
use crate::dialect::Format;

fn is_current(peer: &Peer, room: RoomId) -> bool {
    let Format::Plain(format) = peer.dialect.format(room) else {
        panic!("a person is shown the plain format");
    };
    format.is_current
}

#[test]
fn lines_go_to_the_room_that_was_entered_last() {
    let mut peer = Peer::in_lobby();
    assert!(is_current(&peer, LOBBY) && !is_current(&peer, DEV));
    peer.dialect.poll_format();
    peer.dialect.handle_joined(DEV);
    assert!(peer.dialect.poll_format(), "both rooms look different now");
    assert!(is_current(&peer, DEV) && !is_current(&peer, LOBBY));
    assert_eq!(peer.send("hi\n"), "{say in 7: hi}");
}

#[test]
fn a_switch_changes_the_room_without_joining_it() {
    let mut peer = Peer::in_lobby();
    peer.dialect.handle_joined(DEV);
    assert!(peer.send("/join lobby\n").starts_with("{Command(Join("));
    assert_eq!(
        peer.enter_room(LOBBY, "lobby"),
        "You are in #lobby, alone.\n--- now ---\n"
    );
    assert_eq!(peer.send("hi\n"), "{say in 0: hi}");
}

#[test]
fn who_leaves_the_current_room_is_told_where_they_are() {
    let mut peer = Peer::in_lobby();
    peer.dialect.handle_joined(DEV);
    assert!(
        peer.send("/leave\n")
            .contains("Leave { room: Id(RoomId(7))")
    );
    peer.dialect.handle_left(DEV, Some(LOBBY));
    assert_eq!(peer.tell(Tell::Left(DEV)), "{view 0}");
    assert_eq!(peer.send("hi\n"), "", "the answer is still to come");
    assert!(peer.enter_room(LOBBY, "lobby").ends_with("{say in 0: hi}"));
}

#[test]
fn who_leaves_another_room_is_not_shown_this_one_again() {
    let mut peer = Peer::in_lobby();
    peer.dialect.handle_joined(DEV);
    assert!(peer.send("/leave lobby\n").contains("Leave { room: Name("));
    peer.dialect.handle_left(LOBBY, Some(DEV));
    assert_eq!(peer.tell(Tell::Left(LOBBY)), "! You left #lobby.\n");
    assert_eq!(peer.send("hi\n"), "{say in 7: hi}");
}

#[test]
fn leaving_another_room_moves_nobody() {
    let mut peer = Peer::in_lobby();
    peer.dialect.handle_joined(DEV);
    peer.dialect.handle_left(LOBBY, Some(DEV));
    assert_eq!(peer.send("hi\n"), "{say in 7: hi}");
}

fn bell_of(peer: &mut Peer, event: &Event) -> &'static [u8] {
    let mut trailer: &'static [u8] = b"";
    peer.call(|dialect, env, _| {
        trailer = dialect.reader(env).trailer(event);
        None
    });
    trailer
}

#[test]
fn one_s_own_lines_are_shown_with_echo_on() {
    let mut peer = Peer::in_lobby();
    let (own, other) = (said(ME, "ann", "hi"), said(LEE, "lee", "hi"));
    assert!(peer.dialect.is_own(&own) && !peer.dialect.is_own(&other));
    assert_eq!(
        peer.set("/echo on"),
        "! Echo is on: your own lines are shown to you too.\n"
    );
    assert!(!peer.dialect.is_own(&own));
    let mut action = own;
    if let Fact::Said { manner, .. } = &mut action.fact {
        *manner = chinwag_core::Manner::Action;
    }
    peer.set("/echo off");
    assert!(!peer.dialect.is_own(&action), "an action is confirmed");
}

#[test]
fn the_bell_rings_for_one_s_name_and_for_private_messages() {
    let mut peer = Peer::in_lobby();
    let called = said(LEE, "lee", "ann: lunch?");
    let told = || {
        Fact::PrivateMessage(Box::new(PrivateMessage {
            from: LEE,
            from_name: name("lee"),
            to: ME,
            to_name: name("ann"),
            text: text("psst"),
            ignored: false,
            kept: None,
            irc: None,
            manner: chinwag_core::Manner::Speech,
            away: None,
            accounts: Default::default(),
        }))
    };
    assert_eq!(bell_of(&mut peer, &called), b"");
    assert_eq!(peer.event(told()), "[14:03] lee -> you: psst\n");
    peer.set("/bell on");
    assert_eq!(bell_of(&mut peer, &called), b"\x07");
    assert_eq!(bell_of(&mut peer, &said(LEE, "lee", "lunch?")), b"");
    assert_eq!(bell_of(&mut peer, &said(ME, "ann", "I am ann")), b"");
    assert_eq!(peer.event(told()), "[14:03] lee -> you: psst\n\x07");
}

#[test]
fn the_ignored_are_not_heard_until_they_are() {
    let mut peer = Peer::in_lobby();
    let (lee, ann) = (said(LEE, "lee", "hi"), said(ME, "ann", "hi"));
    let hides = |peer: &mut Peer, event: &Event| {
        let mut seen = (false, false);
        peer.call(|dialect, env, _| {
            let reader = dialect.reader(env);
            seen = (reader.hides(event), reader.sees_all());
            None
        });
        seen
    };
    let ignore = |called: &str, on| Fact::IgnoreSet {
        person: ME,
        who: Ignored {
            name: name(called),
            person: Some(LEE),
            account: None,
        },
        on,
        since_before: false,
    };
    assert_eq!(hides(&mut peer, &lee), (false, true));
    peer.event(ignore("Lee", true));
    assert_eq!(peer.dialect.ignores()[0].name, name("Lee"));
    assert_eq!(hides(&mut peer, &lee), (true, false));
    assert_eq!(hides(&mut peer, &ann), (false, false));
    // Under another name, and in a topic. Who goes or changes name is told, without words of theirs.
    let quit = |why: Option<&str>| {
        Fact::Quit(Box::new(chinwag_core::Quit {
            person: LEE,
            name: name("liam"),
            account: None,
            rooms: [LOBBY].into(),
            why: QuitReason::Quit(why.map(text)),
            is_resumable: true,
        }))
    };
    let topic = |person, by| Fact::TopicSet {
        person,
        room: LOBBY,
        by: name(by),
        text: Some(text("hi")),
        account: None,
    };
    let renamed = Fact::Renamed(Box::new(chinwag_core::Renamed {
        person: LEE,
        old: name("liam"),
        since: Seq(0),
        new: name("BuyPills"),
        rooms: [LOBBY].into(),
        account: None,
        operator: false,
    }));
    for (fact, hidden) in [
        (said(LEE, "liam", "hi").fact, true),
        (quit(Some("hi")), false),
        (quit(None), false),
        (topic(None, "LEE"), true),
        (topic(Some(LEE), "liam"), true),
        (renamed, false),
    ] {
        let event = Event {
            fact,
            ..lee.clone()
        };
        assert_eq!(hides(&mut peer, &event), (hidden, false), "{event:?}");
    }
    peer.event(ignore("lee", false));
    assert_eq!(hides(&mut peer, &lee), (false, true));
}

#[test]
fn who_is_no_operator_is_told_so_whatever_was_typed() {
    for line in ["/kick", "/ban", "/lock perhaps", "/log many", "/rename bob"] {
        let mut peer = Peer::in_lobby();
        let command = line.split(' ').next().expect("a word");
        let expected = std::format!("! {command} needs operator rights in #lobby.\n");
        assert_eq!(peer.send(std::format!("{line}\n")), expected);
    }
    // A moderator may mute, and anybody may have the server's code.
    let mut peer = Peer::in_lobby();
    for line in ["/mute\n", "/op\n"] {
        assert!(!peer.send(line).contains("rights"), "{line}");
    }
}

#[test]
fn a_refusal_fits_what_was_asked() {
    let check = |line: &str, rejection: &Rejection, expected: &str| {
        let mut peer = Peer::in_lobby();
        peer.send(line);
        assert_eq!(peer.reject(rejection), expected, "{line}");
    };
    check(
        "/nick lee\n",
        &Rejection::NameRegistered(name("lee")),
        "! \"lee\" is registered. If it is yours, type /nick lee#password; or choose another.\n",
    );
    let muted = Rejection::Muted { remaining: None };
    check("/topic x\n", &muted, "! Not done: you are muted.\n");
    check("/msg lee x\n", &muted, "! NOT sent: you are muted.\n");
    let needs = Rejection::NeedsOperator;
    check(
        "/kick lee\n",
        &needs,
        "! /kick needs operator rights in #lobby.\n",
    );
    check(
        "/bans\n",
        &needs,
        "! /bans needs operator rights in #lobby.\n",
    );
    check(
        "/ban lee\n",
        &Rejection::Oneself,
        "! That would keep you out too.\n",
    );
    let mut peer = Peer::in_lobby();
    peer.send("hello\n");
    assert_eq!(
        peer.tell(Tell::NotSent(&muted)),
        "! NOT sent: you are muted.\n"
    );
}

#[test]
fn talk_in_flight_does_not_change_what_a_refusal_says() {
    let mut peer = Peer::in_lobby();
    peer.send("hello\n/kick lee\n");
    assert_eq!(peer.tell(Tell::Sent(Seq(1))), "");
    assert_eq!(
        peer.reject(&Rejection::NeedsOperator),
        "! /kick needs operator rights in #lobby.\n"
    );
}

#[test]
fn a_goodbye_counts_the_lines_that_were_sent() {
    let mut peer = Peer::in_lobby();
    peer.send("1\n2\n");
    peer.tell(Tell::Sent(Seq(1)));
    peer.tell(Tell::NotSent(&Rejection::CannotSave));
    assert_eq!(
        peer.tell(Tell::Farewell(&QuitReason::Quit(None))),
        "Bye, ann. 1 line sent.\n"
    );
}

#[test]
fn who_takes_up_another_session_is_told_of_no_goodbye() {
    for line in ["/login bob s3cret", "/nick bob#s3cret", "/resume K7Q2-9MXP"] {
        let mut peer = Peer::in_lobby();
        peer.send(std::format!("{line}\n"));
        assert_eq!(peer.tell(Tell::Farewell(&QuitReason::Quit(None))), "");
        let mut peer = Peer::in_lobby();
        peer.send(std::format!("{line}\n"));
        peer.reject(&Rejection::CodeNotValid);
        peer.send("/quit\n");
        assert_eq!(
            peer.tell(Tell::Farewell(&QuitReason::Quit(None))),
            "Bye, ann. 0 lines sent.\n"
        );
    }
    let mut peer = Peer::in_lobby();
    peer.send("/nick annie\n");
    peer.tell(Tell::Done(None));
    peer.send("/quit\n");
    let goodbye = peer.tell(Tell::Farewell(&QuitReason::Quit(None)));
    assert!(goodbye.starts_with("Bye, "), "{goodbye}");
}

fn bans(names: &[&str], next: Option<chinwag_core::RestrictionCursor>) -> Answer {
    let ban = |called: &&str| Restriction {
        at: Timestamp(0),
        mask: Mask::of_name(name(called)),
        until: None,
        by: name("lee"),
        why: None,
    };
    Answer::Restrictions {
        counts: (3, 0),
        bans: names.iter().map(ban).collect(),
        mutes: std::vec![],
        renamed: std::vec![],
        accounts: std::vec![],
        next,
    }
}

/// The end of the first page of a long list, which only a chat can make.
fn cursor() -> chinwag_core::RestrictionCursor {
    use chinwag_core::{Caller, Chat, Snapshot};
    let numbers = 0..=chinwag_core::limits::RESTRICTION_LINES_MAX;
    let ban = |n| Restriction {
        at: Timestamp(0),
        mask: Mask::of_name(name(&format!("p{n}"))),
        until: None,
        by: name("lee"),
        why: None,
    };
    let snapshot = Snapshot {
        bans: numbers.map(ban).collect(),
        ..Snapshot::default()
    };
    let mut chat = Chat::new(chinwag_core::Settings::default(), snapshot, START);
    let mut operator = logged_in();
    operator.operator = true;
    let (person, conn, address) = (operator.person, operator.conn, operator.address);
    chat.apply(&event(Fact::LoggedIn(Box::new(operator))));
    let caller = Caller::Person {
        person,
        conn,
        address,
        link: chinwag_core::Link::default(),
    };
    let all = Query::Restrictions { after: None };
    match chat.answer(caller, all, START) {
        Ok(Answer::Restrictions { next, .. }) => next.expect("another page"),
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn restrictions_come_in_pages_under_one_head() {
    let mut peer = Peer::in_lobby();
    assert!(peer.send("/bans\n").starts_with("{Query(Restrictions"));
    let first = peer.tell(Tell::Answer(&bans(&["a1", "a2"], Some(cursor()))));
    let (lines, step) = first.split_once('{').expect("a step");
    assert_eq!(
        lines,
        "--- 3 bans, 0 mutes ---\n  banned: a1 by lee\n  banned: a2 by lee\n"
    );
    assert!(step.starts_with("when written: Query(Restrictions { after: Some("));
    assert_eq!(
        peer.tell(Tell::Answer(&bans(&["a3"], None))),
        "  banned: a3 by lee\n"
    );
    peer.at(60_000).send("/bans\n");
    assert!(
        peer.tell(Tell::Answer(&bans(&["a1"], None)))
            .starts_with("--- 3 bans, 0 mutes ---\n"),
        "the next list has a head of its own"
    );
}

#[test]
fn an_interrupt_leaves_and_is_answered() {
    let mut peer = Peer::in_lobby();
    let shown = peer.call(|dialect, env, out| {
        let mut bytes: &[u8] = b"hel\xff\xf4\xff\xfd\x06";
        let step = dialect.handle_bytes(&mut bytes, env, out);
        dialect.handle_ignored(bytes, env);
        assert_eq!(out, b"", "it is no line");
        let urgent = dialect.poll_urgent();
        assert_eq!(
            urgent.as_deref(),
            Some(&b"\xff\xfd\x00\xff\xfd\x1f\xff\xfc\x06"[..])
        );
        assert_eq!(dialect.poll_urgent(), None);
        step
    });
    assert!(shown.ends_with("{quit}"), "{shown}");
}

#[test]
fn a_raw_terminal_gets_cr_lf() {
    let mut peer = Peer::in_lobby();
    peer.dialect.poll_format();
    assert_eq!(peer.send("hi\n"), "{say in 0: hi}");
    assert!(!peer.dialect.poll_format());
    assert_eq!(peer.send("/echo\r"), "{fence}");
    assert_eq!(
        peer.tell(Tell::Answer(&Answer::Fence)),
        "! Echo is off: your own lines are not shown to you again.\r\n"
    );
    assert!(peer.dialect.poll_format());
    assert!(!peer.dialect.poll_format(), "it is told once");
}

/// After the key that it takes a byte for, telnet shows nothing until its mark is answered.
#[test]
fn a_mark_of_telnet_is_answered_before_what_is_said_of_its_line() {
    let mangled = "テスト\n".as_bytes();
    let key = mangled
        .iter()
        .position(|byte| *byte == 0x83)
        .expect("a byte that is ^C");
    let mut line = mangled[..key].to_vec();
    line.extend_from_slice(b"\xff\xf4\xff\xfd\x06");
    line.extend_from_slice(&mangled[key + 1..]);
    for (mut peer, prompt) in [(Peer::in_lobby(), ""), (Peer::person(), PROMPT)] {
        let shown = peer.send(&line);
        let mark = shown.find('\u{6}').expect("the answer to the mark");
        let told = shown.find("telnet mangled that").expect("the refusal");
        assert!(mark < told && shown.ends_with(prompt), "{shown:?}");
    }
}
