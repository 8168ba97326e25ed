//! The page on IRC, `docs/irc.md`, from the tables that the dialect goes by.

use alloc::format;
use alloc::string::String;

use super::caps::Cap;
use super::session::COMMANDS;

const HEAD: &str = "\
# IRC

A client of IRC connects to the port that everybody uses, in the clear or with TLS, and is in the rooms that
people at nc, programs and others are in: one order, one history, one set of names and rules. Nothing has to
be switched on.

## How to point a client at the server

In place of `HOST` stands the server's name or address. With TLS a certificate that the server has made
itself is not trusted by clients unless they are told to; `chinwag fingerprint` prints what to compare.

| client | how |
|---|---|
| irssi | `/connect HOST 8989`, or with TLS `/connect -tls -tls_noverify HOST 8989` |
| WeeChat | `/server add chat HOST/8989 -notls`, then `/connect chat`; with TLS leave `-notls` out. Before version 4 it is the other way round: nothing, or `-ssl` |
| HexChat | `/server HOST 8989`, or with TLS `/server -ssl-noverify HOST 8989`; or Network List, Add, `HOST/8989`, with *Use SSL* and *Accept invalid SSL certificates* for TLS. It begins TLS only 300 ms after it has connected, when the greeting is out: the first time that fails, and `/reconnect` within a day works, since the server listens longer to an address that was late. `[limits] sniff_time = \"500ms\"` spares the first time |
| The Lounge | Server `HOST`, port 8989; without TLS *Use secure connection* off, with it *Only allow trusted certificates* off |
| catgirl | speaks TLS alone: `catgirl -o -h HOST -p 8989 > chat.pem` takes the certificate, then `catgirl -t chat.pem -h HOST -p 8989 -n NICK`, with `-a NAME:PASSWORD` for an account |
| EPIC5, ircII, ScrollZ | `epic5 NICK HOST:8989`, and the others in the same way; they know no `server-time` and are shown no history |
| ii | `ii -s HOST -p 8989 -n NICK` |
| ZNC | `AddServer HOST 8989`, or with TLS `AddServer HOST +8989` and what it then says about the certificate |
| gamja | needs a WebSocket, which is not served yet; behind soju it works |
| Halloy | `server = \"HOST\"`, `port = 8989`, `use_tls = false` or `dangerously_accept_invalid_certs = true` |
| Goguma | `irc+insecure://HOST:8989`, or `ircs://HOST:8989` |
| Limnoria, Sopel, irc3, pydle | the server `HOST` and the port 8989 in its settings, TLS off unless the certificate is trusted |
| a bot | a socket, `NICK`, `USER`, `JOIN`; or line JSON, which is easier: [protocol.md](protocol.md) |

A registered name takes its password with SASL PLAIN, with the *server password* (`PASS PASSWORD`, or
`PASS NAME:PASSWORD`, which logs in to NAME under whatever nick), or later with `/msg NickServ IDENTIFY PASSWORD` or `IDENTIFY
NAME PASSWORD`, which `NS` and `NickServ@services` reach as well. `GHOST NAME PASSWORD` takes a name back from a connection on which it hangs. Who has given a wrong one as `NAME:PASSWORD` is told so (464) and comes in as a guest. A password may have blanks,
`:` and `#` in it; blanks at its ends do not count, in any dialect. Over TLS with a client certificate that
belongs to the account (`/claim` at nc takes one up), SASL EXTERNAL needs none. `REGISTER * * PASSWORD`
registers the name that one bears, as `/claim` does at nc, also before registration is complete (unless
`[irc] early_registration = false`). `OPER NAME PASSWORD` logs in to the account of an operator.

On a server that has a password of its own (`[server] password`), the first `PASS` is that one and nothing
else; without it, or with another, the client is told so (464) and closed. A second `PASS` is the account's
again; a client that can send but one uses SASL or NickServ for its account.

";

const DIFFERENCES: &str = "\
## What differs, and why

- **The lobby.** A client is in `#lobby` when it comes in, as everybody else is. `[irc] lobby = false` leaves it
  in no room.
- **Names.** They begin with a letter and are letters, digits, `-`, `_` and `.`, of any script; two that look
  alike are not both let in, nor is one that looks like the server's. `bob_` looks like `bob`: a client that tries it when `bob` is taken is told so, and which
  name is free (433). It may try names until its time is up. `CASEMAPPING=ascii` is what a client can go by; the server takes
  more for one name: any script's upper and lower case, and spellings such as `#ß` and `#ss`. It answers with the name as it
  is, and a client that joins its own room by another spelling is told which that is.
- **Ranks.** `@` is a moderator or the owner of a room, `+` a voice. Operators of the server may do anything
  anywhere. Who makes a room is its moderator; its owner, if the name is registered. Moderators put out
  anybody but the owner and operators of the server; one who is put out or muted (`/mute NAME here`) is no moderator any
  more, where a mask (`+b m:NAME`) silences no moderator and no voice. A moderator can have a voice beneath the rank, which stays
  when the rank is taken. Ranks that come and go with a person or with its account are told as a MODE of the server's,
  behind the JOIN or the ACCOUNT. `PRIVMSG @#room` reaches the moderators of a room, `+#room` its voices as well; people
  at nc read it as a private line, and it is not in the history.
