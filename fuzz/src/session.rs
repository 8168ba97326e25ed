//! A conversation from the client's side: whatever bytes come, and wherever the network splits
//! them, the session asks for the same and writes the same, nothing of what it passes on is obeyed
//! by a terminal, and no log is told a password.

use chinwag_core::limits::{LINE_BYTES_MAX, MOTD_BYTES_MAX, NOTE_BYTES_MAX, PASSWORD_BYTES_MAX};
use chinwag_core::{Command, LOBBY, Manner, Name, Rate, Rejection, RoomRef, Text};
use chinwag_wire::dialect::{Ask, Password, Settings, Tell};
use chinwag_wire::sniff::Spoke;

use crate::client::{Client, NOW, Wish, settings};
use crate::engine;
use crate::screen;

/// What a conversation came to.
#[derive(Debug, Default, PartialEq)]
struct Talk {
    wishes: Vec<Wish>,
    /// What the person reads, with LF for every line end: a CR whose LF comes with the next read
    /// may be that of a terminal in raw mode, and is answered like one.
    text: String,
    /// Answers to telnet, which come at the end of a read, wherever the lines stand.
    telnet: Vec<u8>,
}

impl Talk {
    /// Takes what was written apart, as a telnet client does.
    fn write(&mut self, out: &[u8]) {
        let mut rest = out;
        while let Some(at) = rest.iter().position(|&byte| byte == 0xff) {
            let (text, command) = rest.split_at(at);
            self.write_text(text);
            assert!(
                command.len() >= 3,
                "all answers are of three bytes: {command:x?}"
            );
            assert!((0xfb..=0xfe).contains(&command[1]), "{command:x?}");
            self.telnet.extend_from_slice(&command[..3]);
            rest = &command[3..];
        }
        self.write_text(rest);
    }

    fn write_text(&mut self, text: &[u8]) {
        let text = std::str::from_utf8(text).expect("UTF-8");
        self.text += &text.replace("\r\n", "\n");
    }
}

/// Sends the bytes in pieces as long as `next` says. Every wish but for talk is refused, so that the
/// conversation goes on where it is.
fn talk(mut client: Client, bytes: &[u8], mut next: impl FnMut() -> usize) -> Talk {
    let mut talk = Talk::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let piece = &rest[..rest.len().min(next().max(1))];
        let mut unread = piece;
        let (wish, out) = client.read(&mut unread);
        assert!(
            wish.is_some() || unread.is_empty(),
            "without a wish all is taken"
        );
        talk.write(&out);
        rest = &rest[piece.len() - unread.len()..];
        if handle_wish(&mut client, wish, &mut talk) {
            // It shows nothing any more, and may answer telnet.
            let before = talk.text.len();
            talk.write(&client.ignore(rest));
            assert_eq!(talk.text.len(), before);
            return talk;
        }
    }
    let (wish, out) = client.end();
    talk.write(&out);
    handle_wish(&mut client, wish, &mut talk);
    talk
}

/// Answers a wish. Returns whether it was the last.
fn handle_wish(client: &mut Client, wish: Option<Wish>, talk: &mut Talk) -> bool {
    let Some(wish) = wish else {
        return false;
    };
    let is_last = matches!(wish, Wish::Close | Wish::Ask(Ask::Quit(_) | Ask::EndFlood));
    let refusal = Rejection::CannotSave;
    let tell = match wish.ask() {
        Some(ask) if ask.only_talks() => Tell::NotSent(&refusal),
        _ => Tell::Rejected(&refusal),
    };
    talk.wishes.push(wish);
    if is_last {
        return true;
    }
    let (more, out) = client.hear(tell);
    talk.write(&out);
    handle_wish(client, more, talk)
}

/// Holds what must be true of every conversation against one.
fn check(client: impl Fn() -> Client, bytes: &[u8]) -> Talk {
    check_split(client, bytes, |piecemeal, whole| {
        assert_eq!(piecemeal, whole)
    })
}

/// The same, but for how a conversation in pieces compares with one that comes at once.
fn check_split(client: impl Fn() -> Client, bytes: &[u8], compare: impl Fn(&Talk, &Talk)) -> Talk {
    let whole = talk(client(), bytes, || bytes.len());
    compare(&talk(client(), bytes, || 1), &whole);
    let mut lengths = bytes.iter().map(|byte| usize::from(byte % 9)).cycle();
    for _ in 0..2 {
        let next = || lengths.next().unwrap_or_default();
        compare(&talk(client(), bytes, next), &whole);
    }
    screen::check_stream(
        &whole.text,
        bytes
            .windows(6)
            .any(|it| it.eq_ignore_ascii_case(b"/color")),
    );
    whole
        .wishes
        .iter()
        .filter_map(Wish::ask)
        .for_each(check_ask);
    whole
}

/// The texts that others are shown, each with the most bytes that it may have been typed with. A
/// name that is looked for is none: the chat makes it harmless if it says that nobody has it.
fn texts(ask: &Ask) -> Vec<(&str, usize)> {
    let line = LINE_BYTES_MAX;
    match ask {
        Ask::Command(command) => match command {
            Command::Say { text, .. } | Command::Reply(text) | Command::Announce(text) => {
                vec![(text, line)]
            }
            Command::PrivateMessage { text, .. } => vec![(text, line)],
            Command::SetMotd(Some(text)) => vec![(text, MOTD_BYTES_MAX)],
            Command::SetTopic {
                text: Some(text), ..
            }
            | Command::Away(Some(text)) => {
                vec![(text, NOTE_BYTES_MAX)]
            }
            Command::Kick { why, .. } | Command::Mute { why, .. } | Command::Ban { why, .. } => {
                why.iter().map(|text| (&**text, NOTE_BYTES_MAX)).collect()
            }
            _ => Vec::new(),
        },
        Ask::Quit(Some(why)) => vec![(why, NOTE_BYTES_MAX)],
        Ask::Search(search) => search.words.iter().map(|words| (&**words, line)).collect(),
        _ => Vec::new(),
    }
}

