//! What holds whatever several people do over whatever time.

use chinwag_core::{
    Account, Answer, Caller, CertificatePrefix, Client, Command, ConnId, Correspondents,
    CredentialKind, Duration, Fact, FirstOperator, FoundMessage, Listed, Manner, MarkerTarget,
    Mask, MessageKey, Proof, Query, QuitReason, Rejection, ResumeCode, RoomId, RoomPassword,
    RoomRef, RoomSetting, Seq, Settings, Snapshot, Standing, StandingChange, Timestamp,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::world::{World, name, room, text};

/// Where the terminals stand: on the machine itself, two in one home by IPv4, two by IPv6, and
/// one alone.
const HOMES: [&str; 6] = [
    "127.0.0.1",
    "192.0.2.1",
    "192.0.2.1",
    "2001:db8::1",
    "2001:db8::2",
    "198.51.100.7",
];

/// Certificates, as their first digits tell them apart.
const CERTIFICATES: [&str; 3] = ["aaaa01", "aaaa02", "bbbb"];

/// Names that are the same, look the same, or are what somebody else is given.
const NAMES: [&str; 16] = [
    "lee",
    "LEE",
    "Iee",
    "iee",
    "IEE",
    "bob",
    "bobO",
    "bob0",
    "bob2",
    "ann",
    "\u{430}nn",
    "gopher",
    "gofer",
    "rocky",
    "host1",
    "hostl",
];

const ROOMS: [&str; 6] = ["lobby", "dev", "DEV", "d\u{435}v", "news", "ops"];

const MASKS: [&str; 10] = [
    "lee",
    "bob",
    "name:bob",
    "account:bob",
    "ann",
    "192.0.2.1",
    "192.0.2.0/24",
    "127.0.0.1",
    "2001:db8::/64",
    "198.51.100.7",
];

/// A thing to do at a terminal.
#[derive(Clone, Debug)]
enum Action {
    /// The same for everybody.
    Plain(Command),
    Rename {
        name: &'static str,
        proven: bool,
    },
    /// Registers the name with a new password, or groups it.
    Register,
    /// Logs in to an account beside others.
    LogInTo {
        name: &'static str,
        proven: bool,
        beside: bool,
    },
    Unclaim {
        proven: bool,
    },
    /// Has a certificate prove the account, or one that does no longer.
    Certify {
        certificate: &'static str,
        proven: bool,
    },
    Forget {
        certificate: &'static str,
        proven: bool,
    },
    /// Resumes one of the sessions that ever were.
    Resume(usize),
    /// Speaks for another person, on a connection of its own.
    Impersonate,
}

#[derive(Clone, Debug)]
enum Step {
    Pass(Duration),
    /// Somebody does something at a terminal, or logs in where nobody has yet.
    At {
        terminal: usize,
        arriving: (Option<&'static str>, bool),
        action: Action,
    },
    Tidy,
    /// What was kept is shown to one of those who are here.
    ShowKept(usize),
    /// Those who run the server do something.
    Shell(Command),
    /// A commit, which succeeds or not.
    Commit(bool),
}

fn times() -> impl Strategy<Value = Option<Duration>> {
    select(vec![
        None,
        Some(Duration::from_millis(0)),
        Some(Duration::from_secs(5)),
        Some(Duration::from_mins(2)),
    ])
}

fn departures() -> impl Strategy<Value = QuitReason> {
    select(vec![
        QuitReason::Quit(None),
        QuitReason::Quit(Some(text("lunch"))),
        QuitReason::Closed,
        QuitReason::Lost,
        QuitReason::Lost,
        QuitReason::TimedOut,
        QuitReason::TooSlow,
        QuitReason::Restart,
    ])
}

/// The lobby mostly, and rooms that may or may not be there.
fn room_ids() -> impl Strategy<Value = RoomId> {
    prop_oneof![Just(RoomId(0)), (0_u32..6).prop_map(RoomId)]
}

fn manners() -> impl Strategy<Value = Manner> {
    select(vec![Manner::Speech, Manner::Action])
}

fn said() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => (room_ids(), manners()).prop_map(|(room, manner)| Command::Say { room: RoomRef::Id(room), text: text("hello"), manner, irc: None }),
        2 => select(&NAMES[..]).prop_map(|to| Command::PrivateMessage { to: to.into(), text: text("psst"), irc: None, manner: chinwag_core::Manner::Speech }),
        1 => Just(Command::Announce(text("restart at noon"))),
    ]
}

