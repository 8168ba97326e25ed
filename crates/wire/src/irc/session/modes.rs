//! MODE: the settings of rooms, the ranks of people in them, and one's own flags.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{
    Command, Flags, MaskKind, Name, Query, RoomInfo, RoomMask, RoomName, RoomPassword, RoomRef,
    RoomSetting, Standing, StandingChange,
};

use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::line::{Tags, put};
use crate::irc::message::{BODY_BYTES_MAX, Message, shown};
use crate::irc::mode::{FLAGS, MaskText, list_of, put_settings, read_mask};

/// The most changes in one MODE.
pub(super) const MODES_MAX: usize = 20;

impl Session {
    /// MODE.
    pub(super) fn mode(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.param(0)?;
        let Some(room) = self.room(typed, env) else {
            self.user_mode(typed, message, env, out);
            return None;
        };
        match message.param(1) {
            None => {
                let query = Query::RoomInfo(RoomRef::Name(room.clone()));
                self.later(Ask::Query(query), Question::Modes(room));
            }
            Some(changes) => self.change_modes(&room, changes, &message.params[2..], env, out),
        }
        None
    }

    fn change_modes(
        &mut self,
        room: &RoomName,
        changes: &str,
        arguments: &[&str],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut arguments = arguments.iter().copied();
        let signed = signed(changes);
        let ignored = signed.len().saturating_sub(MODES_MAX);
        let mut row = Vec::new();
        // A list is shown once, however many of its letters lack a mask.
        let mut listed = String::new();
        for (on, letter) in signed.into_iter().take(MODES_MAX) {
            if !matches!(letter, 'o' | 'v' | 'b' | 'e' | 'I') {
                let setting = read_setting(room, on, letter, &mut arguments);
                row.push((on, letter, setting));
                continue;
            }
            self.change_settings(room, core::mem::take(&mut row), env, out);
            let typed = arguments.next();
            if typed.is_some() || !listed.contains(letter) {
                self.change_list(room, (on, letter), typed, env, out);
            }
            if typed.is_none() {
                listed.push(letter);
            }
        }
        self.change_settings(room, row, env, out);
        if ignored > 0 {
            self.answer_behind(out, |session, out| {
                let what = format_args!("{ignored} modes NOT set: one MODE takes {MODES_MAX}.");
                session.notice(what, env, out);
            });
        }
    }

