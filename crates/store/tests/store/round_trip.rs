//! What is committed comes back.

use std::sync::Arc;

use chinwag_core::{
    AccountChange, AccountChanged, CredentialKind, Digest, Event, Fact, IrcForm, KeptMessage,
    KeyOwner, KeyUsed, Manner, Mask, MaskKind, Matched, MessageKey, ModAction, NOBODY, PersonId,
    Reach, RoomDeed, RoomId, RoomName, RoomPassword, RoomSetting, RoomSnapshot, Seq, Snapshot,
    Standing, StandingChange, Tenure, Text, Timestamp, Topic,
};
use chinwag_store::{AuditLine, Opened, Resumable, SessionChanges};

use crate::support::*;

fn topic(seq: u64, room: u32, words: Option<&str>) -> Arc<Event> {
    let fact = Fact::TopicSet {
        person: None,
        room: RoomId(room),
        by: name("Lee"),
        text: words.map(text),
        account: None,
    };
    event(seq, fact)
}

pub(crate) fn changed(seq: u64, account: &str, change: AccountChange) -> Arc<Event> {
    let fact = Fact::AccountChanged(Box::new(AccountChanged {
        account: name(account),
        change,
        person: Some(PersonId(7)),
        logins: [PersonId(7)].into(),
        rooms: [].into(),
    }));
    event(seq, fact)
}

pub(crate) fn claimed(seq: u64, by: &str, password_hash: &str, operator: bool) -> Arc<Event> {
    let (kind, secret) = (CredentialKind::Password, password_hash.into());
    let change = AccountChange::Claimed {
        kind,
        secret,
        operator,
    };
    changed(seq, by, change)
}

fn credential(seq: u64, account: &str, kind: CredentialKind, secret: &str) -> Arc<Event> {
    let secret = secret.into();
    changed(seq, account, AccountChange::Credential { kind, secret })
}

#[track_caller]
fn kept_after(turns: &[&[Arc<Event>]]) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for turn in turns {
        commit(&mut store, turn);
    }
    drop(store);
    let again = open_again(folder.path());
    let last = turns
        .iter()
        .flat_map(|turn| turn.last())
        .map(|event| event.seq);
    assert_eq!(again.next_seq, last.max().unwrap_or_default().next());
    again.snapshot
}

/// A message's key is in the transaction of the message, and the oldest goes for a new one.
#[test]
fn keys_come_back_and_the_oldest_are_forgotten() {
    let used = |seq, key: &str, forgets| {
        let fact = Fact::KeyUsed(Box::new(KeyUsed {
            is_stored: true,
            owner: KeyOwner::stored("lee 192.0.2.1/32"),
            key: MessageKey::parse(key).expect("a key"),
            digest: Digest(u64::MAX - seq),
            forgets,
        }));
        event(seq, fact)
    };
    let first = [said(1, 0, "lee", "hello"), used(2, "a", None)];
    let second = [said(3, 0, "lee", "hello"), used(4, "b", Some(Seq(1)))];
    let third = [said(5, 0, "lee", "hello"), used(6, "c", None)];
    let kept = kept_after(&[&first, &second, &third]);
    let keys = kept.sent_keys.iter();
    let keys: Vec<_> = keys
        .map(|sent| (sent.key.as_str(), sent.seq, sent.digest))
        .collect();
    let digest = |seq| Digest(u64::MAX - seq);
    assert_eq!(keys, [("b", Seq(3), digest(4)), ("c", Seq(5), digest(6))]);
    assert!(
        kept.sent_keys
            .iter()
            .all(|sent| sent.owner.as_str() == "lee 192.0.2.1/32")
    );
}

#[test]
fn a_new_store_has_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Opened {
        snapshot, next_seq, ..
    } = open(&folder.path().join("a/b"));
    assert_eq!(snapshot, Snapshot::default());
    assert_eq!(next_seq, Seq(1));
}

