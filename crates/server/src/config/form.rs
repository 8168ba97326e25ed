//! Forms: what the value of a key may be, in words for operators.
//!
//! A form parses text, because the environment has nothing else; a number or `true` in a file
//! becomes text first. It describes itself in a phrase that completes "`people` takes ...", and
//! writes a value as a file would have it. It knows neither keys nor sources.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chinwag_core::RoomName;
use chinwag_wire::zone::TimeZone;
use ipnet::IpNet;

/// What a source gives for a key, before parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    One(String),
    Many(Vec<String>),
    /// A table, or a list of anything but plain values: no key takes this.
    Other,
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(text) => f.write_str(text),
            Self::Many(texts) => write!(f, "[{}]", texts.join(", ")),
            Self::Other => f.write_str("{...}"),
        }
    }
}

/// The form that a key's value should have, in words.
#[derive(Debug)]
pub(super) struct Wanted(pub(super) String);

/// See the [module](self).
pub(super) trait Form {
    /// What it reads.
    type Value;

    /// Parses one value; `None` if the text does not have this form.
    fn parse(&self, text: &str) -> Option<Self::Value>;

    /// The form in words: "a whole number from 1 to 64".
    fn wanted(&self) -> String;

    /// The value as a file would have it.
    fn show(&self, value: &Self::Value) -> String;

    /// Reads what a source gives.
    fn read(&self, given: &Given) -> Option<Self::Value> {
        match given {
            Given::One(text) => self.parse(text.trim()),
            Given::Many(_) | Given::Other => None,
        }
    }
}

/// Text in quotation marks, as a file has it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A whole number.
pub(super) struct Whole<T> {
    min: u64,
    max: u64,
    number: PhantomData<T>,
}

pub(super) const fn whole<T>(min: u64, max: u64) -> Whole<T> {
    Whole {
        min,
        max,
        number: PhantomData,
    }
}

impl<T: TryFrom<u64> + fmt::Display> Form for Whole<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Option<T> {
        // The standard library would take a sign.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = text.parse().ok().filter(|_| is_plain)?;
        let fits = (self.min..=self.max).contains(&number);
        T::try_from(number).ok().filter(|_| fits)
    }

    fn wanted(&self) -> String {
        format!("a whole number from {} to {}", self.min, self.max)
    }

    fn show(&self, value: &T) -> String {
        value.to_string()
    }
}

/// A number that may have a fraction.
pub(super) struct Number {
    pub(super) min: f32,
    pub(super) max: f32,
}

impl Form for Number {
    type Value = f32;

    fn parse(&self, text: &str) -> Option<f32> {
        let number: f32 = text.parse().ok()?;
        (self.min..=self.max).contains(&number).then_some(number)
    }

    fn wanted(&self) -> String {
        format!("a number from {} to {}, such as 0.5", self.min, self.max)
    }

    fn show(&self, value: &f32) -> String {
        format!("{value:?}")
    }
}

/// A length of time.
pub(super) struct Time {
    min: Duration,
    max: Duration,
}

pub(super) const fn time(min: Duration, max: Duration) -> Time {
    Time { min, max }
}

impl Form for Time {
    type Value = Duration;

    fn parse(&self, text: &str) -> Option<Duration> {
        let span: jiff::Span = text.parse().ok()?;
        let days = jiff::SpanRelativeTo::days_are_24_hours();
        let time = Duration::try_from(span.to_duration(days).ok()?).ok()?;
        (self.min..=self.max).contains(&time).then_some(time)
    }

    fn wanted(&self) -> String {
        let (min, max) = (ShortTime(self.min), ShortTime(self.max));
        format!("a time from {min} to {max} (a number and ms, s, m, h, d or w)")
    }

    fn show(&self, value: &Duration) -> String {
        quoted(&ShortTime(*value).to_string())
    }
}

/// A time in the largest unit that expresses it exactly: `90s`, `10m`, `7d`.
pub(crate) struct ShortTime(pub(crate) Duration);

impl fmt::Display for ShortTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u128); 4] = [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1_000),
        ];
        let ms = self.0.as_millis();
        match UNITS.iter().find(|(_, unit)| ms.is_multiple_of(*unit)) {
            Some(_) if ms == 0 => f.write_str("0s"),
            Some((letter, unit)) => write!(f, "{}{letter}", ms / unit),
            None => write!(f, "{ms}ms"),
        }
    }
}

