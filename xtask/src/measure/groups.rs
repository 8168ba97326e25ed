//! What is measured: the fixed list of groups, their workloads as `chinwag bench` is told them, and
//! the figures that are taken from its reports.
//!
//! It must not run anything. To measure something more, add a group here; nothing else has to know.
//!
//! All but the latencies are measured with `--spin`: to wake a sleeping generator on the same machine
//! costs a server more than the write that does it, and no server can do anything about it. With
//! real-time priority a thread that never sleeps is stopped by the kernel for 50 ms of each second
//! (`sched_rt_runtime_us`), so the latencies are measured without.

use anyhow::{Result, ensure};

use super::figures::{Figure, Of};
use crate::chart;

/// The group whose values are drawn.
pub(super) const GROWTH: &str = "growth";

/// Workloads that are told in one table.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) cases: Vec<Case>,
    /// The first is the one to compare.
    pub(super) figures: &'static [Figure],
    /// Both programs run before everything else on the machine, where that is permitted.
    pub(super) is_realtime: bool,
    /// What the last case costs against the first is the point of the group.
    pub(super) is_comparison: bool,
}

/// One workload.
pub(super) struct Case {
    pub(super) label: String,
    /// Of its one room, where there is one.
    pub(super) members: usize,
    /// For `chinwag bench`, besides the address and the process.
    pub(super) arguments: String,
}

const CPU_PER_DELIVERY: Figure = at("server CPU/delivery, us", "/server/cpu_us_each");
const DELIVERIES: Figure = at("deliveries/s", "/deliveries_per_second");
const LINES_PER_READ: Figure = at("lines per read", "/lines_per_read");

const FAN_OUT: &[Figure] = &[
    CPU_PER_DELIVERY,
    DELIVERIES,
    LINES_PER_READ,
    at("latency p50, us", "/latency_us/p50"),
    at("latency p99, us", "/latency_us/p99"),
];

const LATENCY: &[Figure] = &[
    at("p50, us", "/latency_us/p50"),
    at("p90, us", "/latency_us/p90"),
    at("p99, us", "/latency_us/p99"),
    at("max, us", "/latency_us/max"),
    at("sent late p99, us", "/sent_late_us/p99"),
    CPU_PER_DELIVERY,
];

const IDLE: &[Figure] = &[
    at("server memory/person, bytes", "/resident_bytes_per_person"),
    at("server CPU/join, us", "/server/cpu_us_each"),
    at("joins/s", "/joins_per_second"),
];

const VISITS: &[Figure] = &[
    at("server CPU/visit, us", "/server/cpu_us_each"),
    at("visits/s", "/visits_per_second"),
    at("until the welcome p50, us", "/join_latency_us/p50"),
    at("until the welcome p99, us", "/join_latency_us/p99"),
];

const STALLED: &[Figure] = &[
    CPU_PER_DELIVERY,
    at("deliveries/s before", "/stall/deliveries_per_second_before"),
    at("deliveries/s during", "/stall/deliveries_per_second_during"),
    Figure {
        label: "during against before",
        of: Of::Ratio(
            "/stall/deliveries_per_second_during",
            "/stall/deliveries_per_second_before",
        ),
    },
    at(
        "longest silence of the others, us",
        "/stall/longest_silence_us",
    ),
    Figure {
        label: "growth of server memory, MiB",
        of: Of::MebibytesMore(
            "/stall/resident_bytes_during",
            "/stall/resident_bytes_before",
        ),
    },
    at("stalled: disconnected", "/stall/closed"),
    at("stalled: told to be behind", "/stall/told"),
    at("stalled: lines they were told of", "/stall/skipped"),
    at("stalled: lines they missed", "/stall/missed"),
];

const MANY_ROOMS: &[Figure] = &[
    CPU_PER_DELIVERY,
    at("latency p50, us", "/latency_us/p50"),
    at("latency p99, us", "/latency_us/p99"),
];

const JOIN: &[Figure] = &[
    Figure {
        label: "second half against first",
        of: Of::Ratio("/second_half_cpu_us_each", "/first_half_cpu_us_each"),
    },
    at("server CPU/join, first half, us", "/first_half_cpu_us_each"),
    at(
        "server CPU/join, second half, us",
        "/second_half_cpu_us_each",
    ),
];

