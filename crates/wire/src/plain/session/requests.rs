//! From a line that a person typed to a request.

use alloc::vec::Vec;

use chinwag_core::{Command, Manner, Query, Rejection, RoomId, RoomRef, Seq, Text};

use super::room_requests::{in_room, room_or};
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Step};
use crate::plain::parse::parse;
use crate::plain::render::Notice;
use crate::plain::request::{Context, PrefChange, Request};
use crate::plain::table::CommandSpec;

/// Commands that only operators have any use for, in whatever form.
const OPERATORS_ALONE: [&str; 10] = [
    "kick", "ban", "unban", "bans", "deop", "rename", "remove", "announce", "lock", "log",
];

impl Session {
    /// Notes that a `/join` has led to a room, or was refused, or was none.
    pub(super) fn note_join(&mut self, has_led: bool) {
        if let Stage::Chat(chat) = &mut self.stage {
            chat.place.note_join(has_led);
        }
    }

    /// Whether a request would do something in the current room, which is not the one it was meant for.
    fn is_astray(&self, request: &Request) -> bool {
        let acts_here = matches!(
            request,
            Request::Say(_) | Request::Act(_) | Request::SetTopic(_) | Request::Room(_)
        );
        acts_here && matches!(&self.stage, Stage::Chat(chat) if chat.place.is_missed())
    }

    pub(super) fn handle_line(
        &mut self,
        line: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        // Flood control must not keep a person from leaving.
        if line.starts_with("/quit")
            && let Ok(Request::Quit(why)) = parse(line)
        {
            self.tell_refused(env, out);
            self.question = None;
            return Some(Step::Ask(Ask::Quit(why)));
        }
        if !self.is_free(line) && !self.take_token(env, out) {
            return None;
        }
        let wanted = self.take_wanted();
        match parse(line) {
            Ok(request) if self.is_astray(&request) => {
                self.renderer(env).notice(out, Notice::Astray);
                None
            }
            Ok(request) => match self.guess_in_chat(line, &request, wanted, env) {
                Some(step) => Some(step),
                None => self.ask(request, env, out),
            },
            Err(error) => {
                if self
                    .command_of(line)
                    .is_some_and(|spec| spec.name == "join")
                {
                    self.note_join(false);
                }
                match self.operators_alone(line) {
                    // Somebody who may not give the command has no use for its syntax.
                    Some(command) => {
                        let context = Context::Command(command);
                        self.refuse(&Rejection::NeedsOperator, context, env, out);
                    }
                    None => self.renderer(env).parse_error(out, &error),
                }
                None
            }
        }
    }

    /// The command of a line.
    fn command_of(&self, line: &str) -> Option<&'static CommandSpec> {
        let typed = line.strip_prefix('/')?.split_whitespace().next()?;
        CommandSpec::find(typed)
    }

    /// The command of a line, if only operators may give it and the person is none.
    fn operators_alone(&self, line: &str) -> Option<&'static str> {
        let command = self.command_of(line)?.name;
        let is_operator = self.is_operator;
        let is_theirs = OPERATORS_ALONE.contains(&command);
        (is_theirs && !is_operator).then_some(command)
    }

    /// `^C` of telnet, or the break key.
    pub(super) fn interrupt(&mut self) -> Step {
        match self.stage {
            Stage::Login(_) => Step::Close,
            Stage::Chat(_) => {
                self.question = None;
                Step::Ask(Ask::Quit(None))
            }
        }
    }

    fn ask(&mut self, request: Request, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let context = request.context();
        let mut question = match &request {
            Request::Command(Command::SayTo { room, .. }) => Question::SayTo(room.clone()),
            Request::Command(Command::JoinWith { .. }) => Question::JoinWith,
            Request::Leave(_) => Question::Leave(self.current()?),
            request => match self.wanted_by(request) {
                Some(wanted) => Question::Account(wanted),
                None => Question::Command(context),
            },
        };
        // Every person is in a room; a line that comes while they leave their last one goes
        // nowhere.
        let here = self.current()?;
        let ask = match request {
            Request::Say(text) => return Some(say(here, text, Manner::Speech)),
            Request::Act(text) => return Some(say(here, text, Manner::Action)),
            Request::SetTopic(text) => Ask::Command(Command::SetTopic {
                room: RoomRef::Id(here),
                text,
            }),
            Request::Leave(room) => Ask::Command(Command::Leave {
                room: room_or(room, here),
                why: None,
            }),
            Request::Who(room) => Ask::Query(Query::Who {
                room: room_or(room, here),
                after: None,
            }),
            Request::Topic => Ask::Query(Query::Topic(RoomRef::Id(here))),
            Request::Command(command) => Ask::Command(command),
            Request::Query(query) => Ask::Query(query),
            Request::Room(request) => in_room(request, here),
            Request::Delete(message) => delete(message),
            Request::Help(topic) => {
                self.renderer(env).help(out, topic);
                return None;
            }
            Request::History { .. }
            | Request::Around(_)
            | Request::Search(_)
            | Request::SearchMore
            | Request::AuditLog(_) => {
                let (about, ask) = self.ask_past(request, here, env, out)?;
                question = about;
                ask
            }
            Request::Register(_)
            | Request::Claim
            | Request::Forget(_)
            | Request::LogInTo { .. }
            | Request::Unclaim(_)
            | Request::ChangePassword { .. }
            | Request::Rename { .. } => self.ask_account(request)?,
            Request::Pref(change) => {
                question = Question::Pref(change.pref());
                self.change_pref(change, env);
                // The hub saves the change first, and answers when it is written.
                Ask::Query(Query::Fence)
            }
            Request::Resume(code) => Ask::Resume { code, after: None },
            Request::Quit(why) => Ask::Quit(why),
        };
        self.question = Some(question);
        Some(Step::Ask(ask))
    }

    /// The ask for a request about names and accounts.
    fn ask_account(&self, request: Request) -> Option<Ask> {
        Some(match request {
            Request::Register(password) => Ask::Register(password),
            Request::Claim => Ask::Claim,
            Request::Forget(certificate) => Ask::Forget(certificate),
            Request::LogInTo {
                name,
                password,
                beside,
            } => Ask::LogInTo {
                name,
                password,
                beside,
            },
            Request::Unclaim(password) => Ask::Unclaim {
                account: self.account()?.clone(),
                password,
            },
            Request::ChangePassword { old, new } => Ask::ChangePassword {
                name: self.account()?.clone(),
                old,
                new,
            },
            Request::Rename { name, password } => Ask::Rename { name, password },
            _ => return None,
        })
    }

    fn ask_past(
        &mut self,
        request: Request,
        here: RoomId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<(Question, Ask)> {
        let Stage::Chat(chat) = &mut self.stage else {
            return None;
        };
        let asked = chat.past.ask(request, here, env, &self.look.style.zone);
        asked
            .map_err(|notice| self.renderer(env).notice(out, notice))
            .ok()
    }

    fn change_pref(&mut self, change: PrefChange, env: &Env<'_>) {
        if let Some(prefs) = change.applied_to(&self.look.prefs) {
            self.set_prefs(prefs, env);
            self.changes.saved = true;
        }
    }
}

fn delete(message: Seq) -> Ask {
    Ask::Delete {
        message,
        of: None,
        why: None,
    }
}

pub(super) fn say(room: RoomId, text: Text, manner: Manner) -> Step {
    let room = RoomRef::Id(room);
    Step::Ask(Ask::Command(Command::Say {
        room,
        text,
        manner,
        irc: None,
    }))
}
