//! Reading what the server writes, and making up what it is told.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Fails if a terminal would obey something in the text (terminal-interface: "From a user's text no
/// C0 (tab aside), DEL, C1, ESC or bidirectional override ever reaches anybody's terminal").
#[track_caller]
pub(crate) fn assert_harmless(text: &str) {
    let harmful = text.char_indices().find(|(_, c)| is_obeyed(*c));
    assert!(
        harmful.is_none(),
        "{:?} reached a terminal: {:?}",
        harmful.map(|(_, c)| c),
        text.lines().find(|line| line.chars().any(is_obeyed))
    );
}

fn is_obeyed(c: char) -> bool {
    let is_override = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_override
}

/// The text with every time of day as `[--:--]`, and without what no two runs have in common: the
/// line about /resume, and that of a new day.
pub(crate) fn masked(text: &str) -> String {
    let is_common = |line: &&str| !line.contains("type /resume ") && !is_day(line);
    let lines = text.split_inclusive('\n').filter(is_common);
    lines.map(mask_time).collect()
}

/// Whether it is `--- Sat 21 Nov 2026 ---`: the test may run at midnight.
fn is_day(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words[..], ["---", _, day, _, year, "---"]
        if day.parse::<u8>().is_ok() && year.parse::<u16>().is_ok())
}

fn mask_time(line: &str) -> String {
    match line.as_bytes() {
        [b'[', h, _, b':', _, m, b']', ..] if h.is_ascii_digit() && m.is_ascii_digit() => {
            format!("[--:--]{}", &line[7..])
        }
        _ => line.to_owned(),
    }
}

/// `NAME: TEXT` of every message among the lines, without the time.
pub(crate) fn messages(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with('['));
    let said = lines.filter_map(|line| line.split_once("] "));
    said.map(|(_, said)| said.to_owned()).collect()
}

/// The code of `reconnect and type /resume K7Q2-9MXP within 10 minutes.`
#[track_caller]
pub(crate) fn code_in(welcome: &str) -> String {
    let code = welcome.split_once("/resume ").map(|(_, rest)| rest);
    let code = code.and_then(|rest| rest.split_whitespace().next());
    code.expect("the welcome tells a code").to_owned()
}

/// Random numbers, whose seed a failing test shows.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Another sequence every time.
    pub(crate) fn new() -> Self {
        let seed = RandomState::new().build_hasher().finish() | 1;
        println!("the seed is {seed:#x}");
        Self(seed)
    }

    /// The next number (xorshift64).
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// One of `from..to`.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.roll() % (to - from)
    }
}
