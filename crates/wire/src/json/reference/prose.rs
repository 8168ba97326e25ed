//! The words of the reference page that are not made of types.

pub(super) const HEAD: &str = "\
# Line JSON, for programs

A program connects to the same port as everybody else and sends an object as its first line. From then
on both sides send one JSON object a line, in UTF-8. This page and `protocol.schema.json` beside it are
made of the types that the server reads and writes.

```
$ printf '%s\\n' '{\"hello\":{\"name\":\"deploy\"}}' '{\"say\":{\"room\":\"#lobby\",\"text\":\"web-3 is up\"},\"id\":1}' | nc -N HOST 8989
{\"reply\":\"hello\",\"protocol\":1,...}
{\"kind\":\"message\",\"seq\":5,\"time\":\"2026-11-21T14:02:00.250Z\",\"room\":\"#lobby\",\"author\":\"deploy\",\"text\":\"web-3 is up\"}
{\"ack\":\"say\",\"id\":1,\"seq\":5}
```

## How it goes

- **A line from a client is one command**: an object with the command's name as its key and the arguments,
  an object too, as its value. With an `id` beside it, a number or a text of up to 64 bytes, whatever the
  command comes to has the same `id`.
- **A line from the server** has one of five keys. `kind`: something happened. `reply`: an answer; where
  `more` is true, further objects of the same answer follow. `ack`: it is done. `refused`: it is not, and
  nothing has changed. `notice`: the server's own word.
- A client that says nothing for 250 ms is greeted like a person, in lines that are no objects: skip what does
  not start with `{`. Send the first command at once, and only a slow link can make that happen.
- Where an address has more connections than it may, a program is refused with `too_many_connections` and closed. In a flood of
  them the server listens to nobody, and says `Too many connections from your address. Try again later.`, which is no object either.
- The first command is `hello` or `resume`. `hello` is answered with the `protocol`, a number that grows only
  when something is taken away or changes its meaning, and with the commands that the server understands.
  With the password of a registered name it takes up the session that the name still has, and is then
  answered like `resume`.
- **Clients ignore keys and kinds that they do not know.** The server refuses what it does not know, with its
  name and the place, and the session lives on.
- Events come in the one order of their `seq`, which grows for as long as the data folder lives. A client is
  told its own messages like all others; the acknowledgement comes behind the event and has the same `seq`.
  Messages are acknowledged in the order in which they were sent; before any other command is answered, no
  further line is read.
- Every coming and going is told, one by one. Nothing of the past is told unless it is asked for.
- A `text` is one line; that of a message may have several, with `\\n` between them, and is still one
  message: at most 32, and 4096 bytes together, of which each counts as a line that was sent. Other characters that a
  terminal would obey come as visible escapes, for everybody.
- A client that sends faster than it may is not refused: its lines are read more slowly. All connections of an account share
  what one may send. Empty lines count by their bytes. Everything else has
  the limits of [commands.md](commands.md); a line may have 16 KiB, since escapes take more room than what
  they stand for.
- The end of a client's input is not the end of the session: what it has sent is done, what follows is
  written, and then the server closes. Its name is free again at once.

## A lost link

`hello` is answered with a resume code and the time for which it is good after the link is lost. Connect again
and send `{\"resume\":{\"code\":\"K7Q2-9MXP\",\"after\":1234}}`, `after` being the greatest `seq` that you have. The answer has
the next code; all messages, topics and announcements since then follow, as events, with what others did to you and in
your rooms (mutes, standings, ejections, settings, other names: the newest 64 of each room and 64 of your own, for as long as
a code is good), and then what happens from now on.
Private messages that came meanwhile are among them, a limited number, and so are those, up to 64 KiB, that
the link had delivered and the program had not read when it was killed: `after` alone says what you have. If the server was
killed, those come that stand in a history: all but what two guests told each other.
What cannot be shown any more, since retention has taken it or too much came, is counted as `gone`. Comings and
goings are not among it: ask `who`, or `history` with `notices`.

A message that was kept for your account has the number with which it was sent, which is below that of the
`hello` that it follows: it may come again until `after` is above both. Known numbers need not be heeded twice. Without
`after`, as when a `hello` takes the session up, the link's acknowledgements count; if it was reset, which says that
something was left unread, private events since your last command come again.

For a message without an acknowledgement nobody can say whether it was taken. Send it again with the `key` that
it had: it is said once, and acknowledged with the number that it got the first time. `say`, `act`, `say_to`, `tell` and
`announce` take a key.
";

pub(super) const COMMANDS_OF_PEOPLE: &str = "
### What people type

Whatever a person can do a program can do, under the same word but for these:

| typed | sent |
|---|---|
";

pub(super) const EVENTS: &str = "
## Events
";

pub(super) const REPLIES: &str = "
## Replies

Each has the `id` of its command, if that has one.
";

pub(super) const TAIL: &str = "
## A private room by a bot

The account comes first, so that the room has an owner when the bot comes again:

```
{\"hello\":{\"name\":\"deploy\"}}
{\"claim\":{\"password\":\"correct horse battery\"}}
{\"join\":{\"room\":\"#ops\"}}
{\"set_room\":{\"room\":\"#ops\",\"setting\":{\"closed\":true}}}
{\"set_room\":{\"room\":\"#ops\",\"setting\":{\"hidden\":true}}}
{\"invite\":{\"room\":\"#ops\",\"name\":\"ann\"}}
```

Next time `{\"hello\":{\"name\":\"deploy\",\"password\":\"correct horse battery\"}}` and `join` are enough. Ann types
`/join #ops`. Nobody else sees that the room is there, and what is said in it no other can read or search.

## Examples

A bot in Python, a tail with `jq` and `nc`, and an alert that a cron job posts are in
[`docs/examples`](examples).
";
