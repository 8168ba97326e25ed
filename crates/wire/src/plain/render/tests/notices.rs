//! Notices and goodbyes.

use chinwag_core::{Duration, QuitReason};

use super::*;
use crate::plain::Notice;

#[test]
fn notices() {
    let (bytes, bytes_max) = (5120, 4096);
    for (notice, expected) in [
        (
            Notice::TooLong { bytes, bytes_max },
            "! NOT sent: 5120 bytes, the limit is 4096.",
        ),
        (
            Notice::NotUtf8 {
                is_windows_1252: false,
            },
            "! NOT sent: not valid UTF-8.",
        ),
        (
            Notice::NotUtf8 {
                is_windows_1252: true,
            },
            "! NOT sent: not valid UTF-8 (Windows-1252?).",
        ),
        (Notice::Utf16, "! NOT sent: this is UTF-16. Send UTF-8."),
        (
            Notice::Mangled,
            "! NOT sent: telnet mangled that; fixed now, please retype.",
        ),
        (
            Notice::SlowDown(Duration::from_millis(1_001)),
            "! Slow down: NOT sent. Try again in 2 s.",
        ),
        (Notice::NotSent { lines: 1 }, "! 1 line NOT sent: too fast."),
        (
            Notice::NotSent { lines: 9 },
            "! 9 lines NOT sent: too fast.",
        ),
        (
            Notice::Skipped { lines: 312 },
            "! You were behind: 312 lines skipped. /history 312 shows them.",
        ),
        (
            Notice::Skipped { lines: 92_633 },
            "! You were behind: 92633 lines skipped. /history 1000 shows the newest.",
        ),
        (
            Notice::Skipped { lines: 1 },
            "! You were behind: 1 line skipped. /history 1 shows it.",
        ),
        (Notice::Busy, "! The server is busy. Try again in a moment."),
        (
            Notice::NoHistory,
            "! The server cannot read this part of the history.",
        ),
        (Notice::NoName, "No name chosen. Bye."),
        (Notice::Superseded, "! You signed in elsewhere."),
        (Notice::Stopping, "! The server is stopping."),
    ] {
        let shown = shown(|r, out| r.notice(out, notice));
        assert_eq!(shown.strip_suffix('\n'), Some(expected));
    }
}

#[test]
fn a_crowded_address_is_turned_away() {
    use crate::sniff::Protocol;
    let refusal = |protocol| {
        let mut out = Vec::new();
        crate::dialect::too_many_connections(protocol, &mut out);
        out
    };
    let line = "Too many connections from your address. Try again later.";
    assert_eq!(
        refusal(Protocol::Plain),
        alloc::format!("{line}\n").as_bytes()
    );
    assert_eq!(
        refusal(Protocol::Irc),
        alloc::format!("ERROR :{line}\r\n").as_bytes()
    );
    let json: serde_json::Value =
        serde_json::from_slice(&refusal(Protocol::Json)).expect("a line of JSON");
    assert_eq!(json["code"], "too_many_connections");
    assert_eq!(json["text"], line);
    // An alert of TLS.
    assert_eq!(refusal(Protocol::Tls)[0], 0x15);
}

#[test]
fn a_goodbye_says_what_ended() {
    let farewell =
        |why: QuitReason, lines| shown(|r, out| r.farewell(out, &name("al"), &why, lines));
    assert_eq!(
        farewell(QuitReason::Quit(None), 4),
        "Bye, al. 4 lines sent.\n"
    );
    assert_eq!(farewell(QuitReason::Closed, 1), "Bye, al. 1 line sent.\n");
    let by = || name("lee");
    let kicked = QuitReason::Kicked {
        by: by(),
        why: why("spam"),
    };
    assert_eq!(farewell(kicked, 0), "! You were kicked by lee: spam.\n");
    let until = Some(Timestamp(1_795_341_600_000));
    let banned = QuitReason::Banned {
        by: by(),
        until,
        why: why("spam"),
    };
    assert_eq!(
        farewell(banned, 0),
        "You are banned until 2026-11-22 10:00 UTC: spam.\n"
    );
    assert_eq!(
        farewell(QuitReason::Restart, 0),
        "! The server is stopping.\n"
    );
}
