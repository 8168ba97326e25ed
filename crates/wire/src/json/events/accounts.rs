//! The wire format of changes of the reader's account.

use chinwag_core::{AccountChange, AccountChanged, AccountSet, CredentialKind, Event, Name};
use serde::Serialize;

use super::{Head, Shape};

/// A change of an account.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum AccountAct {
    /// It came into being.
    Claimed,
    /// It has another password.
    Password,
    /// Another certificate proves that one owns it.
    Certificate,
    /// A certificate proves no longer that one owns it.
    CertificateRemoved,
    /// Another name belongs to it.
    NameAdded,
    /// A name belongs to it no longer.
    NameRemoved,
    /// It ended, and its names are free.
    Removed,
}

impl<'a> Shape<'a> {
    pub(super) fn of_account(event: &Event, changed: &'a AccountChanged) -> Self {
        let account = changed.account.as_str();
        let (act, name) = match &changed.change {
            AccountChange::Claimed { .. } => (AccountAct::Claimed, None),
            AccountChange::Credential { kind, .. } => match kind {
                CredentialKind::Password => (AccountAct::Password, None),
                CredentialKind::Certificate => (AccountAct::Certificate, None),
            },
            AccountChange::CertificateRemoved(_) => (AccountAct::CertificateRemoved, None),
            AccountChange::NameAdded(name) => (AccountAct::NameAdded, Some(name)),
            AccountChange::NameRemoved(name) => (AccountAct::NameRemoved, Some(name)),
            AccountChange::Removed => (AccountAct::Removed, None),
        };
        Self::AccountChanged {
            head: Head::new(event, None, changed.person.map(|_| account)),
            account,
            act,
            name: name.map(Name::as_str),
        }
    }

    pub(super) fn of_login(event: &Event, set: &'a AccountSet) -> Self {
        Self::Login {
            head: Head::new(event, None, None),
            account: set.account.as_ref().map(Name::as_str),
            operator: set.operator,
        }
    }
}
