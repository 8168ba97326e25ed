//! A session between the shard, the hub and the workers: what it reads before it is answered, in which order its client
//! is shown what comes at once, and when it ends.

use chinwag_core::Duration;

use super::lost_pages::{ann_and_bob, code_in, seen_by};
use super::shard::{requests_of, send};
use super::{World, steady};
use crate::limits::LINGER_BYTES_MAX;

/// The bytes of a client that were not read yet.
fn unread(world: &World, name: &str) -> usize {
    world.pipe(name).to_server.len()
}

/// Has the hub decide the requests, and the shard take its answers, but no worker work.
fn answer(world: &mut World) {
    let requests = world.shard.poll_requests().unwrap_or_default();
    let turn = world.decide(requests.into_iter());
    world.shard.deliver(turn, steady(world.now));
    world.shard.write(|| false);
}

/// The places of the first lines that end so.
fn places<const N: usize>(lines: &[String], ends: [&str; N]) -> [Option<usize>; N] {
    ends.map(|end| lines.iter().position(|line| line.ends_with(end)))
}

#[test]
fn what_follows_a_question_is_not_read_before_the_answer() {
    let mut world = ann_and_bob("");
    requests_of(&mut world, "ann", "/who\n/topic");
    send(&mut world, "ann", b"hello\n");
    world.shard.handle_input(steady(world.now));
    assert_eq!(unread(&world, "ann"), 6, "nothing is answered");
    let mut world = ann_and_bob("");
    let asked = requests_of(&mut world, "ann", "/who\n/topic");
    world.shard.put_back(asked);
    send(&mut world, "ann", b"hello\n");
    answer(&mut world);
    world.shard.handle_input(steady(world.now));
    assert_eq!(unread(&world, "ann"), 6, "the next question is");
    world.settle();
    assert_eq!(unread(&world, "ann"), 0);
}

#[test]
fn lines_that_were_read_too_fast_are_taken_when_their_time_comes_though_nothing_follows() {
    let mut world = World::new("[limits]\nline_burst = 2");
    for step in ["bot$!", r#"bot> {"hello":{"name":"bot"}}"#] {
        world.step(step);
    }
    let line = "{\"say\":{\"text\":\"hello\"}}\n";
    send(&mut world, "bot", line.repeat(4).as_bytes());
    world.settle();
    assert!(!world.shard.has_input());
    let due = steady(world.now) + Duration::from_secs(2);
    world.shard.handle_timeouts(due);
    assert!(world.shard.has_input());
}

#[test]
fn who_goes_on_sending_after_the_goodbye_is_read_so_far_and_no_further() {
    let mut world = ann_and_bob("[limits]\nlinger_time = \"30s\"");
    world.step("ann> /quit");
    let bytes = vec![b'x'; 2 * LINGER_BYTES_MAX as usize];
    send(&mut world, "ann", &bytes);
    world.settle();
    let unread = unread(&world, "ann");
    assert!(
        0 < unread && unread <= LINGER_BYTES_MAX as usize,
        "{unread}"
    );
}

#[test]
fn a_question_without_an_end_of_line_is_answered_before_the_goodbye() {
    let mut world = ann_and_bob("");
    world.step("ann> hello");
    seen_by(&mut world, "ann");
    {
        let mut pipe = world.pipe("ann");
        pipe.to_server.extend(b"/history");
        pipe.fin = true;
    }
    world.settle();
    let seen = seen_by(&mut world, "ann");
    let [told, closed] = places(&seen, ["ann: hello", "(closed)"]);
    assert!(told.is_some() && told < closed, "{seen:?}");
}

/// It would be let in under the next line as its name, and say the one after that.
#[test]
fn what_a_script_has_sent_behind_a_refused_name_is_no_name() {
    let mut world = ann_and_bob("");
    world.step("cy$");
    let asked = requests_of(&mut world, "cy", "ann");
    world.shard.put_back(asked);
    send(&mut world, "cy", b"deployed\nbye\n");
    answer(&mut world);
    world.settle();
    let seen = seen_by(&mut world, "cy");
    let refused = seen.iter().any(|line| line.contains("NOT joined"));
    assert!(
        refused && seen.ends_with(&["(closed)".to_owned()]),
        "{seen:?}"
    );
}

