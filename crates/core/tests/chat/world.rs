//! A chat under test, treated as the hub treats it: decide, number, apply; what must last waits
//! for the commit, which can fail.

use std::collections::BTreeMap;

use chinwag_core::{
    Answer, Caller, Chat, Command, ConnId, Duration, Event, Fact, Inputs, LOBBY, Link, LoggedIn,
    Manner, Name, Outcome, PersonId, Profile, Proof, Query, Rejection, ResumeCode, RoomId,
    RoomName, RoomRef, Seq, Settings, Snapshot, Text, Timestamp,
};

use crate::shadow::Shadow;

/// 2026-11-21 14:03:05 UTC.
pub(crate) const START: Timestamp = Timestamp(1_795_269_785_000);

/// A home that nobody else in these tests lives in.
pub(crate) const HOME: &str = "192.0.2.1";

pub(crate) struct World {
    pub(crate) chat: Chat,
    pub(crate) shadow: Shadow,
    pub(crate) now: Timestamp,
    fresh: Chat,
    events: BTreeMap<Seq, Event>,
    staged: Vec<Event>,
    next_seq: Seq,
    next_conn: u64,
    random: u64,
    /// Each random number is drawn so many times in a row.
    draws: u64,
    drawn: u64,
}

impl World {
    pub(crate) fn new(settings: Settings, snapshot: Snapshot) -> Self {
        let chat = Chat::new(settings.clone(), snapshot.clone(), START);
        Self {
            shadow: Shadow::new(settings, &snapshot),
            now: START,
            fresh: chat.clone(),
            chat,
            events: BTreeMap::new(),
            staged: Vec::new(),
            next_seq: Seq(1),
            next_conn: 1,
            random: 0,
            draws: 1,
            drawn: 0,
        }
    }

