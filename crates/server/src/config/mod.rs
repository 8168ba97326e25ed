//! The configuration, and where it comes from.
//!
//! Three sources set some of the keys: the file, the environment, the flags. Each is read into a
//! [`RawConfig`], where any key may be missing. These are layered, defaults fill what is left, and
//! keys that depend on each other are checked. The result is a [`Config`] without a value that
//! means "look elsewhere". This happens in [`Config::read`] and nowhere else, at the start and
//! again at SIGHUP.
//!
//! `keys.rs` lists the keys; the example file and the names of variables come from the same list.

mod error;
mod example;
mod form;
mod keys;
mod listen;
mod machine;
mod reading;
mod secret;
mod section;
mod source;

use chinwag_core::{CloakKey, Name, Rate, ServerPassword, Settings};
use chinwag_store::{Location, Retention};
use chinwag_wire::{Prefs, irc};

pub use error::{ConfigError, ValueOrigin};
pub use example::example;
pub use form::begins_at_home;
pub use keys::{
    Config, DefaultsConfig, HistoryConfig, IrcConfig, Limits, LogConfig, ProxyConfig, RawConfig,
    RawDefaults, RawHistory, RawIrc, RawLimits, RawLog, RawProxy, RawRooms, RawServer, RawTls,
    RoomsConfig, ServerConfig, TlsConfig,
};
pub use listen::{DEFAULT_PORT, Listen, ListenError};
pub use machine::Machine;
pub use reading::Reading;
pub use secret::{NotUtf8, password_line};
pub use section::Key;

use crate::limits::{MEMORY_BYTES_MAX, ROOM_LOG_LINES_MIN};
use crate::tls::CertificateSource;
pub(crate) use form::ShortTime;

/// The server's own certificate and its key, in the data folder.
const CERTIFICATE_FILE: &str = "tls.pem";

impl Config {
    /// Resolves a configuration from its sources, each overriding the one before: the text of a
    /// file, the environment, and the flags.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key and the expected form.
    pub fn read(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: RawConfig,
        machine: &Machine,
    ) -> Result<Self, ConfigError> {
        let file = file.map(source::read_file).transpose()?.unwrap_or_default();
        let environment = source::read_environment(environment)?;
        let layers = [flags, environment, file].map(RawConfig::with_one_location);
        let raw = layers.into_iter().reduce(RawConfig::over);
        let config = raw.unwrap_or_default().resolve(machine);
        config.check()?;
        Ok(config)
    }

