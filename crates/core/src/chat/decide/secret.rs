//! Secrets that a person must not show others by a slip: the server's password, or what looks like
//! a password or a resume code, typed as a line, as a name, or as a reason.
//!
//! Every text of a command that others may read ([`words`](super::words) lists them) is checked here,
//! once, for all dialects. A text counts as the server's password if it is nothing else, or has one
//! word before it as in `PASS s3cret`. A text that merely contains the password was meant: it may be a
//! common word.

use alloc::boxed::Box;
use alloc::string::ToString;

use super::super::Chat;
use super::words::Words;
use crate::chat::settings::ServerPassword;
use crate::chat::state::Person;
use crate::command::{Caller, Command};
use crate::event::{Manner, QuitReason};
use crate::link::Client;
use crate::metadata::MetadataChange;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::room::RoomSetting;
use crate::slip::{NameState, code_in, shows_password, shows_secret, shows_secret_among};
use crate::source::Ident;
use crate::text::Text;

/// The parts of a command that others may read.
#[derive(Default)]
struct ReadByOthers<'a> {
    text: Option<&'a Text>,
    ctcp: Option<&'a str>,
    tags: Option<&'a str>,
    values: &'a [MetadataChange],
}

/// The person whose secrets must not be shown.
#[derive(Clone, Copy)]
struct Me<'a> {
    name: &'a Name,
    /// The code that resumes the session.
    code: Option<ResumeCode>,
}

impl<'a> Me<'a> {
    fn of(person: &'a Person) -> Self {
        Self {
            name: &person.name,
            code: Some(person.session.code),
        }
    }
}

impl Chat {
    /// Returns the command if it shows no secret. Leaves out a reason that shows one, if there is
    /// nobody to ask for another, and likewise what an arriving client says of itself.
    pub(super) fn without_secrets(
        &self,
        caller: Caller,
        command: Command,
    ) -> Result<Command, Rejection> {
        let command = self.without_asides(caller, command);
        if let Some(password) = &self.settings.server_password
            && self.is_name_shown(&command, password)
        {
            return Err(Rejection::ShowsServerPassword);
        }
        if self.is_code_shown(caller, &command) {
            return Err(Rejection::ShowsSecret);
        }
        let me = || self.asker(caller).ok().map(Me::of);
        let shown = shown_by(&command);
        if let Some(text) = shown.text {
            match self.is_typed(caller, &command) {
                true => self.check_text(text, me)?,
                false => self.check_words(text, me)?,
            }
        }
        self.check_irc(&shown, me)?;
        Ok(command)
    }

    /// Whether a person may have slipped: a program that says `pass 12/12` has not, and at a
    /// terminal a line that begins with `/` was escaped. But nobody means to say their own code or
    /// password.
    fn is_typed(&self, caller: Caller, command: &Command) -> bool {
        let client = self.asker(caller).map(|me| me.session.link.client);
        match (client, command) {
            (Ok(Client::Json), _) => false,
            (
                Ok(Client::Nc | Client::Telnet),
                Command::Say {
                    text,
                    manner: Manner::Speech,
                    ..
                }
                | Command::SayTo {
                    text,
                    manner: Manner::Speech,
                    ..
                },
            ) => !text.starts_with('/'),
            _ => true,
        }
    }

