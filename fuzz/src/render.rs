//! Whatever happens, and whatever people wrote: every line is one line, nothing in it is obeyed by
//! a terminal, and its first character says what kind it is.

#![expect(clippy::too_many_lines, reason = "an arm for each case")]

use std::net::IpAddr;
use std::sync::Arc;

use chinwag_core::{
    Answer, AuditEntry, Command, ConnId, Duration, Event, Fact, LOBBY, LoggedIn, Manner, Mask,
    ModAction, Name, PersonId, Prefs, PrivateMessage, Profile, Query, Quit, QuitReason, Reach, Rejection,
    Renamed, Restriction, ResumeCode, Returned, RoomId, RoomLine, RoomSummary, Seq, Spared, TimeStyle,
    Timestamp, Topic, Welcome, WhoLine,
};
use chinwag_wire::plain::{Notice, Renderer, Request, Style, TimeZone, zone};

use crate::dice::Dice;
use crate::engine;
use crate::screen;

const ZONES: [&str; 4] = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"];

/// Who reads.
const READER: PersonId = PersonId(1);

type Choices<'a, 'b> = &'a mut Dice<'b>;

fn style(dice: Choices<'_, '_>) -> Style {
    let times = [TimeStyle::Off, TimeStyle::Short, TimeStyle::Full];
    Style {
        time: *dice.pick(&times),
        zone: zone(ZONES[dice.below(ZONES.len())]).unwrap_or(TimeZone::UTC),
        crlf: dice.flip(),
        color: dice.flip(),
    }
}

/// Mostly times that can be, and some that cannot.
fn time(dice: Choices<'_, '_>) -> Timestamp {
    match dice.below(8) {
        0 => Timestamp(dice.number() as i64),
        1 => *dice.pick(&[Timestamp(i64::MIN), Timestamp(0), Timestamp(i64::MAX)]),
        _ => Timestamp(1_795_269_785_000 + i64::from(dice.number() as u32)),
    }
}

fn span(dice: Choices<'_, '_>) -> Duration {
    match dice.below(8) {
        0 => Duration::from_millis(dice.number()),
        _ => Duration::from_millis(u64::from(dice.number() as u32)),
    }
}

fn person(dice: Choices<'_, '_>) -> PersonId {
    PersonId(dice.below(3) as u64)
}

fn address(dice: Choices<'_, '_>) -> IpAddr {
    match dice.flip() {
        true => (dice.number() as u32).to_be_bytes().into(),
        false => (u128::from(dice.number()) << 64 | u128::from(dice.number()))
            .to_be_bytes()
            .into(),
    }
}

fn mask(dice: Choices<'_, '_>) -> Mask {
    match dice.below(3) {
        0 => Mask::of_name(dice.name()),
        1 => Mask::of_net(chinwag_core::subnet_of(address(dice))),
        _ => {
            let net = chinwag_core::subnet_of(address(dice));
            Mask::of_name(dice.name()).with_block(net, Reach::Either)
        }
    }
}

fn restriction(dice: Choices<'_, '_>) -> Restriction {
    Restriction {
        mask: mask(dice),
        until: dice.maybe(time),
        by: dice.name(),
        why: dice.maybe(|dice| Arc::new(dice.text())),
    }
}

