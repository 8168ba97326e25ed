//! From what the server answers to lines.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{
    Answer, Event, Fact, LeftOut, Name, Omitted, QuitReason, Rejection, Seq, Welcome, WelcomeBack,
};

use super::{Question, Session};
use crate::dialect::{Ask, Env, Step, Tell};
use crate::irc::line::put;
use crate::irc::render::{Reason, put_in_room};
use crate::plain::{Count, DoneToYouIn};

impl Session {
    /// See [`Dialect::handle_tell`](crate::dialect::Dialect::handle_tell).
    pub(crate) fn handle_tell(
        &mut self,
        tell: Tell<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match tell {
            Tell::Sent(seq) | Tell::Repeated(seq) => {
                self.handle_sent(seq, env, out);
                return None;
            }
            Tell::NotSent(rejection) => {
                self.handle_not_sent(rejection, env, out);
                return None;
            }
            Tell::Guesses(_)
            | Tell::PasswordWaits(_)
            | Tell::Farewell(_)
            | Tell::Superseded
            | Tell::Stopping => {
                self.handle_notice(tell, env, out);
                return None;
            }
            _ => {}
        }
        let start = out.len();
        let step = self.answer(tell, env, out);
        if matches!(step, Some(Step::AskWhenWritten(_))) {
            self.stream_scope();
        }
        let step = step.or_else(|| self.next_ask());
        self.end_scope(start, env, out);
        step
    }

    /// Answers, and returns the next request.
    fn answer(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match tell {
            Tell::Done(seq) => self.handle_done(seq, env, out),
            Tell::Rejected(rejection) => self.handle_rejection(rejection, env, out),
            Tell::Entered(summary, recent) => self.handle_entered(summary, recent, env, out),
            Tell::Answer(answer) => self.handle_answer(answer, env, out),
            Tell::History(page) => match self.take_question() {
                Some(Question::History(question)) => self.put_history(question, page, env, out),
                _ => None,
            },
            Tell::Admitted => self.handle_admitted(),
            Tell::Proven(name, proof) => {
                let question = self.take_question();
                self.handle_proven(name, proof, question, env, out)
            }
            Tell::Busy | Tell::NoHistory => self.handle_trouble(env, out),
            tell => {
                self.put_answer(tell, env, out);
                None
            }
        }
    }

    /// Writes an answer that needs no further request.
    fn put_answer(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        match tell {
            Tell::Welcome(welcome, _) => self.handle_welcome(welcome, env, out),
            // The event has said it.
            Tell::Left(_) => self.pending.question = None,
            Tell::Resumed { back, .. } => self.handle_resumed(back, env, out),
            Tell::Missed(_) | Tell::LeftOut(_) => self.put_found_again(tell, env, out),
            Tell::CaughtUp => self.handle_caught_up(env),
            Tell::Targets(targets) => match self.take_question() {
                Some(Question::Play(people)) => self.play_people(&people, targets),
                _ => self.put_targets(targets, env, out),
            },
            Tell::Search(page) => {
                if let Some(Question::Search(question)) = self.take_question() {
                    self.put_found(question, page, env, out);
                }
            }
            Tell::AuditLog(_) => self.pending.question = None,
            Tell::SearchTooLong => {
                self.pending.question = None;
                self.refuse_search(true, env, out);
            }
            // See `answer`.
            Tell::Done(_)
            | Tell::Rejected(_)
            | Tell::Entered(..)
            | Tell::Answer(_)
            | Tell::History(_)
            | Tell::Admitted
            | Tell::Proven(..)
            | Tell::Busy
            | Tell::NoHistory => {}
            // These are not shown.
            Tell::DoneBefore(_) | Tell::PasswordNotNeeded => {}
            // `handle_tell` handles these.
            Tell::Sent(_)
            | Tell::Repeated(_)
            | Tell::NotSent(_)
            | Tell::Guesses(_)
            | Tell::PasswordWaits(_)
            | Tell::Farewell(_)
            | Tell::Superseded
            | Tell::Stopping => {}
        }
    }

    /// The client is in, or has become another person of the same account.
    fn handle_welcome(&mut self, welcome: &Welcome, env: &Env<'_>, out: &mut Vec<u8>) {
        let (kept, came) = self.take_arrival();
        if kept.is_none() {
            self.put_welcome(&welcome.counts, welcome.motd.as_ref(), env, out);
        }
        self.ask_own_metadata();
        let entered = self.enter_all(kept.as_deref().unwrap_or_default(), &came, env, out);
        self.ask_about_all(&entered, env);
        if kept.is_none() && env.settings.irc.joins_lobby && self.rooms.is_empty() {
            self.join_lobby();
        }
    }

