//! A shard between its sessions and the rest of the server: when it reads, what it hands over, when it is over.

use chinwag_core::{Command, Duration, Monotonic, QuitReason};

use super::acknowledged::reported;
use super::lost_pages::{ann_and_bob, seen_by};
use super::{World, steady};
use crate::config::{Config, DEFAULT_PORT};
use crate::control::ShardConfig;
use crate::hub::{Body, Request};
use crate::limits::{HANDSHAKES_MAX, SNIFFING_MAX};

/// Something comes from a client, and the shard hears of it.
pub(super) fn send(world: &mut World, name: &str, bytes: &[u8]) {
    world.pipe(name).to_server.extend(bytes);
    let mut names = world.people.iter().map(|(name, _, _)| name);
    let place = names.position(|other| other == name);
    world.wake(place.expect("a connection"));
}

/// The requests that come of a line.
pub(super) fn requests_of(world: &mut World, name: &str, line: &str) -> Vec<Request> {
    send(world, name, format!("{line}\n").as_bytes());
    world.shard.handle_input(steady(world.now));
    world.shard.poll_requests().expect("requests")
}

/// So many milliseconds after a conversation began.
fn later(world: &World, ms: u64) -> Monotonic {
    steady(world.now) + Duration::from_millis(ms)
}

#[test]
fn what_the_hub_had_no_room_for_comes_before_what_was_said_since() {
    let mut world = ann_and_bob("");
    world.step("+ 1s");
    seen_by(&mut world, "bob");
    let one = requests_of(&mut world, "ann", "one");
    send(&mut world, "ann", b"two\n");
    world.shard.handle_input(steady(world.now));
    world.shard.put_back(one);
    world.settle();
    let seen = seen_by(&mut world, "bob");
    assert!(seen.len() == 2, "{seen:?}");
    assert!(
        seen[0].ends_with("ann: one") && seen[1].ends_with("ann: two"),
        "{seen:?}"
    );
}

#[test]
fn a_shard_that_drains_reads_nothing_more_and_says_so_once() {
    let mut world = ann_and_bob("");
    world.step("+ 1s");
    seen_by(&mut world, "bob");
    assert!(!world.shard.poll_drained(), "nobody has asked it to");
    let last = requests_of(&mut world, "ann", "in time");
    send(&mut world, "ann", b"too late\n");
    world.shard.drain();
    world.shard.put_back(last);
    assert!(!world.shard.poll_drained(), "a request is left");
    world.settle();
    let seen = seen_by(&mut world, "bob");
    assert!(seen.len() == 1 && seen[0].ends_with("in time"), "{seen:?}");
    assert!(world.shard.poll_drained());
    assert!(!world.shard.poll_drained());
}

#[test]
fn a_shard_is_over_when_it_is_stopped_and_all_have_gone() {
    let mut world = World::new("");
    assert!(!world.shard.is_over());
    world.connect("ann", "!");
    world.shard.stop();
    assert!(!world.shard.is_over());
    world.step("ann^");
    assert!(world.shard.is_over());
}

#[test]
fn a_shard_that_gives_up_tells_what_peers_have_not_got() {
    let mut world = ann_and_bob("");
    world.step("bob~");
    world.step("ann> one");
    world.shard.stop();
    world.settle();
    world.shard.give_up();
    let requests = world.shard.poll_requests().unwrap_or_default();
    let is_last = |request: &Request| matches!(request.body, Body::Unseen { is_final: true, .. });
    assert!(requests.iter().any(is_last), "{requests:?}");
}

#[test]
fn connections_are_timed_from_when_they_came_and_from_what_they_sent_last() {
    let mut world = World::new("");
    world.now = world.now + Duration::from_secs(10);
    world.connect("ann", "!");
    assert_eq!(world.shard.deadline(), Some(later(&world, 250)));
    world.pass(Duration::from_secs(5));
    // It has been greeted. What it speaks is looked at anew.
    world.now = world.now + Duration::from_secs(10);
    send(&mut world, "ann", b"C");
    world.shard.handle_input(steady(world.now));
    assert_eq!(world.shard.deadline(), Some(later(&world, 250)));
}

