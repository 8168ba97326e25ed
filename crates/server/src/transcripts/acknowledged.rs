//! What the systems of peers have acknowledged, and what becomes of connections by it.

use chinwag_core::{Duration, Seq};

use super::lost_pages::{ann_and_bob, code_in, seen_by};
use super::{World, steady};
use crate::hub::Body;
use crate::limits::ACKNOWLEDGE_STALLED;

fn world() -> World {
    ann_and_bob("[limits]\nlinger_time = \"30s\"")
}

fn is_open(world: &World, name: &str) -> bool {
    let found = world.people.iter().find(|(other, _, _)| other == name);
    let (_, _, conn) = found.expect("a connection");
    world.shard.find(*conn).is_some()
}

#[test]
fn a_lost_connection_is_over_as_soon_as_its_peer_has_everything() {
    let mut world = world();
    for step in ["bob~", "ann> one", "bob^"] {
        world.step(step);
    }
    let mut seen = String::new();
    world.seen(&mut seen);
    assert!(is_open(&world, "bob"), "it may still get the line");
    world.step("bob~");
    assert!(!is_open(&world, "bob"));
    world.seen(&mut seen);
    assert_eq!(seen.matches("bob| (closed)").count(), 1, "{seen}");
}

#[test]
fn a_lost_connection_is_over_when_its_peer_has_had_time_enough() {
    let mut world = world();
    for step in ["bob~", "ann> one", "bob^"] {
        world.step(step);
    }
    world.pass(Duration::from_secs(29));
    assert!(is_open(&world, "bob"));
    world.pass(Duration::from_secs(1));
    assert!(!is_open(&world, "bob"));
}

#[test]
fn a_peer_that_does_not_close_is_given_the_linger_time() {
    let mut world = world();
    world.step("ann> /quit");
    world.pass(Duration::from_secs(29));
    assert!(is_open(&world, "ann"));
    world.pass(Duration::from_secs(1));
    assert!(!is_open(&world, "ann"));
}

#[test]
fn a_peer_that_does_not_close_when_the_server_stops_is_given_the_linger_time() {
    let mut world = world();
    world.step("bob~");
    world.shard.stop();
    world.settle();
    assert!(is_open(&world, "ann") && is_open(&world, "bob"));
    world.step("bob~");
    world.step("ann^");
    assert!(!is_open(&world, "ann") && is_open(&world, "bob"));
    world.pass(Duration::from_secs(29));
    assert!(is_open(&world, "bob"));
    world.pass(Duration::from_secs(1));
    assert!(world.shard.is_over());
}

/// Has a connection take up the session of a code. Returns what was said that it is told, and the next code.
fn resume(world: &mut World, name: &str, code: &str) -> (Vec<String>, String) {
    world.step(&format!("{name}$!"));
    world.step(&format!("{name}> /resume {code}"));
    let lines = seen_by(world, name);
    let said = lines.iter().filter_map(|line| line.split_once("] "));
    let said = said.map(|(_, said)| said.to_owned()).collect();
    (said, code_in(&lines))
}

#[test]
fn the_next_connection_is_told_what_was_not_acknowledged_and_nothing_else() {
    let mut world = world();
    let code = code_in(&seen_by(&mut world, "bob"));
    // It has ended its input, and goes on taking what is written.
    for step in ["bob~", "ann> one", "ann> /msg bob psst", "ann> two", "bob^"] {
        world.step(step);
    }
    world.step("bob~ 17");
    let (said, code) = resume(&mut world, "two", &code);
    assert_eq!(said, ["ann -> you: psst", "ann: two"]);
    // It has everything before the session is resumed.
    for step in ["two~", "ann> three", "two^", "two~"] {
        world.step(step);
    }
    let (said, code) = resume(&mut world, "new", &code);
    assert_eq!(said, [""; 0]);
    // It gets nothing more.
    for step in ["new~", "ann> four", "new^", "+ 40s"] {
        world.step(step);
    }
    let (said, code) = resume(&mut world, "last", &code);
    assert_eq!(said, ["ann: four"]);
    // It is still there, and has a part of a line.
    for step in ["last~", "ann> five", "ann> six", "last~ 5"] {
        world.step(step);
    }
    let (said, _) = resume(&mut world, "more", &code);
    assert_eq!(said, ["ann: five", "ann: six"]);
}

