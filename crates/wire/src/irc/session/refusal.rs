//! Refusals: the numeric that IRC has for each, or a standard reply.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::{Rejection, RoomName, RoomRejection};

use super::{Question, Session, Stage};
use crate::dialect::{Env, Step};
use crate::irc::message::shown;
use crate::json::Sentence;

const NO_CODES: &str = " IRC has no codes: /resume CODE works over nc and telnet.";

impl Session {
    /// The question in flight was refused.
    pub(super) fn handle_rejection(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let question = self.take_question()?;
        if let Rejection::NeedsServerPassword | Rejection::WrongServerPassword = rejection {
            let words = Sentence(rejection);
            self.numeric("464", format_args!(":{words}"), env, out);
            return Some(self.close("Bad password", env, out));
        }
        match question {
            Question::Gateway { is_whole } => {
                let why = match is_whole {
                    true => "Invalid WebIRC password, or no gateway",
                    false => "WEBIRC PASSWORD GATEWAY HOST ADDRESS comes first",
                };
                return Some(self.close(why, env, out));
            }
            Question::LogIn(_) => return self.refuse_login(rejection, env, out),
            Question::Prove(proving) => {
                return self.handle_unproven(*proving, rejection, env, out);
            }
            // To IRC that is no mistake.
            Question::Away(is_away) if *rejection == Rejection::NotAway => {
                self.put_away(is_away, env, out);
            }
            question => match question.room() {
                Some(room) => self.refuse_about_room(room, &question, rejection, env, out),
                None => self.refuse(question, rejection, env, out),
            },
        }
        None
    }

    /// Says why a question on which nothing else depends was refused.
    fn refuse(
        &mut self,
        question: Question,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match question {
            Question::Answered(lines) => out.extend_from_slice(&lines),
            Question::Nick => self.refuse_nick(rejection, env, out),
            Question::TakeBack => self.refuse_to_identify(rejection, env, out),
            Question::RenameRoom { old, new } => {
                self.refuse_rename(&old, &new, rejection, env, out);
            }
            Question::Join { room, .. } => self.refuse_join(&room, rejection, env, out),
            Question::Knock(room) => self.refuse_knock(&room, rejection, env, out),
            Question::Names(question) => {
                if question.is_asked {
                    self.end_list(&question, &question.room, env, out);
                }
            }
            Question::Private(sending) => {
                if !sending.is_notice {
                    self.cannot_send(&sending.to, rejection, env, out);
                }
            }
            Question::Who(question) => self.end_of_who(question.typed(), env, out),
            Question::Whois(typed) => self.refuse_whois(&typed, env, out),
            Question::Metadata(question) => self.refuse_metadata(&question, rejection, env, out),
            Question::SetName => {
                let why = format_args!("CANNOT_CHANGE_REALNAME :{}", Sentence(rejection));
                self.fail("SETNAME", why, env, out);
            }
            Question::Oper => self.refuse_oper(rejection, env, out),
            Question::Operate(name) => self.refuse_operation(&name, rejection, env, out),
            Question::Account(step) => self.refuse_account(step, rejection, env, out),
            Question::History(question) => match rejection {
                Rejection::NotLoggedIn => self.put_no_history(&question, env, out),
                _ => self.refuse_history(&question, env, out),
            },
            Question::Search(_) => {
                let why = "INVALID_PARAMS in :Messages could not be retrieved";
                self.fail("SEARCH", why, env, out);
            }
            Question::Redact { target, message } => {
                self.refuse_redaction(&target, &message, rejection, env, out);
            }
            // It has left again, or was put out.
            Question::Unasked { .. } => {}
            _ => self.notice(Sentence(rejection), env, out),
        }
    }

    fn refuse_whois(&self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let shown = shown(typed);
        self.numeric("401", format_args!("{shown} :No such nick"), env, out);
        self.end_of_whois(typed, env, out);
    }

