//! Long answers in pages: every entry that stays is on exactly one.

use chinwag_core::limits::{RESTRICTION_LINES_MAX, ROOM_LINES_MAX, WHO_LINES_MAX};
use chinwag_core::{
    Answer, Caller, LOBBY, Mask, Query, Restriction, RoomId, RoomRef, RoomSnapshot, Snapshot,
    Timestamp,
};

use crate::world::{World, join, name, room};

/// The pages of a query, each as its lines and the number of lines that it says come after.
fn pages<C>(
    world: &World,
    first: Query,
    mut read: impl FnMut(Answer) -> (Vec<String>, usize, Option<C>),
    next: impl Fn(C) -> Query,
) -> Vec<(Vec<String>, usize)> {
    let mut pages = Vec::new();
    let mut query = Some(first);
    while let Some(asked) = query {
        let answer = world.chat.answer(world.caller("lee"), asked, world.now);
        let (lines, more, cursor) = read(answer.expect("an answer"));
        pages.push((lines, more));
        query = cursor.map(&next);
    }
    pages
}

#[track_caller]
fn check(pages: &[(Vec<String>, usize)], lines_max: usize, all: usize) {
    let mut left = all;
    for (lines, more) in pages {
        assert!(lines.len() <= lines_max);
        left -= lines.len();
        assert_eq!(*more, left);
    }
    assert_eq!((left, pages.len()), (0, all.div_ceil(lines_max)));
    let mut lines: Vec<&String> = pages.iter().flat_map(|(lines, _)| lines).collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all, "each once");
}

fn who(after: Option<chinwag_core::MemberCursor>) -> Query {
    let room = RoomRef::Id(LOBBY);
    Query::Who { room, after }
}

fn read_who(answer: Answer) -> (Vec<String>, usize, Option<chinwag_core::MemberCursor>) {
    match answer {
        Answer::Who {
            people, more, next, ..
        } => {
            let names = people.iter().map(|line| line.name.to_string());
            (names.collect(), more, next)
        }
        answer => panic!("{answer:?}"),
    }
}

fn read_names(answer: Answer) -> (Vec<String>, usize, Option<chinwag_core::MemberCursor>) {
    match answer {
        Answer::Names { members, next, .. } => {
            let names = members.iter().map(|(name, _)| name.to_string());
            (names.collect(), 0, next)
        }
        answer => panic!("{answer:?}"),
    }
}

/// As many people as that, lee among them.
fn world_of(people: usize) -> World {
    let mut world = World::with(&["lee"]);
    for n in 1..people {
        world.arrive(&format!("p{n}")).expect("space for one more");
    }
    world
}

#[test]
fn the_people_of_a_room() {
    for people in [1, WHO_LINES_MAX, WHO_LINES_MAX + 1, 2 * WHO_LINES_MAX + 7] {
        let world = world_of(people);
        let lines = pages(&world, who(None), read_who, |after| who(Some(after)));
        check(&lines, WHO_LINES_MAX, people);
        let room = || RoomRef::Id(LOBBY);
        let names = |after| Query::Names {
            room: room(),
            after,
        };
        let alone = pages(&world, names(None), read_names, |after| names(Some(after)));
        let names_of = |pages: &[(Vec<String>, usize)]| -> Vec<Vec<String>> {
            pages.iter().map(|(names, _)| names.clone()).collect()
        };
        assert_eq!(names_of(&alone), names_of(&lines));
    }
}

#[test]
fn people_who_stay_are_listed_though_others_go_between_two_pages() {
    let mut world = world_of(2 * WHO_LINES_MAX);
    let ask = |world: &World, after| {
        let answer = world
            .chat
            .answer(world.caller("lee"), who(after), world.now);
        read_who(answer.expect("an answer"))
    };
    let (first, more, next) = ask(&world, None);
    assert_eq!(more, WHO_LINES_MAX);
    // The last of the first page and the first of the second.
    for gone in [WHO_LINES_MAX - 1, WHO_LINES_MAX] {
        world.lose(&format!("p{gone}"));
    }
    let (second, _, end) = ask(&world, next);
    assert_eq!(
        (first.len(), second.len(), end),
        (WHO_LINES_MAX, WHO_LINES_MAX - 1, None)
    );
    assert_eq!(second[0], format!("p{}", WHO_LINES_MAX + 1));
}

