//! One person.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{ReadMarkers, RestrictionId};
use crate::ban::Mask;
use crate::event::{Fact, QuitReason};
use crate::ids::{ConnId, NOBODY, PersonId, RoomId, Seq};
use crate::ignore::{Ignored, Voice};
use crate::limits::{INVITATIONS_KEPT_MAX, LISTED_MAX, PAST_NAMES_MAX};
use crate::link::{Client, Link};
use crate::name::Name;
use crate::past_name::PastName;
use crate::resume::ResumeCode;
use crate::source::{Flags, Ident};
use crate::text::Text;
use crate::time::Timestamp;

/// A person who is here.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Person {
    pub(in crate::chat) id: PersonId,
    pub(in crate::chat) name: Name,
    /// The account that the person is logged in to.
    pub(in crate::chat) account: Option<Name>,
    pub(in crate::chat) session: Session,
    pub(in crate::chat) activity: Activity,
    /// In the order of joining. Empty only if the client can do without a room.
    pub(in crate::chat) rooms: Box<[RoomId]>,
    irc: Option<Box<IrcPerson>>,
    /// Boxed, since few people have any of it; `None` if there is nothing in it.
    rare: Option<Box<Rare>>,
}

/// What few people have.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rare {
    /// The person is away, and perhaps why.
    away: Option<Option<Text>>,
    /// The mute that was in force when the person last changed name or address, and that follows
    /// them. The list of mutes says whether it still is.
    mute: Option<RestrictionId>,
    /// Rooms in whose bars or mutes the person is, the newest last. The rooms say whether they still
    /// are.
    listed: Vec<RoomId>,
    /// The sender of the last private message.
    last_sender: Option<Sender>,
    /// Rooms that invited the person as a guest, the newest last. The rooms say whether they still
    /// do.
    invited: Vec<RoomId>,
    ignores: Vec<Ignored>,
    spent_code: Option<ResumeCode>,
    read_markers: ReadMarkers,
    others: Vec<Connection>,
    /// Names that the person bore before, oldest first.
    past_names: Vec<PastName>,
    hidden: HiddenTalk,
}

/// How something that a person says counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) enum Speech {
    /// As a line.
    Line,
    /// As a line of which others do not learn.
    Private,
    /// Not as a line.
    NoLine,
}

/// What a person has said in hidden rooms and in private, which others do not learn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct HiddenTalk {
    said: u64,
    /// When they last said something elsewhere, if that was earlier.
    spoke_elsewhere: Option<Timestamp>,
}

/// Who has sent a private message, to be answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Sender {
    /// The person, if it is known.
    pub person: Option<PersonId>,
    /// Their name.
    pub name: Name,
    /// The account they were logged in to.
    pub account: Option<Name>,
    /// They wrote in an earlier run of the server, and may have come back since: only their name is
    /// known.
    pub is_of_earlier_run: bool,
}

impl Sender {
    /// The sender of a private message, delivered or kept.
    pub(in crate::chat) fn of(fact: &Fact) -> Option<Self> {
        let (from, name, account) = match fact {
            Fact::PrivateMessage(message) => {
                let account = message.accounts.from.as_ref();
                (message.from, &message.from_name, account)
            }
            Fact::MessageKept(message) => {
                let account = Some(&message.from_account);
                (message.from, &message.from_name, account)
            }
            _ => return None,
        };
        Some(Self {
            person: Some(from).filter(|from| *from != NOBODY),
            name: name.clone(),
            account: account.cloned(),
            is_of_earlier_run: from == NOBODY,
        })
    }
}

/// A connection of a person besides the one in the [`Session`].
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

impl Person {
    /// A person who has just come and is in no room yet.
    pub(in crate::chat) fn new(
        id: PersonId,
        name: Name,
        account: Option<Name>,
        session: Session,
        activity: Activity,
    ) -> Self {
        Self {
            id,
            name,
            account,
            session,
            activity,
            rooms: Box::default(),
            irc: None,
            rare: None,
        }
    }

    /// Changes the rooms that the person is in.
    pub(in crate::chat) fn change_rooms(&mut self, change: impl FnOnce(&mut Vec<RoomId>)) {
        let mut rooms = core::mem::take(&mut self.rooms).into_vec();
        change(&mut rooms);
        self.rooms = rooms.into_boxed_slice();
    }

    /// The names that the person bore before, oldest first.
    pub(in crate::chat) fn past_names(&self) -> &[PastName] {
        self.rare.as_deref().map_or(&[], |rare| &rare.past_names)
    }

    pub(in crate::chat) fn set_past_names(&mut self, names: Vec<PastName>) {
        self.change_rare(|rare| rare.past_names = names);
    }

    /// Ends the current name: it was the person's own up to `until`, and the next is from `named`
    /// on.
    pub(in crate::chat) fn end_name(&mut self, until: Seq, named: Seq) {
        let past = PastName {
            name: self.name.clone(),
            since: core::mem::replace(&mut self.activity.named, named),
            until,
        };
        if past.since < past.until {
            self.change_rare(|rare| {
                if rare.past_names.len() == PAST_NAMES_MAX {
                    rare.past_names.remove(0);
                }
                rare.past_names.push(past);
            });
        }
    }

