//! One small case for each promise.

use chinwag_core::{Manner, RoomId, Seq};
use chinwag_feed::{MERGE_BYTES_MAX, Progress};

use crate::world::{Session, World};

const ROOMY: usize = 4 << 20;

fn world(sessions: usize) -> World {
    let mut world = World::new(sessions, ROOMY);
    (0..sessions).for_each(|who| world.join(who, 0, 0));
    world
}

#[test]
fn news_is_written_straight_from_the_log_in_one_write() {
    let mut world = world(2);
    for _ in 0..1000 {
        world.say(9, 0, 100);
    }
    world.flush();
    assert_eq!(world.received(1).len(), 1000);
    assert_eq!(world.sessions[1].writes, 1);
    assert_eq!(world.logs[&RoomId(0)].size(), 0);
    let session = &mut world.sessions[1];
    let nothing = |_: &chinwag_feed::Run<'_>| panic!("there is nothing to be written");
    let progress = session
        .feed
        .poll_straight(RoomId(0), &mut world.logs, nothing);
    assert_eq!(progress, Progress::Idle);
}

/// Writes the news of room 0 straight to session 0, whose socket takes so many bytes.
fn straight(world: &mut World, takes: usize) -> Progress {
    let session = &mut world.sessions[0];
    let write = |run: &chinwag_feed::Run<'_>| run.bytes.len().min(takes);
    session
        .feed
        .poll_straight(RoomId(0), &mut world.logs, write)
}

#[test]
fn a_straight_write_tells_how_far_it_came() {
    let mut world = world(1);
    assert_eq!(straight(&mut world, 0), Progress::Idle);
    world.say(9, 0, 10);
    let seen = world.newest;
    assert_eq!(straight(&mut world, usize::MAX), Progress::Idle);
    assert_eq!(world.sessions[0].feed.seen(), seen);
    world.say(9, 0, 10);
    world.say(9, 0, 10);
    // A socket that takes nothing has shown nothing.
    assert_eq!(straight(&mut world, 0), Progress::Full);
    assert_eq!(world.sessions[0].feed.seen(), seen);
    assert_eq!(straight(&mut world, 3), Progress::Full);
    // The rest of the line is to be written first, with what stands behind it.
    assert_eq!(straight(&mut world, usize::MAX), Progress::More);
}

#[test]
fn who_comes_has_seen_nothing_of_what_was_said_before() {
    let mut world = world(1);
    world.say(9, 0, 10);
    world.flush();
    world.sessions.push(Session::default());
    world.join(1, 0, 0);
    world.say(9, 0, 10);
    let late = &mut world.sessions[1];
    let progress = late.feed.poll_straight(RoomId(0), &mut world.logs, |_| 0);
    assert_eq!((progress, late.feed.seen()), (Progress::Full, Seq(0)));
}

#[test]
fn what_the_log_has_forgotten_is_not_written_straight() {
    let mut world = World::new(1, 4096);
    world.join(0, 0, 0);
    for _ in 0..100 {
        world.say(9, 0, 100);
    }
    assert_eq!(straight(&mut world, usize::MAX), Progress::More);
}

#[test]
fn rooms_and_private_lines_are_merged_in_the_one_order() {
    let mut world = world(1);
    world.private(0, "zero\n");
    world.say(9, 0, 1);
    world.flush();
    world.join(0, 1, 1);
    world.say(9, 1, 1);
    world.say(9, 0, 1);
    world.private(0, "two\n");
    world.say(9, 0, 1);
    world.say(9, 1, 1);
    world.private(0, "four\n");
    world.flush();
    let all = ["zero", "1", "2", "3", "two", "4", "5", "four"];
    assert_eq!(world.received(0), all);
    assert_eq!(world.sessions[0].writes, 2);
}

#[test]
fn what_stands_in_two_rooms_is_shown_once() {
    let mut world = world(2);
    world.join(0, 1, 0);
    world.rename(&[0, 1]);
    world.say(9, 1, 1);
    world.flush();
    assert_eq!(world.received(0), ["1", "2"]);
    assert_eq!(world.received(1), ["1"]);
}