const fn at(label: &'static str, pointer: &'static str) -> Figure {
    Figure {
        label,
        of: Of::At(pointer),
    }
}

/// All groups, or the one of this name.
pub(super) fn chosen(only: Option<&str>, seconds: f64, warmup: f64) -> Result<Vec<Group>> {
    let mut groups = all(&Lengths { seconds, warmup });
    let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
    let names = names.join(", ");
    groups.retain(|group| only.is_none_or(|only| only == group.name));
    ensure!(!groups.is_empty(), "the groups are {names}");
    Ok(groups)
}

/// How long a run is.
struct Lengths {
    seconds: f64,
    warmup: f64,
}

impl Lengths {
    /// A conversation of the usual length.
    fn talk(&self, label: impl Into<String>, members: usize, arguments: &str) -> Case {
        self.spun(label, members, &format!("{arguments} {}", self.both(1.0)))
    }

    fn both(&self, factor: f64) -> String {
        let warmup = millis(self.warmup);
        format!("{} --warmup {warmup}", self.duration(factor))
    }

    fn duration(&self, factor: f64) -> String {
        format!("--duration {}", millis(factor * self.seconds))
    }

    fn spun(&self, label: impl Into<String>, members: usize, arguments: &str) -> Case {
        Case {
            label: label.into(),
            members,
            arguments: format!("{arguments} --spin"),
        }
    }

    fn fan_out(&self, members: usize, window: u32) -> Case {
        let label = format!("{} members, window {window}", counted(members));
        let arguments = format!("--members {members} --senders 4 --window {window} --payload 64");
        self.talk(label, members, &arguments)
    }

    fn latency(&self, members: usize, rate: u32) -> Case {
        let arguments = format!("--members {members} --senders 4 --rate {rate} --payload 64");
        Case {
            label: format!("{} members, {rate} messages/s", counted(members)),
            members,
            arguments: format!("{arguments} {}", self.both(1.0)),
        }
    }

    /// Half of so many rooms have two members, one of whom sends; the other half one. A crowd is told
    /// for five seconds after it came, which would count as the cost of rooms: the warm-up is longer.
    fn small_rooms(&self, rooms: usize) -> Case {
        let half = rooms / 2;
        let arguments = format!(
            "--rooms {half} --members 2 --senders 1 --alone {half} --rate 5000 --payload 64 {} \
             --warmup 8000ms",
            self.duration(1.0)
        );
        self.spun(format!("{} rooms", counted(rooms)), 2, &arguments)
    }
}

fn counted(number: usize) -> String {
    chart::grouped(number as f64)
}

/// As `chinwag bench` reads times.
fn millis(seconds: f64) -> String {
    format!("{:.0}ms", seconds * 1000.0)
}

fn all(lengths: &Lengths) -> Vec<Group> {
    let groups = [
        fan_out, rooms, latency, idle, visits, stalled, growth, many_rooms, join,
    ];
    groups.into_iter().map(|group| group(lengths)).collect()
}

fn plain(
    name: &'static str,
    figures: &'static [Figure],
    about: &'static str,
    cases: impl Into<Vec<Case>>,
) -> Group {
    Group {
        name,
        about,
        cases: cases.into(),
        figures,
        is_realtime: false,
        is_comparison: false,
    }
}

fn fan_out(lengths: &Lengths) -> Group {
    let rooms = [(100, 16), (1000, 16), (100, 256), (1000, 256)];
    plain(
        "fan-out",
        FAN_OUT,
        "One room, 4 senders, 64 bytes a message, sent as fast as the server delivers: the window is how \
         many messages of each sender may be under way.",
        rooms.map(|(members, window)| lengths.fan_out(members, window)),
    )
}

/// The window of `chinwag bench` is of a sender, not of a room.
fn rooms(lengths: &Lengths) -> Group {
    let arguments = "--rooms 100 --members 10 --senders 4 --window 1 --payload 64";
    plain(
        "rooms",
        FAN_OUT,
        "100 rooms of 10. 4 members of each room send, and each has one message under way: 4 in a room at \
         a time.",
        [lengths.talk("100 rooms of 10", 10, arguments)],
    )
}

