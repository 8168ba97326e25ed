//! What the peer of a lost connection has not got: exactly the lines that are not whole in the
//! bytes that it has acknowledged.

use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;
use chinwag_core::{RoomId, Seq};
use chinwag_feed::{Feed, MERGE_BYTES_MAX, Scratch, Unacknowledged};
use proptest::prelude::*;

use crate::world::World;

fn unacknowledged(world: &World, who: usize, unacked: usize) -> Unacknowledged {
    let feed = &world.sessions[who].feed;
    feed.poll_unacknowledged(unacked as u64, &world.logs)
}

fn one_room(lines: usize) -> World {
    let mut world = World::new(2, 1 << 20);
    world.join(0, 0, 0);
    for _ in 0..lines {
        world.say(1, 0, 5);
        world.flush();
    }
    world
}

#[test]
fn a_line_is_unseen_unless_all_of_its_bytes_were_acknowledged() {
    let world = one_room(3);
    let line = "r0 0 1 xxxxx\n".len();
    for (unacked, seen) in [(0, 3), (1, 2), (line, 2), (line + 1, 1), (3 * line, 0)] {
        let found = unacknowledged(&world, 0, unacked);
        assert_eq!(found.rooms, [(RoomId(0), Seq(seen))], "{unacked}");
        assert!(found.private.is_empty());
    }
}

#[test]
fn a_line_is_seen_though_its_bell_was_not_acknowledged() {
    let mut world = World::new(2, 1 << 20);
    world.join(0, 0, 0);
    world.sessions[0].tastes.bell = true;
    (0..3).for_each(|_| drop(world.say(1, 0, 5)));
    world.flush();
    for (unacked, seen) in [(0, 3), (1, 3), (2, 2)] {
        let found = unacknowledged(&world, 0, unacked);
        assert_eq!(found.rooms, [(RoomId(0), Seq(seen))], "{unacked}");
    }
}

#[test]
fn nothing_is_kept_for_a_peer_that_is_up_to_date() {
    let mut world = one_room(3);
    world.private(0, "alone\n");
    world.flush();
    let feed = &mut world.sessions[0].feed;
    assert!(feed.awaits_acknowledgement());
    feed.handle_acknowledged(3);
    assert!(feed.awaits_acknowledgement());
    let found = unacknowledged(&world, 0, 3);
    assert_eq!(found.private, [(Seq(3), b"alone\n"[..].into())]);
    let feed = &mut world.sessions[0].feed;
    feed.handle_acknowledged(0);
    assert!(!feed.awaits_acknowledgement());
    let found = unacknowledged(&world, 0, 0);
    assert_eq!(found.rooms, [(RoomId(0), Seq(3))]);
    assert!(found.private.is_empty());
}

#[test]
fn private_lines_are_told_whole() {
    let mut world = World::new(1, 1 << 20);
    world.private(0, "one\ntwo\nthree\n");
    world.private(0, "four\n");
    world.flush();
    world.sessions[0].space = 0;
    world.private(0, "five\n");
    let private = |unacked| {
        let lines = unacknowledged(&world, 0, unacked).private;
        let lines = lines
            .iter()
            .map(|(_, lines)| String::from_utf8_lossy(lines).into_owned());
        lines.collect::<String>()
    };
    assert_eq!(private(0), "five\n");
    assert_eq!(private(1), "four\nfive\n");
    assert_eq!(private(5), "four\nfive\n");
    assert_eq!(private(6), "three\nfour\nfive\n");
    assert_eq!(private(11), "three\nfour\nfive\n");
    assert_eq!(private(12), "two\nthree\nfour\nfive\n");
    assert_eq!(private(19), "one\ntwo\nthree\nfour\nfive\n");
}

#[test]
fn an_answer_is_not_told_again() {
    let mut world = World::new(1, 1 << 20);
    world.private(0, "one\n");
    let newest = world.newest;
    world.sessions[0]
        .feed
        .handle_answer(newest, b"two\nthree\n");
    world.private(0, "four\n");
    world.flush();
    let found = unacknowledged(&world, 0, "three\nfour\n".len());
    assert_eq!(found.private, [(newest, b"four\n"[..].into())]);
    let found = unacknowledged(&world, 0, world.sessions[0].output.len());
    assert_eq!(found.private.len(), 2);
}

