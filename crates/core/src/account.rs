//! Accounts: a registered name, the names grouped to it, and the credentials that prove whose it
//! is.
//!
//! A person has a name and may be logged in to an account. What an account gives (its names, the
//! rights of a lasting operator) a person has only while logged in. This module must not know how
//! credentials are checked: another module hashes passwords, and a [`Proof`] names the credential
//! that was met.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use crate::command::Proof;
use crate::ids::{PersonId, RoomId, Seq};
use crate::name::Name;
use crate::time::Timestamp;

/// The kinds of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialKind {
    /// A password. An account has at most one.
    Password,
    /// A certificate of a TLS client.
    Certificate,
}

/// Something that proves ownership of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The kind.
    pub kind: CredentialKind,
    /// A password's hash in the PHC string format, or a certificate's SHA-256 in hexadecimal digits.
    pub secret: Arc<str>,
    /// When it was added.
    pub since: Timestamp,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name that was registered first, by which the account is known.
    pub name: Name,
    /// Names that were grouped to it later, oldest first.
    pub names: Vec<Name>,
    /// Its credentials, oldest first.
    pub credentials: Vec<Credential>,
    /// Whether its owner is a lasting operator.
    pub operator: bool,
    /// The event that made it one, if it is: operators cannot act on somebody who was appointed
    /// earlier.
    pub appointed: Seq,
    /// When it was registered.
    pub since: Timestamp,
}

impl Account {
    /// An account with one name and one credential.
    pub fn new(name: Name, kind: CredentialKind, secret: Arc<str>, since: Timestamp) -> Self {
        Self {
            name,
            names: Vec::new(),
            credentials: vec![Credential {
                kind,
                secret,
                since,
            }],
            operator: false,
            appointed: Seq(0),
            since,
        }
    }

    /// This account, appointed a lasting operator by the event `appointed`.
    pub fn appointed(self, appointed: Seq) -> Self {
        Self {
            operator: true,
            appointed,
            ..self
        }
    }

    /// Whether `proof` names one of its credentials.
    pub fn is_proven_by(&self, proof: &Proof) -> bool {
        let mut credentials = self.credentials.iter();
        credentials.any(|credential| credential.secret == proof.0)
    }

    /// The hash of its password, if it has one.
    pub fn password_hash(&self) -> Option<&Arc<str>> {
        let mut credentials = self.credentials.iter();
        let password = credentials.find(|credential| credential.kind == CredentialKind::Password);
        password.map(|password| &password.secret)
    }

    /// Its name and those grouped to it.
    pub fn all_names(&self) -> impl Iterator<Item = &Name> {
        core::iter::once(&self.name).chain(&self.names)
    }

    /// Whether a name is one of its names, in any case.
    pub fn owns(&self, name: &Name) -> bool {
        self.all_names().any(|own| own.same_as(name))
    }

    /// Its certificates, oldest first.
    pub fn certificates(&self) -> impl Iterator<Item = &Arc<str>> {
        let credentials = self.credentials.iter();
        let certificates =
            credentials.filter(|credential| credential.kind == CredentialKind::Certificate);
        certificates.map(|credential| &credential.secret)
    }

    /// Removes a certificate.
    pub(crate) fn remove_certificate(&mut self, certificate: &str) {
        let is_other = |other: &Credential| {
            other.kind != CredentialKind::Certificate || *other.secret != *certificate
        };
        self.credentials.retain(is_other);
    }

    /// Adds a credential; a password replaces the previous one.
    pub(crate) fn put(&mut self, credential: Credential) {
        let is_other = |other: &Credential| {
            other.secret != credential.secret
                && (other.kind != CredentialKind::Password || other.kind != credential.kind)
        };
        self.credentials.retain(is_other);
        self.credentials.push(credential);
    }
}

/// The first digits of a certificate's SHA-256, enough to tell an account's certificates apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePrefix(Box<str>);

impl CertificatePrefix {
    /// Reads 4 to 64 hexadecimal digits, in either case, with or without colons.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.chars().filter(|c| *c != ':');
        let digits: String = digits.map(|c| c.to_ascii_lowercase()).collect();
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_fit = (4..=64).contains(&digits.len());
        (is_hex && is_fit).then(|| Self(digits.into()))
    }

    /// The digits, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account was created, changed or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountChanged {
    /// The account.
    pub account: Name,
    /// The change.
    pub change: AccountChange,
    /// The person who changed it; `None` for an administrator at the shell, and for a client that
    /// has not logged in yet.
    pub person: Option<PersonId>,
    /// Everybody who is logged in to the account, and whose link may be lost.
    pub logins: Box<[PersonId]>,
    /// The rooms of the person whose account it becomes.
    pub rooms: Box<[RoomId]>,
}

/// The kinds of [`AccountChanged`].
#[derive(Clone, Debug, PartialEq)]
pub enum AccountChange {
    /// It was created. The person who made it is logged in.
    Claimed {
        /// The kind of its first credential.
        kind: CredentialKind,
        /// The credential, in the form of [`Credential::secret`].
        secret: Arc<str>,
        /// Whether its owner is a lasting operator.
        operator: bool,
    },
    /// A credential was added; a password replaces the previous one.
    Credential {
        /// The kind.
        kind: CredentialKind,
        /// The credential, in the form of [`Credential::secret`].
        secret: Arc<str>,
    },
    /// A certificate was removed.
    CertificateRemoved(Arc<str>),
    /// A name was grouped to it.
    NameAdded(Name),
    /// A name was removed from it.
    NameRemoved(Name),
    /// It ended, and its names are free.
    Removed,
}

/// A person logged in to an account or out of one, or their rights changed with the account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountSet {
    /// The person.
    pub person: PersonId,
    /// The account before.
    pub before: Option<Name>,
    /// The account from now on.
    pub account: Option<Name>,
    /// Whether the person is an operator now.
    pub operator: bool,
    /// The person's name.
    pub name: Name,
    /// The rooms that the person is in.
    pub rooms: Box<[RoomId]>,
}

impl AccountSet {
    /// Whether the account changed; otherwise only the rights did.
    pub fn is_another(&self) -> bool {
        self.before != self.account
    }
}