    /// Checks what IRC has besides the text.
    fn check_irc<'a>(
        &self,
        shown: &ReadByOthers<'_>,
        me: impl Fn() -> Option<Me<'a>>,
    ) -> Result<(), Rejection> {
        if let Some(ctcp) = shown.ctcp {
            let words = ctcp.trim_matches('\x01');
            let typed = words.split_once(' ').map_or(words, |(_, typed)| typed);
            self.check_word(typed, &me)?;
        }
        let tags = shown.tags.into_iter().flat_map(|tags| tags.split(';'));
        for tag in tags {
            let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
            let key = key.trim_start_matches('+');
            self.check_word(key.rsplit_once('/').map_or(key, |(_, key)| key), &me)?;
            // The escape of a tag stands for a character that may be part of a password.
            self.check_word(&value.replace("\\s", " "), &me)?;
        }
        shown.values.iter().try_for_each(|(key, value)| {
            self.check_word(key.as_str(), &me)?;
            let value = value.as_ref();
            value.map_or(Ok(()), |value| self.check_word(value.as_str(), &me))
        })
    }

    /// Leaves out optional words of a command that show a secret.
    fn without_asides(&self, caller: Caller, command: Command) -> Command {
        let me = || self.asker(caller).ok().map(Me::of);
        let kept = |why: Option<Text>| why.filter(|why| self.check_text(why, me).is_ok());
        match command {
            Command::Quit(QuitReason::Quit(why)) => Command::Quit(QuitReason::Quit(kept(why))),
            Command::Leave { room, why } => Command::Leave {
                room,
                why: kept(why),
            },
            Command::LogIn {
                name,
                proof,
                is_script,
                ident: Some(ident),
                account,
            } => Command::LogIn {
                ident: Some(Box::new(self.ident_without_secrets(*ident, name.as_ref()))),
                name,
                proof,
                is_script,
                account,
            },
            command => command,
        }
    }

    fn ident_without_secrets(&self, ident: Ident, name: Option<&Name>) -> Ident {
        let password = self.settings.server_password.as_ref();
        let is_user = |password: &ServerPassword| password.is_user(ident.user());
        let real = ident.real.as_ref();
        let me = || name.map(|name| Me { name, code: None });
        let real = real.filter(|real| self.check_text(real, me).is_ok());
        match password.is_some_and(is_user) {
            true => Ident::new("", real.cloned()),
            false => Ident::new(ident.user(), real.cloned()),
        }
    }

    /// Whether a name that others see because of a command is the server's password; or a room's
    /// password is, which would then open the room to everybody.
    fn is_name_shown(&self, command: &Command, password: &ServerPassword) -> bool {
        match command {
            // The owner of the name has shown another password.
            Command::LogIn {
                name: Some(name),
                proof: None,
                ..
            }
            | Command::Rename { name, proof: None } => {
                password.is_in(name.as_str()) && self.registrations.get(name).is_none()
            }
            Command::RenameOther { new: name, .. } | Command::AddAccount { name, .. } => {
                password.is_in(name.as_str())
            }
            // The name of an existing room is known to everybody who may know of it.
            Command::Join(room) | Command::JoinWith { room, .. } => {
                password.is_in(room.bare()) && self.rooms.named(room).is_none()
            }
            Command::RenameRoom { new, .. } => password.is_in(new.bare()),
            Command::SetMask {
                matched, on: true, ..
            } => {
                let mask = matched.to_string();
                let named = mask.strip_prefix("account:").unwrap_or(&mask);
                password.is_folded(named.split_once('!').map_or(named, |(name, _)| name))
            }
            Command::SetRoom { settings, .. } => settings.iter().any(|setting| {
                matches!(setting, RoomSetting::Password(Some(word)) if password.is_in(word.reveal()))
            }),
            _ => false,
        }
    }

    /// Whether a name that others see because of a command is the resume code of the session.
    fn is_code_shown(&self, caller: Caller, command: &Command) -> bool {
        let name = match command {
            Command::Rename { name, .. } => name.as_str(),
            Command::Join(room) | Command::JoinWith { room, .. } => room.bare(),
            Command::RenameRoom { new, .. } => new.bare(),
            _ => return false,
        };
        let code = name.parse::<ResumeCode>();
        code.is_ok_and(|code| {
            let me = self.asker(caller);
            me.is_ok_and(|me| me.session.code == code)
        })
    }

    /// Checks a text that a person wrote. Several lines were composed, so slips are rare, unless
    /// all but one are empty.
    fn check_text<'a>(
        &self,
        text: &Text,
        me: impl Fn() -> Option<Me<'a>>,
    ) -> Result<(), Rejection> {
        if !text.contains(Text::BREAK) {
            return self.check_line(text, me);
        }
        let lines = || text.split(Text::BREAK);
        let mut written = lines().filter(|line| !Text::trim_unseen(line).is_empty());
        if let (Some(alone), None) = (written.next(), written.next()) {
            return self.check_line(alone, me);
        }
        let is_slip =
            |line| shows_secret_among(line, || Some(me()?.name), |name| self.name_state(name));
        match lines().any(is_slip) {
            true => Err(Rejection::ShowsSecret),
            false => self.check_words(text, me),
        }
    }

    /// Checks a line that was typed.
    fn check_line<'a>(&self, line: &str, me: impl Fn() -> Option<Me<'a>>) -> Result<(), Rejection> {
        match shows_secret(line, || Some(me()?.name), |name| self.name_state(name)) {
            true => Err(Rejection::ShowsSecret),
            false => self.check_known(line, me),
        }
    }

    /// Checks each line of a text that was not typed as a chat line.
    fn check_words<'a>(
        &self,
        text: &Text,
        me: impl Fn() -> Option<Me<'a>>,
    ) -> Result<(), Rejection> {
        (text.split(Text::BREAK)).try_for_each(|line| self.check_word(line, &me))
    }

    /// Checks a text that was hardly typed as a chat line.
    fn check_word<'a>(&self, text: &str, me: impl Fn() -> Option<Me<'a>>) -> Result<(), Rejection> {
        match shows_password(text, || Some(me()?.name), |name| self.name_state(name)) {
            true => Err(Rejection::ShowsSecret),
            false => self.check_known(text, me),
        }
    }

    /// Checks that a text is neither the session's own code nor the server's password.
    fn check_known<'a>(
        &self,
        text: &str,
        me: impl Fn() -> Option<Me<'a>>,
    ) -> Result<(), Rejection> {
        let is_own = |code| me().is_some_and(|me| me.code == Some(code));
        match code_in(text).is_some_and(is_own) {
            true => Err(Rejection::ShowsSecret),
            false => self.check_is_not_servers(text),
        }
    }

    fn name_state(&self, name: &Name) -> NameState {
        if self.registrations.get(name).is_some() {
            NameState::Registered
        } else if self.people.named(name).is_some() {
            NameState::InUse
        } else {
            NameState::Free
        }
    }

    fn check_is_not_servers(&self, text: &str) -> Result<(), Rejection> {
        let password = self.settings.server_password.as_ref();
        match password.is_some_and(|password| password.is_in(text)) {
            true => Err(Rejection::ShowsServerPassword),
            false => Ok(()),
        }
    }
}

/// The parts of a command that others may read, except for names.
fn shown_by(command: &Command) -> ReadByOthers<'_> {
    let text = Words::of(command).text;
    match command {
        Command::Say { irc, .. }
        | Command::SayToRank { irc, .. }
        | Command::PrivateMessage { irc, .. } => ReadByOthers {
            text,
            tags: irc.as_deref().and_then(|form| form.tags.as_deref()),
            ..ReadByOthers::default()
        },
        Command::Signal { form, .. } => ReadByOthers {
            ctcp: form.text.as_deref(),
            tags: form.tags.as_deref(),
            ..ReadByOthers::default()
        },
        Command::SetMetadata { changes, .. } => ReadByOthers {
            values: changes.as_deref().unwrap_or_default(),
            ..ReadByOthers::default()
        },
        _ => ReadByOthers {
            text,
            ..ReadByOthers::default()
        },
    }
}
