//! What proves an account, and why something does not.

use alloc::sync::Arc;

use crate::name::Name;
use crate::rejection::Rejection;

/// A proof that the caller owns an account: the credential that was met, in the form of
/// [`Credential::secret`](crate::Credential::secret). Worthless once the account has another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof(pub Arc<str>);

impl Proof {
    /// Whether it is a certificate, by the form of a SHA-256, which no password hash has. A
    /// connection presents one whatever its client asks for, so one that belongs to another
    /// account, or to none, does not count as a wrong password.
    pub(crate) fn is_certificate(&self) -> bool {
        self.0.len() == 64 && self.0.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// Why this proves nothing of an account.
    pub(crate) fn refusal(proof: Option<&Self>, account: Name) -> Rejection {
        match proof {
            Some(proof) if proof.is_certificate() => Rejection::NeedsProof,
            _ => Rejection::WrongPassword(account),
        }
    }
}
