//! One person.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::num::NonZeroU64;

use super::{ReadMarkers, RestrictionId};
use crate::ids::{ConnId, PersonId, RoomId, Seq};
use crate::link::Link;
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::source::{Flags, Ident};
use crate::text::Text;
use crate::time::Timestamp;

/// A person who is here.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Person {
    pub(in crate::chat) id: PersonId,
    pub(in crate::chat) name: Name,
    /// The account that the person is logged in to. Boxed, since most are guests.
    pub(in crate::chat) account: Option<Box<Name>>,
    pub(in crate::chat) session: Session,
    pub(in crate::chat) activity: Activity,
    /// In the order of joining. Empty only where the client can do without a room.
    pub(in crate::chat) rooms: Vec<RoomId>,
    /// Boxed, since few are away.
    pub(in crate::chat) away: Option<Box<Option<Text>>>,
    /// The mute that was in force when the person last changed its name or address, and follows
    /// it. Whether it still is in force the list of mutes says.
    pub(in crate::chat) mute: Option<RestrictionId>,
    /// The number of the sender of the last private message; numbers begin at 1.
    pub(in crate::chat) last_sender: Option<NonZeroU64>,
    pub(in crate::chat) ignores: Vec<Ignored>,
    /// Boxed, since few have any of it.
    rare: Option<Box<Rare>>,
}

/// What few people have.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rare {
    spent_code: Option<ResumeCode>,
    irc: Option<IrcPerson>,
    read_markers: ReadMarkers,
    others: Vec<Connection>,
}

/// A connection of a person beside the one in its [`Session`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::chat) struct Connection {
    pub(in crate::chat) id: ConnId,
    pub(in crate::chat) address: IpAddr,
    pub(in crate::chat) link: Link,
    pub(in crate::chat) since: Timestamp,
}

/// What a client of IRC says of itself.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct IrcPerson {
    pub(in crate::chat) ident: Ident,
    pub(in crate::chat) flags: Flags,
}

/// An entry of an ignore list: a name, and the person who bore it, who is ignored under any other.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Ignored {
    pub(in crate::chat) name: Name,
    pub(in crate::chat) person: Option<PersonId>,
}

impl Person {
    /// A person who has just come, in no room yet.
    pub(in crate::chat) fn new(
        (id, name, account): (PersonId, Name, Option<Name>),
        session: Session,
        activity: Activity,
    ) -> Self {
        Self {
            id,
            name,
            account: account.map(Box::new),
            session,
            activity,
            rooms: Vec::new(),
            away: None,
            mute: None,
            last_sender: None,
            ignores: Vec::new(),
            rare: None,
        }
    }

    /// The code before this one. It resumes the session once its link is lost again, and gives the
    /// same code: the link may have broken before that was read.
    pub(in crate::chat) fn spent_code(&self) -> Option<ResumeCode> {
        self.rare.as_ref()?.spent_code
    }

    /// The connections beside the first.
    pub(in crate::chat) fn others(&self) -> &[Connection] {
        self.rare.as_deref().map_or(&[], |rare| &rare.others)
    }

    /// Whether a connection is one of the person's.
    pub(in crate::chat) fn is_on(&self, conn: ConnId) -> bool {
        self.session.conn == conn || self.others().iter().any(|other| other.id == conn)
    }

    /// The addresses of all its connections.
    pub(in crate::chat) fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let others = self.others().iter().map(|other| other.address);
        core::iter::once(self.session.address).chain(others)
    }

    /// Whether all its connections are encrypted.
    pub(in crate::chat) fn is_encrypted(&self) -> bool {
        let mut others = self.others().iter();
        self.session.link.is_encrypted && others.all(|other| other.link.is_encrypted)
    }

    /// Adds a connection. The people's index of addresses is the caller's.
    pub(super) fn attach(&mut self, connection: Connection) {
        self.rare.get_or_insert_default().others.push(connection);
    }

    /// Takes a connection away. If it is the first, the next takes its place.
    pub(super) fn detach(&mut self, conn: ConnId) {
        let Some(rare) = &mut self.rare else { return };
        if conn != self.session.conn {
            rare.others.retain(|other| other.id != conn);
        } else if !rare.others.is_empty() {
            let next = rare.others.remove(0);
            let session = &mut self.session;
            (session.conn, session.address, session.link) = (next.id, next.address, next.link);
        }
    }

    /// Whether the person is logged in to an account.
    pub(in crate::chat) fn is_logged_in_to(&self, account: &Name) -> bool {
        let own = self.account.as_deref();
        own.is_some_and(|own| own.same_as(account))
    }

    /// A guest's read markers.
    pub(in crate::chat) fn read_markers(&self) -> Option<&ReadMarkers> {
        self.rare.as_deref().map(|rare| &rare.read_markers)
    }

    pub(in crate::chat) fn read_markers_mut(&mut self) -> &mut ReadMarkers {
        &mut self.rare.get_or_insert_default().read_markers
    }

    pub(in crate::chat) fn set_spent_code(&mut self, code: ResumeCode) {
        self.rare.get_or_insert_default().spent_code = Some(code);
    }

    /// What its client says of itself, if that speaks IRC.
    pub(in crate::chat) fn irc(&self) -> Option<&IrcPerson> {
        self.rare.as_ref()?.irc.as_ref()
    }

    pub(in crate::chat) fn is_invisible(&self) -> bool {
        self.irc().is_some_and(|irc| irc.flags.invisible)
    }

    pub(in crate::chat) fn set_irc(&mut self, irc: Option<IrcPerson>) {
        if irc.is_some() || self.rare.is_some() {
            self.rare.get_or_insert_default().irc = irc;
        }
    }

    /// The entry of the ignore list that this name or its bearer is meant by.
    pub(in crate::chat) fn ignored(
        &self,
        name: &Name,
        bearer: Option<PersonId>,
    ) -> Option<&Ignored> {
        self.ignores.iter().find(|ignored| {
            ignored.name.same_as(name) || (bearer.is_some() && ignored.person == bearer)
        })
    }
}

/// The connection of a person and the rights that it logged in with. Both in one, since the rank
/// fits into the padding behind the address: an idle person must weigh little.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::chat) struct Session {
    pub(in crate::chat) conn: ConnId,
    pub(in crate::chat) address: IpAddr,
    pub(in crate::chat) link: Link,
    /// Resumes the session on another connection.
    pub(in crate::chat) code: ResumeCode,
    pub(in crate::chat) rank: Rank,
    pub(in crate::chat) is_script: bool,
}

/// The rights of a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::chat) struct Rank {
    pub(in crate::chat) operator: bool,
    /// The operator rights end with the visit: an operator gave them to a guest.
    pub(in crate::chat) for_visit: bool,
}

/// The lines of a person, counted and dated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::chat) struct Activity {
    pub(in crate::chat) since: Timestamp,
    pub(in crate::chat) spoke: Timestamp,
    pub(in crate::chat) said: u64,
    /// The event that gave the person its name: what was said under it since is the person's own.
    pub(in crate::chat) named: Seq,
}

impl Activity {
    pub(in crate::chat) fn from(at: Timestamp, named: Seq) -> Self {
        Self {
            since: at,
            spoke: at,
            said: 0,
            named,
        }
    }
}

// One of the sizes that an allocator does not round up.
const _: () = assert!(size_of::<Person>() <= 192);