/// Under few keys, so that some are used again.
fn said_once() -> impl Strategy<Value = Command> {
    (0..4, said()).prop_map(|(key, command)| Command::Once {
        key: MessageKey::parse(&format!("k{key}")).expect("a key"),
        command: Box::new(command),
    })
}

fn talk() -> impl Strategy<Value = Command> {
    prop_oneof![
        7 => said(),
        2 => said_once(),
        1 => Just(Command::Reply(text("what?"))),
        1 => (room_ids(), any::<bool>()).prop_map(|(room, on)| Command::SetTopic { room: RoomRef::Id(room), text: on.then(|| text("ship it")) }),
    ]
}

fn moving() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => select(&ROOMS[..]).prop_map(|to| Command::Join(room(to))),
        1 => room_ids().prop_map(|room| Command::Leave { room: RoomRef::Id(room), why: None }),
        1 => select(&ROOMS[..]).prop_map(|from| Command::Leave { room: RoomRef::Name(room(from)), why: None }),
        2 => departures().prop_map(Command::Quit),
    ]
}

fn oneself() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Away(None)),
        Just(Command::Away(Some(text("lunch")))),
        Just(Command::Back),
        (select(&NAMES[..]), any::<bool>()).prop_map(|(whom, on)| Command::Ignore {
            name: name(whom),
            account: None,
            on
        }),
    ]
}

fn operating() -> impl Strategy<Value = Command> {
    let names = || select(&NAMES[..]).prop_map(String::from);
    let masks = || select(&MASKS[..]).prop_map(|mask| Mask::parse(mask).expect("a mask"));
    let why = || any::<bool>().prop_map(|given| given.then(|| text("spam")));
    prop_oneof![
        2 => (names(), why()).prop_map(|(name, why)| Command::Kick { name, why }),
        3 => (names(), times(), why())
            .prop_map(|(name, time, why)| Command::Mute { name, time, why }),
        1 => (names(), select(&NAMES[..]))
            .prop_map(|(whom, new)| Command::RenameOther { name: whom, new: name(new) }),
        1 => select(&NAMES[..]).prop_map(|whom| Command::Unmute(name(whom))),
        2 => (masks(), any::<bool>(), times(), why()).prop_map(|(mask, cover_address, time, why)| {
            Command::Ban { mask, cover_address, time, why }
        }),
        2 => masks().prop_map(Command::Unban),
        2 => names().prop_map(Command::Op),
        1 => names().prop_map(Command::Deop),
        1 => select(&NAMES[..]).prop_map(|whom| Command::EndAccount(name(whom))),
        1 => select(&ROOMS[..]).prop_map(|gone| Command::EndRoom(room(gone))),
        1 => any::<bool>().prop_map(|on| Command::SetMotd(on.then(|| text("welcome")))),
        1 => prop::bool::weighted(0.3).prop_map(Command::Lock),
    ]
}

fn standings() -> impl Strategy<Value = StandingChange> {
    let standing = select(vec![
        Standing::Invited,
        Standing::Voice,
        Standing::Moderator,
    ]);
    (standing, prop::bool::weighted(0.7)).prop_map(|(standing, give)| match give {
        true => StandingChange::Give(standing),
        false => StandingChange::Take(standing),
    })
}

