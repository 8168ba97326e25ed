//! What an export writes of each event, and what it can be asked for.

use super::*;
use chinwag_core::{
    AuditEntry, Deletion, PersonId, Quit, QuitReason, Renamed, Returned, RoomAct, RoomChange, Text,
};

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

fn renamed(old: Name, new: Name) -> Fact {
    Fact::Renamed(Box::new(Renamed {
        person: PersonId(0),
        old,
        since: Seq(0),
        new,
        rooms: [RoomId(0)].into(),
        account: None,
        operator: false,
    }))
}

fn quit(name: Name, why: QuitReason) -> Fact {
    Fact::Quit(Box::new(Quit {
        person: PersonId(0),
        name,
        account: None,
        rooms: [RoomId(0)].into(),
        why,
        is_resumable: false,
    }))
}

fn ejected(by: Name, name: Name) -> Fact {
    let act = RoomAct::Eject {
        name,
        account: None,
        why: None,
    };
    let change = RoomChange::new(by, RoomId(0), RoomName::lobby(), act);
    Fact::RoomChanged(Box::new(change))
}

/// Who came, went and changed.
fn moved() -> [Fact; 7] {
    [
        Fact::Joined {
            person: PersonId(0),
            name: name("bob"),
            room: RoomId(0),
            here: 2,
        },
        renamed(name("bob"), name("bobby")),
        Fact::Left {
            person: PersonId(0),
            name: name("bobby"),
            room: RoomId(0),
            why: None,
            closed_by: None,
            account: None,
        },
        quit(name("bobby"), QuitReason::Quit(Some(text("*lunch*")))),
        Fact::Returned(Box::new(Returned::of_past(name("lee"), RoomId(0)))),
        Fact::PresenceSummary {
            room: RoomId(0),
            joined: 14,
            left: 0,
            who: None,
            why: None,
            here: 16,
        },
        ejected(name("lee"), name("bob")),
    ]
}

fn events() -> Vec<Event> {
    let said = |what: &str, manner| Fact::Said {
        person: PersonId(0),
        name: name("lee"),
        room: RoomId(0),
        text: text(what),
        manner,
        irc: None,
        account: None,
    };
    let passage = Fact::Said {
        person: PersonId(0),
        name: name("lee"),
        room: RoomId(0),
        text: Text::passage(["one", "", "1. two"]).expect("a passage"),
        manner: Manner::Speech,
        irc: None,
        account: Some(name("Lee")),
    };
    let deleted = Deletion {
        room: RoomId(0),
        message: Seq(2),
        by: name("ann"),
        why: None,
        is_signal: false,
    };
    let announced = AuditEntry {
        by: name("op"),
        actor: None,
        act: ModAction::Announce(text("restart at noon")),
        target: None,
        aside: None,
    };
    let topic = |text| Fact::TopicSet {
        person: None,
        room: RoomId(0),
        by: name("ann"),
        text,
        account: None,
    };
    let facts = [
        said("\u{1b}[31m*hello* <b>_x_", Manner::Speech),
        said("waves", Manner::Action),
        topic(Some(text("Ship it"))),
        topic(None),
        Fact::Moderated(Box::new(announced)),
        passage,
        Fact::Deleted(Box::new(deleted)),
        said("build 7 is green", Manner::Notice),
    ];
    let event = |(seq, fact): (i64, Fact)| Event {
        seq: Seq(seq.unsigned_abs()),
        at: Timestamp(1_795_255_385_000 + 43_200_000 * seq),
        fact,
        source: None,
    };
    (1..)
        .zip(facts.into_iter().chain(moved()))
        .map(event)
        .collect()
}

#[track_caller]
fn check(format: Format, expected: &str) {
    let lobby = (RoomId(0), RoomName::lobby());
    let mut writer = Writer {
        out: Vec::new(),
        rooms: HashMap::from([lobby]),
        format,
        zone: TimeZone::UTC,
        day: None,
    };
    for event in events() {
        writer.write(&event).expect("memory takes everything");
    }
    assert_eq!(String::from_utf8_lossy(&writer.out), expected);
}

#[test]
fn text_is_what_the_chat_shows() {
    check(
        Format::Text,
        "\
[2026-11-21 22:03:05] #lobby lee: \\x1b[31m*hello* <b>_x_
[2026-11-22 10:03:05] #lobby * lee waves
[2026-11-22 22:03:05] #lobby ann set the topic: Ship it
[2026-11-23 10:03:05] #lobby ann cleared the topic
[2026-11-23 22:03:05] ! op announces: restart at noon
[2026-11-24 10:03:05] #lobby lee: one
  |
  | 1. two
[2026-11-24 22:03:05] #lobby ann deleted a message
[2026-11-25 10:03:05] #lobby lee: build 7 is green
[2026-11-25 22:03:05] #lobby bob joined (2 here)
[2026-11-26 10:03:05] #lobby bob is now bobby
[2026-11-26 22:03:05] #lobby bobby left
[2026-11-27 10:03:05] #lobby bobby left (quit: *lunch*)
[2026-11-27 22:03:05] #lobby lee is back
[2026-11-28 10:03:05] #lobby 14 people joined #lobby (16 here)
[2026-11-28 22:03:05] #lobby bob was ejected from #lobby by lee
",
    );
}

