//! What was missed comes in pages. A link that is lost again between two of them leaves the rest to the next one.

use super::World;

const LIMITS: &str = "[limits]\nconnections_per_address = 0\nline_burst = 1000";

/// Enough messages of this length for several pages.
const MESSAGES: usize = 40;
const LETTERS: usize = 4_000;

/// Both are in the lobby.
pub(super) fn ann_and_bob(config: &str) -> World {
    let mut world = World::new(config);
    for step in ["ann$!", "ann> ann", "bob$!", "bob> bob"] {
        world.step(step);
    }
    world
}

/// What one has been written since the last look, line by line.
pub(super) fn seen_by(world: &mut World, name: &str) -> Vec<String> {
    let mut out = String::new();
    world.seen(&mut out);
    let lines = out.lines();
    let own = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix("| "));
    own.map(str::to_owned).collect()
}

/// The code in the line that tells of it.
pub(super) fn code_in(lines: &[String]) -> String {
    let told = lines.iter().find(|line| line.contains("/resume "));
    let told = told.expect("a code").split_once("/resume ");
    told.expect("a code").1[..9].to_owned()
}

/// Whether it is the private message.
fn is_psst(line: &str) -> bool {
    line.ends_with("ann -> you: psst")
}

/// The numbers that messages begin with, in the order in which they are shown.
pub(super) fn numbers(lines: &[String]) -> Vec<usize> {
    let said = lines.iter().filter_map(|line| line.split_once("ann: m"));
    let words = said.map(|(_, text)| text.split(' ').next().unwrap_or_default());
    words.filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn what_was_not_written_is_left_to_the_next_connection() {
    let mut world = World::new(LIMITS);
    // The name of a script would be free then.
    for step in ["ann$!", "ann> ann", "bob$", "bob> bob"] {
        world.step(step);
    }
    let code = code_in(&seen_by(&mut world, "bob"));
    world.step("bob/");
    for number in 0..MESSAGES {
        world.step(&format!("ann> m{number} {}", "x".repeat(LETTERS)));
        if number == MESSAGES / 2 {
            world.step("ann> /msg bob psst");
        }
    }
    world.step("two$!");
    // The first page is on its way; of the others the session knows but the places.
    world.step("two= 10000");
    world.step(&format!("two> /resume {code}"));
    let second = seen_by(&mut world, "two");
    world.step("two/");
    world.step("ann> m40 at last");
    world.step("new$!");
    world.step(&format!("new> /resume {}", code_in(&second)));
    let third = seen_by(&mut world, "new");
    let shown = numbers(&second);
    assert!((1..4).contains(&shown.len()), "{}", shown.len());
    // The line that it had no room for in full is told again.
    let expected: Vec<usize> = (shown.len()..=MESSAGES).collect();
    assert_eq!(numbers(&third), expected);
    assert_eq!(third.iter().filter(|line| is_psst(line)).count(), 1);
}

#[test]
fn what_was_done_in_a_room_is_told_once_though_the_link_was_lost_again_before() {
    let mut world = ann_and_bob(LIMITS);
    let code = code_in(&seen_by(&mut world, "bob"));
    for step in ["ann> /join dev", "bob> /join dev", "bob> /leave #lobby"] {
        world.step(step);
    }
    world.step("bob/");
    for number in 0..MESSAGES {
        world.step(&format!("ann> m{number} {}", "x".repeat(LETTERS)));
    }
    for step in ["ann> /room closed", "two$!", "two= 10000"] {
        world.step(step);
    }
    world.step(&format!("two> /resume {code}"));
    let second = seen_by(&mut world, "two");
    world.step("two/");
    world.step("new$!");
    world.step(&format!("new> /resume {}", code_in(&second)));
    let third = seen_by(&mut world, "new");
    let is_told = |line: &&String| line.contains("ann closed #dev");
    assert_eq!(second.iter().filter(is_told).count(), 0);
    assert_eq!(third.iter().filter(is_told).count(), 1);
}

#[test]
fn a_link_that_is_lost_before_the_answer_has_cost_nothing() {
    let mut world = ann_and_bob(LIMITS);
    world.step("bob> /claim correct horse");
    let code = code_in(&seen_by(&mut world, "bob"));
    for step in ["bob/", "ann> m0", "ann> /msg bob psst", "two$!"] {
        world.step(step);
    }
    {
        let mut pipe = world.pipe("two");
        pipe.to_server.extend(format!("/resume {code}\n").bytes());
        (pipe.reset, pipe.room) = (true, Some(0));
    }
    world.step("ann> m1");
    assert!(seen_by(&mut world, "two").is_empty());
    world.step("new$!");
    world.step("new> bob#correct horse");
    let third = seen_by(&mut world, "new");
    assert_eq!(numbers(&third), [0, 1], "{third:?}");
    assert_eq!(
        third.iter().filter(|line| is_psst(line)).count(),
        1,
        "{third:?}"
    );
}

/// No later connection could be shown them.
#[test]
fn who_is_kicked_before_it_was_told_all_that_it_missed_is_told_the_rest_first() {
    let mut world = World::new(LIMITS);
    // One who waits for the prompt is the first operator, and may kick.
    for step in ["ann$", "ann> ann", "bob$!", "bob> bob"] {
        world.step(step);
    }
    let code = code_in(&seen_by(&mut world, "bob"));
    world.step("bob/");
    for number in 0..MESSAGES {
        world.step(&format!("ann> m{number} {}", "x".repeat(LETTERS)));
    }
    world.step("two$!");
    world.step("two= 10000");
    world.step(&format!("two> /resume {code}"));
    world.step("ann> /msg bob psst");
    world.step("ann> /kick bob");
    world.step("two= 1000000");
    let seen = seen_by(&mut world, "two");
    let kicked = seen
        .iter()
        .position(|line| line.contains("You were kicked"));
    let told = seen.iter().position(|line| is_psst(line));
    assert!(
        told.is_some() && told < kicked,
        "{:?}",
        &seen[seen.len() - 3..]
    );
}

/// How often a person is welcomed back, and how often it is told that there is no history.
fn welcomes(lines: &[String]) -> (usize, usize) {
    let count = |words| lines.iter().filter(|line| line.contains(words)).count();
    (
        count("Welcome back, bob."),
        count("! The server cannot read this part of the history."),
    )
}

#[test]
fn a_person_is_welcomed_back_once_though_the_history_cannot_be_read() {
    let mut world = ann_and_bob(LIMITS);
    let code = code_in(&seen_by(&mut world, "bob"));
    world.step("bob/");
    for number in 0..MESSAGES {
        world.step(&format!("ann> m{number} {}", "x".repeat(LETTERS)));
    }
    world.step("ann> /msg bob psst");
    world.step("two$!");
    world.step("two= 10000");
    world.step(&format!("two> /resume {code}"));
    // The first page was there, and the next is not.
    world.archive = None;
    world.step("two= 1000000");
    let second = seen_by(&mut world, "two");
    world.step("two/");
    world.step("ann> at last");
    world.step("new$!");
    world.step(&format!("new> /resume {}", code_in(&second)));
    let third = seen_by(&mut world, "new");
    assert_eq!(welcomes(&second), (1, 1));
    assert_eq!(welcomes(&third), (1, 1));
}

/// Pages of missed lines are one answer, and a client has one at a time.
#[test]
fn an_irc_client_is_told_who_is_in_its_rooms_when_it_has_seen_all_pages() {
    let mut world = ann_and_bob(LIMITS);
    world.step("bob> /claim correct horse");
    world.step("bob/");
    for number in 0..MESSAGES {
        world.step(&format!("ann> m{number} {}", "x".repeat(LETTERS)));
    }
    for step in [
        "two$!",
        "two> PASS :correct horse",
        "two> NICK bob",
        "two> USER b 0 * :B",
        "two> PING after",
    ] {
        world.step(step);
    }
    let lines = seen_by(&mut world, "two");
    let last_of = |words: &str| lines.iter().rposition(|line| line.contains(words));
    let shown = lines
        .iter()
        .filter(|line| line.contains("#lobby :m"))
        .count();
    assert_eq!(shown, MESSAGES);
    let (missed, names) = (last_of(" PRIVMSG #lobby "), last_of(" 353 bob = #lobby "));
    assert!(names.is_some() && missed < names, "{missed:?} {names:?}");
    assert!(names < last_of(" PONG "));
}
