//! The rules in their simplest form, held against each decision and against the state.

use std::collections::BTreeSet;

use chinwag_core::{
    AccountChange, Answer, Caller, Chat, Command, Fact, FirstOperator, KeyOwner, LOBBY, LoggedIn,
    Name, Outcome, PersonId, Query, QuitReason, Restriction, Returned, RoomAct, RoomId, RoomName,
    RoomRef, Timestamp,
};

use super::{ModelPerson, Shadow};

impl Shadow {
    /// Checks a decision before it is applied: may the caller do this, do only those hear of it
    /// who may, and does the outcome say what the facts do.
    pub(crate) fn check_decision(
        &self,
        caller: Caller,
        command: &Command,
        (outcome, facts): (Outcome, &[Fact]),
        now: Timestamp,
    ) {
        let asker = match caller {
            Caller::Person { person, .. } => Some(person),
            _ => None,
        };
        // Who enters a room is shown there with its metadata and its rank, whatever command leads there.
        let is_other =
            |fact: &&Fact| !matches!(fact, Fact::MetadataShown(_) | Fact::StandingShown(_));
        let facts: Vec<Fact> = facts.iter().filter(is_other).cloned().collect();
        let facts = &*facts;
        for fact in facts {
            self.check_audience(asker, command, fact);
            if caller == Caller::Shell {
                self.check_shell(fact);
                continue;
            }
            self.check_fact(asker, (command, facts), fact, now);
        }
        let expected = self.outcome(asker, command, facts);
        assert_eq!(outcome, expected, "{command:?} with {facts:?}");
    }

    /// Checks that a person may cause one of the facts of its command.
    fn check_fact(
        &self,
        asker: Option<PersonId>,
        (command, facts): (&Command, &[Fact]),
        fact: &Fact,
        now: Timestamp,
    ) {
        let caller = || &self.people[&asker.expect("a person does it")];
        match fact {
            Fact::Said { room, .. } => {
                self.check_may_speak(asker.expect("a person"), *room, now);
            }
            Fact::TopicSet { room, .. } => {
                let asker = asker.expect("a person");
                assert!(caller().rooms.contains(room));
                self.check_may_speak(asker, *room, now);
                self.check_topic(asker, *room);
            }
            Fact::Joined { person, room, .. } if asker == Some(*person) => {
                self.check_joined((*person, *room), command, facts, now);
            }
            Fact::RoomOpened { .. }
            | Fact::RoomRetired { .. }
            | Fact::RoomRenamed(_)
            | Fact::RoomChanged(_) => {
                self.check_room_fact(asker, (command, facts), fact, now);
            }
            Fact::Deleted(deletion) => {
                let asker = asker.expect("a person");
                let is_own = self.is_own_message(command, asker);
                assert!(is_own || self.moderates(asker, deletion.room));
            }
            Fact::PrivateDeleted(_) => {
                assert!(self.is_own_message(command, asker.expect("a person")));
            }
            Fact::PrivateMessage(message) if !self.anybody(message.to).operator => {
                self.check_may_be_heard(caller(), now);
            }
            Fact::MessageKept(_) => self.check_may_be_heard(caller(), now),
            Fact::AwaySet {
                why: Some(_),
                person,
                ..
            } => {
                self.check_may_be_heard(caller(), now);
                let mut rooms = caller().rooms.iter();
                assert!(!rooms.any(|room| self.is_muted_in(*person, *room, now)));
            }
            Fact::Renamed(_) if *command == Command::LogOut => {}
            Fact::Renamed(renamed) if asker == Some(renamed.person) => {
                self.check_may_be_heard(caller(), now);
                assert!(!self.locked || renamed.account.is_some() || caller().operator);
                self.check_proof(asker, renamed.account.as_ref(), command);
            }
            Fact::Quit(quit) if matches!(quit.why, QuitReason::Quit(Some(_))) => {
                self.check_may_be_heard(caller(), now);
            }
            Fact::AccountChanged(_)
            | Fact::AccountSet(_)
            | Fact::LoggedIn(_)
            | Fact::Attached(_)
            | Fact::Returned(_) => self.check_login_fact(asker, command, fact),
            Fact::Moderated(entry) => self.check_moderated(caller(), command, entry, now),
            _ => {}
        }
    }

