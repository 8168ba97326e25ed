//! Names, rooms, masks, times, codes and texts: what is read can be written and read again.

use std::fmt::Display;

use chinwag_core::limits::{NAME_BYTES_MAX, NAME_LETTERS_MAX};
use chinwag_core::{
    Duration, Fact, LOBBY, Manner, Mask, Name, PersonId, ResumeCode, RoomName, Text,
};
use chinwag_wire::zone::zone;
use chinwag_wire::{Look, Prefs};

use crate::client::{self, Client, NOW, settings};
use crate::engine;
use crate::screen::is_active;

/// Runs a target on text.
fn run(target: &str, check: impl Fn(&str)) {
    engine::run(target, |bytes| check(&String::from_utf8_lossy(bytes)));
}

/// Checks that what was read is read again from how it is written. Returns how it is written.
fn check_again<T: Display + PartialEq + std::fmt::Debug>(
    read: T,
    parse: impl Fn(&str) -> Option<T>,
) -> String {
    let written = read.to_string();
    assert_eq!(parse(&written), Some(read), "{written:?}");
    written
}

/// What holds for names of people and of rooms.
fn check_letters(bare: &str) {
    assert!((1..=NAME_BYTES_MAX).contains(&bare.len()));
    assert!(bare.chars().count() <= NAME_LETTERS_MAX * 5);
    let is_letter = |c: char| !c.is_whitespace() && !is_active(c) && !"#/:@,[]*!<>".contains(c);
    assert!(bare.chars().all(is_letter), "{bare:?}");
}

/// Whether a person of this name is rung when somebody says it.
fn rings(name: &Name) -> bool {
    let mut settings = settings();
    let prefs = Prefs {
        bell: true,
        ..Prefs::default()
    };
    settings.look = Look::new(prefs, &settings.zone);
    let said = Fact::Said {
        person: PersonId(2),
        name: Name::parse("somebody").expect("a name"),
        room: LOBBY,
        text: Text::parse(&name.to_string()).expect("a text"),
        manner: Manner::Speech,
        irc: None,
        account: None,
    };
    let mut client = Client::in_chat(name.clone(), settings, NOW);
    client.with_reader(|reader| !reader.trailer(&client::event(NOW, said)).is_empty())
}

#[test]
fn names() {
    run("name", |typed| {
        let Ok(name) = Name::parse(typed) else {
            return;
        };
        let written = check_again(name.clone(), |text| Name::parse(text).ok());
        check_letters(&written);
        assert!(written.starts_with(char::is_alphabetic));
        assert!(name.same_as(&name));
        assert!(!written.is_ascii() || rings(&name));
        assert!(name.looks().iter().all(|look| !look.is_empty()));
        for other in [written.to_lowercase(), written.to_uppercase()] {
            let Ok(other) = Name::parse(&other) else {
                continue;
            };
            assert!(name.same_as(&other), "{name} {other}");
            assert_eq!(name.looks_like(&other), other.looks_like(&name));
        }
    });
}

#[test]
fn rooms() {
    run("room", |typed| {
        if let Ok(room) = RoomName::parse(typed) {
            let written = check_again(room.clone(), |text| RoomName::parse(text).ok());
            assert_eq!(written.strip_prefix('#'), Some(room.bare()));
            check_letters(room.bare());
            assert_eq!(RoomName::parse(room.bare()), Ok(room));
        }
    });
}

#[test]
fn masks() {
    run("mask", |typed| {
        if let Ok(mask) = Mask::parse(typed) {
            check_again(mask.clone(), |text| Mask::parse(text).ok());
            assert!(mask.name.is_some() != mask.net.is_some());
            assert!(mask.is_named_by(&mask));
            if let Some(net) = mask.net {
                assert!(mask.matches(None, net.addr()) && mask.matches(None, net.broadcast()));
            }
        }
    });
}

#[test]
fn times() {
    run("span", |typed| {
        if let Ok(span) = chinwag_core::parse_duration(typed) {
            assert_eq!(
                chinwag_core::parse_duration(&chinwag_core::Units(span).to_string()),
                Ok(span)
            );
            assert!(span <= Duration::from_hours(24 * 36_500));
        }
    });
}

#[test]
fn codes() {
    run("code", |typed| {
        if let Ok(code) = typed.parse::<ResumeCode>() {
            let written = check_again(code, |text| text.parse().ok());
            assert_eq!(written.len(), 9);
            assert_eq!(written.to_lowercase().parse(), Ok(code));
        }
    });
}

#[test]
fn texts() {
    run("text", |typed| match Text::parse(typed) {
        Some(text) => {
            assert!(
                !text.contains(is_active) && !text.trim().is_empty(),
                "{text:?}"
            );
            assert!(text.len() <= 4 * typed.len());
            check_again(text, Text::parse);
        }
        None => assert!(!typed.contains(|c: char| c.is_ascii_graphic())),
    });
}

#[test]
fn zones() {
    run("zone", |typed| {
        if let Some(found) = zone(typed) {
            let written = found.iana_name().expect("a name").to_owned();
            assert!(written.eq_ignore_ascii_case(typed) || !typed.is_empty());
            assert_eq!(zone(&written), Some(found));
        }
    });
}
