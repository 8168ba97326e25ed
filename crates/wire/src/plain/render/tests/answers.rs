//! Answers, settings and help.

use std::vec;

use crate::prefs::{Prefs, TimeStyle};
use chinwag_core::{
    Answer, Client, Duration, Link, Mask, Metadata, MetadataKey, MetadataValue, Profile,
    Restriction, RoomLine, Topic, WhoLine,
};

use super::*;
use crate::plain::request::{HelpTopic, Pref};
use crate::plain::table::{COMMANDS, CommandSpec, Group};

#[track_caller]
fn check(answer: Answer, expected: &str) {
    assert_eq!(shown(|r, out| r.answer(out, &answer, NOW)), expected);
}

fn who_line(by: &str) -> WhoLine {
    WhoLine {
        name: name(by),
        link: Link::default(),
        operator: false,
        account: None,
        away: None,
        silent: Duration::from_secs(10),
        held: None,
        source: None,
    }
}

#[test]
fn who_is_here_is_a_list() {
    let lee = WhoLine {
        operator: true,
        account: Some(name("lee")),
        link: Link {
            client: Client::Telnet,
            is_encrypted: true,
            ..Link::default()
        },
        away: Some(Some(text("lunch"))),
        silent: Duration::from_mins(125),
        ..who_line("lee")
    };
    let bob = WhoLine {
        away: Some(None),
        ..who_line("bob")
    };
    let answer = Answer::Who {
        room: room("lobby"),
        people: vec![who_line("ann"), lee, bob],
        more: 250,
        next: None,
        hidden: false,
    };
    let expected = "\
--- 253 people in #lobby ---
  ann (nc)
  lee (operator, registered, telnet, TLS, away: lunch, silent for 2 hours)
  bob (nc, away)
--- and 250 more ---
";
    check(answer, expected);
}

fn profile() -> Profile {
    Profile {
        line: who_line("ann"),
        rooms: [room("lobby"), room("dev")].into(),
        since: NOW - Duration::from_mins(60),
        said: 1,
        muted: false,
        metadata: None,
        links: [Link::default()].into(),
        addresses: [].into(),
        held: [].into(),
    }
}

