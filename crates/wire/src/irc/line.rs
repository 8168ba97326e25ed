//! Writing lines: tags as far as the client accepts them, the source, the command, its parameters.
//!
//! A line without its tags has at most 512 bytes, including its end; a longer message is cut at
//! characters into several lines with one id.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Display, Write};

use chinwag_core::limits::TAG_BYTES_MAX;
use chinwag_core::{Event, IrcForm, Name, Source, Text, Timestamp};
use jiff::tz::TimeZone;

use super::caps::{Cap, Caps};
use super::message::{BODY_BYTES_MAX, escape_into};

/// Bytes to which text is written. Writing to memory cannot fail.
pub(super) struct Out<'a>(pub(super) &'a mut Vec<u8>);

impl Write for Out<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Appends texts one after another. For what is in nearly every line of every client, and rendered
/// again for each set of capabilities: the library's formatting costs several times as much.
pub(super) fn put_all(out: &mut Vec<u8>, texts: &[&str]) {
    let texts = texts.iter().map(|text| text.as_bytes());
    texts.for_each(|text| out.extend_from_slice(text));
}

/// Appends a number, for the same reason.
fn put_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends what is displayed.
pub(super) fn put(out: &mut Vec<u8>, what: impl Display) {
    let _ = write!(Out(out), "{what}");
}

/// The time as tags have it: UTC with milliseconds (IRCv3, server-time). Written digit by digit, for
/// the reason of [`put_all`].
pub(super) struct Time(pub(super) Timestamp);

impl Time {
    fn digits(&self) -> [u8; 24] {
        let clock = crate::zone::wall_clock(self.0, &TimeZone::UTC);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |start: usize, digits: usize, number: i16| {
            let mut rest = number.max(0).cast_unsigned();
            for digit in text[start..start + digits].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        };
        put(0, 4, clock.year());
        put(5, 2, clock.month().into());
        put(8, 2, clock.day().into());
        put(11, 2, clock.hour().into());
        put(14, 2, clock.minute().into());
        put(17, 2, clock.second().into());
        put(20, 3, self.0.0.rem_euclid(1_000) as i16);
        text
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(core::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

/// `nick!user@host`; only the name if the author is not known any more.
pub(super) struct From<'a>(pub(super) &'a Name, pub(super) Option<&'a Source>);

impl<'a> From<'a> {
    pub(super) fn parts(&self) -> [&'a str; 5] {
        let name = self.0.as_str();
        match self.1 {
            Some(source) => [name, "!", &source.user, "@", &source.host],
            None => [name, "!~user@", name, ".past", ""],
        }
    }
}

impl Display for From<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.parts().iter().try_for_each(|part| f.write_str(part))
    }
}

/// Begins a line: its tags.
#[derive(Default)]
pub(super) struct Tags<'a> {
    /// The id of the batch that it is in.
    pub(super) batch: Option<u64>,
    /// When it happened.
    pub(super) at: Option<Timestamp>,
    /// The message's id.
    pub(super) msgid: Option<u64>,
    /// The author's account.
    pub(super) account: Option<&'a Name>,
    /// Whether the author is a program.
    pub(super) bot: bool,
    /// What its client has put there.
    pub(super) client: Option<&'a str>,
}

impl<'a> Tags<'a> {
    /// Those of an event.
    pub(super) fn of(event: &'a Event) -> Self {
        let source = event.source.as_deref();
        Self {
            at: Some(event.at),
            account: match source {
                Some(source) => source.account.as_ref(),
                None => event.fact.author_account(),
            },
            bot: source.is_some_and(|source| source.flags.bot),
            ..Self::default()
        }
    }

    /// The tags of a message, with an id that REDACT and CHATHISTORY accept.
    pub(super) fn of_message(event: &'a Event, form: Option<&'a IrcForm>) -> Self {
        let (bot, client) = form.map_or((false, None), said_with);
        Self {
            msgid: Some(event.seq.0),
            bot,
            client,
            ..Self::of(event)
        }
    }

