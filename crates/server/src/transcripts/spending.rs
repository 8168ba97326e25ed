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
    seen_by(world, "cy");
    let lines: String = (0..10).map(|number| format!("line {number}\n")).collect();
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

#[test]
fn the_next_from_an_address_may_say_what_the_last_has_left() {
    let mut world = world(&["bob$ 192.0.2.9", "bob> bob"]);
    assert_eq!(say_ten(&mut world, "bob"), 10);
    for step in ["bob^", "lee$ 192.0.2.9", "lee> lee"] {
        world.step(step);
    }
    assert_eq!(say_ten(&mut world, "lee"), 2);
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