    fn refuse_about_room(
        &mut self,
        room: &RoomName,
        question: &Question,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let name = match (question, rejection) {
            (Question::SetMask { letter, .. }, Rejection::Of(_, RoomRejection::BarsFull)) => {
                let what = format_args!("{room} {letter} :Channel list is full");
                return self.numeric("478", what, env, out);
            }
            // Somebody who can enter already needs no invitation, and IRC has no number for that.
            (
                Question::Invite { .. },
                Rejection::Of(room, RoomRejection::StandsAlready(name, _)),
            ) => return self.numeric("341", format_args!("{name} {room}"), env, out),
            (Question::Invite { name, .. } | Question::Kick { name, .. }, _) => Some(&**name),
            _ => None,
        };
        self.refuse_in_room(room, name, rejection, env, out);
        match question {
            Question::SetMode(_) | Question::SetMask { .. } | Question::Kick { .. } => {
                self.give_up_in(room, rejection)
            }
            Question::Masks { is_last, .. } => {
                // The other list that the same letter stands for.
                if !is_last {
                    self.pending.queue.pop_front();
                }
                self.give_up_in(room, rejection);
            }
            _ => {}
        }
    }

    /// The rest of the command would be refused for the same reason, so it is given up.
    fn give_up_in(&mut self, room: &RoomName, rejection: &Rejection) {
        let is_outside = match rejection {
            Rejection::NoSuchRoom { .. } | Rejection::RoomGone | Rejection::NotInRoom(_) => true,
            Rejection::Of(_, RoomRejection::NeedsModerator) => false,
            _ => return,
        };
        self.pending.queue.retain(|question| match question {
            Question::SetMode(other)
            | Question::SetMask { room: other, .. }
            | Question::Kick { room: other, .. } => !other.is_same(room),
            // Who may change nothing may see lists.
            Question::Masks { room: other, .. } => !(is_outside && other.is_same(room)),
            _ => true,
        });
    }

    /// For how long the client is banned, and why.
    pub(super) fn put_banned(&self, banned: &Rejection, env: &Env<'_>, out: &mut Vec<u8>) {
        self.numeric("465", format_args!(":{}", Sentence(banned)), env, out);
    }

    fn refuse_login(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if let Some(step) = self.take_free_name(rejection) {
            return Some(step);
        }
        match rejection {
            Rejection::ServerFull { .. } => {
                return Some(self.close("The server is full", env, out));
            }
            Rejection::Banned { .. } => {
                self.put_banned(rejection, env, out);
                return Some(self.close("You are banned", env, out));
            }
            Rejection::Locked => {
                let words = "Only registered names may come in at the moment";
                self.numeric("465", format_args!(":{words}"), env, out);
                return Some(self.close(words, env, out));
            }
            Rejection::WrongPassword(name) => {
                let words = Sentence(rejection);
                self.numeric("464", format_args!(":{words}"), env, out);
                self.refuse_nick(&Rejection::NameRegistered(name.clone()), env, out);
            }
            // No other name would help.
            Rejection::TooManyLogins { .. } | Rejection::Of(..) => {
                let words = Sentence(rejection).to_string();
                return Some(self.close(&words, env, out));
            }
            _ => self.refuse_nick(rejection, env, out),
        }
        self.forget_nick();
        match rejection {
            // Clients try other names by themselves until one is free; only the time bounds that.
            Rejection::NameTaken { .. }
            | Rejection::NameKept { .. }
            | Rejection::NameLooksLike { .. }
            | Rejection::NameReserved(_)
            | Rejection::NameRegistered(_) => None,
            _ => self.count_try(env, out),
        }
    }

    fn refuse_nick(&self, rejection: &Rejection, env: &Env<'_>, out: &mut Vec<u8>) {
        let name = match rejection {
            Rejection::NameTaken { name, .. }
            | Rejection::NameKept { name, .. }
            | Rejection::NameLooksLike { name, .. }
            | Rejection::NameReserved(name)
            | Rejection::NameRegistered(name) => name.to_string(),
            _ if self.here().is_some() => {
                let what = alloc::format!("{} :{}", self.nick(), Sentence(rejection));
                return self.numeric("447", what, env, out);
            }
            _ => self.nick().to_string(),
        };
        // Before the client is in, it is addressed as nobody.
        let nick = match &self.stage {
            Stage::Here(here) => here.name.as_str(),
            Stage::Registering(_) => "*",
        };
        // Who has lost the link uses another client, since sessions of IRC are not kept.
        let is_kept = matches!(rejection, Rejection::NameKept { .. });
        let how = if is_kept { NO_CODES } else { "" };
        let words = Sentence(rejection);
        self.put_server(format_args!("433 {nick} {name} :{words}{how}"), env, out);
    }

