//! Facts about one person: coming, going, and changing name.

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
    /// What the client says of itself, if it speaks IRC.
    pub ident: Option<Box<Ident>>,
    /// The new person.
    pub person: PersonId,
    /// The connection they came on.
    pub conn: ConnId,
    /// The name they go by.
    pub name: Name,
    /// The address they came from.
    pub address: IpAddr,
    /// How it is connected.
    pub link: Link,
    /// The account that it is logged in to.
    pub account: Option<Name>,
    /// Whether it is an operator.
    pub operator: bool,
    /// The code that resumes the session, once.
    pub code: ResumeCode,
    /// Whether this is a script, which ends when it closes its side.
    pub is_script: bool,
}

/// A person resumed a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    /// The person as before, with the new connection and address.
    pub login: LoggedIn,
    /// The rooms they were in.
    pub rooms: Box<[RoomId]>,
    /// The rooms they were in that now keep them, or their kind of connection, out.
    pub left_out: Box<[LeftOut]>,
    /// The names they have borne, if there are several, for what was said under them while they
    /// were the person's own.
    pub names: Box<[PastName]>,
    /// The name that they had, if it was not kept for them and they come back under another.
    pub name_before: Option<Name>,
    /// Whom they ignore.
    pub ignores: Box<[Ignored]>,
    /// Everything up to this event was shown to them.
    pub seen: Seq,
    /// The connection they were on before.
    pub last_conn: ConnId,
    /// Whether that connection was known to be lost. Otherwise the others never saw the person
    /// leave.
    pub was_lost: bool,
    /// The private messages that came while the link was lost, oldest first.
    pub kept: Box<[Event]>,
    /// How many private messages came and were dropped to make space.
    pub omitted: u64,
    /// A proof of the account gave it back, not the session's code: the person has the rights of
    /// the name, and what they were given for the visit has ended.
    pub ends_visit: bool,
}

impl Returned {
    /// What a room's past has of a departed person: who they were.
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
            name_before: None,
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

/// A person has another connection, by a proof of their account: what they were given for the visit
/// has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Attached {
    /// The person as they are, with the new connection and address.
    pub login: LoggedIn,
    /// The rooms it is in.
    pub rooms: Box<[RoomId]>,
    /// Whom they ignore.
    pub ignores: Box<[Ignored]>,
}

/// One of a person's several connections has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Detached {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: Name,
    /// The connection.
    pub conn: ConnId,
    /// The reason; `None` if the person only moves to another connection.
    pub why: Option<QuitReason>,
}

/// A person left the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Quit {
    /// The person.
    pub person: PersonId,
    /// The name it went by.
    pub name: Name,
    /// The account they were logged in to.
    pub account: Option<Name>,
    /// The rooms they were in; none for a session that was lost before and that an operator ends.
    pub rooms: Box<[RoomId]>,
    /// The reason.
    pub why: QuitReason,
    /// Whether the session may be resumed.
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
    /// The account they are logged in to now: the new name may have come with a proof.
    pub account: Option<Name>,
    /// Whether it is an operator now.
    pub operator: bool,
}