fn room_settings() -> impl Strategy<Value = RoomSetting> {
    let on = || prop::bool::weighted(0.7);
    prop_oneof![
        2 => on().prop_map(RoomSetting::Closed),
        1 => on().prop_map(|on| RoomSetting::Password(on.then(word))),
        1 => on().prop_map(|on| RoomSetting::Limit(on.then_some(2))),
        1 => on().prop_map(RoomSetting::Moderated),
        2 => on().prop_map(RoomSetting::Hidden),
        1 => on().prop_map(RoomSetting::GuardsTopic),
        1 => on().prop_map(RoomSetting::Outsiders),
        1 => on().prop_map(RoomSetting::Registered),
        1 => on().prop_map(RoomSetting::Encrypted),
        1 => on().prop_map(RoomSetting::NoCtcp),
    ]
}

fn word() -> RoomPassword {
    RoomPassword::parse("sesame").expect("a word")
}

fn rooms() -> impl Strategy<Value = RoomRef> {
    prop_oneof![
        room_ids().prop_map(RoomRef::Id),
        select(&ROOMS[..]).prop_map(|name| RoomRef::Name(room(name))),
    ]
}

fn governing() -> impl Strategy<Value = Command> {
    let names = || select(&NAMES[..]).prop_map(String::from);
    let masks = || select(&MASKS[..]).prop_map(|mask| Mask::parse(mask).expect("a mask"));
    prop_oneof![
        6 => (rooms(), prop::collection::vec(room_settings(), 1..3))
            .prop_map(|(room, settings)| Command::SetRoom { room, settings: settings.into() }),
        1 => (rooms(), select(&ROOMS[..]))
            .prop_map(|(at, new)| Command::RenameRoom { room: at, new: room(new), why: None }),
        6 => (rooms(), names(), standings())
            .prop_map(|(room, name, change)| Command::Stand { room, name, change }),
        2 => (rooms(), names()).prop_map(|(room, name)| Command::Eject { room, name, why: None }),
        3 => (rooms(), masks(), any::<bool>(), times()).prop_map(|(room, mask, cover_address, time)| {
            Command::Bar { room, mask, cover_address, time, why: None }
        }),
        1 => (rooms(), masks()).prop_map(|(room, mask)| Command::Unbar { room, listed: Listed::Mask(mask) }),
        1 => (rooms(), select(&["ann!*@*", "*!*@192.0.2.1/32"][..])).prop_map(|(room, mask)| {
            Command::Unbar { room, listed: Listed::parse(mask).expect("a mask") }
        }),
        2 => (rooms(), names(), times())
            .prop_map(|(room, name, time)| Command::MuteIn { room, name, time, why: None }),
        1 => (rooms(), select(&NAMES[..]))
            .prop_map(|(room, whom)| Command::UnmuteIn { room, name: name(whom) }),
        1 => select(&ROOMS[..]).prop_map(|at| Command::Knock(room(at))),
        2 => select(&ROOMS[..]).prop_map(|to| Command::JoinWith { room: room(to), password: word() }),
        2 => (select(&ROOMS[..]), manners())
            .prop_map(|(to, manner)| Command::SayTo { room: room(to), text: text("hello"), manner }),
        1 => (room_ids(), 0_u64..40, select(&NAMES[..]), option::of(select(&NAMES[..])), any::<bool>()).prop_map(|(room, message, by, account, is_signal)| {
            let (account, at) = (account.map(name), Timestamp(i64::MAX));
            let found = FoundMessage::InRoom { room, name: name(by), account, at, is_signal };
            Command::Delete { message: Seq(message), found, why: None }
        }),
        1 => (0_u64..40, select(&NAMES[..]), select(&NAMES[..]), any::<bool>()).prop_map(|(message, from, to, is_guest)| {
            let accounts = Correspondents { from: (!is_guest).then(|| name(from)), to: Some(name(to)) };
            let found = FoundMessage::Private { from_name: name(from), to_name: name(to), accounts, at: Timestamp(i64::MAX), is_signal: false };
            Command::Delete { message: Seq(message), found, why: None }
        }),
        1 => (select(&NAMES[..]), 0_i64..9).prop_map(|(to, at)| Command::SetMarker {
            target: MarkerTarget::Person(name(to)),
            at: Timestamp(at),
        }),
    ]
}

