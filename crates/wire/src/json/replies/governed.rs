//! The settings of a room and who governs it, and an account as its owner sees it.

use alloc::vec::Vec;

use chinwag_core::{
    AccountProfile, Credential, CredentialKind, Login, Matched, Name, RoomInfo, RoomMask,
    RoomPassword, Standing,
};
use serde::Serialize;

use super::Rank;
use crate::json::events::MaskList;
use crate::json::value::{Displayed, Time};

/// The settings of a room.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct SettingsShape<'a> {
    /// Only the invited may enter.
    closed: bool,
    /// Whether it has a password. While it is closed, that alone opens nothing.
    has_password: bool,
    /// The password. Only for its moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    /// The most people who may be inside; null for no limit.
    limit: Option<u32>,
    /// Only voices and moderators speak.
    moderated: bool,
    /// People outside cannot see it.
    hidden: bool,
    /// Only moderators set the topic.
    topic_guarded: bool,
    /// People outside may speak to it.
    outsiders: bool,
    /// Only registered names may enter.
    registered: bool,
    /// Only encrypted connections may enter.
    encrypted: bool,
    /// It refuses CTCP, which only IRC clients understand, except actions.
    no_ctcp: bool,
}

impl<'a> From<&'a RoomInfo> for SettingsShape<'a> {
    fn from(info: &'a RoomInfo) -> Self {
        let settings = &info.settings;
        Self {
            closed: settings.closed,
            has_password: info.has_password,
            password: settings.password.as_ref().map(RoomPassword::reveal),
            limit: settings.limit,
            moderated: settings.moderated,
            hidden: settings.hidden,
            topic_guarded: settings.guards_topic,
            outsiders: settings.outsiders,
            registered: settings.registered,
            encrypted: settings.encrypted,
            no_ctcp: settings.no_ctcp,
        }
    }
}

/// A name with a standing in a room.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct StandingShape<'a> {
    /// The name.
    name: &'a str,
    /// The standing.
    standing: Rank,
}

impl<'a> From<&'a (Name, Standing)> for StandingShape<'a> {
    fn from((name, standing): &'a (Name, Standing)) -> Self {
        Self {
            name: name.as_str(),
            standing: (*standing).into(),
        }
    }
}

/// A mask of one of IRC's lists.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct MaskShape<'a> {
    /// What it does.
    list: MaskList,
    /// Whom it matches: `nick!user@host` with wildcards, or `account:` and an account.
    mask: Displayed<&'a Matched>,
    /// The moderator who has set it.
    by: &'a str,
    /// When it was set.
    since: Time,
}

impl<'a> From<&'a RoomMask> for MaskShape<'a> {
    fn from(mask: &'a RoomMask) -> Self {
        Self {
            list: mask.kind.into(),
            mask: Displayed(&mask.matched),
            by: mask.by.as_str(),
            since: Time(mask.at),
        }
    }
}

/// An account, as its owner sees it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct AccountShape<'a> {
    /// The account: the name that was registered first.
    account: &'a str,
    /// The names that were grouped to it later, oldest first.
    names: Vec<&'a str>,
    /// Whether its owner is an operator.
    operator: bool,
    /// When it was registered.
    since: Time,
    /// What proves its ownership, oldest first.
    credentials: Vec<CredentialShape<'a>>,
    /// The people logged in to it, in the order in which they came.
    logins: Vec<LoginShape<'a>>,
}

impl<'a> From<&'a AccountProfile> for AccountShape<'a> {
    fn from(profile: &'a AccountProfile) -> Self {
        let account = &profile.account;
        Self {
            account: account.name.as_str(),
            names: account.names.iter().map(Name::as_str).collect(),
            operator: account.operator,
            since: Time(account.since),
            credentials: account.credentials.iter().map(Into::into).collect(),
            logins: profile.logins.iter().map(Into::into).collect(),
        }
    }
}

/// The kind of something that proves who owns an account.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum ProofKind {
    /// A password.
    Password,
    /// A certificate that a TLS client presents.
    Certificate,
}

/// Something that proves who owns an account.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct CredentialShape<'a> {
    /// Its kind.
    kind: ProofKind,
    /// The SHA-256 of a certificate, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    /// When it was added.
    since: Time,
}

impl<'a> From<&'a Credential> for CredentialShape<'a> {
    fn from(credential: &'a Credential) -> Self {
        // The hash of a password is nobody's business.
        let (kind, sha256) = match credential.kind {
            CredentialKind::Password => (ProofKind::Password, None),
            CredentialKind::Certificate => (ProofKind::Certificate, Some(&*credential.secret)),
        };
        Self {
            kind,
            sha256,
            since: Time(credential.since),
        }
    }
}

/// A person who is logged in to an account.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct LoginShape<'a> {
    /// Its name.
    name: &'a str,
    /// Where it comes from.
    address: Displayed<core::net::IpAddr>,
    /// When it came.
    since: Time,
    /// Whether it is the reader.
    own: bool,
}

impl<'a> From<&'a Login> for LoginShape<'a> {
    fn from(login: &'a Login) -> Self {
        Self {
            name: login.name.as_str(),
            address: Displayed(login.address),
            since: Time(login.since),
            own: login.own,
        }
    }
}
