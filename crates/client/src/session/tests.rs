//! The session against a server in the test: what it sends, shows and tells, at whatever point a link
//! breaks.

use std::time::Duration;

use super::*;

/// A session, and the clock.
struct Bench {
    session: Session,
    now: Instant,
}

fn options() -> SessionOptions {
    SessionOptions {
        login: "app#pw".into(),
        server_password: None,
        is_attended: false,
        room: None,
        commands: false,
        reads_only: false,
        history: true,
        retry_for: Duration::from_secs(60),
        spread: 0,
    }
}

fn send(line: &str) -> Action {
    Action::Send(line.to_owned())
}

fn show(line: &str) -> Action {
    Action::Show(line.as_bytes().to_vec())
}

const WELCOME: &str = "Welcome, app. You are in #lobby, alone.\n";
const CODE: &str = "If your link drops, reconnect and type /resume AAAA-BBBB within 10 minutes.\n";
const ECHO_IS_ON: &str = "! Echo is on: your own lines are shown to you too.\n";

impl Bench {
    fn new(options: SessionOptions) -> Self {
        let now = Instant::now();
        let session = Session::new(options, now);
        Self { session, now }
    }

    /// One that is in, with a code to come back.
    fn live() -> Self {
        let mut bench = Self::new(options());
        bench.does(&[send("app#pw")]);
        bench.hears(WELCOME).hears(CODE);
        bench.does(&[show(WELCOME), send("/echo on"), show(CODE)]);
        bench.hears(ECHO_IS_ON).does(&[]);
        bench
    }

    fn hears(&mut self, text: &str) -> &mut Self {
        self.session.handle_bytes(text.as_bytes(), self.now);
        self
    }

    fn push(&mut self, line: &str) -> &mut Self {
        self.session.push(line.to_owned(), self.now);
        self
    }

    fn ends_input(&mut self) -> &mut Self {
        self.session.handle_input_end(self.now);
        self
    }

    fn loses_link(&mut self) -> &mut Self {
        self.session
            .handle_closed("the server closed the connection.", self.now);
        let reason = "the server closed the connection.".to_owned();
        assert_eq!(
            self.session.poll_action(),
            Some(Action::Tell(Note::Lost { reason }))
        );
        self
    }

    /// Waits for the next dial, and connects.
    fn comes_back(&mut self) -> &mut Self {
        self.waits().does(&[Action::Dial]);
        self.session.handle_connected(self.now);
        self
    }

    /// Lets the time pass until the session wants to do something.
    fn waits(&mut self) -> &mut Self {
        self.now = self.session.poll_deadline().unwrap();
        self.session.handle_time(self.now);
        self
    }

    #[track_caller]
    fn does(&mut self, expected: &[Action]) -> &mut Self {
        let done: Vec<Action> = std::iter::from_fn(|| self.session.poll_action()).collect();
        assert_eq!(done, expected);
        self
    }

    #[track_caller]
    fn ends(&mut self, end: End) {
        self.does(&[Action::End(end)]);
    }
}

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
        .does(&[Action::CloseInput]);
    bench.hears("Bye, app. 2 lines sent.\n");
    bench.does(&[show("Bye, app. 2 lines sent.\n")]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Left);
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
    assert_eq!(bench.session.tally().unsent(), 0);
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
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    for _ in 0..2 {
        bench.hears("! NOT sent: the server cannot save messages right now.\n");
        bench.does(&[]).waits().does(&[send("one")]);
    }
    bench.hears("[14:03] app: one\n").does(&[]);
}

#[test]
fn a_refused_name_is_the_end_and_nothing_is_sent() {
    for refusal in [
        "! \"app\" is here already. NOT joined, nothing was sent.\n",
        "\"app\" is here already. Try another, such as app2.\nEnter your username: ",
    ] {
        let mut bench = Bench::new(options());
        bench.push("secret").does(&[send("app#pw")]).hears(refusal);
        if refusal.ends_with(": ") {
            bench.does(&[
                Action::HangUp,
                Action::End(End::Refused(
                    "\"app\" is here already. Try another, such as app2.".into(),
                )),
            ]);
        } else {
            bench.session.handle_closed("", bench.now);
            bench.ends(End::Refused("\"app\" is here already.".into()));
        }
    }
}

