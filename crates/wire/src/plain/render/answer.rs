//! What there is to know: lists under a separator, single facts behind a `!`.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{Answer, Name, Prefs, Profile, RoomLine, RoomName, Sanction, Span, TimeStyle};
use chinwag_core::{Timestamp, WhoLine};

use super::arrival::TopicBy;
use super::deed::{Both, Until};
use super::{Page, Renderer};
use crate::plain::request::Pref;
use crate::plain::words::{Count, Listed, Minute, Roughly, Why, lines, messages, people, rooms};

/// Silence that is worth telling: less is a pause.
const SILENCE_MIN: Span = Span::minutes(5);

impl Renderer {
    /// The answer to a query. Writes nothing for answers that no person asked for (`Credential`,
    /// `Room`, `Log`), and for `Greeting`, which has a [method](Self::greeting) of its own.
    pub fn answer(&self, out: &mut Vec<u8>, answer: &Answer, now: Timestamp) {
        let page = &mut self.page(out);
        match answer {
            Answer::Who { room, people, more } => who(page, room, people, *more),
            Answer::Whois(profile) => self.whois(page, profile),
            Answer::Rooms { rooms, more } => room_list(page, rooms, *more),
            Answer::Topic { room, topic } => match topic {
                Some(topic) => page.alone(format_args!("Topic of {room}: {}", TopicBy(topic, now))),
                None => page.alone(format_args!("{room} has no topic. /topic TEXT sets one.")),
            },
            Answer::Stats { .. } => self.stats(page, answer, now),
            Answer::Ignores(names) => ignores(page, names),
            Answer::Sanctions { bans, mutes } => sanctions(page, bans, mutes),
            Answer::Motd(Some(text)) => page.alone(format_args!("Message of the day: {text}")),
            Answer::Motd(None) => page.alone("There is no message of the day."),
            Answer::Greeting { .. } | Answer::Credential(_) | Answer::Room { .. } | Answer::Log => {
            }
        }
    }

    fn whois(&self, page: &mut Page<'_>, profile: &Profile) {
        page.separator(format_args!("{}", profile.line.name));
        self.profile(page, profile);
    }

    fn profile(&self, page: &mut Page<'_>, profile: &Profile) {
        let line = &profile.line;
        page.row(match (line.claimed, line.operator) {
            (true, true) => "registered name, operator",
            (true, false) => "registered name",
            (false, true) => "operator, name not registered",
            (false, false) => "name not registered",
        });
        let (since, said) = (Minute(profile.since, &self.style.zone), lines(profile.said));
        let silent = Roughly(line.silent);
        page.row(format_args!(
            "here since {since}, {said} said, silent for {silent}"
        ));
        page.row(format_args!("in {}", Joined(&profile.rooms)));
        if let Some(why) = &line.away {
            page.row(format_args!("away{}", Why(why.as_ref())));
        }
        if profile.muted {
            page.row("muted");
        }
        if let Some(address) = profile.address {
            page.row(format_args!("from {}", address.to_canonical()));
        }
    }

    fn stats(&self, page: &mut Page<'_>, answer: &Answer, now: Timestamp) {
        let Answer::Stats {
            own,
            people: here,
            rooms: busy,
            said,
            started,
        } = answer
        else {
            return;
        };
        page.separator(format_args!("you, {}", own.line.name));
        self.profile(page, own);
        page.separator("the server");
        let (here, busy, said) = (people(*here), rooms(*busy), messages(*said));
        page.row(format_args!("{here} in {busy}"));
        let (since, time) = (
            Minute(*started, &self.style.zone),
            Roughly(now.since(*started)),
        );
        page.row(format_args!(
            "{said} since it was started at {since}, {time} ago"
        ));
    }

