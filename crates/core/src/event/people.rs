//! Facts about one person: how it comes and goes, and by which name.

use alloc::boxed::Box;
use core::net::{IpAddr, Ipv4Addr};

use super::{Event, QuitReason};
use crate::answer::LeftOut;
use crate::ids::{ConnId, NOBODY, PersonId, RoomId, Seq};
use crate::ignore::Ignored;
use crate::link::Link;
use crate::name::Name;
use crate::past_name::PastName;
use crate::resume::ResumeCode;
use crate::source::Ident;

/// A person logged in.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedIn {
    /// What its client says of itself, if that speaks IRC.
    pub ident: Option<Box<Ident>>,
    /// The new person.
    pub person: PersonId,
    /// The connection that it came on.
    pub conn: ConnId,
    /// The name it goes by.
    pub name: Name,
    /// The address it came from.
    pub address: IpAddr,
    /// How it is connected.
    pub link: Link,
    /// The account that it is logged in to.
    pub account: Option<Name>,
    /// Whether it is an operator.
    pub operator: bool,
    /// The code that resumes the session, once.
    pub code: ResumeCode,
    /// Whether it is a script, which ends when it closes its side.
    pub is_script: bool,
}

/// A person resumed a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    /// The person as it was before, with the new connection and address.
    pub login: LoggedIn,
    /// The rooms it was in.
    pub rooms: Box<[RoomId]>,
    /// The rooms it was in that keep it out now, or the way it comes.
    pub left_out: Box<[LeftOut]>,
    /// The names that it has borne, if it has borne several: for all that was said under them while they were
    /// its own.
    pub names: Box<[PastName]>,
    /// Whom it ignores.
    pub ignores: Box<[Ignored]>,
    /// Everything up to this was shown to it.
    pub seen: Seq,
    /// The connection that it was on before.
    pub last_conn: ConnId,
    /// Whether that had been found dead. Otherwise the others never saw it leave.
    pub was_lost: bool,
    /// The private messages that came while it was lost, oldest first.
    pub kept: Box<[Event]>,
    /// Private messages that came and are not kept, since others took their place.
    pub omitted: u64,
    /// A proof of its account gave it back, not the session's code: it has the rights of its name, and what it
    /// was given for the visit has ended.
    pub ends_visit: bool,
}

impl Returned {
    /// What the past of a room has of it: who it was.
    pub fn of_past(name: Name, room: RoomId) -> Self {
        Self {
            login: LoggedIn {
                ident: None,
                person: NOBODY,
                conn: ConnId(0),
                name,
                address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                link: Link::default(),
                account: None,
                operator: false,
                code: ResumeCode::from_random(0),
                is_script: false,
            },
            rooms: [room].into(),
            left_out: Box::default(),
            names: Box::default(),
            ignores: Box::default(),
            seen: Seq::default(),
            last_conn: ConnId(0),
            was_lost: true,
            kept: Box::default(),
            omitted: 0,
            ends_visit: false,
        }
    }
}

/// A person is on one more connection, by a proof of its account: what it was given for the visit has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Attached {
    /// The person as it is, with the new connection and address.
    pub login: LoggedIn,
    /// The rooms it is in.
    pub rooms: Box<[RoomId]>,
    /// Whom it ignores.
    pub ignores: Box<[Ignored]>,
}

/// One of several connections of a person has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Detached {
    /// The person.
    pub person: PersonId,
    /// Its name.
    pub name: Name,
    /// The connection.
    pub conn: ConnId,
    /// The reason; `None` if the person goes on over another connection alone.
    pub why: Option<QuitReason>,
}

/// A person left the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Quit {
    /// The person.
    pub person: PersonId,
    /// The name it went by.
    pub name: Name,
    /// The account that it was logged in to.
    pub account: Option<Name>,
    /// The rooms it was in; none for a session that was lost before and that an operator ends.
    pub rooms: Box<[RoomId]>,
    /// The reason.
    pub why: QuitReason,
    /// Whether the session may be taken up again.
    pub is_resumable: bool,
}

/// A person took another name.
#[derive(Clone, Debug, PartialEq)]
pub struct Renamed {
    /// The person.
    pub person: PersonId,
    /// The name before.
    pub old: Name,
    /// The event that had given it that name.
    pub since: Seq,
    /// The name from now on.
    pub new: Name,
    /// The rooms it is in.
    pub rooms: Box<[RoomId]>,
    /// The account that it is logged in to now: the new name may have come with a proof.
    pub account: Option<Name>,
    /// Whether it is an operator now.
    pub operator: bool,
}
