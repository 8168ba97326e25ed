//! The server's password, which must not be told to those inside by a slip: typed as a line, as a name,
//! or as a reason.
//!
//! The words of a text alone tell it, or those behind one word as in `PASS s3cret`. A text that has the
//! password somewhere in it was meant: it may be a common word.

use super::super::Chat;
use crate::command::Command;
use crate::event::QuitReason;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;

impl Chat {
    /// The command, if it does not show the server's password. A reason that does is left out, where
    /// nobody could be asked for another.
    pub(super) fn keeping_secret(&self, command: Command) -> Result<Command, Rejection> {
        let Some(password) = &self.settings.server_password else {
            return Ok(command);
        };
        let shows = |text: &Text| text.split(Text::BREAK).any(|line| password.is_in(line));
        let command = match command {
            Command::Quit(QuitReason::Quit(why)) => {
                Command::Quit(QuitReason::Quit(why.filter(|why| !shows(why))))
            }
            Command::Leave { room, why } => Command::Leave {
                room,
                why: why.filter(|why| !shows(why)),
            },
            command => command,
        };
        let is_name = |name: &Name| password.is_in(name.as_str());
        let is_shown = match &command {
            // The owner of the name has shown another password.
            Command::LogIn {
                name: Some(name),
                proof: None,
                ..
            }
            | Command::Rename { name, proof: None } => {
                is_name(name) && self.registrations.get(name).is_none()
            }
            command => text_of(command).is_some_and(shows),
        };
        match is_shown {
            true => Err(Rejection::ShowsServerPassword),
            false => Ok(command),
        }
    }
}

/// What others read of a command.
fn text_of(command: &Command) -> Option<&Text> {
    match command {
        Command::Say { text, .. }
        | Command::SayTo { text, .. }
        | Command::SayToRank { text, .. }
        | Command::PrivateMessage { text, .. }
        | Command::Reply(text)
        | Command::Announce(text) => Some(text),
        Command::SetTopic { text, .. } | Command::SetMotd(text) | Command::Away(text) => {
            text.as_ref()
        }
        Command::SetIdent { real, .. } => real.as_ref(),
        Command::Kick { why, .. }
        | Command::Mute { why, .. }
        | Command::Ban { why, .. }
        | Command::Eject { why, .. }
        | Command::Bar { why, .. }
        | Command::MuteIn { why, .. }
        | Command::RenameRoom { why, .. }
        | Command::Delete { why, .. } => why.as_ref(),
        _ => None,
    }
}
