//! What it takes to come back: a code, or the name and its password, and the room.
//!
//! It must not know the connection. The password stays in memory for as long as the session, since a
//! server that has forgotten the session asks for it again; it is written nowhere.

use super::login::Attempt;
use crate::heard::Heard;

/// Who the session is to the server.
#[derive(Default)]
pub(super) struct Identity {
    /// The line for the prompt; empty for a guest.
    pub(super) login: String,
    pub(super) name: String,
    /// The name, if a session that was taken up has another than before.
    pub(super) new_name: Option<String>,
    /// The password of the server itself, if it was given.
    pub(super) server_password: Option<String>,
    pub(super) code: Option<String>,
    /// The current room, without its `#`.
    pub(super) room: Option<String>,
    pub(super) progress: Progress,
    /// The server takes the name no more; a person may know better.
    pub(super) asks_person: bool,
    /// A name and password that the person has just given, and the server not yet taken.
    offered: Option<Offer>,
}

/// How far the first arrival came before the link broke.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    /// What was said before was not all told: another arrival tells it.
    #[default]
    Outside,
    /// It was, in the room that was asked for. What is said from here on is news.
    Arrived,
    /// A new session has taken the place of the lost one, and what was said between the two is still to
    /// be told.
    Behind,
    /// The first commands are answered, too.
    Settled,
}

/// `/claim s3cret` or `/nick lee#s3cret`.
struct Offer {
    name: Option<String>,
    password: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.name;
        f.debug_struct("Identity")
            .field("name", name)
            .finish_non_exhaustive()
    }
}

impl Identity {
    pub(super) fn new(login: String, server_password: Option<String>) -> Self {
        Self {
            login,
            server_password,
            ..Self::default()
        }
    }

    /// Whether the server has let the session in, though the link may have been lost before everything
    /// was settled.
    pub(super) fn is_known(&self) -> bool {
        !self.name.is_empty()
    }

    /// How to come back after a lost link.
    pub(super) fn way_back(&self) -> Attempt {
        match self.code {
            Some(_) => Attempt::Resume,
            None if self.asks_person => Attempt::Person { offered: false },
            None => Attempt::Anew,
        }
    }

    /// What to say before the server asks. To a server that may ask for a password that is nothing: another
    /// would take it for a name, and tell it to all.
    pub(super) fn first_words(&self, attempt: Attempt) -> Option<String> {
        match (attempt, &self.code) {
            _ if self.server_password.is_some() => None,
            (Attempt::Person { .. }, _) => None,
            (Attempt::Resume, Some(code)) => Some(format!("/resume {code}")),
            // A guest says nothing, and nothing cannot be said first.
            _ if self.login.is_empty() => None,
            _ => Some(self.login.clone()),
        }
    }

    /// What to answer to the prompt for a name.
    pub(super) fn answer(&self, attempt: Attempt) -> String {
        match (attempt, &self.code) {
            (Attempt::Resume, Some(code)) => format!("/resume {code}"),
            _ => self.login.clone(),
        }
    }

    /// The prompt and its answer, without the password.
    pub(super) fn aloud(&self, prompt: Vec<u8>) -> Vec<u8> {
        let name = self.login.split('#').next().unwrap_or_default();
        [&prompt, name.as_bytes(), b"\n"].concat()
    }

    /// A person has answered the prompt.
    pub(super) fn learn_answer(&mut self, text: &str) {
        if let Some(code) = text.trim().strip_prefix("/resume ") {
            self.code = Some(code.trim().to_owned());
        } else if !text.trim_start().starts_with('/') {
            self.login = text.to_owned();
        }
    }

    /// A person has typed a line of the conversation.
    pub(super) fn learn_typed(&mut self, text: &str) {
        let Some((command, rest)) = text.trim().split_once(char::is_whitespace) else {
            return;
        };
        let rest = rest.trim();
        let offer = match command.to_ascii_lowercase().as_str() {
            "/claim" => Some((None, rest)),
            "/nick" => rest
                .split_once('#')
                .map(|(name, password)| (Some(name), password)),
            _ => return,
        };
        self.offered = offer.map(|(name, password)| Offer {
            name: name.map(str::to_owned),
            password: password.to_owned(),
        });
    }

    pub(super) fn learn(&mut self, heard: &Heard<'_>) {
        match *heard {
            Heard::Arrived { name, room } => {
                self.name = name.to_owned();
                // A session that comes in anew is in the lobby, and goes back to where it was.
                if self.room.is_none() {
                    self.room = room.map(str::to_owned);
                }
            }
            Heard::Returned { name } => {
                let is_another = self.is_known() && self.name != name;
                self.new_name = is_another.then(|| name.to_owned());
                self.name = name.to_owned();
                // A person took it up with a code: the name is all there is to come in anew with.
                if self.login.is_empty() {
                    self.login = name.to_owned();
                }
            }
            Heard::Code(code) => self.code = Some(code.to_owned()),
            Heard::Place { room } | Heard::TalksIn { room } => self.room = Some(room.to_owned()),
            Heard::Renamed { from, to } if from == self.name => self.renamed(to),
            Heard::Alone(words) if words.starts_with("Your name is registered") => self.claimed(),
            _ => {}
        }
    }

    fn renamed(&mut self, to: &str) {
        self.name = to.to_owned();
        self.login = match self.offered.take() {
            Some(offer) if offer.name.as_deref() == Some(to) => format!("{to}#{}", offer.password),
            _ => to.to_owned(),
        };
    }

    fn claimed(&mut self) {
        if let Some(offer) = self.offered.take().filter(|offer| offer.name.is_none()) {
            self.login = format!("{}#{}", self.name, offer.password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(typed: &[&str], heard: &[&str]) -> Identity {
        let mut identity = Identity::new("ann".into(), None);
        identity.learn(&Heard::read("Welcome, ann. You are in #lobby, alone."));
        typed.iter().for_each(|line| identity.learn_typed(line));
        heard
            .iter()
            .for_each(|line| identity.learn(&Heard::read(line)));
        identity
    }

    #[test]
    fn a_password_counts_once_the_server_has_taken_it() {
        let claimed = "! Your name is registered. Next time type ann#PASSWORD at the prompt.";
        assert_eq!(
            known(&["/claim open sesame"], &[claimed]).login,
            "ann#open sesame"
        );
        assert_eq!(
            known(&["/claim x"], &["! Nobody called \"x\"."]).login,
            "ann"
        );
        assert_eq!(known(&["/nick al#x"], &["* ann is now al"]).login, "al#x");
        assert_eq!(known(&["/nick al"], &["* ann is now al"]).login, "al");
        assert_eq!(known(&["/nick al#x"], &["* bob is now al"]).login, "ann");
    }

    #[test]
    fn the_room_is_the_last_one_that_was_entered() {
        let identity = known(
            &[],
            &[
                "You are in #dev, alone.",
                "Welcome, ann. You are in #lobby.",
            ],
        );
        assert_eq!(identity.room.as_deref(), Some("dev"));
    }

    #[test]
    fn it_hides_what_it_knows() {
        assert_eq!(
            format!("{:?}", known(&["/claim x"], &[])),
            "Identity { name: \"ann\", .. }"
        );
    }
}
