//! A second opinion: the state as a reader of the facts alone knows it, which is what the shards
//! of the server are.
//!
//! It keeps plain lists and searches them from end to end, so a mistake in an index of the chat
//! cannot be repeated here. [`checks`] holds the rules once more in their simplest form.

mod attaching;
mod audience;
mod checks;
mod kept;
mod moderated;
mod naming;
mod rooms;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use chinwag_core::{
    Account, AccountChange, AccountChanged, AccountSet, AuditEntry, Caller, ConnId, Credential,
    CredentialKind, Event, Fact, Ignored, KeptMessage, KeptShown, KeyOwner, LOBBY, Link, LoggedIn,
    Mask, MessageKey, ModAction, NOBODY, Name, PersonId, PrivateMessage, Quit, QuitReason, Renamed,
    Restriction, ResumeCode, Returned, RoomId, Seq, Settings, Snapshot, Tenure, Timestamp,
};

use naming::Taken;
use rooms::ModelRoom;

/// A person who is here, or whose session is lost and can be resumed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ModelPerson {
    pub(crate) name: Name,
    /// The account that the person is logged in to.
    pub(crate) account: Option<Name>,
    pub(crate) conn: ConnId,
    pub(crate) address: IpAddr,
    pub(crate) link: Link,
    /// Its other connections.
    pub(crate) others: Vec<Caller>,
    pub(crate) code: ResumeCode,
    pub(crate) spent_code: Option<ResumeCode>,
    pub(crate) rooms: Vec<RoomId>,
    operator: bool,
    for_visit: bool,
    /// Whether it was one at any time: then a ban by address may have let it pass.
    was_operator: bool,
    is_script: bool,
    ignores: Vec<Ignored>,
    /// The longest mute that was in force when the person last changed its name or address.
    following: Option<Restriction>,
}

#[derive(Clone, Debug)]
struct Lost {
    id: PersonId,
    person: ModelPerson,
    until: Timestamp,
    seen: Seq,
    kept: Vec<Event>,
}

pub(crate) struct Shadow {
    settings: Settings,
    pub(crate) people: BTreeMap<PersonId, ModelPerson>,
    rooms: BTreeMap<RoomId, ModelRoom>,
    lost: Vec<Lost>,
    accounts: Vec<Account>,
    mail: Vec<(Name, Event)>,
    bans: Vec<Restriction>,
    mutes: Vec<Restriction>,
    locked: bool,
    newest_person: PersonId,
    /// Messages that were sent under a key, by whose it is and the key.
    sent_keys: HashMap<(KeyOwner, MessageKey), Seq>,
    taken: Vec<Taken>,
}

impl ModelPerson {
    pub(crate) fn caller(&self, person: PersonId) -> Caller {
        Caller::Person {
            person,
            conn: self.conn,
            address: self.address,
            link: self.link,
        }
    }

    fn is_resumed_by(&self, code: ResumeCode) -> bool {
        self.code == code || self.spent_code == Some(code)
    }
}

/// Whether a person ignores another of these names, of which one may be that of its account.
fn ignores(me: &ModelPerson, person: Option<PersonId>, names: &[&Name]) -> bool {
    me.ignores.iter().any(|ignored| {
        let is_listed = |name: &&Name| {
            let account = ignored.account.as_ref();
            ignored.name.same_as(name) || account.is_some_and(|account| account.same_as(name))
        };
        names.iter().any(is_listed) || person.is_some() && person == ignored.person
    })
}

impl Shadow {
    pub(crate) fn new(settings: Settings, snapshot: &Snapshot) -> Self {
        let rooms = snapshot.rooms.iter();
        let rooms = rooms.map(|room| (room.id, ModelRoom::kept(room)));
        let lobby = ModelRoom::new(chinwag_core::RoomName::lobby(), false);
        let lobby = (LOBBY, lobby);
        Self {
            settings,
            people: BTreeMap::new(),
            rooms: rooms.chain([lobby]).collect(),
            lost: Vec::new(),
            accounts: snapshot.accounts.clone(),
            mail: Vec::new(),
            bans: snapshot.bans.clone(),
            mutes: snapshot.mutes.clone(),
            locked: snapshot.locked,
            newest_person: PersonId(0),
            sent_keys: HashMap::new(),
            taken: Vec::new(),
        }
    }

