//! `/history more`, `/search more` and `/around`: where they go on.

use super::*;
use crate::dialect::{HistoryPage, PastOf, Search, SearchPage};

/// A fast reader: what is asked here is more than a flood may be.
fn reader() -> Peer {
    let settings = Settings {
        line_rate: Rate::UNLIMITED,
        ..settings()
    };
    let mut peer = Peer::new(Spoke::Greeted, settings);
    peer.send("ann\n");
    peer.enter();
    peer
}

/// A history from one place to another, of which so many messages lie in the range.
fn show(peer: &mut Peer, ends: (u64, u64), shown: u64, total: u64) -> String {
    let lobby = RoomName::lobby();
    let page = HistoryPage {
        of: PastOf::Room(&lobby),
        events: &[],
        shown,
        total: Some(total),
        hides: false,
        ends: (Seq(ends.0), Seq(ends.1)),
        newer: false,
        is_first: true,
        is_last: true,
    };
    peer.tell(Tell::History(page))
}

#[test]
fn more_goes_back_from_the_newest() {
    let mut peer = reader();
    assert_eq!(peer.send("/history 5\n"), "{history of 0: Last(5)}");
    show(&mut peer, (95, 99), 5, 99);
    let earlier = "{history of 0: Before(Seq(95), 5)}";
    assert_eq!(peer.send("/history more\n"), earlier);
    show(&mut peer, (90, 94), 5, 94);
    let earlier = "{history of 0: Before(Seq(90), 5)}";
    assert_eq!(peer.send("/history more\n"), earlier);
    assert_eq!(
        show(&mut peer, (1, 0), 0, 0),
        "! Nothing earlier is kept of #lobby.\n"
    );
    assert_eq!(peer.send("/history more\n"), earlier);
}

#[test]
fn more_goes_on_from_a_time_up_to_the_end_of_a_range() {
    let mut peer = reader();
    peer.send("/history 2026-11-20\n");
    show(&mut peer, (7, 99), 93, 100);
    let later = "{history of 0: After(Seq(99), 93)}";
    assert_eq!(peer.send("/history more\n"), later);
    show(&mut peer, (1, 0), 0, 0);
    assert_eq!(peer.send("/history more\n"), later, "there may be more now");
    show(&mut peer, (1, 0), 0, 0);

    let until = START.0 / 60_000 * 60_000 - 60_000;
    let range = std::format!("{{history of 0: Between(Timestamp({}), ", until - 120_000);
    let shown = peer.send("/history 14:00..14:02\n");
    assert!(shown.starts_with(&range), "{shown}");
    show(&mut peer, (7, 8), 2, 3);
    let rest = std::format!("{{history of 0: Rest(Seq(8), Timestamp({until}))}}");
    assert_eq!(peer.send("/history more\n"), rest);
    show(&mut peer, (9, 9), 1, 1);
    let later = "{history of 0: After(Seq(9), 50)}";
    assert_eq!(peer.send("/history more\n"), later);
}

#[test]
fn more_begins_anew_in_another_room() {
    let mut peer = reader();
    assert_eq!(peer.send("/history more\n"), "{history of 0: Last(50)}");
    show(&mut peer, (50, 99), 50, 99);
    peer.dialect.handle_joined(DEV);
    assert_eq!(peer.send("/history more\n"), "{history of 7: Last(50)}");
}

fn find(peer: &mut Peer, places: &[u64], next: Option<u64>, is_first: bool) -> String {
    let event = |&seq: &u64| Event {
        seq: Seq(seq),
        ..said(LEE, "lee", "deploy")
    };
    let events: Vec<Event> = places.iter().map(event).collect();
    let page = SearchPage {
        events: &events,
        shown: places.len() as u64,
        more: next.is_some(),
        next: next.map(Seq),
        searched_since: None,
        is_first,
        is_last: true,
    };
    peer.tell(Tell::Search(page))
}

#[test]
fn a_search_goes_on_and_its_matches_have_numbers() {
    let mut peer = reader();
    let nothing = "! Nothing was searched for yet. Type /search WORDS.\n";
    assert_eq!(peer.send("/search more\n"), nothing);
    let none =
        |number| std::format!("! There is no match {number}. /search numbers what it finds.\n");
    assert_eq!(peer.send("/around 1\n"), none(1));

    peer.send("/search deploy from:lee\n");
    find(&mut peer, &[41, 45], Some(41), true);
    let shown = find(&mut peer, &[47], Some(41), false);
    assert!(shown.starts_with("[3: "), "the numbers go on: {shown}");
    let around = "{history of 0: Around(Seq(47), 10)}";
    assert_eq!(peer.send("/around 3\n"), around);
    let shown = show(&mut peer, (37, 57), 21, 21);
    assert!(
        shown.starts_with("--- messages around match 3 in #lobby"),
        "{shown}"
    );
    let later = "{history of 0: After(Seq(57), 50)}";
    assert_eq!(peer.send("/history more\n"), later);
    show(&mut peer, (1, 0), 0, 0);
    assert_eq!(peer.send("/around 4\n"), none(4));

    let asked = peer.send("/search more\n");
    let older = Search {
        not_from: std::vec![],
        not_in: std::vec![],
        words: Some(text("deploy")),
        from: Some(name("lee")),
        room: None,
        with: None,
        before: None,
        after: None,
        below: Some(Seq(41)),
    };
    assert_eq!(asked, std::format!("{{{:?}}}", Ask::Search(older)));
    let shown = find(&mut peer, &[7], None, true);
    assert!(
        shown.starts_with("--- 1 older message with \"deploy\" from lee ---"),
        "{shown}"
    );
    assert_eq!(
        peer.send("/around 1\n"),
        "{history of 0: Around(Seq(7), 10)}"
    );
    show(&mut peer, (1, 0), 0, 0);
    let none = "! The last search found no older messages.\n";
    assert_eq!(peer.send("/search more\n"), none);
}