/// One line of text.
pub(super) struct Text {
    pub(super) bytes_max: usize,
}

impl Form for Text {
    type Value = String;

    fn parse(&self, text: &str) -> Option<String> {
        let is_line = !text.is_empty() && is_visible(text);
        (is_line && text.len() <= self.bytes_max).then(|| text.to_owned())
    }

    fn wanted(&self) -> String {
        format!("one line of text, of 1 to {} bytes", self.bytes_max)
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// Whether a terminal shows a text as it is: nothing to obey, no bidirectional override.
fn is_visible(text: &str) -> bool {
    let shown = chinwag_core::Text::parse(text);
    !text.contains(char::is_control) && shown.is_some_and(|shown| *shown == *text)
}

/// One word, as it fits into a line of a protocol.
pub(super) struct Word {
    pub(super) bytes_max: usize,
}

impl Form for Word {
    type Value = String;

    fn parse(&self, text: &str) -> Option<String> {
        let is_plain = |c: char| !c.is_whitespace() && !":!@,".contains(c);
        let is_word = is_visible(text) && text.len() <= self.bytes_max;
        (is_word && text.chars().all(is_plain)).then(|| text.to_owned())
    }

    fn wanted(&self) -> String {
        let bytes_max = self.bytes_max;
        format!("one word of 1 to {bytes_max} bytes, without blanks, commas and : ! @")
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// Whether a path begins with `~`. Only a shell expands that: the server would create or use a
/// folder of that name where it was started.
pub fn begins_at_home(path: impl AsRef<OsStr>) -> bool {
    path.as_ref().as_encoded_bytes().starts_with(b"~")
}

/// A folder, which need not be there yet.
pub(super) struct Folder;

impl Form for Folder {
    type Value = PathBuf;

    fn parse(&self, text: &str) -> Option<PathBuf> {
        let is_path = !text.is_empty() && !text.contains('\0') && !begins_at_home(text);
        is_path.then(|| text.into())
    }

    fn wanted(&self) -> String {
        "the path of a folder, such as /srv/chat, without ~".into()
    }

    fn show(&self, value: &PathBuf) -> String {
        quoted(&value.to_string_lossy())
    }
}

/// A file.
pub(super) struct File;

impl Form for File {
    type Value = PathBuf;

    fn parse(&self, text: &str) -> Option<PathBuf> {
        Folder.parse(text)
    }

    fn wanted(&self) -> String {
        "the path of a file, such as /srv/chat/cert.pem, without ~".into()
    }

    fn show(&self, value: &PathBuf) -> String {
        Folder.show(value)
    }
}

/// Yes or no.
pub(super) struct Switch;

impl Form for Switch {
    type Value = bool;

    fn parse(&self, text: &str) -> Option<bool> {
        match &*text.to_ascii_lowercase() {
            "true" | "on" | "yes" => Some(true),
            "false" | "off" | "no" => Some(false),
            _ => None,
        }
    }

    fn wanted(&self) -> String {
        "true or false".into()
    }

    fn show(&self, value: &bool) -> String {
        value.to_string()
    }
}

/// One of a few words.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Form for Choice<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Option<T> {
        let found = self
            .0
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, value)| *value)
    }

    fn wanted(&self) -> String {
        let words: Vec<String> = self.0.iter().map(|(word, _)| quoted(word)).collect();
        words.join(" or ")
    }

    fn show(&self, value: &T) -> String {
        let found = self.0.iter().find(|(_, choice)| choice == value);
        quoted(found.map_or("", |(word, _)| word))
    }
}

/// A log level, or directives for parts of the program.
pub(super) struct Level;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl Form for Level {
    type Value = String;