#[test]
fn markdown_shows_text_as_it_is() {
    check(
        Format::Markdown,
        "
## Sat 21 Nov 2026

- 22:03:05 \\#lobby lee: \\\\x1b\\[31m\\*hello\\* \\<b\\>\\_x\\_

## Sun 22 Nov 2026

- 10:03:05 \\#lobby \\* lee waves
- 22:03:05 \\#lobby ann set the topic: Ship it

## Mon 23 Nov 2026

- 10:03:05 \\#lobby ann cleared the topic
- 22:03:05 \\! op announces: restart at noon

## Tue 24 Nov 2026

- 10:03:05 \\#lobby lee: one\\
  \\| \\
  \\| 1. two
- 22:03:05 \\#lobby ann deleted a message

## Wed 25 Nov 2026

- 10:03:05 \\#lobby lee: build 7 is green
- 22:03:05 \\#lobby bob joined \\(2 here\\)

## Thu 26 Nov 2026

- 10:03:05 \\#lobby bob is now bobby
- 22:03:05 \\#lobby bobby left

## Fri 27 Nov 2026

- 10:03:05 \\#lobby bobby left \\(quit: \\*lunch\\*\\)
- 22:03:05 \\#lobby lee is back

## Sat 28 Nov 2026

- 10:03:05 \\#lobby 14 people joined \\#lobby \\(16 here\\)
- 22:03:05 \\#lobby bob was ejected from \\#lobby by lee
",
    );
}

#[test]
fn json_is_a_record_a_line() {
    check(
        Format::Json,
        concat!(
            r##"{"seq":1,"at":"2026-11-21T22:03:05.000Z","room":"#lobby","name":"lee","manner":"speech","text":"\\x1b[31m*hello* <b>_x_"}"##,
            "\n",
            r##"{"seq":2,"at":"2026-11-22T10:03:05.000Z","room":"#lobby","name":"lee","manner":"action","text":"waves"}"##,
            "\n",
            r##"{"seq":3,"at":"2026-11-22T22:03:05.000Z","room":"#lobby","name":"ann","manner":"topic","text":"Ship it"}"##,
            "\n",
            r##"{"seq":4,"at":"2026-11-23T10:03:05.000Z","room":"#lobby","name":"ann","manner":"topic","text":null}"##,
            "\n",
            r##"{"seq":5,"at":"2026-11-23T22:03:05.000Z","room":null,"name":"op","manner":"announcement","text":"restart at noon"}"##,
            "\n",
            r##"{"seq":6,"at":"2026-11-24T10:03:05.000Z","room":"#lobby","name":"lee","account":"Lee","manner":"speech","text":"one\n\n1. two"}"##,
            "\n",
            r##"{"seq":7,"at":"2026-11-24T22:03:05.000Z","room":"#lobby","name":"ann","manner":"deletion","text":null}"##,
            "\n",
            r##"{"seq":8,"at":"2026-11-25T10:03:05.000Z","room":"#lobby","name":"lee","manner":"notice","text":"build 7 is green"}"##,
            "\n",
            r##"{"seq":9,"at":"2026-11-25T22:03:05.000Z","room":"#lobby","name":"bob","manner":"joined","text":null,"here":2}"##,
            "\n",
            r##"{"seq":10,"at":"2026-11-26T10:03:05.000Z","room":"#lobby","name":"bob","manner":"renamed","text":"bobby"}"##,
            "\n",
            r##"{"seq":11,"at":"2026-11-26T22:03:05.000Z","room":"#lobby","name":"bobby","manner":"left","text":null}"##,
            "\n",
            r##"{"seq":12,"at":"2026-11-27T10:03:05.000Z","room":"#lobby","name":"bobby","manner":"quit","text":"quit: *lunch*"}"##,
            "\n",
            r##"{"seq":13,"at":"2026-11-27T22:03:05.000Z","room":"#lobby","name":"lee","manner":"back","text":null}"##,
            "\n",
            r##"{"seq":14,"at":"2026-11-28T10:03:05.000Z","room":"#lobby","name":null,"manner":"crowd","text":"14 people joined #lobby (16 here)","here":16}"##,
            "\n",
            r##"{"seq":15,"at":"2026-11-28T22:03:05.000Z","room":"#lobby","name":"lee","manner":"change","text":"bob was ejected from #lobby by lee"}"##,
            "\n",
        ),
    );
}

#[test]
fn a_range_ends_behind_its_beginning() {
    let now = Timestamp(1_795_269_785_000); // 2026-11-21 14:03:05 UTC
    let times = |since, until| {
        let flags = ExportFlags {
            since: Some(moment(since).expect("a time")),
            until: Some(moment(until).expect("a time")),
            ..parsed(&[])
        };
        let times = flags.times(now, &TimeZone::UTC).ok()?;
        Some((times.0?.0 / 1_000, times.1?.0 / 1_000))
    };
    let midnight = 1_795_219_200;
    let minutes = |hour: i64, minute: i64| midnight + 60 * (60 * hour + minute);
    assert_eq!(
        times("2026-11-21 12:30", "2026-11-21T13:00"),
        Some((minutes(12, 30), minutes(13, 0)))
    );
    assert_eq!(
        times("yesterday 23:00", "today"),
        Some((minutes(-1, 0), midnight))
    );
    assert_eq!(
        times("2026-11-21T11:03:05+01:00", "14:03:05"),
        Some((minutes(10, 3) + 5, minutes(14, 3) + 5))
    );
    assert_eq!(times("12:00", "11:00"), None);
    assert_eq!(
        times("12:00", "15:00"),
        Some((minutes(12, 0), minutes(15, 0)))
    );
    assert_eq!(
        times("23:00", "23:30"),
        Some((minutes(-1, 0), minutes(-1, 30)))
    );
}

fn parsed(arguments: &[&str]) -> ExportFlags {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        flags: ExportFlags,
    }
    let program = std::iter::once("export");
    <Line as clap::Parser>::parse_from(program.chain(arguments.iter().copied())).flags
}

#[test]
fn a_time_that_is_none_is_refused() {
    let error = moment("tomorrow").expect_err("no such form");
    assert!(error.starts_with("a time is like 2026-11-21"));
}
