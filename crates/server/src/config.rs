//! What can be configured, with the defaults; and where it comes from.
//!
//! One table of keys in the file's format serves all three sources. The file is read into a TOML
//! table, the environment is laid over it (`CHINWAG_LIMITS_PEOPLE` for `people` in `[limits]`), the
//! flags over that; then everything is read into [`Config`] at once, so that every source is
//! checked in the same way and a key that nobody knows is an error that names it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use chinwag_core::parse_duration;
use chinwag_core::{Duration, Rate, RoomName, Settings, limits};
use chinwag_store::{Durability, Retention};
use serde::{Deserialize, Deserializer};
use toml::{Table, Value};

/// The port that is listened on unless another is asked for.
pub const DEFAULT_PORT: u16 = 8989;

/// Bytes of history that a server without a data folder keeps in memory.
const MEMORY_BYTES_MAX: u64 = 64 << 20;

/// Everything that can be configured. `chinwag.example.toml` explains each key.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[server]`
    pub server: ServerConfig,
    /// `[history]`
    pub history: HistoryConfig,
    /// `[rooms]`
    pub rooms: RoomsConfig,
    /// `[limits]`
    pub limits: Limits,
    /// `[log]`
    pub log: LogConfig,
}

/// `[server]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// The name in the greeting; empty for the machine's own.
    pub name: String,
    /// Addresses to listen on; empty for all interfaces at [`DEFAULT_PORT`].
    pub listen: Vec<SocketAddr>,
    /// The data folder; empty for the usual place.
    pub data: PathBuf,
    /// Whether nothing is kept on disk.
    pub memory: bool,
    /// What a commit survives.
    #[serde(deserialize_with = "durability")]
    pub durability: Durability,
    /// Threads that serve connections; 0 for one to every two cores.
    pub threads: usize,
    /// An IANA time zone; empty for the machine's own.
    pub zone: String,
    /// Whether the first to arrive where there is no operator becomes one.
    pub first_operator: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            listen: Vec::new(),
            data: PathBuf::new(),
            memory: false,
            durability: Durability::Process,
            threads: 0,
            zone: String::new(),
            first_operator: true,
        }
    }
}

/// `[history]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryConfig {
    /// How long messages are kept; empty for ever.
    #[serde(deserialize_with = "optional_span")]
    pub keep: Option<Duration>,
    /// Mebibytes of messages that are kept; 0 for all.
    pub size_mib: u64,
    /// Messages that somebody who arrives is shown.
    pub replay: usize,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            keep: None,
            size_mib: 0,
            replay: limits::REPLAY_MAX,
        }
    }
}

/// `[rooms]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoomsConfig {
    /// Rooms where operators alone may speak.
    #[serde(deserialize_with = "room_names")]
    pub read_only: Vec<RoomName>,
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `chinwag_server=debug`.
    pub level: String,
    /// Whether each entry is a line of JSON.
    pub json: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".into(),
            json: false,
        }
    }
}

