//! A session, or the settings of a registered name, as text for the store: a word and its value on
//! each line. Lines that this version does not know are skipped.

mod masks;
mod private;
mod unseen;

use std::fmt::{self, Write};

use chinwag_core::{
    Client, Held, Ignored, KeepsName, KeptConnection, KeptPrivate, KeptRights, KeptSession, NOBODY,
    Name, PastName, PersonId, RoomId, RoomName, Seq, Standing, Text, Timestamp, Visit,
};
use chinwag_feed::Unacknowledged;

use super::survive::Reached;

/// Enough bytes for the text of most sessions.
const TEXT_BYTES: usize = 256;

/// See the [module](self).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// The number that the person had in that run.
    pub(super) id: Option<PersonId>,
    /// The session, except for its rooms.
    pub(super) session: KeptSession,
    /// Its rooms, in the order of joining, and the last event seen in each.
    pub(super) rooms: Vec<(KeptRoom, Option<Seq>)>,
    /// Those of them that its account owns. A profile has them, a session needs none.
    pub(super) owned: Vec<RoomId>,
    /// Rooms that it was in and that have ended. The person has not been told yet.
    pub(super) ended: Vec<KeptRoom>,
    /// The room that the person talks in.
    pub(super) current: Option<KeptRoom>,
    /// What the dialect wants kept.
    pub(super) settings: Option<String>,
    /// What the peer has not received, except for its rooms.
    pub(super) unseen: Unacknowledged,
    /// The shard that the session was on.
    pub(super) shard: usize,
    /// How far its peer has come, if the mark of that shard does not say it.
    pub(super) reached: Option<Reached>,
}

/// A room that somebody was in. The number identifies it: by now it may have another name, and
/// another room may have its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeptRoom {
    /// Its number; `None` if it had been closed before numbers were stored.
    pub(super) id: Option<RoomId>,
    /// The name that it had.
    pub(super) name: RoomName,
}

impl KeptRoom {
    /// Reads `NUMBER#NAME`.
    fn parse(text: &str) -> Option<Self> {
        let (id, name) = text.split_once('#').unwrap_or(("", text));
        Some(Self {
            id: id.parse().ok().map(RoomId),
            name: RoomName::parse(name).ok()?,
        })
    }
}

impl fmt::Display for KeptRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{}{}", id.0, self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

impl Record {
    /// What is kept for the next visit of an account.
    pub(super) fn profile(&self) -> String {
        let mut out = String::new();
        self.write_choices(&mut out, false);
        for room in &self.owned {
            line(&mut out, "own", room.0);
        }
        out
    }

    /// Everything.
    pub(super) fn to_text(&self) -> String {
        let mut out = String::with_capacity(TEXT_BYTES);
        self.write_choices(&mut out, true);
        let (session, rights) = (&self.session, &self.session.rights);
        if let Some(id) = self.id {
            line(&mut out, "id", id.0);
        }
        for past in &session.names {
            let (name, since, until) = (&past.name, past.since, past.until);
            line(&mut out, "bore", format_args!("{since} {until} {name}"));
        }
        let flags = [
            ("operator", rights.rank.operator),
            ("for-visit", rights.rank.for_visit),
            ("operates-without-account", rights.operates_without_account),
            ("keeps-name", rights.keeps_name != KeepsName::No),
            ("everywhere", rights.keeps_name == KeepsName::Everywhere),
            ("script", session.connection.is_script),
            ("json", session.connection.client == Client::Json),
            ("telnet", session.connection.client == Client::Telnet),
        ];
        for (flag, _) in flags.iter().filter(|(_, is_set)| *is_set) {
            line(&mut out, flag, "");
        }
        if let Some((account, since)) = &session.account {
            line(&mut out, "account", account);
            if let Some(since) = since {
                line(&mut out, "account-since", since.0);
            }
        }
        for (room, held) in &rights.standings {
            let voiced = if held.voiced { " voiced" } else { "" };
            let standing = held.standing.as_str();
            line(
                &mut out,
                "standing",
                format_args!("{} {standing}{voiced}", room.0),
            );
        }
        for room in &rights.founded {
            line(&mut out, "founded", room.0);
        }
        for room in &self.ended {
            line(&mut out, "ended", room);
        }
        line(&mut out, "address", session.connection.address);
        if let Some(why) = &session.away {
            line(&mut out, "away", why.as_ref().map_or("", |why| why));
        }
        masks::write(&mut out, rights);
        if let Some(visit) = &session.visit {
            let (since, spoke, said) = (visit.since.0, visit.spoke.0, visit.said);
            line(&mut out, "visit", format_args!("{since} {spoke} {said}"));
        }
        line(&mut out, "at", self.shard);
        if let Some(Reached { seen, until }) = self.reached {
            line(&mut out, "reached", format_args!("{seen} {until}"));
        }
        unseen::write(&mut out, &self.unseen);
        private::write(&mut out, &session.private);
        out
    }