    /// How one of the settings is: the answer to `/echo` and the confirmation of `/echo on`.
    pub fn pref(&self, out: &mut Vec<u8>, pref: Pref, prefs: &Prefs) {
        let page = &mut self.page(out);
        match pref {
            Pref::Time => page.alone(match prefs.time {
                TimeStyle::Off => "Messages are shown without a time.",
                TimeStyle::Short => "Messages are shown with a short time.",
                TimeStyle::Full => "Messages are shown with a full time.",
            }),
            Pref::Zone => match &prefs.zone {
                Some(zone) => page.alone(format_args!("Times are those of {zone}.")),
                None => page.alone("Times are those of the server."),
            },
            Pref::Echo => page.alone(match prefs.echo {
                true => "Echo is on: your own lines are shown to you too.",
                false => "Echo is off: your own lines are not shown to you again.",
            }),
            Pref::Quiet => page.alone(match prefs.quiet {
                true => "Quiet is on: who comes and goes is not shown.",
                false => "Quiet is off: who comes and goes is shown.",
            }),
            Pref::Color => page.alone(match prefs.color {
                true => "Color is on.",
                false => "Color is off.",
            }),
            Pref::Bell => page.alone(match prefs.bell {
                true => "Bell is on: it rings when somebody names you or writes to you in private.",
                false => "Bell is off.",
            }),
        }
    }
}

fn who(page: &mut Page<'_>, room: &RoomName, first: &[WhoLine], more: usize) {
    page.separator(format_args!("{} in {room}", people(first.len() + more)));
    for line in first {
        page.row(Present(line));
    }
    and_more(page, more);
}

/// `lee (operator, registered, away: lunch, silent for 2 hours)`
struct Present<'a>(&'a WhoLine);

impl Display for Present<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let line = self.0;
        line.name.fmt(f)?;
        let mut remarks = Remarks::default();
        if line.operator {
            write!(f, "{}operator", remarks.gap())?;
        }
        if line.claimed {
            write!(f, "{}registered", remarks.gap())?;
        }
        if let Some(why) = &line.away {
            write!(f, "{}away{}", remarks.gap(), Why(why.as_ref()))?;
        }
        if line.silent >= SILENCE_MIN {
            write!(f, "{}silent for {}", remarks.gap(), Roughly(line.silent))?;
        }
        f.write_str(remarks.end())
    }
}

/// What stands before, between and behind remarks in parentheses; nothing if there are none.
#[derive(Default)]
struct Remarks {
    any: bool,
}

impl Remarks {
    fn gap(&mut self) -> &'static str {
        match core::mem::replace(&mut self.any, true) {
            true => ", ",
            false => " (",
        }
    }

    fn end(self) -> &'static str {
        if self.any { ")" } else { "" }
    }
}

fn room_list(page: &mut Page<'_>, first: &[RoomLine], more: usize) {
    page.separator(rooms(first.len() + more));
    for line in first {
        let (room, here) = (&line.room, people(line.here));
        let you = if line.joined { ", you too" } else { "" };
        match &line.topic {
            Some(topic) => page.row(format_args!("{room} ({here}{you}): {topic}")),
            None => page.row(format_args!("{room} ({here}{you})")),
        }
    }
    and_more(page, more);
}

fn and_more(page: &mut Page<'_>, more: usize) {
    if more > 0 {
        page.separator(format_args!("and {more} more"));
    }
}

fn ignores(page: &mut Page<'_>, names: &[Name]) {
    match names {
        [] => page.alone("You ignore nobody."),
        names => page.alone(format_args!("You ignore {}.", Listed { names, more: 0 })),
    }
}

fn sanctions(page: &mut Page<'_>, bans: &[Sanction], mutes: &[Sanction]) {
    if bans.is_empty() && mutes.is_empty() {
        return page.alone("Nobody is banned or muted.");
    }
    let (ban_count, mute_count) = (
        Count(bans.len(), "ban", "bans"),
        Count(mutes.len(), "mute", "mutes"),
    );
    page.separator(format_args!("{ban_count}, {mute_count}"));
    for ban in bans {
        page.row(format_args!("banned: {}", InForce(ban)));
    }
    for mute in mutes {
        page.row(format_args!("muted: {}", InForce(mute)));
    }
}

/// `bob (192.0.2.7) until 2026-11-22 10:00 UTC by lee: spam`
struct InForce<'a>(&'a Sanction);

impl Display for InForce<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Sanction {
            mask,
            until,
            by,
            why,
        } = self.0;
        let (whom, until, why) = (Both(mask), Until(*until), Why(why.as_deref()));
        write!(f, "{whom}{until} by {by}{why}")
    }
}

/// `#lobby, #dev`
struct Joined<'a>(&'a [RoomName]);

impl Display for Joined<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, room) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { ", " };
            write!(f, "{gap}{room}")?;
        }
        Ok(())
    }
}
