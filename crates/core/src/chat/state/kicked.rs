//! Sessions that an operator has ended, so that who comes back with the code is told. Nobody else
//! has the code, and a guess at it tells no more than the session itself would.

use alloc::collections::VecDeque;
use alloc::sync::Arc;

use super::Person;
use crate::limits::KICKED_SESSIONS_MAX;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::text::Text;
use crate::time::Timestamp;

#[derive(Clone, Debug, PartialEq)]
struct Kicked {
    /// The code of the session, and the one before, which its person may know instead.
    codes: [Option<ResumeCode>; 2],
    until: Timestamp,
    by: Name,
    why: Option<Arc<Text>>,
}

/// See the [module](self). The oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct KickedSessions(VecDeque<Kicked>);

impl KickedSessions {
    /// Remembers a session for as long as it could have been resumed.
    pub(in crate::chat) fn note(
        &mut self,
        person: &Person,
        until: Timestamp,
        by: &Name,
        why: Option<&Arc<Text>>,
    ) {
        if self.0.len() >= KICKED_SESSIONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Kicked {
            codes: [Some(person.session.code), person.spent_code()],
            until,
            by: by.clone(),
            why: why.cloned(),
        });
    }

    /// Why nothing can be resumed with a code.
    pub(in crate::chat) fn refusal(&self, code: ResumeCode, now: Timestamp) -> Rejection {
        let mut all = self.0.iter().rev();
        let found = all.find(|kicked| kicked.codes.contains(&Some(code)) && now < kicked.until);
        found.map_or(Rejection::CodeNotValid, |kicked| Rejection::SessionKicked {
            by: kicked.by.clone(),
            why: kicked.why.clone(),
        })
    }
}
