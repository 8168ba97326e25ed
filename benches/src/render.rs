//! From an event to the line that a room reads. It is done once for each way to see a room.

use std::sync::Arc;

use chinwag_core::{ConnId, Event, Flags, RoomName, Source};
use chinwag_feed::Render;
use chinwag_wire::Prefs;
use divan::black_box;

use crate::client::Client;
use crate::fixture::{LINE, START, name, said, text};
use crate::piece::{Piece, Work};

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("render: a line of talk", 5_000, || {
        rendering(Client::new(Prefs::default()))
    }),
    Piece::counted("render: a line of talk in colour", 5_000, || {
        rendering(Client::new(Prefs {
            color: true,
            ..Prefs::default()
        }))
    }),
    Piece::counted("render: a line of talk for IRC", 5_000, || {
        rendering(Client::irc("account-tag message-tags server-time"))
    }),
];

fn rendering(client: Client) -> Work {
    let mut renderer = client.renderer(START);
    let source = Source {
        conn: Some(ConnId(1)),
        user: "~gopher".into(),
        host: "192.0.2.0".into(),
        real: "gopher".into(),
        account: Some(name("gopher")),
        flags: Flags::default(),
        operator: false,
        away: None,
    };
    let event = Event {
        source: Some(Arc::new(source)),
        ..said(1, 0, &name("gopher"), text(LINE))
    };
    let room = RoomName::lobby();
    let mut out = Vec::new();
    Box::new(move || {
        out.clear();
        renderer.render(&mut out, black_box(&event), &room);
        black_box(&out);
    })
}
