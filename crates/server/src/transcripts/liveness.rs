//! Nobody waits for what will not come: whatever order sockets, the shard, the hub and the workers
//! have their turns in, each client is answered to its last line without another event to wake it.
//!
//! Readiness is told as Linux tells it to an edge-triggered epoll: once for bytes that have
//! arrived, and once for a full socket that takes some again.

use proptest::prelude::*;

use chinwag_core::{ConnId, Duration};

use super::{World, steady};
use crate::hub::{Request, Ticket};
use crate::shard::ShardTurn;
use crate::worker::Job;

const CLIENTS: [&str; 4] = ["irc0", "irc1", "json", "nc"];

const LIMITS: &str = "[limits]\nline_burst = 100000\nconnections_per_address = 0\nconnect_burst = 1000\nsniff_time = \"5m\"";

/// What has a turn next.
#[derive(Clone, Debug)]
enum Step {
    /// So many bytes of a client's arrive.
    Arrive(usize, usize),
    /// A client's socket takes so many more bytes.
    Drain(usize, usize),
    Input,
    /// Writes to so many rooms before it gives way.
    Write(usize),
    Send,
    /// The hub takes so many batches in one turn.
    Decide(usize),
    Deliver,
    Work,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..CLIENTS.len(), 1usize..300).prop_map(|(who, bytes)| Step::Arrive(who, bytes)),
        3 => (0..CLIENTS.len(), 1usize..400).prop_map(|(who, bytes)| Step::Drain(who, bytes)),
        3 => Just(Step::Input),
        3 => (0usize..4).prop_map(Step::Write),
        3 => Just(Step::Send),
        3 => (1usize..4).prop_map(Step::Decide),
        3 => Just(Step::Deliver),
        2 => Just(Step::Work),
        1 => (1u64..300).prop_map(Step::Pass),
    ]
}

fn room() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["#a", "#b", "#c", "#d", "#e", "#lobby"][..])
}

/// A line of one of the first clients, who speak IRC.
fn irc() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(&CLIENTS[..]);
    prop_oneof![
        3 => prop::collection::vec(room(), 1..5).prop_map(|rooms| format!("JOIN {}", rooms.join(","))),
        2 => room().prop_map(|room| format!("PART {room}")),
        2 => room().prop_map(|room| format!("PRIVMSG {room} :hello {room}")),
        1 => name().prop_map(|name| format!("PRIVMSG {name} :psst")),
        1 => room().prop_map(|room| format!("TOPIC {room} :about {room}")),
        1 => room().prop_map(|room| format!("NAMES {room}")),
        1 => room().prop_map(|room| format!("WHO {room}")),
        1 => room().prop_map(|room| format!("MODE {room}")),
        1 => room().prop_map(|room| format!("CHATHISTORY LATEST {room} * 50")),
        1 => name().prop_map(|name| format!("WHOIS {name}")),
        1 => Just("LIST".to_owned()),
        1 => Just("PING x".to_owned()),
    ]
}

/// A line of the one who speaks JSON.
fn json() -> impl Strategy<Value = String> {
    prop_oneof![
        room().prop_map(|room| format!("{{\"join\":{{\"room\":\"{room}\"}}}}")),
        room().prop_map(|room| format!("{{\"leave\":{{\"room\":\"{room}\"}}}}")),
        room().prop_map(|room| format!("{{\"say\":{{\"room\":\"{room}\",\"text\":\"hello\"}}}}")),
        room().prop_map(|room| format!("{{\"history\":{{\"room\":\"{room}\"}}}}")),
        Just("{\"rooms\":{}}".to_owned()),
    ]
}

/// A line of the one at nc.
fn plain() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => room().prop_map(|room| format!("/join {room}")),
        1 => Just("/leave".to_owned()),
        3 => Just("hello".to_owned()),
        1 => Just("/history".to_owned()),
        1 => Just("/search hello".to_owned()),
        1 => Just("/who".to_owned()),
        1 => Just("/msg irc0 psst".to_owned()),
        1 => Just("/echo on".to_owned()),
        1 => Just("/help".to_owned()),
    ]
}

/// What is on its way.
struct Machine {
    world: World,
    unsent: Vec<Vec<u8>>,
    batches: Vec<Vec<Request>>,
    turns: Vec<ShardTurn>,
    jobs: Vec<(ConnId, Ticket, Job)>,
}