    fn members(&self, room: RoomId) -> BTreeSet<PersonId> {
        let people = self.people.iter();
        let inside = people.filter(|(_, person)| person.rooms.contains(&room));
        inside.map(|(id, _)| *id).collect()
    }

    /// Everybody has left it, those included whose link is lost, but for scripts that had closed theirs.
    fn check_is_deserted(&self, room: RoomId) {
        assert!(self.members(room).is_empty());
        let mut lost = self.lost.iter().map(|lost| &lost.person);
        assert!(lost.all(|person| person.is_script || !person.rooms.contains(&room)));
    }

    /// The account that a name belongs to.
    fn owner(&self, name: &Name) -> Option<&Account> {
        let mut accounts = self.accounts.iter();
        accounts.find(|account| account.owns(name))
    }

    /// Who goes by a name: one who is here, or else the last of the lost who had it, since it may have
    /// been another's before.
    fn bearer(&self, name: &Name, now: Timestamp) -> Option<PersonId> {
        let mut here = self.people.iter();
        let here = here.find(|(_, person)| person.name.same_as(name));
        let is_named = |lost: &&Lost| lost.person.name.same_as(name) && now < lost.until;
        let last = || Some(self.lost.iter().rfind(is_named)?.id);
        here.map(|(id, _)| *id).or_else(last)
    }

    /// Everybody who is logged in to an account.
    fn logins(&self, account: &Name) -> Vec<PersonId> {
        let people = self.people.iter();
        let is_of = |person: &ModelPerson| {
            let own = person.account.as_ref();
            own.is_some_and(|own| own.same_as(account))
        };
        let logins = people.filter(|(_, person)| is_of(person));
        logins.map(|(id, _)| *id).collect()
    }

    /// The longest mute in force: one that matches, or the one that follows the person.
    fn mute_of(&self, person: &ModelPerson, now: Timestamp) -> Option<&Restriction> {
        let account = person.account.as_ref();
        let applies = |mute: &&Restriction| {
            let names = core::iter::once(&person.name).chain(account);
            let mut who = names.map(|name| (name, account));
            let at = |who| {
                let mut addresses = person.addresses();
                addresses.any(|address| self.holds_for(mute, who, address))
            };
            who.any(at) || person.following.as_ref() == Some(mute)
        };
        let mutes = self.mutes.iter().filter(|mute| mute.is_active(now));
        mutes
            .filter(applies)
            .max_by_key(|mute| (mute.until.is_none(), mute.until))
    }

    fn is_muted(&self, person: &ModelPerson, now: Timestamp) -> bool {
        self.mute_of(person, now).is_some()
    }

    /// Whether one of its names is banned, or the address for one of this account.
    fn is_banned(
        &self,
        (name, account): (&Name, Option<&Name>),
        address: IpAddr,
        now: Timestamp,
    ) -> bool {
        let names = core::iter::once(name).chain(account);
        let mut bans = names.flat_map(|name| self.bans.iter().map(move |ban| (name, ban)));
        bans.any(|(name, ban)| ban.is_active(now) && self.holds_for(ban, (name, account), address))
    }

    /// Whether a restriction matches, and not by the address of one who was an operator before its author.
    fn holds_for(
        &self,
        restriction: &Restriction,
        (name, account): (&Name, Option<&Name>),
        address: IpAddr,
    ) -> bool {
        let author = self.appointed(&restriction.by);
        let is_above =
            |rank| restriction.by != Name::shell() && author.is_none_or(|author| rank < author);
        let outranks = account
            .and_then(|account| self.appointed(account))
            .is_some_and(is_above);
        restriction.mask.matches(Some(name), address)
            && (restriction.mask.is_about(name) || !outranks)
    }

    /// Takes in a fact, which must fit what is known so far.
    pub(crate) fn fold(&mut self, event: &Event) {
        self.take_in(event);
        self.taken.extend(Taken::in_event(event));
        for person in self.people.values_mut() {
            person.was_operator |= person.operator;
        }
    }

