//! A shard between its sessions and the rest of the server: when it reads, what it hands over, when it is over.

use chinwag_core::{Duration, Monotonic};

use super::acknowledged::reported;
use super::lost_pages::{ann_and_bob, seen_by};
use super::{World, steady};
use crate::config::{Config, DEFAULT_PORT};
use crate::control::ShardConfig;
use crate::hub::{Body, Request};

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