/// `[limits]`: see [`chinwag_core::limits`] for the reasons.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// People at once.
    #[serde(rename = "people")]
    pub people_max: usize,
    /// Rooms at once.
    #[serde(rename = "rooms")]
    pub rooms_max: usize,
    /// Rooms that one person may be in.
    #[serde(rename = "rooms_per_person")]
    pub rooms_per_person_max: usize,
    /// Connections from one address; 0 for any number.
    #[serde(rename = "connections_per_address")]
    pub connections_per_address_max: usize,
    /// Connections from one address in a row; 0 for any number.
    pub connect_burst: u32,
    /// Connections that come free again every second.
    pub connects_per_second: f32,
    /// Bytes of a line.
    #[serde(rename = "line_bytes")]
    pub line_bytes_max: usize,
    /// Lines in a row; 0 for any number.
    #[serde(rename = "line_burst")]
    pub line_burst: u32,
    /// Lines that come free again every second.
    pub lines_per_second: f32,
    /// How many times as much an operator may send.
    pub operator_factor: u32,
    /// Time to choose a name.
    #[serde(deserialize_with = "span")]
    pub arrival_time: Duration,
    /// Bytes that may be sent for it.
    #[serde(rename = "arrival_bytes")]
    pub arrival_bytes_max: usize,
    /// Names that may be tried.
    #[serde(rename = "name_tries")]
    pub name_tries_max: u8,
    /// Time that the server waits for a client to speak first.
    #[serde(deserialize_with = "span")]
    pub sniff_time: Duration,
    /// Time that a lost session can be resumed.
    #[serde(deserialize_with = "span")]
    pub resume_time: Duration,
    /// Time that a socket may take nothing.
    #[serde(deserialize_with = "span")]
    pub stall_time: Duration,
    /// How long a peer that was sent everything is given to close its side.
    #[serde(deserialize_with = "span")]
    pub linger_time: Duration,
    /// Time without a sign of life after which a peer is asked for one.
    #[serde(deserialize_with = "span")]
    pub keepalive_idle: Duration,
    /// Time between such questions; three without an answer are the end.
    #[serde(deserialize_with = "span")]
    pub keepalive_interval: Duration,
    /// Time after which data that nobody has acknowledged is lost.
    #[serde(deserialize_with = "span")]
    pub user_timeout: Duration,
    /// Bytes of a room's lines that are kept for those who are behind.
    #[serde(rename = "room_log_bytes")]
    pub room_log_bytes_max: usize,
    /// Messages that one `/history` shows at most.
    #[serde(rename = "history_lines")]
    pub history_lines_max: usize,
    /// Matches that one `/search` shows at most.
    #[serde(rename = "search_lines")]
    pub search_lines_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            people_max: limits::PEOPLE_MAX,
            rooms_max: limits::ROOMS_MAX,
            rooms_per_person_max: limits::ROOMS_PER_PERSON_MAX,
            connections_per_address_max: limits::CONNECTIONS_PER_ADDRESS_MAX,
            connect_burst: limits::CONNECT_RATE.burst,
            connects_per_second: limits::CONNECT_RATE.per_second,
            line_bytes_max: limits::LINE_BYTES_MAX,
            line_burst: limits::LINE_RATE.burst,
            lines_per_second: limits::LINE_RATE.per_second,
            operator_factor: limits::OPERATOR_RATE_FACTOR,
            arrival_time: limits::ARRIVAL_TIME,
            arrival_bytes_max: limits::ARRIVAL_BYTES_MAX,
            name_tries_max: limits::NAME_TRIES_MAX,
            sniff_time: limits::SNIFF_TIME,
            resume_time: limits::RESUME_TIME,
            stall_time: limits::STALL_TIME,
            linger_time: Duration::from_secs(2),
            keepalive_idle: limits::KEEPALIVE_IDLE,
            keepalive_interval: limits::KEEPALIVE_INTERVAL,
            user_timeout: limits::USER_TIMEOUT,
            room_log_bytes_max: limits::ROOM_LOG_BYTES_MAX,
            history_lines_max: limits::HISTORY_LINES_MAX,
            search_lines_max: limits::SEARCH_LINES_MAX,
        }
    }
}

impl Limits {
    /// What a session may send.
    pub fn line_rate(&self) -> Rate {
        Rate {
            burst: self.line_burst,
            per_second: self.lines_per_second,
        }
    }

    /// How often an address may connect.
    pub fn connect_rate(&self) -> Rate {
        Rate {
            burst: self.connect_burst,
            per_second: self.connects_per_second,
        }
    }
}

