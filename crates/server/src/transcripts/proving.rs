//! Passwords that the server has to compute: it knows no more of them than the hash, as after a restart.

use std::sync::Arc;

use chinwag_core::{Command, Name};

use super::lost_pages::seen_by;
use super::shard::{requests_of, send};
use super::{World, steady};
use crate::shell::hash_password;

/// Registers names under one password, which nobody has given to this server.
fn world(names: &[&str]) -> World {
    let mut world = World::new("[limits]\nconnections_per_address = 0\nconnect_burst = 1000");
    let password_hash: Arc<str> = hash_password("correct horse").expect("a hash").into();
    for name in names {
        let command = Command::AddAccount {
            name: Name::parse(name).expect("a name"),
            password_hash: password_hash.clone(),
        };
        let added = world.hub.act_for_shell(command, world.now);
        added.expect("the name is free");
    }
    world
}

/// Whether one was shown a line with these words since the last look.
fn was_shown(world: &mut World, name: &str, words: &str) -> bool {
    let seen = seen_by(world, name);
    seen.iter().any(|line| line.contains(words))
}

#[test]
fn the_right_password_opens_the_door_and_a_wrong_one_does_not() {
    let mut world = world(&["ann"]);
    for step in ["a$", "a> ann#a guess"] {
        world.step(step);
    }
    assert!(was_shown(
        &mut world,
        "a",
        "That is not the password of ann."
    ));
    world.step("a> ann#correct horse");
    assert!(was_shown(&mut world, "a", "Welcome, ann."));
}

#[test]
fn what_a_script_has_sent_behind_a_wrong_password_is_no_name() {
    let mut world = world(&["ann"]);
    world.step("a$");
    let asked = requests_of(&mut world, "a", "ann#a guess");
    let turn = world.decide(asked.into_iter());
    world.shard.deliver(turn, steady(world.now));
    send(&mut world, "a", b"deployed\nbye\n");
    world.settle();
    let seen = seen_by(&mut world, "a");
    let refused = seen.iter().any(|line| line.contains("NOT joined"));
    assert!(
        refused && seen.ends_with(&["(closed)".to_owned()]),
        "{seen:?}"
    );
}

#[test]
fn a_person_who_is_in_logs_in_by_the_right_password_alone() {
    let mut world = world(&["ann"]);
    for step in ["b$!", "b> bob", "b> /login ann a guess"] {
        world.step(step);
    }
    assert!(!was_shown(&mut world, "b", "You are logged in"));
    world.step("b> /login ann correct horse");
    assert!(was_shown(&mut world, "b", "You are logged in to ann"));
}

#[test]
fn one_for_whom_there_is_no_place_is_let_in_a_second_later() {
    // One more than one address may have checked at a time.
    let names: Vec<String> = (0..17).map(|number| format!("u{number}x")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = world(&names);
    names
        .iter()
        .for_each(|name| world.step(&format!("{name}$!")));
    for name in &names {
        let line = format!("{name}#correct horse\n");
        world.pipe(name).to_server.extend(line.as_bytes());
    }
    world.settle();
    let (last, others) = names.split_last().expect("there are some");
    let mut seen = String::new();
    world.seen(&mut seen);
    let is_in = |seen: &str, name: &str| seen.contains(&format!("Welcome, {name}."));
    assert!(others.iter().all(|name| is_in(&seen, name)));
    assert!(!is_in(&seen, last));
    world.step("+ 1s");
    world.seen(&mut seen);
    assert!(is_in(&seen, last));
}
