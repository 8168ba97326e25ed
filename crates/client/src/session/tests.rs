//! The session against a server in the test: what it sends, shows and tells, at whatever point a link
//! breaks.

mod astray;
mod login;
mod outage;
mod past;
mod sending;
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
fn being_thrown_out_is_final() {
    let mut bench = Bench::live();
    bench.push("one").does(&[send("one")]);
    bench.hears("! You were kicked by lee: spam.\n");
    bench.does(&[show("! You were kicked by lee: spam.\n")]);
    bench.session.handle_closed("", bench.now);
    bench.ends(End::Removed("You were kicked by lee: spam.".into()));
    assert_eq!(bench.session.tally().waiting, 1);
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

#[test]
fn echo_is_the_persons_choice() {
    let mut bench = person();
    bench.push("/echo on").does(&[show(ECHO_IS_ON)]);
    bench.push("hi").hears("[14:03] app: hi\n");
    bench.does(&[send("hi"), show("[14:03] app: hi\n")]);
}