#[test]
fn a_deadline_that_has_moved_is_kept() {
    let mut world = World::new("[limits]\narrival_time = \"20s\"");
    world.connect("ann", "!");
    assert_eq!(world.shard.deadline(), Some(later(&world, 250)));
    send(&mut world, "ann", b"CAP LS 302\r\nNICK ann\r\n");
    world.shard.handle_input(steady(world.now));
    let now = later(&world, 5_000);
    world.shard.handle_timeouts(now);
    assert_eq!(world.shard.deadline(), Some(later(&world, 20_000)));
}

#[test]
fn a_peer_that_takes_no_more_is_given_up_in_time_though_nothing_is_heard_of_it() {
    let mut world = ann_and_bob("[limits]\nstall_time = \"30s\"");
    world.step("+ 5s");
    world.pipe("bob").room = Some(0);
    let said = requests_of(&mut world, "ann", "hello");
    let turn = world.decide(said.into_iter());
    world.shard.deliver(turn, steady(world.now));
    world.shard.write(|| false);
    let is_given_up = |world: &mut World, after| {
        world.shard.handle_timeouts(later(world, after));
        let requests = world.shard.poll_requests().unwrap_or_default();
        let quit = |body: &Body| matches!(body, Body::Command(Command::Quit(QuitReason::TooSlow)));
        requests.iter().any(|request| quit(&request.body))
    };
    assert!(!is_given_up(&mut world, 29_999));
    assert!(is_given_up(&mut world, 30_000));
}

/// What begins like a handshake and is none: its last byte is missing.
const NO_HANDSHAKE: &[u8] = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01";

/// Takes what has come, and returns how many clients were answered since.
fn answered(world: &mut World) -> usize {
    world.shard.handle_input(steady(world.now));
    let names: Vec<_> = world.people.iter().map(|(name, ..)| name).collect();
    let answers = names
        .iter()
        .map(|name| std::mem::take(&mut world.pipe(name).from_server));
    answers.filter(|answer| !answer.is_empty()).count()
}

#[test]
fn a_round_has_time_for_a_few_handshakes_and_for_those_that_have_begun() {
    let mut world = World::new("");
    world.connect("old", "!");
    let (first, rest) = NO_HANDSHAKE.split_at(6);
    send(&mut world, "old", first);
    // What it speaks is found out; it begins; it goes on.
    assert_eq!(answered(&mut world), 0);
    assert_eq!(answered(&mut world), 0);
    send(&mut world, "old", rest);
    assert_eq!(answered(&mut world), 0);
    // With one more, the shard would look at some as they come.
    for number in 1..SNIFFING_MAX {
        let name = format!("new{number}");
        world.connect(&name, "!");
        send(&mut world, &name, NO_HANDSHAKE);
        send(&mut world, &name, b"\x00");
    }
    assert_eq!(answered(&mut world), 0);
    send(&mut world, "old", b"\x00");
    assert_eq!(answered(&mut world), 1 + HANDSHAKES_MAX / 2);
    assert_eq!(answered(&mut world), SNIFFING_MAX - 1 - HANDSHAKES_MAX / 2);
}

#[test]
fn a_new_configuration_counts_from_now_on() {
    let mut world = World::new("");
    let config = Config::from_file("[limits]\nsniff_time = \"2s\"").expect("a configuration");
    let config = ShardConfig::of(&config, DEFAULT_PORT);
    world.shard.configure(config);
    world.connect("ann", "!");
    assert_eq!(world.shard.deadline(), Some(later(&world, 2_000)));
}

#[test]
fn rooms_that_have_gone_and_lines_that_have_arrived_are_forgotten() {
    let mut world = ann_and_bob("");
    let (rooms, pasts) = world.shard.kept();
    assert_eq!(rooms, 1);
    assert_eq!(pasts, 1, "nobody has looked yet");
    world.step("ann> /join #den");
    assert_eq!(world.shard.kept().0, 2);
    world.step("ann> /leave");
    world.step("+ 5s");
    assert_eq!(world.shard.kept(), (1, 0));
}

#[test]
fn a_peer_with_lines_for_it_alone_is_looked_at_until_it_has_them() {
    let mut world = ann_and_bob("");
    world.step("+ 5s");
    assert_eq!(reported(&mut world), None, "everything has arrived");
    world.step("bob~");
    world.step("ann> /msg bob psst");
    let before = reported(&mut world).expect("a place");
    assert_eq!(reported(&mut world), Some(before));
    world.pipe("bob").unacknowledged = None;
    assert!(reported(&mut world) > Some(before));
    assert_eq!(reported(&mut world), None, "it has them");
}
