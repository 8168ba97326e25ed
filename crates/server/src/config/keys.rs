//! Every key: what it is for, what it may be, and its default. `chinwag.example.toml` is printed
//! from this list, so the comments here are written for those who run a server.

use std::path::PathBuf;
use std::time::Duration;

use chinwag_core::{FirstOperator, RoomName};
use chinwag_store::Durability;
use chinwag_wire::TimeStyle;
use chinwag_wire::dialect::Password;
use chinwag_wire::zone::TimeZone;
use ipnet::IpNet;

use super::form::{
    Choice, File, Folder, Form, Given, Level, List, Network, Number, OrWord, Room, Switch, Text,
    Time, Wanted, Word, Zone, or_unlimited, time, whole,
};
use super::listen::{Addresses, DEFAULT_PORT, Listen};
use super::machine::Machine;
use super::secret::SecretText;
use super::section::{Key, form_of, section, sections};
use crate::limits;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// The most that the kernel takes for `TCP_KEEPIDLE` and `TCP_KEEPINTVL` is 32767 s.
const KEEPALIVE: Time = time(SECOND, Duration::from_hours(9));

/// A rate may be as low as a line in a quarter of an hour.
const PER_SECOND: Number = Number {
    min: 0.001,
    max: 1_000_000.0,
};

sections! {
    /// `[server]`
    server: ServerConfig, RawServer;
    /// `[tls]`
    tls: TlsConfig, RawTls;
    /// `[proxy]`
    proxy: ProxyConfig, RawProxy;
    /// `[irc]`
    irc: IrcConfig, RawIrc;
    /// `[history]`
    history: HistoryConfig, RawHistory;
    /// `[rooms]`
    rooms: RoomsConfig, RawRooms;
    /// `[defaults]`
    defaults: DefaultsConfig, RawDefaults;
    /// `[limits]`
    limits: Limits, RawLimits;
    /// `[log]`
    log: LogConfig, RawLog;
}

section! {
    /// `[server]`
    "server": ServerConfig, RawServer {
        /// The name in the greeting. Default: the machine's name.
        "name" => name: String = Text { bytes_max: 64 }, |machine| machine.name.clone(),
            short("CHINWAG_NAME"), like("\"chat.example.org\"");
        /// Where to listen: a port of all interfaces ("8989"), an address ("127.0.0.1:8989", "::1"), a
        /// host name ("localhost:8989"), or a list of these. Without a port it is 8989; port 0 takes
        /// a free one. Default: port 8989 of all interfaces, IPv4 and IPv6.
        "listen" => listen: Vec<Listen> = Addresses, |_| vec![Listen::Everywhere(DEFAULT_PORT)],
            short("CHINWAG_LISTEN"), fixed();
        /// The data folder. Default: $STATE_DIRECTORY, else $XDG_STATE_HOME/chinwag, else
        /// ~/.local/state/chinwag.
        "data" => data: PathBuf = Folder, |machine| machine.data.clone().unwrap_or_default(),
            short("CHINWAG_DATA"), like("\"/srv/chat\""), fixed();
        /// A password that everybody has to give before a name; "none" lets everybody in.
        "password" => password: Option<Password> = OrWord { form: SecretText::Server, word: "none" }, |_| None,
            secret();
        /// A file whose first line is that password; it goes before `password`.
        "password_file" => password_file: Option<PathBuf> = OrWord { form: File, word: "none" },
            |_| None;
        /// Keep nothing on disk.
        "memory" => memory: bool = Switch, |_| false, fixed();
        /// What a message survives once it is shown: "process" a killed server, "power" a power cut
        /// too, at the price of waiting for the disk.
        "durability" => durability: Durability =
            Choice(&[("process", Durability::Process), ("power", Durability::Power)]),
            |_| Durability::Process, short("CHINWAG_DURABILITY"), fixed();
        /// Threads that serve connections. Default: one to every two cores.
        "threads" => threads: usize = whole(1, limits::SHARDS_MAX as u64),
            |machine| limits::shards_for(machine.cores), like("2"), fixed();
        /// Who becomes the operator by arriving first on a server that has none: "local" for a person on
        /// the machine itself (from elsewhere, with the code that the server prints at its start),
        /// "anyone" for a person from anywhere, "nobody". A script never does.
        "first_operator" => first_operator: FirstOperator =
            Choice(&[
                ("local", FirstOperator::Local),
                ("anyone", FirstOperator::Anyone),
                ("nobody", FirstOperator::Nobody),
            ]),
            |_| FirstOperator::Local;
    }
}

