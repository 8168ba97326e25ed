//! A hidden room is no other to those outside than one that does not exist, whatever they ask.
//!
//! Each command is given twice, with a room that is hidden and with one that is not there, and the answers
//! are the same but for the name. JOIN is left out: no two rooms have one name, so it tells.

use super::World;

/// The room that is hidden, and a name of as many letters that no room has and that is like none.
const ROOMS: [&str; 2] = ["#quince", "#velvet"];

const PLAIN: &[&str] = &[
    "/who ROOM",
    "/whois ROOM",
    "/rooms",
    "/history in ROOM",
    "/history ROOM",
    "/search x in:ROOM",
    "/search x -in:ROOM",
    "/knock ROOM",
    "/leave ROOM",
    "/msg ROOM hello",
    "/room ROOM",
    "/room ROOM closed on",
    "/room ROOM name #other",
    "/invite ann ROOM",
    "/uninvite ann ROOM",
    "/mod ann ROOM",
    "/voice ann ROOM",
    "/eject ann ROOM",
    "/bar ann ROOM",
    "/unbar ann ROOM",
    "/mute ann ROOM",
    "/remove ROOM",
];

const IRC: &[&str] = &[
    "NAMES ROOM",
    "WHO ROOM",
    "WHO ROOM %cn",
    "WHO ROOM o",
    "WHOIS ROOM",
    "LIST",
    "LIST ROOM",
    "LIST *uince*",
    "TOPIC ROOM",
    "TOPIC ROOM :words",
    "MODE ROOM",
    "MODE ROOM +b",
    "MODE ROOM I",
    "MODE ROOM +i",
    "MODE ROOM +o ann",
    "MODE ROOM +b ann!*@*",
    "KICK ROOM ann",
    "INVITE ann ROOM",
    "INVITE irc ROOM",
    "INVITE nobody ROOM",
    "KNOCK ROOM",
    "PART ROOM",
    "PRIVMSG ROOM :hello",
    "PRIVMSG @ROOM :hello",
    "PRIVMSG +ROOM :hello",
    "NOTICE ROOM :hello",
    "TAGMSG ROOM",
    "@+a=b TAGMSG ROOM",
    "@+a=b TAGMSG @ROOM",
    "BATCH +1 draft/multiline ROOM\\x0a@batch=1 PRIVMSG ROOM :one\\x0aBATCH -1",
    "RENAME ROOM #other",
    "REDACT ROOM 5",
    "CHATHISTORY LATEST ROOM * 10",
    "CHATHISTORY BEFORE ROOM timestamp=2027-01-01T00:00:00.000Z 10",
    "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z 10",
    "SEARCH in=ROOM;text=hello",
    "MARKREAD ROOM",
    "MARKREAD ROOM timestamp=2026-01-01T00:00:00.000Z",
    "METADATA ROOM LIST",
    "METADATA ROOM GET url",
    "METADATA ROOM SET url :x",
    "METADATA ROOM SYNC",
    "METADATA ROOM CLEAR",
    "ZNC *playback :PLAY ROOM 0",
    "PRIVMSG *playback :PLAY ROOM 0",
    "MONITOR + ROOM",
    "WHOWAS ROOM",
    "LUSERS",
];

const JSON: &[&str] = &[
    r#"{"say":{"room":"ROOM","text":"hello"}}"#,
    r#"{"act":{"room":"ROOM","text":"hello"}}"#,
    r#"{"say_to":{"room":"ROOM","text":"hello"}}"#,
    r#"{"leave":{"room":"ROOM"}}"#,
    r#"{"knock":{"room":"ROOM"}}"#,
    r#"{"who":{"room":"ROOM"}}"#,
    r#"{"rooms":{}}"#,
    r#"{"topic":{"room":"ROOM"}}"#,
    r#"{"set_topic":{"room":"ROOM","text":"words"}}"#,
    r#"{"history":{"room":"ROOM"}}"#,
    r#"{"search":{"room":"ROOM","words":"hello"}}"#,
    r#"{"room":{"room":"ROOM"}}"#,
    r#"{"set_room":{"room":"ROOM","closed":true}}"#,
    r##"{"rename_room":{"room":"ROOM","to":"#other"}}"##,
    r#"{"invite":{"room":"ROOM","name":"ann"}}"#,
    r#"{"uninvite":{"room":"ROOM","name":"ann"}}"#,
    r#"{"mod":{"room":"ROOM","name":"ann"}}"#,
    r#"{"unmod":{"room":"ROOM","name":"ann"}}"#,
    r#"{"voice":{"room":"ROOM","name":"ann"}}"#,
    r#"{"eject":{"room":"ROOM","name":"ann"}}"#,
    r#"{"bar":{"room":"ROOM","who":"ann"}}"#,
    r#"{"unbar":{"room":"ROOM","who":"ann"}}"#,
    r#"{"bars":{"room":"ROOM"}}"#,
    r#"{"mute":{"room":"ROOM","name":"ann"}}"#,
    r#"{"unmute":{"room":"ROOM","name":"ann"}}"#,
    r#"{"remove_room":{"room":"ROOM"}}"#,
    r#"{"stats":{}}"#,
];

/// What one sees after a command.
fn answer(world: &mut World, who: &str, command: &str) -> String {
    world.seen(&mut String::new());
    world.step(&format!("{who}> {command}"));
    let mut seen = String::new();
    world.seen(&mut seen);
    world.step("+ 5s");
    // The time goes on, and batches have numbers; a numeric stands alone.
    let is_digit = |c: char| c.is_ascii_digit();
    let words = seen
        .split(' ')
        .map(|word| match word.chars().all(is_digit) {
            true => word.to_owned(),
            false => word.replace(is_digit, ""),
        });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_hidden_room_is_not_there() {
    let mut told = Vec::new();
    for rule in [
        "topic x",
        "room closed on",
        "room password word",
        "room registered on",
    ] {
        let mut world = World::new("");
        let steps = [
            "op$",
            "op> op",
            "+ 5s",
            "ann$",
            "ann> ann",
            "ann> /join #quince",
            "ann> hello",
            "ann> /topic words",
            "ann> /room hidden on",
            &format!("ann> /{rule}"),
            "ann> /room outsiders on",
            "+ 9s",
            "bob$",
            "bob> bob",
            "irc$!",
            "irc> CAP REQ :message-tags batch draft/multiline draft/chathistory draft/metadata-3 \
             draft/read-marker soju.im/search standard-replies draft/channel-rename \
             draft/message-redaction",
            "irc> NICK irc",
            "irc> USER i 0 * :I",
            "irc> CAP END",
            "json$!",
            r#"json> {"hello":{"name":"json"}}"#,
        ];
        steps.iter().for_each(|step| world.step(step));
        for (who, commands) in [("bob", PLAIN), ("irc", IRC), ("json", JSON)] {
            for command in commands {
                let of = |world: &mut World, room: &str| {
                    let seen = answer(world, who, &command.replace("ROOM", room));
                    seen.replace(room, "ROOM").replace(&room[1..], "ROOM")
                };
                let [hidden, absent] = ROOMS.map(|room| of(&mut world, room));
                if hidden != absent {
                    told.push(format!("{rule}: {command}\n{hidden}{absent}"));
                }
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
