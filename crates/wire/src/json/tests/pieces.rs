//! Any text comes through as it was, and lines come in pieces.

use proptest::prelude::*;

use super::*;

/// Any text that a line can have.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{1,40}",
        "\\PC{1,20}",
        "[\"\\\\/\u{1}\u{202e}é漢 a]{1,20}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_rendered_parses_back(text in any_text()) {
        let Some(parsed) = Text::parse(&text) else { return Ok(()) };
        let line = line(said("ann", &text));
        prop_assert_eq!(line.matches('\n').count(), 1);
        let value: Value = serde_json::from_str(&line).expect("JSON");
        prop_assert_eq!(value["text"].as_str(), Some(&*parsed));
        prop_assert_eq!(value["seq"].as_u64(), Some(9));
        let time = value["time"].as_str().expect("a time");
        prop_assert_eq!(Timestamp::from_text(time), Ok(START));
    }

    #[test]
    fn what_is_said_comes_out_as_it_went_in(text in any_text(), id in any::<u64>()) {
        let Some(parsed) = Text::parse(&text) else { return Ok(()) };
        prop_assume!(!text.contains(['\r', '\n']));
        let line = serde_json::json!({ "say": { "room": "lobby", "text": text }, "id": id });
        let line = request::read(&line.to_string()).expect("a command");
        let request::Request::say(say) = line.request else { panic!("it is said") };
        prop_assert_eq!(say.text.0.0, parsed);
        prop_assert_eq!(line.id, Some(crate::json::value::Id::Number(id)));
    }

    #[test]
    fn every_time_is_read_as_it_was_written(ms in -62_000_000_000_000_i64..253_000_000_000_000) {
        let text = Time(Timestamp(ms)).to_string();
        prop_assert_eq!(Timestamp::from_text(&text), Ok(Timestamp(ms)), "{}", text);
    }

    #[test]
    fn any_key_is_a_command_or_refused_with_its_name(key in "[a-z_]{1,12}") {
        let line = format!("{{\"{key}\":1}}");
        let error = request::read(&line).expect_err("a number is no arguments").error.to_string();
        let is_known = key == "id" || WORDS.contains(&key.as_str());
        prop_assert!(is_known || error.contains(&format!("unknown command `{key}`")), "{}", error);
    }
}

/// A refusal names the command whatever is wrong with the line, and has its id if it is one.
#[test]
fn a_refusal_has_what_can_be_known_of_the_line() {
    for (id, known) in [
        ("-1", Value::Null),
        ("1.5", Value::Null),
        ("null", Value::Null),
        ("[{}, [1]]", Value::Null),
        ("{\"id\":4}", Value::Null),
        ("7", 7.into()),
        ("\"x\"", "x".into()),
    ] {
        for line in [
            format!("{{\"motd\":{{\"a\":1}},\"id\":{id}}}\n"),
            format!("{{\"id\":{id},\"motd\":{{\"a\":1}}}}\n"),
        ] {
            let (_, out, _) = Program::in_lobby().send(&line);
            let refusal: Value = serde_json::from_str(&out).expect("JSON");
            assert_eq!(refusal["refused"], "motd", "{line}{out}");
            assert_eq!(refusal["id"], known, "{line}{out}");
        }
    }
}

/// What a client asks for does not depend on where the network cuts its bytes.
#[test]
fn a_line_may_come_in_pieces() {
    let mut program = Program::in_lobby();
    let mut steps = 0;
    for byte in SAY.bytes() {
        let (step, out, _) = program.send([byte]);
        assert!(out.is_empty());
        if let Some(Step::Ask(Ask::Command(Command::Say { text, .. }))) = step {
            assert_eq!(&*text, "hi");
            steps += 1;
        }
    }
    assert_eq!(steps, 1);
}