fn departure(dice: Choices<'_, '_>) -> QuitReason {
    match dice.below(8) {
        0 => QuitReason::Quit(dice.maybe(Dice::text)),
        1 => QuitReason::Closed,
        2 => QuitReason::Lost,
        3 => QuitReason::TimedOut,
        4 => QuitReason::TooSlow,
        5 => QuitReason::Restart,
        6 => QuitReason::Kicked {
            by: dice.name(),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        _ => QuitReason::Banned {
            by: dice.name(),
            until: dice.maybe(time),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
    }
}

fn rooms() -> Box<[RoomId]> {
    [LOBBY].into()
}

fn arrived(dice: Choices<'_, '_>) -> LoggedIn {
    LoggedIn {
        person: person(dice),
        conn: ConnId(1),
        name: dice.name(),
        address: address(dice),
        registered: dice.flip(),
        operator: dice.flip(),
        code: ResumeCode::from_random(dice.number()),
    }
}

/// What the log of a room shows, and the sign that the line starts with.
fn room_fact(dice: Choices<'_, '_>) -> (Fact, char) {
    let (person, room) = (person(dice), LOBBY);
    match dice.below(8) {
        0 | 1 => {
            let manner = *dice.pick(&[Manner::Speech, Manner::Action]);
            let (name, text) = (dice.name(), dice.text());
            let said = Fact::Said {
                person,
                name,
                room,
                text,
                manner,
            };
            (said, '[')
        }
        2 => {
            let (by, text) = (dice.name(), dice.maybe(Dice::text));
            (Fact::TopicSet { room, by, text }, '*')
        }
        3 => {
            let (name, here) = (dice.name(), dice.number() as u32);
            let joined = Fact::Joined {
                person,
                name,
                room,
                here,
            };
            (joined, '*')
        }
        4 => {
            let (name, current) = (dice.name(), LOBBY);
            let left = Fact::Left {
                person,
                name,
                room,
                current,
            };
            (left, '*')
        }
        5 => {
            let departed = Quit {
                person,
                name: dice.name(),
                rooms: rooms(),
                why: departure(dice),
            };
            (Fact::Quit(Box::new(departed)), '*')
        }
        6 => {
            let renamed = Renamed {
                person,
                old: dice.name(),
                new: dice.name(),
                rooms: rooms(),
                registered: dice.flip(),
                operator: dice.flip(),
            };
            (Fact::Renamed(Box::new(renamed)), '*')
        }
        _ => {
            let returned = Returned {
                arrived: arrived(dice),
                rooms: rooms(),
                current: LOBBY,
                prefs: Prefs::default(),
                ignores: [].into(),
                seen: Seq(0),
                replaces: None,
            };
            (Fact::Returned(Box::new(returned)), '*')
        }
    }
}

fn act(dice: Choices<'_, '_>) -> ModAction {
    match dice.below(11) {
        0 => ModAction::Kick {
            name: dice.name(),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        1 => ModAction::Mute(restriction(dice)),
        2 => ModAction::Unmute(mask(dice)),
        3 => ModAction::Ban(restriction(dice)),
        4 => ModAction::Unban(mask(dice)),
        5 => ModAction::Op {
            name: dice.name(),
            lasting: dice.flip(),
        },
        6 => ModAction::Deop { name: dice.name() },
        7 => ModAction::Announce(dice.text()),
        8 => ModAction::Motd(dice.maybe(Dice::text)),
        9 => ModAction::Rename {
            name: dice.name(),
            new: dice.name(),
        },
        _ => ModAction::Lock(dice.flip()),
    }
}

fn audit_entry(dice: Choices<'_, '_>) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by: dice.name(),
        actor: dice.maybe(person),
        act: act(dice),
        target: dice.maybe(person),
        spared: dice.maybe(|dice| Spared {
            net: chinwag_core::subnet_of(address(dice)),
            others: dice.number() as u32,
            own: dice.flip(),
        }),
    }))
}

/// What one person is told, and the sign that the line starts with.
fn private_fact(dice: Choices<'_, '_>) -> (Fact, char) {
    let person = person(dice);
    match dice.below(5) {
        0 | 1 => {
            let told = PrivateMessage {
                from: person,
                from_name: dice.name(),
                to: READER,
                to_name: dice.name(),
                text: dice.text(),
                ignored: false,
            };
            (Fact::PrivateMessage(Box::new(told)), '[')
        }
        2 => (audit_entry(dice), '!'),
        3 => {
            let (away, why) = (dice.flip(), dice.maybe(Dice::text));
            (Fact::AwaySet { person, away, why }, '!')
        }
        _ => {
            let (name, on) = (dice.name(), dice.flip());
            let target = None;
            let set = Fact::IgnoreSet {
                person,
                name,
                target,
                on,
            };
            (set, '!')
        }
    }
}

fn event(dice: Choices<'_, '_>, fact: Fact) -> Event {
    Event {
        seq: Seq(1),
        at: time(dice),
        fact,
    }
}

fn topic(dice: Choices<'_, '_>) -> Topic {
    Topic {
        text: dice.text(),
        by: dice.name(),
        at: time(dice),
    }
}

fn names(dice: Choices<'_, '_>) -> Vec<Name> {
    (0..dice.below(7)).map(|_| dice.name()).collect()
}

