//! The two sources that are text: the file and the environment. Each becomes a
//! [`RawConfig`], or an error that names the line or the variable.

use chinwag_core::limits::NAME_LETTERS_MAX;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, ValueOrigin};
use super::form::{Given, Wanted};
use super::keys::{RawConfig, SECTIONS};
use super::section::Key;

/// What chinwag's variables begin with.
const PREFIX: &str = "CHINWAG_";

/// Variables with chinwag's prefix that are no settings of the server.
const OTHERS: &[(&str, &str)] = &[
    ("CHINWAG_CONFIG", "the file itself"),
    ("CHINWAG_PASSWORD", "for `chinwag join`"),
    #[cfg(debug_assertions)]
    ("CHINWAG_PANIC", "for a test of the supervisor"),
    ("CHINWAG_FUZZ_SECONDS", "for developers"),
    ("CHINWAG_FUZZ_SEED", "for developers"),
];

fn find(section: &str, name: &str) -> Option<&'static Key> {
    let (_, keys) = SECTIONS.iter().find(|(known, _)| *known == section)?;
    keys.iter().find(|key| key.name == name)
}

fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|(_, keys)| *keys)
}

/// Reads the text of a file.
pub(super) fn read_file(text: &str) -> Result<RawConfig, ConfigError> {
    let lines = Lines(text);
    let table = DeTable::parse(text).map_err(|error| lines.syntax(&error))?;
    let mut raw = RawConfig::default();
    for (section, value) in table.get_ref() {
        let origin = lines.origin(section);
        let name = section.get_ref().as_ref();
        let Some((_, keys)) = SECTIONS.iter().find(|(known, _)| *known == name) else {
            return Err(no_section(origin, name, value.get_ref()));
        };
        let DeValue::Table(values) = value.get_ref() else {
            let section = name.to_owned();
            return Err(ConfigError::NoSection { origin, section });
        };
        for (key, value) in values {
            let origin = lines.origin(key);
            let typed = key.get_ref().as_ref();
            let Some(key) = keys.iter().find(|known| known.name == typed) else {
                return Err(no_key(origin, name, typed));
            };
            set(&mut raw, key, &given(value.get_ref()), origin)?;
        }
    }
    Ok(raw)
}

impl RawConfig {
    /// Sets a key that exists, such as `server.name`, from a flag.
    ///
    /// # Errors
    /// [`ConfigError`] if the key does not take the value.
    pub fn set_flag(
        &mut self,
        flag: &'static str,
        key: &str,
        text: &str,
    ) -> Result<(), ConfigError> {
        let known = key
            .split_once('.')
            .and_then(|(section, name)| find(section, name));
        let known = known.unwrap_or_else(|| unreachable!("{flag} stands for {key}"));
        set(
            self,
            known,
            &Given::One(text.to_owned()),
            ValueOrigin::Flag(flag),
        )
    }
}

/// Reads the environment. Skips variables without chinwag's prefix.
pub(super) fn read_environment(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<RawConfig, ConfigError> {
    let mut raw = RawConfig::default();
    for (variable, value) in variables {
        let is_other = OTHERS.iter().any(|(other, _)| *other == variable);
        if !variable.starts_with(PREFIX) || is_other || is_service_link(&variable, &value) {
            continue;
        }
        let is_its = |key: &&Key| key.short == Some(&variable) || key.variable() == variable;
        let Some(key) = keys().find(is_its) else {
            let similar = similar_variable(&variable);
            return Err(ConfigError::UnknownVariable { variable, similar });
        };
        // What starts programs often cannot leave a variable out.
        if !value.is_empty() {
            let origin = ValueOrigin::Variable(variable);
            set(&mut raw, key, &Given::One(value), origin)?;
        }
    }
    Ok(raw)
}

/// Kubernetes and Docker give every container the addresses of a service that is called chinwag, as
/// `CHINWAG_SERVICE_HOST=10.0.0.1` and `CHINWAG_PORT=tcp://10.0.0.1:8989`.
fn is_service_link(variable: &str, value: &str) -> bool {
    let is_link = value.starts_with("tcp://") || value.starts_with("udp://");
    variable.starts_with("CHINWAG_SERVICE_")
        || variable.starts_with("CHINWAG_PORT_")
        || (variable == "CHINWAG_PORT" && is_link)
}

fn set(
    raw: &mut RawConfig,
    key: &Key,
    given: &Given,
    origin: ValueOrigin,
) -> Result<(), ConfigError> {
    raw.set(key, given)
        .map_err(|Wanted(wanted)| ConfigError::Value {
            origin,
            key: key.to_string(),
            wanted,
            given: match key.is_secret {
                true => "what is there".to_owned(),
                false => excerpt(&given.to_string()),
            },
        })
}

/// A wrong value may be as long as the file.
fn excerpt(text: &str) -> String {
    const LETTERS_MAX: usize = 2 * NAME_LETTERS_MAX;
    let shown: String = text.chars().take(LETTERS_MAX).collect();
    let shown = shown.escape_debug();
    match text.chars().nth(LETTERS_MAX) {
        Some(_) => format!("\"{shown}...\""),
        None => format!("\"{shown}\""),
    }
}

fn given(value: &DeValue<'_>) -> Given {
    let plain = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            let text = number.as_str();
            let is_other = number.radix() != 10;
            is_other
                .then(|| i64::from_str_radix(text, number.radix()).ok())
                .map_or(Some(text.to_owned()), |read| read.map(|n| n.to_string()))
        }
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(is_so) => Some(is_so.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    };
    match value {
        DeValue::Array(values) => {
            let texts: Option<Vec<String>> =
                values.iter().map(|value| plain(value.get_ref())).collect();
            texts.map_or(Given::Other, Given::Many)
        }
        value => plain(value).map_or(Given::Other, Given::One),
    }
}