#[test]
fn what_a_client_speaks_is_found_out_though_it_crosses_the_greeting() {
    let mut world = World::new("");
    world.connect("irc", "!");
    let due = world.shard.deadline().expect("it is to be greeted");
    world.shard.handle_timeouts(due);
    send(&mut world, "irc", b"NICK irc\r\nUSER i 0 * :I\r\n");
    answer(&mut world);
    world.settle();
    let seen = seen_by(&mut world, "irc");
    let welcomed = seen.iter().any(|line| line.contains(" 001 irc "));
    assert!(welcomed, "{seen:?}");
}

#[test]
fn what_was_said_before_an_answer_is_shown_before_it() {
    let mut world = ann_and_bob("");
    seen_by(&mut world, "ann");
    send(&mut world, "bob", b"hello\n");
    send(&mut world, "ann", b"/topic\n");
    world.settle();
    let seen = seen_by(&mut world, "ann");
    assert!(
        seen.len() == 2 && seen[0].ends_with("bob: hello"),
        "{seen:?}"
    );
}

#[test]
fn who_comes_back_is_welcomed_before_it_is_shown_what_is_said_meanwhile() {
    let mut world = ann_and_bob("");
    let code = code_in(&seen_by(&mut world, "bob"));
    for step in ["bob/", "ann> one", "two$!"] {
        world.step(step);
    }
    let asked = requests_of(&mut world, "two", &format!("/resume {code}"));
    world.shard.put_back(asked);
    answer(&mut world);
    let said = requests_of(&mut world, "ann", "two");
    world.shard.put_back(said);
    answer(&mut world);
    world.settle();
    let seen = seen_by(&mut world, "two");
    let welcome = seen.iter().position(|line| line.contains("Welcome back"));
    let [one, two] = places(&seen, ["ann: one", "ann: two"]);
    assert!(welcome.is_some() && welcome < one && one < two, "{seen:?}");
}

/// Its answer may make somebody of it, who then leaves at once.
#[test]
fn a_client_that_is_gone_before_its_password_is_checked_is_not_looked_at_until_then() {
    let mut world = ann_and_bob("[limits]\nconnections_per_address = 0");
    for step in ["ann> /claim correct horse", "ann> /quit", "two$!"] {
        world.step(step);
    }
    seen_by(&mut world, "bob");
    let asked = requests_of(&mut world, "two", "ann#correct horse");
    world.shard.put_back(asked);
    world.pipe("two").reset = true;
    send(&mut world, "two", b"");
    answer(&mut world);
    world.shard.handle_input(steady(world.now));
    assert!(!world.shard.has_input(), "there is nothing to do for it");
    world.settle();
    let seen = seen_by(&mut world, "bob");
    let joined = seen.iter().position(|line| line.contains("ann joined"));
    let left = seen.iter().position(|line| line.contains("ann left"));
    assert!(joined.is_some() && joined < left, "{seen:?}");
}

#[test]
fn who_leaves_is_not_looked_at_until_the_hub_has_heard_it() {
    let mut world = ann_and_bob("");
    requests_of(&mut world, "ann", "/quit");
    world.shard.write(|| false);
    assert!(!world.shard.wants_write() && !world.shard.has_input());
}

/// Long messages fill several pages.
fn say_much(world: &mut World) {
    for number in 0..40 {
        world.step(&format!("ann> m{number} deploy {}", "x".repeat(4_000)));
    }
    seen_by(world, "bob");
}

/// How many of those messages one was shown since the last look.
fn much_seen_by(world: &mut World, name: &str) -> usize {
    let seen = seen_by(world, name);
    seen.iter().filter(|line| line.contains("ann: m")).count()
}