    /// Checks that a person may change an account, or be logged in to it.
    fn check_login_fact(&self, asker: Option<PersonId>, command: &Command, fact: &Fact) {
        let caller = || &self.people[&asker.expect("a person does it")];
        match fact {
            Fact::AccountChanged(changed) if asker.is_none() => {
                assert!(matches!(command, Command::AddAccount { .. }));
                assert_eq!((changed.person, &*changed.logins), (None, &[][..]));
                let mut people = self.people.values();
                assert!(!people.any(|person| person.name.same_as(&changed.account)));
            }
            Fact::AccountChanged(changed) => {
                self.check_account_change(caller(), &changed.change, command);
            }
            Fact::AccountSet(set) => {
                self.check_proof(Some(set.person), set.account.as_ref(), command);
            }
            Fact::LoggedIn(login) => self.check_proof(None, login.account.as_ref(), command),
            Fact::Attached(attached) => {
                self.check_proof(asker, attached.login.account.as_ref(), command);
            }
            Fact::Returned(returned) if !matches!(command, Command::Resume(_)) => {
                self.check_proof(asker, returned.login.account.as_ref(), command);
            }
            _ => {}
        }
    }

    /// Checks that a person may open, change or close a room.
    fn check_room_fact(
        &self,
        asker: Option<PersonId>,
        (command, facts): (&Command, &[Fact]),
        fact: &Fact,
        now: Timestamp,
    ) {
        let asker = asker.expect("a person does it");
        let caller = &self.people[&asker];
        let begins_anew = || facts.iter().any(|f| matches!(f, Fact::RoomRetired { .. }));
        match fact {
            // Everybody reads the name of a room.
            Fact::RoomOpened { name, .. } if !self.is_servers(name) && !begins_anew() => {
                self.check_may_be_heard(caller, now);
            }
            Fact::RoomRetired { room } if !matches!(command, Command::EndRoom(_)) => {
                let found = &self.rooms[room];
                assert!(!found.is_owned(*room) && found.settings.is_private());
            }
            Fact::RoomChanged(change) if matches!(change.act, RoomAct::Removed { .. }) => {
                assert!(caller.operator);
            }
            Fact::RoomChanged(change) => {
                if self.gives_words(change) {
                    self.check_may_be_heard(caller, now);
                }
                self.check_moderated_in(asker, command, change, now);
            }
            Fact::RoomRenamed(renamed) => {
                self.check_may_be_heard(caller, now);
                assert!(self.moderates(asker, renamed.room));
                assert!(caller.operator || caller.rooms.contains(&renamed.room));
            }
            _ => {}
        }
    }

    /// What the shell does bears its name, and logs nobody in.
    fn check_shell(&self, fact: &Fact) {
        match fact {
            Fact::Moderated(entry) => {
                assert_eq!((entry.actor, &entry.by), (None, &Name::shell()));
            }
            Fact::AccountChanged(changed) => assert_eq!(changed.person, None),
            // Those of one account have its rights.
            Fact::AccountSet(set) => {
                let before = &self.anybody(set.person).account;
                assert!(set.account.is_none() || set.account == *before);
            }
            Fact::Renamed(renamed) => {
                assert_eq!(renamed.account, self.anybody(renamed.person).account);
            }
            Fact::Quit(_) | Fact::Said { .. } => {}
            Fact::Joined { room, .. } => assert_eq!(*room, LOBBY),
            Fact::Left { .. } | Fact::RoomRetired { .. } => {}
            Fact::RoomChanged(change) => {
                assert!(matches!(change.act, RoomAct::Removed { .. }));
                assert_eq!((change.actor, &change.by), (None, &Name::shell()));
            }
            fact => panic!("{fact:?} from a shell"),
        }
    }

    /// Nobody is logged in to an account without a proof of it.
    fn check_proof(&self, person: Option<PersonId>, account: Option<&Name>, command: &Command) {
        let before = person.and_then(|person| self.anybody(person).account.as_ref());
        let Some(account) = account.filter(|account| before != Some(account)) else {
            return;
        };
        let (Command::LogIn { proof, .. }
        | Command::LogInTo { proof, .. }
        | Command::Rename { proof, .. }) = command
        else {
            panic!("{command:?} is no proof of {account}");
        };
        let proof = proof.as_ref().expect("a proof");
        let account = self.owner(account).expect("an account");
        let mut credentials = account.credentials.iter();
        assert!(credentials.any(|credential| credential.secret == proof.0));
    }