    /// What a person has missed, and the rooms that they could not enter again.
    fn put_found_again(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        match tell {
            Tell::Missed(events) => self.put_missed(events, env, out),
            Tell::LeftOut(rooms) => {
                for LeftOut { room, why } in rooms {
                    self.refuse_join(room, why, env, out);
                }
            }
            _ => {}
        }
    }

    /// Says that private messages are only in the history.
    pub(super) fn put_omitted(&self, omitted: &[Omitted], env: &Env<'_>, out: &mut Vec<u8>) {
        for Omitted { from, messages } in omitted {
            let from = from.as_ref().map_or("others", Name::as_str);
            let more = Count(*messages, "more message", "more messages");
            let what = format_args!("In the history alone: {more} from {from}.");
            self.notice(what, env, out);
        }
    }

    /// News from the server precedes the answer to the command in flight, except for the end of the
    /// connection, if that was requested.
    fn handle_notice(&mut self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        self.put_notice(tell, env, out);
        if let Some(Question::Quit) = self.pending.question.as_deref() {
            self.give_up();
            self.end_scope(start, env, out);
        }
    }

    /// See [`handle_notice`](Self::handle_notice).
    fn put_notice(&self, tell: Tell<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        match tell {
            Tell::Guesses(guesses) => {
                let (count, address) = (guesses.count, guesses.address);
                let were = if count == 1 { " was" } else { "s were" };
                let what = format_args!(
                    "{count} wrong password{were} tried for your name, the last from {address}."
                );
                self.notice(what, env, out);
            }
            // It leaves one person for another of its own, and stays.
            Tell::Farewell(QuitReason::Quit(None))
                if matches!(
                    self.pending.question.as_deref(),
                    Some(Question::Nick | Question::TakeBack)
                ) => {}
            Tell::Farewell(why) => {
                if let QuitReason::Banned { until, why, .. } = why {
                    let (until, why) = (*until, why.clone());
                    self.put_banned(&Rejection::Banned { until, why }, env, out);
                }
                put(
                    out,
                    format_args!("ERROR :Closing Link: {}\r\n", Reason(why)),
                );
            }
            Tell::Superseded => {
                put(out, "ERROR :Closing Link: You signed in elsewhere\r\n");
            }
            Tell::Stopping => {
                let why = QuitReason::Restart;
                put(
                    out,
                    format_args!("ERROR :Closing Link: {}\r\n", Reason(&why)),
                );
            }
            Tell::PasswordWaits(wait) => {
                let seconds = wait.as_secs().max(1);
                let what = format_args!(
                    "Too many wrong passwords came from your address. Yours is looked at in {seconds} s."
                );
                self.notice(what, env, out);
            }
            _ => {}
        }
    }

    /// The command in flight is done; its events have said what that means, or it is said now.
    fn handle_done(&mut self, seq: Option<Seq>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match self.take_question()? {
            Question::Private(sending) => self.handle_delivered(&sending, seq, env, out),
            Question::Away(is_away) => self.put_away(is_away, env, out),
            Question::Invite { room, name } => {
                self.numeric("341", format_args!("{name} {room}"), env, out);
            }
            Question::Metadata(question) => self.metadata_set(*question, env, out),
            Question::Account(step) => self.account_done(step, env, out),
            Question::SetMarker(question) => return self.marker_set(*question),
            Question::RenameRoom { old, new } => self.room_renamed(&old, &new, env, out),
            Question::Oper => self.oper_done(env, out),
            _ => {}
        }
        None
    }

    pub(super) fn oper_done(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        match self.here().is_some_and(|here| here.is_operator) {
            true => self.numeric("381", ":You are now an IRC operator", env, out),
            false => self.numeric("491", ":That account is no operator's", env, out),
        }
    }

