//! Words the answers to the session.

use alloc::vec::Vec;

use chinwag_core::{Answer, Event, Query, QuitReason, Rejection, RoomId, WelcomeBack};

use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, HistoryPage, LogPage, SearchPage, Step, Tell};
use crate::plain::render::{Missed, Notice, Sought};
use crate::plain::request::Context;

impl Session {
    /// See [`Dialect::handle_tell`](crate::dialect::Dialect::handle_tell).
    pub(crate) fn handle_tell(
        &mut self,
        tell: Tell<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let mut renderer = self.renderer(env);
        let wall = env.wall;
        match tell {
            Tell::Sent(_) | Tell::Repeated(_) => self.count_line(),
            Tell::NotSent(rejection) => self.refuse(rejection, Context::Speech, env, out),
            Tell::Rejected(rejection) => return self.handle_rejection(rejection, env, out),
            Tell::Welcome(welcome, recent) => {
                renderer.welcome(out, welcome, wall);
                if let Some(room) = &welcome.room {
                    renderer.recent(out, recent, &room.room, wall);
                }
            }
            Tell::Entered(summary, recent) => {
                self.set_current(Some(summary.id));
                self.note_join(true);
                renderer.room_summary(out, summary, wall);
                let gave_password = matches!(self.question, Some(Question::JoinWith));
                if gave_password && !summary.has_password {
                    renderer.room_password_not_needed(out, &summary.room);
                }
                renderer.recent(out, recent, &summary.room, wall);
            }
            Tell::Left(room) => return self.handle_left_room(room, env, out),
            Tell::Resumed {
                missed,
                skipped,
                has_news,
                doubt,
                back,
            } => {
                let missed = Missed {
                    messages: missed + skipped,
                    has_news,
                    doubt,
                };
                self.tell_resumed(missed, skipped, back, env, out);
            }
            Tell::Missed(events) => self.tell_missed(events, env, out),
            Tell::LeftOut(rooms) => renderer.left_out(out, rooms),
            Tell::CaughtUp => renderer.caught_up(out),
            Tell::Answer(answer) => return self.handle_answer(answer, env, out),
            Tell::History(page) => self.tell_history(page, env, out),
            // It does not ask for them.
            Tell::Targets(_) => {}
            Tell::Search(page) => self.tell_search(page, env, out),
            Tell::AuditLog(page) => self.tell_log(page, env, out),
            Tell::Admitted => return self.handle_admitted(),
            Tell::Proven(..) => return self.handle_proven(env, out),
            Tell::Busy => return self.handle_busy(Notice::Busy, env, out),
            Tell::PasswordWaits(wait) => renderer.notice(out, Notice::PasswordWaits(wait)),
            Tell::Guesses(guesses) => renderer.guesses(out, &guesses),
            Tell::PasswordNotNeeded => self.tell_password_not_needed(env, out),
            Tell::SearchTooLong => renderer.notice(out, Notice::SearchTooLong),
            Tell::NoHistory => renderer.notice(out, Notice::NoHistory),
            Tell::Farewell(why) => self.tell_farewell(why, env, out),
            Tell::Superseded => renderer.notice(out, Notice::Superseded),
            Tell::Stopping => renderer.notice(out, Notice::Stopping),
            Tell::Done(_) | Tell::DoneBefore(_) => self.tell_done(env, out),
        }
        None
    }

    fn tell_resumed(
        &mut self,
        missed: Missed,
        skipped: u64,
        back: Option<&WelcomeBack>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let renderer = self.renderer(env);
        if let Stage::Chat(chat) = &self.stage {
            renderer.welcome_back(out, &chat.name, missed);
        }
        if let Some(back) = back {
            self.lines_sent = u32::try_from(back.said).unwrap_or(u32::MAX);
            let (code, time) = back.resume;
            renderer.resume_code(out, code, time);
        }
        if let Stage::Chat(chat) = &self.stage
            && let Some(before) = back.and_then(|back| back.name_before.as_ref())
        {
            renderer.name_lost(out, before, &chat.name);
        }
        if let Some(room) = self.current().and_then(|room| env.rooms.get(&room)) {
            renderer.place(out, room);
        }
        if let Some(why) = back.and_then(|back| back.away.as_ref()) {
            renderer.still_away(out, why.as_ref());
        }
        if skipped > 0 {
            renderer.notice(out, Notice::Lost { lines: skipped });
        }
    }

    fn tell_farewell(&mut self, why: &QuitReason, env: &Env<'_>, out: &mut Vec<u8>) {
        self.tell_refused(env, out);
        // It leaves one person for another of its own, and stays.
        if matches!(why, QuitReason::Quit(None)) && self.takes_over() {
            return;
        }
        if let Stage::Chat(chat) = &self.stage {
            let lines = self.lines_sent.into();
            self.renderer(env).farewell(out, &chat.name, why, lines);
        }
    }

    /// Whether the question in flight may bring another session.
    fn takes_over(&self) -> bool {
        match &self.question {
            Some(Question::Command(context)) => *context == Context::Command("resume"),
            Some(Question::Account(wanted)) => wanted.leads_on(),
            _ => false,
        }
    }

