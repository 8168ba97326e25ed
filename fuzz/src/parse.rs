//! Lines of somebody who is here, and of somebody who has no name yet.

use chinwag_core::limits::{LINE_BYTES_MAX, MOTD_BYTES_MAX, NOTE_BYTES_MAX, PASSWORD_BYTES_MAX};
use chinwag_core::{Command, Name, Text, TimeStyle, Timestamp};
use chinwag_wire::plain::{
    Entry, Password, Renderer, Request, Style, TimeZone, parse, parse_entry,
};

use crate::engine;
use crate::screen;

const NOW: Timestamp = Timestamp(1_795_269_785_000);

fn renderer() -> Renderer {
    let style = Style {
        time: TimeStyle::Short,
        zone: TimeZone::UTC,
        crlf: false,
        color: false,
    };
    Renderer::new(style, NOW)
}

/// The texts that others are shown, each with the most bytes that it may have been typed with.
fn texts(request: &Request) -> Vec<(&Text, usize)> {
    let line = LINE_BYTES_MAX;
    match request {
        Request::Command(command) => match command {
            Command::Say(text) | Command::Act(text) | Command::Reply(text) => vec![(text, line)],
            Command::PrivateMessage { text, .. } | Command::Announce(text) => vec![(text, line)],
            Command::SetMotd(Some(text)) => vec![(text, MOTD_BYTES_MAX)],
            Command::SetTopic(Some(text)) | Command::Away(Some(text)) => {
                vec![(text, NOTE_BYTES_MAX)]
            }
            Command::Kick { why, .. } | Command::Mute { why, .. } | Command::Ban { why, .. } => {
                why.iter().map(|text| (text, NOTE_BYTES_MAX)).collect()
            }
            _ => Vec::new(),
        },
        Request::Quit(why) => why.iter().map(|text| (text, NOTE_BYTES_MAX)).collect(),
        _ => Vec::new(),
    }
}

/// A password is short, of one line, and in no log.
fn check_password(password: Option<&Password>, shown: &str) {
    let Some(password) = password.map(Password::reveal) else {
        return;
    };
    assert!((1..=PASSWORD_BYTES_MAX).contains(&password.len()));
    assert!(!password.contains(char::is_control));
    assert!(shown.contains("Password(..)"));
}

#[test]
fn lines() {
    engine::run("parse", |bytes| {
        let line = String::from_utf8_lossy(bytes);
        match parse(&line) {
            Ok(request) => {
                for (text, bytes_max) in texts(&request) {
                    assert!(!text.contains(screen::is_active), "{text:?}");
                    // What cannot be shown as it is is up to four times as long.
                    assert!(text.len() <= 4 * bytes_max, "{text:?}");
                }
                let shown = format!("{request:?} {:?}", request.asked());
                let password = match &request {
                    Request::Claim(password) => Some(password),
                    Request::Rename { password, .. } => password.as_ref(),
                    _ => None,
                };
                check_password(password, &shown);
                if !line.starts_with('/') {
                    let said = Text::parse(&line).map(Command::Say);
                    assert_eq!(request, Request::Command(said.expect("not blank")));
                }
            }
            Err(mistake) => {
                let mut out = Vec::new();
                renderer().mistake(&mut out, &mistake);
                let shown = screen::lines(&out, false, false);
                assert!(shown.iter().all(|line| line.starts_with('!')), "{shown:?}");
                assert!(line.starts_with('/') || line.trim().is_empty());
            }
        }
    });
}

#[test]
fn entries() {
    engine::run("entry", |bytes| {
        let line = String::from_utf8_lossy(bytes);
        match parse_entry(&line) {
            Ok(entry) => {
                let shown = format!("{entry:?}");
                if let Entry::Name { name, password } = &entry {
                    check_password(password.as_ref(), &shown);
                    let typed = line.split('#').next().expect("one at least");
                    assert_eq!(Name::parse(typed).as_ref(), Ok(name));
                }
                assert_eq!(matches!(entry, Entry::Guest), line.trim().is_empty());
            }
            Err(mistake) => {
                let mut out = Vec::new();
                renderer().entry_mistake(&mut out, &mistake);
                assert_eq!(screen::lines(&out, false, false).len(), 1);
            }
        }
    });
}