#[test]
fn the_rooms_by_size() {
    for number in [1, ROOM_LINES_MAX, 2 * ROOM_LINES_MAX + 7] {
        let rooms = (1..number as u32).map(|n| RoomSnapshot {
            has_history: true,
            created: None,
            rules: Default::default(),
            id: RoomId(n),
            name: room(&format!("r{n}")),
            topic: None,
        });
        let snapshot = Snapshot {
            rooms: rooms.collect(),
            ..Snapshot::default()
        };
        let mut world = World::new(crate::world::settings(), snapshot);
        for who in ["lee", "ann"] {
            world.arrive(who).expect("here");
        }
        if number > 3 {
            world.by("ann", join("r3")).expect("joined");
        }
        let read = |answer| match answer {
            Answer::Rooms { rooms, more, next } => {
                assert!(rooms.is_sorted_by(|a, b| a.here >= b.here));
                let names = rooms.iter().map(|line| line.room.to_string());
                (names.collect(), more, next)
            }
            answer => panic!("{answer:?}"),
        };
        let next = |after| Query::Rooms { after: Some(after) };
        let pages = pages(&world, Query::Rooms { after: None }, read, next);
        check(&pages, ROOM_LINES_MAX, number);
        let first = &pages[0].0[..number.min(2)];
        assert_eq!(first, &["#lobby", "#r3"][..first.len()]);
    }
}

fn restrictions(number: usize, until: Option<Timestamp>) -> Vec<Restriction> {
    let numbers = 0..number;
    let restriction = |n| Restriction {
        at: Timestamp(0),
        mask: Mask::parse(&format!("p{n}")).expect("a mask"),
        until,
        by: name("lee"),
        why: None,
    };
    numbers.map(restriction).collect()
}

fn restriction_pages(world: &World) -> Vec<(Vec<String>, usize)> {
    let mut left = 0;
    let read = |answer| match answer {
        Answer::Restrictions {
            bans, mutes, next, ..
        } => {
            let bans = bans.iter().map(|ban| format!("ban {}", ban.mask));
            let mutes = mutes.iter().map(|mute| format!("mute {}", mute.mask));
            (bans.chain(mutes).collect::<Vec<_>>(), 0, next)
        }
        answer => panic!("{answer:?}"),
    };
    let first = Query::Restrictions { after: None };
    let mut pages = pages(world, first, read, |after| Query::Restrictions {
        after: Some(after),
    });
    for (lines, more) in pages.iter_mut().rev() {
        *more = left;
        left += lines.len();
    }
    pages
}

#[test]
fn the_bans_and_then_the_mutes() {
    for (bans, mutes) in [
        (0, 1),
        (1, 0),
        (99, 1),
        (100, 1),
        (101, 250),
        (250, 0),
        (3, 4),
    ] {
        let snapshot = Snapshot {
            bans: restrictions(bans, None),
            mutes: restrictions(mutes, None),
            ..Snapshot::default()
        };
        let mut world = World::new(crate::world::settings(), snapshot);
        world.arrive("lee").expect("here");
        let pages = restriction_pages(&world);
        check(&pages, RESTRICTION_LINES_MAX, bans + mutes);
        let lines: Vec<&String> = pages.iter().flat_map(|(lines, _)| lines).collect();
        assert!(lines.is_sorted_by_key(|line| line.starts_with("mute")));
    }
}

#[test]
fn restrictions_that_have_run_out_are_left_out_and_tidied_in_steps() {
    let over = Some(crate::world::START);
    let snapshot = Snapshot {
        bans: restrictions(600, over),
        mutes: restrictions(7, None),
        ..Snapshot::default()
    };
    let mut world = World::new(crate::world::settings(), snapshot);
    world.arrive("lee").expect("here");
    let listed = |world: &World| -> Vec<usize> {
        let pages = restriction_pages(world);
        pages.iter().map(|(lines, _)| lines.len()).collect()
    };
    assert_eq!(listed(&world), [0, 0, 0, 0, 0, 0, 7]);
    for pages in [4, 1, 1] {
        let facts = world.act(Caller::Server, chinwag_core::Command::Tidy);
        assert!(facts.is_ok_and(|facts| !facts.is_empty()));
        assert_eq!(listed(&world).len(), pages);
    }
    let facts = world.act(Caller::Server, chinwag_core::Command::Tidy);
    assert_eq!(facts, Ok(vec![]));
}
