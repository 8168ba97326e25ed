//! The reference page of the JSON dialect, `docs/protocol.md`, and its schema,
//! `docs/protocol.schema.json`: made of the types that stand on the wire, with their comments.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::events::Shape;
use super::refusal::CODES;
use super::replies::{Ack, Notice, Refused, Reply};
use super::request::specs;
use super::value::Id;

/// The schema of every line that a client may send (`client`) and of every line that it may be sent
/// (`server`), as JSON Schema 2020-12.
pub fn schema() -> String {
    let (mut generator, mut server) = (of_client(), of_server());
    let mut commands = Vec::new();
    for (word, about, arguments) in specs(&mut generator) {
        let mut properties = Map::new();
        properties.insert(word.into(), arguments.to_value());
        properties.insert("id".into(), generator.subschema_for::<Id>().to_value());
        commands.push(json!({
            "type": "object",
            "title": word,
            "description": about.trim(),
            "properties": properties,
            "required": [word],
            "additionalProperties": false,
        }));
    }
    let lines = json!({ "oneOf": [
        server.subschema_for::<Shape<'_>>(),
        server.subschema_for::<Reply<'_>>(),
        server.subschema_for::<Ack<'_>>(),
        server.subschema_for::<Refused<'_>>(),
        server.subschema_for::<Notice<'_>>(),
    ]});
    let mut definitions = generator.take_definitions(true);
    definitions.extend(server.take_definitions(true));
    definitions.insert("client".into(), json!({ "oneOf": commands }));
    definitions.insert("server".into(), lines);
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "chinwag, line JSON",
        "description": "One line of a connection: `client` is what clients send, `server` what they are sent.",
        "oneOf": [{ "$ref": "#/$defs/client" }, { "$ref": "#/$defs/server" }],
        "$defs": definitions,
    });
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

/// The page, in Markdown.
pub fn reference() -> String {
    let mut generator = of_client();
    let mut page = String::from(HEAD);
    page.push_str("\n## Commands\n");
    for (word, about, arguments) in specs(&mut generator) {
        page.push_str(&format!("\n### `{word}`\n\n{}\n", sentence(about)));
        let arguments = resolve(&generator, &arguments.to_value());
        push_fields(&mut page, &arguments, &[]);
    }
    let mut generator = of_server();
    page.push_str(EVENTS);
    push_variants::<Shape<'_>>(&mut page, &mut generator, "kind");
    page.push_str(REPLIES);
    push_variants::<Reply<'_>>(&mut page, &mut generator, "reply");
    page.push_str("\n### Within replies\n");
    push_parts(&mut page, &mut generator);
    page.push_str("\n## Acknowledgements\n\nA command that asks for nothing is answered with these fields when it is done.\n");
    push_struct::<Ack<'_>>(&mut page, &mut generator);
    page.push_str("\n## Refusals\n\nA command that is not done is answered with these fields. Nothing has changed then.\n");
    push_struct::<Refused<'_>>(&mut page, &mut generator);
    page.push_str("\n| code | meaning |\n|---|---|\n");
    for (code, meaning) in CODES {
        page.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    page.push_str("\n## Notices\n\nThe server's own word, which no command has asked for.\n");
    push_variants::<Notice<'_>>(&mut page, &mut generator, "notice");
    page.push_str(TAIL);
    page
}

/// Of what is read: what has a default may be left out.
fn of_client() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

/// Of what is written: what may be left out at times is not required.
fn of_server() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator()
}

/// The first sentences of a comment, on one line.
fn sentence(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema that a reference stands for.
fn resolve(generator: &SchemaGenerator, schema: &Value) -> Value {
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    let found = name.and_then(|name| generator.definitions().get(name));
    found.unwrap_or(schema).clone()
}

fn schema_of<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let schema: Schema = generator.subschema_for::<T>();
    resolve(generator, &schema.to_value())
}

fn push_struct<T: schemars::JsonSchema>(page: &mut String, generator: &mut SchemaGenerator) {
    let schema = schema_of::<T>(generator);
    push_fields(page, &schema, &[]);
}

/// The parts that replies are made of and that have names of their own.
fn push_parts(page: &mut String, generator: &mut SchemaGenerator) {
    for name in [
        "Resumption",
        "TopicShape",
        "Person",
        "RoomShape",
        "RestrictionShape",
        "LogEntry",
    ] {
        if let Some(schema) = generator.definitions().get(name).cloned() {
            let about = schema["description"].as_str().unwrap_or_default();
            page.push_str(&format!("\n{}\n", sentence(about)));
            push_fields(page, &schema, &[]);
        }
    }
}

/// The variants of an enum, which the field `tag` tells apart.
fn push_variants<T: schemars::JsonSchema>(
    page: &mut String,
    generator: &mut SchemaGenerator,
    tag: &str,
) {
    let schema = schema_of::<T>(generator);
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        let word = variant["properties"][tag]["const"]
            .as_str()
            .unwrap_or_default();
        let about = variant["description"].as_str().unwrap_or_default();
        page.push_str(&format!("\n### `{word}`\n\n{}\n", sentence(about)));
        let mut variant = variant.clone();
        for part in flattened(generator, &variant) {
            merge(&mut variant, &part);
        }
        push_fields(page, &variant, &[tag, "id"]);
    }
}

