//! What others read of each command: one list, for the rule of who may be heard
//! ([`heard`](super::heard)) and for the check for secrets ([`secret`](super::secret)). The match is
//! exhaustive, so that neither can forget a new command.
//!
//! Naming somebody does not count as words of one's own: a muted moderator can still bar people. A
//! room's password does count, since the other moderators read it.

#[cfg(doc)]
use crate::chat::Chat;
use crate::command::Command;
use crate::metadata::{MetadataChange, MetadataTarget};
use crate::text::Text;

/// Who reads what a person says with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hearers {
    /// The command has no words of its sender's own, or nobody else reads them.
    Nobody,
    /// People who read it whatever rooms have muted the sender, who is a moderator or an operator.
    Others,
    /// The same people, if the command shows them more than names that exist already.
    OthersIfMadeUp,
    /// People in the sender's rooms, each of which may have muted the sender.
    OnesRooms,
    /// The rule of the command finds them, and [checks](Chat::check_may_be_heard) whether they may
    /// hear it.
    Found,
}

/// The words of a command, and who reads them.
pub(super) struct Words<'a> {
    pub(super) hearers: Hearers,
    /// The text to check for secrets. `None` for the reason of a leave too, which is left out instead.
    pub(super) text: Option<&'a Text>,
}

impl Hearers {
    fn of_metadata(target: &MetadataTarget, changes: &[MetadataChange]) -> Self {
        let hearers = match target {
            MetadataTarget::Room(_) => Self::Others,
            MetadataTarget::Oneself | MetadataTarget::Person(_) => Self::OnesRooms,
        };
        hearers.of(changes.iter().find_map(|(_, value)| value.as_ref()))
    }

    /// Those who read a text that may be missing.
    fn of<T>(self, words: Option<&T>) -> Self {
        match words {
            Some(_) => self,
            None => Self::Nobody,
        }
    }
}

impl<'a> Words<'a> {
    fn new(hearers: Hearers, text: Option<&'a Text>) -> Self {
        Self { hearers, text }
    }

    /// A text that may be missing, and nothing else to read.
    fn note(hearers: Hearers, text: Option<&'a Text>) -> Self {
        Self::new(hearers.of(text), text)
    }

    pub(super) fn of(command: &'a Command) -> Self {
        match command {
            Command::Say { text, .. }
            | Command::SayTo { text, .. }
            | Command::SayToRank { text, .. }
            | Command::PrivateMessage { text, .. }
            | Command::Reply(text) => Self::new(Hearers::Found, Some(text)),
            Command::SetTopic { text: why, .. } | Command::Delete { why, .. } => {
                Self::new(Hearers::Found, why.as_ref())
            }
            // The rule checks a name only if it is new, of a person or of a room.
            Command::Rename { .. }
            | Command::Join(_)
            | Command::JoinWith { .. }
            | Command::Stand { .. }
            | Command::Knock(_)
            | Command::Leave { .. }
            | Command::Signal { .. } => Self::new(Hearers::Found, None),
            Command::Away(why) | Command::SetIdent { real: why, .. } => {
                Self::note(Hearers::OnesRooms, why.as_ref())
            }
            Command::SetMetadata { target, changes } => {
                let changes = changes.as_deref().unwrap_or_default();
                Self::new(Hearers::of_metadata(target, changes), None)
            }
            Command::Announce(text) => Self::new(Hearers::Others, Some(text)),
            Command::RenameRoom { why, .. } => Self::new(Hearers::Others, why.as_ref()),
            Command::RenameOther { .. } => Self::new(Hearers::Others, None),
            Command::SetMotd(why)
            | Command::Kick { why, .. }
            | Command::Mute { why, .. }
            | Command::MuteIn { why, .. }
            | Command::Eject { why, .. } => Self::note(Hearers::Others, why.as_ref()),
            Command::Ban { why, .. } | Command::Bar { why, .. } => {
                Self::new(Hearers::OthersIfMadeUp, why.as_ref())
            }
            Command::SetMask { .. } | Command::SetRoom { .. } => {
                Self::new(Hearers::OthersIfMadeUp, None)
            }
            // No mute holds for the shell.
            Command::SayFromShell { text, .. } => Self::new(Hearers::Nobody, Some(text)),
            // No person who is here gives these, or they are part of another command.
            Command::LogIn { .. }
            | Command::Once { .. }
            | Command::Resume(_)
            | Command::Quit(_)
            | Command::ShowKept(_)
            | Command::Tidy
            | Command::EndShownNames
            | Command::AddAccount { .. }
            | Command::SetPassword { .. }
            // Others see only names that exist already.
            | Command::SetMarker { .. }
            | Command::Register { .. }
            | Command::Group
            | Command::Certify { .. }
            | Command::Forget { .. }
            | Command::LogInTo { .. }
            | Command::LogOut
            | Command::Unclaim { .. }
            | Command::Back
            | Command::Ignore { .. }
            | Command::Unmute(_)
            | Command::Unban(_)
            | Command::Op(_)
            | Command::Deop(_)
            | Command::StepDown
            | Command::Lock(_)
            | Command::EndAccount(_)
            | Command::EndRoom(_)
            | Command::Unbar { .. }
            | Command::UnmuteIn { .. } => Self::new(Hearers::Nobody, None),
        }
    }
}
