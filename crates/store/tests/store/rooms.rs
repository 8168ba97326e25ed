//! Rooms with rules of their own, messages that are deleted, and a store of an earlier version.

use std::sync::Arc;

use chinwag_core::{
    AccountChange, AccountChanged, CredentialKind, Deletion, Event, Fact, FoundMessage, Held, Mask,
    MetadataKey, MetadataOwner, MetadataSet, MetadataValue, ModAction, PersonId, RoomAct,
    RoomChange, RoomId, RoomPassword, RoomRenamed, RoomSetting, Seq, Snapshot, Standing, Timestamp,
};
use chinwag_store::{Opened, Resumable, SearchQuery, SessionChanges, Store, Term};

use crate::support::*;

const ROOM: RoomId = RoomId(3);

fn changed(seq: u64, act: RoomAct) -> Arc<Event> {
    let change = RoomChange::new(name("ann"), ROOM, room_name(ROOM), act);
    event(seq, Fact::RoomChanged(Box::new(change)))
}

fn founded(seq: u64, owner: Option<&str>) -> Arc<Event> {
    let founded = Fact::RoomFounded {
        room: ROOM,
        person: PersonId(1),
        owner: owner.map(name),
        resets: true,
    };
    event(seq, founded)
}

fn registered(seq: u64, by: &str) -> Arc<Event> {
    let change = AccountChange::Claimed {
        kind: CredentialKind::Password,
        secret: "a hash".into(),
        operator: false,
    };
    account(seq, by, change)
}

fn account(seq: u64, account: &str, change: AccountChange) -> Arc<Event> {
    let changed = AccountChanged {
        account: name(account),
        change,
        person: Some(PersonId(7)),
        logins: [].into(),
        rooms: [].into(),
    };
    event(seq, Fact::AccountChanged(Box::new(changed)))
}

fn stand(seq: u64, whom: &str, standing: Option<Held>) -> Arc<Event> {
    let act = RoomAct::Stand {
        name: name(whom),
        account: Some(name(whom)),
        before: None,
        standing,
    };
    changed(seq, act)
}

fn deleted(seq: u64, message: u64) -> Arc<Event> {
    let deletion = Deletion {
        room: ROOM,
        message: Seq(message),
        by: name("ann"),
        why: None,
        is_signal: false,
    };
    event(seq, Fact::Deleted(Box::new(deletion)))
}

/// Commits each event alone, and opens the store again.
fn kept(events: Vec<Arc<Event>>) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    for event in events {
        commit(&mut store, &[event]);
    }
    drop(store);
    open_again(folder.path()).snapshot
}

/// Also where it is founded anew. A room that is owned and nothing more is none.
#[test]
fn when_a_room_was_made_comes_back() {
    let made = |events| kept(events).rooms.iter().map(|room| room.created).collect();
    let begin = || vec![registered(1, "ann"), founded(2, Some("ann"))];
    let nothing: Vec<_> = made(begin());
    assert_eq!(nothing, []);
    let closed = || changed(3, RoomAct::Set([RoomSetting::Closed(true)].into()));
    let events = begin().into_iter().chain([closed()]);
    let once: Vec<_> = made(events.collect());
    assert_eq!(once, [Some(MADE)]);
    let events = begin()
        .into_iter()
        .chain([closed(), founded(4, Some("ann"))]);
    let mut events: Vec<_> = events.collect();
    events.push(changed(
        5,
        RoomAct::Set([RoomSetting::Limit(Some(3))].into()),
    ));
    let twice: Vec<_> = made(events);
    assert_eq!(twice, [Some(MADE)]);
}

