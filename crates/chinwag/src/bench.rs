//! `chinwag bench`: from arguments to a report.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, ExitCode};
use std::str::FromStr;
use std::time::Duration;

use anyhow::Result;
use chinwag_bench::{Client, Crowd, Dialect, OwnServer, Pace, Plan, Talk, Target, Workload};
use chinwag_client::Target as HostAndPort;
use clap::{Args, ValueEnum};

use crate::arguments::count;
use crate::usage;

/// What a benchmark does. Without `--idle` or `--visits` some members send and all listen.
#[derive(Debug, Args)]
pub(crate) struct BenchFlags {
    /// A server that runs already; without it, bench starts one that keeps nothing
    #[arg(value_name = "HOST[:PORT]")]
    target: Option<HostAndPort>,
    /// Start this server, which must say on standard output where it listens
    #[arg(long, value_name = "COMMAND", conflicts_with = "target")]
    start: Option<String>,
    /// Members of each room
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_one::<usize>)]
    members: usize,
    /// Rooms of the bench's own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_one::<usize>)]
    rooms: usize,
    /// More people, each alone in a further room, who do nothing
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count::<usize>)]
    alone: usize,
    /// Talk in the lobby of that server, whose history keeps it, and not in a room of its own
    #[arg(long)]
    lobby: bool,
    /// Members of each room who send
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one::<usize>)]
    senders: usize,
    /// Send as fast as the server delivers: each sender may have this many messages under way
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one::<u32>)]
    window: u32,
    /// Send this many messages a second in all, whatever the server does
    #[arg(long, value_name = "N", conflicts_with = "window", value_parser = at_least_one::<u32>)]
    rate: Option<u32>,
    /// Length of a message
    #[arg(long, value_name = "BYTES", default_value_t = 64, value_parser = count::<usize>)]
    payload: usize,
    /// Measure for this long, such as 500ms, 5s or 2m
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = some_time, allow_hyphen_values = true)]
    duration: Duration,
    /// Before that, do the same without measuring
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration, allow_hyphen_values = true)]
    warmup: Duration,
    /// This many members of each room stop reading after half of the time
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count::<usize>)]
    stalled: usize,
    /// Come in, do nothing, and stay for the duration; in IRC this counts registrations, up to 001
    #[arg(long, conflicts_with_all = TALKING)]
    idle: bool,
    /// This many at a time come in, say a line and leave, while 20 others listen
    #[arg(long, value_name = "N", conflicts_with_all = ["members", "rooms", "alone", "senders", "window", "rate", "stalled", "idle"], value_parser = at_least_one::<usize>)]
    visits: Option<usize>,
    /// Connections that may be on their way in at once
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one::<usize>)]
    connecting: usize,
    /// Report the processor time and memory of this process too (Linux)
    #[arg(long, value_name = "PID", requires = "target", value_parser = at_least_one::<u32>)]
    server_pid: Option<u32>,
    /// What the members speak
    #[arg(long, value_name = "DIALECT", value_enum, ignore_case = true, default_value_t = Speaks::Plain)]
    dialect: Speaks,
    /// The capabilities that clients of IRC negotiate, with commas between them; several times for
    /// several sets, of which members take turns; "eight" for those of eight clients
    #[arg(long, value_name = "LIST")]
    caps: Vec<String>,
    /// Encrypt, and accept whatever certificate the server has
    #[arg(long)]
    tls: bool,
    /// Never sleep, so that the server does not pay for waking the load generator
    #[arg(long)]
    spin: bool,
    /// Write one JSON object in place of the table
    #[arg(long)]
    json: bool,
    /// Allow a server on another machine, or with people on it
    #[arg(long)]
    i_run_that_server: bool,
}

/// What members speak.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Speaks {
    /// As people at nc do
    Plain,
    /// Line JSON, as programs do
    Json,
    /// IRC, as its clients do
    Irc,
}

/// The word that stands for these sets in `--caps`.
const EIGHT: &str = "eight";

