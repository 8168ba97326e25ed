//! The facts that `/quiet` hides.

use chinwag_core::Fact;

/// Whether a fact only says who comes and goes. A new name is more: without it one does not know
/// who speaks, nor that one's own name has changed.
pub(super) fn is_presence(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Joined { .. }
            | Fact::Left { .. }
            | Fact::PresenceSummary { .. }
            | Fact::Quit(_)
            | Fact::Returned(_)
    )
}