    /// Changes settings that follow each other at once, in the place of the first; none of them if one
    /// is refused for its form. A letter that is no mode is only refused, as on other networks.
    fn change_settings(
        &mut self,
        room: &RoomName,
        row: Vec<(bool, char, Result<RoomSetting, ModeRefusal>)>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_bad_form = |letter, setting: &Result<_, _>| is_known(letter) && setting.is_err();
        let mut all = row.iter();
        let is_void = all.any(|(_, letter, setting)| is_bad_form(*letter, setting));
        let (mut settings, mut left_out) = (Vec::new(), String::new());
        let mut place = None;
        let mut refused = Vec::new();
        for (on, letter, setting) in row {
            match setting {
                Ok(_) if is_void => left_out.extend([if on { '+' } else { '-' }, letter]),
                Ok(setting) => {
                    place.get_or_insert(refused.len());
                    settings.push(setting);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        let behind = refused.split_off(place.unwrap_or(refused.len()));
        for refusal in &refused {
            self.refuse_mode(refusal, env, out);
        }
        self.set_modes(room, settings);
        for refusal in &behind {
            self.refuse_mode(refusal, env, out);
        }
        if !left_out.is_empty() {
            self.answer_behind(out, |session, out| {
                let what = format_args!("{left_out} NOT set: settings in a row change together.");
                session.notice(what, env, out);
            });
        }
    }

    fn set_modes(&mut self, room: &RoomName, settings: Vec<RoomSetting>) {
        if settings.is_empty() {
            return;
        }
        let set = Command::SetRoom {
            room: RoomRef::Name(room.clone()),
            settings: settings.into(),
        };
        self.later(Ask::Command(set), Question::SetMode(room.clone()));
    }

    /// Changes a person's rank, or an entry of a list.
    fn change_list(
        &mut self,
        room: &RoomName,
        (on, letter): (bool, char),
        typed: Option<&str>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match (letter, typed) {
            ('o' | 'v', typed) => self.change_rank(room, (on, letter), typed, env, out),
            (letter, None) => self.ask_masks(room, letter),
            (letter, Some(typed)) => {
                let Some((kind, matched)) = read_mask(letter, typed) else {
                    let refused = bad_parameter(room, letter, typed, "Invalid mask");
                    return self.refuse_mode(&refused, env, out);
                };
                if on && !matched.can_be() {
                    let why = "No name or user is like that";
                    let refused = bad_parameter(room, letter, typed, why);
                    return self.refuse_mode(&refused, env, out);
                }
                let set = Command::SetMask {
                    room: RoomRef::Name(room.clone()),
                    kind,
                    matched,
                    on,
                };
                let what = Question::SetMask {
                    room: room.clone(),
                    letter,
                };
                self.later(Ask::Command(set), what);
            }
        }
    }

    /// Refuses a mode, after the answers to what the command has asked already.
    fn refuse_mode(&mut self, (code, what): &ModeRefusal, env: &Env<'_>, out: &mut Vec<u8>) {
        self.answer_behind(out, |session, out| session.numeric(code, what, env, out));
    }

    fn change_rank(
        &mut self,
        room: &RoomName,
        (on, letter): (bool, char),
        name: Option<&str>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(name) = name else {
            return self.refuse_mode(&lacks_parameter(room, letter), env, out);
        };
        let standing = match letter {
            'o' => Standing::Moderator,
            _ => Standing::Voice,
        };
        let stand = Command::Stand {
            room: RoomRef::Name(room.clone()),
            name: name.into(),
            change: match on {
                true => StandingChange::Give(standing),
                false => StandingChange::Take(standing),
            },
        };
        let what = Question::Kick {
            room: room.clone(),
            name: name.into(),
        };
        self.later(Ask::Command(stand), what);
    }

    fn ask_masks(&mut self, room: &RoomName, letter: char) {
        let kinds: &[MaskKind] = match letter {
            'b' => &[MaskKind::Ban, MaskKind::Mute],
            'e' => &[MaskKind::Exception, MaskKind::MuteException],
            _ => &[MaskKind::Invitation],
        };
        for (number, kind) in kinds.iter().enumerate() {
            let is_last = number + 1 == kinds.len();
            let query = Query::Masks {
                room: RoomRef::Name(room.clone()),
                kind: *kind,
            };
            let what = Question::Masks {
                room: room.clone(),
                kind: *kind,
                is_last,
            };
            self.later(Ask::Query(query), what);
        }
    }

    /// The modes of a room.
    pub(super) fn put_modes(&self, info: &RoomInfo, env: &Env<'_>, out: &mut Vec<u8>) {
        let mut modes = Vec::new();
        put_settings(&mut modes, &info.settings, info.has_password);
        let modes = String::from_utf8_lossy(&modes);
        let room = &info.room;
        self.numeric("324", format_args!("{room} {modes}"), env, out);
        let seconds = info.created.0.div_euclid(1_000);
        self.numeric("329", format_args!("{room} {seconds}"), env, out);
    }

    /// The masks of one kind.
    pub(super) fn put_masks(
        &self,
        (room, kind): (&RoomName, MaskKind),
        masks: &[RoomMask],
        is_last: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (entry, end, list) = match kind {
            MaskKind::Ban | MaskKind::Mute => ("367", "368", "ban"),
            MaskKind::Exception | MaskKind::MuteException => ("348", "349", "exception"),
            MaskKind::Invitation => ("346", "347", "invite exception"),
        };
        let (_, prefix) = list_of(kind);
        for mask in masks {
            let (by, seconds) = (&mask.by, mask.at.0.div_euclid(1_000));
            let what = format!("{room} {prefix}{}", MaskText(&mask.matched));
            let setter = format!(" {by} {seconds}");
            // Leaves out who set it if the line has no space for that.
            let around =
                ":   ".len() + env.settings.irc.server.len() + entry.len() + self.nick().len();
            let is_fit = around + what.len() + setter.len() <= BODY_BYTES_MAX;
            let setter = if is_fit { &*setter } else { "" };
            self.numeric(entry, format_args!("{what}{setter}"), env, out);
        }
        if is_last {
            self.numeric(
                end,
                format_args!("{room} :End of channel {list} list"),
                env,
                out,
            );
        }
    }

    fn user_mode(&mut self, typed: &str, message: &Message<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(here) = self.here() else { return };
        if typed.starts_with('#') {
            return self.no_such_channel(typed, env, out);
        }
        if !Name::known(typed).is_some_and(|name| name.same_as(&here.name)) {
            let what = Question::ModesOf {
                name: typed.into(),
                changes: message.param(1).is_some(),
            };
            let names = [String::from(typed)].into_iter().collect();
            return self.later(Ask::Query(Query::Online(names)), what);
        }
        let Some(changes) = message.param(1) else {
            let mut modes = Vec::new();
            put_flags(&mut modes, here.flags, here.is_operator);
            return self.numeric("221", String::from_utf8_lossy(&modes), env, out);
        };
        let operates = here.is_operator;
        let (mut flags, mut on, mut unknown) = (here.flags, true, false);
        let mut steps_down = false;
        for letter in changes.chars() {
            match letter {
                '+' | '-' => on = letter == '+',
                'i' => flags.invisible = on,
                'B' => flags.bot = on,
                'w' => flags.wallops = on,
                'R' => flags.registered_only = on,
                // It can be given up, and only OPER takes it (RFC 2812, section 3.1.5).
                'o' => steps_down = operates && !on,
                'r' | 'z' => {}
                _ => unknown = true,
            }
        }
        if unknown {
            self.numeric("501", ":Unknown MODE flag", env, out);
        }
        if steps_down {
            self.later(Ask::Command(Command::StepDown), Question::Quiet);
        }
        if self.here().is_some_and(|here| here.flags != flags) {
            let set = Command::SetIdent { real: None, flags };
            self.later(Ask::Command(set), Question::Quiet);
        }
    }

    /// Refuses the modes of another person, if there is one.
    pub(super) fn refuse_modes_of(
        &self,
        name: &str,
        changes: bool,
        is_here: bool,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match (is_here, changes) {
            (false, _) => {
                let name = shown(name);
                self.numeric("401", format_args!("{name} :No such nick"), env, out);
            }
            (true, true) => self.numeric("502", ":Cant change mode for other users", env, out),
            (true, false) => self.numeric("502", ":Cant view modes for other users", env, out),
        }
    }

    /// Shows that the client's own flags have changed.
    pub(super) fn put_flag_changes(&self, before: Flags, after: Flags, out: &mut Vec<u8>) {
        let mut changes = Vec::new();
        let pairs = [
            (b'i', before.invisible, after.invisible),
            (b'B', before.bot, after.bot),
            (b'w', before.wallops, after.wallops),
            (b'R', before.registered_only, after.registered_only),
        ];
        for (sign, on) in [(b'+', true), (b'-', false)] {
            let changed = pairs.iter().filter(|(_, was, is)| was != is && *is == on);
            let letters: Vec<u8> = changed.map(|(letter, ..)| *letter).collect();
            if !letters.is_empty() {
                changes.push(sign);
                changes.extend(letters);
            }
        }
        if !changes.is_empty() {
            let nick = self.nick();
            let changes = String::from_utf8_lossy(&changes);
            self.put_own(&Tags::default(), format_args!("MODE {nick} {changes}"), out);
        }
    }
}

/// The numeric that refuses a mode, and its text.
type ModeRefusal = (&'static str, String);

/// The letters of MODE with their signs. Invalid letters appear once.
fn signed(changes: &str) -> Vec<(bool, char)> {
    let (mut on, mut signed) = (true, Vec::new());
    for letter in changes.chars() {
        match letter {
            '+' | '-' => on = letter == '+',
            letter if !is_known(letter) && signed.iter().any(|(_, other)| *other == letter) => {}
            letter => signed.push((on, letter)),
        }
    }
    signed
}

/// Reads a change of a setting.
fn read_setting<'a>(
    room: &RoomName,
    on: bool,
    letter: char,
    arguments: &mut impl Iterator<Item = &'a str>,
) -> Result<RoomSetting, ModeRefusal> {
    let mut flags = FLAGS.iter();
    if let Some((_, setting, _)) = flags.find(|(flag, ..)| char::from(*flag) == letter) {
        return Ok(setting(on));
    }
    match (letter, on) {
        ('k', _) => read_key(room, on, arguments.next()),
        ('l', false) => Ok(RoomSetting::Limit(None)),
        ('l', true) => {
            let typed = arguments
                .next()
                .ok_or_else(|| lacks_parameter(room, letter))?;
            match typed.parse() {
                Ok(limit) if limit > 0 => Ok(RoomSetting::Limit(Some(limit))),
                _ => Err(bad_parameter(room, letter, typed, "Invalid limit")),
            }
        }
        _ => Err(("472", format!("{letter} :is unknown mode char to me"))),
    }
}

fn read_key(room: &RoomName, on: bool, typed: Option<&str>) -> Result<RoomSetting, ModeRefusal> {
    if !on {
        return Ok(RoomSetting::Password(None));
    }
    let typed = typed.ok_or_else(|| lacks_parameter(room, 'k'))?;
    match RoomPassword::parse(typed) {
        Ok(word) if word.is_for_everybody() => Ok(RoomSetting::Password(Some(word))),
        _ => Err(("525", format!("{room} :Key is not well-formed"))),
    }
}

fn bad_parameter(room: &RoomName, letter: char, typed: &str, why: &str) -> ModeRefusal {
    let typed = shown(typed);
    ("696", format!("{room} {letter} {typed} :{why}"))
}

fn lacks_parameter(room: &RoomName, letter: char) -> ModeRefusal {
    bad_parameter(room, letter, "*", "You must specify a parameter")
}

/// Whether a letter is a mode of rooms.
fn is_known(letter: char) -> bool {
    let mut flags = FLAGS.iter().map(|(flag, ..)| char::from(*flag));
    matches!(letter, 'k' | 'l' | 'o' | 'v' | 'b' | 'e' | 'I') || flags.any(|flag| flag == letter)
}

/// Appends the modes of a person.
pub(super) fn put_flags(out: &mut Vec<u8>, flags: Flags, is_operator: bool) {
    let letters = [
        (b'B', flags.bot),
        (b'R', flags.registered_only),
        (b'i', flags.invisible),
        (b'o', is_operator),
        (b'w', flags.wallops),
    ];
    put(out, "+");
    out.extend(
        letters
            .iter()
            .filter(|(_, on)| *on)
            .map(|(letter, _)| *letter),
    );
}