/// Eight sets of capabilities, no two of which have rooms look the same: none, and about what seven
/// kinds of clients ask for.
const EIGHT_SETS: [&str; 8] = [
    "",
    "multi-prefix,extended-join,setname,account-notify",
    "multi-prefix,server-time,away-notify,extended-join,account-notify,userhost-in-names",
    "batch,server-time,echo-message,message-tags,extended-join,away-notify,setname",
    "batch,server-time,echo-message,message-tags,account-tag,labeled-response,draft/chathistory",
    "batch,server-time,message-tags,account-tag,account-notify,away-notify,extended-join,setname",
    "server-time,message-tags,account-tag,draft/message-redaction",
    "server-time,sasl",
];

/// What means nothing to those who do nothing.
const TALKING: [&str; 6] = ["senders", "window", "rate", "payload", "warmup", "stalled"];

/// Runs the benchmark and writes its report. Success means that everything was done and nothing
/// lost.
///
/// # Errors
/// If there is nothing to report.
pub(crate) fn bench(flags: &BenchFlags) -> Result<ExitCode> {
    let address = match &flags.target {
        Some(target) => chinwag_bench::resolve(target.host(), target.port())?,
        None => (Ipv4Addr::LOCALHOST, 0).into(),
    };
    // What makes no sense is refused before anything is started.
    let mut plan = match flags.plan(address).check() {
        Ok(plan) => plan,
        Err(refusal) => return Err(usage::wrong(refusal).into()),
    };
    // It lives as long as this.
    let own = match flags.target {
        Some(_) => None,
        None => Some(OwnServer::start(&mut flags.server(&plan)?)?),
    };
    if let Some(own) = &own {
        plan.target.address = own.address();
        plan.target.server_pid = Some(own.pid()).filter(|_| cfg!(target_os = "linux"));
        plan.crowd.lobby = true;
    }
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "{plan} ...");
    }
    let report = chinwag_bench::run(&plan);
    let report = report.inspect_err(|error| {
        if let Some(hint) = chinwag_bench::hint(&error.to_string()) {
            let _ = writeln!(io::stderr(), "Hint: {hint}");
        }
    })?;
    let text = match flags.json {
        true => report.json() + "\n",
        false => report.to_string(),
    };
    let mut out = io::stdout().lock();
    // A reader that closes standard output does not want the report.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(match report.problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

impl BenchFlags {
    fn plan(&self, address: SocketAddr) -> Plan {
        Plan {
            target: Target {
                address,
                is_ours: self.i_run_that_server,
                server_pid: self.server_pid,
            },
            workload: self.workload(),
            crowd: Crowd {
                members: self.members,
                rooms: self.rooms,
                alone: self.alone,
                lobby: self.lobby,
            },
            client: self.client(),
            payload: self.payload,
            duration: self.duration,
            warmup: self.warmup,
            connecting: self.connecting,
            spins: self.spin,
        }
    }

    fn client(&self) -> Client {
        let eight = || EIGHT_SETS.iter().copied();
        let sets = self.caps.iter().flat_map(|typed| match typed.as_str() {
            EIGHT => eight().collect(),
            typed => vec![typed],
        });
        Client {
            dialect: match self.dialect {
                Speaks::Plain => Dialect::Plain,
                Speaks::Json => Dialect::Json,
                Speaks::Irc => Dialect::Irc,
            },
            caps: sets.map(|set| set.replace(',', " ")).collect(),
            tls: self.tls,
        }
    }

    /// The server to start: the one that was asked for, or one that keeps nothing, without limits on
    /// what the plan sends and without the settings of another one.
    fn server(&self, plan: &Plan) -> io::Result<Command> {
        if let Some(typed) = &self.start {
            let mut words = typed.split_whitespace();
            let mut command = Command::new(words.next().unwrap_or_default());
            command.args(words);
            return Ok(command);
        }
        let mut command = Command::new(env::current_exe()?);
        command.args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--memory",
            "--log",
            "error",
        ]);
        for (key, _) in
            env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("CHINWAG_"))
        {
            command.env_remove(key);
        }
        command.env("CHINWAG_LIMITS_LINE_BURST", "0");
        // Members say for themselves whether they go there.
        command.env("CHINWAG_IRC_LOBBY", "false");
        command.env(
            "CHINWAG_LIMITS_LINE_BYTES",
            plan.payload.max(4096).to_string(),
        );
        Ok(command)
    }

    fn workload(&self) -> Workload {
        match (self.idle, self.visits) {
            (true, _) => Workload::Idle,
            (_, Some(visitors)) => Workload::Visits(visitors),
            _ => Workload::Talk(Talk {
                senders: self.senders,
                pace: self.rate.map_or(Pace::Window(self.window), Pace::Rate),
                stalled: self.stalled,
            }),
        }
    }
}

