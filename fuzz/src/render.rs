//! What a client is written: whatever happens, and whatever people wrote, every line is one line,
//! nothing in it is obeyed by a terminal, and its first character says what kind it is.

use std::sync::Arc;

use chinwag_core::{
    Counts, Event, Fact, LOBBY, ModAction, ResumeCode, Seq, Timestamp, WelcomeBack,
};
use chinwag_feed::Render;
use chinwag_wire::dialect::{
    Doubt, Guesses, HistoryPage, LogPage, PastOf, Recent, SearchPage, Settings, Tell,
};
use chinwag_wire::sniff::Spoke;
use chinwag_wire::zone::{TimeZone, zone};
use chinwag_wire::{Look, Prefs, TimeStyle};

use crate::client::{self, Client, NOW, OTHER, settings};
use crate::core_data::{
    address, answer, audit_entry, private_fact, quit_reason, rejection, room_fact, span, summary,
    time, welcome,
};
use crate::dice::Dice;
use crate::engine;
use crate::screen;

const ZONES: [&str; 4] = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"];

/// Questions that have an answer of their own, and one that has none.
const QUESTIONS: [&str; 5] = [
    "/lock on",
    "/nick another",
    "/history 20",
    "/search the words",
    "/bans",
];

/// The signs of lines that stand for something said or done in a room.
const ROOM_SIGNS: [&str; 3] = ["[", "*", "---"];

/// A client, and how its lines must look.
struct Reader {
    client: Client,
    prefs: Prefs,
    crlf: bool,
    wall: Timestamp,
}

impl Reader {
    fn new(dice: &mut Dice<'_>) -> Self {
        let prefs = Prefs {
            time: *dice.pick(&[TimeStyle::Off, TimeStyle::Short, TimeStyle::Full]),
            zone: dice.maybe(|dice| (*dice.pick(&ZONES)).into()),
            echo: dice.flip(),
            hide_presence: dice.flip(),
            color: dice.flip(),
            bell: dice.flip(),
        };
        let zone = zone(ZONES[dice.below(ZONES.len())]).unwrap_or(TimeZone::UTC);
        let settings = Settings {
            look: Look::new(prefs.clone(), &zone),
            zone,
            ..settings()
        };
        let (wall, crlf) = (time(dice), dice.flip());
        let mut client = Client::in_chat(dice.name(), settings, wall);
        if crlf {
            // A terminal in raw mode, whose Enter is a bare CR.
            client.read(&mut &b"\r"[..]);
            client.type_line("hello");
        }
        Self {
            client,
            prefs,
            crlf,
            wall,
        }
    }

    /// The lines of `out`, each of which begins with one of these. Further lines of a message, which are
    /// marked and stand behind its first, are not counted.
    fn check(&self, out: &[u8], signs: &[&str]) -> usize {
        let lines = screen::lines(out, self.crlf, self.prefs.color);
        let (mut count, mut is_message) = (0, false);
        for line in &lines {
            if is_message && (line == "  |" || line.starts_with("  | ")) {
                continue;
            }
            assert!(signs.iter().any(|sign| line.starts_with(sign)), "{line:?}");
            is_message = line.starts_with(['[', '*']);
            count += 1;
        }
        count
    }

    fn tell(&mut self, tell: Tell<'_>, signs: &[&str]) -> usize {
        let (_, out) = self.client.hear(tell);
        self.check(&out, signs)
    }
}

fn room_event(dice: &mut Dice<'_>) -> Event {
    let (fact, _) = room_fact(dice);
    Event::clone(&client::event(time(dice), fact))
}

fn events(dice: &mut Dice<'_>, event: impl Fn(&mut Dice<'_>) -> Event) -> Vec<Event> {
    (0..dice.below(5)).map(|_| event(dice)).collect()
}