/// One that goes on in another dialect.
#[test]
fn what_a_peer_cannot_read_is_counted() {
    let mut world = World::new(1, 1 << 20);
    world.sessions[0].space = 0;
    for lines in ["one\n", "{two}\n{three}\n", "four\n"] {
        world.private(0, lines);
        world.say(9, 0, 1);
    }
    let mut found = unacknowledged(&world, 0, 0);
    found.retain_private(|lines| !lines.starts_with(b"{"));
    assert_eq!((found.private.len(), found.skipped), (2, 2));
    assert_eq!(found.private_bytes(), "one\nfour\n".len());
}

/// A process that is killed has not read what its system has acknowledged.
#[test]
fn news_are_kept_behind_their_acknowledgement_until_they_are_proven() {
    let mut world = one_room(1);
    let told = |world: &mut World, line: &str| {
        world.say(1, 0, 5);
        let newest = world.newest;
        let feed = &mut world.sessions[0].feed;
        feed.handle_news(newest, line.as_bytes());
        world.flush();
        newest
    };
    let one = told(&mut world, "one\n");
    world.private(0, "a word\n");
    world.sessions[0].feed.handle_acknowledged(0);
    world.sessions[0].feed.handle_heard(one);
    let two = told(&mut world, "two\n");
    let three = told(&mut world, "three\n");
    let all = unacknowledged(&world, 0, "three\n".len());
    let lines = |lines: &[(Seq, Box<[u8]>)]| {
        let text = |lines: &[u8]| String::from_utf8_lossy(lines).into_owned();
        let lines = lines.iter().map(|(after, lines)| (*after, text(lines)));
        lines.collect::<Vec<_>>()
    };
    let line = |after, line: &str| (after, line.to_owned());
    assert_eq!(lines(&all.private), [line(three, "three\n")]);
    assert_eq!(
        lines(&all.unproven),
        [line(one, "one\n"), line(two, "two\n")]
    );
    let mut proven = all.clone();
    proven.resume_after(one);
    let rest = [line(two, "two\n"), line(three, "three\n")];
    proven.private.sort_by_key(|(after, _)| *after);
    assert_eq!(lines(&proven.private), rest);
    assert_eq!((proven.skipped, proven.private_bytes()), (0, 10));
    let mut doubtful = all.clone();
    doubtful.doubt_acknowledgements();
    doubtful.forget_unproven();
    assert_eq!(
        lines(&doubtful.private),
        rest,
        "it has spoken behind the first"
    );
    let mut trusted = all.clone();
    trusted.forget_unproven();
    trusted.forget_lines(|line| line == b"three\n");
    assert_eq!(trusted.private_bytes(), 0);
    // The next connection says nothing of what it has, and the one behind that does.
    world.sessions[0].feed = Feed::default();
    world.sessions[0]
        .feed
        .handle_unproven(&all.unproven, &all.lost);
    let mut later = unacknowledged(&world, 0, 0);
    assert_eq!(later.unproven, all.unproven);
    later.resume_after(one);
    assert_eq!(lines(&later.private), [line(two, "two\n")]);
    let mut dropped = all;
    dropped.drop_private();
    dropped.resume_after(one);
    assert_eq!((dropped.private.len(), dropped.skipped), (0, 2));
    world.sessions[0].feed = Feed::default();
    world.sessions[0].feed.handle_unproven(&[], &dropped.lost);
    let found = unacknowledged(&world, 0, 0);
    assert_eq!((found.lost, found.unproven.len()), (dropped.lost, 0));
}

#[test]
fn news_that_are_too_many_at_once_are_counted_as_lost() {
    let mut world = World::new(1, 1 << 20);
    let lines = "x\n".repeat(PRIVATE_LOG_BYTES_MAX / 2 + 3);
    let feed = &mut world.sessions[0].feed;
    feed.handle_news(Seq(7), lines.as_bytes());
    let found = unacknowledged(&world, 0, 0);
    assert_eq!(found.lost.places().collect::<Vec<_>>(), [(Seq(7), 3)]);
    assert_eq!(found.skipped, 3);
}

