//! Modes of rooms: letters for what the chat calls settings, standings and bars.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Glob, MaskKind, Matched, RoomAct, RoomSetting, RoomSettings, Standing};

use super::line::put;

/// A letter, the setting that it stands for, and whether that is on.
type Flag = (u8, fn(bool) -> RoomSetting, fn(&RoomSettings) -> bool);

/// The modes that are on or off.
pub(super) const FLAGS: &[Flag] = &[
    (b'i', RoomSetting::Closed, |set| set.closed),
    (b'm', RoomSetting::Moderated, |set| set.moderated),
    // The other way round: `n` keeps out what is said from outside.
    (b'n', |on| RoomSetting::Outsiders(!on), |set| !set.outsiders),
    (b's', RoomSetting::Hidden, |set| set.hidden),
    (b't', RoomSetting::GuardsTopic, |set| set.guards_topic),
    (b'R', RoomSetting::Registered, |set| set.registered),
    (b'z', RoomSetting::Encrypted, |set| set.encrypted),
];

/// The prefix and the mode letter of a standing.
pub(super) fn rank(standing: Option<Standing>) -> Option<(&'static str, u8)> {
    match standing? {
        Standing::Owner | Standing::Moderator => Some(("@", b'o')),
        Standing::Voice => Some(("+", b'v')),
        Standing::Invited => None,
    }
}

/// Appends the modes of a room: `+nt`, and the values behind them.
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

/// Appends the change of a room as MODE has it; returns whether it is one.
pub(super) fn put_change(out: &mut Vec<u8>, act: &RoomAct) -> bool {
    match act {
        RoomAct::Set(setting) => put_setting(out, setting),
        RoomAct::Stand {
            name,
            before,
            standing,
            ..
        } => {
            let (old, new) = (rank(*before), rank(*standing));
            if old == new {
                return false;
            }
            let taken = old.map(|(_, letter)| (b'-', letter));
            let given = new.map(|(_, letter)| (b'+', letter));
            let changes = [taken, given];
            let changes = changes.iter().flatten();
            changes
                .clone()
                .for_each(|(sign, letter)| out.extend([*sign, *letter]));
            changes.for_each(|_| put(out, format_args!(" {name}")));
        }
        RoomAct::Bar(bar) => put(out, format_args!("+b {}", BanMask(&bar.mask))),
        RoomAct::Unbar(mask) => put(out, format_args!("-b {}", BanMask(mask))),
        RoomAct::Mute(mute) => put(out, format_args!("+b m:{}", BanMask(&mute.mask))),
        RoomAct::Unmute(mask) => put(out, format_args!("-b m:{}", BanMask(mask))),
        RoomAct::Mask { mask, on } => {
            let sign = if *on { '+' } else { '-' };
            let (letter, prefix) = list_of(mask.kind);
            put(
                out,
                format_args!("{sign}{letter} {prefix}{}", MaskText(&mask.matched)),
            );
        }
        RoomAct::Own | RoomAct::Eject { .. } | RoomAct::Removed { .. } => return false,
    }
    true
}

fn put_setting(out: &mut Vec<u8>, setting: &RoomSetting) {
    let mut flag = |on: bool, letter: u8| out.extend([if on { b'+' } else { b'-' }, letter]);
    match setting {
        RoomSetting::Closed(on) => flag(*on, b'i'),
        RoomSetting::Moderated(on) => flag(*on, b'm'),
        RoomSetting::Hidden(on) => flag(*on, b's'),
        RoomSetting::GuardsTopic(on) => flag(*on, b't'),
        RoomSetting::Outsiders(on) => flag(!*on, b'n'),
        RoomSetting::Registered(on) => flag(*on, b'R'),
        RoomSetting::Encrypted(on) => flag(*on, b'z'),
        RoomSetting::Password(Some(word)) => put(out, format_args!("+k {}", word.reveal())),
        RoomSetting::Password(None) => put(out, "-k *"),
        RoomSetting::Limit(Some(limit)) => put(out, format_args!("+l {limit}")),
        RoomSetting::Limit(None) => put(out, "-l"),
    }
}

/// A mask of the chat as IRC writes it.
pub(super) struct BanMask<'a>(pub(super) &'a chinwag_core::Mask);

impl core::fmt::Display for BanMask<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mask = self.0;
        match (&mask.name, mask.net) {
            (Some(name), _) => write!(f, "{name}!*@*"),
            (None, Some(net)) => write!(f, "*!*@{net}"),
            (None, None) => f.write_str("*!*@*"),
        }
    }
}

/// The letter of the list that a kind of masks is on, and what stands before such a mask there.
pub(super) fn list_of(kind: MaskKind) -> (char, &'static str) {
    match kind {
        MaskKind::Ban => ('b', ""),
        MaskKind::Mute => ('b', "m:"),
        MaskKind::Exception => ('e', ""),
        MaskKind::Invitation => ('I', ""),
    }
}

/// A mask as it stands on a list.
pub(super) struct MaskText<'a>(pub(super) &'a Matched);

impl core::fmt::Display for MaskText<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Matched::Source(glob) => glob.fmt(f),
            Matched::Account(glob) => write!(f, "a:{glob}"),
        }
    }
}

/// Reads a mask of a list: `nick!user@host`, where parts may be missing; `a:ACCOUNT`; on the list of bans
/// `m:` before either.
pub(super) fn read_mask(letter: char, typed: &str) -> (MaskKind, Matched) {
    let (kind, typed) = match (letter, typed.strip_prefix("m:")) {
        ('e', _) => (MaskKind::Exception, typed),
        ('I', _) => (MaskKind::Invitation, typed),
        (_, Some(muted)) => (MaskKind::Mute, muted),
        (_, None) => (MaskKind::Ban, typed),
    };
    let matched = match typed.strip_prefix("a:") {
        Some(account) => Matched::Account(Glob::new(account)),
        None => Matched::Source(Glob::new(&whole(typed))),
    };
    (kind, matched)
}

/// A mask with all of its three parts.
fn whole(typed: &str) -> String {
    match (typed.contains('!'), typed.contains('@')) {
        (true, true) => typed.into(),
        (true, false) => format!("{typed}@*"),
        (false, true) => format!("*!{typed}"),
        (false, false) => format!("{typed}!*@*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        let (kind, matched) = read_mask('b', typed);
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
}
