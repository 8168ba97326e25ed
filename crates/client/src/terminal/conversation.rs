//! The conversation as a state machine: what was typed and what was heard come in, what to show and
//! to do comes out.
//!
//! It must not do input or output, nor know threads or the time: everything that a person can do at
//! the keyboard is tested here, on a terminal in memory. The decision that shaped it: all of it
//! happens on one thread, one event after the other, so that what arrives can never meet what is
//! typed half way.

use super::editor::{Editor, Request};
use super::keys::Keys;
use super::screen::Screen;
use crate::filter::Filter;

/// Something to do for the conversation; the caller does it in the order given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this line, which has no end yet.
    Send(String),
    /// Send nothing more, and give the terminal back: what still arrives is only printed.
    Leave,
    /// Stop the process until the shell continues it.
    Suspend,
}

/// One person talking to one server.
#[derive(Debug)]
pub(crate) struct Conversation {
    keys: Keys,
    editor: Editor,
    filter: Filter,
    screen: Screen,
    /// The person has gone, the server is still talking.
    leaving: bool,
}

impl Conversation {
    /// A conversation on a terminal of so many columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            keys: Keys::default(),
            editor: Editor::default(),
            filter: Filter::default(),
            screen: Screen::new(columns),
            leaving: false,
        }
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// Takes bytes of the keyboard.
    pub(crate) fn typed(&mut self, bytes: &[u8]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in self.keys.read(bytes) {
            // What is typed after the farewell is for the shell.
            if self.leaving {
                break;
            }
            match self.editor.press(key) {
                None => {}
                Some(Request::Submit(text)) => self.submit(&text, &mut effects),
                Some(Request::Leave) => self.leave(&mut effects),
                Some(Request::Suspend) => effects.push(Effect::Suspend),
                Some(Request::ClearScreen) => self.screen.clear(),
                Some(Request::Bell) => self.screen.ring(),
            }
        }
        effects
    }

    /// The keyboard is gone: as if the person had left.
    pub(crate) fn input_ended(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !self.leaving {
            self.leave(&mut effects);
        }
        effects
    }

    /// Takes bytes of the server.
    pub(crate) fn heard(&mut self, bytes: &[u8]) {
        let text = self.filter.pass(bytes);
        self.screen.say(&text);
    }

    /// The server has closed, or the connection has broken; nothing comes after this.
    pub(crate) fn hung_up(&mut self) {
        let rest = self.filter.finish();
        self.screen.say(&rest);
        if self.leaving {
            self.screen.keep_unfinished();
        } else {
            self.keep_row();
        }
        self.leaving = true;
    }

    /// Tells the person, in the client's own name, that a line did not go out.
    pub(crate) fn not_sent(&mut self, line: &str) {
        self.screen.say(&format!(
            "chinwag: NOT sent, the server takes no more at the moment: {line}\n"
        ));
    }

    pub(crate) fn resized(&mut self, columns: usize) {
        self.screen.resize(columns);
    }

    /// What to write to the terminal so that it shows all that has happened.
    pub(crate) fn take_output(&mut self) -> String {
        if !self.leaving {
            self.screen.draw(self.editor.line());
        }
        self.screen.take_output()
    }

    /// What to write to the terminal so that it shows the conversation alone, without the row.
    pub(crate) fn take_output_without_row(&mut self) -> String {
        self.screen.erase();
        self.screen.take_output()
    }

    fn submit(&mut self, text: &str, effects: &mut Vec<Effect>) {
        // The answer to a question of the server may be a name with its password.
        if !self.screen.is_asked() {
            self.editor.remember(text);
        }
        for line in lines_of(text) {
            self.screen.keep(line);
            effects.push(Effect::Send(line.to_owned()));
            if is_farewell(line) {
                return self.leave(effects);
            }
        }
    }

    fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.keep_row();
        self.leaving = true;
        effects.push(Effect::Leave);
    }

    /// Takes the row away, but nothing that somebody wrote in it.
    fn keep_row(&mut self) {
        match self.editor.line().text() {
            "" => self.screen.keep_unfinished(),
            typed => self.screen.keep(typed),
        }
    }
}

/// The lines of a text that was typed or pasted; an empty one is a line too, the bare Enter that
/// asks for a guest name.
fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n')
}

fn is_farewell(line: &str) -> bool {
    let command = line.split_whitespace().next().unwrap_or_default();
    ["/quit", "/exit"]
        .iter()
        .any(|farewell| command.eq_ignore_ascii_case(farewell))
}

#[cfg(test)]
mod tests {
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
    fn control_c_leaves_with_the_draft_in_view() {
        Bench::new()
            .types("half\x03")
            .asks_for(&[Effect::Leave])
            .hears("Bye.\n")
            .hangs_up()
            .shows(&["> half", "Bye."]);
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
            .hears("\x1b[2J\x1b[31mred\x1b]0;owned\x07\n")
            .shows(&["\\x1b[2Jred\\x1b]0;owned\\x07", "> "]);
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
    fn a_line_that_did_not_go_out_is_told() {
        let mut bench = Bench::new();
        bench.conversation.not_sent("hello");
        bench.show().shows(&[
            "chinwag: NOT sent, the server takes no more at the moment: hello",
            "> ",
        ]);
    }
}