#[test]
fn what_stands_in_two_rooms_is_shown_once_though_a_write_ends_between_or_in_them() {
    for space in [MERGE_BYTES_MAX, MERGE_BYTES_MAX - 3] {
        let mut world = world(1);
        world.join(0, 1, 0);
        let line = "r0 0 1 \n".len();
        world.say(9, 0, MERGE_BYTES_MAX - 2 * line - "moved".len());
        world.rename(&[0, 1]);
        world.sessions[0].space = space;
        world.flush();
        world.take(0, usize::MAX);
        assert_eq!(world.received(0), ["1", "2"]);
    }
}

#[test]
fn an_own_line_is_left_out_and_no_other() {
    let mut world = world(2);
    world.say(1, 0, 1);
    world.say(0, 0, 1);
    world.say(1, 0, 1);
    world.flush();
    assert_eq!(world.received(0), ["1", "3"]);
    assert_eq!(world.received(1), ["2"]);
}

/// A count of own lines would stay above zero for good, and keep this member off the straight path.
#[test]
fn an_own_line_that_is_shown_or_lost_leaves_no_trace() {
    let mut world = World::new(2, 1000);
    world.join(0, 0, 0);
    world.join(1, 0, 0);
    world.say(0, 0, 1);
    world.sessions[0].tastes.echo = true;
    world.flush();
    assert_eq!(world.received(0), ["1"]);
    world.sessions[0].tastes.echo = false;
    world.sessions[0].space = 0;
    world.say(0, 0, 1);
    for _ in 0..20 {
        world.say(1, 0, 90);
    }
    world.flush();
    world.take(0, usize::MAX);
    assert_eq!(world.logs[&RoomId(0)].size(), 0);
    let before = world.sessions[0].writes;
    world.say(1, 0, 1);
    world.say(1, 0, 1);
    let session = &mut world.sessions[0];
    let progress = session
        .feed
        .poll_straight(RoomId(0), &mut world.logs, |run| run.bytes.len());
    assert_eq!(progress, Progress::Idle);
    assert_eq!(before, session.writes);
}

#[test]
fn what_a_person_says_in_another_session_is_shown() {
    let mut world = world(2);
    world.sessions[1].tastes.person = 0;
    world.sessions[1].tastes.bell = true;
    world.say(0, 0, 10);
    world.flush();
    assert_eq!(world.received(0), [""; 0]);
    assert_eq!(world.received(1), ["1"]);
}

#[test]
fn an_action_is_shown_to_the_one_who_did_it() {
    let mut world = world(1);
    world.say_as(0, 0, 1, Manner::Action);
    world.flush();
    assert_eq!(world.received(0), ["1"]);
}

#[test]
fn the_line_of_a_new_day_is_shown_also_where_the_line_behind_it_is_not() {
    let mut world = world(2);
    world.day = 2;
    world.say(0, 0, 1);
    world.say(1, 0, 1);
    world.flush();
    assert_eq!(world.output(0), "day 2\nr0 0 2 x\n");
    assert_eq!(world.output(1), "day 2\nr0 0 1 x\n");
}

#[test]
fn an_ignored_voice_is_not_heard_and_a_bell_rings_behind_its_line() {
    let mut world = world(3);
    world.sessions[0].tastes.ignored = Some(1);
    world.sessions[0].tastes.bell = true;
    for who in [1, 2, 2, 1, 1, 1] {
        world.say(who, 0, 1);
    }
    world.visit(0);
    world.flush();
    assert_eq!(world.output(0), "r0 0 2 x\nr0 0 3 x\n\x07r0 0 7 moved\n");
}

