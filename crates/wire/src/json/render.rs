//! From values to lines.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Name, PersonId, RoomName};
use serde::Serialize;

use super::events::Shape;
use super::replies::Notice;

/// Appends an object and its line end.
pub(super) fn put(out: &mut Vec<u8>, object: &impl Serialize) {
    // This fails only for maps whose keys are no texts, and none of ours has such keys.
    if let Ok(line) = serde_json::to_vec(object) {
        out.extend_from_slice(&line);
        out.push(b'\n');
    }
}

/// Appends an event that one person is told.
pub(super) fn put_private(out: &mut Vec<u8>, event: &Event, reader: PersonId) {
    let shown = match &event.fact {
        Fact::KeptShown(shown) if shown.person == reader => Some(shown),
        _ => None,
    };
    let kept = shown.into_iter().flat_map(|shown| &shown.messages);
    for event in core::iter::once(event).chain(kept) {
        if let Some(shape) = Shape::in_private(event, reader) {
            put(out, &shape);
        }
    }
    for omitted in shown.into_iter().flat_map(|shown| &shown.omitted) {
        let (count, with) = (omitted.messages, omitted.from.as_ref().map(Name::as_str));
        put(out, &Notice::Omitted { count, with });
    }
}

/// Whether a line is an event that people wrote: a message of any kind.
pub(crate) fn is_message(line: &[u8]) -> bool {
    let kinds = ["message", "action", "private", "rank_message"];
    let kind = line.strip_prefix(b"{\"kind\":\"");
    let begins = |kind: &str, rest: &[u8]| {
        let rest = rest.strip_prefix(kind.as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"\""))
    };
    kind.is_some_and(|rest| kinds.iter().any(|kind| begins(kind, rest)))
}

/// Appends what was done to a person, or in this room.
pub(crate) fn put_deed(out: &mut Vec<u8>, event: &Event, room: Option<&RoomName>, me: PersonId) {
    match room.and_then(|room| Shape::in_room(event, room)) {
        Some(shape) => put(out, &shape),
        None => put_private(out, event, me),
    }
}

/// Appends the notice that `count` events were lost.
pub(super) fn skipped(out: &mut Vec<u8>, count: u64) {
    put(out, &Notice::Skipped { count });
}

/// Renders the log of a room, in JSON's only format.
#[derive(Debug)]
pub struct RoomRenderer;

impl RoomRenderer {
    /// See [`Render::render`](chinwag_feed::Render::render).
    pub(crate) fn render(out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
        let begin = out.len();
        if let Some(shape) = Shape::in_room(event, room) {
            put(out, &shape);
        }
        begin
    }
}
