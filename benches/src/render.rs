//! From an event to the line that a room reads. It is done once for each view of a room.

use chinwag_core::{Event, Prefs, RoomName};
use chinwag_wire::plain::{Renderer, Style, zone};
use divan::black_box;

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
    let berlin = zone("Europe/Berlin").expect("a zone");
    let mut renderer = Renderer::new(Style::of(&prefs, &berlin, false), START);
    let event: Event = said(1, 0, &name("gopher"), text(LINE));
    let room = RoomName::lobby();
    let mut out = Vec::new();
    Box::new(move || {
        out.clear();
        renderer.room_line(&mut out, black_box(&event), &room, true);
        black_box(&out);
    })
}