fn check_ask(ask: &Ask) {
    for (text, bytes_max) in texts(ask) {
        assert!(!text.contains(screen::is_active), "{text:?}");
        // What cannot be shown as it is is up to four times as long.
        assert!(text.len() <= 4 * bytes_max, "{text:?}");
    }
    let Some((password, same)) = with_another_password(ask) else {
        return;
    };
    assert!((1..=PASSWORD_BYTES_MAX).contains(&password.reveal().len()));
    assert!(!password.reveal().contains(char::is_control));
    assert_eq!(format!("{ask:?}"), format!("{same:?}"), "no log tells it");
}

/// The password in a request, and the same request with another one.
fn with_another_password(ask: &Ask) -> Option<(&Password, Ask)> {
    let another = Password::parse("another").expect("a password");
    Some(match ask {
        Ask::Register(password) => (password, Ask::Register(another)),
        Ask::LogIn {
            name,
            password,
            is_script,
            ..
        } => {
            let (name, another) = (name.clone(), Some(another));
            let same = Ask::LogIn {
                name,
                password: another,
                is_script: *is_script,
                irc: None,
            };
            (password.as_ref()?, same)
        }
        Ask::Rename { name, password } => {
            let (name, another) = (name.clone(), Some(another));
            let same = Ask::Rename {
                name,
                password: another,
            };
            (password.as_ref()?, same)
        }
        _ => return None,
    })
}

/// The text of an input that is one line and nothing of telnet's, without a byte order mark.
fn one_line(bytes: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(bytes).ok()?;
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    (line.len() <= LINE_BYTES_MAX && !line.contains(['\r', '\n'])).then_some(line)
}

#[test]
fn at_the_prompt() {
    engine::run("login", |bytes| {
        for spoke in [Spoke::Greeted, Spoke::First] {
            let client = || Client::at_prompt(spoke, settings(), NOW);
            let talk = check_split(client, bytes, |piecemeal, whole| {
                // A client that has more to say behind a refused name is sent away, one that says it later is not.
                match whole.wishes.split_last() {
                    Some((Wish::Close, before)) if spoke == Spoke::Greeted => {
                        assert!(piecemeal.wishes.starts_with(before));
                    }
                    _ => assert_eq!(piecemeal, whole),
                }
            });
            if let (Some(line), Some(Wish::Ask(Ask::LogIn { name, .. }))) =
                (one_line(bytes), talk.wishes.first())
            {
                let typed = line.split('#').next().expect("one at least").trim();
                assert_eq!(
                    name.clone(),
                    Name::parse(typed).ok(),
                    "the name before the sign"
                );
                assert_eq!(name.is_none(), line.trim().is_empty());
            }
        }
    });
}

#[test]
fn in_a_room() {
    let name = Name::parse("gopher").expect("a name");
    let client = || Client::in_chat(name.clone(), settings(), NOW);
    engine::run("lines", |bytes| {
        let talk = check(client, bytes);
        if let Some(line) = one_line(bytes).filter(|line| !line.starts_with('/')) {
            // A blank line says nothing.
            let text = Text::parse(line).filter(|_| !line.trim().is_empty());
            let said = text.map(|text| {
                let (room, manner) = (RoomRef::Id(LOBBY), Manner::Speech);
                Wish::Ask(Ask::Command(Command::Say {
                    room,
                    text,
                    manner,
                    irc: None,
                }))
            });
            // A line that shows the person's own password is held back.
            let may_show_password = line.contains('#') || line.trim_start().starts_with('/');
            // One of UTF-16 is refused.
            let may_be_utf16 = line.bytes().any(|byte| byte <= 0x08);
            if !(may_show_password || may_be_utf16) || !talk.wishes.is_empty() {
                let said = Vec::from_iter(said);
                assert_eq!(talk.wishes, said, "what is no command is said");
            }
        }
    });
}

#[test]
fn within_limits() {
    let limited = || Settings {
        line_rate: Rate {
            burst: 3,
            per_second: 1.0,
        },
        line_bytes_max: 64,
        login_bytes_max: 200,
        asks_password: false,
        login_tries_max: 2,
        password_letters_min: 6,
        ..settings()
    };
    let name = Name::parse("gopher").expect("a name");
    engine::run("input", |bytes| {
        // Where a read ends may decide which bytes are the ones too many, so nothing is compared.
        for length in [1, 7, bytes.len()] {
            let at_prompt = talk(
                Client::at_prompt(Spoke::Greeted, limited(), NOW),
                bytes,
                || length,
            );
            screen::check_stream(&at_prompt.text, false);
            let asks = at_prompt.wishes.iter().filter_map(Wish::ask).count();
            assert!(asks <= 2, "no more names than may be tried");
            let in_chat = talk(Client::in_chat(name.clone(), limited(), NOW), bytes, || {
                length
            });
            let quits = |wish: &&Wish| matches!(wish, Wish::Ask(Ask::Quit(_)));
            let asks = in_chat.wishes.iter().filter(|wish| !quits(wish)).count();
            let commands = bytes.iter().filter(|byte| **byte == b'/').count();
            let free = commands.min(10);
            assert!(
                asks <= 3 + free,
                "no more lines than the burst and the first commands"
            );
        }
    });
}