    fn write_choices(&self, out: &mut String, with_places: bool) {
        for (room, after) in &self.rooms {
            match after.filter(|_| with_places) {
                Some(after) => line(out, "room", format_args!("{room} {after}")),
                None => line(out, "room", room),
            }
        }
        if let Some(current) = &self.current {
            line(out, "current", current);
        }
        if let Some(settings) = &self.settings {
            line(out, "settings", settings);
        }
        for ignored in &self.session.ignores {
            let person = ignored.person.filter(|_| with_places).unwrap_or(NOBODY).0;
            let (name, account) = (&ignored.name, account_word(ignored.account.as_ref()));
            line(out, "ignore", format_args!("{name} {person} {account}"));
        }
    }

    /// Parses the text. Skips lines that cannot be parsed.
    pub(super) fn parse(text: &str, name: Name, until: Option<Timestamp>) -> Self {
        let mut record = Self::empty(name, until);
        for line in text.lines() {
            let (word, value) = line.split_once(' ').unwrap_or((line, ""));
            record.read(word, value);
        }
        record
    }

    fn empty(name: Name, until: Option<Timestamp>) -> Self {
        Self {
            id: None,
            session: KeptSession {
                name,
                names: Vec::new(),
                account: None,
                connection: KeptConnection {
                    address: std::net::Ipv4Addr::UNSPECIFIED.into(),
                    client: Client::Nc,
                    is_resumable: true,
                    needs_room: true,
                    is_script: false,
                },
                rooms: Vec::new(),
                rights: KeptRights::default(),
                ignores: Vec::new(),
                away: None,
                visit: None,
                until,
                private: KeptPrivate::default(),
            },
            rooms: Vec::new(),
            owned: Vec::new(),
            ended: Vec::new(),
            current: None,
            settings: None,
            unseen: Unacknowledged::default(),
            shard: 0,
            reached: None,
        }
    }

    fn read(&mut self, word: &str, value: &str) {
        let session = &mut self.session;
        match word {
            "room" => {
                let (room, after) = value.split_once(' ').unwrap_or((value, ""));
                let after = after.parse().ok().map(Seq);
                self.rooms
                    .extend(KeptRoom::parse(room).map(|room| (room, after)));
            }
            "founded" => session.rights.founded.extend(value.parse().map(RoomId)),
            "own" => self.owned.extend(value.parse().map(RoomId)),
            "ended" => self.ended.extend(KeptRoom::parse(value)),
            "standing" => session.rights.standings.extend(standing(value)),
            "current" => self.current = KeptRoom::parse(value),
            "settings" => self.settings = Some(value.to_owned()),
            "ignore" => session.ignores.extend(ignored(value)),
            "id" => self.id = value.parse().ok().map(PersonId),
            "bore" => session.names.extend(bore(value)),
            "operator" => session.rights.rank.operator = true,
            "for-visit" => session.rights.rank.for_visit = true,
            "operates-without-account" => session.rights.operates_without_account = true,
            "keeps-name" => session.rights.keeps_name = KeepsName::Elsewhere,
            "everywhere" => session.rights.keeps_name = KeepsName::Everywhere,
            "script" => session.connection.is_script = true,
            "json" => session.connection.client = Client::Json,
            "telnet" => session.connection.client = Client::Telnet,
            "account" => session.account = Name::parse(value).ok().map(|name| (name, None)),
            "account-since" => {
                if let Some((_, since)) = &mut session.account {
                    *since = value.parse().ok().map(Timestamp);
                }
            }
            "address" => {
                let connection = &mut session.connection;
                connection.address = value.parse().unwrap_or(connection.address);
            }
            "away" => session.away = Some(Text::parse(value)),
            "muted" | "barred" | "muted-in" => masks::read(&mut session.rights, word, value),
            "visit" => session.visit = visit(value),
            "at" => {
                let (shard, since) = value.split_once(' ').unwrap_or((value, ""));
                self.shard = shard.parse().unwrap_or_default();
                // So it was written once: the event with which the session began there.
                let since = since.parse().ok().filter(|since| *since > 0).map(Seq);
                let (seen, until) = (since.unwrap_or_default(), since.unwrap_or_default());
                self.reached = since.map(|_| Reached { seen, until });
            }
            "reached" => {
                let reached = place(value);
                self.reached = reached.map(|(seen, until)| Reached {
                    seen,
                    until: Seq(until),
                });
            }
            "skipped" | "behind" | "unproven" | "lost" | "doubted" | "stored" | "line" => {
                unseen::read(&mut self.unseen, word, value);
            }
            "message" | "omitted" | "sender" | "kept" => {
                private::read(&mut session.private, &session.name, word, value);
            }
            _ => {}
        }
    }
}

