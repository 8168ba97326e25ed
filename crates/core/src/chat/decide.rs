//! What follows from a command. Each group of commands has its own file; here is the way to them.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Chat, Env, Person};
use crate::command::{Caller, Command, Outcome};
use crate::event::{Fact, Quit, QuitReason};
use crate::ids::PersonId;
use crate::limits::{IGNORES_MAX, NAME_BYTES_MAX};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::escape;
use crate::time::Timestamp;

/// A typed name counts as a slip of another up to this edit distance.
const SLIP_MAX: usize = 2;

impl Chat {
    /// Decides what follows from a command and appends it to `facts`. Changes nothing; the facts
    /// hold once they are [applied](Chat::apply), which must come before the next decision.
    ///
    /// # Errors
    /// A [`Rejection`] says why it may not be; `facts` is then as it was.
    pub fn decide(
        &self,
        caller: Caller,
        command: Command,
        env: &mut Env<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match (caller, command) {
            (Caller::Server, Command::Tidy) => {
                self.decide_tidy(env.now, facts);
                Ok(Outcome::Done)
            }
            (Caller::Anonymous { conn, address }, Command::LogIn { name, proof }) => {
                self.decide_arrive((conn, address), name, proof.as_ref(), env, facts)
            }
            (Caller::Anonymous { conn, address }, Command::Resume(code)) => {
                self.decide_resume((conn, address), None, code, env.now, facts)
            }
            (Caller::Person { address, .. }, Command::Resume(code)) => {
                let me = self.asker(caller)?;
                self.decide_resume((me.conn, address), Some(me), code, env.now, facts)
            }
            (_, command) => self.decide_for(self.asker(caller)?, command, env, facts),
        }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// [`Rejection::NotHere`] if it has left, or speaks through another connection by now.
    pub(super) fn asker(&self, caller: Caller) -> Result<&Person, Rejection> {
        let Caller::Person { person, conn, .. } = caller else {
            return Err(Rejection::NotHere);
        };
        let person = self
            .people
            .get(&person)
            .filter(|person| person.conn == conn);
        person.map(|person| &**person).ok_or(Rejection::NotHere)
    }

    fn decide_for(
        &self,
        me: &Person,
        command: Command,
        env: &mut Env<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let now = env.now;
        match command {
            Command::Say { room, text, manner } => {
                self.decide_say(me, (room, text, manner), now, facts)?;
            }
            Command::PrivateMessage { to, text } => self.decide_tell(me, &to, text, now, facts)?,
            Command::Reply(text) => self.decide_reply(me, text, now, facts)?,
            Command::SetTopic { room, text } => self.decide_topic(me, (room, text), now, facts)?,
            Command::Join(room) => return self.decide_join(me, room, facts),
            Command::Leave(room) => return self.decide_leave(me, room, facts),
            Command::Rename { name, proof } => {
                facts.push(self.decide_rename(me, name, proof.as_ref(), now)?);
            }
            Command::Register { password_hash } => {
                facts.push(self.decide_claim(me, password_hash)?)
            }
            Command::Away(why) => facts.push(away(me, true, why)),
            Command::Back => facts.push(away(me, false, None)),
            Command::Ignore { name, on } => facts.push(decide_ignore(me, name, on)?),
            Command::Quit(why) => facts.push(depart(me, audible(me, why, now))),
            command => self.decide_operate(me, command, now, facts)?,
        }
        Ok(Outcome::Done)
    }

    /// The person of this name, as somebody typed it.
    ///
    /// # Errors
    /// [`Rejection::NobodyCalled`], with the name that was probably meant.
    pub(super) fn find(&self, typed: &str) -> Result<&Person, Rejection> {
        let person = Name::parse(typed)
            .ok()
            .and_then(|name| self.names.get(&name));
        match person.and_then(|id| self.people.get(id)) {
            Some(person) => Ok(person),
            None => Err(Rejection::NobodyCalled {
                typed: shown(typed),
                meant: self.meant(typed),
            }),
        }
    }

    fn meant(&self, typed: &str) -> Option<Name> {
        let typed = crate::name::fold(typed);
        let names = self.people.values().map(|person| &person.name);
        closest(&typed, names, |name| name.folded()).cloned()
    }

    /// Whether a connection still speaks for a person.
    pub fn speaks_for(&self, person: PersonId, conn: crate::ConnId) -> bool {
        self.people
            .get(&person)
            .is_some_and(|person| person.conn == conn)
    }
}

/// The candidate nearest to what was typed, if it is near enough to be a slip. Among equals the
/// first by key, so that the answer does not depend on the order in a hash map.
pub(super) fn closest<'a, T>(
    typed: &str,
    candidates: impl Iterator<Item = &'a T>,
    key: impl Fn(&'a T) -> &'a str,
) -> Option<&'a T> {
    let allowed = SLIP_MAX.min(typed.len() / 2);
    let near = candidates.filter_map(|candidate| {
        let name = key(candidate);
        if name.len().abs_diff(typed.len()) > 2 * allowed {
            return None;
        }
        let distance = strsim::osa_distance(typed, name);
        (distance <= allowed).then_some((distance, name, candidate))
    });
    near.min_by_key(|&(distance, name, _)| (distance, name))
        .map(|(_, _, candidate)| candidate)
}

/// What somebody typed, fit to be shown back.
fn shown(typed: &str) -> String {
    let mut end = typed.len().min(NAME_BYTES_MAX);
    while !typed.is_char_boundary(end) {
        end -= 1;
    }
    escape(&typed[..end]).into_string()
}

pub(super) fn depart(person: &Person, why: QuitReason) -> Fact {
    Fact::Quit(alloc::boxed::Box::new(Quit {
        person: person.id,
        name: person.name.clone(),
        rooms: person.rooms.as_slice().into(),
        why,
    }))
}

/// A reason is speech; whoever is muted leaves without one.
fn audible(me: &Person, why: QuitReason, now: Timestamp) -> QuitReason {
    let is_muted = me.muted.as_ref().is_some_and(|mute| mute.is_active(now));
    match why {
        QuitReason::Quit(Some(_)) if is_muted => QuitReason::Quit(None),
        why => why,
    }
}

fn away(me: &Person, away: bool, why: Option<crate::Text>) -> Fact {
    Fact::AwaySet {
        person: me.id,
        away,
        why,
    }
}

fn decide_ignore(me: &Person, name: Name, on: bool) -> Result<Fact, Rejection> {
    let listed = me.ignores.iter().any(|ignored| ignored.same_as(&name));
    if on && name.same_as(&me.name) {
        return Err(Rejection::Oneself);
    }
    if on && !listed && me.ignores.len() >= IGNORES_MAX {
        return Err(Rejection::TooManyIgnores {
            ignores_max: IGNORES_MAX,
        });
    }
    if !on && !listed {
        return Err(Rejection::NotIgnored(name));
    }
    Ok(Fact::IgnoreSet {
        person: me.id,
        name,
        on,
    })
}
