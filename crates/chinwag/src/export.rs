//! `chinwag export`: what was said, as text for people or as records for programs.
//!
//! Names and texts are stored in a form that is harmless to a terminal, and this adds nothing but
//! times. Pages keep memory small, however long the history is.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use chinwag_core::{
    Duration, Event, Fact, Manner, ModAction, Name, RoomId, RoomName, Seq, Timestamp,
};
use chinwag_store::{ExportRange, HistoryReader, Unread};
use chinwag_wire::dialect::{Moved, Reason};
use chinwag_wire::zone::Moment;
use clap::{Args, ValueEnum};
use jiff::civil;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::data::{DataFlags, located};
use crate::{usage, zone};

/// Bytes of messages that are read and written at once.
const PAGE_BYTES: usize = 1 << 20;

#[derive(Debug, Args)]
pub(crate) struct ExportFlags {
    #[command(flatten)]
    data: DataFlags,
    /// Only this room [default: all]
    #[arg(long, value_parser = room_name)]
    room: Option<RoomName>,
    /// Only what was said since this time: 2026-11-21, "2026-11-21 14:00", 14:00 for the last 14:00, yesterday,
    /// an RFC 3339 time, 2h for two hours ago, or now
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    since: Option<Moment>,
    /// Only what was said before this time, in the same forms; a day leaves that day out
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    until: Option<Moment>,
    /// The form to write it in
    #[arg(long, value_enum, ignore_case = true, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each message, with times in this machine's zone
    Text,
    /// A JSON object for each message, with times in UTC (RFC 3339)
    Json,
    /// A list for each day
    Markdown,
}

fn room_name(text: &str) -> Result<RoomName, String> {
    RoomName::parse(text).map_err(|_| "no room can have that name".into())
}

/// Reads a time in the forms of the chat.
fn moment(text: &str) -> Result<Moment, &'static str> {
    Moment::parse(text)
        .ok_or("a time is like 2026-11-21, \"2026-11-21 14:00\", 14:00, yesterday, 2h or now")
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
    Timestamp(0) + since
}

impl ExportFlags {
    /// The requested times, in a zone where the time is `now`.
    fn times(
        &self,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
        // The second of two times of day would be of the next day. Refused whatever the time is.
        let goes_back = matches!(
            (self.since, self.until),
            (Some(Moment::Time(since)), Some(Moment::Time(until))) if until < since
        );
        let since = self.since.map(|since| since.start(now, zone));
        let start = since.unwrap_or(Timestamp(i64::MIN));
        let until = self.until.map(|until| until.before_after(start, now, zone));
        match since.zip(until) {
            Some((since, until)) if goes_back || until < since => {
                Err(usage::wrong("--until is before --since").into())
            }
            _ => Ok((since, until)),
        }
    }
}

/// Writes everything requested to standard output. The exit status is 1 if some of it cannot be
/// read.
pub(crate) fn export(flags: &ExportFlags) -> Result<ExitCode> {
    let mut reader = flags.data.open()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut reader, flags, &mut out).and_then(|unread| {
        out.flush()?;
        Ok(unread)
    });
    let unread = written.or_else(|error| match error.downcast_ref::<io::Error>() {
        // `chinwag export | head` has read enough.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Vec::new()),
        Some(error) => Err(anyhow!("the output cannot be written: {error}")),
        None => Err(error),
    })?;
    if unread.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut told = String::new();
    for part in unread {
        told += &format!("! {part}\n");
    }
    io::stderr().write_all(told.as_bytes())?;
    let path = reader.path().unwrap_or(Path::new(""));
    Err(anyhow!(
        "the database {} is damaged; everything else was written",
        path.display()
    ))
}

/// Writes what can be read. Returns what cannot.
fn write(
    reader: &mut HistoryReader,
    flags: &ExportFlags,
    out: &mut impl Write,
) -> Result<Vec<Unread>> {
    let rooms = reader.rooms();
    let rooms = rooms.map_err(|error| located(error, reader.path()))?;
    let (since, until) = flags.times(now(), &zone::HERE)?;
    let range = ExportRange {
        room: flags
            .room
            .as_ref()
            .map(|room| number(&rooms, room))
            .transpose()?,
        since,
        until,
    };
    let mut writer = Writer {
        out,
        rooms: rooms.into_iter().collect(),
        format: flags.format,
        zone: zone::HERE.clone(),
        day: None,
    };
    let mut unread = Vec::new();
    let mut from = Seq(0);
    loop {
        let page = reader.export(range, from, PAGE_BYTES);
        let page = page.map_err(|error| located(error, reader.path()))?;
        for event in &page.events {
            writer.write(event)?;
        }
        page.unread.iter().for_each(|part| add(&mut unread, *part));
        match page.next {
            Some(next) => from = next,
            None => return Ok(unread),
        }
    }
}

