//! The conversation as a state machine: what was typed and what was heard come in, what to show and
//! to do comes out.
//!
//! It must not do input or output, nor know threads or the time: everything that a person can do at
//! the keyboard is tested here, on a terminal in memory. The decision that shaped it: all of it
//! happens on one thread, one event after the other, so that what arrives can never meet what is
//! typed half way.

use super::editor::{Editor, Request};
use super::keys::{Key, Keys};
use super::line::Line;
use super::screen::Screen;
use crate::filter::{Filter, is_blank};
use crate::note::Note;
use crate::secret::holds_secret;
use crate::session::is_farewell;

/// So many lines at once are typed ahead or meant; more are a paste that may be a mistake.
const LINES_UNASKED_MAX: usize = 5;

/// Something to do for the conversation; the caller does it in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this line, which has no end yet.
    Send(String),
    /// Answer the question for a password with this line, which nobody has seen.
    SendSecret(String),
    /// A line that cannot be sent.
    Refuse(Note),
    /// Drop what has not been sent yet.
    DropUnsent,
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
    /// Many lines at once, which wait for a yes.
    paste: Option<String>,
    /// The question whose answer nobody is to see, until the server has decided about the answer.
    secret: Option<String>,
    /// How far many lines are on their way.
    status: Option<String>,
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
            paste: None,
            secret: None,
            status: None,
            leaving: false,
        }
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// Takes bytes of the keyboard.
    pub(crate) fn typed(&mut self, bytes: &[u8]) -> Vec<Effect> {
        let mut effects = Vec::new();
        let keys = self.keys.read(bytes);
        let is_paste = keys.iter().filter(|&&key| key == Key::Enter).count() > LINES_UNASKED_MAX;
        match &self.paste {
            // What comes in one piece with more was not typed as an answer: it is the paste's rest.
            Some(_) if keys.len() > 1 => self.add_to_paste(&keys),
            Some(_) => self.answer(&keys, &mut effects),
            // A terminal without bracketed paste types it, Enter keys and all.
            None if is_paste && !self.leaving && self.secret.is_none() => self.add_to_paste(&keys),
            None => self.press(keys, &mut effects),
        }
        effects
    }

    /// The keyboard is gone: as if the person had left.
    pub(crate) fn input_ended(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !self.leaving {
            self.drop_paste();
            self.leave(&mut effects);
        }
        effects
    }

    /// Takes bytes of the server.
    pub(crate) fn heard(&mut self, bytes: &[u8]) {
        let text = self.filter.pass(bytes);
        self.screen.say(&text);
    }

    /// Says something in the client's own name.
    pub(crate) fn remark(&mut self, note: &Note) {
        // It must not land in the middle of a question of the server.
        self.screen.keep_unfinished();
        let words = Filter::default().pass(note.to_string().as_bytes());
        self.screen.say(&format!("chinwag: {words}\n"));
    }

    /// Takes the question whose answer nobody is to see, for as long as what is typed is hidden.
    pub(crate) fn hide_typed(&mut self, question: Option<&str>) {
        if self.secret.is_some() && question.is_none() {
            // The beginning of a password must not come into view.
            self.editor.take_text();
        }
        self.secret = question.map(str::to_owned);
    }

    /// Takes how many of so many lines are through, and shows it where they are many.
    pub(crate) fn progress(&mut self, through: usize, total: usize, is_done: bool) {
        let is_many = total > LINES_UNASKED_MAX;
        if is_many && !is_done {
            self.status = Some(format!("{through}/{total} sent> "));
        } else if self.status.take().is_some() && is_many {
            self.screen
                .say(&format!("chinwag: {through}/{total} sent.\n"));
        }
    }

    /// The session is over; nothing comes after this.
    pub(crate) fn hung_up(&mut self) {
        let rest = self.filter.finish();
        self.screen.say(&rest);
        self.drop_paste();
        if self.leaving {
            self.screen.keep_unfinished();
        } else {
            self.keep_row();
        }
        self.leaving = true;
    }

    pub(crate) fn resized(&mut self, columns: usize) {
        self.screen.resize(columns);
    }

    /// What to write to the terminal so that it shows all that has happened.
    pub(crate) fn take_output(&mut self) -> String {
        if !self.leaving {
            let question = self.paste.as_deref().map(question_of);
            let is_typed_shown = question.is_none() && self.secret.is_none();
            let prompt = question.or_else(|| self.secret.clone());
            self.screen
                .set_prompt(prompt.or_else(|| self.status.clone()));
            match is_typed_shown {
                true => self.screen.draw(self.editor.line()),
                false => self.screen.draw(&Line::default()),
            }
        }
        self.screen.take_output()
    }

    /// What to write to the terminal so that it shows the conversation alone, without the row.
    pub(crate) fn take_output_without_row(&mut self) -> String {
        self.screen.erase();
        self.screen.take_output()
    }

    fn press(&mut self, keys: Vec<Key>, effects: &mut Vec<Effect>) {
        let mut is_full = false;
        for key in keys {
            // What is typed after the farewell is for the shell.
            if self.leaving {
                break;
            }
            let is_line_empty = self.editor.line().text().is_empty();
            if key == Key::Interrupt && is_line_empty && self.status.is_some() {
                effects.push(Effect::DropUnsent);
                continue;
            }
            match self.editor.press(key) {
                None => {}
                Some(Request::Submit(text)) => self.submit(text, effects),
                Some(Request::Leave) => self.leave(effects),
                Some(Request::Suspend) => effects.push(Effect::Suspend),
                Some(Request::ClearScreen) => self.screen.clear(),
                Some(Request::Bell) => is_full = true,
            }
        }
        if is_full {
            self.tell_full();
        }
    }

    fn submit(&mut self, text: String, effects: &mut Vec<Effect>) {
        if self.secret.is_some() {
            self.send_secret(&text, effects);
        } else if lines_of(&text).count() > LINES_UNASKED_MAX {
            self.paste = Some(text);
        } else {
            self.send(&text, effects);
        }
    }

    /// A password has one line: what else was pasted with it is no message.
    fn send_secret(&mut self, text: &str, effects: &mut Vec<Effect>) {
        self.screen.keep_unfinished();
        let line = lines_of(text).next().unwrap_or_default();
        if is_farewell(line) {
            return self.leave(effects);
        }
        effects.push(match is_text(line) {
            true => Effect::SendSecret(line.to_owned()),
            false => Effect::Refuse(Note::NoTextTyped),
        });
    }

    fn send(&mut self, text: &str, effects: &mut Vec<Effect>) {
        // The answer to a question of the server may be a name with its password.
        if !self.screen.is_asked() && !lines_of(text).any(holds_secret) {
            self.editor.remember(text);
        }
        let mut lines = lines_of(text);
        for line in lines.by_ref() {
            self.screen.keep(line);
            effects.push(match is_text(line) {
                true => Effect::Send(line.to_owned()),
                false => Effect::Refuse(Note::NoTextTyped),
            });
            if is_farewell(line) {
                // The session counts what stands behind it, and does not send that.
                effects.extend(lines.map(|line| Effect::Send(line.to_owned())));
                return self.leave(effects);
            }
        }
    }

    /// Joins keys to the paste that waits, or to what was typed before it.
    fn add_to_paste(&mut self, keys: &[Key]) {
        let mut text = match self.paste.take() {
            Some(paste) => paste,
            None => self.editor.take_text(),
        };
        for key in keys {
            match key {
                Key::Char(c) => text.push(*c),
                Key::Enter => text.push('\n'),
                Key::Tab => text.push('\t'),
                _ => {}
            }
        }
        self.paste = Some(text);
    }

    fn answer(&mut self, keys: &[Key], effects: &mut Vec<Effect>) {
        let Some(text) = self.paste.take() else {
            return;
        };
        match keys.first() {
            Some(Key::Char('y' | 'Y')) if self.secret.is_some() => self.send_secret(&text, effects),
            Some(Key::Char('y' | 'Y')) => self.send(&text, effects),
            Some(Key::Char('n' | 'N') | Key::Interrupt | Key::EndOfInput) => {
                self.paste = Some(text);
                self.drop_paste();
            }
            first => {
                if first.is_some() {
                    self.screen.ring();
                }
                self.paste = Some(text);
            }
        }
    }

    /// Forgets a paste that nobody has said yes to.
    fn drop_paste(&mut self) {
        if self.paste.take().is_some() {
            self.screen.keep_unfinished();
            self.screen.say("chinwag: the paste was not sent.\n");
        }
    }

    fn tell_full(&mut self) {
        self.screen.ring();
        self.screen.say(
            "chinwag: the line is full, and what came after it is left out. A pipe takes more: \
             chinwag join HOST < FILE\n",
        );
    }

    fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.keep_row();
        self.leaving = true;
        effects.push(Effect::Leave);
    }

    /// Takes the row away, but nothing that somebody wrote in it.
    fn keep_row(&mut self) {
        match self.editor.line().text() {
            _ if self.secret.is_some() => self.screen.keep_unfinished(),
            "" => self.screen.keep_unfinished(),
            typed => self.screen.keep(typed),
        }
    }
}

/// Whether it is what was typed: U+FFFD stands for bytes that are not UTF-8.
fn is_text(line: &str) -> bool {
    !line.contains(char::REPLACEMENT_CHARACTER)
}

/// What is asked before a paste is sent. Code may have lines that the server would take for commands.
fn question_of(paste: &str) -> String {
    let lines = || lines_of(paste).filter(|line| !is_blank(line));
    let slashed = lines().filter(|line| line.starts_with('/')).count();
    let slashed = match slashed {
        0 => String::new(),
        1 => String::from(" (1 begins with /)"),
        n => format!(" ({n} begin with /)"),
    };
    format!("Send {} lines{slashed}? y/n ", lines().count())
}

/// The lines of a text that was typed or pasted; an empty one is a line too, the bare Enter that
/// asks for a guest name.
fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n')
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
}
