//! Private messages to those whose link is lost, and what answers them.

use chinwag_core::{
    Caller, Chat, Command, Correspondents, Duration, Event, Fact, FoundMessage, Inputs,
    KeptSession, Rejection, ResumeCode, Seq, Snapshot, Timestamp,
};

use crate::world::{World, arrive_with, name, psst, register, rename, tell, text};

/// Two people with accounts, one of them under another name, and a guest.
fn world() -> World {
    let mut world = World::with(&["op", "lee", "ann", "guest"]);
    world.by("lee", register("of lee")).expect("registered");
    world.by("ann", register("of ann")).expect("registered");
    world.by("lee", rename("leo")).expect("renamed");
    world
}

/// Sends a message that is kept with a lost session, and returns whether it is durable.
#[track_caller]
fn kept(world: &mut World, from: &str, to: &str, words: &str) -> bool {
    let facts = world.by(from, tell(to, words)).expect("kept");
    match &facts[..] {
        [Fact::PrivateMessage(message)] => {
            assert_eq!(message.kept, Some(Duration::from_mins(10)), "{to}");
            message.is_mail() && facts[0].is_durable()
        }
        facts => panic!("{facts:?}"),
    }
}

fn texts(events: &[Event]) -> Vec<String> {
    let texts = events.iter().map(|event| match &event.fact {
        Fact::PrivateMessage(message) => message.text.to_string(),
        Fact::MessageKept(message) => message.text.to_string(),
        fact => panic!("{fact:?}"),
    });
    texts.collect()
}

fn resumed(world: &mut World, code: ResumeCode) -> Vec<String> {
    match &world.resume(code).expect("back")[..] {
        [Fact::Returned(returned)] => texts(&returned.kept),
        facts => panic!("{facts:?}"),
    }
}

/// What a person is shown of what was kept for its account.
fn shown(world: &mut World, who: &str) -> Vec<String> {
    let show = Command::ShowKept(world.person(who));
    match &world.act(Caller::Server, show).expect("shown")[..] {
        [] => Vec::new(),
        [Fact::KeptShown(shown)] => texts(&shown.messages),
        facts => panic!("{facts:?}"),
    }
}

#[test]
fn a_lost_session_has_what_came_to_its_name_and_to_its_account_in_order() {
    let mut world = world();
    let code = world.lose("leo");
    assert!(kept(&mut world, "ann", "leo", "one"));
    assert!(!kept(&mut world, "guest", "lee", "two"));
    assert!(kept(&mut world, "ann", "LEE", "three"));
    assert!(!kept(&mut world, "guest", "leo", "four"));
    let all = ["one", "two", "three", "four"];
    assert_eq!(resumed(&mut world, code), all);
    assert_eq!(shown(&mut world, "leo"), [""; 0], "once");
    world.check();
    world.check_replay();
}

#[test]
fn what_came_for_an_account_outlives_the_session() {
    let mut world = world();
    let code = world.lose("leo");
    assert!(kept(&mut world, "ann", "leo", "one"));
    assert!(!kept(&mut world, "guest", "leo", "two"));
    arrive_with(&mut world, "lee", "of lee").expect("beside it");
    assert_eq!(shown(&mut world, "lee"), ["one"]);
    // Who is here of the account has it at once.
    let facts = world.by("ann", psst("leo")).expect("told");
    assert!(
        matches!(&facts[..], [Fact::PrivateMessage(message)] if message.kept.is_none()),
        "{facts:?}"
    );
    assert_eq!(resumed(&mut world, code), ["two"], "not twice");
    world.lose("leo");
    world.quit("lee");
    assert!(kept(&mut world, "ann", "leo", "three"));
    world.pass(Duration::from_mins(10));
    world.act(Caller::Server, Command::Tidy).expect("tidied");
    arrive_with(&mut world, "lee", "of lee").expect("another");
    assert_eq!(shown(&mut world, "lee"), ["three"]);
    world.check_replay();
}

#[test]
fn what_was_kept_is_answered() {
    let mut world = world();
    let reply = || Command::Reply(text("yes"));
    let told = |facts: &[Fact]| match facts {
        [Fact::PrivateMessage(message)] => message.to_name.to_string(),
        [Fact::MessageKept(message)] => format!("kept for {}", message.account),
        facts => panic!("{facts:?}"),
    };
    // Shown at an arrival.
    world.quit("leo");
    world.by("ann", psst("lee")).expect("kept");
    arrive_with(&mut world, "lee", "of lee").expect("here");
    assert_eq!(shown(&mut world, "lee").len(), 1);
    world.by("ann", rename("anna")).expect("renamed");
    assert_eq!(told(&world.by("lee", reply()).expect("sent")), "anna");
    // With a session: the last that came, whatever it was kept as.
    let code = world.lose("lee");
    kept(&mut world, "guest", "lee", "one");
    kept(&mut world, "anna", "lee", "two");
    world.resume(code).expect("back");
    world.quit("anna");
    let facts = world.by("lee", reply()).expect("kept");
    assert_eq!(told(&facts), "kept for ann");
    // A guest who has left may be another person when it comes again.
    world.by("guest", psst("lee")).expect("told");
    assert_eq!(told(&world.by("lee", reply()).expect("sent")), "guest");
    world.quit("guest");
    world.arrive("guest").expect("here");
    assert_eq!(world.by("lee", reply()), Err(Rejection::NobodyToReply));
    world.check_replay();
}

