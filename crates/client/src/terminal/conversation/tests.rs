//! Conversations on a terminal in memory.

use super::*;

/// A conversation on a terminal in memory, and what it asked for.
struct Bench {
    conversation: Conversation,
    terminal: vt100::Parser,
    effects: Vec<Effect>,
}

impl Bench {
    fn new() -> Self {
        let terminal = vt100::Parser::new(10.try_into().unwrap(), 60.try_into().unwrap(), 100);
        Self {
            conversation: Conversation::new(60),
            terminal,
            effects: Vec::new(),
        }
    }

    fn types(&mut self, text: &str) -> &mut Self {
        let effects = self.conversation.typed(text.as_bytes());
        self.effects.extend(effects);
        self.show()
    }

    fn hears(&mut self, text: &str) -> &mut Self {
        self.conversation.heard(text.as_bytes());
        self.show()
    }

    fn hides(&mut self, question: &str) -> &mut Self {
        self.conversation.hide_typed(Some(question));
        self.show()
    }

    fn hangs_up(&mut self) -> &mut Self {
        self.conversation.hung_up();
        self.show()
    }

    fn show(&mut self) -> &mut Self {
        // The terminal driver does this to what a program writes.
        let output = self.conversation.take_output().replace('\n', "\r\n");
        self.terminal.process(output.as_bytes());
        self
    }

    fn shows(&mut self, rows: &[&str]) -> &mut Self {
        assert_eq!(
            self.terminal
                .screen()
                .contents()
                .lines()
                .collect::<Vec<_>>(),
            rows
        );
        self
    }

    fn asks_for(&mut self, effects: &[Effect]) -> &mut Self {
        assert_eq!(std::mem::take(&mut self.effects), effects);
        self
    }
}

fn send(line: &str) -> Effect {
    Effect::Send(line.to_owned())
}

fn secret(line: &str) -> Effect {
    Effect::SendSecret(line.to_owned())
}

#[test]
fn arriving_and_talking() {
    Bench::new()
        .hears("Welcome to localhost: nobody here yet.\nEnter your username: ")
        .types("alice\r")
        .asks_for(&[send("alice")])
        .shows(&[
            "Welcome to localhost: nobody here yet.",
            "Enter your username: alice",
            "> ",
        ])
        .hears("Welcome, alice.\n")
        .types("hel")
        .hears("[14:02] bob: oh\n")
        .types("lo\r")
        .asks_for(&[send("hello")])
        .shows(&[
            "Welcome to localhost: nobody here yet.",
            "Enter your username: alice",
            "Welcome, alice.",
            "[14:02] bob: oh",
            "> hello",
            "> ",
        ]);
}

#[test]
fn a_bare_enter_is_an_answer() {
    Bench::new()
        .hears("Enter your username: ")
        .types("\r")
        .asks_for(&[send("")]);
}

#[test]
fn an_answer_is_not_remembered() {
    Bench::new()
        .types("said\r")
        .hears("Enter your username: ")
        .types("lee#secret\r")
        .types("\x1b[A")
        .shows(&["> said", "Enter your username: lee#secret", "> said"]);
}

#[test]
fn a_paste_of_lines_waits_for_enter() {
    Bench::new()
        .types("\x1b[200~one\rtwo\r\x1b[201~")
        .asks_for(&[])
        .shows(&["> one↵two↵"])
        .types("\r")
        .asks_for(&[send("one"), send("two")])
        .shows(&["> one", "> two", "> "]);
}

#[test]
fn control_d_leaves_and_prints_what_still_arrives() {
    Bench::new()
        .types("\x04ls\r")
        .asks_for(&[Effect::Leave])
        .hears("[14:05] bob: bye\nBye, al.")
        .hangs_up()
        .shows(&["[14:05] bob: bye", "Bye, al."]);
}

#[test]
fn control_c_clears_a_draft_and_a_second_one_leaves() {
    Bench::new()
        .types("half\x03")
        .asks_for(&[])
        .shows(&["> "])
        .types("\x03")
        .asks_for(&[Effect::Leave])
        .hears("Bye.\n")
        .hangs_up()
        .shows(&["Bye."]);
}

#[test]
fn a_lost_keyboard_leaves_the_draft_in_view() {
    let mut bench = Bench::new();
    bench.types("half");
    assert_eq!(bench.conversation.input_ended(), [Effect::Leave]);
    bench.show().shows(&["> half"]);
}

