//! The reference of the plain protocol, `docs/commands.md`, made from the table, the renderer and
//! the limits.

mod samples;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write};

use chinwag_core::limits::{
    ARRIVAL_TIME, HISTORY_LINES, HISTORY_LINES_MAX, LINE_BYTES_MAX, LINE_RATE, LOG_LINES_MAX,
    MOTD_BYTES_MAX, NAME_LETTERS_MAX, NAME_TRIES_MAX, NOTE_BYTES_MAX, OPERATOR_RATE_FACTOR,
    PASSWORD_BYTES_MAX, REPLAY_MAX, RESUME_TIME, SEARCH_LINES_MAX, SNIFF_TIME, STALL_TIME,
};

use super::table::{CommandSpec, Group};
use super::words::Exactly;

/// The page, in Markdown.
pub fn reference() -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut page);
    page
}

fn write_page(page: &mut String) -> fmt::Result {
    page.push_str(HEAD);
    page.push_str(OVERVIEW);
    page.push_str("```\n");
    for line in super::render::overview() {
        writeln!(page, "{line}")?;
    }
    page.push_str("```\n");
    for group in Group::ALL {
        writeln!(page, "\n### {}\n", group.title())?;
        page.push_str("| command | also | what it does | example |\n|---|---|---|---|\n");
        for spec in group.commands() {
            write_command(page, spec)?;
        }
    }
    page.push_str(TIMES);
    page.push_str(LINES);
    write_samples(page, samples::in_chat())?;
    page.push_str(PROMPT);
    write_samples(page, samples::at_prompt())?;
    write_wire(page)?;
    write_limits(page)
}

const HEAD: &str = "\
# Commands and the plain protocol

Everything that you can type at `nc`, `telnet` or in a shell script, and read there. A line is a
message; a line that starts with `/` is a command; `//text` says `/text`. Commands may be typed in
either case, and the `#` of a room may be left out.
";

const OVERVIEW: &str = "
## Commands

`/help` shows this; `/help COMMAND` explains one.

";

const TIMES: &str = "
`TIME` is a number and a unit: `90s`, `10m`, `2h`, `7d` or `1w`. Without one it lasts until undone.
`DATE` is a day, such as `2026-11-21`, and begins by the clock of your `/tz`. `WHO` is a name, an
address, or a block such as `192.0.2.0/24`; `name:bob` is the name without its bearer's address.
Operators act on the whole server.
";

const LINES: &str = "
## What the first character of a line says

| first | meaning | example |
|---|---|---|
| `[` | a person spoke | `[14:03] gopher: hello` |
| `*` | something happened | `* ann joined #lobby (5 here)` |
| `!` | the server speaks to you alone | `! Nobody called \"gofer\". Did you mean gopher?` |
| `---` | a separator, or the head of a list | `--- now ---` |
| two spaces | a row of a list | `  gopher (operator)` |
| two spaces and a bar | a further line of the message above; messages of several lines come from IRC and programs | `  \\| and this` |

No name starts with any of these, so that no person can forge another kind of line. The greeting, the
welcome, `/help` and the goodbye have no sign before them. With `/time off` a message is
`[gopher] hello`, an action `[* gopher waves]`, a private message `[gopher -> you] psst`. The
sender of a message does not get it back unless `/echo on` says so; `/me` and `/msg` are always
confirmed.

## What it says when

";

const PROMPT: &str = "
At the name prompt, which comes again unless it closes:

";

fn write_samples(page: &mut String, samples: Option<Vec<samples::Sample>>) -> fmt::Result {
    page.push_str("| when | line |\n|---|---|\n");
    for (when, line) in samples.unwrap_or_default() {
        writeln!(page, "| {when} | `{line}` |")?;
    }
    Ok(())
}

fn write_command(page: &mut String, spec: &CommandSpec) -> fmt::Result {
    // A bar would end the cell.
    let usage = spec.to_string().replace('|', "\\|");
    write!(page, "| `{usage}` |")?;
    for alias in spec.aliases {
        write!(page, " `/{alias}`")?;
    }
    writeln!(page, " | {} | `{}` |", spec.about, spec.example)
}

