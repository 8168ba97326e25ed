//! Lines go to the room that they are meant for, or nowhere; and a command that is refused is told.

use super::*;

/// A script in #ops, with a code to come back.
fn in_ops(commands: bool) -> Bench {
    let mut bench = Bench::new(SessionOptions {
        room: Some("ops".into()),
        commands,
        history: false,
        ..options()
    });
    bench.hears(WELCOME).hears(CODE).hears(ECHO_IS_ON);
    bench
        .hears("You are in #Ops with bob.\n")
        .hears("* app left #lobby\n");
    bench.does(&[
        send("app#pw"),
        send("/echo on"),
        send("/join ops"),
        send("/leave lobby"),
    ]);
    bench
}

fn in_lobby() -> Bench {
    let mut bench = Bench::new(SessionOptions {
        commands: true,
        history: false,
        ..options()
    });
    bench.hears(WELCOME).hears(CODE).hears(ECHO_IS_ON);
    bench.does(&[send("app#pw"), send("/echo on")]);
    bench
}

/// The session says no more, and why.
#[track_caller]
fn stops(bench: &mut Bench, before: &[Action], reason: &str) {
    let end = [
        send("/quit"),
        Action::HangUp,
        Action::End(End::Astray(reason.into())),
    ];
    let done: Vec<Action> = std::iter::from_fn(|| bench.session.poll_action()).collect();
    assert_eq!(done[..before.len()], *before);
    assert_eq!(done[before.len()..], end);
}

/// Behind the fence that finds out about a command.
fn fenced(bench: &mut Bench, number: u64) {
    bench.hears(&format!("! Nobody called \"chinwag-fence-{number}\".\n"));
}

fn fence(number: u64) -> Action {
    send(&format!("/whois chinwag-fence-{number}"))
}

#[test]
fn a_line_names_its_room() {
    let mut bench = in_ops(false);
    bench.push("/x").push("two").does(&[send("/msg #Ops /x")]);
    bench.hears("[14:03] app: /x\n! Sent to #Ops.\n");
    bench.does(&[send("/msg #Ops two")]);
    // The room keeps its people under another name.
    bench.hears("[14:03] app: two\n* bob renamed #Ops: it is #live from now on\n");
    bench.push("three").does(&[
        show("* bob renamed #Ops: it is #live from now on\n"),
        send("/msg #live three"),
    ]);
    assert_eq!(bench.session.tally().waiting, 1);
}

#[test]
fn who_is_put_out_of_the_room_says_nothing_elsewhere() {
    for words in [
        "You were ejected from #ops by bob.",
        "#ops was removed by bob.",
    ] {
        let mut bench = in_ops(false);
        bench.push("one").does(&[send("/msg #Ops one")]);
        bench.push("two");
        let told = [&*format!("! {words}\n"), "! You talk in #lobby now.\n"];
        bench.hears(&told.concat());
        stops(&mut bench, &told.map(show), words);
        assert_eq!(bench.session.tally().unsent().lines, 2);
        bench.push("three").does(&[]);
    }
}

#[test]
fn another_room_is_left_without_harm() {
    let mut bench = in_ops(false);
    let told = [
        "! You were ejected from #dev by bob.\n",
        "! You talk in #ops now.\n",
    ];
    bench.hears(&told.concat()).does(&told.map(show));
    bench.push("one").does(&[send("/msg #Ops one")]);
}

#[test]
fn who_comes_back_into_another_room_says_nothing_there() {
    let left = "! You are no longer in #ops. You are barred from #ops.\n";
    for (told, reason) in [
        (left, "You are no longer in #ops. You are barred from #ops."),
        ("", "You talk in #lobby now, not in #Ops."),
    ] {
        let mut bench = in_ops(false);
        bench.loses_link().push("secret").comes_back();
        bench.hears("Welcome back, app. 1 message while you were away:\n");
        bench.hears("You are in #lobby.\n").hears(told);
        bench.hears("[14:03] #ops bob: late\n").hears(ECHO_IS_ON);
        let mut before = vec![send("/resume AAAA-BBBB"), send("/echo on")];
        before.extend((!told.is_empty()).then(|| show(told)));
        before.push(show("[14:03] #ops bob: late\n"));
        // The first comes before the server has told anything.
        stops(&mut bench, &before, reason);
        assert_eq!(bench.session.tally().unsent().lines, 1);
    }
}