    fn parse(&self, text: &str) -> Option<String> {
        let is_level = |word: &str| LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level));
        let is_part = |word: &str| {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-');
            !word.is_empty() && word.chars().all(is_allowed)
        };
        let is_directive = |word: &str| match word.trim().split_once('=') {
            Some((part, level)) => is_part(part) && is_level(level),
            // By itself it would be the name of a part, and a typo would log nothing.
            None => is_level(word.trim()),
        };
        text.split(',').all(is_directive).then(|| text.to_owned())
    }

    fn wanted(&self) -> String {
        "error, warn, info, debug or trace, or directives such as warn,chinwag_server=debug".into()
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// A time zone of the IANA database.
pub(super) struct Zone;

impl Form for Zone {
    type Value = TimeZone;

    fn parse(&self, text: &str) -> Option<TimeZone> {
        chinwag_wire::zone::zone(text)
    }

    fn wanted(&self) -> String {
        "a time zone of the IANA database, such as Europe/Berlin".into()
    }

    fn show(&self, value: &TimeZone) -> String {
        quoted(value.iana_name().unwrap_or("UTC"))
    }
}

/// A room.
pub(super) struct Room;

impl Form for Room {
    type Value = RoomName;

    fn parse(&self, text: &str) -> Option<RoomName> {
        RoomName::parse(text).ok()
    }

    fn wanted(&self) -> String {
        "the name of a room, such as #news".into()
    }

    fn show(&self, value: &RoomName) -> String {
        quoted(&value.to_string())
    }
}

/// A network of addresses, or a single address.
pub(super) struct Network;

impl Form for Network {
    type Value = IpNet;

    fn parse(&self, text: &str) -> Option<IpNet> {
        let one = |ip: IpAddr| IpNet::from(ip.to_canonical());
        let block = text.parse().map(chinwag_core::canonical);
        block.ok().or_else(|| text.parse().map(one).ok())
    }

    fn wanted(&self) -> String {
        "a network or an address, such as 10.0.0.0/8 or 192.0.2.7".into()
    }

    fn show(&self, value: &IpNet) -> String {
        quoted(&value.to_string())
    }
}

/// Several values of a form. A single one needs no brackets, and the environment separates them by
/// commas.
pub(super) struct List<F>(pub(super) F);

impl<F: Form> Form for List<F> {
    type Value = Vec<F::Value>;

    fn parse(&self, text: &str) -> Option<Self::Value> {
        let parts = text.split(',').map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(|part| self.0.parse(part)).collect()
    }

    fn read(&self, given: &Given) -> Option<Self::Value> {
        match given {
            Given::One(text) => self.parse(text),
            Given::Many(texts) => texts.iter().map(|text| self.0.parse(text.trim())).collect(),
            Given::Other => None,
        }
    }

    fn wanted(&self) -> String {
        format!("{}, or several, as a list", self.0.wanted())
    }

    fn show(&self, value: &Self::Value) -> String {
        let parts: Vec<String> = value.iter().map(|part| self.0.show(part)).collect();
        format!("[{}]", parts.join(", "))
    }
}

/// A form, or a word that means "without".
pub(super) struct OrWord<F> {
    pub(super) form: F,
    pub(super) word: &'static str,
}

/// A number, or no limit. 0 means that too, as in most servers.
pub(super) const fn or_unlimited<F: Form>(form: F) -> OrWord<F> {
    let word = "unlimited";
    OrWord { form, word }
}

impl<F: Form> Form for OrWord<F> {
    type Value = Option<F::Value>;

    fn parse(&self, text: &str) -> Option<Self::Value> {
        match &*text.to_ascii_lowercase() {
            lower if lower == self.word => Some(None),
            // The word for no limit is understood of every limit.
            "unlimited" if self.word == "forever" => Some(None),
            // For how long something is kept, 0 could mean "not at all".
            "0" if self.word == "unlimited" => Some(None),
            _ => self.form.parse(text).map(Some),
        }
    }

    fn wanted(&self) -> String {
        format!("{}, or {}", self.form.wanted(), quoted(self.word))
    }

    fn show(&self, value: &Self::Value) -> String {
        match value {
            Some(value) => self.form.show(value),
            None => quoted(self.word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads<F: Form<Value: PartialEq + fmt::Debug>>(form: &F, texts: &[&str], value: &F::Value) {
        for text in texts {
            assert_eq!(form.parse(text).as_ref(), Some(value), "{text}");
        }
        let shown = form.show(value);
        let shown = shown.trim_matches(['"', '\'']);
        assert_eq!(form.parse(shown).as_ref(), Some(value), "{shown}");
    }

    #[track_caller]
    fn refuses<F: Form<Value: fmt::Debug>>(form: &F, texts: &[&str]) {
        for text in texts {
            let read = form.parse(text);
            assert!(read.is_none(), "{text}: {read:?}");
        }
        let wanted = form.wanted();
        for jargon in ["usize", "u64", "digit", "sequence", "invalid"] {
            assert!(!wanted.contains(jargon), "{wanted}");
        }
    }

    #[test]
    fn numbers_have_their_ranges() {
        let form = whole::<u8>(1, 100);
        reads(&form, &["5", "005"], &5);
        refuses(&form, &["", "0", "101", "300", "-5", "+5", "5.0", "many"]);
        let form = Number {
            min: 0.5,
            max: 10.0,
        };
        reads(&form, &["2", "2.0", "0.2e1"], &2.0);
        refuses(&form, &["", "0", "11", "inf", "NaN", "-1"]);
    }

    #[test]
    fn times_have_units_and_ranges() {
        let day = Duration::from_secs(86_400);
        let form = time(Duration::from_millis(1), 100 * day);
        for (text, ms) in [
            ("250ms", 250),
            ("90s", 90_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("1w", 604_800_000),
            ("1h 30m", 5_400_000),
        ] {
            reads(&form, &[text], &Duration::from_millis(ms));
        }
        refuses(
            &form,
            &[
                "",
                "5",
                "m",
                "-5m",
                "5m ago",
                "5x",
                "101d",
                "0s",
                "99999999999d",
                "1mo",
            ],
        );
        assert_eq!(
            time(day, 7 * day).wanted(),
            "a time from 1d to 7d (a number and ms, s, m, h, d or w)"
        );
    }

    #[test]
    fn a_list_is_one_or_several() {
        let form = List(Room);
        let news = RoomName::parse("#news").expect("a room");
        let dev = RoomName::parse("#dev").expect("a room");
        let both = vec![news.clone(), dev];
        let many = Given::Many(vec!["#news".into(), " dev".into()]);
        assert_eq!(form.read(&many), Some(both.clone()));
        assert_eq!(form.read(&Given::One("#news, dev,".into())), Some(both));
        assert_eq!(form.read(&Given::One("news".into())), Some(vec![news]));
        assert_eq!(form.read(&Given::Many(Vec::new())), Some(Vec::new()));
        assert_eq!(form.read(&Given::Other), None);
        assert_eq!(form.read(&Given::One("a b".into())), None);
    }

    #[test]
    fn networks_and_addresses() {
        let network = |text: &str| text.parse::<IpNet>().expect("a network");
        reads(&Network, &["10.0.0.0/8"], &network("10.0.0.0/8"));
        reads(
            &Network,
            &["192.0.2.7", "::ffff:192.0.2.7"],
            &network("192.0.2.7/32"),
        );
        reads(&Network, &["::1"], &network("::1/128"));
        let mapped = ["10.9.8.0/24", "::ffff:10.9.8.0/120"];
        reads(&Network, &mapped, &network("10.9.8.0/24"));
        refuses(&Network, &["", "10.0.0.0/33", "localhost", "10.0.0"]);
    }

    #[test]
    fn without_a_limit_has_a_word() {
        let form = or_unlimited(whole::<u32>(1, 9));
        reads(&form, &["unlimited", "UNLIMITED", "0"], &None);
        reads(&form, &["9"], &Some(9));
        refuses(&form, &["", "10", "never"]);
        let form = OrWord {
            form: whole::<u32>(1, 9),
            word: "forever",
        };
        reads(&form, &["forever", "Forever", "unlimited"], &None);
        refuses(&form, &["0"]);
    }

    #[test]
    fn words_text_and_paths() {
        reads(&Switch, &["true", "on", "yes", "TRUE", "On"], &true);
        refuses(&Switch, &["", "1", "truth"]);
        let form = Choice(&[("off", 1), ("full", 2)]);
        reads(&form, &["full", "Full"], &2);
        refuses(&form, &["", "fuller"]);
        reads(&Text { bytes_max: 5 }, &["a\"b"], &"a\"b".to_owned());
        refuses(
            &Text { bytes_max: 5 },
            &["", "a\nb", "a\tb", "a\u{202e}", "longer"],
        );
        reads(&Word { bytes_max: 5 }, &["a-b.c"], &"a-b.c".to_owned());
        refuses(
            &Word { bytes_max: 5 },
            &["", "a b", "a:b", "a\u{a0}b", "longer"],
        );
        for level in ["error", "INFO", "off", "warn,chinwag_server=debug"] {
            reads(&Level, &[level], &level.to_owned());
        }
        refuses(
            &Level,
            &["", "loud", "inof", "=loud=", "chinwag_server=loud", "=info"],
        );
        refuses(&Folder, &["", "a\0b", "~", "~/chat", "~ann/chat"]);
        refuses(&Zone, &["", "Moon/Base"]);
    }
}
