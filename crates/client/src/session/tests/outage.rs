//! Links that are lost, and sessions that come back.

use super::*;

/// The server has forgotten the session, which says its name again.
fn comes_back_forgotten(bench: &mut Bench) {
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("That code is not valid any more.\nEnter your username: ")
        .does(&[send("app#pw")]);
}

#[test]
fn a_lost_link_is_taken_up_where_it_broke() {
    let mut bench = Bench::live();
    bench
        .hears("[14:03] bob: a\n")
        .does(&[show("[14:03] bob: a\n")]);
    bench.loses_link().push("later").does(&[]);
    bench.comes_back().does(&[send("/resume AAAA-BBBB")]);
    bench.hears("Welcome back, app. 2 messages while you were away:\n");
    bench.hears("If your link drops, reconnect and type /resume CCCC-DDDD within 10 minutes.\n");
    // The first was seen: the link broke behind it, before the server knew.
    bench
        .hears("[14:03] bob: a\n[14:04] bob: b\n")
        .does(&[send("/echo on")]);
    bench.hears(ECHO_IS_ON);
    bench.does(&[
        Action::Tell(Note::Back { name: None }),
        show("[14:04] bob: b\n"),
        send("later"),
    ]);
    bench.hears("[14:04] app: later\n").does(&[]);
    // The next loss uses the new code: a code is good once.
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume CCCC-DDDD")]);
}

#[test]
fn the_line_under_way_is_found_in_what_was_missed() {
    let mut bench = Bench::live();
    bench.push("one").push("two").does(&[send("one")]);
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench.hears("Welcome back, app. 1 message while you were away:\n[14:03] app: one\n");
    bench.hears(ECHO_IS_ON);
    bench.does(&[
        send("/echo on"),
        Action::Tell(Note::Back { name: None }),
        send("two"),
    ]);
}

#[test]
fn the_line_under_way_is_looked_up_in_the_history() {
    for (said, next) in [("[14:03] app: one\n", "two"), ("", "one")] {
        let mut bench = Bench::live();
        bench
            .hears("[14:02] bob: x\n")
            .does(&[show("[14:02] bob: x\n")]);
        bench.push("one").push("two").does(&[send("one")]);
        bench
            .loses_link()
            .comes_back()
            .does(&[send("/resume AAAA-BBBB")]);
        bench
            .hears("Welcome back, app. You missed nothing.\n")
            .hears(ECHO_IS_ON);
        bench.does(&[
            send("/echo on"),
            Action::Tell(Note::Back { name: None }),
            send("/history 1000"),
        ]);
        bench.hears("[14:05] bob: live\n--- last 3 of 3 messages ---\n[14:01] app: one\n");
        bench.hears(&format!(
            "[14:02] bob: x\n{said}[14:05] bob: live\n--- now ---\n"
        ));
        bench.does(&[show("[14:05] bob: live\n"), send(next)]);
    }
}

/// A server that was killed has forgotten what it took before.
#[test]
fn a_goodbye_counts_the_lines_of_all_links() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    bench.hears("[14:03] app: one\n").push("two");
    bench.does(&[send("two")]);
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench.hears("Welcome back, app. 1 message while you were away:\n[14:03] app: two\n");
    bench.hears(ECHO_IS_ON).drain();
    bench.push("three").ends_input().does(&[send("three")]);
    bench.hears("[14:04] app: three\n");
    bench.does(&[send("/quit"), Action::CloseInput]);
    bench.hears("Bye, app. 1 line sent.\n");
    bench.does(&[show("Bye, app. 3 lines sent.\n")]);
}

#[test]
fn the_same_line_again_and_again_is_counted() {
    for (times, next) in [(3, "tick"), (4, "tock")] {
        let mut bench = Bench::live();
        bench
            .hears("[14:02] bob: x\n")
            .does(&[show("[14:02] bob: x\n")]);
        for _ in 0..3 {
            bench.push("tick").does(&[send("tick")]);
            bench.hears("[14:03] app: tick\n");
        }
        bench.push("tick").push("tock").does(&[send("tick")]);
        bench
            .loses_link()
            .comes_back()
            .does(&[send("/resume AAAA-BBBB")]);
        bench
            .hears("Welcome back, app. You missed nothing.\n")
            .hears(ECHO_IS_ON);
        bench.does(&[
            send("/echo on"),
            Action::Tell(Note::Back { name: None }),
            send("/history 1000"),
        ]);
        let ticks = "[14:03] app: tick\n".repeat(times);
        bench.hears(&format!(
            "--- last 9 of 9 messages ---\n[14:02] bob: x\n{ticks}--- now ---\n"
        ));
        bench.does(&[send(next)]);
    }
}