    pub(super) fn refuse_join(
        &self,
        room: &RoomName,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (code, words) = match rejection {
            Rejection::Of(_, why) => match why {
                RoomRejection::Closed | RoomRejection::ClosedToStrangers => {
                    ("473", "Cannot join channel (+i)")
                }
                RoomRejection::NeedsPassword | RoomRejection::WrongPassword => {
                    ("475", "Cannot join channel (+k)")
                }
                RoomRejection::Full { .. } => ("471", "Cannot join channel (+l)"),
                RoomRejection::Barred { .. } => ("474", "Cannot join channel (+b)"),
                RoomRejection::RegisteredOnly => ("477", "Cannot join channel (+R)"),
                RoomRejection::EncryptedOnly => ("489", "Cannot join channel (+z)"),
                RoomRejection::Another => ("403", "The channel of that name is another now"),
                _ => ("403", "No such channel"),
            },
            Rejection::TooManyRooms { .. } => ("405", "You have joined too many channels"),
            _ => {
                let words = Sentence(rejection);
                return self.numeric("403", format_args!("{room} :{words}"), env, out);
            }
        };
        self.numeric(code, format_args!("{room} :{words}"), env, out);
    }

    /// If a knock would not help, says why the client cannot enter.
    fn refuse_knock(
        &self,
        room: &RoomName,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Rejection::Of(_, rule) = rejection else {
            return self.refuse_in_room(room, None, rejection, env, out);
        };
        let (code, words) = match rule {
            RoomRejection::InsideAlready => ("714", "You are on that channel already"),
            RoomRejection::NoNeedToKnock => ("713", "Channel is open"),
            RoomRejection::KnockedAlready => ("712", "Too many KNOCKs"),
            RoomRejection::NobodyHears => ("480", "Nobody is there to hear a KNOCK"),
            _ => return self.refuse_join(room, rejection, env, out),
        };
        self.numeric(code, format_args!("{room} :{words}"), env, out);
    }

    /// Something was not sent to a room or a person.
    pub(super) fn cannot_send(
        &self,
        to: &str,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let words = Sentence(rejection).to_string();
        let to = shown(to);
        match rejection {
            Rejection::NobodyCalled { .. } | Rejection::Absent(_) => {
                self.numeric("401", format_args!("{to} :No such nick/channel"), env, out);
            }
            Rejection::NoSuchRoom { .. } | Rejection::RoomGone => {
                self.numeric("403", format_args!("{to} :No such channel"), env, out);
            }
            _ if to.trim_start_matches(['@', '+']).starts_with('#') => {
                self.numeric(
                    "404",
                    format_args!("{to} :Cannot send to channel: {words}"),
                    env,
                    out,
                );
            }
            Rejection::HearsRegisteredOnly(_) => {
                self.numeric("486", format_args!("{to} :{words}"), env, out);
            }
            _ => self.numeric("531", format_args!("{to} :{words}"), env, out),
        }
    }

    fn refuse_in_room(
        &self,
        room: &RoomName,
        name: Option<&str>,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let who = match rejection {
            Rejection::Of(
                _,
                RoomRejection::TargetOutside(name) | RoomRejection::TargetInside(name),
            ) => name.as_str(),
            _ => shown(name.unwrap_or("*")),
        };
        let words = Sentence(rejection);
        let (code, what): (_, &dyn Display) = match rejection {
            Rejection::NoSuchRoom { .. } | Rejection::RoomGone => {
                ("403", &format_args!("{room} :No such channel"))
            }
            Rejection::NotInRoom(_) => ("442", &format_args!("{room} :You're not on that channel")),
            Rejection::NobodyCalled { .. } => ("401", &format_args!("{who} :No such nick")),
            Rejection::NoAccount { .. } => ("401", &format_args!("{who} :{words}")),
            Rejection::LinkLost(_) => ("401", &format_args!("{who} :{words}")),
            Rejection::Oneself => ("482", &format_args!("{room} :{words}")),
            Rejection::Muted { .. } | Rejection::LockedSpeech | Rejection::ReadOnly(_) => (
                "404",
                &format_args!("{room} :Cannot send to channel: {words}"),
            ),
            Rejection::Of(_, rule) => {
                return self.refuse_by_rule((room, who), rejection, rule, env, out);
            }
            _ => return self.notice(words, env, out),
        };
        self.numeric(code, what, env, out);
    }