fn line(out: &mut String, word: &str, value: impl std::fmt::Display) {
    writeln!(out, "{word} {value}").expect("strings take everything");
}

/// A standing from `ROOM STANDING`, which `voiced` may follow.
fn standing(value: &str) -> Option<(RoomId, Held)> {
    let mut words = value.split(' ');
    let room = RoomId(words.next()?.parse().ok()?);
    let standing = Standing::named(words.next()?)?;
    let voiced = words.next() == Some("voiced");
    Some((room, Held { standing, voiced }))
}

/// An entry of an ignore list from `NAME PERSON ACCOUNT`; older versions did not write the end of
/// it.
fn ignored(value: &str) -> Option<Ignored> {
    let mut words = value.split(' ');
    let name = Name::parse(words.next()?).ok()?;
    let person = words.next().and_then(|person| person.parse().ok());
    let account = words.next();
    Some(Ignored {
        name,
        person: person.map(PersonId).filter(|person| *person != NOBODY),
        account: account.and_then(|account| Name::parse(account).ok()),
    })
}

/// A name of `SINCE UNTIL NAME`.
fn bore(value: &str) -> Option<PastName> {
    let mut words = value.split(' ');
    let mut place = || Some(Seq(words.next()?.parse().ok()?));
    let (since, until) = (place()?, place()?);
    let name = Name::parse(words.next()?).ok()?;
    Some(PastName { name, since, until })
}

/// A visit from `SINCE SPOKE SAID`.
fn visit(value: &str) -> Option<Visit> {
    let mut numbers = value.split(' ');
    let mut time = || Some(Timestamp(numbers.next()?.parse().ok()?));
    let (since, spoke) = (time()?, time()?);
    Some(Visit {
        since,
        spoke,
        said: numbers.next()?.parse().ok()?,
    })
}

/// A place and a number of `SEQ NUMBER`.
fn place(value: &str) -> Option<(Seq, u64)> {
    let (after, number) = value.split_once(' ')?;
    Some((Seq(after.parse().ok()?), number.parse().ok()?))
}

/// An account, or `*`, which is no name.
fn account_word(account: Option<&Name>) -> &str {
    account.map_or("*", Name::as_str)
}

#[cfg(test)]
mod tests {
    use chinwag_core::Rank;
    use chinwag_feed::PlacedLines;

    use super::private::{kept, sender};
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn room(id: u32, text: &str) -> KeptRoom {
        KeptRoom {
            id: Some(RoomId(id)),
            name: RoomName::parse(text).expect("a room"),
        }
    }

    fn placed_lines(seq: u64, lines: &str) -> PlacedLines {
        (Seq(seq), lines.as_bytes().into())
    }