#[test]
fn messages_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let action = event(
        4,
        Fact::Said {
            person: PersonId(0),
            name: name("Zoë"),
            room: RoomId(2),
            text: text("  waves 👩‍👩‍👧\tمرحبا \\x1b"),
            manner: Manner::Action,
            irc: None,
            account: Some(name("Zoë")),
        },
    );
    let first = [
        said(2, 0, "lee", "hello"),
        action.clone(),
        said(5, 0, "lee", "there"),
    ];
    let passage = event(
        8,
        Fact::Said {
            person: PersonId(0),
            name: name("cy"),
            room: RoomId(0),
            text: Text::passage(["one", "", "  two␤"]).expect("a passage"),
            manner: Manner::Speech,
            irc: Some(Arc::new(IrcForm {
                text: Some("one\n\n  tw\ro\u{2424}".into()),
                tags: None,
            })),
            account: Some(name("Gopher")),
        },
    );
    let second = [passage, said(9, 0, "gopher", &"x".repeat(4096))];
    let mut store = open(folder.path()).store;
    commit(&mut store, &first);
    commit(&mut store, &second);
    drop(store);

    let Opened {
        mut store,
        snapshot,
        next_seq,
    } = open(folder.path());
    assert_eq!(next_seq, Seq(10));
    let rooms: Vec<_> = snapshot
        .rooms
        .iter()
        .map(|room| (room.id.0, room.name.bare()))
        .collect();
    assert_eq!(rooms, [(0, "room-0"), (2, "room-2")]);
    let recent = store.recent(RoomId(0), 100, 10_000).unwrap();
    assert_eq!(
        recent.events,
        [&first[0], &first[2], &second[0], &second[1]].map(Arc::clone)
    );
    assert_eq!(recent.total, 4);
    let newest = newest(&mut store.reader().unwrap(), 2, 10);
    assert_eq!(newest, (vec![Event::clone(&action)], 1));
}

