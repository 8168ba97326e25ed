//! The work on passwords: slow by design, so it has a worker of its own.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use chinwag_core::{Proof, Timestamp};

use super::{JobResult, PasswordJob};
use crate::password_gate::PasswordGate;

/// Argon2id as RFC 9106 and OWASP recommend for little memory: 19 MiB, two passes.
pub(crate) fn work_on_password(job: PasswordJob, gate: &PasswordGate, now: Timestamp) -> JobResult {
    match job {
        PasswordJob::Hash(password, origin) => {
            let hash = Argon2::default().hash_password(password.reveal().as_bytes());
            let hash: Option<Arc<str>> = hash.ok().map(|hash| hash.to_string().into());
            gate.leave(origin);
            if let Some(hash) = &hash {
                gate.prove(&password, hash.clone());
            }
            JobResult::Hash(hash)
        }
        PasswordJob::Verify(attempt) => {
            let password = attempt.password.reveal().as_bytes();
            let is_right = PasswordHash::new(&attempt.hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok());
            gate.finish(&attempt, is_right, now);
            JobResult::Proof(is_right.then(|| Proof(attempt.hash.clone())))
        }
    }
}