    /// Writes those that a client accepts, with the blank after them.
    pub(super) fn put(&self, out: &mut Vec<u8>, caps: Caps) {
        let start = out.len();
        let begin = |out: &mut Vec<u8>, tag: &str| {
            out.push(if out.len() == start { b'@' } else { b';' });
            out.extend_from_slice(tag.as_bytes());
        };
        if let Some(batch) = self.batch {
            begin(out, "batch=");
            put_number(out, batch);
        }
        if let Some(at) = self.at.filter(|_| caps.has(Cap::ServerTime)) {
            begin(out, "time=");
            out.extend_from_slice(&Time(at).digits());
        }
        if let Some(msgid) = self.msgid.filter(|_| caps.takes_tags()) {
            begin(out, "msgid=");
            put_number(out, msgid);
        }
        if let Some(account) = self.account.filter(|_| caps.has(Cap::AccountTag)) {
            begin(out, "account=");
            out.extend_from_slice(account.as_str().as_bytes());
        }
        if self.bot && caps.takes_tags() {
            begin(out, "bot");
        }
        if let Some(client) = self.client.filter(|_| caps.takes_tags()) {
            begin(out, client);
        }
        if out.len() > start {
            out.push(b' ');
        }
    }
}

/// The tag of a bot's messages (IRCv3, bot mode). It precedes the client's tags, which begin with a
/// `+`, and is stored with them, so that the past shows it as well.
const BOT: &str = "bot";

/// The tags of a message: including that of a bot, if they are not too long then.
pub(super) fn tags_of_sender(client: String, is_bot: bool) -> Option<Box<str>> {
    let tags = match (is_bot, client.is_empty()) {
        (true, true) => String::from(BOT),
        (true, false) if client.len() + BOT.len() < TAG_BYTES_MAX => {
            alloc::format!("{BOT};{client}")
        }
        _ => client,
    };
    (!tags.is_empty()).then(|| tags.into_boxed_str())
}

/// Whether a bot sent a message, and the tags that its client sent with it.
pub(super) fn said_with(form: &IrcForm) -> (bool, Option<&str>) {
    let tags = form.tags.as_deref();
    let Some(rest) = tags.and_then(|tags| tags.strip_prefix(BOT)) else {
        return (false, tags);
    };
    (true, rest.strip_prefix(';'))
}

/// Ends a line, cutting it at a character if it has too many bytes after `body`, where its tags
/// end.
pub(super) fn end(out: &mut Vec<u8>, body: usize) {
    if out.len() - body > BODY_BYTES_MAX {
        let mut at = body + BODY_BYTES_MAX;
        // Continuation bytes of UTF-8 begin with 10.
        while at > body && out[at] & 0xc0 == 0x80 {
            at -= 1;
        }
        out.truncate(at);
    }
    out.extend_from_slice(b"\r\n");
}

/// Ends a line that may have something that a client has typed: as in every text, what a terminal
/// would obey becomes visible.
pub(super) fn end_shown(out: &mut Vec<u8>, body: usize) {
    if !Text::is_printable(&out[body..]) {
        let line = String::from_utf8_lossy(&out[body..]);
        let mut shown = String::with_capacity(line.len() + 8);
        line.chars().for_each(|c| Text::push_shown(&mut shown, c));
        out.truncate(body);
        out.extend_from_slice(shown.as_bytes());
    }
    end(out, body);
}

/// The parts of a message that fit into lines with `before` bytes before them. A blank between two
/// words stays at the end of the first.
pub(super) fn pieces(text: &str, before: usize) -> impl Iterator<Item = &str> {
    let room = BODY_BYTES_MAX.saturating_sub(before).max(4);
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest.take()?;
        let mut end = text.floor_char_boundary(room.min(text.len()));
        if end < text.len() {
            // Between two words, if that is not far.
            let blank = text[..end].rfind(' ').filter(|blank| *blank > end / 2);
            end = blank.map_or(end, |blank| blank + 1);
            rest = Some(&text[end..]);
        }
        Some(&text[..end])
    })
}

/// Adds a tag to a line that may have some already.
pub(super) fn put_tagged(out: &mut Vec<u8>, line: &[u8], name: &str, value: &str) {
    out.push(b'@');
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
    escape_into(out, value);
    match line.strip_prefix(b"@") {
        Some(rest) => {
            out.push(b';');
            out.extend_from_slice(rest);
        }
        None => {
            out.push(b' ');
            out.extend_from_slice(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_time_has_milliseconds_and_every_digit() {
        let shown = |at: i64| Time(Timestamp(at)).to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(1_234_567_890_042), "2009-02-13T23:31:30.042Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59.999Z");
        // Before the year 0, and behind the last day that the library knows.
        assert!(shown(-100_000_000_000_000).starts_with("0000-"));
        assert!(shown(i64::MAX).starts_with("9999-12-3"));
    }
}
