//! How a session comes in, and what a person is asked for.

use super::*;

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
fn a_script_says_why_it_waits_for_its_password() {
    let mut bench = Bench::new(options());
    bench.does(&[send("app#pw")]);
    let words = "Many wrong guesses came from your address: yours is checked in 20 s.";
    bench.hears(&format!("{words}\n"));
    let words = words.to_owned();
    bench.does(&[Action::Tell(Note::Login { words })]);
    bench
        .hears(WELCOME)
        .does(&[show(WELCOME), send("/echo on")]);
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
fn a_greeting_that_crosses_the_code_may_come_with_the_answer_to_it() {
    let mut bench = Bench::live();
    bench
        .loses_link()
        .comes_back()
        .does(&[send("/resume AAAA-BBBB")]);
    let refused = format!("{GREETING}That code is not valid any more.\nEnter your username: ");
    bench.hears(&refused).does(&[send("app#pw")]);
    let mut bench = Bench::new(options());
    let welcomed = format!("{GREETING}{WELCOME}");
    bench.hears(&welcomed);
    bench.does(&[send("app#pw"), show(WELCOME), send("/echo on")]);
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
        send("/quit"),
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

/// A person at the prompt for the password of `ann`.
fn asked_for_password() -> Bench {
    let mut bench = Bench::new(SessionOptions {
        login: "ann".into(),
        is_attended: true,
        commands: true,
        ..options()
    });
    bench.hears(GREETING);
    bench.hears(
        "\"ann\" is registered. If it is yours, type ann#password; or choose another.\n\
         Enter your username: ",
    );
    bench.drain();
    bench
}

#[test]
fn a_link_that_is_lost_at_a_question_is_no_refusal() {
    for typed in [None, Some("open sesame")] {
        let mut bench = asked_for_password();
        if let Some(typed) = typed {
            bench.push(typed).drain();
        }
        bench.session.handle_closed("it broke.", bench.now);
        bench.ends(End::Gone("it broke.".into()));
    }
    let mut bench = asked_for_password();
    bench.hears("No name chosen. Bye.\n").drain();
    bench.session.handle_closed("it broke.", bench.now);
    bench.ends(End::Refused("No name chosen. Bye.".into()));
}

#[test]
fn what_is_typed_while_a_password_is_looked_at_is_neither_said_nor_a_name() {
    let mut bench = asked_for_password();
    assert_eq!(bench.session.secret(), Some("Password for ann: "));
    bench.session.push_secret("wrong words".into());
    bench.does(&[send("ann#wrong words")]);
    bench
        .hears("Many wrong guesses came from your address: yours is checked in 20 s.\n")
        .drain();
    // Hidden, or in sight on a terminal that cannot hide it.
    assert_eq!(bench.session.secret(), Some("Password for ann: "));
    bench.session.push_secret("open sesame".into());
    bench.push("open sesame");
    bench.does(&[Action::Tell(Note::Early)]);
    bench.hears(
        "That is not the password of ann. Type ann#password again, with the right one; or choose \
         another name.\nEnter your username: ",
    );
    bench.does(&[
        show("That is not the password of ann.\n"),
        show("Password for ann: "),
    ]);
    bench.session.push_secret("open sesame".into());
    bench.does(&[send("ann#open sesame")]);
    bench.session.push_secret("open sesame".into());
    bench.does(&[Action::Tell(Note::Early)]);
    bench.hears("Welcome, ann. You are in #lobby, alone.\n");
    bench.hears(ECHO_IS_ON).drain();
    assert_eq!(bench.session.secret(), None);
    // What was typed hidden comes too late for the prompt.
    bench.session.push_secret("open sesame".into());
    bench.does(&[Action::Tell(Note::Early)]);
    assert_eq!(bench.session.tally().waiting, 0);
}

#[test]
fn the_answer_to_a_question_that_is_not_asked_yet_waits_for_the_server() {
    let person = SessionOptions {
        login: String::new(),
        is_attended: true,
        commands: true,
        ..options()
    };
    let mut bench = Bench::new(person.clone());
    bench.hears(GREETING).drain();
    bench.push("ann").push("open sesame").does(&[send("ann")]);
    bench.hears("\"ann\" is registered. If it is yours, type ann#password.\nEnter your username: ");
    bench.does(&[
        show("\"ann\" is registered. Enter alone leads to another name.\n"),
        Action::Tell(Note::Early),
        show("Password for ann: "),
    ]);
    let mut bench = Bench::new(person);
    bench.push("ann").push("hello").does(&[send("ann")]);
    bench.hears("Welcome, ann. You are in #lobby, alone.\n");
    bench.hears(ECHO_IS_ON);
    bench.does(&[
        show("Welcome, ann. You are in #lobby, alone.\n"),
        send("/echo on"),
        send("hello"),
    ]);
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

#[test]
fn what_was_typed_ahead_of_the_welcome_is_counted_if_the_person_leaves() {
    let mut bench = Bench::new(SessionOptions {
        login: String::new(),
        is_attended: true,
        commands: true,
        ..options()
    });
    bench.hears("Enter your username: ").drain();
    bench.push("app").push("hello").push(" ").ends_input();
    bench.does(&[send("app"), Action::CloseInput]);
    assert_eq!(bench.session.tally().unsent().lines, 1);
}
