//! Files that earlier versions have made. Each was made by the program of its time.

use chinwag_core::{Detail, Mask, Range, RoomId, Timestamp};
use chinwag_store::{Filter, Store};

use crate::movements::joined;
use crate::support::*;

const VERSION_1: &[u8] = include_bytes!("version-1.db");

#[test]
fn a_store_of_version_1_has_everything_it_had() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("messages.db"), VERSION_1).unwrap();
    let opened = open(folder.path());
    let (mut store, snapshot) = (opened.store, opened.snapshot);
    let mut accounts = snapshot.accounts;
    accounts.sort_by_key(|account| account.name.folded().to_owned());
    let [ann, lee] = &accounts[..] else {
        panic!("{accounts:?}");
    };
    assert_eq!((ann.name.as_str(), ann.operator), ("Ann", false));
    assert_eq!((lee.name.as_str(), lee.operator), ("lee", true));
    assert!(lee.appointed.0 > 0);
    for account in [ann, lee] {
        let hash = account.password_hash().expect("a password");
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert_eq!(account.credentials.len(), 1);
    }
    assert_eq!(snapshot.motd, Some(text("Be kind.")));
    let masks: Vec<Mask> = snapshot.bans.into_iter().map(|ban| ban.mask).collect();
    assert_eq!(masks, [Mask::parse("192.0.2.0/24").unwrap()]);
    let lobby = store.recent(RoomId(0), 9, 9_999).unwrap();
    assert_eq!(lobby.total, 4);
    let rooms: Vec<_> = snapshot.rooms.iter().map(|room| room.name.bare()).collect();
    assert_eq!(rooms, ["lobby", "dev", "quiet"]);
    let topic = snapshot.rooms[0].topic.as_ref().expect("a topic");
    assert_eq!(&*topic.text, "Friday release at 15:00");
    let dev = snapshot.rooms[1].id;
    assert_eq!(store.recent(dev, 9, 9_999).unwrap().total, 1);
    let log = store.reader().unwrap().audit_log(None, 99).unwrap().0;
    assert_eq!(log.len(), 4);
    drop(store);
    // And once more, up to date.
    assert_eq!(open(folder.path()).snapshot.accounts.len(), 2);
}

const VERSION_5: &[u8] = include_bytes!("version-5.db");

/// lee has marked #dev, #größe, #gone, bea and #never, and is in #lobby and #dev; bea is in the same.
#[test]
fn a_store_of_version_5_knows_rooms_by_number() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("messages.db"), VERSION_5).unwrap();
    // Neither session was in a room of which nothing is left.
    let mut store = open(folder.path()).store;
    store.forget_empty_rooms(&|_| false).unwrap();
    drop(store);
    let opened = open(folder.path());
    let (mut store, snapshot) = (opened.store, opened.snapshot);
    let mut markers: Vec<_> = snapshot
        .markers
        .iter()
        .map(|marker| (marker.account.as_str(), &*marker.key))
        .collect();
    markers.sort_unstable();
    // Nothing is left of #gone but who owned it, and so it has gone.
    assert_eq!(
        markers,
        [("lee", "bea"), ("lee", "room 1"), ("lee", "room 2")]
    );
    assert_eq!(
        snapshot.next_room,
        RoomId(4),
        "the number of #gone is not given again"
    );
    let profile = store.profile(&name("lee")).unwrap();
    assert_eq!(profile.as_deref(), Some("room 0#lobby\nroom 1#dev\n"));
    let (sessions, _) = store.sessions(Timestamp(0)).unwrap();
    let rooms = "room 0#lobby 29\nroom 1#dev 29\ncurrent 1#dev\n";
    assert!(sessions[0].text.starts_with(rooms), "{}", sessions[0].text);
    let dev = store.recent(RoomId(1), 9, 9_999).unwrap();
    let accounts: Vec<_> = dev
        .events
        .iter()
        .map(|event| event.fact.author_account())
        .collect();
    assert_eq!(accounts, [None], "nobody knows it of what was said before");
    drop(store);
    assert_eq!(open(folder.path()).snapshot.markers, snapshot.markers);
}

const VERSION_7: &[u8] = include_bytes!("version-7.db");

/// ann, who is registered, spoke in #lobby and her #dev and set a topic; bob spoke in #lobby.
#[test]
fn a_store_of_version_7_keeps_who_comes_from_now_on() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("messages.db"), VERSION_7).unwrap();
    let opened = open(folder.path());
    let (mut store, next) = (opened.store, opened.next_seq);
    let rooms = &opened.snapshot.rooms;
    let rooms: Vec<_> = rooms
        .iter()
        .map(|room| (room.id.0, room.name.bare()))
        .collect();
    assert_eq!(rooms, [(0, "lobby"), (1, "dev")]);
    assert_eq!(store.recent(RoomId(0), 9, 9_999).unwrap().total, 2);
    assert_eq!(store.recent(RoomId(1), 9, 9_999).unwrap().total, 1);
    let lines = |store: &Store| {
        let filter = Filter {
            detail: Detail::Lines,
            ..Filter::default()
        };
        let mut reader = store.reader().unwrap();
        let extent = reader.extent(RoomId(0), Range::Last(9), 9, filter).unwrap();
        assert_eq!(reader.check().unwrap().faults, []);
        extent.total
    };
    // Two messages and a topic.
    assert_eq!(lines(&store), Some(3));
    assert!(store.note_movement(RoomId(0), &joined(next.0, 0, "cy")));
    commit(&mut store, &[said(next.0 + 1, 0, "cy", "hi")]);
    assert_eq!(lines(&store), Some(5));
    drop(store);
    assert_eq!(lines(&open(folder.path()).store), Some(5));
}
