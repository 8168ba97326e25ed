//! The load generator and the ceiling, against each other: a server that gives senders their own
//! lines back, without the rest of a chat.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chinwag_bench::{Client, Crowd, Pace, Plan, Talk, Target, Workload};
use serde_json::Value;

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
    fn bench(&self, workload: Workload, members: usize, rooms: usize) -> Value {
        let plan = Plan {
            target: Target {
                address: self.address,
                is_ours: false,
                server_pid: Some(self.child.id()).filter(|_| cfg!(target_os = "linux")),
            },
            workload,
            crowd: Crowd {
                members,
                rooms,
                alone: 0,
                lobby: false,
            },
            client: Client::default(),
            payload: 64,
            duration: Duration::from_millis(200),
            warmup: Duration::from_millis(50),
            connecting: 10,
            spins: false,
        };
        let plan = plan.check().expect("it can be done");
        let json = chinwag_bench::run(&plan).expect("it runs").json();
        serde_json::from_str(&json).expect("it is JSON")
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

/// How many messages were sent, if each came once to so many others.
#[track_caller]
fn sent(report: &Value, others: u64) -> u64 {
    assert_eq!(report["problems"], serde_json::json!([]), "{report}");
    let sent = report["sent"].as_u64().expect("a count");
    assert!(sent > 0, "{report}");
    assert_eq!(report["deliveries"], sent * others, "{report}");
    sent
}

#[test]
fn every_message_comes_once_to_everybody_else() {
    let ceiling = Ceiling::start();
    for (members, rooms, senders) in [(20, 1, 4), (2, 1, 1), (3, 15, 2)] {
        let report = ceiling.bench(talk(senders, Pace::Window(8), 0), members, rooms);
        sent(&report, members as u64 - 1);
        assert!(report["latency_us"]["p99.9"].is_u64(), "{report}");
    }
}

#[test]
fn an_open_loop_sends_what_its_schedule_says() {
    let report = Ceiling::start().bench(talk(3, Pace::Rate(400), 0), 8, 2);
    // A quarter of a second at least, its first moment included.
    assert!(sent(&report, 7) >= 101);
}

#[test]
fn members_who_stall_catch_up() {
    let report = Ceiling::start().bench(talk(2, Pace::Rate(500), 3), 8, 1);
    sent(&report, 7);
    for (figure, count) in [("members", 3), ("missed", 0), ("closed", 0)] {
        assert_eq!(report["stall"][figure], count, "{figure}: {report}");
    }
}

#[test]
fn visitors_are_heard_by_the_residents() {
    sent(&Ceiling::start().bench(Workload::Visits(5), 1, 1), 20);
}

#[test]
fn those_who_do_nothing_are_counted() {
    let report = Ceiling::start().bench(Workload::Idle, 30, 2);
    assert_eq!(report["problems"], serde_json::json!([]), "{report}");
    assert_eq!(
        (&report["joined"], &report["closed"]),
        (&60.into(), &0.into())
    );
}