/// The last run of the script may have been cut off.
#[test]
fn a_name_that_is_kept_is_waited_for() {
    let refusal =
        "! \"app\" is kept for its owner for 1 more minute. NOT joined, nothing was sent.\n";
    let mut bench = Bench::new(options());
    bench.push("one").does(&[send("app#pw")]).hears(refusal);
    bench.session.handle_closed("", bench.now);
    let reason = "\"app\" is kept for its owner for 1 more minute.".to_owned();
    bench.does(&[Action::Tell(Note::NameKept { reason })]);
    bench.comes_back().does(&[send("app#pw")]);
    bench
        .hears(WELCOME)
        .does(&[show(WELCOME), send("/echo on")]);
}

#[test]
fn being_thrown_out_is_final() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    bench.hears("! You were kicked by lee: spam.\n");
    bench.does(&[show("! You were kicked by lee: spam.\n")]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Removed("You were kicked by lee: spam.".into()));
    assert_eq!(bench.session.tally().waiting, 1);
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
        Action::Tell(Note::Back),
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
    bench.does(&[send("/echo on"), Action::Tell(Note::Back), send("two")]);
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
            Action::Tell(Note::Back),
            send("/history 1000"),
        ]);
        bench.hears("[14:05] bob: live\n--- last 3 of 3 messages ---\n[14:01] app: one\n");
        bench.hears(&format!(
            "[14:02] bob: x\n{said}[14:05] bob: live\n--- now ---\n"
        ));
        bench.does(&[show("[14:05] bob: live\n"), send(next)]);
    }
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
            Action::Tell(Note::Back),
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
        send("one"),
    ]);
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("That code is not valid any more.\nEnter your username: ")
        .does(&[send("app#pw")]);
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

#[test]
fn a_script_that_is_closed_for_its_code_comes_in_by_name() {
    let mut bench = Bench::live();
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench.hears("! That code is not valid any more. NOT joined, nothing was sent.\n");
    bench.session.handle_closed("", bench.now);
    bench.comes_back().does(&[send("app#pw")]);
    // The old connection is still there: the name is not free yet.
    bench.hears("\"app\" is here already. Try another, such as app2.\nEnter your username: ");
    bench
        .does(&[Action::HangUp])
        .comes_back()
        .does(&[send("app#pw")]);
    bench.hears(WELCOME).does(&[send("/echo on")]);
}

#[test]
fn what_is_delivered_needs_no_link_any_more() {
    let mut bench = Bench::live();
    bench.ends_input().does(&[Action::CloseInput]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Left);
    let mut bench = Bench::live();
    bench.loses_link().ends_input().ends(End::Left);
    assert_eq!(bench.session.poll_deadline(), None);
}

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
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("That code is not valid any more.\nEnter your username: ")
        .does(&[send("app#pw")]);
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
        Action::Tell(Note::Back),
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
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("That code is not valid any more.\nEnter your username: ")
        .does(&[send("app#pw")]);
    bench.hears("You are banned until 2026-11-22 10:00 UTC: spam.\n");
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Removed(
        "You are banned until 2026-11-22 10:00 UTC: spam.".into(),
    ));
}

fn person() -> Bench {
    let mut bench = Bench::new(SessionOptions {
        login: String::new(),
        is_attended: true,
        commands: true,
        ..options()
    });
    bench.hears("Welcome to localhost: nobody here yet.\nEnter your username: ");
    bench.does(&[
        show("Welcome to localhost: nobody here yet.\n"),
        show("Enter your username: "),
    ]);
    bench.push("app").does(&[send("app")]);
    bench.hears(WELCOME).hears(CODE).hears(ECHO_IS_ON);
    bench.does(&[show(WELCOME), send("/echo on"), show(CODE)]);
    bench
}

#[test]
fn a_room_that_cannot_be_entered_ends_a_script_and_not_a_person() {
    let refusal = "! There are 60 rooms, as many as the server takes.\n";
    let room = Some("dev".to_owned());
    let mut bench = Bench::new(SessionOptions {
        room: room.clone(),
        ..options()
    });
    bench
        .hears(WELCOME)
        .hears(ECHO_IS_ON)
        .hears(refusal)
        .push("x");
    let reason = "There are 60 rooms, as many as the server takes.".into();
    bench.does(&[
        send("app#pw"),
        show(WELCOME),
        send("/echo on"),
        send("/join dev"),
        Action::HangUp,
        Action::End(End::Refused(reason)),
    ]);
    let mut bench = Bench::new(SessionOptions {
        room,
        is_attended: true,
        commands: true,
        ..options()
    });
    bench.hears("Name: ").hears(WELCOME).hears(ECHO_IS_ON);
    bench.does(&[
        show("Name: app\n"),
        send("app#pw"),
        show(WELCOME),
        send("/echo on"),
        send("/join dev"),
    ]);
    bench
        .hears(refusal)
        .push("x")
        .does(&[show(refusal), send("x")]);
}