const MUCH: &str = "[limits]\nconnections_per_address = 0\nline_burst = 1000";

#[test]
fn a_history_is_shown_to_the_end_however_slowly_it_is_read() {
    let mut world = ann_and_bob(MUCH);
    say_much(&mut world);
    for step in ["bob= 20000", "bob> /history 40", "bob= 1000000"] {
        world.step(step);
    }
    assert_eq!(much_seen_by(&mut world, "bob"), 40);
}

#[test]
fn who_is_put_out_of_a_room_sees_no_more_of_its_history_and_of_what_was_found_there() {
    for asked in ["/history 40", "/search deploy in:#den", "/search deploy"] {
        let mut world = World::new(MUCH);
        for step in ["ann$", "ann> ann", "ann> /join #den", "bob$!", "bob> bob"] {
            world.step(step);
        }
        for step in ["ann> /room hidden", "ann> /invite bob", "bob> /join #den"] {
            world.step(step);
        }
        say_much(&mut world);
        world.step("bob= 20000");
        world.step(&format!("bob> {asked}"));
        let before = much_seen_by(&mut world, "bob");
        world.step("ann> /eject bob");
        world.step("bob= 1000000");
        let after = much_seen_by(&mut world, "bob");
        assert!(
            before + after > 0 && before + after < 40,
            "{asked}: {before}, {after}"
        );
    }
}

#[test]
fn what_comes_for_who_is_still_shown_what_it_missed_is_left_to_the_next_connection() {
    let mut world = ann_and_bob(MUCH);
    let code = code_in(&seen_by(&mut world, "bob"));
    world.step("bob/");
    say_much(&mut world);
    for step in ["two$!", "two= 10000"] {
        world.step(step);
    }
    world.step(&format!("two> /resume {code}"));
    world.step("ann> /msg bob psst");
    let code = code_in(&seen_by(&mut world, "two"));
    for step in ["two/", "new$!"] {
        world.step(step);
    }
    world.step(&format!("new> /resume {code}"));
    let seen = seen_by(&mut world, "new");
    let told = seen
        .iter()
        .filter(|line| line.ends_with("ann -> you: psst"));
    assert_eq!(told.count(), 1, "{seen:?}");
}

/// It had seen less of one of its rooms than of the other, and has left a third one since.
#[test]
fn a_link_that_is_lost_before_the_first_page_leaves_the_next_what_each_room_had() {
    let mut world = ann_and_bob("");
    for step in [
        "bob> /claim correct horse",
        "bob> /join ops",
        "bob> /join dev",
        "ann> /join dev",
        "ann> /join ops",
        "bob~",
        "ann> gone",
        "bob> /leave #ops",
        "ann> /join dev",
        "ann> one",
        "bob/",
        "two$!",
    ] {
        world.step(step);
    }
    let asked = requests_of(&mut world, "two", "bob#correct horse");
    world.shard.put_back(asked);
    answer(&mut world);
    answer(&mut world);
    assert_eq!(world.jobs.take().len(), 1, "a page that never comes");
    for step in ["two/", "new$!", "new> bob#correct horse"] {
        world.step(step);
    }
    let seen = seen_by(&mut world, "new");
    let told = seen.iter().filter(|line| line.ends_with("ann: one"));
    assert_eq!(told.count(), 1, "{seen:?}");
    let skipped = seen.iter().filter(|line| line.ends_with("1 line skipped."));
    assert_eq!(skipped.count(), 1, "{seen:?}");
}

/// The last answer to as many wishes for a name as one address may have at once, and one more.
fn last_answer(asked: &str, steps: &[&str]) -> String {
    let mut world = World::new(MUCH);
    for step in steps {
        world.step(step);
    }
    for _ in 0..=40 {
        seen_by(&mut world, "ann");
        world.step(&format!("ann> {asked}"));
    }
    seen_by(&mut world, "ann").pop().unwrap_or_default()
}

