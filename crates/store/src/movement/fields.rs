//! The fields of a movement as bytes. Numbers are varints; texts follow their length, and an empty
//! text means none.

use chinwag_core::{
    Fact, Held, Matched, NOBODY, Name, Quit, QuitReason, Renamed, Returned, RoomAct, RoomChange,
    RoomId, RoomMask, RoomName, RoomRenamed, RoomSetting, Seq, Standing, Text, Timestamp,
};

use crate::block::NameCache;
use crate::encoding::{put_str, put_varint, take_text, take_varint, unzigzag, zigzag};
use crate::rules::KINDS;

/// The kinds.
mod kind {
    pub(super) const JOINED: u64 = 0;
    pub(super) const LEFT: u64 = 1;
    pub(super) const QUIT: u64 = 2;
    pub(super) const BACK: u64 = 3;
    pub(super) const RENAMED: u64 = 4;
    pub(super) const CROWD: u64 = 5;
    pub(super) const ROOM_RENAMED: u64 = 6;
    pub(super) const SET: u64 = 7;
    pub(super) const STAND: u64 = 8;
    pub(super) const EJECT: u64 = 9;
    pub(super) const MASK: u64 = 10;
}

/// The reasons for leaving the server.
mod reason {
    pub(super) const NONE: u64 = 0;
    pub(super) const QUIT: u64 = 1;
    pub(super) const CLOSED: u64 = 2;
    pub(super) const LOST: u64 = 3;
    pub(super) const TIMED_OUT: u64 = 4;
    pub(super) const KICKED: u64 = 5;
    pub(super) const BANNED: u64 = 6;
    pub(super) const TOO_SLOW: u64 = 7;
    pub(super) const TOO_FAST: u64 = 8;
    pub(super) const RESTART: u64 = 9;
}

const STANDINGS: [Standing; 4] = [
    Standing::Invited,
    Standing::Voice,
    Standing::Moderator,
    Standing::Owner,
];

/// Writes the fields of a fact; nothing if it is no movement.
pub(super) fn put(out: &mut Vec<u8>, fact: &Fact) {
    match fact {
        Fact::Joined { name, here, .. } => {
            put_varint(out, kind::JOINED);
            put_str(out, name.as_str());
            put_varint(out, (*here).into());
        }
        Fact::Left {
            name,
            why,
            closed_by,
            ..
        } => {
            put_varint(out, kind::LEFT);
            put_str(out, name.as_str());
            put_text(out, why.as_ref());
            put_name(out, closed_by.as_ref());
        }
        Fact::Quit(quit) => {
            put_varint(out, kind::QUIT);
            put_str(out, quit.name.as_str());
            put_name(out, quit.account.as_ref());
            put_reason(out, Some(&quit.why));
        }
        Fact::Returned(returned) => {
            put_varint(out, kind::BACK);
            put_str(out, returned.login.name.as_str());
        }
        Fact::Renamed(renamed) => {
            put_varint(out, kind::RENAMED);
            put_str(out, renamed.old.as_str());
            put_str(out, renamed.new.as_str());
            put_name(out, renamed.account.as_ref());
        }
        Fact::PresenceSummary {
            joined,
            left,
            who,
            why,
            here,
            ..
        } => {
            put_varint(out, kind::CROWD);
            for number in [joined, left, here] {
                put_varint(out, (*number).into());
            }
            put_name(out, who.as_ref());
            put_reason(out, why.as_ref());
        }
        Fact::RoomRenamed(renamed) => {
            put_varint(out, kind::ROOM_RENAMED);
            put_str(out, renamed.by.as_str());
            put_str(out, renamed.old.bare());
            put_str(out, renamed.new.bare());
        }
        Fact::RoomChanged(change) => put_change(out, change),
        _ => {}
    }
}

