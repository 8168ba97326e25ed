//! What the members of a run speak: what they send to come in, to say a message and to leave, and
//! what the server's lines look like.
//!
//! It must not know what a message is: that is written and read between what stands here.

use memchr::memmem;

use crate::names::Names;
use crate::plan::Plan;

/// A dialect of the server's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// That of people at nc.
    #[default]
    Plain,
    /// Line JSON.
    Json,
    /// IRC.
    Irc,
}

/// See the [module](self).
#[derive(Debug, Clone, Default)]
pub(crate) struct Speech {
    dialect: Dialect,
    /// What stands before a message, for each room.
    openings: Vec<String>,
    /// The sets of capabilities that the members negotiate in turn.
    caps: Vec<String>,
}

/// What a line says that is no message of the run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Nothing that concerns it.
    Nothing,
    /// The reader was too slow for so many lines.
    Behind(u64),
    /// So many lines of the reader's were refused.
    Refused(u64),
}

impl Speech {
    pub(crate) fn new(plan: &Plan, names: &Names) -> Self {
        let name = |room| match plan.in_lobby() {
            true => "#lobby".to_owned(),
            false => names.room(room),
        };
        let opening = |room| match plan.client.dialect {
            Dialect::Plain => String::new(),
            Dialect::Json => format!("{{\"say\":{{\"room\":\"{}\",\"text\":\"", name(room)),
            Dialect::Irc => format!("PRIVMSG {} :", name(room)),
        };
        Self {
            dialect: plan.client.dialect,
            openings: (0..plan.crowd.rooms).map(opening).collect(),
            caps: plan.client.caps.clone(),
        }
    }

    /// How many ways there are in which members see a room. They take turns in the order of their
    /// numbers.
    pub(crate) fn ways(&self) -> usize {
        self.caps.len().max(1)
    }

    /// What one of the members sends to come in, and to enter a room.
    pub(crate) fn introduction(&self, number: usize, name: &str, room: Option<&str>) -> String {
        let join = |room: &str| match self.dialect {
            Dialect::Plain => format!("/join {room}\n"),
            Dialect::Json => format!("{{\"join\":{{\"room\":\"{room}\"}}}}\n"),
            Dialect::Irc => format!("JOIN {room}\r\n"),
        };
        let hello = match self.dialect {
            Dialect::Plain => format!("{name}\n"),
            Dialect::Json => format!("{{\"hello\":{{\"name\":\"{name}\"}}}}\n"),
            Dialect::Irc => self.registration(number, name),
        };
        hello + &room.map(join).unwrap_or_default()
    }

    /// What a client of IRC sends to register, with its set of capabilities.
    fn registration(&self, number: usize, name: &str) -> String {
        let caps = self.caps.get(number % self.ways());
        let register = format!("NICK {name}\r\nUSER bench 0 * :bench\r\n");
        match caps.filter(|caps| !caps.is_empty()) {
            Some(caps) => format!("CAP REQ :{caps}\r\n{register}CAP END\r\n"),
            None => register,
        }
    }

    /// Whether a line lets its reader in. It may stand behind a prompt.
    pub(crate) fn is_welcome(&self, line: &[u8]) -> bool {
        let welcome: &[u8] = match self.dialect {
            Dialect::Plain => b"Welcome, ",
            Dialect::Json => b"{\"reply\":\"hello\"",
            Dialect::Irc => b" 001 ",
        };
        memmem::find(line, welcome).is_some()
    }

    /// Whether a line says that its reader will not be what it shall be, though it may come in.
    pub(crate) fn is_refusal(&self, line: &[u8]) -> bool {
        self.dialect == Dialect::Irc && memmem::find(line, b"CAP * NAK ").is_some()
    }

    /// Appends a line that says in a room what `write` writes.
    pub(crate) fn say(&self, out: &mut Vec<u8>, room: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let opening = self.openings.get(room).map_or("", String::as_str);
        out.extend_from_slice(opening.as_bytes());
        write(out);
        out.extend_from_slice(match self.dialect {
            Dialect::Plain => b"\n",
            Dialect::Json => b"\"}}\n",
            Dialect::Irc => b"\r\n",
        });
    }

    /// What was said, of the end of a line that begins with it.
    #[inline]
    pub(crate) fn said<'a>(&self, rest: &'a [u8]) -> &'a [u8] {
        let end: &[u8] = match self.dialect {
            Dialect::Plain | Dialect::Irc => b"\r",
            Dialect::Json => b"\"}",
        };
        rest.strip_suffix(end).unwrap_or(rest)
    }

    /// What somebody sends to leave.
    pub(crate) fn farewell(&self) -> &'static [u8] {
        match self.dialect {
            Dialect::Plain => b"/quit\n",
            Dialect::Json => b"{\"quit\":{}}\n",
            Dialect::Irc => b"QUIT\r\n",
        }
    }

    /// What a line says that is no message.
    pub(crate) fn news(&self, line: &str) -> News {
        match self.dialect {
            Dialect::Plain => plain_news(line),
            Dialect::Json => json_news(line),
            Dialect::Irc => irc_news(line),
        }
    }
}

fn plain_news(line: &str) -> News {
    if let Some(rest) = line.strip_prefix("! You were behind: ") {
        let number = rest.split(' ').next().and_then(|word| word.parse().ok());
        return News::Behind(number.unwrap_or_default());
    }
    // `! 39 lines NOT sent: too fast.`, or one.
    let before = line.split_once("NOT sent").map_or("", |(before, _)| before);
    let words = before.split(' ');
    let mut numbers = words.filter_map(|word| word.replace(',', "").parse().ok());
    match line.starts_with("! ") {
        true => News::Refused(numbers.next().unwrap_or(1)),
        false => News::Nothing,
    }
}

