//! The session against a server in the test: what it sends, shows and tells, at whatever point a link
//! breaks.

mod astray;
mod login;
mod outage;
mod withheld;

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
        withholds_passwords: false,
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
        self.now = self
            .session
            .poll_deadline()
            .expect("it waits for something");
        self.session.handle_time(self.now);
        self
    }

    /// Forgets what it did so far.
    fn drain(&mut self) -> &mut Self {
        while self.session.poll_action().is_some() {}
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

/// A person who is asked nothing waits no longer than a script.
#[test]
fn a_server_that_says_nothing_is_waited_for_and_that_is_said() {
    for is_attended in [false, true] {
        let mut bench = Bench::new(SessionOptions {
            is_attended,
            ..options()
        });
        bench.drain();
        let start = bench.now;
        bench.waits().does(&[Action::Tell(Note::Silent)]);
        assert_eq!(bench.now - start, Duration::from_secs(5));
        let reason = "the server does not answer.".to_owned();
        bench.waits();
        assert_eq!(bench.now - start, Duration::from_secs(90));
        bench.does(&[Action::HangUp, Action::End(End::Gone(reason))]);
    }
}

#[test]
fn a_server_that_has_said_a_word_is_not_called_silent() {
    let mut bench = Bench::new(options());
    bench.drain();
    bench.hears("Welcome to localhost: nobody here yet.\n");
    bench.waits();
    assert!(matches!(bench.session.poll_action(), Some(Action::HangUp)));
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

/// The first operator of a server is a person, and a pipe is none.
#[test]
fn a_script_gives_the_rights_of_the_first_operator_back() {
    const MADE: &str = "* You are the operator here: /help op.\n\
                        * To stay the operator, keep your name: /claim PASSWORD.\n";
    let mut bench = Bench::new(options());
    bench.does(&[send("app#pw")]);
    bench.hears(WELCOME).hears(MADE).push("hi");
    bench.does(&[show(WELCOME), send("/echo on")]);
    bench.hears(ECHO_IS_ON).does(&[send("/deop app")]);
    bench.hears("! app removed your operator rights.\n");
    bench.does(&[send("hi")]);
    let mut bench = person();
    bench.hears(MADE);
    bench.does(&MADE.split_inclusive('\n').map(show).collect::<Vec<_>>());
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

#[test]
fn echo_is_the_persons_choice() {
    let mut bench = person();
    bench.push("/echo on").does(&[show(ECHO_IS_ON)]);
    bench.push("hi").hears("[14:03] app: hi\n");
    bench.does(&[send("hi"), show("[14:03] app: hi\n")]);
}