fn no_section(origin: ValueOrigin, name: &str, value: &DeValue<'_>) -> ConfigError {
    if !matches!(value, DeValue::Table(_)) {
        // A key above all sections.
        let own = keys().find(|key| key.name == name);
        let own = own.map(|key| format!("{} in [{}]", key.name, key.section));
        let similar = own.or_else(|| similar_key("", name));
        let key = name.to_owned();
        return ConfigError::UnknownKey {
            origin,
            key,
            similar,
        };
    }
    let similar = most_similar(name, SECTIONS.iter().map(|(name, _)| format!("[{name}]")));
    let section = name.to_owned();
    ConfigError::UnknownSection {
        origin,
        section,
        similar,
    }
}

fn no_key(origin: ValueOrigin, section: &str, typed: &str) -> ConfigError {
    let key = format!("{section}.{typed}");
    let similar = similar_key(section, typed);
    ConfigError::UnknownKey {
        origin,
        key,
        similar,
    }
}

/// What other programs call a key, and its name here.
const SYNONYMS: [(&str, &str); 7] = [
    ("port", "listen"),
    ("host", "listen"),
    ("bind", "listen"),
    ("address", "listen"),
    ("zone", "tz"),
    ("timezone", "tz"),
    ("log_level", "level"),
];

fn synonym(typed: &str) -> Option<&'static Key> {
    let same = |(other, _): &&(&str, &str)| other.eq_ignore_ascii_case(typed);
    let (_, name) = SYNONYMS.iter().find(same)?;
    keys().find(|key| key.name == *name)
}

/// The key that was probably meant: a similar one of the section, or one of exactly that name
/// elsewhere.
fn similar_key(section: &str, typed: &str) -> Option<String> {
    let own = keys().filter(|key| key.section == section);
    let own = most_similar(typed, own.map(|key| key.name.to_owned()));
    let elsewhere = || {
        let key = keys().find(|key| key.name == typed);
        let key = key.or_else(|| synonym(typed))?;
        Some(format!("{} in [{}]", key.name, key.section))
    };
    own.or_else(elsewhere)
}

/// The variable that was probably meant: that of a key of this very name, or of what other programs
/// call it, with no section or a wrong one; else a similar variable.
fn similar_variable(typed: &str) -> Option<String> {
    let bare = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
    let typed = bare(typed);
    let of_section = |(section, _): &(&str, _)| {
        let name = typed.to_ascii_lowercase();
        Some(name.strip_prefix(section)?.strip_prefix('_')?.to_owned())
    };
    let inner = SECTIONS.iter().find_map(of_section).unwrap_or_default();
    let named = |name: &str| keys().find(|key| key.name.eq_ignore_ascii_case(name));
    let variable = |key: &Key| key.short.map_or_else(|| key.variable(), str::to_owned);
    let near = || {
        let short = keys().filter_map(|key| key.short.map(bare));
        let regular = keys().map(|key| bare(&key.variable()));
        let near = most_similar(&typed, short.chain(regular));
        near.map(|name| format!("{PREFIX}{name}"))
    };
    let elsewhere = || {
        let key = synonym(&typed).or_else(|| named(&inner));
        key.or_else(|| synonym(&inner)).map(variable)
    };
    named(&typed).map(variable).or_else(near).or_else(elsewhere)
}

/// The name that differs by a typo or two.
fn most_similar(typed: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let slips_max = (typed.len() / 3).clamp(1, 3);
    let slips = names.map(|name| {
        let bare = name.trim_matches(['[', ']']);
        (strsim::osa_distance(typed, bare), name)
    });
    let near = slips.filter(|(slips, _)| *slips <= slips_max);
    near.min().map(|(_, name)| name)
}

/// The lines of a file, to find where something is.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn origin<T>(&self, spanned: &Spanned<T>) -> ValueOrigin {
        ValueOrigin::Line(self.number(spanned.span().start))
    }

    fn number(&self, at: usize) -> usize {
        let before = self.0.get(..at).unwrap_or(self.0);
        1 + before.matches('\n').count()
    }

    /// A syntax error of TOML. The commonest is a value without quotation marks; then its key says
    /// more than the parser does.
    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let number = self.number(error.span().map_or(0, |span| span.start));
        let origin = ValueOrigin::Line(number);
        if error.message().starts_with("duplicate key") {
            let reason = "this key or section stands in the file twice".to_owned();
            return ConfigError::Syntax { origin, reason };
        }
        if let Some((key, bare)) = self.assignment(number)
            && !bare.contains(['"', '\'', '['])
        {
            let given = Given::One(bare.to_owned());
            return match set(&mut RawConfig::default(), key, &given, origin.clone()) {
                Ok(()) => ConfigError::Unquoted {
                    origin,
                    key: key.to_string(),
                    given: bare.to_owned(),
                },
                Err(wrong) => wrong,
            };
        }
        let reason = error.message().lines().collect::<Vec<_>>().join(", ");
        ConfigError::Syntax { origin, reason }
    }

    /// The key and the value on a line that is an assignment.
    fn assignment(&self, number: usize) -> Option<(&'static Key, &str)> {
        let (name, given) = self.0.lines().nth(number - 1)?.split_once('=')?;
        let above = self.0.lines().take(number).map(str::trim);
        let header = above.filter(|line| line.starts_with('[')).last()?;
        let section = header.trim_matches(['[', ']', ' ']);
        let bare = given.split('#').next().unwrap_or_default();
        Some((find(section, name.trim())?, bare.trim()))
    }
}