/// A line of a room, as all members with one format share it.
fn check_room_line(dice: &mut Dice<'_>, reader: &mut Reader) {
    let (fact, sign) = room_fact(dice);
    let event = client::event(time(dice), fact);
    // A time that no calendar has is on no day that could last.
    let is_possible = (0..1 << 45).contains(&event.at.0);
    let room = *dice.pick(&[LOBBY, OTHER]);
    let mut renderer = reader.client.renderer(room, reader.wall);
    for is_first in [true, false] {
        let mut out = Vec::new();
        let begin = renderer.render(&mut out, &event, &dice.room());
        let (day, line) = out.split_at(begin);
        let days = reader.check(day, &["---"]);
        assert!(
            days <= 1 && (is_first || !is_possible || days == 0),
            "a day begins once"
        );
        let lines = reader.check(line, &[&sign.to_string()]);
        assert!(lines == 1 || (reader.prefs.hide_presence && lines == 0));
    }
    reader.client.with_reader(|reader| {
        assert!(matches!(reader.trailer(&event), b"" | b"\x07"));
        assert!(event.fact.voice().is_some() || !reader.hides(&event));
    });
}

fn check_private_line(dice: &mut Dice<'_>, reader: &mut Reader) {
    let (fact, sign) = private_fact(dice);
    let at = time(dice);
    // Behind a message to a lost link stands that it is kept; the operator by the server's code is
    // told how to stay one.
    let (signs, lines_max) = match &fact {
        Fact::PrivateMessage(message) if message.kept.is_some() => ("[!", 2),
        Fact::Moderated(entry) => match &entry.act {
            ModAction::Op { name, .. } if entry.target == Some(client::ME) && *name == entry.by => {
                ("*", 2)
            }
            _ => ("!", 1),
        },
        _ => (if sign == '[' { "[" } else { "!" }, 1),
    };
    let mut out = reader.client.hear_event(&client::event(at, fact));
    if reader.prefs.bell && out.ends_with(b"\x07") {
        out.pop();
    }
    let signs: Vec<String> = signs.chars().map(String::from).collect();
    let signs: Vec<&str> = signs.iter().map(String::as_str).collect();
    assert!(reader.check(&out, &signs) <= lines_max);
}

fn check_refusals(dice: &mut Dice<'_>, reader: &mut Reader) {
    let rejection = rejection(dice);
    let question = dice.pick(&QUESTIONS);
    reader.client.type_line(question);
    assert_eq!(reader.tell(Tell::Rejected(&rejection), &["!"]), 1);
    assert_eq!(reader.tell(Tell::NotSent(&rejection), &["!"]), 1);
    for spoke in [Spoke::Greeted, Spoke::First] {
        let mut client = Client::at_prompt(spoke, settings(), NOW);
        let (_, out) = client.hear(Tell::Rejected(&rejection));
        let shown = String::from_utf8(out).expect("UTF-8");
        screen::check_stream(&shown, false);
        assert!(!shown.is_empty());
    }
}

fn check_arrival(dice: &mut Dice<'_>, reader: &mut Reader) {
    let messages = events(dice, room_event).into_iter().map(Arc::new);
    let messages: Vec<Arc<Event>> = messages.collect();
    let total = dice.maybe(|dice| dice.number());
    let recent = Recent {
        messages: &messages,
        total,
    };
    let welcome = welcome(dice);
    let signs = [
        "Welcome", "You are", "Message", "Topic", "If", "[", "*", "---",
    ];
    reader.tell(Tell::Welcome(&welcome, recent), &signs);
    let summary = summary(dice);
    let signs = ["You are in ", "Topic", "[", "*", "---"];
    reader.tell(Tell::Entered(&summary, recent), &signs);
}

/// Everything that stands between two separators.
fn check_past(dice: &mut Dice<'_>, reader: &mut Reader) {
    let found = events(dice, room_event);
    let (is_first, is_last) = (dice.flip(), dice.flip());
    let shown = if dice.flip() {
        found.len() as u64
    } else {
        dice.number()
    };
    let room = dice.room();
    let question = dice.pick(&[
        "/history 20",
        "/history 2h",
        "/history 2026-11-21",
        "/history more",
    ]);
    reader.client.type_line(question);
    let ends = (Seq(dice.number()), Seq(dice.number()));
    let page = HistoryPage {
        of: PastOf::Room(&room),
        events: &found,
        shown,
        total: dice.maybe(|dice| dice.number()),
        hides: dice.flip(),
        newer: dice.flip(),
        ends,
        is_first,
        is_last,
    };
    reader.tell(Tell::History(page), &["!", "[", "*", "---"]);
    reader
        .client
        .type_line(&format!("/search {}", &*dice.text()));
    let next = dice.flip().then(|| Seq(dice.number()));
    let page = SearchPage {
        events: &found,
        shown,
        more: dice.flip(),
        next,
        searched_since: next.map(|_| NOW),
        is_first,
        is_last,
    };
    reader.tell(Tell::Search(page), &["!", "[", "---"]);
}

