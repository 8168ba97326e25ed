//! What one connection leaves to the next.

use chinwag_core::{Counts, Ignored, Returned, WelcomeBack};

use super::*;

#[test]
fn settings_and_the_room_are_taken_up() {
    let mut old = Peer::in_lobby();
    assert!(old.dialect.poll_saved().is_some(), "the room");
    assert_eq!(old.dialect.poll_saved(), None);
    old.dialect.handle_joined(DEV);
    assert_eq!(
        old.set("/time off"),
        "! Messages are shown without a time.\n"
    );
    let saved = old.dialect.poll_saved().expect("something new");
    assert_eq!(old.dialect.poll_saved(), None);

    let mut new = Peer::person();
    assert_eq!(new.send("/resume K7Q2-9MXP\n"), "{resume K7Q2-9MXP}");
    new.event(Fact::Returned(Box::new(returned())));
    for room in [LOBBY, DEV] {
        new.dialect.handle_joined(room);
    }
    new.call(|dialect, env, _| {
        dialect.handle_saved(&saved, env);
        None
    });
    assert_eq!(new.dialect.poll_saved(), None, "it is what is saved");
    assert!(new.dialect.poll_format());
    assert_eq!(new.dialect.ignores(), [Ignored::of_name(name("troll"))]);
    assert_eq!(
        new.tell(Tell::Resumed {
            missed: 2,
            skipped: 3,
            has_news: true,
            doubt: None,
            back: Some(&WelcomeBack {
                said: 3,
                away: Some(Text::parse("lunch")),
                resume: (
                    "K7Q2-9MXR".parse().expect("a code"),
                    Duration::from_mins(10)
                ),
                motd: None,
                counts: Counts::default(),
                name_before: Some(name("ann1")),
            }),
        }),
        "Welcome back, ann. 5 messages while you were away:\n\
         If your link drops, reconnect and type /resume K7Q2-9MXR within 10 minutes.\n\
         ! Somebody has the name ann1, or one that looks like it: you are ann.\n\
         You are in #dev.\n\
         ! You are away: lunch. /back ends it.\n\
         ! You were behind: 3 lines skipped.\n"
    );
    let missed = [said(LEE, "lee", "one"), said(LEE, "lee", "two")];
    assert_eq!(
        new.tell(Tell::Missed(&missed)),
        "[#lobby lee] one\n[#lobby lee] two\n",
        "in the style and seen from the room that were saved"
    );
    assert_eq!(new.send("hi\n"), "{say in 7: hi}");
}

fn returned() -> Returned {
    Returned {
        login: logged_in(),
        rooms: [LOBBY, DEV].into(),
        left_out: [].into(),
        name_before: None,
        names: [].into(),
        ignores: [Ignored::of_name(name("troll"))].into(),
        seen: Seq(1),
        last_conn: ConnId(0),
        was_lost: true,
        kept: [].into(),
        omitted: 0,
        ends_visit: false,
    }
}

#[test]
fn a_code_that_is_not_valid_leaves_one_at_the_prompt() {
    let mut peer = Peer::person();
    peer.send("/resume K7Q2-9MXP\n");
    assert_eq!(
        peer.reject(&Rejection::CodeNotValid),
        format!("That code is not valid any more.\n{PROMPT}")
    );
    assert_eq!(peer.send("lee\n"), "{log in lee}");
}

#[test]
fn an_arrival_replays_the_newest_messages() {
    let mut peer = Peer::in_lobby();
    peer.send("/join dev\n");
    let messages = arcs(&[said(LEE, "lee", "morning")]);
    let recent = Recent {
        messages: &messages,
        total: Some(9),
    };
    let summary = summary(DEV, "dev");
    assert_eq!(
        peer.tell(Tell::Entered(&summary, recent)),
        "You are in #dev, alone.\n\
         --- last 1 of 9 messages; /history for more, /search to find ---\n\
         [14:03] lee: morning\n--- now ---\n"
    );
}
