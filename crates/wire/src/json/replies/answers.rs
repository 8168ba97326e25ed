//! From the chat's answers to replies.

use alloc::vec::Vec;

use chinwag_core::{Answer, Name, Restriction};

use super::{Reply, RestrictionShape};
use crate::json::value::{Id, Room, Time};

impl<'a> Reply<'a> {
    /// The reply for an answer; `None` for answers that no client can ask for.
    pub(in crate::json) fn of(answer: &'a Answer, id: Option<&'a Id>) -> Option<Self> {
        Some(match answer {
            Answer::Topic { room, topic } => Self::Topic {
                id,
                room: Room(room),
                topic: topic.as_ref().map(Into::into),
            },
            Answer::Ignores(names) => Self::Ignores {
                id,
                names: names.iter().map(Name::as_str).collect(),
            },
            Answer::Motd(text) => Self::Motd {
                id,
                text: text.as_deref(),
            },
            Answer::Account(profile) => Self::Account {
                id,
                account: (&**profile).into(),
            },
            Answer::RoomInfo(info) => Self::Room {
                id,
                room: Room(&info.room),
                people: info.here,
                settings: (&**info).into(),
                servers: info.is_servers,
                standing: info.standing.map(Into::into),
                standings: info.standings.iter().map(Into::into).collect(),
                unlisted: info.more,
                barred: Some(info.listed).filter(|listed| *listed > 0),
            },
            Answer::Bars {
                room,
                bars,
                mutes,
                accounts,
                masks,
                unseen,
            } => Self::Bars {
                id,
                room: Room(room),
                bars: restrictions(bars, &[], accounts),
                mutes: restrictions(mutes, &[], accounts),
                masks: masks.iter().map(Into::into).collect(),
                unseen: Some(*unseen).filter(|unseen| *unseen > 0),
            },
            answer => return Self::of_people(answer, id),
        })
    }

    /// The same, of answers about people and in pages.
    fn of_people(answer: &'a Answer, id: Option<&'a Id>) -> Option<Self> {
        Some(match answer {
            Answer::Who {
                room, people, next, ..
            } => Self::Who {
                id,
                room: Room(room),
                people: people.iter().map(Into::into).collect(),
                more: next.is_some(),
            },
            Answer::Whois(profile) => Self::Whois {
                id,
                profile: (&**profile).into(),
            },
            Answer::Rooms { rooms, next, .. } => Self::Rooms {
                id,
                rooms: rooms.iter().map(Into::into).collect(),
                more: next.is_some(),
            },
            Answer::Stats {
                own,
                people,
                rooms,
                said,
                started,
            } => Self::Stats {
                id,
                profile: (&**own).into(),
                people: *people,
                rooms_in_use: *rooms,
                messages: *said,
                started: Time(*started),
            },
            Answer::Restrictions {
                bans,
                mutes,
                renamed,
                accounts,
                next,
                ..
            } => Self::Bans {
                id,
                bans: restrictions(bans, &[], accounts),
                mutes: restrictions(mutes, renamed, accounts),
                more: next.is_some(),
            },
            // No request of a client has such an answer.
            _ => return None,
        })
    }
}

fn restrictions<'a>(
    listed: &'a [Restriction],
    renamed: &'a [(Name, Name)],
    accounts: &[Name],
) -> Vec<RestrictionShape<'a>> {
    let listed = listed.iter();
    let shapes = listed.map(|one| RestrictionShape::new(one, renamed, accounts));
    shapes.collect()
}