#[test]
fn a_line_is_shown_in_other_words_behind_the_line_of_a_new_day() {
    let mut world = world(1);
    world.sessions[0].tastes.reworded = Some(9);
    world.say(8, 0, 3);
    world.day += 1;
    world.say(9, 0, 3);
    world.say(8, 0, 3);
    world.flush();
    let expected = "r0 0 1 xxx\nday 2\nr0 R 2 other words\nr0 0 3 xxx\n";
    assert_eq!(world.output(0), expected);
    // However small the pieces are, and whatever the length of the line in the log.
    for bytes in [1, 2_000] {
        world.say(9, 0, bytes);
    }
    world.say(8, 0, 3);
    world.sessions[0].space = 1;
    world.flush();
    for _ in 0..100 {
        world.take(0, 1);
    }
    let rest = "r0 R 4 other words\nr0 R 5 other words\nr0 0 6 xxx\n";
    assert_eq!(world.output(0), format!("{expected}{rest}"));
}

#[test]
fn a_cut_line_keeps_its_rest_however_small_the_pieces() {
    for step in 1..30 {
        let mut world = world(2);
        world.sessions[0].space = step;
        for _ in 0..5 {
            world.say(1, 0, 7);
        }
        world.flush();
        world.private(0, "alone\n");
        world.say(1, 0, 7);
        for _ in 0..200 {
            world.take(0, step);
        }
        let all = ["1", "2", "3", "4", "5", "alone", "6"];
        assert_eq!(world.received(0), all, "{step}");
        world.flush();
        assert_eq!(world.logs[&RoomId(0)].size(), 0);
    }
}

#[test]
fn lines_not_written_when_a_room_is_left_are_counted() {
    let mut world = world(2);
    world.sessions[0].space = 0;
    for _ in 0..4 {
        world.say(1, 0, 5);
    }
    world.flush();
    world.leave(0, 0);
    world.say(1, 0, 5);
    world.take(0, usize::MAX);
    assert_eq!(world.received(0), ["! 4"]);
    world.leave(1, 0);
    assert!(
        world.logs.is_empty(),
        "the last member takes the room along"
    );
}

#[test]
fn a_new_format_goes_on_where_the_old_one_was() {
    let mut world = world(2);
    world.sessions[0].space = 0;
    world.say(1, 0, 1);
    world.say(1, 0, 1);
    world.flush();
    world.format(0, 0, 7);
    world.say(1, 0, 1);
    world.format(1, 0, 7);
    world.take(0, usize::MAX);
    world.flush();
    assert_eq!(world.output(0), "r0 7 1 x\nr0 7 2 x\nr0 7 3 x\n");
}

#[test]
fn a_log_that_is_there_already_is_made_longer_for_one_who_is_behind() {
    let mut world = world(3);
    world.sessions[0].space = 0;
    world.say(2, 0, 1);
    world.say(2, 0, 1);
    world.flush();
    world.format(1, 0, 7);
    world.sessions[1].space = 3;
    world.say(2, 0, 1);
    world.flush();
    world.format(0, 0, 7);
    world.say(2, 0, 1);
    world.take(0, usize::MAX);
    world.take(1, usize::MAX);
    assert_eq!(world.received(0), ["1", "2", "3", "4"]);
    assert_eq!(world.received(1), ["1", "2", "3", "4"]);
    assert!(world.output(1).ends_with("r0 7 3 x\nr0 7 4 x\n"));
}

#[test]
fn a_held_feed_writes_private_lines_alone() {
    let mut world = world(2);
    world.sessions[0].feed.hold(Seq(0));
    assert!(world.sessions[0].feed.is_held());
    world.say(1, 0, 1);
    world.flush();
    world.private(0, "missed\n");
    world.flush();
    assert_eq!(world.received(0), ["missed"]);
    world.sessions[0].feed.release();
    world.flush();
    assert_eq!(world.received(0), ["missed", "1"]);
    assert!(!world.sessions[0].feed.is_held());
}

#[test]
fn a_reader_who_is_behind_has_older_lines_before_what_holds_the_newer_ones() {
    let mut world = world(2);
    world.sessions[0].space = 0;
    world.say(1, 0, 1);
    world.say(1, 0, 1);
    world.sessions[0].feed.hold(Seq(2));
    world.sessions[0].feed.handle_answer(Seq(2), b"answer\n");
    world.say(1, 0, 1);
    world.take(0, usize::MAX);
    assert_eq!(world.received(0), ["1", "2", "answer"]);
    world.sessions[0].feed.handle_answer(Seq(2), b"more\n");
    world.flush();
    world.sessions[0].feed.release();
    world.flush();
    assert_eq!(world.received(0), ["1", "2", "answer", "more", "3"]);
}

