//! The load generator and the ceiling, against each other: a server that gives senders their own
//! lines back, without the rest of a chat.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chinwag_bench::{Pace, Plan, Progress, Report, Request, Results, Talk, Verdict, Workload};

/// A running ceiling.
struct Ceiling {
    child: Child,
    address: SocketAddr,
}

impl Ceiling {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ceiling"));
        let mut child = command
            .arg("0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it is built");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out)
            .read_line(&mut line)
            .expect("it is text");
        let address = line.trim().strip_prefix("ceiling is listening on ");
        Self {
            address: address
                .and_then(|address| address.parse().ok())
                .expect("it listens"),
            child,
        }
    }

    /// What comes of so many members in each of so many rooms.
    fn bench(&self, workload: Workload, members: usize, rooms: usize) -> Report {
        let request = Request {
            workload,
            members,
            rooms,
            alone: 0,
            payload: 64,
            duration: Duration::from_millis(200),
            warmup: Duration::from_millis(50),
            connecting: 10,
            server_pid: Some(self.child.id()).filter(|_| cfg!(target_os = "linux")),
            spins: false,
            is_ours: false,
        };
        let plan = Plan::new(request, self.address).expect("it can be done");
        let mut said = Vec::new();
        chinwag_bench::run(&plan, &mut Progress::new(&mut said, false)).expect("it runs")
    }
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn talk(senders: usize, pace: Pace, stalled: usize) -> Workload {
    Workload::Talk(Talk {
        senders,
        pace,
        stalled,
    })
}

#[track_caller]
fn assert_whole(report: &Report) -> &Verdict {
    assert_eq!(report.problems, Vec::<String>::new());
    match &report.results {
        Results::Talk(results) => &results.verdict,
        Results::Visits(results) => &results.verdict,
        Results::Idle(_) => panic!("nobody spoke"),
    }
}

#[test]
fn every_message_comes_once_to_everybody_else() {
    let ceiling = Ceiling::start();
    for (members, rooms, senders) in [(20, 1, 4), (2, 1, 1), (3, 15, 2)] {
        let report = ceiling.bench(talk(senders, Pace::Window(8), 0), members, rooms);
        let verdict = assert_whole(&report);
        assert!(verdict.sent > 0);
        assert_eq!(verdict.deliveries, verdict.sent * (members as u64 - 1));
    }
}

#[test]
fn an_open_loop_sends_what_its_schedule_says() {
    let report = Ceiling::start().bench(talk(3, Pace::Rate(400), 0), 8, 2);
    // A quarter of a second at least, its first moment included.
    assert!(assert_whole(&report).sent >= 101);
}

#[test]
fn members_who_stall_catch_up() {
    let report = Ceiling::start().bench(talk(2, Pace::Rate(500), 3), 8, 1);
    let verdict = assert_whole(&report);
    assert_eq!(verdict.deliveries, verdict.sent * 7);
    let Results::Talk(results) = &report.results else {
        panic!("{report}");
    };
    let stall = results.stall.as_ref().expect("three have stalled");
    assert_eq!((stall.members, stall.missed, stall.closed), (3, 0, 0));
}

#[test]
fn visitors_are_heard_by_the_residents() {
    let report = Ceiling::start().bench(Workload::Visits(5), 1, 1);
    let verdict = assert_whole(&report);
    assert!(verdict.sent > 0);
    assert_eq!(verdict.deliveries, verdict.sent * 20);
}

#[test]
fn those_who_do_nothing_are_counted() {
    let report = Ceiling::start().bench(Workload::Idle, 30, 2);
    assert_eq!(report.problems, Vec::<String>::new());
    let Results::Idle(results) = &report.results else {
        panic!("{report}");
    };
    assert_eq!((results.joined, results.closed), (60, 0));
}

#[test]
fn a_report_is_json_too() {
    let report = Ceiling::start().bench(talk(1, Pace::Window(1), 0), 2, 1);
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("it is JSON");
    assert_eq!(json["workload"], "talk");
    assert_eq!(json["lost"], 0);
    assert!(json["latency_us"]["p99_9"].is_u64());
}
