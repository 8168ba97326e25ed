//! Formats: the ways to see a room, of all dialects.

use alloc::vec::Vec;

use chinwag_core::{Event, RoomName, Timestamp};
use chinwag_feed::Render;

use super::Settings;
use crate::irc;
use crate::json;
use crate::plain;

/// A way to see a room: everything that determines the bytes of its lines. Sessions with equal
/// formats share them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people at nc and telnet.
    Plain(plain::RoomFormat),
    /// For programs.
    Json,
    /// For clients of IRC.
    Irc(irc::Format),
}

/// Renders the log of a room in one [`Format`].
#[derive(Debug)]
pub enum RoomRenderer {
    /// For people at nc and telnet.
    Plain(plain::RoomRenderer),
    /// For programs.
    Json(json::RoomRenderer),
    /// For clients of IRC.
    Irc(irc::RoomRenderer),
}

impl Format {
    /// A renderer for lines from `now` on, with these settings.
    pub fn renderer(&self, now: Timestamp, settings: &Settings) -> RoomRenderer {
        match self {
            Self::Plain(format) => RoomRenderer::Plain(plain::RoomRenderer::new(format, now)),
            Self::Json => RoomRenderer::Json(json::RoomRenderer),
            Self::Irc(format) => {
                let server = settings.irc.server.clone();
                RoomRenderer::Irc(irc::RoomRenderer::new(*format, server))
            }
        }
    }
}

impl Render for RoomRenderer {
    fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
        match self {
            Self::Plain(renderer) => renderer.render(out, event, room),
            Self::Json(_) => json::RoomRenderer::render(out, event, room),
            Self::Irc(renderer) => renderer.render(out, event, room),
        }
    }

    fn wants_each(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Irc(_))
    }

    fn renders_alike(&self, other: &Self, event: &Event) -> bool {
        match (self, other) {
            (Self::Irc(own), Self::Irc(other)) => own.renders_alike(other, event),
            _ => false,
        }
    }
}
