//! What was said before is shown where it is wanted, and taken for nothing else.

use super::*;

#[test]
fn a_reader_sends_nothing_and_is_spared_the_past() {
    let mut bench = Bench::new(SessionOptions {
        reads_only: true,
        history: false,
        ..options()
    });
    bench
        .does(&[send("app#pw")])
        .hears(WELCOME)
        .hears("--- last 1 of 1 messages ---\n");
    // What is said before the fence comes back is no past.
    bench.hears("[14:00] bob: old\n--- now ---\n[14:02] bob: just now\n");
    let fence = send(&format!("/whois chinwag-fence-{}", u64::MAX));
    bench.does(&[fence, show("[14:02] bob: just now\n")]);
    bench
        .hears(&format!(
            "! Nobody called \"chinwag-fence-{}\".\n",
            u64::MAX
        ))
        .does(&[]);
    bench
        .hears("[14:03] bob: new\n")
        .does(&[show("[14:03] bob: new\n")]);
}

/// The wrong command was typed on the connection before, and nobody knows whether its answer arrived.
#[test]
fn what_a_session_has_missed_answers_no_command_of_its_arrival() {
    let mut bench = Bench::new(options());
    bench.does(&[send("app#pw")]);
    let back = "Welcome back, app. While you were away:\n";
    let missed = [
        "You are in #lobby.\n",
        "! No command /jion. Did you mean /join? /help lists all. To say it, start with //.\n",
        "! lee announces: the echo is gone\n",
        "--- now ---\n",
    ];
    bench.hears(back).does(&[show(back), send("/echo on")]);
    bench.hears(&missed.concat()).does(&missed.map(show));
    bench.push("hi").does(&[]);
    bench.hears(ECHO_IS_ON).does(&[send("hi")]);
}

#[test]
fn own_lines_of_the_past_are_shown_and_are_no_receipts() {
    let mut bench = person();
    bench
        .push("/history 1")
        .push("hi")
        .does(&[send("/history 1")]);
    let head = "--- last 1 of 9 messages ---\n";
    let rest = ["[14:01] app: old\n", "--- now ---\n"];
    bench.hears(head).does(&[show(head), send("hi")]);
    bench.hears(&rest.concat()).does(&rest.map(show));
    assert_eq!(bench.session.tally().waiting, 1);
    bench.hears("[14:03] app: hi\n").does(&[]);
    assert_eq!(bench.session.tally().waiting, 0);
}

/// With `/time off` it looks as if it happened now.
#[test]
fn who_was_renamed_in_the_past_is_called_as_it_is() {
    let mut bench = person();
    let lines = [
        "--- last 1 of 9 lines ---\n",
        "* app is now zoe\n",
        "--- now ---\n",
    ];
    bench.hears(&lines.concat()).does(&lines.map(show));
    bench.push("hi").does(&[send("hi")]);
    bench.hears("[14:03] app: hi\n").does(&[]);
    assert_eq!(bench.session.tally().waiting, 0);
}

#[test]
fn a_past_without_an_end_hides_no_receipt() {
    let mut bench = person();
    bench
        .hears("--- 3 messages that end in another way ---\n[14:01] app: old\n")
        .push("hi");
    bench.hears("[14:03] app: hi\n");
    assert_eq!(bench.session.tally().waiting, 0);
}