section! {
    /// `[tls]`: encryption, on the same port as everything else.
    "tls": TlsConfig, RawTls {
        /// The certificate in PEM form, with those that lead from it to a root behind it. It and the key
        /// are read again when they change. Such as "/etc/letsencrypt/live/chat.example.org/fullchain.pem";
        /// "self-made" is one of the server's own, in its data folder.
        "cert" => cert: Option<PathBuf> = OrWord { form: File, word: "self-made" }, |_| None;
        /// Its private key in PEM form.
        "key" => key: Option<PathBuf> = OrWord { form: File, word: "self-made" }, |_| None;
        /// Whether everybody from beyond this machine has to encrypt.
        "required" => required: bool = Switch, |_| false;
        /// For how long clients of IRC are to insist on TLS once they have seen it, such as "30d" (STS);
        /// "off" asks nothing of them, and "0s" to forget it. It needs a certificate that clients trust.
        "sts" => sts: Option<Duration> =
            OrWord { form: time(Duration::ZERO, Duration::from_hours(24 * 3_650)), word: "off" }, |_| None;
    }
}

section! {
    /// `[proxy]`: connections that come through a proxy, such as haproxy.
    "proxy": ProxyConfig, RawProxy {
        /// Networks of proxies, such as ["10.0.0.0/8", "192.0.2.7"]. They must put a PROXY header
        /// (version 1 or 2) before each connection, and are believed whose it is; nobody else may.
        "trusted" => trusted: Vec<IpNet> = List(Network), |_| Vec::new();
    }
}

section! {
    /// `[irc]`: clients of IRC, on the same port.
    "irc": IrcConfig, RawIrc {
        /// The name of the network, as clients show it: one word.
        "network" => network: String = Word { bytes_max: 32 }, |_| "chinwag".into();
        /// Whether clients are in #lobby when they have come in, as everybody else is.
        "lobby" => lobby: bool = Switch, |_| true;
        /// Whether a client may register a name before it has come in.
        "early_registration" => early_registration: bool = Switch, |_| true;
        /// Networks of gateways from the web to IRC, such as ["192.0.2.7"]. With the password they are
        /// believed for whom they speak (WEBIRC); nobody else may.
        "gateways" => gateways: Vec<IpNet> = List(Network), |_| Vec::new();
        /// Their password; without one no gateway is believed.
        "gateway_password" => gateway_password: Option<Password> =
            OrWord { form: SecretText::Gateways, word: "none" }, |_| None, secret();
        /// A file whose first line is that password; it goes before `gateway_password`.
        "gateway_password_file" => gateway_password_file: Option<PathBuf> =
            OrWord { form: File, word: "none" }, |_| None;
    }
}

section! {
    /// `[history]`
    "history": HistoryConfig, RawHistory {
        /// How long messages are kept, such as "90d".
        "keep" => keep: Option<Duration> =
            OrWord { form: time(MINUTE, Duration::from_hours(24 * 36_500)), word: "forever" },
            |_| None;
        /// Mebibytes of messages that are kept; the oldest go first. With memory = true, "unlimited"
        /// means 64.
        "size_mib" => size_mib_max: Option<u64> = or_unlimited(whole(1, 1 << 30)), |_| None;
        /// Messages that somebody who enters a room is shown.
        "replay" => replay: usize = whole(0, limits::RECENT_MAX as u64), |_| limits::REPLAY_MAX;
        /// Keep private messages of people with an account: in their history, and until a receiver
        /// who is away is there to read them.
        "private_messages" => private_messages: bool = Switch, |_| true;
    }
}

section! {
    /// `[rooms]`
    "rooms": RoomsConfig, RawRooms {
        /// Rooms where operators alone may speak, such as ["#news"].
        "read_only" => read_only: Vec<RoomName> = List(Room), |_| Vec::new();
    }
}

section! {
    /// `[defaults]`: how people see the chat until they choose.
    "defaults": DefaultsConfig, RawDefaults {
        /// The time before a line (/time): "off", "short" for 14:03, "full" for date and seconds.
        "time" => time: TimeStyle =
            Choice(&[("off", TimeStyle::Off), ("short", TimeStyle::Short), ("full", TimeStyle::Full)]),
            |_| TimeStyle::Short;
        /// The time zone (/tz). Default: the machine's.
        "tz" => tz: TimeZone = Zone, |machine| machine.zone.clone(), like("\"Europe/Berlin\""),
            fixed();
        /// Whether one's own lines come back as everybody else sees them (/echo).
        "echo" => echo: bool = Switch, |_| false;
        /// Whether joins, leaves and renames are left out (/quiet).
        "quiet" => quiet: bool = Switch, |_| false;
        /// Whether names are coloured (/color).
        "color" => color: bool = Switch, |_| false;
        /// Whether a private message, or one's name in a line, rings the bell (/bell).
        "bell" => bell: bool = Switch, |_| false;
    }
}

