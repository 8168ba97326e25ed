//! What may be said at once by those who share an allowance, and by those who connect again.

use super::World;
use super::lost_pages::{code_in, seen_by};

const LIMITS: &str = "[limits]\nline_burst = 12\nlines_per_second = 1";

/// With cy, who becomes the operator and hears the others: each step in turn, then a time in which everybody may say all
/// again.
fn world(steps: &[&str]) -> World {
    let mut world = World::new(LIMITS);
    ["cy$", "cy> cy"].iter().for_each(|step| world.step(step));
    steps.iter().for_each(|step| world.step(step));
    world.step("+ 1m");
    world
}

/// Has somebody say ten lines at once. Returns how many of them cy is shown.
fn say_ten(world: &mut World, name: &str) -> usize {
    say(world, name, "")
}

/// The same, with what a client puts before each line.
fn say(world: &mut World, name: &str, head: &str) -> usize {
    seen_by(world, "cy");
    let lines: String = (0..10)
        .map(|number| format!("{head}line {number}\n"))
        .collect();
    world.pipe(name).to_server.extend(lines.as_bytes());
    world.settle();
    let seen = seen_by(world, "cy");
    seen.iter().filter(|line| line.contains(": line ")).count()
}

#[test]
fn people_of_one_account_share_what_may_be_said_at_once() {
    let (ann, bob) = (["ann$!", "ann> ann"], ["bob$!", "bob> bob"]);
    let account = ["ann> /claim correct horse", "ann> /nick al"];
    let mut steps = [ann, bob, account].concat();
    let mut world = self::world(&steps);
    assert_eq!(say_ten(&mut world, "ann"), 10);
    assert_eq!(say_ten(&mut world, "bob"), 10);
    steps.push("bob> /login ann correct horse");
    let mut world = self::world(&steps);
    assert_eq!(say_ten(&mut world, "ann"), 10);
    assert_eq!(say_ten(&mut world, "bob"), 2);
    world.step("+ 1m");
    assert_eq!(say_ten(&mut world, "bob"), 10);
    assert_eq!(say_ten(&mut world, "ann"), 2);
}

/// What ann says over a connection of its own counts for bob's, however bob came to the account.
#[track_caller]
fn assert_shared(world: &mut World) {
    assert_eq!(say_ten(world, "ann"), 10);
    assert_eq!(say_ten(world, "bob"), 2);
    world.step("+ 1m");
}

#[test]
fn who_claims_a_name_shares_from_then_on() {
    let steps = ["ann$!", "ann> ann", "ann> /claim correct horse"];
    let mut world = world(&[&steps[..], &["bob$!", "bob> bob"]].concat());
    world.step("bob> /login beside ann correct horse");
    assert_shared(&mut world);
}

#[test]
fn who_comes_in_or_comes_back_under_an_account_shares() {
    let steps = [
        "ann$!",
        "ann> ann",
        "ann> /claim correct horse",
        "ann> /nick al",
    ];
    let mut world = world(&[&steps[..], &["bob$!", "bob> ann#correct horse"]].concat());
    let code = code_in(&seen_by(&mut world, "bob"));
    assert_shared(&mut world);
    for step in ["bob/", "bob$ 192.0.2.7", &format!("bob> /resume {code}")] {
        world.step(step);
    }
    assert_shared(&mut world);
}

#[test]
fn who_takes_a_name_of_an_account_shares() {
    let steps = [
        "ann$!",
        "ann> ann",
        "ann> /claim correct horse",
        "ann> /nick al",
    ];
    let mut world = world(&[&steps[..], &["bob$!", "bob> bob"]].concat());
    world.step("bob> /nick ann#correct horse");
    assert_shared(&mut world);
}

#[test]
fn the_connections_of_one_person_share() {
    let steps = [
        "ann$!",
        "ann> ann",
        "ann> /claim correct horse",
        "ann> /quit",
    ];
    let mut world = world(&steps);
    for name in ["one", "two"] {
        world.step(&format!("{name}$!"));
        for line in ["PASS :correct horse", "NICK ann", "USER ann 0 * :Ann"] {
            world.step(&format!("{name}> {line}"));
        }
    }
    world.step("+ 1m");
    assert_eq!(say(&mut world, "one", "PRIVMSG #lobby :"), 10);
    assert_eq!(say(&mut world, "two", "PRIVMSG #lobby :"), 2);
}

#[test]
fn the_next_from_an_address_may_say_what_the_last_has_left() {
    let mut world = world(&["bob$ 192.0.2.9", "bob> bob"]);
    assert_eq!(say_ten(&mut world, "bob"), 10);
    for step in ["bob> /quit", "bob^", "lee$ 192.0.2.9", "lee> lee"] {
        world.step(step);
    }
    assert_eq!(say_ten(&mut world, "lee"), 2);
    for step in ["kim$ 192.0.2.9", "kim> kim"] {
        world.step(step);
    }
    assert_eq!(say_ten(&mut world, "kim"), 10, "it was left once");
    for step in ["ann$ 192.0.2.7", "ann> ann"] {
        world.step(step);
    }
    assert_eq!(say_ten(&mut world, "ann"), 10, "from elsewhere");
}

#[test]
fn who_resumes_from_elsewhere_may_say_what_it_had_left() {
    let mut world = world(&["bob$ 192.0.2.9", "bob> bob"]);
    let code = code_in(&seen_by(&mut world, "bob"));
    assert_eq!(say_ten(&mut world, "bob"), 10);
    for step in ["bob/", "new$ 192.0.2.7", &format!("new> /resume {code}")] {
        world.step(step);
    }
    assert_eq!(say_ten(&mut world, "new"), 2);
}

/// Has an IRC client send so many lines at once, and nothing after them. Returns how many of them cy is shown within
/// five minutes, and whether the client is closed.
fn pour(lines: usize) -> (usize, bool) {
    let mut world = world(&["irc$!", "irc> NICK irc\\x0d", "irc> USER i 0 * :I\\x0d"]);
    let poured = (0..lines).map(|number| format!("PRIVMSG #lobby :line {number}\r\n"));
    world
        .pipe("irc")
        .to_server
        .extend(poured.collect::<String>().as_bytes());
    (0..30).for_each(|_| world.step("+ 10s"));
    let mut seen = String::new();
    world.seen(&mut seen);
    let shown = seen
        .lines()
        .filter(|line| line.starts_with("cy|") && line.contains("irc: line "));
    (
        shown.count(),
        seen.contains("irc| ERROR :Closing Link: Excess flood"),
    )
}

#[test]
fn a_flood_that_ends_is_read_to_its_end_and_another_is_closed() {
    assert_eq!(pour(200), (200, false));
    let (shown, is_closed) = pour(10_000);
    assert!(is_closed, "after two minutes");
    assert!((100..200).contains(&shown), "{shown} lines");
}