#[test]
fn a_new_session_takes_the_place_of_one_that_is_forgotten() {
    let mut bench = Bench::new(SessionOptions {
        room: Some("dev".into()),
        ..options()
    });
    bench
        .does(&[send("app#pw")])
        .hears(WELCOME)
        .hears(CODE)
        .hears(ECHO_IS_ON);
    bench.does(&[
        show(WELCOME),
        send("/echo on"),
        show(CODE),
        send("/join dev"),
    ]);
    bench
        .hears("You are in #dev with bob.\n[14:02] bob: x\n")
        .hears("* app left #lobby\n");
    bench.push("one").does(&[
        show("You are in #dev with bob.\n"),
        show("[14:02] bob: x\n"),
        send("/leave lobby"),
        send("/msg #dev one"),
    ]);
    comes_back_forgotten(&mut bench);
    bench
        .hears(WELCOME)
        .hears("[12:00] cy: in the lobby\n--- now ---\n")
        .hears(ECHO_IS_ON);
    bench.does(&[send("/echo on"), send("/join dev")]);
    bench
        .hears("You are in #dev with bob.\n")
        .does(&[send("/leave lobby")]);
    bench
        .hears("* app left #lobby\n")
        .does(&[send("/history 1000")]);
    bench.hears("--- last 3 of 3 messages ---\n[14:02] bob: x\n[14:03] app: one\n");
    bench.hears("[14:04] bob: y\n  | and z\n--- now ---\n");
    let (name, has_gap) = ("app".into(), false);
    bench.does(&[
        Action::Tell(Note::Anew { name, has_gap }),
        show("[14:04] bob: y\n"),
        show("  | and z\n"),
    ]);
    assert_eq!(bench.session.tally().waiting, 0);
}

/// The server reads a history, and answers with it a moment later.
#[test]
fn what_is_said_while_a_new_session_asks_for_the_history_is_shown_once() {
    let mut bench = Bench::live();
    bench.hears("[14:02] bob: a\n").drain();
    comes_back_forgotten(&mut bench);
    bench.hears(WELCOME).hears(CODE);
    bench.hears("--- last 1 message ---\n[14:02] bob: a\n--- now ---\n");
    bench.hears("[14:03] bob: b\n").hears(ECHO_IS_ON);
    bench.hears("[14:03] bob: c\n[14:03] #ops cy: here\n");
    bench.does(&[
        send("/echo on"),
        send("/history 1000"),
        show("[14:03] #ops cy: here\n"),
    ]);
    let past = "--- last 2 of 2 messages ---\n[14:02] bob: a\n[14:03] bob: b\n--- now ---\n";
    bench.hears(past).hears("[14:03] bob: d\n");
    let (name, has_gap) = ("app".into(), false);
    bench.does(&[
        Action::Tell(Note::Anew { name, has_gap }),
        show("[14:03] bob: b\n"),
        show("[14:03] bob: c\n"),
        show("[14:03] bob: d\n"),
    ]);
}

#[test]
fn a_new_session_that_is_lost_before_it_has_told_the_past_tells_it_when_it_is_taken_up() {
    let mut bench = Bench::live();
    bench.hears("[14:02] bob: a\n").drain();
    comes_back_forgotten(&mut bench);
    bench.hears(WELCOME).hears(CODE);
    bench.hears("--- now ---\n[14:03] bob: b\n").drain();
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("Welcome back, app. 1 message while you were away:\n")
        .hears(CODE);
    bench.hears("You are in #lobby.\n[14:03] bob: c\n--- now ---\n");
    bench.hears(ECHO_IS_ON);
    bench.does(&[send("/echo on"), send("/history 1000")]);
    bench.hears("--- last 3 of 3 messages ---\n[14:02] bob: a\n[14:03] bob: b\n");
    bench.hears("[14:03] bob: c\n--- now ---\n");
    let (name, has_gap) = ("app".into(), false);
    bench.does(&[
        Action::Tell(Note::Anew { name, has_gap }),
        show("[14:03] bob: b\n"),
        show("[14:03] bob: c\n"),
    ]);
    // From here on it is like any other.
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("Welcome back, app. You missed nothing.\n")
        .hears(ECHO_IS_ON);
    bench.does(&[send("/echo on"), Action::Tell(Note::Back { name: None })]);
}

