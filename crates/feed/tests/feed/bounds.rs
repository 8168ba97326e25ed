//! What is bounded stays bounded, and what is lost for that is counted.

use chinwag_core::RoomId;
use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;
use chinwag_feed::MERGE_BYTES_MAX;

use crate::world::World;

fn told(received: &[String]) -> u64 {
    let notices = received.iter().filter_map(|line| line.strip_prefix("! "));
    notices.map(|lines| lines.parse::<u64>().unwrap()).sum()
}

#[test]
fn private_lines_are_bounded_and_what_goes_is_counted() {
    let mut world = World::new(1, 1 << 20);
    world.sessions[0].space = 0;
    let line = |number: u32| format!("{number:>99}\n");
    for number in 0..10_000 {
        world.private(0, &line(number));
    }
    world.take(0, usize::MAX);
    let kept = PRIVATE_LOG_BYTES_MAX / 100;
    let received = world.received(0);
    assert_eq!(told(&received), 10_000 - kept as u64);
    assert_eq!(received.len(), kept + 1);
    assert_eq!(received[0], format!("! {}", 10_000 - kept));
    assert_eq!(received[kept], line(9_999).trim_end_matches('\n'));
}

#[test]
fn one_answer_longer_than_the_bound_loses_its_first_lines() {
    let mut world = World::new(1, 1 << 20);
    world.private(0, "before\n");
    let lines: Vec<String> = (0..10_000)
        .map(|number| format!("{number:>99}\n"))
        .collect();
    world.private(0, &lines.concat());
    world.flush();
    let received = world.received(0);
    let kept = PRIVATE_LOG_BYTES_MAX / 100;
    assert_eq!(received.len(), kept + 1);
    assert_eq!(received[0], format!("! {}", 10_001 - kept));
}

#[test]
fn an_endless_line_is_lost_as_one() {
    let mut world = World::new(1, 1 << 20);
    world.private(0, "one\ntwo\n");
    world.private(0, &"x".repeat(PRIVATE_LOG_BYTES_MAX + 1));
    world.private(0, "three\n");
    world.flush();
    assert_eq!(world.received(0), ["! 3", "three"]);
}

#[test]
fn a_chunk_is_cut_at_the_end_of_a_line() {
    let mut world = World::new(1, 1 << 20);
    world.private(0, "one\ntwo\nthree\n");
    world.private(0, &format!("{}\n", "x".repeat(PRIVATE_LOG_BYTES_MAX - 13)));
    world.flush();
    let received = world.received(0);
    assert_eq!(received[..3], ["! 1", "two", "three"]);
    assert_eq!(received.len(), 4);
}

#[test]
fn a_reader_that_is_behind_loses_the_oldest_lines_of_a_room() {
    let mut world = World::new(3, 100_000);
    world.join(0, 0, 0);
    world.join(1, 0, 0);
    world.sessions[0].space = 0;
    for _ in 0..5000 {
        world.say(2, 0, 60);
        world.flush();
    }
    let size = world.logs[&RoomId(0)].size();
    assert!(size <= 100_000 && size > 40_000, "{size}");
    assert_eq!(world.received(1).len(), 5000);
    world.take(0, usize::MAX);
    let received = world.received(0);
    assert_eq!(told(&received) as usize + received.len() - 1, 5000);
    assert_eq!(received.last().unwrap(), "5000");
    assert_eq!(world.logs[&RoomId(0)].size(), 0);
}

/// A slow reader that is never quite up to date does not make the room keep what it has read.
#[test]
fn what_all_have_read_is_dropped_though_somebody_is_behind() {
    let mut world = World::new(2, 4 << 20);
    world.join(0, 0, 0);
    world.sessions[0].space = 0;
    for line in 0..20_000 {
        world.say(1, 0, 80 + line % 41);
        world.flush();
        // A little less than most lines.
        world.take(0, 105);
    }
    let size = world.logs[&RoomId(0)].size();
    assert!(size > 100_000 && size < 1_000_000, "{size}");
}

#[test]
fn a_line_longer_than_the_bound_is_lost_and_counted() {
    let mut world = World::new(2, 1000);
    world.join(0, 0, 0);
    world.say(1, 0, 3000);
    world.flush();
    assert_eq!(world.received(0), ["! 1"]);
}

#[test]
fn a_line_longer_than_one_merged_write_goes_out_alone() {
    let mut world = World::new(2, 4 << 20);
    world.join(0, 0, 0);
    world.sessions[0].tastes.bell = true;
    let long = "y".repeat(2 * MERGE_BYTES_MAX);
    world.private(0, &format!("before\n{long}\nbehind\n"));
    world.say(1, 0, long.len());
    world.flush();
    assert_eq!(world.received(0), ["before", &long, "behind", "1"]);
    assert_eq!(world.sessions[0].writes, 4);
}

#[test]
fn one_merged_write_is_filled_and_holds_no_more() {
    for (bytes, writes) in [(MERGE_BYTES_MAX - 7, 1), (MERGE_BYTES_MAX - 6, 2)] {
        let mut world = World::new(1, 4 << 20);
        world.private(0, "before\n");
        world.private(0, &format!("{}\n", "x".repeat(bytes - 1)));
        world.flush();
        assert_eq!(world.sessions[0].writes, writes, "private lines");

        let mut world = World::new(2, 4 << 20);
        world.join(0, 0, 0);
        world.private(0, "before\n");
        let head = "r0 0 1 \n".len();
        world.say(1, 0, bytes - head);
        world.flush();
        assert_eq!(world.sessions[0].writes, writes, "lines of a room");
    }
}

#[test]
fn urgent_bytes_are_bounded() {
    let mut world = World::new(1, 1 << 20);
    world.sessions[0].space = 0;
    for _ in 0..1000 {
        world.sessions[0].feed.handle_urgent(&[b'x'; 1000]);
    }
    world.take(0, usize::MAX);
    assert_eq!(world.output(0).len(), PRIVATE_LOG_BYTES_MAX / 1000 * 1000);
}
