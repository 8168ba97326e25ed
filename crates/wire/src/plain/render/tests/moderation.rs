//! What operators do, as it is told to both sides.

use std::boxed::Box;

use chinwag_core::{
    Aside, AuditEntry, Duration, Fact, FirstOperator, Mask, ModAction, Reach, Restriction, Spared,
    Tenure, Timestamp,
};

use super::lines::check_private;
use super::*;

fn restriction(who: &str, until: Option<Timestamp>, reason: &str) -> Restriction {
    Restriction {
        at: Timestamp(0),
        mask: Mask::parse(who).expect("a mask"),
        until,
        by: name("lee"),
        why: why(reason),
    }
}

#[track_caller]
fn check_deed(act: ModAction, to_target: &str, to_actor: &str) {
    let audit_entry = Fact::Moderated(Box::new(AuditEntry {
        by: name("lee"),
        actor: Some(READER),
        act,
        target: Some(GOPHER),
        aside: None,
    }));
    check_private(audit_entry.clone(), GOPHER, to_target);
    check_private(audit_entry.clone(), READER, to_actor);
    if !matches!(&audit_entry, Fact::Moderated(audit_entry) if matches!(audit_entry.act, ModAction::Announce(_)))
    {
        check_private(audit_entry, PersonId(9), "");
    }
}

#[test]
fn deeds_are_told_to_both() {
    let ten = Some(NOW + Duration::from_mins(10));
    check_deed(
        ModAction::Mute(restriction("bob", ten, "spam")),
        "! You are muted by lee for 10 minutes: spam.\n",
        "! bob is muted for 10 minutes: spam.\n",
    );
    check_deed(
        ModAction::Mute(restriction("bob", None, "")),
        "! You are muted by lee.\n",
        "! bob is muted.\n",
    );
    check_deed(
        ModAction::Unmute(Mask::of_name(name("bob"))),
        "! You may speak again: lee unmuted you.\n",
        "! bob may speak again.\n",
    );
    let bob = || name("bob");
    check_deed(
        ModAction::Op {
            name: bob(),
            tenure: Tenure::Lasting,
        },
        "! lee made you an operator: /help op.\n",
        "! bob is an operator now.\n",
    );
    check_deed(
        ModAction::Op {
            name: bob(),
            tenure: Tenure::Visit,
        },
        "! lee made you an operator: /help op.\n",
        "! bob is an operator now, until they leave: the name is not registered.\n",
    );
    check_deed(
        ModAction::Rename {
            name: bob(),
            new: name("rob"),
        },
        "! You were renamed by lee: you are rob now.\n",
        "! bob was renamed to rob.\n",
    );
    check_deed(
        ModAction::Deop { name: bob() },
        "! lee removed your operator rights.\n",
        "! bob is no longer an operator.\n",
    );
    let announced = "! lee announces: restart at noon\n";
    check_deed(
        ModAction::Announce(text("restart at noon")),
        announced,
        announced,
    );
}

#[test]
fn deeds_without_a_target_are_confirmed() {
    let bob = || name("bob");
    let done = |act, expected| check_deed(act, "", expected);
    done(
        ModAction::Kick {
            name: bob(),
            why: why("spam"),
        },
        "! bob was kicked: spam.\n",
    );
    done(
        ModAction::Kick {
            name: bob(),
            why: None,
        },
        "! bob was kicked.\n",
    );
    // 2026-11-22 10:00 UTC
    let until = Some(Timestamp(1_795_341_600_000));
    done(
        ModAction::Ban(restriction("192.0.2.0/24", until, "spam")),
        "! 192.0.2.0/24 is banned until 2026-11-22 10:00 UTC: spam.\n",
    );
    let both = Restriction {
        at: Timestamp(0),
        mask: Mask::of_name(name("bob")).with_block("192.0.2.7/32".parse().unwrap(), Reach::Either),
        ..restriction("bob", None, "")
    };
    done(ModAction::Ban(both), "! bob (192.0.2.7) is banned.\n");
    done(
        ModAction::Unban(Mask::of_name(bob())),
        "! bob is no longer banned.\n",
    );
    done(
        ModAction::Motd(Some(text("x"))),
        "! The message of the day is set.\n",
    );
    done(
        ModAction::Motd(None),
        "! The message of the day is cleared.\n",
    );
    done(
        ModAction::Lock(true),
        "! Locked: only registered names may arrive and speak. /lock off ends it.\n",
    );
    done(
        ModAction::Lock(false),
        "! Unlocked: everybody may arrive and speak.\n",
    );
}

#[test]
fn an_operator_is_told_of_an_address_that_is_spared() {
    let check = |act: fn(Restriction) -> ModAction, others, own, expected: &str| {
        let audit_entry = Fact::Moderated(Box::new(AuditEntry {
            by: name("lee"),
            actor: Some(READER),
            act: act(restriction("bob", None, "spam")),
            target: None,
            aside: Some(Aside::Spared(
                [Spared {
                    net: "192.0.2.7/32".parse().unwrap(),
                    others,
                    own,
                }]
                .into(),
            )),
        }));
        check_private(audit_entry, READER, expected);
    };
    check(
        ModAction::Ban,
        31,
        false,
        "! bob is banned: spam. 31 others come from 192.0.2.7: /ban 192.0.2.7 bans them too.\n",
    );
    check(
        ModAction::Ban,
        1,
        false,
        "! bob is banned: spam. 1 other comes from 192.0.2.7: /ban 192.0.2.7 bans them too.\n",
    );
    check(
        ModAction::Ban,
        31,
        true,
        "! bob is banned: spam. You come from 192.0.2.7 too, so only the name is banned: /lock keeps new names out.\n",
    );
    check(
        ModAction::Ban,
        0,
        false,
        "! bob is banned: spam. Others may come from 192.0.2.7, so only the name is banned: /ban 192.0.2.7 keeps all of them out.\n",
    );
    check(
        ModAction::Mute,
        2,
        false,
        "! bob is muted: spam. 2 others come from 192.0.2.7, so only the name is muted: /ban 192.0.2.7 keeps all of them out.\n",
    );
}