    /// Only the owner changes an account, and with a proof of it: but for another name.
    fn check_account_change(&self, me: &ModelPerson, change: &AccountChange, command: &Command) {
        let own = me.account.as_ref().and_then(|account| self.owner(account));
        let is_new = matches!(
            change,
            AccountChange::Claimed { .. } | AccountChange::NameAdded(_)
        );
        if is_new {
            assert!(self.owner(&me.name).is_none());
            assert!(!self.locked || me.operator);
            return;
        }
        if matches!(command, Command::EndAccount(_)) {
            return assert!(me.operator && *change == AccountChange::Removed);
        }
        let (Command::Register { proof, .. }
        | Command::Unclaim { proof }
        | Command::Certify { proof, .. }
        | Command::Forget { proof, .. }) = command
        else {
            panic!("{command:?} led to {change:?}");
        };
        let (own, proof) = (own.expect("an account"), proof.as_ref().expect("a proof"));
        assert!(own.is_proven_by(proof));
    }

    /// A person who is here, or whose link is lost.
    pub(super) fn anybody(&self, id: PersonId) -> &ModelPerson {
        let lost = self.lost.iter().find(|lost| lost.id == id);
        lost.map_or_else(|| &self.people[&id], |lost| &lost.person)
    }

    /// The outcome that the command and its facts call for.
    fn outcome(&self, asker: Option<PersonId>, command: &Command, facts: &[Fact]) -> Outcome {
        match (command, facts) {
            (Command::LogIn { .. }, [Fact::LoggedIn(login), ..]) => Outcome::LoggedIn(login.person),
            (_, [.., Fact::Attached(attached)]) => Outcome::Attached(attached.login.person),
            (_, [.., Fact::Returned(returned)]) => Outcome::Resumed {
                person: returned.login.person,
                seen: returned.was_lost.then_some(returned.seen),
            },
            (Command::Join(_) | Command::JoinWith { .. }, [.., Fact::Joined { room, .. }]) => {
                Outcome::Joined(*room)
            }
            (Command::Join(room) | Command::JoinWith { room, .. }, []) => {
                Outcome::Joined(self.room_of(asker, room))
            }
            (
                Command::Leave {
                    room: RoomRef::Id(room),
                    ..
                },
                _,
            ) => Outcome::Left(*room),
            (
                Command::Leave {
                    room: RoomRef::Name(name),
                    ..
                },
                _,
            ) => Outcome::Left(self.room_of(asker, name)),
            (Command::LogIn { .. } | Command::Resume(_) | Command::Join(_), _) => {
                panic!("{command:?} led to {facts:?}")
            }
            (Command::Once { key, .. }, []) => {
                let asker = &self.people[&asker.expect("a person")];
                let account = asker.account.as_ref();
                let owner = match account.and_then(|account| self.owner(account)) {
                    Some(account) => KeyOwner::account(account),
                    None => KeyOwner::guest(&asker.name, asker.address),
                };
                Outcome::Repeated(self.sent_keys[&(owner, key.clone())])
            }
            (Command::Tidy, _) => Outcome::Tidied { more: false },
            _ => Outcome::Done,
        }
    }

    pub(super) fn is_servers(&self, room: &RoomName) -> bool {
        let mut servers = self.settings.read_only.iter();
        servers.any(|other| latin(other) == latin(room))
    }

    /// The room of the asker that goes by this name, or by another that looks like it.
    fn room_of(&self, asker: Option<PersonId>, name: &RoomName) -> RoomId {
        let rooms = &self.people[&asker.expect("a person")].rooms;
        let mut rooms = rooms.iter().copied();
        let found = rooms.find(|room| latin(&self.rooms[room].name) == latin(name));
        found.expect("a room of the asker")
    }

    /// Others may hear from a person: it is neither muted nor a stranger while the server is locked.
    fn check_may_be_heard(&self, person: &ModelPerson, now: Timestamp) {
        assert!(!self.is_muted(person, now), "{person:?}");
        assert!(!self.locked || person.account.is_some() || person.operator);
    }

    fn check_may_speak(&self, id: PersonId, room: RoomId, now: Timestamp) {
        let person = &self.people[&id];
        self.check_may_be_heard(person, now);
        let is_inside = person.rooms.contains(&room);
        assert!(is_inside || self.rooms[&room].settings.outsiders);
        self.check_may_speak_in(id, room, now);
    }

    /// A person enters a room by its own doing: the lobby, where it lands; a room that it makes; or
    /// one that lets it in.
    fn check_joined(
        &self,
        (id, room): (PersonId, RoomId),
        command: &Command,
        facts: &[Fact],
        now: Timestamp,
    ) {
        let is_new = |fact: &Fact| matches!(fact, Fact::RoomFounded { room: other, .. } | Fact::RoomOpened { room: other, .. } if *other == room);
        let password = match command {
            Command::Join(_) => None,
            Command::JoinWith { password, .. } => Some(password),
            _ => return assert_eq!(room, LOBBY, "{command:?}"),
        };
        if !facts.iter().any(is_new) {
            self.check_joins(id, room, password, now);
        }
    }

