//! One room with every kind of client that people have: irssi, WeeChat, nc, telnet and a program that
//! speaks JSON. Each says ten lines, in turn, and each screen has all of them in the order in which they
//! were said. irssi and WeeChat show what is typed before the server has it, so nobody speaks before
//! everybody has read the line before.

use super::clients::{IRSSI, WEECHAT, come, is_left_out};
use super::{arrive, setup};
use crate::harness::{Client, Server, Terminal};

/// Lines that each says.
const LINES: usize = 10;

/// A person or program in the room.
trait Talker {
    fn says(&mut self, text: &str);
    fn reads(&mut self, text: &str);
    fn seen(&self) -> String;
}

impl Talker for Client {
    fn says(&mut self, text: &str) {
        self.send(text);
    }

    fn reads(&mut self, text: &str) {
        self.expect(&format!(": {text}\n"));
    }

    fn seen(&self) -> String {
        self.screen().to_owned()
    }
}

impl Talker for Terminal {
    fn says(&mut self, text: &str) {
        self.types(&format!("{text}\r"));
    }

    fn reads(&mut self, text: &str) {
        self.shows(text);
    }

    fn seen(&self) -> String {
        self.contents()
    }
}

/// A program that speaks JSON.
struct Program(Client);

impl Program {
    fn new(server: &Server, name: &str) -> Self {
        let mut program = server.connect();
        program.send(&format!("{{\"hello\":{{\"name\":\"{name}\"}}}}"));
        program.expect("\"reply\":\"hello\"");
        Self(program)
    }
}

impl Talker for Program {
    fn says(&mut self, text: &str) {
        let say = format!("{{\"say\":{{\"room\":\"#lobby\",\"text\":\"{text}\"}}}}\n");
        self.0.write(say.as_bytes());
    }

    fn reads(&mut self, text: &str) {
        self.0.expect(&format!("\"text\":\"{text}\"}}\n"));
    }

    fn seen(&self) -> String {
        self.0.screen().to_owned()
    }
}

#[test]
fn every_screen_has_every_line_in_one_order() {
    if is_left_out(&IRSSI) || is_left_out(&WEECHAT) {
        return;
    }
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let homes = [(); 2].map(|()| tempfile::tempdir().expect("a place for temporary files"));
    let ivy = come(&IRSSI, &server, homes[0].path(), &mut nc);
    let wendy = come(&WEECHAT, &server, homes[1].path(), &mut nc);
    let mut telnet = Client::telnet(server.address());
    arrive(&mut telnet, "telly");
    let robot = Program::new(&server, "robot");
    let mut talkers: [(&str, Box<dyn Talker>); 5] = [
        ("ivy", Box::new(ivy)),
        ("netcat", Box::new(nc)),
        ("wendy", Box::new(wendy)),
        ("telly", Box::new(telnet)),
        ("robot", Box::new(robot)),
    ];
    let lines = conversation(&mut talkers);
    for (name, talker) in &talkers {
        let seen = talker.seen();
        let places: Vec<_> = lines.iter().map(|line| seen.rfind(line.as_str())).collect();
        assert!(places.iter().all(Option::is_some), "{name}: {seen}");
        assert!(places.is_sorted(), "{name}: {seen}");
    }
    server.stop();
}

/// Has each say its lines. Returns all, in order.
fn conversation(talkers: &mut [(&str, Box<dyn Talker>); 5]) -> Vec<String> {
    let mut lines = Vec::new();
    for n in 1..=LINES {
        for speaker in 0..talkers.len() {
            let line = format!("{} says {n}.", talkers[speaker].0);
            talkers[speaker].1.says(&line);
            for (_, talker) in talkers.iter_mut() {
                talker.reads(&line);
            }
            lines.push(line);
        }
    }
    lines
}