#[test]
fn many_lines_are_asked_about() {
    let mut bench = Bench::new();
    bench
        .types("\x1b[200~1\r2\r3\r4\r5\r6\r\x1b[201~\r")
        .asks_for(&[])
        .shows(&["Send 6 lines? y/n "])
        .types("x")
        .asks_for(&[])
        .types("y")
        .asks_for(&["1", "2", "3", "4", "5", "6"].map(send));
    bench.conversation.progress(2, 6, false);
    bench.show();
    assert!(
        bench
            .terminal
            .screen()
            .contents()
            .ends_with("> 6\n2/6 sent> ")
    );
    bench.conversation.progress(6, 6, true);
    bench.show();
    assert!(
        bench
            .terminal
            .screen()
            .contents()
            .ends_with("chinwag: 6/6 sent.\n> ")
    );
    bench.conversation.progress(6, 6, true);
    bench.show();
    assert!(
        bench
            .terminal
            .screen()
            .contents()
            .ends_with("> 6\nchinwag: 6/6 sent.\n> ")
    );
}

#[test]
fn a_paste_of_a_terminal_without_brackets_is_one_too() {
    Bench::new()
        .types("ab")
        .types("1\r2\r3\r4\r5\r6\ry")
        .types("es\rn")
        .asks_for(&[])
        .shows(&["Send 8 lines? y/n "])
        .types("n")
        .asks_for(&[])
        .shows(&["chinwag: the paste was not sent.", "> "]);
}

#[test]
fn a_paste_of_code_is_asked_about_with_what_the_server_would_take_for_commands() {
    Bench::new()
        .types("\x1b[200~int i;\r// one\r\r/* two */\r1\r2\r\x1b[201~\r")
        .asks_for(&[])
        .shows(&["Send 5 lines (2 begin with /)? y/n "])
        .types("n")
        .types("\x1b[200~1\r2\r3\r4\r5\r/who\r\x1b[201~\r")
        .shows(&[
            "chinwag: the paste was not sent.",
            "Send 6 lines (1 begins with /)? y/n ",
        ]);
}

#[test]
fn five_lines_typed_ahead_are_sent() {
    Bench::new()
        .types("1\r2\r3\r4\r5\r")
        .asks_for(&["1", "2", "3", "4", "5"].map(send));
}

#[test]
fn passwords_are_not_remembered() {
    Bench::new()
        .types("said\r/claim s3cret\r /nick lee#s3cret\rlee#s3cret\r")
        .types("\x1b[A\x1b[A")
        .shows(&[
            "> said",
            "> /claim s3cret",
            ">  /nick lee#s3cret",
            "> lee#s3cret",
            "> said",
        ]);
}

#[test]
fn a_bell_of_the_server_rings() {
    let mut conversation = Conversation::new(60);
    conversation.heard(b"\x07[14:03] bob: al?\n");
    let output = conversation.take_output();
    assert!(output.contains("\x07[14:03] bob: al?\n"), "{output:?}");
}

#[test]
fn a_bell_behind_a_line_is_no_question() {
    let mut bench = Bench::new();
    bench.hears("[14:03] bob: al?\n\x07");
    bench.shows(&["[14:03] bob: al?", "> "]);
}

#[test]
fn what_does_not_fit_is_told() {
    let mut bench = Bench::new();
    let paste = "x".repeat(super::super::line::LINE_BYTES_MAX + 1);
    bench.types(&format!("\x1b[200~{paste}\x1b[201~"));
    let contents = bench.terminal.screen().contents();
    assert!(
        contents.starts_with("chinwag: the line is full"),
        "{contents}"
    );
}

#[test]
fn quit_is_sent_and_leaves() {
    Bench::new()
        .types("/QUIT lunch\rmore\r")
        .asks_for(&[send("/QUIT lunch"), Effect::Leave])
        .shows(&["> /QUIT lunch"]);
    Bench::new()
        .types("//quit\r/quitter\r")
        .asks_for(&[send("//quit"), send("/quitter")]);
}

#[test]
fn the_server_hangs_up_on_a_draft() {
    Bench::new()
        .types("a long thought")
        .hears("! restart")
        .hangs_up()
        .shows(&["! restarta long thought"]);
    Bench::new().hears("Bye.\n").hangs_up().shows(&["Bye."]);
    Bench::new()
        .hears("No\x1b[")
        .hangs_up()
        .shows(&["No\\x1b["]);
}

#[test]
fn a_lost_keyboard_leaves_once() {
    let mut conversation = Conversation::new(60);
    assert_eq!(conversation.input_ended(), [Effect::Leave]);
    assert_eq!(conversation.input_ended(), []);
}

#[test]
fn a_hostile_server_writes_nothing_but_text() {
    Bench::new()
        .hears("\x1b[2J\x1b[31mred\x1b]0;owned\x1b\\\n")
        .shows(&["\\x1b[2Jred\\x1b]0;owned\\x1b\\", "> "]);
}

#[test]
fn suspending_takes_the_row_away_and_keeps_the_draft() {
    let mut bench = Bench::new();
    bench
        .hears("hello\n")
        .types("draft\x1a")
        .asks_for(&[Effect::Suspend]);
    let output = bench.conversation.take_output_without_row();
    bench.terminal.process(output.as_bytes());
    bench.shows(&["hello"]).show().shows(&["hello", "> draft"]);
}