#[test]
fn the_rules_of_a_room_come_back() {
    let settings = [
        RoomSetting::Closed(true),
        RoomSetting::Password(RoomPassword::parse("sesame").ok()),
        RoomSetting::Limit(Some(20)),
        RoomSetting::Moderated(true),
        RoomSetting::Hidden(true),
        RoomSetting::GuardsTopic(true),
        RoomSetting::Outsiders(true),
        RoomSetting::Registered(true),
        RoomSetting::Encrypted(true),
        RoomSetting::NoCtcp(true),
    ];
    let voiced = Held {
        standing: Standing::Moderator,
        voiced: true,
    };
    let mut events = vec![
        registered(1, "ann"),
        registered(2, "bob"),
        registered(3, "cy"),
        founded(4, Some("ann")),
        stand(5, "bob", Some(voiced)),
        stand(6, "cy", Some(Standing::Invited.into())),
        stand(7, "cy", None),
        changed(8, RoomAct::Bar(restriction("troll", None))),
        changed(9, RoomAct::Mute(restriction("noise", None))),
        changed(10, RoomAct::Bar(restriction("192.0.2.0/24", None))),
        changed(11, RoomAct::Unbar(Mask::parse("192.0.2.0/24").unwrap())),
    ];
    let mut expected = chinwag_core::RoomSettings::default();
    for (seq, setting) in (12..).zip(settings) {
        expected.set(&setting);
        events.push(changed(seq, RoomAct::Set([setting].into())));
    }
    let off = RoomSetting::Outsiders(false);
    expected.set(&off);
    events.push(changed(30, RoomAct::Set([off].into())));
    let snapshot = kept(events);
    let [room] = &snapshot.rooms[..] else {
        panic!("{snapshot:?}");
    };
    assert_eq!(room.rules.settings, expected);
    let mut standings = room.rules.standings.clone();
    standings.sort_by_key(|(_, standing)| std::cmp::Reverse(*standing));
    let owner = (name("ann"), Held::owner(false));
    assert_eq!(standings, [owner, (name("bob"), voiced)]);
    assert_eq!(room.rules.bars, [restriction("troll", None)]);
    assert_eq!(room.rules.mutes, [restriction("noise", None)]);
    assert!(snapshot.bans.is_empty() && snapshot.mutes.is_empty());
}

#[test]
fn a_room_that_is_renamed_keeps_all_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let old = room_name(ROOM);
    let new = chinwag_core::RoomName::parse("build").unwrap();
    let renamed = RoomRenamed {
        room: ROOM,
        by: name("ann"),
        old,
        new: new.clone(),
        why: None,
        members: [].into(),
    };
    commit(&mut store, &[said(1, ROOM.0, "ann", "hello")]);
    commit(
        &mut store,
        &[event(2, Fact::RoomRenamed(Box::new(renamed)))],
    );
    drop(store);
    let rooms = open(folder.path()).snapshot.rooms;
    assert_eq!(
        rooms.iter().map(|room| &room.name).collect::<Vec<_>>(),
        [&new]
    );
}

#[test]
fn an_empty_room_waits_for_the_sessions_that_may_come_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let closed = |seq| changed(seq, RoomAct::Set([RoomSetting::Closed(true)].into()));
    commit(&mut store, &[founded(1, None), closed(2)]);
    let session = Resumable {
        code_hash: [1; 32],
        name: name("bob"),
        until: Timestamp(5_000),
        text: String::new(),
    };
    let changes = SessionChanges {
        sessions: vec![session],
        ..SessionChanges::default()
    };
    store.change_sessions(&changes).unwrap();
    for (is_open, left) in [(true, true), (false, false)] {
        drop(store);
        let opened = open(folder.path());
        let rooms = &opened.snapshot.rooms;
        assert!(rooms[0].rules.settings.closed && !rooms[0].has_history);
        store = opened.store;
        store.forget_empty_rooms(&|_| is_open).unwrap();
        let rooms = store.reader().unwrap().rooms().unwrap();
        assert_eq!(!rooms.is_empty(), left);
    }
}

#[test]
fn an_empty_room_is_kept_for_its_owner_alone() {
    let closed = |seq| changed(seq, RoomAct::Set([RoomSetting::Closed(true)].into()));
    let owned = kept(vec![
        registered(1, "ann"),
        founded(2, Some("ann")),
        closed(3),
    ]);
    assert_eq!(owned.rooms.len(), 1);
    assert_eq!(kept(vec![founded(1, None), closed(2)]).rooms, []);
    // A name that nobody has registered owns nothing.
    let freed = kept(vec![founded(1, Some("ann")), closed(2)]);
    assert_eq!(freed.rooms, []);
    // A profile may know of it.
    assert_eq!(freed.next_room, RoomId(ROOM.0 + 1));
}