impl Config {
    /// Reads a configuration out of its sources, each laid over the one before: the text of a file,
    /// the environment, and what the flags say, as a table of the file's form.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key.
    pub fn read(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: Table,
    ) -> Result<Self, ConfigError> {
        if let Some(text) = file {
            // By itself first, for an error that points into the file.
            toml::from_str::<Self>(text).map_err(|e| ConfigError(e.to_string()))?;
        }
        let table = file.map_or_else(|| Ok(Table::new()), toml::from_str);
        let mut table = table.map_err(|e| ConfigError(e.to_string()))?;
        for (variable, value) in environment {
            overlay_variable(&mut table, &variable, &value)?;
        }
        overlay(&mut table, flags);
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|e: toml::de::Error| ConfigError(e.message().into()))?;
        config.check()
    }

    fn check(self) -> Result<Self, ConfigError> {
        let limits = &self.limits;
        let too_small = [
            ("limits.people", limits.people_max < 1),
            ("limits.rooms", limits.rooms_max < 1),
            ("limits.rooms_per_person", limits.rooms_per_person_max < 1),
            ("limits.line_bytes", limits.line_bytes_max < 64),
            ("limits.arrival_bytes", limits.arrival_bytes_max < 64),
            ("limits.name_tries", limits.name_tries_max < 1),
            (
                "limits.room_log_bytes",
                limits.room_log_bytes_max < 64 << 10,
            ),
            (
                "limits.stall_time",
                limits.stall_time < Duration::from_secs(1),
            ),
            (
                "limits.keepalive_idle",
                limits.keepalive_idle < Duration::from_secs(1),
            ),
            (
                "limits.keepalive_interval",
                limits.keepalive_interval < Duration::from_secs(1),
            ),
            (
                "limits.user_timeout",
                limits.user_timeout < Duration::from_secs(1),
            ),
        ];
        if let Some((key, _)) = too_small.iter().find(|(_, small)| *small) {
            return Err(ConfigError(format!("{key} is too small")));
        }
        Ok(self)
    }

    /// The chat's part of it.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            people_max: self.limits.people_max,
            rooms_max: self.limits.rooms_max,
            rooms_per_person_max: self.limits.rooms_per_person_max,
            first_operator: self.server.first_operator,
            read_only: self.rooms.read_only.clone(),
            resume_time: self.limits.resume_time,
        }
    }

    /// The store's part of it.
    pub(crate) fn retention(&self) -> Retention {
        let bytes = self.history.size_mib.saturating_mul(1 << 20);
        let default = self.server.memory.then_some(MEMORY_BYTES_MAX);
        Retention {
            keep: self.history.keep,
            bytes_max: (bytes > 0).then_some(bytes).or(default),
        }
    }
}

/// Why a configuration cannot be used, in words that name the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.trim_end())
    }
}

impl std::error::Error for ConfigError {}

/// What the variables of the environment begin with.
const PREFIX: &str = "CHINWAG_";

/// The sections, by which a variable's name is cut.
const SECTIONS: [&str; 5] = ["server", "history", "rooms", "limits", "log"];

/// Variables that are short for a key.
const SHORT: [(&str, &str, &str); 5] = [
    ("CHINWAG_NAME", "server", "name"),
    ("CHINWAG_LISTEN", "server", "listen"),
    ("CHINWAG_DATA", "server", "data"),
    ("CHINWAG_DURABILITY", "server", "durability"),
    ("CHINWAG_LOG", "log", "level"),
];

fn overlay_variable(table: &mut Table, variable: &str, value: &str) -> Result<(), ConfigError> {
    let short = SHORT.iter().find(|(short, _, _)| *short == variable);
    let key = match short {
        Some((_, section, key)) => Some((*section, (*key).to_owned())),
        None => variable.strip_prefix(PREFIX).and_then(|name| {
            let name = name.to_lowercase();
            let mut sections = SECTIONS.iter();
            sections.find_map(|section| {
                let key = name.strip_prefix(section)?.strip_prefix('_')?;
                Some((*section, key.to_owned()))
            })
        }),
    };
    // Other variables that begin so are another program's, such as a service manager's.
    let Some((section, key)) = key else {
        return Ok(());
    };
    let value = as_value(section, &key, value);
    let place = table.entry(section).or_insert_with(|| Table::new().into());
    let Some(section_table) = place.as_table_mut() else {
        return Err(ConfigError(format!("`{section}` is a section")));
    };
    section_table.insert(key, value);
    // Read at once, so that the error names the variable.
    let check: Result<Config, toml::de::Error> = Value::Table(table.clone()).try_into();
    check.map_err(|e| ConfigError(format!("{variable}: {}", e.message())))?;
    Ok(())
}