#[test]
fn a_person_sends_commands_and_sees_their_answers() {
    let mut bench = person();
    bench.push("/who").push("hi").does(&[send("/who")]);
    bench.hears("--- 1 person in #lobby ---\n  app\n");
    bench.does(&[
        show("--- 1 person in #lobby ---\n"),
        show("  app\n"),
        send("hi"),
    ]);
    bench
        .hears("[14:03] app: hi\n")
        .push("/me waves")
        .does(&[send("/me waves")]);
    bench
        .hears("[14:03] * app waves\n")
        .does(&[show("[14:03] * app waves\n")]);
    assert_eq!(bench.session.tally().waiting, 0);
}

#[test]
fn further_lines_of_a_message_answer_nothing() {
    let mut bench = person();
    bench.push("/who").push("hi").does(&[send("/who")]);
    bench.hears("[14:03] bob: x\n  | and y\n");
    bench.does(&[show("[14:03] bob: x\n"), show("  | and y\n")]);
    bench.hears("--- 1 person in #lobby ---\n");
    bench.does(&[show("--- 1 person in #lobby ---\n"), send("hi")]);
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

#[test]
fn a_past_without_an_end_hides_no_receipt() {
    let mut bench = person();
    bench
        .hears("--- 3 messages that end in another way ---\n[14:01] app: old\n")
        .push("hi");
    bench.hears("[14:03] app: hi\n");
    assert_eq!(bench.session.tally().waiting, 0);
}

#[test]
fn echo_is_the_persons_choice() {
    let mut bench = person();
    bench.push("/echo on").does(&[show(ECHO_IS_ON)]);
    bench.push("hi").hears("[14:03] app: hi\n");
    bench.does(&[send("hi"), show("[14:03] app: hi\n")]);
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
        Action::Tell(Note::Back),
        Action::Tell(Note::Uncertain { line }),
    ]);
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
fn a_person_is_asked_where_the_name_will_not_do() {
    let mut bench = person();
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    bench
        .hears("That code is not valid any more.\nEnter your username: ")
        .does(&[send("app")]);
    bench.hears("\"app\" is registered. If it is yours, type app#password.\nEnter your username: ");
    let reason = "\"app\" is registered. If it is yours, type app#password.".into();
    bench.does(&[Action::HangUp, Action::Tell(Note::Refused { reason })]);
    bench.comes_back().does(&[]);
    bench
        .hears("Enter your username: ")
        .does(&[show("Enter your username: ")]);
    bench.push("app#pw").does(&[send("app#pw")]);
    bench
        .hears(WELCOME)
        .hears(ECHO_IS_ON)
        .does(&[send("/echo on"), send("/history 1000")]);
    bench.hears("! Nothing was said in #lobby yet.\n");
    let (name, has_gap) = ("app".into(), false);
    bench.does(&[Action::Tell(Note::Anew { name, has_gap })]);
}

#[test]
fn a_new_name_is_learned() {
    let mut bench = person();
    bench.push("/nick al").hears("* app is now al\n").push("hi");
    bench.does(&[send("/nick al"), show("* app is now al\n"), send("hi")]);
    bench.hears("[14:03] al: hi\n").does(&[]);
    assert_eq!(bench.session.tally().waiting, 0);
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
    assert_eq!(bench.session.tally().waiting, 1);
}