fn latency(lengths: &Lengths) -> Group {
    let rooms = [(100, 200), (1000, 50)];
    Group {
        is_realtime: true,
        ..plain(
            "latency",
            LATENCY,
            "One room, messages at times fixed in advance: from when a message was due until a member has \
             read it. `sent late` is the generator's own part of it.",
            rooms.map(|(members, rate)| lengths.latency(members, rate)),
        )
    }
}

fn idle(lengths: &Lengths) -> Group {
    let stay = lengths.duration(1.0);
    let arguments = format!("--idle --rooms 150 --members 100 {stay}");
    plain(
        "idle",
        IDLE,
        "15,000 people come in, 100 to a room besides the lobby, and do nothing.",
        [lengths.spun("15,000 people", 100, &arguments)],
    )
}

fn visits(lengths: &Lengths) -> Group {
    plain(
        "visits",
        VISITS,
        "People connect, come in, say a line and leave, 32 at a time, while 20 others listen.",
        [lengths.talk("32 at a time", 20, "--visits 32 --payload 64")],
    )
}

fn stalled(lengths: &Lengths) -> Group {
    let arguments = "--members 100 --senders 4 --window 16 --payload 400 --stalled 5";
    let arguments = format!("{arguments} {}", lengths.both(4.0));
    plain(
        "stalled",
        STALLED,
        "5 of 100 stop reading after half of the time, which is four times as long as elsewhere: at first \
         the kernel takes in what they do not read.",
        [lengths.spun("5 of 100, window 16", 100, &arguments)],
    )
}

fn growth(lengths: &Lengths) -> Group {
    let rooms = [10, 30, 100, 300, 1000, 3000, 10_000];
    plain(
        GROWTH,
        &[CPU_PER_DELIVERY, DELIVERIES],
        "Fan-out with a window of 16 in rooms of any size; `cargo xtask chart` draws it.",
        rooms.map(|members| lengths.fan_out(members, 16)),
    )
}

fn many_rooms(lengths: &Lengths) -> Group {
    let rooms = [100, 10_000];
    Group {
        is_comparison: true,
        ..plain(
            "many-rooms",
            MANY_ROOMS,
            "Half of the rooms have two members, of whom one sends; in the other half somebody is alone. \
             5,000 messages a second in all, each of them one delivery. The warm-up is long enough for \
             chinwag to have told everybody who came in.",
            rooms.map(|rooms| lengths.small_rooms(rooms)),
        )
    }
}

fn join(lengths: &Lengths) -> Group {
    let stay = lengths.duration(1.0);
    let arguments = format!("--idle --members 15000 --connecting 100 {stay}");
    plain(
        "join",
        JOIN,
        "15,000 people come into one room, 100 at a time on their way: what a join costs while the second \
         half comes in, against the first.",
        [lengths.spun("15,000 into one room", 15_000, &arguments)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(name: &str) -> Vec<String> {
        let groups = chosen(Some(name), 2.5, 0.5).expect("the name is known");
        assert_eq!(groups.len(), 1);
        let cases = groups[0].cases.iter();
        cases.map(|case| case.arguments.clone()).collect()
    }

    #[test]
    fn a_group_is_chosen_by_its_name() {
        assert_eq!(
            cases("fan-out")[1],
            "--members 1000 --senders 4 --window 16 --payload 64 --duration 2500ms --warmup 500ms \
             --spin"
        );
        assert!(cases("stalled")[0].contains("--duration 10000ms"));
        assert!(chosen(None, 2.5, 0.5).expect("there are groups").len() > 5);
        let error = chosen(Some("dance"), 2.5, 0.5).err().expect("no group");
        assert!(error.to_string().contains("fan-out, rooms, "), "{error}");
    }

    #[test]
    fn who_runs_in_real_time_sleeps() {
        for group in chosen(None, 1.0, 0.5).expect("there are groups") {
            for case in group.cases {
                let spins = case.arguments.contains("--spin");
                assert_ne!(spins, group.is_realtime, "{}", case.label);
            }
        }
    }

    #[test]
    fn small_rooms_are_as_many_as_they_say() {
        let many = &cases("many-rooms")[1];
        assert!(many.starts_with("--rooms 5000 --members 2 --senders 1 --alone 5000 "));
    }
}
