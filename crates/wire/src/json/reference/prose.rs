//! The prose of the reference page, which no type generates.

pub(super) const HEAD: &str = "\
# Line JSON, for programs

A program connects to the same port as everybody else and sends an object as its first line. From then
on both sides send one JSON object a line, in UTF-8. This page and `protocol.schema.json` beside it are
generated from the types that the server reads and writes.

```
$ printf '%s\\n' '{\"hello\":{\"name\":\"deploy\"}}' '{\"say\":{\"room\":\"#lobby\",\"text\":\"web-3 is up\"},\"id\":1}' | nc -N HOST 8989
{\"reply\":\"hello\",\"protocol\":1,...}
{\"kind\":\"message\",\"seq\":5,\"time\":\"2026-11-21T14:02:00.250Z\",\"room\":\"#lobby\",\"author\":\"deploy\",\"text\":\"web-3 is up\"}
{\"ack\":\"say\",\"id\":1,\"seq\":5}
{\"notice\":\"closed\",\"reason\":\"closed\"}
```

## How it goes

- **A line from a client is one command**: an object with the command's name as its key and an object with the
  arguments as its value. With an `id` beside it, a whole number from 0 on or a text of up to 64 bytes, the reply,
  acknowledgement or refusal has the same `id`, unless the line is no JSON.
- **A line from the server** has one of five keys. `kind`: an event. `reply`: an answer; while `more` is true,
  further objects of the same answer follow. `ack`: the command is done. `refused`: it is not done, and nothing has
  changed. `notice`: a message from the server that answers no command.
- The server greets a client that says nothing for 250 ms like a person, in lines that are not JSON: skip lines that
  do not start with `{`. If you send the first command at once, only a slow link can make that happen.
- If an address has too many connections, the server refuses the next one with `too_many_connections` and closes it.
  In a flood of them it does not read the connection first, and sends
  `Too many connections from your address. Try again later.`, which is not JSON.
- The first command is `hello` or `resume`. The reply to `hello` has the `protocol`, a number that grows only when
  something is removed or changes its meaning, and the commands that the server understands. If the name is
  registered and still has a session, `hello` with the password takes that session over, and the reply is the one to
  `resume`.
- **Clients must ignore keys and kinds that they do not know.** The server refuses keys it does not know, with the
  name and the place, and the session goes on.
- Events come in the order of their `seq`, which grows for as long as the data folder lives. A client gets its own
  messages like all others; the acknowledgement follows the event and has the same `seq`. The server acknowledges
  messages in the order in which they were sent. It answers any other command before it reads the next line.
- The server sends each join and leave as an event of its own. It sends nothing of the past unless asked.
- A `text` is one line. The `text` of a message may have several, with `\\n` between them: at most 32, and 4096 bytes
  together. They are one message, but flood control counts each line. Other characters that a terminal would obey
  arrive as visible escapes, for everybody; what nobody sees, such as tags outside a flag, is left out.
- The server does not refuse a client that sends too fast: it reads its lines more slowly. All connections of an
  account share one allowance. Empty lines count by their bytes. Everything else has the limits of
  [commands.md](commands.md); a line of JSON may have 16 KiB, since escapes are longer than what they stand for.
- When the client's input ends, the server still carries out what it has read, writes the results, and then closes the
  connection. The name is free again at once.

## A lost link

The reply to `hello` has a resume code and the time for which it is good after the link is lost. Connect again and
send `{\"resume\":{\"code\":\"K7Q2-9MXP\",\"after\":1234}}`, where `after` is the greatest `seq` that you have. The
reply has the next code. Then follow, as events:

- all messages, topics and announcements after that `seq`;
- what others did to you, to your account and in your rooms (mutes, rights, standings, ejections, settings, renames): the
  newest 64 of each room and 64 of your own, for as long as a code is good;
- private messages that came meanwhile, a limited number, and up to 64 KiB of those that the link had delivered but
  that a killed program had not read. If the server was killed, only those in a history: not what two guests told
  each other.

After these come new events. `gone` counts what the server cannot send any more, because retention has removed it or
too much came. Joins and leaves are neither sent nor counted: ask `who`, or `history` with `notices`.

A message that was kept for your account has the number with which it was sent, which is below the `seq` in the reply
to your `hello`: it may come again until `after` is above both. Ignore numbers that you have seen. Without `after`, with
one that the server has not given yet, and when a `hello` takes the session over, it goes by what your system
acknowledged. If the link was reset, which
means that your program left something unread, it sends private events since your last command again.

If a message got no acknowledgement, you cannot know whether the server took it. Send it again with the same `key`: the
server posts it only once, and acknowledges it with the number that it got the first time. `say`, `act`, `say_to`,
`tell` and `announce` take a key.
";

pub(super) const COMMANDS_OF_PEOPLE: &str = "
### What people type

A program can do all that a person can, by a command of the same name except for these:

| typed | sent |
|---|---|
";

pub(super) const EVENTS: &str = "
## Events
";

pub(super) const REPLIES: &str = "
## Replies

Each has the `id` of its command, if the command has one.
";

pub(super) const TAIL: &str = "
## A private room by a bot

The account comes first, so that the room still has its owner when the bot reconnects:

```
{\"hello\":{\"name\":\"deploy\"}}
{\"claim\":{\"password\":\"correct horse battery\"}}
{\"join\":{\"room\":\"#ops\"}}
{\"set_room\":{\"room\":\"#ops\",\"setting\":{\"closed\":true}}}
{\"set_room\":{\"room\":\"#ops\",\"setting\":{\"hidden\":true}}}
{\"invite\":{\"room\":\"#ops\",\"name\":\"ann\"}}
```

The invitation works if Ann is connected or has a registered name; she then types `/join #ops`. Next time
`{\"hello\":{\"name\":\"deploy\",\"password\":\"correct horse battery\"}}` and `join` are enough. Nobody else except
operators can see the room, or read or search what is said there.

## Examples

[`docs/examples`](examples) has a bot in Python, a tail with `jq` and `nc`, and an alert for a cron job.
";