#[test]
fn a_person_is_described() {
    let expected = "\
--- ann ---
  name not registered
  here since 2026-11-21 13:03, 1 line said, silent for 10 seconds
  in #lobby, #dev
  connected by nc
";
    check(Answer::Whois(Box::new(profile())), expected);
    let mut profile = profile();
    profile.line.account = Some(name("Ann"));
    profile.line.operator = true;
    profile.line.away = Some(Some(text("lunch")));
    profile.muted = true;
    let mut metadata = Metadata::default();
    for (key, value) in [
        ("url", "https://example.org"),
        ("avatar", "https://example.org/ann.png"),
        ("display-name", "Ann\x1b[2J\u{202e} (operator)"),
        ("status", ""),
    ] {
        let key = MetadataKey::parse(key).expect("a key");
        metadata.set((key, MetadataValue::parse(value)));
    }
    profile.metadata = Some(metadata.into());
    let encrypted = Link {
        is_encrypted: true,
        ..Link::default()
    };
    profile.links = [encrypted, Link::default()].into();
    profile.addresses = [[192, 0, 2, 7].into(), [192, 0, 2, 8].into()].into();
    let expected = "\
--- ann ---
  registered name, operator
  here since 2026-11-21 13:03, 1 line said, silent for 10 seconds
  in #lobby, #dev
  connected by nc, TLS, and by nc
  away: lunch
  display name: Ann\\x1b[2J\\u{202e} (operator)
  url: https://example.org
  muted
  from 192.0.2.7, 192.0.2.8
";
    check(Answer::Whois(Box::new(profile)), expected);
}

#[test]
fn rooms_are_a_list() {
    let line = |name, here, joined, topic: Option<&str>| RoomLine {
        room: room(name),
        here,
        joined,
        topic: topic.map(text),
        created: chinwag_core::Timestamp(0),
        topic_at: None,
    };
    let rooms = vec![
        line("lobby", 5, true, None),
        line("dev", 1, false, Some("Ship it")),
    ];
    let expected = "\
--- 2 rooms ---
  #lobby (5 people, you too)
  #dev (1 person): Ship it
";
    check(
        Answer::Rooms {
            rooms,
            more: 0,
            next: None,
        },
        expected,
    );
}

#[test]
fn single_facts_stand_behind_their_sign() {
    let topic = |topic| Answer::Topic {
        room: room("dev"),
        topic,
    };
    let set = Topic {
        text: text("Ship it"),
        by: name("lee"),
        account: None,
        at: NOW,
    };
    check(
        topic(Some(set)),
        "! Topic of #dev: Ship it (lee, just now)\n",
    );
    check(topic(None), "! #dev has no topic. /topic TEXT sets one.\n");
    check(
        Answer::Motd(Some(text("Be kind."))),
        "! Message of the day: Be kind.\n",
    );
    check(Answer::Motd(None), "! There is no message of the day.\n");
    check(Answer::Ignores(vec![]), "! You ignore nobody.\n");
    check(
        Answer::Ignores(names(&["ann", "bob"]).into()),
        "! You ignore ann and bob.\n",
    );
    check(Answer::Log, "");
}

#[test]
fn numbers_are_one_s_own_and_the_server_s() {
    let answer = Answer::Stats {
        own: Box::new(profile()),
        people: 5,
        rooms: 2,
        said: 1234,
        started: NOW - Duration::from_hours(24 * 3),
    };
    let expected = "\
--- you, ann ---
  name not registered
  here since 2026-11-21 13:03, 1 line said, silent for 10 seconds
  in #lobby, #dev
  connected by nc
--- the server ---
  5 people in 2 rooms
  1234 messages since it was started at 2026-11-18 14:03, 3 days ago
";
    check(answer, expected);
}

#[test]
fn restrictions_are_a_list() {
    let restriction = |mask: &str, until, reason| Restriction {
        at: Timestamp(0),
        mask: Mask::parse(mask).expect("a mask"),
        until,
        by: name("lee"),
        why: why(reason),
    };
    let answer = Answer::Restrictions {
        counts: (2, 1),
        next: None,
        bans: vec![
            restriction("192.0.2.0/24", Some(NOW), "spam"),
            restriction("ann", None, ""),
        ],
        mutes: vec![restriction("bob", None, "")],
        renamed: vec![(name("bob"), name("robert"))],
        accounts: vec![name("ann")],
    };
    let expected = "\
--- 2 bans, 1 mute ---
  banned: 192.0.2.0/24 until 2026-11-21 14:03 UTC by lee: spam
  banned: account ann by lee
  muted: bob by lee; now robert
";
    check(answer, expected);
    let none = Answer::Restrictions {
        counts: (0, 0),
        bans: vec![],
        mutes: vec![],
        renamed: vec![],
        accounts: vec![],
        next: None,
    };
    check(none, "! Nobody is banned or muted.\n");
}

#[test]
fn settings_are_told_as_they_are() {
    let prefs = Prefs {
        time: TimeStyle::Full,
        zone: Some("Europe/Berlin".into()),
        echo: true,
        ..Prefs::default()
    };
    let pref = |pref| shown(|r, out| r.pref(out, pref, &prefs));
    assert_eq!(pref(Pref::Time), "! Messages are shown with a full time.\n");
    assert_eq!(pref(Pref::Zone), "! Times use the zone Europe/Berlin.\n");
    assert_eq!(
        pref(Pref::Echo),
        "! Echo is on: your own lines are shown to you too.\n"
    );
    assert_eq!(
        pref(Pref::Quiet),
        "! Quiet is off: joins and leaves are shown.\n"
    );
    assert_eq!(pref(Pref::Color), "! Color is off.\n");
    assert_eq!(pref(Pref::Bell), "! Bell is off.\n");
}

/// The block of the interface's contract.
const OVERVIEW: &str = r#"Talk      just type               //text says "/text"
  /me ACTION                      /me waves: * gopher waves
  /msg NAME TEXT     (/dm /tell)  a private message; /reply TEXT answers the last one
Look
  /who [#ROOM]       (/users /names /list)   who is here
  /whois NAME                     about a person
  /rooms                          rooms, topics and how many are in them
  /history [N | 2h | DATE [HH:MM] | A..B | more]   earlier messages; more goes on where the last one ended
  /search WORDS "A PHRASE" -NOT [from:NAME in:#ROOM before:DATE after:DATE]   /search more, /around N
  /topic [TEXT]                   show or set the topic
Move
  /join #ROOM        (/cd)        enter a room, or switch to it
  /leave [#ROOM]     (/part)      leave it
Rooms (/help rooms)
  /room [SETTING]                 what this room is set to; /help room
  /invite NAME   /uninvite NAME   /knock #ROOM
  /mod NAME   /unmod NAME   /voice NAME   /unvoice NAME
  /eject NAME [WHY]   /bar WHO [TIME] [WHY]   /unbar WHO   /bars
  /delete REF                     remove a message; /history ids shows REF
You
  /nick NAME                      another name
  /claim PASSWORD                 keep this name: later type NAME#PASSWORD at the prompt
  /login NAME PASSWORD   /logout   /account   your account
  /away [WHY]   /back             away, and back
  /ignore [NAME]   /unignore NAME
  /time off|short|full   /tz ZONE   /echo on|off   /quiet on|off   /color on|off   /bell on|off
  /stats                          your numbers and the server's
  /resume CODE                    take up a lost session (at the name prompt too)
  /quit [WHY]        (/exit)
Operators (/help op)
  /kick NAME [WHY]   /mute NAME [TIME]   /unmute NAME   /ban WHO [TIME] [WHY]   /unban WHO   /bans
  /op NAME   /deop NAME   /rename NAME NEW   /announce TEXT   /motd [TEXT]   /lock [off]   /log [N]
  /remove NAME|#ROOM              end an account, close a room for good
"#;

fn help(topic: HelpTopic) -> String {
    shown(|r, out| r.help(out, topic))
}

#[test]
fn the_overview_is_that_of_the_contract() {
    assert_eq!(help(HelpTopic::Overview), OVERVIEW);
}

#[test]
fn a_group_explains_all_its_commands() {
    for (group, begin, who) in [
        (
            Group::Operators,
            "--- Operators ---\n  /kick NAME [WHY]                Closes",
            "\n  WHO is a name, an address, or a block such as 192.0.2.0/24.\n",
        ),
        (
            Group::Rooms,
            "--- Rooms ---\n  /room [SETTING]                 Shows",
            "\n  WHO is a name; for server operators an address or a block too.\n",
        ),
    ] {
        let shown = help(HelpTopic::Group(group));
        assert!(shown.starts_with(begin) && shown.contains(who), "{shown}");
        for spec in group.commands() {
            assert!(
                shown.contains(&std::format!("\n  {spec} ")),
                "{spec} in {shown}"
            );
        }
        assert!(shown.lines().all(|line| line.len() <= 100), "{shown}");
    }
}

#[test]
fn a_command_is_explained() {
    let who = CommandSpec::find("who").expect("a command");
    let expected = "\
--- /who [#ROOM] ---
  Lists who is in this room, or in another.
  It shows how each person is connected, who is away, and how long each has been silent.
  A telnet that does not negotiate is shown as nc.
  Also: /users /names /list
  Example: /who #dev
";
    assert_eq!(help(HelpTopic::Command(who)), expected);
}

#[test]
fn every_command_has_an_explanation_and_an_example() {
    for spec in COMMANDS {
        assert!(spec.about.ends_with('.'), "{spec}");
        assert!(
            spec.example.starts_with(&std::format!("/{}", spec.name)),
            "{spec}"
        );
    }
}

#[test]
fn the_reference_has_every_command_and_many_lines() {
    let page = crate::plain::reference();
    for spec in COMMANDS {
        assert!(page.contains(&std::format!("| `/{}", spec.name)), "{spec}");
        assert!(page.contains(spec.about), "{spec}");
    }
    assert!(page.contains("| a message | `[14:03] gopher: hello megumin` |"));
    assert!(page.contains("| it cannot be a name | `A name is 1 to 32"));
    assert!(!page.contains("| `` |"), "a line that is empty");
    assert!(page.lines().all(|line| !line.ends_with(' ')));
}
