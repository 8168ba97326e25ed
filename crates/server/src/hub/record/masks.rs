//! The mutes and bars that follow a person, as lines of a record.

use chinwag_core::{KeptRights, Mask, Name, Reach, RoomId};

use super::{account_word, line};

/// Appends a line for each.
pub(super) fn write(out: &mut String, rights: &KeptRights) {
    if let Some(mask) = &rights.muted {
        line(out, "muted", mask_words(mask));
    }
    for (word, list) in [("barred", &rights.barred), ("muted-in", &rights.muted_in)] {
        for (room, mask) in list {
            line(out, word, format_args!("{} {}", room.0, mask_words(mask)));
        }
    }
}

/// Reads one of these lines.
pub(super) fn read(rights: &mut KeptRights, word: &str, value: &str) {
    match word {
        "barred" => rights.barred.extend(in_room(value)),
        "muted-in" => rights.muted_in.extend(in_room(value)),
        _ => rights.muted = mask_of(value),
    }
}

/// The name and the block of a mask. How they combine the list says, which knows a mask by these.
fn mask_words(mask: &Mask) -> String {
    let net = mask.net.map_or_else(|| "*".into(), |net| net.to_string());
    let name = account_word(mask.name.as_ref());
    format!("{name} {net}")
}

/// A room and a mask of `ROOM NAME NET`.
fn in_room(value: &str) -> Option<(RoomId, Mask)> {
    let (room, mask) = value.split_once(' ')?;
    Some((RoomId(room.parse().ok()?), mask_of(mask)?))
}

/// A mask of `NAME NET`.
fn mask_of(value: &str) -> Option<Mask> {
    let (name, net) = value.split_once(' ')?;
    Some(Mask {
        name: Name::parse(name).ok(),
        net: net.parse().ok(),
        reach: Reach::default(),
    })
}
