//! Answers: lists under a separator, single facts after a `!`.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{
    Account, AccountProfile, Answer, Client, Credential, CredentialKind, Duration, Link,
    MetadataKey, Name, Profile, Restriction, RoomLine, RoomName, Standing, Text,
};
use chinwag_core::{Timestamp, WhoLine};

use super::arrival::TopicBy;
use super::moderation::{Given, Until};
use super::{LineWriter, Renderer};
use crate::plain::request::Pref;
use crate::plain::words::{
    AfterColon, Count, Enumerated, Minute, Roughly, lines, messages, people, rooms,
};
use crate::prefs::{Prefs, TimeStyle};
use crate::zone::TimeZone;

/// A silence worth showing: a shorter one is a pause.
const SILENCE_MIN: Duration = Duration::from_mins(5);

/// Metadata from IRC clients that means something to people, with its label. A value is parsed as a
/// text, which, unlike a value, narrows what could pass for a line of its own.
const SHOWN_METADATA: [(&str, &str); 5] = [
    ("display-name", "display name"),
    ("pronouns", "pronouns"),
    ("status", "status"),
    ("homepage", "homepage"),
    ("url", "url"),
];

impl Renderer {
    /// The answer to a query. Writes nothing for answers that the server asks for on a person's
    /// behalf, and for `Greeting`, which has a [method](Self::greeting) of its own.
    pub fn answer(&self, out: &mut Vec<u8>, answer: &Answer, now: Timestamp) {
        let writer = &mut self.writer(out);
        match answer {
            Answer::Who {
                room, people, more, ..
            } => who(writer, room, people, *more),
            Answer::Whois(profile) => self.whois(writer, profile),
            Answer::Account(profile) => self.account(writer, profile),
            Answer::Rooms { rooms, more, .. } => room_list(writer, rooms, *more),
            Answer::Topic { room, topic } => match topic {
                Some(topic) => {
                    writer.alone(format_args!("Topic of {room}: {}", TopicBy(topic, now)))
                }
                None => writer.alone(format_args!("{room} has no topic. /topic TEXT sets one.")),
            },
            Answer::Stats { .. } => self.stats(writer, answer, now),
            Answer::Ignores(names) => ignores(writer, names),
            Answer::Restrictions {
                counts: (bans_count, mutes_count),
                bans,
                mutes,
                renamed,
                accounts,
                ..
            } => {
                restrictions_head(writer, *bans_count, *mutes_count);
                restrictions(writer, (bans, mutes), renamed, accounts);
            }
            Answer::Motd(Some(text)) => writer.alone(format_args!("Message of the day: {text}")),
            Answer::RoomInfo(info) => self.room_info(out, info),
            Answer::Bars {
                room,
                bars,
                mutes,
                accounts,
                masks,
                unseen,
            } => self.bars(out, room, (bars, mutes), masks, accounts, *unseen),
            Answer::Motd(None) => writer.alone("There is no message of the day."),
            Answer::Greeting { .. }
            | Answer::PasswordHash(_)
            | Answer::Certified(_)
            | Answer::Everybody { .. }
            | Answer::Counts(_)
            | Answer::Invitations(_)
            | Answer::Names { .. }
            | Answer::Departed(_)
            | Answer::Masks { .. }
            | Answer::Fence
            | Answer::Metadata(..)
            | Answer::MetadataIn { .. }
            | Answer::People { .. }
            | Answer::Online(_)
            | Answer::RoomId(..)
            | Answer::Conversation(_)
            | Answer::Marker(..)
            | Answer::Room(_)
            | Answer::Log => {}
        }
    }

    /// Another page of bans and mutes, the names to which the mutes have followed people, and the
    /// names that accounts are called by.
    pub fn more_restrictions(
        &self,
        out: &mut Vec<u8>,
        lists: (&[Restriction], &[Restriction]),
        renamed: &[(Name, Name)],
        accounts: &[Name],
    ) {
        restrictions(&mut self.writer(out), lists, renamed, accounts);
    }

    fn whois(&self, writer: &mut LineWriter<'_>, profile: &Profile) {
        writer.separator(format_args!("{}", profile.line.name));
        self.profile(writer, profile);
    }

    fn profile(&self, writer: &mut LineWriter<'_>, profile: &Profile) {
        let line = &profile.line;
        let operator = if line.operator { ", operator" } else { "" };
        match &line.account {
            Some(account) if account.same_as(&line.name) => {
                writer.row(format_args!("registered name{operator}"));
            }
            Some(account) => writer.row(format_args!("logged in to {account}{operator}")),
            None if line.operator => writer.row("operator, name not registered"),
            None => writer.row("name not registered"),
        }
        let (since, said) = (Minute(profile.since, &self.style.zone), lines(profile.said));
        let silent = Roughly(line.silent);
        writer.row(format_args!(
            "here since {since}, {said} said, silent for {silent}"
        ));
        match &profile.rooms[..] {
            [] => writer.row("in no room"),
            rooms => writer.row(format_args!("in {}", Joined(rooms))),
        }
        writer.row(format_args!("connected {}", ByEach(&profile.links)));
        if let Some(why) = &line.away {
            writer.row(format_args!("away{}", AfterColon(why.as_ref())));
        }
        for (key, label) in SHOWN_METADATA {
            let key = MetadataKey::parse(key);
            let value = profile.metadata.as_ref().zip(key);
            let value = value.and_then(|(metadata, key)| Text::parse(metadata.get(&key)?.as_str()));
            if let Some(value) = value {
                writer.row(format_args!("{label}: {}", &*value));
            }
        }
        if profile.muted {
            writer.row("muted");
        }
        if !profile.addresses.is_empty() {
            writer.row(format_args!("from {}", Joined(&profile.addresses)));
        }
    }

