//! What operators do in rooms of others. An operator who does not moderate the room acts as an operator, and the
//! audit log records it like all that operators do: an owner who comes back can find out who opened the room, or
//! took a rank.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::chat::{Chat, Person};
use crate::command::StandingChange;
use crate::event::{AuditEntry, Fact, ModAction, RoomAct, RoomDeed};
use crate::ids::RoomId;
use crate::room::{Held, RoomSetting, Standing};
use crate::room_name::RoomName;

impl Chat {
    /// Appends audit entries for the changes of a room that a person made as an operator.
    pub(super) fn follow_with_audit(&self, me: &Person, facts: &mut Vec<Fact>, from: usize) {
        if !me.session.rank.operator {
            return;
        }
        let mut more = Vec::new();
        for fact in &facts[from..] {
            let (id, room, deeds) = match fact {
                Fact::RoomChanged(change) => {
                    let bars = |fact: &Fact| matches!(fact, Fact::RoomChanged(other) if matches!(other.act, RoomAct::Bar(_)));
                    // The entry of the bar says whom it put out.
                    let is_of_bar = matches!(change.act, RoomAct::Eject { .. })
                        && facts[from..].iter().any(bars);
                    let deeds = match is_of_bar {
                        true => Vec::new(),
                        false => deeds_of(&change.act),
                    };
                    (change.room, &change.room_name, deeds)
                }
                Fact::RoomRenamed(renamed) => {
                    let deed = RoomDeed::Rename(renamed.new.clone());
                    (renamed.room, &renamed.old, [deed].into())
                }
                _ => continue,
            };
            if self.acts_as_operator(me, id) {
                let deeds = deeds.into_iter();
                more.extend(deeds.map(|deed| entry(me, room.clone(), deed)));
            }
        }
        facts.append(&mut more);
    }

    /// Whether a person who may moderate a room may do so only as an operator.
    fn acts_as_operator(&self, me: &Person, id: RoomId) -> bool {
        self.standing(me, id) < Some(Standing::Moderator)
    }
}

/// An entry that is shown to nobody, since the act itself is.
fn entry(me: &Person, room: RoomName, deed: RoomDeed) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by: me.name.clone(),
        actor: None,
        act: ModAction::InRoom { room, deed },
        target: None,
        aside: None,
    }))
}

fn deeds_of(act: &RoomAct) -> Vec<RoomDeed> {
    let deed = match act {
        RoomAct::Set(settings) => {
            let logged = settings.iter().map(RoomSetting::logged);
            return logged.map(RoomDeed::Set).collect();
        }
        RoomAct::Stand {
            name,
            before,
            standing,
            ..
        } => RoomDeed::Stand {
            name: name.clone(),
            change: change_between(*before, *standing),
        },
        RoomAct::Eject { name, why, .. } => RoomDeed::Eject {
            name: name.clone(),
            why: why.clone(),
        },
        RoomAct::Bar(bar) => RoomDeed::Bar(bar.clone()),
        RoomAct::Unbar(mask) => RoomDeed::Unbar(mask.clone()),
        RoomAct::Mute(mute) => RoomDeed::Mute(mute.clone()),
        RoomAct::Unmute(mask) => RoomDeed::Unmute(mask.clone()),
        RoomAct::Mask { mask, on } => RoomDeed::Mask {
            kind: mask.kind,
            matched: mask.matched.clone(),
            on: *on,
        },
        RoomAct::Own { .. }
        | RoomAct::Passing
        | RoomAct::StillInside { .. }
        | RoomAct::Removed { .. }
        | RoomAct::Listed { .. } => return Vec::new(),
    };
    [deed].into()
}

/// What was given or taken if a person's standing differs.
fn change_between(before: Option<Held>, after: Option<Held>) -> StandingChange {
    let governs = |held: Option<Held>| held.is_some_and(Held::governs);
    let has_voice = |held: Option<Held>| held.is_some_and(Held::has_voice);
    let (standing, is_given) = if governs(before) != governs(after) {
        (Standing::Moderator, governs(after))
    } else if has_voice(before) != has_voice(after) {
        (Standing::Voice, has_voice(after))
    } else {
        (Standing::Invited, after.is_some())
    };
    match is_given {
        true => StandingChange::Give(standing),
        false => StandingChange::Take(standing),
    }
}