#[test]
fn what_was_read_from_the_store_is_read_there_again() {
    let mut world = one_room(9);
    for (place, line) in [(Seq(4), "four\n"), (Seq(6), "six\n"), (Seq(7), "seven\n")] {
        world.sessions[0].feed.handle_copy(place, line.as_bytes());
    }
    world.flush();
    for (unacked, seen) in [(0, 9), (1, 6), (6, 6), (7, 5), (15, 3)] {
        let found = unacknowledged(&world, 0, unacked);
        assert_eq!(found.rooms, [(RoomId(0), Seq(seen))], "{unacked}");
        assert!(found.private.is_empty());
    }
}

#[test]
fn what_another_connection_goes_on_with_is_not_written_but_a_cut_line_ends() {
    let mut world = one_room(0);
    world.sessions[0].space = 3;
    world.say(1, 0, 5);
    world.say(1, 0, 5);
    world.flush();
    world.private(0, "alone\n");
    let lost = unacknowledged(&world, 0, 3);
    assert_eq!(lost.rooms, [(RoomId(0), Seq(0))]);
    assert_eq!(lost.private.len(), 1);
    let feed = &mut world.sessions[0].feed;
    feed.handle_superseded(0, &mut world.logs);
    world.private(0, "elsewhere\n");
    world.take(0, usize::MAX);
    assert_eq!(world.received(0), ["1", "elsewhere"]);
}

#[test]
fn a_notice_that_did_not_arrive_counts_again() {
    let mut world = World::new(2, 1000);
    world.join(0, 0, 0);
    world.sessions[0].space = 0;
    for _ in 0..20 {
        world.say(1, 0, 90);
    }
    world.flush();
    let pending = unacknowledged(&world, 0, 0);
    world.take(0, usize::MAX);
    let output = world.sessions[0].output.len();
    let notice: u64 = world.received(0)[0][2..].parse().unwrap();
    assert_eq!(unacknowledged(&world, 0, output - 1).skipped, notice);
    let all = output - format!("! {notice}\n").len();
    assert_eq!(unacknowledged(&world, 0, all).skipped, 0);
    // Before it is told of them, they can be shown instead.
    assert_eq!(pending.rooms, [(RoomId(0), Seq(0))]);
    assert_eq!(pending.skipped, 0);
}

#[test]
fn a_gap_is_told_with_its_place() {
    let mut world = World::new(2, 2000);
    world.join(0, 0, 0);
    world.join(0, 1, 0);
    world.say(1, 0, 5);
    world.flush();
    world.sessions[0].space = 0;
    for n in 0..60 {
        world.say(1, u32::from(n % 3 == 0), 90);
    }
    world.flush();
    let mut scratch = Scratch::default();
    let session = &mut world.sessions[0];
    let tastes = session.tastes.clone();
    let (feed, logs) = (&mut session.feed, &mut world.logs);
    let mut output = Vec::new();
    feed.poll_write(logs, &tastes, &mut scratch, |bytes| {
        output.extend_from_slice(bytes);
        bytes.len()
    });
    let gaps = scratch.gaps().to_vec();
    assert_eq!(gaps.len(), 2);
    let (shown, _) = lines_in(&output[output.iter().rposition(|&b| b == b'!').unwrap() + 1..][5..]);
    for gap in gaps {
        let is_of = |seq: &u64| world.rooms_of(*seq).contains(&gap.room);
        let lost: Vec<u64> = (2..=61).filter(is_of).collect();
        let lost: Vec<u64> = lost
            .into_iter()
            .filter(|seq| !shown.contains(seq))
            .collect();
        assert_eq!(lost.len() as u64, gap.lines, "{gap:?}");
        let is_within = |seq: &u64| gap.after.0 < *seq && *seq < gap.before.0;
        let within: Vec<u64> = (1..=61).filter(is_of).filter(is_within).collect();
        assert_eq!(within, lost, "{gap:?}");
    }
}