    /// What an owner sees of an account.
    fn account(&self, writer: &mut LineWriter<'_>, profile: &AccountProfile) {
        let AccountProfile { account, logins } = profile;
        let zone = &self.style.zone;
        writer.separator(format_args!("account {}", account.name));
        writer.row(format_args!("names: {}", AccountNames(account)));
        if account.operator {
            writer.row("operator");
        }
        for credential in &account.credentials {
            let (kind, since) = (Proven(credential), Since(credential.since, zone));
            writer.row(format_args!("{kind}{since}"));
        }
        for login in logins {
            let (name, address) = (&login.name, login.address.to_canonical());
            let (since, own) = (
                Since(login.since, zone),
                if login.own { ", you" } else { "" },
            );
            writer.row(format_args!("logged in: {name} from {address}{since}{own}"));
        }
    }

    fn stats(&self, writer: &mut LineWriter<'_>, answer: &Answer, now: Timestamp) {
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
        writer.separator(format_args!("you, {}", own.line.name));
        self.profile(writer, own);
        writer.separator("the server");
        let (here, busy, said) = (people(*here), rooms(*busy), messages(*said));
        writer.row(format_args!("{here} in {busy}"));
        let (since, time) = (
            Minute(*started, &self.style.zone),
            Roughly(now.since(*started)),
        );
        writer.row(format_args!(
            "{said} since it was started at {since}, {time} ago"
        ));
    }

    /// Writes one setting: the answer to `/echo` and the confirmation of `/echo on`.
    pub fn pref(&self, out: &mut Vec<u8>, pref: Pref, prefs: &Prefs) {
        let writer = &mut self.writer(out);
        match pref {
            Pref::Time => writer.alone(match prefs.time {
                TimeStyle::Off => "Messages are shown without a time.",
                TimeStyle::Short => "Messages are shown with a short time.",
                TimeStyle::Full => "Messages are shown with a full time.",
            }),
            Pref::Zone => match &prefs.zone {
                Some(zone) => writer.alone(format_args!("Times use the zone {zone}.")),
                None => match self.style.zone.iana_name() {
                    Some(zone) => {
                        writer.alone(format_args!("Times use the server's zone, {zone}."))
                    }
                    None => writer.alone("Times use the server's zone."),
                },
            },
            Pref::Echo => writer.alone(match prefs.echo {
                true => "Echo is on: your own lines are shown to you too.",
                false => "Echo is off: your own lines are not shown to you again.",
            }),
            Pref::Quiet => writer.alone(match prefs.hide_presence {
                true => "Quiet is on: joins and leaves are hidden.",
                false => "Quiet is off: joins and leaves are shown.",
            }),
            Pref::Color => writer.alone(match prefs.color {
                true => "Color is on.",
                false => "Color is off.",
            }),
            Pref::Bell => writer.alone(match prefs.bell {
                true => "Bell is on: it rings when somebody names you or writes to you in private.",
                false => "Bell is off.",
            }),
        }
    }
}

/// `lee, leo`: all names of an account.
struct AccountNames<'a>(&'a Account);

impl Display for AccountNames<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.all_names().enumerate() {
            let gap = if at == 0 { "" } else { ", " };
            write!(f, "{gap}{name}")?;
        }
        Ok(())
    }
}

/// `password`, `certificate c0ffee...`: what proves who the owner is.
struct Proven<'a>(&'a Credential);

impl Display for Proven<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            CredentialKind::Password => f.write_str("password"),
            CredentialKind::Certificate => write!(f, "certificate {}", self.0.secret),
        }
    }
}

/// ` since 2026-11-21 14:03`; nothing if it is so old that no time was stored.
struct Since<'a>(Timestamp, &'a TimeZone);

impl Display for Since<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Timestamp(0) => Ok(()),
            at => write!(f, " since {}", Minute(at, self.1)),
        }
    }
}

fn who(writer: &mut LineWriter<'_>, room: &RoomName, first: &[WhoLine], more: usize) {
    writer.separator(format_args!("{} in {room}", people(first.len() + more)));
    for line in first {
        writer.row(Present(line));
    }
    and_more(writer, more);
}