/// A person on several connections comes from several addresses.
#[test]
fn an_operator_is_told_of_each_address_that_is_spared() {
    let check = |whom: Mask, expected: &str| {
        let spared = |net: &str, own| Spared {
            net: net.parse().unwrap(),
            others: 2,
            own,
        };
        let audit_entry = Fact::Moderated(Box::new(AuditEntry {
            by: name("lee"),
            actor: Some(READER),
            act: ModAction::Ban(Restriction {
                mask: whom,
                ..restriction("bob", None, "spam")
            }),
            target: None,
            aside: Some(Aside::Spared(
                [spared("192.0.2.7/32", false), spared("2001:db8::/64", true)].into(),
            )),
        }));
        check_private(audit_entry, READER, expected);
    };
    let bob = Mask::of_name(name("bob"));
    check(
        bob.clone(),
        "! bob is banned: spam. 2 others come from 192.0.2.7: /ban 192.0.2.7 bans them too. You come from 2001:db8::/64 \
         too, so only the name is banned: /lock keeps new names out.\n",
    );
    check(
        bob.with_block("192.0.2.8/32".parse().unwrap(), Reach::Either),
        "! bob (192.0.2.8) is banned: spam. 2 others come from 192.0.2.7: /ban 192.0.2.7 bans them too. You come from \
         2001:db8::/64 too, so that address is not banned: /lock keeps new names out.\n",
    );
}

/// Banned, loopback would keep out everybody on the machine.
#[test]
fn nobody_is_advised_to_ban_the_machine_itself() {
    let check = |act: fn(Restriction) -> ModAction, others, expected: &str| {
        let audit_entry = AuditEntry {
            by: name("lee"),
            actor: None,
            act: act(restriction("bob", None, "spam")),
            target: None,
            aside: Some(Aside::Spared(
                [Spared {
                    net: "127.0.0.1/32".parse().unwrap(),
                    others,
                    own: false,
                }]
                .into(),
            )),
        };
        let event = event(NOW, Fact::Moderated(Box::new(audit_entry)));
        let said = shown(|r, out| r.shell_event(out, &event));
        assert_eq!(said, expected);
    };
    check(
        ModAction::Ban,
        1,
        "! bob is banned: spam. 1 other comes from 127.0.0.1, so only the name is banned.\n",
    );
    check(
        ModAction::Mute,
        0,
        "! bob is muted: spam. Others may come from 127.0.0.1, so only the name is muted.\n",
    );
}

#[test]
fn who_is_kicked_behind_a_lost_link_is_told_from_who_was_here() {
    let check = |aside, expected: &str| {
        let audit_entry = Fact::Moderated(Box::new(AuditEntry {
            by: name("lee"),
            actor: Some(READER),
            act: ModAction::Kick {
                name: name("bob"),
                why: Some(Arc::new(text("spam"))),
            },
            target: None,
            aside,
        }));
        check_private(audit_entry, READER, expected);
    };
    check(None, "! bob was kicked: spam.\n");
    check(
        Some(Aside::LinkLost),
        "! bob's link was lost already; the session is ended: spam.\n",
    );
}

#[test]
fn a_ban_of_nobody_says_so() {
    let check = |meant: Option<&str>, expected: &str| {
        let audit_entry = Fact::Moderated(Box::new(AuditEntry {
            by: name("lee"),
            actor: Some(READER),
            act: ModAction::Ban(restriction("bbo", None, "spam")),
            target: None,
            aside: Some(Aside::Nobody {
                meant: meant.map(name),
            }),
        }));
        let said = "! bbo is banned: spam. Nobody is here under that name, and no account has it.";
        check_private(audit_entry, READER, &std::format!("{said}{expected}\n"));
    };
    check(None, "");
    check(Some("bob"), " Did you mean bob?");
}

#[test]
fn the_last_operator_is_told_who_is_the_next() {
    let check = |next, expected: &str| {
        let audit_entry = Fact::Moderated(Box::new(AuditEntry {
            by: name("lee"),
            actor: Some(READER),
            act: ModAction::Deop { name: name("lee") },
            target: Some(READER),
            aside: Some(Aside::NoneLeft { next }),
        }));
        let said = "! You are no longer an operator, and nobody is:";
        check_private(audit_entry, READER, &std::format!("{said} {expected}.\n"));
    };
    check(
        FirstOperator::Local,
        "the next person to arrive from the server's machine becomes one",
    );
    check(
        FirstOperator::Anyone,
        "the next person to arrive becomes one",
    );
    check(
        FirstOperator::Nobody,
        "chinwag account operator NAME on the server's machine makes one",
    );
}

#[test]
fn at_a_shell_the_command_of_the_shell_bans_the_address() {
    let audit_entry = AuditEntry {
        by: name("lee"),
        actor: None,
        act: ModAction::Ban(restriction("bob", None, "spam")),
        target: None,
        aside: Some(Aside::Spared(
            [Spared {
                net: "192.0.2.7/32".parse().unwrap(),
                others: 2,
                own: false,
            }]
            .into(),
        )),
    };
    let event = event(NOW, Fact::Moderated(Box::new(audit_entry)));
    assert_eq!(
        shown(|r, out| r.shell_event(out, &event)),
        "! bob is banned: spam. 2 others come from 192.0.2.7: chinwag ban 192.0.2.7 bans them too.\n"
    );
}