section! {
    /// `[limits]`: see `limits.rs` here and in core for the reasons.
    "limits": Limits, RawLimits {
        /// People at once.
        "people" => people_max: usize = whole(1, limits::PEOPLE_LIMIT_MAX as u64),
            |_| limits::PEOPLE_MAX;
        /// Rooms at once. One that nobody is in and nobody owns is not counted, though its past is kept.
        "rooms" => rooms_max: usize = whole(1, 1_000_000), |_| limits::ROOMS_MAX;
        /// Rooms that one person may be in.
        "rooms_per_person" => rooms_per_person_max: usize = whole(1, 1_000),
            |_| limits::ROOMS_PER_PERSON_MAX;
        /// Rooms that one account may have made, and that all who come from one address may have made
        /// together; at most half of `rooms` at once. Guests from the machine itself and operators are
        /// exempt.
        "rooms_made" => rooms_made_max: usize = whole(1, 1_000_000), |_| limits::ROOMS_MADE_MAX;
        /// Connections from one address (one /64 of IPv6); loopback is exempt.
        "connections_per_address" => connections_per_address_max: Option<usize> =
            or_unlimited(whole(1, 1_000_000)), |_| Some(limits::CONNECTIONS_PER_ADDRESS_MAX);
        /// Connections from one address in a row.
        "connect_burst" => connect_burst: Option<u32> = or_unlimited(whole(1, 1_000_000)),
            |_| Some(limits::CONNECT_RATE.burst);
        /// How many of those come free again every second.
        "connects_per_second" => connects_per_second: f32 = PER_SECOND,
            |_| limits::CONNECT_RATE.per_second;
        /// Bytes of a line; a longer one is refused whole.
        "line_bytes" => line_bytes_max: usize = whole(64, limits::READ_BYTES_MAX as u64),
            |_| limits::LINE_BYTES_MAX;
        /// Lines that a person may send in a row.
        "line_burst" => line_burst: Option<u32> = or_unlimited(whole(1, 1_000_000)),
            |_| Some(limits::LINE_RATE.burst);
        /// How many of those come free again every second.
        "lines_per_second" => lines_per_second: f32 = PER_SECOND,
            |_| limits::LINE_RATE.per_second;
        /// How many times as much an operator may send.
        "operator_factor" => operator_factor: u32 = whole(1, 1_000),
            |_| limits::OPERATOR_RATE_FACTOR;
        /// Time that a connection has to choose a name.
        "arrival_time" => arrival_time: Duration = time(MS, HOUR), |_| limits::ARRIVAL_TIME;
        /// Bytes that it may send before it has one.
        "arrival_bytes" => arrival_bytes_max: usize = whole(64, 1 << 20),
            |_| limits::ARRIVAL_BYTES_MAX;
        /// Names that it may try.
        "name_tries" => name_tries_max: u8 = whole(1, 100), |_| limits::NAME_TRIES_MAX;
        /// Letters that a new password has at least.
        "password_letters" => password_letters_min: usize = whole(1, 64),
            |_| limits::PASSWORD_LETTERS_MIN;
        /// How long the server waits for a client to speak first before it greets.
        "sniff_time" => sniff_time: Duration = time(Duration::ZERO, 5 * MINUTE),
            |_| limits::SNIFF_TIME;
        /// How long a lost session can be taken up with /resume.
        "resume_time" => resume_time: Duration = time(Duration::ZERO, 7 * DAY),
            |_| limits::RESUME_TIME;
        /// How long a socket may take nothing while there is something to write.
        "stall_time" => stall_time: Duration = time(SECOND, HOUR), |_| limits::STALL_TIME;
        /// How long a client that was sent everything, the goodbye included, is given to close its
        /// side.
        "linger_time" => linger_time: Duration = time(Duration::ZERO, MINUTE),
            |_| limits::LINGER_TIME;
        /// A dead peer is found by asking after this time of silence ...
        "keepalive_idle" => keepalive_idle: Duration = KEEPALIVE, |_| limits::KEEPALIVE_IDLE;
        /// ... then in this interval, three times ...
        "keepalive_interval" => keepalive_interval: Duration = KEEPALIVE,
            |_| limits::KEEPALIVE_INTERVAL;
        /// ... and by what it does not acknowledge for this long. At least the sum of the two.
        "user_timeout" => user_timeout: Duration = time(SECOND, DAY), |_| limits::USER_TIMEOUT;
        /// Bytes of each room's lines that are kept in memory for readers who are behind. At least
        /// 16 times line_bytes. A change concerns rooms that open later.
        "room_log_bytes" => room_log_bytes_max: usize = whole(64 << 10, 1 << 30),
            |_| limits::ROOM_LOG_BYTES_MAX;
        /// Messages that one /history shows at most.
        "history_lines" => history_lines_max: usize = whole(1, 10_000_000),
            |_| limits::HISTORY_LINES_MAX;
        /// Messages that one /search shows at most.
        "search_lines" => search_lines_max: usize = whole(1, 10_000),
            |_| limits::SEARCH_LINES_MAX, fixed();
    }
}

section! {
    /// `[log]`
    "log": LogConfig, RawLog {
        /// error, warn, info, debug, trace; or directives such as "warn,chinwag_server=debug".
        "level" => level: String = Level, |_| "info".into(),
            short("CHINWAG_LOG");
        /// One line of JSON for each entry.
        "json" => json: bool = Switch, |_| false, fixed();
    }
}