#[test]
fn rooms_that_close_leave_no_rows_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let in_room = |room: u32, seq| {
        let owner = Some(name("ann"));
        let (room, person) = (RoomId(room), PersonId(7));
        let resets = false;
        let fact = Fact::RoomFounded {
            room,
            person,
            owner,
            resets,
        };
        event(seq, fact)
    };
    commit(&mut store, &[registered(1, "ann")]);
    let founded: Vec<_> = (1..=3)
        .map(|room| in_room(room, 1 + u64::from(room)))
        .collect();
    commit(&mut store, &founded);
    commit(&mut store, &[said(8, 3, "ann", "something stays")]);
    // One of them has the number of its room, and is no reason to keep the others.
    let bars = (9..12).map(|seq| changed(seq, RoomAct::Bar(restriction(&format!("x{seq}"), None))));
    commit(&mut store, &bars.collect::<Vec<_>>());
    let changes = chinwag_store::SessionChanges {
        closed: (1..=3).map(RoomId).collect(),
        ..Default::default()
    };
    store.change_sessions(&changes).unwrap();
    let rooms = store.reader().unwrap().rooms().unwrap();
    let ids: Vec<_> = rooms.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [RoomId(3)]);
}

#[test]
fn a_number_that_a_profile_may_have_is_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path()).store;
    let changes = chinwag_store::SessionChanges {
        profiles: vec![(name("ann"), "room 8#dev\n".into())],
        next_room: Some(RoomId(9)),
        ..Default::default()
    };
    store.change_sessions(&changes).unwrap();
    drop(store);
    assert_eq!(open(folder.path()).snapshot.next_room, RoomId(9));
}

#[test]
fn a_retired_room_is_gone_and_its_number_is_not_given_again() {
    let retired = event(3, Fact::RoomRetired { room: ROOM });
    let closed = changed(2, RoomAct::Set([RoomSetting::Closed(true)].into()));
    let snapshot = kept(vec![said(1, ROOM.0, "ann", "a secret"), closed, retired]);
    assert_eq!(snapshot.rooms, []);
    assert_eq!(snapshot.next_room, RoomId(ROOM.0 + 1));
}

fn search(store: &Store, words: &str, inside: Vec<RoomId>) -> Vec<u64> {
    let query = SearchQuery {
        terms: Term::parse(words),
        matches_max: 50,
        inside,
        ..SearchQuery::default()
    };
    let found = store.reader().unwrap().search(&query).unwrap().places;
    found.into_iter().map(|(_, seq)| seq.0).collect()
}

/// With nothing of it in the index, and with all.
#[track_caller]
fn check_search(store: &Store, words: &str, inside: Vec<RoomId>, expected: &[u64]) {
    assert_eq!(search(store, words, inside.clone()), expected);
    let mut indexer = store.indexer().unwrap();
    while !indexer.step(100).unwrap().caught_up {}
    assert_eq!(search(store, words, inside), expected);
}

#[test]
fn a_search_of_all_rooms_leaves_out_those_that_are_not_open() {
    for act in [
        RoomAct::Set([RoomSetting::Closed(true)].into()),
        RoomAct::Set([RoomSetting::Hidden(true)].into()),
        RoomAct::Bar(restriction("troll", None)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let Opened { mut store, .. } = open(folder.path());
        let open_room = said(1, 0, "ann", "a word in the open");
        commit(
            &mut store,
            &[open_room, said(2, ROOM.0, "ann", "a word inside")],
        );
        check_search(&store, "word", vec![], &[1, 2]);
        commit(&mut store, &[changed(3, act)]);
        check_search(&store, "word", vec![], &[1]);
        check_search(&store, "word", vec![ROOM], &[1, 2]);
    }
}

#[test]
fn a_deleted_message_leaves_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { mut store, .. } = open(folder.path());
    let texts = ["one", "the password is hunter2", "three"];
    let turn: Vec<_> = (1..)
        .zip(texts)
        .map(|(seq, text)| said(seq, ROOM.0, "bob", text))
        .collect();
    commit(&mut store, &turn);
    let mut reader = store.reader().unwrap();
    let found = reader.find(Seq(2)).unwrap();
    let said = FoundMessage::InRoom {
        room: ROOM,
        name: name("bob"),
        account: None,
        at: Timestamp(2_000),
        is_signal: false,
    };
    assert_eq!(found, Some(said));
    check_search(&store, "hunter2", vec![], &[2]);
    commit(&mut store, &[deleted(4, 2)]);
    // Again, and one that never was.
    commit(&mut store, &[deleted(5, 2), deleted(6, 99)]);
    check_search(&store, "hunter2", vec![], &[]);
    check_search(&store, "three", vec![], &[3]);
    assert_eq!(reader.find(Seq(2)).unwrap(), None);
    let (events, total) = newest(&mut reader, ROOM.0, 10);
    assert_eq!((places(&events), total), (vec![1, 2, 3], 3));
    let is_gap = |event: &Event| matches!(&event.fact, Fact::Deleted(gap) if gap.by == name("ann"));
    assert_eq!(
        events.iter().map(is_gap).collect::<Vec<_>>(),
        [false, true, false]
    );
    let report = reader.check().unwrap();
    assert_eq!((report.faults, report.indexed), (vec![], Some(2)));
    drop((store, reader));
    let store = open(folder.path()).store;
    check_search(&store, "hunter2", vec![], &[]);
}

