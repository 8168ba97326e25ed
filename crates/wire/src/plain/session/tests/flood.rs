//! Flood control: three lines at once, then one every two seconds (see [`settings`]).

use chinwag_core::{AuditEntry, ModAction, Tenure};

use super::*;

const SLOW_DOWN: &str = "! Slow down: NOT sent. Try again in 2 s.\n";

#[test]
fn a_burst_passes_and_what_follows_is_refused() {
    let mut peer = Peer::in_lobby();
    assert_eq!(
        peer.send("1\n2\n3\n4\n5\n6\n"),
        format!("{{say in 0: 1}}{{say in 0: 2}}{{say in 0: 3}}{SLOW_DOWN}")
    );
    assert_eq!(peer.at(1_999).send("7\n"), "");
    // The next line that passes brings the number of those that did not.
    assert_eq!(
        peer.at(2_000).send("8\n"),
        "! 3 lines NOT sent: too fast.\n{say in 0: 8}"
    );
    assert_eq!(peer.at(2_001).send("9\n"), SLOW_DOWN);
}

#[test]
fn the_first_ten_commands_cost_nothing() {
    let talk = "1\n2\n3\n4\n";
    for (commands, said) in [(10, 3), (11, 2)] {
        let mut peer = Peer::in_lobby();
        let shown = peer.send(format!("{}{talk}", "/typo\n".repeat(commands)));
        assert_eq!(shown.matches("{say in 0: ").count(), said, "{shown}");
        assert_eq!(shown.matches(SLOW_DOWN).count(), 1, "{shown}");
    }
    let mut peer = Peer::in_lobby();
    let shown = peer.send(format!("//slash\n{talk}"));
    assert_eq!(shown.matches("{say in 0: ").count(), 3, "{shown}");
}

#[test]
fn the_number_is_told_by_itself_within_two_seconds() {
    let mut peer = Peer::in_lobby();
    peer.send("1\n2\n3\n");
    assert_eq!(peer.dialect.deadline(), None);
    peer.at(100).send("4\n5\n");
    assert_eq!(peer.dialect.deadline(), Some(Monotonic(1_100)));
    peer.at(900).send("6\n");
    let due = peer.dialect.deadline().expect("something to tell");
    assert!(due > Monotonic(900) && due <= Monotonic(2_900));
    assert_eq!(peer.at(due.0 - 1).timeout(), "");
    assert_eq!(peer.at(due.0).timeout(), "! 2 lines NOT sent: too fast.\n");
    assert_eq!(peer.dialect.deadline(), None);
    assert_eq!(peer.timeout(), "");
}

#[test]
fn one_refused_line_is_not_told_twice() {
    let mut peer = Peer::in_lobby();
    assert!(peer.send("1\n2\n3\n4\n").ends_with(SLOW_DOWN));
    assert_eq!(peer.at(1_000).timeout(), "");
    assert_eq!(peer.dialect.deadline(), None);
    assert_eq!(peer.at(2_000).send("5\n"), "{say in 0: 5}");
}

#[test]
fn a_flood_is_read_no_faster_than_lines_may_come() {
    let mut peer = Peer::in_lobby();
    peer.send("1\n2\n3\n");
    assert_eq!(peer.dialect.paused_until(), None);
    peer.at(100).send("4\n");
    let until = peer.dialect.paused_until().expect("a pause");
    assert!(
        until > Monotonic(2_000) && until < Monotonic(2_200),
        "{until:?}"
    );
    peer.at(until.0).send("5\n");
    assert_eq!(peer.dialect.paused_until(), None);
}

#[test]
fn what_is_no_line_is_read_no_faster_and_nothing_is_told() {
    for noise in ["\n", " \r\n", "x"] {
        let mut peer = Peer::in_lobby();
        let noise = noise.repeat(3 * 4_096 / noise.len() + 1);
        assert_eq!(peer.send(&noise), "", "three lines are free");
        let until = peer.dialect.paused_until().expect("a pause");
        assert!((1_900..2_100).contains(&until.0), "{until:?}");
        assert_eq!(peer.dialect.deadline(), None);
    }
}

#[test]
fn lines_and_what_is_typed_of_them_are_charged_once() {
    let mut peer = Peer::in_lobby();
    for letter in ["1", "2", "3"] {
        let letters = letter.repeat(4_096);
        letters.as_bytes().chunks(7).for_each(|part| {
            peer.send(std::str::from_utf8(part).expect("digits"));
        });
        assert!(peer.send("\n").starts_with("{say in 0"));
    }
}

#[test]
fn operators_may_send_four_times_as_much() {
    let mut peer = Peer::in_lobby();
    let op = Fact::Moderated(Box::new(AuditEntry {
        by: name("lee"),
        actor: Some(LEE),
        act: ModAction::Op {
            name: name("ann"),
            tenure: Tenure::Lasting,
        },
        target: Some(ME),
        aside: None,
    }));
    peer.event(op);
    let lines = "x\n".repeat(13);
    let shown = peer.send(&lines);
    assert_eq!(shown.matches("{say").count(), 12);
    assert!(shown.ends_with("! Slow down: NOT sent. Try again in 1 s.\n"));
    let deop = Fact::Moderated(Box::new(AuditEntry {
        by: name("lee"),
        actor: Some(LEE),
        act: ModAction::Deop { name: name("ann") },
        target: Some(ME),
        aside: None,
    }));
    peer.at(60_000).event(deop);
    assert_eq!(peer.send(&lines).matches("{say").count(), 3);
}

#[test]
fn commands_and_refused_lines_cost_as_much_as_talk() {
    let mut peer = Peer::in_lobby();
    peer.send("/typo\n".repeat(10));
    let shown = peer.send(b"/jion\n\xe3\x83\n/help jion\nx\n");
    assert_eq!(
        shown,
        format!(
            "! No command /jion. Did you mean /join? /help lists all. To say it, start with //.\n\
             ! NOT sent: not valid UTF-8.\n\
             ! No command /jion. Did you mean /join? /help lists all.\n{SLOW_DOWN}"
        )
    );
    // Blank lines are nothing, and cost nothing.
    let mut peer = Peer::in_lobby();
    assert_eq!(peer.send("\n \n\t\n\r\n\n1\n"), "{say in 0: 1}");
}

#[test]
fn leaving_is_never_refused() {
    let mut peer = Peer::in_lobby();
    peer.send("1\n2\n3\n4\n5\n6\n");
    assert_eq!(
        peer.send("/quit lunch\n"),
        "! 2 lines NOT sent: too fast.\n{quit: lunch}"
    );
    let mut peer = Peer::in_lobby();
    assert!(peer.send("1\n2\n3\n4\n/quit\n").ends_with("{quit}"));
}

#[test]
fn a_bucket_goes_with_the_person_to_another_connection() {
    let mut before = Peer::in_lobby();
    before.send("1\n2\n3\n");
    let mut after = Peer::in_lobby();
    after.dialect.handle_bucket(before.dialect.bucket());
    assert_eq!(after.send("4\n"), SLOW_DOWN);
}

#[test]
fn what_is_no_line_costs_nothing_before_the_login() {
    let settings = Settings {
        login_bytes_max: 1 << 20,
        ..settings()
    };
    let mut peer = Peer::new(Spoke::Greeted, settings);
    let windows = b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0".repeat(4_000);
    peer.send(&windows);
    assert_eq!(peer.dialect.paused_until(), None);
    peer.send("ann\n");
    peer.enter();
    peer.send(&windows[..9]);
    assert_eq!(peer.dialect.paused_until(), None);
    peer.send(&windows);
    assert!(peer.dialect.paused_until().is_some());
}
