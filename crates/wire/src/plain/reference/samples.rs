//! Lines as the renderer writes them, for the reference: a page typed by hand would show what the
//! server once said.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use chinwag_core::limits::LINE_BYTES_MAX;
use chinwag_core::{
    AuditEntry, Correspondents, Duration, Event, Fact, LOBBY, Manner, ModAction, Name, PersonId,
    PrivateMessage, Quit, QuitReason, Rejection, Renamed, RoomName, Seq, Text, Timestamp,
};

use crate::plain::parse::{parse, parse_login};
use crate::plain::render::{Notice, Renderer, Style};
use crate::plain::request::Context;
use crate::prefs::TimeStyle;
use crate::zone::TimeZone;

/// When a line is written, and the line.
pub(super) type Sample = (&'static str, String);

/// 2026-11-21 14:03 UTC.
const NOW: Timestamp = Timestamp(1_795_269_780_000);
const READER: PersonId = PersonId(1);
const OTHER: PersonId = PersonId(2);

/// Samples of the lines in the chat.
pub(super) fn in_chat() -> Option<Vec<Sample>> {
    let mut samples = Samples::default();
    samples.talk()?;
    samples.movement()?;
    samples.the_server()?;
    samples.refusals()?;
    Some(samples.lines)
}

/// Samples of the lines at the name prompt instead of the welcome.
pub(super) fn at_prompt() -> Option<Vec<Sample>> {
    let (lee, free, other) = (name("lee")?, name("lee2")?, name("Iee")?);
    // 2026-11-22 10:00 UTC
    let until = Some(Timestamp(1_795_341_600_000));
    let why = text("spam").map(Arc::new);
    let mut samples = Samples::default();
    for (when, rejection) in [
        (
            "the name is taken",
            Rejection::NameTaken {
                name: lee.clone(),
                free: free.clone(),
            },
        ),
        (
            "it looks like another",
            Rejection::NameLooksLike {
                name: other,
                other: lee.clone(),
                free,
            },
        ),
        ("it is registered", Rejection::NameRegistered(lee.clone())),
        (
            "the password is wrong",
            Rejection::WrongPassword(lee.clone()),
        ),
        (
            "the name's link is lost",
            Rejection::NameKept {
                name: name("vic")?,
                remaining: Duration::from_mins(9),
            },
        ),
        (
            "the code is wrong, used or too old",
            Rejection::CodeNotValid,
        ),
        (
            "it is the one that makes the first operator",
            Rejection::OperatorCode,
        ),
        (
            "it is that of a session that was kicked",
            Rejection::SessionKicked {
                by: lee,
                why: why.clone(),
            },
        ),
        ("the server is locked", Rejection::Locked),
        (
            "the server is full; it closes",
            Rejection::ServerFull { people_max: 1000 },
        ),
        (
            "you are banned; it closes",
            Rejection::Banned { until, why },
        ),
    ] {
        samples.line(when, |r, out| r.login_refusal(out, &rejection));
    }
    if let Err(error) = parse_login("4ann") {
        samples.line("it cannot be a name", |r, out| {
            r.login_parse_error(out, &error)
        });
    }
    samples.line("no name after some tries; it closes", |r, out| {
        r.notice(out, Notice::NoName);
    });
    Some(samples.lines)
}

fn name(text: &str) -> Option<Name> {
    Name::parse(text).ok()
}

fn text(text: &str) -> Option<Text> {
    Text::parse(text)
}

#[derive(Default)]
struct Samples {
    lines: Vec<Sample>,
}

impl Samples {
    fn line(&mut self, when: &'static str, write: impl FnOnce(&mut Renderer, &mut Vec<u8>)) {
        let style = Style {
            time: TimeStyle::Short,
            zone: TimeZone::UTC,
            crlf: false,
            color: false,
        };
        let mut out = Vec::new();
        write(&mut Renderer::new(style, NOW), &mut out);
        let line = String::from_utf8_lossy(&out);
        self.lines.push((when, line.trim_end().into()));
    }

    fn in_room(&mut self, when: &'static str, fact: Fact, room: &str) -> Option<()> {
        let (room, current) = (RoomName::parse(room).ok()?, room == "lobby");
        let event = event(fact);
        self.line(when, |r, out| r.room_line(out, &event, &room, current));
        Some(())
    }

    fn in_private(&mut self, when: &'static str, fact: Fact) {
        let event = event(fact);
        self.line(when, |r, out| r.private_line(out, &event, READER));
    }

    fn talk(&mut self) -> Option<()> {
        let said = |by, what, manner| {
            Some(Fact::Said {
                person: OTHER,
                name: name(by)?,
                room: LOBBY,
                text: text(what)?,
                manner,
                irc: None,
                account: None,
            })
        };
        let hello = said("gopher", "hello megumin", Manner::Speech)?;
        self.in_room("a message", hello, "lobby")?;
        let green = said("ann", "build is green", Manner::Speech)?;
        self.in_room("a message in another room of yours", green, "dev")?;
        self.in_room(
            "an action",
            said("gopher", "waves", Manner::Action)?,
            "lobby",
        )?;
        let told = |from, to| {
            Some(Fact::PrivateMessage(Box::new(PrivateMessage {
                from,
                from_name: name("gopher")?,
                to,
                to_name: name("gopher")?,
                text: text("psst")?,
                manner: Manner::Speech,
                irc: None,
                ignored: false,
                kept: None,
                away: None,
                accounts: Correspondents::default(),
            })))
        };
        self.in_private("a private message to you", told(OTHER, READER)?);
        self.in_private("a private message of yours", told(READER, OTHER)?);
        Some(())
    }

    fn movement(&mut self) -> Option<()> {
        let (person, room) = (OTHER, LOBBY);
        let joined = Fact::Joined {
            person,
            name: name("ann")?,
            room,
            here: 5,
        };
        self.in_room("a person joins", joined, "lobby")?;
        self.departures()?;
        let crowd = Fact::PresenceSummary {
            room,
            joined: 0,
            left: 14,
            who: None,
            why: Some(QuitReason::Restart),
            here: 5,
        };
        self.in_room("many leave at once", crowd, "lobby")?;
        let renamed = Renamed {
            person,
            old: name("ann")?,
            since: Seq(0),
            new: name("annie")?,
            rooms: [LOBBY].into(),
            account: None,
            operator: false,
        };
        self.in_room(
            "a person takes another name",
            Fact::Renamed(Box::new(renamed)),
            "lobby",
        )?;
        let topic = Fact::TopicSet {
            person: None,
            room,
            by: name("lee")?,
            text: text("Ship it"),
            account: None,
        };
        self.in_room("the topic is set", topic, "lobby")
    }

    fn departures(&mut self) -> Option<()> {
        let (by, why) = (name("lee")?, text("spam").map(Arc::new));
        let banned = QuitReason::Banned {
            by: by.clone(),
            until: None,
            why: None,
        };
        for (when, why) in [
            ("a person quits", QuitReason::Quit(text("lunch"))),
            ("their connection ends", QuitReason::Closed),
            ("it breaks", QuitReason::Lost),
            ("it gives no sign of life", QuitReason::TimedOut),
            ("it stops reading", QuitReason::TooSlow),
            ("it never stops sending too fast", QuitReason::TooFast),
            ("an operator closes it", QuitReason::Kicked { by, why }),
            ("an operator bans the person", banned),
        ] {
            let (name, rooms) = (name("ann")?, [LOBBY].into());
            let departed = Quit {
                person: OTHER,
                name,
                account: None,
                rooms,
                is_resumable: why.is_resumable(),
                why,
            };
            self.in_room(when, Fact::Quit(Box::new(departed)), "lobby")?;
        }
        Some(())
    }

    fn the_server(&mut self) -> Option<()> {
        let announce = Fact::Moderated(Box::new(AuditEntry {
            by: name("lee")?,
            actor: None,
            act: ModAction::Announce(text("restart at noon")?),
            target: None,
            aside: None,
        }));
        self.in_private("an operator speaks to all", announce);
        self.line("a new day begins", |r, out| {
            r.day_break(out, NOW + Duration::from_hours(24));
        });
        for (when, notice) in [
            ("you were too far behind", Notice::Skipped { lines: 312 }),
            (
                "you type too fast",
                Notice::SlowDown(Duration::from_secs(2)),
            ),
            ("you go on all the same", Notice::NotSent { lines: 9 }),
            (
                "a line is too long",
                Notice::TooLong {
                    bytes: LINE_BYTES_MAX + 1024,
                    bytes_max: LINE_BYTES_MAX,
                },
            ),
            (
                "it is not UTF-8",
                Notice::NotUtf8 {
                    is_windows_1252: false,
                },
            ),
            (
                "it is not UTF-8, but perhaps Windows-1252",
                Notice::NotUtf8 {
                    is_windows_1252: true,
                },
            ),
            ("it is UTF-16", Notice::Utf16),
            ("telnet took a character for a key", Notice::Mangled),
            ("the server stops", Notice::Stopping),
            ("you signed in on another connection", Notice::Superseded),
        ] {
            self.line(when, |r, out| r.notice(out, notice));
        }
        Some(())
    }

    fn refusals(&mut self) -> Option<()> {
        let (typed, meant) = (String::from("gofer"), name("gopher"));
        let room = RoomName::parse("news").ok()?;
        let remaining = Some(Duration::from_mins(9));
        for (when, rejection, asked) in [
            (
                "nobody has that name",
                Rejection::NobodyCalled { typed, meant },
                Context::Speech,
            ),
            (
                "the room is read-only",
                Rejection::ReadOnly(room),
                Context::Speech,
            ),
            (
                "you are muted",
                Rejection::Muted { remaining },
                Context::Speech,
            ),
            (
                "it shows a password or a code",
                Rejection::ShowsSecret,
                Context::Speech,
            ),
            (
                "the server cannot save",
                Rejection::CannotSave,
                Context::Speech,
            ),
            (
                "you are not an operator",
                Rejection::NeedsOperator,
                Context::Command("kick"),
            ),
        ] {
            self.line(when, |r, out| {
                r.refusal(out, &rejection, asked, Some(&RoomName::lobby()))
            });
        }
        if let Err(error) = parse("/jion") {
            self.line("there is no such command", |r, out| {
                r.parse_error(out, &error)
            });
        }
        let (al, quit) = (name("al")?, QuitReason::Quit(None));
        self.line("you leave", |r, out| r.farewell(out, &al, &quit, 4));
        Some(())
    }
}

fn event(fact: Fact) -> Event {
    Event {
        seq: Seq(1),
        at: NOW,
        fact,
        source: None,
    }
}