fn shell() -> impl Strategy<Value = Command> {
    let names = || select(&NAMES[..]).prop_map(name);
    prop_oneof![
        4 => operating(),
        3 => names().prop_map(|name| {
            let password_hash = format!("shell's for {name}").into();
            Command::AddAccount { name, password_hash }
        }),
        2 => (names(), 0..9).prop_map(|(name, n)| {
            let password_hash = format!("shell's {n} for {name}").into();
            Command::SetPassword { name, password_hash }
        }),
        1 => select(&ROOMS[..]).prop_map(|to| {
            Command::SayFromShell { room: room(to), text: text("noon") }
        }),
    ]
}

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => talk().prop_map(Action::Plain),
        6 => moving().prop_map(Action::Plain),
        2 => oneself().prop_map(Action::Plain),
        8 => operating().prop_map(Action::Plain),
        12 => governing().prop_map(Action::Plain),
        4 => (select(&NAMES[..]), any::<bool>())
            .prop_map(|(name, proven)| Action::Rename { name, proven }),
        2 => Just(Action::Register),
        2 => select(&[Command::Group, Command::LogOut][..]).prop_map(Action::Plain),
        3 => (select(&NAMES[..]), prop::bool::weighted(0.8), any::<bool>())
            .prop_map(|(name, proven, beside)| Action::LogInTo { name, proven, beside }),
        1 => prop::bool::weighted(0.7).prop_map(|proven| Action::Unclaim { proven }),
        2 => (select(&CERTIFICATES[..]), prop::bool::weighted(0.7))
            .prop_map(|(certificate, proven)| Action::Certify { certificate, proven }),
        1 => (select(&CERTIFICATES[..]), prop::bool::weighted(0.7))
            .prop_map(|(certificate, proven)| Action::Forget { certificate, proven }),
        3 => any::<usize>().prop_map(Action::Resume),
        1 => Just(Action::Impersonate),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let arriving = (
        prop::option::weighted(0.8, select(&NAMES[..])),
        any::<bool>(),
    );
    let at =
        (0..HOMES.len(), arriving, actions()).prop_map(|(terminal, arriving, action)| Step::At {
            terminal,
            arriving,
            action,
        });
    let step = prop_oneof![
        20 => at,
        2 => (0_u64..40_000).prop_map(|ms| Step::Pass(Duration::from_millis(ms))),
        1 => Just(Step::Tidy),
        2 => any::<usize>().prop_map(Step::ShowKept),
        2 => shell().prop_map(Step::Shell),
        1 => any::<bool>().prop_map(Step::Commit),
    ];
    prop::collection::vec(step, 1..120)
}

prop_compose! {
    fn settings()(
        people_max in 2_usize..7,
        rooms_max in 2_usize..5,
        rooms_per_person_max in 1_usize..4,
        rooms_made_max in 1_usize..4,
        first_operator in select(&[
            FirstOperator::Anyone,
            FirstOperator::Anyone,
            FirstOperator::Local,
            FirstOperator::Nobody,
        ][..]),
        keeps_messages in prop::bool::weighted(0.8),
    ) -> Settings {
        Settings {
            people_max,
            rooms_max,
            rooms_per_person_max,
            rooms_made_max,
            first_operator,
            operator_code: Some(ResumeCode::from_random(7)),
            read_only: vec![room("news")],
            resume_time: Duration::from_mins(1),
            server_password: None,
            keeps_messages,
            ..Settings::default()
        }
    }
}

fn kept() -> impl Strategy<Value = Snapshot> {
    let rocky = |operator| {
        let kind = CredentialKind::Password;
        let rocky = Account::new(
            name("rocky"),
            kind,
            "hash of rocky".into(),
            crate::world::START,
        );
        match operator {
            true => rocky.appointed(Seq(0)),
            false => rocky,
        }
    };
    prop::option::weighted(0.3, any::<bool>()).prop_map(move |operator| Snapshot {
        accounts: operator.map(rocky).into_iter().collect(),
        ..Snapshot::default()
    })
}

