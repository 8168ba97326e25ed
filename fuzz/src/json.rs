//! The JSON reader: whatever bytes come, and wherever the network splits them, a program is told one
//! object for each line, asks for the same, and nothing that it passes on is obeyed by a terminal.

use chinwag_core::Name;

use crate::client::{Client, NOW, settings};
use crate::engine;
use crate::pieces;

fn check(client: impl Fn() -> Client, bytes: &[u8]) {
    let written = pieces::check(client, bytes);
    let written = String::from_utf8(written).expect("UTF-8");
    for line in written.lines() {
        let is_object = line.starts_with('{') && line.ends_with('}');
        // What a client calls its command is given back as it is, within a text of JSON.
        assert!(is_object && !line.contains(|c| c < ' '), "{line}");
    }
    assert!(written.is_empty() || written.ends_with('\n'));
}

#[test]
fn any_line() {
    let name = Name::parse("gopher").expect("a name");
    engine::run("json", |bytes| {
        check(|| Client::program(None, settings(), NOW), bytes);
        check(
            || Client::program(Some(name.clone()), settings(), NOW),
            bytes,
        );
    });
}
