//! What a line of the server says, as far as the client has to know it.
//!
//! The first character carries the meaning (`[` somebody spoke, `*` something happened, `!` the
//! server speaks to this session alone, `---` a separator), and nobody's name starts with one of
//! these, so no message can pass for a line of the server. It must not know what follows from a line:
//! the session does. It reads defensively, by signs and fields rather than by whole sentences,
//! because servers of other versions word them differently; a line it does not know is [`Heard::Other`]
//! and is merely shown.

/// The end of the prompt at which a server asks for its own password.
pub(crate) const SERVER_PASSWORD: &[u8] = b"Server password: ";

/// The prompt at which a server asks for a name.
pub(crate) const NAME_PROMPT: &str = "Enter your username: ";

/// The beginning of the prompt at which the client asks for the password of a name.
pub(crate) const PASSWORD_FOR: &str = "Password for ";

/// One line of the server, without colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard<'a> {
    /// `Welcome to HOST: ...`, above the first prompt.
    Greeting,
    /// `Welcome, megumin. You are in ...`
    Arrived {
        name: &'a str,
        room: Option<&'a str>,
    },
    /// `Welcome back, megumin. ...`
    Returned { name: &'a str },
    /// `If your link drops, reconnect and type /resume K7Q2-9MXP ...`
    Code(&'a str),
    /// `You are in #dev with ann.`
    Place { room: &'a str },
    /// `! You talk in #lobby now.`, behind the word that one was put out of another room.
    TalksIn { room: &'a str },
    /// `! You were ejected from #dev by lee.`: the session is not in a room any more; the words.
    PutOut(&'a str),
    /// `* lee renamed #dev: it is #ops from now on`
    RoomRenamed { from: &'a str, to: &'a str },
    /// `! Sent to #dev.`: the answer to `/msg #dev TEXT`.
    SentTo { room: &'a str },
    /// Somebody spoke.
    Said(Said<'a>),
    /// `  | and this`: a further line of the message before.
    More { is_private: bool },
    /// `* ann is now annie`
    Renamed { from: &'a str, to: &'a str },
    /// Something else that happened: `* ann joined #lobby (5 here)`.
    Happened(&'a str),
    /// `! Slow down: NOT sent. Try again in 2 s.`
    SlowDown { seconds: u64 },
    /// `! 39 lines NOT sent: too fast.`
    Counted,
    /// `! NOT sent: #news is read-only.`
    Refused(&'a str),
    /// The server ends the session for good: kicked, banned, signed in elsewhere.
    Removed,
    /// Any other word to this session alone.
    Alone(&'a str),
    /// `--- now ---`
    Now,
    /// Any other separator; its words.
    Separator(&'a str),
    /// Anything else.
    Other,
}

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said<'a> {
    /// Who spoke; `you` stands for oneself in a private line.
    pub(crate) by: &'a str,
    pub(crate) text: &'a str,
    pub(crate) manner: Manner,
}

/// How it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Speech,
    Action,
    Private,
}

/// Whether these are the first words of a server that lets people in here.
pub(crate) fn is_greeting(words: &str) -> bool {
    let first = words.lines().next().unwrap_or_default();
    let asks_password = words.as_bytes().ends_with(SERVER_PASSWORD);
    Heard::read(first) == Heard::Greeting || asks_password || words.ends_with(NAME_PROMPT)
}

impl<'a> Heard<'a> {
    pub(crate) fn read(line: &'a str) -> Self {
        if let Some(words) = line.strip_prefix("! ") {
            alone(words)
        } else if let Some(words) = line.strip_prefix("* ") {
            happened(words)
        } else if let Some(words) = line.strip_prefix("--- ") {
            match words.strip_suffix(" ---").unwrap_or(words) {
                "now" => Self::Now,
                words => Self::Separator(words),
            }
        } else if line.starts_with('[') {
            said(line).map_or(Self::Other, Self::Said)
        } else if line == "  |" || line.starts_with("  | ") {
            Self::More { is_private: false }
        } else {
            bare(line)
        }
    }
}

impl Heard<'_> {
    /// Whether it is a line of a message to a room.
    pub(crate) fn is_in_room(&self) -> bool {
        match self {
            Self::Said(said) => said.manner != Manner::Private,
            Self::More { is_private } => !is_private,
            _ => false,
        }
    }

    /// Whether it is a line of a message to one person.
    pub(crate) fn is_private(&self) -> bool {
        matches!(self, Self::Said(_) | Self::More { .. }) && !self.is_in_room()
    }

    /// The room that a welcome names.
    pub(crate) fn room_of(welcome: &str) -> Option<&str> {
        match Heard::read(welcome) {
            Heard::Arrived { room, .. } => room,
            _ => None,
        }
    }

    /// Whether messages from here on are old ones (`--- last 3 of 412 messages ---`) or new ones
    /// (`--- now ---`). `None` for everything that does not tell.
    pub(crate) fn leads_to_past(&self) -> Option<bool> {
        match self {
            Self::Now => Some(false),
            // What ends a history that does not go on until now.
            Self::Separator(words) if words.starts_with("end") => Some(false),
            Self::Separator(words) if is_rest(words) => Some(false),
            Self::Separator(words) if words.split(' ').any(counts_past) => Some(true),
            _ => None,
        }
    }
}

/// What the head of a past counts: messages, or lines of every kind.
fn counts_past(word: &str) -> bool {
    let word = word.trim_end_matches(';');
    matches!(word, "message" | "messages" | "line" | "lines")
}

/// `500 more messages until now`. Behind the number, since a search quotes what was looked for.
fn is_rest(words: &str) -> bool {
    let number = words.split_once(' ').map(|(_, rest)| rest);
    [Some(words), number]
        .into_iter()
        .flatten()
        .filter_map(|rest| rest.strip_prefix("more "))
        .any(|rest| rest.split(' ').next().is_some_and(counts_past))
}

/// Lines without a sign: they come before anybody's, and only the server's own words begin them.
fn bare(line: &str) -> Heard<'_> {
    if line.starts_with("Welcome to ") {
        Heard::Greeting
    } else if let Some(rest) = line.strip_prefix("Welcome back, ") {
        Heard::Returned {
            name: first_name(rest),
        }
    } else if let Some(rest) = line.strip_prefix("Welcome, ") {
        Heard::Arrived {
            name: first_name(rest),
            room: room_in(rest),
        }
    } else if line.starts_with("You are in ") {
        room_in(line).map_or(Heard::Other, |room| Heard::Place { room })
    } else if is_removal(line) {
        Heard::Removed
    } else if let Some((_, rest)) = line.split_once(" /resume ") {
        match word(rest) {
            code if code.contains('-') => Heard::Code(code),
            _ => Heard::Other,
        }
    } else {
        Heard::Other
    }
}

fn alone(words: &str) -> Heard<'_> {
    let refused = ["NOT sent: ", "NOT sent. "]
        .iter()
        .find_map(|sign| words.strip_prefix(sign));
    if let Some(reason) = refused {
        Heard::Refused(reason)
    } else if let Some((_, wait)) = words.split_once("NOT sent. Try again in ") {
        Heard::SlowDown {
            seconds: word(wait).parse().unwrap_or(1),
        }
    } else if words.ends_with(" is not here: NOT sent.") {
        Heard::Refused(words.trim_end_matches(": NOT sent."))
    } else if words.contains("NOT sent") {
        Heard::Counted
    } else if is_removal(words) {
        Heard::Removed
    } else {
        about_place(words).unwrap_or(Heard::Alone(words))
    }
}

/// The server's words about the room that the session is in.
fn about_place(words: &str) -> Option<Heard<'_>> {
    if let Some(rest) = words.strip_prefix("You talk in #") {
        let room = rest.strip_suffix(" now.")?;
        return Some(Heard::TalksIn { room });
    }
    if let Some(rest) = words.strip_prefix("Sent to #") {
        let room = rest.strip_suffix('.')?;
        return Some(Heard::SentTo { room });
    }
    let is_put_out = words.starts_with("You were ejected from #")
        || words.starts_with("You are no longer in #")
        || (words.starts_with('#') && words.contains(" was removed by "));
    is_put_out.then_some(Heard::PutOut(words))
}

fn is_removal(words: &str) -> bool {
    words.starts_with("You were kicked")
        || words.starts_with("You are banned")
        || words.starts_with("You were banned")
        || words.starts_with("You signed in elsewhere")
        || words.starts_with("Your session was taken")
}

fn happened(words: &str) -> Heard<'_> {
    match words.split_once(" is now ") {
        Some((from, to)) if !from.contains(' ') && !to.contains(' ') => Heard::Renamed { from, to },
        _ => room_renamed(words).unwrap_or(Heard::Happened(words)),
    }
}

fn room_renamed(words: &str) -> Option<Heard<'_>> {
    let (_, rest) = words.split_once(" renamed #")?;
    let (from, rest) = rest.split_once(": it is #")?;
    let to = rest.strip_suffix(" from now on")?;
    Some(Heard::RoomRenamed { from, to })
}

/// `[14:03] ...`, or without times `[gopher] hello`: a name starts with a letter, a time does not.
fn said(line: &str) -> Option<Said<'_>> {
    let inside = line.strip_prefix('[')?;
    let (head, rest) = inside.split_once("] ").or_else(|| {
        let action = inside.strip_suffix(']')?;
        Some((action, ""))
    })?;
    if head.starts_with(|c: char| c.is_ascii_digit()) {
        let rest = without_room(rest);
        return match rest.strip_prefix("* ") {
            Some(action) => acted(action),
            None => spoken(rest.split_once(": ")?),
        };
    }
    match without_room(head).strip_prefix("* ") {
        Some(_) => acted(without_room(inside.strip_suffix(']')?).strip_prefix("* ")?),
        None => spoken((without_room(head), rest)),
    }
}

fn spoken<'a>((who, text): (&'a str, &'a str)) -> Option<Said<'a>> {
    let (by, manner) = match who.split_once(" -> ") {
        Some((from, _)) => (from, Manner::Private),
        None => (who, Manner::Speech),
    };
    let is_name = !by.is_empty() && !by.contains(' ');
    is_name.then_some(Said { by, text, manner })
}

fn acted(action: &str) -> Option<Said<'_>> {
    let (by, text) = action.split_once(' ')?;
    let manner = Manner::Action;
    Some(Said { by, text, manner })
}

