//! A second opinion: what somebody knows who hears the facts and nothing else, as the shards of
//! the server do, and the rules once more in their simplest form.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chinwag_core::{
    Act, Answer, Arrived, Chat, Claim, Deed, Departed, Event, Fact, Kept, LOBBY, Link, Mask, Name,
    PersonId, Query, Renamed, ResumeCode, Returned, RoomId, RoomName, Sanction, Settings, Subject,
    Timestamp, Told,
};

/// Somebody who is here, or was and may come back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Soul {
    pub(crate) name: Name,
    pub(crate) link: Link,
    pub(crate) address: IpAddr,
    pub(crate) code: ResumeCode,
    claimed: bool,
    operator: bool,
    rooms: Vec<RoomId>,
    current: RoomId,
    ignores: Vec<Name>,
    /// The mutes that met it when they were given, or when it came.
    struck: Vec<Sanction>,
}

pub(crate) struct Shadow {
    settings: Settings,
    pub(crate) people: BTreeMap<PersonId, Soul>,
    rooms: BTreeMap<RoomId, RoomName>,
    parted: Vec<(PersonId, Soul, Timestamp)>,
    claims: Vec<Claim>,
    bans: Vec<Sanction>,
    mutes: Vec<Sanction>,
    locked: bool,
    newest_person: PersonId,
}

impl Shadow {
    pub(crate) fn new(settings: Settings, kept: &Kept) -> Self {
        let rooms = kept.rooms.iter().map(|room| (room.id, room.name.clone()));
        let lobby = (LOBBY, RoomName::lobby());
        Self {
            settings,
            people: BTreeMap::new(),
            rooms: rooms.chain([lobby]).collect(),
            parted: Vec::new(),
            claims: kept.claims.clone(),
            bans: kept.bans.clone(),
            mutes: kept.mutes.clone(),
            locked: kept.locked,
            newest_person: PersonId(0),
        }
    }

    fn members(&self, room: RoomId) -> BTreeSet<PersonId> {
        let people = self.people.iter();
        let inside = people.filter(|(_, soul)| soul.rooms.contains(&room));
        inside.map(|(person, _)| *person).collect()
    }

