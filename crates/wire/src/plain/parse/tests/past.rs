//! `/history`, `/search` and `/around`.

use chinwag_core::RoomRef;
use chinwag_core::limits::HISTORY_LINES;

use super::*;
use crate::dialect::Past;
use crate::plain::request::{Back, SearchRequest};
use crate::zone::Moment;

#[track_caller]
fn check_back(typed: &str, back: Back) {
    let with = |name: &str| Some(Past::With(name.into()));
    let in_dev = || Some(Past::Room(RoomRef::Name(room("dev"))));
    for (before, of, notices, ids) in [
        ("", None, false, false),
        ("all ", None, true, false),
        ("ids ", None, false, true),
        ("IDS all ", None, true, true),
        ("with bob ", with("bob"), false, false),
        ("ids With 2h ", with("2h"), false, true),
        ("#dev ", in_dev(), false, false),
        ("all #dev ids ", in_dev(), true, true),
        ("dev ", in_dev(), false, false),
        (
            "ids Dev all ",
            Some(Past::Room(RoomRef::Name(room("Dev")))),
            true,
            true,
        ),
    ] {
        let line = std::format!("/history {before}{typed}");
        let expected = Request::History {
            of,
            back,
            notices,
            ids,
        };
        check(&line, expected.clone());
        // They may stand behind it too.
        let line = std::format!("/history {typed} {before}");
        check(&line, expected);
    }
}

fn moment(typed: &str) -> Moment {
    Moment::parse(typed).expect("a moment")
}

#[test]
fn history_goes_back_by_number_time_or_day() {
    check_back("", Back::Last(HISTORY_LINES));
    check_back("5", Back::Last(5));
    check_back("99999999999999999999999", Back::Last(usize::MAX));
    check_back("2h", Back::For(Duration::from_mins(120)));
    for typed in ["2026-11-21", "2026-11-21 14:00", "14:00", "yesterday"] {
        check_back(&std::format!("{typed}.."), Back::From(moment(typed)));
        check_back(typed, Back::From(moment(typed)));
    }
    let range = Back::Between(moment("14:00"), moment("15:30"));
    check_back("14:00..15:30", range);
    check_back("14:00 .. 15:30", range);
    for typed in ["5m..now", "5m..0m", "5m.."] {
        check_back(typed, Back::From(moment("5m")));
    }
    check_back("..14:00", Back::Until(moment("14:00")));
    check_back("..now", Back::Until(moment("now")));
    let day = moment("2026-11-21");
    check_back("2026-11-21..2026-11-21", Back::Between(day, day));
    check_back("More", Back::More);
    for typed in [
        "0",
        "00",
        "0h",
        "now",
        "now..",
        "now..0m",
        "2h..2h",
        "14:00..14:00",
    ] {
        let line = std::format!("/history {typed}");
        check_mistake(&line, ParseError::EmptyBack(EchoedInput::new(typed)));
    }
    for typed in [
        "-5",
        "2026-11-31",
        "bob tomorrow",
        "5 6",
        "..",
        "..5",
        "more 5",
        "1.5",
        "now 5",
    ] {
        let line = std::format!("/history {typed}");
        check_mistake(&line, ParseError::BadBack(EchoedInput::new(typed)));
    }
    for (typed, second) in [
        ("#dev #ops", "#ops"),
        ("with bob #dev", "#dev"),
        ("#dev with bob", "with bob"),
        ("with bob dev", "dev"),
        ("#dev ops", "ops"),
    ] {
        let line = std::format!("/history {typed}");
        check_mistake(&line, ParseError::BadBack(EchoedInput::new(second)));
    }
    check_mistake("/history #", ParseError::BadRoomName);
}

#[test]
fn a_match_has_a_number() {
    check("/around 3", Request::Around(3));
    check("/around #3", Request::Around(3));
    for typed in ["0", "-1", "x", "99999999999999999999999"] {
        let line = std::format!("/around {typed}");
        check_mistake(&line, ParseError::BadMatch(EchoedInput::new(typed)));
    }
    check_usage("/around", "around");
    check_usage("/around 1 2", "around");
}

fn search(words: &str) -> SearchRequest {
    SearchRequest {
        words: Text::parse(words),
        ..SearchRequest::default()
    }
}

