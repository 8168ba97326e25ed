//! From an event to the line that a room reads. It is done once for each way to see a room.

use chinwag_core::{Event, RoomName};
use chinwag_feed::Render;
use chinwag_wire::Prefs;
use divan::black_box;

use crate::client::Client;
use crate::fixture::{LINE, START, name, said, text};
use crate::piece::{Piece, Work};

pub(crate) const PIECES: &[Piece] = &[
    Piece::counted("render: a line of talk", 5_000, || {
        rendering(Prefs::default())
    }),
    Piece::counted("render: a line of talk in colour", 5_000, || {
        rendering(Prefs {
            color: true,
            ..Prefs::default()
        })
    }),
];

fn rendering(prefs: Prefs) -> Work {
    let mut renderer = Client::new(prefs).renderer(START);
    let event: Event = said(1, 0, &name("gopher"), text(LINE));
    let room = RoomName::lobby();
    let mut out = Vec::new();
    Box::new(move || {
        out.clear();
        renderer.render(&mut out, black_box(&event), &room);
        black_box(&out);
    })
}