#[test]
fn what_is_delivered_needs_no_link_any_more() {
    let mut bench = Bench::live();
    bench
        .ends_input()
        .does(&[send("/quit"), Action::CloseInput]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Left);
    let mut bench = Bench::live();
    bench.loses_link().ends_input().ends(End::Left);
    assert_eq!(bench.session.poll_deadline(), None);
}

#[test]
fn what_is_said_after_a_first_arrival_that_broke_off_is_no_past() {
    let mut bench = Bench::new(SessionOptions {
        reads_only: true,
        history: false,
        ..options()
    });
    let fence = || send(&format!("/whois chinwag-fence-{}", u64::MAX));
    bench.does(&[send("app#pw")]).hears(WELCOME).hears(CODE);
    bench.hears("--- now ---\n[14:02] bob: before\n");
    bench.does(&[fence(), show("[14:02] bob: before\n")]);
    // The answer to the first command is lost with the server, and so is the session.
    comes_back_forgotten(&mut bench);
    let past =
        "--- last 2 of 2 messages ---\n[14:02] bob: before\n[14:03] bob: after\n--- now ---\n";
    bench.hears(WELCOME).hears(past).does(&[fence()]);
    bench
        .hears(&format!(
            "! Nobody called \"chinwag-fence-{}\".\n",
            u64::MAX
        ))
        .does(&[send("/history 1000")]);
    let (name, has_gap) = ("app".into(), false);
    bench.hears(past).does(&[
        Action::Tell(Note::Anew { name, has_gap }),
        show("[14:03] bob: after\n"),
    ]);
}

#[test]
fn a_session_that_goes_on_leaves_the_lobby_if_it_had_no_time_to() {
    let mut bench = Bench::new(SessionOptions {
        room: Some("dev".into()),
        history: false,
        ..options()
    });
    bench.does(&[send("app#pw")]).hears(WELCOME).hears(CODE);
    bench.hears("--- now ---\n").hears(ECHO_IS_ON);
    bench.hears("You are in #dev with bob.\n--- now ---\n");
    bench.does(&[send("/echo on"), send("/join dev"), send("/leave lobby")]);
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench.hears("Welcome back, app. You missed nothing.\n");
    bench.hears(ECHO_IS_ON).hears("* app left #lobby\n");
    bench.does(&[
        send("/echo on"),
        send("/leave lobby"),
        Action::Tell(Note::Back { name: None }),
    ]);
}

#[test]
fn a_link_that_breaks_while_it_is_taken_up_takes_no_line_with_it() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    bench
        .hears("[14:03] bob: a\n")
        .does(&[show("[14:03] bob: a\n")]);
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench.hears("Welcome back, app. 3 messages while you were away:\n");
    bench.hears("[14:03] bob: a\n[14:03] app: one\n[14:04] bob: b\n");
    bench.does(&[send("/echo on")]);
    bench.session.handle_closed("it broke.", bench.now);
    let reason = "it broke.".to_owned();
    bench.does(&[
        show("[14:04] bob: b\n"),
        Action::Tell(Note::Lost { reason }),
    ]);
    assert_eq!(bench.session.tally().waiting, 0);
}

#[test]
fn a_ban_while_the_link_is_down_is_final() {
    let mut bench = Bench::live();
    comes_back_forgotten(&mut bench);
    bench.hears("You are banned until 2026-11-22 10:00 UTC: spam.\n");
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Removed(
        "You are banned until 2026-11-22 10:00 UTC: spam.".into(),
    ));
}

#[test]
fn a_command_is_not_given_twice() {
    let mut bench = person();
    bench.push("/kick bob").does(&[send("/kick bob")]);
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("Welcome back, app. You missed nothing.\n")
        .hears(ECHO_IS_ON);
    let line = "/kick bob".into();
    bench.does(&[
        send("/echo on"),
        Action::Tell(Note::Back { name: None }),
        Action::Tell(Note::Uncertain { line }),
    ]);
    let tally = bench.session.tally();
    assert_eq!((tally.uncertain, tally.unsent().lines), (1, 0));
}