    /// Refuses by a rule of a room.
    fn refuse_by_rule(
        &self,
        (room, who): (&RoomName, &str),
        rejection: &Rejection,
        rule: &RoomRejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let words = Sentence(rejection);
        let (code, what): (_, &dyn Display) = match rule {
            RoomRejection::NeedsModerator | RoomRejection::TopicGuarded => {
                ("482", &format_args!("{room} :You're not channel operator"))
            }
            RoomRejection::NoTopic => ("331", &format_args!("{room} :No topic is set")),
            RoomRejection::OperatorsAlone
            | RoomRejection::AddressBar
            | RoomRejection::AddressMask
            | RoomRejection::OwnRoom
            | RoomRejection::LobbyIsOpen
            | RoomRejection::LobbyKeepsAll
            | RoomRejection::StandingsFull
            | RoomRejection::TargetGoverns(..)
            | RoomRejection::TargetBarred(_)
            | RoomRejection::TargetOperates(_) => ("482", &format_args!("{room} :{words}")),
            // Who may not enter is outside.
            RoomRejection::Closed
            | RoomRejection::ClosedToStrangers
            | RoomRejection::NeedsPassword
            | RoomRejection::RegisteredOnly
            | RoomRejection::EncryptedOnly
            | RoomRejection::Barred { .. } => {
                ("442", &format_args!("{room} :You're not on that channel"))
            }
            RoomRejection::Muted { .. } | RoomRejection::BarredSpeech => (
                "404",
                &format_args!("{room} :Cannot send to channel: {words}"),
            ),
            RoomRejection::TargetOutside(_) => (
                "441",
                &format_args!("{who} {room} :They aren't on that channel"),
            ),
            RoomRejection::TargetInside(_) => {
                ("443", &format_args!("{who} {room} :is already on channel"))
            }
            RoomRejection::SetInClear => ("490", &format_args!("{room} :{words}")),
            RoomRejection::PasswordNotForAll => {
                ("525", &format_args!("{room} :Key is not well-formed"))
            }
            // What is so already is no error in IRC.
            RoomRejection::SetAlready
            | RoomRejection::StandsAlready(..)
            | RoomRejection::StandsNot(..)
            | RoomRejection::NotBarred(_)
            | RoomRejection::BarredOtherwise(..) => return,
            _ => return self.notice(words, env, out),
        };
        self.numeric(code, what, env, out);
    }

    fn refuse_rename(
        &self,
        old: &RoomName,
        new: &RoomName,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let code = match rejection {
            Rejection::RoomLooksLike { .. } | Rejection::Of(_, RoomRejection::NameTaken(_)) => {
                "CHANNEL_NAME_IN_USE"
            }
            Rejection::Of(_, RoomRejection::Stays) => "CANNOT_RENAME",
            _ => return self.refuse_in_room(old, None, rejection, env, out),
        };
        let words = Sentence(rejection);
        let why = format_args!("{code} {old} {new} :{words}");
        self.fail("RENAME", why, env, out);
    }

    fn refuse_operation(
        &self,
        name: &str,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let name = shown(name);
        match rejection {
            Rejection::NeedsOperator => {
                let words = ":Permission Denied- You're not an IRC operator";
                self.numeric("481", words, env, out);
            }
            Rejection::NobodyCalled { .. } => {
                self.numeric("401", format_args!("{name} :No such nick"), env, out);
            }
            _ => self.notice(Sentence(rejection), env, out),
        }
    }

    fn refuse_oper(&self, rejection: &Rejection, env: &Env<'_>, out: &mut Vec<u8>) {
        match rejection {
            // It is in that account, which gives no rights.
            Rejection::LoggedInAlready(_) => self.oper_done(env, out),
            _ => self.numeric("464", ":Password incorrect", env, out),
        }
    }
}
