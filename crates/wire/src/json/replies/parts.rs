//! The parts that replies are made of: topics, people, rooms, bans.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use chinwag_core::{
    Client, Mask, Name, Profile, Restriction, RoomLine, RoomSummary, Standing, Topic, WhoLine,
};
use serde::Serialize;

use crate::json::events::Whom;
use crate::json::value::{Displayed, Room, Time};

/// A standing in a room.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum Rank {
    /// A moderator whose rights only an operator can take.
    Owner,
    /// Moderates the room.
    Moderator,
    /// May speak though the room is moderated.
    Voice,
    /// May enter though the room is closed.
    Invited,
}

impl From<Standing> for Rank {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Owner => Self::Owner,
            Standing::Moderator => Self::Moderator,
            Standing::Voice => Self::Voice,
            Standing::Invited => Self::Invited,
        }
    }
}

/// A topic.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct TopicShape<'a> {
    /// The topic itself.
    text: &'a str,
    /// Who set it.
    by: &'a str,
    /// When.
    time: Time,
}

/// A person in a list.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct Person<'a> {
    /// The name.
    name: &'a str,
    /// Whether the person is logged in to an account.
    registered: bool,
    /// The account that the person is logged in to.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    /// Whether the person is an operator.
    operator: bool,
    /// The kind of client: `nc`, `telnet`, `json` or `irc`.
    client: &'static str,
    /// Whether the connection is encrypted.
    encrypted: bool,
    /// Whether the person is away.
    away: bool,
    /// The reason given for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    away_text: Option<&'a str>,
    /// Seconds since the person last spoke, or came.
    silent_seconds: u64,
    /// The person's standing in the listed room, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Rank>,
}

/// All about a person.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct ProfileShape<'a> {
    #[serde(flatten)]
    person: Person<'a>,
    /// The rooms that the person is in.
    rooms: Vec<Room<'a>>,
    /// When it came.
    since: Time,
    /// Messages that the person has sent to rooms.
    said: u64,
    /// Whether the person is muted.
    muted: bool,
    /// What IRC clients keep for the person, such as `display-name` and `url`, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'a str, &'a str>,
    /// The addresses that the person comes from; only for operators, and for the reader's own entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<Displayed<core::net::IpAddr>>,
}

/// A room in a list.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct RoomShape<'a> {
    /// The room.
    room: Room<'a>,
    /// People there.
    people: usize,
    /// Whether the reader is.
    joined: bool,
    /// Its topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'a str>,
}

/// A ban or a mute.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct RestrictionShape<'a> {
    /// Whom it covers: a name, or an address or a block of addresses. With it `unban`, `unbar` or `unmute` lifts it.
    target: Displayed<Whom<'a>>,
    /// The address or block that goes with a name: it is covered too. A guest is muted nowhere else, and under any name
    /// there; if others come from there, only under this one. Only operators see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Displayed<Mask>>,
    /// The name is the one that an account is called by.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    account: bool,
    /// When it was given. Absent if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Time>,
    /// When it ends, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Time>,
    /// The current name of the person, if it has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<&'a str>,
    /// The operator.
    by: &'a str,
    /// The reason given.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl<'a> RestrictionShape<'a> {
    /// A restriction, with the current name of the person whom it has followed. `accounts` are the
    /// names that accounts are called by.
    pub(super) fn new(
        restriction: &'a Restriction,
        renamed: &'a [(Name, Name)],
        accounts: &[Name],
    ) -> Self {
        let name = restriction.mask.name.as_ref();
        let net = restriction.mask.net.filter(|_| name.is_some());
        let is_its = |(old, _): &&(Name, Name)| name == Some(old);
        let now = renamed.iter().find(is_its);
        Self {
            target: Displayed(Whom(&restriction.mask)),
            address: net.map(|net| Displayed(Mask::of_net(net))),
            account: name.is_some_and(|name| accounts.contains(name)),
            since: Some(restriction.at).filter(|at| at.0 != 0).map(Time),
            until: restriction.until.map(Time),
            now: now.map(|(_, now)| now.as_str()),
            by: restriction.by.as_str(),
            text: restriction.why.as_deref().map(|why| &**why),
        }
    }
}

impl<'a> From<&'a Topic> for TopicShape<'a> {
    fn from(topic: &'a Topic) -> Self {
        Self {
            text: &topic.text,
            by: topic.by.as_str(),
            time: Time(topic.at),
        }
    }
}

impl<'a> From<&'a WhoLine> for Person<'a> {
    fn from(line: &'a WhoLine) -> Self {
        Self {
            name: line.name.as_str(),
            registered: line.account.is_some(),
            account: line.account.as_ref().map(Name::as_str),
            operator: line.operator,
            client: match line.link.client {
                Client::Nc => "nc",
                Client::Telnet => "telnet",
                Client::Json => "json",
                Client::Irc => "irc",
            },
            encrypted: line.link.is_encrypted,
            away: line.away.is_some(),
            away_text: line.away.as_ref().and_then(|why| why.as_deref()),
            silent_seconds: line.silent.as_secs(),
            standing: line.held.map(|held| held.standing.into()),
        }
    }
}

impl<'a> From<&'a Profile> for ProfileShape<'a> {
    fn from(profile: &'a Profile) -> Self {
        Self {
            person: (&profile.line).into(),
            rooms: profile.rooms.iter().map(Room).collect(),
            since: Time(profile.since),
            said: profile.said,
            muted: profile.muted,
            metadata: profile
                .metadata
                .as_deref()
                .map_or_else(BTreeMap::new, |all| {
                    let all = all.iter();
                    all.map(|(key, value)| (key.as_str(), value.as_str()))
                        .collect()
                }),
            addresses: profile.addresses.iter().copied().map(Displayed).collect(),
        }
    }
}

impl<'a> From<&'a RoomLine> for RoomShape<'a> {
    fn from(line: &'a RoomLine) -> Self {
        Self {
            room: Room(&line.room),
            people: line.here,
            joined: line.joined,
            topic: line.topic.as_deref(),
        }
    }
}

/// People in a room that the reader has just entered.
pub(in crate::json) fn people_in(summary: &RoomSummary) -> usize {
    1 + summary.others.len() + summary.more
}