    /// Whether what was said under a name at this place is the person's own.
    pub(in crate::chat) fn has_borne(&self, name: &Name, place: Seq) -> bool {
        let is_current = self.name.same_as(name) && place > self.activity.named;
        let mut past = self.past_names().iter();
        is_current || past.any(|past| past.covers(name, place))
    }

    fn change_rare(&mut self, change: impl FnOnce(&mut Rare)) {
        let rare = self.rare.get_or_insert_default();
        change(rare);
        if **rare == Rare::default() {
            self.rare = None;
        }
    }

    /// Whether the person is away, and the reason if they gave one.
    pub(in crate::chat) fn away(&self) -> Option<&Option<Text>> {
        self.rare.as_ref()?.away.as_ref()
    }

    pub(in crate::chat) fn set_away(&mut self, away: Option<Option<Text>>) {
        self.change_rare(|rare| rare.away = away);
    }

    /// The mute that follows the person.
    pub(in crate::chat) fn mute(&self) -> Option<RestrictionId> {
        self.rare.as_ref()?.mute
    }

    pub(in crate::chat) fn set_mute(&mut self, mute: Option<RestrictionId>) {
        self.change_rare(|rare| rare.mute = mute);
    }

    /// The rooms whose bars or mutes may follow the person.
    pub(in crate::chat) fn listed(&self) -> &[RoomId] {
        self.rare.as_ref().map_or(&[], |rare| &rare.listed)
    }

    /// Notes that a bar or a mute of a room follows the person.
    pub(in crate::chat) fn note_listed(&mut self, room: RoomId) {
        self.change_rare(|rare| {
            rare.listed.retain(|other| *other != room);
            if rare.listed.len() >= LISTED_MAX {
                rare.listed.remove(0);
            }
            rare.listed.push(room);
        });
    }

    /// The sender of the last private message.
    pub(in crate::chat) fn last_sender(&self) -> Option<&Sender> {
        self.rare.as_ref()?.last_sender.as_ref()
    }

    pub(in crate::chat) fn set_last_sender(&mut self, sender: Sender) {
        self.change_rare(|rare| rare.last_sender = Some(sender));
    }

    /// Rooms that may have an invitation for the person.
    pub(in crate::chat) fn invited(&self) -> &[RoomId] {
        self.rare.as_deref().map_or(&[], |rare| &rare.invited)
    }

    /// Notes that a room has invited the person. If there are too many, the oldest is forgotten.
    pub(in crate::chat) fn note_invited(&mut self, room: RoomId) {
        self.change_rare(|rare| {
            rare.invited.retain(|other| *other != room);
            if rare.invited.len() == INVITATIONS_KEPT_MAX {
                rare.invited.remove(0);
            }
            rare.invited.push(room);
        });
    }

    /// Whom the person ignores.
    pub(in crate::chat) fn ignores(&self) -> &[Ignored] {
        self.rare.as_deref().map_or(&[], |rare| &rare.ignores)
    }

    /// Starts to ignore somebody, or stops ignoring everybody with the name.
    pub(in crate::chat) fn set_ignored(&mut self, who: Ignored, on: bool) {
        self.change_rare(|rare| {
            rare.ignores.retain(|other| !other.name.same_as(&who.name));
            rare.ignores.extend(on.then_some(who));
        });
    }

    /// The code before the current one. It resumes the session when its link is lost again, and
    /// then gives the same code: the link may have broken before the person read it.
    pub(in crate::chat) fn spent_code(&self) -> Option<ResumeCode> {
        self.rare.as_ref()?.spent_code
    }

    /// The connections besides the first.
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

    /// Whether a mask matches one of the addresses, with this name.
    pub(in crate::chat) fn is_matched(&self, mask: &Mask, name: Option<&Name>) -> bool {
        self.addresses().any(|address| mask.matches(name, address))
    }

