//! `/help`: an overview of all commands, a group of them, or one. Made from the table, so it names
//! only commands that exist.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::{LineWriter, Renderer};
use crate::plain::request::HelpTopic;
use crate::plain::spec::HelpRow;
use crate::plain::table::{CommandSpec, Group};

/// The column of the aliases.
const ALIASES: usize = 21;
/// The column of the explanations.
const BRIEFS: usize = 34;

impl Renderer {
    /// An explanation.
    pub fn help(&self, out: &mut Vec<u8>, topic: HelpTopic) {
        let writer = &mut self.writer(out);
        match topic {
            HelpTopic::Overview => {
                for line in overview() {
                    writer.bare(line);
                }
            }
            HelpTopic::Group(group) => explain_group(writer, group),
            HelpTopic::Command(spec) => explain(writer, spec),
        }
    }
}

/// The lines of the overview.
pub(in crate::plain) fn overview() -> impl Iterator<Item = String> {
    Group::ALL.into_iter().flat_map(|group| {
        let rows = rows(group).into_iter().map(|row| shown_row(&row));
        core::iter::once(heading(group)).chain(rows)
    })
}

fn heading(group: Group) -> String {
    let mut line = String::from(group.title());
    match group {
        Group::Talk => {
            pad(&mut line, 10);
            line.push_str("just type");
            pad(&mut line, BRIEFS);
            line.push_str("//text says \"/text\"");
        }
        Group::Operators => line.push_str(" (/help op)"),
        Group::Rooms => line.push_str(" (/help rooms)"),
        Group::Look | Group::Move | Group::You => {}
    }
    line
}

/// The commands of a group, by the rows that they share.
fn rows(group: Group) -> Vec<Vec<&'static CommandSpec>> {
    let mut rows: Vec<Vec<_>> = Vec::new();
    for spec in group.commands() {
        match (spec.shown, rows.last_mut()) {
            (HelpRow::Within, _) => {}
            (HelpRow::Beside, Some(row)) => row.push(spec),
            (HelpRow::Row | HelpRow::Beside, _) => rows.push(Vec::from([spec])),
        }
    }
    rows
}

fn shown_row(row: &[&'static CommandSpec]) -> String {
    let mut line = String::from("  ");
    for (at, spec) in row.iter().enumerate() {
        let gap = if at == 0 { "" } else { "   " };
        put(&mut line, format_args!("{gap}{spec}"));
    }
    let aliases = aliases(row);
    if !aliases.is_empty() {
        pad(&mut line, ALIASES);
        put(&mut line, format_args!("({aliases})"));
    }
    for brief in row
        .iter()
        .map(|spec| spec.brief)
        .filter(|brief| !brief.is_empty())
    {
        pad(&mut line, BRIEFS);
        line.push_str(brief);
    }
    line
}

/// `/dm /tell`
fn aliases(row: &[&'static CommandSpec]) -> String {
    let mut shown = String::new();
    for alias in row.iter().flat_map(|spec| spec.aliases) {
        let gap = if shown.is_empty() { "" } else { " " };
        put(&mut shown, format_args!("{gap}/{alias}"));
    }
    shown
}

/// Fills up to a column, or leaves a gap after what extends beyond it.
fn pad(line: &mut String, column: usize) {
    let missing = match column.checked_sub(line.len()) {
        None | Some(0) => 3,
        Some(missing) => missing,
    };
    line.extend(core::iter::repeat_n(' ', missing));
}

fn put(line: &mut String, text: core::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = line.write_fmt(text);
}

fn explain_group(writer: &mut LineWriter<'_>, group: Group) {
    writer.separator(group.title());
    for spec in group.commands() {
        let mut line = String::from("  ");
        put(&mut line, format_args!("{spec}"));
        pad(&mut line, BRIEFS);
        line.extend(sentences(spec.about).next());
        writer.bare(line);
    }
    let who = match group {
        Group::Operators => Some("WHO is a name, an address, or a block such as 192.0.2.0/24."),
        Group::Rooms => Some("WHO is a name; for server operators an address or a block too."),
        _ => None,
    };
    if let Some(who) = who {
        writer.row(who);
        writer.row("TIME is 10m, 2h or 7d; without one it lasts until undone.");
        writer.row("/help COMMAND says more.");
    }
}

fn explain(writer: &mut LineWriter<'_>, spec: &'static CommandSpec) {
    writer.separator(spec);
    for sentence in sentences(spec.about) {
        writer.row(sentence);
    }
    if !spec.aliases.is_empty() {
        writer.row(format_args!("Also: {}", aliases(&[spec])));
    }
    writer.row(format_args!("Example: {}", spec.example));
}

/// The sentences of a text.
fn sentences(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split_inclusive(". ").map(str::trim_end)
}
