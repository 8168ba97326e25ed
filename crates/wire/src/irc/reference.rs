//! The page on IRC, `docs/irc.md`, from the tables that the dialect uses.

use alloc::format;
use alloc::string::String;

use super::caps::Cap;
use super::session::COMMANDS;

const HEAD: &str = "\
# IRC

An IRC client connects to the port that everybody uses, in the clear or with TLS, and shares the rooms of people at
nc and of programs: one order, one history, one set of names and rules. You do not have to switch anything on.

## How to point a client at the server

`HOST` is the server's name or address. With TLS, clients do not trust a certificate that the server made itself
unless you tell them to; `chinwag fingerprint` prints the SHA-256 to compare.

| client | how |
|---|---|
| irssi | `/connect HOST 8989`, or with TLS `/connect -tls -notls_verify HOST 8989`. `#lobby` opens in its second window: Alt-2 shows it, and what is typed in the first goes nowhere. `/set show_server_time on` shows when the older lines were said, not when they came |
| WeeChat | `/server add chat HOST/8989 -notls`, then `/connect chat`; with TLS leave `-notls` out. Before version 4 it is the other way round: nothing, or `-ssl` |
| HexChat | `/server HOST 8989`, or with TLS `/server -ssl-noverify HOST 8989`; or Network List, Add, `HOST/8989`, with *Use SSL* and *Accept invalid SSL certificates* for TLS. It begins TLS only 300 ms after it connects, when the server has already greeted it. The first attempt fails, and `/reconnect` within a day works, since the server then waits longer for that address; with `[limits] sniff_time = \"500ms\"` the first attempt works too |
| The Lounge | Server `HOST`, port 8989; without TLS *Use secure connection* off, with it *Only allow trusted certificates* off |
| catgirl | speaks TLS alone: `catgirl -o -h HOST -p 8989 > chat.pem` takes the certificate, then `catgirl -t chat.pem -h HOST -p 8989 -n NICK`, with `-a NAME:PASSWORD` for an account |
| EPIC5, ircII, ScrollZ | `epic5 NICK HOST:8989`, and the others in the same way; they do not support `server-time`, so they get no history |
| ii, sic, TinyIRC | `ii -s HOST -p 8989 -n NICK`, `sic -h HOST -p 8989 -n NICK`, `tinyirc NICK HOST 8989`; they get no history either |
| ZNC | `AddServer HOST 8989`, or with TLS `AddServer HOST +8989` and what it then says about the certificate |
| bip | `network { name = \"chat\"; server { host = \"HOST\"; port = 8989; }; };`, and in its `connection` for an account `sasl_username`, `sasl_password` and `sasl_mechanism = \"PLAIN\"` |
| Quassel | in its core's network: server `HOST`, port 8989, and for an account *Use SASL Authentication* |
| senpai | `address \"HOST:8989\"`, and `tls false` unless the certificate is trusted; for an account `nickname NAME` and `password \"PASSWORD\"` |
| soju | `network create -name chat -addr irc+insecure://HOST:8989`, or `-addr ircs://HOST:8989 -certfp sha-256:FINGERPRINT` with TLS; then `sasl set-plain -network chat NAME PASSWORD` for an account |
| gamja | needs a WebSocket, which chinwag does not serve; it works through soju |
| Halloy | `server = \"HOST\"`, `port = 8989`, `use_tls = false` or `dangerously_accept_invalid_certs = true` |
| Goguma | `irc+insecure://HOST:8989`, or `ircs://HOST:8989` |
| Limnoria, Eggdrop, Sopel, irc3, pydle | the server `HOST` and the port 8989 in its settings, TLS off unless the certificate is trusted |
| tiny | `addr: HOST`, `port: 8989`, `tls: false`; it joins the rooms of its configuration only if the server has a message of the day |
| glirc | `glirc -c HOST` with `port` 8989 in its configuration; it asks for no history: `/msg *playback PLAY * 0` shows all |
| a bot | a socket, `NICK`, `USER`, `JOIN`; or line JSON, which is easier: [protocol.md](protocol.md) |