fn check_resume(dice: &mut Dice<'_>, reader: &mut Reader) {
    let (missed, skipped) = (u64::from(dice.byte()), dice.number() >> 1);
    let back = dice.maybe(|dice| WelcomeBack {
        said: dice.number(),
        away: dice.maybe(|dice| dice.maybe(Dice::text)),
        resume: (ResumeCode::from_random(dice.number()), span(dice)),
        motd: dice.maybe(Dice::text),
        counts: Counts::default(),
        name_before: dice.maybe(Dice::name),
    });
    let doubt = dice.maybe(|dice| Doubt {
        messages: u64::from(dice.byte()),
        lacks_private: dice.byte() > 127,
    });
    let tell = Tell::Resumed {
        missed,
        skipped,
        has_news: true,
        doubt,
        back: back.as_ref(),
    };
    reader.tell(tell, &["Welcome back", "If your link", "You are in #", "!"]);
    let missed = events(dice, room_event);
    // What was done to oneself is told as it is when one is here.
    let signs: Vec<&str> = ROOM_SIGNS.into_iter().chain(["!"]).collect();
    reader.tell(Tell::Missed(&missed), &signs);
    let lines = dice.number();
    let mut out = Vec::new();
    let room = dice.maybe(|_| LOBBY);
    reader
        .client
        .with_reader(|reader| reader.skipped(&mut out, lines, room));
    assert_eq!(reader.check(&out, &["!"]), 1);
}

fn check_notices(dice: &mut Dice<'_>, reader: &mut Reader) {
    for tell in [
        Tell::Busy,
        Tell::PasswordWaits(span(dice)),
        Tell::Guesses(Guesses {
            count: dice.number(),
            since: NOW,
            address: address(dice),
        }),
        Tell::NoHistory,
        Tell::Superseded,
        Tell::Stopping,
    ] {
        assert_eq!(reader.tell(tell, &["!"]), 1);
    }
    for tell in [Tell::Sent(Seq(1)), Tell::Done(None), Tell::Left(OTHER)] {
        assert_eq!(reader.tell(tell, &[]), 0);
    }
    let why = quit_reason(dice);
    let signs = ["!", "Bye", "You are banned"];
    assert_eq!(reader.tell(Tell::Farewell(&why), &signs), 1);
}

/// Tells the client something that an input chooses, and checks what it writes.
fn check_something(dice: &mut Dice<'_>, reader: &mut Reader) {
    match dice.below(10) {
        0 | 1 => check_room_line(dice, reader),
        2 | 3 => check_private_line(dice, reader),
        4 => {
            let answer = answer(dice);
            let signs = ["!", "---", "  ", "You are in ", "Topic"];
            reader.tell(Tell::Answer(&answer), &signs);
        }
        5 => check_refusals(dice, reader),
        6 => check_notices(dice, reader),
        7 => check_arrival(dice, reader),
        8 => {
            check_past(dice, reader);
            check_resume(dice, reader);
        }
        _ => {
            let audit_log = events(dice, |dice| {
                let fact = audit_entry(dice);
                Event::clone(&client::event(time(dice), fact))
            });
            let next = dice.maybe(|dice| Seq(dice.number()));
            let page = LogPage {
                entries: &audit_log,
                next,
            };
            reader.tell(Tell::AuditLog(page), &["!", "---", "  "]);
        }
    }
}

#[test]
fn everything_that_is_shown() {
    engine::run("render", |bytes| {
        let mut dice = Dice::new(bytes);
        let mut reader = Reader::new(&mut dice);
        for _ in 0..8 {
            check_something(&mut dice, &mut reader);
            if dice.is_used_up() {
                break;
            }
        }
    });
}
