//! What operators do, as it is told to both sides.

use std::boxed::Box;

use chinwag_core::{Act, Deed, Fact, Mask, Sanction, Span, Timestamp};

use super::lines::check_private;
use super::*;

fn sanction(who: &str, until: Option<Timestamp>, reason: &str) -> Sanction {
    Sanction {
        mask: Mask::parse(who).expect("a mask"),
        until,
        by: name("lee"),
        why: why(reason),
    }
}

#[track_caller]
fn check_deed(act: Act, to_target: &str, to_actor: &str) {
    let deed = Fact::Deed(Box::new(Deed {
        by: name("lee"),
        actor: Some(READER),
        act,
        target: Some(GOPHER),
    }));
    check_private(deed.clone(), GOPHER, to_target);
    check_private(deed.clone(), READER, to_actor);
    if !matches!(&deed, Fact::Deed(deed) if matches!(deed.act, Act::Announce(_))) {
        check_private(deed, PersonId(9), "");
    }
}

#[test]
fn deeds_are_told_to_both() {
    let ten = Some(NOW + Span::minutes(10));
    check_deed(
        Act::Mute(sanction("bob", ten, "spam")),
        "! You are muted by lee for 10 minutes: spam.\n",
        "! bob is muted for 10 minutes: spam.\n",
    );
    check_deed(
        Act::Mute(sanction("bob", None, "")),
        "! You are muted by lee.\n",
        "! bob is muted.\n",
    );
    check_deed(
        Act::Unmute(Mask::of_name(name("bob"))),
        "! You may speak again: lee unmuted you.\n",
        "! bob may speak again.\n",
    );
    let bob = || name("bob");
    check_deed(
        Act::Op {
            name: bob(),
            lasting: true,
        },
        "! You were made an operator by lee: /help op.\n",
        "! bob is an operator now.\n",
    );
    check_deed(
        Act::Op {
            name: bob(),
            lasting: false,
        },
        "! You were made an operator by lee: /help op.\n",
        "! bob is an operator now, until they leave: the name is not registered.\n",
    );
    check_deed(
        Act::Deop { name: bob() },
        "! Your operator rights were taken back by lee.\n",
        "! bob is no operator any more.\n",
    );
    let announced = "! lee announces: restart at noon\n";
    check_deed(Act::Announce(text("restart at noon")), announced, announced);
}

#[test]
fn deeds_without_a_target_are_confirmed() {
    let bob = || name("bob");
    let done = |act, expected| check_deed(act, "", expected);
    done(
        Act::Kick {
            name: bob(),
            why: why("spam"),
        },
        "! bob was kicked: spam.\n",
    );
    done(
        Act::Kick {
            name: bob(),
            why: None,
        },
        "! bob was kicked.\n",
    );
    // 2026-11-22 10:00 UTC
    let until = Some(Timestamp(1_795_341_600_000));
    done(
        Act::Ban(sanction("192.0.2.0/24", until, "spam")),
        "! 192.0.2.0/24 is banned until 2026-11-22 10:00 UTC: spam.\n",
    );
    let both = Sanction {
        mask: Mask::of_person(bob(), [192, 0, 2, 7].into()),
        ..sanction("bob", None, "")
    };
    done(Act::Ban(both), "! bob (192.0.2.7) is banned.\n");
    done(
        Act::Unban(Mask::of_name(bob())),
        "! bob is not banned any more.\n",
    );
    done(
        Act::Motd(Some(text("x"))),
        "! The message of the day is set.\n",
    );
    done(Act::Motd(None), "! The message of the day is cleared.\n");
    done(
        Act::Lock(true),
        "! Locked: only registered names may arrive and speak. /lock off ends it.\n",
    );
    done(
        Act::Lock(false),
        "! Unlocked: everybody may arrive and speak.\n",
    );
}