/// Its text is in no page of the database that is closed, and its words are in none of the index.
#[test]
fn a_deleted_message_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { mut store, .. } = open(folder.path());
    let secret = "xyzzyplugh ".repeat(1_000);
    commit(&mut store, &[said(1, ROOM.0, "bob", &secret)]);
    commit(&mut store, &[said(2, ROOM.0, "bob", "something else")]);
    commit(&mut store, &[deleted(3, 1)]);
    drop(store);
    let file = folder.path().join("messages.db");
    let bytes = std::fs::read(file).unwrap();
    let word = b"xyzzyplugh";
    assert!(!bytes.windows(word.len()).any(|part| part == word));
}

/// The logs keep what they have moved until it is written over, which on a quiet server may be never. (The
/// index itself has the words of a message until SQLite merges them, without their order.)
#[test]
fn a_deleted_message_leaves_the_logs_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { mut store, .. } = open(folder.path());
    let (mut checkpointer, mut indexer) = (store.checkpointer().unwrap(), store.indexer().unwrap());
    commit(&mut store, &[said(1, ROOM.0, "bob", "xyzzyplugh")]);
    while !indexer.step(100).unwrap().caught_up {}
    assert!(checkpointer.checkpoint().unwrap());
    commit(&mut store, &[said(2, ROOM.0, "bob", "something else")]);
    let files = || {
        let named = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().path();
        let all = std::fs::read_dir(folder.path()).unwrap().map(named);
        let has_word = |path: &std::path::PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(10).any(|part| part == b"xyzzyplugh")
        };
        let is_index = |path: &std::path::PathBuf| path.ends_with("search.db");
        all.filter(|path| !is_index(path) && has_word(path)).count()
    };
    assert_eq!(files(), 3);
    commit(&mut store, &[deleted(3, 1)]);
    let reader = store.reader().unwrap();
    assert!(checkpointer.checkpoint().unwrap(), "nobody reads just now");
    while !indexer.step(100).unwrap().caught_up {}
    assert_eq!(files(), 0);
    drop((store, reader));
}

#[test]
fn who_reads_the_log_keeps_it_and_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { mut store, .. } = open(folder.path());
    let mut checkpointer = store.checkpointer().unwrap();
    commit(&mut store, &[said(1, ROOM.0, "bob", "xyzzyplugh")]);
    let path = folder.path().join("messages.db");
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN; SELECT * FROM block").unwrap();
    commit(&mut store, &[deleted(3, 1)]);
    assert!(!checkpointer.checkpoint().unwrap());
    other.execute_batch("COMMIT").unwrap();
    assert!(checkpointer.checkpoint().unwrap());
    let log = folder.path().join("messages.db-wal");
    assert_eq!(std::fs::metadata(log).unwrap().len(), 0);
}