The Lounge 4.5.2, irc-framework 4.14.0, ZNC 1.8.2, bip 0.9.3, Quassel 0.14.0, Limnoria 2023.1.28, Sopel 8.0.4 and the
libraries ircrobots 0.7.2 and irc 20.5.0 of Python were tried with SASL, and so were soju and the protocol part of
senpai, as they were in April 2026; the crate irc 1.1.0 of Rust, POE::Component::IRC 6.93 of Perl and Finch 2.14.12
with a server password; ii 1.8, sic 1.1, TinyIRC 1.1, EPIC5 2.1.6 and ScrollZ 2.2.3 as guests. Eggdrop 1.8.4 leaves
`#lobby`, since it was not told to join it. pydle 1.2.0 ends the negotiation at the first of several lines of
capabilities, before it logs in: under a registered name it needs `password=\"NAME:PASSWORD\"` in `connect`.

To log in to a registered name:

- SASL PLAIN with the password, or SASL EXTERNAL over TLS with a client certificate of the account (`/claim` at nc
  adds one).
- The client's *server password*: `PASS PASSWORD`, or `PASS NAME:PASSWORD`, which logs in to NAME under any nick. If the
  password of `NAME:PASSWORD` is wrong, the server says so (464) and the client comes in as a guest.
- Later, `/msg NickServ IDENTIFY PASSWORD` or `IDENTIFY NAME PASSWORD`, also as `NS` or to `NickServ@services`. A wrong
  password leaves the client logged in as it was. What NickServ answers comes from `NickServ!NickServ@SERVER`. `GHOST NAME PASSWORD` takes a name back from a hung connection.
- `OPER NAME PASSWORD` logs in to an operator's account.

`REGISTER * * PASSWORD` registers the client's name, as `/claim` does at nc, also before registration with the server is
complete (unless `[irc] early_registration = false`). A password may contain blanks, `:` and `#`; in every dialect,
blanks at its ends do not count.

If the server itself has a password (`[server] password`), the first `PASS` is that password and nothing else; if it
is missing or wrong, the server says so (464) and closes the connection. A second `PASS` is for the account; a client
that can send only one uses SASL or NickServ for the account.

";

const DIFFERENCES: &str = "\
## What differs, and why

- **The lobby.** A client starts in `#lobby`, as everybody does. With `[irc] lobby = false` it starts in no room.
- **Names** begin with a letter and consist of letters of any script, digits, `-`, `_` and `.`. The server refuses a
  name that looks like one in use or like its own. `bob_` looks like `bob`: if `bob` is taken, the server refuses both
  and suggests a free name (433). A client that only adds to a name that was refused (`bob_`, `bob|2`), as many do
  without end, comes in under that free name; 001 has it. A client may try names until its time is up, but only five that
  cannot be names (432). Clients can rely on
  `CASEMAPPING=ascii`; the server treats more spellings as one name: upper and lower case of any script, and forms
  such as `#ß` and `#ss`. It answers with the name as it is, also when a client joins a room it is in by another
  spelling.
- **Ranks.** `@` is a moderator or the owner of a room, `+` a voice. Server operators may do in every room what its
  moderators may; from `#lobby` nobody is put out or kept out. The person who makes a room is its moderator, and its owner if the name is registered. Moderators
  can put out anybody except the owner, server operators and themselves, whom PART puts out. A moderator who is put out or muted (`/mute NAME here`)
  loses the rank, while a mask (`+b m:NAME`) silences neither moderators nor voices. A moderator can also have a
  voice, which stays when the rank is taken. When a person or an account brings or loses a rank, the server sends a
  MODE after the JOIN or the ACCOUNT. `PRIVMSG @#room` reaches the moderators of a room, `+#room` its voices as well;
  people at nc read it as a private line, and it is not in the history.
