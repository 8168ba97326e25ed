//! One try at the name prompt: the first, one that takes up a lost session, one that comes in anew.
//!
//! It must not know the connection. The decision that shaped it: who speaks before the greeting is a
//! script, and a script whose name is refused is told why and closed; so the client speaks first
//! wherever nobody could answer a second question.

use std::time::{Duration, Instant};

use super::silence::Silence;
use crate::filter::is_blank;
use crate::heard::{Heard, PASSWORD_FOR, SERVER_PASSWORD};
use crate::note::Note;

/// How long a server may take to let somebody in. It closes earlier itself; this is for one that
/// accepts and says nothing.
pub(crate) const LOGIN_TIMEOUT: Duration = Duration::from_secs(90);
/// Whose try it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// A script comes in for the first time.
    Script,
    /// A person is at the prompt. `offered` is a name from the command line, not given yet.
    Person { offered: bool },
    /// The client takes up the lost session.
    Resume,
    /// The client comes in anew after a lost session that cannot be taken up.
    Anew,
}

/// What to do about a prompt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AtPrompt {
    /// Let the person answer it.
    Ask,
    /// Show it, and answer it for the person.
    AnswerAloud,
    /// Answer it with the name.
    Answer,
    /// It comes with a greeting that crossed what was said first: wait.
    Wait,
    /// It is a refusal.
    Refused,
}

/// What a person is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Name,
    ServerPassword,
    /// The password of this name; without one, again what the server has asked for.
    Password {
        name: String,
        prompt: Vec<u8>,
    },
}

/// The try.
#[derive(Debug)]
pub(crate) struct Login {
    attempt: Attempt,
    /// The greeting has come, its prompt has not.
    is_greeted: bool,
    /// The client has given a name or a code.
    has_spoken: bool,
    /// The client has given the server's password by itself.
    has_given_password: bool,
    /// What the person is asked for; nothing while the server decides about an answer.
    asked: Option<Asked>,
    /// The question whose answer nobody is to see, until the server has decided about the answer.
    secret: Option<String>,
    /// Lines that the person has typed ahead of the server's decision about a name.
    held: Vec<String>,
    /// The person knows that what is typed ahead is dropped.
    has_told_early: bool,
    /// The name that the person has given is registered, and needs a password.
    needs_password: Option<String>,
    /// The newest line that may be the reason of a refusal.
    last: Option<String>,
    silence: Silence,
    until: Instant,
}

impl Login {
    pub(crate) fn new(attempt: Attempt, now: Instant) -> Self {
        Self {
            attempt,
            is_greeted: false,
            has_spoken: false,
            has_given_password: false,
            // A name that is typed before the question answers it.
            asked: (attempt == Attempt::Person { offered: false }).then_some(Asked::Name),
            secret: None,
            held: Vec::new(),
            has_told_early: false,
            needs_password: None,
            last: None,
            silence: Silence::since(now),
            until: now + LOGIN_TIMEOUT,
        }
    }