    /// With these people, each from a home of its own; the first is the operator.
    pub(crate) fn with(names: &[&str]) -> Self {
        let mut world = Self::new(settings(), Snapshot::default());
        for (name, n) in names.iter().zip(10..) {
            world
                .arrive_from(&format!("192.0.2.{n}"), name)
                .expect(name);
        }
        world
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// Draws each random number so many times in a row from now on.
    pub(crate) fn repeat_random(&mut self, draws: u64) {
        self.draws = draws;
    }

    /// A new connection.
    pub(crate) fn visitor(&mut self, address: &str) -> Caller {
        self.next_conn += 1;
        Caller::Anonymous {
            conn: ConnId(self.next_conn),
            address: address.parse().expect("an address"),
            link: Link::default(),
        }
    }

    pub(crate) fn arrive_from(&mut self, address: &str, name: &str) -> Result<LoggedIn, Rejection> {
        let visitor = self.visitor(address);
        let name = Some(name).filter(|name| !name.is_empty()).map(self::name);
        let facts = self.act(
            visitor,
            Command::LogIn {
                name,
                proof: None,
                is_script: false,
                account: None,
                ident: None,
            },
        )?;
        match &facts[..] {
            [Fact::LoggedIn(login), Fact::Joined { .. }] => Ok(LoggedIn::clone(login)),
            _ => panic!("{facts:?}"),
        }
    }

    pub(crate) fn arrive(&mut self, name: &str) -> Result<LoggedIn, Rejection> {
        self.arrive_from(HOME, name)
    }

    /// The place of the newest event.
    pub(crate) fn last_seq(&self) -> Seq {
        Seq(self.next_seq.0 - 1)
    }

    /// The person who goes by this name now.
    pub(crate) fn caller(&self, name: &str) -> Caller {
        let name = self::name(name);
        let mut people = self.shadow.people.iter();
        let found = people.find(|(_, person)| person.name.same_as(&name));
        let (&id, person) = found.expect("a person of this name");
        Caller::Person {
            person: id,
            conn: person.conn,
            address: person.address,
            link: chinwag_core::Link::default(),
        }
    }

    pub(crate) fn person(&self, name: &str) -> PersonId {
        match self.caller(name) {
            Caller::Person { person, .. } => person,
            _ => unreachable!(),
        }
    }

    /// A person does something, and the commit succeeds.
    pub(crate) fn by(&mut self, name: &str, command: Command) -> Result<Vec<Fact>, Rejection> {
        self.act(self.caller(name), command)
    }

    /// Lets a person leave for good.
    pub(crate) fn quit(&mut self, name: &str) {
        let quit = Command::Quit(chinwag_core::QuitReason::Quit(None));
        self.by(name, quit).expect("gone");
    }

    /// Loses a person's connection. Returns the code that resumes the session.
    pub(crate) fn lose(&mut self, name: &str) -> ResumeCode {
        let code = self.shadow.people[&self.person(name)].code;
        let why = chinwag_core::QuitReason::Lost;
        self.by(name, Command::Quit(why)).expect("gone");
        code
    }

    pub(crate) fn resume(&mut self, code: ResumeCode) -> Result<Vec<Fact>, Rejection> {
        let visitor = self.visitor(HOME);
        self.act(visitor, Command::Resume(code))
    }

    /// Has a person lose its link, and come back over one that is encrypted.
    pub(crate) fn encrypt(&mut self, name: &str) {
        let code = self.lose(name);
        let mut visitor = self.visitor("192.0.2.98");
        if let Caller::Anonymous { link, .. } = &mut visitor {
            link.is_encrypted = true;
        }
        self.act(visitor, Command::Resume(code)).expect("back");
    }

    pub(crate) fn whois(&self, name: &str) -> Result<Profile, Rejection> {
        let asker = self.caller(name);
        match self
            .chat
            .answer(asker, Query::Whois(name.into()), self.now)?
        {
            Answer::Whois(profile) => Ok(*profile),
            answer => panic!("{answer:?}"),
        }
    }

    pub(crate) fn act(&mut self, caller: Caller, command: Command) -> Result<Vec<Fact>, Rejection> {
        let facts = self.stage_or_do(caller, command);
        self.settle(true);
        facts
    }

    /// One step of the hub, which leaves messages staged.
    pub(crate) fn stage_or_do(
        &mut self,
        caller: Caller,
        command: Command,
    ) -> Result<Vec<Fact>, Rejection> {
        let talks = command.only_talks();
        if self.has_staged_key(&command) || (!talks && self.has_staged(caller)) {
            self.settle(true);
        }
        let (outcome, facts) = self.decide(caller, command.clone())?;
        let decision = (outcome, &facts[..]);
        self.shadow
            .check_decision(caller, &command, decision, self.now);
        let is_durable = facts.iter().any(Fact::is_durable);
        // The hub lets private messages wait as well. Here they are committed at once, since the shadow holds
        // each against where its receiver is.
        let waits = talks && facts.iter().all(Fact::is_talk);
        if is_durable && !waits {
            self.settle(true);
        }
        for fact in facts.clone() {
            let (seq, at) = (self.next_seq, self.now);
            self.next_seq = seq.next();
            let event = Event {
                seq,
                at,
                fact,
                source: None,
            };
            match is_durable {
                true => self.staged.push(event),
                false => self.apply(event),
            }
        }
        if is_durable && !waits {
            self.settle(true);
        }
        Ok(facts)
    }

    /// A message under a key may be there already.
    fn has_staged_key(&self, command: &Command) -> bool {
        let Command::Once { key, .. } = command else {
            return false;
        };
        let uses = |event: &Event| matches!(&event.fact, Fact::KeyUsed(used) if used.key == *key);
        self.staged.iter().any(uses)
    }

    fn has_staged(&self, caller: Caller) -> bool {
        let by = |staged: &Event, asker| matches!(staged.fact, Fact::Said { person, .. } if person == asker);
        match caller {
            Caller::Anonymous { .. } => false,
            Caller::Server | Caller::Shell => !self.staged.is_empty(),
            Caller::Person { person, .. } => self.staged.iter().any(|said| by(said, person)),
        }
    }

    /// The commit, which succeeds or does not.
    pub(crate) fn settle(&mut self, saved: bool) {
        let staged = std::mem::take(&mut self.staged);
        if saved {
            staged.into_iter().for_each(|event| self.apply(event));
        }
    }

    fn apply(&mut self, event: Event) {
        self.shadow.fold(&event);
        self.chat.apply(&event);
        self.events.insert(event.seq, event);
    }

    /// Decides, and checks that deciding changed nothing and that a refusal left nothing behind.
    fn decide(
        &mut self,
        caller: Caller,
        command: Command,
    ) -> Result<(Outcome, Vec<Fact>), Rejection> {
        let before = self.chat.clone();
        let (random, drawn, draws) = (&mut self.random, &mut self.drawn, self.draws);
        let mut roll = || {
            *drawn += 1;
            let mut again = *random;
            splitmix(if *drawn % draws == 0 {
                random
            } else {
                &mut again
            })
        };
        let mut inputs = Inputs {
            now: self.now,
            roll: &mut roll,
        };
        let sentinel = Fact::Tidied { closed: [].into() };
        let mut facts = vec![sentinel.clone()];
        let decided = self.chat.decide(caller, command, &mut inputs, &mut facts);
        assert!(self.chat == before, "deciding changed the chat");
        assert_eq!(facts.remove(0), sentinel, "what was there before stays");
        if decided.is_err() {
            assert_eq!(facts, [], "a refusal leaves nothing behind");
        }
        decided.map(|outcome| (outcome, facts))
    }

    /// Checks all that holds between two commands.
    pub(crate) fn check(&self) {
        self.shadow.check(&self.chat, self.now);
    }

    /// Checks that the events alone, in their order, make the same chat.
    pub(crate) fn check_replay(&mut self) {
        self.settle(true);
        let mut replayed = self.fresh.clone();
        self.events.values().for_each(|event| replayed.apply(event));
        assert!(
            replayed == self.chat,
            "{replayed:#?}\nis not\n{:#?}",
            self.chat
        );
    }
}

/// SplitMix64: enough of chance to be different every time, and always the same.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Any person can be the first operator here: these people come from everywhere.
pub(crate) fn settings() -> Settings {
    Settings {
        first_operator: chinwag_core::FirstOperator::Anyone,
        ..Settings::default()
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

pub(crate) fn room(text: &str) -> RoomName {
    RoomName::parse(text).expect("a room name")
}

pub(crate) fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

pub(crate) fn say(words: &str) -> Command {
    say_in(LOBBY, words)
}

pub(crate) fn say_in(room: RoomId, words: &str) -> Command {
    Command::Say {
        room: RoomRef::Id(room),
        text: text(words),
        manner: Manner::Speech,
        irc: None,
    }
}

/// A private message.
pub(crate) fn tell(to: &str, words: &str) -> Command {
    Command::PrivateMessage {
        to: to.into(),
        text: text(words),
        irc: None,
        manner: chinwag_core::Manner::Speech,
    }
}

pub(crate) fn psst(to: &str) -> Command {
    tell(to, "psst")
}

/// Some people with accounts, on a server that keeps no private messages.
pub(crate) fn world_that_keeps_nothing(names: &[&str]) -> World {
    let settings = Settings {
        keeps_messages: false,
        ..settings()
    };
    let mut world = World::new(settings, Snapshot::default());
    for who in names {
        world.arrive(who).expect("here");
        world.by(who, register(who)).expect("registered");
    }
    world
}

pub(crate) fn set_topic(room: RoomId, topic: Option<&str>) -> Command {
    Command::SetTopic {
        room: RoomRef::Id(room),
        text: topic.map(text),
    }
}

pub(crate) fn leave(name: &str) -> Command {
    Command::Leave {
        room: RoomRef::Name(room(name)),
        why: None,
    }
}

pub(crate) fn join(name: &str) -> Command {
    Command::Join(room(name))
}

pub(crate) fn rename(to: &str) -> Command {
    Command::Rename {
        name: name(to),
        proof: None,
    }
}

/// Another password, with a proof of the old one.
pub(crate) fn change_password(old: &str, hash: &str) -> Command {
    Command::Register {
        password_hash: hash.into(),
        proof: Some(chinwag_core::Proof(old.into())),
    }
}

/// Logs in with what proves an account.
pub(crate) fn arrive_with(
    world: &mut World,
    who: &str,
    proof: &str,
) -> Result<Vec<Fact>, Rejection> {
    let visitor = world.visitor("192.0.2.77");
    let command = Command::LogIn {
        name: Some(name(who)),
        proof: Some(Proof(proof.into())),
        is_script: false,
        account: None,
        ident: None,
    };
    world.act(visitor, command)
}

/// Logs in under the name that one has.
pub(crate) fn log_in_to(who: &str, proof: &str) -> Command {
    Command::LogInTo {
        name: name(who),
        proof: Some(Proof(proof.into())),
        beside: true,
    }
}

pub(crate) fn register(hash: &str) -> Command {
    Command::Register {
        password_hash: hash.into(),
        proof: None,
    }
}