fn put_change(out: &mut Vec<u8>, change: &RoomChange) {
    let mut begin = |kind| {
        put_varint(out, kind);
        put_str(out, change.by.as_str());
        put_str(out, change.room_name.bare());
    };
    match &change.act {
        RoomAct::Set(settings) => {
            begin(kind::SET);
            // As in the audit log: without a password.
            settings
                .iter()
                .for_each(|setting| put_str(out, &setting.to_string()));
        }
        RoomAct::Stand {
            name,
            before,
            standing,
            ..
        } => {
            begin(kind::STAND);
            put_str(out, name.as_str());
            put_varint(out, held_as_number(*before));
            put_varint(out, held_as_number(*standing));
        }
        RoomAct::Eject { name, why, .. } => {
            begin(kind::EJECT);
            put_str(out, name.as_str());
            put_text(out, why.as_deref());
        }
        RoomAct::Mask { mask, on } => {
            begin(kind::MASK);
            let kind = KINDS.iter().position(|(kind, _)| *kind == mask.kind);
            put_varint(out, kind.unwrap_or(0) as u64);
            put_varint(out, (*on).into());
            put_str(out, &mask.matched.to_string());
        }
        // The rest is not shown to the room, or only to clients that have the lists.
        RoomAct::Own { .. }
        | RoomAct::Passing
        | RoomAct::StillInside { .. }
        | RoomAct::Removed { .. }
        | RoomAct::Bar(_)
        | RoomAct::Unbar(_)
        | RoomAct::Mute(_)
        | RoomAct::Unmute(_)
        | RoomAct::Listed { .. } => {}
    }
}

fn put_text(out: &mut Vec<u8>, text: Option<&Text>) {
    put_str(out, text.map_or("", |text| text));
}

fn put_name(out: &mut Vec<u8>, name: Option<&Name>) {
    put_str(out, name.map_or("", Name::as_str));
}

fn put_reason(out: &mut Vec<u8>, why: Option<&QuitReason>) {
    let Some(why) = why else {
        return put_varint(out, reason::NONE);
    };
    match why {
        QuitReason::Quit(why) => {
            put_varint(out, reason::QUIT);
            put_text(out, why.as_ref());
        }
        QuitReason::Closed => put_varint(out, reason::CLOSED),
        QuitReason::Lost => put_varint(out, reason::LOST),
        QuitReason::TimedOut => put_varint(out, reason::TIMED_OUT),
        QuitReason::Kicked { by, why } => {
            put_varint(out, reason::KICKED);
            put_str(out, by.as_str());
            put_text(out, why.as_deref());
        }
        QuitReason::Banned { by, until, why } => {
            put_varint(out, reason::BANNED);
            put_str(out, by.as_str());
            put_varint(out, until.is_some().into());
            put_varint(out, zigzag(until.map_or(0, |until| until.0)));
            put_text(out, why.as_deref());
        }
        QuitReason::TooSlow => put_varint(out, reason::TOO_SLOW),
        QuitReason::TooFast => put_varint(out, reason::TOO_FAST),
        QuitReason::Restart => put_varint(out, reason::RESTART),
    }
}

/// 0 for a guest.
fn held_as_number(held: Option<Held>) -> u64 {
    let Some(held) = held else { return 0 };
    let standing = STANDINGS.iter().position(|known| *known == held.standing);
    1 + 2 * standing.unwrap_or(0) as u64 + u64::from(held.voiced)
}

/// Reads what [`put`] has written; `None` if it makes no sense.
pub(super) fn take(
    mut fields: &[u8],
    room: RoomId,
    at: Timestamp,
    names: &mut NameCache,
) -> Option<Fact> {
    let mut taken = Fields {
        rest: &mut fields,
        names,
    };
    let fact = taken.fact(room, at)?;
    fields.is_empty().then_some(fact)
}

struct Fields<'f, 'a> {
    rest: &'f mut &'a [u8],
    names: &'f mut NameCache,
}

