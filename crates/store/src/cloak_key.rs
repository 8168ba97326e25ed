//! The key for cloaking addresses. It is kept, since a room's masks name the cloaks that were made
//! with it. A copy of the database has it too: its holder can find the address behind a cloak.

use chinwag_core::CloakKey;

use crate::commit::Store;
use crate::error::CommitError;
use crate::schema::{self, key};

impl Store {
    /// The key of this store. It is `fresh`, a random one, if the store has none yet.
    ///
    /// # Errors
    /// [`CommitError`] if the store has none and cannot keep this one.
    pub fn cloak_key(&mut self, fresh: CloakKey) -> Result<CloakKey, CommitError> {
        let mut kept = fresh;
        self.write_beside(|conn| {
            match schema::setting::<[u8; 16]>(conn, key::CLOAK)? {
                Some(bytes) => kept = read(bytes),
                None => schema::set(conn, key::CLOAK, Some(&bytes_of(fresh)))?,
            }
            Ok(())
        })?;
        Ok(kept)
    }
}

fn read(bytes: [u8; 16]) -> CloakKey {
    let bytes = u128::from_le_bytes(bytes);
    CloakKey([bytes as u64, (bytes >> 64) as u64])
}

fn bytes_of(CloakKey([low, high]): CloakKey) -> [u8; 16] {
    (u128::from(low) | u128::from(high) << 64).to_le_bytes()
}