    fn fill_visit(session: &mut KeptSession) {
        session.rights = KeptRights {
            rank: Rank {
                operator: true,
                for_visit: true,
            },
            operates_without_account: true,
            standings: vec![
                (RoomId(0), Standing::Voice.into()),
                (
                    RoomId(12),
                    Held {
                        standing: Standing::Moderator,
                        voiced: true,
                    },
                ),
            ],
            founded: vec![RoomId(12)],
            keeps_name: KeepsName::Everywhere,
            ..KeptRights::default()
        };
        for (word, value) in [
            ("muted", "bea 192.0.2.0/24"),
            ("barred", "12 bea *"),
            ("muted-in", "3 * 192.0.2.0/24"),
        ] {
            masks::read(&mut session.rights, word, value);
        }
        let rights = &session.rights;
        assert!(rights.muted.as_ref().is_some_and(|mask| mask.net.is_some()));
        assert_eq!((rights.barred.len(), rights.muted_in.len()), (1, 1));
        session.connection.is_script = true;
        session.connection.client = Client::Json;
        session.visit = visit("3 5 2");
        assert!(session.visit.is_some());
        session.away = Some(Text::parse("back at  noon"));
    }

    #[test]
    fn a_record_comes_back_from_its_text() {
        let until = Some(Timestamp(9));
        let mut record = Record::empty(name("bea"), until);
        assert_eq!(Record::parse(&record.to_text(), name("bea"), until), record);
        record.session.account = Some((name("Bea"), Some(Timestamp(8))));
        record.id = Some(PersonId(4));
        record.session.names = ["2 4 Zoë", "4 18446744073709551615 bea"]
            .into_iter()
            .filter_map(bore)
            .collect();
        assert!(record.session.names[1].is_borne());
        record.session.ignores = vec![
            Ignored {
                name: name("bob"),
                person: Some(PersonId(6)),
                account: Some(name("robert")),
            },
            Ignored::of_name(name("cy")),
        ];
        record.session.connection.address = "2001:db8::1".parse().expect("an address");
        fill_visit(&mut record.session);
        let message = |text| kept(text, &name("bea")).expect("a message");
        record.session.private.messages =
            vec![message("6 7 ann * psst  there"), message("9 7 ann Ann 1 2")];
        record.session.private.last_sender = sender("ann Ann 9");
        assert!(record.session.private.last_sender.is_some());
        record.session.private.omitted = 2;
        record.rooms = vec![(room(0, "lobby"), Some(Seq(7))), (room(12, "12"), None)];
        record.ended = vec![room(9, "dev")];
        record.current = Some(room(12, "12"));
        record.settings = Some("time=full tz=Europe/Paris".into());
        let told = "[14:02] ann -> you: a \\n \\ b\r\n";
        record.unseen = Unacknowledged {
            private: vec![placed_lines(5, told), placed_lines(8, "! NOT sent: x.\n")],
            unproven: vec![placed_lines(6, "{\"kind\":\"private\"}\n")],
            stored: Some((Seq(4), Seq(11))),
            doubted: Some(Seq(7)),
            skipped: 3,
            ..Unacknowledged::default()
        };
        record.unseen.lost.add(Seq(4), 2);
        record.shard = 2;
        record.reached = Some(Reached {
            seen: Seq(5),
            until: Seq(9),
        });
        record.owned = vec![RoomId(12)];
        let profile = Record::parse(&record.profile(), name("bea"), None);
        assert_eq!(std::mem::take(&mut record.owned), profile.owned);
        let text = record.to_text();
        assert_eq!(Record::parse(&text, name("bea"), until), record, "{text}");
        assert_eq!(
            Record::parse(
                "new thing\nat x\nroom \nstanding 1 king\n",
                name("bea"),
                until
            ),
            { Record::empty(name("bea"), until) }
        );
        let older = Record::parse("line a\\n\nkept 7 ann 1 2\n", name("bea"), until);
        assert_eq!(older.unseen.private, [placed_lines(0, "a\n")]);
        assert_eq!(older.session.private.messages, [message("0 7 ann * 1 2")]);
        let ended = Record::parse("room dev 7\n", name("bea"), until).rooms;
        let ended = ended.iter().map(|(room, _)| (room.id, room.name.bare()));
        assert_eq!(ended.collect::<Vec<_>>(), [(None, "dev")]);
    }
}