#[test]
fn a_new_session_goes_where_the_lines_are_meant_for() {
    let mut bench = in_lobby();
    bench.push("/join dev").does(&[send("/join dev")]);
    bench.hears("You are in #dev, alone.\n");
    bench.does(&[show("You are in #dev, alone.\n"), fence(1)]);
    fenced(&mut bench, 1);
    bench.push("one").does(&[send("/msg #dev one")]);
    bench.loses_link().comes_back();
    bench.hears("That code is not valid any more.\nEnter your username: ");
    bench.hears(WELCOME).hears(ECHO_IS_ON);
    bench.does(&[
        send("/resume AAAA-BBBB"),
        send("app#pw"),
        send("/echo on"),
        send("/join dev"),
    ]);
}

#[test]
fn an_account_that_is_in_another_room_goes_to_the_lobby() {
    let back = [
        "Welcome back, app. You missed nothing.\n",
        "You are in #dev.\n",
    ];
    for (welcome, place) in [("Welcome, app. You are in #dev, alone.\n", ""), back.into()] {
        let mut bench = Bench::new(SessionOptions {
            history: false,
            ..options()
        });
        bench.push("hi").hears(welcome).hears(place);
        bench.hears(ECHO_IS_ON).hears("You are in #lobby, alone.\n");
        bench.does(&[
            send("app#pw"),
            send("/echo on"),
            send("/join lobby"),
            send("hi"),
        ]);
    }
}

#[test]
fn what_an_account_has_missed_is_shown_once() {
    let mut bench = Bench::new(options());
    let missed = [
        "Welcome back, app. 1 message while you were away:\n",
        "You are in #lobby.\n",
        "[14:03] ann: while you were away\n",
    ];
    bench.hears(&missed.concat());
    bench.push("hi").hears(ECHO_IS_ON);
    let [welcome, place, said] = missed.map(show);
    // It is there already.
    bench.does(&[
        send("app#pw"),
        welcome,
        place,
        said,
        send("/echo on"),
        send("hi"),
    ]);
    // It is in the room, and talks in another.
    let mut bench = Bench::new(SessionOptions {
        room: Some("ops".into()),
        ..options()
    });
    bench.hears("Welcome back, app. 2 messages while you were away:\n");
    bench.hears("You are in #lobby.\n");
    bench.hears("[14:03] #ops ann: one\n  | and more\n[14:04] #ops ann: two\n");
    bench.hears(ECHO_IS_ON).drain();
    let history = [
        "You are in #ops with ann.\n",
        "--- last 3 of 3 messages; /history for more, /search to find ---\n",
        "[14:02] ann: before\n",
        "[14:03] ann: one\n",
        "  | and more\n",
        "[14:04] ann: two\n",
        "--- now ---\n",
    ];
    bench.hears(&history.concat());
    let [place, first, before, .., now] = history.map(show);
    bench.does(&[place, first, before, now, send("/leave lobby")]);
}

#[test]
fn a_room_that_may_not_be_entered_is_the_end() {
    let refusal = "#priv is closed. /knock #priv asks to be let in.";
    let told = format!("! {refusal}\n");
    let mut bench = in_lobby();
    bench.push("/join #priv").push("secret");
    bench.does(&[send("/join #priv")]);
    bench.hears("! lee announces: lunch\n").hears(&told);
    bench.does(&[show("! lee announces: lunch\n"), fence(1), show(&told)]);
    fenced(&mut bench, 1);
    let note = Action::Tell(Note::NotDone {
        line: "/join #priv".into(),
        reason: refusal.into(),
    });
    stops(&mut bench, &[note], refusal);
    assert_eq!(bench.session.tally().unsent().lines, 2);
}

#[test]
fn a_way_into_a_room_that_breaks_off_is_the_end() {
    let mut bench = in_lobby();
    bench.push("/join #priv").push("secret");
    bench.does(&[send("/join #priv")]);
    bench.loses_link().comes_back();
    bench.hears("Welcome back, app. You missed nothing.\nYou are in #lobby.\n");
    bench.hears(ECHO_IS_ON);
    let line = "/join #priv".into();
    let before = [
        send("/resume AAAA-BBBB"),
        send("/echo on"),
        Action::Tell(Note::Back { name: None }),
        Action::Tell(Note::Uncertain { line }),
    ];
    stops(&mut bench, &before, "the link broke behind it.");
}

