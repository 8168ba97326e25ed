//! The facts that `/quiet` hides.

use chinwag_core::Fact;

/// True if a fact only says who comes and goes.
pub(super) fn is_presence(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Joined { .. }
            | Fact::Left { .. }
            | Fact::PresenceSummary { .. }
            | Fact::Quit(_)
            | Fact::Renamed(_)
            | Fact::Returned(_)
    )
}