#[test]
fn the_newest_messages_are_bounded_in_number_and_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for turn in 0..10 {
        let events = (1..=3).map(|n| said(3 * turn + n, 0, "lee", "12345"));
        commit(&mut store, &events.collect::<Vec<_>>());
    }
    let mut newest = |messages, bytes| {
        let recent = store.recent(RoomId(0), messages, bytes).unwrap();
        assert_eq!(recent.total, 30);
        recent
            .events
            .iter()
            .map(|event| event.seq.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(newest(4, 1_000), [27, 28, 29, 30]);
    assert_eq!(newest(100, 10), [29, 30]);
    assert_eq!(newest(100, 14), [29, 30]);
    assert_eq!(newest(0, 1_000), []);
    assert_eq!(newest(100, 1_000).len(), 30);
}

#[test]
fn topics_come_back_and_go() {
    let snapshot = kept_after(&[
        &[topic(1, 3, Some("Ship it")), topic(2, 4, Some("Old"))],
        &[topic(3, 4, Some("New")), topic(4, 5, Some("None"))],
        &[topic(5, 5, None)],
    ]);
    let room = |id, words, at| RoomSnapshot {
        id: RoomId(id),
        name: room_name(RoomId(id)),
        created: Some(MADE),
        topic: Some(Topic {
            text: text(words),
            by: name("Lee"),
            account: None,
            at: Timestamp(at),
        }),
        has_history: false,
        rules: Default::default(),
    };
    // Room 5 has neither a topic nor a message: nothing of it is left.
    assert_eq!(
        snapshot.rooms,
        [room(3, "Ship it", 1_000), room(4, "New", 3_000)]
    );
}

#[test]
fn accounts_come_back_and_operators_last() {
    let op = |seq, who: &str, tenure| {
        let name = name(who);
        audit_entry(seq, ModAction::Op { name, tenure })
    };
    let password = CredentialKind::Password;
    let snapshot = kept_after(&[
        &[
            claimed(1, "Lee", "$a", true),
            claimed(2, "ann", "$b", false),
        ],
        &[
            claimed(3, "bob", "$c", false),
            op(4, "ANN", Tenure::Lasting),
            op(5, "bob", Tenure::Visit),
        ],
        &[
            audit_entry(6, ModAction::Deop { name: name("lee") }),
            credential(7, "lee", password, "$d"),
        ],
        &[
            op(8, "guest-1234", Tenure::Visit),
            claimed(9, "Zoë", "$e", true),
        ],
    ]);
    let mut accounts: Vec<_> = snapshot
        .accounts
        .iter()
        .map(|a| (a.name.as_str(), &**a.password_hash().unwrap(), a.operator))
        .collect();
    accounts.sort_unstable();
    let expected = [
        ("Lee", "$d", false),
        ("Zoë", "$e", true),
        ("ann", "$b", true),
        ("bob", "$c", false),
    ];
    assert_eq!(accounts, expected);
}

#[test]
fn an_account_has_its_names_and_credentials_again() {
    let certificate = CredentialKind::Certificate;
    let added = |seq, new| changed(seq, "lee", AccountChange::NameAdded(name(new)));
    let snapshot = kept_after(&[
        &[
            claimed(1, "lee", "$a", false),
            claimed(2, "ann", "$b", false),
        ],
        &[added(3, "Leo"), added(4, "len"), added(5, "leonie")],
        &[changed(6, "lee", AccountChange::NameRemoved(name("LEN")))],
        &[
            credential(7, "lee", certificate, "c0ffee"),
            credential(8, "lee", CredentialKind::Password, "$c"),
            changed(9, "ann", AccountChange::Removed),
        ],
    ]);
    let [lee] = &snapshot.accounts[..] else {
        panic!("{snapshot:?}");
    };
    assert_eq!(lee.names, [name("Leo"), name("leonie")]);
    let credentials = lee.credentials.iter();
    let credentials: Vec<_> = credentials.map(|c| (c.kind, &*c.secret, c.since)).collect();
    let expected = [
        (certificate, "c0ffee", Timestamp(7_000)),
        (CredentialKind::Password, "$c", Timestamp(8_000)),
    ];
    assert_eq!(credentials, expected);
    assert_eq!(lee.since, Timestamp(1_000));
}

#[test]
fn messages_for_an_account_are_kept_until_they_are_shown() {
    let kept = |seq, to: &str, words: &str| {
        let message = KeptMessage {
            from: NOBODY,
            from_name: name("ann"),
            from_account: name("ann"),
            account: name(to),
            to_name: name(to),
            text: Text::passage(words.lines()).expect("a passage"),
            manner: Manner::Action,
            irc: None,
        };
        event(seq, Fact::MessageKept(Box::new(message)))
    };
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let turn = [
        claimed(1, "lee", "$a", false),
        claimed(2, "bob", "$b", false),
        kept(3, "lee", "one"),
        kept(4, "bob", "two"),
        kept(5, "lee", "three\nand four"),
    ];
    commit(&mut store, &turn);
    drop(store);
    let Opened {
        mut store,
        snapshot,
        ..
    } = open(folder.path());
    let expected: Vec<Event> = turn[2..].iter().map(|event| (**event).clone()).collect();
    assert_eq!(snapshot.kept, expected);
    store
        .forget_kept(&[(name("LEE"), Seq(3))])
        .expect("forgotten");
    commit(&mut store, &[changed(6, "bob", AccountChange::Removed)]);
    drop(store);
    assert_eq!(open(folder.path()).snapshot.kept, [expected[2].clone()]);
}

#[test]
fn an_operator_keeps_its_rank_through_a_new_password_until_it_is_dismissed() {
    let act = |seq, act: fn(chinwag_core::Name) -> ModAction| audit_entry(seq, act(name("lee")));
    let op = |name| ModAction::Op {
        name,
        tenure: Tenure::Lasting,
    };
    let deop = |name| ModAction::Deop { name };
    for (events, rank) in [
        (vec![claimed(3, "lee", "$a", true)], Some(3)),
        (vec![claimed(3, "lee", "$a", false), act(4, op)], Some(4)),
        (
            vec![
                claimed(3, "lee", "$a", true),
                act(4, op),
                credential(5, "LEE", CredentialKind::Password, "$b"),
            ],
            Some(3),
        ),
        (
            vec![claimed(3, "lee", "$a", true), act(4, deop), act(5, op)],
            Some(5),
        ),
        (vec![claimed(3, "lee", "$a", true), act(4, deop)], None),
    ] {
        let snapshot = kept_after(&[&events]);
        let [lee] = &snapshot.accounts[..] else {
            panic!("{snapshot:?}");
        };
        let kept = lee.operator.then_some(lee.appointed.0);
        assert_eq!(kept, rank, "{events:?}");
    }
}

#[test]
fn a_restriction_replaces_one_of_the_same_name_in_another_case() {
    let snapshot = kept_after(&[&[
        audit_entry(1, ModAction::Ban(restriction("Eve", None))),
        audit_entry(2, ModAction::Ban(restriction("EVE", Some(5_000)))),
        audit_entry(3, ModAction::Ban(restriction("::ffff:192.0.2.0/120", None))),
        audit_entry(4, ModAction::Ban(restriction("192.0.2.0/24", Some(6_000)))),
    ]]);
    let (eve, block) = (
        restriction("EVE", Some(5_000)),
        restriction("192.0.2.0/24", Some(6_000)),
    );
    assert_eq!(snapshot.bans, [eve, block]);
}

#[test]
fn restrictions_come_back_in_order_until_they_are_lifted() {
    let mask = |text| Mask::parse(text).unwrap();
    let block = mask("192.0.2.0/24").net.unwrap();
    let both = Mask::of_name(name("Mallory")).with_block(block, Reach::Both);
    let of_both = chinwag_core::Restriction {
        at: Timestamp(0),
        mask: both,
        ..restriction("x", None)
    };
    let snapshot = kept_after(&[
        &[
            audit_entry(1, ModAction::Ban(restriction("192.0.2.7", Some(5_000)))),
            audit_entry(2, ModAction::Ban(restriction("2001:db8::/32", None))),
            audit_entry(3, ModAction::Ban(of_both.clone())),
            audit_entry(4, ModAction::Mute(of_both.clone())),
            audit_entry(5, ModAction::Mute(restriction("eve", Some(9_000)))),
            audit_entry(6, ModAction::Ban(restriction("eve", None))),
        ],
        &[
            audit_entry(7, ModAction::Ban(restriction("192.0.2.7", None))),
            audit_entry(8, ModAction::Unmute(mask("EVE"))),
            audit_entry(9, ModAction::Unban(mask("198.51.100.1"))),
        ],
    ]);
    let (first, second) = (restriction("2001:db8::/32", None), restriction("eve", None));
    assert_eq!(
        snapshot.bans,
        [
            first,
            of_both.clone(),
            second,
            restriction("192.0.2.7", None)
        ]
    );
    assert_eq!(snapshot.mutes, std::slice::from_ref(&of_both));

    // Whatever the core says that a mask lifts, the store lifts.
    for lifted in [
        "mallory",
        "192.0.2.0/24",
        "192.0.2.7",
        "eve",
        "192.0.2.0/25",
    ] {
        let mask = mask(lifted);
        let bans = [
            of_both.clone(),
            restriction("eve", None),
            restriction("192.0.2.7", None),
        ];
        let given: Vec<_> = (1..)
            .zip(&bans)
            .map(|(n, ban)| audit_entry(n, ModAction::Ban(ban.clone())))
            .collect();
        let snapshot = kept_after(&[&given, &[audit_entry(9, ModAction::Unban(mask.clone()))]]);
        let stay = bans.into_iter().filter(|ban| !ban.mask.is_named_by(&mask));
        assert_eq!(snapshot.bans, stay.collect::<Vec<_>>(), "{lifted}");
    }
}

#[test]
fn the_message_of_the_day_and_the_lock_come_back() {
    let motd = |seq, words: Option<&str>| audit_entry(seq, ModAction::Motd(words.map(text)));
    let on = kept_after(&[&[
        motd(1, Some("Be kind")),
        audit_entry(2, ModAction::Lock(true)),
    ]]);
    assert_eq!((on.motd, on.locked), (Some(text("Be kind")), true));
    let off = kept_after(&[
        &[
            motd(1, Some("Be kind")),
            audit_entry(2, ModAction::Lock(true)),
        ],
        &[motd(3, None), audit_entry(4, ModAction::Lock(false))],
    ]);
    assert_eq!(off, Snapshot::default());
}

fn in_rooms() -> impl Iterator<Item = ModAction> {
    let who = || name("Ann");
    let deeds = [
        RoomDeed::Set(RoomSetting::Encrypted(false)),
        RoomDeed::Set(RoomSetting::Limit(Some(9))),
        RoomDeed::Set(RoomSetting::Limit(None)),
        RoomDeed::Set(RoomSetting::Password(RoomPassword::parse("*").ok())),
        RoomDeed::Set(RoomSetting::Password(None)),
        RoomDeed::Rename(RoomName::parse("den").unwrap()),
        RoomDeed::Stand {
            name: who(),
            change: StandingChange::Give(Standing::Voice),
        },
        RoomDeed::Stand {
            name: who(),
            change: StandingChange::Take(Standing::Moderator),
        },
        RoomDeed::Eject {
            name: who(),
            why: Some(Arc::new(text("spam"))),
        },
        RoomDeed::Bar(chinwag_core::Restriction {
            at: Timestamp(25_000),
            ..restriction("192.0.2.0/24", None)
        }),
        RoomDeed::Mute(chinwag_core::Restriction {
            at: Timestamp(26_000),
            ..restriction("eve", Some(9_000))
        }),
        RoomDeed::Unbar(Mask::parse("::1").unwrap()),
        RoomDeed::Unmute(Mask::listed("eve from 192.0.2.7").unwrap()),
        RoomDeed::Mask {
            kind: MaskKind::Invitation,
            matched: Matched::parse("a:ann"),
            on: true,
        },
        RoomDeed::Mask {
            kind: MaskKind::Ban,
            matched: Matched::parse("bob!*@*"),
            on: false,
        },
    ];
    let room = RoomName::parse("dev").unwrap();
    deeds.into_iter().map(move |deed| ModAction::InRoom {
        room: room.clone(),
        deed,
    })
}

#[test]
fn every_moderation_is_in_the_audit_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let block = Mask::parse("2001:db8:1:2::/64").unwrap().net.unwrap();
    let eve = |reach| Mask::of_name(name("eve")).with_block(block, reach);
    let who = || name("Ann");
    let acts = [
        ModAction::Kick {
            name: who(),
            why: None,
        },
        ModAction::Kick {
            name: who(),
            why: Some(Arc::new(text("spam"))),
        },
        ModAction::Mute(restriction("eve", Some(9_000))),
        ModAction::Unmute(eve(Reach::Block)),
        ModAction::Ban(chinwag_core::Restriction {
            at: Timestamp(5_000),
            ..restriction("192.0.2.0/24", None)
        }),
        ModAction::Unban(eve(Reach::Either)),
        ModAction::Op {
            name: who(),
            tenure: Tenure::Lasting,
        },
        ModAction::Op {
            name: who(),
            tenure: Tenure::Visit,
        },
        ModAction::Deop { name: who() },
        ModAction::Rename {
            name: who(),
            new: name("Annie"),
        },
        ModAction::Announce(text("restart at noon")),
        ModAction::Motd(Some(text("Be kind"))),
        ModAction::Motd(None),
        ModAction::Lock(true),
        ModAction::Lock(false),
    ];
    let acts: Vec<_> = acts.into_iter().chain(in_rooms()).collect();
    let events: Vec<_> = (1..)
        .zip(&acts)
        .map(|(seq, act)| audit_entry(seq, act.clone()))
        .collect();
    commit(&mut store, &events);
    let lines: Vec<_> = events
        .iter()
        .zip(acts)
        .map(|(event, act)| AuditLine {
            seq: event.seq,
            at: event.at,
            by: name("op"),
            act,
        })
        .collect();
    let mut reader = store.reader().unwrap();
    let (end, all) = (lines.len(), lines.clone());
    assert_eq!(reader.audit_log(None, end).unwrap(), (all, None));
    let (newest, next) = reader.audit_log(None, 3).unwrap();
    assert_eq!((&*newest, next), (&lines[end - 3..], Some(newest[0].seq)));
    let (older, next) = reader.audit_log(next, end - 3).unwrap();
    assert_eq!((&*older, next), (&lines[..end - 3], None));
    assert_eq!(reader.audit_log(None, 0).unwrap(), (vec![], None));
}