- **Room modes.** `i` closed, `k` password, `l` limit, `m` moderated, `n` no messages from outside (on by default;
  `/room outsiders` clears it), `s` hidden, `t` moderators set the topic, `R` registered names only, `z` encrypted
  connections only, `C` no CTCP but ACTION; `b` with `m:` for a mute and `a:` for an account, `e` exceptions from
  bans and mutes, or with `m:` from mutes alone, `I` lasting invitations; `o` and `v`. Exceptions and invitations for an
  account end with the account. There is no `M` (only registered names speak): `R` keeps others out, and in a room with
  `m` voices speak.
- **How MODE works.** Settings whose letters follow each other change together, all or none, and in one line: with a
  limit or password that is none a NOTICE says what is not set, while a letter that is no mode is refused alone. Each
  rank and each mask is a line of its own. Answers come in the order of the letters, and what is so already is shown
  to nobody. The server shows a room's password only to moderators who ask with `MODE #room`; everybody
  else, and the line about a new one, gets `*`. The password has no comma and no colon in front, or clients could not
  send it. `/bar` and `/mute NAME here` add `NAME!*@*` to the list of `b` and are shown as MODE; `-b` undoes them, and
  `/bars` and `/unbar` show and remove masks. Hosts are cloaks, so a mask of an address or of a host's name would
  match nobody: from a server operator `+b *!*@192.0.2.7`, `*!*@192.0.2.0/24` or `*!*@10.*` is a bar of the addresses,
  which only operators see; all others are refused, as is a mask that no name or user can match (users begin with
  `~`; of the extended bans there are `m:` and `a:`). In a room without an owner masks, bars and mutes end when everybody has left. What a moderator does to
  a client in a room that it is not in comes as a NOTICE, and so does what an operator does from outside.
- **User modes.** `i` invisible, `B` a program, `w` receives what operators tell everybody (on by default), `R`
  receives private messages from registered names only, `o` a server operator: `MODE NAME -o` gives that up for the
  visit, and OPER takes it again.
- **Hosts.** The server cloaks addresses: one part for the address (a /64 of IPv6), one for the block around it.
  An address has the same cloak after a restart, so that masks of hosts go on; another server, or another data folder,
  makes other cloaks. Operators see each address in WHOIS. In histories, an author whose user and host are not kept is
  `NAME!~user@NAME.past`.
- **Messages** have ids (`msgid`) that are the numbers of all events in their one order: the same for every reader, in
  JSON and in `/delete`, and after a restart. The `bot` tag is kept with a message. The server refuses a line (417)
  rather than cut it if it would not fit into 512 bytes with the sender's source before it.
- **Messages of several lines** (`draft/multiline`, 32 lines of 4096 bytes together at most) are one message with one
  id: in history, search, export and REDACT, and for every reader. People at nc see a mark before each line but the
  first, so that no line can pose as another message; programs get one text with line feeds in it; clients without the
  capability get one line after another. A long line from another dialect comes as such a message, too. A paste at nc
  does not become one: each of its lines is a message with its own id and goes out when it comes, since the server
  does not hold lines back to see whether more follow.
- **Colours and styles** of messages show in IRC only; the server removes them from topics, reasons and real names. In
  every text and to everybody, other control characters, line separators and bidirectional overrides show as `\\x1b`
  or `\\u{202e}`; the server drops a client-only tag that contains one, and of several with one name all but the last.
  CTCP ACTION is `/me`; other CTCP and TAGMSG reach IRC clients only.
- **Kept tags.** The history of a room, or of both sides' accounts, keeps a TAGMSG with the tag `+draft/persist`,
  and reactions (`+draft/react`, `+react` and their `unreact`).
  CHATHISTORY sends it to clients with `draft/event-playback` and `message-tags`; each counts as a line there, and as
  the newest message in what CHATHISTORY TARGETS lists for them. REDACT and retention remove it like a message. No
  other dialect, count, search or export has it.
