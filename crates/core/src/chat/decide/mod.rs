//! The rules: which facts follow from a command, or why it is rejected. Each group of commands has
//! its own file; this one dispatches to them.

mod account;
mod attach;
mod bar;
mod certificate;
mod cover;
mod deeds;
mod delete;
mod entry;
mod govern;
mod heard;
mod knock;
mod lift;
mod log_in;
mod mail;
mod markers;
mod masks;
mod metadata;
mod once;
mod oneself;
mod operate;
mod private;
mod rank;
mod remaining;
mod remove;
mod restrict;
mod resume;
mod rooms;
mod secret;
mod shell;
mod shown_names;
mod signal;
mod stand;
mod standings;
mod talk;
mod target;
mod words;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

pub(super) use metadata::owner_of;

use super::{Chat, Inputs, Person};
use crate::command::{Caller, Command, Outcome, RoomRef};
use crate::event::{Fact, Manner, Quit, QuitReason};
use crate::ids::ConnId;
use crate::limits::NAME_BYTES_MAX;
use crate::link::Link;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::source::{Ident, IrcForm};
use crate::text::escape;
use crate::time::Timestamp;
use oneself::become_operator;
use operate::Actor;

/// How many people in the caller's rooms are compared with a mistyped name.
const ROOM_MATES_MAX: usize = 64;

/// The connection that a person arrives on.
#[derive(Clone, Debug)]
struct Origin {
    conn: ConnId,
    address: IpAddr,
    link: Link,
    is_script: bool,
    /// `None` while the origin is only a connection.
    ident: Option<Box<Ident>>,
}

impl Origin {
    /// The connection that a person is on.
    fn of(person: &Person) -> Self {
        let session = &person.session;
        Self {
            conn: session.conn,
            address: session.address,
            link: session.link,
            is_script: session.is_script,
            ident: person.irc().map(|irc| Box::new(irc.ident.clone())),
        }
    }
}

impl Chat {
    /// Decides a command and appends the facts that follow to `facts`. Changes nothing: the facts
    /// become true when they are [applied](Chat::apply), which must happen before the next
    /// decision.
    ///
    /// # Errors
    /// A [`Rejection`] says why not; `facts` is then unchanged.
    pub fn decide(
        &self,
        caller: Caller,
        command: Command,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let from = facts.len();
        let outcome = self.decide_for_caller(caller, command, inputs, facts)?;
        self.follow_with_metadata(facts, from);
        self.follow_with_standings(facts, from);
        Ok(outcome)
    }

    fn decide_for_caller(
        &self,
        caller: Caller,
        command: Command,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        if let Command::Once { key, command } = command {
            return self.decide_once(caller, key, *command, inputs, facts);
        }
        let command = self.without_secrets(caller, command)?;
        match (caller, command) {
            (Caller::Server, Command::Tidy) => Ok(self.decide_tidy(inputs.now, facts)),
            (Caller::Server, Command::EndShownNames) => {
                self.decide_end_shown_names(facts);
                Ok(Outcome::Done)
            }
            (Caller::Server, Command::ShowKept(person)) => {
                facts.extend(self.decide_show_kept(person));
                Ok(Outcome::Done)
            }
            (
                Caller::Anonymous {
                    conn,
                    address,
                    link,
                },
                command,
            ) => {
                let origin = Origin {
                    conn,
                    address,
                    link,
                    is_script: false,
                    ident: None,
                };
                self.decide_for_anonymous(origin, command, inputs, facts)
            }
            (Caller::Person { .. }, Command::Resume(code)) => {
                let me = self.asker(caller)?;
                self.decide_resume(Origin::of(me), Some(me), code, inputs, facts)
            }
            (Caller::Person { conn, .. }, Command::Quit(why)) => {
                let me = self.asker(caller)?;
                let why = self.audible(me, why, inputs.now);
                facts.push(match me.others() {
                    [] => quit(me, why),
                    _ => attach::detached(me, conn, Some(why)),
                });
                Ok(Outcome::Done)
            }
            (Caller::Shell, command) => self.decide_for_shell(command, inputs.now, facts),
            (_, command) => self.decide_for(self.asker(caller)?, command, inputs, facts),
        }
    }