#[test]
fn a_link_that_is_lost_at_once_is_no_refusal() {
    let mut bench = Bench::new(options());
    bench.does(&[send("app#pw")]);
    bench.hears(WELCOME).hears(CODE);
    bench.does(&[show(WELCOME), send("/echo on"), show(CODE)]);
    bench.loses_link().comes_back();
    bench.does(&[send("/resume AAAA-BBBB")]);
    // The server was killed before it had written the session down.
    bench.hears("! That code is not valid any more. NOT joined, nothing was sent.\n");
    bench.session.handle_closed("", bench.now);
    bench.comes_back().does(&[send("app#pw")]);
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

const ASKS_PASSWORD: &str = "chat asks for a password.\nServer password: ";
const GREETING: &str = "Welcome to chat: nobody here yet.\nEnter your username: ";

#[test]
fn a_script_gives_the_server_s_password_only_where_it_is_asked_for() {
    let server_password = Some("open sesame".to_owned());
    let options = SessionOptions {
        server_password,
        ..options()
    };
    let mut bench = Bench::new(options.clone());
    bench.does(&[]);
    bench.hears(ASKS_PASSWORD).does(&[send("open sesame")]);
    bench.hears(GREETING).does(&[send("app#pw")]);
    bench.hears(WELCOME).hears(CODE);
    bench.does(&[show(WELCOME), send("/echo on"), show(CODE)]);
    bench.hears(ECHO_IS_ON).loses_link().comes_back();
    bench.hears(ASKS_PASSWORD).does(&[send("open sesame")]);
    bench.hears(GREETING).does(&[send("/resume AAAA-BBBB")]);
    // A server without one asks for the name at once.
    let mut open = Bench::new(options.clone());
    open.hears(GREETING).does(&[send("app#pw")]);
    let mut wrong = Bench::new(options);
    wrong.hears(ASKS_PASSWORD).does(&[send("open sesame")]);
    wrong.hears("That is not the password of this server.\nServer password: ");
    let why = "That is not the password of this server.".to_owned();
    wrong.does(&[Action::HangUp, Action::End(End::Refused(why))]);
}

#[test]
fn a_person_is_asked_for_the_server_s_password_once() {
    let mut bench = Bench::new(SessionOptions {
        login: String::new(),
        is_attended: true,
        ..options()
    });
    bench.hears(ASKS_PASSWORD);
    bench.does(&[
        show("chat asks for a password.\n"),
        show("Server password: "),
    ]);
    bench.push("open").does(&[send("open")]);
    bench.hears("That is not the password of this server.\nServer password: ");
    let wrong = "That is not the password of this server.\n";
    bench.does(&[show(wrong), show("Server password: ")]);
    bench.push("open sesame").does(&[send("open sesame")]);
    bench.hears(GREETING).push("ann");
    let greeting = "Welcome to chat: nobody here yet.\n";
    bench.does(&[show(greeting), show("Enter your username: "), send("ann")]);
    bench.hears("Welcome, ann. You are in #lobby, alone.\n");
    assert_eq!(bench.session.identity.login, "ann");
    let known = bench.session.identity.server_password.as_deref();
    assert_eq!(known, Some("open sesame"));
}

#[test]
fn a_person_is_asked_for_the_password_of_a_registered_name() {
    let mut bench = Bench::new(SessionOptions {
        login: String::new(),
        is_attended: true,
        ..options()
    });
    let greeting = show("Welcome to chat: nobody here yet.\n");
    bench
        .hears(GREETING)
        .does(&[greeting, show("Enter your username: ")]);
    let registered = "\"ann\" is registered. If it is yours, type ann#password; or choose another.\n\
                      Enter your username: ";
    let known = show("\"ann\" is registered. Enter alone leads to another name.\n");
    bench.push("Ann").does(&[send("Ann")]);
    bench.hears(registered);
    bench.does(&[known, show("Password for ann: ")]);
    bench.push("wrong words").does(&[send("ann#wrong words")]);
    bench.hears(
        "That is not the password of ann. Type ann#password again, with the right one; or choose \
         another name.\nEnter your username: ",
    );
    bench.does(&[
        show("That is not the password of ann.\n"),
        show("Password for ann: "),
    ]);
    // Another name, and the first again.
    bench.push("").does(&[show("Enter your username: ")]);
    bench.push("ann").hears(registered);
    bench.push("open sesame");
    bench.hears("Welcome, ann. You are in #lobby, alone.\n");
    assert_eq!(bench.session.identity.login, "ann#open sesame");
}

#[test]
fn what_others_are_called_is_no_question_for_a_password() {
    let mut bench = Bench::new(SessionOptions {
        login: "bob".into(),
        is_attended: true,
        ..options()
    });
    bench.hears(GREETING);
    bench.hears("\"ann\" is registered. Choose another.\nEnter your username: ");
    let taken = show("\"ann\" is registered. Choose another.\n");
    let greeting = show("Welcome to chat: nobody here yet.\n");
    let aloud = show("Enter your username: bob\n");
    bench.does(&[
        greeting,
        aloud,
        send("bob"),
        taken,
        show("Enter your username: "),
    ]);
}