/// A new connection of a terminal. One speaks through an encrypted link, and two speak IRC, whose
/// clients can do without a room.
fn visitor(world: &mut World, terminal: usize) -> Caller {
    let mut caller = world.visitor(HOMES[terminal]);
    if let Caller::Anonymous { link, .. } = &mut caller {
        link.is_encrypted = terminal == 1;
        link.needs_room = terminal < 4;
        if terminal >= 4 {
            link.client = Client::Irc;
        }
    }
    caller
}

/// Six terminals at a chat.
struct Play {
    world: World,
    terminals: Vec<Caller>,
    codes: Vec<ResumeCode>,
    registrations: usize,
}

impl Play {
    fn new(settings: Settings, snapshot: Snapshot) -> Self {
        let mut world = World::new(settings, snapshot);
        let terminals = (0..HOMES.len()).map(|n| visitor(&mut world, n)).collect();
        Self {
            world,
            terminals,
            codes: Vec::new(),
            registrations: 0,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Pass(time) => self.world.pass(time),
            Step::Commit(saved) => self.world.settle(saved),
            Step::Shell(command) => drop(self.world.stage_or_do(Caller::Shell, command)),
            Step::ShowKept(n) => self.show_kept(n),
            Step::Tidy => drop(self.world.stage_or_do(Caller::Server, Command::Tidy)),
            Step::At {
                terminal,
                arriving,
                action,
            } => self.at(terminal, arriving, action),
        }
    }

    fn show_kept(&mut self, n: usize) {
        let here: Vec<_> = self.world.shadow.people.keys().copied().collect();
        if !here.is_empty() {
            let show = Command::ShowKept(here[n % here.len()]);
            let shown = self.world.stage_or_do(Caller::Server, show);
            shown.expect("the server may");
        }
    }