fn irc_news(line: &str) -> News {
    let behind = line.split_once(":You were behind: ");
    if let Some((_, rest)) = behind.filter(|_| line.starts_with("NOTICE ")) {
        let number = rest.split(' ').next().and_then(|word| word.parse().ok());
        return News::Behind(number.unwrap_or_default());
    }
    // Behind the tags and the source.
    let mut words = line
        .split(' ')
        .skip_while(|word| word.starts_with(['@', ':']));
    let command = words.next().unwrap_or_default();
    let is_number = command.len() == 3 && command.bytes().all(|byte| byte.is_ascii_digit());
    // 422: there is no message of the day.
    let is_error = is_number && command.starts_with(['4', '5']) && command != "422";
    match is_error || command == "FAIL" || command == "ERROR" {
        true => News::Refused(1),
        false => News::Nothing,
    }
}

fn json_news(line: &str) -> News {
    if line.starts_with("{\"refused\":") {
        return News::Refused(1);
    }
    let count = line.strip_prefix("{\"notice\":\"skipped\",\"count\":");
    let count = count.and_then(|rest| rest.strip_suffix('}')?.parse().ok());
    count.map_or(News::Nothing, News::Behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(dialect: Dialect) -> Speech {
        let openings = match dialect {
            Dialect::Plain => vec![String::new()],
            Dialect::Json => vec!["{\"say\":{\"room\":\"#a\",\"text\":\"".to_owned()],
            Dialect::Irc => vec!["PRIVMSG #a :".to_owned()],
        };
        let caps = vec![String::new(), "batch server-time".to_owned()];
        Speech {
            dialect,
            openings,
            caps,
        }
    }

    #[test]
    fn what_is_said_is_one_line_of_the_dialect() {
        let said = |dialect| {
            let mut line = Vec::new();
            speech(dialect).say(&mut line, 0, |out| out.extend_from_slice(b"~hi"));
            String::from_utf8(line).unwrap()
        };
        assert_eq!(said(Dialect::Plain), "~hi\n");
        let object = said(Dialect::Json);
        let object: serde_json::Value = serde_json::from_str(&object).unwrap();
        assert_eq!(object["say"]["text"], "~hi");
        assert_eq!(said(Dialect::Irc), "PRIVMSG #a :~hi\r\n");
    }

    #[test]
    fn clients_of_irc_negotiate_one_set_after_another() {
        let irc = speech(Dialect::Irc);
        let register = "NICK b\r\nUSER bench 0 * :bench\r\n";
        assert_eq!(irc.introduction(0, "b", None), register);
        assert_eq!(
            irc.introduction(3, "b", Some("#a")),
            format!("CAP REQ :batch server-time\r\n{register}CAP END\r\nJOIN #a\r\n")
        );
        assert!(irc.is_refusal(b":localhost CAP * NAK :batch"));
        assert!(!irc.is_refusal(b":localhost CAP * ACK :batch"));
    }

    #[test]
    fn what_was_said_stands_at_the_end_of_a_line() {
        assert_eq!(speech(Dialect::Plain).said(b"~hi\r"), b"~hi");
        assert_eq!(speech(Dialect::Json).said(b"~hi\"}"), b"~hi");
    }

    #[test]
    fn who_is_let_in_is_told_so() {
        let plain = speech(Dialect::Plain);
        assert!(plain.is_welcome(b"Enter your username: Welcome, bob."));
        assert!(!plain.is_welcome(b"Welcome to localhost: nobody here yet."));
        let json = speech(Dialect::Json);
        assert!(json.is_welcome(b"{\"reply\":\"hello\",\"id\":1}"));
        assert!(!json.is_welcome(b"{\"refused\":\"hello\"}"));
        let irc = speech(Dialect::Irc);
        assert!(irc.is_welcome(b":localhost 001 bob :Welcome"));
        assert!(!irc.is_welcome(b":localhost 433 * bob :Nickname is already in use"));
    }

    #[test]
    fn refusals_and_gaps_are_news() {
        let plain = |line| speech(Dialect::Plain).news(line);
        assert_eq!(
            plain("! You were behind: 312 lines skipped."),
            News::Behind(312)
        );
        assert_eq!(plain("! Slow down: NOT sent."), News::Refused(1));
        assert_eq!(
            plain("! 1,039 lines NOT sent: too fast."),
            News::Refused(1_039)
        );
        assert_eq!(plain("* ann joined #lobby (5 here)"), News::Nothing);
        let json = |line| speech(Dialect::Json).news(line);
        assert_eq!(
            json("{\"notice\":\"skipped\",\"count\":312}"),
            News::Behind(312)
        );
        assert_eq!(
            json("{\"refused\":\"say\",\"code\":\"muted\"}"),
            News::Refused(1)
        );
        assert_eq!(json("{\"ack\":\"say\",\"seq\":4}"), News::Nothing);
        let irc = |line| speech(Dialect::Irc).news(line);
        assert_eq!(
            irc("NOTICE bob :You were behind: 312 lines skipped."),
            News::Behind(312)
        );
        assert_eq!(
            irc("@time=x :localhost 404 bob #a :Muted"),
            News::Refused(1)
        );
        assert_eq!(irc(":localhost FAIL * INVALID_UTF8 :No"), News::Refused(1));
        assert_eq!(irc(":localhost 422 bob :No MOTD"), News::Nothing);
        assert_eq!(irc(":b!~b@h NOTICE #a :404 of 500"), News::Nothing);
    }
}