    fn tell_password_not_needed(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        if let Stage::Chat(chat) = &self.stage {
            self.renderer(env).password_not_needed(out, &chat.name);
        }
    }

    fn tell_done(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        match self.question.as_ref() {
            Some(Question::SayTo(room)) => {
                self.renderer(env).sent_to(out, room);
                self.count_line();
            }
            // A private message.
            Some(Question::Command(Context::Speech)) => self.count_line(),
            _ => {}
        }
    }

    /// A person who leaves the current room is shown their new current room, and one who leaves
    /// another room is told that they did: what was said here is on the screen already.
    fn handle_left_room(&mut self, room: RoomId, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match (self.question.as_ref(), env.rooms.get(&room)) {
            (Some(Question::Leave(here)), Some(name)) if *here != room => {
                self.renderer(env).left(out, name);
                None
            }
            _ => {
                let here = self.current()?;
                Some(Step::Ask(Ask::Query(Query::View(here))))
            }
        }
    }

    fn tell_missed(&self, events: &[Event], env: &Env<'_>, out: &mut Vec<u8>) {
        let mut renderer = self.renderer(env);
        for event in events {
            if let Stage::Chat(chat) = &self.stage
                && renderer.missed_in_private(out, event, chat.me)
            {
                continue;
            }
            let Some(&room) = event.fact.rooms().first() else {
                continue;
            };
            if let Some(name) = env.rooms.get(&room) {
                renderer.day_break(out, event.at);
                renderer.room_line(out, event, name, self.current() == Some(room));
            }
        }
    }

    fn handle_busy(&mut self, notice: Notice, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        if matches!(self.stage, Stage::Login(_)) {
            return self.handle_busy_login(notice, env, out);
        }
        self.renderer(env).notice(out, notice);
        None
    }

    fn count_line(&mut self) {
        if let Stage::Chat(_) = self.stage {
            self.lines_sent = self.lines_sent.saturating_add(1);
        }
    }

    fn handle_rejection(
        &mut self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let question = self.question.take();
        if let Some(Question::Guess(guess)) = question {
            return self.handle_no_password(*guess, env, out);
        }
        if matches!(self.stage, Stage::Login(_)) {
            self.note_refused_name(rejection);
            return self.handle_login_rejection(rejection, env, out);
        }
        let context = (question.as_ref()).map_or(Context::Speech, Question::context);
        if let Some(Question::Account(wanted)) = question {
            self.note_refused(wanted, rejection);
        }
        if context == Context::Command("join") {
            self.note_join(false);
        }
        self.refuse(rejection, context, env, out);
        None
    }

    pub(super) fn refuse(
        &self,
        rejection: &Rejection,
        context: Context,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let here = self.current().and_then(|room| env.rooms.get(&room));
        self.renderer(env).refusal(out, rejection, context, here);
    }

    fn handle_answer(&mut self, answer: &Answer, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let is_first = !matches!(self.question.as_ref(), Some(Question::Restrictions));
        match answer {
            Answer::Fence => self.tell_pref(env, out),
            Answer::Restrictions {
                bans,
                mutes,
                renamed,
                accounts,
                ..
            } if !is_first => {
                let renderer = self.renderer(env);
                renderer.more_restrictions(out, (bans, mutes), renamed, accounts);
            }
            Answer::Greeting { people, rooms } => self.greet(*people, *rooms, env, out),
            answer => self.renderer(env).answer(out, answer, env.wall),
        }
        let Answer::Restrictions {
            next: Some(next), ..
        } = answer
        else {
            return None;
        };
        self.question = Some(Question::Restrictions);
        let after = Some(*next);
        Some(Step::AskWhenWritten(Ask::Query(Query::Restrictions {
            after,
        })))
    }

    fn tell_pref(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        if let Some(Question::Pref(pref)) = self.question {
            self.renderer(env).pref(out, pref, &self.look.prefs);
        }
    }

    fn tell_history(&mut self, page: HistoryPage<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(Question::History(question)) = self.question.as_ref() else {
            return;
        };
        if let Stage::Chat(chat) = &mut self.stage {
            chat.past.note_history(question, &page);
        }
        let style = question.style();
        self.renderer(env).history(out, style, &page, env.wall);
    }

    fn tell_log(&mut self, page: LogPage<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        if let Stage::Chat(chat) = &mut self.stage {
            chat.past.note_log(page);
        }
        let is_more = matches!(self.question, Some(Question::Log { is_more: true }));
        self.renderer(env).audit_log(out, is_more, page);
    }

    fn tell_search(&mut self, page: SearchPage<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        let (Some(Question::Search(question)), Stage::Chat(chat)) =
            (self.question.as_ref(), &mut self.stage)
        else {
            return;
        };
        let first = chat.past.note_search(question, &page);
        let sought = Sought {
            search: &question.search,
            is_more: question.is_more,
            first,
        };
        self.renderer(env).search(out, &sought, &page, env.rooms);
    }
}
