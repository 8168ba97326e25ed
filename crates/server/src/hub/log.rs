//! The hub's lines in the server's own log: who came, left, was thrown out or was refused. It must
//! not know what was said: the only texts of people in the log are the reasons of operators. These
//! end in a quotation mark, so that nobody can word one that fail2ban takes for a line of the
//! server's.

use std::fmt;

use chinwag_core::{
    AccountChange, AuditEntry, Caller, Command, CredentialKind, Event, Fact, LoggedIn, ModAction,
    Name, QuitReason, Rejection, Restriction, RoomDeed, Text, Timestamp,
};

use crate::config::ShortTime;

/// Logs an event that administrators want to know of.
pub(super) fn note(event: &Event) {
    match &event.fact {
        Fact::LoggedIn(login) => {
            let LoggedIn { name, address, .. } = &**login;
            tracing::info!("{name} came from {address}");
        }
        Fact::Returned(returned) => {
            let LoggedIn { name, address, .. } = &returned.login;
            tracing::info!("{name} came back from {address}");
        }
        Fact::Attached(attached) => {
            let LoggedIn { name, address, .. } = &attached.login;
            tracing::info!("{name} came from {address} too");
        }
        Fact::Detached(detached) => {
            let why = detached.why.as_ref().map_or("taken over", manner);
            tracing::info!("a connection of {} ended: {why}", detached.name);
        }
        Fact::Renamed(renamed) => tracing::info!("{} is now {}", renamed.old, renamed.new),
        Fact::AccountChanged(changed) => note_account(&changed.account, &changed.change),
        Fact::AccountSet(set) => {
            if let Some(account) = set.account.as_ref().filter(|_| set.is_another()) {
                tracing::info!("one more person is logged in to {account}");
            }
        }
        Fact::Quit(quit) => tracing::info!("{} left: {}", quit.name, manner(&quit.why)),
        Fact::Moderated(entry) => note_act(entry, event.at),
        _ => {}
    }
}

fn note_account(account: &Name, change: &AccountChange) {
    match change {
        AccountChange::Claimed { .. } => tracing::info!("{account} is registered"),
        AccountChange::Credential { kind, .. } => match kind {
            CredentialKind::Password => tracing::info!("{account} has a new password"),
            CredentialKind::Certificate => tracing::info!("{account} has one more certificate"),
        },
        AccountChange::CertificateRemoved(_) => {
            tracing::info!("{account} has one certificate less")
        }
        AccountChange::NameAdded(name) => tracing::info!("{name} belongs to {account}"),
        AccountChange::NameRemoved(name) => tracing::info!("{name} is no longer {account}'s"),
        AccountChange::Removed => tracing::info!("the account {account} has ended"),
    }
}

fn manner(why: &QuitReason) -> &'static str {
    match why {
        QuitReason::Quit(_) => "quit",
        QuitReason::Closed => "connection closed",
        QuitReason::Lost => "connection lost",
        QuitReason::TimedOut => "timed out",
        QuitReason::Kicked { .. } => "kicked",
        QuitReason::Banned { .. } => "banned",
        QuitReason::TooSlow => "too slow",
        QuitReason::TooFast => "too fast",
        QuitReason::Restart => "server restart",
    }
}

/// `: "spam"`
struct Why<'a>(Option<&'a Text>);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |why| write!(f, ": \"{why}\""))
    }
}

/// ` for 2h: "spam"`: how long something holds that begins at a time, and why.
struct Terms<'a>(&'a Restriction, Timestamp);

impl fmt::Display for Terms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Restriction { until, why, .. }, at) = self;
        if let Some(until) = until {
            write!(f, " for {}", ShortTime(until.since(*at)))?;
        }
        Why(why.as_deref()).fmt(f)
    }
}