#[test]
fn a_remark_stands_on_a_line_of_its_own() {
    let mut bench = Bench::new();
    bench.hears("Enter your username: ");
    bench.conversation.remark(&Note::Full {
        line: "a\u{202e}b".into(),
    });
    bench.show().shows(&[
        "Enter your username: ",
        "chinwag: NOT sent: too many lines are waiting. \"a\\u{202e}b\"",
        "> ",
    ]);
}

#[test]
fn the_server_s_password_is_seen_by_nobody() {
    let mut bench = Bench::new();
    bench.hears("Server password: ").hides("Server password: ");
    bench.types("open sesame").shows(&["Server password: "]);
    bench
        .types("\r")
        .asks_for(&[Effect::SendSecret("open sesame".into())]);
    bench.conversation.hide_typed(None);
    bench.hears("Enter your username: ").types("ann");
    bench.shows(&["Server password: ", "Enter your username: ann"]);
    bench
        .types("\r\x1b[A")
        .shows(&["Server password: ", "Enter your username: ann", "> "]);
}

#[test]
fn the_password_of_a_name_is_seen_by_nobody() {
    let mut bench = Bench::new();
    bench
        .hears("Password for ann: ")
        .hides("Password for ann: ");
    bench.types("open sesame\r");
    bench.asks_for(&[secret("open sesame")]);
    bench.conversation.hide_typed(None);
    bench.hears("Welcome, ann.\n").types("\x1b[A");
    bench.shows(&["Password for ann: ", "Welcome, ann.", "> "]);
}

#[test]
fn what_is_typed_while_a_password_is_looked_at_is_hidden_too() {
    let mut bench = Bench::new();
    bench
        .hears("Password for ann: ")
        .hides("Password for ann: ");
    bench.types("wrong\rright\r\x1b[200~a\rb\x1b[201~\r");
    bench.asks_for(&["wrong", "right", "a"].map(secret));
    bench.hears("That takes 20 s.\n").types("half");
    let shown = [
        "Password for ann: ",
        "That takes 20 s.",
        "Password for ann: ",
    ];
    bench.shows(&shown);
    bench.conversation.hide_typed(None);
    bench.hears("Welcome, ann.\n").shows(&[
        "Password for ann: ",
        "That takes 20 s.",
        "Welcome, ann.",
        "> ",
    ]);
    bench.types("\r").asks_for(&[send("")]);
}

#[test]
fn many_lines_at_a_password_s_prompt_are_one_answer() {
    let mut bench = Bench::new();
    bench
        .hears("Password for ann: ")
        .hides("Password for ann: ");
    bench.types("\x1b[200~1\r2\r3\r4\r5\r6\r7\x1b[201~\r");
    bench
        .asks_for(&[secret("1")])
        .shows(&["Password for ann: ", "Password for ann: "]);
}

#[test]
fn what_the_terminal_does_not_send_in_utf_8_is_refused() {
    let mut bench = Bench::new();
    let typed = b"caf\xe9\r";
    let effects = bench.conversation.typed(typed);
    assert_eq!(effects, [Effect::Refuse(Note::NoTextTyped)]);
    bench.hides("Server password: ");
    let effects = bench.conversation.typed(typed);
    assert_eq!(effects, [Effect::Refuse(Note::NoTextTyped)]);
}

#[test]
fn control_c_drops_the_rest_of_a_paste_and_stays() {
    let mut bench = Bench::new();
    bench.conversation.progress(2, 130, false);
    bench.types("\x03").asks_for(&[Effect::DropUnsent]);
    bench.conversation.progress(3, 130, true);
    bench.show().shows(&["chinwag: 3/130 sent.", "> "]);
    bench.types("\x03").asks_for(&[Effect::Leave]);
}

#[test]
fn what_a_paste_has_behind_a_farewell_is_counted() {
    let mut bench = Bench::new();
    bench.types("\x1b[200~1\r/quit\r2\r3\r\x1b[201~\r");
    let sent = ["1", "/quit", "2", "3"].map(send);
    bench.asks_for(&[&sent[..], &[Effect::Leave]].concat());
    bench.shows(&["> 1", "> /quit"]);
}

#[test]
fn a_paste_that_nobody_has_answered_for_is_not_forgotten_in_silence() {
    let paste = "\x1b[200~1\r2\r3\r4\r5\r6\r\x1b[201~\r";
    let told = "chinwag: the paste was not sent.";
    Bench::new().types(paste).hangs_up().shows(&[told]);
    let mut bench = Bench::new();
    bench.types(paste);
    assert_eq!(bench.conversation.input_ended(), [Effect::Leave]);
    bench.show().shows(&[told]);
}
