//! Modes of rooms: letters for the chat's settings, standings and bars.

use alloc::vec::Vec;

use chinwag_core::limits::ROOM_MASK_BYTES_MAX;
use chinwag_core::{Held, MaskKind, Matched, Name, RoomAct, RoomSetting, RoomSettings, Standing};

use super::line::put;

/// A letter, the setting that it stands for, and whether that is on.
type Flag = (u8, fn(bool) -> RoomSetting, fn(&RoomSettings) -> bool);

/// The modes that are on or off.
pub(super) const FLAGS: &[Flag] = &[
    (b'i', RoomSetting::Closed, |set| set.closed),
    (b'm', RoomSetting::Moderated, |set| set.moderated),
    // The other way round: `n` keeps messages from outside out.
    (b'n', |on| RoomSetting::Outsiders(!on), |set| !set.outsiders),
    (b's', RoomSetting::Hidden, |set| set.hidden),
    (b't', RoomSetting::GuardsTopic, |set| set.guards_topic),
    (b'R', RoomSetting::Registered, |set| set.registered),
    (b'z', RoomSetting::Encrypted, |set| set.encrypted),
    (b'C', RoomSetting::NoCtcp, |set| set.no_ctcp),
];

/// The prefixes of a person in a room, the highest first; only the highest unless `all` are wanted.
pub(super) fn prefixes(held: Option<Held>, all: bool) -> &'static str {
    match held {
        Some(held) if held.governs() && held.voiced && all => "@+",
        Some(held) if held.governs() => "@",
        Some(held) if held.has_voice() => "+",
        _ => "",
    }
}

/// The prefix of people with a standing, as it precedes a room (`STATUSMSG`).
pub(super) fn prefix_of(least: Standing) -> char {
    match least >= Standing::Moderator {
        true => '@',
        false => '+',
    }
}

/// The lowest standing that a prefix stands for, and the room after it.
pub(super) fn read_ranked(target: &str) -> Option<(Standing, &str)> {
    let (least, room) = match target.split_at_checked(1)? {
        ("@", room) => (Standing::Moderator, room),
        ("+", room) => (Standing::Voice, room),
        _ => return None,
    };
    room.starts_with('#').then_some((least, room))
}

/// Appends the modes of a room: `+nt`, and their values.
pub(super) fn put_settings(out: &mut Vec<u8>, settings: &RoomSettings, has_password: bool) {
    out.push(b'+');
    let on = FLAGS.iter().filter(|(.., is_on)| is_on(settings));
    out.extend(on.map(|(letter, ..)| *letter));
    out.extend(has_password.then_some(b'k'));
    out.extend(settings.limit.map(|_| b'l'));
    if has_password {
        let word = settings.password.as_ref().map_or("*", |word| word.reveal());
        put(out, format_args!(" {word}"));
    }
    if let Some(limit) = settings.limit {
        put(out, format_args!(" {limit}"));
    }
}

/// Appends the change of a room in MODE's form; returns whether there is one.
pub(super) fn put_change(out: &mut Vec<u8>, act: &RoomAct) -> bool {
    match act {
        RoomAct::Set(settings) => put_changes(out, settings),
        RoomAct::Stand {
            name,
            before,
            standing,
            ..
        } => return put_standing(out, name, *before, *standing),
        RoomAct::Mask { mask, on } => {
            put_entries(out, mask.kind, core::slice::from_ref(&mask.matched), *on);
        }
        // List entries are sent separately, a few in each line.
        RoomAct::Listed { .. }
        | RoomAct::Bar(_)
        | RoomAct::Unbar(_)
        | RoomAct::Mute(_)
        | RoomAct::Unmute(_)
        | RoomAct::Own { .. }
        | RoomAct::Passing
        | RoomAct::StillInside { .. }
        | RoomAct::Eject { .. }
        | RoomAct::Removed { .. } => return false,
    }
    true
}

/// Appends the change of a person's standing, `+o NAME`; returns whether others see one.
pub(super) fn put_standing(
    out: &mut Vec<u8>,
    name: &Name,
    before: Option<Held>,
    after: Option<Held>,
) -> bool {
    let of = |has: fn(Held) -> bool| (before.is_some_and(has), after.is_some_and(has));
    let ranks = [(b'o', of(Held::governs)), (b'v', of(Held::has_voice))];
    let changes = ranks.iter().filter(|(_, (was, is))| was != is);
    let mut sign = None;
    for (letter, (_, on)) in changes.clone() {
        if sign.replace(*on) != Some(*on) {
            out.push(if *on { b'+' } else { b'-' });
        }
        out.push(*letter);
    }
    changes
        .clone()
        .for_each(|_| put(out, format_args!(" {name}")));
    changes.count() > 0
}

