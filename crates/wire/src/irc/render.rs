//! The events of a room as lines.
//!
//! Every join and leave is shown, since a client keeps a list of who is there. What a client has
//! not negotiated is left out, or shown in the older way.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use chinwag_core::{
    AccountChange, Event, Fact, Name, QuitReason, RoomAct, RoomChange, RoomName, Source,
    StandingCause, StandingShown,
};

use super::caps::{Cap, Caps};
use super::line::{From, Tags, end, put};
use super::mode::{put_change, put_entries, put_standing};
use super::said::Said;

/// The capabilities that change the lines of a room.
const CAPS: &[Cap] = &[
    Cap::AccountNotify,
    Cap::AccountTag,
    Cap::AwayNotify,
    Cap::ChannelRename,
    Cap::ExtendedJoin,
    Cap::MessageRedaction,
    Cap::MessageTags,
    Cap::ServerTime,
    Cap::Setname,
];

/// Those among them that change the lines of messages.
const MESSAGE_CAPS: &[Cap] = &[
    Cap::AccountTag,
    Cap::Batch,
    Cap::MessageTags,
    Cap::Multiline,
    Cap::ServerTime,
];

/// A way to see a room: the negotiated capabilities that change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format(Caps);

impl Format {
    pub(super) fn of(caps: Caps) -> Self {
        let batches = Caps::of(&[Cap::Batch, Cap::Multiline]);
        let shown = caps.and(Caps::of(CAPS));
        Self(match caps.takes_multiline() {
            true => shown.or(batches),
            false => shown,
        })
    }
}

/// Renders the log of a room for clients with the same capabilities.
#[derive(Debug)]
pub struct RoomRenderer {
    caps: Caps,
    /// Those that change the lines of messages.
    message_caps: Caps,
    /// The server's name, for what nobody has done.
    server: Arc<str>,
}

impl RoomRenderer {
    pub(crate) fn new(format: Format, server: Arc<str>) -> Self {
        let Format(caps) = format;
        Self {
            caps,
            message_caps: caps.and(Caps::of(MESSAGE_CAPS)),
            server,
        }
    }

    /// See [`Render::renders_alike`](chinwag_feed::Render::renders_alike): messages are many, and
    /// few capabilities change them.
    pub(crate) fn renders_alike(&self, other: &Self, event: &Event) -> bool {
        let is_message = matches!(event.fact, Fact::Said { .. } | Fact::Signal(_));
        let shown = |caps: Caps| match Tags::of(event).account {
            Some(_) => caps,
            None => caps.with(Cap::AccountTag, false),
        };
        is_message && shown(self.message_caps) == shown(other.message_caps)
    }

    /// See [`Render::render`](chinwag_feed::Render::render).
    pub(crate) fn render(&self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
        let begin = out.len();
        match &event.fact {
            Fact::StandingShown(shown) => self.put_standing(out, event, shown, room),
            Fact::Left {
                name,
                closed_by: Some(by),
                ..
            } => self.put_server(out, event, true, Closed { room, name, by }),
            _ => put_in_room(out, event, room, (self.caps, None)),
        }
        begin
    }

    /// Appends a MODE of the server's.
    fn put_standing(
        &self,
        out: &mut Vec<u8>,
        event: &Event,
        shown: &StandingShown,
        room: &RoomName,
    ) {
        let is_back = shown.with == StandingCause::Return;
        if is_back {
            put_joined(out, event, &shown.name, room, (self.caps, None));
        }
        let mut modes = Vec::new();
        if !put_standing(&mut modes, &shown.name, shown.before, shown.held) {
            return;
        }
        let modes = alloc::string::String::from_utf8_lossy(&modes);
        // An id belongs to one line.
        self.put_server(out, event, !is_back, format_args!("MODE {room} {modes}"));
    }

    /// Appends a line of the server's.
    fn put_server(
        &self,
        out: &mut Vec<u8>,
        event: &Event,
        has_id: bool,
        what: impl core::fmt::Display,
    ) {
        let tags = Tags {
            at: Some(event.at),
            msgid: has_id.then_some(event.seq.0),
            ..Tags::default()
        };
        tags.put(out, self.caps);
        let body = out.len();
        put(out, format_args!(":{} {what}", self.server));
        end(out, body);
    }
}

/// The client's capabilities, and the batch that its lines are in.
pub(super) type Framing = (Caps, Option<u64>);