impl Fields<'_, '_> {
    fn fact(&mut self, room: RoomId, at: Timestamp) -> Option<Fact> {
        let person = NOBODY;
        Some(match self.number()? {
            kind::JOINED => Fact::Joined {
                person,
                name: self.name()?,
                room,
                here: self.small()?,
            },
            kind::LEFT => Fact::Left {
                person,
                name: self.name()?,
                room,
                why: self.text()?,
                closed_by: self.any_name()?,
                // Of what is past the name counts.
                account: None,
            },
            kind::QUIT => Fact::Quit(Box::new(Quit {
                person,
                name: self.name()?,
                account: self.any_name()?,
                rooms: [room].into(),
                why: self.reason()??,
                is_resumable: false,
            })),
            kind::BACK => Fact::Returned(Box::new(Returned::of_past(self.name()?, room))),
            kind::RENAMED => Fact::Renamed(Box::new(Renamed {
                person,
                old: self.name()?,
                since: Seq::default(),
                new: self.name()?,
                rooms: [room].into(),
                account: self.any_name()?,
                operator: false,
            })),
            kind::CROWD => self.crowd(room)?,
            kind::ROOM_RENAMED => Fact::RoomRenamed(Box::new(RoomRenamed {
                room,
                by: self.name()?,
                old: self.room_name()?,
                new: self.room_name()?,
                why: None,
                members: Box::default(),
            })),
            kind => {
                let (by, room_name) = (self.name()?, self.room_name()?);
                let act = self.act(kind, &by, at)?;
                Fact::RoomChanged(Box::new(RoomChange::new(by, room, room_name, act)))
            }
        })
    }

    fn crowd(&mut self, room: RoomId) -> Option<Fact> {
        let [joined, left, here] = [self.small()?, self.small()?, self.small()?];
        Some(Fact::PresenceSummary {
            room,
            joined,
            left,
            who: self.any_name()?,
            why: self.reason()?,
            here,
        })
    }

    fn act(&mut self, kind: u64, by: &Name, at: Timestamp) -> Option<RoomAct> {
        Some(match kind {
            kind::SET => {
                let mut settings = Vec::new();
                while !self.rest.is_empty() {
                    settings.push(RoomSetting::parse_logged(take_text(self.rest)?)?);
                }
                RoomAct::Set(settings.into())
            }
            kind::STAND => RoomAct::Stand {
                name: self.name()?,
                account: None,
                before: self.held()?,
                standing: self.held()?,
            },
            kind::EJECT => RoomAct::Eject {
                name: self.name()?,
                account: None,
                why: self.text()?.map(Into::into),
            },
            kind::MASK => {
                let (kind, _) = *KINDS.get(usize::try_from(self.number()?).ok()?)?;
                let on = self.number()? != 0;
                let mask = RoomMask {
                    kind,
                    matched: Matched::parse(take_text(self.rest)?),
                    by: by.clone(),
                    at,
                };
                RoomAct::Mask { mask, on }
            }
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<u64> {
        take_varint(self.rest)
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn name(&mut self) -> Option<Name> {
        self.names.parse(take_text(self.rest)?)
    }

    /// A name, or none.
    fn any_name(&mut self) -> Option<Option<Name>> {
        match take_text(self.rest)? {
            "" => Some(None),
            name => self.names.parse(name).map(Some),
        }
    }

    /// A text, or none.
    fn text(&mut self) -> Option<Option<Text>> {
        match take_text(self.rest)? {
            "" => Some(None),
            text => Text::stored(text).map(Some),
        }
    }

    fn room_name(&mut self) -> Option<RoomName> {
        RoomName::parse(take_text(self.rest)?).ok()
    }

    fn held(&mut self) -> Option<Option<Held>> {
        let Some(number) = self.number()?.checked_sub(1) else {
            return Some(None);
        };
        let standing = *STANDINGS.get(usize::try_from(number / 2).ok()?)?;
        let voiced = number % 2 == 1;
        Some(Some(Held { standing, voiced }))
    }

    /// A reason, or none.
    fn reason(&mut self) -> Option<Option<QuitReason>> {
        Some(Some(match self.number()? {
            reason::NONE => return Some(None),
            reason::QUIT => QuitReason::Quit(self.text()?),
            reason::CLOSED => QuitReason::Closed,
            reason::LOST => QuitReason::Lost,
            reason::TIMED_OUT => QuitReason::TimedOut,
            reason::KICKED => QuitReason::Kicked {
                by: self.name()?,
                why: self.text()?.map(Into::into),
            },
            reason::BANNED => {
                let (by, ends) = (self.name()?, self.number()? != 0);
                let until = Timestamp(unzigzag(self.number()?));
                QuitReason::Banned {
                    by,
                    until: ends.then_some(until),
                    why: self.text()?.map(Into::into),
                }
            }
            reason::TOO_SLOW => QuitReason::TooSlow,
            reason::TOO_FAST => QuitReason::TooFast,
            reason::RESTART => QuitReason::Restart,
            _ => return None,
        }))
    }
}