fn company(dice: Choices<'_, '_>) -> RoomSummary {
    let others: Box<[Name]> = names(dice).into();
    RoomSummary {
        room: dice.room(),
        id: LOBBY,
        // Some are named before the rest are counted.
        more: if others.is_empty() {
            0
        } else {
            dice.below(300)
        },
        others,
        topic: dice.maybe(topic),
    }
}

fn who_line(dice: Choices<'_, '_>) -> WhoLine {
    WhoLine {
        name: dice.name(),
        operator: dice.flip(),
        registered: dice.flip(),
        away: dice.maybe(|dice| dice.maybe(Dice::text)),
        silent: span(dice),
    }
}

fn profile(dice: Choices<'_, '_>) -> Profile {
    Profile {
        line: who_line(dice),
        rooms: (0..=dice.below(3)).map(|_| dice.room()).collect(),
        since: time(dice),
        said: dice.number(),
        muted: dice.flip(),
        address: dice.maybe(address),
    }
}

fn answer(dice: Choices<'_, '_>) -> Answer {
    match dice.below(8) {
        0 => Answer::Who {
            room: dice.room(),
            people: (0..dice.below(4)).map(|_| who_line(dice)).collect(),
            more: dice.below(3),
        },
        1 => Answer::Whois(Box::new(profile(dice))),
        2 => {
            let line = |dice: Choices<'_, '_>| RoomLine {
                room: dice.room(),
                here: dice.below(300),
                joined: dice.flip(),
                topic: dice.maybe(Dice::text),
            };
            Answer::Rooms {
                rooms: (0..dice.below(4)).map(|_| line(dice)).collect(),
                more: dice.below(3),
            }
        }
        3 => Answer::Topic {
            room: dice.room(),
            topic: dice.maybe(topic),
        },
        4 => Answer::Stats {
            own: Box::new(profile(dice)),
            people: dice.below(300),
            rooms: dice.below(300),
            said: dice.number(),
            started: time(dice),
        },
        5 => Answer::Ignores(names(dice)),
        6 => Answer::Restrictions {
            bans: (0..dice.below(3)).map(|_| restriction(dice)).collect(),
            mutes: (0..dice.below(3)).map(|_| restriction(dice)).collect(),
        },
        _ => Answer::Motd(dice.maybe(Dice::text)),
    }
}

/// The refusals that say more than one thing.
fn rejection(dice: Choices<'_, '_>) -> Rejection {
    match dice.below(14) {
        0 => Rejection::NameTaken {
            name: dice.name(),
            free: dice.name(),
        },
        1 => Rejection::NameLooksLike {
            name: dice.name(),
            other: dice.name(),
        },
        2 => Rejection::NameRegistered(dice.name()),
        3 => Rejection::Banned {
            until: dice.maybe(time),
            why: dice.maybe(|dice| Arc::new(dice.text())),
        },
        4 => Rejection::ReadOnly(dice.room()),
        5 => Rejection::Muted {
            remaining: dice.maybe(span),
        },
        6 => Rejection::NoSuchRoom {
            room: dice.room(),
            meant: dice.maybe(Dice::room),
        },
        7 => Rejection::NotInRoom(dice.room()),
        8 => Rejection::NotBanned(mask(dice)),
        9 => Rejection::SameName(dice.name()),
        10 => Rejection::NeedsOperator { room: dice.room() },
        11 => Rejection::AlreadyOperator(dice.name()),
        12 => Rejection::NotMuted(dice.name()),
        _ => dice
            .pick(&[
                Rejection::Locked,
                Rejection::CodeNotValid,
                Rejection::NotHere,
                Rejection::NobodyToReply,
                Rejection::LockedSpeech,
                Rejection::CannotSave,
                Rejection::OnlyLobby,
                Rejection::Oneself,
                Rejection::RegistrationsFull,
                Rejection::RestrictionsFull,
            ])
            .clone(),
    }
}

fn request(dice: Choices<'_, '_>) -> Request {
    match dice.below(4) {
        0 => Request::Command(Command::Say(dice.text())),
        1 => Request::Command(Command::Lock(true)),
        2 => Request::Query(Query::Rooms),
        _ => Request::Rename {
            name: dice.name(),
            password: None,
        },
    }
}