/// Appends an event as a room shows it; nothing if the room does not show it.
pub(super) fn put_in_room(out: &mut Vec<u8>, event: &Event, room: &RoomName, shown: Framing) {
    let (caps, _) = shown;
    match &event.fact {
        Fact::Said { .. } | Fact::Signal(_) => put_said(out, event, room, shown),
        Fact::Joined { name, .. } => put_joined(out, event, name, room, shown),
        Fact::Left { name, why, .. } => {
            let why = why.as_deref();
            put_by(
                out,
                event,
                name,
                shown,
                format_args!("PART {room}{}", Trailing(why)),
            );
        }
        Fact::Quit(quit) => {
            let reason = Reason(&quit.why);
            put_by(
                out,
                event,
                &quit.name,
                shown,
                format_args!("QUIT :{reason}"),
            );
        }
        Fact::Renamed(renamed) => {
            let new = &renamed.new;
            put_by(out, event, &renamed.old, shown, format_args!("NICK {new}"));
        }
        Fact::TopicSet { by, text, .. } => {
            let text = text.as_deref().unwrap_or_default();
            put_by(out, event, by, shown, format_args!("TOPIC {room} :{text}"));
        }
        Fact::RoomChanged(change) => put_room_changed(out, event, change, room, shown),
        // The sessions of other clients tell them.
        Fact::RoomRenamed(renamed) if caps.has(Cap::ChannelRename) => {
            let why = renamed.why.as_deref().unwrap_or_default();
            let what = format_args!("RENAME {} {} :{why}", renamed.old, renamed.new);
            put_by(out, event, &renamed.by, shown, what);
        }
        Fact::Deleted(deletion) if caps.has(Cap::MessageRedaction) => {
            let message = deletion.message;
            let why = Trailing(deletion.why.as_deref());
            let what = format_args!("REDACT {room} {message}{why}");
            put_by(out, event, &deletion.by, shown, what);
        }
        fact => put_of_person(out, event, fact, shown),
    }
}

/// Entries of a list in one MODE, so that the longest fit into a line.
const ENTRIES_MAX: usize = 4;

/// Appends a KICK or a MODE.
fn put_room_changed(
    out: &mut Vec<u8>,
    event: &Event,
    change: &RoomChange,
    room: &RoomName,
    shown: Framing,
) {
    let by = &change.by;
    if let RoomAct::Eject { name, why, .. } = &change.act {
        let why = why.as_ref().map_or(by.as_str(), |why| why);
        let what = format_args!("KICK {room} {name} :{why}");
        return put_by(out, event, by, shown, what);
    }
    if let RoomAct::Listed { kind, entries, on } = &change.act {
        for entries in entries.chunks(ENTRIES_MAX) {
            let mut modes = Vec::new();
            put_entries(&mut modes, *kind, entries, *on);
            let modes = alloc::string::String::from_utf8_lossy(&modes);
            put_by(out, event, by, shown, format_args!("MODE {room} {modes}"));
        }
        return;
    }
    let mut modes = Vec::new();
    if put_change(&mut modes, &change.act) {
        let modes = alloc::string::String::from_utf8_lossy(&modes);
        put_by(out, event, by, shown, format_args!("MODE {room} {modes}"));
    }
}

/// Appends what has changed about a person, for clients that have asked for it.
pub(super) fn put_of_person(out: &mut Vec<u8>, event: &Event, fact: &Fact, shown: Framing) {
    let (caps, _) = shown;
    match fact {
        Fact::AwaySet {
            name, away, why, ..
        } if caps.has(Cap::AwayNotify) => match away {
            true => {
                let why = why.as_deref().unwrap_or(Source::AWAY);
                put_by(out, event, name, shown, format_args!("AWAY :{why}"));
            }
            // Who was not away is not back.
            false
                if event
                    .source
                    .as_ref()
                    .is_some_and(|source| source.away.is_none()) => {}
            false => put_by(out, event, name, shown, "AWAY"),
        },
        Fact::AccountSet(set) if caps.has(Cap::AccountNotify) && set.is_another() => {
            let account = set.account.as_ref().map_or("*", Name::as_str);
            put_by(
                out,
                event,
                &set.name,
                shown,
                format_args!("ACCOUNT {account}"),
            );
        }
        Fact::AccountChanged(changed) if caps.has(Cap::AccountNotify) => {
            if let AccountChange::Claimed { .. } = changed.change {
                let account = &changed.account;
                put_by(
                    out,
                    event,
                    account,
                    shown,
                    format_args!("ACCOUNT {account}"),
                );
            }
        }
        Fact::IdentSet(set) if caps.has(Cap::Setname) => {
            let real = set.ident.real.as_deref().unwrap_or(set.name.as_str());
            // Only the flags may have changed.
            let source = event.source.as_ref();
            if source.is_none_or(|source| *source.real != *real) {
                put_by(
                    out,
                    event,
                    &set.name,
                    shown,
                    format_args!("SETNAME :{real}"),
                );
            }
        }
        _ => {}
    }
}