fn note_act(entry: &AuditEntry, at: Timestamp) {
    let by = &entry.by;
    match &entry.act {
        ModAction::Kick { name, why } => {
            tracing::info!("{by} kicked {name}{}", Why(why.as_deref()));
        }
        ModAction::Ban(ban) => tracing::info!("{by} banned {}{}", ban.mask, Terms(ban, at)),
        ModAction::Unban(mask) => tracing::info!("{by} unbanned {mask}"),
        ModAction::Mute(mute) => tracing::info!("{by} muted {}{}", mute.mask, Terms(mute, at)),
        ModAction::Unmute(mask) => tracing::info!("{by} unmuted {mask}"),
        ModAction::Op { name, .. } => tracing::info!("{by} made {name} an operator"),
        ModAction::Deop { name } => tracing::info!("{by} made {name} no operator"),
        ModAction::Delete { name, room } => {
            tracing::info!("{by} deleted a message of {name} in {room}");
        }
        ModAction::InRoom { room, deed } => {
            tracing::info!("{by} in {room}: {}", words_of(deed, at));
        }
        ModAction::Lock(true) => tracing::info!("{by} locked the server"),
        ModAction::Lock(false) => tracing::info!("{by} unlocked the server"),
        // What becomes of the name or the account is logged.
        ModAction::Rename { .. }
        | ModAction::AccountAdded(_)
        | ModAction::AccountPassword(_)
        | ModAction::AccountRemoved(_) => {}
        // The audit log has these.
        ModAction::Announce(_) | ModAction::Motd(_) | ModAction::RoomRemoved(_) => {}
    }
}

/// An operator's act in a room that they do not moderate.
fn words_of(deed: &RoomDeed, at: Timestamp) -> String {
    match deed {
        RoomDeed::Set(setting) => format!("set {setting}"),
        RoomDeed::Rename(new) => format!("renamed it to {new}"),
        RoomDeed::Stand { name, .. } => format!("changed what {name} is"),
        RoomDeed::Eject { name, why } => format!("ejected {name}{}", Why(why.as_deref())),
        RoomDeed::Bar(bar) => format!("barred {}{}", bar.mask, Terms(bar, at)),
        RoomDeed::Unbar(mask) => format!("unbarred {mask}"),
        RoomDeed::Mute(mute) => format!("muted {}{}", mute.mask, Terms(mute, at)),
        RoomDeed::Unmute(mask) => format!("unmuted {mask}"),
        RoomDeed::Mask { matched, on, .. } => {
            format!("{} the mask {matched}", if *on { "set" } else { "removed" })
        }
    }
}

/// Logs that somebody was not let in, or has guessed at a code.
pub(super) fn note_refusal(caller: Caller, command: &Refused, rejection: &Rejection) {
    let (address, is_outside) = match caller {
        Caller::Anonymous { address, .. } => (address, true),
        Caller::Person { address, .. } => (address, false),
        Caller::Server | Caller::Shell => return,
    };
    let why = match rejection {
        // docs/operations.md has a filter for this line.
        Rejection::CodeNotValid if *command == Refused::Resume => "wrong resume code",
        _ if !is_outside => return,
        Rejection::Banned { .. } => "banned",
        Rejection::ServerFull { .. } => "the server is full",
        Rejection::Locked => "the server is locked",
        _ => match command {
            // A valid name has no blanks, so that it cannot read like another line.
            Refused::LogIn(Some(name)) => {
                return tracing::info!("refused {address}: it may not have that name: {name}");
            }
            Refused::LogIn(None) => "it may not have that name",
            Refused::Resume | Refused::Other => return,
        },
    };
    tracing::info!("refused {address}: {why}");
}

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// A name, or none.
    LogIn(Option<Name>),
    /// A resume code.
    Resume,
    /// Anything else.
    Other,
}

impl Refused {
    pub(super) fn of(command: &Command) -> Self {
        match command {
            Command::LogIn { name, .. } => Self::LogIn(name.clone()),
            Command::Resume(_) => Self::Resume,
            _ => Self::Other,
        }
    }
}