/// A variable's text as a value: a list is written with commas, everything else as in the file,
/// where text needs no quotation marks.
fn as_value(section: &str, key: &str, text: &str) -> Value {
    if matches!(
        (section, key),
        ("server", "listen") | ("rooms", "read_only")
    ) {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        return Value::Array(parts.map(|part| part.into()).collect());
    }
    let is_text = matches!(
        (section, key),
        ("server", "name" | "data" | "zone" | "durability") | ("log", "level")
    );
    match text.parse::<Value>() {
        Ok(value) if !is_text => value,
        _ => text.into(),
    }
}

/// Lays one table over another.
fn overlay(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => overlay(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}

fn optional_span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    parse_duration(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

fn durability<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Durability, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "process" => Ok(Durability::Process),
        "power" => Ok(Durability::Power),
        other => Err(serde::de::Error::custom(format!(
            "durability is \"process\" or \"power\", not \"{other}\""
        ))),
    }
}

fn room_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RoomName>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let parse = |name: String| {
        RoomName::parse(&name)
            .map_err(|_| serde::de::Error::custom(format!("\"{name}\" is no room name")))
    };
    names.into_iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Config::read(Some(file), environment, Table::new()).map_err(|e| e.to_string())
    }

    #[test]
    fn nothing_gives_the_defaults() {
        assert_eq!(read("", &[]), Ok(Config::default()));
    }

    #[test]
    fn the_example_shows_the_defaults() {
        let example = include_str!("../../../chinwag.example.toml");
        let keys =
            |line: &&str| line.starts_with("# ") && line.contains(" = ") || line.starts_with('[');
        let text: Vec<&str> = example
            .lines()
            .filter(keys)
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .collect();
        assert_eq!(read(&text.join("\n"), &[]), Ok(Config::default()));
        assert_eq!(
            read(example, &[]),
            Ok(Config::default()),
            "everything is commented out"
        );
    }

    #[test]
    fn the_example_names_every_key() {
        let example = include_str!("../../../chinwag.example.toml");
        let debug = format!("{:#?}", Limits::default());
        let fields = debug
            .lines()
            .filter_map(|line| line.trim().split_once(": "));
        for (field, _) in fields {
            let key = field.strip_suffix("_max").unwrap_or(field);
            assert!(example.contains(&format!("\n# {key} = ")), "{key}");
        }
    }

    #[test]
    fn later_sources_win() {
        let file = "[server]\nname = \"a\"\nzone = \"UTC\"\n[limits]\npeople = 5";
        let mut flags = Table::new();
        overlay(
            &mut flags,
            "[server]\nname = \"c\"".parse().expect("a table"),
        );
        let environment = [
            ("CHINWAG_NAME", "b"),
            ("CHINWAG_LIMITS_PEOPLE", "7"),
            ("CHINWAG_HISTORY_KEEP", "90d"),
        ];
        let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let config = Config::read(Some(file), environment, flags).expect("a configuration");
        assert_eq!(config.server.name, "c");
        assert_eq!(config.server.zone, "UTC");
        assert_eq!(config.limits.people_max, 7);
        assert_eq!(config.history.keep, Some(Duration::from_hours(24 * 90)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, environment, word) in [
            ("[server]\nnmae = \"x\"", &[][..], "nmae"),
            ("[limit]\npeople = 5", &[], "limit"),
            (
                "[history]\nkeep = \"90\"",
                &[],
                "a time is a number and a unit",
            ),
            ("[limits]\npeople = \"many\"", &[], "people"),
            ("[limits]\npeople = 0", &[], "limits.people"),
            ("[rooms]\nread_only = [\"a b\"]", &[], "a b"),
            ("[server]\ndurability = \"maybe\"", &[], "maybe"),
            (
                "",
                &[("CHINWAG_LIMITS_PEOPLE", "x")],
                "CHINWAG_LIMITS_PEOPLE",
            ),
            ("", &[("CHINWAG_LIMITS_PEPLE", "5")], "peple"),
            ("", &[("CHINWAG_LISTEN", "nowhere")], "CHINWAG_LISTEN"),
        ] {
            let error = read(file, environment).expect_err(file);
            assert!(error.contains(word), "{file}: {error}");
        }
    }
}