/// Appends one line of an author.
pub(super) fn put_by(
    out: &mut Vec<u8>,
    event: &Event,
    name: &Name,
    (caps, batch): Framing,
    what: impl core::fmt::Display,
) {
    let tags = Tags {
        batch,
        // A history can begin or end with it by this.
        msgid: Some(event.seq.0),
        ..Tags::of(event)
    };
    put_with(out, event, name, tags, caps, what);
}

/// The same, with these tags.
fn put_with(
    out: &mut Vec<u8>,
    event: &Event,
    name: &Name,
    tags: Tags<'_>,
    caps: Caps,
    what: impl core::fmt::Display,
) {
    tags.put(out, caps);
    let body = out.len();
    put(
        out,
        format_args!(":{} {what}", From(name, event.source.as_deref())),
    );
    end(out, body);
}

/// Appends that a person has come in.
pub(super) fn put_joined(
    out: &mut Vec<u8>,
    event: &Event,
    name: &Name,
    room: &RoomName,
    shown: Framing,
) {
    let (caps, batch) = shown;
    match caps.has(Cap::ExtendedJoin) {
        true => {
            let (account, real) = match event.source.as_deref() {
                Some(source) => (source.account.as_ref(), &*source.real),
                // A history has neither.
                None => (None, name.as_str()),
            };
            let account = account.map_or("*", Name::as_str);
            let what = format_args!("JOIN {room} {account} :{real}");
            put_by(out, event, name, shown, what);
        }
        false => put_by(out, event, name, shown, format_args!("JOIN {room}")),
    }
    let away = event
        .source
        .as_ref()
        .and_then(|source| source.away.as_ref());
    if let Some(why) = away.filter(|_| caps.has(Cap::AwayNotify) && batch.is_none()) {
        // The id is the line's before.
        put_with(
            out,
            event,
            name,
            Tags::of(event),
            caps,
            format_args!("AWAY :{why}"),
        );
    }
}

fn put_said(out: &mut Vec<u8>, event: &Event, room: &RoomName, shown: Framing) {
    match &event.fact {
        Fact::Said {
            name,
            text,
            manner,
            irc,
            ..
        } => {
            let said = Said {
                name,
                to: room,
                text,
                manner: *manner,
                form: irc.as_deref(),
            };
            said.put(out, event, shown);
        }
        Fact::Signal(signal) => put_signal(out, event, signal, &room.to_string(), shown),
        _ => {}
    }
}

/// Appends what only clients of IRC understand.
pub(super) fn put_signal(
    out: &mut Vec<u8>,
    event: &Event,
    signal: &chinwag_core::Signal,
    to: &str,
    (caps, batch): Framing,
) {
    let tags = Tags {
        batch,
        ..Tags::of_message(event, Some(&signal.form))
    };
    let from = From(&signal.from_name, event.source.as_deref());
    put_signal_from(out, from, &tags, (to, signal.is_notice, &signal.form), caps);
}

/// The same, from an author in this form.
pub(super) fn put_signal_from(
    out: &mut Vec<u8>,
    from: impl core::fmt::Display,
    tags: &Tags<'_>,
    (to, is_notice, form): (&str, bool, &chinwag_core::IrcForm),
    caps: Caps,
) {
    let word = match (&form.text, is_notice) {
        (None, _) if !caps.takes_tags() => return,
        (None, _) => "TAGMSG",
        (Some(_), false) => "PRIVMSG",
        (Some(_), true) => "NOTICE",
    };
    tags.put(out, caps);
    let body = out.len();
    put(out, format_args!(":{from} {word} {to}"));
    if let Some(text) = &form.text {
        put(out, format_args!(" :{text}"));
    }
    end(out, body);
}

/// How a person learns that they left a room which an operator has closed.
pub(super) struct Closed<'a> {
    pub(super) room: &'a RoomName,
    pub(super) name: &'a Name,
    pub(super) by: &'a Name,
}