    /// When the time alone changes something. A person may take as long at the prompt as the server lets them.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.silence.deadline() {
            Some(at) => Some(at.min(self.until)),
            None if self.is_by_person() => None,
            None => Some(self.until),
        }
    }

    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.until <= now && self.deadline().is_some()
    }

    /// The server has said something.
    pub(crate) fn handle_heard(&mut self) {
        self.silence.handle_heard();
    }

    /// What to say of a server that is silent: once.
    pub(crate) fn tell_silence(&mut self, now: Instant) -> Option<Note> {
        self.silence.tell(now)
    }

    pub(crate) fn attempt(&self) -> Attempt {
        self.attempt
    }

    pub(crate) fn is_by_person(&self) -> bool {
        matches!(self.attempt, Attempt::Person { .. })
    }

    /// The client has spoken first.
    pub(crate) fn spoke(&mut self) {
        self.has_spoken = true;
    }

    pub(crate) fn handle_line(&mut self, heard: &Heard<'_>, plain: &str) {
        match heard {
            Heard::Greeting => self.is_greeted = true,
            _ if plain.starts_with("Type a line to talk") => {}
            Heard::Refused(_) => self.last = Some(plain.trim_start_matches("! ").to_owned()),
            Heard::Alone(words) => self.last = Some((*words).to_owned()),
            _ if !plain.trim().is_empty() => {
                self.last = Some(plain.trim_start_matches("! ").to_owned());
            }
            _ => {}
        }
    }

    /// The server asks for its own password, which the client may know.
    pub(crate) fn handle_password_prompt(&mut self, is_known: bool) -> AtPrompt {
        if is_known && !std::mem::replace(&mut self.has_given_password, true) {
            return AtPrompt::Answer;
        }
        if !self.is_by_person() {
            return AtPrompt::Refused;
        }
        self.last = None;
        let question = String::from_utf8_lossy(SERVER_PASSWORD).into_owned();
        self.ask_for_secret(Asked::ServerPassword, question);
        AtPrompt::Ask
    }

    /// The name that a line of the server says is registered, or has another password, if it is the one
    /// that the person has given: what to show in its place, since the client asks for the password.
    pub(crate) fn known_name(&mut self, login: &str, plain: &str) -> Option<String> {
        let given = login.split('#').next().unwrap_or_default().trim();
        let is_given = |name: &&str| name.eq_ignore_ascii_case(given);
        let rest = plain.strip_prefix('"');
        let registered = rest.and_then(|rest| rest.split_once("\" is registered."));
        if let Some((name, _)) = registered.filter(|(name, _)| is_given(name)) {
            self.needs_password = Some(name.to_owned());
            let words = format!("\"{name}\" is registered. Enter alone leads to another name.\n");
            return Some(words);
        }
        let rest = plain.strip_prefix("That is not the password of ");
        let (name, _) = rest.and_then(|rest| rest.split_once(". "))?;
        self.needs_password = Some(is_given(&name).then_some(name)?.to_owned());
        Some(format!("That is not the password of {name}.\n"))
    }

    /// The next question is for a name all the same.
    pub(crate) fn need_no_password(&mut self) {
        self.needs_password = None;
    }

    /// What to show at the server's prompt for a name.
    pub(crate) fn ask(&mut self, prompt: Vec<u8>) -> Vec<u8> {
        match self.needs_password.take() {
            Some(name) => {
                let question = format!("{PASSWORD_FOR}{name}: ");
                let shown = question.clone().into_bytes();
                self.ask_for_secret(Asked::Password { name, prompt }, question);
                shown
            }
            None => {
                self.ask_for_name();
                prompt
            }
        }
    }

    /// The person is asked for a name.
    pub(crate) fn ask_for_name(&mut self) {
        (self.asked, self.secret) = (Some(Asked::Name), None);
    }

    fn ask_for_secret(&mut self, asked: Asked, question: String) {
        (self.asked, self.secret) = (Some(asked), Some(question));
        self.has_told_early = false;
    }

    /// What the person answers next, if anything is asked.
    pub(crate) fn take_asked(&mut self) -> Option<Asked> {
        let asked = self.asked.take();
        // If it is wrong, the person is asked again.
        self.has_given_password |= asked == Some(Asked::ServerPassword);
        asked
    }

    /// Likewise, if it is a password.
    pub(crate) fn take_asked_secret(&mut self) -> Option<Asked> {
        match self.asked {
            None | Some(Asked::Name) => None,
            _ => self.take_asked(),
        }
    }

    pub(crate) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// Keeps a line until the server has decided about the name.
    pub(crate) fn hold(&mut self, text: String) {
        self.held.push(text);
    }

    /// How many lines are kept so.
    pub(crate) fn held(&self) -> usize {
        let held = self.held.iter().filter(|text| !is_blank(text));
        held.count()
    }

    pub(crate) fn take_held(&mut self) -> Vec<String> {
        std::mem::take(&mut self.held)
    }

    /// Whether to tell the person that what is typed ahead is dropped: once for each question.
    pub(crate) fn tell_early(&mut self) -> bool {
        !std::mem::replace(&mut self.has_told_early, true)
    }

    pub(crate) fn handle_prompt(&mut self) -> AtPrompt {
        let is_greeting = std::mem::take(&mut self.is_greeted);
        self.secret = None;
        if self.is_by_person() {
            // What comes before a question is no reason for a connection that ends behind it.
            self.last = None;
        }
        match self.attempt {
            Attempt::Person { offered: true } => {
                self.attempt = Attempt::Person { offered: false };
                AtPrompt::AnswerAloud
            }
            Attempt::Person { offered: false } => AtPrompt::Ask,
            _ if !self.has_spoken => {
                self.has_spoken = true;
                AtPrompt::Answer
            }
            _ if is_greeting => AtPrompt::Wait,
            // The same connection will do for coming in anew.
            Attempt::Resume => {
                self.attempt = Attempt::Anew;
                AtPrompt::Answer
            }
            Attempt::Script | Attempt::Anew => AtPrompt::Refused,
        }
    }

    /// Why the server did not let the session in, in its own words, if it said anything.
    pub(crate) fn take_reason(&mut self) -> Option<String> {
        let words = self.last.take()?;
        // It adds that for scripts, and the client says so itself.
        let reason = words.strip_suffix(" NOT joined, nothing was sent.");
        Some(reason.unwrap_or(&words).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hears(login: &mut Login, line: &str) {
        login.handle_line(&Heard::read(line), line);
    }

    #[test]
    fn a_greeting_that_crosses_the_name_is_no_refusal() {
        let mut login = Login::new(Attempt::Script, Instant::now());
        login.spoke();
        hears(&mut login, "Welcome to localhost: nobody here yet.");
        hears(
            &mut login,
            "Type a line to talk, /help for help, /quit to leave.",
        );
        assert_eq!(login.handle_prompt(), AtPrompt::Wait);
        hears(
            &mut login,
            "\"bot\" is here already. Try another, such as bot2.",
        );
        assert_eq!(login.handle_prompt(), AtPrompt::Refused);
        let reason = "\"bot\" is here already. Try another, such as bot2.".to_owned();
        assert_eq!(login.take_reason(), Some(reason));
    }

    #[test]
    fn a_guest_waits_for_the_prompt() {
        let mut login = Login::new(Attempt::Script, Instant::now());
        hears(&mut login, "Welcome to localhost: nobody here yet.");
        assert_eq!(login.handle_prompt(), AtPrompt::Answer);
        assert_eq!(login.handle_prompt(), AtPrompt::Refused);
    }

    #[test]
    fn a_person_is_asked_again() {
        let mut login = Login::new(Attempt::Person { offered: true }, Instant::now());
        assert_eq!(login.handle_prompt(), AtPrompt::AnswerAloud);
        assert_eq!(login.handle_prompt(), AtPrompt::Ask);
        assert_eq!(login.handle_prompt(), AtPrompt::Ask);
    }

    #[test]
    fn a_code_that_is_not_valid_leads_to_the_name() {
        let mut login = Login::new(Attempt::Resume, Instant::now());
        login.spoke();
        hears(&mut login, "That code is not valid any more.");
        assert_eq!(login.handle_prompt(), AtPrompt::Answer);
        assert_eq!(login.attempt(), Attempt::Anew);
        assert_eq!(login.handle_prompt(), AtPrompt::Refused);
    }
}