/// Whether a message says which room it is in, since that is not the one to talk in.
pub(crate) fn names_room(line: &str) -> bool {
    let head = line.strip_prefix('[').unwrap_or_default();
    match head.starts_with(|c: char| c.is_ascii_digit()) {
        true => head
            .split_once("] ")
            .is_some_and(|(_, rest)| rest.starts_with('#')),
        false => head.starts_with('#'),
    }
}

fn without_room(text: &str) -> &str {
    match text.strip_prefix('#') {
        Some(rest) => rest.split_once(' ').map_or(text, |(_, rest)| rest),
        None => text,
    }
}

/// The name before the full stop that ends its sentence; a name can have full stops in it.
fn first_name(rest: &str) -> &str {
    let end = rest.find(". ").unwrap_or(rest.len());
    rest[..end].trim_end_matches('.')
}

fn room_in(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(" in #")?;
    let end = rest.find([',', ' ']).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.'))
}

fn word(text: &str) -> &str {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Heard<'_>) {
        assert_eq!(Heard::read(line), expected, "{line}");
    }

    fn heard<'a>(by: &'a str, text: &'a str, manner: Manner) -> Heard<'a> {
        Heard::Said(Said { by, text, manner })
    }

    #[test]
    fn arriving() {
        check("Welcome to localhost: nobody here yet.", Heard::Greeting);
        let arrived = |name, room| Heard::Arrived { name, room };
        check(
            "Welcome, megumin. You are in #lobby with gopher and lee.",
            arrived("megumin", Some("lobby")),
        );
        check(
            "Welcome, a.b. You are in #lobby, alone.",
            arrived("a.b", Some("lobby")),
        );
        check(
            "Welcome back, bob. 4 messages while you were away:",
            Heard::Returned { name: "bob" },
        );
        check(
            "If your link drops, reconnect and type /resume K7Q2-9MXP within 10 minutes.",
            Heard::Code("K7Q2-9MXP"),
        );
        check("You are in #dev, alone.", Heard::Place { room: "dev" });
        check("You are in #dev.", Heard::Place { room: "dev" });
        check("--- now ---", Heard::Now);
    }

    #[test]
    fn messages_in_every_form() {
        check(
            "[14:03] gopher: a: b",
            heard("gopher", "a: b", Manner::Speech),
        );
        check(
            "[2026-11-21 14:03:00] #dev ann: x",
            heard("ann", "x", Manner::Speech),
        );
        check(
            "[14:03] * gopher waves",
            heard("gopher", "waves", Manner::Action),
        );
        check(
            "[14:04] you -> gopher: psst",
            heard("you", "psst", Manner::Private),
        );
        check("[gopher] hello", heard("gopher", "hello", Manner::Speech));
        check(
            "[#dev gopher] hello",
            heard("gopher", "hello", Manner::Speech),
        );
        check("[* bob acts]", heard("bob", "acts", Manner::Action));
        check("[* bob [x] acts]", heard("bob", "[x] acts", Manner::Action));
        check("[bob -> you] psst", heard("bob", "psst", Manner::Private));
    }

    #[test]
    fn further_lines_of_a_message() {
        for line in ["  |", "  | ann: hi", "  | [14:03] ann: hi"] {
            check(line, Heard::More { is_private: false });
        }
        check("  gopher (operator)", Heard::Other);
    }

    #[test]
    fn refusals_of_two_generations() {
        check(
            "! Slow down: NOT sent. Try again in 2 s.",
            Heard::SlowDown { seconds: 2 },
        );
        check("! 39 lines NOT sent: too fast.", Heard::Counted);
        check("! Slow down: 1 more line NOT sent.", Heard::Counted);
        check(
            "! NOT sent: #news is read-only.",
            Heard::Refused("#news is read-only."),
        );
    }

    #[test]
    fn refusals_that_say_it_in_another_place() {
        check(
            "! NOT sent. You are not in #dev.",
            Heard::Refused("You are not in #dev."),
        );
        check(
            "! ann is not here: NOT sent.",
            Heard::Refused("ann is not here"),
        );
    }

    #[test]
    fn where_the_session_is() {
        check(
            "! You talk in #lobby now.",
            Heard::TalksIn { room: "lobby" },
        );
        for words in [
            "You were ejected from #u by lee.",
            "You are no longer in #u. It has ended, and #u is another room: /join #u",
            "#u was removed by lee.",
        ] {
            check(&format!("! {words}"), Heard::PutOut(words));
        }
        check("! Sent to #u.", Heard::SentTo { room: "u" });
        let (from, to) = ("dev", "ops");
        check(
            "* lee renamed #dev: it is #ops from now on",
            Heard::RoomRenamed { from, to },
        );
    }

    #[test]
    fn the_end_of_a_session() {
        check("! You were kicked by lee: spam.", Heard::Removed);
        check(
            "You are banned until 2026-11-22 10:00 UTC: spam.",
            Heard::Removed,
        );
        check("! You signed in elsewhere.", Heard::Removed);
        check(
            "! Your session was taken up elsewhere. Bye.",
            Heard::Removed,
        );
        check(
            "! The server is stopping.",
            Heard::Alone("The server is stopping."),
        );
    }

    #[test]
    fn the_past_lies_between_two_separators() {
        for (line, expected) in [
            (
                "--- last 3 of 412 messages; /history for more ---",
                Some(true),
            ),
            ("--- the newest 50 messages with \"x\" ---", Some(true)),
            ("--- Sat 21 Nov 2026 ---", None),
            ("--- 1 person in #lobby ---", None),
            (
                "--- 500 more messages until now; /history more ---",
                Some(false),
            ),
            (
                "--- 1 more message until 15:30; /history more ---",
                Some(false),
            ),
            ("--- 50 earlier messages ---", Some(true)),
            ("--- messages around match 3 in #dev ---", Some(true)),
            (
                "--- end; 12 earlier messages: /history more ---",
                Some(false),
            ),
            ("--- end; nothing older was found ---", Some(false)),
            ("--- 3 messages with \"one more message\" ---", Some(true)),
            (
                "--- more messages until now; /history more ---",
                Some(false),
            ),
            ("--- last 3 of 412 lines; /history more ---", Some(true)),
            ("--- 1 line of the last hour ---", Some(true)),
            ("--- 2 people in #lines ---", None),
            ("--- 7 more lines until now; /history more ---", Some(false)),
            ("--- now ---", Some(false)),
        ] {
            assert_eq!(Heard::read(line).leads_to_past(), expected, "{line}");
        }
    }

    #[test]
    fn what_happens_to_others() {
        check(
            "* ann is now annie",
            Heard::Renamed {
                from: "ann",
                to: "annie",
            },
        );
        check(
            "* ann is now in a hurry",
            Heard::Happened("ann is now in a hurry"),
        );
    }
}
