//! The greeting, the welcome and other rooms.

use alloc::format;

use chinwag_core::{Duration, LOBBY, RoomSummary, Topic, Welcome};

use super::*;
use crate::dialect::Doubt;
use crate::plain::render::Missed;

fn company(others: &[&str], more: usize) -> RoomSummary {
    RoomSummary {
        has_password: false,
        ignores: false,
        room: room("lobby"),
        id: LOBBY,
        others: names(others),
        more,
        topic: None,
    }
}

fn topic() -> Topic {
    Topic {
        text: text("Friday release at 15:00"),
        by: name("lee"),
        account: None,
        at: NOW - Duration::from_mins(130),
    }
}

fn arrival(company: RoomSummary) -> Welcome {
    Welcome {
        person: READER,
        name: name("megumin"),
        room: Some(company),
        also: Vec::new(),
        resume: (
            "K7Q2-9MXP".parse().expect("a code"),
            Duration::from_mins(10),
        ),
        first_operator: false,
        operator_waits: None,
        registered: false,
        motd: None,
        counts: chinwag_core::Counts::default(),
    }
}

#[track_caller]
fn check_greeting(people: usize, rooms: usize, expected: &str) {
    let shown = shown(|r, out| r.greeting(out, "chat.example.org", None, people, rooms));
    let rest = "Type a line to talk, /help for help, /quit to leave.\nEnter your username: ";
    assert_eq!(
        shown,
        std::format!("Welcome to chat.example.org: {expected}\n{rest}")
    );
}

#[test]
fn the_greeting_counts() {
    check_greeting(3, 2, "3 people in 2 rooms.");
    check_greeting(1, 1, "1 person in 1 room.");
    check_greeting(2, 1, "2 people in 1 room.");
    check_greeting(0, 0, "nobody here yet.");
    let offered = shown(|r, out| r.greeting(out, "chat.example.org", Some(8989), 0, 0));
    let offer = "Not encrypted. Encrypted: ncat --ssl chat.example.org 8989\nType a line";
    assert!(offered.contains(offer), "{offered}");
    assert_eq!(shown(|r, out| r.prompt(out)), "Enter your username: ");
}

#[test]
fn the_welcome_tells_where_one_is() {
    let mut company = company(&["gopher", "lee"], 0);
    company.topic = Some(topic());
    let shown = shown(|r, out| r.welcome(out, &arrival(company), NOW));
    let expected = "\
Welcome, megumin. You are in #lobby with gopher and lee.
Topic: Friday release at 15:00 (lee, 2 h ago)
If your link drops, reconnect and type /resume K7Q2-9MXP within 10 minutes.
";
    assert_eq!(shown, expected);
}

#[test]
fn the_first_is_told_that_it_is_the_operator() {
    let mut arrival = arrival(company(&[], 0));
    arrival.first_operator = true;
    arrival.motd = Some(text("Be kind."));
    let shown = shown(|r, out| r.welcome(out, &arrival, NOW));
    let expected = "\
Welcome, megumin. You are in #lobby, alone.
Message of the day: Be kind.
If your link drops, reconnect and type /resume K7Q2-9MXP within 10 minutes.
* You are the operator here: /help op.
* To stay the operator, keep your name: /claim PASSWORD.
";
    assert_eq!(shown, expected);
}

#[track_caller]
fn check_company(others: &[&str], more: usize, expected: &str) {
    let shown = shown(|r, out| r.room_summary(out, &company(others, more), NOW));
    assert_eq!(shown, std::format!("You are in #lobby{expected}\n"));
}

#[test]
fn a_full_room_is_counted_past_five_names() {
    check_company(&[], 0, ", alone.");
    check_company(&["ann"], 0, " with ann.");
    check_company(&["ann", "bob"], 0, " with ann and bob.");
    let five = ["ann", "bob", "cy", "dee", "eve"];
    check_company(&five, 0, " with ann, bob, cy, dee and eve.");
    check_company(&five, 37, " with ann, bob, cy, dee, eve and 37 more.");
}

#[test]
fn another_room_comes_with_its_topic() {
    let mut company = company(&["ann"], 0);
    company.room = room("dev");
    company.topic = Some(topic());
    let shown = shown(|r, out| r.room_summary(out, &company, NOW));
    let expected = "You are in #dev with ann.\nTopic: Friday release at 15:00 (lee, 2 h ago)\n";
    assert_eq!(shown, expected);
}

#[test]
fn who_comes_back_is_told_what_was_missed() {
    for (line, is_one) in [
        ("[14:02] ann -> you: ! psst\n", true),
        ("ann -> you: psst\n", true),
        ("! You are muted.\n", false),
        ("\x1b[1m! You are muted.\x1b[0m\n", false),
        ("\x1b[2m* ann is back\x1b[0m\n", false),
    ] {
        assert_eq!(crate::plain::is_message(line.as_bytes()), is_one, "{line}");
    }
    let told = |missed| shown(|r, out| r.welcome_back(out, &name("megumin"), missed));
    let back_with = |messages, has_news| {
        told(Missed {
            messages,
            has_news,
            doubt: None,
        })
    };
    let back = |missed| back_with(missed, missed > 0);
    assert_eq!(
        back(4),
        "Welcome back, megumin. 4 messages while you were away:\n"
    );
    assert_eq!(
        back(1),
        "Welcome back, megumin. 1 message while you were away:\n"
    );
    assert_eq!(back(0), "Welcome back, megumin. You missed nothing.\n");
    assert_eq!(
        back_with(0, true),
        "Welcome back, megumin. While you were away:\n"
    );
}

#[test]
fn who_comes_back_after_a_crash_is_told_what_is_known() {
    let doubted = |all, messages, lacks_private| {
        let doubt = Doubt {
            messages,
            lacks_private,
        };
        let missed = Missed {
            messages: all,
            has_news: all > 0,
            doubt: Some(doubt),
        };
        shown(|r, out| r.welcome_back(out, &name("megumin"), missed))
    };
    for (all, seen, expected) in [
        (4, 0, "4 messages while you were away:"),
        (
            1,
            1,
            "The server crashed. 1 message, which you may have seen:",
        ),
        (
            4,
            4,
            "The server crashed. 4 messages, which you may have seen:",
        ),
        (
            4,
            1,
            "The server crashed. 4 messages, of which you may have seen the first:",
        ),
        (
            4,
            3,
            "The server crashed. 4 messages, of which you may have seen the first 3:",
        ),
        (0, 0, "You missed nothing in your rooms."),
    ] {
        let expected = format!("Welcome back, megumin. {expected}\n");
        assert_eq!(doubted(all, seen, true), expected);
    }
    assert_eq!(
        doubted(0, 0, false),
        "Welcome back, megumin. You missed nothing.\n"
    );
}

#[test]
fn who_would_be_the_operator_is_told_for_whom_the_role_waits() {
    let mut arrival = arrival(company(&[], 0));
    arrival.operator_waits = Some(Duration::from_mins(6));
    let shown = shown(|r, out| r.welcome(out, &arrival, NOW));
    let expected = "* The operator's link is lost, and the role waits 6 minutes. If it is yours, type /resume CODE.\n";
    assert!(shown.ends_with(expected), "{shown}");
}