    fn take_in(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::RoomOpened { room, name } => {
                let is_servers = self.is_servers(name);
                let opened = ModelRoom::new(name.clone(), is_servers);
                assert!(self.rooms.insert(*room, opened).is_none());
            }
            Fact::LoggedIn(login) => self.fold_logged_in(login, at),
            Fact::Returned(returned) => self.fold_returned(returned, at),
            Fact::Attached(attached) => self.fold_attached(attached, at),
            Fact::Detached(detached) => self.fold_detached(detached),
            Fact::Joined {
                person,
                name,
                room,
                here,
            } => {
                assert!(self.rooms.contains_key(room));
                let members = self.members(*room);
                assert!(!members.contains(person));
                assert_eq!(members.len() + 1, *here as usize);
                self.named(*person, name).rooms.push(*room);
                self.rooms.get_mut(room).expect("a room").enter(*person);
            }
            Fact::Left {
                person: id,
                name,
                room,
                ..
            } => {
                let person = self.named(*id, name);
                assert!(person.rooms.contains(room));
                person.rooms.retain(|other| other != room);
                let id = *id;
                self.rooms.get_mut(room).expect("a room").leave(id);
            }
            Fact::Quit(quit) => self.fold_quit(quit, event.seq, at),
            Fact::Renamed(renamed) => self.fold_renamed(renamed, at),
            Fact::Said {
                person, name, room, ..
            } if *person != NOBODY => {
                let person = self.named(*person, name);
                let is_inside = person.rooms.contains(room);
                assert!(is_inside || self.rooms[room].settings.outsiders);
            }
            Fact::RoomFounded { .. }
            | Fact::RoomRetired { .. }
            | Fact::RoomRenamed(_)
            | Fact::RoomChanged(_) => {
                self.fold_room(&event.fact, at);
            }
            Fact::PrivateMessage(message) => self.fold_private_message(message, event),
            Fact::TopicSet { room, by, .. } => {
                let inside = self.members(*room);
                assert!(inside.iter().any(|id| self.people[id].name == *by));
            }
            Fact::IgnoreSet {
                person, who, on, ..
            } => {
                if *on {
                    self.check_ignored(who);
                }
                let person = self.anybody_mut(*person);
                person
                    .ignores
                    .retain(|other| !other.name.same_as(&who.name));
                person.ignores.extend(on.then(|| who.clone()));
            }
            _ => self.fold_about_people(event),
        }
    }

    fn fold_about_people(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::MessageKept(message) => self.fold_kept(message, event),
            Fact::KeptShown(shown) => self.fold_shown(shown),
            Fact::PrivateDeleted(deletion) => {
                let is_other = |event: &Event| event.seq != deletion.message;
                self.mail.retain(|(_, event)| is_other(event));
                let lost = self.lost.iter_mut();
                lost.for_each(|lost| lost.kept.retain(is_other));
            }
            Fact::AccountChanged(changed) => self.fold_account(changed, event),
            Fact::AccountSet(set) => self.fold_account_set(set, at),
            Fact::Moderated(entry) => self.fold_moderated(entry, event.seq, at),
            Fact::Tidied { closed } => self.fold_tidied(closed, at),
            Fact::KeyUsed(used) => {
                let under = (used.owner.clone(), used.key.clone());
                let place = Seq(event.seq.0 - 1);
                assert_eq!(self.sent_keys.insert(under, place), None);
            }
            // Of somebody who is no person.
            Fact::Said { name, room, .. } => {
                assert_eq!(*name, Name::shell());
                assert!(self.rooms.contains_key(room));
            }
            _ => {}
        }
    }

    /// Who is logged in to an account is ignored with it, and so is a name that belongs to one.
    fn check_ignored(&self, who: &Ignored) {
        let bearer = self.people.iter();
        let mut bearer = bearer.filter(|(_, person)| person.name.same_as(&who.name));
        let bearer = bearer.next();
        assert!(who.person.is_none() || who.person == bearer.map(|(id, _)| *id));
        let of_bearer = bearer.and_then(|(_, person)| person.account.as_ref());
        assert!(who.account.is_some() || of_bearer.is_none() && self.owner(&who.name).is_none());
        let account = who.account.as_ref();
        assert!(account.is_none_or(|account| self.owner(account).is_some()));
    }

    /// The person of this number, who must go by this name.
    fn anybody_mut(&mut self, id: PersonId) -> &mut ModelPerson {
        let mut lost = self.lost.iter_mut();
        match lost.find(|lost| lost.id == id) {
            Some(lost) => &mut lost.person,
            None => self.people.get_mut(&id).expect("a person"),
        }
    }

    fn named(&mut self, id: PersonId, name: &Name) -> &mut ModelPerson {
        let person = self.people.get_mut(&id).expect("a person");
        assert_eq!(person.name, *name);
        person
    }

    fn fold_logged_in(&mut self, login: &LoggedIn, at: Timestamp) {
        self.check_logged_in(login, at);
        self.newest_person = login.person;
        let person = ModelPerson {
            name: login.name.clone(),
            account: login.account.clone(),
            conn: login.conn,
            address: login.address,
            link: login.link,
            others: Vec::new(),
            code: login.code,
            spent_code: None,
            rooms: Vec::new(),
            operator: login.operator,
            for_visit: false,
            was_operator: login.operator,
            is_script: login.is_script,
            ignores: Vec::new(),
            following: None,
        };
        self.people.insert(login.person, person);
    }

    fn fold_returned(&mut self, returned: &Returned, at: Timestamp) {
        let login = &returned.login;
        let mut person = match returned.was_lost {
            false => {
                let person = self.people.remove(&login.person).expect("a person");
                assert_eq!(person.conn, returned.last_conn);
                assert_eq!(person.others, []);
                self.check_kept(returned, &person, Vec::new());
                person
            }
            true => {
                let mut lost = self.lost.iter();
                let place = lost.position(|lost| lost.id == login.person);
                let lost = self.lost.remove(place.expect("a lost session"));
                assert!(at < lost.until);
                assert_eq!(lost.seen, returned.seen);
                self.check_kept(returned, &lost.person, lost.kept);
                lost.person
            }
        };
        let before = std::mem::take(&mut person.rooms);
        let stays = |room: &RoomId| self.may_stay(login, &person, *room, at);
        let open: Vec<RoomId> = before.iter().copied().filter(stays).collect();
        for room in before.iter().filter(|room| !open.contains(room)) {
            if let Some(room) = self.rooms.get_mut(room) {
                room.leave(login.person);
            }
        }
        let is_nowhere = open.is_empty() && login.link.needs_room;
        person.rooms = if is_nowhere { vec![LOBBY] } else { open };
        self.check_returned(returned, &person, at);
        person.following = self.mute_of(&person, at).cloned();
        person.name = login.name.clone();
        (person.conn, person.address) = (login.conn, login.address);
        person.link = login.link;
        if person.code != login.code {
            person.spent_code = Some(person.code);
        }
        (person.code, person.is_script) = (login.code, login.is_script);
        person.operator = login.operator;
        if returned.ends_visit {
            person.for_visit = false;
            self.end_visit(login.person);
        }
        self.mail
            .retain(|(account, _)| Some(account) != person.account.as_ref());
        self.people.insert(login.person, person);
    }

    /// Who comes back is shown what was kept for its session and for its account, in order.
    fn check_kept(&self, returned: &Returned, person: &ModelPerson, kept: Vec<Event>) {
        let mail = self.mail_for(person).map(|event| match &event.fact {
            Fact::MessageKept(message) => Event {
                fact: Fact::PrivateMessage(Box::new(message.told_to(returned.login.person))),
                ..event.clone()
            },
            fact => panic!("{fact:?}"),
        });
        let mut all: Vec<Event> = mail.chain(kept).collect();
        for event in &mut all {
            if let Fact::PrivateMessage(message) = &mut event.fact {
                message.kept = None;
            }
        }
        all.sort_by_key(|event| event.seq);
        assert_eq!(all, *returned.kept);
    }

    /// What is kept for a person's account, of those whom it hears.
    fn mail_for(&self, person: &ModelPerson) -> impl Iterator<Item = &Event> {
        let kept = self
            .mail
            .iter()
            .filter(|(account, _)| Some(account) == person.account.as_ref());
        kept.map(|(_, event)| event)
            .filter(|event| match &event.fact {
                Fact::MessageKept(message) => {
                    let (from, account) = (&message.from_name, &message.from_account);
                    !ignores(person, None, &[from, account])
                }
                _ => false,
            })
    }

    /// Whether a person is in a room again when its session is taken up.
    fn may_stay(
        &self,
        login: &LoggedIn,
        person: &ModelPerson,
        room: RoomId,
        at: Timestamp,
    ) -> bool {
        let Some(found) = self.rooms.get(&room) else {
            return false;
        };
        let moved = ModelPerson {
            address: login.address,
            ..person.clone()
        };
        let standing = found.standing(login.person, person);
        let is_exempt = person.operator || standing >= Some(chinwag_core::Standing::Moderator);
        (is_exempt || !found.bars(login.person, &moved, at))
            && (login.link.is_encrypted || !found.settings.encrypted)
    }

    /// A person is gone for good, with what it was for the visit.
    fn forget_standings(&mut self, id: PersonId) {
        for room in self.rooms.values_mut() {
            room.leave(id);
        }
    }

    /// A person has come by a proof of its account: what others gave it for the visit has ended.
    fn end_visit(&mut self, id: PersonId) {
        for room in self.rooms.values_mut() {
            room.end_visit(id);
        }
    }

    fn fold_quit(&mut self, quit: &Quit, seen: Seq, at: Timestamp) {
        if let Some(place) = self.lost.iter().position(|lost| lost.id == quit.person) {
            let lost = self.lost.remove(place);
            assert_eq!((&lost.person.name, quit.rooms.len()), (&quit.name, 0));
            return self.forget_standings(lost.id);
        }
        let person = self.people.remove(&quit.person).expect("a person");
        assert_eq!((&person.name, &*person.rooms), (&quit.name, &*quit.rooms));
        let is_own = matches!(
            quit.why,
            QuitReason::Quit(_) | QuitReason::Closed | QuitReason::Lost
        );
        assert!(
            person.others.is_empty() || !is_own,
            "it goes on over another"
        );
        let is_resumable = quit.why.is_resumable() && person.link.client.resumes();
        assert_eq!(quit.is_resumable, is_resumable);
        if !is_resumable {
            self.forget_standings(quit.person);
        }
        if is_resumable {
            if self.lost.len() == self.settings.people_max {
                let lost = self.lost.remove(self.to_be_forgotten());
                self.forget_standings(lost.id);
            }
            let (id, until) = (quit.person, at + self.settings.resume_time);
            self.lost.push(Lost {
                id,
                person,
                until,
                seen,
                kept: Vec::new(),
            });
        }
    }

    /// The place of the lost session that makes room for another: the oldest of the address that has
    /// most, or of all if none has two.
    fn to_be_forgotten(&self) -> usize {
        let home = |lost: &Lost| match lost.person.address.to_canonical() {
            IpAddr::V4(v4) => (0xff_ffff << 32) | u64::from(v4.to_bits()),
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
        };
        let size = |of: u64| self.lost.iter().filter(|lost| home(lost) == of).count();
        let homes = self.lost.iter().map(home);
        let fullest = homes.max_by_key(|of| (size(*of), *of)).expect("a home");
        match size(fullest) {
            1 => 0,
            _ => {
                let mut lost = self.lost.iter();
                lost.position(|lost| home(lost) == fullest)
                    .expect("a session")
            }
        }
    }

    fn fold_renamed(&mut self, renamed: &Renamed, at: Timestamp) {
        let is_lost = !self.people.contains_key(&renamed.person);
        let person = self.anybody(renamed.person);
        if let Some(owner) = self.owner(&renamed.new) {
            assert_eq!(renamed.account.as_ref(), Some(&owner.name));
        } else {
            assert!(renamed.account.is_none() || renamed.account == person.account);
        }
        let own = (&renamed.new, person.account.as_ref());
        assert!(!self.is_banned(own, person.address, at));
        let following = self.mute_of(person, at).cloned();
        let person = self.anybody_mut(renamed.person);
        assert_eq!(person.name, renamed.old);
        // Nobody sees it where a person is that is not here.
        let rooms = if is_lost { &[] } else { &*person.rooms };
        assert_eq!(*rooms, *renamed.rooms);
        person.name = renamed.new.clone();
        person.following = following;
        (person.account, person.operator) = (renamed.account.clone(), renamed.operator);
    }

    fn fold_private_message(&mut self, message: &PrivateMessage, event: &Event) {
        let lost = self.lost.iter().find(|lost| lost.id == message.to);
        let left = lost.map(|lost| lost.until.since(event.at));
        assert_eq!(message.kept, left);
        let to = lost.map_or_else(|| &self.people[&message.to], |lost| &lost.person);
        let from = &self.people[&message.from];
        assert_eq!(
            (&from.name, &to.name),
            (&message.from_name, &message.to_name)
        );
        let names: Vec<&Name> = std::iter::once(&from.name).chain(&from.account).collect();
        assert_eq!(message.ignored, ignores(to, Some(message.from), &names));
        let account = |person: &ModelPerson| {
            let account = person.account.clone();
            account.filter(|_| self.settings.keeps_messages)
        };
        assert_eq!(message.accounts.from, account(from));
        assert_eq!(message.accounts.to, account(to));
        if left.is_none() || message.ignored {
            return;
        }
        let accounts = &message.accounts;
        if let (Some(_), Some(account)) = (&accounts.from, &accounts.to) {
            let kept = message.as_kept().expect("an account");
            let fact = Fact::MessageKept(Box::new(kept));
            let event = Event {
                fact,
                ..event.clone()
            };
            let account = account.clone();
            return self.keep_for(account, event);
        }
        let mut lost = self.lost.iter_mut();
        let lost = lost.find(|lost| lost.id == message.to);
        let lost = lost.expect("a lost session");
        lost.kept.push(event.clone());
        kept::share(&mut lost.kept);
    }

    fn fold_kept(&mut self, message: &KeptMessage, event: &Event) {
        assert!(self.settings.keeps_messages);
        assert!(self.people[&message.from].account.is_some());
        assert!(self.logins(&message.account).is_empty());
        let lost = self.lost.iter().rev();
        let mut lost = lost.filter(|lost| lost.person.name.same_as(&message.to_name));
        let of_lost = || lost.next().and_then(|lost| lost.person.account.clone());
        let owner = self.owner(&message.to_name).map(|owner| owner.name.clone());
        assert_eq!(owner.or_else(of_lost).as_ref(), Some(&message.account));
        self.keep_for(message.account.clone(), event.clone());
    }

    fn keep_for(&mut self, account: Name, event: Event) {
        let own = self.mail.extract_if(.., |(other, _)| *other == account);
        let mut own: Vec<Event> = own.map(|(_, event)| event).collect();
        own.push(event);
        kept::share(&mut own);
        self.mail
            .extend(own.into_iter().map(|event| (account.clone(), event)));
    }

    fn fold_shown(&mut self, shown: &KeptShown) {
        let person = &self.people[&shown.person];
        assert_eq!(person.account.as_ref(), Some(&shown.account));
        assert!(self.mail_for(person).eq(&*shown.messages));
        self.mail.retain(|(account, _)| *account != shown.account);
    }

    fn fold_account_set(&mut self, set: &AccountSet, at: Timestamp) {
        if let Some(lost) = self.lost.iter().find(|lost| lost.id == set.person) {
            // Only the rights have changed, by the act before.
            let person = &lost.person;
            assert_eq!(
                (&person.account, &person.account),
                (&set.before, &set.account)
            );
            assert_eq!(person.operator, set.operator);
            assert!(set.rooms.is_empty());
            return;
        }
        let following = self.mute_of(&self.people[&set.person], at).cloned();
        if let Some(account) = &set.account {
            let operator = self.owner(account).expect("an account").operator;
            let before = self.people[&set.person].operator;
            // What was given for a visit ends when another connection comes in by a proof of the account.
            let ends = set.before == set.account && !set.operator && !operator;
            assert!(ends || set.operator == (before || operator));
            let address = self.people[&set.person].address;
            assert!(!self.is_banned((account, Some(account)), address, at));
        }
        let person = self.people.get_mut(&set.person).expect("a person");
        assert_eq!(person.account, set.before);
        person.following = following;
        (person.account, person.operator) = (set.account.clone(), set.operator);
    }

    fn fold_account(&mut self, changed: &AccountChanged, event: &Event) {
        let name = &changed.account;
        if let AccountChange::Claimed {
            kind,
            secret,
            operator,
        } = &changed.change
        {
            assert!(self.owner(name).is_none());
            let mut account = Account::new(name.clone(), *kind, secret.clone(), event.at);
            if *operator {
                account = account.appointed(event.seq);
            }
            self.accounts.push(account);
            if let Some(person) = changed.person {
                let person = self.named(person, name);
                assert!(person.account.is_none());
                assert_eq!(*operator, person.operator && !person.for_visit);
                person.account = Some(name.clone());
            }
            return;
        }
        let logins: BTreeSet<PersonId> = changed.logins.iter().copied().collect();
        assert_eq!(logins, self.all_logins(name));
        let place = self.accounts.iter().position(|other| other.name == *name);
        let place = place.expect("an account");
        let account = &mut self.accounts[place];
        match &changed.change {
            AccountChange::Credential { kind, secret } => {
                let is_replaced = |other: &Credential| {
                    other.kind == CredentialKind::Password && *kind == other.kind
                };
                account.credentials.retain(|other| !is_replaced(other));
                account.credentials.push(Credential {
                    kind: *kind,
                    secret: secret.clone(),
                    since: event.at,
                });
            }
            AccountChange::CertificateRemoved(certificate) => {
                account
                    .credentials
                    .retain(|other| other.secret != *certificate);
                assert!(!account.credentials.is_empty());
            }
            AccountChange::NameAdded(added) => {
                account.names.push(added.clone());
                assert!(
                    self.people
                        .values()
                        .all(|person| !person.name.same_as(added)
                            || person.account.as_ref() == Some(name))
                );
            }
            AccountChange::NameRemoved(removed) => {
                account.names.retain(|other| !other.same_as(removed));
            }
            AccountChange::Removed => {
                self.rooms.values_mut().for_each(|room| room.end(name));
                let was_operator = self.accounts.remove(place).operator;
                self.mail.retain(|(account, _)| account != name);
                let lost = self.lost.iter_mut().map(|lost| &mut lost.person);
                for person in lost.filter(|person| person.account.as_ref() == Some(name)) {
                    person.account = None;
                    person.operator &= !was_operator;
                }
            }
            AccountChange::Claimed { .. } => unreachable!(),
        }
    }

    /// The event that made the owner of a name a lasting operator, if it is one.
    fn appointed(&self, name: &Name) -> Option<Seq> {
        let owner = self.owner(name).filter(|owner| owner.operator);
        owner.map(|owner| owner.appointed)
    }

    fn fold_moderated(&mut self, entry: &AuditEntry, seq: Seq, at: Timestamp) {
        match &entry.act {
            ModAction::Ban(ban) => put(&mut self.bans, ban),
            ModAction::Unban(mask) => self.bans.retain(|ban| !ban.mask.is_named_by(mask)),
            ModAction::Mute(mute) => {
                put(&mut self.mutes, mute);
                let target = entry.target.map(|target| self.anybody(target));
                let heard = target.filter(|target| !self.is_muted(target, at));
                assert!(heard.is_none() || !mute.is_active(at));
            }
            ModAction::Unmute(mask) => self.mutes.retain(|mute| !mute.mask.is_named_by(mask)),
            ModAction::Op {
                name,
                tenure: Tenure::Lasting,
            } => self.set_operator(name, true, (seq, at)),
            ModAction::Op { name, tenure } => {
                let person = entry.target.and_then(|id| self.people.get_mut(&id));
                let person = person.expect("a visit");
                assert_eq!(*tenure == Tenure::Visit, person.account.is_none());
                (person.operator, person.for_visit) = (true, entry.by != *name);
            }
            ModAction::Deop { name } => self.set_operator(name, false, (seq, at)),
            ModAction::Lock(on) => self.locked = *on,
            ModAction::Kick { .. }
            | ModAction::Rename { .. }
            | ModAction::Announce(_)
            | ModAction::Delete { .. }
            | ModAction::InRoom { .. }
            | ModAction::AccountAdded(_)
            | ModAction::AccountPassword(_)
            | ModAction::AccountRemoved(_)
            | ModAction::RoomRemoved(_)
            | ModAction::Motd(_) => {}
        }
    }

    fn set_operator(&mut self, name: &Name, operator: bool, (seq, at): (Seq, Timestamp)) {
        let appointed = self.appointed(name).unwrap_or(seq);
        let mut accounts = self.accounts.iter_mut();
        let account = accounts.find(|account| account.owns(name)).map(|account| {
            (account.operator, account.appointed) = (operator, appointed);
            account.name.clone()
        });
        let bearer = self.bearer(name, at);
        let lost = self.lost.iter_mut();
        let lost = lost.filter(|lost| account.is_some() || Some(lost.id) == bearer);
        let lost = lost.map(|lost| &mut lost.person);
        for person in self.people.values_mut().chain(lost) {
            let is_meant = match &account {
                Some(account) => person.account.as_ref() == Some(account),
                None => person.name.same_as(name),
            };
            if is_meant {
                (person.operator, person.for_visit) = (operator, false);
            }
        }
    }

    fn fold_tidied(&mut self, closed: &[RoomId], at: Timestamp) {
        for room in closed {
            assert!(*room != LOBBY);
            self.check_is_deserted(*room);
            assert!(self.rooms.remove(room).is_some());
        }
        let over = self.lost.iter().filter(|lost| lost.until <= at);
        for id in over.map(|lost| lost.id).collect::<Vec<_>>() {
            self.forget_standings(id);
        }
        self.lost.retain(|lost| at < lost.until);
        self.bans.retain(|ban| ban.is_active(at));
        self.mutes.retain(|mute| mute.is_active(at));
    }

    /// Whether a code need not be good: it is the one before that of its session, which was free to be given to
    /// another.
    pub(crate) fn is_spent(&self, code: ResumeCode) -> bool {
        let here = self.people.values();
        let lost = self.lost.iter().map(|lost| &lost.person);
        here.chain(lost).all(|person| person.code != code)
    }

    /// Whether a name is taken, or one that looks like it.
    pub(crate) fn is_borne(&self, name: &Name) -> bool {
        let looks_like =
            |other: &Name| other.looks().iter().any(|look| name.looks().contains(look));
        let here = self.people.values().map(|person| &person.name);
        let lost = self.lost.iter().map(|lost| &lost.person.name);
        let accounts = self.accounts.iter().flat_map(Account::all_names);
        here.chain(lost).chain(accounts).any(looks_like)
    }

    /// The session that a code resumes now, if there is one.
    pub(crate) fn resumable(&self, code: ResumeCode, now: Timestamp) -> Option<PersonId> {
        let mut here = self.people.iter();
        let mut lost = self.lost.iter().filter(|lost| now < lost.until);
        let here = here.find(|(_, person)| person.code == code);
        here.map(|(id, _)| *id)
            .or_else(|| Some(lost.find(|lost| lost.person.is_resumed_by(code))?.id))
    }
}

/// Adds a restriction; of two with the same mask, in whatever case, the newer holds.
fn put(list: &mut Vec<Restriction>, restriction: &Restriction) {
    list.retain(|other| !has_same_mask(other, restriction));
    list.push(restriction.clone());
}

fn has_same_mask(one: &Restriction, other: &Restriction) -> bool {
    let folded = |mask: &Mask| {
        let name = mask.name.as_ref();
        (name.map(|name| name.folded().to_string()), mask.net)
    };
    folded(&one.mask) == folded(&other.mask)
}