    pub(super) fn check_logged_in(&self, login: &LoggedIn, at: Timestamp) {
        let newest = self.newest_person;
        assert!(login.person > newest, "a number is used once");
        let owner = self.owner(&login.name);
        // Under a name of nobody's, any account can be proven.
        let account = login.account.as_ref();
        assert!(owner.is_none_or(|owner| account == Some(&owner.name)));
        assert!(!self.is_banned((&login.name, account), login.address, at));
        let is_guest = login.account.is_none() && !login.name.as_str().starts_with("guest-");
        if is_guest
            && self.mutes.iter().any(|mute| {
                mute.is_active(at) && mute.mask.matches(Some(&login.name), login.address)
            })
        {
            let named = |mute: &Restriction| {
                mute.mask
                    .name
                    .as_ref()
                    .is_some_and(|had| had.same_as(&login.name))
            };
            assert!(self.mutes.iter().any(named), "{login:?} has a new name");
        }
        let account = account.and_then(|account| self.owner(account));
        let lasting = account.is_some_and(|account| account.operator);
        let mut accounts = self.accounts.iter();
        let lost = self.lost.iter().filter(|lost| at < lost.until);
        let mut here = self.people.values().chain(lost.map(|lost| &lost.person));
        let has_operator =
            here.any(|person| person.operator) || accounts.any(|account| account.operator);
        let may = match self.settings.first_operator {
            FirstOperator::Local => login.link.is_local,
            FirstOperator::Anyone => true,
            FirstOperator::Nobody => false,
        };
        let first = may && !login.is_script && !has_operator && !self.locked;
        assert!(login.account.is_some() || !self.locked);
        assert_eq!(login.operator, lasting || first);
    }

    pub(super) fn check_returned(&self, returned: &Returned, person: &ModelPerson, at: Timestamp) {
        let login = &returned.login;
        let own = (&person.name, person.account.as_ref());
        assert!(!self.is_banned(own, login.address, at));
        assert_eq!(*person.rooms, *returned.rooms);
        assert_eq!(*person.ignores, *returned.ignores);
        assert!(login.name == person.name || self.is_borne(&person.name));
        assert!(login.name == person.name || !self.is_borne(&login.name));
        assert!(
            login.code != person.code || person.spent_code.is_some(),
            "a code is good once"
        );
        let account = person.account.as_ref();
        let lasting = account.is_some_and(|account| self.appointed(account).is_some());
        assert_eq!(login.account, person.account);
        // Who signs in has the rights of the name, not those of the visit.
        assert!(login.operator == person.operator || login.operator == lasting);
    }

    /// Checks that the chat knows the same, and all that holds between two commands.
    pub(crate) fn check(&self, chat: &Chat, now: Timestamp) {
        let here: BTreeSet<PersonId> = chat.everybody().collect();
        assert!(here.iter().eq(self.people.keys()));
        assert_eq!(chat.people(), here.len());
        assert!(here.len() <= self.settings.people_max);
        chat.check_invariants();
        for (id, person) in &self.people {
            self.check_person(chat, *id, person, now);
        }
        for room in self.rooms.keys() {
            assert_eq!(chat.here(*room), self.members(*room).len());
            let known = self.rooms.get(room);
            assert_eq!(chat.room_name(*room), known.map(|room| &room.name));
        }
        let looks: BTreeSet<String> = self.rooms.values().map(|room| latin(&room.name)).collect();
        assert_eq!(looks.len(), self.rooms.len(), "two rooms look alike");
        self.check_names();
    }

    /// No two names look alike, and only the owner of a registered name looks like it.
    fn check_names(&self) {
        let people: Vec<&ModelPerson> = self.people.values().collect();
        for (n, person) in people.iter().enumerate() {
            for other in &people[n + 1..] {
                assert!(!person.name.same_as(&other.name) && !person.name.looks_like(&other.name));
            }
            for account in &self.accounts {
                let is_own = person.account.as_ref() == Some(&account.name);
                for other in account.all_names() {
                    let is_same = is_own && other.same_as(&person.name);
                    let is_other = is_own && account.owns(&person.name);
                    assert!(
                        is_same || is_other || !other.looks_like(&person.name),
                        "{person:?}"
                    );
                }
            }
        }
    }

