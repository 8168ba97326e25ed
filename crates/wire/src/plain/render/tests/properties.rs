//! What holds for every line, whatever people write: one line is one line, nothing in it is obeyed
//! by a terminal, and its first character is what the server meant.

use std::boxed::Box;
use std::vec;
use std::vec::Vec;

use chinwag_core::{
    Answer, AuditEntry, Fact, LOBBY, Manner, Mask, ModAction, PrivateMessage, QuitReason,
    Restriction, Topic,
};
use proptest::prelude::*;

use super::*;
use crate::plain::{parse, parse_login};

/// Text that tries to be something else.
fn evil() -> impl Strategy<Value = Text> {
    let part = prop_oneof![
        Just("\n"),
        Just("\r\n* lee joined #lobby (2 here)"),
        Just("\x1b[2J"),
        Just("\u{9b}31m"),
        Just("\u{202e}"),
        Just("! "),
        Just("--- now ---"),
        Just("[14:03] lee: "),
        Just("   "),
        Just("ok"),
        Just("\u{2028}"),
    ];
    let parts = prop::collection::vec(prop_oneof![part.prop_map(String::from), ".{0,12}"], 1..6);
    parts.prop_filter_map("blank", |parts| Text::parse(&parts.concat()))
}

fn styles() -> impl Strategy<Value = Style> {
    let times = prop_oneof![
        Just(TimeStyle::Off),
        Just(TimeStyle::Short),
        Just(TimeStyle::Full)
    ];
    let zones = prop_oneof![
        Just("UTC"),
        Just("Asia/Kathmandu"),
        Just("America/St_Johns")
    ];
    (times, zones, any::<bool>(), any::<bool>()).prop_map(|(time, zone, crlf, color)| Style {
        time,
        zone: crate::zone::zone(zone).expect("a zone"),
        crlf,
        color,
    })
}

/// The facts that carry what somebody wrote to a room.
fn room_facts(text: &Text) -> Vec<(Fact, char)> {
    let (by, why) = (name("lee"), Some(Arc::new(text.clone())));
    let said = |manner| said(NOW, "gopher", text, manner).fact;
    let topic = Some(text.clone());
    let kicked = QuitReason::Kicked {
        by: by.clone(),
        why,
    };
    Vec::from([
        (said(Manner::Speech), '['),
        (said(Manner::Action), '['),
        (
            Fact::TopicSet {
                person: None,
                room: LOBBY,
                by,
                text: topic,
                account: None,
            },
            '*',
        ),
        (departed("ann", QuitReason::Quit(Some(text.clone()))), '*'),
        (departed("ann", kicked), '*'),
    ])
}

/// The facts that carry what somebody wrote to one person.
fn private_facts(text: &Text) -> Vec<(Fact, char)> {
    let mute = Restriction {
        at: Timestamp(0),
        mask: Mask::of_name(name("ann")),
        until: None,
        by: name("lee"),
        why: Some(Arc::new(text.clone())),
    };
    let told = PrivateMessage {
        from: GOPHER,
        from_name: name("gopher"),
        to: READER,
        to_name: name("ann"),
        text: text.clone(),
        ignored: false,
        kept: None,
        irc: None,
        manner: chinwag_core::Manner::Speech,
        away: None,
        accounts: Default::default(),
    };
    let audit_entry = |act| {
        let (by, actor, target) = (name("lee"), Some(GOPHER), Some(READER));
        Fact::Moderated(Box::new(AuditEntry {
            by,
            actor,
            act,
            target,
            aside: None,
        }))
    };
    let away = Fact::AwaySet {
        person: READER,
        away: true,
        why: Some(text.clone()),
        name: name("ann"),
        rooms: [].into(),
    };
    Vec::from([
        (Fact::PrivateMessage(Box::new(told)), '['),
        (audit_entry(ModAction::Mute(mute)), '!'),
        (audit_entry(ModAction::Announce(text.clone())), '!'),
        (away, '!'),
    ])
}

/// What a terminal shows of `line`: colours, where they are allowed, and the line end taken off.
/// `None` if it is not one line, or holds anything that a terminal obeys.
fn seen(line: &str, style: &Style) -> Option<String> {
    let end = if style.crlf { "\r\n" } else { "\n" };
    let mut line = String::from(line.strip_suffix(end)?);
    if style.color {
        for style in ["0", "1", "2"] {
            line = line.replace(&std::format!("\x1b[{style}m"), "");
        }
        for color in 16..=255 {
            line = line.replace(&std::format!("\x1b[38;5;{color}m"), "");
        }
    }
    let is_active = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}'
                | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    (!line.contains(is_active)).then_some(line)
}

proptest! {
    #[test]
    fn nobody_can_forge_a_line(text in evil(), style in styles(), current: bool) {
        let mut renderer = Renderer::new(style.clone(), NOW);
        for (fact, sign) in room_facts(&text) {
            let event = event(NOW, fact);
            let line = shown_by(&mut renderer, |r, out| {
                r.room_line(out, &event, &room("dev"), current);
            });
            let seen = seen(&line, &style);
            prop_assert!(seen.as_ref().is_some_and(|seen| seen.starts_with(sign)), "{line:?}");
        }
        for (fact, sign) in private_facts(&text) {
            let event = event(NOW, fact);
            let line = shown_by(&mut renderer, |r, out| r.private_line(out, &event, READER));
            let seen = seen(&line, &style);
            prop_assert!(seen.as_ref().is_some_and(|seen| seen.starts_with(sign)), "{line:?}");
        }
    }

    #[test]
    fn answers_are_harmless(text in evil(), style in styles()) {
        let topic = Topic { text: text.clone(), by: name("lee"), account: None, at: NOW };
        let mut renderer = Renderer::new(style.clone(), NOW);
        for answer in [
            Answer::Topic { room: room("dev"), topic: Some(topic) },
            Answer::Motd(Some(text)),
        ] {
            let line = shown_by(&mut renderer, |r, out| r.answer(out, &answer, NOW));
            let seen = seen(&line, &style);
            prop_assert!(seen.is_some_and(|seen| seen.starts_with('!')), "{line:?}");
        }
    }

    #[test]
    fn what_was_typed_wrongly_is_shown_back_harmless(line in "/?(help |ban |mute a |tz |history )?.{0,40}", style in styles()) {
        let mut renderer = Renderer::new(style.clone(), NOW);
        if let Err(error) = parse(&line) {
            let shown = shown_by(&mut renderer, |r, out| r.parse_error(out, &error));
            prop_assert!(shown.is_empty() || seen(&shown, &style).is_some(), "{shown:?}");
        }
        if let Err(error) = parse_login(&line) {
            let shown = shown_by(&mut renderer, |r, out| r.login_parse_error(out, &error));
            prop_assert!(seen(&shown, &style).is_some(), "{shown:?}");
        }
    }

    #[test]
    fn a_time_can_be_any(at: i64, style in styles()) {
        let at = Timestamp(at);
        let mut renderer = Renderer::new(style.clone(), at);
        let line = shown_by(&mut renderer, |r, out| {
            r.room_line(out, &said(at, "ann", "x", Manner::Speech), &room("dev"), true);
        });
        prop_assert!(seen(&line, &style).is_some_and(|seen| seen.ends_with('x')), "{line:?}");
        renderer.day_break(&mut Vec::new(), NOW);
    }
}