#[test]
fn a_person_who_quits_is_not_brought_back() {
    let mut bench = person();
    bench
        .push("/quit lunch")
        .ends_input()
        .does(&[send("/quit lunch")]);
    bench
        .hears("Bye, app. 0 lines sent.\n")
        .does(&[show("Bye, app. 0 lines sent.\n")]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Left);
}

#[test]
fn zero_seconds_never_try_again() {
    let mut bench = Bench::new(SessionOptions {
        retry_for: Duration::ZERO,
        ..options()
    });
    bench.hears(WELCOME).hears(ECHO_IS_ON).push("one");
    bench.does(&[send("app#pw"), show(WELCOME), send("/echo on"), send("one")]);
    let reason = "the server closed the connection.";
    bench.session.handle_closed(reason, bench.now);
    bench.ends(End::Gone(reason.into()));
    let unsent = bench.session.tally().unsent();
    assert_eq!((unsent.lines, unsent.is_one_in_doubt), (0, true));
}

#[test]
fn a_relay_without_a_server_uses_up_no_code() {
    let mut bench = Bench::live();
    bench.loses_link().comes_back();
    for _ in 0..3 {
        bench.does(&[send("/resume AAAA-BBBB")]);
        bench.session.handle_closed("", bench.now);
        bench.comes_back();
    }
    bench.does(&[send("/resume AAAA-BBBB")]);
}

/// Who is away already has no need to say goodbye.
#[test]
fn a_farewell_while_the_link_is_lost_is_the_end_and_no_line() {
    let mut bench = person();
    bench.loses_link().push("/quit").ends_input();
    bench.ends(End::Left);
    assert_eq!(bench.session.tally().unsent().lines, 0);
    let mut bench = person();
    bench.loses_link().push("/quit").push("more").ends_input();
    bench.ends(End::Gone("you left before it came back.".into()));
    assert_eq!(bench.session.tally().unsent().lines, 1);
}

#[test]
fn who_comes_back_under_another_name_is_told() {
    let mut bench = Bench::live();
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench.hears("Welcome back, app2. You missed nothing.\n");
    bench.hears(ECHO_IS_ON);
    let name = Some("app2".to_owned());
    bench.does(&[send("/echo on"), Action::Tell(Note::Back { name })]);
}

#[test]
fn a_server_that_hangs_behind_a_line_is_a_lost_link() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    let start = bench.now;
    let mut done = Vec::new();
    for _ in 0..99 {
        bench.waits();
        done.extend(std::iter::from_fn(|| bench.session.poll_action()));
        if done.contains(&Action::HangUp) {
            break;
        }
    }
    assert_eq!(bench.now - start, Duration::from_secs(90));
    let silent = Action::Tell(Note::Silent);
    assert_eq!(done.iter().filter(|action| **action == silent).count(), 1);
    let reason = "the server does not answer.".to_owned();
    assert_eq!(done.last(), Some(&Action::Tell(Note::Lost { reason })));
    bench.comes_back();
}

#[test]
fn a_server_that_is_slow_is_no_lost_link() {
    let mut bench = Bench::live();
    bench.push("one").drain();
    for _ in 0..3 {
        // Less than the time to say so, many times over.
        bench.now += Duration::from_secs(4);
        bench.session.handle_time(bench.now);
        bench.hears("[14:03] bob: hi\n");
        let done: Vec<Action> = std::iter::from_fn(|| bench.session.poll_action()).collect();
        assert!(!done.contains(&Action::Tell(Note::Silent)), "{done:?}");
    }
    bench.hears("[14:03] app: one\n").drain();
    assert_eq!(bench.session.poll_deadline(), None, "nobody has to answer");
}

#[test]
fn a_server_that_hangs_behind_the_last_line_does_not_keep_a_script() {
    let mut bench = Bench::live();
    bench
        .push("one")
        .hears("[14:03] app: one\n")
        .ends_input()
        .drain();
    bench.waits().does(&[Action::Tell(Note::Silent)]);
    bench
        .waits()
        .does(&[Action::HangUp, Action::End(End::Left)]);
}