- **Metadata** (`draft/metadata-3` or `draft/metadata-2`): a person or room has at most 20 keys of 300 bytes each. That
  of a registered name lasts, that of a room as long as the room; a guest's ends with the visit. A `display-name`
  cannot be another person's name or `display-name`, or a reserved name; a room's cannot be another room's name. A
  person who takes or registers a name removes it from others' `display-name`. In `draft/metadata-2` changes, the
  answer to SYNC, and what comes with the welcome, JOIN and MONITOR are METADATA lines; SUB is followed by what the
  client's rooms have, where `draft/metadata-3` has the client ask for everything (`METADATA *ALL SYNC`); and refusals
  have the words of that draft (`KEY_INVALID`, `VALUE_INVALID`). A client that asks for both drafts has
  `draft/metadata-3`. Keys that begin with `soju.im/` are refused: a bouncer keeps them for one user, and here everybody
  would see them.
- **Search** (`soju.im/search`) works like `/search`: it finds whole words, `word*` finds words that begin so, and it
  shows the newest 50 matches. It searches the rooms that the client may read; with `in=NAME`, the private messages
  between the client's account and that person.
- **Playback** (`draft/event-playback`): a history has JOIN, PART, QUIT, NICK, KICK, MODE and TOPIC where they
  happened, with the times and ids that they had, also those of the client's own; each counts as a line of the limit. A
  person who resumes a lost session JOINs again, in all rooms with one id, while others saw an id for each room. With
  `extended-join` a JOIN there has `*` and the name: the account and the real name are not kept. The server stores these
  events within a second. When more than eight people come, or go, within five seconds it stores only the number of the
  rest, for which IRC has no line. It does not play back AWAY, RENAME, or MODE lines that come with a JOIN. Those who
  were there when the server stopped, or was killed, have no QUIT in it: who comes back has another JOIN.
- **History** is the server's. CHATHISTORY works in the rooms that a client is in. A client with `server-time` but
  neither CHATHISTORY nor `znc.in/playback` gets the newest lines when it enters a room. Of `znc.in/playback` the
  server supports `PLAY`, for the client's rooms and the private messages of its account:
  `/msg *playback PLAY * SECONDS`, or with rooms, names and masks instead of the `*`; of people, the hundred who wrote
  last.
- **A JOIN that the client did not ask for** is followed by what follows any other: the topic, the read marker, the
  newest lines and NAMES, as its capabilities have it. Such a JOIN comes when the client takes a session over, when
  rooms come back, when another connection of its person enters a room, and when a room is renamed for a client without
  `draft/channel-rename`. A client that takes a lost session over gets all that this has missed; in a room with such
  lines they take the place of the newest ones, so that none comes twice.
- **Lines that come twice.** The newest lines include those that a client has seen before. So a client that also shows
  its own log shows them twice (WeeChat: `/set logger.look.backlog 0` helps), and so does one that reconnects within
  its own process (irssi: `/reconnect`; WeeChat: after a lost link). The server cannot tell which lines a client still
  shows: a restarted client sends the same `USER` and `QUIT` as one that reconnects, and missing lines would be worse
  than repeated ones. A client can ask instead:
  - WeeChat: `/set irc.server_default.capabilities \"server-time,znc.in/playback\"`, with other capabilities after
    these. It then gets nothing unasked, and `/msg *playback PLAY * SECONDS` shows what it missed.
  - irssi: `/server modify -nocap ADDRESS` turns the lines off, and with them SASL (send the account's password as
    server password, `NAME:PASSWORD`) and the times of messages.
  - The Lounge asks for rooms and people whose window it opens, but not for the rooms of its settings, nor after a
    lost link: `/cycle` shows what was said meanwhile.
- **Private messages** are in the history of each side that is logged in to an account, under the account of the other
  side; a guest has no history. What a guest wrote has no `account` tag: history does not distinguish guests who had
  the name one after another. The sender may delete a message (REDACT): the account, or the guest during the same
  visit, under any name.
- **Ignoring.** The account's ignore list (`/ignore` at nc, `ignore` in JSON) applies in IRC as well: the client does
  not see what ignored people say, their topics, or their messages in the history. It does see them come, go and
  change name, since it must know who is there, but not the reasons they give for leaving or being away. A client's
  own ignore list works in addition.