fn write_wire(page: &mut String) -> fmt::Result {
    write!(
        page,
        "
## On the wire

- TCP, UTF-8, one line in for one message out. A line ends in LF, CR LF, CR NUL or a bare CR. In a line that ends in
  CR, as a terminal in raw mode sends it, and in each line of telnet, Backspace, ^U and ^W correct what stands before
  them, and ^D is left out. Telnet's own EC and EL do the same as Backspace and ^U.
- The server waits up to {} ms for the client to speak, then greets. A first line that is no other
  protocol is the name, so that `printf 'bot\\nhello\\n' | nc -N HOST 8989` works.
- If a client sends its name unasked, or sends more right after it, and the name is refused, the server says why and
  closes the connection: no later line becomes a name.
- On arrival, and on return by `/resume`, `--- now ---` follows the old messages.
- At the name prompt: a name, `NAME#PASSWORD`, an empty line for a guest name, `/login NAME PASSWORD`, `/resume CODE`,
  `/help` or `/quit`. A person may leave out the slash: `help`, `?`, `quit`, `exit`.
- The server's lines end in LF, or in CR LF once the peer has spoken telnet or sent a bare CR.
- Telnet is understood from peers that speak it: BINARY and NAWS are asked for, TIMING-MARK is
  answered before anything else is sent, everything else is refused. An interrupt (^C) is `/quit`. A telnet that
  negotiates first is greeted like one that waits.
- The end of the client's input (FIN) is not the end of the session: what is queued is read, what
  follows from it is sent, then the server closes. A script's name is free again at once, also if it closes with
  answers unread, which resets the connection. A person's, after ^C in `nc`, is kept like that of a lost link:
  `/resume CODE` takes the session up. `/quit` frees the name. What a script says behind a `/join` that was refused is
  not sent, since it was written for that room; the next `/join` that leads to a room ends that.
- Empty lines are ignored, and so are lines with nothing to see. A line that is too long or not UTF-8 is refused
  whole, with its reason.
- Input that asks for nothing (empty lines, telnet's own bytes, a line that never ends) counts as one line for every
  {LINE_BYTES_MAX} bytes: beyond the rate the server reads it more slowly, without a word.
- The server cuts a run of blanks to 16 columns, and the combining marks on a character to six.
- Control characters and bidirectional embeddings, overrides and isolates are shown as `\\x1b` or
  `\\u{{202e}}`, and never reach another terminal; the marks U+200E, U+200F and U+061C, which Hebrew
  and Arabic need, do. The server sends no colour and no bell until asked for.
",
        SNIFF_TIME.as_millis()
    )
}

fn write_limits(page: &mut String) -> fmt::Result {
    let rate = LINE_RATE;
    write!(
        page,
        "
## Limits

The defaults; the configuration file can change some of them.

| what | limit |
|---|---|
| a line | {LINE_BYTES_MAX} bytes |
| a name, a room's name | {NAME_LETTERS_MAX} letters, digits, `-`, `_` or `.` |
| a password | {PASSWORD_BYTES_MAX} bytes |
| a topic, a reason | {NOTE_BYTES_MAX} bytes |
| the message of the day | {MOTD_BYTES_MAX} bytes |
| choosing a name | {NAME_TRIES_MAX} tries, {} |
| lines | {} at once, then {} a second; for operators {OPERATOR_RATE_FACTOR} times that |
| messages shown on arrival | {REPLAY_MAX} |
| `/history` | {HISTORY_LINES} messages, up to {HISTORY_LINES_MAX} if asked for |
| `/search` | the newest {SEARCH_LINES_MAX} matches |
| `/log` | {LOG_LINES_MAX} lines |
| `/resume` | within {} |
| a socket that takes nothing | closed after {} |
",
        Exactly(ARRIVAL_TIME),
        rate.burst,
        rate.per_second,
        Exactly(RESUME_TIME),
        Exactly(STALL_TIME)
    )
}