    fn check_person(&self, chat: &Chat, id: PersonId, person: &ModelPerson, now: Timestamp) {
        let rooms = chat.rooms_of(id);
        assert_eq!(rooms, person.rooms);
        let different: BTreeSet<&RoomId> = rooms.iter().collect();
        assert_eq!(different.len(), rooms.len());
        let rooms_max = self.settings.rooms_per_person_max;
        let rooms_min = usize::from(person.link.needs_room);
        let rooms_max = rooms_max.max(1);
        assert!((rooms_min..=rooms_max).contains(&rooms.len()), "{person:?}");
        for caller in person.callers(id) {
            let Caller::Person { conn, address, .. } = caller else {
                unreachable!()
            };
            assert!(chat.speaks_for(id, conn));
            let own = (&person.name, person.account.as_ref());
            assert!(
                person.was_operator || !self.is_banned(own, address, now),
                "{person:?} is here in spite of a ban"
            );
        }
        if let Some(owner) = self.owner(&person.name) {
            assert_eq!(person.account.as_ref(), Some(&owner.name));
        }
        for &room in rooms {
            self.check_summary(chat, id, room);
        }
        self.check_profile(chat, id, person, now);
        self.check_past(chat, id, person, now);
    }

    /// A person is told the number of a room, without which there is no way to its past, if and only
    /// if it may read that; and of a room that is hidden from it, nothing at all.
    fn check_past(&self, chat: &Chat, id: PersonId, person: &ModelPerson, now: Timestamp) {
        let caller = person.caller(id);
        for (room, found) in &self.rooms {
            for named in [RoomRef::Id(*room), RoomRef::Name(found.name.clone())] {
                let told = chat.answer(caller, Query::Room(named.clone()), now);
                assert_eq!(told.is_ok(), self.may_read(id, *room, now), "{found:?}");
                let topic = chat.answer(caller, Query::Topic(named.clone()), now);
                assert_eq!(topic.is_ok(), self.may_read(id, *room, now));
                let who = Query::Who {
                    room: named,
                    after: None,
                };
                let who = chat.answer(caller, who, now);
                assert_eq!(who.is_ok(), self.knows(id, *room));
            }
        }
        let listed = chat.answer(caller, Query::Rooms { after: None }, now);
        let Ok(Answer::Rooms { rooms, more, .. }) = listed else {
            panic!("no list of rooms");
        };
        let is_known = |line: &chinwag_core::RoomLine| {
            let mut rooms = self.rooms.iter();
            let found = rooms.find(|(_, room)| room.name == line.room);
            let (room, _) = found.expect("a room that is there");
            let shows = line.topic.is_none() || self.may_read(id, *room, now);
            shows && (!self.rooms[room].settings.hidden || person.rooms.contains(room))
        };
        assert!(more == 0 && rooms.iter().all(is_known));
    }

    fn check_summary(&self, chat: &Chat, id: PersonId, room: RoomId) {
        let summary = chat.room_summary(id, room).expect("a room");
        assert_eq!((summary.id, &summary.room), (room, &self.rooms[&room].name));
        let inside = self.members(room);
        assert_eq!(summary.others.len() + summary.more + 1, inside.len());
        let own = &self.people[&id].name;
        let named = |name: &Name| inside.iter().any(|id| self.people[id].name == *name);
        assert!(summary.others.iter().all(|name| named(name) && name != own));
    }

    fn check_profile(&self, chat: &Chat, id: PersonId, person: &ModelPerson, now: Timestamp) {
        let caller = person.caller(id);
        let query = Query::Whois(person.name.as_str().into());
        let Ok(Answer::Whois(profile)) = chat.answer(caller, query, now) else {
            panic!("{person:?} is not found");
        };
        let line = &profile.line;
        assert_eq!(
            (&line.name, line.operator, &line.account),
            (&person.name, person.operator, &person.account)
        );
        assert_eq!(profile.muted, self.is_muted(person, now), "{person:?}");
        let rooms = person.rooms.iter();
        let names: Vec<RoomName> = rooms.map(|id| self.rooms[id].name.clone()).collect();
        assert_eq!(*profile.rooms, *names);
        assert_eq!(!profile.addresses.is_empty(), person.operator);
    }
}

/// A room's name in the only two spellings that these tests know: case and the Cyrillic е.
pub(super) fn latin(room: &RoomName) -> String {
    room.bare().to_lowercase().replace('\u{435}', "e")
}
