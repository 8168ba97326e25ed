//! What proves an account, and why something does not.

use alloc::sync::Arc;

use crate::name::Name;
use crate::rejection::Rejection;

/// A proof that the caller owns an account: the credential that was met, as
/// [`Credential::secret`](crate::Credential::secret) has it. It is worthless once the account has
/// another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof(pub Arc<str>);

impl Proof {
    /// Whether it is a certificate, by the form of its SHA-256, which no hash of a password has. A connection shows
    /// one whatever its client asks for, so that another's, or nobody's, is no wrong password.
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