    /// The configuration in this file, on a machine that is always the same.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    pub fn from_file(text: &str) -> Result<Self, ConfigError> {
        Self::read(Some(text), [], RawConfig::default(), &Machine::default())
    }

    /// Checks keys that depend on each other.
    fn check(&self) -> Result<(), ConfigError> {
        if !self.server.memory && self.server.data.as_os_str().is_empty() {
            return Err(ConfigError::Together {
                key: "server.data",
                rule: "must name a folder, as --data does: HOME is no absolute path".to_owned(),
            });
        }
        if self.tls.cert.is_some() != self.tls.key.is_some() {
            return Err(ConfigError::Together {
                key: "tls.cert and tls.key",
                rule: "must both name a file, or neither".to_owned(),
            });
        }
        if self.tls.sts.is_some() && self.tls.cert.is_none() {
            return Err(ConfigError::Together {
                key: "tls.sts",
                rule: "needs tls.cert, since no client trusts a certificate of the server's own; \
                       without one it is \"off\""
                    .to_owned(),
            });
        }
        let limits = &self.limits;
        let silence = limits.keepalive_idle + limits.keepalive_interval;
        if limits.user_timeout < silence {
            return Err(ConfigError::Together {
                key: "limits.user_timeout",
                rule: format!(
                    "must be at least {}, the sum of keepalive_idle and keepalive_interval, not {}",
                    ShortTime(silence),
                    ShortTime(limits.user_timeout)
                ),
            });
        }
        let least = ROOM_LOG_LINES_MIN * limits.line_bytes_max;
        if limits.room_log_bytes_max < least {
            return Err(ConfigError::Together {
                key: "limits.room_log_bytes",
                rule: format!(
                    "must be at least {least}, {ROOM_LOG_LINES_MIN} times line_bytes, not {}",
                    limits.room_log_bytes_max
                ),
            });
        }
        Ok(())
    }

    /// This configuration as far as a server that runs with `running` can adopt it, and the keys
    /// that need a restart.
    pub fn beside(mut self, running: &Self) -> (Self, Vec<&'static Key>) {
        let changed = self.changed(running);
        let kept = changed.into_iter().filter(|key| key.is_fixed).collect();
        self.server = ServerConfig {
            name: self.server.name,
            password: self.server.password,
            password_file: self.server.password_file,
            first_operator: self.server.first_operator,
            ..running.server.clone()
        };
        self.defaults.tz = running.defaults.tz.clone();
        self.limits.search_lines_max = running.limits.search_lines_max;
        self.log.json = running.log.json;
        (self, kept)
    }

    /// Where messages are kept.
    pub fn location(&self) -> Location {
        match self.server.memory {
            true => Location::Memory,
            false => Location::Folder(self.server.data.clone()),
        }
    }

    /// Where the certificate is from.
    pub(crate) fn certificate_source(&self) -> CertificateSource {
        match (&self.tls.cert, &self.tls.key, self.location()) {
            (Some(cert), Some(key), _) => CertificateSource::Files {
                cert: cert.clone(),
                key: key.clone(),
            },
            (_, _, Location::Folder(folder)) => {
                CertificateSource::Own(folder.join(CERTIFICATE_FILE))
            }
            (_, _, Location::Memory) => CertificateSource::Memory,
        }
    }

    /// The settings of the chat.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            people_max: self.limits.people_max,
            rooms_max: self.limits.rooms_max,
            rooms_per_person_max: self.limits.rooms_per_person_max,
            rooms_made_max: self.limits.rooms_made_max,
            first_operator: self.server.first_operator,
            operator_code: None,
            cloak_key: CloakKey([0, 0]),
            own_names: self.own_names(),
            read_only: self.rooms.read_only.clone(),
            server_password: (self.server.password.as_ref())
                .map(|password| ServerPassword::new(password.reveal())),
            resume_time: self.limits.resume_time,
            keeps_messages: self.history.private_messages,
        }
    }

    /// The server's own names, if people could have them.
    fn own_names(&self) -> Vec<Name> {
        let irc = irc::Settings::new(&self.server.name, &self.irc.network, self.irc.lobby);
        irc.own_names().filter_map(Name::known).collect()
    }

    /// The settings of the store's retention.
    pub(crate) fn retention(&self) -> Retention {
        let bytes_max = self.history.size_mib_max.map(|mib| mib << 20);
        let in_memory = self.server.memory.then_some(MEMORY_BYTES_MAX);
        Retention {
            keep: self.history.keep,
            bytes_max: bytes_max.or(in_memory),
        }
    }
}

impl RawConfig {
    /// A source that names a folder means it to be used, whatever lower sources say about memory;
    /// and the reverse.
    fn with_one_location(mut self) -> Self {
        if self.server.data.is_some() {
            self.server.memory = self.server.memory.or(Some(false));
        }
        self
    }
}

impl DefaultsConfig {
    /// The preferences of somebody who has chosen nothing. The time zone is the server's.
    pub(crate) fn prefs(&self) -> Prefs {
        Prefs {
            time: self.time,
            zone: None,
            echo: self.echo,
            hide_presence: self.quiet,
            color: self.color,
            bell: self.bell,
        }
    }
}

impl Limits {
    /// What a session may send.
    pub fn line_rate(&self) -> Rate {
        rate(self.line_burst, self.lines_per_second)
    }

    /// How often an address may connect.
    pub fn connect_rate(&self) -> Rate {
        rate(self.connect_burst, self.connects_per_second)
    }
}

/// The defaults.
impl Default for Limits {
    fn default() -> Self {
        RawLimits::default().resolve(&Machine::default())
    }
}

fn rate(burst: Option<u32>, per_second: f32) -> Rate {
    burst.map_or(Rate::UNLIMITED, |burst| Rate { burst, per_second })
}

#[cfg(test)]
mod tests;