/// The schemas of the structs that a variant takes its fields from.
fn flattened(generator: &SchemaGenerator, schema: &Value) -> Vec<Value> {
    let mut parts: Vec<Value> = schema["allOf"].as_array().cloned().unwrap_or_default();
    if schema["$ref"].is_string() {
        parts.push(json!({ "$ref": schema["$ref"] }));
    }
    parts.iter().map(|part| resolve(generator, part)).collect()
}

/// Puts the fields of one schema before those of another.
fn merge(schema: &mut Value, part: &Value) {
    let mut properties = part["properties"].as_object().cloned().unwrap_or_default();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        properties.insert(name.clone(), field.clone());
    }
    let mut required = part["required"].as_array().cloned().unwrap_or_default();
    required.extend(schema["required"].as_array().into_iter().flatten().cloned());
    schema["properties"] = properties.into();
    schema["required"] = required.into();
}

/// A table of fields, without those that all have; those that are always there come first.
fn push_fields(page: &mut String, schema: &Value, but_for: &[&str]) {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| !but_for.contains(&name.as_str()));
    let (mut always, mut optional) = (String::new(), String::new());
    for (name, field) in fields {
        let about = field["description"].as_str();
        let about = sentence(about.unwrap_or("What the client calls the command."));
        let what = what(field, is_required(name));
        match is_required(name) {
            true => always.push_str(&format!("| `{name}` | {what} | {about} |\n")),
            false => optional.push_str(&format!("| `{name}` | {what}, optional | {about} |\n")),
        }
    }
    if !(always.is_empty() && optional.is_empty()) {
        page.push_str("\n| field | is | meaning |\n|---|---|---|\n");
        page.push_str(&always);
        page.push_str(&optional);
    }
}

/// What a field is, in a few words, and whether it may be null in its place.
fn what(field: &Value, may_be_null: bool) -> String {
    if let Some(options) = field["anyOf"].as_array().or(field["oneOf"].as_array()) {
        let has_null = options.iter().any(|option| option["type"] == "null");
        let options = options.iter().filter(|option| option["type"] != "null");
        let options = options
            .map(|option| what(option, false))
            .collect::<Vec<_>>()
            .join(" or ");
        return with_null(options, has_null && may_be_null);
    }
    let kinds: Vec<&str> = match &field["type"] {
        Value::String(kind) => alloc::vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let has_null = kinds.contains(&"null");
    let kinds = kinds.into_iter().filter(|kind| *kind != "null");
    let what = match (&field["title"], &field["format"]) {
        (Value::String(title), _) => title.clone(),
        (_, Value::String(format)) if format == "date-time" => "a time".into(),
        _ => match field["$ref"]
            .as_str()
            .and_then(|path| path.rsplit('/').next())
        {
            Some("Shape") => "an event".into(),
            Some("Reason") => REASONS.into(),
            Some("Act") => ACTS.into(),
            Some(_) => "an object".into(),
            None => kinds
                .map(|kind| kind_in_words(kind, &field["items"]))
                .collect::<Vec<_>>()
                .join(" or "),
        },
    };
    with_null(what, has_null && may_be_null)
}

fn with_null(what: String, or_null: bool) -> String {
    if or_null { what + ", or null" } else { what }
}

fn kind_in_words(kind: &str, items: &Value) -> String {
    match kind {
        "integer" => "a number".into(),
        "boolean" => "true or false".into(),
        "string" => "a text".into(),
        "array" => format!("a list: {}", what(items, false)),
        kind => kind.to_string(),
    }
}

const REASONS: &str =
    "`quit`, `closed`, `lost`, `timed_out`, `too_slow`, `kicked`, `banned` or `restart`";

const ACTS: &str = "`mute`, `unmute`, `rename`, `op` or `deop`";

const HEAD: &str = "\
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
- A `text` is one line. Characters that a terminal would obey come as visible escapes, for everybody.
- A client that sends faster than it may is not refused: its lines are read more slowly. Everything else has
  the limits of [commands.md](commands.md); a line may have 16 KiB, since escapes take more room than what
  they stand for.
- The end of a client's input is not the end of the session: what it has sent is done, what follows is
  written, and then the server closes. Its name is free again at once.

## A lost link

`hello` is answered with a resume code and the time for which it is good after the link is lost. Connect again
and send `{\"resume\":{\"code\":\"K7Q2-9MXP\",\"after\":1234}}`, `after` being the greatest `seq` that you have. The answer has
the next code; all messages and topics since then follow, as events, and then what happens from now on.
Private messages that came meanwhile are among them, a limited number. Comings and goings are not kept: ask
`who`.

For a message without an acknowledgement nobody can say whether it was taken. Send it again with the `key` that
it had: it is said once.
";

const EVENTS: &str = "
## Events
";

const REPLIES: &str = "
## Replies

Each has the `id` of its command, if that has one.
";

const TAIL: &str = "
## Examples

A bot in Python, a tail with `jq` and `nc`, and an alert that a cron job posts are in
[`docs/examples`](examples).
";
