//! `chinwag.example.toml`, printed from the keys.

use std::fmt::Write;

use super::RawConfig;
use super::keys::SECTIONS;
use super::machine::Machine;
use super::section::Key;

const HEAD: &str = "\
# chinwag.example.toml: every key that chinwag knows, with its default. Printed from the code:
# `UPDATE=1 cargo test -p chinwag-server` writes it anew.
#
# Copy it, take the \"# \" from the lines that you want to change, and start the server with
# `chinwag serve --config FILE`. An environment variable goes before the file, a flag before both.
# The variable of a key is CHINWAG_ with the section and the key in capitals: CHINWAG_LIMITS_PEOPLE
# for `people` in [limits]. Short forms:
# ";

const REST: &str = "
# A list is written with commas there.
#
# A time is a number and a unit: 250ms, 90s, 10m, 2h, 7d, 1w. \"unlimited\" is no limit at all.
#
# SIGHUP has the file read again. A key that is marked (restart) keeps its value until the server is
# started again.
";

/// The text of the file.
pub fn example() -> String {
    let values = RawConfig::default().resolve(&Machine::default()).shown();
    let mut values = values.into_iter();
    let mut out = String::from(HEAD);
    out.push_str(&short_forms());
    out.push_str(REST);
    for (section, keys) in SECTIONS {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n[{section}]");
        for (key, value) in keys.iter().zip(values.by_ref()) {
            let _ = write_key(&mut out, key, &value);
        }
    }
    out
}

fn short_forms() -> String {
    let keys = SECTIONS.iter().flat_map(|(_, keys)| *keys);
    let names: Vec<&str> = keys.filter_map(|key| key.short).collect();
    names.join(", ") + "."
}

fn write_key(out: &mut String, key: &Key, value: &str) -> std::fmt::Result {
    writeln!(out)?;
    for (at, line) in key.about.iter().enumerate() {
        let is_last = at + 1 == key.about.len();
        let mark = if key.is_fixed && is_last {
            " (restart)"
        } else {
            ""
        };
        writeln!(out, "##{line}{mark}")?;
    }
    writeln!(out, "# {} = {}", key.name, key.like.unwrap_or(value))
}