    fn claim(&self, name: &Name) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.name.same_as(name))
    }

    /// Whether a mute that somebody was told of, or that they came under, must silence them.
    fn is_muted(&self, soul: &Soul, now: Timestamp) -> bool {
        soul.struck.iter().any(|mute| {
            mute.holds(now)
                && self.mutes.contains(mute)
                && mute.mask.meets(Some(&soul.name), soul.address)
        })
    }

    fn is_banned(&self, name: &Name, address: IpAddr, now: Timestamp) -> bool {
        let meets = |ban: &Sanction| ban.holds(now) && ban.mask.meets(Some(name), address);
        self.bans.iter().any(meets)
    }

    /// Checks what a command led to against who asked: what they may do, and who hears of it.
    pub(crate) fn check_asked(&self, subject: Subject, facts: &[Fact], now: Timestamp) {
        let asker = match subject {
            Subject::Person { person, .. } => Some(person),
            _ => None,
        };
        for fact in facts {
            self.check_audience(asker, fact);
            let soul = || &self.people[&asker.expect("somebody does it")];
            match fact {
                Fact::Said { .. } | Fact::TopicSet { .. } => self.check_may_speak(soul(), now),
                Fact::Told(told) if !self.people[&told.to].operator => {
                    assert!(!self.is_muted(soul(), now));
                    assert!(!self.locked || soul().claimed || soul().operator);
                }
                Fact::Deed(_) => assert!(soul().operator, "{fact:?}"),
                _ => {}
            }
        }
    }

    fn check_may_speak(&self, soul: &Soul, now: Timestamp) {
        assert!(!self.is_muted(soul, now), "{soul:?}");
        let bare = |room: &RoomName| room.bare().to_lowercase();
        let room = bare(&self.rooms[&soul.current]);
        let closed = self
            .settings
            .read_only
            .iter()
            .any(|closed| bare(closed) == room);
        assert!(soul.operator || !(closed || (self.locked && !soul.claimed)));
    }

    /// Nobody hears what they may not.
    fn check_audience(&self, asker: Option<PersonId>, fact: &Fact) {
        let private: BTreeSet<PersonId> = fact.people().collect();
        let allowed: BTreeSet<PersonId> = match fact {
            Fact::Told(told) if told.ignored => [told.from].into(),
            Fact::Told(told) => [told.from, told.to].into(),
            Fact::Deed(deed) => asker.into_iter().chain(deed.target).collect(),
            _ => asker.into_iter().collect(),
        };
        assert!(private.is_subset(&allowed), "{fact:?} heard by {private:?}");
        let announces = |deed: &Deed| matches!(deed.act, Act::Announce(_));
        let is_announcement = matches!(fact, Fact::Deed(deed) if announces(deed));
        assert_eq!(fact.is_for_all(), is_announcement);
        match fact {
            Fact::Told(told) => assert_eq!(Some(told.from), asker),
            Fact::Deed(deed) => assert_eq!(deed.actor, asker),
            _ => {}
        }
        let is_secret = matches!(
            fact,
            Fact::Told(_)
                | Fact::Deed(_)
                | Fact::Claimed { .. }
                | Fact::Arrived(_)
                | Fact::AwaySet { .. }
                | Fact::IgnoreSet { .. }
                | Fact::PrefsSet { .. }
                | Fact::Switched { .. }
        );
        assert!(fact.rooms().is_empty() || !is_secret, "{fact:?}");
    }

    /// Takes in a fact, which must fit what is known so far.
    #[expect(clippy::too_many_lines, reason = "an arm for each kind of event")]
    pub(crate) fn fold(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::RoomOpened { room, name } => {
                assert!(self.rooms.len() < self.settings.rooms_max);
                assert_eq!(self.rooms.insert(*room, name.clone()), None);
            }
            Fact::Arrived(arrived) => self.fold_arrived(arrived, at),
            Fact::Returned(returned) => self.fold_returned(returned, at),
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
                let soul = self.soul(*person, name);
                soul.rooms.push(*room);
                soul.current = *room;
            }
            Fact::Switched { person, room } => {
                let soul = self.people.get_mut(person).expect("a person");
                assert!(soul.rooms.contains(room));
                soul.current = *room;
            }
            Fact::Left {
                person,
                name,
                room,
                current,
            } => {
                let soul = self.soul(*person, name);
                assert!(soul.rooms.contains(room) && soul.rooms.contains(current));
                soul.rooms.retain(|other| other != room);
                assert_ne!(room, current);
                soul.current = *current;
            }
            Fact::Departed(departed) => self.fold_departed(departed, at),
            Fact::Renamed(renamed) => self.fold_renamed(renamed, at),
            Fact::Said {
                person, name, room, ..
            } => {
                let soul = self.soul(*person, name);
                assert!(soul.current == *room && soul.rooms.contains(room));
            }
            Fact::Told(told) => self.fold_told(told),
            Fact::TopicSet { room, by, .. } => {
                let inside = self.members(*room);
                assert!(inside.iter().any(|person| self.people[person].name == *by));
            }
            Fact::IgnoreSet { person, name, on } => {
                let soul = self.people.get_mut(person).expect("a person");
                soul.ignores.retain(|ignored| !ignored.same_as(name));
                soul.ignores.extend(on.then(|| name.clone()));
            }
            Fact::Claimed {
                person,
                name,
                credential,
                operator,
            } => {
                let soul = self.soul(*person, name);
                assert_eq!(*operator, soul.operator);
                soul.claimed = true;
                self.claims.retain(|claim| !claim.name.same_as(name));
                self.claims.push(Claim {
                    name: name.clone(),
                    credential: credential.clone(),
                    operator: *operator,
                });
            }
            Fact::Deed(deed) => self.fold_deed(deed, at),
            Fact::Tidied { closed } => {
                for room in closed {
                    assert!(*room != LOBBY && self.members(*room).is_empty());
                    assert!(self.rooms.remove(room).is_some());
                }
                self.parted.retain(|(_, _, until)| at < *until);
                self.bans.retain(|ban| ban.holds(at));
                self.mutes.retain(|mute| mute.holds(at));
            }
            Fact::AwaySet { .. } | Fact::PrefsSet { .. } | Fact::Crowd { .. } => {}
        }
    }

    fn soul(&mut self, person: PersonId, name: &Name) -> &mut Soul {
        let soul = self.people.get_mut(&person).expect("a person");
        assert_eq!(soul.name, *name);
        soul
    }

    fn fold_arrived(&mut self, arrived: &Arrived, at: Timestamp) {
        let Arrived { name, address, .. } = arrived;
        assert!(
            arrived.person > self.newest_person,
            "no number is used twice"
        );
        self.newest_person = arrived.person;
        let claim = self.claim(name);
        assert_eq!(arrived.claimed, claim.is_some());
        assert!(!self.is_banned(name, *address, at));
        let lasting = claim.is_some_and(|claim| claim.operator);
        let has_operator = self.people.values().any(|soul| soul.operator)
            || self.claims.iter().any(|claim| claim.operator);
        let first = self.settings.first_operator && !has_operator;
        assert!(arrived.claimed || !self.locked || first);
        assert_eq!(arrived.operator, lasting || first);
        let mut soul = Soul {
            name: name.clone(),
            link: arrived.link,
            address: *address,
            code: arrived.code,
            claimed: arrived.claimed,
            operator: arrived.operator,
            rooms: Vec::new(),
            current: LOBBY,
            ignores: Vec::new(),
            struck: Vec::new(),
        };
        self.strike(&mut soul, at);
        self.people.insert(arrived.person, soul);
    }

    /// The mutes that somebody comes under.
    fn strike(&self, soul: &mut Soul, at: Timestamp) {
        let meets = |mute: &&Sanction| mute.mask.meets(Some(&soul.name), soul.address);
        let mutes = self.mutes.iter().filter(|mute| mute.holds(at));
        let met: Vec<Sanction> = mutes.filter(meets).cloned().collect();
        soul.struck.extend(met);
    }

    fn fold_returned(&mut self, returned: &Returned, at: Timestamp) {
        let Returned { arrived, .. } = returned;
        let mut soul = match returned.replaces {
            Some(link) => {
                let soul = self.people.remove(&arrived.person).expect("a person");
                assert_eq!(soul.link, link);
                soul
            }
            None => {
                let mut parted = self.parted.iter();
                let place = parted.position(|(person, ..)| *person == arrived.person);
                let (_, soul, until) = self.parted.remove(place.expect("a lost session"));
                assert!(at < until);
                soul
            }
        };
        assert!(!self.is_banned(&soul.name, arrived.address, at));
        let known = |room: &&RoomId| self.rooms.contains_key(room);
        let open: Vec<RoomId> = soul.rooms.iter().filter(known).copied().collect();
        soul.rooms = if open.is_empty() { vec![LOBBY] } else { open };
        assert_eq!(*soul.rooms, *returned.rooms);
        assert!(returned.rooms.contains(&returned.current));
        assert_eq!(*soul.ignores, *returned.ignores);
        assert_eq!((&arrived.name, arrived.code), (&soul.name, soul.code));
        assert_eq!(
            (arrived.claimed, arrived.operator),
            (soul.claimed, soul.operator)
        );
        soul.current = returned.current;
        (soul.link, soul.address) = (arrived.link, arrived.address);
        self.strike(&mut soul, at);
        self.people.insert(arrived.person, soul);
    }

    fn fold_departed(&mut self, departed: &Departed, at: Timestamp) {
        let soul = self.people.remove(&departed.person).expect("a person");
        assert_eq!(
            (&soul.name, &*soul.rooms),
            (&departed.name, &*departed.rooms)
        );
        if departed.why.is_resumable() {
            if self.parted.len() == self.settings.people_max {
                self.parted.remove(0);
            }
            let until = at + self.settings.resume_time;
            self.parted.push((departed.person, soul, until));
        }
    }

    fn fold_renamed(&mut self, renamed: &Renamed, at: Timestamp) {
        let claim = self.claim(&renamed.new);
        assert_eq!(renamed.claimed, claim.is_some());
        let soul = &self.people[&renamed.person];
        assert!(!self.is_banned(&renamed.new, soul.address, at));
        let soul = self.soul(renamed.person, &renamed.old);
        assert_eq!(*soul.rooms, *renamed.rooms);
        soul.name = renamed.new.clone();
        (soul.claimed, soul.operator) = (renamed.claimed, renamed.operator);
    }

    fn fold_told(&mut self, told: &Told) {
        let (from, to) = (&self.people[&told.from], &self.people[&told.to]);
        assert_eq!((&from.name, &to.name), (&told.from_name, &told.to_name));
        let ignored = to.ignores.iter().any(|name| name.same_as(&from.name));
        assert_eq!(told.ignored, ignored);
    }

    fn fold_deed(&mut self, deed: &Deed, at: Timestamp) {
        match &deed.act {
            Act::Ban(ban) => put(&mut self.bans, ban),
            Act::Unban(mask) => self.bans.retain(|ban| !ban.mask.is_named_by(mask)),
            Act::Mute(mute) => {
                put(&mut self.mutes, mute);
                for soul in self.people.values_mut() {
                    if mute.mask.meets(Some(&soul.name), soul.address) {
                        put(&mut soul.struck, mute);
                    }
                }
                let target = &self.people[&deed.target.expect("somebody is muted")];
                assert!(self.is_muted(target, at) || !mute.holds(at));
            }
            Act::Unmute(mask) => self.unmute(mask),
            Act::Op { name, .. } => self.set_operator(name, true),
            Act::Deop { name } => self.set_operator(name, false),
            Act::Lock(on) => self.locked = *on,
            Act::Kick { .. } | Act::Announce(_) | Act::Motd(_) => {}
        }
    }

    fn unmute(&mut self, mask: &Mask) {
        self.mutes.retain(|mute| !mute.mask.is_named_by(mask));
        for soul in self.people.values_mut() {
            if soul.struck.iter().any(|mute| mute.mask.is_named_by(mask)) {
                soul.struck.clear();
            }
        }
    }

    fn set_operator(&mut self, name: &Name, operator: bool) {
        let mut claims = self.claims.iter_mut();
        if let Some(claim) = claims.find(|claim| claim.name.same_as(name)) {
            claim.operator = operator;
        }
        let parted = self.parted.iter_mut().map(|(_, soul, _)| soul);
        // A name without a claim may have been somebody else's when they left.
        let parted = parted.filter(|soul| soul.claimed);
        for soul in self.people.values_mut().chain(parted) {
            if soul.name.same_as(name) {
                soul.operator = operator;
            }
        }
    }

    /// Checks that the chat knows the same, and all that holds between two commands.
    pub(crate) fn check(&self, chat: &Chat, now: Timestamp) {
        let here: BTreeSet<PersonId> = chat.everybody().collect();
        assert!(here.iter().eq(self.people.keys()));
        assert_eq!(chat.people(), here.len());
        assert!(here.len() <= self.settings.people_max);
        for (person, soul) in &self.people {
            self.check_person(chat, *person, soul, now);
        }
        for room in self.rooms.keys() {
            assert_eq!(chat.here(*room), self.members(*room).len());
            assert_eq!(chat.room_name(*room), self.rooms.get(room));
        }
        let souls: Vec<&Soul> = self.people.values().collect();
        for (n, soul) in souls.iter().enumerate() {
            for other in &souls[n + 1..] {
                assert!(!soul.name.same_as(&other.name) && !soul.name.looks_like(&other.name));
            }
            let claims = self.claims.iter();
            let alike = claims.filter(|claim| claim.name.looks_like(&soul.name));
            for claim in alike {
                assert!(soul.claimed && claim.name.same_as(&soul.name), "{soul:?}");
            }
        }
    }

    fn check_person(&self, chat: &Chat, person: PersonId, soul: &Soul, now: Timestamp) {
        let rooms = chat.rooms_of(person);
        assert_eq!(rooms, soul.rooms);
        let different: BTreeSet<&RoomId> = rooms.iter().collect();
        assert_eq!(different.len(), rooms.len());
        let rooms_max = self.settings.rooms_per_person_max;
        assert!((1..=rooms_max.max(1)).contains(&rooms.len()), "{soul:?}");
        assert!(soul.rooms.contains(&soul.current));
        assert_eq!(soul.claimed, self.claim(&soul.name).is_some());
        assert!(
            !self.is_banned(&soul.name, soul.address, now),
            "{soul:?} is here in spite of a ban"
        );
        let company = chat.company(person).expect("a person");
        assert_eq!(company.id, soul.current);
        let inside = self.members(soul.current);
        assert_eq!(company.others.len() + company.more + 1, inside.len());
        let named = |name: &Name| inside.iter().any(|id| self.people[id].name == *name);
        assert!(company.others.iter().all(named));
        self.check_profile(chat, person, soul, now);
    }

    fn check_profile(&self, chat: &Chat, person: PersonId, soul: &Soul, now: Timestamp) {
        let subject = Subject::Person {
            person,
            link: soul.link,
            address: soul.address,
        };
        let query = Query::Whois(soul.name.as_str().into());
        let Ok(Answer::Whois(profile)) = chat.answer(subject, query, now) else {
            panic!("nobody finds {soul:?}");
        };
        let line = &profile.line;
        assert_eq!(
            (&line.name, line.operator, line.claimed),
            (&soul.name, soul.operator, soul.claimed)
        );
        assert!(profile.muted || !self.is_muted(soul, now), "{soul:?}");
        let names: Vec<RoomName> = soul.rooms.iter().map(|id| self.rooms[id].clone()).collect();
        assert_eq!(*profile.rooms, *names);
        assert_eq!(profile.address.is_some(), soul.operator);
    }

    /// Whether a code takes up a session now.
    pub(crate) fn takes_up(&self, code: ResumeCode, now: Timestamp) -> bool {
        let mut parted = self.parted.iter();
        self.people.values().any(|soul| soul.code == code)
            || parted.any(|(_, soul, until)| soul.code == code && now < *until)
    }
}

fn put(list: &mut Vec<Sanction>, sanction: &Sanction) {
    list.retain(|other| other.mask != sanction.mask);
    list.push(sanction.clone());
}
