//! The hub's lines in the server's own log: who came, left, was thrown out or was refused. It must
//! not know what was said: no text of a person, not even a reason, gets into the log.

use chinwag_core::{
    AccountChange, AuditEntry, Caller, Command, CredentialKind, Event, Fact, LoggedIn, ModAction,
    Name, QuitReason, Rejection, RoomDeed,
};

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
        Fact::Moderated(entry) => note_act(entry),
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

fn note_act(entry: &AuditEntry) {
    let by = &entry.by;
    match &entry.act {
        ModAction::Kick { name, .. } => tracing::info!("{by} kicked {name}"),
        ModAction::Ban(ban) => tracing::info!("{by} banned {}", ban.mask),
        ModAction::Unban(mask) => tracing::info!("{by} unbanned {mask}"),
        ModAction::Mute(mute) => tracing::info!("{by} muted {}", mute.mask),
        ModAction::Unmute(mask) => tracing::info!("{by} unmuted {mask}"),
        ModAction::Op { name, .. } => tracing::info!("{by} made {name} an operator"),
        ModAction::Deop { name } => tracing::info!("{by} made {name} no operator"),
        ModAction::Delete { name, room } => {
            tracing::info!("{by} deleted a message of {name} in {room}");
        }
        ModAction::InRoom { room, deed } => tracing::info!("{by} in {room}: {}", kind_of(deed)),
        ModAction::Lock(on) => tracing::info!("{by} locked the server: {on}"),
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
fn kind_of(deed: &RoomDeed) -> String {
    match deed {
        RoomDeed::Set(setting) => format!("set {setting}"),
        RoomDeed::Rename(new) => format!("renamed it to {new}"),
        RoomDeed::Stand { name, .. } => format!("changed what {name} is"),
        RoomDeed::Eject { name, .. } => format!("ejected {name}"),
        RoomDeed::Bar(bar) => format!("barred {}", bar.mask),
        RoomDeed::Unbar(mask) => format!("unbarred {mask}"),
        RoomDeed::Mute(mute) => format!("muted {}", mute.mask),
        RoomDeed::Unmute(mask) => format!("unmuted {mask}"),
        RoomDeed::Mask { matched, on, .. } => format!("mask {matched}: {on}"),
    }
}

/// Logs that somebody was not let in, or has guessed at a code.
pub(super) fn note_refusal(caller: Caller, command: Refused, rejection: &Rejection) {
    let (address, is_outside) = match caller {
        Caller::Anonymous { address, .. } => (address, true),
        Caller::Person { address, .. } => (address, false),
        Caller::Server | Caller::Shell => return,
    };
    let why = match rejection {
        // docs/operations.md has a filter for this line.
        Rejection::CodeNotValid if command == Refused::Resume => "wrong resume code",
        _ if !is_outside => return,
        Rejection::Banned { .. } => "banned",
        Rejection::ServerFull { .. } => "the server is full",
        Rejection::Locked => "the server is locked",
        _ if command == Refused::LogIn => "it may not have that name",
        _ => return,
    };
    tracing::info!("refused {address}: {why}");
}

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// A name, or none.
    LogIn,
    /// A resume code.
    Resume,
    /// Anything else.
    Other,
}

impl Refused {
    pub(super) fn of(command: &Command) -> Self {
        match command {
            Command::LogIn { .. } => Self::LogIn,
            Command::Resume(_) => Self::Resume,
            _ => Self::Other,
        }
    }
}
