//! A message of several lines, and the search for it, through the real server.

use super::{arrive, fence, irc, setup};
use crate::harness::Client;

const CAPS: &str =
    "batch draft/multiline draft/chathistory echo-message message-tags soju.im/search";

/// The id of the passage.
#[track_caller]
fn id(written: &str) -> String {
    let mut lines = written.lines();
    let begin = lines.find(|line| line.contains(" draft/multiline "));
    let id = begin.and_then(|line| line.split_once("msgid="));
    let id = id.and_then(|(_, rest)| rest.split([';', ' ']).next());
    id.expect("an id").to_owned()
}

#[test]
fn a_passage_is_one_message_for_everybody_and_after_a_kill() {
    let server = setup().start();
    let mut writer = irc(&server, "writer", CAPS);
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let mut json = server.connect();
    json.send("{\"hello\":{\"name\":\"robot\"}}");
    json.expect("\"reply\":\"hello\"");
    for line in [
        "BATCH +1 draft/multiline #lobby",
        "@batch=1 PRIVMSG #lobby :fn main() {",
        "@batch=1 PRIVMSG #lobby :[14:02] netcat: \x1b[2Jforged",
        "@batch=1 PRIVMSG #lobby :* netcat left #lobby",
        "BATCH -1",
    ] {
        writer.send(&format!("{line}\r"));
    }
    let echo = writer.expect("BATCH -m");
    let shown = nc.expect("* netcat left #lobby\n");
    assert!(
        shown.contains("] writer: fn main() {\n  | [14:02] netcat: \\x1b[2Jforged\n  | * netcat")
    );
    json.expect(r#""text":"fn main() {\n[14:02] netcat: \\x1b[2Jforged\n* netcat left #lobby"}"#);
    let server = server.kill().start();
    let mut reader = irc(&server, "reader", CAPS);
    for question in [
        "CHATHISTORY LATEST #lobby * 10",
        "SEARCH text=forged;in=#lobby",
    ] {
        reader.send(&format!("{question}\r"));
        let past = fence(&mut reader);
        assert_eq!(id(&past), id(&echo), "{past}");
        assert_eq!(past.matches(" PRIVMSG #lobby :").count(), 3, "{past}");
    }
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let found = nc.search("forged", "  | * netcat left #lobby\n");
    assert!(found.contains("1 message with \"forged\""), "{found}");
    server.stop();
}
