//! The reference page of the JSON dialect, `docs/protocol.md`, and its schema,
//! `docs/protocol.schema.json`, generated from the types of the wire format and their comments.

mod prose;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::counterparts::{Counterpart, counterpart};
use super::events::Shape;
use super::refusal::CODES;
use super::replies::{Ack, Notice, Refused, Reply};
use super::request::specs;
use super::value::Id;
use crate::plain::COMMANDS;
use prose::{COMMANDS_OF_PEOPLE, EVENTS, HEAD, REPLIES, TAIL};

/// The schema of every line that a client may send (`client`) and of every line that it may receive
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
        push_fields(&mut page, &generator, &arguments, &[]);
    }
    push_settings(&mut page, &generator);
    push_counterparts(&mut page);
    let mut generator = of_server();
    page.push_str(EVENTS);
    push_variants::<Shape<'_>>(&mut page, &mut generator, "kind");
    page.push_str(REPLIES);
    push_variants::<Reply<'_>>(&mut page, &mut generator, "reply");
    page.push_str("\n### Within replies\n");
    push_parts(&mut page, &mut generator);
    page.push_str("\n## Acknowledgements\n\nThe server answers a command that asks for no data with these fields when it is done.\n");
    push_struct::<Ack<'_>>(&mut page, &mut generator);
    page.push_str("\n## Refusals\n\nThe server answers a command that it does not carry out with these fields. Nothing has changed then.\n");
    push_struct::<Refused<'_>>(&mut page, &mut generator);
    page.push_str("\n| code | meaning |\n|---|---|\n");
    for (code, meaning) in CODES {
        page.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    page.push_str("\n## Notices\n\nMessages from the server that answer no command.\n");
    push_variants::<Notice<'_>>(&mut page, &mut generator, "notice");
    page.push_str(TAIL);
    page
}

/// For input: what has a default may be left out.
fn of_client() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

/// For output: what is sometimes left out is not required.
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
    push_fields(page, generator, &schema, &[]);
}

/// The settings of a room: an enum whose values are under their names.
fn push_settings(page: &mut String, generator: &SchemaGenerator) {
    page.push_str("\n### Settings of a room\n\nOne of these keys for each `set_room`.\n");
    page.push_str("\n| key | is | meaning |\n|---|---|---|\n");
    let setting = &generator.definitions()["Setting"];
    for option in setting["oneOf"].as_array().into_iter().flatten() {
        let about = sentence(option["description"].as_str().unwrap_or_default());
        for (name, field) in option["properties"].as_object().into_iter().flatten() {
            let what = what(generator, field, true);
            page.push_str(&format!("| `{name}` | {what} | {about} |\n"));
        }
    }
}

/// What programs send where people type a command.
fn push_counterparts(page: &mut String) {
    page.push_str(COMMANDS_OF_PEOPLE);
    for spec in COMMANDS {
        let sent = match counterpart(spec.name) {
            Some(Counterpart::None(reason)) => format!("none: {reason}"),
            Some(Counterpart::Commands(words)) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                words.join(", ")
            }
            // The table above has the same word.
            None => continue,
        };
        page.push_str(&format!("| `/{}` | {sent} |\n", spec.name));
    }
}

/// The parts of replies that have names of their own.
fn push_parts(page: &mut String, generator: &mut SchemaGenerator) {
    for name in [
        "Resumption",
        "TopicShape",
        "Person",
        "RoomShape",
        "RestrictionShape",
        "SettingsShape",
        "StandingShape",
        "CredentialShape",
        "LoginShape",
        "LogEntry",
    ] {
        if let Some(schema) = generator.definitions().get(name).cloned() {
            let about = schema["description"].as_str().unwrap_or_default();
            page.push_str(&format!("\n{}\n", sentence(about)));
            push_fields(page, generator, &schema, &[]);
        }
    }
}

/// The variants of an enum, which the field `tag` identifies.
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
        push_fields(page, generator, &variant, &[tag, "id"]);
    }
}

/// The schemas of the structs that are flattened into a variant.
fn flattened(generator: &SchemaGenerator, schema: &Value) -> Vec<Value> {
    let mut parts: Vec<Value> = schema["allOf"].as_array().cloned().unwrap_or_default();
    if schema["$ref"].is_string() {
        parts.push(json!({ "$ref": schema["$ref"] }));
    }
    parts.iter().map(|part| resolve(generator, part)).collect()
}

/// Inserts the fields of one schema before those of another.
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

/// A table of fields, without those that all have; required ones come first.
fn push_fields(page: &mut String, generator: &SchemaGenerator, schema: &Value, but_for: &[&str]) {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| !but_for.contains(&name.as_str()));
    let (mut always, mut optional) = (String::new(), String::new());
    for (name, field) in fields {
        let about = field["description"].as_str();
        let about = sentence(about.unwrap_or("The `id` that the client gave the command."));
        let what = what(generator, field, is_required(name));
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

/// The type of a field in a few words, and whether it may be null.
fn what(generator: &SchemaGenerator, field: &Value, may_be_null: bool) -> String {
    if let Some(options) = field["anyOf"].as_array().or(field["oneOf"].as_array()) {
        let has_null = options.iter().any(|option| option["type"] == "null");
        let options = options.iter().filter(|option| option["type"] != "null");
        let options = options
            .map(|option| what(generator, option, false))
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
            Some(name) => {
                let words = generator.definitions().get(name).and_then(one_of_words);
                words.unwrap_or_else(|| "an object".into())
            }
            None => kinds
                .map(|kind| kind_in_words(generator, kind, &field["items"]))
                .collect::<Vec<_>>()
                .join(" or "),
        },
    };
    with_null(what, has_null && may_be_null)
}

/// The words of an enum that has nothing else: `` `quit`, `closed` or `lost` ``.
fn one_of_words(definition: &Value) -> Option<String> {
    let options = definition["oneOf"].as_array()?.iter();
    let words: Option<Vec<&str>> = options.map(|option| option["const"].as_str()).collect();
    let words = words?;
    let (last, others) = words.split_last()?;
    let others: Vec<String> = others.iter().map(|word| format!("`{word}`")).collect();
    Some(format!("{} or `{last}`", others.join(", ")))
}

fn with_null(what: String, or_null: bool) -> String {
    if or_null { what + ", or null" } else { what }
}

fn kind_in_words(generator: &SchemaGenerator, kind: &str, items: &Value) -> String {
    match kind {
        "integer" => "a number".into(),
        "boolean" => "true or false".into(),
        "string" => "a text".into(),
        "array" => format!("a list: {}", what(generator, items, false)),
        kind => kind.to_string(),
    }
}