#[test]
fn what_falls_off_while_a_feed_is_held_is_counted() {
    let mut world = World::new(2, 2000);
    world.join(0, 0, 0);
    world.sessions[0].feed.hold(Seq(0));
    for _ in 0..100 {
        world.say(1, 0, 50);
    }
    world.private(0, "missed\n");
    world.flush();
    assert_eq!(world.received(0), ["missed"]);
    world.sessions[0].feed.release();
    world.flush();
    let received = world.received(0);
    let lost: usize = received[1].strip_prefix("! ").unwrap().parse().unwrap();
    assert_eq!(lost + received.len() - 2, 100);
    assert!(lost > 50 && lost < 100, "{lost}");
}

#[test]
fn what_was_seen_in_another_way_is_not_shown_again() {
    for seen in 1..=3 {
        let mut world = world(1);
        (0..3).for_each(|_| drop(world.say(9, 0, 1)));
        world.sessions[0].feed.handle_seen(Seq(2));
        world.sessions[0].feed.handle_seen(Seq(seen));
        assert_eq!(world.sessions[0].feed.seen(), Seq(seen.max(2)));
        world.flush();
        assert_eq!(world.received(0), &["3"][..3 - seen.max(2) as usize]);
        assert_eq!(world.sessions[0].feed.seen(), Seq(3));
    }
}

#[test]
fn a_merged_write_takes_no_more_than_its_bound() {
    let mut world = world(1);
    world.sessions[0].tastes.bell = true;
    for line in 0..150 {
        world.say(9, 0, 1000);
        world.private(0, &format!("{line:>1010}\n"));
    }
    let mut largest = 0;
    let tastes = world.sessions[0].tastes.clone();
    let mut scratch = chinwag_feed::Scratch::default();
    let mut writes = 0;
    loop {
        let feed = &mut world.sessions[0].feed;
        let progress = feed.poll_write(&mut world.logs, &tastes, &mut scratch, |bytes| {
            largest = largest.max(bytes.len());
            writes += 1;
            bytes.len()
        });
        if progress != chinwag_feed::Progress::More {
            break;
        }
    }
    assert!(largest <= MERGE_BYTES_MAX && largest > MERGE_BYTES_MAX - 1100);
    assert_eq!(writes, 5);
}

#[test]
fn urgent_bytes_go_before_every_line_and_into_none() {
    let mut world = world(1);
    world.sessions[0].space = 3;
    world.say(9, 0, 10);
    world.say(9, 0, 10);
    world.private(0, "private\n");
    world.flush();
    world.sessions[0].feed.handle_urgent(b"<mark>");
    world.take(0, usize::MAX);
    let output = world.output(0);
    let (first, others) = output.split_once("<mark>").unwrap();
    let count = |part: &str| part.matches('\n').count();
    assert!(first.ends_with('\n'), "{output}");
    assert!(count(first) < count(others), "{output}");
    assert!(others.ends_with("private\n"), "{output}");
}

#[test]
fn urgent_bytes_are_bytes_of_the_stream_and_no_lines() {
    let mut world = world(1);
    world.private(0, "one\n");
    world.flush();
    world.sessions[0].feed.handle_urgent(b"<mark>");
    world.private(0, "two\n");
    world.flush();
    let unseen = |unacked| {
        let unseen = world.sessions[0]
            .feed
            .poll_unacknowledged(unacked, &world.logs);
        assert_eq!(unseen.skipped, 0);
        let lines = unseen.private.into_iter();
        let bytes = lines.flat_map(|(_, lines)| lines.into_vec());
        String::from_utf8(bytes.collect()).unwrap()
    };
    assert_eq!(unseen(0), "");
    assert_eq!(unseen(4), "two\n");
    assert_eq!(unseen(10), "two\n");
    assert_eq!(unseen(11), "one\ntwo\n");
}