    fn decide_for_anonymous(
        &self,
        origin: Origin,
        command: Command,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::LogIn {
                name,
                proof,
                is_script,
                ident,
                account,
            } => {
                let origin = Origin {
                    is_script,
                    ident,
                    ..origin
                };
                self.decide_log_in(origin, name, proof.as_ref(), account, inputs, facts)
            }
            Command::Resume(code) => self.decide_resume(origin, None, code, inputs, facts),
            Command::AddAccount {
                name,
                password_hash,
            } => {
                let address = origin.address;
                facts.push(self.decide_register_early(address, name, password_hash, inputs.now)?);
                Ok(Outcome::Done)
            }
            _ => Err(Rejection::NotHere),
        }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// [`Rejection::NotHere`] if they have left, or use another connection by now.
    pub(super) fn asker(&self, caller: Caller) -> Result<&Person, Rejection> {
        let Caller::Person { person, conn, .. } = caller else {
            return Err(Rejection::NotHere);
        };
        let person = self.people.get(person);
        let speaking = person.filter(|person| person.is_on(conn));
        speaking.ok_or(Rejection::NotHere)
    }

    fn decide_for(
        &self,
        me: &Person,
        command: Command,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let now = inputs.now;
        let command = self.without_muted_words(me, command, now)?;
        match command {
            Command::Say { .. }
            | Command::SayTo { .. }
            | Command::PrivateMessage { .. }
            | Command::Reply(_)
            | Command::SetTopic { .. }
            | Command::SayToRank { .. }
            | Command::SetMetadata { .. }
            | Command::Signal { .. } => self.decide_talk(me, command, now, facts),
            Command::Join(_) | Command::JoinWith { .. } | Command::Leave { .. } => {
                self.decide_to_move(me, command, now, facts)
            }
            Command::Rename { name, proof } => {
                self.decide_rename(me, name, proof.as_ref(), inputs, facts)
            }
            Command::Register { .. }
            | Command::Group
            | Command::Certify { .. }
            | Command::Forget { .. }
            | Command::LogInTo { .. }
            | Command::LogOut
            | Command::StepDown
            | Command::SetMarker { .. }
            | Command::Unclaim { .. } => self.decide_account(me, command, inputs, facts),
            Command::SetIdent { .. }
            | Command::Away(_)
            | Command::Back
            | Command::Ignore { .. } => self.decide_about_oneself(me, command, facts),
            Command::SetRoom { .. }
            | Command::RenameRoom { .. }
            | Command::Stand { .. }
            | Command::Eject { .. }
            | Command::Bar { .. }
            | Command::Unbar { .. }
            | Command::MuteIn { .. }
            | Command::UnmuteIn { .. }
            | Command::SetMask { .. }
            | Command::Knock(_) => self.decide_govern(me, command, now, facts),
            Command::Delete {
                message,
                found,
                why,
            } => self.decide_delete(me, message, found, why, facts),
            Command::Kick { .. }
            | Command::Mute { .. }
            | Command::Unmute(_)
            | Command::RenameOther { .. }
            | Command::Ban { .. }
            | Command::Unban(_)
            | Command::Op(_)
            | Command::Deop(_)
            | Command::Announce(_)
            | Command::SetMotd(_)
            | Command::Lock(_)
            | Command::EndAccount(_)
            | Command::EndRoom(_) => self.decide_to_operate(me, command, now, facts),
            // Only the server, the shell and connections without a name give these.
            Command::LogIn { .. }
            | Command::Resume(_)
            | Command::Quit(_)
            | Command::Once { .. }
            | Command::AddAccount { .. }
            | Command::SetPassword { .. }
            | Command::SayFromShell { .. }
            | Command::ShowKept(_)
            | Command::Tidy
            | Command::EndShownNames => Err(Rejection::NotHere),
        }
    }

    /// Decides what only operators may do. With the code, anybody may become one.
    fn decide_to_operate(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match &command {
            Command::Op(code) if self.is_operator_code(code, now) => {
                facts.push(become_operator(me));
                Ok(Outcome::Done)
            }
            _ => {
                self.check_operator(me)?;
                self.decide_operate(Actor::Person(me), command, now, facts)
            }
        }
    }

