//! One line after another, and what becomes of each.

use super::*;

#[test]
fn each_line_waits_for_the_receipt_of_the_one_before() {
    let mut bench = Bench::live();
    bench.push("one").push("two").does(&[send("one")]);
    bench
        .hears("[14:03] bob: one\n")
        .does(&[show("[14:03] bob: one\n")]);
    bench.hears("[14:03] app: one\n").does(&[send("two")]);
    bench.ends_input().does(&[]);
    bench
        .hears("[14:03] app: two\n")
        .does(&[send("/quit"), Action::CloseInput]);
    bench.hears("Bye, app. 2 lines sent.\n");
    bench.does(&[show("Bye, app. 2 lines sent.\n")]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Left);
}

#[test]
fn what_has_not_been_sent_can_be_dropped() {
    let mut bench = person();
    bench.push("1").push("2").push("3").does(&[send("1")]);
    bench.session.drop_unsent();
    bench.does(&[Action::Tell(Note::Dropped { lines: 2 })]);
    bench.hears("[14:03] app: 1\n").does(&[]);
    let tally = bench.session.tally();
    assert_eq!(
        (tally.through, tally.total, tally.unsent().lines),
        (1, 3, 0)
    );
    // One that flood control has refused is not sent either.
    bench
        .push("4")
        .hears("! Slow down: NOT sent. Try again in 2 s.\n");
    bench.session.drop_unsent();
    bench.does(&[send("4"), Action::Tell(Note::Dropped { lines: 1 })]);
    assert_eq!(bench.session.poll_deadline(), None);
}

/// The person reads why.
#[test]
fn what_the_server_refuses_is_not_through() {
    let mut bench = person();
    bench.push("/nosuch").push("/away").does(&[send("/nosuch")]);
    let refusal = "! No command /nosuch. /help lists all.\n";
    bench.hears(refusal).does(&[show(refusal), send("/away")]);
    bench.hears("! You are away.\n").drain();
    let tally = bench.session.tally();
    assert_eq!(
        (tally.through, tally.total, tally.unsent().lines),
        (1, 2, 0)
    );
}

#[test]
fn a_pipe_is_literal() {
    let mut bench = Bench::live();
    bench.push("/op mallory").does(&[send("//op mallory")]);
    bench
        .hears("[14:03] app: /op mallory\n")
        .push("//x")
        .does(&[send("///x")]);
    bench
        .hears("[14:03] app: //x\n")
        .push("/echo off")
        .does(&[send("//echo off")]);
}

#[test]
fn blank_lines_are_no_lines() {
    let mut bench = Bench::live();
    bench
        .push("")
        .push(" \u{200b}")
        .push("x")
        .does(&[send("x")]);
}

#[test]
fn a_refusal_holds_the_line_back_and_not_its_order() {
    let mut bench = Bench::live();
    bench.push("one").push("two").does(&[send("one")]);
    bench
        .hears("! Slow down: NOT sent. Try again in 2 s.\n")
        .does(&[]);
    let refused_at = bench.now;
    bench.waits().does(&[send("one")]);
    assert!(bench.now - refused_at >= Duration::from_secs(2));
    // Told late, about the first time: it is no second refusal.
    bench.hears("! 1 line NOT sent: too fast.\n");
    bench.does(&[send("/whois chinwag-fence-1")]);
    bench.hears("[14:03] app: one\n").does(&[send("two")]);
    bench
        .hears("! Nobody called \"chinwag-fence-1\".\n")
        .does(&[]);
    bench.hears("[14:03] app: two\n").does(&[]);
}

#[test]
fn a_refusal_in_silence_is_found_out() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    bench.waits().does(&[send("/whois chinwag-fence-1")]);
    bench.hears("! Slow down: 1 more line NOT sent.\n! Nobody called \"chinwag-fence-1\".\n");
    bench.does(&[]);
    bench.waits().does(&[send("one")]);
    bench.hears("[14:03] app: one\n").does(&[]);
    assert_eq!(bench.session.tally().unsent().lines, 0);
}

#[test]
fn a_fence_that_is_refused_says_nothing_of_the_line() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    bench.waits().does(&[send("/whois chinwag-fence-1")]);
    bench
        .hears("! Slow down: NOT sent. Try again in 1 s.\n")
        .does(&[]);
    bench.hears("[14:03] app: one\n").does(&[]);
    assert_eq!(bench.session.tally().waiting, 0);
}

#[test]
fn a_line_that_the_server_ignores_is_given_up() {
    let mut bench = Bench::live();
    bench.push("one").push("two").does(&[send("one")]);
    for fence in 1..=3 {
        bench
            .waits()
            .does(&[send(&format!("/whois chinwag-fence-{fence}"))]);
        bench.hears(&format!("! Nobody called \"chinwag-fence-{fence}\".\n"));
        if fence < 3 {
            bench.waits().does(&[send("one")]);
        }
    }
    let reason = "the server neither showed nor refused it.".into();
    let line = "one".into();
    bench.does(&[Action::Tell(Note::NotSent { line, reason }), send("two")]);
    assert_eq!(bench.session.tally().refused, 1);
}

#[test]
fn what_may_not_be_said_is_told_and_the_next_goes_on() {
    let mut bench = Bench::live();
    bench.push("one").push("two").does(&[send("one")]);
    bench.hears("! NOT sent: #news is read-only.\n");
    let (line, reason) = ("one".into(), "#news is read-only.".into());
    bench.does(&[Action::Tell(Note::NotSent { line, reason }), send("two")]);
}

#[test]
fn a_server_that_cannot_save_gets_the_line_again() {
    let cannot = "! NOT sent: the server cannot save messages right now.\n";
    let mut bench = Bench::live();
    for _ in 0..2 {
        bench.push("one").does(&[send("one")]);
        bench.hears(cannot);
        let reason = "the server cannot save messages right now.".to_owned();
        bench.does(&[Action::Tell(Note::Unsaved { reason })]);
        bench.waits().does(&[send("one")]);
        bench.hears(cannot).does(&[]);
        bench.waits().does(&[send("one")]);
        bench.hears("[14:03] app: one\n").does(&[]);
    }
}

/// A minute, as for a lost link.
#[test]
fn a_script_gives_up_a_server_that_cannot_save_and_a_person_does_not() {
    let cannot = "! NOT sent: the server cannot save messages right now.\n";
    for (mut bench, is_script) in [(Bench::live(), true), (person(), false)] {
        let start = bench.now;
        bench.push("one").drain();
        while bench.now < start + Duration::from_secs(60) {
            bench.hears(cannot).drain().waits().does(&[send("one")]);
        }
        bench.hears(cannot);
        match is_script {
            true => bench.does(&[
                send("/quit"),
                Action::HangUp,
                Action::End(End::Unsaved("it cannot save messages.".into())),
            ]),
            false => bench.does(&[]),
        };
    }
}