impl Machine {
    fn new(scripts: [Vec<String>; CLIENTS.len()]) -> Self {
        let mut world = World::new(LIMITS);
        for name in CLIENTS {
            world.connect(name, "!");
        }
        for name in CLIENTS {
            world.pipe(name).room = Some(0);
        }
        let begin = |who: usize| match who {
            0 | 1 => format!("NICK {}\r\nUSER u 0 * :u\r\n", CLIENTS[who]),
            2 => "{\"hello\":{\"name\":\"json\"}}\n".to_owned(),
            _ => "nc\n".to_owned(),
        };
        let end = |who: usize| match who {
            0 | 1 => "PING the-end\r\n",
            2 => "{\"who\":{\"room\":\"#lobby\"},\"id\":\"the-end\"}\n",
            _ => "/the-end\n",
        };
        let scripts = scripts.iter().enumerate();
        let unsent = scripts.map(|(who, lines)| {
            let mut text = begin(who);
            for line in lines {
                text += line;
                text += "\r\n";
            }
            text += end(who);
            text.into_bytes()
        });
        Self {
            unsent: unsent.collect(),
            world,
            batches: Vec::new(),
            turns: Vec::new(),
            jobs: Vec::new(),
        }
    }

    fn arrive(&mut self, who: usize, bytes: usize) {
        let unsent = &mut self.unsent[who];
        let bytes: Vec<u8> = unsent.drain(..bytes.min(unsent.len())).collect();
        if !bytes.is_empty() {
            self.world.pipe(CLIENTS[who]).to_server.extend(bytes);
            self.world.wake(who);
        }
    }

    fn drain(&mut self, who: usize, bytes: Option<usize>) {
        let was_full = {
            let mut pipe = self.world.pipe(CLIENTS[who]);
            pipe.room = match (bytes, pipe.room) {
                (Some(more), Some(room)) => Some(room + more),
                _ => None,
            };
            std::mem::take(&mut pipe.is_full)
        };
        if was_full {
            self.world.wake(who);
        }
    }

    /// Does a step, and returns whether there was something to do.
    fn act(&mut self, step: &Step) -> bool {
        let now = self.world.now;
        match *step {
            Step::Arrive(who, bytes) => self.arrive(who, bytes),
            Step::Drain(who, bytes) => self.drain(who, Some(bytes)),
            Step::Input => {
                let has_input = self.world.shard.has_input();
                self.world.shard.handle_input(steady(now));
                return has_input;
            }
            Step::Write(mut rooms) => {
                let wants = self.world.shard.wants_write();
                self.world.shard.write(|| {
                    rooms = rooms.saturating_sub(1);
                    rooms == 0
                });
                return wants;
            }
            Step::Send => {
                let batch = self.world.shard.poll_requests();
                let has_some = batch.is_some();
                self.batches.extend(batch);
                return has_some;
            }
            Step::Decide(batches) => {
                let count = batches.min(self.batches.len());
                let turn = self.world.decide(self.batches.drain(..count).flatten());
                let has_turn = count > 0 || !turn.deliveries.is_empty();
                self.turns.extend(has_turn.then_some(turn));
                return has_turn;
            }
            Step::Deliver => {
                if self.turns.is_empty() {
                    return false;
                }
                let turn = self.turns.remove(0);
                self.world.shard.deliver(turn, steady(now));
            }
            Step::Work => {
                self.jobs.extend(self.world.jobs.take());
                if self.jobs.is_empty() {
                    return false;
                }
                let (conn, ticket, job) = self.jobs.remove(0);
                self.world.work(conn, ticket, job);
            }
            Step::Pass(ms) => {
                self.world.now = now + Duration::from_millis(ms);
                self.world.shard.handle_timeouts(steady(self.world.now));
                self.world.hub.tidy(self.world.now, steady(self.world.now));
            }
        }
        true
    }

    /// Everything arrives, and everything is read; then whatever has something to do does it until nothing has.
    fn come_to_rest(&mut self) {
        for who in 0..CLIENTS.len() {
            self.arrive(who, usize::MAX);
            self.drain(who, None);
        }
        let turn = [
            Step::Input,
            Step::Send,
            Step::Decide(9),
            Step::Deliver,
            Step::Work,
            Step::Write(usize::MAX),
        ];
        for _ in 0..100_000 {
            // All of them, not the first that has.
            if turn.iter().filter(|step| self.act(step)).count() == 0 {
                return;
            }
        }
        panic!("it never comes to rest");
    }
}

fn lines(line: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line, 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn everybody_is_answered_to_the_last_line(
        (one, two) in (lines(irc()), lines(irc())),
        (json, plain) in (lines(json()), lines(plain())),
        steps in prop::collection::vec(step(), 0..400),
    ) {
        let mut machine = Machine::new([one, two, json, plain]);
        for step in &steps {
            machine.act(step);
        }
        machine.come_to_rest();
        for name in CLIENTS {
            let pipe = machine.world.pipe(name);
            let seen = String::from_utf8_lossy(&pipe.from_server);
            let tail: String = seen.lines().rev().take(5).collect::<Vec<_>>().join("\n");
            prop_assert!(seen.contains("the-end"), "{}: {tail}", name);
        }
    }
}