#[test]
fn what_deletes_is_in_the_log_without_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { mut store, .. } = open(folder.path());
    let act = ModAction::Delete {
        name: name("bob"),
        room: room_name(ROOM),
    };
    commit(&mut store, &[audit_entry(1, act.clone())]);
    let log = store.reader().unwrap().audit_log(None, 10).unwrap().0;
    assert_eq!(log[0].act, act);
}

/// `version-1.db` was written by the program before accounts had names and rooms had rules.
#[test]
fn a_store_of_version_1_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store/version-1.db");
    std::fs::copy(old, folder.path().join("messages.db")).unwrap();
    let Opened {
        mut store,
        snapshot,
        next_seq,
    } = open(folder.path());
    let rooms: Vec<_> = snapshot.rooms.iter().map(|room| room.name.bare()).collect();
    assert_eq!(rooms, ["lobby", "dev", "quiet"]);
    let topics = snapshot.rooms.iter().filter_map(|room| room.topic.as_ref());
    let topics: Vec<_> = topics.map(|topic| &*topic.text).collect();
    assert_eq!(topics, ["Friday release at 15:00", "nothing was said here"]);
    let lee = &snapshot.accounts[1];
    assert_eq!((&lee.name, lee.operator), (&name("lee"), true));
    assert_eq!((snapshot.bans.len(), snapshot.mutes.len()), (1, 1));
    assert_eq!(snapshot.motd, Some(text("Be kind.")));
    let (lobby, dev) = (seqs(&mut store, 0), seqs(&mut store, 1));
    assert_eq!((lobby.len(), dev.len()), (4, 1));
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.audit_log(None, 10).unwrap().0.len(), 4);
    assert_eq!(reader.check().unwrap().faults, []);
    check_search(&store, "green", vec![], &dev);
    // It is one of this version from then on.
    let seq = next_seq.0;
    let closed = RoomAct::Set([RoomSetting::Closed(true)].into());
    let turn = [said(seq, ROOM.0, "lee", "new"), changed(seq + 1, closed)];
    commit(&mut store, &turn);
    commit(
        &mut store,
        &[event(
            seq + 2,
            Fact::Deleted(Box::new(Deletion {
                room: RoomId(1),
                message: Seq(dev[0]),
                by: name("lee"),
                why: None,
                is_signal: false,
            })),
        )],
    );
    check_search(&store, "green", vec![], &[]);
}

fn metadata(seq: u64, owner: MetadataOwner, key: &str, value: Option<&str>) -> Arc<Event> {
    let key = MetadataKey::parse(key).unwrap();
    let value = value.and_then(MetadataValue::parse);
    let changes = [(key, value)].into();
    event(
        seq,
        Fact::MetadataSet(Box::new(MetadataSet {
            owner,
            by: PersonId(1),
            changes,
        })),
    )
}

#[test]
fn metadata_lasts_as_long_as_its_account_or_room() {
    let of = |account: &str| MetadataOwner::account(&name(account));
    let room = || MetadataOwner::Room(ROOM);
    let mut events = vec![
        registered(1, "ann"),
        registered(2, "bob"),
        said(3, ROOM.0, "ann", "hello"),
        metadata(4, of("Ann"), "url", Some("x")),
        metadata(5, of("ann"), "city", Some("")),
        metadata(6, of("ann"), "url", Some("y")),
        metadata(7, of("ann"), "pet", Some("cat")),
        metadata(8, of("ann"), "pet", None),
        metadata(9, of("bob"), "url", Some("z")),
        metadata(10, room(), "url", Some("den")),
    ];
    let shown = |snapshot: &Snapshot| {
        let all = snapshot.metadata.iter().map(|(owner, (key, value))| {
            let owner = match owner {
                MetadataOwner::Account(account) => account.name().to_string(),
                owner => format!("{owner:?}"),
            };
            format!("{owner} {key}={}", value.as_ref().unwrap())
        });
        let mut all: Vec<String> = all.collect();
        all.sort();
        all
    };
    assert_eq!(
        shown(&kept(events.clone())),
        [
            "Room(RoomId(3)) url=den",
            "ann city=",
            "ann url=y",
            "bob url=z"
        ]
    );
    events.push(account(11, "bob", AccountChange::Removed));
    events.push(founded(12, None));
    assert_eq!(shown(&kept(events)), ["ann city=", "ann url=y"]);
}