/// The last message that was sent is deleted by its sender, an account, before the receiver has it.
fn delete_last(world: &mut World, who: &str, (to_name, to): (&str, Option<&str>)) {
    let delete = Command::Delete {
        message: world.last_seq(),
        found: FoundMessage::Private {
            from_name: name(who),
            to_name: name(to_name),
            accounts: Correspondents {
                from: Some(name(who)),
                to: to.map(name),
            },
            at: world.now,
            is_signal: false,
        },
        why: None,
    };
    world.by(who, delete).expect("deleted");
    world.check();
}

#[test]
fn what_is_deleted_is_not_shown_to_who_comes_later() {
    let mut world = world();
    let of_guest = world.lose("guest");
    kept(&mut world, "ann", "guest", "one");
    delete_last(&mut world, "ann", ("guest", None));
    kept(&mut world, "ann", "guest", "two");
    assert_eq!(resumed(&mut world, of_guest), ["two"]);
    let code = world.lose("leo");
    kept(&mut world, "ann", "leo", "three");
    delete_last(&mut world, "ann", ("leo", Some("lee")));
    assert_eq!(resumed(&mut world, code), [""; 0]);
    world.quit("leo");
    for words in ["four", "five"] {
        world.by("ann", tell("lee", words)).expect("kept");
    }
    delete_last(&mut world, "ann", ("lee", Some("lee")));
    arrive_with(&mut world, "lee", "of lee").expect("here");
    assert_eq!(shown(&mut world, "lee"), ["four"]);
    world.check_replay();
}

/// The next run of the server, with a session of the last one. The shadow knows of one run alone.
struct NextRun {
    chat: Chat,
    now: Timestamp,
    code: ResumeCode,
    next_seq: u64,
}

impl NextRun {
    fn with(session: KeptSession, world: &World) -> Self {
        let code = ResumeCode::from_random(7);
        let mut chat = world.chat.clone();
        let until = world.now + Duration::from_mins(10);
        chat.restore(None, session, until, Seq(0), code);
        Self {
            chat,
            now: world.now,
            code,
            next_seq: 1_000_000,
        }
    }

    fn act(&mut self, caller: Caller, command: Command) -> Vec<Fact> {
        let (mut facts, mut roll) = (Vec::new(), || 7);
        let mut inputs = Inputs {
            now: self.now,
            roll: &mut roll,
        };
        let done = self.chat.decide(caller, command, &mut inputs, &mut facts);
        done.expect("done");
        for fact in &facts {
            self.next_seq += 1;
            self.chat.apply(&Event {
                seq: Seq(self.next_seq),
                at: self.now,
                fact: fact.clone(),
                source: None,
            });
        }
        self.chat.check_invariants();
        facts
    }
}

/// A person's session, as it is kept; the person is gone.
fn end_of_run(world: &mut World, who: &str) -> KeptSession {
    let session = world.chat.kept_session(world.person(who));
    world.quit(who);
    session.expect("a session")
}

#[test]
fn a_message_from_before_a_restart_is_answered() {
    for (from, to) in [("ann", "leo"), ("guest", "leo")] {
        let mut world = world();
        world.by(from, psst(to)).expect("told");
        let session = end_of_run(&mut world, to);
        let visitor = world.visitor("192.0.2.7");
        let mut next = NextRun::with(session, &world);
        let back = next.act(visitor, Command::Resume(next.code));
        let [Fact::Returned(returned)] = &back[..] else {
            panic!("{back:?}");
        };
        let me = next.chat.caller(returned.login.person).expect("here");
        let facts = next.act(me, Command::Reply(text("yes")));
        let is_told = matches!(&facts[..], [Fact::PrivateMessage(message)]
            if message.to_name == name(from) && message.kept.is_none());
        assert!(is_told, "{facts:?}");
    }
}

#[test]
fn a_name_that_was_registered_since_is_its_owner_s() {
    let mut world = world();
    let session = end_of_run(&mut world, "guest");
    let mut next = NextRun::with(session, &world);
    let add = Command::AddAccount {
        name: name("guest"),
        password_hash: "hash".into(),
    };
    next.act(Caller::Shell, add);
    let facts = next.act(world.caller("ann"), psst("guest"));
    assert!(matches!(facts[..], [Fact::MessageKept(_)]), "{facts:?}");
}

#[test]
fn no_address_fills_what_is_kept_for_the_lost_sessions_of_others() {
    let mut world = World::new(crate::world::settings(), Snapshot::default());
    world.arrive_from("192.0.2.1", "op").expect("here");
    world.arrive_from("192.0.2.9", "ann").expect("here");
    let long = "x".repeat(4_000);
    let word = |n: usize| format!("word-{n}-of-it");
    // Guest after guest from one address, to one lost session after the other.
    let refused = (0..400).find_map(|n| {
        let (from, to) = (word(2 * n), word(2 * n + 1));
        world.arrive_from("192.0.2.2", &from).expect("here");
        let home = format!("198.51.{}.{}", n / 200, n % 200);
        world.arrive_from(&home, &to).expect("here");
        world.lose(&to);
        let refused = (0..16).find_map(|_| world.by(&from, tell(&to, &long)).err());
        world.quit(&from);
        refused.map(|refused| (to, refused))
    });
    let (to, refused) = refused.expect("there is an end to it");
    assert_eq!(refused, Rejection::NothingKept(name(&to)));
    world.by("ann", tell(&to, &long)).expect("kept");
    world.check();
    world.check_replay();
}