#[test]
fn lines_of_a_room_that_was_left_are_counted() {
    let mut world = one_room(5);
    world.join(1, 0, 0);
    world.leave(0, 0);
    let line = "r0 0 1 xxxxx\n".len();
    let found = unacknowledged(&world, 0, 2 * line - 1);
    assert_eq!((found.rooms.len(), found.skipped), (0, 2));
    world.leave(1, 0);
    let found = unacknowledged(&world, 0, 2 * line - 1);
    let skipped = (found.rooms.len(), found.skipped);
    assert_eq!(skipped, (0, 5), "the room went with its last member");
}

#[test]
fn what_is_too_long_ago_is_not_told_exactly() {
    let mut world = one_room(3);
    let has_past = |world: &World| world.logs[&RoomId(0)].has_past();
    assert!(has_past(&world));
    world.logs.values_mut().for_each(|room| room.forget_past());
    assert!(!has_past(&world));
    let found = unacknowledged(&world, 0, 1);
    assert_eq!(found.rooms, [(RoomId(0), Seq(3))], "nothing older is known");
    world.format(0, 0, 7);
    assert!(has_past(&world), "of the other format");
    let lines = 20_000;
    let world = one_room(lines);
    let output = &world.sessions[0].output;
    let half = output.len() / 2;
    let (seen, _) = lines_in(&output[..output.len() - half]);
    let found = unacknowledged(&world, 0, half);
    assert_eq!(Some(&found.rooms[0].1.0), seen.last());
    let found = unacknowledged(&world, 0, output.len() * 9 / 10);
    let oldest_known = (lines - (16 << 10)) as u64;
    assert_eq!(found.rooms, [(RoomId(0), Seq(oldest_known))]);
}

#[test]
fn a_room_that_was_left_and_entered_again_is_unseen_from_there_on() {
    let mut world = one_room(3);
    world.leave(0, 0);
    assert!(world.logs.is_empty());
    world.join(1, 0, 0);
    world.say(1, 0, 5);
    world.join(0, 0, 0);
    world.say(1, 0, 5);
    world.flush();
    let output = world.sessions[0].output.len();
    let found = unacknowledged(&world, 0, output);
    assert_eq!(found.rooms, [(RoomId(0), Seq(4))]);
    assert_eq!(found.skipped, 3);
}

#[test]
fn lines_of_the_stay_before_are_counted_though_a_room_is_entered_again_at_once() {
    let mut world = one_room(3);
    world.join(1, 0, 0);
    world.leave(0, 0);
    world.join(0, 0, 0);
    let output = world.sessions[0].output.len();
    let found = unacknowledged(&world, 0, output);
    assert_eq!(
        (&found.rooms[..], found.skipped),
        (&[(RoomId(0), Seq(3))][..], 3)
    );
}

#[test]
fn an_empty_room_has_nothing_unseen() {
    let mut world = one_room(3);
    world.join(0, 1, 0);
    let found = unacknowledged(&world, 0, 0);
    assert_eq!(found.rooms, [(RoomId(0), Seq(3)), (RoomId(1), Seq(3))]);
}

/// A write may be full between two rooms that have the same line.
#[test]
fn a_line_that_was_shown_from_another_room_is_not_unseen() {
    let mut shown = 0;
    for bytes in MERGE_BYTES_MAX - 60..MERGE_BYTES_MAX {
        let mut world = World::new(1, 1 << 20);
        world.join(0, 0, 0);
        world.join(0, 1, 0);
        world.private(0, &format!("{}\n", "x".repeat(bytes - 1)));
        world.rename(&[0, 1]);
        world.write_once(0);
        let seen = u64::from(world.sessions[0].output.len() > bytes);
        shown += seen;
        let found = unacknowledged(&world, 0, 0);
        let rooms = [(RoomId(0), Seq(seen)), (RoomId(1), Seq(seen))];
        assert_eq!(found.rooms, rooms, "{bytes}");
    }
    assert!(shown > 0 && shown < 60);
}