/// A whole number, but not 0.
fn at_least_one<N: FromStr + Default + PartialEq>(text: &str) -> Result<N, &'static str> {
    let number = text.parse().ok().filter(|number| *number != N::default());
    number.ok_or("a whole number is wanted, 1 or more")
}

/// A number and a unit, as in the configuration.
fn duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let read = |(unit, millis): (&str, u64)| {
        let digits = text.strip_suffix(unit)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|_| is_number)?;
        number.checked_mul(millis).map(Duration::from_millis)
    };
    let read = units.into_iter().find_map(read);
    read.filter(|duration| *duration <= Duration::from_secs(24 * 3600))
        .ok_or_else(|| "a time of a day at most is a number and a unit: 500ms, 5s, 2m, 1h".into())
}

/// The same, but not none.
fn some_time(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it must be longer than nothing".to_owned()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::{Arguments, Task};

    fn flags(arguments: &str) -> Result<BenchFlags, String> {
        let words = ["chinwag", "bench"].into_iter();
        let words = words.chain(arguments.split_whitespace());
        match Arguments::try_parse_from(words)
            .map_err(|error| error.to_string())?
            .task
        {
            Task::Bench(flags) => Ok(flags),
            other => panic!("{other:?}"),
        }
    }

    fn refused(arguments: &str, word: &str) {
        let said = flags(arguments).unwrap_err();
        assert!(said.contains(word), "{arguments}: {said}");
    }

    #[test]
    fn without_arguments_there_are_defaults() {
        let flags = flags("").unwrap();
        let plan = flags.plan(([127, 0, 0, 1], 1).into());
        assert_eq!(
            (plan.crowd.members, plan.crowd.rooms, plan.payload),
            (100, 1, 64)
        );
        let talk = Talk {
            senders: 4,
            pace: Pace::Window(16),
            stalled: 0,
        };
        assert_eq!(plan.workload, Workload::Talk(talk));
        assert!(flags.target.is_none() && !plan.target.is_ours && !plan.crowd.lobby);
    }

    #[test]
    fn each_workload_has_its_flag() {
        let workload = |arguments| flags(arguments).unwrap().workload();
        assert_eq!(workload("--idle --members 5 --rooms 3"), Workload::Idle);
        assert_eq!(workload("--visits 32 --payload 99"), Workload::Visits(32));
        let talk = Talk {
            senders: 1,
            pace: Pace::Rate(200),
            stalled: 2,
        };
        let talking = workload("--senders 1 --rate 200 --stalled 2 localhost");
        assert_eq!(talking, Workload::Talk(talk));
    }

    #[test]
    fn sets_of_capabilities_are_lists_or_those_of_eight_clients() {
        let caps = |arguments| flags(arguments).unwrap().client().caps;
        assert_eq!(
            caps("--caps batch,sasl --caps setname"),
            ["batch sasl", "setname"]
        );
        let eight = caps("--caps eight");
        assert_eq!((eight.len(), eight[0].as_str()), (8, ""));
        assert!(caps("").is_empty());
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for arguments in [
            "--rate 5 --window 5",
            "--idle --senders 3",
            "--idle --visits 3",
            "--visits 3 --members 4",
            "--visits 3 --stalled 1",
        ] {
            refused(arguments, "cannot be used with");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        refused("--members many", "many");
        refused("--members -1", "-1");
        for option in [
            "members",
            "rooms",
            "connecting",
            "visits",
            "rate",
            "window",
            "senders",
        ] {
            refused(&format!("--{option} 0"), "1 or more");
        }
        refused("--duration 0s", "longer than nothing");
        refused("--nonsense", "--nonsense");
        refused("host:0", "\"0\" is no port");
        refused("--duration 5", "500ms, 5s");
    }

    #[test]
    fn durations_have_a_unit() {
        for (text, millis) in [("250ms", 250), ("5s", 5_000), ("2m", 120_000), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "5", "+5s", "-1s", "1.5s", "5 s", "25h", "5d"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("18446744073709551615h").is_err());
    }
}