fn notice(dice: Choices<'_, '_>) -> Notice {
    match dice.below(4) {
        0 => Notice::TooLong {
            bytes: dice.number() as usize,
            bytes_max: dice.number() as usize,
        },
        1 => Notice::SlowDown(span(dice)),
        2 => Notice::Skipped {
            lines: dice.number(),
        },
        _ => *dice.pick(&[
            Notice::NotUtf8,
            Notice::Mangled,
            Notice::Busy,
            Notice::NoHistory,
            Notice::TakenUp,
            Notice::Stopping,
        ]),
    }
}

/// Renders something that an input chooses and checks the lines.
fn check_something(dice: Choices<'_, '_>, renderer: &mut Renderer) {
    let now = time(dice);
    let style = renderer.style().clone();
    let (crlf, color) = (style.crlf, style.color);
    let mut out = Vec::new();
    let begins = |out: &[u8], signs: &[&str], count: Option<usize>| {
        let lines = screen::lines(out, crlf, color);
        assert!(count.is_none_or(|count| lines.len() == count), "{lines:?}");
        for line in &lines {
            assert!(signs.iter().any(|sign| line.starts_with(sign)), "{line:?}");
        }
    };
    match dice.below(10) {
        0 | 1 => {
            let (fact, sign) = room_fact(dice);
            let (event, room) = (event(dice, fact), dice.room());
            renderer.room_line(&mut out, &event, &room, dice.flip());
            begins(&out, &[&sign.to_string()], Some(1));
        }
        2 | 3 => {
            let (fact, sign) = private_fact(dice);
            let event = event(dice, fact);
            renderer.private_line(&mut out, &event, READER);
            begins(&out, &[&sign.to_string()], None);
        }
        4 => {
            let answer = answer(dice);
            renderer.answer(&mut out, &answer, now);
            begins(&out, &["!", "---", "  "], None);
        }
        5 => {
            let (rejection, asked) = (rejection(dice), request(dice).asked());
            renderer.refusal(&mut out, &rejection, asked);
            begins(&out, &["!"], Some(1));
            out.clear();
            renderer.entry_refusal(&mut out, &rejection);
            begins(&out, &[""], Some(1));
        }
        6 => {
            renderer.notice(&mut out, notice(dice));
            begins(&out, &["!"], Some(1));
            out.clear();
            let (name, why) = (dice.name(), departure(dice));
            renderer.farewell(&mut out, &name, &why, dice.number());
            begins(&out, &["!", "Bye", "You are banned"], Some(1));
        }
        7 => {
            let arrival = Welcome {
                person: READER,
                name: dice.name(),
                company: company(dice),
                resume: (ResumeCode::from_random(dice.number()), span(dice)),
                first_operator: dice.flip(),
                motd: dice.maybe(Dice::text),
            };
            renderer.arrival(&mut out, &arrival, now);
            begins(&out, &["Welcome", "Message", "Topic", "If", "*"], None);
            out.clear();
            renderer.company(&mut out, &arrival.company, now);
            begins(&out, &["You are in ", "Topic"], None);
        }
        8 => {
            let said = |dice: Choices<'_, '_>| {
                let (fact, _) = room_fact(dice);
                event(dice, fact)
            };
            let events: Vec<Event> = (0..dice.below(5)).map(|_| said(dice)).collect();
            let (room, total) = (dice.room(), dice.number());
            renderer.recent(&mut out, events.iter(), total, &room, now);
            renderer.day_break(&mut out, now);
            begins(&out, &["[", "*", "---"], None);
        }
        _ => {
            let deed_event = |dice: Choices<'_, '_>| {
                let fact = audit_entry(dice);
                event(dice, fact)
            };
            let audit_log: Vec<Event> = (0..dice.below(4)).map(|_| deed_event(dice)).collect();
            renderer.log(&mut out, audit_log.iter());
            begins(&out, &["!", "---", "  "], None);
        }
    }
}

#[test]
fn everything_that_is_shown() {
    engine::run("render", |bytes| {
        let mut dice = Dice::new(bytes);
        let mut renderer = Renderer::new(style(&mut dice), time(&mut dice));
        for _ in 0..8 {
            check_something(&mut dice, &mut renderer);
            if dice.is_used_up() {
                break;
            }
        }
    });
}