impl core::fmt::Display for Closed<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { room, name, by } = self;
        write!(f, "KICK {room} {name} :{by} has closed the channel")
    }
}

/// ` :WHY`, or nothing.
pub(super) struct Trailing<'a>(pub(super) Option<&'a str>);

impl core::fmt::Display for Trailing<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.map_or(Ok(()), |why| write!(f, " :{why}"))
    }
}

/// Why a person left the server.
pub(super) struct Reason<'a>(pub(super) &'a QuitReason);

impl core::fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let by = |f: &mut core::fmt::Formatter<'_>, what: &str, by: &Name, why: Option<&str>| {
            write!(f, "{what} by {by}")?;
            why.map_or(Ok(()), |why| write!(f, ": {why}"))
        };
        match self.0 {
            QuitReason::Quit(Some(why)) => write!(f, "Quit: {}", &**why),
            QuitReason::Quit(None) => f.write_str("Quit"),
            QuitReason::Closed => f.write_str("Connection closed"),
            QuitReason::Lost => f.write_str("Connection lost"),
            QuitReason::TimedOut => f.write_str("Ping timeout"),
            QuitReason::TooSlow => f.write_str("Too slow"),
            QuitReason::TooFast => f.write_str("Excess flood"),
            QuitReason::Restart => f.write_str("Server restart"),
            QuitReason::Kicked { by: name, why } => {
                by(f, "Kicked", name, why.as_ref().map(|why| &***why))
            }
            QuitReason::Banned { by: name, why, .. } => {
                by(f, "Banned", name, why.as_ref().map(|why| &***why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;
    use chinwag_core::{IrcForm, Manner, PersonId, RoomId, Seq, Text, Timestamp};
    use proptest::prelude::*;

    fn said(text: &str, form: IrcForm, account: Option<&str>) -> Event {
        let name = Name::parse("ann").expect("a name");
        Event {
            seq: Seq(7),
            at: Timestamp(0),
            fact: Fact::Said {
                person: PersonId(1),
                name,
                room: RoomId(1),
                text: Text::passage(text.split('\n')).expect("a text"),
                manner: Manner::Speech,
                irc: form.kept(),
                account: None,
            },
            source: Some(Arc::new(Source {
                conn: None,
                user: "~a".into(),
                host: "h".into(),
                real: "Ann".into(),
                account: account.map(|name| Name::parse(name).expect("a name")),
                flags: Default::default(),
                operator: false,
                away: None,
            })),
        }
    }

    fn renderer(caps: Caps) -> RoomRenderer {
        RoomRenderer::new(Format::of(caps), "chinwag".into())
    }

    #[test]
    fn capabilities_of_joins_do_not_change_messages() {
        let all = |caps: &[Cap]| renderer(Caps::of(caps));
        let message = said("hi", IrcForm::default(), None);
        let (bare, joins) = (all(&[]), all(&[Cap::ExtendedJoin, Cap::Setname]));
        assert!(bare.renders_alike(&joins, &message));
        let accounts = all(&[Cap::AccountTag]);
        assert!(bare.renders_alike(&accounts, &message));
        let of_account = said("hi", IrcForm::default(), Some("ann"));
        assert!(!bare.renders_alike(&accounts, &of_account));
        assert!(!bare.renders_alike(&all(&[Cap::ServerTime]), &message));
    }

    proptest! {
        #[test]
        fn renderers_that_say_so_render_alike(
            own in prop::collection::vec(prop::sample::select(Cap::ALL), 0..6),
            other in prop::collection::vec(prop::sample::select(Cap::ALL), 0..6),
            text in "[a-c]{1,3}(\n[a-c]{1,3})?",
            tags in prop::option::of("(bot;)?\\+x=[a-c]"),
            account in prop::option::of("[a-c]{3}"),
        ) {
            let caps = |caps: Vec<(Cap, &str)>| {
                renderer(Caps::of(&caps.iter().map(|(cap, _)| *cap).collect::<Vec<_>>()))
            };
            let (own, other) = (caps(own), caps(other));
            let form = IrcForm { text: None, tags: tags.map(Box::from) };
            let message = said(&text, form, account.as_deref());
            let room = RoomName::parse("#dev").expect("a name");
            let rendered = |renderer: &RoomRenderer| {
                let mut out = Vec::new();
                renderer.render(&mut out, &message, &room);
                out
            };
            if own.renders_alike(&other, &message) {
                prop_assert_eq!(rendered(&own), rendered(&other));
            }
        }
    }
}