#[test]
fn the_names_of_new_rooms_alone_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let events = [said(1, 0, "lee", "hello"), said(2, 0, "lee", "again")];
    store
        .commit(&events, &|room| Some((room_name(room), MADE)))
        .unwrap();
    let events = [said(3, 0, "lee", "and again"), topic(4, 0, Some("Ship it"))];
    store.commit(&events, &|_| None).unwrap();
    drop(store);
    let mut store = open(folder.path()).store;
    store
        .commit(&[said(5, 0, "lee", "still here")], &|_| None)
        .unwrap();
    assert_eq!(seqs(&mut store, 0), [1, 2, 3, 5]);
}

#[test]
fn a_turn_of_thousands_in_many_rooms_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let long = "long ".repeat(100);
    let events: Vec<_> = (1..=4_000)
        .map(|seq| said(seq, (seq % 7) as u32, "lee", &long))
        .collect();
    commit(&mut store, &events);
    drop(store);
    let mut store = open(folder.path()).store;
    for room in 0..7 {
        let expected: Vec<_> = (1..=4_000)
            .filter(|seq| seq % 7 == u64::from(room))
            .collect();
        assert_eq!(seqs(&mut store, room), expected);
    }
}

#[test]
fn profiles_and_lost_sessions_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let lost = |n: u8, until| Resumable {
        code_hash: [n; 32],
        name: name("bob"),
        until: Timestamp(until),
        text: format!("rooms {n}"),
    };
    let first = [lost(1, 5_000), lost(2, 9_000), lost(3, 8_000)];
    let profile = |called: &str, text: &str| (name(called), text.to_owned());
    let changes = SessionChanges {
        sessions: first.to_vec(),
        profiles: vec![profile("Lee", "tz = UTC"), profile("LEE", "quiet")],
        mark: Some("7".into()),
        ..SessionChanges::default()
    };
    store.change_sessions(&changes).unwrap();
    let changes = SessionChanges {
        sessions: vec![lost(4, 7_000)],
        ended: vec![[3; 32]],
        ..SessionChanges::default()
    };
    store.change_sessions(&changes).unwrap();
    drop(store);
    let mut store = open(folder.path()).store;
    assert_eq!(
        store.profile(&name("lee")).unwrap().as_deref(),
        Some("quiet")
    );
    assert_eq!(store.profile(&name("ann")).unwrap(), None);
    let expected = [lost(4, 7_000), lost(2, 9_000)];
    let found = store.sessions(Timestamp(5_000)).unwrap();
    assert_eq!(found, (expected.to_vec(), Some("7".into())));
    // Commits go on beside them.
    commit(&mut store, &[said(1, 0, "lee", "hello")]);
    assert_eq!(seqs(&mut store, 0), [1]);
}