- **Read markers** (MARKREAD) belong to an account, on all its connections and after a restart; a guest's end with the
  visit.
- **Silence.** A client that sends nothing for 90 s gets a PING, and is closed (`Ping timeout`) if it then sends nothing
  for another 90 s. Any line will do, also an empty one. A client that the server is still writing to is given longer.
- **A lost link** is not kept for an IRC client: the client comes back under its name, which must be free or belong to
  its account. Sessions at nc, telnet and of programs are kept: meanwhile their names are refused here (433), and only
  their codes take them up, at nc and for programs. A guest who moves from nc to IRC says `/quit` first, and then the
  name is free, or registers it (`/claim`) and logs in with it.
- **Several clients of one account.** When a client logs in (SASL or PASS) under a name that the account already uses
  over IRC, it becomes one more connection of the same person: it is in the same rooms at once, and each connection
  shows what is said on the others. If the person is away, it is told so (306). Other people see one person, until the
  last connection ends. A dead connection does no harm and ends by itself. Rights given for the visit (`o`, or a rank in
  a room before the name was registered) end when another connection joins, as they do when a password takes the session
  over. At nc or as a program the same name takes over from all of the IRC connections, and the other way round: a
  terminal is one screen. A client that takes over its name while connected (NICK, or GHOST) leaves its rooms for those
  of the person who had the name. At most sixteen people can be logged in to an account besides those who use its names.
- **Rooms come back.** A client that logs in on arrival (SASL, PASS, or `NAME#PASSWORD` at nc) is again in the rooms
  of the account's last visit, with whatever client that was, after a server crash too; a JOIN of them then gets no
  answer. A room that has ended is made again only for the account that owned it. A later login (NickServ, OPER)
  neither brings rooms back nor changes what is kept. A client without an account joins its rooms itself.
- **Flood control.** The server tells a client that sends too fast, and reads it more slowly; it refuses nothing. It
  disconnects a client that has done so for two minutes without a pause and still does (`Excess flood`); of one that
  has stopped it reads the rest, however long that takes. All clients of an account share
  one allowance. If the link is reset, what a client sent beyond its rate is dropped. Empty lines, PING and PONG count
  as one line for every 4,096 bytes.
- **Too many connections** from an address: the server refuses further ones with `ERROR`; in a flood of them it does
  not read them, and sends the bare sentence.
- **Invalid lines** are refused whole: one that is too long (417), and one that is not UTF-8
  (`FAIL COMMAND INVALID_UTF8`). If that happens to a line of a multiline message, the server refuses the whole
  message. It drops NUL from a line. IRC has no telnet: if you type IRC by hand at `telnet`, a key that sends a telnet
  command spoils the current line, which the server refuses. What telnet sends before you type anything does no harm.
- **Too many targets.** If a command names more rooms or people than TARGMAX allows, the server refuses each of the
  rest by name (405, 407); MODE and MONITOR say what they left out.
- **STS** needs `[tls] sts = \"30d\"` or the like, and a certificate that clients trust. There is one port, so the
  server sends a client in the clear to TLS on that same port; it sends the duration to clients that name the server
  in their handshake.
- **Web gateways** (`WEBIRC`) are accepted from the networks in `[irc] gateways` with `gateway_password`; from then on
  the client's address counts, for limits, bans and the cloak. The connection counts as encrypted if both of its parts
  are. A proxy's PROXY header works as well.
- **`chghost`** is not offered: user and host do not change. A session resumed from another address appears as a JOIN
  with the new host.
- **SCRAM** is not offered: the server would have to store its keys, which are much faster to guess than the argon2id
  hashes, so a stolen database would give passwords away.
- **WebSocket** is not served.

## The conformance suite

`contrib/irctest/` has the controller for [irctest](https://github.com/progval/irctest), and its head says how
to run it. Of the 429 cases that apply to any server 412 pass and 17 are skipped: eight over WebSocket, two of SCRAM,
two that register with an e-mail address, one that needs a person called root, which is a reserved name, and four of WHO
that the suite skips for every server.
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