    fn at(&mut self, terminal: usize, arriving: (Option<&'static str>, bool), action: Action) {
        self.look_who_is_at(terminal);
        let mut caller = self.terminals[terminal];
        let is_visitor = matches!(caller, Caller::Anonymous { .. });
        let command = match action {
            Action::Resume(n) if !self.codes.is_empty() => {
                return self.resume(caller, self.codes[n % self.codes.len()]);
            }
            Action::Impersonate => {
                caller = self.impersonated(caller);
                crate::world::say("it was me")
            }
            _ if is_visitor => Command::LogIn {
                name: arriving.0.map(name),
                proof: arriving.0.and_then(|name| self.proof(name, arriving.1)),
                is_script: terminal == 0,
                account: None,
                ident: None,
            },
            Action::Plain(command) => command,
            Action::Rename { name: to, proven } => Command::Rename {
                name: name(to),
                proof: self.proof(to, proven),
            },
            Action::LogInTo {
                name: to,
                proven,
                beside,
            } => Command::LogInTo {
                name: name(to),
                proof: self.proof(to, proven),
                beside,
            },
            Action::Unclaim { proven } => Command::Unclaim {
                proof: self.own_proof(caller).filter(|_| proven),
            },
            Action::Certify {
                certificate,
                proven,
            } => Command::Certify {
                certificate: certificate.into(),
                proof: self.own_proof(caller).filter(|_| proven),
            },
            Action::Forget {
                certificate,
                proven,
            } => Command::Forget {
                certificate: CertificatePrefix::parse(certificate).expect("digits"),
                proof: self.own_proof(caller).filter(|_| proven),
            },
            Action::Register | Action::Resume(_) => {
                self.registrations += 1;
                let password_hash = format!("hash {}", self.registrations).into();
                let proof = self.own_proof(caller);
                Command::Register {
                    password_hash,
                    proof,
                }
            }
        };
        match self.world.stage_or_do(caller, command).as_deref() {
            Ok([Fact::LoggedIn(login), ..]) => self.codes.push(login.code),
            Ok([.., Fact::Returned(returned)]) => self.codes.push(returned.login.code),
            _ => {}
        }
    }

    /// Finds out who is at the terminal by now: a person who was kicked, banned or replaced
    /// connects anew.
    fn look_who_is_at(&mut self, terminal: usize) {
        let (Caller::Anonymous { conn, .. } | Caller::Person { conn, .. }) =
            self.terminals[terminal]
        else {
            unreachable!()
        };
        let people = self.world.shadow.people.iter();
        let mut callers = people.flat_map(|(&id, person)| person.callers(id));
        let person = callers
            .find(|caller| matches!(caller, Caller::Person { conn: other, .. } if *other == conn));
        self.terminals[terminal] = person.unwrap_or_else(|| visitor(&mut self.world, terminal));
    }

    /// A person on a connection that is not its own.
    fn impersonated(&self, caller: Caller) -> Caller {
        let Some(&person) = self.world.shadow.people.keys().next() else {
            return caller;
        };
        Caller::Person {
            person,
            conn: ConnId(u64::MAX),
            address: [127, 0, 0, 1].into(),
            link: chinwag_core::Link::default(),
        }
    }

    /// A proof of the account that the person at a terminal is logged in to.
    fn own_proof(&mut self, caller: Caller) -> Option<Proof> {
        let Caller::Person { person, .. } = caller else {
            return None;
        };
        let account = self.world.shadow.people.get(&person)?.account.clone()?;
        self.proof(account.as_str(), true)
    }

    fn proof(&mut self, name: &str, proven: bool) -> Option<Proof> {
        let visitor = self.world.visitor(HOMES[0]);
        let query = Query::PasswordHash(crate::world::name(name));
        match self.world.chat.answer(visitor, query, self.world.now) {
            Ok(Answer::PasswordHash(Some((_, Some(hash))))) if proven => Some(Proof(hash)),
            _ => proven.then(|| Proof("another hash".into())),
        }
    }

    /// A code resumes a session if and only if there is one to resume.
    fn resume(&mut self, caller: Caller, code: ResumeCode) {
        let valid = self.world.shadow.resumable(code, self.world.now).is_some();
        match self.world.stage_or_do(caller, Command::Resume(code)) {
            Ok(facts) => {
                assert!(valid);
                if let Some(Fact::Returned(returned)) = facts.last() {
                    self.codes.push(returned.login.code);
                }
            }
            Err(Rejection::CodeNotValid) => {
                let shadow = &self.world.shadow;
                assert!(!valid || shadow.is_spent(code) || shadow.has_several(caller));
            }
            Err(Rejection::SessionKicked { .. }) => assert!(!valid),
            Err(_) => assert!(valid),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        // A failure that was understood becomes a case beside the others.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// The checks are those of [`World`] and of its shadow.
    #[test]
    fn whatever_people_do(settings in settings(), kept in kept(), steps in steps()) {
        let mut play = Play::new(settings, kept);
        for step in steps {
            play.step(step);
            play.world.check();
        }
        play.world.check_replay();
    }

    #[test]
    fn a_lost_session_comes_back_within_the_time(gone in 0_u64..120_000, again in 0_u64..120_000) {
        let settings = Settings { resume_time: Duration::from_mins(1), ..crate::world::settings() };
        let mut world = World::new(settings, Snapshot::default());
        world.arrive("ann").expect("ann is here");
        let code = world.lose("ann");
        world.pass(Duration::from_millis(gone));
        let back = world.resume(code);
        prop_assert_eq!(back.is_ok(), gone < 60_000);
        if back.is_ok() {
            let quit = Command::Quit(QuitReason::Quit(None));
            world.by("ann", quit).expect("gone for good");
            world.pass(Duration::from_millis(again));
        }
        prop_assert_eq!(world.resume(code), Err(Rejection::CodeNotValid));
    }

    #[test]
    fn no_suggested_name_is_refused(taken in "\\PC{1,40}") {
        let mut world = World::with(&["lee"]);
        if let Ok(taken) = chinwag_core::Name::parse(&taken)
            && world.arrive(taken.as_str()).is_ok()
            && let Err(Rejection::NameTaken { free, .. }) = world.arrive(taken.as_str())
        {
            prop_assert!(world.arrive(free.as_str()).is_ok(), "{free}");
        }
    }
}
