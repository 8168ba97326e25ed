//! What `/quiet` leaves out.

use chinwag_core::Fact;

/// Whether a fact only says who comes and goes.
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
