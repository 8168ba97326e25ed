//! The list of what is measured: workloads as `chinwag bench` is told them, and the figures that are
//! taken from its reports. To measure something more, add a row here.
//!
//! All but the latencies spin: to wake a sleeping generator on the same machine costs a server more
//! than the write that does it. With real-time priority the kernel stops a thread that never sleeps
//! for 50 ms of each second (`sched_rt_runtime_us`), so the latencies are measured without.

/// Workloads that are told in one table.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) figures: &'static [Figure],
    /// A label, and arguments of `chinwag bench`.
    pub(super) cases: &'static [(&'static str, &'static str)],
    /// How long a run is, in usual lengths.
    pub(super) length: f64,
    /// Both programs run before everything else on the machine, and the generator sleeps.
    pub(super) is_realtime: bool,
}

/// A label, and where the figure stands in a report: JSON pointers, numbers, `/` and `-`, which are
/// worked out from the left.
pub(super) type Figure = (&'static str, &'static str);

const CPU: Figure = ("server CPU/delivery, us", "/server/cpu_us_each");
const DELIVERIES: Figure = ("deliveries/s", "/deliveries_per_second");
const P50: Figure = ("latency p50, us", "/latency_us/p50");
const P99: Figure = ("latency p99, us", "/latency_us/p99");

const FAN_OUT: &[Figure] = &[
    CPU,
    DELIVERIES,
    ("lines per read", "/lines_per_read"),
    P50,
    P99,
];

const PLAIN: Group = Group {
    name: "",
    about: "",
    figures: FAN_OUT,
    cases: &[],
    length: 1.0,
    is_realtime: false,
};

pub(super) const GROUPS: &[Group] = &[
    Group {
        name: "fan-out",
        about: "One room, 4 senders, 64 bytes a message, sent as fast as the server delivers: the \
                window is how many messages of each sender may be under way.",
        cases: &[
            ("100 members, window 16", "--members 100 --window 16"),
            ("1,000 members, window 16", "--members 1000 --window 16"),
            ("100 members, window 256", "--members 100 --window 256"),
            ("1,000 members, window 256", "--members 1000 --window 256"),
        ],
        ..PLAIN
    },
    Group {
        name: "rooms",
        about: "100 rooms of 10. 4 members of each room send, and each has one message under way: 4 \
                in a room at a time.",
        cases: &[("100 rooms of 10", "--rooms 100 --members 10 --window 1")],
        ..PLAIN
    },
    Group {
        name: "latency",
        about: "One room, messages at times fixed in advance: from when a message was due until a \
                member has read it. `sent late` is the generator's own part of it.",
        figures: &[
            P50,
            ("latency p90, us", "/latency_us/p90"),
            P99,
            ("latency max, us", "/latency_us/max"),
            ("sent late p99, us", "/sent_late_us/p99"),
            CPU,
        ],
        cases: &[
            ("100 members, 200 messages/s", "--members 100 --rate 200"),
            ("1,000 members, 50 messages/s", "--members 1000 --rate 50"),
        ],
        is_realtime: true,
        ..PLAIN
    },
    Group {
        name: "idle",
        about: "15,000 people come in, 100 to a room besides the lobby, and do nothing.",
        figures: &[
            ("server memory/person, bytes", "/resident_bytes_per_person"),
            ("server CPU/join, us", "/server/cpu_us_each"),
            ("joins/s", "/joins_per_second"),
        ],
        cases: &[("15,000 people", "--idle --rooms 150 --members 100")],
        ..PLAIN
    },
    Group {
        name: "visits",
        about: "People connect, come in, say a line and leave, 32 at a time, while 20 others listen.",
        figures: &[
            ("server CPU/visit, us", "/server/cpu_us_each"),
            ("visits/s", "/visits_per_second"),
            ("until the welcome p50, us", "/join_latency_us/p50"),
            ("until the welcome p99, us", "/join_latency_us/p99"),
        ],
        cases: &[("32 at a time", "--visits 32")],
        ..PLAIN
    },
    Group {
        name: "stalled",
        about: "5 of 100 stop reading after half of the time, which is four times as long as \
                elsewhere: at first the kernel takes in what they do not read.",
        figures: &[
            CPU,
            ("deliveries/s before", "/stall/deliveries_per_second_before"),
            ("deliveries/s during", "/stall/deliveries_per_second_during"),
            (
                "during against before",
                "/stall/deliveries_per_second_during / /stall/deliveries_per_second_before",
            ),
            (
                "longest silence of the others, us",
                "/stall/longest_silence_us",
            ),
            (
                "growth of server memory, MiB",
                "/stall/resident_bytes_during - /stall/resident_bytes_before / 1048576",
            ),
            ("stalled: disconnected", "/stall/closed"),
            ("stalled: told to be behind", "/stall/told"),
            ("stalled: lines they were told of", "/stall/skipped"),
            ("stalled: lines they missed", "/stall/missed"),
        ],
        cases: &[(
            "5 of 100, window 16",
            "--members 100 --window 16 --payload 400 --stalled 5",
        )],
        length: 4.0,
        ..PLAIN
    },
    Group {
        name: "growth",
        about: "Fan-out with a window of 16 in rooms of any size.",
        figures: &[CPU, DELIVERIES],
        cases: &[
            ("10 members", "--members 10"),
            ("30 members", "--members 30"),
            ("100 members", "--members 100"),
            ("300 members", "--members 300"),
            ("1,000 members", "--members 1000"),
            ("3,000 members", "--members 3000"),
            ("10,000 members", "--members 10000"),
        ],
        ..PLAIN
    },
    Group {
        name: "many-rooms",
        about: "Half of the rooms have two members, of whom one sends; in the other half somebody is \
                alone. 5,000 messages a second in all, each of them one delivery. The warm-up is long \
                enough for chinwag to have told everybody who came in.",
        figures: &[CPU, P50, P99],
        cases: &[
            (
                "100 rooms",
                "--rooms 50 --members 2 --senders 1 --alone 50 --rate 5000 --warmup 8s",
            ),
            (
                "10,000 rooms",
                "--rooms 5000 --members 2 --senders 1 --alone 5000 --rate 5000 --warmup 8s",
            ),
        ],
        ..PLAIN
    },
    Group {
        name: "join",
        about: "15,000 people come into one room, 100 at a time on their way: what a join costs while \
                the second half comes in, against the first.",
        figures: &[
            (
                "second half against first",
                "/second_half_cpu_us_each / /first_half_cpu_us_each",
            ),
            ("server CPU/join, first half, us", "/first_half_cpu_us_each"),
            (
                "server CPU/join, second half, us",
                "/second_half_cpu_us_each",
            ),
        ],
        cases: &[(
            "15,000 into one room",
            "--idle --members 15000 --connecting 100",
        )],
        ..PLAIN
    },
];

impl Group {
    /// All arguments of a case, but for the address and the process.
    pub(super) fn arguments(&self, case: &str, seconds: f64) -> String {
        let mut arguments = format!("{case} --duration {:.0}ms", self.length * seconds * 1000.0);
        if !case.contains("--idle") && !case.contains("--warmup") {
            arguments += " --warmup 500ms";
        }
        if !self.is_realtime {
            arguments += " --spin";
        }
        arguments
    }
}
