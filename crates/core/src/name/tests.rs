//! Names case by case; the properties of the forms are in `form`.

use std::string::String;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;

use super::form::{is_well_formed, skeleton};
use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

#[test]
fn names_of_many_scripts_are_accepted() {
    for text in [
        "lee",
        "Zoë",
        "ann-marie_2.0",
        "Ελένη",
        "мария",
        "李雷",
        "प्रिया",
        "x",
        "Col\u{b7}lell",
        "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}",
        "ジョン・スミス",
        // Scripts and letters that are younger than the tables of the profile.
        "𞤀\u{1e944}𞤣𞤢𞤥",
        "𐴀𐴝𐴥",
        "𐓏𐓘𐓻",
        "ქართული",
        "ᲥᲐᲠᲗᲣᲚᲘ",
        "ꭰꮃꭹ",
        "𰻞𰻞",
        "observer",
        "ecosystem",
        "servant",
    ] {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn the_short_way_to_a_skeleton_leads_to_the_same() {
    for c in (0..=0x7f_u8).map(char::from) {
        let text = String::from(c);
        let long: String = unicode_security::confusable_detection::skeleton(&text).collect();
        assert_eq!(skeleton(&text), long, "{c:?}");
    }
}

#[test]
fn what_is_no_name_is_refused() {
    let long = "a".repeat(33);
    for text in [
        "",
        " ",
        "2pac",
        "-x",
        "_x",
        ".x",
        "a b",
        "#x",
        "a/b",
        "a:b",
        "[x",
        "*x",
        "!x",
        &long,
        "a\u{202e}b",
        "x\u{1b}[0m",
        "\u{301}a",
        "a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}",
        "😀",
        "a\u{200d}b",
        "a\u{200c}b",
        "a\u{b7}b",
        "l\u{b7}",
        "x\u{30fb}y",
        "𞤀\u{b7}𞤣",
        "𞤀\u{200d}𞤣",
        "𞤀\u{180f}𞤣",
        "a\u{16fe4}b",
        "\u{1e944}a",
        "𞤀 𞤣",
        "🫠",
        "a#b",
        "a@b",
    ] {
        assert_eq!(Name::parse(text), Err(NameError::Malformed), "{text:?}");
    }
    // The second has a Cyrillic о, the third a zero.
    for text in [
        "You",
        "y\u{43e}u",
        "y0u",
        "SERVER",
        "now",
        "admin",
        "ADMIN",
        "a.d-m_in",
        "root",
        "r00t",
        "operator",
        "System",
        "moderator",
        "NickServ",
        "sysadmin",
        "web-server",
        "IRC.Operator",
        "System",
        "Administrator",
        "shell",
        "chan-serv",
        "serv",
        "serv.",
    ] {
        assert_eq!(Name::parse(text), Err(NameError::Reserved), "{text:?}");
    }
}

#[test]
fn nobody_passes_for_those_who_run_a_network() {
    for text in [
        "IRCops",
        "SysOp",
        "sy50p",
        "staff",
        "irc-staff",
        "admins",
        "Moderators",
        "oper",
    ] {
        assert_eq!(Name::parse(text), Err(NameError::Reserved), "{text:?}");
    }
}

#[test]
fn case_does_not_make_another_name() {
    for (a, b) in [
        ("Lee", "lEE"),
        ("STRASSE", "straße"),
        ("STRAẞE", "straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("𞤀𞤁𞤂", "𞤢𞤣𞤤"),
        ("ᲥᲐᲠᲗᲣᲚᲘ", "ქართული"),
        ("ᏣᎳᎩ", "ꮳꮃꭹ"),
    ] {
        assert!(name(a).same_as(&name(b)), "{a} {b}");
    }
    assert!(!name("lee").same_as(&name("leo")));
}

#[test]
fn look_alikes_are_seen_through() {
    for (a, b) in [
        ("Iee", "lee"),
        ("AIice", "Alice"),
        ("bob0", "bobO"),
        ("аnn", "ann"), // Cyrillic а
        ("Rnike", "mike"),
        ("ModeI", "model"),
        ("teacher.", "teacher"),
        ("t-e-acher", "teacher"),
        ("teacher_", "teacher"),
        ("T-Eacher", "teacher"),
        ("Col\u{b7}lell", "collell"),
        // Marks that nobody sees: the dot above a letter that has one, the same mark twice, one of another script
        // than its letter's, and a joiner.
        ("ki\u{307}m", "kim"),
        ("ki\u{307}\u{307}m", "kim"),
        ("kı\u{307}m", "kim"),
        ("kι\u{307}m", "kim"),
        ("kị\u{307}m", "kịm"),
        ("Ki\u{307}m", "kim"),
        ("kj\u{307}", "kj"),
        ("ann\u{323}\u{323}", "ann\u{323}"),
        ("kim\u{94d}", "kim"),
        ("kim\u{64e}", "kim"),
        ("kim\u{1cd0}", "kim"),
        ("kim1\u{94d}", "kim1"),
        ("kim\u{2d7f}", "kim"),
        ("kim\u{1107f}", "kim"),
        ("kim\u{1dc4}", "kim"),
        ("kim\u{fe20}", "kim"),
        ("प्रिया\u{301}\u{301}", "प्रिया\u{301}"),
        ("ⵜ\u{2d7f}ⵎ", "ⵜⵎ"),
        (
            "\u{dc1}\u{dca}\u{dbb}\u{dd3}",
            "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}",
        ),
    ] {
        assert!(name(a).looks_like(&name(b)), "{a} {b}");
        assert!(name(b).looks_like(&name(a)), "{b} {a}");
    }
    for (a, b) in [
        ("ann", "anna"),
        ("host1", "hostl"),
        ("h0st", "host"),
        ("rn", "m"),
        // Marks that people write their names with.
        ("Zoë", "Zoe"),
        ("Bjørn", "Bjorn"),
        ("Linh", "Lình"),
        ("Lính", "Lình"),
        ("Nguyễn", "Nguyên"),
        ("şule", "sule"),
        ("йован", "иован"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("क्", "क"),
        ("がく", "かく"),
    ] {
        assert!(!name(a).looks_like(&name(b)), "{a} {b}");
    }
}

#[test]
fn no_mark_makes_another_name_but_those_of_alphabets() {
    let kim = name("kim");
    let marks = (char::MIN..=char::MAX).filter(|c| is_combining_mark(*c));
    let mut others = 0;
    for mark in marks {
        let marked: String = ['k', 'i', 'm', mark].into_iter().collect();
        let accepted = Name::parse(&marked).ok();
        if accepted.is_some_and(|marked| !marked.looks_like(&kim)) {
            assert!(('\u{300}'..='\u{36f}').contains(&mark), "{mark:?}");
            others += 1;
        }
    }
    assert!(others > 90, "{others}");
}

#[test]
fn the_longest_name_can_be_numbered() {
    let long = name(&"é".repeat(32));
    assert!(is_well_formed(long.numbered(2).as_str()));
    assert_eq!(name("lee").numbered(2).as_str(), "lee2");
}

#[test]
fn reserved_words_are_known_by_their_look() {
    for word in RESERVED.iter().chain(&RESERVED_ENDS) {
        assert_eq!(Name::parse(word), Err(NameError::Reserved), "{word}");
        let look = skeleton(word);
        assert_eq!(Name::parse(&look), Err(NameError::Reserved), "{look}");
    }
    for word in ALLOWED {
        assert!(Name::parse(word).is_ok(), "{word}");
    }
}

#[test]
fn digits_do_not_hide_a_reserved_word() {
    for text in [
        "adm1n",
        "4dmin",
        "admln",
        "r00t",
        "r-0-0-t",
        "she11",
        "y0u",
        "n0w",
        "0perator",
        "op3rator",
        "N1ckServ",
        "sy5tem",
        "5erver",
        "m0d3r4t0r",
        "irc.0per4tor",
        "5upp0rt",
        "chat-5upport",
        "0ff1c1al",
        "c0ns0le",
        "m0d",
        "he1p",
        "0wner",
        "irc.security",
        "h\u{435}lp",
        "\u{441}onsole",
        "m\u{43e}d",
        "admin1",
        "admin-1",
        "\u{430}dmin2",
        "sysadm1n3",
        "NickServ2",
        "r00t7",
        "operator0",
        "chat-support2",
        "sys-tem",
        "0perator",
    ] {
        assert!(Name::parse(text).is_err(), "{text}");
    }
    for text in [
        "bob1",
        "u1",
        "ul",
        "r2d2",
        "you2",
        "server2",
        "web-server1",
        "system7",
        "observer3",
        "badm1",
        "observer",
        "c00k",
        "falstaff",
        "developer",
        "op",
        "modesta",
        "mod7",
        "helpful",
        "helga",
        "owen",
        "supporter",
        "homeowner",
        "consoler",
        "un-official",
        "info",
        "bot",
    ] {
        assert!(Name::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn equal_parts_are_kept_once() {
    let lee = name("lee");
    assert_eq!(&lee.packed[ENDS_BYTES..], "lee");
    assert_eq!(
        (lee.as_str(), lee.folded(), lee.looks()),
        ("lee", "lee", ["lee"; 2])
    );
    let ann = name("Ann-1");
    assert_eq!(&ann.packed[ENDS_BYTES..], "Ann-1ann-1annl");
    assert_eq!(
        (ann.as_str(), ann.folded(), ann.looks()),
        ("Ann-1", "ann-1", ["annl"; 2])
    );
    let iee = name("Iee");
    assert_eq!(
        (iee.as_str(), iee.folded(), iee.looks()),
        ("Iee", "iee", ["lee", "iee"])
    );
}

/// Letters that fold, look like others, or join, and the punctuation.
fn spellings() -> impl Strategy<Value = String> {
    let letters = "aAlI1oO0mrnñßΣсеაᲐᎠꭰ𞤀𞤢𰻞\u{1e944}\u{430}\u{dc1}\u{dca}\u{200d}\u{dbb}\u{b7}-_.\u{301}スミ・";
    let letters: Vec<char> = letters.chars().collect();
    prop::collection::vec(prop::sample::select(letters), 1..12)
        .prop_map(|c| c.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_name_read_again_is_the_same(text in spellings()) {
        if let Ok(name) = Name::parse(&text) {
            prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
            prop_assert!(name.looks_like(&name) && name.same_as(&name));
        }
    }

    #[test]
    fn any_text_can_be_compared_with_names(text: String, spelling in spellings()) {
        // With the letters that are longest in their other forms.
        for text in [text, "\u{fdfa}\u{390}\u{1fb7}".repeat(30)] {
            let _is = Name::shown_in(&text).is_some_and(|shown| shown.is_reserved());
        }
        let letters: String = spelling.chars().filter(|c| c.is_alphanumeric()).collect();
        if let (Ok(name), Some(shown)) = (Name::parse(&letters), Name::shown_in(&letters)) {
            prop_assert!(shown.looks_like(&name), "{shown:?}");
        }
    }

    #[test]
    fn punctuation_makes_no_other_look(text in spellings(), sign in prop::sample::select(vec!['-', '_', '.']), at in 1_usize..12) {
        let mut signed: Vec<char> = text.chars().collect();
        signed.insert(at.min(signed.len()), sign);
        let signed: String = signed.into_iter().collect();
        if let (Ok(name), Ok(signed)) = (Name::parse(&text), Name::parse(&signed)) {
            prop_assert!(name.looks_like(&signed) && signed.looks_like(&name));
        }
    }

    #[test]
    fn joiners_stand_only_where_the_profile_allows_them(text in spellings()) {
        if let Ok(name) = Name::parse(&text) {
            let spelling: Vec<char> = name.as_str().chars().collect();
            for pair in spelling.windows(2).filter(|pair| pair[1] == '\u{200d}') {
                prop_assert_eq!(pair[0], '\u{dca}', "a joiner without a virama");
            }
            for (n, _) in spelling.iter().enumerate().filter(|(_, c)| **c == '\u{b7}') {
                prop_assert!(spelling[n - 1] == 'l' && spelling[n + 1] == 'l');
            }
        }
    }
}