#[test]
fn a_script_goes_where_it_wants() {
    let mut bench = in_ops(true);
    bench.push("/leave").push("here").does(&[send("/leave")]);
    bench.hears("You are in #lobby, alone.\n");
    bench.does(&[show("You are in #lobby, alone.\n"), fence(1)]);
    fenced(&mut bench, 1);
    bench.does(&[send("here")]);
    assert_eq!(bench.session.tally().refused, 0);
}

#[test]
fn a_command_that_is_refused_is_told_and_the_next_goes_on() {
    let mut bench = in_lobby();
    let refusal = "! Nobody called \"nobody\".\n";
    bench.push("/msg nobody hi").push("//next");
    bench.does(&[send("/msg nobody hi")]);
    bench.hears(refusal).does(&[show(refusal), fence(1)]);
    fenced(&mut bench, 1);
    let note = Action::Tell(Note::NotDone {
        line: "/msg nobody hi".into(),
        reason: "Nobody called \"nobody\".".into(),
    });
    bench.does(&[note, send("//next")]);
    bench.hears("[14:03] app: /next\n").ends_input();
    bench.does(&[send("/quit"), Action::CloseInput]);
    assert_eq!(bench.session.tally().unsent().lines, 1);
}

#[test]
fn a_reader_of_a_room_does_not_read_another() {
    let mut bench = Bench::new(SessionOptions {
        room: Some("ops".into()),
        reads_only: true,
        history: false,
        ..options()
    });
    bench.hears(WELCOME);
    bench.hears(&format!(
        "! Nobody called \"chinwag-fence-{}\".\n",
        u64::MAX
    ));
    bench
        .hears("You are in #ops.\n")
        .hears("* app left #lobby\n");
    bench.does(&[
        send("app#pw"),
        fence(u64::MAX),
        send("/join ops"),
        send("/leave lobby"),
    ]);
    let told = [
        "! You were ejected from #ops by bob.\n",
        "! You talk in #lobby now.\n",
    ];
    bench.hears(&told.concat());
    stops(
        &mut bench,
        &told.map(show),
        "You were ejected from #ops by bob.",
    );
}

#[test]
fn a_password_that_was_not_needed_is_no_output() {
    let words = "\"app\" is not registered: the password was not needed.";
    let mut bench = Bench::new(options());
    bench.hears(WELCOME).hears(&format!("! {words}\n"));
    bench.does(&[
        send("app#pw"),
        show(WELCOME),
        send("/echo on"),
        Action::Tell(Note::Login {
            words: words.into(),
        }),
    ]);
}

#[test]
fn a_room_that_may_be_new_is_told() {
    let new = "You are in #ops, alone.\n--- now ---\n";
    let told = Action::Tell(Note::MaybeNew { room: "ops".into() });
    for (heard, is_told) in [
        (new, true),
        (
            "You are in #ops, alone.\n* ann joined #lobby (2 here)\n--- now ---\n",
            true,
        ),
        ("You are in #ops with bob.\n--- now ---\n", false),
        (
            "You are in #ops, alone.\nTopic: all of it (lee, 2 h ago)\n--- now ---\n",
            false,
        ),
        (
            "You are in #ops, alone.\n--- last 1 of 1 messages; /history for more ---\n--- now ---\n",
            false,
        ),
    ] {
        let mut bench = Bench::new(SessionOptions {
            room: Some("ops".into()),
            history: false,
            ..options()
        });
        bench
            .hears(WELCOME)
            .hears(CODE)
            .hears("--- now ---\n")
            .hears(ECHO_IS_ON);
        bench.does(&[send("app#pw"), send("/echo on"), send("/join ops")]);
        bench.hears(heard);
        let done: Vec<Action> = std::iter::from_fn(|| bench.session.poll_action()).collect();
        assert_eq!(done.contains(&told), is_told, "{heard}");
    }
    // A person sees who is there.
    let mut bench = Bench::new(SessionOptions {
        room: Some("ops".into()),
        is_attended: true,
        ..options()
    });
    bench.hears(WELCOME).hears(CODE).hears(ECHO_IS_ON).drain();
    bench
        .hears(new)
        .does(&[show("You are in #ops, alone.\n"), show("--- now ---\n")]);
}
