//! A long answer comes in pages, and who may read it is looked at again before each.

use super::World;
use super::lost_pages::{ann_and_bob, numbers, seen_by};

const LIMITS: &str = "[limits]\nconnections_per_address = 0\nline_burst = 1000";

/// Enough messages of this length for several pages.
const MESSAGES: usize = 40;
const LETTERS: usize = 4_000;

/// Ann says a message in each of some rooms in turn.
fn says_in(world: &mut World, rooms: &[&str]) {
    for (number, room) in (0..MESSAGES).zip(rooms.iter().cycle()) {
        let text = format!("m{number} {}", "x".repeat(LETTERS));
        world.step(&format!("ann> /msg {room} {text}"));
    }
}

/// Bob reads a page of the answer. Ann puts him out of her room, and closes it, before he reads the
/// rest, which is what he is shown from then on.
fn rest_after_ejection(world: &mut World, question: &str) -> Vec<String> {
    drop(seen_by(world, "bob"));
    for step in [
        "bob= 10000",
        question,
        "ann> /room closed",
        "ann> /eject bob",
    ] {
        world.step(step);
    }
    assert!(!numbers(&seen_by(world, "bob")).is_empty());
    world.step("bob= 1000000");
    seen_by(world, "bob")
}

#[test]
fn who_is_put_out_of_a_room_is_shown_no_more_of_it() {
    for question in ["bob> /history 40", "bob> /search in:#dev m*"] {
        let mut world = ann_and_bob(LIMITS);
        world.step("ann> /join dev");
        world.step("bob> /join dev");
        says_in(&mut world, &["#dev"]);
        let rest = rest_after_ejection(&mut world, question);
        let last = rest.last().expect("an answer");
        assert!(last.starts_with("! #dev is closed."), "{last}");
        let shown = numbers(&rest);
        assert!(!shown.contains(&(MESSAGES - 1)), "{question}: {shown:?}");
    }
}

#[test]
fn who_is_put_out_of_a_room_is_shown_what_was_found_in_others() {
    let mut world = ann_and_bob(LIMITS);
    // Bob is in two of them, and the third is open to him.
    for step in ["ann> /join hut", "ann> /join dev", "bob> /join dev"] {
        world.step(step);
    }
    says_in(&mut world, &["#lobby", "#dev", "#hut"]);
    let rest = rest_after_ejection(&mut world, "bob> /search m*");
    let shown = numbers(&rest);
    let last_of = |room: usize| shown.iter().rfind(|number| *number % 3 == room);
    assert_eq!(last_of(0), Some(&(MESSAGES - 1)), "{shown:?}");
    assert_eq!(last_of(2), Some(&(MESSAGES - 2)), "{shown:?}");
    assert!(last_of(1) < Some(&(MESSAGES / 2)), "{shown:?}");
}

#[test]
fn who_asks_for_a_history_that_cannot_be_read_is_told_so_and_answered_further() {
    let mut world = ann_and_bob(LIMITS);
    world.archive = None;
    for command in ["/history", "/search hello"] {
        world.step(&format!("ann> {command}"));
        world.step("ann> /topic");
        let seen = seen_by(&mut world, "ann");
        let [.., told, topic] = &seen[..] else {
            panic!("{seen:?}");
        };
        assert_eq!(told, "! The server cannot read this part of the history.");
        assert!(topic.starts_with("! #lobby has no topic."), "{topic}");
    }
}

/// A client that sees movements too was given its whole history at once, however little it read.
#[test]
fn a_client_of_irc_is_given_its_history_a_page_at_a_time() {
    let mut world = ann_and_bob(LIMITS);
    for step in [
        "ann> /join dev",
        "two$!",
        "two> CAP REQ :batch draft/chathistory draft/event-playback",
        "two> NICK two",
        "two> USER t 0 * :T",
        "two> CAP END",
        "two> JOIN #dev",
    ] {
        world.step(step);
    }
    says_in(&mut world, &["#dev"]);
    drop(seen_by(&mut world, "two"));
    for step in [
        "two= 10000",
        "two> CHATHISTORY LATEST #dev * 40",
        "ann> /room closed",
        "ann> /eject two",
        "two= 1000000",
    ] {
        world.step(step);
    }
    let seen = seen_by(&mut world, "two");
    let shows = |number: usize| {
        let words = format!("#dev :m{number} ");
        seen.iter().any(|line| line.contains(&words))
    };
    assert!(shows(0) && !shows(MESSAGES - 1));
}

/// Also where its reader has not read everything before it.
#[test]
fn what_is_said_while_a_long_answer_is_written_is_shown_after_it() {
    for (question, space) in [
        ("bob> /history 40", "bob= 10000"),
        ("bob> /search m*", "bob= 10000"),
        ("bob> /history 40", "bob= 10"),
        ("bob> /search m*", "bob= 10"),
    ] {
        let mut world = ann_and_bob(LIMITS);
        says_in(&mut world, &["#lobby"]);
        drop(seen_by(&mut world, "bob"));
        for step in [
            space,
            "ann> before",
            question,
            "ann> meanwhile",
            "ann> /msg bob psst",
            "bob= 1000000",
        ] {
            world.step(step);
        }
        let seen = seen_by(&mut world, "bob");
        let place = |words: &str| seen.iter().position(|line| line.contains(words));
        let last = seen.iter().rposition(|line| line.starts_with("---"));
        assert!(
            last.is_some() && last < place("ann: meanwhile"),
            "{question}"
        );
        assert!(
            place("ann: meanwhile") < place("ann -> you: psst"),
            "{question}"
        );
        let first = seen.iter().position(|line| line.starts_with("---"));
        assert!(place("ann: before") < first, "{question}");
    }
}