    fn handle_answer(&mut self, answer: &Answer, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let question = self.take_question()?;
        match (answer, question) {
            (Answer::Fence, Question::Ping(token)) => self.pong(&token, env, out),
            (Answer::Fence, Question::Answered(lines)) => out.extend_from_slice(&lines),
            (Answer::Marker(known, at), Question::Marker(question)) => {
                return self.put_marker(&question, known, *at, env, out);
            }
            (Answer::Invitations(rooms), _) => self.put_invitations(rooms, env, out),
            (Answer::Counts(counts), _) => self.put_counts(counts, env, out),
            (Answer::Motd(text), _) => self.put_motd(text.as_ref(), env, out),
            (Answer::Who { .. } | Answer::Names { .. }, Question::Names(question))
                if question.is_asked || self.is_inside(&question.room, env) =>
            {
                return self.put_names_page(answer, question, env, out);
            }
            (
                Answer::Who {
                    room, people, next, ..
                },
                Question::Who(question),
            ) => return self.put_who_of_room(question, (room, people, *next), env, out),
            (Answer::People { people, next }, Question::Who(question)) => {
                return self.put_who_of_people(question, people, next.as_ref(), env, out);
            }
            (Answer::Rooms { .. }, Question::List(filter)) => {
                return self.put_rooms(filter, answer, env, out);
            }
            (answer, Question::Metadata(question)) => {
                return self.metadata_answered(*question, answer, env, out);
            }
            (Answer::Topic { room, topic: None }, Question::Topic(_)) => {
                self.numeric("331", format_args!("{room} :No topic is set"), env, out);
            }
            (Answer::Topic { room, topic }, _) => {
                (topic.iter()).for_each(|topic| self.put_topic(room, topic, env, out));
            }
            (Answer::RoomInfo(info), _) => self.put_modes(info, env, out),
            (Answer::Masks { room, masks }, Question::Masks { kind, is_last, .. }) => {
                self.put_masks((room, kind), masks, is_last, env, out)
            }
            (Answer::Whois(profile), _) => {
                self.put_whois(profile, env, out);
                self.end_of_whois(profile.line.name.as_str(), env, out);
            }
            (Answer::Departed(departed), Question::Whowas(typed, count)) => {
                self.put_whowas(&typed, count, departed, env, out);
            }
            (Answer::Online(people), Question::Online(question)) => {
                return self.take_online(question, people, env, out);
            }
            (Answer::Online(people), Question::Monitor(names)) => {
                self.put_monitored(&names, people, env, out);
            }
            (Answer::Online(people), Question::ModesOf { name, changes }) => {
                let is_here = people.iter().any(Option::is_some);
                self.refuse_modes_of(&name, changes, is_here, env, out);
            }
            _ => {}
        }
        None
    }

    fn join_lobby(&mut self) {
        let room = chinwag_core::RoomName::lobby();
        let join = chinwag_core::Command::Join(room.clone());
        let what = Question::Join {
            room,
            was_inside: false,
        };
        self.later(Ask::Command(join), what);
    }

    /// The client has its person again: it learns which rooms it is in, then what it has missed.
    fn handle_resumed(&mut self, back: Option<&WelcomeBack>, env: &Env<'_>, out: &mut Vec<u8>) {
        let (kept, came) = self.take_arrival();
        if let Some(back) = back.filter(|_| kept.is_none()) {
            self.put_welcome(&back.counts, back.motd.as_ref(), env, out);
        }
        self.ask_own_metadata();
        let entered = self.enter_all(kept.as_deref().unwrap_or_default(), &came, env, out);
        self.pending.question = Some(Box::new(Question::CatchingUp(entered)));
    }

    /// What a person has missed on their last connection.
    fn put_missed(&mut self, events: &[Event], env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(me) = self.here().map(|here| here.me) else {
            return;
        };
        for event in events {
            let id = event.fact.rooms().first();
            let room = id.and_then(|room| env.rooms.get(room));
            match (room, &event.fact) {
                (Some(room), Fact::Said { room: id, .. }) => {
                    self.note_missed_in(*id);
                    put_in_room(out, event, room, (self.caps, None));
                }
                (_, Fact::PrivateMessage(_)) => self.put_received(event, me, out),
                (_, Fact::Moderated(entry)) => self.put_moderated(entry, event, me, env, out),
                (None, Fact::RoomChanged(change)) => {
                    self.put_room_changed(change, event, me, env, out);
                }
                (_, Fact::RoomChanged(change)) if change.told == Some(me) => {
                    self.notice(DoneToYouIn(change, event.at), env, out);
                }
                // The client learns the state of its rooms as it enters them.
                _ => {}
            }
        }
    }
}