    /// Decides what a person says to others.
    fn decide_talk(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let fact = match command {
            Command::SetMetadata { target, changes } => {
                return self.decide_metadata(me, target, changes, now, facts);
            }
            Command::Say {
                room,
                text,
                manner,
                irc,
            } => in_form(self.decide_say(me, room, text, manner, now)?, irc, manner),
            Command::PrivateMessage {
                to,
                text,
                manner,
                irc,
            } => in_form(self.decide_message(me, &to, text, now)?, irc, manner),
            Command::Signal {
                to,
                is_notice,
                form,
            } => self.decide_signal(me, to, is_notice, form, now)?,
            Command::SayToRank {
                room,
                least,
                text,
                manner,
                irc,
            } => {
                let fact = self.decide_say_to_rank(me, room, least, text, manner, now)?;
                in_form(fact, irc, manner)
            }
            Command::Reply(text) => self.decide_reply(me, text, now)?,
            Command::SetTopic { room, text } => self.decide_topic(me, room, text, now)?,
            Command::SayTo { room, text, manner } => {
                self.decide_say(me, RoomRef::Name(room), text, manner, now)?
            }
            // No other command gets here.
            _ => return Err(Rejection::NotHere),
        };
        facts.push(fact);
        Ok(Outcome::Done)
    }

    /// The person with this name, as `me` typed it.
    ///
    /// # Errors
    /// [`Rejection::NobodyCalled`] with the most similar name.
    pub(super) fn find(&self, me: &Person, typed: &str) -> Result<&Person, Rejection> {
        self.find_for(Actor::Person(me), typed)
    }

    /// The person with this name, as an operator or the shell typed it.
    ///
    /// # Errors
    /// [`Rejection::NobodyCalled`], for an operator with the most similar name.
    fn find_for(&self, actor: Actor<'_>, typed: &str) -> Result<&Person, Rejection> {
        let name = Name::parse(typed).ok();
        let person = name.and_then(|name| self.people.named(&name));
        person.ok_or_else(|| Rejection::NobodyCalled {
            typed: shown(typed),
            meant: match actor {
                Actor::Person(me) => self.name_meant(me, typed).cloned(),
                Actor::Shell => None,
            },
        })
    }

    fn name_meant(&self, me: &Person, typed: &str) -> Option<&Name> {
        if typed.len() > NAME_BYTES_MAX {
            return None;
        }
        let rooms = me.rooms.iter().filter_map(|room| self.rooms.get(*room));
        let room_mates = rooms.flat_map(|room| room.members.iter().copied());
        let typed = crate::name::fold(typed);
        self.people.nearest(&typed, room_mates.take(ROOM_MATES_MAX))
    }
}

/// A typed text, fit to be shown back.
fn shown(typed: &str) -> String {
    let end = typed.floor_char_boundary(NAME_BYTES_MAX);
    escape(&typed[..end]).into_string()
}

fn quit(person: &Person, why: QuitReason) -> Fact {
    Fact::Quit(Box::new(Quit {
        person: person.id,
        name: person.name.clone(),
        account: person.account.clone(),
        rooms: person.rooms.clone(),
        is_resumable: why.is_resumable() && person.session.link.client.resumes(),
        why,
    }))
}

/// Ends a lost session. The person is in no room any more, so no room is told.
fn quit_of_lost(person: &Person, why: QuitReason) -> Fact {
    Fact::Quit(Box::new(Quit {
        person: person.id,
        name: person.name.clone(),
        account: person.account.clone(),
        rooms: Box::default(),
        is_resumable: false,
        why,
    }))
}

/// A message in its IRC form.
fn in_form(fact: Fact, form: Option<Arc<IrcForm>>, given: Manner) -> Fact {
    let mut fact = fact;
    match &mut fact {
        Fact::Said { irc, .. } => *irc = form,
        Fact::PrivateMessage(message) => {
            message.irc = form;
            message.manner = given;
        }
        Fact::MessageKept(message) => {
            message.irc = form;
            message.manner = given;
        }
        Fact::RankMessage(message) => message.irc = form,
        _ => {}
    }
    fact
}
