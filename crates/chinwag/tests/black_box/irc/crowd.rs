//! Many clients of IRC that enter a room at once: each keeps its list of names by NAMES and by what it is
//! told later, as clients do, and the lists must be the same.

use std::collections::BTreeSet;

use super::{fence, register, setup};
use crate::harness::Client;

const CLIENTS: usize = 200;

#[test]
fn clients_that_enter_at_once_know_the_same_names() {
    let server = setup().start();
    // What looks alike is not let in, so every name ends with a letter.
    let names: BTreeSet<String> = (0..CLIENTS).map(|n| format!("u{n}x")).collect();
    let mut clients: Vec<Client> = names
        .iter()
        .map(|name| {
            let mut client = server.connect();
            register(&mut client, name, "");
            client.write(b"JOIN #crowd\r\n");
            client
        })
        .collect();
    for (client, name) in clients.iter_mut().zip(&names) {
        client.expect(&format!(" 366 {name} #crowd "));
    }
    // Everybody is in, and everything that was told of it comes before this.
    let mut last = server.connect();
    register(&mut last, "last", "");
    last.write(b"JOIN #crowd\r\n");
    last.expect(" 366 last #crowd ");
    for client in &mut clients {
        client.expect(":last!");
        client.expect("JOIN #crowd\r\n");
        assert_eq!(known(client.screen(), "#crowd"), with_last(&names));
    }
    last.write(b"NAMES #crowd\r\n");
    fence(&mut last);
    assert_eq!(known(last.screen(), "#crowd"), with_last(&names));
    server.stop();
}

fn with_last(names: &BTreeSet<String>) -> BTreeSet<String> {
    names.iter().cloned().chain(["last".to_owned()]).collect()
}

/// The names in a room, as a client knows them that has read this.
fn known(text: &str, room: &str) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            [_, "353", _, _, of, ..] if of == room => {
                let (_, list) = line.rsplit_once(':').expect("a list");
                let names = list
                    .split_whitespace()
                    .map(|name| name.trim_start_matches(['@', '+']));
                known.extend(names.map(str::to_owned));
            }
            [source, "JOIN", of] if of == room => {
                let (name, _) = source.split_once('!').expect("a source");
                known.insert(name.trim_start_matches(':').to_owned());
            }
            _ => {}
        }
    }
    known
}