- **Modes.** `i` closed, `k` password, `l` limit, `m` moderated, `n` no word from outside (on unless
  `/room outsiders on` was said), `s` hidden, `t` moderators set the topic, `R` registered names alone, `z`
  encrypted connections alone, `C` no CTCP but ACTION; `b` with `m:` for a mute and `a:` for an account, `e`
  exceptions, `I` lasting invitations, both of which end with the account that they name; `o` and `v`. There is no `M` (only registered names speak): `R` keeps the
  others out, and in a room with `m` voices speak. The word of `k` is told to moderators who ask with `MODE #room`; everybody
  else, and the line that tells of a new one, has `*` in its place. Settings that one MODE changes are changed at once, in one
  line, and all or none; each rank and each mask is a line of its own. What `/bar` and `/mute NAME here` do is on the list
  of `b` as well, as `NAME!*@*`, is told as a MODE, and `-b` undoes it; `/bars` and `/unbar` see and take off masks. Of a room that no registered name owns they end when
  everybody has left. Of oneself: `i` invisible, `B` a program, `w` hears what
  operators tell everybody (on at first), `R` hears in private from registered names alone; `o` an operator of the server,
  which `MODE NAME -o` gives up for the visit and OPER takes again.
- **Hosts.** Addresses are cloaked: one part for the address (a /64 of IPv6), one for the block around it. The
  cloak of an address is another after each restart of the server. Operators see the address in WHOIS.
- **Messages** have ids (`msgid`) that are the numbers of the one order of all events: the same for every
  reader, in JSON and in `/delete`, and after a restart. A line that would not fit into 512 bytes with the
  sender's source before it is refused (417) rather than cut.
- **Messages of several lines** (`draft/multiline`, 32 lines of 4096 bytes together at most) are one message with one
  id: in history, search, export and REDACT, and for every reader. People at nc see a mark before each line but the
  first, so that no line passes for another; programs get one text with line feeds in it; clients without the
  capability one line after another. A long line of another dialect comes as such a message, too. It does not work
  the other way round: each line that is pasted at nc is a message of its own, with an id of its own, and goes out when
  it comes. Only a server that held lines back to see whether more follow could make one message of them.
- **Colours and styles** of messages are shown in IRC alone; topics, reasons and real names are kept without them.
  Other control characters, separators of lines and bidirectional overrides are shown as `\\x1b` or `\\u{202e}`, to everybody
  and in every text. CTCP ACTION is `/me`; other CTCP and messages of tags alone reach clients of IRC and nobody else. A
  client-only tag that has such a character in it is left out.
- **Kept tags.** A TAGMSG with the tag `+draft/persist` stands in the history of its room, or of the accounts of both
  sides, and CHATHISTORY gives it to clients with `draft/event-playback` and `message-tags`; each counts as a line there,
  and as the newest message in what CHATHISTORY TARGETS lists for them.
  It is deleted (REDACT) and trimmed as messages are. No other dialect, count, search or export has it.
- **Search** (`soju.im/search`) is `/search`: words are found whole, `word*` finds what begins so, and the newest 50 of
  what is found are shown. It finds what was said in rooms that one may read; with `in=NAME`, what one's account and
  that person have told each other.
- **Playback** (`draft/event-playback`): JOIN, PART, QUIT, NICK, KICK, MODE and TOPIC stand in a history where they happened,
  with their times and ids, and each counts as a line of the limit. A person who has taken up a lost session JOINs again. They are
  stored within a second. Of more than eight who come, or go, within five seconds only a number is stored, for which IRC has no
  line; MODE lines that come with a JOIN, AWAY and RENAME are not played back.
- **History** is the server's: CHATHISTORY in rooms that one is in, and the newest lines when a room is entered
  for clients with `server-time` that know neither CHATHISTORY nor `znc.in/playback`. The latter is understood as far as
  `PLAY` goes, for the rooms that one is in and the private messages of one's account, as `/msg *playback PLAY * SECONDS`
  or with rooms, names and masks in place of the `*`; of people the hundred who wrote last. What a client has seen before is among them when
  it comes back: one that shows its own log as well (WeeChat: `/set logger.look.backlog 0`) shows those lines
  twice, and so does one that reconnects within its own process (irssi: `/reconnect`; WeeChat: after a lost link). The server leaves
  none out, since it cannot tell: a client says neither what is on its screen nor which of one's devices it is, one that was started anew sends
  the same `USER` as one that reconnects, and `QUIT` comes from both; lines that are missing would be worse than lines that come twice.
  So it is for the client to ask. WeeChat does with `/set irc.server_default.capabilities \"server-time,znc.in/playback\"`, and other
  capabilities behind it: then nothing is shown unasked, and `/msg *playback PLAY * SECONDS` shows what was missed. irssi is
  shown nothing with `/server modify -nocap ADDRESS`, which also leaves out SASL (a password goes with the server's then, as
  `NAME:PASSWORD`) and the times of messages. The Lounge asks for rooms and people whose window it opens, and neither for the rooms of its settings nor after a
  lost link: `/cycle` shows what was said meanwhile. Private messages stand in the history of each side that is logged in to an account, under the account of the
  other; a guest has none. What a guest wrote has no `account` tag: guests who had a name one after another are not told
  apart. Their sender may delete them (REDACT): the account, or the guest during the same visit, whatever it is called by then.