#[derive(Clone, Debug)]
enum Step {
    Say { who: usize, room: u32, bytes: usize },
    Rename,
    Visit { room: u32 },
    Private { lines: usize },
    Take { bytes: usize },
    Slice,
    Acknowledge { bytes: usize },
    Format { room: u32, format: u16 },
    Day,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..3, 0u32..2, 1usize..60)
            .prop_map(|(who, room, bytes)| Step::Say { who, room, bytes }),
        1 => Just(Step::Rename),
        1 => (0u32..2).prop_map(|room| Step::Visit { room }),
        2 => (1usize..4).prop_map(|lines| Step::Private { lines }),
        4 => (1usize..200).prop_map(|bytes| Step::Take { bytes }),
        2 => Just(Step::Take { bytes: usize::MAX }),
        4 => Just(Step::Slice),
        1 => (0usize..100).prop_map(|bytes| Step::Acknowledge { bytes }),
        1 => (0u32..2, 0u16..2).prop_map(|(room, format)| Step::Format { room, format }),
        1 => Just(Step::Day),
    ]
}

/// What is in a part of the stream: the sequence numbers of its whole lines, and private lines.
fn lines_in(bytes: &[u8]) -> (Vec<u64>, Vec<String>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let whole = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let (mut seqs, mut private) = (Vec::new(), Vec::new());
    for line in whole.map(|line| line.trim_matches(['\x07', '\n'])) {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["p", ..] => private.push(line.to_owned()),
            ["day", _] => {}
            [_, _, seq, ..] => seqs.push(seq.parse().unwrap()),
            _ => panic!("{line}"),
        }
    }
    (seqs, private)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn exactly_the_lines_that_were_not_acknowledged_whole_are_unseen(
        kind in 0usize..3,
        steps in prop::collection::vec(step(), 1..80),
        part in 0.0f64..1.0,
    ) {
        let mut world = World::new(2, 1 << 20);
        world.sessions[0].tastes.bell = kind == 1;
        world.sessions[0].tastes.ignored = (kind == 2).then_some(1);
        world.sessions[0].tastes.reworded = (kind == 2).then_some(2);
        world.join(0, 0, 0);
        world.join(0, 1, 1);
        world.join(1, 0, 1);
        let mut private = 0;
        let mut acknowledged = 0;
        for step in steps {
            match step {
                Step::Say { who, room, bytes } => drop(world.say(who, room, bytes)),
                Step::Rename => drop(world.rename(&[0, 1])),
                Step::Visit { room } => drop(world.visit(room)),
                Step::Private { lines } => {
                    let lines = (0..lines).map(|n| format!("p {}\n", private + n));
                    let lines: Vec<String> = lines.collect();
                    private += lines.len();
                    world.private(0, &lines.concat());
                }
                Step::Take { bytes } => {
                    world.sessions[0].space = 0;
                    world.take(0, bytes);
                }
                Step::Slice => world.slice(2),
                Step::Acknowledge { bytes } => {
                    let written = world.sessions[0].output.len();
                    acknowledged = acknowledged.max(written.saturating_sub(bytes));
                    let unacked = (written - acknowledged) as u64;
                    world.sessions[0].feed.handle_acknowledged(unacked);
                }
                Step::Format { room, format } => {
                    world.format(0, room, format);
                }
                Step::Day => world.day += 1,
            }
        }
        let written = world.sessions[0].output.len();
        let unacked = ((written - acknowledged) as f64 * part) as usize;
        let found = unacknowledged(&world, 0, unacked);
        let (seen, private_seen) = lines_in(&world.sessions[0].output[..written - unacked]);
        world.take(0, usize::MAX);
        let (all, _) = lines_in(&world.sessions[0].output);
        prop_assert_eq!(found.skipped, 0);
        for seq in all {
            let rooms = world.rooms_of(seq);
            let mut unseen = found.rooms.iter().filter(|(id, _)| rooms.contains(id));
            let is_unseen = unseen.any(|(_, after)| seq > after.0);
            prop_assert_eq!(is_unseen, !seen.contains(&seq), "{} in {:?}", seq, &found.rooms);
        }
        let told: Vec<u8> = found.private.iter().flat_map(|(_, lines)| lines.to_vec()).collect();
        let (_, told) = lines_in(&told);
        let told: Vec<String> = private_seen.into_iter().chain(told).collect();
        let owed: Vec<String> = (0..private).map(|n| format!("p {n}")).collect();
        prop_assert_eq!(told, owed);
    }
}