#[test]
fn an_address_may_register_so_many_names() {
    let plain: &[&str] = &["ann$!", "ann> ann"];
    // A name that somebody has counts too.
    let irc: &[&str] = &[
        "bob$!",
        "bob> bob",
        "ann$!",
        "ann> CAP LS 302",
        "ann> NICK bob",
    ];
    for (asked, steps) in [
        ("/claim correct horse", plain),
        ("/claim", plain),
        ("REGISTER * * :correct horse", irc),
    ] {
        let last = last_answer(asked, steps);
        assert!(last.contains("Many names"), "{asked}: {last}");
    }
}

#[test]
fn a_code_waits_after_many_wrong_ones_and_then_is_good() {
    let mut world = ann_and_bob("[limits]\nline_burst = 1000\nname_tries = 100");
    let code = code_in(&seen_by(&mut world, "bob"));
    for step in ["bob/", "two$"] {
        world.step(step);
    }
    for _ in 0..40 {
        world.step("two> /resume 2222-2222");
    }
    world.step(&format!("two> /resume {code}"));
    let seen = seen_by(&mut world, "two");
    assert!(!seen.iter().any(|line| line.contains("Welcome back")));
    world.step("+ 30s");
    let seen = seen_by(&mut world, "two");
    assert!(
        seen.iter().any(|line| line.contains("Welcome back")),
        "{seen:?}"
    );
}

#[test]
fn the_goodbye_is_written_before_the_end_however_slowly_it_is_read() {
    let mut world = ann_and_bob("");
    seen_by(&mut world, "ann");
    for step in ["ann= 0", "ann> /quit"] {
        world.step(step);
    }
    assert_eq!(seen_by(&mut world, "ann"), [""; 0]);
    world.step("ann= 1000");
    let seen = seen_by(&mut world, "ann");
    assert!(
        seen.len() == 2 && seen[0].starts_with("Bye, ann."),
        "{seen:?}"
    );
}

#[test]
fn who_has_sent_its_end_and_is_nobody_is_over_at_once() {
    let mut world = World::new("");
    for step in ["ann$", "ann^"] {
        world.step(step);
    }
    let (_, _, conn) = world.people[0];
    assert!(world.shard.find(conn).is_none());
}

#[test]
fn a_list_of_rooms_goes_on_when_its_first_page_is_written() {
    let mut world = World::new(MUCH);
    for person in ["ann", "bob", "cy", "deb", "eve", "fay"] {
        world.step(&format!("{person}$!"));
        world.step(&format!("{person}> {person}"));
        for number in 0..19 {
            world.step(&format!("{person}> /join {person}-{number}"));
        }
    }
    for step in ["json$!", r#"json> {"hello":{"name":"json"}}"#] {
        world.step(step);
    }
    seen_by(&mut world, "json");
    world.step(r#"json> {"rooms":{}}"#);
    let seen = seen_by(&mut world, "json");
    let listed: usize = seen.iter().map(|line| line.matches("-1\"").count()).sum();
    assert!(seen.len() == 2 && listed == 6, "{} {listed}", seen.len());
}

#[test]
fn telnet_is_answered_before_it_is_shown_anything() {
    let mut world = ann_and_bob("");
    world.step("bob= 0");
    world.step("ann> before");
    // ^C in a character, as inetutils telnet makes it of パ; until its mark is answered it shows nothing.
    world.step(r"bob> \xe3\xff\xf4\xff\xfd\x06");
    world.pipe("bob").from_server.clear();
    world.step("bob= 10000");
    let sent = std::mem::take(&mut world.pipe("bob").from_server);
    let answers = b"\xff\xfd\x00\xff\xfd\x1f\xff\xfc\x06";
    let shown = sent.strip_prefix(answers).expect("the answers are first");
    let shown = str::from_utf8(shown).expect("lines");
    let lines: Vec<String> = shown.lines().map(str::to_owned).collect();
    let seen = places(&lines, ["ann: before", "fixed now, please retype."]);
    assert_eq!(seen, [Some(0), Some(1)], "{lines:?}");
}