/// The place up to which all but a few have everything, and the places of those, as the hub is told it.
fn report(world: &mut World) -> Option<(Seq, Vec<Seq>)> {
    world.now = world.now + ACKNOWLEDGE_STALLED;
    world.shard.handle_timeouts(steady(world.now));
    let requests = world.shard.poll_requests().unwrap_or_default();
    requests.into_iter().find_map(|request| match request.body {
        Body::Acknowledged { up_to, behind, .. } => {
            Some((up_to, behind.iter().map(|(_, seen)| *seen).collect()))
        }
        _ => None,
    })
}

/// The place up to which everybody has everything.
pub(super) fn reported(world: &mut World) -> Option<Seq> {
    let (up_to, behind) = report(world)?;
    Some(behind.into_iter().fold(up_to, Seq::min))
}

#[test]
fn a_place_holds_until_the_last_peer_has_acknowledged_more() {
    let mut world = world();
    world.step("ann> one");
    let one = reported(&mut world).expect("a place");
    assert_eq!(reported(&mut world), None, "nothing more is on the way");
    world.step("bob~");
    world.step("ann> two");
    assert_eq!(reported(&mut world), Some(one));
    world.step("ann> three");
    assert_eq!(reported(&mut world), Some(one));
    world.step("bob~ 17");
    assert_eq!(reported(&mut world), Some(one.next()), "it has the first");
    world.step("ann> /msg bob psst");
    world.step("bob~");
    assert_eq!(reported(&mut world), Some(Seq(one.0 + 3)));
    world.step("bob~");
    world.step("ann> /msg bob psst");
    assert_eq!(reported(&mut world), Some(Seq(one.0 + 3)));
    world.step("ann> five");
    assert_eq!(reported(&mut world), Some(Seq(one.0 + 3)));
}

/// Of it alone the others would be shown everything again that they have read since.
#[test]
fn one_peer_that_acknowledges_nothing_does_not_hold_back_the_others() {
    let mut world = world();
    world.step("ann> one");
    let one = reported(&mut world).expect("a place");
    world.step("bob~");
    world.step("ann> two");
    // It may be on its way.
    assert_eq!(report(&mut world), Some((one, vec![])));
    world.step("ann> three");
    let three = Seq(one.0 + 2);
    assert_eq!(report(&mut world), Some((three, vec![one])));
    world.step("bob~");
    world.step("ann> four");
    assert_eq!(report(&mut world), Some((three.next(), vec![])));
}

#[test]
fn what_is_quiet_is_as_far_as_there_is_something() {
    let mut world = world();
    world.step("bob> /join dev");
    world.step("ann> one");
    let one = reported(&mut world).expect("a place");
    world.step("bob~");
    world.step("ann> two");
    assert_eq!(
        reported(&mut world),
        Some(one),
        "not its entry into the other"
    );
}

#[test]
fn who_has_no_name_yet_holds_nothing_back() {
    let mut world = world();
    world.step("cy$");
    world.step("cy~");
    world.step("cy> !");
    world.step("ann> one");
    let one = reported(&mut world).expect("a place");
    world.step("ann> two");
    assert_eq!(reported(&mut world), Some(one.next()));
}

#[test]
fn nothing_is_reported_while_there_is_something_to_be_written() {
    let mut world = world();
    world.pipe("ann").to_server.extend(b"one\n");
    (0..world.people.len()).for_each(|place| world.wake(place));
    world.shard.handle_input(steady(world.now));
    let requests = world.shard.poll_requests().into_iter().flatten();
    let turn = world.decide(requests);
    world.shard.deliver(turn, steady(world.now));
    // Bob's line waits for the shard to write, so that nothing of it can be unacknowledged yet.
    assert_eq!(reported(&mut world), None);
    world.settle();
    assert!(reported(&mut world).is_some());
}