#[track_caller]
fn check_search(typed: &str, expected: SearchRequest) {
    check(&std::format!("/search {typed}"), Request::Search(expected));
}

#[test]
fn a_search_is_words_and_filters_in_any_order() {
    check_search("deploy", search("deploy"));
    check("/search more", Request::SearchMore);
    check_search("more \"", search("more \""));
    let all = SearchRequest {
        from: Some(name("lee")),
        room: Some(room("dev")),
        before: Some(moment("2026-11-21")),
        after: Some(moment("2026-11-20 14:00")),
        ..search("\"ship it\" now -later")
    };
    check_search(
        "in:#dev \"ship it\" from:lee before:2026-11-21 now since:2026-11-20T14:00 -later",
        all.clone(),
    );
    check_search(
        "In:dev \"ship it\" FROM: lee Before: 2026-11-21 now AFTER:2026-11-20T14:00 -later",
        all,
    );
    let evening = SearchRequest {
        after: Some(moment("2026-11-20 23:30")),
        before: Some(moment("yesterday 9:00")),
        from: Some(name("bob")),
        not_in: std::vec![room("dev")],
        ..search("said \"14:00\"")
    };
    for typed in [
        "said since:2026-11-20 23:30 -in:\"#dev\" from:\"bob\" \"14:00\" before: yesterday 9:00",
        "said since:\"2026-11-20 23:30\" -in:#dev from: \"bob\" before:“yesterday 9:00” \"14:00\"",
    ] {
        check_search(typed, evening.clone());
    }
    let from_bob = SearchRequest {
        from: Some(name("bob")),
        ..SearchRequest::default()
    };
    check_search("from:bob", from_bob);
    let elsewhere = SearchRequest {
        not_from: std::vec![name("bob"), name("ann")],
        not_in: std::vec![room("dev")],
        ..search("deploy")
    };
    check_search("-from:bob deploy -IN:#dev -From: ann", elsewhere);
    for typed in ["", "from:", "\t"] {
        check_usage(&std::format!("/search {typed}"), "search");
    }
}

#[test]
fn in_quotation_marks_everything_is_text() {
    for words in [
        "\"from:ann foo:bar\"",
        "-\"from: ann\"",
        "“from:ann”* x",
        "\"from:ann and on",
        "http://x/y",
        "c:\\\\temp",
        "std::fmt",
        "localhost:8989",
        "14:00",
        "note:",
        "x2:y",
        ":-) x",
        "--force",
    ] {
        check_search(words, search(words));
    }
}

#[test]
fn what_has_no_word_in_it_cannot_be_looked_for() {
    for typed in [
        "\"\"",
        "\"",
        "\" \"",
        "-",
        "-\"\"",
        "*",
        ":-)",
        "→",
        "\"\" from:ann",
    ] {
        check_mistake(&std::format!("/search {typed}"), ParseError::NothingSought);
    }
    for words in ["\u{1f980}", "ж", "-x", "中"] {
        check_search(words, search(words));
    }
}

#[test]
fn a_filter_that_there_is_not_is_named() {
    for (typed, key, word) in [
        ("x foo:bar", "foo:", "foo:bar"),
        ("form:ann", "form:", "form:ann"),
        ("-form:ann", "-form:", "-form:ann"),
        ("befor:2026-11-21", "befor:", "befor:2026-11-21"),
        ("form:\"ann b\" x", "form:", "form:ann b"),
    ] {
        let (key, word) = (EchoedInput::new(key), EchoedInput::new(word));
        let error = ParseError::UnknownFilter { key, word };
        check_mistake(&std::format!("/search {typed}"), error);
    }
    let noon = EchoedInput::new("noon");
    check_mistake("/search x before:noon", ParseError::BadMoment(noon));
    for (typed, key) in [
        ("from:ann x From:bob", "From:"),
        ("after:2h x since:1h", "since:"),
    ] {
        let error = ParseError::FilterTwice(EchoedInput::new(key));
        check_mistake(&std::format!("/search {typed}"), error);
    }
    check_mistake("/search x from:4", ParseError::BadName);
    check_mistake("/search x in:a/b", ParseError::BadRoomName);
}