/// `@lee (operator, registered, nc, TLS, away: lunch, silent for 2 hours)`
pub(super) struct Present<'a>(pub(super) &'a WhoLine);

impl Display for Present<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let line = self.0;
        match line.held.map(|held| held.standing) {
            Some(Standing::Owner | Standing::Moderator) => f.write_str("@")?,
            Some(Standing::Voice) => f.write_str("+")?,
            Some(Standing::Invited) | None => {}
        }
        line.name.fmt(f)?;
        let mut remarks = Remarks::default();
        if line.operator {
            write!(f, "{}operator", remarks.gap())?;
        }
        match &line.account {
            Some(account) if account.same_as(&line.name) => {
                write!(f, "{}registered", remarks.gap())?;
            }
            Some(account) => write!(f, "{}account {account}", remarks.gap())?,
            None => {}
        }
        write!(f, "{}{}", remarks.gap(), By(line.link))?;
        if let Some(why) = &line.away {
            write!(f, "{}away{}", remarks.gap(), AfterColon(why.as_ref()))?;
        }
        if line.silent >= SILENCE_MIN {
            write!(f, "{}silent for {}", remarks.gap(), Roughly(line.silent))?;
        }
        f.write_str(")")
    }
}

/// `nc, TLS`
struct By(Link);

impl Display for By {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.client {
            Client::Nc => "nc",
            Client::Telnet => "telnet",
            Client::Json => "JSON",
            Client::Irc => "IRC",
        })?;
        f.write_str(if self.0.is_encrypted { ", TLS" } else { "" })
    }
}

/// `by IRC, TLS, and by IRC`: the kinds of a person's connections.
struct ByEach<'a>(&'a [Link]);

impl Display for ByEach<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, link) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { ", and " };
            write!(f, "{gap}by {}", By(*link))?;
        }
        Ok(())
    }
}

/// The signs before and between remarks in parentheses.
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
}

fn room_list(writer: &mut LineWriter<'_>, first: &[RoomLine], more: usize) {
    writer.separator(rooms(first.len() + more));
    for line in first {
        let (room, here) = (&line.room, people(line.here));
        let you = if line.joined { ", you too" } else { "" };
        match &line.topic {
            Some(topic) => writer.row(format_args!("{room} ({here}{you}): {topic}")),
            None => writer.row(format_args!("{room} ({here}{you})")),
        }
    }
    and_more(writer, more);
}

fn and_more(writer: &mut LineWriter<'_>, more: usize) {
    if more > 0 {
        writer.separator(format_args!("and {more} more"));
    }
}

fn ignores(writer: &mut LineWriter<'_>, names: &[Name]) {
    match names {
        [] => writer.alone("You ignore nobody."),
        names => writer.alone(format_args!(
            "You ignore {}.",
            Enumerated { names, more: 0 }
        )),
    }
}

fn restrictions_head(writer: &mut LineWriter<'_>, bans: usize, mutes: usize) {
    if bans + mutes == 0 {
        return writer.alone("Nobody is banned or muted.");
    }
    let (bans, mutes) = (Count(bans, "ban", "bans"), Count(mutes, "mute", "mutes"));
    writer.separator(format_args!("{bans}, {mutes}"));
}

fn restrictions(
    writer: &mut LineWriter<'_>,
    (bans, mutes): (&[Restriction], &[Restriction]),
    renamed: &[(Name, Name)],
    accounts: &[Name],
) {
    for ban in bans {
        writer.row(format_args!("banned: {}", InForce(ban, accounts)));
    }
    for mute in mutes {
        let in_force = InForce(mute, accounts);
        let is_its = |(old, _): &&(Name, Name)| mute.mask.name.as_ref() == Some(old);
        match renamed.iter().find(is_its) {
            Some((_, now)) => writer.row(format_args!("muted: {in_force}; now {now}")),
            None => writer.row(format_args!("muted: {in_force}")),
        }
    }
}

/// `account bob (192.0.2.7) since 2026-11-21 10:00 UTC until 2026-11-22 10:00 UTC by lee: spam`, of which `account`
/// stands before the names that accounts are called by.
pub(in crate::plain) struct InForce<'a>(
    pub(in crate::plain) &'a Restriction,
    pub(in crate::plain) &'a [Name],
);

impl Display for InForce<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(restriction, accounts) = *self;
        let Restriction {
            mask,
            until,
            at,
            by,
            why,
        } = restriction;
        let named = mask.name.as_ref();
        let is_account = named.is_some_and(|name| accounts.iter().any(|other| other.same_as(name)));
        let what = if is_account { "account " } else { "" };
        let (whom, since, until) = (mask, Given(*at), Until(*until));
        let why = AfterColon(why.as_deref());
        write!(f, "{what}{whom}{since}{until} by {by}{why}")
    }
}

/// `#lobby, #dev`
pub(super) struct Joined<'a, T>(pub(super) &'a [T]);

impl<T: Display> Display for Joined<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, one) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { ", " };
            write!(f, "{gap}{one}")?;
        }
        Ok(())
    }
}
