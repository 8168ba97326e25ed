//! LIST of many rooms and NAMES of many people, to clients that read nothing until all have asked: each gets the
//! whole list, and the server keeps a page for each of them meanwhile and not the list.

use std::collections::BTreeSet;

use super::{fence, irc, setup};
use crate::harness::{Client, Server, Setup};

const ROOMS: usize = 3_000;
const ROOMS_OF_ONE: usize = 150;
const PEOPLE: usize = 1_000;
/// Clients that ask and do not read.
const STALLED: usize = 20;
/// Of the lists that all of them together get, which are 25 MB, the server may have as much in memory. A page is
/// 64 KiB, and the rest is what an allocator does with so much coming and going.
const GROWN_MAX_KB: u64 = 8 << 10;

fn crowded() -> Setup {
    let setup = setup().patient().limit("rooms_made", "100000");
    setup
        .limit("rooms_per_person", &ROOMS_OF_ONE.to_string())
        .limit("line_burst", "1000000")
}

/// Has clients ask that read nothing until all have asked, and returns what each was told.
#[track_caller]
fn told_to_stalled(server: &Server, caps: &str, asked: &str) -> Vec<String> {
    let mut clients: Vec<Client> = (0..STALLED)
        .map(|n| irc(server, &format!("stalled{n}"), caps))
        .collect();
    let before = server.peak_memory();
    for client in &mut clients {
        client.write(asked.as_bytes());
        client.write(b"PING end\r\n");
    }
    // Who comes last is told everything, while the others still read nothing.
    let mut reader = irc(server, "reader", caps);
    reader.write(asked.as_bytes());
    let read = fence(&mut reader);
    let grown = server.peak_grown_since(before);
    assert!(grown < GROWN_MAX_KB, "{grown} kB");
    let stalled = clients.iter_mut().map(|client| client.expect(" :end\r\n"));
    stalled.chain([read]).collect()
}

#[test]
fn a_list_of_many_rooms_comes_whole_and_costs_a_page() {
    let server = crowded().start();
    let topic = "x".repeat(300);
    let mut makers: Vec<Client> = (0..ROOMS / ROOMS_OF_ONE)
        .map(|n| irc(&server, &format!("maker{n}"), ""))
        .collect();
    let rooms: Vec<String> = (0..ROOMS).map(|n| format!("#r{n}x")).collect();
    for (maker, rooms) in makers.iter_mut().zip(rooms.chunks(ROOMS_OF_ONE)) {
        maker.write(b"PART #lobby\r\n");
        for rooms in rooms.chunks(20) {
            maker.write(format!("JOIN {}\r\n", rooms.join(",")).as_bytes());
        }
        for room in rooms {
            maker.write(format!("TOPIC {room} :{topic}\r\n").as_bytes());
        }
    }
    makers.iter_mut().for_each(|maker| drop(fence(maker)));
    let expected: BTreeSet<&str> = rooms.iter().map(String::as_str).chain(["#lobby"]).collect();
    for seen in told_to_stalled(&server, "", "LIST\r\n") {
        let lines = seen.lines().filter(|line| line.contains(" 322 "));
        let listed: Vec<&str> = lines.filter_map(|line| line.split(' ').nth(3)).collect();
        assert_eq!(listed.len(), ROOMS + 1, "each once");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(seen.matches(" 323 ").count(), 1);
    }
    server.stop();
}

#[test]
fn the_names_of_many_people_come_whole_and_cost_a_page() {
    let server = crowded().start();
    let names: Vec<String> = (0..PEOPLE)
        .map(|n| format!("u{n:04}{}", "x".repeat(27)))
        .collect();
    // People at nc are told of many who come in one line.
    let people: Vec<Client> = names
        .iter()
        .map(|name| {
            let mut client = server.connect();
            client.send(name);
            client.expect(&format!("Welcome, {name}."));
            client
        })
        .collect();
    const TIMES: usize = 30;
    let asked = "NAMES #lobby\r\n".repeat(TIMES);
    for seen in told_to_stalled(&server, "userhost-in-names", &asked) {
        let mut answers = seen.split(" :End of /NAMES list");
        for answer in answers.by_ref().take(TIMES) {
            let lines = answer.lines().filter(|line| line.contains(" 353 "));
            let words = lines.flat_map(|line| line.rsplit(" :").next().unwrap_or("").split(' '));
            let listed: Vec<&str> = words.filter_map(|word| word.split('!').next()).collect();
            let of_crowd = listed.iter().filter(|name| name.len() == 32).copied();
            let of_crowd: Vec<&str> = of_crowd.collect();
            assert_eq!(of_crowd.len(), PEOPLE, "each once");
            let expected: BTreeSet<&str> = names.iter().map(String::as_str).collect();
            assert_eq!(of_crowd.into_iter().collect::<BTreeSet<_>>(), expected);
        }
        assert_eq!(answers.count(), 1);
    }
    drop(people);
    server.stop();
}