- **Whom one ignores** is a list of the account's (`/ignore` at nc, `ignore` in JSON), which holds in IRC as well: what they say,
  their topics and what the history has of them are not shown. That they come, go and have another name is, with the reasons
  that they give, since a client must know who is there. The list that a client has of its own is added to that.
- **Read markers** (MARKREAD) are an account's, for all its connections and after a restart; a guest's last as long as
  its visit.
- **A lost link** is not kept for a client of IRC: it comes back under its name, which must be free, or its own account's.
- **Several clients of one account.** A client that logs in (SASL or PASS) under a name that its account has already over IRC is
  on one more connection of the same person: it is in the same rooms at once, hears and says the same, and is shown what
  is said on the others. Others see one person, until the last connection ends. A dead one does no harm; it
  ends alone. What was given for the visit (`o`, or a rank in a room before the name was registered) ends when another
  connection comes, as it does when the session is taken over by the password. Sixteen connections can be logged in to one account. Who comes under the name by nc or as a program takes it
  over from all of them, and the other way round: a terminal is one screen. A client that takes its name over while it
  is here (NICK, or GHOST) leaves the rooms that it is in for those of the person whose name that is.
- **Rooms come back.** Who comes in with an account (SASL, PASS, or `NAME#PASSWORD` at nc) is in the rooms again that it was in at
  the end of its last visit, by whatever client, also after a crash of the server; a JOIN of them has no answer then. A later login (NickServ, OPER) neither
  brings them nor changes what is kept. A client without an account joins its rooms itself.
- **A client that sends too fast** is told so and read more slowly; nothing is refused. One that does so for two
  minutes without a pause is closed (`Excess flood`). All clients of an account share what one may send. What a client sent beyond its rate is dropped when its link
  is reset.
  Empty lines, PING and PONG cost nothing one by one, and as much as a line for every 4,096 bytes.
- **Too many connections** from an address are turned away with `ERROR`, in a flood of them by the bare words, since the server
  listens to none of them then.
- **What is no line** is refused as a whole: one that is too long (417), and one that is not UTF-8 (`FAIL COMMAND
  INVALID_UTF8`). A message of several lines that has lost one so is refused altogether. NUL in a line is left out, and the
  line counts without it. IRC has no telnet: its bytes are bytes like others, so where IRC is typed by hand at `telnet`, a key
  that sends a telnet command spoils the line under way, which is refused. What telnet sends before anything is typed is no
  line, and does no harm.
- **STS** is told with `[tls] sts = \"30d\"` or the like, which needs a certificate that clients trust. There is one
  port, so a client in the clear is sent to TLS on the very port that it came to; the duration is told to
  clients that name the server in their handshake.
- **Gateways** from the web (`WEBIRC`) are believed from the networks in `[irc] gateways` and with
  `gateway_password`; from then on the client's address counts, for limits, bans and the cloak. It counts as
  encrypted if both parts of its way are. A proxy's PROXY header serves as well.
- **`chghost`** is not offered: user and host stay as they are. A session that is taken up from another address is
  shown as a JOIN with the new host.
- **SCRAM** is not offered: its keys, which the server would have to keep, are guessed much faster than the
  argon2id hashes beside them, so a stolen database would give passwords away.

Not there: WebSocket.

## The conformance suite

`contrib/irctest/` has the controller for [irctest](https://github.com/progval/irctest), and its head says how
to run it. Of the 429 cases that concern any server 412 pass and 17 are left out. Those are the eight over
WebSocket, two of SCRAM, two that register with an e-mail address, one that needs a person called root, whose name is
reserved, and four of WHO that the suite leaves out for every server.
";

/// The page.
pub fn reference() -> String {
    let mut page = String::from(HEAD);
    page.push_str("## Capabilities\n\n| capability | what it does |\n|---|---|\n");
    for ((_, name), about) in Cap::ALL.iter().zip(Cap::ABOUT) {
        page.push_str(&format!("| `{name}` | {} |\n", about.trim()));
    }
    page.push_str(
        "\n## Commands\n\n| command | how it is written, and what it does |\n|---|---|\n",
    );
    for command in COMMANDS {
        let about = command.about.replace('|', "\\|");
        page.push_str(&format!("| {} | {about} |\n", command.name));
    }
    page.push('\n');
    page.push_str(DIFFERENCES);
    page
}
