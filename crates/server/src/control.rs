//! Changing the configuration of a running server.
//!
//! The threads are sent what concerns them and adopt it between two messages; shared values are
//! replaced as a whole. What a running server cannot change stays as it is, and is reported.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use chinwag_core::Settings;
use chinwag_store::Retention;
use chinwag_wire::dialect::Defaults;
use chinwag_wire::{Look, dialect, irc};

use crate::config::{Config, DEFAULT_PORT, Key, Limits};
use crate::conn_limiter::ConnLimiter;
use crate::hub::thread::ToHub;
use crate::net::set_up;
use crate::session::Door;
use crate::shard::ToShard;
use crate::shard::inbox::Mailbox;
use crate::tls::{CertificateError, Certificates, Fingerprint};

/// A handle for the owner of a running server.
#[derive(Debug)]
pub struct Control {
    config: Config,
    shards: Vec<Mailbox>,
    hub: SyncSender<ToHub>,
    limiter: ConnLimiter,
    certificates: Arc<Certificates>,
    /// The sockets that the accept thread listens on.
    listeners: Vec<TcpListener>,
}

/// The result of a new configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Keys that have a new value from now on.
    pub changed: Vec<&'static Key>,
    /// Keys that keep their value until the server is restarted.
    pub kept: Vec<&'static Key>,
    /// Whether the certificate was replaced.
    pub has_new_certificate: bool,
}

/// The hub's part of a configuration.
#[derive(Clone, Debug)]
pub(crate) struct HubConfig {
    /// The rules of the chat.
    pub(crate) settings: Settings,
    /// What is trimmed.
    pub(crate) retention: Retention,
    /// Messages that a newcomer is shown.
    pub(crate) replay_max: usize,
    /// How those see the chat who have chosen nothing.
    pub(crate) defaults: Defaults,
}

impl HubConfig {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            settings: config.settings(),
            retention: config.retention(),
            replay_max: config.history.replay,
            defaults: Defaults {
                prefs: config.defaults.prefs(),
                zone: config.defaults.tz.clone(),
            },
        }
    }
}

/// The shards' part of a configuration.
#[derive(Clone, Debug)]
pub(crate) struct ShardConfig {
    /// The settings of the dialects.
    pub(crate) settings: Arc<dialect::Settings>,
    pub(crate) limits: Arc<Limits>,
    /// Whether peers that do not encrypt are turned away.
    pub(crate) requires_tls: bool,
    /// What lets a connection in.
    pub(crate) door: Door,
}

impl ShardConfig {
    /// `port` is the port that people are told.
    pub(crate) fn of(config: &Config, port: u16) -> Self {
        let limits = &config.limits;
        let settings = dialect::Settings {
            server_name: config.server.name.as_str().into(),
            port,
            asks_password: config.server.password.is_some(),
            irc: irc_settings(config),
            zone: config.defaults.tz.clone(),
            look: Look::new(config.defaults.prefs(), &config.defaults.tz),
            line_bytes_max: limits.line_bytes_max,
            line_rate: limits.line_rate(),
            operator_rate_factor: limits.operator_factor,
            login_tries_max: limits.name_tries_max,
            password_letters_min: limits.password_letters_min,
            login_bytes_max: limits.arrival_bytes_max,
            login_time: limits.arrival_time,
        };
        Self {
            settings: Arc::new(settings),
            limits: Arc::new(limits.clone()),
            requires_tls: config.tls.required,
            door: Door {
                password: config.server.password.clone(),
                gateway_password: config.irc.gateway_password.clone(),
            },
        }
    }
}

fn irc_settings(config: &Config) -> irc::Settings {
    let irc = &config.irc;
    irc::Settings {
        registers_early: irc.early_registration,
        sts_seconds: config.tls.sts.map(|time| time.as_secs()),
        ..irc::Settings::new(&config.server.name, &irc.network, irc.lobby)
    }
}

/// The port that people are told: that of the first listener.
pub(crate) fn port_of(listeners: &[TcpListener]) -> u16 {
    let address = listeners.first().map(TcpListener::local_addr);
    address.map_or(DEFAULT_PORT, |address| {
        address.map_or(DEFAULT_PORT, |address| address.port())
    })
}

impl Control {
    /// `listeners` are those of the server, which does not end before this is dropped.
    ///
    /// # Errors
    /// If the system has no descriptors left.
    pub(crate) fn new(
        config: Config,
        shards: Vec<Mailbox>,
        hub: SyncSender<ToHub>,
        limiter: ConnLimiter,
        certificates: Arc<Certificates>,
        listeners: &[TcpListener],
    ) -> io::Result<Self> {
        let listeners = listeners.iter().map(TcpListener::try_clone);
        Ok(Self {
            config,
            shards,
            hub,
            limiter,
            certificates,
            listeners: listeners.collect::<io::Result<_>>()?,
        })
    }

    /// What the server works with now.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The SHA-256 of the certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        self.certificates.fingerprint()
    }

    /// Reads the certificate again.
    ///
    /// # Errors
    /// [`CertificateError`]; then the old one stays in use.
    pub fn reload_certificate(&self) -> Result<(), CertificateError> {
        let source = self.config.certificate_source();
        self.certificates.reload(source, &self.config.server.name)
    }

    /// Adopts this configuration and the certificate that it names, as far as a running server can.
    ///
    /// # Errors
    /// [`CertificateError`]; then nothing has changed.
    pub fn reload(&mut self, config: Config) -> Result<Reloaded, CertificateError> {
        let (config, kept) = config.beside(&self.config);
        // The only step that can fail goes first.
        let source = config.certificate_source();
        let before = self.fingerprint();
        self.certificates.reload(source, &config.server.name)?;
        let has_new_certificate = self.fingerprint() != before;
        let changed = config.changed(&self.config);
        self.config = config;
        if !changed.is_empty() {
            self.hand_out();
        }
        Ok(Reloaded {
            changed,
            kept,
            has_new_certificate,
        })
    }

    fn hand_out(&self) {
        let limits = &self.config.limits;
        let connections_max = limits.connections_per_address_max;
        self.limiter
            .configure(connections_max, limits.connect_rate());
        self.limiter
            .trust(&self.config.proxy.trusted, &self.config.irc.gateways);
        for listener in &self.listeners {
            // For new connections; existing ones have inherited the old values.
            if let Err(error) = set_up(listener, limits) {
                tracing::warn!("new connections keep the old keepalive times: {error}");
            }
        }
        let shards = ShardConfig::of(&self.config, port_of(&self.listeners));
        for shard in &self.shards {
            // A shard or hub that has ended needs no configuration.
            shard.send(ToShard::Configure(shards.clone()));
        }
        let change = Box::new(HubConfig::of(&self.config));
        let _ = self.hub.send(ToHub::Configure(change));
    }
}