/// Adds what cannot be read, as one piece with what precedes it.
fn add(unread: &mut Vec<Unread>, next: Unread) {
    let last = unread.iter_mut().rfind(|last| last.part == next.part);
    match last {
        Some(last) if next.first.0 <= last.last.0.saturating_add(1) => last.last = next.last,
        _ => unread.push(next),
    }
}

fn number(rooms: &[(RoomId, RoomName)], name: &RoomName) -> Result<RoomId> {
    let found = rooms.iter().find(|(_, known)| known.is_same(name));
    let (id, _) = found.ok_or_else(|| anyhow!("nothing of a room {name} is stored"))?;
    Ok(*id)
}

/// What an event is.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Speech,
    Action,
    Notice,
    Topic,
    Announcement,
    Deletion,
    Joined,
    Left,
    Quit,
    Back,
    Renamed,
    Crowd,
    Change,
}

/// An event as a program reads it.
#[derive(Serialize)]
struct Record<'a> {
    seq: u64,
    at: String,
    /// `null` for what is told to everybody.
    room: Option<String>,
    /// `null` for a crowd.
    name: Option<&'a str>,
    /// The account that the author was logged in to, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    manner: Kind,
    /// `null` for a topic that was taken away and for a deletion. The lines of a passage have a line feed between them.
    /// Why a person left, the name that it took, or in words what a crowd or a moderator did.
    text: Option<Cow<'a, str>>,
    /// How many are there from now on, where somebody has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<u32>,
}

struct Writer<W> {
    out: W,
    rooms: HashMap<RoomId, RoomName>,
    format: Format,
    zone: TimeZone,
    /// The day of the last line.
    day: Option<civil::Date>,
}

impl<W: Write> Writer<W> {
    fn write(&mut self, event: &Event) -> Result<()> {
        let at = jiff::Timestamp::from_millisecond(event.at.0)?;
        let Some(record) = self.record(event, at) else {
            return Ok(());
        };
        let local = at.to_zoned(self.zone.clone());
        match self.format {
            Format::Json => {
                serde_json::to_writer(&mut self.out, &record).map_err(io::Error::from)?;
                self.out.write_all(b"\n")?;
            }
            Format::Text => {
                let time = local.strftime("%Y-%m-%d %H:%M:%S");
                writeln!(self.out, "[{time}] {}", line(&record, marked))?;
            }
            Format::Markdown => {
                if self.day.replace(local.date()) != Some(local.date()) {
                    writeln!(self.out, "\n## {}\n", local.strftime("%a %-d %b %Y"))?;
                }
                writeln!(
                    self.out,
                    "- {} {}",
                    local.strftime("%H:%M:%S"),
                    line(&record, escaped)
                )?;
            }
        }
        Ok(())
    }