    /// All its connections, as others see them.
    pub(in crate::chat) fn links(&self) -> impl Iterator<Item = Link> + '_ {
        let others = self.others().iter().map(|other| other.link);
        core::iter::once(self.session.link).chain(others)
    }

    /// Whether all its connections are encrypted.
    pub(in crate::chat) fn is_encrypted(&self) -> bool {
        self.links().all(|link| link.is_encrypted)
    }

    /// Adds a connection. The caller updates the index of addresses.
    pub(super) fn attach(&mut self, connection: Connection) {
        self.change_rare(|rare| rare.others.push(connection));
    }

    /// Removes a connection. If it is the first, the next takes its place.
    pub(super) fn detach(&mut self, conn: ConnId) {
        if conn != self.session.conn {
            self.change_rare(|rare| rare.others.retain(|other| other.id != conn));
        } else if let Some(&next) = self.others().first() {
            self.change_rare(|rare| {
                rare.others.remove(0);
            });
            let session = &mut self.session;
            (session.conn, session.address, session.link) = (next.id, next.address, next.link);
        }
    }

    /// Notes that the person said something, in a hidden room or elsewhere.
    pub(in crate::chat) fn note_speech(&mut self, at: Timestamp, is_hidden: bool, speech: Speech) {
        let before = self.activity.visit.spoke;
        let lines = u64::from(speech != Speech::NoLine);
        self.activity.visit.spoke = at;
        self.activity.visit.said += lines;
        let has_hidden = self
            .rare
            .as_ref()
            .is_some_and(|rare| rare.hidden.spoke_elsewhere.is_some());
        match is_hidden {
            true => self.change_rare(|rare| {
                rare.hidden.said += lines;
                rare.hidden.spoke_elsewhere.get_or_insert(before);
            }),
            false if has_hidden => self.change_rare(|rare| rare.hidden.spoke_elsewhere = None),
            false => {}
        }
        if speech == Speech::Private {
            self.change_rare(|rare| rare.hidden.said += lines);
        }
    }

    /// The visit as others may know it: without what was said in hidden rooms, and how many
    /// private messages there were.
    pub(in crate::chat) fn open_visit(&self) -> Visit {
        let visit = self.activity.visit;
        let hidden = self.rare.as_ref().map(|rare| rare.hidden);
        let hidden = hidden.unwrap_or_default();
        Visit {
            said: visit.said.saturating_sub(hidden.said),
            spoke: hidden.spoke_elsewhere.unwrap_or(visit.spoke),
            ..visit
        }
    }

    /// Whether a connection that ends so may be that of a script which has done its work. One that
    /// closes with answers unread resets the connection. But a program that speaks JSON or IRC reads
    /// them, and who is logged in takes a kept name by password.
    pub(in crate::chat) fn may_have_finished(&self, why: &QuitReason) -> bool {
        let is_plain = matches!(self.session.link.client, Client::Nc | Client::Telnet);
        let has_ended = match why {
            QuitReason::Closed => true,
            QuitReason::Lost => is_plain && self.account.is_none(),
            _ => false,
        };
        self.session.is_script && has_ended
    }

    /// Whether the person is logged in to an account.
    pub(in crate::chat) fn is_logged_in_to(&self, account: &Name) -> bool {
        let own = self.account.as_ref();
        own.is_some_and(|own| own.same_as(account))
    }

    /// A guest's read markers.
    pub(in crate::chat) fn read_markers(&self) -> Option<&ReadMarkers> {
        self.rare.as_deref().map(|rare| &rare.read_markers)
    }

    pub(in crate::chat) fn change_read_markers(&mut self, change: impl FnOnce(&mut ReadMarkers)) {
        self.change_rare(|rare| change(&mut rare.read_markers));
    }

    pub(in crate::chat) fn set_spent_code(&mut self, code: ResumeCode) {
        self.change_rare(|rare| rare.spent_code = Some(code));
    }

    /// What the person's client says of itself, if it speaks IRC.
    pub(in crate::chat) fn irc(&self) -> Option<&IrcPerson> {
        self.irc.as_deref()
    }

    pub(in crate::chat) fn is_invisible(&self) -> bool {
        self.irc().is_some_and(|irc| irc.flags.invisible)
    }

    pub(in crate::chat) fn set_irc(&mut self, irc: Option<IrcPerson>) {
        self.irc = irc.map(Box::new);
    }

    /// The entry of the ignore list that matches somebody.
    pub(in crate::chat) fn ignored(&self, voice: &Voice<'_>) -> Option<&Ignored> {
        self.ignores().iter().find(|ignored| ignored.covers(voice))
    }

    /// Whether another person is ignored.
    pub(in crate::chat) fn ignores_person(&self, other: &Self) -> bool {
        self.ignored(&other.voice()).is_some()
    }

    /// Whether the person is away, and the reason as another may read it: not if the reader ignores
    /// them.
    pub(in crate::chat) fn away_told(&self, reader: &Self) -> Option<Option<Text>> {
        let why = self.away()?.as_ref();
        Some(why.filter(|_| !reader.ignores_person(self)).cloned())
    }

    /// The person as the author of speech.
    pub(in crate::chat) fn voice(&self) -> Voice<'_> {
        Voice {
            name: &self.name,
            person: Some(self.id),
            account: self.account.as_ref(),
        }
    }
}

/// The connection of a person and the rights with which it logged in. Both in one type, since the
/// rank fits into the padding after the address: an idle person must weigh little.
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
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rank {
    /// The person is an operator.
    pub operator: bool,
    /// The operator rights end with the visit: an operator gave them to a guest.
    pub for_visit: bool,
}

/// When a person came, and what they have said since.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// When they came.
    pub since: Timestamp,
    /// When they last said something.
    pub spoke: Timestamp,
    /// How many lines they have said.
    pub said: u64,
}

/// The lines of a person, counted and dated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::chat) struct Activity {
    pub(in crate::chat) visit: Visit,
    /// The event that gave the person their name: what was said under it since is their own.
    pub(in crate::chat) named: Seq,
}

impl Activity {
    pub(in crate::chat) fn from(at: Timestamp, named: Seq) -> Self {
        let (since, spoke, said) = (at, at, 0);
        Self {
            visit: Visit { since, spoke, said },
            named,
        }
    }
}

// This size is one that allocators do not round up.
const _: () = assert!(size_of::<Person>() <= 128);