/// Appends settings that were changed at once: `+i-nt+l 5`. Leaves out the room's password: people
/// without a rank see the same line as the others, who can ask for the modes.
fn put_changes(out: &mut Vec<u8>, settings: &[RoomSetting]) {
    let (mut sign, mut arguments) = (None, Vec::new());
    for setting in settings {
        let (letter, on) = letter_of(setting);
        if sign.replace(on) != Some(on) {
            out.push(if on { b'+' } else { b'-' });
        }
        out.push(letter);
        match setting {
            RoomSetting::Password(_) => put(&mut arguments, " *"),
            RoomSetting::Limit(Some(limit)) => put(&mut arguments, format_args!(" {limit}")),
            _ => {}
        }
    }
    out.extend(arguments);
}

/// The letter of a setting, and whether the change sets it.
fn letter_of(setting: &RoomSetting) -> (u8, bool) {
    match setting {
        RoomSetting::Closed(on) => (b'i', *on),
        RoomSetting::Moderated(on) => (b'm', *on),
        RoomSetting::Hidden(on) => (b's', *on),
        RoomSetting::GuardsTopic(on) => (b't', *on),
        RoomSetting::Outsiders(on) => (b'n', !*on),
        RoomSetting::Registered(on) => (b'R', *on),
        RoomSetting::Encrypted(on) => (b'z', *on),
        RoomSetting::NoCtcp(on) => (b'C', *on),
        RoomSetting::Password(word) => (b'k', word.is_some()),
        RoomSetting::Limit(limit) => (b'l', limit.is_some()),
    }
}

/// Appends the change of a list: `+bb ann!*@* bob!*@*`.
pub(super) fn put_entries(out: &mut Vec<u8>, kind: MaskKind, entries: &[Matched], on: bool) {
    let (letter, prefix) = list_of(kind);
    out.push(if on { b'+' } else { b'-' });
    entries.iter().for_each(|_| put(out, letter));
    for entry in entries {
        put(out, format_args!(" {prefix}{}", MaskText(entry)));
    }
}

/// The letter of the list for a kind of masks, and the prefix of such a mask there.
pub(super) fn list_of(kind: MaskKind) -> (char, &'static str) {
    match kind {
        MaskKind::Ban => ('b', ""),
        MaskKind::Mute => ('b', "m:"),
        MaskKind::Exception => ('e', ""),
        MaskKind::MuteException => ('e', "m:"),
        MaskKind::Invitation => ('I', ""),
    }
}

/// A mask as a list shows it.
pub(super) struct MaskText<'a>(pub(super) &'a Matched);

impl core::fmt::Display for MaskText<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Matched::Source(glob) => glob.fmt(f),
            Matched::Account(glob) => write!(f, "a:{glob}"),
        }
    }
}

/// Parses a mask of a list: `nick!user@host`, where parts may be missing; `a:ACCOUNT`; on the lists
/// of bans and of exceptions with `m:` before either. `None` if it is empty or too long, or if a line with it would
/// parse differently.
pub(super) fn read_mask(letter: char, typed: &str) -> Option<(MaskKind, Matched)> {
    if typed.starts_with(':') || typed.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (kind, typed) = match (letter, typed.strip_prefix("m:")) {
        ('e', Some(muted)) => (MaskKind::MuteException, muted),
        ('e', None) => (MaskKind::Exception, typed),
        ('I', _) => (MaskKind::Invitation, typed),
        (_, Some(muted)) => (MaskKind::Mute, muted),
        (_, None) => (MaskKind::Ban, typed),
    };
    let matched = Matched::parse(typed);
    let (Matched::Source(glob) | Matched::Account(glob)) = &matched;
    let is_fit = !typed.is_empty() && typed != "a:" && glob.as_str().len() <= ROOM_MASK_BYTES_MAX;
    is_fit.then_some((kind, matched))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        let (kind, matched) = read_mask('b', typed).expect("a mask");
        let (_, prefix) = list_of(kind);
        assert_eq!(format!("{prefix}{}", MaskText(&matched)), expected);
    }

    #[test]
    fn a_mask_is_made_whole() {
        check("Bob", "bob!*@*");
        check("*@*.ip", "*!*@*.ip");
        check("bob!u", "bob!u@*");
        check("m:bob!*@*", "m:bob!*@*");
        check("a:Lee", "a:lee");
        check("m:a:Lee", "m:a:lee");
    }

    #[test]
    fn what_would_break_a_line_is_no_mask() {
        let longest = "x".repeat(ROOM_MASK_BYTES_MAX - "!*@*".len());
        for letter in ['b', 'e', 'I'] {
            for typed in ["", "two words", ":x", "a:", "a\tb", &format!("{longest}x")] {
                assert_eq!(read_mask(letter, typed), None, "{letter} {typed}");
            }
            assert!(read_mask(letter, &longest).is_some());
        }
        assert_eq!(read_mask('b', "m:"), None);
        assert_eq!(read_mask('b', "m:a:"), None);
    }
}