    fn record<'a>(&self, event: &'a Event, at: jiff::Timestamp) -> Option<Record<'a>> {
        let (room, name, manner, text) = match &event.fact {
            Fact::Said {
                room,
                name,
                manner,
                text,
                ..
            } => {
                let manner = match manner {
                    Manner::Speech => Kind::Speech,
                    Manner::Action => Kind::Action,
                    Manner::Notice => Kind::Notice,
                };
                (Some(room), name, manner, Some(text.with_line_feeds()))
            }
            Fact::TopicSet { room, by, text, .. } => {
                let text = text.as_deref().map(Cow::Borrowed);
                (Some(room), by, Kind::Topic, text)
            }
            Fact::Deleted(deletion) => (Some(&deletion.room), &deletion.by, Kind::Deletion, None),
            Fact::Moderated(entry) => match &entry.act {
                ModAction::Announce(text) => {
                    let text = Cow::Borrowed(&**text);
                    (None, &entry.by, Kind::Announcement, Some(text))
                }
                _ => return None,
            },
            _ => return self.moved(event, at),
        };
        let room = room.and_then(|room| self.rooms.get(room));
        Some(Record {
            seq: event.seq.0,
            at: format!("{at:.3}"),
            room: room.map(RoomName::to_string),
            name: Some(name.as_str()),
            account: event.fact.author_account().map(Name::as_str),
            manner,
            text,
            here: None,
        })
    }

    /// Who came, went or changed.
    fn moved<'a>(&self, event: &'a Event, at: jiff::Timestamp) -> Option<Record<'a>> {
        let room = self.rooms.get(event.fact.rooms().first()?)?;
        let told = |fact: &Fact| Moved::of(fact, room).map(|moved| Cow::Owned(moved.to_string()));
        let (name, manner, text, here) = match &event.fact {
            Fact::Joined { name, here, .. } => (Some(name), Kind::Joined, None, Some(*here)),
            Fact::Left { name, why, .. } => {
                let why = why.as_deref().map(Cow::Borrowed);
                (Some(name), Kind::Left, why, None)
            }
            Fact::Quit(quit) => {
                let why = Cow::Owned(Reason(&quit.why).to_string());
                (Some(&quit.name), Kind::Quit, Some(why), None)
            }
            Fact::Returned(returned) => (Some(&returned.login.name), Kind::Back, None, None),
            Fact::Renamed(renamed) => {
                let new = Cow::Borrowed(renamed.new.as_str());
                (Some(&renamed.old), Kind::Renamed, Some(new), None)
            }
            Fact::PresenceSummary { who, here, .. } => {
                let told = told(&event.fact)?;
                (who.as_ref(), Kind::Crowd, Some(told), Some(*here))
            }
            fact => (fact.author_name(), Kind::Change, Some(told(fact)?), None),
        };
        Some(Record {
            seq: event.seq.0,
            at: format!("{at:.3}"),
            room: Some(room.to_string()),
            name: name.map(Name::as_str),
            account: None,
            manner,
            text,
            here,
        })
    }
}

/// An event in words. A line about a topic has no star, which an action has: here both have a time,
/// by which the chat distinguishes them.
fn line(record: &Record<'_>, escape: impl Fn(&str) -> String) -> String {
    let name = record.name.map(&escape).unwrap_or_default();
    let text = record.text.as_deref().map(&escape);
    let room = record.room.as_deref().map(&escape).unwrap_or_default();
    let star = escape("*");
    match (record.manner, text) {
        (Kind::Speech | Kind::Notice, text) => {
            format!("{room} {name}: {}", text.unwrap_or_default())
        }
        (Kind::Action, text) => format!("{room} {star} {name} {}", text.unwrap_or_default()),
        (Kind::Announcement, text) => {
            let mark = escape("!");
            format!("{mark} {name} announces: {}", text.unwrap_or_default())
        }
        (Kind::Deletion, _) => format!("{room} {name} deleted a message"),
        (Kind::Topic, Some(text)) => format!("{room} {name} set the topic: {text}"),
        (Kind::Topic, None) => format!("{room} {name} cleared the topic"),
        (Kind::Joined, _) => match record.here {
            Some(here) => format!("{room} {name} joined {}", escape(&format!("({here} here)"))),
            None => format!("{room} {name} joined"),
        },
        (Kind::Left, None) => format!("{room} {name} left"),
        (Kind::Left | Kind::Quit, why) => {
            let [open, close] = ["(", ")"].map(escape);
            format!(
                "{room} {name} left {open}{}{close}",
                why.unwrap_or_default()
            )
        }
        (Kind::Back, _) => format!("{room} {name} is back"),
        (Kind::Renamed, new) => format!("{room} {name} is now {}", new.unwrap_or_default()),
        (Kind::Crowd | Kind::Change, told) => format!("{room} {}", told.unwrap_or_default()),
    }
}

/// Text with the chat's mark before each further line of a passage.
fn marked(text: &str) -> String {
    let marked = text.replace('\n', "\n  | ");
    marked.replace("  | \n", "  |\n")
}

/// Text that Markdown shows unchanged, each line of a passage on its own: any punctuation may have
/// a backslash before it (CommonMark 2.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c == '\n' {
            // A line ends in Markdown's line break, and begins with a sign that only text has.
            out.push_str("\\\n  \\| ");
            continue;
        }
        if c.is_ascii_punctuation()
            && !matches!(
                c,
                '.' | ',' | ':' | ';' | '\'' | '?' | '/' | '%' | '=' | '@'
            )
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
